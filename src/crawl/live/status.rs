//! The status: everything that is told of a running crawl, as plain data.
//!
//! [`super::Live`] makes it; the control socket, metrics and the progress block read it. Instants
//! are milliseconds since 1970 (UTC), lengths of time are milliseconds. `call` counts since this
//! process took the crawl up and only ever grows; `run` is the whole run, earlier processes
//! included. Nothing in it is cut or escaped for a terminal: whoever prints it does that.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::lead::{FailureKind, Rule};
use crate::moment::Moment;

/// Version of the JSON form; a field that changes its meaning raises it, a new one does not.
pub const VERSION: u32 = 1;

/// Hosts that a status has a row for; of more it has those with most to tell.
pub const HOST_ROWS: usize = 200;

/// What a crawl does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its folder is being opened: lock, state, archive.
    #[default]
    Opening,
    /// It fetches.
    Running,
    /// Told to pause: what was in flight is finished, nothing new is begun.
    Paused,
    /// It waits for room on the disk.
    PausedForDisk,
    /// No new visits; those in flight are finished.
    Draining,
    /// Everything is fetched; the archive is sealed, indexed and summed up.
    Closing,
    /// It has ended.
    Ended,
}

/// A running crawl at one instant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// [`VERSION`].
    pub version: u32,
    /// `warraq/0.1.0`.
    pub generator: String,
    /// The process.
    pub pid: u32,
    /// The name of the job, or of the folder: as the metrics have it.
    pub job: String,
    /// When this was true.
    pub at: Moment,
    /// When this process took the crawl up.
    pub started: Moment,
    /// What it does.
    pub phase: Phase,
    /// Why it is paused.
    pub why: Option<String>,
    /// What this process did.
    pub call: Counts,
    /// What the run did.
    pub run: Totals,
    /// The last minute.
    pub rates: Rates,
    /// Translation groups, once they have been counted.
    pub groups: Option<Groups>,
    /// What ends the crawl, and how much of it is left.
    pub limits: Limits,
    /// The archive as far as this process wrote it.
    pub warc: Warc,
    /// The hosts that have something queued or in flight.
    pub hosts: Hosts,
    /// What went wrong last: a failure, a rest, a warning.
    pub last_problem: Option<Problem>,
}

/// What this process did. All of them only grow.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Pages captured, as `--max-pages` counts them: robots.txt is none.
    pub pages: u64,
    /// URLs captured with their payload.
    pub captured: u64,
    /// URLs found to be what an earlier capture is, by digest or by 304.
    pub unchanged: u64,
    /// Redirects.
    pub moved: u64,
    /// URLs that failed for good, by kind (`dns`, `timeout`, …).
    pub failed: BTreeMap<FailureKind, u64>,
    /// URLs refused at their visit, by rule (`robots`, `host-budget`, …).
    pub refused: BTreeMap<Rule, u64>,
    /// Attempts that failed and are repeated.
    pub retried: u64,
    /// Replies by HTTP status.
    pub statuses: BTreeMap<u16, u64>,
    /// Articles captured with a payload not seen before.
    pub articles: u64,
    /// When the last of them came.
    pub last_article: Option<Moment>,
    /// Bytes received.
    pub received: u64,
    /// How often a host earned a rest.
    pub rests: u64,
    /// Warnings.
    pub warnings: u64,
}

/// What the run did, earlier processes included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Its number, from 1; 0 until it is known.
    pub number: u32,
    /// URLs put.
    pub put: u64,
    /// URLs waiting.
    pub queued: u64,
    /// URLs handed out.
    pub in_flight: u64,
    /// Captured with their payload.
    pub captured: u64,
    /// Found to be what an earlier capture is.
    pub unchanged: u64,
    /// Redirects.
    pub moved: u64,
    /// Failed.
    pub failed: u64,
    /// Known URLs that were not due.
    pub not_due: u64,
    /// Refused, by rule; each URL once, those found on pages and never queued included.
    pub refused: BTreeMap<Rule, u64>,
    /// Servers left alone for the rest of the run, with something queued.
    pub left_alone: Vec<String>,
}

