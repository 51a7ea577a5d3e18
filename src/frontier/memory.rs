//! The frontier in memory, for tests and for crawls that need no tomorrow.
//!
//! One mutex around plain maps and the shared [`Schedule`]. It keeps the promises of the seam,
//! fencing included, and forgets everything when it is dropped. It never touches the disk.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::budgets::Budgets;
use super::schedule::{Grant, Known, Next, Place, Schedule, SiteFacts, Tail};
use super::tally::{Standing, Tally, kept, key_of};
use super::{
    Ack, Frontier, FrontierError, KeptPage, Original, Poll, Put, Release, RobotsFact, Servers,
    Settlement, Stats, home_of, uri_of,
};
use crate::address::{Address, HostKey, Server, Site};
use crate::digest::Digest;
use crate::event::{Event, Watch};
use crate::lead::{Lead, Outcome, Rule, Visit};
use crate::moment::{Clock, Moment};
use crate::record::validators::Validators;
use crate::record::{Origin, Reference};

/// Pages handed out at a time.
const CHUNK: usize = 256;

/// A frontier that lives as long as its process.
#[derive(Debug)]
pub struct MemoryFrontier {
    clock: Clock,
    watch: Watch,
    patience: Duration,
    core: Mutex<Core>,
    changed: Notify,
}

#[derive(Debug)]
struct Core {
    schedule: Schedule,
    queue: Queue,
    known: HashMap<Address, (Standing, Place)>,
    facts: HashMap<Site, SiteFacts>,
    rests: HashMap<Server, Moment>,
    budgets: Budgets,
    /// What was left out of patterns that said nothing new.
    left: HashMap<u64, Vec<(Lead, u32)>>,
    held: HashMap<u64, Held>,
    tally: Tally,
    robots: HashMap<HostKey, RobotsFact>,
    origins: HashMap<(Digest, bool), Origin>,
    validators: HashMap<String, Validators>,
    pages: BTreeMap<Vec<u8>, KeptPage>,
    seq: u64,
}

#[derive(Debug)]
struct Held {
    site: Site,
    server: Server,
    place: Place,
    lead: Lead,
    attempt: u32,
}

/// Every server's queue, whole.
#[derive(Debug, Default)]
struct Queue(HashMap<Server, BTreeMap<Place, (Lead, u32)>>);

impl Tail for Queue {
    type Error = Infallible;

    fn places(
        &self,
        _: &Site,
        server: &Server,
        skip: &[Place],
        want: usize,
    ) -> Result<Vec<Place>, Infallible> {
        let places = self.0.get(server).into_iter().flat_map(BTreeMap::keys).copied();
        Ok(places.filter(|place| !skip.contains(place)).take(want).collect())
    }
}

impl MemoryFrontier {
    /// An empty frontier that lets `per_host` visits of a site be out at a time.
    pub fn new(clock: Clock, watch: Watch, per_host: usize) -> Self {
        let core = Core {
            schedule: Schedule::new(per_host, 1),
            queue: Queue::default(),
            known: HashMap::new(),
            facts: HashMap::new(),
            rests: HashMap::new(),
            budgets: Budgets::new(&[0; 16]),
            left: HashMap::new(),
            held: HashMap::new(),
            tally: Tally::default(),
            robots: HashMap::new(),
            origins: HashMap::new(),
            validators: HashMap::new(),
            pages: BTreeMap::new(),
            seq: 0,
        };
        let (core, changed) = (Mutex::new(core), Notify::new());
        Self { clock, watch, patience: Duration::MAX, core, changed }
    }

