//! The difference: a run held against the one before, URL by URL.
//!
//! Of the earlier run only fingerprints are kept, eight bytes a URL. A payload that is the same as
//! before was archived as a `revisit`, so the ledger alone tells what changed.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

use super::ledger::Line;
use super::{Difference, EXAMPLES};

/// What two runs hold.
#[derive(Debug, Default)]
pub(super) struct Held {
    before: HashSet<u64>,
    difference: Difference,
}

impl Held {
    /// A line of the earlier run.
    pub(super) fn before(&mut self, line: &Line) {
        if line.is_held() && !is_gone(line) {
            self.before.insert(print(&line.url));
        }
    }

    /// A line of the later one.
    pub(super) fn now(&mut self, line: &Line) {
        let known = self.before.contains(&print(&line.url));
        let difference = &mut self.difference;
        let (what, count) = match (known, line.state.as_str()) {
            (true, _) if is_gone(line) => ("gone", &mut difference.gone),
            (_, _) if is_gone(line) => return,
            (true, "captured") => ("changed", &mut difference.changed),
            (true, "revisit") => {
                difference.unchanged += 1;
                return;
            }
            (false, "captured" | "revisit") => ("new", &mut difference.new),
            _ => return,
        };
        *count += 1;
        let examples = difference.examples.entry(what).or_default();
        if examples.len() < EXAMPLES {
            examples.push(line.url.clone());
        }
    }

    /// The difference to `run`; nothing where it holds nothing.
    pub(super) fn to(self, run: u32) -> Option<Difference> {
        (!self.before.is_empty()).then_some(Difference { run, ..self.difference })
    }
}

fn is_gone(line: &Line) -> bool {
    matches!(line.status, Some(404 | 410))
}

fn print(url: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    url.hash(&mut hasher);
    hasher.finish()
}
