//! The schedule: which site is due, and which of its URLs comes next.
//!
//! The pure, in-memory core that every frontier on one machine shares. It holds sites, *places* in
//! their queues and leases; it never holds a lead, a clock or a file. Of each queue only the head
//! (at most [`HEAD`] places of 16 bytes) is in memory, the rest is counted and read again through
//! [`Tail`]; a site without queue and lease is forgotten at once. So memory follows the active
//! sites, not the URLs, and a lease costs O(log sites).

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::address::Site;
use crate::lead::Hop;
use crate::moment::Moment;

/// Places of one site that are kept in memory.
pub const HEAD: usize = 64;

/// A place in a site's queue: smaller goes first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Place {
    /// 0 for what was put first, else the hop's rank and one.
    pub order: u8,
    /// The sequence number; inverted where order is 0, so that the last put first goes first.
    pub seq: u64,
}

impl Place {
    /// The place of a lead that waits for its turn.
    pub const fn back(hop: Hop, seq: u64) -> Self {
        Self { order: hop.rank() + 1, seq }
    }

    /// The place of a feed or a sitemap that is known to be one: ahead of what pages lead to, since
    /// it tells of what is new.
    pub const fn ahead(seq: u64) -> Self {
        Self { order: 1, seq }
    }

    /// The place ahead of all others.
    pub const fn front(seq: u64) -> Self {
        Self { order: 0, seq: !seq }
    }

    /// The place behind all others: for what may be to blame for a crash.
    pub const fn last(seq: u64) -> Self {
        Self { order: u8::MAX, seq }
    }

    /// The place of another attempt: behind its peers, or first again when it was first.
    #[must_use]
    pub const fn again(self, seq: u64) -> Self {
        if self.order == 0 { Self::front(seq) } else { Self { order: self.order, seq } }
    }

    /// The sequence number it was made from.
    pub const fn ticket(self) -> u64 {
        if self.order == 0 { !self.seq } else { self.seq }
    }
}

/// What is remembered of a site beside its queue.
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

    /// The first places of a site's queue, those in `skip` left out; at most `want`, at least one.
    /// Asked only when there are some; finding none is an error.
    fn places(&self, site: &Site, skip: &[Place], want: usize) -> Result<Vec<Place>, Self::Error>;
}

/// A lease, as the schedule sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its token.
    pub token: u64,
    /// The site.
    pub site: Site,
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

#[derive(Debug)]
struct Plan {
    name: Site,
    facts: SiteFacts,
    head: BTreeSet<Place>,
    tail: u64,
    in_flight: Vec<Place>,
    parked: bool,
    /// Visits that may be out at a time.
    limit: usize,
    /// The stamp of its one valid entry in the heap; 0 for none.
    stamp: u64,
}

impl Plan {
    fn queued(&self) -> u64 {
        self.head.len() as u64 + self.tail
    }

    /// Inserts a place, keeping the head the smallest places of the queue.
    fn insert(&mut self, place: Place) {
        let in_head = self.tail == 0 || self.head.last().is_some_and(|last| place < *last);
        if !in_head {
            self.tail += 1;
            return;
        }
        self.head.insert(place);
        if self.head.len() > HEAD {
            self.head.pop_last();
            self.tail += 1;
        }
    }
}

/// The schedule of one crawl.
#[derive(Debug)]
pub struct Schedule {
    per_host: usize,
    /// Sites that may have another number of visits out.
    limits: HashMap<Site, usize>,
    ids: HashMap<Site, u64>,
    plans: HashMap<u64, Plan>,
    due: BinaryHeap<Reverse<(Moment, u64, u64)>>,
    leases: HashMap<u64, (u64, Place)>,
    parked: HashSet<Site>,
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
            ids: HashMap::new(),
            plans: HashMap::new(),
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

    /// Whether a site is left alone for the rest of the run.
    pub fn is_parked(&self, site: &Site) -> bool {
        self.parked.contains(site)
    }

    /// Sites that are left alone for the rest of the run and have something queued, in order.
    pub fn parked_sites(&self) -> Vec<String> {
        let waiting = |site: &&Site| self.plan(site).is_some_and(|plan| plan.queued() > 0);
        let mut names: Vec<String> =
            self.parked.iter().filter(waiting).map(|site| site.as_str().to_owned()).collect();
        names.sort();
        names
    }

