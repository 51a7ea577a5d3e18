//! Repetition: what a run leaves out since it says the same again and again, told while it happens.
//!
//! A warning for each server that is doubted and for each pattern of URLs that is stopped, the
//! latter with three of the URLs it costs, so that an operator sees at once whether a story is
//! among them. It decides nothing: the rules are [`crate::frontier::scope`]'s.

use std::collections::{HashMap, HashSet};
use std::sync::{MutexGuard, PoisonError};

use super::desk::Desk;
use crate::address::Server;
use crate::event::Event;
use crate::frontier::pattern::Pattern;
use crate::frontier::tally::EXAMPLES;
use crate::lead::{Rule, Visit};

/// Patterns that are named in one call; of more only the numbers are told, by the summary.
const NAMED: usize = 100;

/// What was told of.
#[derive(Debug, Default)]
pub(super) struct Repetition {
    servers: HashSet<Server>,
    patterns: HashMap<String, Stopped>,
}

/// A pattern that was stopped.
#[derive(Debug)]
struct Stopped {
    /// Pages in a row that said what was said before.
    alike: u64,
    /// The first URLs that were left out.
    examples: Vec<String>,
}

impl<F, T> Desk<F, T> {
    /// Says what the run leaves out since it says the same again and again.
    pub(super) fn note_refusal(&self, visit: &Visit, rule: Rule) {
        let text = self.repetition().note(visit, rule);
        if let Some(text) = text {
            self.watch.tell(&Event::Warning { text });
        }
    }

    /// Says what of it was still to be said when the last worker went home.
    pub(super) fn tell_repetition(&self) {
        let rest = self.repetition().rest();
        for text in rest {
            self.watch.tell(&Event::Warning { text });
        }
    }

    fn repetition(&self) -> MutexGuard<'_, Repetition> {
        self.repetition.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Repetition {
    /// Notes a refusal; the warning it is worth.
    pub(super) fn note(&mut self, visit: &Visit, rule: Rule) -> Option<String> {
        match rule {
            Rule::HostDuplicates => self.doubted(&visit.server),
            Rule::NearDuplicates => self.stopped(visit),
            _ => None,
        }
    }

    /// The warnings about patterns that cost fewer URLs than are worth waiting for.
    pub(super) fn rest(&mut self) -> Vec<String> {
        let few = self.patterns.iter().filter(|(_, stopped)| stopped.examples.len() < EXAMPLES);
        let mut few: Vec<_> = few.map(|(pattern, stopped)| stopped.told(pattern)).collect();
        self.patterns.clear();
        few.sort();
        few
    }

    fn doubted(&mut self, server: &Server) -> Option<String> {
        self.servers.insert(server.clone()).then(|| {
            format!(
                "{server}: many of its URL patterns bring the same text at ever new URLs; those \
                 are left out (rule {}), and what was not met yet is tried",
                Rule::HostDuplicates
            )
        })
    }

    fn stopped(&mut self, visit: &Visit) -> Option<String> {
        let pattern = named(visit);
        if self.patterns.len() >= NAMED && !self.patterns.contains_key(&pattern) {
            return None;
        }
        let alike = visit.spent.pattern_alike;
        let stopped = self.patterns.entry(pattern.clone()).or_insert_with(|| Stopped::at(alike));
        if stopped.examples.len() >= EXAMPLES {
            return None;
        }
        stopped.examples.push(visit.lead.found.clone());
        (stopped.examples.len() == EXAMPLES).then(|| stopped.told(&pattern))
    }
}

impl Stopped {
    const fn at(alike: u64) -> Self {
        Self { alike, examples: Vec::new() }
    }

    fn told(&self, pattern: &str) -> String {
        format!(
            "{pattern}: {} pages in a row under this pattern of URLs said what was said before; \
             others are left out but for samples (rule {}): {}",
            self.alike,
            Rule::NearDuplicates,
            self.examples.join(" ")
        )
    }
}

/// The server and the pattern of a visit: `a.test/story/0`, `a.test/?p&lang`.
fn named(visit: &Visit) -> String {
    let Pattern { path, query } = Pattern::of(visit.lead.address.as_str());
    let query = query.map(|names| format!("?{names}")).unwrap_or_default();
    format!("{}{path}{query}", visit.server)
}
