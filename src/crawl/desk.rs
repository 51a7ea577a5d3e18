//! The desk: what all workers of a crawl share, and the few decisions that join two rooms.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard, Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::archive::Archive;
use super::asking::Asking;
use super::live::Live;
use super::memory::Memory;
use super::pause::Pause;
use super::repetition::Repetition;
use super::rests::{Rest, Rests};
use super::{CrawlError, How, guess, late};
use crate::address::{Address, HostKey, Server, Site};
use crate::capture::Limits;
use crate::capture::cookies::Jars;
use crate::disk::Disk;
use crate::event::{Event, Watch};
use crate::frontier::scope::Scope;
use crate::frontier::{Frontier, Release, Resting};
use crate::lead::{Lead, Outcome, Rule, Visit};
use crate::moment::Clock;
use crate::politeness::{Answer, Politeness};
use crate::record::name;
use crate::record::trace::Trace;
use crate::settings::Settings;
use crate::settings::spelling::span;

/// How a crawl is told to stop.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// No new visits; those in flight are finished.
    pub intake: CancellationToken,
    /// Nothing more at all: visits in flight are dropped, and stay queued.
    pub now: CancellationToken,
}

impl Stop {
    /// One that is told whatever this one is told, and may be told by itself.
    #[must_use]
    pub fn child(&self) -> Self {
        Self { intake: self.intake.child_token(), now: self.now.child_token() }
    }
}

/// Everything a worker needs.
pub(super) struct Desk<F, T> {
    pub(super) frontier: F,
    pub(super) fetch: T,
    pub(super) archive: Archive,
    pub(super) pause: Pause,
    pub(super) politeness: Politeness,
    pub(super) scope: Scope,
    pub(super) settings: Settings,
    pub(super) disk: Disk,
    pub(super) limits: Limits,
    pub(super) memory: Memory,
    /// The cookies of this call, when they are asked for.
    pub(super) cookies: Option<Jars>,
    pub(super) seeds: Vec<HostKey>,
    pub(super) run: u32,
    pub(super) clock: Clock,
    pub(super) watch: Watch,
    pub(super) stop: Stop,
    pub(super) live: Live,
    pages: Semaphore,
    /// Whether the guesses of this sitting were made.
    guessed: tokio::sync::Mutex<bool>,
    left: AtomicU64,
    /// Whether all that is left rests for longer than anybody wants to wait.
    impatient: AtomicBool,
    rests: Mutex<Rests>,
    bytes: AtomicU64,
    /// URLs whose last answer was 429.
    rate_limited: Mutex<HashSet<Address>>,
    /// The limit that ended the intake.
    reached: OnceLock<How>,
    pub(super) asking: Asking,
    lost: Mutex<Vec<String>>,
    /// The seeds behind the URLs that redirects from them led to.
    origins: Mutex<HashMap<String, String>>,
    /// What was found to say the same again and again.
    pub(super) repetition: Mutex<Repetition>,
    /// Held by whoever reads a page: by a suspect alone, by all others together.
    reading: RwLock<()>,
    /// The WARCs of the folder, and whether this process wrote them.
    files: Mutex<HashMap<String, bool>>,
}

