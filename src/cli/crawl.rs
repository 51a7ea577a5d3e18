//! `warraq crawl`.

use std::path::{Path, PathBuf};

use clap::{Args, FromArgMatches};
use tokio::signal::unix::{SignalKind, signal};

use super::given::{CrawlFlags, Given};
use super::journal::{Journal, Told};
use super::layers::Typed;
use super::metrics::Exporter;
use super::show::{self, Direction, Display, Voice};
use super::{Exit, Stopped, overlap, preview, report};
use crate::address::without_userinfo;
use crate::crawl::live::Live;
use crate::crawl::summary::Summary;
use crate::crawl::{self, CrawlError, Ended, How, Job, Skipped, Stop};
use crate::disk::Disk;
use crate::lead::{Lead, Rule};
use crate::metrics::Metrics;
use crate::moment::Clock;
use crate::record::name;
use crate::seeds;
use crate::seeds::job::{self, JobFile};
use crate::settings::Settings;
use crate::state::lock;

/// A crawl as it is to be run: what was given, read and checked.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) given: Given,
    pub(super) seeds: Vec<Lead>,
    /// The job file, when there is one.
    pub(super) job: Option<JobFile>,
    /// Seeds that could not be read; the rest is crawled.
    pub(super) bad: u64,
}

/// Runs the command.
pub(super) fn run(flags: &CrawlFlags, typed: &Typed) -> Result<Exit, Stopped> {
    let plan = plan(flags, typed)?;
    if plan.seeds.is_empty() && !has_begun(&plan.given.settings.into) {
        return Err(Stopped::usage(CrawlError::NoSeeds));
    }
    let voice = match (flags.quiet, flags.json) {
        (true, _) => Voice::Quiet,
        (_, true) => Voice::Json,
        _ => Voice::Lines,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|why| Stopped::new(Exit::Failure, why))?;
    if flags.dry_run {
        return runtime.block_on(preview::run(plan, flags.json));
    }
    let display = Display::new(voice).of(Journal::of(&plan.given.settings.name));
    let dir = plan.given.settings.into.clone();
    let ended = runtime.block_on(once(flags, plan, &display));
    display.end();
    let (ended, bad) = ended?;
    let code = exit(&ended, bad);
    tell(&ended, &dir, (voice, display.journal(), code));
    Ok(code)
}

/// One run: when its folder is free, watched as the flags say.
async fn once(flags: &CrawlFlags, plan: Plan, display: &Display) -> Result<(Ended, u64), Stopped> {
    let recover = flags.recover || plan.job.is_some();
    let (dir, bad) = (plan.given.settings.into.clone(), plan.bad);
    let stop = Stop::default();
    heed_signals(&stop, display.clone(), true).map_err(|why| Stopped::new(Exit::Failure, why))?;
    overlap::make_way(&dir, plan.given.overlap, &stop).await?;
    let label = plan.given.settings.label();
    // Who is left out leaves port and file to the run that is going on.
    let exporter = match lock::working_on(&dir) {
        Some(_) => Exporter::idle(),
        None => Exporter::start(&flags.metrics, &[(label.clone(), dir.clone())]).await?,
    };
    let ended = crawl(plan, recover, display, exporter.metrics(), stop).await;
    if let Err(why) = &ended
        && why.exit == Exit::Locked
    {
        overlap::note(&dir, &Skipped { at: Clock::system().wall(), why: why.to_string() });
    }
    let ended = ended.map(|ended| (ended, bad));
    measure(exporter.metrics(), &label, &ended);
    exporter.end().await;
    ended
}

/// Counts how a run ended. One that was left out is told of where that is known.
pub(super) fn measure(metrics: &Metrics, job: &str, ended: &Result<(Ended, u64), Stopped>) {
    match ended {
        Ok((ended, bad)) => metrics.ended(job, ended, exit(ended, *bad) as u8),
        Err(why) if why.exit == Exit::Locked => {}
        Err(why) => metrics.failed(job, why.exit as u8),
    }
}

