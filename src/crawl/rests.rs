//! The rests of a call: which hosts were left alone for more than their delay, how often, for how
//! long at most, and what they had said.
//!
//! Owned by the desk, told in the summary. Bounded: of very many hosts the first are told of.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Hosts of which rests are remembered.
const HOSTS: usize = 10_000;

/// Rests that a summary tells of.
const TOLD: usize = 100;

/// One host's rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The host.
    pub host: String,
    /// How often it was left alone.
    pub times: u64,
    /// The longest of its rests, in milliseconds.
    pub longest_ms: u64,
    /// What it had said before that one.
    pub why: String,
}

#[derive(Debug, Default)]
pub(super) struct Rests(HashMap<String, Rest>);

impl Rests {
    pub(super) fn add(&mut self, host: &str, wait: Duration, why: &str) {
        if self.0.len() >= HOSTS && !self.0.contains_key(host) {
            return;
        }
        let new = || Rest { host: host.to_owned(), times: 0, longest_ms: 0, why: String::new() };
        let rest = self.0.entry(host.to_owned()).or_insert_with(new);
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        rest.times += 1;
        if wait_ms >= rest.longest_ms {
            rest.longest_ms = wait_ms;
            why.clone_into(&mut rest.why);
        }
    }

    /// What a host had said before its longest rest.
    pub(super) fn why(&self, host: &str) -> Option<String> {
        self.0.get(host).map(|rest| rest.why.clone())
    }

    /// The longest first.
    pub(super) fn longest(&self) -> Vec<Rest> {
        let mut all: Vec<Rest> = self.0.values().cloned().collect();
        all.sort_by(|a, b| (Reverse(a.longest_ms), &a.host).cmp(&(Reverse(b.longest_ms), &b.host)));
        all.truncate(TOLD);
        all
    }
}
