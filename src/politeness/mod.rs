//! Politeness: whether a site may be asked now, and when next.
//!
//! [`Politeness::ask`] never waits and never fetches: it answers, and the frontier keeps the
//! instant it names. A site (registered domain) has one clock, a governor limiter of its own,
//! from the start of one request to the start of the next; each of its servers rests by itself
//! (back-off, Retry-After, twice its last fetch) and is given up by itself. robots.txt belongs to
//! an origin and is learnt ([`Politeness::learn`]), not fetched, here. All instants are the steady clock's, except
//! [`RobotsFact::read`], which outlives the process and is wall time.
//!
//! The delay of a site is the longer of `settings.delay` and the Crawl-delays of its origins (held
//! to 120 s). `settings.delay` of zero turns it, and the rest of a slow server, off for private and
//! loopback peers (for all with `own_hosts`); public peers keep the default of two seconds.
//! A Crawl-delay is obeyed all the same: a site that states one means it, also on loopback.

pub mod backoff;
mod host;
mod pace;
pub mod robots;
mod site;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

use self::backoff::Jitter;
use self::host::{Host, Origin};
use self::pace::Flow;
use self::robots::Rules;
use self::site::SiteClock;
use crate::address::{HostKey, Server, Site};
use crate::capture::guard::is_public;
use crate::frontier::{RobotsAnswer, RobotsFact};
use crate::lead::{FailureKind, Outcome, Rule};
use crate::moment::{Clock, Moment};
use crate::settings::{Resolve, Settings};

/// How long rules that were read may stand in for those of an origin that cannot be reached: the
/// 30 days RFC 9309 §2.3.1.4 speaks of.
pub const STALE_LIFETIME: Duration = Duration::from_hours(30 * 24);

/// While such rules hold, the origin is asked again no sooner than this.
const STALE_PATIENCE: Duration = Duration::from_mins(10);

/// An unreachable robots.txt is asked for again after this many times the pause of a page.
const ROBOTS_PATIENCE: u32 = 5;

/// Idle sites and servers are forgotten once there are so many, and when idle for so long.
const MANY_SITES: usize = 10_000;
const IDLE: Duration = Duration::from_mins(10);

/// The answer to "may this URL be fetched now?".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Now. The site's turn is taken; [`Politeness::settled`] must follow.
    Go,
    /// Its site not before this instant.
    Later(Moment),
    /// Its server not before this instant; the rest of the site is not meant.
    Rest(Moment),
    /// The robots.txt of this origin first: learn it, then ask again.
    NeedsRobots(HostKey),
    /// Not at all.
    Never(Rule),
    /// Not in this run: the server stays silent. Its URLs are kept for the next run.
    Park(String),
}

/// How a request went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// When its request reached the server, by the steady clock, as far as that can be known.
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

/// When a site and its server may be asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// The first instant for the site.
    pub due: Moment,
    /// The first instant for the server, by what it said or failed to say.
    pub rest: Moment,
    /// The delay in force, in milliseconds, start to start.
    pub delay_ms: u64,
    /// Set when the server rests for more than its delay: how long, and why.
    pub parked: Option<(Duration, String)>,
}

