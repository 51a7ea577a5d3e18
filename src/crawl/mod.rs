//! A crawl from start to end: open, resume, work, drain, sum up.
//!
//! [`run`] is the whole journey. N equal workers share one desk; the loop each of them runs is
//! `worker`, one visit is `attempt`, its end is `settle`. The archive is written first, then the
//! state, then the event is told: killed at any moment, the next [`run`] goes on from what the
//! archive says.

pub mod archive;
mod asking;
mod attempt;
pub mod blocked;
mod closing;
pub mod control;
pub mod dedup;
mod desk;
mod guess;
mod how;
pub(crate) mod kept;
mod late;
pub mod live;
mod memory;
mod open;
mod original;
mod pause;
mod preview;
pub mod reading;
mod repetition;
mod rests;
mod robots;
mod sealed;
mod settle;
mod skipped;
pub mod summary;
pub mod trial;
mod worker;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::task::JoinSet;
use tokio::time::Instant;

use closing::{Closing, Log, note_unclosed};
pub use closing::{LedgerPart, Manifest, SealedFile};
pub(crate) use closing::{ledger_tail, unclosed};
use control::Control;
pub use desk::Stop;
use desk::{Desk, Parts};
pub use how::How;
use how::how;
use live::Live;
use open::Opened;
pub use open::{Rebuild, rebuild};
use pause::Stand;
pub use preview::{Planned, Preview, admissible, preview};
use sealed::{Sealed, Wrong};
pub use skipped::{Skipped, note as note_skipped};
use summary::Summary;

use crate::address::Server;
use crate::capture::{CaptureError, Carrier, Fetch};
use crate::disk::Disk;
use crate::event::{Event, Watch};
use crate::frontier::{Frontier, FrontierError};
use crate::lead::Lead;
use crate::moment::{Clock, Moment};
use crate::report;
use crate::settings::{Settings, SettingsError, Shortfall};
use crate::state::{DiskFrontier, StateError};

/// What is to be crawled, and with what.
#[derive(Debug)]
pub struct Job {
    /// The settings.
    pub settings: Settings,
    /// The seeds; none to go on with the last run, or to start a new one with its seeds.
    pub seeds: Vec<Lead>,
    /// Whether a state that does not open is set aside and made anew from the archive.
    pub recover: bool,
    /// The clock.
    pub clock: Clock,
    /// The disk the folder lies on.
    pub disk: Disk,
    /// Who is told.
    pub watch: Watch,
    /// How it is told to stop.
    pub stop: Stop,
}

/// The end of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Ended {
    /// How.
    pub how: How,
    /// What it did.
    pub summary: Summary,
    /// What is wrong with sealed WARC files or their indexes, told as warnings before.
    pub faults: Vec<String>,
    /// How much of what it set out for ended well; `None` where the report could not be made.
    pub coverage: Option<report::Coverage>,
    /// The thresholds it fell short of.
    pub shortfalls: Vec<Shortfall>,
}

/// What can stop a whole crawl. A URL that fails does not.
#[derive(Debug, thiserror::Error)]
pub enum CrawlError {
    /// Contradictory settings.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The crawl folder cannot be used.
    #[error("cannot use the folder {}: {why}; give --into a folder you may write to", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// Nothing to do.
    #[error("no seeds: give URLs or --seeds FILE (an empty folder has nothing to go on with)")]
    NoSeeds,
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The frontier.
    #[error(transparent)]
    Frontier(#[from] FrontierError),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] archive::ArchiveError),
    /// Captures of another archive.
    #[error(transparent)]
    Dedup(#[from] crate::dedup::DedupError),
    /// The archive could not be read back.
    #[error(transparent)]
    Read(crate::record::reader::ReadError),
    /// The transport could not be set up.
    #[error(transparent)]
    Transport(#[from] CaptureError),
    /// A response kept aside while it is filed could not be read back.
    #[error(
        "a response kept in a temporary file cannot be read back: {0}; check the disk that holds temporary files"
    )]
    Spool(io::Error),
    /// What the run says about itself could not be put together.
    #[error(
        "cannot read the folder {} for the run's -meta file: {why}; the captures are whole, the next run tells of this one",
        path.display()
    )]
    Closing {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A worker died outside of any visit: a bug.
    #[error("a worker died, please report it: {0}")]
    Worker(String),
}

