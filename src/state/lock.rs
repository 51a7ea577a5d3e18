//! The lock of a crawl folder: a kernel lock, and who holds it to read.
//!
//! Taken before anything in the folder is touched and held to the end. The kernel lets go of it
//! when its process dies, so a stale file never needs removing by hand.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use fs4::{FileExt, TryLockError};

use super::StateError;
use crate::disk::{Disk, DiskFile};
use crate::moment::Clock;

/// The lock file.
const NAME: &str = "warraq.lock";

/// Longest holder line that is read.
const HOLDER_BYTES: u64 = 512;

/// The lock, held while this lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: DiskFile,
}

impl Lock {
    /// Takes the lock of `dir`, or says who has it.
    pub(crate) fn take(disk: &Disk, dir: &Path, clock: &Clock) -> Result<Self, StateError> {
        let path = dir.join(NAME);
        let failed = |why| StateError::io(&path, why);
        let how = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
        let mut file = disk.open(&path, &how).map_err(failed)?;
        if !file.lock().map_err(failed)? {
            let holder = holder(file.inner());
            return Err(StateError::Locked { dir: dir.to_owned(), holder });
        }
        let line = format!("pid {} on {} since {}\n", std::process::id(), host(), clock.wall());
        file.set_len(0).map_err(failed)?;
        file.write_all(line.as_bytes()).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

/// Who works on `dir` now, when somebody does. Takes no lock that outlives the call.
pub fn working_on(dir: &Path) -> Option<String> {
    let file = File::open(dir.join(NAME)).ok()?;
    match FileExt::try_lock_shared(&file) {
        Err(TryLockError::WouldBlock) => Some(holder(&file)),
        _ => None,
    }
}

/// The process id in a holder's line, when it is one of this machine.
pub fn pid_here(holder: &str) -> Option<i32> {
    let (pid, rest) = holder.strip_prefix("pid ")?.split_once(" on ")?;
    let here = rest.split_once(" since ").is_some_and(|(name, _)| name == host());
    pid.parse().ok().filter(|pid| here && *pid > 1)
}

fn holder(file: &File) -> String {
    let mut line = String::new();
    let read = file.take(HOLDER_BYTES).read_to_string(&mut line);
    let line: String = line.trim().chars().filter(|c| !c.is_control()).collect();
    if read.is_err() || line.is_empty() { "its lock file names nobody".into() } else { line }
}

fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname")
        .or_else(|_| std::fs::read_to_string("/etc/hostname"))
        .unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "this host".to_owned() } else { name.to_owned() }
}
