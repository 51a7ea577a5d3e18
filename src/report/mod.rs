//! The report: what a run did, for the person who answers for it.
//!
//! Made from what stands in the crawl folder (`summary.json`, `ledger.jsonl`, the CDXJ files, the
//! `-meta` WARCs), so that it can be made again for any run, beside a running crawl, or from a copy
//! of the folder. That of the last run reads what that run left, and what is [`known`] of those
//! before. One value, three faces: `report.json` (the value itself, [`VERSION`]),
//! `report.html` (one file that needs no other), `report.md`. Reads only; sizes of all tables are
//! bounded.

mod chart;
mod diff;
mod face;
mod gather;
mod html;
mod known;
mod ledger;
mod markdown;
mod replies;
mod runs;
mod shortfall;
mod timeline;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

pub use face::{Face, keep, shown};
pub use gather::read;
pub(crate) use gather::totals;
pub use html::html;
pub(crate) use known::keep_known;
pub use markdown::markdown;
pub(crate) use replies::error_replies;
pub use replies::{ErrorReplies, Kind};
pub use runs::{Run, newest, runs};
pub(crate) use shortfall::unread;
pub use shortfall::{Coverage, coverage};

use crate::crawl::blocked::Blocked;
use crate::crawl::{How, SealedFile};
use crate::frontier::{Dependency, RefusalCount};
use crate::settings::Shortfall;

/// Version of `report.json`; a field that changes its meaning raises it.
pub const VERSION: u32 = 2;

/// Rows of a table; what is beyond is summed up.
pub const ROWS: usize = 50;

/// Examples of a reason.
pub const EXAMPLES: usize = 3;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The folder holds nothing a crawl left.
    #[error("{} holds no run of warraq: there is no summary.json and no -meta WARC in it", .0.display())]
    NoRun(PathBuf),
    /// The run asked for is not there.
    #[error("{} holds no run {run}; it holds {known}", dir.display())]
    NoSuchRun {
        /// The folder.
        dir: PathBuf,
        /// The run asked for.
        run: u32,
        /// Those that are there.
        known: String,
    },
    /// A run was begun, and none has ended.
    #[error(
        "{} holds a run that has not ended, and none that has: the next `warraq crawl` goes on with it \
         and reports it; `warraq status` tells of one that is running",
        .0.display()
    )]
    NotEnded(PathBuf),
    /// A file could not be read.
    #[error("cannot read {}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        why: std::io::Error,
    },
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// The program that made it.
    pub generator: String,
    /// Number of the run.
    pub run: u32,
    /// How it ended; nothing while it goes on.
    pub how: Option<How>,
    /// The first and the last capture (RFC 3339, UTC).
    pub first_capture: Option<String>,
    /// The last capture.
    pub last_capture: Option<String>,
    /// The thresholds it fell short of.
    pub shortfalls: Vec<Shortfall>,
    /// How much of what it set out for ended well.
    pub coverage: Coverage,
    /// When a run last found a new article (RFC 3339, UTC).
    pub newest_article: Option<String>,
    /// What became of each seed.
    pub seeds: Vec<Seed>,
    /// The sums.
    pub totals: Totals,
    /// Pages and bytes over time.
    pub timeline: Vec<Slot>,
    /// Replies by HTTP status.
    pub statuses: BTreeMap<u16, u64>,
    /// Captures by media type, most first.
    pub types: Vec<Counted>,
    /// Hosts, most URLs first.
    pub hosts: Vec<Host>,
    /// Hosts there are.
    pub host_count: u64,
    /// Hosts whose replies took longest, slowest first.
    pub slowest: Vec<Host>,
    /// Articles known by language, all runs together.
    pub languages: BTreeMap<String, u64>,
    /// Translation groups.
    pub groups: Groups,
    /// What failed, by reason, most first.
    pub failures: Vec<Reason>,
    /// Rules that refused URLs: limits reached, robots.txt, scope.
    pub refusals: Vec<RefusalCount>,
    /// Sites given up for this run; their URLs stay queued.
    pub parked_sites: Vec<String>,
    /// Hosts that an operator blocked, with the URLs left on them; those stay queued.
    pub blocked: Vec<Blocked>,
    /// What was told while it ran, with its time: pauses, hosts blocked.
    pub steered: Vec<String>,
    /// What is new, changed, unchanged and gone, by all runs before it.
    pub difference: Option<Difference>,
    /// WARC files sealed in it, with their SHA-256.
    pub files: Vec<SealedFile>,
    /// WARC files of earlier runs and other archives its revisits refer to.
    pub depends_on: Vec<Dependency>,
    /// What the report could not be made from: an index that is not there, a ledger line nobody
    /// can read.
    pub gaps: Vec<String>,
}

