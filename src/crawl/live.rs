//! Live: a running crawl as others see it, and where they tell it what to do.
//!
//! A handle that is made before the crawl and given to [`super::run_live`]; clones see the same
//! crawl. What it is told ([`steer`]) holds for the rest of the call. The crawl counts into it as it goes (a few additions a URL, under one short lock); queue
//! and hosts are asked for only when somebody wants to know ([`Live::status`]). It never holds the
//! crawl up: who asks waits, a crawl that is closing answers with what was known last.

mod book;
pub(super) mod clerk;
pub mod status;
pub(super) mod steer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use self::book::Book;
use self::clerk::Ask;
use self::status::{Groups, Hosts, Limit, Limits, Totals, VERSION};
pub use self::status::{Phase, Status};
use self::steer::Steering;
pub use self::steer::{SteerError, Steered};
use super::Job;
use super::desk::Stop;
use crate::address::Server;
use crate::disk::Disk;
use crate::event::{Event, Watch};
use crate::frontier::Stats;
use crate::lead::Outcome;
use crate::moment::{Clock, Moment};
use crate::record::Position;
use crate::record::trace::Trace;
use crate::settings::Settings;

/// How long a crawl has to say what is queued before it is told of without.
const PATIENCE: Duration = Duration::from_secs(10);

/// See the module.
#[derive(Clone, Debug)]
pub struct Live(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    hold: watch::Sender<bool>,
    /// Held by whoever changes what is blocked.
    blocking: Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    book: Book,
    started: Moment,
    stage: Stage,
    /// Why the crawl waits for its disk.
    short: Option<String>,
    settings: Option<Settings>,
    disk: Option<Disk>,
    /// How the call is told to stop, and the sitting.
    stop: Stop,
    sitting: Stop,
    watch: Option<Watch>,
    steering: Steering,
    clerk: Option<mpsc::Sender<Ask>>,
    run: Totals,
    hosts: Hosts,
    groups: Option<Groups>,
}

/// How far the crawl has come, the operator's doing aside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Opening,
    Working,
    Closing,
    Ended,
}

impl Live {
    /// One that no crawl has been given yet.
    pub fn new(clock: Clock) -> Self {
        let state = State { started: clock.wall(), ..State::default() };
        let hold = watch::Sender::new(false);
        let (blocking, state) = (Mutex::default(), Mutex::new(state));
        Self(Arc::new(Shared { clock, hold, blocking, state }))
    }

    /// The crawl now. Asks it what is queued where; without an answer within seconds that part is
    /// what was known last.
    pub async fn status(&self) -> Status {
        let clerk = self.state().clerk.clone();
        if let Some(clerk) = clerk {
            let (answer, coming) = oneshot::channel();
            let looked = async {
                clerk.send(Ask::Look(answer)).await.ok()?;
                coming.await.ok()
            };
            if let Ok(Some(view)) = tokio::time::timeout(PATIENCE, looked).await {
                let mut state = self.state();
                (state.run, state.hosts) = *view;
            }
        }
        self.glance()
    }

    /// The crawl now, with queue and hosts as they were when [`Live::status`] was asked last.
    pub fn glance(&self) -> Status {
        let at = self.0.clock.wall();
        let held = *self.0.hold.borrow();
        let state = self.state();
        let (phase, why) = state.phase(held);
        let mut run = state.run.clone();
        run.left_alone.retain(|host| !state.steering.blocks(&Server::from(host.clone())));
        Status {
            version: VERSION,
            generator: concat!("warraq/", env!("CARGO_PKG_VERSION")).to_owned(),
            pid: std::process::id(),
            job: state.settings.as_ref().map(Settings::label).unwrap_or_default(),
            at,
            started: state.started,
            phase,
            why,
            call: state.book.counts.clone(),
            run,
            rates: state.book.rates(state.started, at),
            groups: state.groups,
            limits: state.limits(at),
            warc: state.book.warc(),
            hosts: state.steering.told(state.hosts.clone()),
            last_problem: state.book.problem.clone(),
        }
    }