/// What goes from one sitting of a run to the next.
#[derive(Debug)]
struct Course {
    /// Whether the folder was opened before: then its run goes on, and the folder is not made.
    begun: bool,
    pages_left: u64,
    bytes_left: u64,
    rate_limited: u64,
    began: Moment,
    /// What became of a state that did not open.
    recovered: Option<String>,
    /// When `--max-time` is over; `None` for never.
    until: Option<Instant>,
    lost_seeds: Vec<String>,
    stand: Stand,
    wrong: Wrong,
    log: Log,
    live: Live,
    /// Where others speak to it, when they may.
    control: Option<Control>,
}

impl Course {
    /// The folder is open, and locked: nobody else's socket can be in it.
    fn goes_on(&mut self, job: &Job) {
        if !self.begun {
            self.live.remember(blocked::read(&job.settings.into));
            if let Some(text) = blocked::damage(&job.settings.into) {
                job.watch.tell(&Event::Warning { text });
            }
        }
        self.begun = true;
        self.stand.over(job);
        if let Some(control) = &mut self.control {
            control.open(&job.watch);
        }
    }
}

/// Crawls. Effect on the archive: new WARC files in `INTO`, sealed, read back and indexed when this
/// returns, the last of them the run's own `-meta` file.
///
/// Where the disk takes nothing more it waits, as `--on-full` says, and opens the folder anew: what
/// was not durable is fetched again.
pub async fn run(job: Job) -> Result<Ended, CrawlError> {
    let live = Live::new(job.clock.clone());
    watched(job, &live, None).await
}

/// The same, with `live` showing what it does while it does it. Effect on the folder: while it
/// runs, `control.sock` in it, by which others see and steer it ([`control`]).
pub async fn run_live(job: Job, live: &Live) -> Result<Ended, CrawlError> {
    let control = Control::new(&job.settings.into, live);
    watched(job, live, Some(control)).await
}

async fn watched(job: Job, live: &Live, control: Option<Control>) -> Result<Ended, CrawlError> {
    job.settings.check()?;
    let log = Log::new(job.clock.clone());
    let job = Job { watch: live.beside(log.beside(job.watch.clone())), ..job };
    live.begin(&job);
    let ended = Box::pin(sittings(&job, log, live, control)).await;
    live.ended();
    ended
}

/// Sits until the run has ended.
async fn sittings(
    job: &Job,
    log: Log,
    live: &Live,
    control: Option<Control>,
) -> Result<Ended, CrawlError> {
    let mut course = Course {
        begun: false,
        pages_left: job.settings.max_pages,
        bytes_left: job.settings.max_bytes,
        rate_limited: 0,
        began: job.clock.wall(),
        recovered: None,
        until: Instant::now().checked_add(job.settings.max_time),
        lost_seeds: Vec::new(),
        stand: Stand::default(),
        wrong: Wrong::default(),
        log,
        live: live.clone(),
        control,
    };
    loop {
        match sit(job, &mut course).await {
            Err(why) if course.begun => {
                if let Some(why) = course.stand.wait(job, why).await {
                    return Err(why.once_begun());
                }
            }
            ended => return ended,
        }
    }
}

/// One sitting: from the opening of the folder to its closing.
async fn sit(job: &Job, course: &mut Course) -> Result<Ended, CrawlError> {
    let fetch = Carrier::new(&job.settings, job.clock.clone())?;
    let (watch, wrong) = (job.watch.clone(), course.wrong.clone());
    let sealing = Sealed::start(&job.settings.into, job.disk.clone(), watch, wrong)?;
    let watch = sealing.ear(&job.watch);
    let Opened { frontier, archive, run, seeds, unclean, recovered } =
        open::open(job, &watch, course.begun).await?;
    course.recovered = recovered.or(course.recovered.take());
    course.goes_on(job);
    sealing.catch_up();
    let desk = Arc::new(Desk::new(Parts {
        frontier,
        fetch,
        archive,
        settings: Settings {
            max_pages: course.pages_left,
            max_bytes: course.bytes_left,
            ..job.settings.clone()
        },
        disk: job.disk.clone(),
        seeds,
        run,
        unclean,
        clock: job.clock.clone(),
        watch,
        stop: job.stop.child(),
        live: course.live.clone(),
    }));
    leave_alone(&desk).await?;
    let worked = work(&desk, course.until).await;
    if desk.pages_left() < course.pages_left {
        course.stand.moved_on();
    }
    course.pages_left = desk.pages_left();
    course.bytes_left = desk.bytes_left();
    course.rate_limited += desk.rate_limited();
    course.lost_seeds.extend(desk.lost_seeds());
    conclude(job, &desk, worked, course, sealing).await
}

