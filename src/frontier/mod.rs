//! The frontier's seam: what is to be fetched, by whom and when.
//!
//! Shaped so that another engine can stand behind it: `put` is idempotent and dedups, `lease`
//! hands out one visit of a due site, `ack` is fenced by the lease's token, `release` gives a visit
//! back. A site is scheduled by one instant, its *not-before*, and each of its servers by the end of
//! its rest; no worker ever sleeps for either.
//! Outlinks are `put` before the page that has them is acknowledged. `state::disk` implements it
//! on sled, [`memory`] in memory; one conformance suite runs on both.

pub mod again;
pub mod budgets;
pub mod memory;
pub mod pattern;
pub mod schedule;
pub mod scope;
pub mod tally;

use std::future::Future;

use serde::{Deserialize, Serialize};

pub use self::schedule::{ServerNow, Servers, Turn};
use crate::address::{HostKey, Server, Site};
use crate::digest::Digest;
use crate::event::Event;
use crate::lead::{Lead, Outcome, Refusal, Rule, Visit};
use crate::moment::Moment;
use crate::page::{Alternate, Likeness};
use crate::record::exchange::target_uri;
use crate::record::trace::PageRow;
use crate::record::validators::Validators;
use crate::record::{Container, Origin, Position, Reference};

/// How many of the leads were new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Put {
    /// Queued now.
    pub new: u64,
    /// Known already in this run, or not due.
    pub known: u64,
}

/// The end of a visit, all of it in one state batch.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the URL goes back to the queue for another attempt.
    pub again: bool,
    /// When the site and its server may be asked again; kept, so that it holds across restarts.
    pub turn: Turn,
    /// The prints of what the page says, by which pages that say the same are found out.
    pub text: Option<Likeness>,
    /// The end of its records in the archive.
    pub archived: Option<Position>,
    /// A payload that now lies in the archive as a `response`.
    pub payload: Option<(Digest, Origin)>,
    /// What came with a whole 200, without validators too: it takes the place of what was kept.
    pub validators: Option<Validators>,
    /// What its `revisit` refers to.
    pub refers_to: Option<Reference>,
    /// What the next visit depends on; `None` where nothing was asked.
    pub fetch: Option<again::Fetch>,
    /// What its robots.txt says of an origin: remembered with the record that holds it, never ahead
    /// of it.
    pub learnt: Option<(HostKey, RobotsFact)>,
    /// The page, for groups and summaries.
    pub page: Option<PageRow>,
    /// The alternates the page declares.
    pub alternates: Vec<Alternate>,
    /// What the page leads to and will not be fetched.
    pub refused: Vec<Refusal>,
    /// Told once the batch is durable.
    pub event: Option<Event>,
}

/// Whether an acknowledgement counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ack {
    /// It did.
    Done,
    /// The lease had ended; nothing was changed.
    Fenced,
}

/// How a visit goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// To the queue as it was; the site is due again at this instant.
    Until(Moment),
    /// To the queue as it was; the server rests until this instant, its site goes on.
    Resting(Moment),
    /// To the queue as it was; the server is left alone for the rest of the run.
    NextRun,
}

/// What is known of an origin across runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RobotsFact {
    /// When its robots.txt was read.
    pub read: Moment,
    /// What came.
    pub answer: RobotsAnswer,
}

/// What asking for robots.txt brought (RFC 9309 §2.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RobotsAnswer {
    /// A file; parsed up to 500 KiB.
    File(Vec<u8>),
    /// 4xx other than 429, or too many redirects: everything is allowed.
    Unavailable,
    /// 5xx, 429 or no answer: nothing is allowed for now.
    Unreachable,
}

/// One rule's refusals in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalCount {
    /// The rule.
    pub rule: Rule,
    /// URLs it refused.
    pub count: u64,
    /// Three of them.
    pub examples: Vec<String>,
}

/// A server that is left alone for a while, with something queued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resting {
    /// The server.
    pub host: String,
    /// Until when, by the steady clock.
    pub until: Moment,
}

/// The messages in which one thing was wrong, and which were archived all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefectCount {
    /// What was wrong.
    pub defect: String,
    /// URLs whose message had it.
    pub count: u64,
    /// Three of them.
    pub examples: Vec<String>,
}