    /// Whether the site is in memory; if not, [`Schedule::admit`] it before pushing.
    pub fn knows(&self, site: &Site) -> bool {
        self.ids.contains_key(site)
    }

    /// Takes a site into memory.
    pub fn admit(&mut self, site: &Site, facts: SiteFacts) {
        if self.knows(site) {
            return;
        }
        let id = self.stamp();
        let plan = Plan {
            name: site.clone(),
            facts,
            head: BTreeSet::new(),
            tail: 0,
            in_flight: Vec::new(),
            parked: self.parked.contains(site),
            limit: self.limits.get(site).map_or(self.per_host, |limit| (*limit).max(1)),
            stamp: 0,
        };
        self.ids.insert(site.clone(), id);
        self.plans.insert(id, plan);
    }

    /// Queues a place of a site that has been admitted. A site that was not waiting is due no
    /// earlier than `now`, so that it stands behind those that have been waiting.
    pub fn push(&mut self, site: &Site, place: Place, now: Moment) {
        let Some((id, plan)) = self.plan_mut(site) else { return };
        plan.insert(place);
        if plan.stamp == 0 {
            plan.facts.not_before = plan.facts.not_before.max(now);
        }
        let parked = plan.parked;
        self.queued += 1;
        self.queued_parked += u64::from(parked);
        self.arm(id);
    }

