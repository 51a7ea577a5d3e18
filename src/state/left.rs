//! What was left out: URLs refused since their pattern brought nothing new (`l`).
//!
//! Each has ended and is told as refused. Its lead is kept beside that until the run is over: when
//! a sample of the pattern says something new, they are queued again, the first left out first,
//! and the rule's count and the URL's standing are taken back in the same batch.

use std::collections::HashSet;

use super::desk::{Desk, Fault, Held, Queued};
use super::keys;
use super::rows::{LeadRow, MarkRow, RuleRow, UrlRow};
use super::store::{Row, read};
use crate::address::{Server, Site};
use crate::event::Event;
use crate::frontier::home_of;
use crate::frontier::schedule::Place;
use crate::frontier::tally::{EXAMPLES, Standing};
use crate::lead::{Lead, Outcome, Rule};

/// URLs queued again by one page; each further new text brings as many.
const CHUNK: usize = 1_000;

impl Desk {
    /// Keeps a URL that its pattern's rule refused.
    pub(crate) fn leave(&mut self, held: Held, outcome: &Outcome) {
        let Outcome::Refused(refusal) = outcome else { return };
        if refusal.rule != Rule::NearDuplicates {
            return;
        }
        let Held { print, site, server, lead, attempt, .. } = held;
        let (pattern, mark) = self.budgets.leave(&site, &server, lead.address.as_str());
        self.store.set(keys::mark(pattern), &MarkRow { run: self.run, mark });
        let place = Place::back(lead.hop, self.ticket());
        let row = UrlRow { run: self.run, standing: Standing::Refused, attempt, place };
        self.store.set(keys::url(print), &row);
        self.store.set(keys::left(pattern, place.seq), &LeadRow::new(lead, attempt));
    }

    /// Queues again what was left out of a pattern, if one has news.
    pub(crate) fn call_back(&mut self, pattern: Option<u64>) -> Result<(), Fault> {
        let Some(pattern) = pattern else { return Ok(()) };
        let prefix = keys::left_of(pattern);
        let rows: Vec<Row> =
            self.store.scan(&prefix, None).take(CHUNK).collect::<Result<_, _>>()?;
        let urls = self.queue_again(rows)?;
        let Some(first) = urls.iter().min() else { return Ok(()) };
        let text = format!(
            "a page of a pattern of URLs that was left out says something new: {} of its URLs are \
             queued again, such as {first}",
            urls.len()
        );
        self.events.push(Event::Warning { text });
        Ok(())
    }

    /// The row of a URL that the archive tells of: where it was called back and fetched after the
    /// state was last written, its refusal there is over.
    pub(crate) fn called_back_since(
        &mut self,
        home: &(Site, Server),
        lead: &Lead,
        row: Option<UrlRow>,
    ) -> Result<Option<UrlRow>, Fault> {
        let Some(refused) = row.filter(|row| row.standing == Standing::Refused) else {
            return Ok(row);
        };
        let pattern = self.budgets.pattern(&home.0, &home.1, lead.address.as_str());
        let key = keys::left(pattern, refused.place.seq);
        let rows: Vec<Row> = self.store.scan(&key, None).collect::<Result<_, _>>()?;
        self.queue_again(rows)?;
        Ok(self.store.get(&keys::url(self.seen.print(lead.address.as_str())))?)
    }

    /// Another run begins: it meets them by itself.
    pub(crate) fn forget_left(&mut self) -> Result<(), Fault> {
        let rows = self.store.scan(keys::LEFT, None).map(|row| row.map(|(key, _)| key));
        for key in rows.collect::<Result<Vec<_>, _>>()? {
            self.store.remove(key);
        }
        Ok(())
    }

    /// Takes refusals back; says of which URLs.
    fn queue_again(&mut self, rows: Vec<Row>) -> Result<HashSet<String>, Fault> {
        let mut urls = HashSet::with_capacity(rows.len());
        for (key, value) in rows {
            let row: LeadRow = read(&key, &value)?;
            self.store.remove(key);
            let attempt = row.attempt;
            let Some(lead) = row.into_lead() else { continue };
            let print = self.seen.print(lead.address.as_str());
            let url: Option<UrlRow> = self.store.get(&keys::url(print))?;
            let is_left = url.is_some_and(|row| row.standing == Standing::Refused);
            let Some(home) = home_of(&lead).filter(|_| is_left) else { continue };
            let place = self.place_of(print, &lead)?;
            self.tally.reopened(Standing::Refused);
            urls.insert(lead.found.clone());
            self.queue(&home, Queued { print, lead, attempt, place })?;
        }
        if !urls.is_empty() {
            self.take_back_refusals(&urls)?;
        }
        Ok(urls)
    }

    /// The rule no longer refuses these; what it still leaves out gives its examples.
    fn take_back_refusals(&mut self, urls: &HashSet<String>) -> Result<(), Fault> {
        let rule = Rule::NearDuplicates;
        let others = self.store.scan(keys::LEFT, None).take(EXAMPLES);
        let others = others.map(|row| row.and_then(|(key, value)| read::<LeadRow>(&key, &value)));
        let others: Vec<_> = others.collect::<Result<_, _>>()?;
        let Some(row) = self.tally.called_back(rule, urls) else {
            self.store.remove(keys::rule(rule));
            return Ok(());
        };
        row.examples =
            others.into_iter().filter_map(LeadRow::into_lead).map(|lead| lead.found).collect();
        let row = RuleRow { run: self.run, count: row.clone() };
        self.store.set(keys::rule(rule), &row);
        Ok(())
    }
}
