//! The timeline: captures over time, and their media types, from the CDXJ files of a run.
//!
//! Slots are as long as it takes to have at most [`SLOTS`] of them. Captures are counted by the
//! second first: a run of a year has 31 million seconds, and those with captures only are kept.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::{Counted, Slot};
use crate::index::MAX_LINE;
use crate::index::line::Line;
use crate::moment::Moment;

/// Slots of a timeline.
const SLOTS: i64 = 60;

/// Lengths of a slot in seconds that a person can read.
const LENGTHS: [u32; 12] =
    [1, 5, 15, 60, 300, 900, 3_600, 10_800, 43_200, 86_400, 604_800, 2_592_000];

/// Media types that are told apart.
const MAX_TYPES: usize = 1_000;

/// What the indexes of a run tell.
#[derive(Debug, Default)]
pub(super) struct Indexed {
    seconds: BTreeMap<i64, (u64, u64)>,
    types: BTreeMap<String, Counted>,
}

impl Indexed {
    /// Takes in the index of a WARC file of `dir`; false when there is none.
    pub(super) fn take(&mut self, dir: &Path, warc: &str) -> bool {
        let Ok(file) = File::open(dir.join("indexes").join(format!("{warc}.cdxj"))) else {
            return false;
        };
        let mut reader = BufReader::new(file);
        loop {
            let mut line = Vec::new();
            match (&mut reader).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return true,
                Ok(_) => {}
            }
            if let Ok(line) = Line::parse(&line) {
                self.count(&line);
            }
        }
    }

    fn count(&mut self, line: &Line) {
        if let Some(at) = line.moment() {
            let (captures, bytes) = self.seconds.entry(at.millis().div_euclid(1_000)).or_default();
            *captures += 1;
            *bytes += line.at.length;
        }
        let name = line.mime.as_deref().unwrap_or("unknown");
        if self.types.len() >= MAX_TYPES && !self.types.contains_key(name) {
            return;
        }
        let row = self.types.entry(name.to_owned()).or_default();
        name.clone_into(&mut row.name);
        row.count += 1;
        row.bytes += line.at.length;
    }

    /// The media types, by name.
    pub(super) fn types(&self) -> Vec<Counted> {
        self.types.values().cloned().collect()
    }

    /// The first and the last capture.
    pub(super) fn span(&self) -> Option<(Moment, Moment)> {
        let at = |seconds: &i64| Moment::from_millis(seconds.saturating_mul(1_000));
        Some((at(self.seconds.keys().next()?), at(self.seconds.keys().next_back()?)))
    }

    /// The slots from the first capture to the last, empty ones among them.
    pub(super) fn slots(&self) -> Vec<Slot> {
        let (Some(first), Some(last)) =
            (self.seconds.keys().next(), self.seconds.keys().next_back())
        else {
            return Vec::new();
        };
        let span = last - first + 1;
        let fits = |length: &&u32| span <= i64::from(**length) * (SLOTS - 1);
        let seconds = LENGTHS.iter().find(fits).copied().unwrap_or(2_592_000);
        let length = i64::from(seconds);
        let start = first.div_euclid(length) * length;
        let count = ((last - start) / length).min(SLOTS) + 1;
        let slot = |at: i64| Slot { from: start + at * length, seconds, ..Slot::default() };
        let mut slots: Vec<Slot> = (0..count).map(slot).collect();
        for (second, (captures, bytes)) in &self.seconds {
            let at = usize::try_from((second - start) / length).unwrap_or(usize::MAX);
            let last = slots.len().saturating_sub(1);
            if let Some(slot) = slots.get_mut(at.min(last)) {
                slot.captures += captures;
                slot.bytes += bytes;
            }
        }
        slots
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_capture_is_in_one_slot(seconds in prop::collection::vec(0_i64..40_000_000, 1..50)) {
            let mut indexed = Indexed::default();
            for second in &seconds {
                let at = indexed.seconds.entry(*second).or_default();
                *at = (at.0 + 1, at.1 + 10);
            }
            let slots = indexed.slots();
            prop_assert!(slots.len() <= 61);
            prop_assert_eq!(slots.iter().map(|slot| slot.captures).sum::<u64>(), seconds.len() as u64);
            for (one, next) in slots.iter().zip(slots.iter().skip(1)) {
                prop_assert_eq!(one.from + i64::from(one.seconds), next.from);
            }
        }
    }
}