/// Holds the blocked hosts back that have something queued, and says so.
async fn leave_alone<T>(desk: &Desk<DiskFrontier, T>) -> Result<(), CrawlError> {
    for row in blocked::hold(&desk.frontier, &desk.live.blocks_now()).await? {
        let blocked::Blocked { host, since, left } = row;
        let text = format!(
            "{host} is blocked since {since}: {left} queued there are left alone (`warraq host DIR \
             {host} --unblock` ends that)"
        );
        desk.watch.tell(&Event::Warning { text });
    }
    Ok(())
}

/// Commits, seals, sums up, closes, in the order in which they rest on each other. A failure of the
/// work itself comes last: what was done before it is kept first.
async fn conclude<T>(
    job: &Job,
    desk: &Desk<DiskFrontier, T>,
    worked: Result<(), CrawlError>,
    course: &mut Course,
    sealing: Sealed,
) -> Result<Ended, CrawlError> {
    let blocked = blocked::hold(&desk.frontier, &course.live.blocks_now()).await;
    let how = how(desk, &job.stop, blocked.as_ref().is_ok_and(|rows| !rows.is_empty()));
    course.live.closing();
    let committed = desk.frontier.commit().await;
    if let Ok(stats) = desk.frontier.stats().await {
        // Who asks while a full disk is waited for is told how far the run came.
        course.live.counted(&stats);
    }
    let sealed = desk.archive.seal().await;
    committed?;
    let into = &job.settings.into;
    let mut summary = summed_up(job, desk, course, how, blocked?).await?;
    let closed = match (&worked, &sealed) {
        (Ok(()), Ok(_)) if how != How::Killed => close(job, desk, &summary, &course.log).await,
        _ => Ok(false),
    };
    summary.files = summary::files(into);
    // What the run says of itself is indexed too, and the folder is still locked.
    let indexed = sealing.finish(&job.stop).await;
    course.control = None;
    desk.frontier.close().await?;
    // A run that could not be closed has not ended: the next call closes it.
    let noted = if closed? { Ok(()) } else { note_unclosed(&summary, into, &job.disk) };
    noted
        .and_then(|()| summary::keep(&summary, into, &job.disk))
        .and_then(|()| summary::keep_groups(&summary, into, &job.disk))
        .map_err(|why| CrawlError::Folder { path: into.clone(), why })?;
    let (coverage, shortfalls) = keep_report(job, &summary).await?;
    worked?;
    sealed?;
    indexed?;
    Ok(Ended { how, summary, faults: course.wrong.texts(), coverage, shortfalls })
}

/// What the run did, with what only this process knows of it.
async fn summed_up<T>(
    job: &Job,
    desk: &Desk<DiskFrontier, T>,
    course: &Course,
    how: How,
    blocked: Vec<blocked::Blocked>,
) -> Result<Summary, CrawlError> {
    let into = &job.settings.into;
    let mut summary = summary::sum_up(&desk.frontier, into, course.lost_seeds.clone()).await?;
    summary.replies = error_replies(job, summary.stats.run).await?;
    course.live.counted(&summary.stats);
    // What an operator blocked is not given up.
    summary.stats.parked_sites.retain(|host| !course.live.blocks(&Server::from(host.clone())));
    let summary = Summary {
        how: Some(how),
        blocked,
        rests: desk.longest_rests(),
        rate_limited: course.rate_limited,
        skipped: skipped::since(into, course.began),
        steered: course.live.words(),
        recovered: course.recovered.clone(),
        thresholds: job.settings.thresholds,
        not_due_seeds: preview::not_due(desk, course.began).await?,
        ..summary
    };
    Ok(summary.dated(report::newest(into).as_ref(), course.began, job.clock.wall()))
}

