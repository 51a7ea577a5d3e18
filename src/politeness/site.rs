//! One site while the crawl runs: its pace, start to start, and what is under way on it.
//!
//! Owned by [`super::Politeness`] alone, behind its lock. All servers of a registered domain share
//! this clock; the rest each of them takes by itself is `host`'s. It computes; it never reads a
//! clock by itself, `now` is handed in.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::Feedback;
use super::pace::Pace;
use crate::address::{HostKey, Site};
use crate::moment::{Clock, Moment};
use crate::settings::{DEFAULT_DELAY, Settings};

/// The clock of a site.
#[derive(Debug)]
pub(super) struct SiteClock {
    pace: Option<Pace>,
    /// Start to start, and what `pace` was made for.
    delay: Duration,
    /// The operator's word for this site.
    given: Option<Duration>,
    /// The Crawl-delays of its origins. They share one clock: the longest is obeyed.
    wishes: HashMap<HostKey, Duration>,
    /// Whether the last peer was a private address.
    private: bool,
    last_start: Option<Moment>,
    /// Starts of requests that have not been settled.
    under_way: VecDeque<Moment>,
    /// When it was last asked or settled.
    pub(super) used: Moment,
}

impl SiteClock {
    /// A site that was last asked at `last_start`, if it was asked at all. `private`: whether its
    /// peer is going to be a private address for all that is known before.
    pub(super) fn new(
        settings: &Settings,
        site: &Site,
        clock: &Clock,
        now: Moment,
        private: bool,
        last_start: Option<Moment>,
    ) -> Self {
        let (wishes, under_way) = (HashMap::new(), VecDeque::new());
        let (pace, delay) = (None, Duration::ZERO);
        let given = settings.host(site.as_str()).and_then(|host| host.delay);
        let mut site =
            Self { pace, delay, given, wishes, private, last_start, under_way, used: now };
        site.set_delay(settings, clock);
        site
    }

    /// The delay now in force, start to start.
    pub(super) const fn delay(&self) -> Duration {
        self.delay
    }

    /// The operator says another delay for this site.
    pub(super) const fn give(&mut self, delay: Duration) {
        self.given = Some(delay);
    }

    /// Whether a delay of zero means none here.
    pub(super) fn is_unhurried(&self, settings: &Settings) -> bool {
        self.given(settings).is_zero() && (self.private || settings.own_hosts)
    }

    fn given(&self, settings: &Settings) -> Duration {
        self.given.unwrap_or(settings.delay)
    }

    /// The first instant at which a request may start.
    pub(super) fn due(&self) -> Moment {
        self.last_start.map_or(Moment::default(), |start| start.plus(self.delay))
    }

    /// Whether forgetting the site would lose nothing.
    pub(super) fn is_idle(&self, now: Moment) -> bool {
        self.due() < now && self.under_way.is_empty() && self.wishes.is_empty()
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

    /// Takes in how a request went.
    pub(super) fn settle(&mut self, feedback: &Feedback, now: Moment) {
        self.under_way.pop_front();
        self.used = now;
        // Without an answer there may have been no peer at all to judge by.
        self.private = feedback.private_peer || (self.private && feedback.status.is_none());
        self.last_start = self.last_start.max(Some(feedback.started));
    }

    /// Frees the place of the request that was under way the longest.
    pub(super) fn abandon(&mut self) {
        self.under_way.pop_front();
    }

    /// What an origin wishes, or that it wishes nothing any more.
    pub(super) fn wish(&mut self, origin: &HostKey, delay: Option<Duration>) {
        match delay {
            Some(delay) => drop(self.wishes.insert(origin.clone(), delay)),
            None => drop(self.wishes.remove(origin)),
        }
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
        let own = match self.given(settings) {
            _ if self.is_unhurried(settings) => Duration::ZERO,
            Duration::ZERO => DEFAULT_DELAY,
            delay => delay,
        };
        own.max(self.wishes.values().max().copied().unwrap_or_default())
    }
}
