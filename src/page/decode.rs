//! Decoding: from entity bytes to text, for reading only; the archive keeps the wire bytes.
//!
//! Content codings come off first (`coding`, capped), then the charset (`charset`), what was encoded
//! twice is undone (`twice`), then the media type is settled (`sniff`). What goes wrong is noted and
//! lived with.

mod charset;
mod coding;
mod sniff;
mod twice;

use self::coding::Reach;
use super::dom;
use crate::head::Head;

/// A decoded entity.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// Its text.
    pub text: String,
    /// Whether it is HTML (by its declared type, or sniffed where none is declared).
    pub is_html: bool,
    /// Its media type, lower case, without parameters.
    pub media_type: String,
    /// The charset used.
    pub charset: String,
    /// Whether a content coding broke off, or could not be taken off.
    pub is_broken: bool,
    /// Whether there is more of it than is ever read.
    pub is_cut: bool,
    /// What went wrong and was lived with.
    pub notes: Vec<String>,
}

/// Bytes that are read of an entity, and of what is in it once a content coding is off; the archive
/// keeps them all.
const READ: usize = 16 << 20;

/// The same of what may be a sitemap: as much as one may have (sitemaps.org).
const READ_OF_LISTS: usize = 50 << 20;

/// Media types of sitemaps, compressed ones among them.
const LISTS: &[&str] = &[
    "application/xml",
    "text/xml",
    "text/plain",
    "application/gzip",
    "application/x-gzip",
    "application/octet-stream",
];

/// Longest media type that is believed (RFC 6838 §4.2: two names of 127 characters at most).
const MAX_MEDIA_TYPE: usize = 255;

/// How files begin that are sometimes served as HTML (MIME Sniffing Standard §6).
const BINARY: &[(&[u8], &str)] = &[
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"wOFF", "font/woff"),
    (b"wOF2", "font/woff2"),
];

/// Removes the content codings and the charset. Total; output is capped.
pub fn entity(head: &Head, bytes: &[u8]) -> Decoded {
    let mut notes = Vec::new();
    let mut declared = declared(head);
    let limit = limit_of(&declared.media_type);
    let (bytes, mut reach) = coding::remove(&head.content_codings(), bytes, limit, &mut notes);
    let bytes = match unpacked(&bytes, limit, &mut notes) {
        Some((markup, inside)) => {
            "application/xml".clone_into(&mut declared.media_type);
            reach = reach.max(inside);
            markup.into()
        }
        None => bytes,
    };
    if let Some(media_type) = binary(&bytes) {
        return Decoded { media_type: media_type.to_owned(), notes, ..Decoded::default() };
    }
    if !may_be_text(&declared.media_type) {
        return Decoded { media_type: declared.media_type, notes, ..Decoded::default() };
    }
    let (text, charset) = charset::decode(&bytes, declared.charset.as_deref(), &mut notes);
    let text = match twice::undone(&text) {
        Some((undone, through)) => {
            notes.push(format!("text that was encoded twice, through {through}"));
            undone
        }
        None => text,
    };
    let media_type = sniff::settled(declared.media_type, &text);
    let is_html = matches!(media_type.as_str(), "text/html" | "application/xhtml+xml");
    let is_broken = reach == Reach::Broken;
    let is_cut = reach == Reach::Cut || is_html && text.len() > dom::MAX_TEXT;
    Decoded { text, is_html, media_type, charset: charset.to_owned(), is_broken, is_cut, notes }
}

/// The bytes of an entity, content codings removed, whatever they are (robots.txt).
pub fn bytes(head: &Head, entity: &[u8]) -> Vec<u8> {
    coding::remove(&head.content_codings(), entity, READ, &mut Vec::new()).0.into_owned()
}

/// Bytes of an entity that are read, by what its head says.
pub fn limit(head: &Head) -> usize {
    limit_of(&declared(head).media_type)
}

fn limit_of(media_type: &str) -> usize {
    if LISTS.contains(&media_type) { READ_OF_LISTS } else { READ }
}

/// The declared type: of several the last that is one.
fn declared(head: &Head) -> ContentType {
    let values = head.all("content-type");
    values.iter().rev().find_map(|value| ContentType::parse(value)).unwrap_or_default()
}

/// The most bytes that can come of `length` bytes of an entity, by what its head says.
pub fn most(head: &Head, length: u64) -> u64 {
    let mut codings = head.content_codings();
    // What is itself gzip is opened too, whatever it is called.
    if head.get("content-type").is_some_and(|value| value.contains("zip")) {
        codings.push("gzip".to_owned());
    }
    coding::most(&codings, length, limit(head))
}

/// The markup in a file that is itself gzip (`sitemap.xml.gz`).
fn unpacked(bytes: &[u8], limit: usize, notes: &mut Vec<String>) -> Option<(Vec<u8>, Reach)> {
    if !bytes.starts_with(b"\x1f\x8b\x08") {
        return None;
    }
    let mut why = Vec::new();
    let (inside, reach) = coding::remove(&["gzip".to_owned()], bytes, limit, &mut why);
    let start = inside.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&inside);
    let is_markup = start.trim_ascii_start().starts_with(b"<");
    notes.extend(why.into_iter().filter(|_| is_markup));
    is_markup.then(|| (inside.into_owned(), reach))
}

/// The parts of a Content-Type that are used (RFC 9110 §8.3).
#[derive(Default)]
struct ContentType {
    media_type: String,
    charset: Option<String>,
}

impl ContentType {
    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(';');
        let media_type = parts.next()?.trim().to_ascii_lowercase();
        let (kind, name) = media_type.split_once('/')?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+*".contains(c);
        if media_type.len() > MAX_MEDIA_TYPE || kind.is_empty() || name.is_empty() {
            return None;
        }
        if !kind.chars().chain(name.chars()).all(plain) {
            return None;
        }
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            let value = value.trim().trim_matches(['"', '\'']).trim();
            name.trim().eq_ignore_ascii_case("charset").then(|| value.to_owned())
        });
        Some(Self { media_type, charset })
    }
}

/// Types never worth decoding as text. What is not named here may be anything.
fn may_be_text(media_type: &str) -> bool {
    !["image/", "audio/", "video/", "font/"].iter().any(|kind| media_type.starts_with(kind))
        || media_type == "image/svg+xml"
}

fn binary(bytes: &[u8]) -> Option<&'static str> {
    BINARY.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, kind)| *kind)
}
