//! One site while the crawl runs: its pace, its troubles, the robots rules of its origins.
//!
//! Owned by [`super::Politeness`] alone, behind its lock. A `Host` computes; it never reads a
//! clock by itself, `now` is handed in.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::Feedback;
use super::backoff::{self, MAX_RETRY_AFTER, Mood};
use super::pace::Pace;
use super::robots::Rules;
use crate::address::{HostKey, Site};
use crate::lead::FailureKind;
use crate::moment::{Clock, Moment};
use crate::settings::{DEFAULT_DELAY, Settings};

/// Times in a row a site may fail to answer before the run gives it up.
pub(super) const MAX_SILENCE: u32 = 20;

/// What is known of an origin's robots.txt.
#[derive(Debug)]
pub(super) enum Origin {
    /// Its rules, read at this wall time.
    Known { rules: Arc<Rules>, read: Moment },
    /// No answer yet, after so many attempts; worth another at `again`.
    Unreachable { tries: u32, again: Moment },
}

/// A site.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) origins: HashMap<HostKey, Origin>,
    pace: Option<Pace>,
    /// Start to start, and what `pace` was made for.
    delay: Duration,
    /// How long the last fetch took.
    took: Duration,
    /// The operator's word for this site.
    given: Option<Duration>,
    /// Whether the last peer was a private address.
    private: bool,
    last_start: Option<Moment>,
    /// Back-off and Retry-After: no request before this.
    rest: Moment,
    /// Troubles in a row, and those of them in which it did not answer.
    troubles: u32,
    silence: u32,
    /// Starts of requests that have not been settled.
    under_way: VecDeque<Moment>,
    /// When it was last asked or settled.
    pub(super) used: Moment,
}

/// A rest, with its reason.
pub(super) type Rest = Option<(Duration, String)>;

impl Host {
    /// A site nobody has spoken to yet. `private`: whether its peer is going to be a private
    /// address for all that is known before.
    pub(super) fn new(
        settings: &Settings,
        site: &Site,
        clock: &Clock,
        now: Moment,
        private: bool,
    ) -> Self {
        let mut host = Self {
            origins: HashMap::new(),
            pace: None,
            delay: Duration::ZERO,
            took: Duration::ZERO,
            given: settings.host(site.as_str()).and_then(|host| host.delay),
            private,
            last_start: None,
            rest: now,
            troubles: 0,
            silence: 0,
            under_way: VecDeque::new(),
            used: now,
        };
        host.set_delay(settings, clock);
        host
    }

    /// The delay now in force, start to start.
    pub(super) const fn delay(&self) -> Duration {
        self.delay
    }

    /// Whether the run has given the site up.
    pub(super) const fn is_silent(&self) -> bool {
        self.silence >= MAX_SILENCE
    }

    /// Whether forgetting the site would lose nothing but its robots rules.
    pub(super) fn is_idle(&self, now: Moment) -> bool {
        let past = self.due() < now && self.under_way.is_empty() && self.troubles == 0;
        past && !self.origins.values().any(|origin| matches!(origin, Origin::Unreachable { .. }))
    }

    /// The first instant at which a request may start.
    pub(super) fn due(&self) -> Moment {
        self.last_start.map_or(self.rest, |start| start.plus(self.delay).max(self.rest))
    }

    /// Frees the places of requests that were never settled (their worker died).
    pub(super) fn free(&mut self, per_host: usize, now: Moment, longest: Duration) -> bool {
        self.under_way.retain(|start| now.since(*start) <= longest);
        self.under_way.len() < per_host
    }

    /// Takes the site's turn, or tells when it will be.
    pub(super) fn start(&mut self, now: Moment) -> Result<(), Moment> {
        self.pace.as_ref().map_or(Ok(()), Pace::take)?;
        self.last_start = Some(now);
        self.under_way.push_back(now);
        Ok(())
    }

    /// Takes in how a request went; gives the rest it earned.
    pub(super) fn settle(
        &mut self,
        feedback: &Feedback,
        now: Moment,
        pause: impl FnOnce(u32) -> Duration,
    ) -> Rest {
        self.under_way.pop_front();
        self.used = now;
        self.took = feedback.took;
        // Without an answer there may have been no peer at all to judge by.
        self.private = feedback.private_peer || (self.private && feedback.status.is_none());
        self.last_start = self.last_start.max(Some(feedback.started));
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

    /// A site that names its time is taken at its word, unless it says the same again and again.
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

    /// Sets the delay from what is known, and with it the pace.
    pub(super) fn set_delay(&mut self, settings: &Settings, clock: &Clock) {
        let delay = self.wanted_delay(settings);
        if delay == self.delay && self.pace.is_some() {
            return;
        }
        self.delay = delay;
        self.pace = match self.last_start {
            Some(start) => Pace::begun(delay, clock, start),
            None => Pace::new(delay, clock),
        };
    }

    fn wanted_delay(&self, settings: &Settings) -> Duration {
        let given = self.given.unwrap_or(settings.delay);
        let off = given.is_zero() && (self.private || settings.own_hosts);
        let own = match given {
            _ if off => Duration::ZERO,
            Duration::ZERO => DEFAULT_DELAY.max(self.took.saturating_mul(2)),
            delay => delay.max(self.took.saturating_mul(2)),
        };
        own.max(self.crawl_delay())
    }

    /// The longest Crawl-delay of its origins: they share one clock.
    fn crawl_delay(&self) -> Duration {
        let asked = self.origins.values().filter_map(|origin| match origin {
            Origin::Known { rules, .. } => rules.crawl_delay(),
            Origin::Unreachable { .. } => None,
        });
        asked.max().unwrap_or_default()
    }
}

/// What a site said, for people.
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
