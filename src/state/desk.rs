//! The desk: the state machine behind the owner thread, one call at a time.
//!
//! It owns the store, the schedule, the seen set and the tally, and keeps them in step. Settlements
//! are in `settle`, commits in `commit`, what is read back from the archive in `restore`, starting
//! up in `open`. It knows no thread and no channel, and waits for nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io;
use std::path::Path;

use super::leases::LeaseMarks;
use super::ledger::Ledger;
use super::rows::{Checkpoint, LeadRow, MarkRow, SiteRow, UrlRow};
use super::seen::Seen;
use super::store::Store;
use super::{disk, keys};
use crate::address::{HostKey, Server, Site};
use crate::disk::{may_pass, need};
use crate::event::Event;
use crate::frontier::budgets::Budgets;
use crate::frontier::schedule::{Grant, Known, Next, Place, Schedule, SiteFacts, Tail};
use crate::frontier::tally::{Standing, Tally};
use crate::frontier::{
    FrontierError, KeptPage, Poll, Put, RobotsAnswer, RobotsFact, Stats, home_of,
};
use crate::lead::{Lead, Visit};
use crate::moment::Moment;
use crate::page::Likeness;
use crate::record::Position;

/// Pages handed out at a time.
const CHUNK: usize = 256;

/// Largest robots.txt kept; a larger one is asked for again when it is needed.
const ROBOTS_BYTES: usize = 64 * 1024;

/// Why nothing more is taken. It never heals by itself: after a failed sync nothing on disk is
/// trusted until it is opened again.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Archive(String),
    State(String),
    /// The disk took no more, and may again.
    Disk(String),
    /// Asked at the wrong moment; nothing was changed and nothing is wrong.
    Untimely(String),
}

impl Fault {
    /// Of a file of the state.
    pub(crate) fn of(path: &Path, why: &io::Error) -> Self {
        if may_pass(why) {
            Self::Disk(format!("cannot write {}: {why}; {}", path.display(), need(why)))
        } else {
            Self::State(format!("{}: {why}", path.display()))
        }
    }
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self::State(why)
    }
}

pub(crate) struct Desk {
    pub(crate) options: disk::Kept,
    pub(crate) store: Store,
    pub(crate) schedule: Schedule,
    pub(crate) seen: Seen,
    /// URLs of the run that were found not to be due.
    pub(crate) resting: HashSet<u64>,
    pub(crate) tally: Tally,
    pub(crate) budgets: Budgets,
    pub(crate) ledger: Ledger,
    pub(crate) marks: LeaseMarks,
    /// At how many crashes a URL was being read.
    pub(crate) suspects: HashMap<u64, u8>,
    pub(crate) held: HashMap<u64, Held>,
    pub(crate) run: u32,
    /// When the run began: what was captured before it belongs to another.
    pub(crate) since: Moment,
    /// The files of other archives' captures that are taken in.
    pub(crate) imported: BTreeSet<String>,
    pub(crate) seq: u64,
    pub(crate) checkpoint: Checkpoint,
    /// The furthest point of the archive that is known to be filled.
    pub(crate) known_end: Position,
    /// How far the archive has been read back, while that is going on.
    pub(crate) replaying: Option<Position>,
    pub(crate) events: Vec<Event>,
    pub(crate) settlements: usize,
    /// Whether a WARC was sealed since the last commit.
    pub(crate) turned: bool,
    pub(crate) dirty_since: Option<Moment>,
    pub(crate) fault: Option<Fault>,
}

/// A visit that is out.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) print: u64,
    pub(crate) site: Site,
    pub(crate) server: Server,
    pub(crate) place: Place,
    pub(crate) lead: Lead,
    pub(crate) attempt: u32,
    /// The end of the archive when it was handed out: its records come after it.
    pub(crate) noted: Position,
    /// Whether its bytes are being read.
    pub(crate) hazard: bool,
}

/// A URL on its way into the queue.
pub(crate) struct Queued {
    pub(crate) print: u64,
    pub(crate) lead: Lead,
    pub(crate) attempt: u32,
    pub(crate) place: Place,
}

impl Tail for Store {
    type Error = String;

    fn places(
        &self,
        site: &Site,
        server: &Server,
        skip: &[Place],
        want: usize,
    ) -> Result<Vec<Place>, String> {
        let prefix = keys::queue_of(site, server);
        let mut places = Vec::with_capacity(want);
        for row in self.scan(&prefix, None) {
            let place = keys::read_queued(&row?.0).map(|(.., place)| place);
            places.extend(place.filter(|place| !skip.contains(place)));
            if places.len() == want {
                break;
            }
        }
        if places.is_empty() {
            return Err(format!("the queue of {server} should hold URLs and holds none"));
        }
        Ok(places)
    }
}

impl Desk {
    pub(crate) fn now(&self) -> Moment {
        self.options.clock.steady()
    }

