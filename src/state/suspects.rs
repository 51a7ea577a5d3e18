//! Suspects: URLs that were being read when the process died.
//!
//! After one crash a suspect goes last and is handed out as such, to be read while nothing else is;
//! after a second, which was its own, it is given up. It is judged when its turn comes, since its
//! place in the queue may only be known when the archive has been read back. What was being read is
//! in `leases`; the counts outlive clean stops and end with the URL or the run.

use std::collections::HashMap;

use super::desk::{Desk, Fault, Queued};
use super::keys;
use super::ledger::Facts;
use super::rows::UrlRow;
use crate::event::Event;
use crate::frontier::schedule::{Grant, Place, Turn};
use crate::frontier::tally::Standing;
use crate::lead::{Failure, FailureKind, Lead, Outcome};

impl Desk {
    /// Takes in the suspects of earlier crashes, and those of one that has just been.
    pub(crate) fn suspect(&mut self, in_flight: &[u64]) -> Result<(), String> {
        let kept: Option<HashMap<u64, u8>> = self.store.get(keys::SUSPECTS)?;
        for (print, crashes) in kept.unwrap_or_default() {
            let row: Option<UrlRow> = self.store.get(&keys::url(print))?;
            let has_ended = |row: &UrlRow| row.run == self.run && row.standing != Standing::Open;
            if !row.as_ref().is_some_and(has_ended) {
                self.suspects.insert(print, crashes);
            }
        }
        for print in in_flight {
            let crashes = self.suspects.entry(*print).or_default();
            *crashes = crashes.saturating_add(1);
        }
        self.store.set(keys::SUSPECTS.to_vec(), &self.suspects);
        Ok(())
    }

    /// Whether a URL whose turn it is stays here: put behind all others, or given up.
    pub(crate) fn is_kept_back(
        &mut self,
        print: u64,
        grant: &Grant,
        (lead, attempt): (&Lead, u32),
    ) -> Result<bool, Fault> {
        let Grant { token, site, server, place, .. } = grant;
        let crashes = self.suspects.get(&print).copied().unwrap_or_default();
        let is_guilty = crashes >= self.options.strikes;
        if crashes == 0 || (place.is_last() && !is_guilty) {
            return Ok(false);
        }
        let known = self.schedule.finish(*token, Turn::default(), 0);
        self.keep_known(known);
        self.store.remove(keys::queued(site, server, *place));
        if is_guilty {
            self.give_up(print, lead, attempt);
        } else {
            let place = Place::last(self.ticket());
            let last = Queued { print, lead: lead.clone(), attempt, place };
            self.queue(&(site.clone(), server.clone()), last)?;
        }
        Ok(true)
    }

    fn give_up(&mut self, print: u64, lead: &Lead, attempt: u32) {
        let url = &lead.found;
        let times = self.options.strikes;
        let detail = format!("the process died {times} times while {url} was being read");
        self.events.push(Event::Warning { text: format!("{url}: given up; {detail}") });
        let outcome = Outcome::Failed(Failure { kind: FailureKind::Internal, detail });
        self.end(print, lead, attempt, &outcome, &Facts::default());
    }
}
