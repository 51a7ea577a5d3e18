//! Restoring: what a visit read back from the archive changes, as its worker would have done it.
//!
//! Idempotent: a URL that stands as settled in this run is left as it is, so any stretch of the
//! archive may be read back twice. Visits of earlier runs leave payloads and pages only; the first
//! visit of a later run begins that run. No event is told: the one who was to hear it is gone.

use super::desk::{Desk, Fault, Queued};
use super::keys;
use super::ledger::Facts;
use super::rebuild::Found;
use super::rows::{LeadRow, UrlRow};
use super::store::read;
use crate::frontier::again::Fetch;
use crate::frontier::home_of;
use crate::frontier::schedule::{Place, SiteFacts};
use crate::frontier::tally::{Standing, keep};
use crate::lead::{Lead, Refusal};
use crate::moment::Moment;
use crate::record::Position;

/// No capture of the run is known yet.
const LATER: Moment = Moment::from_millis(i64::MAX);

impl Desk {
    /// Begins the run after the present one: an empty seen set, these seeds, and what is left of
    /// the queue, robots.txt aside: that is asked for anew.
    pub(crate) fn begin_run(&mut self, seeds: &[String]) -> Result<u32, Fault> {
        if self.schedule.leased() > 0 {
            return Err(Fault::Untimely(format!("run {} still has visits out", self.run)));
        }
        self.replaying = None;
        let left = self.queued_leads()?;
        let now = self.options.clock.wall();
        self.start_run(self.run + 1, now)?;
        // It was due when it was queued.
        self.put_anyway(left)?;
        self.keep_seeds(seeds)?;
        self.commit(false)?;
        Ok(self.run)
    }

    /// Remembers the seeds of the run.
    pub(crate) fn keep_seeds(&mut self, seeds: &[String]) -> Result<(), Fault> {
        let old: Vec<_> = self
            .store
            .scan(keys::SEEDS, None)
            .map(|row| row.map(|(key, _)| key))
            .collect::<Result<_, _>>()?;
        for key in old {
            self.store.remove(key);
        }
        for (index, seed) in (0_u32..).zip(seeds) {
            self.store.set(keys::seed(index), seed);
        }
        self.touch();
        Ok(())
    }

    /// What is queued, robots.txt aside.
    pub(crate) fn queued_leads(&self) -> Result<Vec<Lead>, Fault> {
        let mut leads = Vec::new();
        for row in self.store.scan(keys::QUEUE, None) {
            let (key, value) = row?;
            let lead = read::<LeadRow>(&key, &value)?.into_lead();
            leads.extend(lead.filter(|lead| lead.robots_for.is_none()));
        }
        Ok(leads)
    }

    /// The archive has been read back to its end.
    pub(crate) fn replayed(&mut self) -> Result<(), Fault> {
        self.replaying = None;
        self.touch();
        self.commit(false)
    }

    /// Takes in one visit; `true` when it changed the run.
    pub(crate) fn restore(
        &mut self,
        found: Found,
        leads: Vec<Lead>,
        refused: &[Refusal],
    ) -> Result<bool, Fault> {
        let run = found.trace.run;
        if run > self.run {
            self.start_run(run, LATER)?;
        }
        if let Some((digest, origin)) = &found.origin {
            self.keep_payload(digest, origin)?;
            if run == self.run && origin.date < self.since {
                self.began(origin.date);
            }
        }
        if let Some(validators) = &found.validators {
            self.keep_validators(&found.trace.lead, validators);
        }
        let trace = &found.trace;
        self.remember(&trace.lead, Fetch::of(trace, found.at).as_ref())?;
        for page in keep(&trace.lead, &trace.outcome, trace.page.clone(), &trace.alternates) {
            self.keep_page(&page);
        }
        let end = found.end.clone();
        let counted = run == self.run && self.restore_visit(found, leads, refused)?;
        self.read_back_to(end);
        Ok(counted)
    }

    fn restore_visit(
        &mut self,
        found: Found,
        leads: Vec<Lead>,
        refused: &[Refusal],
    ) -> Result<bool, Fault> {
        let Found { trace, locator, refers_to, .. } = found;
        let (cut, defects) = (trace.cut().map(str::to_owned), trace.defects());
        let lead = trace.lead;
        let Some(home) = home_of(&lead) else { return Ok(false) };
        let print = self.seen.print(lead.address.as_str());
        let row: Option<UrlRow> = self.store.get(&keys::url(print))?;
        let row = self.called_back_since(&home, &lead, row.filter(|row| row.run == self.run))?;
        let done = row.is_some_and(|row| row.standing != Standing::Open)
            || (trace.again && row.is_some_and(|row| row.attempt > trace.attempt));
        if done {
            return Ok(false);
        }
        if let Some(original) = &refers_to {
            self.depend_on(original);
        }
        self.put(leads)?;
        self.refuse_all(refused, &lead.found)?;
        match row {
            Some(row) => self.withdraw(&home, row.place),
            None if self.seen.insert(print) => self.tally.put(),
            // Its own page led to it: the put above has queued it.
            None => self.unqueue(print, &lead)?,
        }
        if trace.again {
            let place = Place::back(lead.hop, self.ticket());
            let attempt = trace.attempt + 1;
            self.queue(&home, Queued { print, lead, attempt, place })?;
        } else {
            let facts = self.site_facts(&home.0)?;
            self.keep_facts(&home.0, SiteFacts { settled: facts.settled + 1, ..facts });
            self.spend((&home.0, &home.1), &lead, None);
            let line =
                Facts { bytes: trace.bytes, took_ms: trace.took_ms, record: locator, cut, defects };
            self.end(print, &lead, trace.attempt, &trace.outcome, &line);
        }
        Ok(true)
    }

    fn unqueue(&mut self, print: u64, lead: &Lead) -> Result<(), Fault> {
        let row: Option<UrlRow> = self.store.get(&keys::url(print))?;
        if let (Some(row), Some(home)) = (row, home_of(lead)) {
            self.withdraw(&home, row.place);
        }
        Ok(())
    }

    /// Another run: nothing of the one before is seen or queued, its pages and payloads stay.
    fn start_run(&mut self, run: u32, since: Moment) -> Result<(), Fault> {
        let queued: Vec<_> = self
            .store
            .scan(keys::QUEUE, None)
            .map(|row| row.map(|(key, _)| key))
            .collect::<Result<_, _>>()?;
        for key in queued {
            self.store.remove(key);
        }
        self.forget_left()?;
        self.store.remove(keys::SUSPECTS.to_vec());
        self.suspects.clear();
        self.run = run;
        self.store.set(keys::RUN.to_vec(), &run);
        self.began(since);
        self.seen.clear();
        self.resting.clear();
        self.tally = crate::frontier::tally::Tally::default();
        self.budgets.clear();
        self.schedule.clear();
        self.touch();
        Ok(())
    }

    /// The run is known to have captured something at this instant, and nothing before.
    fn began(&mut self, since: Moment) {
        self.since = since;
        self.store.set(keys::SINCE.to_vec(), &since);
    }

    fn read_back_to(&mut self, end: Position) {
        if let Some(replaying) = &mut self.replaying
            && super::settle::before(replaying, &end)
        {
            *replaying = end.clone();
        }
        self.reached(end);
        self.touch();
    }
}
