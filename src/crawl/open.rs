//! Opening a crawl folder: lock, state, archive, and what an earlier process left undone.
//!
//! The state's lock comes first, so that nobody repairs the archive of a running crawl. Then torn
//! tails are cut, and what the archive has beyond the state's checkpoint is read back.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::archive::Archive;
use super::kept::KeptJob;
use super::{CrawlError, How, Job, Stop, dedup, robots, summary};
use crate::address::{Address, Site};
use crate::disk::Disk;
use crate::event::{Event, Watch};
use crate::frontier::Frontier;
use crate::frontier::scope::Scope;
use crate::lead::Lead;
use crate::moment::Clock;
use crate::record::Position;
use crate::record::ids::Ids;
use crate::settings::spelling::span;
use crate::settings::{Durability, HostSettings, Settings};
use crate::state::disk::{self, DiskFrontier, Options};
use crate::state::{self, rebuild, traces};

/// A wait at the start that is worth a word.
const LONG_WAIT: Duration = Duration::from_secs(10);

/// Crashes that are believed of a URL whose page was read in a process of its own each time: kills
/// from outside are likelier than something in the settling of a page.
const STRIKES_IN_SPITE: u8 = 6;

/// A folder, ready to be worked on.
pub(super) struct Opened {
    pub(super) frontier: DiskFrontier,
    pub(super) archive: Archive,
    pub(super) run: u32,
    pub(super) seeds: Vec<Lead>,
    /// Whether requests may have been made of which the state knows nothing.
    pub(super) unclean: bool,
    /// What became of a state that did not open.
    pub(super) recovered: Option<String>,
}

/// The archive, once it is open; `None` when it could not be.
type Cell = Arc<OnceLock<Option<Archive>>>;

/// A folder whose state and archive agree, before anything new is begun.
pub(super) struct Attached {
    pub(super) state: disk::Opened,
    archive: Archive,
    pub(super) seeds: Vec<Lead>,
    recovered: Option<String>,
    read: rebuild::Rebuilt,
}

/// Opens the folder of a job and begins or goes on with a run.
/// `going_on`: it was opened by this very call before, so its run goes on whatever is left of it.
pub(super) async fn open(job: &Job, watch: &Watch, going_on: bool) -> Result<Opened, CrawlError> {
    let into = &job.settings.into;
    if going_on && !into.is_dir() {
        return Err(folder(into, io::ErrorKind::NotFound.into()));
    }
    let Attached { state, archive, mut seeds, recovered, read } = attach(job, watch).await?;
    let run = begin(&state, job, watch, &mut seeds, going_on).await?;
    // A new state beside an archive stands for one that was lost.
    let unclean = state.unclean || (state.fresh && read.read > 0);
    Ok(Opened { frontier: state.frontier, archive, run, seeds, unclean, recovered })
}

/// Lock, state, archive, and what the archive has beyond the state.
pub(super) async fn attach(job: &Job, watch: &Watch) -> Result<Attached, CrawlError> {
    usable(&job.settings.into, &job.disk)?;
    let cell = Cell::default();
    let (state, recovered) = open_state(job, watch, &cell).await?;
    let opened = Archive::open(
        &job.settings,
        state.last_serial,
        job.disk.clone(),
        job.clock.clone(),
        Ids::Random,
        watch.clone(),
    );
    let _ = cell.set(opened.as_ref().ok().map(|(archive, _)| archive.clone()));
    let (archive, found) = opened?;
    for repaired in &found.repaired {
        watch.tell(&Event::Warning { text: repaired.to_string() });
    }
    for notice in &state.notices {
        watch.tell(&Event::Warning { text: notice.clone() });
    }
    let mut seeds = kept_seeds(&state, &job.settings.into);
    if state.fresh {
        let list = seeds.iter().map(|seed| seed.found.clone()).collect();
        state.frontier.keep_seeds(list).await?;
    }
    let kept: HashSet<Address> = seeds.iter().map(|seed| seed.address.clone()).collect();
    seeds.extend(job.seeds.iter().filter(|seed| !kept.contains(&seed.address)).cloned());
    let read = read_back(&state, &job.settings, &seeds, watch).await?;
    dedup::take_in(&state.frontier, &state.imported, &job.settings.into, watch).await?;
    Ok(Attached { state, archive, seeds, recovered, read })
}

