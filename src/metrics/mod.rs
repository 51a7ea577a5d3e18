//! Metrics: what the crawls of this process do, in numbers, for a Prometheus beside them.
//!
//! One observer of events a job counts; a page of all jobs is written in Prometheus' text format
//! (0.0.4) whenever somebody asks, over a socket ([`endpoint`]) or into a file ([`mod@file`]). Counters
//! begin with the process; what outlives it (articles, the last new one) is read from the summary
//! that the run before left. Labels are bounded: never a URL, [`HOSTS`] hosts a job. Nothing here
//! waits for a reader, and nothing changes a crawl.

mod counts;
pub mod endpoint;
mod families;
pub mod file;
mod text;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::JoinSet;

pub use self::counts::HOSTS;
use self::counts::{Counts, Last};
use crate::crawl::Ended;
use crate::crawl::live::Live;
use crate::crawl::summary::Summary;
use crate::event::Watch;
use crate::moment::{Clock, Moment};

/// The numbers of all jobs of this process. Clones are the same numbers.
#[derive(Clone, Debug)]
pub struct Metrics {
    clock: Clock,
    jobs: Arc<Mutex<BTreeMap<String, Counts>>>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, jobs: Arc::default() }
    }

    /// A job there is, with what its last run left.
    pub fn known(&self, job: &str, before: Option<&Summary>) {
        let mut jobs = self.lock();
        let counts = jobs.entry(job.to_owned()).or_default();
        if let Some(summary) = before {
            counts.holds(summary);
        }
    }

    /// `watch`, with the events of a job counted.
    pub fn beside(&self, job: &str, watch: Watch) -> Watch {
        let (metrics, job) = (self.clone(), job.to_owned());
        Watch::new(move |event| {
            metrics.at(&job, |counts, now| counts.take(event, now));
            watch.tell(event);
        })
    }

    /// A run of a job is about to begin, and can be asked what it does.
    pub fn watching(&self, job: &str, live: Live) {
        self.at(job, |counts, _| counts.live = Some(live));
    }

    /// Asks all runs what they do now. Bounded: a run that does not answer is told of as it was.
    pub async fn refresh(&self) {
        let lives: Vec<(String, Live)> = {
            let jobs = self.lock();
            jobs.iter().filter_map(|(job, all)| Some((job.clone(), all.live.clone()?))).collect()
        };
        let mut asked = JoinSet::new();
        for (job, live) in lives {
            asked.spawn(async move { (job, live.status().await) });
        }
        for (job, status) in asked.join_all().await {
            self.at(&job, |counts, _| counts.status = Some(status));
        }
    }

    /// Whether a run has begun, or was tried.
    pub fn is_begun(&self) -> bool {
        self.lock().values().any(|counts| counts.run > 0 || counts.last.is_some())
    }

    /// A run of a job is over, with an exit code. Codes 0, 14 and 15 are a success: it ended, or came
    /// to a limit of its own, and fell short of nothing.
    pub fn ended(&self, job: &str, ended: &Ended, code: u8) {
        self.at(job, |counts, now| {
            counts.holds(&ended.summary);
            counts.over(Last::of(ended, code), now);
        });
    }

    /// A run of a job could not be made, or not be brought to its end.
    pub fn failed(&self, job: &str, code: u8) {
        self.at(job, |counts, now| counts.over(Last { code, ..Last::default() }, now));
    }

    /// A run of a job was left out.
    pub fn skipped(&self, job: &str) {
        self.at(job, |counts, _| counts.skipped += 1);
    }

    /// When a job runs next.
    pub fn scheduled(&self, job: &str, slot: Moment) {
        self.at(job, |counts, _| counts.next = Some(slot));
    }

    /// When a job last succeeded, where an earlier process knew.
    pub fn succeeded(&self, job: &str, at: Moment) {
        self.at(job, |counts, _| counts.success = counts.success.max(Some(at)));
    }

    /// The page that is served and written.
    pub fn page(&self) -> String {
        families::page(&self.lock())
    }

    fn at(&self, job: &str, change: impl FnOnce(&mut Counts, Moment)) {
        let now = self.clock.wall();
        change(self.lock().entry(job.to_owned()).or_default(), now);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Counts>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
