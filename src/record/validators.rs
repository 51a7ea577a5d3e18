//! Validators: what a server gave with a page to ask by whether it has changed (RFC 9110 §8.8).
//!
//! Read from the head of an archived response and the fields of its request, live and from any
//! archive alike, so that the state can be made again from WARCs. A validator that cannot be right
//! is none: a page is fetched once too often rather than believed unchanged. Nothing here asks.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::head::Head;
use crate::moment::Moment;

/// Longest `ETag` in bytes that is kept; real ones have some forty.
const MAX_ETAG: usize = 256;

/// Request fields by whose value a server chooses what it sends.
const CHOOSING: &[&str] = &["accept", "accept-encoding", "accept-language"];

/// Request fields that choose nothing: the connection's, who asks, and the conditions themselves.
const ASIDE: &[&str] =
    &["connection", "from", "host", "if-modified-since", "if-none-match", "user-agent"];

/// What was kept of the last whole 200 of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    /// Its `ETag`, quotes and all.
    pub etag: Option<String>,
    /// Its Last-Modified, as it was sent.
    pub modified: Option<String>,
    /// What it was asked with ([`asked`]).
    pub asked: Digest,
    /// Its payload.
    pub payload: Digest,
    /// Whether it came in chunks.
    pub chunked: bool,
    /// When it came: the WARC-Date of its capture.
    pub came: Moment,
}

impl Validators {
    /// Those of a whole 200 with this head and payload, asked for with `asked`.
    pub fn of(head: &Head, asked: Digest, payload: Digest, came: Moment) -> Self {
        Self {
            etag: one(head, "ETag").filter(|etag| is_etag(etag)),
            modified: modified(head),
            asked,
            payload,
            chunked: !head.transfer_codings().is_empty(),
            came,
        }
    }

    /// Whether there is nothing to ask by.
    pub const fn is_empty(&self) -> bool {
        self.etag.is_none() && self.modified.is_none()
    }

    /// The fields of a conditional request (RFC 9110 §13.1.2, §13.1.3), both where both are known.
    pub fn conditions(&self) -> Vec<(&'static str, &str)> {
        let etag = self.etag.as_deref().map(|etag| ("If-None-Match", etag));
        let modified = self.modified.as_deref().map(|date| ("If-Modified-Since", date));
        etag.into_iter().chain(modified).collect()
    }

    /// Whether a 304 with this head speaks of what was asked about. One that names another `ETag`,
    /// or a later change, contradicts itself (RFC 9110 §15.4.5); one that names nothing is believed.
    pub fn are_confirmed_by(&self, head: &Head) -> bool {
        if let (Some(ours), Some(theirs)) = (&self.etag, head.get("ETag")) {
            return opaque(ours) == opaque(theirs.trim());
        }
        let date = |text: Option<&str>| text.and_then(Moment::parse_http_date);
        let theirs = head.get("Last-Modified");
        let dates = date(self.modified.as_deref()).zip(date(theirs.as_deref()));
        dates.is_none_or(|(ours, theirs)| theirs <= ours)
    }
}

/// A print of what a request was asked with: the values of the fields that choose a language or a
/// coding, the names of the others. Their values may be secrets, which no archive shows.
pub fn asked<'a>(fields: impl IntoIterator<Item = (&'a [u8], &'a [u8])>) -> Digest {
    let mut lines: Vec<String> = fields.into_iter().filter_map(line).collect();
    lines.sort_unstable();
    Digest::of(lines.concat().as_bytes())
}

/// [`asked`] of a request as it was sent, or as it was archived.
pub fn asked_in(request: &[u8]) -> Digest {
    let head = Head::parse(request);
    asked(head.fields.iter().map(|field| (field.name.as_slice(), field.value.as_slice())))
}

fn line((name, value): (&[u8], &[u8])) -> Option<String> {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    let value = if CHOOSING.contains(&name.as_str()) { value } else { b"" };
    let value = String::from_utf8_lossy(value);
    (!ASIDE.contains(&name.as_str())).then(|| format!("{name}: {value}\n"))
}

/// The only value of a field; two contradict each other.
fn one(head: &Head, name: &str) -> Option<String> {
    let mut values = head.all(name);
    let value = values.pop();
    value.filter(|_| values.is_empty())
}

/// An entity tag, weak or strong (RFC 9110 §8.8.3). What has no quotes is none: `*` would match
/// whatever the server has.
fn is_etag(text: &str) -> bool {
    let inner = opaque(text).strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
    text.len() <= MAX_ETAG && inner.is_some_and(|inner| inner.bytes().all(is_plain))
}

/// The tag without its weakness: weak comparison (RFC 9110 §8.8.3.2).
fn opaque(etag: &str) -> &str {
    etag.strip_prefix("W/").unwrap_or(etag)
}

