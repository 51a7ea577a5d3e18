//! What is being read, on disk: so that a page that kills the process each time is found out.
//!
//! A short file beside the database, 9 bytes written when a page is about to be read and when its
//! visit ends, folded at each commit. Waiting for a server is no such point: a crawler that is
//! killed from outside is nearly always waiting, and no page is to blame for that. It is never
//! synced: it has to survive the process, not the machine. A failure to write it costs only that
//! knowledge, so it is not reported.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use crate::disk::{Disk, DiskFile};

const RECORD: usize = 9;

#[derive(Debug)]
pub(crate) struct LeaseMarks {
    file: Option<DiskFile>,
}

impl LeaseMarks {
    /// Begins an empty file and says which URLs were in flight when the last process ended.
    pub(crate) fn open(disk: &Disk, folder: &Path) -> (Self, Vec<u64>) {
        let path = folder.join("leases");
        let left = disk.read(&path).map(|bytes| fold(&bytes)).unwrap_or_default();
        let how = OpenOptions::new().write(true).create(true).truncate(true).clone();
        let file = disk.open(&path, &how).ok();
        (Self { file }, left)
    }

    /// No file: nothing is remembered.
    pub(crate) const fn none() -> Self {
        Self { file: None }
    }

    pub(crate) fn began(&mut self, print: u64) {
        self.write(&record(b'+', print));
    }

    pub(crate) fn ended(&mut self, print: u64) {
        self.write(&record(b'-', print));
    }

    /// Starts the file again with what is in flight now.
    pub(crate) fn restart(&mut self, in_flight: impl Iterator<Item = u64>) {
        let bytes: Vec<u8> = in_flight.flat_map(|print| record(b'+', print)).collect();
        if let Some(file) = &mut self.file {
            let _ = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
        }
        self.write(&bytes);
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(file) = &mut self.file {
            let _ = file.write_all(bytes);
        }
    }
}

fn record(sign: u8, print: u64) -> [u8; RECORD] {
    let mut bytes = [sign; RECORD];
    for (to, from) in bytes.iter_mut().skip(1).zip(print.to_be_bytes()) {
        *to = from;
    }
    bytes
}

/// The prints with more beginnings than ends. Total; a torn last record is left out.
fn fold(bytes: &[u8]) -> Vec<u64> {
    let mut open: HashMap<u64, i64> = HashMap::new();
    for chunk in bytes.chunks_exact(RECORD) {
        let Some((sign, print)) = chunk.split_first() else { continue };
        let Ok(print) = print.try_into().map(u64::from_be_bytes) else { continue };
        *open.entry(print).or_default() += if *sign == b'+' { 1 } else { -1 };
    }
    let mut left: Vec<u64> =
        open.into_iter().filter_map(|(print, count)| (count > 0).then_some(print)).collect();
    left.sort_unstable();
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_began_and_did_not_end_is_in_flight() {
        let dir = tempfile::tempdir().unwrap();
        let (mut marks, left) = LeaseMarks::open(&Disk::real(), dir.path());
        assert!(left.is_empty());
        marks.began(1);
        marks.began(2);
        marks.restart([2].into_iter());
        marks.began(3);
        marks.ended(2);
        drop(marks);
        assert_eq!(LeaseMarks::open(&Disk::real(), dir.path()).1, [3]);
        assert_eq!(fold(&[b'+', 0, 0]), [] as [u64; 0]);
    }
}
