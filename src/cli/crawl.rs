//! `warraq crawl`.

use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use super::given::CrawlFlags;
use super::report;
use super::show::{self, Direction, Display, Voice};
use super::{Exit, Stopped};
use crate::crawl::{self, CrawlError, Ended, Job, Stop};
use crate::disk::Disk;
use crate::json;
use crate::lead::Lead;
use crate::moment::Clock;
use crate::record::name;
use crate::seeds;
use crate::settings::Settings;

/// Runs the command.
pub(super) fn run(flags: &CrawlFlags) -> Result<Exit, Stopped> {
    let settings = flags.settings().map_err(Stopped::usage)?;
    let (seeds, bad) = seeds(flags)?;
    if seeds.is_empty() && !has_begun(&settings.into) {
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
    let dir = settings.into.clone();
    let display = Display::new(voice);
    let ended = runtime.block_on(crawl(settings, seeds, flags.recover, &display));
    display.end();
    let ended = ended?;
    tell(&ended, &dir, voice);
    Ok(exit(&ended, bad))
}

async fn crawl(
    settings: Settings,
    seeds: Vec<Lead>,
    recover: bool,
    display: &Display,
) -> Result<Ended, Stopped> {
    let stop = Stop::default();
    heed_signals(&stop, display.clone()).map_err(|why| Stopped::new(Exit::Failure, why))?;
    let job = Job {
        settings,
        seeds,
        recover,
        clock: Clock::system(),
        disk: Disk::real(),
        watch: display.watch(),
        stop,
    };
    crawl::run(job).await.map_err(stopped)
}

/// The first SIGINT or SIGTERM ends the intake, the second everything.
fn heed_signals(stop: &Stop, display: Display) -> std::io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        for round in 1..=2 {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
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
fn seeds(flags: &CrawlFlags) -> Result<(Vec<Lead>, u64), Stopped> {
    let mut leads = Vec::new();
    for url in &flags.urls {
        leads.push(Lead::seed(url).map_err(Stopped::usage)?);
    }
    let mut bad = 0;
    for file in &flags.seeds {
        let report = seeds::read(file, |seed| leads.push(seed)).map_err(Stopped::usage)?;
        for line in &report.bad_lines {
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

fn tell(ended: &Ended, dir: &Path, voice: Voice) {
    match voice {
        Voice::Quiet => ended.faults.iter().for_each(|fault| show::complain(fault)),
        Voice::Json => {
            let line =
                serde_json::json!({ "event": "ended", "how": ended.how, "summary": ended.summary });
            show::say(&json::line(&line).unwrap_or_default());
        }
        Voice::Lines => {
            let (run, how) = (ended.summary.stats.run, ended.how);
            let numbers = report::summary(&ended.summary, dir, Direction::of_stdout());
            show::say(&format!("\nRun {run}: {how}.\n\n{numbers}\n\n{}", report::look_next(dir)));
        }
    }
}

fn exit(ended: &Ended, bad: u64) -> Exit {
    match ended.how {
        crawl::How::Killed => Exit::Killed,
        _ if !ended.faults.is_empty() => Exit::Output,
        crawl::How::Interrupted => Exit::Interrupted,
        crawl::How::RateLimited => Exit::RateLimited,
        crawl::How::Complete | crawl::How::MaxPages => {
            let summary = &ended.summary;
            let lost = !summary.failed_seeds.is_empty() || !summary.stats.parked_sites.is_empty();
            if lost || bad > 0 { Exit::FailedSeeds } else { Exit::Complete }
        }
    }
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