/// Goes on with the last run when something is left of it, else begins the next.
async fn begin(
    state: &disk::Opened,
    job: &Job,
    watch: &Watch,
    seeds: &mut Vec<Lead>,
    going_on: bool,
) -> Result<u32, CrawlError> {
    let frontier = &state.frontier;
    let found = frontier.stats().await?;
    let left = found.queued;
    let scheduled = !job.settings.recrawl.is_each_run();
    // A run that died behind its last fetch is brought to its end, not fetched anew.
    let resumed = found.run > 0 && (going_on || !ended(&job.settings.into, found.run, scheduled));
    if !job.seeds.is_empty() && !resumed {
        job.seeds.clone_into(seeds);
    }
    if seeds.is_empty() && left == 0 && !resumed {
        return Err(CrawlError::NoSeeds);
    }
    let list = seeds.iter().map(|seed| seed.found.clone()).collect();
    if resumed {
        // A call may bring seeds to a run that goes on: they are its seeds from now on.
        frontier.keep_seeds(list).await?;
    } else {
        frontier.begin_run(list).await?;
    }
    let into = &job.settings.into;
    KeptJob::of(&job.settings, seeds).save(&job.disk, into).map_err(|why| folder(into, why))?;
    frontier.put(seeds.clone()).await?;
    if scheduled && !resumed {
        put_awaited(frontier, &Scope::new(&job.settings, seeds)).await?;
    }
    frontier.commit().await?;
    let now = frontier.stats().await?;
    watch.tell(&Event::Started { run: now.run, resumed, queued: now.queued });
    warn_of_clock(job, watch);
    let wait = now.next_due.map(|due| due.since(job.clock.steady())).unwrap_or_default();
    if wait > LONG_WAIT {
        let who = match now.resting.first() {
            Some(first) => format!("{} is left alone for so long", first.host),
            None => "that is the delay of its site".to_owned(),
        };
        let text = format!("nothing may be asked for the next {}: {who}", span(wait));
        watch.tell(&Event::Warning { text });
    }
    Ok(now.run)
}

/// Tells that the last run ended later than it is now: one of the two clocks was wrong, and the
/// dates in the archive say so for ever.
fn warn_of_clock(job: &Job, watch: &Watch) {
    let (into, now) = (&job.settings.into, job.clock.wall());
    let ended = summary::kept(into).and_then(|kept| kept.ended).filter(|at| at.is_ahead_of(now));
    if let Some(ended) = ended {
        let text = format!(
            "the last run in {} ended at {ended} by its clock, and it is {now} by this one; set the \
             clock if this one is wrong. What was fetched later than now counts as due",
            into.display()
        );
        watch.tell(&Event::Warning { text });
    }
}

/// Queues what the state itself asks for and this job still covers, as far as it is due.
async fn put_awaited(frontier: &DiskFrontier, scope: &Scope) -> Result<(), CrawlError> {
    let mut after = None;
    loop {
        let (awaited, next) = frontier.awaited(after).await?;
        let leads = awaited.into_iter().map(|awaited| awaited.lead);
        frontier.put(leads.filter(|lead| scope.covers(lead)).collect()).await?;
        if next.is_none() {
            return Ok(());
        }
        after = next;
    }
}

/// Whether this run had come to its end: what is queued all the same was given up for its time, or is
/// on a blocked host, and is carried into the next. What was out when it was stopped is queued again. A scheduled run
/// ends whatever ended it but a crash: the next slot looks for news first, and goes on with what is
/// left behind them.
fn ended(into: &Path, run: u32, scheduled: bool) -> bool {
    let over = |kept: &summary::Summary| {
        let left = kept.stats.queued + kept.stats.leased;
        matches!(kept.how, Some(How::Complete | How::Blocked))
            || left == 0
            || (scheduled && kept.how.is_some())
    };
    summary::kept(into).is_some_and(|kept| kept.stats.run == run && over(&kept))
}

