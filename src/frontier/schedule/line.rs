//! The line: what is queued on one server, and how long the server rests.
//!
//! Owned by the schedule, a row in the plan of its site. It knows places, never URLs.

use std::collections::BTreeSet;

use super::{HEAD, Place, Tail};
use crate::address::{Server, Site};
use crate::moment::Moment;

#[derive(Debug)]
pub(super) struct Line {
    pub(super) server: Server,
    /// The plan of its site.
    pub(super) site: u64,
    /// The server is not asked before.
    pub(super) rest: Moment,
    head: BTreeSet<Place>,
    tail: u64,
    pub(super) out: Vec<Place>,
    pub(super) parked: bool,
    /// When it had its last turn: the smallest goes first among lines that are alike.
    pub(super) turn: u64,
    /// The stamp of its one valid entry in its site's plan; 0 for none.
    pub(super) stamp: u64,
}

impl Line {
    pub(super) const fn new(
        server: Server,
        site: u64,
        rest: Moment,
        parked: bool,
        turn: u64,
    ) -> Self {
        let head = BTreeSet::new();
        Self { server, site, rest, head, tail: 0, out: Vec::new(), parked, turn, stamp: 0 }
    }

    pub(super) fn queued(&self) -> u64 {
        self.head.len() as u64 + self.tail
    }

    /// The order of its first place; the smallest while that is not in memory.
    pub(super) fn order(&self) -> u8 {
        self.head.first().map_or(0, |place| place.order)
    }

    /// Inserts a place, keeping the head the smallest places of the queue. Says whether the line
    /// has to be ranked anew: it was empty, or what comes first now is of another order.
    pub(super) fn insert(&mut self, place: Place) -> bool {
        let was_empty = self.queued() == 0;
        let before = self.head.first().map(|first| first.order);
        let in_head = self.tail == 0 || self.head.last().is_some_and(|last| place < *last);
        if !in_head {
            self.tail += 1;
            return false;
        }
        self.head.insert(place);
        if self.head.len() > HEAD {
            self.head.pop_last();
            self.tail += 1;
        }
        was_empty || before.is_some_and(|before| place.order < before)
    }

    /// Takes a place out, wherever it is.
    pub(super) fn remove(&mut self, place: Place) {
        if !self.head.remove(&place) {
            self.tail = self.tail.saturating_sub(1);
        }
    }

    /// Reads the head again when it has run out.
    pub(super) fn fill<T: Tail>(&mut self, site: &Site, tail: &T) -> Result<(), T::Error> {
        if self.head.is_empty() && self.tail > 0 {
            let places = tail.places(site, &self.server, &self.out, HEAD)?;
            self.tail = self.tail.saturating_sub(places.len() as u64);
            self.head.extend(places);
        }
        Ok(())
    }

    pub(super) fn pop(&mut self) -> Option<Place> {
        self.head.pop_first()
    }

    /// Places in memory, and beyond it.
    #[cfg(test)]
    pub(super) fn in_memory(&self) -> (usize, u64) {
        (self.head.len(), self.tail)
    }
}
