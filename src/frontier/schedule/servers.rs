//! Servers: what the servers of a schedule are doing, for people.
//!
//! Read from the lines and plans in memory, which are those with something queued or in flight.
//! Bounded: the rows are cut, the sums are not. It changes nothing.

use std::cmp::Reverse;

use super::Schedule;
use super::line::Line;
use crate::address::{Server, Site};
use crate::moment::Moment;

/// All servers in memory.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Servers {
    /// Those with something queued or in flight.
    pub active: u64,
    /// Those with something in flight.
    pub in_flight: u64,
    /// Those that rest longer than the delay of their site.
    pub resting: u64,
    /// In flight first, then by how much is queued, then by name.
    pub rows: Vec<ServerNow>,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerNow {
    /// It.
    pub server: Server,
    /// Its site.
    pub site: Site,
    /// URLs queued.
    pub queued: u64,
    /// URLs in flight.
    pub in_flight: u64,
    /// When its site may be asked.
    pub due: Moment,
    /// When its own rest is over.
    pub rest: Moment,
    /// Whether it is left alone for the rest of the run.
    pub parked: bool,
}

impl ServerNow {
    /// Whether it rests longer than its site's delay.
    pub fn is_resting(&self, now: Moment) -> bool {
        !self.parked && self.rest > now.max(self.due)
    }
}

impl Schedule {
    /// What all servers are doing, with at most `rows` of them by name.
    pub fn servers(&self, now: Moment, rows: usize) -> Servers {
        let mut all: Vec<ServerNow> =
            self.lines.values().filter_map(|line| self.server_now(line)).collect();
        let mut sums = Servers::default();
        for each in &all {
            sums.active += 1;
            sums.in_flight += u64::from(each.in_flight > 0);
            sums.resting += u64::from(each.is_resting(now));
        }
        all.sort_by(|a, b| {
            let key = |each: &ServerNow| (Reverse(each.in_flight), Reverse(each.queued));
            key(a).cmp(&key(b)).then_with(|| a.server.cmp(&b.server))
        });
        all.truncate(rows);
        Servers { rows: all, ..sums }
    }

    fn server_now(&self, line: &Line) -> Option<ServerNow> {
        let plan = self.plans.get(&line.site)?;
        Some(ServerNow {
            server: line.server.clone(),
            site: plan.name.clone(),
            queued: line.queued(),
            in_flight: line.out.len() as u64,
            due: plan.facts.not_before,
            rest: line.rest,
            parked: line.parked,
        })
    }
}