    /// The same with leases that do not wait for longer when no other is out.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The next visit, without waiting for it.
    pub fn poll(&self) -> Poll {
        self.core().next(self.clock.steady())
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        // A panic while it was held leaves maps that are still maps.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait(&self) -> Option<Visit> {
        loop {
            let changed = self.changed.notified();
            let due = match self.poll() {
                Poll::Visit(visit) => return Some(*visit),
                Poll::Finished => {
                    self.changed.notify_waiters();
                    return None;
                }
                Poll::NextDue(due) => {
                    let now = self.clock.steady();
                    let wait = due.since(now);
                    if wait > self.patience && self.core().is_out_of_patience(self.patience, now) {
                        self.changed.notify_waiters();
                        return None;
                    }
                    wait
                }
                Poll::InFlight => Duration::from_hours(1),
            };
            let _ = tokio::time::timeout(due, changed).await;
        }
    }
}

impl Core {
    fn next(&mut self, now: Moment) -> Poll {
        let Ok(next) = self.schedule.next(now, &self.queue);
        let grant = match next {
            Next::Grant(grant) => grant,
            Next::Due(at) => return Poll::NextDue(at),
            Next::InFlight => return Poll::InFlight,
            Next::Finished => return Poll::Finished,
        };
        let Grant { token, site, server, place, settled } = grant;
        let queued = self.queue.0.get(&server).and_then(|queue| queue.get(&place));
        let Some((lead, attempt)) = queued.cloned() else { return Poll::InFlight };
        let held =
            Held { site: site.clone(), server: server.clone(), place, lead: lead.clone(), attempt };
        self.held.insert(token, held);
        let spent = self.budgets.spent(&site, &server, lead.address.as_str());
        let site_settled = settled;
        let suspect = false;
        Poll::Visit(Box::new(Visit {
            lead,
            attempt,
            site,
            server,
            site_settled,
            spent,
            suspect,
            token,
        }))
    }

    fn put(&mut self, leads: Vec<Lead>, now: Moment) -> Put {
        let mut put = Put::default();
        for lead in leads {
            let home = home_of(&lead).filter(|_| !self.known.contains_key(&lead.address));
            if let Some(home) = home {
                self.tally.put();
                self.seq += 1;
                self.queue(&home, lead.clone(), 0, Place::back(lead.hop, self.seq), now);
                put.new += 1;
            } else {
                put.known += 1;
            }
        }
        put
    }

    fn put_first(&mut self, lead: Lead, now: Moment) -> bool {
        let Some(home) = home_of(&lead) else { return false };
        let is_out = self.held.values().any(|held| held.lead.address == lead.address);
        if is_out || self.schedule.is_parked(&home.1) {
            return false;
        }
        match self.known.get(&lead.address).copied() {
            None => self.tally.put(),
            Some((Standing::Open, place)) => {
                self.schedule.withdraw(&home.1, place);
                self.unqueue(&home.1, place);
            }
            Some((standing, _)) => self.tally.reopened(standing),
        }
        self.seq += 1;
        self.queue(&home, lead, 0, Place::front(self.seq), now);
        true
    }

    fn queue(
        &mut self,
        (site, server): &(Site, Server),
        lead: Lead,
        attempt: u32,
        place: Place,
        now: Moment,
    ) {
        self.known.insert(lead.address.clone(), (Standing::Open, place));
        self.queue.0.entry(server.clone()).or_default().insert(place, (lead, attempt));
        self.schedule.admit(site, self.facts.get(site).copied().unwrap_or_default());
        let rest = self.rests.get(server).copied().unwrap_or_default();
        self.schedule.admit_server(site, server, rest);
        self.schedule.push(server, place, now);
    }

    fn unqueue(&mut self, server: &Server, place: Place) {
        if let Some(queue) = self.queue.0.get_mut(server) {
            queue.remove(&place);
            if queue.is_empty() {
                self.queue.0.remove(server);
            }
        }
    }

    fn keep(&mut self, known: Option<Known>) {
        if let Some(Known { site, facts, server, rest }) = known {
            self.facts.insert(site, facts);
            self.rests.insert(server, rest);
        }
    }

