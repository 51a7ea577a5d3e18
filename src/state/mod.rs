//! The state: what is kept beside the WARCs so that a crawl can be killed and resumed.
//!
//! The archive is the truth, the state a cache of it: whatever is lost here is replayed from the
//! WARCs ([`rebuild`]). One owner thread holds the database ([`DiskFrontier`]); nobody else reads
//! or writes it. The folder of a crawl:
//!
//! ```text
//! warraq.lock             who is at it: a kernel lock, and pid, host and start to read
//! ledger.jsonl            a line per URL that ended; cut back to the checkpoint at every start
//! state/                  the sled database (db, conf, snap.*)
//! state/checkpoint.json   the checkpoint's numbers once more, outside the database
//! state/leases            what is in flight, so that a URL that kills the process is found out
//! state.bad-<stamp>/      a state that was set aside; never deleted by warraq
//! ```
//!
//! One tree, so that a batch is atomic. Keys begin with a letter, numbers are big-endian, values
//! are a version byte ([`VERSION`]) and a postcard struct ([`rows`]):
//!
//! ```text
//! m version|secret|run|checkpoint   u32; 16 bytes; number of the run; Checkpoint
//! m since                           when the run began
//! m suspects                        what was being read at a crash, and at how many
//! d index:u32                       a seed of the run, as given
//! u print:u64                       a URL: run of its last put, how it stands, its place
//! q site 00 server 00 order:u8 seq:u64   a queued URL: its lead; removed only by its settlement
//! s site                            not-before, delay, visits settled in the run
//! h server                          until when it rests
//! b key:u64                         what the run spent on a site, server, path or pattern
//! p sha1:20 | sha1:20 c              the newest response of a payload, plain or in chunks
//! v print:u64                       validators of the last whole 200 of a URL (WARC-Target-URI)
//! o sha1:20                         a capture of a payload in another archive
//! i name                            a file of dedup/ that is taken in
//! n file                            revisits of the run that refer to a WARC file
//! r origin                          what its robots.txt said
//! g print:u64                       a page, its alternates, or where it moved
//! w file                            a sealed WARC: size, time of change, tally
//! t print:u64                       a URL that was fetched: when, what it is, how calm; its lead
//! x rule                            refusals of the run by rule, with examples
//! l pattern:u64 ticket:u64          a URL that was left out of a pattern that said nothing new
//! y defect                          messages of the run with a defect, with examples
//! ```

mod again;
mod checkpoint;
mod commit;
mod desk;
pub mod disk;
mod keys;
mod leases;
mod ledger;
mod left;
pub mod lock;
mod open;
mod owner;
mod payloads;
pub mod rebuild;
mod reconcile;
mod restore;
mod rows;
pub mod seen;
mod settle;
mod store;
mod suspects;
pub mod traces;

use std::io;
use std::path::{Path, PathBuf};

pub use disk::{DiskFrontier, Durable, Opened, Options};

use crate::disk::Disk;
use crate::moment::Clock;

/// Version of the layout above. A newer one is refused by its number, never misread.
/// Version 2 keeps more of a page (`g`); rows of version 1 still read. Version 3 stands for either
/// half of version 4, which queues by server (older rows of the queue are written anew when the
/// state is opened) and remembers fetches (`t`): what an older one fetched counts as never fetched
/// until a run or a rebuild meets it. Version 5 queues further pages of an article (hop `N`).
pub const VERSION: u32 = 5;

/// What stands in the way of opening a state. Nothing is ever deleted on these paths.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Another process is at it.
    #[error("{dir} is in use by another warraq ({holder}); wait for it, or stop it")]
    Locked {
        /// The folder of the crawl.
        dir: PathBuf,
        /// `pid … on … since …`, as its lock file says.
        holder: String,
    },
    /// The file system said no.
    #[error("{path}: {source}; check that the folder exists, is writable and has room")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The database does not open or does not read.
    #[error(
        "{}; run again with --recover: it is moved aside, not deleted, and made again from the \
         WARCs",
        self.fault()
    )]
    Damaged {
        /// The state's folder.
        path: PathBuf,
        /// What sled said.
        why: String,
    },
    /// The database opens, and something that was in it is gone.
    #[error(
        "{}; run again with --recover: it is moved aside, not deleted, and made again from the \
         WARCs",
        self.fault()
    )]
    Lost {
        /// The state's folder.
        path: PathBuf,
        /// What does not agree.
        why: String,
    },
    /// The archive is not what it was.
    #[error(
        "{}; put the file back as it was, or run again with --recover: the state is moved aside, \
         not deleted, and made again from the WARCs as they are",
        self.fault()
    )]
    Disagrees {
        /// The folder of the crawl.
        dir: PathBuf,
        /// Which file, and how.
        why: String,
    },
    /// The archive ends before the point up to which the state has it.
    #[error(
        "{}; run again with --recover: it is moved aside, not deleted, and made again from the \
         WARCs",
        self.fault()
    )]
    Ahead {
        /// The state's folder.
        path: PathBuf,
        /// Which file, and where it ends.
        why: String,
    },
    /// Written by a warraq that knows more.
    #[error(
        "the state in {path} has layout version {found}, this warraq knows versions up to \
         {known}; use the warraq that wrote it, or a newer one"
    )]
    Newer {
        /// The state's folder.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version known.
        known: u32,
    },
}

impl StateError {
    /// What is wrong, without the remedy where [`set_aside`] is one: for when it has been applied.
    pub fn fault(&self) -> String {
        match self {
            Self::Damaged { path, why } => {
                format!("the state in {} is damaged ({why})", path.display())
            }
            Self::Lost { path, why } => {
                format!("the state in {} has lost data ({why})", path.display())
            }
            Self::Disagrees { dir, why } => {
                format!("the archive in {} is not what the state remembers ({why})", dir.display())
            }
            Self::Ahead { path, why } => {
                let path = path.display();
                format!("the state in {path} tells of more than is left of the archive ({why})")
            }
            _ => self.to_string(),
        }
    }

    /// Whether [`set_aside`] and a replay of the archive mend it (`--recover`).
    pub const fn is_recoverable(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. } | Self::Lost { .. } | Self::Disagrees { .. } | Self::Ahead { .. }
        )
    }

    /// Whether that needs nobody's leave: a WARC that was being written lost its tail with the
    /// machine, and what was in it can only be fetched again.
    pub const fn is_torn_tail(&self) -> bool {
        matches!(self, Self::Ahead { .. })
    }

    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// Renames the state of the crawl in `dir` to `state.bad-<stamp>` and says where it is. The WARCs
/// and the ledger are not touched; the next open begins an empty state.
pub fn set_aside(dir: &Path, clock: &Clock, disk: &Disk) -> Result<PathBuf, StateError> {
    let _lock = lock::Lock::take(disk, dir, clock)?;
    let from = dir.join("state");
    let stamp = clock.wall().stamp17();
    let to = (0_u32..1_000)
        .map(|n| if n == 0 { String::new() } else { format!("-{n}") })
        .map(|suffix| dir.join(format!("state.bad-{stamp}{suffix}")))
        .find(|path| !path.exists())
        .unwrap_or_default();
    disk.rename(&from, &to).map_err(|why| StateError::io(&from, why))?;
    disk.sync_folder(dir).map_err(|why| StateError::io(dir, why))?;
    Ok(to)
}
