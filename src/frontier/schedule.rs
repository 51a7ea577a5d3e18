//! The schedule: which site is due, which of its servers is asked, and which URL comes next.
//!
//! The pure, in-memory core that every frontier on one machine shares. It holds sites, the *lines*
//! of their servers ([`line`](self)), *places* in them and leases; it never holds a lead, a clock or
//! a file. A site has one clock; under it each server rests by itself, so that one that wants to be
//! left alone, or is dead, costs its neighbours nothing. Of each line only the head (at most
//! [`HEAD`] places of 16 bytes) is in memory, the rest is counted and read again through [`Tail`];
//! what has neither queue nor lease is forgotten at once. So memory follows the active servers,
//! not the URLs, and a lease costs O(log servers).

mod line;
mod place;
mod plan;
mod servers;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use self::line::Line;
pub use self::place::Place;
use self::plan::Plan;
pub use self::servers::{ServerNow, Servers};
use crate::address::{Server, Site};
use crate::moment::Moment;

/// Places of one server that are kept in memory.
pub const HEAD: usize = 64;

/// What is remembered of a site beside its queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SiteFacts {
    /// When it may be asked again.
    pub not_before: Moment,
    /// Its present delay in milliseconds.
    pub delay_ms: u64,
    /// Visits settled in this run.
    pub settled: u64,
}

/// The part of the queues that is not in memory.
pub trait Tail {
    /// Why it could not be read.
    type Error;

    /// The first places of a server's queue, those in `skip` left out; at most `want`, at least
    /// one. Asked only when there are some; finding none is an error.
    fn places(
        &self,
        site: &Site,
        server: &Server,
        skip: &[Place],
        want: usize,
    ) -> Result<Vec<Place>, Self::Error>;
}

/// A lease, as the schedule sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its token.
    pub token: u64,
    /// The site.
    pub site: Site,
    /// The server.
    pub server: Server,
    /// The place in its queue.
    pub place: Place,
    /// Visits settled on the site in this run.
    pub settled: u64,
}

/// What [`Schedule::next`] has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// A visit.
    Grant(Grant),
    /// None now; the next site is due at this instant.
    Due(Moment),
    /// None until a lease ends.
    InFlight,
    /// Nothing queued that may be fetched in this run, no lease out.
    Finished,
}

/// What is known of a site and a server after a lease has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The site.
    pub site: Site,
    /// What is known of it.
    pub facts: SiteFacts,
    /// The server.
    pub server: Server,
    /// How long it is left alone.
    pub rest: Moment,
}

/// What a visit says about the time of the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Turn {
    /// When the site is due. It only ever moves later: what one visit learned must not be undone
    /// by another, nor by one that asked nothing.
    pub due: Moment,
    /// When the server is due; the same holds.
    pub rest: Moment,
    /// The site's present delay; `None` when nothing was asked.
    pub delay_ms: Option<u64>,
}

/// The schedule of one crawl.
#[derive(Debug)]
pub struct Schedule {
    per_host: usize,
    /// Sites that may have another number of visits out.
    limits: HashMap<Site, usize>,
    sites: HashMap<Site, u64>,
    plans: HashMap<u64, Plan>,
    servers: HashMap<Server, u64>,
    lines: HashMap<u64, Line>,
    due: BinaryHeap<Reverse<(Moment, u64, u64)>>,
    leases: HashMap<u64, (u64, Place)>,
    parked: HashSet<Server>,
    queued: u64,
    queued_parked: u64,
    next_token: u64,
    next_stamp: u64,
}

impl Schedule {
    /// An empty schedule that lets `per_host` visits of a site be out at a time. Tokens count up
    /// from `first_token`, a random number, so that a token of another process is never valid.
    pub fn new(per_host: usize, first_token: u64) -> Self {
        Self {
            per_host: per_host.max(1),
            limits: HashMap::new(),
            sites: HashMap::new(),
            plans: HashMap::new(),
            servers: HashMap::new(),
            lines: HashMap::new(),
            due: BinaryHeap::new(),
            leases: HashMap::new(),
            parked: HashSet::new(),
            queued: 0,
            queued_parked: 0,
            next_token: first_token,
            next_stamp: 1,
        }
    }

