//! The numbers of one job.
//!
//! Counted from events as they are told, so what is counted is durable; the end of a run adds what
//! only its summary knows.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

use crate::crawl::Ended;
use crate::crawl::live::{Live, Status};
use crate::crawl::summary::Summary;
use crate::event::{Event, Settled};
use crate::frontier::Stats;
use crate::frontier::tally::Standing;
use crate::lead::{FailureKind, Hop, Outcome, Rule, is_error, is_gone};
use crate::moment::Moment;
use crate::report::{Coverage, Totals, totals};
use crate::settings::Threshold;

/// Hosts of a job that are told apart: those met first, the seeds' among them. The rest is `other`.
pub const HOSTS: usize = 50;

/// The host that stands for all others.
const OTHER: &str = "other";

/// The longest name a host has (RFC 1035 §2.3.4), with a port.
const LONGEST_HOST: usize = 260;

/// Upper bounds of the buckets of fetch times, in milliseconds.
pub(super) const BUCKETS: [u64; 10] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 180_000];

/// Exit codes of a run that succeeded.
const SUCCESS: [u8; 3] = [0, 14, 15];

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) run: u32,
    pub(super) began: Option<Moment>,
    pub(super) running: bool,
    pub(super) paused: bool,
    pub(super) ended: BTreeMap<&'static str, u64>,
    pub(super) failures: BTreeMap<FailureKind, u64>,
    pub(super) refusals: BTreeMap<Rule, u64>,
    pub(super) replies: BTreeMap<&'static str, u64>,
    pub(super) hosts: BTreeMap<String, AtHost>,
    pub(super) received: u64,
    pub(super) articles: u64,
    pub(super) times: [u64; BUCKETS.len()],
    pub(super) fetches: u64,
    pub(super) took: Duration,
    pub(super) retries: u64,
    pub(super) rests: u64,
    pub(super) sealed: u64,
    pub(super) sealed_bytes: u64,
    pub(super) warnings: u64,
    pub(super) skipped: u64,
    pub(super) runs: BTreeMap<u8, u64>,
    pub(super) next: Option<Moment>,
    pub(super) success: Option<Moment>,
    pub(super) last: Option<(Last, Moment)>,
    pub(super) held: Option<Held>,
    /// The run that is going on, and what it said when it was asked last.
    pub(super) live: Option<Live>,
    pub(super) status: Option<Status>,
}

/// What was asked of one host.
#[derive(Debug, Default)]
pub(super) struct AtHost {
    pub(super) urls: u64,
    pub(super) failed: u64,
}

/// A run that is over.
#[derive(Debug, Default)]
pub(super) struct Last {
    pub(super) code: u8,
    pub(super) sums: Option<(Totals, Stats)>,
    pub(super) took: Option<Duration>,
    pub(super) failed_seeds: u64,
    pub(super) skipped: u64,
    pub(super) coverage: Option<Coverage>,
    pub(super) short: Vec<Threshold>,
}

/// What the folder of the job holds, all runs together.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) articles: u64,
    pub(super) groups: u64,
    pub(super) newest: Option<Moment>,
    pub(super) files: u64,
    pub(super) bytes: u64,
}

impl Last {
    pub(super) fn of(ended: &Ended, code: u8) -> Self {
        let summary = &ended.summary;
        let failed = summary.failed_seeds.len() + summary.stats.parked_sites.len();
        Self {
            code,
            sums: Some((totals(&summary.stats, &summary.replies), summary.stats.clone())),
            took: None,
            failed_seeds: failed as u64,
            skipped: summary.skipped.len() as u64,
            coverage: ended.coverage,
            short: ended.shortfalls.iter().map(|shortfall| shortfall.threshold).collect(),
        }
    }
}

