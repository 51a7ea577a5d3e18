//! Reconciling: whether the archive is still what the state remembers of it.
//!
//! Of each sealed WARC the state keeps size, time of change and tally. At every start the folder is
//! looked through, a call a file: a file of the same size and time is taken for the same, one of
//! another time is read and counted, one of another size is another. What lies past the high-water
//! mark is read back. A file that is gone is told once and is no origin of revisits any more; what
//! it held stays done. Never writes to the archive.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::ErrorKind::NotFound;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::desk::{Desk, Fault};
use super::settle::before;
use super::store::read;
use super::{StateError, keys};
use crate::record::Position;
use crate::record::name::{self, OPEN, final_name, serial_of};
use crate::record::reader::ReadError;
use crate::record::tally::{Tally, count};

/// A sealed WARC, as the state remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WarcRow {
    bytes: u64,
    /// Milliseconds since 1970 of its last change, as the file system told.
    changed: u64,
    /// What it held; `None` when nobody counted it.
    tally: Option<Tally>,
    /// Whether it was there at the last start.
    there: bool,
}

/// What looking through the folder brought.
#[derive(Debug, Default)]
pub(crate) struct Reconciled {
    /// What an operator should read.
    pub(crate) notices: Vec<String>,
    /// Whether the archive goes on past the high-water mark.
    pub(crate) is_past: bool,
    /// The largest serial of a file that the state knows of.
    pub(crate) last_serial: u64,
}

impl Desk {
    /// Compares the archive with the rows, and brings these up to date. A `fresh` state is going to
    /// read all of it anyway: there each file is counted.
    pub(crate) fn reconcile(&mut self, fresh: bool) -> Result<Reconciled, StateError> {
        let dir = self.options.dir.clone();
        let failed = |why| StateError::io(&dir, why);
        let mut known = self.warcs().map_err(|why| self.damaged(why))?;
        let serials = known.keys().filter_map(|file| serial_of(file));
        let last_serial = serials.chain([self.checkpoint.position.serial]).max().unwrap_or(0);
        let mut found = Reconciled { last_serial, ..Reconciled::default() };
        for path in name::files(&dir).map_err(failed)? {
            let meta = path.metadata().map_err(failed)?;
            let file = final_name(&path);
            self.reaches_mark(&file, meta.len())?;
            found.is_past |= is_past(&self.checkpoint.position, &file, meta.len());
            if path.to_string_lossy().ends_with(OPEN) {
                continue;
            }
            let row = match known.remove(&file) {
                None => WarcRow::new(&meta, fresh.then(|| count(&path).ok()).flatten()),
                Some(row) => row
                    .compared(&path, &meta)
                    .map_err(|why| StateError::Disagrees { dir: dir.clone(), why })?,
            };
            self.store.set(keys::warc(&file), &row);
        }
        for (file, row) in known {
            found.notices.extend(row.there.then(|| row.missing(&dir, &file)));
            self.store.set(keys::warc(&file), &WarcRow { there: false, ..row });
        }
        Ok(found)
    }

    /// Refuses an open file that ends before the high-water mark.
    fn reaches_mark(&self, file: &str, length: u64) -> Result<(), StateError> {
        let mark = &self.checkpoint.position;
        let known = || matches!(self.store.get::<WarcRow>(&keys::warc(file)), Ok(Some(_)));
        if mark.file != file || length >= mark.offset || known() {
            return Ok(());
        }
        let why = format!("{file} ends at byte {length}, its records went on to {}", mark.offset);
        Err(StateError::Ahead { path: self.options.folder.clone(), why })
    }

    /// Remembers files that were sealed since the last commit.
    pub(crate) fn keep_sealed(&mut self) -> Result<(), Fault> {
        for tally in (self.options.sealed)() {
            let path = self.options.dir.join(&tally.file);
            let meta = match path.metadata() {
                Ok(meta) => meta,
                // Whoever moves files away may be quick; where the folder is away, nothing counts.
                Err(why) if why.kind() == NotFound && self.options.dir.is_dir() => continue,
                Err(why) => return Err(Fault::of(&path, &why)),
            };
            let key = keys::warc(&tally.file);
            self.store.set(key, &WarcRow::new(&meta, Some(tally)));
        }
        Ok(())
    }

    fn warcs(&self) -> Result<BTreeMap<String, WarcRow>, String> {
        let rows = self.store.scan(keys::WARCS, None).map(|row| {
            let (key, value) = row?;
            let file = keys::read_warc(&key).ok_or("a WARC row has no name")?;
            Ok((file, read(&key, &value)?))
        });
        rows.collect()
    }
}

impl WarcRow {
    fn new(meta: &Metadata, tally: Option<Tally>) -> Self {
        let since = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let changed = since.and_then(|since| u64::try_from(since.as_millis()).ok());
        Self { bytes: meta.len(), changed: changed.unwrap_or(0), tally, there: true }
    }

    /// The row of the file that stands there now, or why it is another.
    fn compared(self, path: &Path, meta: &Metadata) -> Result<Self, String> {
        let now = Self::new(meta, self.tally.clone());
        if now.bytes != self.bytes {
            let (bytes, was) = (now.bytes, self.bytes);
            return Err(format!("{} has {bytes} bytes, {was} when it was sealed", path.display()));
        }
        if now.changed == self.changed {
            return Ok(now);
        }
        let Some(tally) = &self.tally else { return Ok(now) };
        match count(path) {
            Ok(counted) if counted == *tally => Ok(now),
            Ok(_) => Err(format!("{} holds other records than were sealed in it", path.display())),
            // What cannot be read now is compared again at the next start.
            Err(ReadError::Io { .. }) => Ok(self),
            Err(why) => Err(why.to_string()),
        }
    }

    fn missing(&self, dir: &Path, file: &str) -> String {
        let held = match &self.tally {
            Some(tally) => format!("{} records", tally.records.values().sum::<u64>()),
            None => format!("{} bytes", self.bytes),
        };
        format!(
            "{file} is not in {} any more ({held}): what it holds stays done and is no origin of \
             revisits; put it back, or `warraq state rebuild` to have it fetched again",
            dir.display()
        )
    }
}

/// Whether a file of the archive reaches past a point of it.
fn is_past(mark: &Position, file: &str, length: u64) -> bool {
    let end =
        Position { serial: serial_of(file).unwrap_or(0), file: file.to_owned(), offset: length };
    before(mark, &end)
}