    fn ack(&mut self, token: u64, end: Settlement, now: Moment) -> Ack {
        let Some(held) = self.held.remove(&token) else { return Ack::Fenced };
        self.unqueue(&held.server, held.place);
        let known = self.schedule.finish(token, end.turn, u64::from(end.is_spent()));
        self.keep(known);
        let address = held.lead.address.as_str();
        let spent = end.is_spent();
        let news = spent
            .then(|| self.budgets.settle(&held.site, &held.server, address, end.text).news)
            .flatten();
        let pages = kept(&held.lead, &end);
        if let Some((digest, origin)) = end.payload {
            self.origins.insert((digest, origin.chunked), origin);
        }
        if let (Some(uri), Some(kept)) = (uri_of(&held.lead), end.validators) {
            self.validators.insert(uri, kept);
        }
        self.robots.extend(end.learnt);
        // All of its own files are of its only run.
        if let Some(original) = end.refers_to.filter(|original| original.container.outside) {
            self.tally.depends_on(&original.container);
        }
        for refusal in &end.refused {
            self.tally.refused(print(&refusal.url), refusal);
        }
        let keyed = pages.into_iter().map(|page| (key_of(&page).into_bytes(), page));
        self.pages.extend(keyed);
        if end.again {
            self.seq += 1;
            let place = held.place.again(self.seq);
            self.queue(&(held.site, held.server), held.lead, held.attempt + 1, place, now);
        } else {
            self.end(held, &end.outcome);
        }
        if let Some(left) = news.and_then(|pattern| self.left.remove(&pattern)) {
            self.call_back(left, now);
        }
        Ack::Done
    }

    /// Queues again what was left out of a pattern that has news.
    fn call_back(&mut self, left: Vec<(Lead, u32)>, now: Moment) {
        let urls = left.iter().map(|(lead, _)| lead.found.clone()).collect();
        self.tally.called_back(Rule::NearDuplicates, &urls);
        for (lead, attempt) in left {
            let Some(home) = home_of(&lead) else { continue };
            self.tally.reopened(Standing::Refused);
            self.seq += 1;
            let place = Place::back(lead.hop, self.seq);
            self.queue(&home, lead, attempt, place, now);
        }
    }

    fn end(&mut self, held: Held, outcome: &Outcome) {
        let standing = Standing::after(outcome);
        if let Outcome::Refused(refusal) = outcome {
            self.tally.refused_at_visit(print(&refusal.url), refusal);
            if refusal.rule == Rule::NearDuplicates {
                let address = held.lead.address.as_str();
                let (pattern, _) = self.budgets.leave(&held.site, &held.server, address);
                self.left.entry(pattern).or_default().push((held.lead.clone(), held.attempt));
            }
        }
        self.tally.ended(standing);
        self.known.insert(held.lead.address, (standing, held.place));
    }

    fn release(&mut self, token: u64, how: Release) -> Ack {
        if self.held.remove(&token).is_none() {
            return Ack::Fenced;
        }
        let known = match how {
            Release::NextRun => self.schedule.park(token),
            how => self.schedule.release(token, how.turn()),
        };
        self.keep(known);
        Ack::Done
    }

    fn is_out_of_patience(&self, patience: Duration, now: Moment) -> bool {
        let rested = self.schedule.first_rested().unwrap_or(now);
        self.held.is_empty() && rested.since(now) > patience
    }

    fn stats(&self, now: Moment) -> Stats {
        Stats {
            queued: self.schedule.queued(),
            leased: self.schedule.leased(),
            parked_sites: self.schedule.parked_servers(),
            resting: self.schedule.resting(now),
            next_due: self.schedule.next_due(),
            ..self.tally.stats(1)
        }
    }
}

impl Frontier for MemoryFrontier {
    async fn put(&self, leads: Vec<Lead>) -> Result<Put, FrontierError> {
        let put = self.core().put(leads, self.clock.steady());
        self.changed.notify_waiters();
        Ok(put)
    }

    async fn put_anyway(&self, leads: Vec<Lead>) -> Result<Put, FrontierError> {
        // Nothing of earlier runs is remembered, so everything is due.
        self.put(leads).await
    }