    /// Whether calls may still count.
    pub(crate) fn check(&self) -> Result<(), FrontierError> {
        match &self.fault {
            None => Ok(()),
            Some(Fault::Archive(why)) => Err(FrontierError::Archive(why.clone())),
            Some(Fault::Disk(why)) => Err(FrontierError::Disk(why.clone())),
            Some(Fault::State(why) | Fault::Untimely(why)) => Err(self.broken(why)),
        }
    }

    fn broken(&self, why: &str) -> FrontierError {
        FrontierError::Broken {
            path: self.options.folder.display().to_string(),
            why: why.to_owned(),
        }
    }

    /// Remembers a failure; from now on nothing counts.
    pub(crate) fn guard<T>(&mut self, result: Result<T, Fault>) -> Result<T, FrontierError> {
        self.check()?;
        match result {
            Ok(value) => Ok(value),
            Err(Fault::Untimely(why)) => Err(self.broken(&why)),
            Err(why) => {
                self.fault = Some(why);
                Err(self.check().err().unwrap_or(FrontierError::Closed))
            }
        }
    }

    pub(crate) fn touch(&mut self) {
        let now = self.now();
        self.dirty_since.get_or_insert(now);
    }

    /// Queues leads that are new in this run, and due.
    pub(crate) fn put(&mut self, leads: Vec<Lead>) -> Result<Put, Fault> {
        let mut due = Vec::with_capacity(leads.len());
        let all = leads.len() as u64;
        for lead in leads {
            let print = self.seen.print(lead.address.as_str());
            if !self.seen.has(print) && self.is_due(print)? {
                due.push(lead);
            }
        }
        let put = self.put_anyway(due)?;
        Ok(Put { new: put.new, known: all - put.new })
    }

    /// Queues leads that are new in this run, whatever is remembered of them.
    pub(crate) fn put_anyway(&mut self, leads: Vec<Lead>) -> Result<Put, Fault> {
        let mut put = Put::default();
        for lead in leads {
            let print = self.seen.print(lead.address.as_str());
            let home = (!self.seen.has(print)).then(|| home_of(&lead)).flatten();
            let Some(home) = home else {
                put.known += 1;
                continue;
            };
            let place = self.place_of(print, &lead)?;
            self.seen.insert(print);
            self.tally.put();
            self.queue(&home, Queued { print, lead, attempt: 0, place })?;
            put.new += 1;
            if self.store.pending() >= super::store::MAX_PENDING {
                self.commit(false)?;
            }
        }
        Ok(put)
    }

    pub(crate) fn put_first(&mut self, lead: Lead) -> Result<bool, Fault> {
        let Some(home) = home_of(&lead) else { return Ok(false) };
        let print = self.seen.print(lead.address.as_str());
        let is_out = self.held.values().any(|held| held.print == print);
        if is_out || self.schedule.is_parked(&home.1) {
            return Ok(false);
        }
        let row: Option<UrlRow> = self.store.get(&keys::url(print))?;
        match row.filter(|row| row.run == self.run) {
            None => self.tally.put(),
            Some(row) if row.standing == Standing::Open => self.withdraw(&home, row.place),
            Some(row) => self.tally.reopened(row.standing),
        }
        self.seen.insert(print);
        let place = Place::front(self.ticket());
        self.queue(&home, Queued { print, lead, attempt: 0, place })?;
        Ok(true)
    }

    /// Writes the rows of a queued URL and schedules it.
    pub(crate) fn queue(
        &mut self,
        (site, server): &(Site, Server),
        url: Queued,
    ) -> Result<(), Fault> {
        let Queued { print, lead, attempt, place } = url;
        let row = UrlRow { run: self.run, standing: Standing::Open, attempt, place };
        self.store.set(keys::url(print), &row);
        self.store.set(keys::queued(site, server, place), &LeadRow::new(lead, attempt));
        self.admit(site, server)?;
        let now = self.now();
        self.schedule.push(server, place, now);
        self.touch();
        Ok(())
    }

    /// Takes a server into the schedule, with what is remembered of it.
    pub(crate) fn admit(&mut self, site: &Site, server: &Server) -> Result<(), Fault> {
        if self.schedule.knows(server) {
            return Ok(());
        }
        if !self.schedule.knows_site(site) {
            let facts = self.site_facts(site)?;
            self.schedule.admit(site, facts);
        }
        let rest: Option<Moment> = self.store.get(&keys::server(server.as_str()))?;
        self.schedule.admit_server(site, server, rest.unwrap_or_default());
        Ok(())
    }

    /// Takes a URL out of the queue.
    pub(crate) fn withdraw(&mut self, (site, server): &(Site, Server), place: Place) {
        self.schedule.withdraw(server, place);
        self.store.remove(keys::queued(site, server, place));
    }

    pub(crate) fn site_facts(&self, site: &Site) -> Result<SiteFacts, Fault> {
        let row: Option<SiteRow> = self.store.get(&keys::site(site.as_str()))?;
        Ok(row.map(|row| row.facts(self.run)).unwrap_or_default())
    }

    pub(crate) fn keep_facts(&mut self, site: &Site, facts: SiteFacts) {
        self.store.set(keys::site(site.as_str()), &SiteRow::new(facts, self.run));
        self.touch();
    }

