//! The commit: what was settled becomes durable, in the one order that is safe.
//!
//! Archive, ledger, database, its file, `checkpoint.json`, and only then is anybody told. A crash
//! in between leaves the archive ahead of the state, never the other way round, and the start-up
//! replays the difference. After a failure nothing counts any more.

use super::desk::{Desk, Fault};
use super::rows::Checkpoint;
use super::settle::before;
use super::{checkpoint, keys};
use crate::record::Position;

impl Desk {
    /// Whether the gathered batch is due: by number of settlements, by rows, by age, or because a
    /// WARC was sealed.
    pub(crate) fn commit_is_due(&self) -> bool {
        let aged = self
            .dirty_since
            .is_some_and(|since| self.now().since(since) >= self.options.commit_after);
        self.settlements >= self.options.commit_every
            || self.turned
            || self.store.pending() >= super::store::MAX_PENDING
            || aged
    }

    /// Commits what is pending. `clean`: the last commit of a process that is closing.
    pub(crate) fn commit(&mut self, clean: bool) -> Result<(), Fault> {
        if self.dirty_since.is_none() && !clean {
            return Ok(());
        }
        let end = (self.options.durable)().map_err(Fault::Archive)?;
        self.reached(end);
        self.keep_sealed()?;
        self.write(clean && self.held.is_empty() && self.replaying.is_none())?;
        self.marks.restart(
            self.held.values().filter(|held| held.hazard && !clean).map(|held| held.print),
        );
        for event in std::mem::take(&mut self.events) {
            self.options.watch.tell(&event);
        }
        Ok(())
    }

    /// Ledger, database and `checkpoint.json`; the archive is durable up to `known_end`.
    pub(crate) fn write(&mut self, clean: bool) -> Result<(), Fault> {
        let folder = self.options.folder.clone();
        self.ledger.commit().map_err(|why| Fault::of(self.ledger.path(), &why))?;
        let next = Checkpoint {
            sequence: self.checkpoint.sequence + 1,
            run: self.run,
            seen: self.seen.len(),
            queued: self.schedule.queued() + self.schedule.leased(),
            position: self.low_water(),
            ledger: self.ledger.length(),
            clean,
        };
        self.store.set(keys::CHECKPOINT.to_vec(), &next);
        self.store.commit()?;
        checkpoint::write(&self.options.disk, &folder, &next)
            .map_err(|why| Fault::of(&folder, &why))?;
        self.checkpoint = next;
        self.settlements = 0;
        self.turned = false;
        self.dirty_since = None;
        Ok(())
    }

    /// The point before which the state has everything: the end of the archive, but no further
    /// than where the records of a visit that is still out, or of one not yet read back, may lie.
    fn low_water(&self) -> Position {
        let open = self.held.values().map(|held| &held.noted).chain(&self.replaying);
        open.fold(&self.known_end, |low, at| if before(at, low) { at } else { low }).clone()
    }
}