    /// Takes a waiting place out of a site's queue.
    pub fn withdraw(&mut self, site: &Site, place: Place) {
        let Some((id, plan)) = self.plan_mut(site) else { return };
        if !plan.head.remove(&place) {
            plan.tail = plan.tail.saturating_sub(1);
        }
        let parked = plan.parked;
        self.taken(parked);
        self.settle_plan(id);
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
            if plan.head.is_empty() {
                let places = tail.places(&plan.name, &plan.in_flight, HEAD)?;
                plan.tail = plan.tail.saturating_sub(places.len() as u64);
                plan.head.extend(places);
            }
            self.due.pop();
            plan.stamp = 0;
            if let Some(grant) = self.grant(id, now) {
                return Ok(Next::Grant(grant));
            }
        }
        let open = self.queued > self.queued_parked || !self.leases.is_empty();
        Ok(if open { Next::InFlight } else { Next::Finished })
    }

    /// Ends a lease for good; its place is gone. The site is due at `due`, and has `settled` more
    /// visits behind it. `None` when there is no such lease.
    pub fn finish(
        &mut self,
        token: u64,
        due: Moment,
        delay_ms: u64,
        settled: u64,
    ) -> Option<(Site, SiteFacts)> {
        let (id, _) = self.end_lease(token, Some(due))?;
        let plan = self.plans.get_mut(&id)?;
        plan.facts.delay_ms = delay_ms;
        plan.facts.settled += settled;
        let known = (plan.name.clone(), plan.facts);
        self.settle_plan(id);
        Some(known)
    }

    /// Ends a lease and puts its place back where it was; the site is due at `due`.
    pub fn release(&mut self, token: u64, due: Moment) -> Option<(Site, SiteFacts)> {
        let (id, place) = self.end_lease(token, Some(due))?;
        self.put_back(id, place)
    }

    /// Ends a lease, puts its place back and leaves the site alone for the rest of the run.
    pub fn park(&mut self, token: u64) -> Option<(Site, SiteFacts)> {
        let (id, place) = self.end_lease(token, None)?;
        let plan = self.plans.get_mut(&id)?;
        plan.stamp = 0;
        if !plan.parked {
            plan.parked = true;
            self.queued_parked += plan.queued();
            self.parked.insert(plan.name.clone());
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

    fn put_back(&mut self, id: u64, place: Place) -> Option<(Site, SiteFacts)> {
        let plan = self.plans.get_mut(&id)?;
        plan.insert(place);
        let known = (plan.name.clone(), plan.facts);
        self.queued += 1;
        self.queued_parked += u64::from(plan.parked);
        self.rearm(id);
        Some(known)
    }

    fn grant(&mut self, id: u64, now: Moment) -> Option<Grant> {
        let token = self.next_token;
        let plan = self.plans.get_mut(&id)?;
        let place = plan.head.pop_first()?;
        plan.in_flight.push(place);
        if plan.in_flight.len() < plan.limit {
            let gap = Duration::from_millis(plan.facts.delay_ms);
            plan.facts.not_before = plan.facts.not_before.max(now.plus(gap));
        }
        let grant = Grant { token, site: plan.name.clone(), place, settled: plan.facts.settled };
        self.next_token = self.next_token.wrapping_add(1);
        self.leases.insert(token, (id, place));
        self.taken(false);
        self.arm(id);
        Some(grant)
    }

    /// With one visit at a time `due` is the site's next instant. With several it may only move it
    /// later: what one visit learned (Retry-After) must not be undone by another.
    fn end_lease(&mut self, token: u64, due: Option<Moment>) -> Option<(u64, Place)> {
        let (id, place) = self.leases.remove(&token)?;
        let plan = self.plans.get_mut(&id)?;
        plan.in_flight.retain(|out| *out != place);
        if let Some(due) = due {
            let floor = if plan.limit > 1 { plan.facts.not_before } else { due };
            plan.facts.not_before = floor.max(due);
        }
        Some((id, place))
    }

    /// After a change: due again when there is something to fetch, forgotten when there is not.
    fn settle_plan(&mut self, id: u64) {
        let Some(plan) = self.plans.get(&id) else { return };
        if plan.queued() == 0 && plan.in_flight.is_empty() {
            if let Some(plan) = self.plans.remove(&id) {
                self.ids.remove(&plan.name);
            }
        } else {
            self.rearm(id);
        }
    }

    fn rearm(&mut self, id: u64) {
        if let Some(plan) = self.plans.get_mut(&id) {
            plan.stamp = 0;
        }
        self.arm(id);
    }

    /// Gives the site its entry in the heap when it may be leased and has none.
    fn arm(&mut self, id: u64) {
        let stamp = self.stamp();
        let Some(plan) = self.plans.get_mut(&id) else { return };
        let free = plan.in_flight.len() < plan.limit;
        if plan.stamp == 0 && free && !plan.parked && plan.queued() > 0 {
            plan.stamp = stamp;
            self.due.push(Reverse((plan.facts.not_before, stamp, id)));
        }
    }

    fn taken(&mut self, parked: bool) {
        self.queued = self.queued.saturating_sub(1);
        self.queued_parked = self.queued_parked.saturating_sub(u64::from(parked));
    }

    fn stamp(&mut self) -> u64 {
        let stamp = self.next_stamp;
        self.next_stamp += 1;
        stamp
    }

    fn plan(&self, site: &Site) -> Option<&Plan> {
        self.plans.get(self.ids.get(site)?)
    }

    fn plan_mut(&mut self, site: &Site) -> Option<(u64, &mut Plan)> {
        let id = *self.ids.get(site)?;
        Some((id, self.plans.get_mut(&id)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tail of `0..n`.
    struct Numbers(u64);

    impl Tail for Numbers {
        type Error = ();

        fn places(&self, _: &Site, skip: &[Place], want: usize) -> Result<Vec<Place>, ()> {
            let places = (0..self.0).map(|seq| Place { order: 7, seq });
            Ok(places.filter(|place| !skip.contains(place)).take(want).collect())
        }
    }

    #[test]
    fn memory_holds_heads_only_and_forgets_idle_sites() {
        let (now, site) = (Moment::from_millis(1), Site::from("a.example".to_owned()));
        let mut schedule = Schedule::new(1, 40);
        schedule.admit(&site, SiteFacts::default());
        for seq in 0..1_000 {
            schedule.push(&site, Place { order: 7, seq }, now);
        }
        assert_eq!((schedule.queued(), schedule.due.len()), (1_000, 1));
        assert_eq!(schedule.plan(&site).map(|plan| (plan.head.len(), plan.tail)), Some((64, 936)));
        for seq in (1..1_000).rev() {
            schedule.withdraw(&site, Place { order: 7, seq });
        }
        let Ok(Next::Grant(grant)) = schedule.next(now, &Numbers(1)) else { panic!() };
        assert_eq!((grant.token, grant.place.seq), (40, 0));
        assert!(schedule.finish(grant.token, now, 0, 1).is_some());
        assert_eq!((schedule.plans.len(), schedule.queued()), (0, 0));
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
                schedule.admit(site, SiteFacts::default());
                schedule.push(site, Place { order: 7, seq }, now);
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
