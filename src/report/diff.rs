//! The difference: each URL of a run held against the last that was known of it in any run before.
//!
//! A policy asks for a URL once in many runs, so the run just before says little. Only URLs that the
//! run met are kept, by fingerprint. A payload that is the same as before was archived as a `revisit`,
//! so the ledger alone tells what changed. An error that is no 404 or 410 says nothing about the page.

use std::collections::HashMap;

use super::known::{Stood, print};
use super::ledger::Line;
use super::{Difference, EXAMPLES};
use crate::lead::{is_error, is_gone};

/// The URLs of a run, and what the runs before it held.
#[derive(Debug, Default)]
pub(super) struct Held {
    last: HashMap<u64, Option<Stood>>,
    /// Whether any run before held anything.
    began: bool,
    difference: Difference,
}

impl Held {
    /// The run has a line of this URL: what was known of it is to be told.
    pub(super) fn met(&mut self, url: &str) {
        self.last.entry(print(url)).or_default();
    }

    /// What an earlier run knew, in the order in which they were written.
    pub(super) fn before(&mut self, print: u64, stood: Stood) {
        self.began |= stood == Stood::Held;
        if let Some(last) = self.last.get_mut(&print) {
            *last = Some(stood);
        }
    }

    /// A line of the run.
    pub(super) fn now(&mut self, line: &Line) {
        if !matches!(line.state.as_str(), "captured" | "revisit") {
            return;
        }
        let known = self.last.get(&print(&line.url)).copied().flatten() == Some(Stood::Held);
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
