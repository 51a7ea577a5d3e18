//! The record: what stands in a WARC file, complete before it is written.
//!
//! Record types, the ordered [`Header`] and the builders live here; [`writer`] appends them as one
//! gzip member each, [`reader`] takes them out again. Nothing here knows the network or the clock.

pub mod trace;

use std::fs::File;
use std::net::IpAddr;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::lead::{Locator, Truncated};
use crate::moment::Moment;

/// An archived payload that later captures may refer to instead of storing it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `<urn:uuid:…>` of the `response` record.
    pub record_id: String,
    /// Its WARC-Target-URI.
    pub uri: String,
    /// Its WARC-Date.
    pub date: Moment,
    /// Where it lies.
    pub locator: Locator,
}

/// A point in the archive: everything before it in this file, and in earlier files, is whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Position {
    /// Serial number of the file; WARC files of a folder are ordered by it.
    pub serial: u64,
    /// File name without `.open`.
    pub file: String,
    /// Offset in bytes, at a member boundary.
    pub offset: u64,
}

/// The bytes of a record block.
#[derive(Debug)]
pub enum Block {
    /// In memory.
    Bytes(Bytes),
    /// A range of a (temporary) file.
    File {
        /// The file; it is read with its own offset, so the handle is not shared.
        file: File,
        /// First byte.
        start: u64,
        /// Number of bytes.
        length: u64,
    },
}

/// The response part of an exchange.
#[derive(Debug)]
pub struct Reply {
    /// Head and body as they crossed the wire.
    pub block: Block,
    /// Length of the head within the block, its empty line included.
    pub head_length: u64,
    /// SHA-1 of the block.
    pub block_digest: Digest,
    /// SHA-1 of the entity: transfer coding removed, content coding kept (WARC 1.1 §5.9).
    pub payload_digest: Digest,
    /// Set when the body is not whole.
    pub truncated: Option<Truncated>,
    /// Set when the payload is archived already: the reply becomes a `revisit` of it.
    pub revisit_of: Option<Origin>,
}

/// One exchange, ready to become records: `response` or `revisit`, `request`, `metadata`, in that
/// order and in one file. An exchange without reply becomes `request` (when bytes were sent) and
/// `metadata`.
#[derive(Debug)]
pub struct Exchange {
    /// WARC-Target-URI: the URL that was fetched, an RFC 3986 URI without fragment.
    pub target_uri: String,
    /// WARC-Date of all its records: when the fetch began.
    pub date: Moment,
    /// WARC-IP-Address: the peer really connected to.
    pub ip: Option<IpAddr>,
    /// WARC-Protocol, one field a value: `http/1.1`, `tls/1.3`.
    pub protocols: Vec<String>,
    /// WARC-Cipher-Suite, the IANA name.
    pub cipher: Option<String>,
    /// The request as it was sent; empty when nothing was.
    pub request: Vec<u8>,
    /// The reply.
    pub reply: Option<Reply>,
    /// The block of the `metadata` record (`application/warc-fields`).
    pub metadata: String,
}

/// Where the records of one exchange came to lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// The `response` or `revisit` record.
    pub reply: Option<Locator>,
    /// `<urn:uuid:…>` of the `response` or `revisit` record.
    pub reply_id: Option<String>,
    /// The end of the group: the checkpoint may move here once all before it is settled.
    pub end: Position,
}