/// The folder exists and can be written to.
fn usable(into: &Path, disk: &Disk) -> Result<(), CrawlError> {
    disk.make_folder(into)
        .and_then(|()| tempfile::tempfile_in(into).map(drop))
        .map_err(|why| folder(into, why))
}

/// Whether the folder could be made and written to; one that is not there is not made.
pub(super) fn could_use(into: &Path) -> Result<(), CrawlError> {
    let there = into.ancestors().find(|path| path.exists() && !path.as_os_str().is_empty());
    let there = there.unwrap_or(Path::new("."));
    let fits = if there.is_dir() {
        // Without a name, so that a process that dies leaves nothing.
        tempfile::tempfile_in(there).map(drop)
    } else {
        Err(io::ErrorKind::NotADirectory.into())
    };
    fits.map_err(|why| folder(into, why))
}

fn folder(path: &Path, why: io::Error) -> CrawlError {
    CrawlError::Folder { path: path.to_owned(), why }
}

/// The state, and what became of the one before where that did not open.
async fn open_state(
    job: &Job,
    watch: &Watch,
    cell: &Cell,
) -> Result<(disk::Opened, Option<String>), CrawlError> {
    let first = open_once(job, watch, cell).await;
    match first {
        Err(CrawlError::State(why))
            if (job.recover && why.is_recoverable()) || why.is_torn_tail() =>
        {
            let aside = state::set_aside(&job.settings.into, &job.clock, &job.disk)?;
            let fault = why.fault();
            let text = format!("{fault}; set aside as {}, making it anew", aside.display());
            watch.tell(&Event::Warning { text: text.clone() });
            Ok((open_once(job, watch, cell).await?, Some(text)))
        }
        other => Ok((other?, None)),
    }
}

async fn open_once(job: &Job, watch: &Watch, cell: &Cell) -> Result<disk::Opened, CrawlError> {
    let (archive, other) = (Arc::clone(cell), Arc::clone(cell));
    let durable = Box::new(move || match archive.wait() {
        Some(archive) => archive.sync_blocking().map_err(|why| why.to_string()),
        None => Err("the archive is not open".to_owned()),
    });
    let (commit_every, commit_after) = pace(job.settings.durability);
    let secret = *uuid::Uuid::new_v4().as_bytes();
    let options = Options {
        disk: job.disk.clone(),
        sealed: Box::new(move || match other.get() {
            Some(Some(archive)) => archive.sealed_blocking(),
            _ => Vec::new(),
        }),
        watch: watch.clone(),
        per_host: job.settings.per_host,
        patience: job.settings.patience,
        per_site: per_site(&job.settings),
        recrawl: job.settings.recrawl,
        commit_every,
        commit_after,
        ..Options::new(job.settings.into.clone(), job.clock.clone(), secret, durable)
    };
    let strikes = if job.settings.reader.is_some() { STRIKES_IN_SPITE } else { options.strikes };
    let options = Options { strikes, ..options };
    let opened = tokio::task::spawn_blocking(|| DiskFrontier::open(options)).await;
    Ok(opened.map_err(|died| CrawlError::Worker(died.to_string()))??)
}

/// The sites of which another number of visits may be out.
fn per_site(settings: &Settings) -> HashMap<Site, usize> {
    let own = |host: &HostSettings| Some((Site::from(host.site.clone()), host.per_host?));
    settings.hosts.iter().filter_map(own).collect()
}

/// Settlements and age at which a batch is committed. Whatever is said here, a sealed WARC and a
/// large batch are reason enough (see [`crate::state`]).
const fn pace(durability: Durability) -> (usize, Duration) {
    match durability {
        Durability::Each => (1, Duration::from_secs(1)),
        Durability::Group => (64, Duration::from_secs(1)),
        Durability::Seal => (usize::MAX, Duration::from_hours(24)),
    }
}