/// A Last-Modified that is a validator: a second or more before the Date of its own response, else
/// the page may have changed once more within that second (RFC 9110 §8.8.2.2).
fn modified(head: &Head) -> Option<String> {
    let value = one(head, "Last-Modified")?;
    let changed = Moment::parse_http_date(&value)?;
    let sent = Moment::parse_http_date(&one(head, "Date")?)?;
    let is_text = value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    (is_text && sent.since(changed).as_secs() >= 1).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DATE: &str = "Date: Sun, 22 Nov 2026 09:30:00 GMT\r\n";

    fn of(fields: &str) -> Validators {
        let head = Head::parse(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes());
        Validators::of(&head, Digest::empty(), Digest::empty(), Moment::default())
    }

    #[test]
    fn a_validator_that_cannot_be_right_is_none() {
        let cases = [
            ("ETag: \"a-1\"\r\n", Some("\"a-1\""), None),
            ("ETag: W/\"a\"\r\n", Some("W/\"a\""), None),
            ("ETag: *\r\n", None, None),
            ("ETag: abc\r\n", None, None),
            ("ETag: \"a\", \"b\"\r\n", None, None),
            ("ETag: \"a\"\r\nETag: \"b\"\r\n", None, None),
            ("ETag: \"a b\"\r\n", None, None),
            ("Last-Modified: Sun, 22 Nov 2026 09:29:59 GMT\r\n", None, Some(59)),
            ("Last-Modified: Sun, 22 Nov 2026 09:30:00 GMT\r\n", None, None),
            ("Last-Modified: Mon, 22 Nov 2027 09:29:00 GMT\r\n", None, None),
            ("Last-Modified: yesterday\r\n", None, None),
        ];
        for (fields, etag, second) in cases {
            let found = of(&format!("{DATE}{fields}"));
            assert_eq!(found.etag.as_deref(), etag, "{fields}");
            let modified = second.map(|s| format!("Sun, 22 Nov 2026 09:29:{s} GMT"));
            assert_eq!(found.modified, modified, "{fields}");
        }
        assert!(of("Last-Modified: Sun, 22 Nov 2026 09:29:00 GMT\r\n").is_empty(), "no Date");
        assert!(of(&format!("ETag: \"{}\"\r\n", "x".repeat(MAX_ETAG))).is_empty());
    }

    #[test]
    fn a_304_must_not_contradict_itself() {
        let asked =
            of(&format!("{DATE}ETag: \"a\"\r\nLast-Modified: Sun, 22 Nov 2026 09:00:00 GMT\r\n"));
        let dated = Validators { etag: None, ..asked.clone() };
        let cases = [
            (&asked, "", true),
            (&asked, "ETag: \"a\"\r\n", true),
            (&asked, "ETag: W/\"a\"\r\n", true),
            (&asked, "ETag: \"b\"\r\n", false),
            (&asked, "Last-Modified: Sun, 22 Nov 2026 09:01:00 GMT\r\n", false),
            (&dated, "ETag: \"b\"\r\n", true),
            (&dated, "Last-Modified: Sun, 22 Nov 2026 09:01:00 GMT\r\n", false),
            (&dated, "Last-Modified: Sun, 22 Nov 2026 08:59:00 GMT\r\n", true),
        ];
        for (ours, fields, want) in cases {
            let head = Head::parse(format!("HTTP/1.1 304 x\r\n{fields}\r\n").as_bytes());
            assert_eq!(ours.are_confirmed_by(&head), want, "{fields}");
        }
    }

    #[test]
    fn only_what_chooses_is_compared() {
        let sent = |fields: &str| asked_in(format!("GET / HTTP/1.1\r\n{fields}\r\n").as_bytes());
        let plain = sent("Host: a.example\r\nAccept-Language: ar\r\nCookie: id=7\r\n");
        assert_eq!(
            plain,
            sent("cookie: [redacted]\r\nIf-None-Match: \"a\"\r\nAccept-Language: ar\r\n")
        );
        assert_ne!(plain, sent("Accept-Language: ar\r\n"), "a cookie may choose");
        assert_ne!(plain, sent("Accept-Language: en\r\nCookie: id=7\r\n"));
    }

    proptest! {
        #[test]
        fn what_is_sent_back_cannot_end_a_line(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut head = DATE.as_bytes().to_vec();
            head.splice(0..0, *b"HTTP/1.1 200 OK\r\nETag: ");
            head.extend(&bytes);
            let found = Validators::of(&Head::parse(&head), Digest::empty(), Digest::empty(), Moment::default());
            for (_, value) in found.conditions() {
                prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            }
            let _ = (asked_in(&bytes), found.are_confirmed_by(&Head::parse(&bytes)));
        }
    }
}
