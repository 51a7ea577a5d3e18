//! The frontier on disk: the handle that workers share.
//!
//! Every call is a message to the owner thread and its answer. An acknowledgement returns when the
//! settlement is taken, and its site is due again at once; that it is durable follows with the
//! commit, and the event with it. When a commit fails, nothing is told and nothing more is taken.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::StateError;
use super::desk::Desk;
use super::lock::Lock;
use super::open;
use super::owner::{Command, Fate, Owner, Reply};
use super::rebuild::Found;
use crate::address::{HostKey, Site};
use crate::digest::Digest;
use crate::disk::Disk;
use crate::event::Watch;
use crate::frontier::again::{Awaited, Fetched};
use crate::frontier::{
    Ack, Frontier, FrontierError, KeptPage, Original, Poll, Put, Release, RobotsFact, Servers,
    Settlement, Stats,
};
use crate::lead::{Lead, Refusal, Visit};
use crate::moment::Clock;
use crate::record::tally::Tally;
use crate::record::{Origin, Outside, Position, Reference};
use crate::settings::Recrawl;

/// Crashes that are believed of a URL: the first was among others, the second its own.
const STRIKES: u8 = 2;

/// Makes the archive durable and says up to where, or why not.
pub type Durable = Box<dyn FnMut() -> Result<Position, String> + Send>;

/// What a state is opened with.
pub struct Options {
    /// The folder of the crawl; the state lies in `state/` there.
    pub dir: PathBuf,
    /// Where the time comes from.
    pub clock: Clock,
    /// What its files are written through; the database writes its own.
    pub disk: Disk,
    /// Who is told what is durable.
    pub watch: Watch,
    /// Visits of a site that may be out at a time.
    pub per_host: usize,
    /// How long a lease waits when no other is out; see [`Frontier::lease`].
    pub patience: Duration,
    /// Sites of which another number may be out.
    pub per_site: HashMap<Site, usize>,
    /// When URLs are asked for again.
    pub recrawl: Recrawl,
    /// Settlements at which a batch is committed.
    pub commit_every: usize,
    /// The age at which a batch is committed.
    pub commit_after: Duration,
    /// The crash at which a URL that was being read is given up as failed: it was alone at all but
    /// the first. Where suspects are tried in a process of their own it takes more to believe it.
    pub strikes: u8,
    /// sled's cache in bytes on disk; the real memory is four to five times that.
    pub cache_bytes: u64,
    /// The key of a new state's fingerprints: 16 random bytes.
    pub secret: [u8; 16],
    /// Makes the archive durable; called first in every commit.
    pub durable: Durable,
    /// The tallies of the WARCs sealed since the last commit; called after it.
    pub sealed: Sealed,
}

/// The tallies of the WARCs sealed since it was asked last.
pub type Sealed = Box<dyn FnMut() -> Vec<Tally> + Send>;

impl Options {
    /// The defaults: one visit a site, a commit every 64 settlements or second, 32 MiB of cache.
    pub fn new(dir: PathBuf, clock: Clock, secret: [u8; 16], durable: Durable) -> Self {
        Self {
            dir,
            clock,
            disk: Disk::real(),
            watch: Watch::none(),
            per_host: 1,
            patience: Duration::MAX,
            per_site: HashMap::new(),
            recrawl: Recrawl::each_run(),
            commit_every: 64,
            commit_after: Duration::from_secs(1),
            strikes: STRIKES,
            cache_bytes: 32 * 1024 * 1024,
            secret,
            durable,
            sealed: Box::new(Vec::new),
        }
    }
}

/// The options the desk goes on needing.
pub(crate) struct Kept {
    pub(crate) dir: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) clock: Clock,
    pub(crate) disk: Disk,
    pub(crate) watch: Watch,
    pub(crate) patience: Duration,
    pub(crate) recrawl: Recrawl,
    pub(crate) commit_every: usize,
    pub(crate) commit_after: Duration,
    pub(crate) strikes: u8,
    pub(crate) durable: Durable,
    pub(crate) sealed: Sealed,
}

impl Kept {
    pub(crate) fn of(options: Options, folder: PathBuf) -> Self {
        let Options { dir, clock, disk, watch, recrawl, commit_every, commit_after, .. } = options;
        let Options { strikes, durable, sealed, patience, .. } = options;
        Self {
            dir,
            folder,
            clock,
            disk,
            watch,
            patience,
            recrawl,
            commit_every,
            commit_after,
            strikes,
            durable,
            sealed,
        }
    }
}