/// Reads what was given: flags, or a job file and the flags over it.
pub(super) fn plan(flags: &CrawlFlags, typed: &Typed) -> Result<Plan, Stopped> {
    let (jobs, urls): (Vec<_>, Vec<_>) = flags.urls.iter().partition(|text| is_job(text));
    let job = match jobs.as_slice() {
        [] => None,
        [path] => Some(read_job(Path::new(path))?),
        _ => return Err(Stopped::usage("give one job file, or `warraq run` several")),
    };
    laid(flags, typed, urls, job)
}

/// What a job file comes to, if there is one, with the flags laid over it.
fn laid(
    flags: &CrawlFlags,
    typed: &Typed,
    urls: Vec<&String>,
    job: Option<JobFile>,
) -> Result<Plan, Stopped> {
    let given = flags.settings(job.as_ref(), typed).map_err(Stopped::usage)?;
    // Seeds on the command line take the place of the job's.
    let (urls, lists) = match &job {
        Some(job) if urls.is_empty() && flags.seeds.is_empty() => {
            (job.seeds.iter().collect(), &job.seed_files)
        }
        _ => (urls, &flags.seeds),
    };
    let (seeds, bad) = seeds(&urls, lists)?;
    Ok(Plan { given, seeds, job, bad })
}

/// The file, whatever its name, as `warraq crawl FILE` would take it.
pub(super) fn plan_of(file: &Path) -> Result<Plan, Stopped> {
    // No flags are given, but the environment may say something.
    let command = CrawlFlags::augment_args(clap::Command::new("crawl"));
    let matches = command.try_get_matches_from(["crawl"]).map_err(Stopped::usage)?;
    let flags = CrawlFlags::from_arg_matches(&matches).map_err(Stopped::usage)?;
    laid(&flags, &Typed::of(&matches), Vec::new(), Some(read_job(file)?))
}

/// Whether an argument names a job file: a URL has a scheme.
fn is_job(text: &str) -> bool {
    !text.contains("://") && Path::new(text).extension().is_some_and(|ext| ext == "toml")
}

/// Reads a job file; everything that is wrong with it is told at once.
fn read_job(path: &Path) -> Result<JobFile, Stopped> {
    let read = job::read(path);
    for warning in read.iter().flat_map(|job| &job.warnings) {
        show::complain(&warning.to_string());
    }
    read.map_err(|mut faults| {
        let last = faults.pop().map(|fault| fault.to_string());
        for fault in &faults {
            show::complain(&fault.to_string());
        }
        Stopped::usage(last.unwrap_or_default())
    })
}

/// This program, if it is `warraq`: examples and tests run command lines in programs of their own.
fn own_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    (program.file_stem()? == env!("CARGO_PKG_NAME")).then_some(program)
}

/// Runs a plan to its end.
pub(super) async fn crawl(
    plan: Plan,
    recover: bool,
    display: &Display,
    metrics: &Metrics,
    stop: Stop,
) -> Result<Ended, Stopped> {
    let (clock, label) = (Clock::system(), plan.given.settings.label());
    let live = Live::new(clock.clone());
    metrics.watching(&label, live.clone());
    let job = Job {
        settings: Settings { reader: own_program(), ..plan.given.settings },
        seeds: plan.seeds,
        recover,
        clock,
        disk: Disk::real(),
        watch: metrics.beside(&label, display.watch()),
        stop,
    };
    let following = display.follow(&live);
    let ended = Box::pin(crawl::run_live(job, &live)).await;
    if let Some(following) = following {
        following.abort();
    }
    ended.map_err(stopped)
}

