//! The capture: one HTTP exchange as it crossed the wire.
//!
//! A [`Capture`] is owned by one worker, filed into the archive, read by `page`, then dropped. Two
//! transports make captures behind one seam, [`Fetch`]: [`wire`], exact by construction, and
//! [`client`], a real `reqwest::Client` whose records are reconstructed and say so; [`Carrier`]
//! chooses. Redirects are
//! ordinary captures: no transport ever follows one.

mod absent;
mod answers;
mod chunks;
pub mod client;
mod connection;
pub mod cookies;
mod cut;
mod dial;
mod exchange;
pub mod framer;
pub mod guard;
mod peer;
mod pool;
pub mod request;
pub mod spool;
mod tls;
pub mod wire;

use std::future::Future;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use crate::digest::Digest;
use crate::head::Head;
use crate::lead::{Failure, FailureKind, Refusal, Rule, Truncated};
use crate::moment::{Clock, Moment};
use crate::record::{Block, LookUp};
use crate::settings::{Settings, Transport};

pub use client::Client;
pub use spool::{entity, head_only};
pub use wire::Wire;

/// Limits of one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Name look-up, connection and TLS, each.
    pub connect: Duration,
    /// From the end of the request to the end of the head, absolute.
    pub head: Duration,
    /// Longest silence while reading.
    pub idle: Duration,
    /// The whole exchange, absolute.
    pub total: Duration,
    /// Largest head in bytes.
    pub max_head: u64,
    /// Largest body in bytes as received; the cut is exact.
    pub max_body: u64,
    /// Bytes a second that must come while a body is read, over each `idle`; 0 for no limit.
    pub min_speed: u64,
}

/// Whether the bytes are those of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fidelity {
    /// As they crossed the wire.
    Exact,
    /// Put together again from parsed fields and a de-chunked body.
    Reconstructed,
}

/// How an exchange ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Whole.
    Complete,
    /// The head is whole, the body is not.
    Truncated(Truncated),
    /// No response that could be archived.
    Failed(Failure),
    /// Never connected, by the address policy.
    Refused(Refusal),
}

/// Bytes that came after the message; they are kept out of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// How many were seen.
    pub length: u64,
    /// The first of them, at most 4 KB.
    pub first: Vec<u8>,
}

/// The bytes of a response, in memory or in an unlinked temporary file.
#[derive(Debug)]
pub struct Response {
    /// The parsed view of the final head.
    pub head: Head,
    /// Its status.
    pub status: u16,
    /// Head and body as received, from the first byte of the final head.
    pub block: Block,
    /// Length of the head, its empty line included.
    pub head_length: u64,
    /// The ranges of the block that hold the entity (transfer coding removed).
    pub entity: Vec<Range<u64>>,
    /// SHA-1 of the block.
    pub block_digest: Digest,
    /// SHA-1 of the entity.
    pub payload_digest: Digest,
    /// Length of the entity in bytes.
    pub payload_length: u64,
}

/// One exchange.
#[derive(Debug)]
pub struct Capture {
    /// When it began: the WARC-Date of its records.
    pub began: Moment,
    /// From the request to the last byte.
    pub took: Duration,
    /// The address really connected to; `None` behind a proxy or without a connection.
    pub peer: Option<SocketAddr>,
    /// `http/1.1`, `tls/1.3`, …
    pub protocols: Vec<String>,
    /// The IANA name of the cipher suite.
    pub cipher: Option<String>,
    /// The request as sent; empty when nothing was.
    pub request: Vec<u8>,
    /// The response, when a complete head came.
    pub response: Option<Response>,
    /// How it ended.
    pub end: End,
    /// Of a truncated response: how much of the body came, and what ended it.
    pub cut: Option<String>,
    /// What was wrong with the message and was archived all the same.
    pub defects: Vec<String>,
    /// Interim 1xx responses, raw, at most 16 KB.
    pub interim: Vec<u8>,
    /// Bytes after the message.
    pub excess: Option<Excess>,
    /// When no head came: the first bytes that did, at most 4 KB.
    pub debris: Vec<u8>,
    /// Bytes received in all.
    pub received: u64,
    /// Whether the bytes are those of the wire.
    pub fidelity: Fidelity,
    /// What the resolver said of the host; none of a literal or fixed address.
    pub look_up: Option<LookUp>,
}

