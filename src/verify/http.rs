//! The rules of archived HTTP messages (WARC 1.1 §6.3, §6.5; RFC 9110, RFC 9112).
//!
//! A block is what crossed the wire, so an odd server makes odd messages: what is legal to keep is
//! a warning. What no server can have sent so, or what hides that something is missing, is more.

use super::content::{Body, Chunks};
use super::finding::{Docket, quoted, rules};
use super::subject::{Kind, Subject};
use super::values;
use crate::head::{Head, Length};
use crate::page::decode;

rules! {
    START: Shall "http.start" "WARC 1.1 §6.3" "begin the block with a status or request line"
    VERSION: Bar "http.version" "bar 18" "write it as HTTP/1.1 and name the protocol in WARC-Protocol"
    NO_END: Bar "http.head-end" "bar 14" "end the head with CR LF CR LF"
    REQUEST_NO_END: Shall "http.request-end" "WARC 1.1 §6.5" "end the head with CR LF CR LF"
    LINE: Odd "http.line" "RFC 9112 §5" "nothing, when the server sent it so"
    UNCHUNKED: Shall "http.chunked" "RFC 9112 §7.1" "keep the chunk framing, or take Transfer-Encoding out of the head"
    UNBEGUN: Odd "http.unbegun" "RFC 9112 §7.1" "nothing, when the server sent it so"
    CUT: Shall "http.cut" "WARC 1.1 §5.15" "mark a body that is not whole with WARC-Truncated"
    LONG: Bar "http.long" "bar 15" "store the body as it came, under the head it came with"
    EXCESS: Odd "http.excess" "RFC 9112 §7.1" "nothing, when the server sent it so"
    LENGTH: Odd "http.length" "RFC 9110 §8.6" "nothing, when the server sent it so"
    BODY: Odd "http.bodyless" "RFC 9110 §6.4.1" "nothing, when the server sent it so"
    CODING: Odd "http.coding" "RFC 9110 §8.4" "nothing, when the server sent it so; else store the body with its coding"
    HOST: Bar "http.host" "bar 14" "store the request that was sent, Host included"
    TARGET: Bar "http.target" "bar 14" "store the request that was sent for this URI"
    EMPTY: Bar "http.empty" "bar 22" "write a metadata record with the reason instead"
}

/// An HTTP message, as far as rules look at it.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) head: Head,
    /// Whether its head ends in CRLF CRLF.
    pub(super) ended: bool,
    /// Whether it ends in an empty line of another kind, as some servers send it (RFC 9112 §2.2).
    pub(super) ended_barely: bool,
    pub(super) body: Body,
}

/// What the exchange a message belongs to has to say about its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing is wrong.
    Nothing,
    /// There is no body, and its head promises one: only right for an answer to HEAD.
    Unless,
    /// There is a body, and there may not be one in an answer to HEAD.
    IfHead,
}

impl Message {
    pub(super) fn of(head: &[u8]) -> Self {
        let ended = head.ends_with(b"\r\n\r\n");
        let ended_barely = !ended && (head.ends_with(b"\n\n") || head.ends_with(b"\n\r\n"));
        Self { head: Head::parse(head), ended, ended_barely, body: Body::default() }
    }

    /// The method of a request.
    pub(super) fn method(&self) -> &[u8] {
        self.head.start.split(|&byte| byte == b' ').next().unwrap_or_default()
    }
}

/// Asks the rules of one message; what hangs on the request is given back.
pub(super) fn judge(
    subject: &Subject<'_>,
    message: Option<&Message>,
    docket: &mut Docket<'_>,
) -> Wanted {
    let place = &subject.place;
    let Some(message) = message else {
        if subject.kind == Kind::Response && subject.http && subject.length == 0 {
            docket.find(place, &EMPTY, || "a response with an empty block".to_owned());
        }
        return Wanted::Nothing;
    };
    if subject.kind == Kind::Request {
        request(subject, message, docket);
    } else {
        status(subject, message, docket);
    }
    head(subject, message, docket);
    coding(subject, message, docket);
    // A revisit leaves the body out.
    if subject.kind == Kind::Revisit { Wanted::Nothing } else { length(subject, message, docket) }
}