    /// The same with other numbers for some sites.
    #[must_use]
    pub fn with_limits(self, limits: HashMap<Site, usize>) -> Self {
        Self { limits, ..self }
    }

    /// URLs waiting.
    pub const fn queued(&self) -> u64 {
        self.queued
    }

    /// Leases out.
    pub fn leased(&self) -> u64 {
        self.leases.len() as u64
    }

    /// When a site is due next, as far as is known without looking: never later than it is.
    pub fn next_due(&self) -> Option<Moment> {
        self.due.peek().map(|Reverse((when, ..))| *when)
    }

    /// Whether a server is left alone for the rest of the run.
    pub fn is_parked(&self, server: &Server) -> bool {
        self.parked.contains(server)
    }

    /// Servers that are left alone for the rest of the run and have something queued, in order.
    pub fn parked_servers(&self) -> Vec<String> {
        let waiting = |server: &&Server| {
            let line = self.servers.get(*server).and_then(|id| self.lines.get(id));
            line.is_some_and(|line| line.queued() > 0)
        };
        let parked = self.parked.iter().filter(waiting);
        let mut names: Vec<String> = parked.map(|server| server.as_str().to_owned()).collect();
        names.sort();
        names
    }

    /// Whether the site is in memory; if not, [`Schedule::admit`] it before pushing.
    pub fn knows_site(&self, site: &Site) -> bool {
        self.sites.contains_key(site)
    }

    /// Whether the server is in memory; if not, [`Schedule::admit_server`] it before pushing.
    pub fn knows(&self, server: &Server) -> bool {
        self.servers.contains_key(server)
    }

    /// Takes a site into memory.
    pub fn admit(&mut self, site: &Site, facts: SiteFacts) {
        if self.knows_site(site) {
            return;
        }
        let id = self.stamp();
        let limit = self.limits.get(site).map_or(self.per_host, |limit| (*limit).max(1));
        self.sites.insert(site.clone(), id);
        self.plans.insert(id, Plan::new(site.clone(), facts, limit));
    }

    /// Takes a server of a site that has been admitted into memory; it rests until `rest`.
    pub fn admit_server(&mut self, site: &Site, server: &Server, rest: Moment) {
        let Some(site) = self.sites.get(site).copied().filter(|_| !self.knows(server)) else {
            return;
        };
        let id = self.stamp();
        let is_parked = self.parked.contains(server);
        self.servers.insert(server.clone(), id);
        self.lines.insert(id, Line::new(server.clone(), site, rest, is_parked, id));
        if let Some(plan) = self.plans.get_mut(&site) {
            plan.lines += 1;
        }
    }

    /// Queues a place of a server that has been admitted. A site that was not waiting is due no
    /// earlier than `now`, so that it stands behind those that have been waiting.
    pub fn push(&mut self, server: &Server, place: Place, now: Moment) {
        let Some(id) = self.servers.get(server).copied() else { return };
        let stamp = self.stamp();
        let Some(line) = self.lines.get_mut(&id) else { return };
        let Some(plan) = self.plans.get_mut(&line.site) else { return };
        let goes_first = line.insert(place);
        if plan.stamp == 0 {
            plan.facts.not_before = plan.facts.not_before.max(now);
        }
        self.queued += 1;
        self.queued_parked += u64::from(line.parked);
        let site = line.site;
        if goes_first && !line.parked {
            plan.enlist(id, line, stamp);
            self.rearm(site);
        } else {
            self.arm(site);
        }
    }

    /// Takes a waiting place out of a server's queue.
    pub fn withdraw(&mut self, server: &Server, place: Place) {
        let Some(id) = self.servers.get(server).copied() else { return };
        let Some(line) = self.lines.get_mut(&id) else { return };
        line.remove(place);
        let parked = line.parked;
        self.taken(parked);
        self.settle(id);
    }