/// The politeness of one crawl.
#[derive(Debug)]
pub struct Politeness {
    settings: Settings,
    clock: Clock,
    /// When a site was asked of which nothing is known.
    since: Option<Moment>,
    /// Delays that were set while the crawl runs.
    given: Mutex<HashMap<Site, Duration>>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    sites: HashMap<Site, SiteClock>,
    hosts: HashMap<Server, Host>,
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
        let (sites, hosts, jitter) = (HashMap::new(), HashMap::new(), Jitter(seed));
        let state = Mutex::new(State { sites, hosts, flow, jitter, swept });
        let given = Mutex::default();
        Self { settings: settings.clone(), clock, since: None, given, state }
    }

    /// The same after a process that left in the middle of something: nobody knows what it asked
    /// last, so each site counts as asked now.
    #[must_use]
    pub fn after_a_crash(self) -> Self {
        let since = Some(self.clock.steady());
        Self { since, ..self }
    }

    /// Whether `url` may be fetched now: robots.txt first, then the turn of its server and site.
    pub fn ask(&self, url: &Url, site: &Site) -> Answer {
        self.robots(url, site).unwrap_or_else(|| self.turn(url, site))
    }

    /// Whether the server of `url` may be asked now, robots.txt aside: for robots.txt and its
    /// redirects.
    pub fn turn(&self, url: &Url, site: &Site) -> Answer {
        let (now, server) = (self.clock.steady(), Server::of(url));
        let mut state = self.state();
        let host = state.host(&server, now);
        if host.is_silent() {
            let times = host::MAX_SILENCE;
            return Answer::Park(format!("{server} did not answer {times} times in a row"));
        }
        if host.rest() > now {
            return Answer::Rest(host.rest());
        }
        let State { sites, flow, .. } = &mut *state;
        let clock = self.site(sites, site, now);
        if clock.due() > now {
            return Answer::Later(clock.due());
        }
        let own = self.settings.host(site.as_str());
        let per_host = own.and_then(|host| host.per_host).unwrap_or(self.settings.per_host);
        if !clock.free(per_host, now, self.longest_request()) {
            return Answer::Later(now.plus(clock.delay().max(Duration::from_millis(100))));
        }
        match flow.take(now).and_then(|()| clock.start(now)) {
            Ok(()) => Answer::Go,
            Err(when) => Answer::Later(when),
        }
    }

    /// Takes in how a request went, and says when site and server may be asked again.
    pub fn settled(&self, url: &Url, site: &Site, feedback: &Feedback) -> Next {
        let now = self.clock.steady();
        let mut state = self.state();
        let State { sites, flow, .. } = &mut *state;
        flow.owe(feedback.bytes, now);
        let clock = self.site(sites, site, now);
        clock.settle(feedback, now);
        clock.set_delay(&self.settings, &self.clock);
        let (due, delay) = (clock.due(), clock.delay());
        let unhurried = clock.is_unhurried(&self.settings);
        let share = state.jitter.share();
        let host = state.host(&Server::of(url), now);
        let first = self.settings.retry_delay;
        let parked =
            host.settle(feedback, now, unhurried, |times| backoff::pause(first, times, share));
        let next = Next {
            due,
            rest: host.rest(),
            delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            parked: parked.filter(|(wait, _)| *wait > delay),
        };
        state.sweep(now);
        next
    }

    /// Sets the delay of a site in place of what the settings say, and gives the one in force from
    /// its next request on: a longer Crawl-delay stays in force, and zero means what it means in
    /// the settings.
    pub fn set_delay(&self, site: &Site, delay: Duration) -> Duration {
        self.given().insert(site.clone(), delay);
        let now = self.clock.steady();
        let mut state = self.state();
        let clock = self.site(&mut state.sites, site, now);
        clock.give(delay);
        clock.set_delay(&self.settings, &self.clock);
        clock.delay()
    }

    /// The delay in force for a site, start to start.
    pub fn delay(&self, site: &Site) -> Duration {
        let now = self.clock.steady();
        self.site(&mut self.state().sites, site, now).delay()
    }

    /// A request of the site will never be settled: its worker died.
    pub fn abandoned(&self, site: &Site) {
        let now = self.clock.steady();
        self.site(&mut self.state().sites, site, now).abandon();
    }

    /// Whether a visit that ended so is worth another attempt, `attempt` having failed before it.
    pub fn retry(&self, outcome: &Outcome, attempt: u32) -> bool {
        backoff::worth_another(outcome, attempt, self.settings.retries)
    }

    /// Whether a fact kept from earlier may be learnt again instead of asking the origin.
    pub fn believes(&self, fact: &RobotsFact) -> bool {
        fact.answer != RobotsAnswer::Unreachable && self.is_fresh(fact.read)
    }

    /// Whether rules read at this time still hold (RFC 9309 §2.4); by a clock that was ahead, none do.
    fn is_fresh(&self, read: Moment) -> bool {
        let now = self.clock.wall();
        now.since(read) < self.settings.robots_lifetime && !read.is_ahead_of(now)
    }

    /// Learns what asking an origin for its robots.txt brought. Each `Unreachable` is one attempt;
    /// `kept` is what the origin said at an earlier time: if that was a file, and not too long
    /// ago, its rules hold until the origin is reached again (RFC 9309 §2.3.1.4, §2.4).
    pub fn learn(&self, origin: &HostKey, fact: &RobotsFact, kept: Option<&RobotsFact>) {
        let Some(url) = origin.robots_url() else { return };
        // A hostile file takes its time; nobody waits for the lock meanwhile.
        let rules = match &fact.answer {
            RobotsAnswer::File(file) => Some(Arc::new(Rules::parse(file))),
            RobotsAnswer::Unavailable => Some(Arc::new(Rules::allow_all())),
            RobotsAnswer::Unreachable => None,
        };
        let earlier = if rules.is_none() { self.stale(kept) } else { None };
        let now = self.clock.steady();
        let mut state = self.state();
        let clock = self.site(&mut state.sites, &Site::of(&url), now);
        clock.wish(
            origin,
            rules.as_ref().or(earlier.as_ref()).and_then(|rules| rules.crawl_delay()),
        );
        clock.set_delay(&self.settings, &self.clock);
        let share = state.jitter.share();
        let host = state.host(&Server::of(&url), now);
        let learnt = if let Some(rules) = rules {
            Origin::Known { rules, read: fact.read }
        } else {
            let tries = match host.origins.get(origin) {
                Some(Origin::Unreachable { tries, .. }) => tries.saturating_add(1),
                _ => 1,
            };
            let first = self.settings.retry_delay.saturating_mul(ROBOTS_PATIENCE);
            let pause = backoff::pause(first, tries, share);
            let least = if earlier.is_some() { STALE_PATIENCE } else { Duration::ZERO };
            let wait = pause.max(least);
            Origin::Unreachable { tries, wait, again: now.plus(wait), stale: earlier }
        };
        host.origins.insert(origin.clone(), learnt);
    }

    /// Whether an origin's robots.txt must be asked for before any of its pages.
    pub fn needs_robots(&self, origin: &HostKey) -> bool {
        let url = origin.robots_url();
        url.is_some_and(|url| {
            matches!(self.rules(origin, &Server::of(&url)), Err(Answer::NeedsRobots(_)))
        })
    }

    /// How long an origin's pages wait until its robots.txt is asked for again, when it could not be
    /// read and no earlier rules hold.
    pub fn robots_wait(&self, origin: &HostKey) -> Option<Duration> {
        let (url, now) = (origin.robots_url()?, self.clock.steady());
        match self.state().host(&Server::of(&url), now).origins.get(origin) {
            Some(Origin::Unreachable { wait, stale: None, tries, .. }) => {
                (*tries <= self.settings.retries).then_some(*wait)
            }
            _ => None,
        }
    }

    /// The rules of an earlier day, as far as they may stand in for those that cannot be had.
    fn stale(&self, kept: Option<&RobotsFact>) -> Option<Arc<Rules>> {
        let kept = kept.filter(|kept| self.clock.wall().since(kept.read) < STALE_LIFETIME)?;
        match &kept.answer {
            RobotsAnswer::File(file) => Some(Arc::new(Rules::parse(file))),
            // That there was no file once is no copy of one.
            RobotsAnswer::Unavailable | RobotsAnswer::Unreachable => None,
        }
    }

    /// What robots.txt has to say before any turn is looked at; `None` for nothing.
    fn robots(&self, url: &Url, site: &Site) -> Option<Answer> {
        let obeyed = self.settings.host(site.as_str()).is_none_or(|host| host.robots);
        if !self.settings.robots || !obeyed || url.path() == "/robots.txt" {
            return None;
        }
        // The rules are asked without the lock: a hostile file has tens of thousands of them.
        match self.rules(&HostKey::of(url), &Server::of(url)) {
            Ok(rules) => (!rules.allows(url)).then_some(Answer::Never(Rule::Robots)),
            Err(answer) => Some(answer),
        }
    }

    /// The rules of an origin, or what to answer while there are none.
    fn rules(&self, key: &HostKey, server: &Server) -> Result<Arc<Rules>, Answer> {
        let now = self.clock.steady();
        let mut state = self.state();
        let host = state.host(server, now);
        match host.origins.get(key) {
            Some(Origin::Known { rules, read }) if self.is_fresh(*read) => Ok(Arc::clone(rules)),
            Some(Origin::Unreachable { stale: Some(rules), again, .. }) if *again > now => {
                Ok(Arc::clone(rules))
            }
            Some(Origin::Unreachable { tries, stale: None, .. })
                if *tries > self.settings.retries =>
            {
                Err(Answer::Park(format!("{key}/robots.txt could not be read {tries} times")))
            }
            Some(Origin::Unreachable { again, .. }) if *again > now => Err(Answer::Rest(*again)),
            _ => Err(Answer::NeedsRobots(key.clone())),
        }
    }

    /// Longer than any request can take: what is under way for longer has lost its worker.
    fn longest_request(&self) -> Duration {
        let connect = self.settings.connect_timeout.saturating_mul(3);
        self.settings.total_timeout.saturating_add(connect).saturating_add(Duration::from_mins(1))
    }

    fn site<'a>(
        &self,
        sites: &'a mut HashMap<Site, SiteClock>,
        site: &Site,
        now: Moment,
    ) -> &'a mut SiteClock {
        let clock = sites.entry(site.clone()).or_insert_with(|| {
            let private = self.is_private(site);
            let mut clock =
                SiteClock::new(&self.settings, site, &self.clock, now, private, self.since);
            if let Some(delay) = self.given().get(site) {
                clock.give(*delay);
                clock.set_delay(&self.settings, &self.clock);
            }
            clock
        });
        clock.used = now;
        clock
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

    fn given(&self) -> MutexGuard<'_, HashMap<Site, Duration>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here can be left half done by a panic elsewhere.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn host(&mut self, server: &Server, now: Moment) -> &mut Host {
        let host = self.hosts.entry(server.clone()).or_insert_with(|| Host::new(now));
        host.used = now;
        host
    }

    /// Forgets what has been idle: the rules are kept by the frontier.
    fn sweep(&mut self, now: Moment) {
        let many = self.hosts.len().max(self.sites.len()) >= MANY_SITES;
        if !many || now.since(self.swept) < IDLE / 10 {
            return;
        }
        self.swept = now;
        self.hosts.retain(|_, host| now.since(host.used) < IDLE || !host.is_idle(now));
        self.sites.retain(|_, site| now.since(site.used) < IDLE || !site.is_idle(now));
    }
}
