//! The record: what stands in a WARC file, complete before it is written.
//!
//! Record types, the ordered [`Header`] and the builders live here; [`writer`] appends them as one
//! gzip member each, [`reader`] takes them out again. Nothing here knows the network or the clock.

pub mod about;
mod ahead;
pub mod block;
pub mod dns;
pub mod entity;
pub mod entry;
pub mod exchange;
pub(crate) mod frame;
pub mod header;
pub mod ids;
mod member;
pub mod name;
mod plain;
pub mod reader;
pub mod redact;
pub mod repair;
pub mod resource;
mod start;
pub mod strict;
pub mod tally;
pub mod torn;
pub mod trace;
pub mod validators;
pub mod verify;
pub mod writer;

use std::fs::File;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use warc::RecordType;

use crate::digest::Digest;
use crate::disk;
use crate::lead::{Locator, Truncated};
use crate::moment::Moment;

pub use self::dns::LookUp;
pub use self::header::{FieldError, Header};
pub use self::ids::Ids;
pub use self::redact::Credentials;
pub use self::resource::Resource;

/// A record, complete: what the writer puts into one gzip member.
#[derive(Debug)]
pub struct Record {
    /// Its type.
    pub kind: RecordType,
    /// Its WARC-Record-ID, `<urn:uuid:…>`.
    pub id: String,
    /// Its header, Content-Length and digests included.
    pub header: Header,
    /// Its block.
    pub block: Block,
}

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
    /// Whether it stands there in a transfer coding (chunks). A revisit must be framed like its
    /// original: replay tools read the original's body by the revisit's head.
    pub chunked: bool,
}

impl Origin {
    /// Whether payloads that come with this status are stored once. A redirect's never are: replay
    /// tools give a `revisit` of one an empty body, and there is little to be spared.
    pub const fn is_shared(status: u16) -> bool {
        !matches!(status, 300..=399)
    }

    /// How a `revisit` refers to it.
    pub fn reference(&self) -> Reference {
        Reference {
            record_id: Some(self.record_id.clone()),
            uri: self.uri.clone(),
            date: self.date,
            container: Container { file: self.locator.file.clone(), outside: false },
        }
    }
}

/// The capture that a `revisit` refers to (WARC 1.1 §5.7, §6.7.2), always a `response`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// WARC-Refers-To; `None` when only a line of an index is known of it.
    pub record_id: Option<String>,
    /// WARC-Refers-To-Target-URI.
    pub uri: String,
    /// WARC-Refers-To-Date.
    pub date: Moment,
    /// Where it lies.
    pub container: Container,
}

/// A WARC file that a `revisit` depends on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Container {
    /// Its name, as this folder or the index of the other archive has it.
    pub file: String,
    /// Whether it belongs to another archive (`dedup import`).
    pub outside: bool,
}

/// A payload of another archive that later captures may refer to. It is never read: a conditional
/// request needs the original at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outside {
    /// How a `revisit` refers to it.
    pub reference: Reference,
    /// Whether it stands there in chunks; an index does not say.
    pub chunked: Option<bool>,
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

/// The bytes of a record block. A clone shares them.
#[derive(Clone, Debug)]
pub enum Block {
    /// In memory.
    Bytes(Bytes),
    /// A range of a (temporary) file.
    File {
        /// The file; it is read with its own offset, so the handle is not shared.
        file: Arc<File>,
        /// First byte.
        start: u64,
        /// Number of bytes.
        length: u64,
    },
}

/// The response part of an exchange.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Head and body as they crossed the wire.
    pub block: Block,
    /// Length of the head within the block, its empty line included.
    pub head_length: u64,
    /// SHA-1 of the block.
    pub block_digest: Digest,
    /// SHA-1 of the entity: transfer coding removed, content coding kept (WARC 1.1 §5.9). Of a 304
    /// with `revisit_of` set: that of the original's payload, never of the empty body.
    pub payload_digest: Digest,
    /// Set when the body is not whole.
    pub truncated: Option<Truncated>,
    /// Set when the payload is archived already: the reply becomes a `revisit` of it. The original
    /// is a `response`, never itself a `revisit`.
    pub revisit_of: Option<Reference>,
}

/// One exchange, ready to become records: `request`, `response` or `revisit`, `metadata`, in that
/// order and in one file. An exchange without reply becomes `request` (when bytes were sent) and
/// `metadata`. The look-up of its host goes ahead of them, once a host.
#[derive(Clone, Debug)]
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
    /// The look-up of its host; none of a literal or fixed address.
    pub look_up: Option<LookUp>,
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

/// Why something could not be archived. The archive itself stays whole in every case.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A field that may not stand in a record.
    #[error("cannot archive {target}: {source}; nothing of it was written")]
    Field {
        /// The exchange's URL.
        target: String,
        /// The field, and what is wrong with it.
        source: FieldError,
    },
    /// A URL that may not stand in a record.
    #[error("cannot archive {target}: it is no URI without space, control character and fragment")]
    Target {
        /// The URL, its control characters escaped.
        target: String,
    },
    /// A body that could not be read back from where it was spooled.
    #[error("cannot archive {target}: its body could not be read back: {source}")]
    Block {
        /// The exchange's URL.
        target: String,
        /// Why.
        source: io::Error,
    },
    /// A WARC that could not be written; it was cut back to its last whole record.
    #[error("cannot write {path}@{offset}: {source}; {remedy}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Where the record would have begun.
        offset: u64,
        /// What to do.
        remedy: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A file that could not be repaired or given its final name.
    #[error("cannot finish {path}: {source}; its records are kept, the next start tries again")]
    Name {
        /// The file, `.open` included.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder of the archive.
    #[error(
        "cannot use the archive folder {path}: {source}; it must be a folder that can be written to"
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A WARC that could not be made durable.
    #[error(
        "cannot make {path} durable: {source}; {}. What it took behind byte {offset} is not trusted and is fetched again",
        disk::need(source)
    )]
    Sync {
        /// The file.
        path: PathBuf,
        /// The end of what is known to be durable.
        offset: u64,
        /// Why.
        source: io::Error,
    },
    /// An earlier failure left the file in a state only a new start can judge.
    #[error(
        "{path} is not trusted any more ({why}); check that disk and start the crawl again: it checks the file and goes on behind its last whole record"
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// What could not be done to it.
        why: String,
    },
}

impl RecordError {
    fn write(path: &Path, offset: u64, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), offset, remedy: disk::need(&source), source }
    }

    /// Whether the same call may succeed later: the disk may have room then.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Write { source, .. }
            | Self::Name { source, .. }
            | Self::Folder { source, .. } => disk::may_pass(source),
            _ => false,
        }
    }

    /// Whether opening the archive anew may mend it: only that checks what a failed sync or a
    /// failed cut left behind.
    pub fn wants_reopening(&self) -> bool {
        match self {
            Self::Sync { source, .. } => disk::may_pass(source),
            Self::Broken { .. } => true,
            _ => self.is_transient(),
        }
    }
}
