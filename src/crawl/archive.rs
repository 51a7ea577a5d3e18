//! The archive: the one thread that owns the open WARC, and the handle by which the crawl files.
//!
//! Compressing and writing happen on an operating-system thread of its own, never on the reactor.
//! Its channel is bounded, so a slow disk slows the workers down instead of filling the memory. An
//! error goes back to whoever filed; the thread goes on, with the file as it was before.

use std::path::Path;

use tokio::sync::{mpsc, oneshot};

use crate::disk::Disk;
use crate::event::Watch;
use crate::moment::Clock;
use crate::record::about::About;
use crate::record::repair::{Repaired, repair};
use crate::record::tally::Tally;
use crate::record::writer::{Plan, Writer};
use crate::record::{Credentials, Exchange, Filed, Ids, Position, RecordError, Resource};
use crate::settings::{Settings, Transport};

/// Exchanges that wait for the writer at most; each may hold a body in memory.
const WAITING: usize = 8;

/// Why something could not be archived.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The writer's own reason, with file and remedy.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The thread could not be started.
    #[error("cannot start the archive's thread: {0}; raise the limit of processes (ulimit -u)")]
    Thread(std::io::Error),
    /// The thread is gone.
    #[error("the archive's thread has ended; start the crawl again: it goes on where it was")]
    Gone,
}

impl ArchiveError {
    /// Whether trying again later may succeed, as when the disk is full now.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Record(why) if why.is_transient())
    }

    /// Whether opening the archive anew may mend it.
    pub fn wants_reopening(&self) -> bool {
        matches!(self, Self::Record(why) if why.wants_reopening())
    }
}

/// What was found when the archive was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Files that an earlier process left open, and what became of them.
    pub repaired: Vec<Repaired>,
    /// Where the archive ends.
    pub end: Position,
}

/// A handle on the archive. Clones file into the same WARC; when the last is dropped the thread
/// ends, and a file that was not sealed stays `.open` for the next start to repair.
#[derive(Clone, Debug)]
pub struct Archive {
    orders: mpsc::Sender<Order>,
}

/// What the thread is asked, and where the answer goes.
#[derive(Debug)]
enum Order {
    File(Box<Exchange>, oneshot::Sender<Result<Filed, RecordError>>),
    Sync(oneshot::Sender<Result<Position, RecordError>>),
    Seal(oneshot::Sender<Result<Position, RecordError>>),
    Meta(Vec<Resource>, oneshot::Sender<Result<Position, RecordError>>),
    Sealed(oneshot::Sender<Result<Vec<Tally>, RecordError>>),
}

impl Archive {
    /// Opens the archive of a crawl folder: repairs what was left open, starts the thread. A WARC
    /// is created with the first exchange only, so a crawl that fetches nothing leaves none. Its
    /// serial is larger than `after`.
    pub fn open(
        settings: &Settings,
        after: u64,
        disk: Disk,
        clock: Clock,
        ids: Ids,
        watch: Watch,
    ) -> Result<(Self, Opened), ArchiveError> {
        let plan = plan(settings, after, disk);
        let repaired = repair(&plan.folder, &plan.disk)?;
        let mut writer = Writer::new(plan, clock, ids, watch)?;
        let end = writer.sync()?;
        let (orders, inbox) = mpsc::channel(WAITING);
        std::thread::Builder::new()
            .name("archive".to_owned())
            .spawn(move || serve(&mut writer, inbox))
            .map_err(ArchiveError::Thread)?;
        Ok((Self { orders }, Opened { repaired, end }))
    }

    /// Writes the records of `exchange`. They are whole in the file when this returns, durable
    /// after the next [`Archive::sync_blocking`].
    pub async fn file(&self, exchange: Exchange) -> Result<Filed, ArchiveError> {
        self.ask(|answer| Order::File(Box::new(exchange), answer)).await
    }

