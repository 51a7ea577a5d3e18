//! The wire: the transport whose captures are the bytes as they crossed it.
//!
//! A [`Wire`] dials, asks, keeps what comes, and lets a clean connection rest for the next request
//! to the same origin. It repeats a request exactly once, and only when a used connection was
//! closed under it before a byte came back. It follows no redirect and decodes nothing.

use std::path::Path;
use std::sync::Arc;

use reqwest::Method;
use tokio::time::Instant;
use url::Url;

use super::connection::{Connection, Facts};
use super::dial::{Dialer, Patience};
use super::exchange::{Answer, Asked, FIRST, Stop, exchange};
use super::framer::Framer;
use super::guard::GuardedResolver;
use super::pool::Pool;
use super::tls::{Tls, Trust};
use super::{
    Capture, CaptureError, End, Fetch, Fidelity, Limits, Response, failed, request, spool,
};
use crate::address::HostKey;
use crate::lead::FailureKind;
use crate::moment::{Clock, Moment};
use crate::settings::Settings;

/// The exact transport.
#[derive(Debug)]
pub struct Wire {
    dialer: Dialer,
    pool: Pool,
    keepalive: bool,
    folder: Arc<Path>,
    clock: Clock,
}

impl Wire {
    /// The transport these settings ask for.
    pub fn new(settings: &Settings, clock: Clock) -> Result<Self, CaptureError> {
        let trust = if settings.insecure_tls { Trust::Anything } else { Trust::Verified };
        let tls = Tls::new(settings, trust)?.offering(&["http/1.1"]);
        Ok(Self {
            dialer: Dialer { resolver: GuardedResolver::new(settings, clock.clone()), tls, trust },
            pool: Pool::new(settings.per_host),
            keepalive: settings.keepalive,
            folder: spool::folder(&settings.into),
            clock,
        })
    }

    async fn attempt(&self, url: &Url, asked: &Asked<'_>, may_repeat: bool) -> Attempt {
        let origin = HostKey::of(url);
        if let Some(used) = self.rested(&origin).await {
            let started = self.clock.steady();
            let (answer, facts, peer) = self.ask(used, &origin, asked).await;
            if !(answer.never_began() && may_repeat) {
                return Attempt { started, got: Ok((answer, facts, peer)) };
            }
        }
        let patience = Patience { step: asked.limits.connect, total: asked.total };
        let dialling = self.clock.steady();
        match self.dialer.dial(url, patience).await {
            Err(end) => Attempt { started: dialling, got: Err(end) },
            Ok(fresh) => {
                let started = self.clock.steady();
                Attempt { started, got: Ok(self.ask(fresh, &origin, asked).await) }
            }
        }
    }

    async fn rested(&self, origin: &HostKey) -> Option<Connection> {
        if self.keepalive { self.pool.take(origin).await } else { None }
    }

    async fn ask(
        &self,
        mut connection: Connection,
        origin: &HostKey,
        asked: &Asked<'_>,
    ) -> (Answer, Facts, std::net::SocketAddr) {
        let answer = exchange(&mut connection, asked).await;
        let (facts, peer) = (connection.facts.clone(), connection.peer);
        if self.keepalive && matches!(answer.stop, Stop::Whole) && answer.leaves_clean() {
            self.pool.put(origin, connection);
        }
        (answer, facts, peer)
    }
}

/// The last attempt of a fetch: when its request went out, and what came of it.
struct Attempt {
    started: Moment,
    got: Result<(Answer, Facts, std::net::SocketAddr), End>,
}

impl Fetch for Wire {
    async fn fetch(&self, request: reqwest::Request, limits: &Limits) -> Capture {
        let mut capture = Capture::begin(self.clock.wall(), Fidelity::Exact);
        let sent = match request::render(&request, self.keepalive) {
            Ok(sent) => sent,
            Err(why) => {
                capture.end = failed(FailureKind::Internal, why.to_string());
                return capture;
            }
        };
        let asked = Asked {
            host: request.url().host_str().unwrap_or_default(),
            request: &sent,
            is_head: request.method() == Method::HEAD,
            limits,
            total: Instant::now() + limits.total,
            folder: &self.folder,
        };
        let may_repeat = matches!(*request.method(), Method::GET | Method::HEAD);
        let attempt = self.attempt(request.url(), &asked, may_repeat).await;
        capture.took = self.clock.steady().since(attempt.started);
        capture.look_up = self.dialer.resolver.looked_up(asked.host);
        match attempt.got {
            Err(end) => capture.end = end,
            Ok((answer, facts, peer)) => {
                capture.peer = Some(peer);
                capture.protocols.push(version(&answer.framer));
                capture.protocols.extend(facts.version);
                capture.cipher = facts.cipher;
                capture.defects.extend(facts.defect);
                capture.request = sent;
                capture.fill(answer, limits);
            }
        }
        capture
    }
}

impl Capture {
    /// Moves what came into the capture.
    fn fill(&mut self, mut answer: Answer, limits: &Limits) {
        self.received = answer.spool.received();
        self.excess = answer.excess();
        self.interim = answer.spool.interim();
        self.defects.extend(answer.framer.defects().iter().cloned());
        self.defects.append(&mut answer.defects);
        let (mut framer, mut spool) = (answer.framer, answer.spool);
        spool.end(&mut framer);
        self.end = match answer.stop {
            Stop::Whole => End::Complete,
            Stop::Cut(cut) => {
                self.cut = Some(cut.told(limits, framer.body_length(), framer.declared_length()));
                End::Truncated(cut.truncated())
            }
            Stop::Nothing(failure) => End::Failed(failure),
            Stop::Spool(why) => return self.end = not_kept(&why),
        };
        let Some(head_end) = framer.head_end() else {
            self.debris = spool.first(0..self.received, FIRST);
            return;
        };
        let head_start = framer.head_start();
        match spool.finish(head_start..framer.end()) {
            Err(why) => self.end = not_kept(&why),
            Ok((block, block_digest, payload_digest)) => {
                self.response = Some(Response {
                    head: framer.head().clone(),
                    status: framer.head().status().unwrap_or_default(),
                    block,
                    head_length: head_end - head_start,
                    entity: within_block(&framer),
                    block_digest,
                    payload_digest,
                    payload_length: framer.entity_length(),
                });
            }
        }
    }
}

/// The ranges of the entity, counted from the first byte of the block.
fn within_block(framer: &Framer) -> Vec<std::ops::Range<u64>> {
    let start = framer.head_start();
    framer.entity().iter().map(|range| range.start - start..range.end - start).collect()
}

/// `http/1.1`, or what the server said instead.
fn version(framer: &Framer) -> String {
    match framer.head().version() {
        b"HTTP/1.0" => "http/1.0".to_owned(),
        _ => "http/1.1".to_owned(),
    }
}

pub(super) fn not_kept(why: &std::io::Error) -> End {
    let detail = format!("the body could not be kept in a temporary file: {why}");
    failed(FailureKind::Internal, detail)
}
