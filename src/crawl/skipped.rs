//! Skipped runs: those that were left out because another held the folder.
//!
//! Who is left out has no lock, and appends one line to a file of its own; the run that holds the
//! folder reads it at its end and says so in its summary. Nothing else is ever read from it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk::Disk;
use crate::moment::Moment;

const FILE: &str = "skipped.jsonl";

/// Bytes of the file that are looked at, from its end.
const LOOKED_AT: u64 = 64 << 10;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// When it would have begun.
    pub at: Moment,
    /// What was said.
    pub why: String,
}

/// Notes a run that is left out. Effect on the folder: a line in `skipped.jsonl`.
pub fn note(into: &Path, skipped: &Skipped, disk: &Disk) -> io::Result<()> {
    let how = OpenOptions::new().append(true).create(true).clone();
    let mut line = serde_json::to_vec(skipped)?;
    line.push(b'\n');
    disk.open(&into.join(FILE), &how)?.write_all(&line)
}

/// Those since an instant, oldest first.
pub(super) fn since(into: &Path, began: Moment) -> Vec<Skipped> {
    let mut text = String::new();
    let read = File::open(into.join(FILE)).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOOKED_AT)))?;
        file.take(LOOKED_AT).read_to_string(&mut text)
    });
    if read.is_err() {
        return Vec::new();
    }
    let all = text.lines().filter_map(|line| serde_json::from_str::<Skipped>(line).ok());
    all.filter(|skipped| skipped.at >= began).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_since_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(since(dir.path(), Moment::default()), []);
        let skipped = |at| Skipped { at: Moment::from_millis(at), why: "held".into() };
        for at in [1, 5, 9] {
            note(dir.path(), &skipped(at), &Disk::real()).unwrap();
        }
        assert_eq!(since(dir.path(), Moment::from_millis(5)), [skipped(5), skipped(9)]);
    }
}