fn status(subject: &Subject<'_>, message: &Message, docket: &mut Docket<'_>) {
    let line = &message.head.start;
    let version = line.get(..9).unwrap_or_default();
    let code = line.get(9..12).unwrap_or_default();
    let numbered = code.len() == 3 && code.iter().all(u8::is_ascii_digit);
    let ended = matches!(line.get(12), None | Some(b' '));
    let shown = || quoted(&String::from_utf8_lossy(line));
    let one = version == b"HTTP/1.1 " || version == b"HTTP/1.0 ";
    if one && numbered && ended {
        return;
    }
    let other = line.starts_with(b"HTTP/") && message.head.status().is_some();
    let rule = if other && !one { &VERSION } else { &START };
    docket.find(&subject.place, rule, || format!("the status line is {}", shown()));
}

fn request(subject: &Subject<'_>, message: &Message, docket: &mut Docket<'_>) {
    let place = &subject.place;
    let line = String::from_utf8_lossy(&message.head.start);
    let parts: Vec<&str> = line.split(' ').collect();
    let [method, target, version] = parts.as_slice() else {
        return docket.find(place, &START, || format!("the request line is {}", quoted(&line)));
    };
    if !values::is_token(method) || target.is_empty() || !version.starts_with("HTTP/") {
        return docket.find(place, &START, || format!("the request line is {}", quoted(&line)));
    }
    if !matches!(*version, "HTTP/1.1" | "HTTP/1.0") {
        docket.find(place, &VERSION, || format!("the request line is {}", quoted(&line)));
    }
    let Some((host, path)) = subject.uri.and_then(authority_and_path) else { return };
    match message.head.get("Host") {
        None => docket.find(place, &HOST, || "the request has no Host".to_owned()),
        Some(sent) if without_port(&sent.to_ascii_lowercase()) != without_port(&host) => {
            docket.find(place, &HOST, || format!("Host {}, target {host}", quoted(&sent)));
        }
        Some(_) => {}
    }
    let sent = escaped(target);
    let absolute = subject.uri.unwrap_or_default();
    if sent != path && sent != absolute {
        docket.find(place, &TARGET, || format!("{} was asked for", quoted(target)));
    }
}

/// Host with port, lower case, and path with query of an http URI.
fn authority_and_path(uri: &str) -> Option<(String, String)> {
    let (_, rest) = uri.split_once("://")?;
    let rest = rest.split('#').next().unwrap_or_default();
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(at)?;
    let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    Some((host, if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }))
}

fn without_port(host: &str) -> &str {
    host.strip_suffix(":80").or_else(|| host.strip_suffix(":443")).unwrap_or(host)
}

/// A request target as it may stand in a URI: some characters are sent raw and archived escaped.
fn escaped(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for byte in target.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(percent_encoding::percent_encode_byte(byte));
        }
    }
    out
}

fn head(subject: &Subject<'_>, message: &Message, docket: &mut Docket<'_>) {
    let place = &subject.place;
    if !message.ended {
        let rule = match subject.kind {
            Kind::Request => &REQUEST_NO_END,
            _ if message.ended_barely => &LINE,
            _ => &NO_END,
        };
        docket.find(place, rule, || "the head does not end in CR LF CR LF".to_owned());
    }
    let odd = message.head.fields.iter().find(|field| {
        std::str::from_utf8(&field.name).map_or(true, |name| !values::is_token(name))
    });
    if let Some(field) = odd {
        let text = [field.name.as_slice(), &field.value].join(&b' ');
        docket.find(place, &LINE, || quoted(&String::from_utf8_lossy(&text)));
    }
}