    /// Keeps what a lease left behind. Of a server only a rest that is still to come is worth a row.
    pub(crate) fn keep_known(&mut self, known: Option<Known>) {
        let Some(Known { site, facts, server, rest }) = known else { return };
        self.keep_facts(&site, facts);
        if rest > self.now() {
            self.store.set(keys::server(server.as_str()), &rest);
        }
    }

    /// Counts a visit that was made, and what its page says; gives the pattern that has news.
    pub(crate) fn spend(
        &mut self,
        (site, server): (&Site, &Server),
        lead: &Lead,
        text: Option<Likeness>,
    ) -> Option<u64> {
        let spending = self.budgets.settle(site, server, lead.address.as_str(), text);
        for (key, mark) in spending.rows {
            self.store.set(keys::mark(key), &MarkRow { run: self.run, mark });
        }
        spending.news
    }

    pub(crate) const fn ticket(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// The next visit, leased.
    pub(crate) fn poll(&mut self) -> Result<Poll, Fault> {
        loop {
            let now = self.now();
            return Ok(match self.schedule.next(now, &self.store)? {
                Next::Grant(grant) => match self.hand_out(grant)? {
                    Some(visit) => Poll::Visit(Box::new(visit)),
                    None => continue,
                },
                Next::Due(at) => Poll::NextDue(at),
                Next::InFlight => Poll::InFlight,
                Next::Finished => Poll::Finished,
            });
        }
    }

    /// Whether nothing is out, and all that is queued rests for longer than anybody wants to wait.
    pub(crate) fn is_out_of_patience(&self, due: Moment) -> bool {
        let (now, patience) = (self.now(), self.options.patience);
        let is_rest = || self.schedule.first_rested().is_some_and(|at| at.since(now) > patience);
        self.held.is_empty() && due.since(now) > patience && is_rest()
    }

    /// The visit of a grant; `None` for a suspect that is kept back.
    fn hand_out(&mut self, grant: Grant) -> Result<Option<Visit>, Fault> {
        let row: Option<LeadRow> =
            self.store.get(&keys::queued(&grant.site, &grant.server, grant.place))?;
        let row = row.ok_or_else(|| format!("a queued URL of {} has no row", grant.site))?;
        let attempt = row.attempt;
        let lead = row.into_lead();
        let lead = lead.ok_or_else(|| format!("a queued URL of {} is none", grant.site))?;
        let print = self.seen.print(lead.address.as_str());
        if self.is_kept_back(print, &grant, (&lead, attempt))? {
            return Ok(None);
        }
        let Grant { token, site, server, place, settled } = grant;
        let noted = self.known_end.clone();
        let visit = Visit {
            lead: lead.clone(),
            attempt,
            site: site.clone(),
            server: server.clone(),
            site_settled: settled,
            spent: self.budgets.spent(&site, &server, lead.address.as_str()),
            suspect: self.suspects.contains_key(&print),
            token,
        };
        let hazard = false;
        self.held.insert(token, Held { print, site, server, place, lead, attempt, noted, hazard });
        Ok(Some(visit))
    }

    /// The visit is about to be read: what a crash from here on is held against.
    pub(crate) fn hazard(&mut self, token: u64) {
        if let Some(held) = self.held.get_mut(&token).filter(|held| !held.hazard) {
            held.hazard = true;
            self.marks.began(held.print);
        }
    }

    /// It has been read.
    pub(crate) fn hazard_over(&mut self, token: u64) {
        if let Some(held) = self.held.get_mut(&token).filter(|held| held.hazard) {
            held.hazard = false;
            self.marks.ended(held.print);
        }
    }

    pub(crate) fn robots(&self, host: &HostKey) -> Result<Option<RobotsFact>, Fault> {
        Ok(self.store.get(&keys::robots(host.as_str()))?)
    }

    /// Keeps a fact; of a file over the limit nothing is kept, so that it is read again.
    pub(crate) fn learn_robots(&mut self, host: &HostKey, fact: &RobotsFact) {
        let key = keys::robots(host.as_str());
        match &fact.answer {
            RobotsAnswer::File(body) if body.len() > ROBOTS_BYTES => self.store.remove(key),
            _ => self.store.set(key, fact),
        }
        self.touch();
    }

    pub(crate) fn pages(
        &self,
        after: Option<&[u8]>,
    ) -> Result<(Vec<KeptPage>, Option<Vec<u8>>), Fault> {
        let after = after.filter(|key| key.starts_with(keys::PAGES));
        let mut pages = Vec::new();
        let mut last = None;
        for row in self.store.scan(keys::PAGES, after).take(CHUNK) {
            let (key, value) = row?;
            pages.push(super::store::read_page(&key, &value)?);
            last = Some(key);
        }
        let more = pages.len() == CHUNK;
        Ok((pages, last.filter(|_| more)))
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            queued: self.schedule.queued(),
            leased: self.schedule.leased(),
            parked_sites: self.schedule.parked_servers(),
            resting: self.schedule.resting(self.now()),
            next_due: self.schedule.next_due(),
            ..self.tally.stats(self.run)
        }
    }
}
