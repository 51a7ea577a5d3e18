//! The resting: servers that are left alone by what they said or failed to say, and what waits for
//! them.
//!
//! A site's own delay is no rest, however long: it is how fast a site is asked, and nobody loses
//! patience with that. Only looks; nothing is scheduled here.

use super::Schedule;
use super::line::Line;
use crate::frontier::Resting;
use crate::moment::Moment;

/// Resting servers that are named.
const NAMED: usize = 100;

impl Schedule {
    /// When the first server with something queued has had its rest; long ago where one needs none.
    pub fn first_rested(&self) -> Option<Moment> {
        self.waiting().map(|line| line.rest).min()
    }

    /// The servers with something queued that rest, the first to be due first.
    pub fn resting(&self, now: Moment) -> Vec<Resting> {
        let mut all: Vec<Resting> = self
            .waiting()
            .filter(|line| line.rest > now)
            .map(|line| Resting { host: line.server.as_str().to_owned(), until: line.rest })
            .collect();
        all.sort_by(|a, b| (a.until, &a.host).cmp(&(b.until, &b.host)));
        all.truncate(NAMED);
        all
    }

    fn waiting(&self) -> impl Iterator<Item = &Line> {
        self.lines.values().filter(|line| !line.parked && line.queued() > 0)
    }
}
