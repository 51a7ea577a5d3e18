//! Settling: what the end of a visit changes, all of it in one batch.
//!
//! The queued row goes, the URL's row says how it stands, and page, payload, refusals, site and
//! ledger line go with it. The event waits for the commit. A lease that has ended changes nothing.

use super::desk::{Desk, Fault, Held, Queued};
use super::keys;
use super::ledger::Facts;
use super::rows::{DefectRow, RuleRow, UrlRow};
use crate::address::Address;
use crate::event::Event;
use crate::frontier::scope::MAX_REDIRECTS;
use crate::frontier::tally::{Standing, kept, key_of};
use crate::frontier::{Ack, KeptPage, Release, Settlement};
use crate::lead::{Lead, Outcome, Refusal, Rule};
use crate::record::Position;

impl Desk {
    pub(crate) fn ack(&mut self, token: u64, mut end: Settlement) -> Result<Ack, Fault> {
        let Some(held) = self.held.remove(&token) else { return Ok(Ack::Fenced) };
        let known = self.schedule.finish(token, end.turn, u64::from(end.is_spent()));
        self.keep_known(known);
        let home = (&held.site, &held.server);
        let news = end.is_spent().then(|| self.spend(home, &held.lead, end.text)).flatten();
        self.safe(&held);
        self.store.remove(keys::queued(&held.site, &held.server, held.place));
        if let Some(end) = end.archived.take() {
            self.turned |= self.known_end.serial > 0 && end.serial > self.known_end.serial;
            self.reached(end);
        }
        if let Some((digest, origin)) = &end.payload {
            self.keep_payload(digest, origin)?;
        }
        if let Some(validators) = &end.validators {
            self.keep_validators(&held.lead, validators);
        }
        if let Some(original) = &end.refers_to {
            self.depend_on(original);
        }
        if let Some((host, fact)) = &end.learnt {
            self.learn_robots(host, fact);
        }
        self.remember(&held.lead, end.fetch.as_ref())?;
        for page in kept(&held.lead, &end) {
            self.keep_page(&page);
        }
        self.refuse_all(&end.refused, &held.lead.found)?;
        let facts = facts_of(end.event.as_ref());
        self.events.extend(end.event);
        self.settlements += 1;
        if end.again {
            self.once_more(held)?;
        } else {
            self.end(held.print, &held.lead, held.attempt, &end.outcome, &facts);
            self.leave(held, &end.outcome);
        }
        self.call_back(news)?;
        Ok(Ack::Done)
    }

    pub(crate) fn release(&mut self, token: u64, how: Release) -> Ack {
        let Some(held) = self.held.remove(&token) else { return Ack::Fenced };
        self.safe(&held);
        let known = match how {
            Release::NextRun => self.schedule.park(token),
            how => self.schedule.release(token, how.turn()),
        };
        self.keep_known(known);
        Ack::Done
    }

    /// Takes back a visit nobody received: its site is due as it was.
    pub(crate) fn take_back(&mut self, token: u64) {
        let now = self.now();
        let _ = self.release(token, Release::Until(now));
    }

    fn safe(&mut self, held: &Held) {
        if held.hazard {
            self.marks.ended(held.print);
        }
    }

    fn once_more(&mut self, held: Held) -> Result<(), Fault> {
        let place = held.place.again(self.ticket());
        let Held { print, site, server, lead, attempt, .. } = held;
        self.queue(&(site, server), Queued { print, lead, attempt: attempt + 1, place })
    }