/// The seam of the transports. A fetch never fails: how it went is in the capture.
pub trait Fetch: Send + Sync {
    /// Makes one exchange. The request's URL, method and fields are used; its body is not.
    fn fetch(
        &self,
        request: reqwest::Request,
        limits: &Limits,
    ) -> impl Future<Output = Capture> + Send;
}

/// What cannot be set up or asked at all. Whatever goes wrong later is in the captures.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The file of `--ca-file`.
    #[error("--ca-file {path}: {why}; it must be a PEM file of CA certificates", path = path.display())]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A request field.
    #[error("the request field {0:?} holds a byte no header may hold; remove it from --header")]
    Field(String),
    /// TLS as a whole.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// `reqwest` refused its own settings.
    #[error("the HTTP client cannot be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// The transport `--transport` names.
#[derive(Debug)]
pub enum Carrier {
    /// The exact one.
    Wire(Wire),
    /// The one on `reqwest::Client`.
    Client(Client),
    /// The exact one, and the other for servers that speak only HTTP/2.
    Either(Wire, Client),
}

impl Carrier {
    /// The transport these settings ask for.
    pub fn new(settings: &Settings, clock: Clock) -> Result<Self, CaptureError> {
        Ok(match settings.transport {
            Transport::Wire if settings.allow_h2 => {
                Self::Either(Wire::new(settings, clock.clone())?, Client::new(settings, clock)?)
            }
            Transport::Wire => Self::Wire(Wire::new(settings, clock)?),
            Transport::Reqwest => Self::Client(Client::new(settings, clock)?),
        })
    }
}

impl Fetch for Carrier {
    async fn fetch(&self, request: reqwest::Request, limits: &Limits) -> Capture {
        match self {
            Self::Wire(wire) => wire.fetch(request, limits).await,
            Self::Client(client) => client.fetch(request, limits).await,
            Self::Either(wire, client) => {
                // A request without a body can always be made again.
                let again = request.try_clone();
                let capture = wire.fetch(request, limits).await;
                match again {
                    Some(again) if capture.is_http2_only() => client.fetch(again, limits).await,
                    _ => capture,
                }
            }
        }
    }
}

impl Limits {
    /// The limits these settings ask for. The head's is absolute, so that it cannot be dripped.
    pub const fn of(settings: &Settings) -> Self {
        Self {
            connect: settings.connect_timeout,
            head: settings.idle_timeout,
            idle: settings.idle_timeout,
            total: settings.total_timeout,
            max_head: 256 << 10,
            max_body: settings.max_body,
            min_speed: settings.min_speed,
        }
    }
}

impl Capture {
    /// Whether nothing was asked because the server speaks HTTP/2 and nothing older.
    fn is_http2_only(&self) -> bool {
        matches!(&self.end, End::Failed(failure) if failure.kind == FailureKind::Http2Only)
    }

    /// A capture of which nothing is known but when it began.
    const fn begin(began: Moment, fidelity: Fidelity) -> Self {
        Self {
            began,
            took: Duration::ZERO,
            peer: None,
            protocols: Vec::new(),
            cipher: None,
            request: Vec::new(),
            response: None,
            end: End::Complete,
            cut: None,
            defects: Vec::new(),
            interim: Vec::new(),
            excess: None,
            debris: Vec::new(),
            received: 0,
            fidelity,
            look_up: None,
        }
    }
}

const fn failed(kind: FailureKind, detail: String) -> End {
    End::Failed(Failure { kind, detail })
}

fn refused(url: &Url, rule: Rule) -> End {
    End::Refused(Refusal { url: url.as_str().to_owned(), rule })
}