/// The sums of a run. URLs: `discovered` is the sum of the others up to `queued`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// URLs met.
    pub discovered: u64,
    /// Captured with their payload, errors aside.
    pub captured: u64,
    /// Found to be what an earlier capture is, by digest or by 304, errors aside.
    pub unchanged: u64,
    /// Redirects.
    pub moved: u64,
    /// Answered with 404 or 410: nothing is there. A robots.txt that is not there is captured.
    pub gone: u64,
    /// Answered with another error: archived, and no page.
    pub errors: u64,
    /// Failed.
    pub failed: u64,
    /// Not asked for, by a rule.
    pub refused: u64,
    /// Left for later.
    pub queued: u64,
    /// Bytes received for `captured`.
    pub novel_bytes: u64,
    /// Bytes received for `unchanged`.
    pub unchanged_bytes: u64,
    /// Articles known, all runs together.
    pub articles: u64,
    /// Of these, with a named author.
    pub with_byline: u64,
}

/// What became of a seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Seed {
    /// Its URL.
    pub url: String,
    /// The state of its ledger line; `not-due` or `not-reached` without one.
    pub state: String,
    /// HTTP status.
    pub status: Option<u16>,
    /// The rule or failure.
    pub why: Option<String>,
}

impl Report {
    /// The blocked hosts, for people.
    fn blocked_hosts(&self) -> Vec<String> {
        let told = |row: &Blocked| format!("{}: {} left, since {}", row.host, row.left, row.since);
        self.blocked.iter().map(told).collect()
    }
}

impl Seed {
    /// It was fetched in an earlier run, and its time had not come.
    pub const NOT_DUE: &str = "not-due";

    /// The run did not come to it.
    pub const NOT_REACHED: &str = "not-reached";

    /// Whether the run owes a capture of it: it failed, or was not reached.
    pub fn is_missed(&self) -> bool {
        !self.is_held() && self.state != Self::NOT_DUE
    }

    /// Whether it was captured, now or, unchanged, before.
    pub fn is_held(&self) -> bool {
        matches!(self.state.as_str(), "captured" | "revisit" | "moved")
            && self.status.is_none_or(|status| status < 400)
    }
}

/// Captures of a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Slot {
    /// When it begins, seconds since 1970.
    pub from: i64,
    /// Seconds it lasts.
    pub seconds: u32,
    /// Captures.
    pub captures: u64,
    /// Bytes they take in the archive.
    pub bytes: u64,
}

/// A name and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// What.
    pub name: String,
    /// How many.
    pub count: u64,
    /// Bytes they take in the archive.
    pub bytes: u64,
}

/// A host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Its name, with a port that is not the usual one.
    pub host: String,
    /// URLs of it that were asked for.
    pub urls: u64,
    /// Of these, failed.
    pub failed: u64,
    /// Of these, answered with an error that is no 404 or 410.
    pub errors: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Mean time of a reply in milliseconds.
    pub mean_ms: u64,
}

/// Translation groups.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Groups {
    /// With every language their site usually has.
    pub complete: u64,
    /// Lacking one or more.
    pub partial: u64,
    /// Groups by their languages: `ar en fr`.
    pub by_languages: BTreeMap<String, u64>,
    /// The first of them.
    pub examples: Vec<GroupRow>,
}

/// A translation group.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GroupRow {
    /// Its id.
    pub id: String,
    /// Language, title and URL of its members.
    pub members: Vec<GroupMember>,
    /// Languages its site usually has and it lacks.
    pub missing: Vec<String>,
    /// How sure it is.
    pub confidence: f64,
}

/// A member of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GroupMember {
    /// Its language.
    pub language: String,
    /// Its title.
    pub title: Option<String>,
    /// Its URL.
    pub url: String,
}

/// A reason, how often, and examples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The reason: a kind of failure, or an HTTP status.
    pub reason: String,
    /// How often.
    pub count: u64,
    /// URLs and what was said of them.
    pub examples: Vec<String>,
}

/// Each URL of a run held against the last that was known of it in any run before. A reply that is
/// an error, and no 404 or 410, counts nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The run just before: what was known at its end.
    pub run: u32,
    /// URLs no run before had captured, or that had been gone since.
    pub new: u64,
    /// Captured before, with another payload.
    pub changed: u64,
    /// Captured before, the same.
    pub unchanged: u64,
    /// Captured before, and gone now: 404 or 410.
    pub gone: u64,
    /// Examples of new, changed and gone ones.
    pub examples: BTreeMap<&'static str, Vec<String>>,
}
