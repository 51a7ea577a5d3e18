//! `warraq run`: stays up and runs jobs by their schedules.
//!
//! One task a job; jobs of different folders run side by side. A slot that was missed while nothing
//! ran is caught up once; one that comes while its own job still runs is left out, waited for or made
//! room for, as the job says. A run that fails is told, and the next slot comes all the same. A job
//! file that changes is read again; one that is no job then is told, and the old schedule stays.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::crawl::{self, Plan};
use super::folders::Folders;
use super::job;
use super::journal::{Journal, Told};
use super::metrics::{Exporter, MetricsFlags};
use super::overlap;
use super::show::{self, Display, Voice};
use super::{Exit, Stopped};
use crate::crawl::{Ended, Skipped, Stop};
use crate::disk::Disk;
use crate::metrics::Metrics;
use crate::moment::{Clock, Moment};
use crate::report::totals;
use crate::seeds::job::{Overlap, Schedule};

/// The file that remembers the last slot that was served.
const SLOT: &str = "slot";

/// The longest sleep: the machine may have slept meanwhile, its clock been set, the job file changed.
const LOOK: Duration = Duration::from_secs(30);

/// Run jobs by their schedules, and stay up.
///
/// Each job file says when it runs ([schedule] cron, timezone, jitter) and what becomes of a slot
/// while the run before it is not over (overlap). Slots that passed while nothing ran are caught up
/// once. An interrupt drains what runs and ends; a second one stops at once.
///
/// A job file that is changed is read again within half a minute, and before each run; on a hangup
/// (SIGHUP) all are read again at once. Where one is no job then, that is told, and its old schedule
/// stays. Another folder (name, into) wants a restart.
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
    /// What the file was like when it was last read.
    stamp: Option<Stamp>,
}

/// What tells that a file is another than it was.
type Stamp = (u64, i64, i64, u64);

/// How waiting for an instant ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waited {
    /// It has come.
    Due,
    /// The job file is to be read again.
    Changed,
    /// Everything is to end.
    Stopped,
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
        crawl::heed_signals(&stop, Display::new(Voice::Quiet), false)
            .map_err(|why| Stopped::new(Exit::Failure, why))?;
        let again = heed_hangups().map_err(|why| Stopped::new(Exit::Failure, why))?;
        let names: Vec<_> = jobs.iter().map(|job| (job.name.clone(), job.dir.clone())).collect();
        let exporter = Exporter::start(&flags.metrics, &names).await?;
        let mut tasks = JoinSet::new();
        for job in jobs {
            let (stop, again) = (stop.clone(), again.clone());
            let job = Kept { metrics: exporter.metrics().clone(), ..job };
            tasks.spawn(async move { job.keep(&stop, again).await });
        }
        tasks.join_all().await;
        exporter.end().await;
        Ok(if stop.now.is_cancelled() { Exit::Killed } else { Exit::Interrupted })
    })
}

/// Each hangup is a word to all jobs.
fn heed_hangups() -> std::io::Result<watch::Receiver<()>> {
    let mut hangup = signal(SignalKind::hangup())?;
    let (tell, told) = watch::channel(());
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tell.send_replace(());
        }
    });
    Ok(told)
}

/// Reads all job files; what is wrong with any of them is told before any runs.
fn kept(files: &[PathBuf], voice: Voice) -> Result<Vec<Kept>, Stopped> {
    let mut jobs: Vec<Kept> = Vec::new();
    let mut wrong = Vec::new();
    let mut folders = Folders::default();
    for file in files {
        let kept = planned(file, voice);
        match kept.and_then(|kept| folders.take(file, &kept.dir).map(|()| kept)) {
            Ok(kept) => jobs.push(kept),
            Err(why) => wrong.push(why),
        }
    }
    let Some(last) = wrong.pop() else { return Ok(jobs) };
    for why in &wrong {
        show::complain(&why.to_string());
    }
    Err(last)
}

fn planned(file: &Path, voice: Voice) -> Result<Kept, Stopped> {
    let stamp = stamp(file);
    let plan = crawl::plan_of(file).and_then(job::crawlable)?;
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
        stamp,
    })
}

fn stamp(file: &Path) -> Option<Stamp> {
    let meta = fs::metadata(file).ok()?;
    Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.size()))
}

impl Kept {
    /// Serves slots until it is told to stop.
    async fn keep(mut self, stop: &Stop, mut again: watch::Receiver<()>) {
        let mut next = self.first();
        loop {
            let due = next.map(|slot| self.announced(slot));
            match self.wait(due, &stop.intake, &mut again).await {
                Waited::Stopped => return,
                Waited::Changed => {
                    self.read_again();
                    next = self.still(next);
                }
                Waited::Due => {
                    let Some(slot) = next else { continue };
                    self.serve(slot, stop).await;
                    next = if self.has_changed() {
                        self.read_again();
                        self.schedule.next(self.clock.wall())
                    } else {
                        self.after(slot)
                    };
                }
            }
        }
    }

    /// When a slot is served, which is said.
    fn announced(&self, slot: Moment) -> Moment {
        self.metrics.scheduled(&self.name, slot);
        let due = slot.plus(share(self.schedule.jitter));
        let told = Told::Scheduled { slot: slot.warc_date(), due: due.warc_date() };
        let of = if due == slot { String::new() } else { format!(" (the slot of {slot})") };
        self.log(&told, &format!("next run at {due}{of}"));
        due
    }

