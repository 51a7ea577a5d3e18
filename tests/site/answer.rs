//! Answers: the exact bytes the site sends, built before anybody asks.
//!
//! An [`Answer`] is one HTTP response as it will cross the wire, cut where the server pauses. The
//! table of resources holds them; the server only copies them out, so a test can compare an
//! archived block with what was really sent.

use std::io::Write as _;
use std::time::Duration;

use encoding_rs::{Encoding, SHIFT_JIS, UTF_8, WINDOWS_1256};
use flate2::{Compression, write::GzEncoder};

/// One response, byte for byte.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status line and fields, with the empty line after them.
    pub head: Vec<u8>,
    /// Everything after the head, transfer coding included.
    pub body: Vec<u8>,
    /// How long the server waits between head and body.
    pub pause: Duration,
    /// Whether the connection ends with this answer.
    pub close: bool,
}

/// How the text of a page becomes bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, named by header and meta.
    Utf8,
    /// UTF-8, named by the meta element only.
    Utf8ByMeta,
    /// windows-1256, named by the meta element only, as old Arabic sites do.
    Windows1256ByMeta,
    /// `Shift_JIS`, named by the header only.
    ShiftJisByHeader,
}

/// How an entity is coded for the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As it is, with a length.
    Plain,
    /// gzip, with a length.
    Gzip,
    /// brotli, with a length.
    Brotli,
    /// In chunks.
    Chunked,
    /// gzip, then chunks.
    ChunkedGzip,
}

impl Charset {
    /// The encoding itself.
    pub fn encoding(self) -> &'static Encoding {
        match self {
            Self::Utf8 | Self::Utf8ByMeta => UTF_8,
            Self::Windows1256ByMeta => WINDOWS_1256,
            Self::ShiftJisByHeader => SHIFT_JIS,
        }
    }

    /// The name for the meta element, when the page has one.
    pub fn meta(self) -> Option<&'static str> {
        (self != Self::ShiftJisByHeader).then(|| self.encoding().name())
    }

    /// The Content-Type field's value.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Utf8 => "text/html; charset=UTF-8",
            Self::Utf8ByMeta | Self::Windows1256ByMeta => "text/html",
            Self::ShiftJisByHeader => "text/html; charset=Shift_JIS",
        }
    }
}

impl Answer {
    /// `200 OK` with `entity` in `coding`; `fields` are lines such as `Link: <...>`.
    pub fn ok(content_type: &str, entity: &[u8], coding: Coding, fields: &[String]) -> Self {
        let content = match coding {
            Coding::Gzip | Coding::ChunkedGzip => gzip(entity),
            Coding::Brotli => stored_brotli(entity),
            Coding::Plain | Coding::Chunked => entity.to_vec(),
        };
        let mut lines = vec![format!("Content-Type: {content_type}")];
        lines.extend_from_slice(fields);
        match coding {
            Coding::Gzip | Coding::ChunkedGzip => lines.push("Content-Encoding: gzip".to_owned()),
            Coding::Brotli => lines.push("Content-Encoding: br".to_owned()),
            Coding::Plain | Coding::Chunked => {}
        }
        if matches!(coding, Coding::Chunked | Coding::ChunkedGzip) {
            lines.push("Transfer-Encoding: chunked".to_owned());
            return Self::raw(&head("200 OK", &lines), chunks(&content));
        }
        lines.push(format!("Content-Length: {}", content.len()));
        Self::raw(&head("200 OK", &lines), content)
    }

    /// An HTML page in UTF-8, plain, with a status of its own.
    pub fn page(status: &str, html: &str, fields: &[&str]) -> Self {
        let mut lines = vec!["Content-Type: text/html; charset=UTF-8".to_owned()];
        lines.extend(fields.iter().map(|&line| line.to_owned()));
        lines.push(format!("Content-Length: {}", html.len()));
        Self::raw(&head(status, &lines), html.as_bytes().to_vec())
    }

    /// A redirect with a short page, as servers send it.
    pub fn redirect(status: &str, location: &str) -> Self {
        let html = format!("<html><body><a href=\"{location}\">{status}</a></body></html>\n");
        Self::page(status, &html, &[&format!("Location: {location}")])
    }

    /// Any bytes at all.
    pub fn raw(head: &str, body: Vec<u8>) -> Self {
        Self { head: head.as_bytes().to_vec(), body, pause: Duration::ZERO, close: false }
    }

    /// The same answer, closing the connection.
    pub fn closing(self) -> Self {
        Self { close: true, ..self }
    }

    /// The same answer, with a pause before the body.
    pub fn after(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Every byte that is sent.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_slice(), &self.body].concat()
    }
}

/// A head with the fields every server adds, fixed so that runs are alike.
pub fn head(status: &str, lines: &[String]) -> String {
    let mut head = format!("HTTP/1.1 {status}\r\nDate: Sun, 22 Nov 2026 08:00:00 GMT\r\n");
    head.push_str("Server: bundled-site\r\n");
    for line in lines {
        head.push_str(line);
        head.push_str("\r\n");
    }
    head + "\r\n"
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Chunks of an odd size, so that their borders fall inside characters.
pub fn chunks(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in bytes.chunks(701) {
        write!(out, "{:x}\r\n", chunk.len()).unwrap();
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

/// A brotli stream that stores and does not compress: uncompressed meta-blocks (RFC 7932 §9.2),
/// each with a header of three bytes, then an empty last one. The packages at hand only decode.
fn stored_brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, block) in bytes.chunks(1 << 16).enumerate() {
        let length = u32::try_from(block.len() - 1).unwrap();
        // ISLAST 0, MNIBBLES 00 (four nibbles), MLEN - 1, ISUNCOMPRESSED 1.
        let header = (length << 3) | (1 << 19);
        // The first one stands behind WBITS, a single 0: a window of 16 bits.
        let header = if index == 0 { header << 1 } else { header };
        out.extend_from_slice(&header.to_le_bytes()[..3]);
        out.extend_from_slice(block);
    }
    // ISLAST 1, ISLASTEMPTY 1.
    out.push(3);
    out
}