/// A WARC file that the run cannot do without: its revisits refer to captures in there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The file.
    #[serde(flatten)]
    pub container: Container,
    /// Revisits that refer to it.
    pub revisits: u64,
}

/// The archived response that a 304 of its URL would confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// What to ask by.
    pub validators: Validators,
    /// Where it lies.
    pub origin: Origin,
}

/// The state of a run in numbers. `queued + leased + captured + revisits + moved + failed +
/// refused at their visit` is what was put; with those left out where they were found it is what was
/// discovered.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stats {
    /// Number of the run.
    pub run: u32,
    /// URLs put in this run.
    pub put: u64,
    /// Waiting.
    pub queued: u64,
    /// Handed out.
    pub leased: u64,
    /// Ended as [`Outcome::Captured`].
    pub captured: u64,
    /// Ended as [`Outcome::Revisit`].
    pub revisits: u64,
    /// Ended as [`Outcome::Moved`].
    pub moved: u64,
    /// Ended as [`Outcome::Failed`].
    pub failed: u64,
    /// Ended as [`Outcome::Refused`] at their visit.
    pub refused: u64,
    /// Refused where a page led to them, and never put.
    #[serde(default)]
    pub left_out: u64,
    /// Refusals by rule, those found on pages and never queued included.
    pub refusals: Vec<RefusalCount>,
    /// Messages with a defect that were archived as they came, by what was wrong.
    #[serde(default)]
    pub defects: Vec<DefectCount>,
    /// Known URLs that something led to and that were not due: the policy of the job. Counted by
    /// each process of the run.
    #[serde(default)]
    pub not_due: u64,
    /// WARC files of earlier runs and of other archives that revisits of this run refer to.
    #[serde(skip)]
    pub depends_on: Vec<Dependency>,
    /// Hosts with something queued that are left alone for the rest of the run.
    pub parked_sites: Vec<String>,
    /// Servers with something queued that rest, the first to be due first; at most 100.
    #[serde(skip)]
    pub resting: Vec<Resting>,
    /// When the first site with something queued is due.
    #[serde(default)]
    pub next_due: Option<Moment>,
}

/// What a frontier has at this instant, for callers that do not wait (tests with a fixed clock).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// A visit, leased.
    Visit(Box<Visit>),
    /// None now; the next site is due at this instant.
    NextDue(Moment),
    /// None until a lease ends.
    InFlight,
    /// Nothing queued that may be fetched in this run, no lease out.
    Finished,
}

/// A page kept for groups and summaries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPage {
    /// The page.
    pub page: PageRow,
    /// Its evidence.
    pub alternates: Vec<Alternate>,
    /// Where it redirects to, when it is no page but a way to one.
    pub moved_to: Option<String>,
}

/// A failure of the engine behind the frontier.
#[derive(Debug, thiserror::Error)]
pub enum FrontierError {
    /// The state could not be read or written.
    #[error("the state in {path} cannot be used: {why}")]
    Broken {
        /// The folder.
        path: String,
        /// What happened and what to do.
        why: String,
    },
    /// The archive could not be made durable, so nothing was settled.
    #[error("the archive could not be written: {0}")]
    Archive(String),
    /// The disk of the state took nothing more, so nothing was settled. Opened again when it does,
    /// the state is what it was.
    #[error("the state could not be written: {0}")]
    Disk(String),
    /// The frontier has been closed.
    #[error("the frontier is closed")]
    Closed,
}