    /// A URL of the run has ended: its row, its number, its line.
    pub(crate) fn end(
        &mut self,
        print: u64,
        lead: &Lead,
        attempt: u32,
        outcome: &Outcome,
        facts: &Facts,
    ) {
        let standing = Standing::after(outcome);
        let row = UrlRow { run: self.run, standing, attempt, ..UrlRow::nowhere() };
        self.store.set(keys::url(print), &row);
        self.tally.ended(standing);
        if let Outcome::Refused(refusal) = outcome {
            let print = self.seen.print(&refusal.url);
            let count = self.tally.refused_at_visit(print, refusal).clone();
            self.store.set(keys::rule(refusal.rule), &RuleRow { run: self.run, count });
        }
        let rule = self.closes_a_ring(lead, outcome).then_some(Rule::RedirectLoop);
        if let Some(rule) = rule {
            let refusal = Refusal { url: lead.found.clone(), rule };
            let count = self.tally.refused_at_visit(print, &refusal).clone();
            self.store.set(keys::rule(rule), &RuleRow { run: self.run, count });
        }
        for defect in &facts.defects {
            if let Some(count) = self.tally.defect(defect, &lead.found).cloned() {
                self.store.set(keys::defect(defect), &DefectRow { run: self.run, count });
            }
        }
        self.ledger.ended(self.run, lead, outcome, facts, rule);
        self.touch();
    }

    /// Whether a redirect leads back to where its chain has been, over whatever number of hops.
    fn closes_a_ring(&self, lead: &Lead, outcome: &Outcome) -> bool {
        let Outcome::Moved { to: Some(to), .. } = outcome else { return false };
        if *to == lead.found {
            return true;
        }
        let mut next = to.clone();
        for _ in 0..=MAX_REDIRECTS {
            let Ok(address) = Address::parse(&next) else { return false };
            let print = self.seen.print(address.as_str());
            // A state that cannot be read is told by the commit that follows.
            let row: Option<UrlRow> = self.store.get(&keys::url(print)).unwrap_or_default();
            let is_moved = |row: &UrlRow| row.run == self.run && row.standing == Standing::Moved;
            if !row.as_ref().is_some_and(is_moved) {
                return false;
            }
            if address == lead.address {
                return next != *to;
            }
            let page = self.store.get_page(&keys::page(print)).unwrap_or_default();
            let Some(on) = page.and_then(|page| page.moved_to) else { return false };
            next = on;
        }
        false
    }

    /// Counts what the page at `via` leads to and will not be fetched; each URL once a run. What is
    /// archived already and would not be asked for in any case is not due, and no rule refuses it.
    pub(crate) fn refuse_all(&mut self, refused: &[Refusal], via: &str) -> Result<(), Fault> {
        for refusal in refused {
            let key =
                Address::parse(&refusal.url).map_or_else(|_| refusal.url.clone(), String::from);
            let print = self.seen.print(&key);
            // A URL of the run ends by its own visit, whatever another page may not lead to.
            if self.seen.has(print) || !self.is_due(print)? {
                continue;
            }
            if let Some(count) = self.tally.refused(print, refusal).cloned() {
                self.store.set(keys::rule(refusal.rule), &RuleRow { run: self.run, count });
                self.ledger.refused(self.run, refusal, via);
                self.touch();
            }
        }
        Ok(())
    }

    pub(crate) fn keep_page(&mut self, page: &KeptPage) {
        let print = self.seen.print(&key_of(page));
        self.store.set_page(keys::page(print), page);
        self.touch();
    }

    /// The archive is filled up to `end`.
    pub(crate) fn reached(&mut self, end: Position) {
        if before(&self.known_end, &end) {
            self.known_end = end;
        }
    }
}

/// Whether one point of the archive comes before another.
pub(crate) fn before(one: &Position, other: &Position) -> bool {
    (one.serial, one.offset) < (other.serial, other.offset)
}

fn facts_of(event: Option<&Event>) -> Facts {
    match event {
        Some(Event::Settled(settled)) => Facts {
            bytes: settled.bytes,
            took_ms: u64::try_from(settled.took.as_millis()).unwrap_or(u64::MAX),
            record: settled.record.clone(),
            cut: settled.cut.clone(),
            defects: settled.defects.clone(),
        },
        _ => Facts::default(),
    }
}
