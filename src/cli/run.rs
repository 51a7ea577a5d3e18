//! `warraq run`: stays up and runs jobs by their schedules.
//!
//! One task a job; jobs of different folders run side by side. A slot that was missed while nothing
//! ran is caught up once; one that comes while its own job still runs is left out, waited for or made
//! room for, as the job says. A run that fails is told, and the next slot comes all the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::crawl::{self, Plan};
use super::journal::{Journal, Told};
use super::metrics::{Exporter, MetricsFlags};
use super::overlap;
use super::show::{self, Display, Voice};
use super::{Exit, Stopped};
use crate::crawl::{Ended, Skipped, Stop};
use crate::disk::Disk;
use crate::metrics::Metrics;
use crate::moment::{Clock, Moment};
use crate::seeds::job::{Overlap, Schedule};

/// The file that remembers the last slot that was served.
const SLOT: &str = "slot";

/// The longest sleep: the machine may have slept meanwhile, or its clock been set.
const LOOK: Duration = Duration::from_secs(30);

/// Run jobs by their schedules, and stay up.
///
/// Each job file says when it runs ([schedule] cron, timezone, jitter) and what becomes of a slot
/// while the run before it is not over (overlap). Slots that passed while nothing ran are caught up
/// once. An interrupt drains what runs and ends; a second one stops at once.
///
/// A run of a job that cannot open its state sets it aside and makes it anew from the WARCs, and
/// says so in its summary.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(super) struct RunFlags {
    /// The job files.
    #[arg(required = true, value_name = "JOB.toml")]
    jobs: Vec<PathBuf>,
    /// Print a line a URL, not only a line a run.
    #[arg(long, short)]
    verbose: bool,
    /// Print events and summaries as JSON lines.
    #[arg(long, conflicts_with = "verbose")]
    json: bool,
    #[command(flatten)]
    metrics: MetricsFlags,
}

/// A job that is kept running.
struct Kept {
    file: PathBuf,
    dir: PathBuf,
    name: String,
    schedule: Schedule,
    overlap: Overlap,
    voice: Voice,
    clock: Clock,
    metrics: Metrics,
}

/// Runs the command.
pub(super) fn run(flags: &RunFlags) -> Result<Exit, Stopped> {
    let voice = match (flags.verbose, flags.json) {
        (true, _) => Voice::Lines,
        (_, true) => Voice::Json,
        _ => Voice::Quiet,
    };
    let jobs = kept(&flags.jobs, voice)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|why| Stopped::new(Exit::Failure, why))?;
    runtime.block_on(async {
        let stop = Stop::default();
        crawl::heed_signals(&stop, Display::new(Voice::Quiet))
            .map_err(|why| Stopped::new(Exit::Failure, why))?;
        let names: Vec<_> = jobs.iter().map(|job| (job.name.clone(), job.dir.clone())).collect();
        let exporter = Exporter::start(&flags.metrics, &names).await?;
        let mut tasks = JoinSet::new();
        for job in jobs {
            let stop = stop.clone();
            let job = Kept { metrics: exporter.metrics().clone(), ..job };
            tasks.spawn(async move { job.keep(&stop).await });
        }
        tasks.join_all().await;
        exporter.end().await;
        Ok(if stop.now.is_cancelled() { Exit::Killed } else { Exit::Interrupted })
    })
}

/// Reads all job files; what is wrong with any of them is told before any runs.
fn kept(files: &[PathBuf], voice: Voice) -> Result<Vec<Kept>, Stopped> {
    let mut jobs: Vec<Kept> = Vec::new();
    let mut wrong = Vec::new();
    for file in files {
        let kept = planned(file, voice);
        let twin = kept.as_ref().ok().and_then(|kept| jobs.iter().find(|job| job.dir == kept.dir));
        match (twin, kept) {
            (Some(twin), _) => wrong.push(Stopped::usage(format!(
                "{}: its folder {} is that of {} too; give each job its own (into)",
                file.display(),
                twin.dir.display(),
                twin.file.display()
            ))),
            (None, Ok(kept)) => jobs.push(kept),
            (None, Err(why)) => wrong.push(why),
        }
    }
    let Some(last) = wrong.pop() else { return Ok(jobs) };
    for why in &wrong {
        show::complain(&why.to_string());
    }
    Err(last)
}

fn planned(file: &Path, voice: Voice) -> Result<Kept, Stopped> {
    let plan = crawl::plan_of(file)?;
    let schedule = plan.job.as_ref().and_then(|job| job.schedule.clone()).ok_or_else(|| {
        let what =
            "has no schedule; add [schedule] with cron = \"7 * * * *\", or use `warraq crawl`";
        Stopped::usage(format!("{}: {what}", file.display()))
    })?;
    Ok(Kept {
        file: file.to_owned(),
        dir: plan.given.settings.into,
        name: plan.given.settings.name,
        schedule,
        overlap: plan.given.overlap,
        voice,
        clock: Clock::system(),
        metrics: Metrics::new(Clock::system()),
    })
}

impl Kept {
    /// Serves slots until it is told to stop.
    async fn keep(&self, stop: &Stop) {
        let mut next = self.first();
        while let Some(slot) = next {
            self.metrics.scheduled(&self.name, slot);
            let told = Told::Scheduled { slot: slot.warc_date() };
            self.log(&told, &format!("next run at {slot}"));
            let due = slot.plus(share(self.schedule.jitter));
            if !self.wait(due, &stop.intake).await {
                return;
            }
            self.serve(slot, stop).await;
            next = self.after(slot);
        }
        self.say("its schedule has no more slots");
    }