/// Reads back what the archive has beyond the state's checkpoint; all of it into a fresh state.
async fn read_back(
    state: &disk::Opened,
    settings: &Settings,
    seeds: &[Lead],
    watch: &Watch,
) -> Result<rebuild::Rebuilt, CrawlError> {
    let from = if state.fresh { Some(Position::default()) } else { state.replay_from.clone() };
    let Some(from) = from else { return Ok(rebuild::Rebuilt::default()) };
    let read = rebuild_from(&state.frontier, settings, seeds, &from).await?;
    if read.unreadable > 0 {
        let text = format!(
            "{} records could not be read back and were passed over: {}",
            read.unreadable,
            read.reasons.join("; ")
        );
        watch.tell(&Event::Warning { text });
    }
    if read.restored > 0 {
        let text = format!("{} visits were read back from the archive", read.restored);
        watch.tell(&Event::Warning { text });
    }
    Ok(read)
}

/// Walks the archive from a position into the state, judging each trace as the worker did.
pub(super) async fn rebuild_from(
    frontier: &DiskFrontier,
    settings: &Settings,
    seeds: &[Lead],
    from: &Position,
) -> Result<rebuild::Rebuilt, CrawlError> {
    let mut asked = HashMap::new();
    let visits = traces::visits(&settings.into, from).map_err(CrawlError::Read)?.inspect(|found| {
        asked.extend(found.as_ref().ok().and_then(robots::asked));
    });
    let scope = Scope::new(settings, seeds);
    let judge = |trace: &_| {
        let judged = scope.judge(trace);
        (judged.leads, judged.refused)
    };
    let rebuilt = rebuild::replay(frontier, visits, judge).await?;
    // Now the state knows of every original that a revisit may refer to.
    for (host, (lead, at)) in asked {
        let fact = robots::recall(frontier, &settings.into, &lead, &at).await?;
        let Some(fact) = fact else { continue };
        if frontier.robots(&host).await?.is_none_or(|known| known.read < fact.read) {
            frontier.learn_robots(&host, fact).await?;
        }
    }
    Ok(rebuilt)
}

/// The seeds of the last run: the state's, or those kept beside it when the state is new.
fn kept_seeds(state: &disk::Opened, into: &Path) -> Vec<Lead> {
    if state.fresh || state.seeds.is_empty() {
        return KeptJob::load(into).map_or_else(Vec::new, |kept| kept.seeds());
    }
    state.seeds.iter().filter_map(|url| Lead::seed(url).ok()).collect()
}

/// The job kept in a folder, for work on its state that fetches nothing.
pub(super) fn job_of(settings: Settings, clock: Clock, disk: Disk) -> Job {
    let kept = KeptJob::load(&settings.into);
    let seeds = kept.as_ref().map_or_else(Vec::new, KeptJob::seeds);
    let settings = match kept {
        Some(kept) => kept.apply(settings),
        None => settings,
    };
    let (watch, stop) = (Watch::none(), Stop::default());
    Job { settings, seeds, recover: false, clock, disk, watch, stop }
}

/// What a rebuild did.
#[derive(Clone, Debug)]
pub struct Rebuild {
    /// Where the old state went.
    pub aside: Option<PathBuf>,
    /// Visits read back.
    pub read: u64,
    /// URLs queued now.
    pub queued: u64,
    /// URLs settled.
    pub settled: u64,
    /// Records that could not be read.
    pub unreadable: Vec<String>,
}

/// Makes the state of a folder anew from its archive. The old one is set aside, never deleted;
/// the archive is only repaired where a crash tore it.
pub async fn rebuild(settings: Settings, clock: Clock, disk: Disk) -> Result<Rebuild, CrawlError> {
    let into = settings.into.clone();
    let aside = if into.join("state").exists() {
        Some(state::set_aside(&into, &clock, &disk)?)
    } else {
        None
    };
    let job = job_of(settings, clock, disk);
    let Attached { state, read, .. } = attach(&job, &job.watch).await?;
    let stats = state.frontier.stats().await?;
    state.frontier.close().await?;
    let settled = stats.captured + stats.revisits + stats.moved + stats.failed + stats.refused;
    Ok(Rebuild { aside, read: read.read, queued: stats.queued, settled, unreadable: read.reasons })
}
