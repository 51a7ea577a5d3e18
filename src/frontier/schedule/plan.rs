//! The plan: one site's clock, and the lines of its servers in the order of their turns.
//!
//! Owned by the schedule. Lines stand among the resting until the plan is looked at; those whose
//! rest is over are ready, and of them the one goes first whose first place has the smallest order,
//! then the one that has waited longest. Entries are never taken out of the middle: one whose stamp
//! is not its line's any more is passed over.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use super::line::Line;
use super::{Place, SiteFacts, Tail, Turn};
use crate::address::Site;
use crate::moment::Moment;

#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: Site,
    pub(super) facts: SiteFacts,
    /// Its servers in memory.
    pub(super) lines: usize,
    /// Visits that are out.
    pub(super) out: usize,
    /// Visits that may be out at a time.
    pub(super) limit: usize,
    /// The stamp of its one valid entry in the schedule's heap; 0 for none.
    pub(super) stamp: u64,
    /// Order of the first place, last turn, stamp, line.
    ready: BinaryHeap<Reverse<(u8, u64, u64, u64)>>,
    /// End of the rest, stamp, line.
    resting: BinaryHeap<Reverse<(Moment, u64, u64)>>,
}

type Lines = HashMap<u64, Line>;

impl Plan {
    pub(super) const fn new(name: Site, facts: SiteFacts, limit: usize) -> Self {
        Self {
            name,
            facts,
            lines: 0,
            out: 0,
            limit,
            stamp: 0,
            ready: BinaryHeap::new(),
            resting: BinaryHeap::new(),
        }
    }

    /// Gives a line its entry; the one it had counts no more.
    pub(super) fn enlist(&mut self, id: u64, line: &mut Line, stamp: u64) {
        line.stamp = stamp;
        self.resting.push(Reverse((line.rest, stamp, id)));
    }

    /// A place of the line is out: the line stands again when it has more.
    pub(super) fn sent_out(&mut self, id: u64, line: &mut Line, stamp: u64) {
        self.out += 1;
        line.stamp = 0;
        if line.queued() > 0 {
            self.enlist(id, line, stamp);
        }
    }

    /// The site is not asked again before its delay is over.
    pub(super) fn keep_apart(&mut self, now: Moment) {
        let gap = Duration::from_millis(self.facts.delay_ms);
        self.facts.not_before = self.facts.not_before.max(now.plus(gap));
    }

    pub(super) fn learn(&mut self, turn: Turn) {
        self.facts.not_before = self.facts.not_before.max(turn.due);
        self.facts.delay_ms = turn.delay_ms.unwrap_or(self.facts.delay_ms);
    }

    /// When the site may be asked, if anything is to be asked of it.
    pub(super) fn due(&mut self, lines: &Lines) -> Option<Moment> {
        let is_valid = |id, stamp| lines.get(&id).is_some_and(|line: &Line| line.stamp == stamp);
        while self.ready.peek().is_some_and(|Reverse((.., stamp, id))| !is_valid(*id, *stamp)) {
            self.ready.pop();
        }
        while self.resting.peek().is_some_and(|Reverse((_, stamp, id))| !is_valid(*id, *stamp)) {
            self.resting.pop();
        }
        if !self.ready.is_empty() {
            return Some(self.facts.not_before);
        }
        self.resting.peek().map(|Reverse((rest, ..))| self.facts.not_before.max(*rest))
    }

    /// Takes the first place of the line whose turn it is.
    pub(super) fn choose<T: Tail>(
        &mut self,
        lines: &mut Lines,
        now: Moment,
        tail: &T,
    ) -> Result<Option<(u64, Place)>, T::Error> {
        self.wake(lines, now);
        while let Some(Reverse((order, _, stamp, id))) = self.ready.peek().copied() {
            let Some(line) = lines.get_mut(&id).filter(|line| line.stamp == stamp) else {
                self.ready.pop();
                continue;
            };
            line.fill(&self.name, tail)?;
            self.ready.pop();
            if line.order() > order {
                // It was ranked before its head was known.
                self.ready.push(Reverse((line.order(), line.turn, stamp, id)));
            } else if let Some(place) = line.pop() {
                return Ok(Some((id, place)));
            }
        }
        Ok(None)
    }

    /// Those whose rest is over are ready.
    fn wake(&mut self, lines: &Lines, now: Moment) {
        while let Some(Reverse((rest, stamp, id))) = self.resting.peek().copied() {
            if rest > now {
                return;
            }
            self.resting.pop();
            if let Some(line) = lines.get(&id).filter(|line| line.stamp == stamp) {
                self.ready.push(Reverse((line.order(), line.turn, stamp, id)));
            }
        }
    }
}