/// The seam. All calls are safe to repeat.
pub trait Frontier: Send + Sync + 'static {
    /// Queues leads that are new in this run, and due by what is remembered of them.
    fn put(&self, leads: Vec<Lead>) -> impl Future<Output = Result<Put, FrontierError>> + Send;

    /// Queues leads that are new in this run, due or not.
    fn put_anyway(
        &self,
        leads: Vec<Lead>,
    ) -> impl Future<Output = Result<Put, FrontierError>> + Send;

    /// Queues a lead ahead of all others of its site, whether it is known or not (robots.txt).
    /// `false` when it is being visited right now, or its server is left alone for the rest of the
    /// run: then nothing was queued.
    fn put_first(&self, lead: Lead) -> impl Future<Output = Result<bool, FrontierError>> + Send;

    /// The next visit of a due site; waits until there is one. `None`: no lease is out, and nothing
    /// is queued that may still be fetched in this run, or all of it rests for longer than this
    /// frontier has patience (then [`Stats::resting`] tells who, and until when). A site's own delay
    /// is no rest.
    fn lease(&self) -> impl Future<Output = Result<Option<Visit>, FrontierError>> + Send;

    /// What could kill the process begins for this visit: its bytes are going to be read. After a
    /// crash at this point it is handed out last, as a [`Visit::suspect`] that is to be read alone,
    /// and given up after another, so that one page cannot keep the crawl from ever ending.
    fn hazard(&self, visit: &Visit) -> impl Future<Output = Result<(), FrontierError>> + Send;

    /// The visit has been read: a process that is killed from here on was not killed by it.
    fn hazard_over(&self, visit: &Visit) -> impl Future<Output = Result<(), FrontierError>> + Send;

    /// Ends a visit.
    fn ack(
        &self,
        visit: &Visit,
        end: Settlement,
    ) -> impl Future<Output = Result<Ack, FrontierError>> + Send;

    /// Gives a visit back.
    fn release(
        &self,
        visit: &Visit,
        how: Release,
    ) -> impl Future<Output = Result<Ack, FrontierError>> + Send;

    /// What robots.txt of an origin said last.
    fn robots(
        &self,
        host: &HostKey,
    ) -> impl Future<Output = Result<Option<RobotsFact>, FrontierError>> + Send;

    /// Remembers what robots.txt of an origin said.
    fn learn_robots(
        &self,
        host: &HostKey,
        fact: RobotsFact,
    ) -> impl Future<Output = Result<(), FrontierError>> + Send;

    /// The newest `response` of a payload, framed as asked, when there is one.
    fn origin(
        &self,
        payload: &Digest,
        chunked: bool,
    ) -> impl Future<Output = Result<Option<Origin>, FrontierError>> + Send;

    /// A capture of the payload in another archive, as far as its framing is known the same.
    fn outside(
        &self,
        payload: &Digest,
        chunked: bool,
    ) -> impl Future<Output = Result<Option<Reference>, FrontierError>> + Send;

    /// The response of `uri` (a WARC-Target-URI) that a conditional request may ask about: the
    /// last whole 200, when it came with validators and is archived under this very URI.
    fn original(
        &self,
        uri: &str,
    ) -> impl Future<Output = Result<Option<Original>, FrontierError>> + Send;

    /// Leaves the servers under a host alone for the rest of the run, or no longer; what is queued
    /// there stays queued. Says how much that is. Of servers that are met later nothing is meant.
    fn hold(
        &self,
        host: String,
        held: bool,
    ) -> impl Future<Output = Result<u64, FrontierError>> + Send;

    /// What its servers are doing, with at most `rows` of them by name.
    fn servers(&self, rows: usize) -> impl Future<Output = Result<Servers, FrontierError>> + Send;

    /// The numbers of the run.
    fn stats(&self) -> impl Future<Output = Result<Stats, FrontierError>> + Send;

    /// The pages kept, in chunks: those after `after`, with the key to go on from.
    fn pages(
        &self,
        after: Option<Vec<u8>>,
    ) -> impl Future<Output = Result<(Vec<KeptPage>, Option<Vec<u8>>), FrontierError>> + Send;

    /// Makes everything acknowledged so far durable.
    fn commit(&self) -> impl Future<Output = Result<(), FrontierError>> + Send;
}

/// The WARC-Target-URI under which a lead is archived; a robots.txt is asked about by no condition
/// and has none.
pub fn uri_of(lead: &Lead) -> Option<String> {
    if lead.robots_for.is_some() { None } else { target_uri(&lead.found).ok() }
}

/// The site and the server of a lead, as every frontier computes them.
pub fn home_of(lead: &Lead) -> Option<(Site, Server)> {
    lead.url().ok().map(|url| (Site::of(&url), Server::of(&url)))
}

impl Settlement {
    /// Whether budgets are held against it: it ended, and something was asked.
    pub(crate) const fn is_spent(&self) -> bool {
        !self.again && !matches!(self.outcome, Outcome::Refused(_))
    }
}

impl Release {
    /// What it says about the next turn.
    pub(crate) fn turn(self) -> Turn {
        match self {
            Self::Until(due) => Turn { due, ..Turn::default() },
            Self::Resting(rest) => Turn { rest, ..Turn::default() },
            Self::NextRun => Turn::default(),
        }
    }
}