    fn has_changed(&self) -> bool {
        stamp(&self.file) != self.stamp
    }

    /// Takes over what the file says now of when it runs. One that is no job leaves things as they were.
    fn read_again(&mut self) {
        self.stamp = stamp(&self.file);
        let read = planned(&self.file, self.voice).and_then(|read| self.same_folder(read));
        match read {
            Ok(Self { schedule, overlap, .. }) => {
                let (cron, zone) = schedule.words();
                (self.schedule, self.overlap) = (schedule, overlap);
                let file = self.file.display();
                self.say(&format!("{file} was read again: \"{cron}\" in {zone}"));
            }
            Err(why) => self.say(&format!("{why}; the schedule stays as it was")),
        }
    }

    fn same_folder(&self, read: Self) -> Result<Self, Stopped> {
        if (&read.dir, &read.name) == (&self.dir, &self.name) {
            return Ok(read);
        }
        let (file, dir, was) = (self.file.display(), read.dir.display(), self.dir.display());
        let name = read.name;
        Err(Stopped::usage(format!(
            "{file}: it is now {name} in {dir}, and was {} in {was}; restart `warraq run` for that",
            self.name
        )))
    }

    /// A slot that was waited for when the file changed: it, where it has come and is one still.
    fn still(&self, slot: Option<Moment>) -> Option<Moment> {
        let now = self.clock.wall();
        let is_slot = |slot: &Moment| *slot <= now && self.schedule.last(*slot) == Some(*slot);
        slot.filter(is_slot).or_else(|| self.schedule.next(now))
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
                tokio::select! {
                    ended = &mut run => ended,
                    () = self.until(next) => {
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
        if plan.given.settings.into != self.dir {
            let (file, dir) = (self.file.display(), plan.given.settings.into.display());
            let what = "restart `warraq run` for that";
            return Err(Stopped::usage(format!("{file}: its folder is now {dir}; {what}")));
        }
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
                let sums = totals(stats, &ended.summary.replies);
                let numbers = format!(
                    "{} captured, {} unchanged, {} gone, {} failed, {} not due",
                    sums.captured,
                    sums.unchanged,
                    sums.gone,
                    sums.failed + sums.errors,
                    stats.not_due
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

    /// Waits for an instant of the wall clock, or, where there is none, for a changed file.
    async fn wait(
        &self,
        until: Option<Moment>,
        stop: &CancellationToken,
        again: &mut watch::Receiver<()>,
    ) -> Waited {
        if until.is_none() {
            self.say("its schedule has no more slots");
        }
        loop {
            let left = until.map_or(LOOK, |until| until.since(self.clock.wall()));
            match (stop.is_cancelled(), self.has_changed()) {
                (true, _) => return Waited::Stopped,
                (_, true) => return Waited::Changed,
                _ if left.is_zero() => return Waited::Due,
                _ => {}
            }
            tokio::select! {
                () = stop.cancelled() => return Waited::Stopped,
                Ok(()) = again.changed() => return Waited::Changed,
                () = tokio::time::sleep(left.min(LOOK)) => {}
            }
        }
    }

    /// Waits for an instant of the wall clock.
    async fn until(&self, at: Moment) {
        loop {
            let left = at.since(self.clock.wall());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK)).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn job(dir: &Path, cron: &str) -> PathBuf {
        let file = dir.join("a.toml");
        let text = format!(
            "name = \"a\"\ncontact = \"a@b.org\"\nseeds = [\"https://a.example/\"]\n\
             [schedule]\ncron = \"{cron}\"\njitter = \"5m\"\n"
        );
        fs::write(&file, text).unwrap();
        file
    }

    /// Nobody says so: it is looked at every half minute.
    #[tokio::test(start_paused = true)]
    async fn a_job_that_is_edited_is_noticed_without_a_word() {
        let dir = tempfile::tempdir().unwrap();
        let file = job(dir.path(), "0 0 1 1 *");
        let mut kept = planned(&file, Voice::Quiet).unwrap();
        let due = kept.schedule.next(kept.clock.wall());
        let (_tell, mut told) = watch::channel(());
        let (stop, began) = (CancellationToken::new(), tokio::time::Instant::now());
        let edit = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            job(dir.path(), "0 0 22 7 *");
        };
        let (waited, ()) = tokio::join!(kept.wait(due, &stop, &mut told), edit);
        assert!(waited == Waited::Changed && began.elapsed() <= LOOK);
        kept.read_again();
        assert_eq!(kept.schedule.words().0, "0 0 22 7 *");
        assert!(!kept.has_changed() && kept.still(due) != due);
    }

    #[test]
    fn a_slot_is_moved_later_by_less_than_its_jitter() {
        let dir = tempfile::tempdir().unwrap();
        let kept = planned(&job(dir.path(), "0 0 1 1 *"), Voice::Quiet).unwrap();
        let slot = kept.clock.wall();
        let waits: std::collections::BTreeSet<Duration> =
            (0..200).map(|_| kept.announced(slot).since(slot)).collect();
        assert!(waits.len() > 100, "{} of 200", waits.len());
        assert!(waits.iter().all(|wait| *wait < kept.schedule.jitter));
        assert_eq!(share(Duration::ZERO), Duration::ZERO);
    }
}
