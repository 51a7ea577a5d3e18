//! The answers: what the system's resolver said of each name, the first time it was asked.
//!
//! Owned by the resolver, which both transports share the shape of; read when an exchange ends, so
//! that the archive can tell which addresses a name had. It never answers a look-up itself: each
//! new connection asks the system again.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use crate::moment::{Clock, Moment};
use crate::record::LookUp;

/// Names that are remembered; beyond that all are forgotten, and remembered anew when asked again.
const MAX_NAMES: usize = 100_000;

/// Addresses kept of one answer.
const MAX_ADDRESSES: usize = 64;

#[derive(Debug)]
pub(super) struct Answers {
    clock: Clock,
    first: Mutex<HashMap<String, LookUp>>,
}

impl Answers {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, first: Mutex::default() }
    }

    pub(super) fn now(&self) -> Moment {
        self.clock.wall()
    }

    /// Remembers an answer, unless there is one for the name.
    pub(super) fn keep(&self, host: &str, at: Moment, found: &[SocketAddr]) {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        if found.is_empty() || first.contains_key(host) {
            return;
        }
        if first.len() >= MAX_NAMES {
            first.clear();
        }
        let mut addresses: Vec<_> = found.iter().map(SocketAddr::ip).collect();
        addresses.dedup();
        addresses.truncate(MAX_ADDRESSES);
        first.insert(host.to_owned(), LookUp { host: host.to_owned(), at, addresses });
    }

    pub(super) fn of(&self, host: &str) -> Option<LookUp> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned()
    }
}