/// What came in over the last minute, or since the start where that is less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// The time looked at, in milliseconds.
    pub window: u64,
    /// URLs that came to an end, a second.
    pub urls: f64,
    /// Pages, as `--max-pages` counts them, a second.
    pub pages: f64,
    /// Bytes received, a second.
    pub bytes: f64,
}

/// Translation groups of all runs, as the report counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Groups {
    /// With every language their site usually has.
    pub complete: u64,
    /// Lacking one or more.
    pub partial: u64,
    /// When they were counted; that takes longer the larger the crawl.
    pub at: Moment,
}

/// A limit, and what is left of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// The limit of this process.
    pub of: u64,
    /// What is left.
    pub left: u64,
}

/// What ends the crawl. `None` for no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// `--max-pages`.
    pub pages: Option<Limit>,
    /// `--max-bytes`.
    pub bytes: Option<Limit>,
    /// `--max-time`, in milliseconds.
    pub time: Option<Limit>,
    /// `--disk-floor` in bytes, and how much more than that is free.
    pub disk: Option<Limit>,
}

/// The archive as far as this process wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warc {
    /// The file being written, without `.open`.
    pub file: Option<String>,
    /// Its size in bytes.
    pub bytes: u64,
    /// Files sealed.
    pub sealed: u64,
    /// Bytes in all of them, and in the one being written.
    pub total: u64,
}

/// The hosts of a crawl.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hosts {
    /// Those with something queued or in flight.
    pub active: u64,
    /// Those with something in flight.
    pub in_flight: u64,
    /// Those that rest: Retry-After, back-off.
    pub resting: u64,
    /// At most [`HOST_ROWS`]: in flight first, then by how much is queued.
    pub rows: Vec<Host>,
    /// Hosts that are blocked, now or since an earlier run, whether anything is queued there or not.
    pub blocked: Vec<String>,
    /// Delays that were set while the crawl ran, by registered domain, in milliseconds.
    pub delays: BTreeMap<String, u64>,
}

/// What a host is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostState {
    /// It is being asked.
    InFlight,
    /// It could be asked now.
    #[default]
    Due,
    /// The delay of its registered domain is not over.
    Waiting,
    /// It wants to be left alone for a while.
    Resting,
    /// Given up for this run; its URLs stay queued.
    LeftAlone,
    /// Blocked by an operator; its URLs stay queued.
    Blocked,
}

/// One host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name, with a port that is not the usual one.
    pub host: String,
    /// The registered domain whose delay it shares.
    pub domain: String,
    /// What it is doing.
    pub state: HostState,
    /// URLs in flight.
    pub in_flight: u64,
    /// URLs queued.
    pub queued: u64,
    /// The delay in force for its domain, start to start, in milliseconds.
    pub delay: u64,
    /// Milliseconds until it may be asked; 0 for now.
    pub due_in: u64,
    /// What it had said before its longest rest of this call.
    pub said: Option<String>,
}

/// Something that went wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// When.
    pub at: Moment,
    /// What, with its subject.
    pub text: String,
}

impl Counts {
    /// URLs that came to an end.
    pub fn ended(&self) -> u64 {
        let by_reason = self.failed.values().chain(self.refused.values());
        self.captured + self.unchanged + self.moved + by_reason.sum::<u64>()
    }
}

impl Status {
    /// How long the crawl has been going on.
    pub fn elapsed(&self) -> Duration {
        self.at.since(self.started)
    }

    /// How long until the first of its limits is reached, as things go now, and which one; `None`
    /// where nothing limits it.
    pub fn ends_in(&self) -> Option<(Duration, &'static str)> {
        let at_rate = |limit: Option<Limit>, rate: f64| {
            #[allow(clippy::cast_precision_loss, reason = "an estimate")]
            let seconds = limit.map(|limit| limit.left as f64 / rate)?;
            Duration::try_from_secs_f64(seconds).ok()
        };
        let time = self.limits.time.map(|time| Duration::from_millis(time.left));
        [
            (at_rate(self.limits.pages, self.rates.pages), "--max-pages"),
            (at_rate(self.limits.bytes, self.rates.bytes), "--max-bytes"),
            (time, "--max-time"),
        ]
        .into_iter()
        .filter_map(|(left, limit)| Some((left?, limit)))
        .min()
    }
}
