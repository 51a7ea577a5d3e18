//! One server while the crawl runs: its troubles, its rest, the robots rules of its origins.
//!
//! Owned by [`super::Politeness`] alone, behind its lock. What it earns, a rest or being given up,
//! is its own: the other servers of its site go on. A `Host` computes; it never reads a clock by
//! itself, `now` is handed in.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::Feedback;
use super::backoff::{self, MAX_RETRY_AFTER, Mood};
use super::robots::Rules;
use crate::address::HostKey;
use crate::lead::FailureKind;
use crate::moment::Moment;

/// Times in a row a server may fail to answer before the run gives it up.
pub(super) const MAX_SILENCE: u32 = 20;

/// What is known of an origin's robots.txt.
#[derive(Debug)]
pub(super) enum Origin {
    /// Its rules, read at this wall time.
    Known { rules: Arc<Rules>, read: Moment },
    /// No answer yet, after so many attempts; worth another at `again`, after `wait`. Rules of an earlier day
    /// hold meanwhile, where there are some (RFC 9309 §2.3.1.4).
    Unreachable { tries: u32, wait: Duration, again: Moment, stale: Option<Arc<Rules>> },
}

/// A server.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) origins: HashMap<HostKey, Origin>,
    /// Back-off, Retry-After, and twice the last fetch: no request before this.
    rest: Moment,
    /// Troubles in a row, and those of them in which it did not answer.
    troubles: u32,
    silence: u32,
    /// When it was last asked or settled.
    pub(super) used: Moment,
}

/// A rest, with its reason.
pub(super) type Rest = Option<(Duration, String)>;

impl Host {
    /// A server nobody has spoken to yet.
    pub(super) fn new(now: Moment) -> Self {
        Self { origins: HashMap::new(), rest: now, troubles: 0, silence: 0, used: now }
    }

    /// No request before this.
    pub(super) const fn rest(&self) -> Moment {
        self.rest
    }

    /// Whether the run has given the server up.
    pub(super) const fn is_silent(&self) -> bool {
        self.silence >= MAX_SILENCE
    }

    /// Whether forgetting the server would lose nothing but its robots rules.
    pub(super) fn is_idle(&self, now: Moment) -> bool {
        let past = self.rest < now && self.troubles == 0;
        past && !self.origins.values().any(|origin| matches!(origin, Origin::Unreachable { .. }))
    }

    /// Takes in how a request went; gives the rest it earned. One that answers slowly is asked
    /// less often, unless `unhurried`: start to start at least twice its last fetch.
    pub(super) fn settle(
        &mut self,
        feedback: &Feedback,
        now: Moment,
        unhurried: bool,
        pause: impl FnOnce(u32) -> Duration,
    ) -> Rest {
        self.used = now;
        if !unhurried {
            let twice = feedback.started.plus(feedback.took.saturating_mul(2));
            self.rest = self.rest.max(twice);
        }
        let mood = backoff::mood(feedback.status, feedback.failed);
        (self.troubles, self.silence) = match mood {
            Mood::Unknown => return None,
            Mood::Well => (0, 0),
            Mood::Unwell => (self.troubles.saturating_add(1), 0),
            Mood::Gone => (self.troubles.saturating_add(1), self.silence.saturating_add(1)),
        };
        if mood == Mood::Well {
            return None;
        }
        let rest = self.wait(feedback, pause);
        self.rest = self.rest.max(now.plus(rest.0));
        Some(rest)
    }

    /// A server that names its time is taken at its word, unless it says the same again and again.
    fn wait(&self, feedback: &Feedback, pause: impl FnOnce(u32) -> Duration) -> (Duration, String) {
        let what = said(feedback);
        let Some(asked) = feedback.retry_after else {
            return (pause(self.troubles), format!("{what} ({} in a row)", self.troubles));
        };
        let least = match self.troubles {
            0 | 1 => Duration::ZERO,
            more => pause(more - 1),
        };
        let why = match asked {
            asked if asked > MAX_RETRY_AFTER => format!(
                "{what}, Retry-After {} s, held to {} s",
                asked.as_secs(),
                MAX_RETRY_AFTER.as_secs()
            ),
            asked => format!("{what}, Retry-After {} s", asked.as_secs()),
        };
        (asked.min(MAX_RETRY_AFTER).max(least), why)
    }
}

/// What a server said, for people.
fn said(feedback: &Feedback) -> String {
    match (feedback.status, feedback.failed) {
        (_, Some(kind)) => format!("no answer: {}", name(kind)),
        (Some(status), None) => format!("status {status}"),
        (None, None) => "no answer".to_owned(),
    }
}

const fn name(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Dns => "no address for its name",
        FailureKind::Connect => "no connection",
        FailureKind::Tls => "TLS failed",
        FailureKind::Http2Only => "HTTP/2 only",
        FailureKind::Timeout => "a time limit",
        FailureKind::Disconnect => "the connection ended early",
        FailureKind::Protocol => "not HTTP",
        FailureKind::RateLimited => "rate-limited",
        FailureKind::Internal => "a fault of warraq's own",
    }
}
