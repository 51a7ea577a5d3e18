//! The client: reads the site over raw TCP, with plain string search.
//!
//! It checks the site, and what tests take for the truth, without anything of warraq. Not a
//! parser: it knows the pages it reads.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use encoding_rs::{Encoding, UTF_8};
use url::Url;

use super::{Site, canonical};

/// A response as it came.
pub struct Reply {
    /// All bytes.
    pub bytes: Vec<u8>,
    /// Up to and with the empty line.
    pub head: String,
    /// Behind the empty line, as sent.
    pub body: Vec<u8>,
}

impl Reply {
    /// Cuts the bytes of one response into head and body.
    pub fn of(bytes: Vec<u8>) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let body = bytes[end..].to_vec();
        Self { bytes, head, body }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.head[9..12].parse().unwrap()
    }

    /// The values of a field, in order.
    pub fn fields(&self, name: &str) -> Vec<String> {
        let fields = self.head.lines().filter_map(|line| line.split_once(':'));
        let named = fields.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim().to_owned()).collect()
    }

    /// The entity: chunks joined, gzip and br undone.
    pub fn entity(&self) -> Vec<u8> {
        let joined = if self.fields("transfer-encoding").is_empty() {
            self.body.clone()
        } else {
            join_chunks(&self.body)
        };
        let mut out = Vec::new();
        match self.fields("content-encoding").first().map(String::as_str) {
            Some("gzip") => {
                flate2::read::GzDecoder::new(&joined[..]).read_to_end(&mut out).unwrap();
            }
            Some("br") => {
                let mut decoder = brotli_decompressor::Decompressor::new(&joined[..], 4096);
                decoder.read_to_end(&mut out).unwrap();
            }
            _ => out = joined,
        }
        out
    }

    /// The text, by the charset of the header, else of the meta element.
    pub fn text(&self) -> String {
        let entity = self.entity();
        let ascii = String::from_utf8_lossy(&entity).into_owned();
        let header = self.fields("content-type").concat().to_ascii_lowercase();
        let label = between(&header, "charset=", "\n")
            .or_else(|| between(&ascii, "<meta charset=\"", "\""))
            .unwrap_or_else(|| "utf-8".to_owned());
        let encoding = Encoding::for_label(label.trim().as_bytes()).unwrap_or(UTF_8);
        let (text, _, wrong) = encoding.decode(&entity);
        assert!(!wrong, "bytes do not fit {label}");
        text.into_owned()
    }
}

fn between(text: &str, before: &str, after: &str) -> Option<String> {
    let rest = &text[text.find(before)? + before.len()..];
    Some(rest[..rest.find(after).unwrap_or(rest.len())].to_owned())
}

fn join_chunks(mut body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let end = body.windows(2).position(|two| two == b"\r\n").unwrap();
        let line = std::str::from_utf8(&body[..end]).unwrap();
        let size = usize::from_str_radix(line.split(';').next().unwrap(), 16).unwrap();
        body = &body[end + 2..];
        if size == 0 {
            return out;
        }
        out.extend_from_slice(&body[..size]);
        assert_eq!(&body[size..size + 2], b"\r\n");
        body = &body[size + 2..];
    }
}

/// A request for `url` with more field lines, each ending in CRLF.
pub fn request(url: &str, fields: &str) -> String {
    let url = Url::parse(url).unwrap();
    let target = &url[url::Position::BeforePath..];
    format!("GET {target} HTTP/1.1\r\nHost: {}\r\n{fields}\r\n", url.host_str().unwrap())
}

/// Asks on a connection of its own and reads to its end.
pub fn get(site: &Site, url: &str) -> Reply {
    get_with(site, url, "")
}

/// The same with more field lines, each ending in CRLF.
pub fn get_with(site: &Site, url: &str, fields: &str) -> Reply {
    let mut stream = TcpStream::connect(("127.0.0.1", site.port())).unwrap();
    let fields = format!("Connection: close\r\n{fields}");
    stream.write_all(request(url, &fields).as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Reply::of(bytes)
}

/// Every `href` of a page, resolved, in canonical form; other schemes than http left out.
pub fn hrefs(html: &str, base: &str, tag: &str) -> BTreeSet<String> {
    let base = Url::parse(base).unwrap();
    let tags = html.split(tag).skip(1).filter_map(|rest| rest.split('>').next());
    let found = tags.filter_map(|tag| between(tag, "href=\"", "\""));
    let absolute = found.map(|href| base.join(&href).unwrap());
    absolute
        .filter(|url| url.scheme() == "http")
        .map(|url| canonical(url.as_str()).unwrap())
        .collect()
}

/// hreflang to URL, as the head declares.
pub fn head_alternates(html: &str) -> BTreeMap<String, String> {
    let tags = html.split("<link ").skip(1).filter_map(|rest| rest.split('>').next());
    let tags = tags.filter(|tag| tag.contains("hreflang=") && !tag.contains("type="));
    let pair = |tag: &str| {
        let url = canonical(&between(tag, "href=\"http", "\"").map(|rest| format!("http{rest}"))?)?;
        Some((between(tag, "hreflang=\"", "\"")?, url))
    };
    tags.filter_map(pair).filter(|(lang, _)| lang != "x-default").collect()
}

/// hreflang to URL, as `Link` fields declare.
pub fn http_alternates(reply: &Reply) -> BTreeMap<String, String> {
    let fields = reply.fields("link").join(", ");
    let one = |part: &str| {
        let url = canonical(&between(part, "<", ">")?)?;
        Some((between(part, "hreflang=\"", "\"")?, url))
    };
    fields.split(", ").filter_map(one).collect()
}
