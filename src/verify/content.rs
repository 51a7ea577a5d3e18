//! What a block holds, read once from front to back: its digests, its HTTP message, its fields.
//!
//! It is a stream: whatever a record declares, no more of it is held than a head, the beginning of
//! an entity and the text of a `warc-fields` block, each within its limit. The payload is the
//! standard's (WARC 1.1 §5.9): the entity body, transfer coding removed, content coding kept.

use std::io::{self, BufRead, Read};

use super::http::Message;
use super::subject::{Kind, Subject};
use super::values::{self, Hash, Hasher};
use crate::record::entity::{Dechunked, Framing, read_head};

/// The part of an entity that is kept to see whether it is coded as its head says.
const SNIFF: usize = 16 << 10;

/// Longest `warc-fields` or `text/dns` block that is looked into.
const MAX_TEXT: u64 = 64 << 20;

/// Longest trailer section of a chunked body.
const MAX_TRAILER: u64 = 64 << 10;

/// How a chunked body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chunks {
    /// With its last chunk and the line end behind it.
    Whole,
    /// Before that.
    Cut,
    /// It is not chunked at all.
    None,
}

/// What a body turned out to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    /// Its length as it stands in the block.
    pub(super) length: u64,
    /// Length of the entity.
    pub(super) entity: u64,
    /// The first bytes of the entity.
    pub(super) start: Vec<u8>,
    /// When the head says chunked.
    pub(super) chunks: Option<Chunks>,
    /// Bytes behind the last chunk.
    pub(super) excess: u64,
}

/// What was read of a block.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// Bytes that were there.
    pub(super) length: u64,
    /// The digest of all of them, by the algorithm the record declares.
    pub(super) block: Option<Hash>,
    /// The digest of the payload, by the algorithm the record declares for it.
    pub(super) payload: Option<Hash>,
    /// The same over a chunked body with its framing.
    pub(super) framed: Option<Hash>,
    /// Whether the record has a payload of its own.
    pub(super) has_payload: bool,
    /// The HTTP message.
    pub(super) message: Option<Message>,
    /// The text of a `warc-fields` or `text/dns` block.
    pub(super) text: Option<Vec<u8>>,
}

/// Reads the block of a record.
pub(super) fn read(subject: &Subject<'_>, block: impl BufRead) -> io::Result<Content> {
    let said = |field| subject.header.get(field).map(values::digest);
    let mut content = Content::default();
    let mut hasher = Hasher::of(said("WARC-Block-Digest").as_ref());
    let payload = Hasher::of(said("WARC-Payload-Digest").as_ref());
    let mut tee = Tee { inner: block, hasher: &mut hasher, count: &mut content.length };
    let media = subject.content_type();
    if subject.holds_http() {
        let (message, entity, framed) = message(&mut tee, payload)?;
        content.has_payload = subject.kind != Kind::Revisit;
        (content.payload, content.framed) = (entity, framed);
        content.message = Some(message);
    } else if media == "application/warc-fields" || media == "text/dns" {
        let mut text = Vec::new();
        let mut whole = payload;
        let mut length = 0;
        let mut tee = Tee { inner: &mut tee, hasher: &mut whole, count: &mut length };
        tee.by_ref().take(MAX_TEXT).read_to_end(&mut text)?;
        io::copy(&mut tee, &mut io::sink())?;
        content.text = Some(text);
        content.payload = whole.finish();
    } else {
        content.payload = drain(&mut tee, payload, &mut Body::default())?;
    }
    content.has_payload |=
        matches!(subject.kind, Kind::Resource | Kind::Conversion) && !subject.is_segment();
    io::copy(&mut tee, &mut io::sink())?;
    content.block = hasher.finish();
    Ok(content)
}

/// Reads an HTTP message: the digest of its entity, and that of its body as it is framed.
fn message(
    block: &mut impl BufRead,
    payload: Hasher,
) -> io::Result<(Message, Option<Hash>, Option<Hash>)> {
    let head = read_head(block)?;
    let mut message = Message::of(&head);
    let body = &mut message.body;
    if !crate::record::entity::is_chunked(&head) {
        let entity = drain(block, payload, body)?;
        body.length = body.entity;
        return Ok((message, entity, None));
    }
    let (mut framed, mut length) = (payload.clone(), 0);
    let tee = Tee { inner: block, hasher: &mut framed, count: &mut length };
    let mut reader = Dechunked::new(tee);
    let entity = drain(&mut reader, payload, body)?;
    let (framing, as_it_stands) = (reader.framing(), reader.is_as_it_stands());
    let mut rest = reader.into_inner();
    let ended = framing == Framing::Chunked && trailers(&mut rest)?;
    body.excess = io::copy(&mut rest, &mut io::sink())?;
    body.length = length;
    body.chunks = Some(match (as_it_stands && !is_begun_size(body), ended) {
        (true, _) => Chunks::None,
        (false, true) => Chunks::Whole,
        (false, false) => Chunks::Cut,
    });
    Ok((message, entity, framed.finish()))
}

/// Whether a body is no more than the first digits of a chunk size.
fn is_begun_size(body: &Body) -> bool {
    let text = body.start.trim_ascii_end();
    body.entity <= 18 && text.iter().all(u8::is_ascii_hexdigit)
}

/// Reads to the empty line behind the last chunk (RFC 9112 §7.1.2).
fn trailers(reader: &mut impl BufRead) -> io::Result<bool> {
    let mut section = reader.take(MAX_TRAILER);
    let mut line = Vec::new();
    loop {
        line.clear();
        section.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Ok(false);
        }
        if matches!(line.as_slice(), b"\n" | b"\r\n") {
            return Ok(true);
        }
    }
}

/// Reads to the end, keeping the beginning.
fn drain(reader: &mut impl Read, mut hasher: Hasher, body: &mut Body) -> io::Result<Option<Hash>> {
    let mut buffer = vec![0; SNIFF];
    loop {
        let count = reader.read(&mut buffer)?;
        if count == 0 {
            return Ok(hasher.finish());
        }
        let part = buffer.get(..count).unwrap_or_default();
        hasher.update(part);
        let room = SNIFF.saturating_sub(body.start.len()).min(count);
        body.start.extend_from_slice(part.get(..room).unwrap_or_default());
        body.entity += count as u64;
    }
}

/// Hashes and counts what is read through it.
struct Tee<'a, R> {
    inner: R,
    hasher: &'a mut Hasher,
    count: &'a mut u64,
}

impl<R: BufRead> BufRead for Tee<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        // What was filled is still there: this reads nothing.
        if let Ok(ready) = self.inner.fill_buf() {
            self.hasher.update(ready.get(..count).unwrap_or_default());
        }
        self.inner.consume(count);
        *self.count += count as u64;
    }
}

impl<R: BufRead> Read for Tee<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
