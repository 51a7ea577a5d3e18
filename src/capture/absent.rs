//! Names without an address: what the resolver said no to is not asked again for a minute.
//!
//! Owned by the resolver. A no is remembered only when it is one: a resolver that has trouble of its
//! own ("temporary failure") is asked again. Bounded in names and in time; nothing is ever
//! remembered of names that have an address, so no rebinding hides behind it.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::moment::{Clock, Moment};

/// How long a no holds. RFC 2308 §5 leaves it to the zone; the system's resolver does not say.
const LIFETIME: Duration = Duration::from_mins(1);

/// Names that are remembered; beyond that the old ones are forgotten, or all.
const MAX_NAMES: usize = 10_000;

#[derive(Debug)]
pub(super) struct Absent {
    clock: Clock,
    names: Mutex<HashMap<String, Moment>>,
}

impl Absent {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, names: Mutex::default() }
    }

    /// Whether the name had no address a moment ago.
    pub(super) fn holds(&self, name: &str) -> bool {
        let now = self.clock.steady();
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(name).is_some_and(|said| now.since(*said) < LIFETIME)
    }

    /// Remembers a failed look-up, if it was a no.
    pub(super) fn learn(&self, name: &str, why: &io::Error) {
        if why.to_string().to_ascii_lowercase().contains("temporary") {
            return;
        }
        let now = self.clock.steady();
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MAX_NAMES {
            names.retain(|_, said| now.since(*said) < LIFETIME);
        }
        if names.len() >= MAX_NAMES {
            names.clear();
        }
        names.insert(name.to_owned(), now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_holds_for_a_minute_and_trouble_for_no_time() {
        let clock = Clock::fixed(Moment::from_millis(0));
        let absent = Absent::new(clock.clone());
        absent.learn("gone.example", &io::Error::other("Name or service not known"));
        absent.learn("sick.example", &io::Error::other("Temporary failure in name resolution"));
        assert!(absent.holds("gone.example") && !absent.holds("sick.example"));
        clock.advance(LIFETIME);
        assert!(!absent.holds("gone.example"));
    }

    #[test]
    fn names_without_end_take_bounded_memory() {
        let absent = Absent::new(Clock::fixed(Moment::from_millis(0)));
        for n in 0..MAX_NAMES * 2 + 5 {
            absent.learn(&format!("h{n}.example"), &io::Error::other("no such host"));
        }
        assert!(absent.names.lock().unwrap().len() <= MAX_NAMES);
        assert!(absent.holds(&format!("h{}.example", MAX_NAMES * 2 + 4)));
    }
}
