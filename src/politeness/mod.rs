//! Politeness: whether a site may be asked now, and when next.
//!
//! [`Politeness::ask`] never waits and never fetches: it answers, and the frontier keeps the
//! instant it names. A site (registered domain) has one clock, a governor limiter of its own,
//! from the start of one request to the start of the next; robots.txt belongs to an origin and is
//! learnt ([`Politeness::learn`]), not fetched, here. All instants are the steady clock's, except
//! [`RobotsFact::read`], which outlives the process and is wall time.
//!
//! The delay of a site is the longest of: `settings.delay`, twice its last fetch, the Crawl-delay
//! of its origins (held to 120 s). `settings.delay` of zero turns the first two off for private
//! and loopback peers (for all with `own_hosts`); public peers keep the default of two seconds.
//! A Crawl-delay is obeyed all the same: a site that states one means it, also on loopback.

pub mod backoff;
mod host;
mod pace;
pub mod robots;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use self::backoff::Jitter;
use self::host::{Host, Origin};
use self::pace::Flow;
use self::robots::Rules;
use crate::address::{HostKey, Site};
use crate::capture::guard::is_public;
use crate::frontier::{RobotsAnswer, RobotsFact};
use crate::lead::{FailureKind, Outcome, Rule};
use crate::moment::{Clock, Moment};
use crate::settings::{Resolve, Settings};

/// An unreachable robots.txt is asked for again after this many times the pause of a page.
const ROBOTS_PATIENCE: u32 = 5;

/// Idle sites are forgotten once there are so many sites, and when they have been idle so long.
const MANY_SITES: usize = 10_000;
const IDLE: Duration = Duration::from_mins(10);

/// The answer to "may this URL be fetched now?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Now. The site's turn is taken; [`Politeness::settled`] must follow.
    Go,
    /// Not before this instant.
    Later(Moment),
    /// The robots.txt of this origin first: learn it, then ask again.
    NeedsRobots(HostKey),
    /// Not at all.
    Never(Rule),
    /// Not in this run: the site stays silent. Its URLs are kept for the next run.
    Park(String),
}

/// How a request went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// When it started, by the steady clock.
    pub started: Moment,
    /// How long it took.
    pub took: Duration,
    /// The status, when a response came.
    pub status: Option<u16>,
    /// The Retry-After field, read by [`backoff::retry_after`].
    pub retry_after: Option<Duration>,
    /// The failure, when none came.
    pub failed: Option<FailureKind>,
    /// Whether the peer's address is private or loopback.
    pub private_peer: bool,
    /// Bytes received.
    pub bytes: u64,
}

/// When a site may be asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The first instant.
    pub due: Moment,
    /// The delay in force, in milliseconds, start to start.
    pub delay_ms: u64,
    /// Set when the site rests for more than its delay: how long, and why.
    pub parked: Option<(Duration, String)>,
}

/// The politeness of one crawl.
#[derive(Debug)]
pub struct Politeness {
    settings: Settings,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    hosts: HashMap<Site, Host>,
    flow: Flow,
    jitter: Jitter,
    swept: Moment,
}

impl Politeness {
    /// The politeness these settings ask for.
    pub fn new(settings: &Settings, clock: Clock) -> Self {
        let seed = u64::from_ne_bytes(clock.wall().millis().to_ne_bytes());
        Self::seeded(settings, clock, seed)
    }

    /// The same with a known seed of the jitter.
    pub fn seeded(settings: &Settings, clock: Clock, seed: u64) -> Self {
        let flow = Flow::new(settings.requests_per_second, settings.bytes_per_second, &clock);
        let swept = clock.steady();
        let state = State { hosts: HashMap::new(), flow, jitter: Jitter(seed), swept };
        Self { settings: settings.clone(), clock, state: Mutex::new(state) }
    }

    /// Whether `url` may be fetched now: robots.txt first, then the site's turn.
    pub fn ask(&self, url: &Url, site: &Site) -> Answer {
        self.robots(url, site).unwrap_or_else(|| self.turn(site))
    }

    /// Whether the site may be asked now, robots.txt aside: for robots.txt and its redirects.
    pub fn turn(&self, site: &Site) -> Answer {
        let now = self.clock.steady();
        let mut state = self.state();
        let State { hosts, flow, .. } = &mut *state;
        let host = self.host(hosts, site, now);
        if host.is_silent() {
            return Answer::Park(format!(
                "{site} did not answer {} times in a row",
                host::MAX_SILENCE
            ));
        }
        if host.due() > now {
            return Answer::Later(host.due());
        }
        let own = self.settings.host(site.as_str());
        let per_host = own.and_then(|host| host.per_host).unwrap_or(self.settings.per_host);
        if !host.free(per_host, now, self.longest_request()) {
            return Answer::Later(now.plus(host.delay().max(Duration::from_millis(100))));
        }
        match flow.take(now).and_then(|()| host.start(now)) {
            Ok(()) => Answer::Go,
            Err(when) => Answer::Later(when),
        }
    }

    /// Takes in how a request went, and says when the site may be asked again.
    pub fn settled(&self, site: &Site, feedback: &Feedback) -> Next {
        let now = self.clock.steady();
        let mut state = self.state();
        let State { hosts, flow, jitter, .. } = &mut *state;
        flow.owe(feedback.bytes, now);
        let host = self.host(hosts, site, now);
        let first = self.settings.retry_delay;
        let rest = host.settle(feedback, now, |times| backoff::pause(first, times, jitter.share()));
        host.set_delay(&self.settings, &self.clock);
        let next = Next {
            due: host.due(),
            delay_ms: u64::try_from(host.delay().as_millis()).unwrap_or(u64::MAX),
            parked: rest.filter(|(wait, _)| *wait > host.delay()),
        };
        state.sweep(now);
        next
    }

