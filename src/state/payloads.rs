//! Payloads: what is archived already, here or elsewhere, and what may be asked about it.
//!
//! Of each payload the newest `response` is kept, apart for each framing; of each URL the
//! validators of its last whole 200. Both are read back from the archive in its order, so that a
//! rebuilt state has the same rows. What other archives hold is kept apart and never read.

use super::desk::{Desk, Fault};
use super::keys;
use super::rows::DependencyRow;
use crate::digest::Digest;
use crate::frontier::{Dependency, Original, uri_of};
use crate::lead::{Lead, Locator};
use crate::moment::Moment;
use crate::record::name::serial_of;
use crate::record::validators::Validators;
use crate::record::{Origin, Outside, Reference};

impl Desk {
    /// The newest response of a payload in this framing.
    pub(crate) fn origin(&self, payload: &Digest, chunked: bool) -> Result<Option<Origin>, Fault> {
        let kept: Option<Origin> = self.store.get(&keys::payload(payload, chunked))?;
        Ok(kept.filter(|origin| origin.chunked == chunked))
    }

    /// A capture of a payload in another archive.
    pub(crate) fn outside(
        &self,
        payload: &Digest,
        chunked: bool,
    ) -> Result<Option<Reference>, Fault> {
        if self.imported.is_empty() {
            return Ok(None);
        }
        let kept: Option<Outside> = self.store.get(&keys::outside(payload))?;
        let kept = kept.filter(|outside| outside.chunked.is_none_or(|said| said == chunked));
        Ok(kept.map(|outside| outside.reference))
    }

    /// The response that a 304 of this URI would confirm.
    pub(crate) fn original(&self, uri: &str) -> Result<Option<Original>, Fault> {
        let kept: Option<Validators> = self.store.get(&self.validators_key(uri))?;
        let Some(validators) = kept else { return Ok(None) };
        let origin = self.origin(&validators.payload, validators.chunked)?;
        let origin = origin.filter(|origin| origin.uri == uri);
        Ok(origin.map(|origin| Original { validators, origin }))
    }

    /// Keeps a response of a payload, unless a newer one is known: an older one may have been moved
    /// away.
    pub(crate) fn keep_payload(&mut self, payload: &Digest, origin: &Origin) -> Result<(), Fault> {
        let known = self.origin(payload, origin.chunked)?;
        if known.is_none_or(|known| age(&known) < age(origin)) {
            self.store.set(keys::payload(payload, origin.chunked), origin);
            self.touch();
        }
        Ok(())
    }

    /// Keeps what came with a whole 200 of a lead; where there are no validators any more, those
    /// of before are forgotten.
    pub(crate) fn keep_validators(&mut self, lead: &Lead, validators: &Validators) {
        let Some(uri) = uri_of(lead) else { return };
        let key = self.validators_key(&uri);
        if validators.is_empty() {
            self.store.remove(key);
        } else {
            self.store.set(key, validators);
        }
        self.touch();
    }

    fn validators_key(&self, uri: &str) -> Vec<u8> {
        keys::validators(self.seen.print(uri))
    }

    /// Counts a revisit of the run that refers to what the run did not capture itself.
    pub(crate) fn depend_on(&mut self, original: &Reference) {
        let file = &original.container;
        if !file.outside && original.date >= self.since {
            return;
        }
        let revisits = self.tally.depends_on(file);
        let row = DependencyRow { run: self.run, file: file.clone(), revisits };
        self.store.set(keys::dependency(file), &row);
        self.touch();
    }

    /// Takes in captures of another archive; what is known of a payload already stays.
    pub(crate) fn import(&mut self, captures: &[(Digest, Outside)]) -> Result<(), Fault> {
        for (payload, outside) in captures {
            let key = keys::outside(payload);
            if self.store.get::<Outside>(&key)?.is_none() {
                self.store.set(key, outside);
                self.touch();
            }
        }
        if self.store.pending() >= super::store::MAX_PENDING {
            self.commit(false)?;
        }
        Ok(())
    }

    /// A file of another archive's captures is taken in whole.
    pub(crate) fn imported(&mut self, name: String) -> Result<(), Fault> {
        self.store.set(keys::imported(&name), &());
        self.imported.insert(name);
        self.touch();
        self.commit(false)
    }

    /// Reads at start what is needed of all this in memory.
    pub(crate) fn walk_payloads(&mut self) -> Result<(), String> {
        self.since = self.store.get(keys::SINCE)?.unwrap_or_default();
        for row in self.store.scan(keys::IMPORTED, None) {
            let (key, _) = row?;
            let name = key.strip_prefix(keys::IMPORTED).unwrap_or_default();
            self.imported.insert(String::from_utf8_lossy(name).into_owned());
        }
        for row in self.store.scan(keys::DEPENDS, None) {
            let (key, value) = row?;
            let row: DependencyRow = super::store::read(&key, &value)?;
            if row.run == self.run {
                let kept = Dependency { container: row.file, revisits: row.revisits };
                self.tally.restore_dependency(kept);
            }
        }
        Ok(())
    }
}

/// The order in which responses were captured. Serials alone would not do: they begin anew where
/// the files were moved away and the state was made anew.
fn age(origin: &Origin) -> (Moment, u64, u64) {
    let Locator { file, offset, .. } = &origin.locator;
    (origin.date, serial_of(file).unwrap_or(0), *offset)
}