/// A place among those who read pages.
#[derive(Debug)]
pub(super) enum Reader<'a> {
    /// Beside others.
    Among { _others: RwLockReadGuard<'a, ()> },
    /// Alone: what was being read when the process died.
    Alone { _lock: RwLockWriteGuard<'a, ()> },
}

/// The right to capture one more page of `--max-pages`.
pub(super) type Permit<'a> = SemaphorePermit<'a>;

/// What a desk is made of.
pub(super) struct Parts<F, T> {
    pub(super) frontier: F,
    pub(super) fetch: T,
    pub(super) archive: Archive,
    pub(super) settings: Settings,
    pub(super) disk: Disk,
    pub(super) seeds: Vec<Lead>,
    pub(super) run: u32,
    /// Whether the process before left in the middle of something.
    pub(super) unclean: bool,
    pub(super) clock: Clock,
    pub(super) watch: Watch,
    pub(super) stop: Stop,
    pub(super) live: Live,
}

impl<F: Frontier, T> Desk<F, T> {
    pub(super) fn new(parts: Parts<F, T>) -> Self {
        let settings = parts.settings;
        let pages = usize::try_from(settings.max_pages).unwrap_or(usize::MAX);
        let seeds = parts.seeds.iter().filter_map(|seed| seed.url().ok());
        let politeness = Politeness::new(&settings, parts.clock.clone());
        for (site, delay) in parts.live.delays() {
            politeness.set_delay(&site, delay);
        }
        Self {
            frontier: parts.frontier,
            fetch: parts.fetch,
            archive: parts.archive,
            disk: parts.disk,
            pause: Pause::default(),
            politeness: if parts.unclean { politeness.after_a_crash() } else { politeness },
            scope: Scope::new(&settings, &parts.seeds),
            limits: Limits::of(&settings),
            memory: Memory::new(settings.memory),
            cookies: settings.cookies.then(Jars::default),
            seeds: seeds.map(|url| HostKey::of(&url)).collect(),
            run: parts.run,
            clock: parts.clock,
            watch: parts.watch,
            stop: parts.stop,
            live: parts.live,
            pages: Semaphore::new(pages.min(Semaphore::MAX_PERMITS)),
            guessed: tokio::sync::Mutex::default(),
            left: AtomicU64::new(settings.max_pages),
            impatient: AtomicBool::new(false),
            rests: Mutex::default(),
            bytes: AtomicU64::new(settings.max_bytes),
            rate_limited: Mutex::default(),
            reached: OnceLock::new(),
            asking: Asking::default(),
            lost: Mutex::default(),
            origins: Mutex::default(),
            repetition: Mutex::default(),
            reading: RwLock::default(),
            files: Mutex::new(names(&settings.into)),
            settings,
        }
    }

    /// The next visit, with the right to capture it; `None` when the crawl is over.
    pub(super) async fn lease(&self) -> Result<Option<(Permit<'_>, Visit)>, CrawlError> {
        if self.pages_used_up() {
            return Ok(None);
        }
        let permit = tokio::select! {
            biased;
            () = self.stop.intake.cancelled() => return Ok(None),
            permit = self.pages.acquire() => permit,
        };
        let Ok(permit) = permit else { return Ok(None) };
        let mut leased = self.next_visit().await?;
        if leased.is_none() && self.guess().await? {
            leased = self.next_visit().await?;
        }
        if leased.is_none() {
            // Nothing is queued and nothing is in flight: wakes those that wait for a permit.
            self.pages.close();
        }
        Ok(leased.map(|visit| (permit, visit)))
    }

    async fn next_visit(&self) -> Result<Option<Visit>, CrawlError> {
        tokio::select! {
            biased;
            () = self.stop.intake.cancelled() => Ok(None),
            leased = self.unheld_visit() => leased,
        }
    }

    /// The next visit, once nothing holds the crawl up. A lease that is waited for when somebody
    /// pauses the crawl is given back.
    async fn unheld_visit(&self) -> Result<Option<Visit>, CrawlError> {
        loop {
            self.live.released().await;
            self.pause.over().await;
            if !self.has_room().await {
                return Ok(None);
            }
            tokio::select! {
                biased;
                () = self.live.held() => {}
                leased = self.frontier.lease() => return Ok(leased?),
            }
        }
    }

    /// When all is done, once a sitting: puts what confirmed URL patterns give, and the articles that
    /// a late translation may have come of. `false` when the run is to end.
    async fn guess(&self) -> Result<bool, CrawlError> {
        if self.stop.intake.is_cancelled() {
            return Ok(false);
        }
        let stats = self.frontier.stats().await?;
        // What is queued and rests nowhere was put meanwhile, by the worker that was here first.
        if stats.next_due.is_some() && !stats.resting.is_empty() {
            self.lose_patience(&stats.resting);
            return Ok(false);
        }
        let mut done = self.guessed.lock().await;
        if !*done {
            *done = true;
            // The ledger must have what this sitting did.
            self.frontier.commit().await?;
            let evidence = guess::evidence_of(&self.frontier).await?;
            let (settings, seeds) = (self.settings.clone(), self.seeds.clone());
            let (run, now) = (self.run, self.clock.wall());
            // Judging a large crawl and reading its index take seconds.
            let thought = tokio::task::spawn_blocking(move || {
                let judgement = evidence.judge();
                let guesses = guess::leads(&judgement, &settings, run, now);
                (guesses, late::leads(&judgement, &settings, &seeds, now))
            });
            let (guesses, late) =
                thought.await.map_err(|died| CrawlError::Worker(died.to_string()))?;
            // What cannot be read is made anew at the end of the run; nothing is lost but time.
            let told = |why: &dyn std::fmt::Display| {
                self.watch.tell(&Event::Warning { text: why.to_string() });
            };
            let guesses = guesses.inspect_err(|why| told(why)).unwrap_or_default();
            let late = late.inspect_err(|why| told(why)).unwrap_or_default();
            // Their time is their own schedule's matter.
            self.frontier.put_anyway(guesses.into_iter().chain(late).collect()).await?;
        }
        Ok(true)
    }

    /// The run ends with those that rest; each of them is named in the summary, the first at once.
    fn lose_patience(&self, resting: &[Resting]) {
        if self.impatient.swap(true, Ordering::SeqCst) {
            return;
        }
        let now = self.clock.steady();
        for host in resting {
            self.rests().note(&host.host, host.until.since(now));
        }
        let Some(first) = resting.first() else { return };
        let more = match resting.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more for longer"),
        };
        let wait = span(first.until.since(now));
        let text = format!(
            "all that is left rests for longer than --patience: {} for {wait}{more}; the next \
             call goes on",
            first.host
        );
        self.watch.tell(&Event::Warning { text });
    }

    /// Whether the crawl ends because all that is left rests for too long.
    pub(super) fn is_out_of_patience(&self) -> bool {
        self.impatient.load(Ordering::SeqCst)
    }

    /// Remembers that a host rests for more than its delay, for the summary.
    pub(super) fn rested(&self, host: &str, wait: Duration, why: &str) {
        self.rests().add(host, wait, why);
    }

    /// What a host had said before its longest rest.
    pub(super) fn said(&self, host: &str) -> Option<String> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner).why(host)
    }

    /// The rests of this call, the longest first.
    pub(super) fn longest_rests(&self) -> Vec<Rest> {
        self.rests().longest()
    }

    fn rests(&self) -> MutexGuard<'_, Rests> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a captured page; ends the intake when it was the last one allowed.
    pub(super) fn spend(&self, permit: Permit<'_>) {
        permit.forget();
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.pages.close();
        }
    }

    /// Pages of `--max-pages` that are left.
    pub(super) fn pages_left(&self) -> u64 {
        self.left.load(Ordering::SeqCst)
    }

    /// Whether `--max-pages` has been reached.
    pub(super) fn pages_used_up(&self) -> bool {
        self.pages_left() == 0
    }

    /// Counts bytes received; ends the intake when they were the last allowed.
    pub(super) fn spend_bytes(&self, received: u64) {
        let less = |left: u64| Some(left.saturating_sub(received));
        let before = self.bytes.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        if before.is_ok_and(|before| before <= received) {
            self.reach(How::MaxBytes);
        }
    }

    /// Bytes of `--max-bytes` that are left.
    pub(super) fn bytes_left(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    /// A limit is reached: the intake ends, what is in flight is finished.
    pub(super) fn reach(&self, limit: How) {
        let _ = self.reached.set(limit);
        self.stop.intake.cancel();
    }

    /// The limit that ended the intake.
    pub(super) fn reached(&self) -> Option<How> {
        self.reached.get().copied()
    }

    /// URLs whose server wanted fewer requests to the last attempt.
    pub(super) fn rate_limited(&self) -> u64 {
        self.rate_limited.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    /// May this visit be made now? Scope's budgets first, then robots and pace.
    pub(super) fn ask(&self, visit: &Visit) -> Answer {
        if self.live.blocks(&visit.server) {
            return Answer::Park("blocked".to_owned());
        }
        if let Some(rule) = self.scope.admit(visit) {
            return Answer::Never(rule);
        }
        match visit.lead.url() {
            Ok(url) if visit.lead.robots_for.is_some() => self.politeness.turn(&url, &visit.site),
            Ok(url) => self.politeness.ask(&url, &visit.site),
            Err(_) => Answer::Never(Rule::NotAUrl),
        }
    }

    /// A place among those who read pages, until the guard goes: a suspect reads alone.
    pub(super) async fn turn_to_read(&self, visit: &Visit) -> Reader<'_> {
        if visit.suspect {
            Reader::Alone { _lock: self.reading.write().await }
        } else {
            Reader::Among { _others: self.reading.read().await }
        }
    }

    /// Whether an origin is on a host that was blocked: then nobody needs its rules.
    pub(super) fn is_blocked(&self, origin: &HostKey) -> bool {
        origin.robots_url().is_some_and(|url| self.live.blocks(&Server::of(&url)))
    }

    /// Leaves the visit's server alone for the rest of the run; its URLs stay queued.
    pub(super) async fn park(&self, visit: &Visit, why: &str) -> Result<(), CrawlError> {
        self.frontier.release(visit, Release::NextRun).await?;
        self.asking.park(&visit.server);
        let text = format!(
            "{}: left alone for this run ({why}); its URLs stay queued for the next one",
            visit.server
        );
        self.watch.tell(&Event::Warning { text });
        Ok(())
    }

    /// A seed that came to nothing is remembered, and a URL that its server would not give for the
    /// number of requests: `leads` tells whether it led anywhere.
    pub(super) fn note_seed(&self, trace: &Trace, leads_nowhere: bool) {
        let lost = match &trace.outcome {
            // A 304 that nobody asked for brings no page.
            Outcome::Captured { status, .. } => *status >= 400 || *status == 304,
            Outcome::Revisit { status } => *status >= 400,
            Outcome::Moved { .. } => leads_nowhere,
            Outcome::Failed(_) | Outcome::Refused(_) => true,
        };
        let busy = matches!(&trace.outcome, Outcome::Captured { status: 429, .. })
            || matches!(&trace.outcome, Outcome::Revisit { status: 429 });
        let mut limited = self.rate_limited.lock().unwrap_or_else(PoisonError::into_inner);
        // A robots.txt is asked for anew, each time as if it were the first.
        if !busy {
            limited.remove(&trace.lead.address);
        } else if !trace.again {
            limited.insert(trace.lead.address.clone());
        }
        drop(limited);
        if trace.again || !trace.lead.is_seed_or_redirect_of_one() {
            return;
        }
        if lost {
            self.lose_seed(&trace.lead.found);
        } else if let Outcome::Moved { to: Some(to), .. } = &trace.outcome {
            let seed = self.seed_of(&trace.lead.found);
            self.origins.lock().unwrap_or_else(PoisonError::into_inner).insert(to.clone(), seed);
        }
    }

    /// Remembers that a seed came to nothing, at this hop of its redirects.
    pub(super) fn lose_seed(&self, hop: &str) {
        let seed = self.seed_of(hop);
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).push(seed);
    }

    /// The seed that redirects led from; a process before this one may have followed them.
    fn seed_of(&self, hop: &str) -> String {
        let origins = self.origins.lock().unwrap_or_else(PoisonError::into_inner);
        origins.get(hop).map_or(hop, String::as_str).to_owned()
    }

    /// The seeds that came to nothing.
    pub(super) fn lost_seeds(&self) -> Vec<String> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a WARC of that name is in the folder. A payload whose WARC was moved away is
    /// archived again: a revisit of what is not there would lose it.
    pub(super) fn holds(&self, file: &str) -> bool {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).contains_key(file)
    }

    /// Whether this process wrote the WARC: what is in there may not have reached the disk yet.
    pub(super) fn has_written(&self, file: &str) -> bool {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.get(file).is_some_and(|written| *written)
    }

    /// Remembers a WARC that has been written to.
    pub(super) fn wrote(&self, file: &str) {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if !files.contains_key(file) {
            files.insert(file.to_owned(), true);
        }
    }

    /// The header fields of a request: the operator's own only towards the seeds' origins, so that
    /// a key never reaches another server.
    pub(super) fn fields(&self, url: &Url) -> Vec<(&str, &str)> {
        let mut fields = vec![
            ("User-Agent", self.settings.user_agent.as_str()),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
            ("Accept-Language", self.settings.accept_language.as_str()),
            ("Accept-Encoding", "gzip, br"),
        ];
        if self.settings.contact.contains('@') && !self.settings.contact.contains("://") {
            fields.push(("From", &self.settings.contact));
        }
        if let Some(host) = self.settings.host(Site::of(url).as_str()) {
            fields.extend(host.headers.iter().map(|(name, value)| (&**name, &**value)));
        }
        if self.seeds.contains(&HostKey::of(url)) {
            let own = &self.settings.headers;
            fields.extend(own.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let secret = &self.settings.secret_headers;
            fields.extend(secret.iter().map(|(name, value)| (name.as_str(), value.reveal())));
        }
        fields
    }
}

/// The final names of the WARC files of a folder.
fn names(into: &Path) -> HashMap<String, bool> {
    let files = name::files(into).unwrap_or_default();
    files.iter().map(|path| (name::final_name(path), false)).collect()
}