    /// Whether a visit that ended so is worth another attempt, `attempt` having failed before it.
    pub fn retry(&self, outcome: &Outcome, attempt: u32) -> bool {
        backoff::worth_another(outcome, attempt, self.settings.retries)
    }

    /// Whether a fact kept from earlier may be learnt again instead of asking the origin.
    pub fn believes(&self, fact: &RobotsFact) -> bool {
        fact.answer != RobotsAnswer::Unreachable
            && self.clock.wall().since(fact.read) < self.settings.robots_lifetime
    }

    /// Learns what asking an origin for its robots.txt brought. Each `Unreachable` is one attempt.
    pub fn learn(&self, origin: &HostKey, fact: &RobotsFact) {
        let Some(site) = origin.robots_url().map(|url| Site::of(&url)) else { return };
        // A hostile file takes its time; nobody waits for the lock meanwhile.
        let rules = match &fact.answer {
            RobotsAnswer::File(file) => Some(Arc::new(Rules::parse(file))),
            RobotsAnswer::Unavailable => Some(Arc::new(Rules::allow_all())),
            RobotsAnswer::Unreachable => None,
        };
        let now = self.clock.steady();
        let mut state = self.state();
        let State { hosts, jitter, .. } = &mut *state;
        let host = self.host(hosts, &site, now);
        let learnt = if let Some(rules) = rules {
            Origin::Known { rules, read: fact.read }
        } else {
            let tries = match host.origins.get(origin) {
                Some(Origin::Unreachable { tries, .. }) => tries.saturating_add(1),
                _ => 1,
            };
            let first = self.settings.retry_delay.saturating_mul(ROBOTS_PATIENCE);
            Origin::Unreachable {
                tries,
                again: now.plus(backoff::pause(first, tries, jitter.share())),
            }
        };
        host.origins.insert(origin.clone(), learnt);
        host.set_delay(&self.settings, &self.clock);
    }

    /// What robots.txt has to say before the site's turn is looked at; `None` for nothing.
    fn robots(&self, url: &Url, site: &Site) -> Option<Answer> {
        let obeyed = self.settings.host(site.as_str()).is_none_or(|host| host.robots);
        if !self.settings.robots || !obeyed || url.path() == "/robots.txt" {
            return None;
        }
        // The rules are asked without the lock: a hostile file has tens of thousands of them.
        match self.rules(&HostKey::of(url), site) {
            Ok(rules) => (!rules.allows(url)).then_some(Answer::Never(Rule::Robots)),
            Err(answer) => Some(answer),
        }
    }

    /// The rules of an origin, or what to answer while there are none.
    fn rules(&self, key: &HostKey, site: &Site) -> Result<Arc<Rules>, Answer> {
        let now = self.clock.steady();
        let mut state = self.state();
        let host = self.host(&mut state.hosts, site, now);
        match host.origins.get(key) {
            Some(Origin::Known { rules, read })
                if self.clock.wall().since(*read) < self.settings.robots_lifetime =>
            {
                Ok(Arc::clone(rules))
            }
            Some(Origin::Unreachable { tries, .. }) if *tries > self.settings.retries => {
                Err(Answer::Park(format!("{key}/robots.txt could not be read {tries} times")))
            }
            Some(Origin::Unreachable { again, .. }) if *again > now => Err(Answer::Later(*again)),
            _ => Err(Answer::NeedsRobots(key.clone())),
        }
    }

    /// Longer than any request can take: what is under way for longer has lost its worker.
    fn longest_request(&self) -> Duration {
        let connect = self.settings.connect_timeout.saturating_mul(3);
        self.settings.total_timeout.saturating_add(connect).saturating_add(Duration::from_mins(1))
    }

    fn host<'a>(
        &self,
        hosts: &'a mut HashMap<Site, Host>,
        site: &Site,
        now: Moment,
    ) -> &'a mut Host {
        let host = hosts.entry(site.clone()).or_insert_with(|| {
            Host::new(&self.settings, site, &self.clock, now, self.is_private(site))
        });
        host.used = now;
        host
    }

    /// Whether a site leads to a private address by its own name, or by the operator's word.
    fn is_private(&self, site: &Site) -> bool {
        let name = site.as_str();
        let host = name.rsplit_once(':').map_or(name, |(host, _)| host);
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let within = |named: &str| named == host || named.ends_with(&format!(".{host}"));
        let fixed = |each: &&Resolve| each.host.as_deref().is_none_or(within);
        let fixed = self.settings.resolve.iter().find(fixed).map(|each| each.addr);
        literal.ok().or(fixed).is_some_and(|address| !is_public(address)) || host == "localhost"
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half done by a panic elsewhere.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Forgets sites that have been idle: their rules are kept by the frontier.
    fn sweep(&mut self, now: Moment) {
        if self.hosts.len() < MANY_SITES || now.since(self.swept) < IDLE / 10 {
            return;
        }
        self.swept = now;
        self.hosts.retain(|_, host| now.since(host.used) < IDLE || !host.is_idle(now));
    }
}