    /// Makes everything filed so far durable and says where it ends. For a thread outside the
    /// runtime (the state's, at each commit); in a task it would panic.
    pub fn sync_blocking(&self) -> Result<Position, ArchiveError> {
        let (answer, coming) = oneshot::channel();
        self.orders.blocking_send(Order::Sync(answer)).map_err(|_| ArchiveError::Gone)?;
        Ok(coming.blocking_recv().map_err(|_| ArchiveError::Gone)??)
    }

    /// The tallies of the files sealed since this was asked last; none when the thread is gone. For
    /// a thread outside the runtime.
    pub fn sealed_blocking(&self) -> Vec<Tally> {
        let (answer, coming) = oneshot::channel();
        let asked = self.orders.blocking_send(Order::Sealed(answer));
        asked
            .ok()
            .and_then(|()| coming.blocking_recv().ok())
            .and_then(Result::ok)
            .unwrap_or_default()
    }

    /// Seals the open WARC, if there is one, and says where the archive ends. The archive can be
    /// filed into again after it, in a new WARC.
    pub async fn seal(&self) -> Result<Position, ArchiveError> {
        self.ask(Order::Seal).await
    }

    /// Writes what a run says about itself into a sealed file of its own.
    pub async fn file_meta(&self, resources: Vec<Resource>) -> Result<Position, ArchiveError> {
        self.ask(|answer| Order::Meta(resources, answer)).await
    }

    async fn ask<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, RecordError>>) -> Order,
    ) -> Result<T, ArchiveError> {
        let (answer, coming) = oneshot::channel();
        self.orders.send(order(answer)).await.map_err(|_| ArchiveError::Gone)?;
        Ok(coming.await.map_err(|_| ArchiveError::Gone)??)
    }
}

/// The thread: one order after the other, until nobody can give any.
fn serve(writer: &mut Writer, mut inbox: mpsc::Receiver<Order>) {
    while let Some(order) = inbox.blocking_recv() {
        // Who asked may have gone; what was asked is done all the same.
        match order {
            Order::File(exchange, answer) => drop(answer.send(writer.file(*exchange))),
            Order::Meta(resources, answer) => drop(answer.send(writer.file_meta(resources))),
            Order::Sync(answer) => drop(answer.send(writer.sync())),
            Order::Sealed(answer) => drop(answer.send(Ok(writer.sealed()))),
            Order::Seal(answer) => {
                drop(answer.send(writer.seal().and_then(|()| writer.sync())));
            }
        }
    }
}

fn plan(settings: &Settings, after: u64, disk: Disk) -> Plan {
    let folder = settings.into.file_name().map(|name| name.to_string_lossy().into_owned());
    let job = (!settings.name.is_empty()).then(|| settings.name.clone());
    Plan {
        folder: settings.into.clone(),
        prefix: settings.warc_prefix.clone(),
        after,
        size: settings.warc_size,
        age: settings.warc_age,
        level: settings.gzip_level,
        disk,
        about: About {
            software: concat!("warraq/", env!("CARGO_PKG_VERSION")).to_owned(),
            user_agent: settings.user_agent.clone(),
            operator: settings.operator.clone(),
            contact: settings.contact.clone(),
            description: settings.description.clone(),
            hostname: hostname(),
            part_of: job.or(folder).unwrap_or_default(),
            robots: settings.robots,
            exact: settings.transport == Transport::Wire,
            credentials: credentials(settings),
        },
    }
}

fn credentials(settings: &Settings) -> Credentials {
    if settings.keep_credentials {
        return Credentials::Kept;
    }
    let own = settings.secret_headers.iter().map(|(name, _)| name.clone());
    Credentials::Redacted(own.collect())
}

/// The machine's name, as its kernel or its environment tells it.
fn hostname() -> String {
    let kernel = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname")).ok();
    let name = kernel.or_else(|| std::env::var("HOSTNAME").ok());
    let name = name.or_else(|| std::env::var("COMPUTERNAME").ok()).unwrap_or_default();
    if name.trim().is_empty() { "localhost".to_owned() } else { name.trim().to_owned() }
}
