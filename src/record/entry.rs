//! An entry: one record as a reader finds it.
//!
//! Nothing of it is believed: fields are kept as they stand, whoever wrote them, and what cannot be
//! a field is passed over.

use warc::{RecordType, TruncatedType};

use super::Block;
use super::header::{Header, is_token};
use crate::lead::Locator;
use crate::moment::Moment;

/// Most fields in a record header.
pub const MAX_FIELDS: usize = 1_000;

/// A record of a file.
#[derive(Debug)]
pub struct Entry {
    /// Its type.
    pub kind: RecordType,
    /// Its header.
    pub header: Header,
    /// Where it lies. Its length is that of the member, or in an uncompressed file that of the
    /// record without the two line ends behind it, as in the indexes of other tools.
    pub locator: Locator,
    /// Whether the locator leads to it: not when it shares its gzip member with other records.
    pub addressable: bool,
    /// The length of its block as the header declares it.
    pub length: u64,
    /// Its block; shorter than `length` only when more was there than [`super::reader::Records::keep`] allows.
    pub block: Block,
}

impl Entry {
    /// WARC-Target-URI, without the angle brackets some writers put round it.
    pub fn target_uri(&self) -> Option<&str> {
        let uri = self.header.get("WARC-Target-URI")?;
        Some(uri.strip_prefix('<').and_then(|uri| uri.strip_suffix('>')).unwrap_or(uri))
    }

    /// WARC-Record-ID, as it stands.
    pub fn id(&self) -> Option<&str> {
        self.header.get("WARC-Record-ID")
    }

    /// WARC-Date.
    pub fn date(&self) -> Option<Moment> {
        self.header.get("WARC-Date").and_then(Moment::parse_warc_date)
    }

    /// WARC-Truncated.
    pub fn truncated(&self) -> Option<TruncatedType> {
        self.header.get("WARC-Truncated").map(TruncatedType::from)
    }

    /// Whether it is the first segment of a record that goes on elsewhere (WARC 1.1 §7).
    pub fn is_segment(&self) -> bool {
        self.header.get("WARC-Segment-Number").is_some()
    }

    /// Whether its block is an HTTP message; without a Content-Type its URI tells.
    pub fn is_http(&self) -> bool {
        use RecordType::{Request, Response, Revisit};
        let uri = self.target_uri().unwrap_or_default();
        let Some(media) = self.header.get("Content-Type") else {
            let is_exchange = matches!(self.kind, Request | Response | Revisit);
            return is_exchange && (uri.starts_with("http:") || uri.starts_with("https:"));
        };
        let media = media.split(';').next().unwrap_or_default().trim();
        media.eq_ignore_ascii_case("application/http") && !uri.starts_with("dns:")
    }
}

/// The fields of a header, version line and empty line left off or not.
pub(super) fn parse_fields(bytes: &[u8]) -> Result<Header, &'static str> {
    let mut header = Header::default();
    for line in bytes.split(|&byte| byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            header.unfold(String::from_utf8_lossy(line.trim_ascii()).as_ref());
            continue;
        }
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let name = name.trim_ascii();
        if name.is_empty() || !name.iter().copied().all(is_token) {
            continue;
        }
        if header.len() >= MAX_FIELDS {
            return Err("its header has more than a thousand fields");
        }
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        header.keep(text(name), text(value));
    }
    Ok(header)
}

/// The one length a record declares; its block is never believed to be shorter or longer.
pub(super) fn content_length(header: &Header) -> Result<u64, &'static str> {
    let mut values = header.all("Content-Length");
    let first = values.next().ok_or("it has no Content-Length")?;
    if values.any(|other| other != first) {
        return Err("it has two different Content-Lengths");
    }
    if first.is_empty() || !first.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("its Content-Length is no number");
    }
    first.parse().map_err(|_| "its Content-Length does not fit in 64 bits")
}