    /// The next visit of a due site.
    pub fn next<T: Tail>(&mut self, now: Moment, tail: &T) -> Result<Next, T::Error> {
        while let Some(Reverse((when, stamp, id))) = self.due.peek().copied() {
            let Some(plan) = self.plans.get_mut(&id).filter(|plan| plan.stamp == stamp) else {
                self.due.pop();
                continue;
            };
            if when > now {
                return Ok(Next::Due(when));
            }
            let chosen = plan.choose(&mut self.lines, now, tail)?;
            self.due.pop();
            plan.stamp = 0;
            match chosen.and_then(|(line, place)| self.grant(id, line, place, now)) {
                Some(grant) => return Ok(Next::Grant(grant)),
                None => self.arm(id),
            }
        }
        let open = self.queued > self.queued_parked || !self.leases.is_empty();
        Ok(if open { Next::InFlight } else { Next::Finished })
    }

    /// Ends a lease for good; its place is gone. The site has `settled` more visits behind it.
    /// `None` when there is no such lease.
    pub fn finish(&mut self, token: u64, turn: Turn, settled: u64) -> Option<Known> {
        let (id, _) = self.end_lease(token, turn)?;
        let site = self.lines.get(&id)?.site;
        self.plans.get_mut(&site)?.facts.settled += settled;
        let known = self.known(id)?;
        self.settle(id);
        Some(known)
    }

    /// Ends a lease and puts its place back where it was.
    pub fn release(&mut self, token: u64, turn: Turn) -> Option<Known> {
        let (id, place) = self.end_lease(token, turn)?;
        self.put_back(id, place)
    }

    /// Ends a lease, puts its place back and leaves the server alone for the rest of the run.
    pub fn park(&mut self, token: u64) -> Option<Known> {
        let (id, place) = self.end_lease(token, Turn::default())?;
        let line = self.lines.get_mut(&id)?;
        line.stamp = 0;
        if !line.parked {
            line.parked = true;
            self.queued_parked += line.queued();
            self.parked.insert(line.server.clone());
        }
        self.put_back(id, place)
    }

    /// Forgets everything queued, leased and parked: another run begins.
    pub fn clear(&mut self) {
        *self = Self {
            next_token: self.next_token,
            next_stamp: self.next_stamp,
            limits: std::mem::take(&mut self.limits),
            ..Self::new(self.per_host, 0)
        };
    }

    fn put_back(&mut self, id: u64, place: Place) -> Option<Known> {
        let line = self.lines.get_mut(&id)?;
        line.insert(place);
        self.queued += 1;
        self.queued_parked += u64::from(line.parked);
        let known = self.known(id);
        self.settle(id);
        known
    }

    fn known(&self, id: u64) -> Option<Known> {
        let line = self.lines.get(&id)?;
        let plan = self.plans.get(&line.site)?;
        let (site, server) = (plan.name.clone(), line.server.clone());
        Some(Known { site, facts: plan.facts, server, rest: line.rest })
    }

    fn grant(&mut self, site: u64, id: u64, place: Place, now: Moment) -> Option<Grant> {
        let (token, stamp) = (self.next_token, self.stamp());
        let plan = self.plans.get_mut(&site)?;
        let line = self.lines.get_mut(&id)?;
        line.out.push(place);
        line.turn = stamp;
        plan.sent_out(id, line, stamp);
        if plan.out < plan.limit {
            plan.keep_apart(now);
        }
        let (name, server) = (plan.name.clone(), line.server.clone());
        let grant = Grant { token, site: name, server, place, settled: plan.facts.settled };
        self.next_token = self.next_token.wrapping_add(1);
        self.leases.insert(token, (id, place));
        self.taken(false);
        self.arm(site);
        Some(grant)
    }

    fn end_lease(&mut self, token: u64, turn: Turn) -> Option<(u64, Place)> {
        let (id, place) = self.leases.remove(&token)?;
        let line = self.lines.get_mut(&id)?;
        let plan = self.plans.get_mut(&line.site)?;
        line.out.retain(|out| *out != place);
        line.rest = line.rest.max(turn.rest);
        plan.out = plan.out.saturating_sub(1);
        plan.learn(turn);
        Some((id, place))
    }