    /// A call begins.
    pub(super) fn begin(&self, job: &Job) {
        let mut state = self.state();
        state.started = self.0.clock.wall();
        state.settings = Some(job.settings.clone());
        state.disk = Some(job.disk.clone());
        state.stop = job.stop.clone();
        state.sitting = job.stop.clone();
        state.watch = Some(job.watch.clone());
    }

    /// Workers are at it; the clerk answers for them at the other end of what is given back.
    pub(super) fn working(&self, stop: &Stop) -> mpsc::Receiver<Ask> {
        let (asks, inbox) = mpsc::channel(1);
        let mut state = self.state();
        state.stage = Stage::Working;
        state.sitting = stop.clone();
        state.clerk = Some(asks);
        inbox
    }

    /// The workers are done.
    pub(super) fn closing(&self) {
        let mut state = self.state();
        state.stage = Stage::Closing;
        state.clerk = None;
    }

    /// The call has ended.
    pub(super) fn ended(&self) {
        self.state().stage = Stage::Ended;
    }

    /// What the frontier counted last.
    pub(super) fn counted(&self, stats: &Stats) {
        self.state().run = totals(stats);
    }

    /// The translation groups were counted.
    pub(super) fn grouped(&self, groups: Groups) {
        self.state().groups = Some(groups);
    }

    /// A visit ended, or is going to be repeated. `filed` is where its records end.
    pub(super) fn settled(&self, trace: &Trace, filed: Option<&Position>) {
        let now = self.0.clock.wall();
        self.state().book.settled(trace, filed, now);
    }

    /// A visit ended without an attempt that left a trace.
    pub(super) fn dropped(&self, url: &str, outcome: &Outcome) {
        let now = self.0.clock.wall();
        self.state().book.ended(url, outcome, now);
    }

    /// `watch`, with this listening.
    pub(super) fn beside(&self, watch: Watch) -> Watch {
        let live = self.clone();
        Watch::new(move |event| {
            let now = live.0.clock.wall();
            let mut state = live.state();
            match event {
                Event::Paused { why } => state.short = Some(why.clone()),
                Event::Unpaused { .. } => state.short = None,
                _ => {}
            }
            state.book.hear(event, now);
            drop(state);
            watch.tell(event);
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Numbers only: nothing in here can be left half done.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn phase(&self, held: bool) -> (Phase, Option<String>) {
        match self.stage {
            Stage::Ended => (Phase::Ended, None),
            _ if self.short.is_some() => (Phase::PausedForDisk, self.short.clone()),
            Stage::Closing => (Phase::Closing, None),
            _ if self.sitting.intake.is_cancelled() => (Phase::Draining, None),
            Stage::Opening => (Phase::Opening, None),
            Stage::Working if held => (Phase::Paused, Some("told to pause".to_owned())),
            Stage::Working => (Phase::Running, None),
        }
    }

    fn limits(&self, now: Moment) -> Limits {
        let Some(settings) = &self.settings else { return Limits::default() };
        let limit = |of: u64, used: u64| {
            (of < u64::MAX).then(|| Limit { of, left: of.saturating_sub(used) })
        };
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let counts = &self.book.counts;
        let free = self.disk.as_ref().and_then(|disk| disk.room(&settings.into).ok());
        let floor = settings.disk_floor;
        let disk = free.filter(|_| floor > 0);
        Limits {
            pages: limit(settings.max_pages, counts.pages),
            bytes: limit(settings.max_bytes, counts.received),
            time: limit(millis(settings.max_time), millis(now.since(self.started))),
            disk: disk.map(|free| Limit { of: floor, left: free.saturating_sub(floor) }),
        }
    }
}

/// What a frontier counts, as a status tells it.
fn totals(stats: &Stats) -> Totals {
    Totals {
        number: stats.run,
        put: stats.put,
        queued: stats.queued,
        in_flight: stats.leased,
        captured: stats.captured,
        unchanged: stats.revisits,
        moved: stats.moved,
        failed: stats.failed,
        not_due: stats.not_due,
        refused: stats.refusals.iter().map(|row| (row.rule, row.count)).collect(),
        left_alone: stats.parked_sites.clone(),
    }
}