/// An opened state and what was found.
#[derive(Debug)]
pub struct Opened {
    /// The frontier.
    pub frontier: DiskFrontier,
    /// Number of the last run; 0 when there was none.
    pub run: u32,
    /// Whether that run has URLs left to fetch. After a replay ask [`Frontier::stats`] again.
    pub resumed: bool,
    /// Whether there was no state. When there are WARCs all the same, read them back from
    /// [`Position::default`].
    pub fresh: bool,
    /// Whether the last process did not close it.
    pub unclean: bool,
    /// The point of the archive from which it is to be read back ([`super::rebuild`]).
    pub replay_from: Option<Position>,
    /// The largest serial of a WARC that the state knows of, whether it is still there or not. What
    /// is written from now on lies past the checkpoint only in files of larger ones.
    pub last_serial: u64,
    /// The seeds of that run, as given. Putting them again is safe and costs nothing.
    pub seeds: Vec<String>,
    /// The files of other archives' captures that were taken in.
    pub imported: BTreeSet<String>,
    /// What an operator should read about the archive.
    pub notices: Vec<String>,
}

/// The frontier on disk. Dropped without [`DiskFrontier::close`] it commits, and the next start
/// reads the archive back from the checkpoint.
pub struct DiskFrontier {
    commands: Sender<Command>,
    fate: Fate,
    thread: Mutex<Option<JoinHandle<()>>>,
    dir: PathBuf,
}

impl fmt::Debug for DiskFrontier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskFrontier").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl DiskFrontier {
    /// Opens the state of the crawl in `options.dir`, or begins one. Takes the lock first; blocks
    /// for the start-up scan (a microsecond or two a URL).
    pub fn open(options: Options) -> Result<Opened, StateError> {
        let dir = options.dir.clone();
        options.disk.make_folder(&dir).map_err(|why| StateError::io(&dir, why))?;
        let lock = Lock::take(&options.disk, &dir, &options.clock)?;
        let (commands, inbox) = channel();
        let (tell, told) = channel();
        let fate: Fate = Arc::new(OnceLock::new());
        let (back, end) = (commands.clone(), Arc::clone(&fate));
        let work = move || {
            let _lock = lock;
            match Desk::open(options) {
                Ok((desk, found)) => {
                    let known = (desk.run, desk.schedule.queued() > 0, desk.replaying.clone());
                    if tell.send(Ok((known, found))).is_ok() {
                        Owner::new(desk, inbox, back).run(&end);
                    }
                }
                Err(why) => drop(tell.send(Err(why))),
            }
        };
        let thread = thread::Builder::new()
            .name("warraq-state".into())
            .spawn(work)
            .map_err(|why| StateError::io(&dir, why))?;
        // The channel closes unanswered only when the scan panicked.
        let opened = told.recv().unwrap_or_else(|_| {
            let why = "sled panicked while it was read".into();
            Err(StateError::Damaged { path: dir.join("state"), why })
        });
        match opened {
            Ok((known, found)) => {
                let thread = Mutex::new(Some(thread));
                Ok(Self { commands, fate, thread, dir }.opened(known, found))
            }
            Err(why) => {
                // The lock and the database are let go of before the answer.
                let _ = thread.join();
                Err(why)
            }
        }
    }

    fn opened(
        self,
        (run, resumed, replaying): (u32, bool, Option<Position>),
        found: open::Found,
    ) -> Opened {
        let open::Found { fresh, unclean, last_serial, seeds, imported, notices } = found;
        let replay_from = replaying.filter(|_| !fresh);
        Opened {
            frontier: self,
            run,
            resumed,
            fresh,
            unclean,
            replay_from,
            last_serial,
            seeds,
            imported,
            notices,
        }
    }

    /// Begins the run after the last one, with an empty seen set, and makes that durable. What the
    /// last run left queued is carried into it. Fails while visits are out.
    pub async fn begin_run(&self, seeds: Vec<String>) -> Result<u32, FrontierError> {
        self.ask(|reply| Command::BeginRun(seeds, reply)).await
    }

    /// Remembers the seeds of a run that was read back from the archive.
    pub async fn keep_seeds(&self, seeds: Vec<String>) -> Result<(), FrontierError> {
        self.ask(|reply| Command::KeepSeeds(seeds, reply)).await
    }

    /// Takes in one visit read back from the archive: what its `put` and `ack` would have done.
    /// `true` when the run did not know of it yet.
    pub async fn restore(
        &self,
        found: Found,
        leads: Vec<Lead>,
        refused: Vec<Refusal>,
    ) -> Result<bool, FrontierError> {
        self.ask(|reply| Command::Restore(Box::new(found), leads, refused, reply)).await
    }

    /// The archive has been read back to its end; the checkpoint may move on.
    pub async fn replayed(&self) -> Result<(), FrontierError> {
        self.ask(Command::Replayed).await
    }

    /// Takes in captures of another archive, a batch at a time; [`DiskFrontier::imported`] ends the
    /// file they come from. What is known of a payload already stays.
    pub async fn import(&self, captures: Vec<(Digest, Outside)>) -> Result<(), FrontierError> {
        self.ask(|reply| Command::Import(captures, reply)).await
    }

    /// A file of such captures has been taken in to its end, and is durable.
    pub async fn imported(&self, name: String) -> Result<(), FrontierError> {
        self.ask(|reply| Command::Imported(name, reply)).await
    }

    /// What a run may ask for by itself, due or not, with what is remembered of it; in chunks: those
    /// after `after`, with the key to go on from.
    pub async fn awaited(
        &self,
        after: Option<Vec<u8>>,
    ) -> Result<(Vec<Awaited>, Option<Vec<u8>>), FrontierError> {
        self.ask(|reply| Command::Awaited(after, reply)).await
    }

    /// What is queued, robots.txt aside.
    pub async fn queued(&self) -> Result<Vec<Lead>, FrontierError> {
        self.ask(Command::Queued).await
    }

    /// What is remembered of the URL of a lead.
    pub async fn fetched(&self, lead: &Lead) -> Result<Option<Fetched>, FrontierError> {
        self.ask(|reply| Command::Fetched(Box::new(lead.clone()), reply)).await
    }

    /// The next visit, without waiting for it.
    pub async fn poll(&self) -> Result<Poll, FrontierError> {
        self.ask(Command::Poll).await
    }

    /// Commits, marks the state as closed, and ends the thread. Visits that are still out stay
    /// queued; their acknowledgements are refused.
    pub async fn close(&self) -> Result<(), FrontierError> {
        let closed = self.ask(Command::Close).await;
        self.join();
        closed
    }

    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, FrontierError> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).map_err(|_| self.gone())?;
        answer.await.map_err(|_| self.gone())?
    }

    /// Why nobody answers.
    fn gone(&self) -> FrontierError {
        self.fate.get().map_or(FrontierError::Closed, |why| FrontierError::Broken {
            path: self.dir.join("state").display().to_string(),
            why: format!("{why}; start again, with --recover if it does not open"),
        })
    }

    fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for DiskFrontier {
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Stop);
        self.join();
    }
}