    /// After a change of a line: due again when there is something to fetch, forgotten when there
    /// is not.
    fn settle(&mut self, id: u64) {
        let stamp = self.stamp();
        let Some(line) = self.lines.get_mut(&id) else { return };
        let site = line.site;
        let Some(plan) = self.plans.get_mut(&site) else { return };
        if line.queued() == 0 && line.out.is_empty() {
            plan.lines = plan.lines.saturating_sub(1);
            if let Some(line) = self.lines.remove(&id) {
                self.servers.remove(&line.server);
            }
        } else if line.queued() > 0 && !line.parked {
            plan.enlist(id, line, stamp);
        }
        if self.plans.get(&site).is_some_and(|plan| plan.lines == 0) {
            if let Some(plan) = self.plans.remove(&site) {
                self.sites.remove(&plan.name);
            }
        } else {
            self.rearm(site);
        }
    }

    fn rearm(&mut self, site: u64) {
        if let Some(plan) = self.plans.get_mut(&site) {
            plan.stamp = 0;
        }
        self.arm(site);
    }

    /// Gives the site its entry in the heap when it may be leased and has none.
    fn arm(&mut self, site: u64) {
        let stamp = self.stamp();
        let Some(plan) = self.plans.get_mut(&site) else { return };
        if plan.stamp != 0 || plan.out >= plan.limit {
            return;
        }
        if let Some(when) = plan.due(&self.lines) {
            plan.stamp = stamp;
            self.due.push(Reverse((when, stamp, site)));
        }
    }

    fn taken(&mut self, parked: bool) {
        self.queued = self.queued.saturating_sub(1);
        self.queued_parked = self.queued_parked.saturating_sub(u64::from(parked));
    }

    const fn stamp(&mut self) -> u64 {
        let stamp = self.next_stamp;
        self.next_stamp += 1;
        stamp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tail of `0..n`.
    struct Numbers(u64);

    impl Tail for Numbers {
        type Error = ();

        fn places(
            &self,
            _: &Site,
            _: &Server,
            skip: &[Place],
            want: usize,
        ) -> Result<Vec<Place>, ()> {
            let places = (0..self.0).map(|seq| Place { order: 7, seq });
            Ok(places.filter(|place| !skip.contains(place)).take(want).collect())
        }
    }

    #[test]
    fn memory_holds_heads_only_and_forgets_idle_sites() {
        let now = Moment::from_millis(1);
        let (site, server) = (Site::from("a.example".to_owned()), Server::from("a".to_owned()));
        let mut schedule = Schedule::new(1, 40);
        schedule.admit(&site, SiteFacts::default());
        schedule.admit_server(&site, &server, Moment::default());
        for seq in 0..1_000 {
            schedule.push(&server, Place { order: 7, seq }, now);
        }
        assert_eq!((schedule.queued(), schedule.due.len()), (1_000, 1));
        let line = schedule.lines.values().next().unwrap();
        assert_eq!(line.in_memory(), (64, 936));
        for seq in (1..1_000).rev() {
            schedule.withdraw(&server, Place { order: 7, seq });
        }
        let Ok(Next::Grant(grant)) = schedule.next(now, &Numbers(1)) else { panic!() };
        assert_eq!((grant.token, grant.place.seq), (40, 0));
        assert!(schedule.finish(grant.token, Turn::default(), 1).is_some());
        assert_eq!((schedule.plans.len(), schedule.lines.len(), schedule.queued()), (0, 0, 0));
        assert_eq!(schedule.next(now, &Numbers(0)), Ok(Next::Finished));
    }

    #[test]
    fn a_site_may_have_a_number_of_its_own() {
        let now = Moment::from_millis(1);
        let sites = ["a.example", "b.example"].map(|name| Site::from(name.to_owned()));
        let limits = HashMap::from([(sites[1].clone(), 3)]);
        let mut schedule = Schedule::new(1, 40).with_limits(limits);
        for seq in 0..10 {
            for site in &sites {
                let server = Server::from(site.as_str().to_owned());
                schedule.admit(site, SiteFacts::default());
                schedule.admit_server(site, &server, now);
                schedule.push(&server, Place { order: 7, seq }, now);
            }
        }
        let grants = std::iter::from_fn(|| match schedule.next(now, &Numbers(10)) {
            Ok(Next::Grant(grant)) => Some(grant.site),
            _ => None,
        });
        let out: Vec<_> = grants.collect();
        let of = |site: &Site| out.iter().filter(|granted| *granted == site).count();
        assert_eq!((of(&sites[0]), of(&sites[1])), (1, 3));
    }
}