fn length(subject: &Subject<'_>, message: &Message, docket: &mut Docket<'_>) -> Wanted {
    let place = &subject.place;
    let truncated = subject.header.get("WARC-Truncated").is_some();
    let body = &message.body;
    let status = if subject.kind == Kind::Request { None } else { message.head.status() };
    match body.chunks {
        Some(Chunks::None) => {
            // What is marked as not whole makes no false promise.
            let rule = if truncated { &UNBEGUN } else { &UNCHUNKED };
            docket.find(place, rule, || "the head says chunked, the body is not".to_owned());
        }
        Some(Chunks::Cut) if !truncated && (body.length > 0 || status.is_none()) => {
            docket.find(place, &CUT, || "the last chunk is missing".to_owned());
        }
        _ => {}
    }
    if body.excess > 0 {
        docket.find(place, &EXCESS, || format!("{} bytes after the last chunk", body.excess));
    }
    let bodyless = status.is_some_and(|code| code < 200 || code == 204 || code == 304);
    if bodyless {
        if body.length > 0 {
            let code = status.unwrap_or_default();
            docket.find(place, &BODY, || format!("status {code} with {} bytes", body.length));
        }
        return Wanted::Nothing;
    }
    let declared = match message.head.content_length() {
        Length::Bytes(length) if body.chunks.is_none() => Some(length),
        Length::Invalid => {
            docket.find(place, &LENGTH, || "Content-Length is not one number".to_owned());
            None
        }
        _ => None,
    };
    against(subject, declared, message, docket)
}

/// The length a head declares against that of the body.
fn against(
    subject: &Subject<'_>,
    declared: Option<u64>,
    message: &Message,
    docket: &mut Docket<'_>,
) -> Wanted {
    let place = &subject.place;
    let truncated = subject.header.get("WARC-Truncated").is_some();
    let (entity, is_reply) = (message.body.entity, subject.kind != Kind::Request);
    let cut_chunks = message.body.chunks == Some(Chunks::Cut) && message.body.length == 0;
    match declared {
        _ if cut_chunks && !truncated && is_reply => return Wanted::Unless,
        Some(length) if entity > length => {
            docket.find(place, &LONG, || format!("Content-Length {length}, body {entity}"));
        }
        Some(length) if entity < length && !truncated => {
            if entity == 0 && is_reply {
                return Wanted::Unless;
            }
            cut(place, length, entity, docket);
        }
        _ => {}
    }
    if is_reply && entity > 0 { Wanted::IfHead } else { Wanted::Nothing }
}

fn cut(place: &super::finding::Place<'_>, length: u64, entity: u64, docket: &mut Docket<'_>) {
    docket.find(place, &CUT, || {
        format!("Content-Length {length}, body {entity}, and no WARC-Truncated")
    });
}

/// What showed once the request was known.
pub(super) fn with_request(
    place: &super::finding::Place<'_>,
    wanted: Wanted,
    asked_head: bool,
    docket: &mut Docket<'_>,
) {
    match wanted {
        Wanted::Unless if !asked_head => {
            docket.find(place, &CUT, || "no body, where the head promises one".to_owned());
        }
        Wanted::IfHead if asked_head => {
            docket.find(place, &BODY, || "a body in an answer to HEAD".to_owned());
        }
        _ => {}
    }
}

fn coding(subject: &Subject<'_>, message: &Message, docket: &mut Docket<'_>) {
    let start = &message.body.start;
    let last = message.head.content_codings().pop().unwrap_or_default();
    let known = matches!(last.as_str(), "gzip" | "x-gzip" | "deflate" | "br" | "zstd");
    if !known || start.is_empty() || message.body.chunks == Some(Chunks::None) {
        return;
    }
    // A short beginning of a body that was cut says nothing.
    let cut = subject.header.get("WARC-Truncated").is_some() && start.len() < 64;
    let only = Head {
        fields: vec![crate::head::Field {
            name: b"Content-Encoding".to_vec(),
            value: last.clone().into_bytes(),
        }],
        ..Head::default()
    };
    if !cut && decode::bytes(&only, start) == *start {
        docket.find(&subject.place, &CODING, || {
            format!("Content-Encoding is {last}, the body is not coded so")
        });
    }
}