impl Frontier for DiskFrontier {
    async fn put(&self, leads: Vec<Lead>) -> Result<Put, FrontierError> {
        self.ask(|reply| Command::Put(leads, reply)).await
    }

    async fn put_anyway(&self, leads: Vec<Lead>) -> Result<Put, FrontierError> {
        self.ask(|reply| Command::PutAnyway(leads, reply)).await
    }

    async fn put_first(&self, lead: Lead) -> Result<bool, FrontierError> {
        self.ask(|reply| Command::PutFirst(Box::new(lead), reply)).await
    }

    async fn lease(&self) -> Result<Option<Visit>, FrontierError> {
        let handout = self.ask(Command::Lease).await?;
        Ok(handout.and_then(super::owner::Handout::take))
    }

    async fn hazard(&self, visit: &Visit) -> Result<(), FrontierError> {
        self.ask(|reply| Command::Hazard(visit.token, reply)).await
    }

    async fn hazard_over(&self, visit: &Visit) -> Result<(), FrontierError> {
        self.ask(|reply| Command::HazardOver(visit.token, reply)).await
    }

    async fn ack(&self, visit: &Visit, end: Settlement) -> Result<Ack, FrontierError> {
        self.ask(|reply| Command::Ack(visit.token, Box::new(end), reply)).await
    }

    async fn release(&self, visit: &Visit, how: Release) -> Result<Ack, FrontierError> {
        self.ask(|reply| Command::Release(visit.token, how, reply)).await
    }

    async fn robots(&self, host: &HostKey) -> Result<Option<RobotsFact>, FrontierError> {
        self.ask(|reply| Command::Robots(host.clone(), reply)).await
    }

    async fn learn_robots(&self, host: &HostKey, fact: RobotsFact) -> Result<(), FrontierError> {
        self.ask(|reply| Command::LearnRobots(host.clone(), Box::new(fact), reply)).await
    }

    async fn origin(
        &self,
        payload: &Digest,
        chunked: bool,
    ) -> Result<Option<Origin>, FrontierError> {
        self.ask(|reply| Command::Origin(*payload, chunked, reply)).await
    }

    async fn outside(
        &self,
        payload: &Digest,
        chunked: bool,
    ) -> Result<Option<Reference>, FrontierError> {
        self.ask(|reply| Command::Outside(*payload, chunked, reply)).await
    }

    async fn original(&self, uri: &str) -> Result<Option<Original>, FrontierError> {
        self.ask(|reply| Command::Original(uri.to_owned(), reply)).await
    }

    async fn hold(&self, host: String, held: bool) -> Result<u64, FrontierError> {
        self.ask(|reply| Command::Hold(host, held, reply)).await
    }

    async fn servers(&self, rows: usize) -> Result<Servers, FrontierError> {
        self.ask(|reply| Command::Servers(rows, reply)).await
    }

    async fn stats(&self) -> Result<Stats, FrontierError> {
        self.ask(Command::Stats).await
    }

    async fn pages(
        &self,
        after: Option<Vec<u8>>,
    ) -> Result<(Vec<KeptPage>, Option<Vec<u8>>), FrontierError> {
        self.ask(|reply| Command::Pages(after, reply)).await
    }

    async fn commit(&self) -> Result<(), FrontierError> {
        self.ask(Command::Commit).await
    }
}