    /// The first slot: one that was missed, now, or the next.
    fn first(&self) -> Option<Moment> {
        let now = self.clock.wall();
        let served = fs::read_to_string(self.dir.join(SLOT)).ok();
        let served = served.and_then(|text| Moment::parse_warc_date(&text));
        let missed =
            self.schedule.last(now).filter(|last| served.is_some_and(|served| served < *last));
        if let Some(missed) = missed {
            self.say(&format!("the slot of {missed} was missed and is caught up"));
            return Some(missed);
        }
        self.schedule.next(now)
    }

    /// The slot after one that was served, as its policy has it for those that passed meanwhile.
    fn after(&self, slot: Moment) -> Option<Moment> {
        let now = self.clock.wall();
        let passed = self.schedule.last(now).filter(|last| *last > slot);
        match (passed, self.overlap) {
            (Some(passed), Overlap::Skip) => {
                self.skip(passed, "the run before it was not over");
                self.schedule.next(now)
            }
            (Some(passed), Overlap::Wait | Overlap::Replace) => Some(passed),
            (None, _) => self.schedule.next(slot),
        }
    }

    /// One run. With `replace`, the next slot has it drain.
    async fn serve(&self, slot: Moment, stop: &Stop) {
        let own = stop.child();
        let run = self.crawl(&own);
        tokio::pin!(run);
        let successor = match self.overlap {
            Overlap::Replace => self.schedule.next(slot),
            _ => None,
        };
        let ended = match successor {
            None => run.await,
            Some(next) => {
                let never = CancellationToken::new();
                tokio::select! {
                    ended = &mut run => ended,
                    _ = self.wait(next, &never) => {
                        self.say("the next slot has come: the run drains and gives way");
                        own.intake.cancel();
                        run.await
                    }
                }
            }
        };
        self.tell(ended);
        if stop.intake.is_cancelled() {
            // A restart catches the slot up, and goes on with what this run left.
            return;
        }
        // Where it cannot be kept, a restart runs the slot once more, which fetches only what is due.
        let _ = Disk::real().replace(&self.dir.join(SLOT), slot.warc_date().as_bytes());
    }

    /// The file is read anew for each run, so that a change needs no restart.
    async fn crawl(&self, stop: &Stop) -> Result<(Ended, u64), Stopped> {
        let plan: Plan = crawl::plan_of(&self.file)?;
        overlap::make_way(&self.dir, self.overlap, stop).await?;
        let display = Display::new(self.voice).of(self.journal());
        let bad = plan.bad;
        let ended = crawl::crawl(plan, true, &display, &self.metrics, stop.clone()).await;
        ended.map(|ended| (ended, bad))
    }

    fn tell(&self, ended: Result<(Ended, u64), Stopped>) {
        crawl::measure(&self.metrics, &self.name, &ended);
        match ended {
            Ok((ended, bad)) if self.voice == Voice::Json => {
                self.journal().tell(&Told::ended(&ended, crawl::exit(&ended, bad)));
            }
            Ok((ended, bad)) => {
                let code = crawl::exit(&ended, bad) as u8;
                let stats = &ended.summary.stats;
                let numbers = format!(
                    "{} captured, {} unchanged, {} failed, {} not due",
                    stats.captured, stats.revisits, stats.failed, stats.not_due
                );
                self.say(&format!("run {}: {}: {numbers} (code {code})", stats.run, ended.how));
            }
            Err(why) if why.exit == Exit::Locked => self.skip(self.clock.wall(), &why.to_string()),
            Err(why) => {
                let code = why.exit as u8;
                let why = why.to_string();
                self.log(&Told::Failed { why: &why, code }, &format!("{why} (code {code})"));
            }
        }
    }

    fn skip(&self, at: Moment, why: &str) {
        self.metrics.skipped(&self.name);
        let code = Exit::Locked as u8;
        let told = Told::Skipped { slot: at.warc_date(), why, code };
        self.log(&told, &format!("the slot of {at} is left out: {why} (code {code})"));
        overlap::note(&self.dir, &Skipped { at, why: why.to_owned() });
    }

    /// Waits for an instant of the wall clock; `false` when it is told to stop.
    async fn wait(&self, until: Moment, stop: &CancellationToken) -> bool {
        loop {
            let left = until.since(self.clock.wall());
            if left.is_zero() {
                return !stop.is_cancelled();
            }
            tokio::select! {
                () = stop.cancelled() => return false,
                () = tokio::time::sleep(left.min(LOOK)) => {}
            }
        }
    }

    fn say(&self, what: &str) {
        self.log(&Told::Note { text: what }, what);
    }

    /// One thing, in the words of the voice.
    fn log(&self, told: &Told<'_>, sentence: &str) {
        match self.voice {
            Voice::Json => self.journal().tell(told),
            Voice::Lines | Voice::Quiet => show::complain(&format!("{}: {sentence}", self.name)),
        }
    }

    fn journal(&self) -> Journal {
        Journal::of(&self.name)
    }
}

/// A random part of a length of time.
fn share(of: Duration) -> Duration {
    let millis = u64::try_from(of.as_millis()).unwrap_or(u64::MAX).max(1);
    let (random, _) = uuid::Uuid::new_v4().as_u64_pair();
    Duration::from_millis(random % millis)
}