    async fn put_first(&self, lead: Lead) -> Result<bool, FrontierError> {
        let put = self.core().put_first(lead, self.clock.steady());
        self.changed.notify_waiters();
        Ok(put)
    }

    async fn lease(&self) -> Result<Option<Visit>, FrontierError> {
        Ok(self.wait().await)
    }

    async fn hazard(&self, _: &Visit) -> Result<(), FrontierError> {
        // Memory does not outlive a crash.
        Ok(())
    }

    async fn hazard_over(&self, _: &Visit) -> Result<(), FrontierError> {
        Ok(())
    }

    async fn ack(&self, visit: &Visit, mut end: Settlement) -> Result<Ack, FrontierError> {
        let event = end.event.take();
        let ack = self.core().ack(visit.token, end, self.clock.steady());
        self.changed.notify_waiters();
        if let (Ack::Done, Some(event)) = (ack, event) {
            if let Event::Settled(settled) = &event {
                for defect in &settled.defects {
                    let _ = self.core().tally.defect(defect, &settled.url);
                }
            }
            self.watch.tell(&event);
        }
        Ok(ack)
    }

    async fn release(&self, visit: &Visit, how: Release) -> Result<Ack, FrontierError> {
        let ack = self.core().release(visit.token, how);
        self.changed.notify_waiters();
        Ok(ack)
    }

    async fn robots(&self, host: &HostKey) -> Result<Option<RobotsFact>, FrontierError> {
        Ok(self.core().robots.get(host).cloned())
    }

    async fn learn_robots(&self, host: &HostKey, fact: RobotsFact) -> Result<(), FrontierError> {
        self.core().robots.insert(host.clone(), fact);
        Ok(())
    }

    async fn origin(
        &self,
        payload: &Digest,
        chunked: bool,
    ) -> Result<Option<Origin>, FrontierError> {
        Ok(self.core().origins.get(&(*payload, chunked)).cloned())
    }

    async fn outside(&self, _: &Digest, _: bool) -> Result<Option<Reference>, FrontierError> {
        // Other archives are imported into a folder.
        Ok(None)
    }

    async fn original(&self, uri: &str) -> Result<Option<Original>, FrontierError> {
        let core = self.core();
        let kept = core.validators.get(uri).filter(|kept| !kept.is_empty());
        Ok(kept.and_then(|kept| {
            let origin = core.origins.get(&(kept.payload, kept.chunked))?;
            let original = Original { validators: kept.clone(), origin: origin.clone() };
            (origin.uri == uri).then_some(original)
        }))
    }

    async fn hold(&self, host: String, held: bool) -> Result<u64, FrontierError> {
        let queued = self.core().schedule.hold(&host, held, self.clock.steady());
        self.changed.notify_waiters();
        Ok(queued)
    }

    async fn servers(&self, rows: usize) -> Result<Servers, FrontierError> {
        Ok(self.core().schedule.servers(self.clock.steady(), rows))
    }

    async fn stats(&self) -> Result<Stats, FrontierError> {
        Ok(self.core().stats(self.clock.steady()))
    }

    async fn pages(
        &self,
        after: Option<Vec<u8>>,
    ) -> Result<(Vec<KeptPage>, Option<Vec<u8>>), FrontierError> {
        let core = self.core();
        let rest = core.pages.iter().filter(|(key, _)| after.as_ref().is_none_or(|at| *key > at));
        let chunk: Vec<_> = rest.take(CHUNK).collect();
        let next = chunk.last().filter(|_| chunk.len() == CHUNK).map(|(key, _)| (*key).clone());
        Ok((chunk.into_iter().map(|(_, page)| page.clone()).collect(), next))
    }

    async fn commit(&self) -> Result<(), FrontierError> {
        Ok(())
    }
}

fn print(url: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    url.hash(&mut hasher);
    hasher.finish()
}
