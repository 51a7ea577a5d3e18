//! The tally of a sealed WARC: what was in it when it was whole.
//!
//! Counted while the file is written, kept beside the archive, and compared with the file when
//! there is a reason to: a file that was cut, damaged or swapped does not add up any more. Whoever
//! compares reads the file; it is never changed.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use warc::RecordType;

use super::name::final_name;
use super::reader::{ReadError, Records};
use crate::digest::{Digest, RunningDigest};

/// What a sealed file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Its name.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Records by WARC-Type.
    pub records: BTreeMap<String, u64>,
    /// SHA-1 of their ids, a line each, in the order of the file.
    pub ids: Digest,
}

/// A tally on its way.
#[derive(Clone, Debug, Default)]
pub struct RunningTally {
    records: BTreeMap<String, u64>,
    ids: RunningDigest,
}

impl RunningTally {
    /// Counts a record.
    pub fn add(&mut self, kind: &RecordType, id: &str) {
        *self.records.entry(kind.to_string()).or_default() += 1;
        self.ids.update(id.as_bytes());
        self.ids.update(b"\n");
    }

    /// The tally of a file that is whole.
    pub fn finish(self, file: String, bytes: u64) -> Tally {
        Tally { file, bytes, records: self.records, ids: self.ids.finish() }
    }
}

/// Counts a file by reading all of it. The first thing in it that is no record is the error.
pub fn count(path: &Path) -> Result<Tally, ReadError> {
    let failed = |source| ReadError::Io { path: path.display().to_string(), source };
    let bytes = path.metadata().map_err(failed)?.len();
    let mut running = RunningTally::default();
    for entry in Records::open(path)?.keep(0) {
        let entry = entry?;
        running.add(&entry.kind, entry.id().unwrap_or_default());
    }
    Ok(running.finish(final_name(path), bytes))
}