/// The first SIGINT or SIGTERM ends the intake, the second everything. The terminal that goes away
/// (SIGHUP) is one of them, unless that means something else to who calls.
pub(super) fn heed_signals(
    stop: &Stop,
    display: Display,
    with_hangups: bool,
) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangups = if with_hangups { Some(signal(SignalKind::hangup())?) } else { None };
    let stop = stop.clone();
    tokio::spawn(async move {
        for round in 1..=2 {
            let gone = async {
                match &mut hangups {
                    Some(signal) => drop(signal.recv().await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = gone => {}
            }
            stop.intake.cancel();
            if round == 1 {
                let told = "finishing what is in flight; interrupt again to stop at once";
                display.beside(|| show::complain(told));
            } else {
                stop.now.cancel();
            }
        }
    });
    Ok(())
}

/// All seeds that can be fetched, and how many lines could not.
fn seeds(urls: &[&String], lists: &[PathBuf]) -> Result<(Vec<Lead>, u64), Stopped> {
    let mut leads = Vec::new();
    for url in urls {
        let seed = Lead::seed(url).map_err(Stopped::usage)?;
        if without_userinfo(url) != url.as_str() {
            show::complain(&format!("{}: {}", seed.found, seeds::BARED));
        }
        leads.push(seed);
    }
    let mut bad = 0;
    for file in lists {
        let report = seeds::read(file, |seed| leads.push(seed)).map_err(Stopped::usage)?;
        for line in report.bad_lines.iter().chain(&report.bared_lines) {
            show::complain(&line.to_string());
        }
        bad += report.bad;
    }
    let lines = show::count(bad, "seed line");
    match (bad, leads.is_empty()) {
        (0, _) => {}
        (_, false) => show::complain(&format!("{lines} could not be read; the rest is crawled")),
        (_, true) => return Err(Stopped::usage(format!("no seed is left: {lines} of no use"))),
    }
    Ok((leads, bad))
}

/// Whether there may be something in the folder to go on with, so that seeds are not needed.
fn has_begun(dir: &Path) -> bool {
    dir.join("state").exists() || name::files(dir).is_ok_and(|files| !files.is_empty())
}

fn tell(ended: &Ended, dir: &Path, (voice, journal, exit): (Voice, &Journal, Exit)) {
    match voice {
        Voice::Quiet => ended.faults.iter().for_each(|fault| show::complain(fault)),
        Voice::Json => journal.tell(&Told::ended(ended, exit)),
        Voice::Lines => {
            let (run, how) = (ended.summary.stats.run, ended.how);
            let numbers = report::summary(&ended.summary, dir, Direction::of_stdout());
            show::say(&format!("\nRun {run}: {how}.\n\n{numbers}"));
            if !ended.summary.files.is_empty() {
                show::say(&format!("\n{}", report::look_next(dir)));
            }
        }
    }
}

/// What the exit code tells of a run that ended. An archive that does not verify outranks
/// everything: no other end of a run may hide it. A shortfall outranks the limits of a job, which
/// may be reached each hour for years.
pub(super) fn exit(ended: &Ended, bad: u64) -> Exit {
    let summary = &ended.summary;
    if !ended.faults.is_empty() {
        return Exit::Output;
    }
    match ended.how {
        How::Killed => Exit::Killed,
        How::Interrupted => Exit::Interrupted,
        How::DiskFloor => Exit::DiskFloor,
        How::RateLimited => Exit::RateLimited,
        How::Complete | How::Blocked | How::MaxPages if summary.rate_limited > 0 => {
            Exit::RateLimited
        }
        _ if !ended.shortfalls.is_empty() || too_many_seeds(summary, bad) => Exit::Short,
        How::Complete | How::MaxPages if left_out(summary) => Exit::Short,
        How::MaxBytes => Exit::MaxSize,
        // Where nothing is left, the limit kept nothing back.
        How::MaxPages if summary.stats.queued + summary.stats.leased > 0 => Exit::MaxSize,
        How::MaxTime => Exit::MaxTime,
        How::Blocked => Exit::Short,
        How::Complete | How::MaxPages => Exit::Complete,
    }
}

/// Whether seeds that could not be read make the failed ones too many.
fn too_many_seeds(summary: &Summary, bad: u64) -> bool {
    let lost = summary.failed_seeds.len() + summary.stats.parked_sites.len();
    summary.thresholds.is_failed(lost as u64 + bad)
}

/// Whether URLs were left out only since others like them bring the same text again and again.
fn left_out(summary: &Summary) -> bool {
    let by = |rule| matches!(rule, Rule::NearDuplicates | Rule::HostDuplicates);
    summary.stats.refusals.iter().any(|row| by(row.rule))
}

pub(super) fn stopped(error: CrawlError) -> Stopped {
    match error {
        CrawlError::State(error) => error.into(),
        CrawlError::NoSeeds | CrawlError::Settings(_) | CrawlError::Folder { .. } => {
            Stopped::usage(error)
        }
        CrawlError::Transport(_) => Stopped::usage(error),
        _ => Stopped::new(Exit::Output, error),
    }
}