impl Counts {
    pub(super) fn take(&mut self, event: &Event, now: Moment) {
        match event {
            Event::Started { run, .. } => {
                self.run = *run;
                // A run that waited for its disk begins twice, and is one run.
                self.began = self.began.filter(|_| self.running).or(Some(now));
                self.running = true;
            }
            Event::Settled(settled) => self.settled(settled),
            Event::Retried { .. } => self.retries += 1,
            Event::Parked { .. } => self.rests += 1,
            Event::Sealed { bytes, .. } => {
                self.sealed += 1;
                self.sealed_bytes += bytes;
            }
            Event::Paused { .. } => self.paused = true,
            Event::Unpaused { .. } => self.paused = false,
            Event::Shortfall(_) | Event::Steered { .. } => {}
            Event::Warning { .. } => self.warnings += 1,
        }
    }

    fn settled(&mut self, settled: &Settled) {
        let outcome = &settled.outcome;
        *self.ended.entry(ending(settled)).or_default() += 1;
        self.received += settled.bytes;
        match outcome {
            Outcome::Refused(refusal) => {
                *self.refusals.entry(refusal.rule).or_default() += 1;
                return;
            }
            Outcome::Failed(failure) => *self.failures.entry(failure.kind).or_default() += 1,
            _ => {}
        }
        if let Some(status) = status(outcome) {
            *self.replies.entry(class(status)).or_default() += 1;
        }
        let is_article = settled.lang.is_some() || settled.title.is_some();
        self.articles += u64::from(is_article && matches!(outcome, Outcome::Captured { .. }));
        self.timed(settled.took);
        let name = host(&settled.url);
        let is_known = self.hosts.contains_key(&name) || self.hosts.len() < HOSTS;
        let row = self.hosts.entry(if is_known { name } else { OTHER.to_owned() }).or_default();
        row.urls += 1;
        row.failed += u64::from(matches!(ending(settled), "error" | "failed"));
    }

    fn timed(&mut self, took: Duration) {
        self.fetches += 1;
        self.took += took;
        let millis = took.as_millis();
        for (bucket, bound) in self.times.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(millis <= u128::from(bound));
        }
    }

    pub(super) fn over(&mut self, last: Last, now: Moment) {
        let took = self.began.take().map(|began| now.since(began));
        (self.running, self.paused) = (false, false);
        (self.live, self.status) = (None, None);
        *self.runs.entry(last.code).or_default() += 1;
        if SUCCESS.contains(&last.code) {
            self.success = Some(now);
        }
        self.last = Some((Last { took, ..last }, now));
    }

    pub(super) fn holds(&mut self, summary: &Summary) {
        self.held = Some(Held {
            articles: summary.articles,
            groups: summary.groups.len() as u64,
            newest: summary.newest_article,
            files: summary.files.len() as u64,
            bytes: summary.files.iter().map(|file| file.bytes).sum(),
        });
    }
}

/// The outcome of a URL by what it is worth: a reply that is an error stands for no page, whatever
/// the archive holds of it. A robots.txt that is not there is an answer.
fn ending(settled: &Settled) -> &'static str {
    match status(&settled.outcome).filter(|_| settled.hop != Hop::Robots) {
        Some(status) if is_gone(status) => "gone",
        Some(status) if is_error(status) => "error",
        _ => Standing::after(&settled.outcome).name(),
    }
}

const fn status(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Captured { status, .. }
        | Outcome::Revisit { status }
        | Outcome::Moved { status, .. } => Some(*status),
        Outcome::Refused(_) | Outcome::Failed(_) => None,
    }
}

/// The class of a status (RFC 9110 §15), whatever a server makes up.
const fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        5 => "5xx",
        _ => OTHER,
    }
}

fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    let name = url.as_ref().and_then(|url| match (url.host_str()?, url.port()) {
        (host, Some(port)) => Some(format!("{host}:{port}")),
        (host, None) => Some(host.to_owned()),
    });
    name.filter(|name| name.len() <= LONGEST_HOST).unwrap_or_else(|| OTHER.to_owned())
}
