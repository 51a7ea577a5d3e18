//! Again: the rows of what was fetched, by which a run knows what is due (`t`).
//!
//! Written by each acknowledgement and each restored visit, in the same batch as the rest of it. A
//! lead is kept only where a run is to ask by itself, so that the rows of articles stay small.

use serde::{Deserialize, Serialize};

use super::desk::{Desk, Fault};
use super::keys;
use super::rows::LeadRow;
use super::store::read;
use crate::frontier::again::{Awaited, Fetch, Fetched};
use crate::frontier::schedule::Place;
use crate::lead::{Hop, Lead};
use crate::settings::UrlKind;

/// What is remembered of a URL, and the lead to it where the run itself is to follow it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AgainRow {
    fetched: Fetched,
    lead: Option<LeadRow>,
}

/// Rows looked at in one go.
const CHUNK: usize = 1_024;

/// Some of what is awaited, and the key behind which the next are.
pub(crate) type Chunk = (Vec<Awaited>, Option<Vec<u8>>);

impl Desk {
    /// Whether a URL that is new in this run is due. One that is not is counted, once.
    pub(crate) fn is_due(&mut self, print: u64) -> Result<bool, Fault> {
        let policy = self.options.recrawl;
        if policy.is_each_run() {
            return Ok(true);
        }
        if self.resting.contains(&print) {
            return Ok(false);
        }
        let row: Option<AgainRow> = self.store.get(&keys::again(print))?;
        let Some(AgainRow { fetched, .. }) = row else { return Ok(true) };
        let now = self.options.clock.wall();
        let is_due = fetched.due_at(&policy, now).is_some_and(|due| due <= now);
        if !is_due && self.resting.insert(print) {
            self.tally.not_due();
        }
        Ok(is_due)
    }

    /// Where a lead that is new in this run is queued: what is known to tell of news goes ahead.
    pub(crate) fn place_of(&mut self, print: u64, lead: &Lead) -> Result<Place, Fault> {
        let ticket = self.ticket();
        if self.options.recrawl.is_each_run() {
            return Ok(Place::back(lead.hop, ticket));
        }
        let row: Option<AgainRow> = self.store.get(&keys::again(print))?;
        let tells =
            row.is_some_and(|row| matches!(row.fetched.kind, UrlKind::Feed | UrlKind::Sitemap));
        Ok(if tells { Place::ahead(ticket) } else { Place::back(lead.hop, ticket) })
    }

    /// Remembers a fetch of a lead.
    pub(crate) fn remember(&mut self, lead: &Lead, fetch: Option<&Fetch>) -> Result<(), Fault> {
        let Some(fetch) = fetch else { return Ok(()) };
        let key = keys::again(self.seen.print(lead.address.as_str()));
        let before: Option<AgainRow> = self.store.get(&key)?;
        let before = before.map(|row| row.fetched);
        let fetched = Fetched::after(before, lead, fetch, self.options.clock.wall());
        if before == Some(fetched) {
            return Ok(());
        }
        let policy = &self.options.recrawl;
        // A guess has a schedule of its own.
        let is_guess = lead.hop == Hop::Guess;
        let awaited = !policy.is_each_run() && !is_guess && fetched.is_awaited(policy);
        let lead = awaited.then(|| LeadRow::new(lead.clone(), 0));
        self.store.set(key, &AgainRow { fetched, lead });
        self.touch();
        Ok(())
    }

    /// What a run may ask for by itself, due or not, in chunks: those after `after`, with the key to
    /// go on from.
    pub(crate) fn awaited(&self, after: Option<&[u8]>) -> Result<Chunk, Fault> {
        let after = after.filter(|key| key.starts_with(keys::AGAIN));
        let (mut awaited, mut last, mut seen) = (Vec::new(), None, 0);
        for row in self.store.scan(keys::AGAIN, after).take(CHUNK) {
            let (key, value) = row?;
            let AgainRow { fetched, lead } = read(&key, &value)?;
            let lead = lead.and_then(LeadRow::into_lead);
            awaited.extend(lead.map(|lead| Awaited { lead, fetched }));
            last = Some(key);
            seen += 1;
        }
        Ok((awaited, last.filter(|_| seen == CHUNK)))
    }

    /// What is remembered of a URL.
    pub(crate) fn fetched(&self, lead: &Lead) -> Result<Option<Fetched>, Fault> {
        let key = keys::again(self.seen.print(lead.address.as_str()));
        let row: Option<AgainRow> = self.store.get(&key)?;
        Ok(row.map(|row| row.fetched))
    }
}
