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
//! m suspects                        what was in flight at the last crash, and at how many in a row
//! d index:u32                       a seed of the run, as given
//! u print:u64                       a URL: run of its last put, how it stands, its place
//! q site 00 order:u8 seq:u64        a queued URL: its lead; removed only by its settlement
//! s site                            not-before, delay, visits settled in the run
//! p sha1:20                         the first capture of a payload
//! r origin                          what its robots.txt said
//! g print:u64                       a page, its alternates, or where it moved
//! x rule                            refusals of the run by rule, with examples
//! ```

mod checkpoint;
mod commit;
mod desk;
pub mod disk;
mod keys;
mod leases;
mod ledger;
pub mod lock;
mod open;
mod owner;
pub mod rebuild;
mod restore;
mod rows;
pub mod seen;
mod settle;
mod store;
pub mod traces;

use std::io;
use std::path::{Path, PathBuf};

pub use disk::{DiskFrontier, Durable, Opened, Options};

use crate::moment::Clock;

/// Version of the layout above. A newer one is refused by its number, never misread.
/// Version 2 keeps more of a page (`g`); rows of version 1 still read.
pub const VERSION: u32 = 2;

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
        "the state in {path} is damaged ({why}); run again with --recover: it is moved aside, not \
         deleted, and made again from the WARCs"
    )]
    Damaged {
        /// The state's folder.
        path: PathBuf,
        /// What sled said.
        why: String,
    },
    /// The database opens, and something that was in it is gone.
    #[error(
        "the state in {path} has lost data ({why}); run again with --recover: it is moved aside, \
         not deleted, and made again from the WARCs"
    )]
    Lost {
        /// The state's folder.
        path: PathBuf,
        /// What does not agree.
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
    /// Whether [`set_aside`] and a replay of the archive mend it (`--recover`).
    pub const fn is_recoverable(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Lost { .. })
    }

    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io { path: path.to_owned(), source }
    }
}

/// Renames the state of the crawl in `dir` to `state.bad-<stamp>` and says where it is. The WARCs
/// and the ledger are not touched; the next open begins an empty state.
pub fn set_aside(dir: &Path, clock: &Clock) -> Result<PathBuf, StateError> {
    let _lock = lock::Lock::take(dir, clock)?;
    let from = dir.join("state");
    let stamp = clock.wall().stamp17();
    let to = (0_u32..1_000)
        .map(|n| if n == 0 { String::new() } else { format!("-{n}") })
        .map(|suffix| dir.join(format!("state.bad-{stamp}{suffix}")))
        .find(|path| !path.exists())
        .unwrap_or_default();
    std::fs::rename(&from, &to).map_err(|why| StateError::io(&from, why))?;
    sync_folder(dir).map_err(|why| StateError::io(dir, why))?;
    Ok(to)
}

/// Makes the names in a folder durable.
fn sync_folder(dir: &Path) -> io::Result<()> {
    std::fs::File::open(dir)?.sync_all()
}
