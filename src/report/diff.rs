//! The difference: each URL of a run held against the last that was known of it in any run before.
//!
//! A policy asks for a URL once in many runs, so the run just before says little. Only URLs that the
//! run met are kept, by fingerprint. A payload that is the same as before was archived as a `revisit`,
//! so the ledger alone tells what changed. An error that is no 404 or 410 says nothing about the page.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;

use super::ledger::Line;
use super::shortfall::{is_error, is_gone};
use super::{Difference, EXAMPLES};

/// What was last known of a URL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Nothing,
    Held,
    Gone,
}

/// The URLs of a run, and what the runs before it held.
#[derive(Debug, Default)]
pub(super) struct Held {
    last: HashMap<u64, Last>,
    /// Whether any run before held anything.
    began: bool,
    difference: Difference,
}

impl Held {
    /// The run has a line of this URL: what was known of it is to be told.
    pub(super) fn met(&mut self, url: &str) {
        self.last.entry(print(url)).or_default();
    }

    /// A line of an earlier run, in the order in which they were written.
    pub(super) fn before(&mut self, url: &str, state: &str, status: Option<u16>) {
        let now = match state {
            "captured" | "revisit" if status.is_some_and(is_gone) => Last::Gone,
            "captured" | "revisit" if !status.is_some_and(is_error) => Last::Held,
            _ => return,
        };
        self.began |= now == Last::Held;
        if let Some(last) = self.last.get_mut(&print(url)) {
            *last = now;
        }
    }

    /// A line of the run.
    pub(super) fn now(&mut self, line: &Line) {
        if !matches!(line.state.as_str(), "captured" | "revisit") {
            return;
        }
        let known = self.last.get(&print(&line.url)).copied() == Some(Last::Held);
        let difference = &mut self.difference;
        let (what, count) = match (line.status, known, line.state.as_str()) {
            (Some(status), true, _) if is_gone(status) => ("gone", &mut difference.gone),
            (Some(status), ..) if is_gone(status) || is_error(status) => return,
            (_, true, "revisit") => {
                difference.unchanged += 1;
                return;
            }
            (_, true, _) => ("changed", &mut difference.changed),
            (_, false, _) => ("new", &mut difference.new),
        };
        *count += 1;
        let examples = difference.examples.entry(what).or_default();
        if examples.len() < EXAMPLES {
            examples.push(line.url.clone());
        }
    }

    /// The difference to what was known when `run` was over; nothing where nothing was.
    pub(super) fn to(self, run: u32) -> Option<Difference> {
        self.began.then_some(Difference { run, ..self.difference })
    }
}

fn print(url: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    url.hash(&mut hasher);
    hasher.finish()
}
