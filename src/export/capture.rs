//! The capture: what a record holds of a page, as HTTP would have brought it.
//!
//! A `response` is taken apart; a `resource` that is HTML (WARC 1.1 §6.4), and a `response` that says
//! it is HTML and no message, has no head and is given one that says what its record says. Whoever reads pages out of records reads them through this;
//! nothing of their text is read here.

use bytes::Bytes;
use url::Url;
use warc::RecordType;

use crate::address::fetchable;
use crate::head::Head;
use crate::record::entity::{Framing, split};
use crate::record::entry::Entry;
use crate::record::header::Header;

/// Bytes of a record that are read for a page, as many as in a live crawl.
pub const MAX_PAGE: u64 = 16 << 20;

/// A page as it was brought.
#[derive(Debug)]
pub struct Capture {
    /// Its URL.
    pub url: Url,
    /// The head of the response.
    pub head: Head,
    /// The status in it.
    pub status: u16,
    /// The entity, transfer coding removed, content coding still on.
    pub entity: Bytes,
    /// Whether less of it is there than was sent, as far as its framing tells.
    pub is_short: bool,
}

/// Whether a record can hold a page.
pub fn is_page(entry: &Entry) -> bool {
    match entry.kind {
        RecordType::Response => entry.is_http() || is_html(&entry.header),
        RecordType::Resource => is_html(&entry.header),
        _ => false,
    }
}

/// Whether a record without a head says that it is HTML from the web.
pub(super) fn is_html(header: &Header) -> bool {
    let media = header.get("Content-Type").unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    let uri = header.get("WARC-Target-URI").unwrap_or_default().trim_start_matches('<');
    let is_web = |scheme: &str| {
        uri.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    ["text/html", "application/xhtml+xml"].iter().any(|html| media.eq_ignore_ascii_case(html))
        && (is_web("http://") || is_web("https://"))
}

impl Capture {
    /// What a record holds, of its first `most` bytes; nothing when it can hold no page, or is no
    /// message. Errors are those of the disk.
    pub fn of(entry: &Entry, most: u64) -> std::io::Result<Option<Self>> {
        let url = entry.target_uri().and_then(|uri| fetchable(uri, None).ok());
        let Some(url) = url.filter(|_| is_page(entry)) else { return Ok(None) };
        let block = entry.block.first(most)?;
        let is_cut = entry.length > block.len() as u64;
        // Some writers name the type of the page where that of the message belongs.
        let is_message = entry.kind == RecordType::Response && block.starts_with(b"HTTP/");
        let capture = if is_message || entry.is_http() {
            Self::message(url, &block, is_cut)
        } else {
            let head = head_of(&entry.header);
            Some(Self { url, head, status: 200, entity: block, is_short: is_cut })
        };
        let received = |head: Head| match entry.date() {
            Some(at) => head.received(at),
            None => head,
        };
        Ok(capture.map(|capture| Self { head: received(capture.head), ..capture }))
    }

    fn message(url: Url, block: &Bytes, is_cut: bool) -> Option<Self> {
        let message = split(block);
        let head = Head::parse(block.get(..message.head_length)?);
        let status = head.status()?;
        let body = block.len().saturating_sub(message.head_length);
        let is_short = match message.framing {
            Framing::Plain => says_more(&head, body),
            Framing::Chunked => false,
            // What never was chunked is as it stands.
            Framing::Broken => message.entity.len() < body,
        };
        let entity = match message.entity {
            std::borrow::Cow::Borrowed(_) => block.slice(message.head_length..),
            std::borrow::Cow::Owned(entity) => entity.into(),
        };
        Some(Self { url, head, status, entity, is_short: is_cut || is_short })
    }
}

/// Whether the head announces more bytes than there are (RFC 9112 §6.3).
fn says_more(head: &Head, body: usize) -> bool {
    let said = head.get("Content-Length").and_then(|said| said.trim().parse::<u64>().ok());
    said.is_some_and(|said| said > body as u64)
}

/// The head a server would have sent with a `resource`.
fn head_of(header: &Header) -> Head {
    let media = header.get("Content-Type").unwrap_or_default();
    let media: String = media.chars().filter(|c| !c.is_control()).collect();
    Head::parse(format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n").as_bytes())
}