/// The replies that stand for no page. What earlier runs knew is brought up to date on the way:
/// where that cannot be kept, the next end of a run reads more, and nothing else is lost.
async fn error_replies(job: &Job, run: u32) -> Result<report::ErrorReplies, CrawlError> {
    let (into, disk) = (job.settings.into.clone(), job.disk.clone());
    let counted = tokio::task::spawn_blocking(move || {
        let _ = report::keep_known(&into, run, &disk);
        // What cannot be read here cannot be reported either, which is told then.
        report::error_replies(&into, run).unwrap_or_default()
    });
    counted.await.map_err(|died| CrawlError::Worker(died.to_string()))
}

/// Leaves the report of the run beside the archive, and tells what the run fell short of. Where the
/// report cannot be made, the run is what it is all the same, and `warraq report` can make it later.
async fn keep_report(
    job: &Job,
    summary: &Summary,
) -> Result<(Option<report::Coverage>, Vec<Shortfall>), CrawlError> {
    let (into, disk) = (job.settings.into.clone(), job.disk.clone());
    let made = tokio::task::spawn_blocking(move || {
        let report = report::read(&into, None).map_err(|why| why.to_string())?;
        let kept = report::keep(&report, &into, "report", &disk).map_err(|why| why.to_string());
        Ok::<_, String>((Some(report.coverage), report.shortfalls, kept))
    });
    let made = made.await.map_err(|died| CrawlError::Worker(died.to_string()))?;
    let (coverage, shortfalls, kept) =
        made.unwrap_or_else(|why| (None, report::unread(summary), Err(why)));
    if let Err(why) = kept {
        let text = format!("the report could not be made: {why}; `warraq report` makes it");
        job.watch.tell(&Event::Warning { text });
    }
    for shortfall in &shortfalls {
        job.watch.tell(&Event::Shortfall(shortfall.clone()));
    }
    Ok((coverage, shortfalls))
}

/// Files what the run says about itself, as the last WARC of this call.
async fn close<F: Frontier, T>(
    job: &Job,
    desk: &Desk<F, T>,
    summary: &Summary,
    log: &Log,
) -> Result<bool, CrawlError> {
    let closing = Closing {
        settings: job.settings.clone(),
        summary: summary.clone(),
        log: log.lines(),
        at: job.clock.wall(),
    };
    closing.file(&desk.archive, job.stop.now.clone()).await
}

/// Runs the workers to their end. The first that fails ends the intake of all.
async fn work<F: Frontier, T: Fetch + 'static>(
    desk: &Arc<Desk<F, T>>,
    until: Option<Instant>,
) -> Result<(), CrawlError> {
    let mut workers = JoinSet::new();
    for _ in 0..desk.settings.concurrency {
        workers.spawn(worker::work(Arc::clone(desk)));
    }
    let asks = desk.live.working(&desk.stop);
    let clerk = tokio::spawn(live::clerk::serve(Arc::clone(desk), desk.live.clone(), asks));
    let drain = tokio::spawn(drain(desk.stop.clone(), desk.settings.drain));
    let alarm = tokio::spawn(alarm(Arc::clone(desk), until));
    let mut first = Ok(());
    while let Some(ended) = workers.join_next().await {
        let ended = ended.unwrap_or_else(|died| Err(CrawlError::Worker(died.to_string())));
        if ended.is_err() && first.is_ok() {
            first = ended;
            desk.stop.intake.cancel();
        }
    }
    desk.tell_repetition();
    // Each of them until it is gone: the folder stays locked as long as anybody has the desk.
    for task in [clerk, drain, alarm] {
        task.abort();
        let _ = task.await;
    }
    first
}

/// What is in flight when the intake ends has this long; then it is dropped, and stays queued.
async fn drain(stop: Stop, bound: Duration) {
    stop.intake.cancelled().await;
    tokio::time::sleep(bound).await;
    stop.now.cancel();
}

async fn alarm<F: Frontier, T>(desk: Arc<Desk<F, T>>, until: Option<Instant>) {
    if let Some(until) = until {
        tokio::time::sleep_until(until).await;
        desk.reach(How::MaxTime);
    }
}
