//! Verification: the digests a record declares against the bytes it holds.
//!
//! The payload digest is the standard's (WARC 1.1 §5.9): transfer coding removed, content coding
//! kept. Tools that hash chunked bytes instead write digests which are wrong here, and right ones
//! look wrong to them.

use std::io::{self, BufReader, Read};

use warc::RecordType;

use super::entity::{Dechunked, is_chunked, read_head};
use super::entry::Entry;
use crate::digest::{Digest, RunningDigest};

/// Something a record declares and does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// WARC-Block-Digest names other bytes.
    #[error("WARC-Block-Digest says {said}, the block is {found}")]
    Block {
        /// As declared.
        said: Digest,
        /// As computed.
        found: Digest,
    },
    /// WARC-Payload-Digest names other bytes.
    #[error("WARC-Payload-Digest says {said}, the payload is {found}")]
    Payload {
        /// As declared.
        said: Digest,
        /// As computed.
        found: Digest,
    },
    /// WARC-Payload-Digest was taken over the chunked bytes, as several writers do.
    #[error("WARC-Payload-Digest was taken over the chunked body; the entity is {found}")]
    ChunkedPayload {
        /// The digest of the entity.
        found: Digest,
    },
    /// A digest that is none, or of another algorithm than SHA-1.
    #[error("{field} cannot be checked: {value:?}")]
    Unchecked {
        /// The field.
        field: &'static str,
        /// Its value.
        value: String,
    },
    /// Only a part of the block was kept, so nothing can be said.
    #[error("only {kept} of {length} bytes were read, digests cannot be checked")]
    Partial {
        /// Bytes kept.
        kept: u64,
        /// Bytes declared.
        length: u64,
    },
}

/// Compares the digests of `entry` with its bytes. A record without digests has nothing to be
/// compared, and a `revisit` holds no payload.
pub fn verify(entry: &Entry) -> io::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if entry.block.len() < entry.length {
        let (kept, length) = (entry.block.len(), entry.length);
        return Ok(vec![Finding::Partial { kept, length }]);
    }
    if let Some(said) = declared(entry, "WARC-Block-Digest", &mut findings) {
        let found = entry.block.digest()?;
        if found != said {
            findings.push(Finding::Block { said, found });
        }
    }
    let segmented = entry.is_segment();
    if segmented || matches!(entry.kind, RecordType::Revisit | RecordType::Continuation) {
        return Ok(findings);
    }
    if let Some(said) = declared(entry, "WARC-Payload-Digest", &mut findings) {
        findings.extend(of_payload(entry, said)?);
    }
    Ok(findings)
}

/// What is wrong with the digest that a record declares of its payload.
fn of_payload(entry: &Entry, said: Digest) -> io::Result<Option<Finding>> {
    let payload = payload(entry)?;
    let found = payload.entity;
    if found == said || (payload.is_unframed && said == Digest::empty()) {
        return Ok(None);
    }
    let of_body = payload.body == Some(said);
    Ok(Some(if of_body {
        Finding::ChunkedPayload { found }
    } else {
        Finding::Payload { said, found }
    }))
}

/// Whether a digest shows that the bytes of `entry` are not those that were recorded: that of the
/// block, where it has one, else that of the payload. What was not read whole cannot be told.
pub fn is_altered(entry: &Entry) -> io::Result<bool> {
    if entry.block.len() < entry.length {
        return Ok(false);
    }
    let said = |field| entry.header.get(field).and_then(|said| said.parse::<Digest>().ok());
    if let Some(said) = said("WARC-Block-Digest") {
        return Ok(entry.block.digest()? != said);
    }
    let Some(said) = said("WARC-Payload-Digest") else { return Ok(false) };
    Ok(of_payload(entry, said)?.is_some_and(|finding| matches!(finding, Finding::Payload { .. })))
}

/// The digest of what a record holds as its payload: the entity of an HTTP message, else the block.
pub fn payload_digest(entry: &Entry) -> io::Result<Digest> {
    payload(entry).map(|payload| payload.entity)
}

fn declared(entry: &Entry, field: &'static str, findings: &mut Vec<Finding>) -> Option<Digest> {
    let value = entry.header.get(field)?;
    let parsed = value.parse();
    if parsed.is_err() {
        let value = value.chars().take(80).collect();
        findings.push(Finding::Unchecked { field, value });
    }
    parsed.ok()
}

struct Payload {
    entity: Digest,
    /// The digest of the chunked body.
    body: Option<Digest>,
    /// Whether the head says chunked and there are no chunks: what stands there may be taken for
    /// the entity, or the entity for empty.
    is_unframed: bool,
}

impl Payload {
    const fn of(entity: Digest) -> Self {
        Self { entity, body: None, is_unframed: false }
    }
}

fn payload(entry: &Entry) -> io::Result<Payload> {
    if !entry.is_http() {
        return entry.block.digest().map(Payload::of);
    }
    let mut reader = BufReader::new(entry.block.reader());
    let head = read_head(&mut reader)?;
    if !is_chunked(&head) {
        return digest(reader).map(Payload::of);
    }
    let mut chunks = Dechunked::new(reader);
    let entity = digest(&mut chunks)?;
    let is_unframed = chunks.is_as_it_stands();
    let mut reader = BufReader::new(entry.block.reader());
    read_head(&mut reader)?;
    Ok(Payload { entity, body: Some(digest(reader)?), is_unframed })
}

fn digest(mut reader: impl Read) -> io::Result<Digest> {
    let mut running = RunningDigest::default();
    let mut buffer = vec![0; 64 << 10];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(running.finish()),
            count => running.update(buffer.get(..count).unwrap_or_default()),
        }
    }
}
