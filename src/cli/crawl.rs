//! `warraq crawl`.

use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use super::given::CrawlFlags;
use super::show::{self, Voice};
use super::{Exit, Stopped};
use crate::crawl::{self, CrawlError, Ended, Job, Stop};
use crate::lead::Lead;
use crate::moment::Clock;
use crate::seeds;
use crate::settings::Settings;

/// Runs the command.
pub(super) fn run(flags: &CrawlFlags) -> Result<Exit, Stopped> {
    let settings = flags.settings().map_err(Stopped::usage)?;
    let (seeds, bad) = seeds(flags)?;
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
    let ended = runtime.block_on(crawl(settings, seeds, flags.recover, voice))?;
    tell(&ended, &dir, voice);
    Ok(exit(&ended, bad))
}

async fn crawl(
    settings: Settings,
    seeds: Vec<Lead>,
    recover: bool,
    voice: Voice,
) -> Result<Ended, Stopped> {
    let stop = Stop::default();
    heed_signals(&stop).map_err(|why| Stopped::new(Exit::Failure, why))?;
    let job =
        Job { settings, seeds, recover, clock: Clock::system(), watch: show::watch(voice), stop };
    crawl::run(job).await.map_err(stopped)
}

/// The first SIGINT or SIGTERM ends the intake, the second everything.
fn heed_signals(stop: &Stop) -> std::io::Result<()> {
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
                show::complain("finishing what is in flight; interrupt again to stop at once");
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
    if bad > 0 {
        show::complain(&format!("{bad} seed lines could not be read; the rest is crawled"));
        if leads.is_empty() {
            return Err(Stopped::usage("no seed could be read"));
        }
    }
    Ok((leads, bad))
}

fn tell(ended: &Ended, dir: &Path, voice: Voice) {
    let dir = dir.display().to_string();
    match voice {
        Voice::Quiet => {}
        Voice::Json => {
            let line =
                serde_json::json!({ "event": "ended", "how": ended.how, "summary": ended.summary });
            show::say(&line.to_string());
        }
        Voice::Lines => {
            let run = ended.summary.stats.run;
            show::say(&format!("\nRun {run} {}.\n", ended.how));
            show::say(&show::summary(&ended.summary, &dir));
            show::say(&format!("\n{}", show::look_next(&dir)));
        }
    }
}

fn exit(ended: &Ended, bad: u64) -> Exit {
    match ended.how {
        crawl::How::Interrupted => Exit::Interrupted,
        crawl::How::Killed => Exit::Killed,
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
