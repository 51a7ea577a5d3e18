//! Overlap: what a run does about another that holds its folder.
//!
//! The kernel's lock decides who runs; this only says when to try. Skipping leaves it to the lock
//! itself, which refuses with code 5.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Exit, Stopped, show};
use crate::crawl::{self, Skipped, Stop};
use crate::disk::Disk;
use crate::seeds::job::Overlap;
use crate::state::lock;

/// How often a lock is looked at that somebody else holds.
const LOOK: Duration = Duration::from_secs(1);

/// Waits for the folder, or has its holder drain, as the policy says. A run that is told to stop
/// meanwhile ends as an interrupted one.
pub(super) async fn make_way(dir: &Path, policy: Overlap, stop: &Stop) -> Result<(), Stopped> {
    let Some(holder) = lock::working_on(dir) else { return Ok(()) };
    match policy {
        Overlap::Skip => return Ok(()),
        Overlap::Wait => {
            let dir = dir.display();
            show::complain(&format!("waiting for the run that holds {dir} ({holder})"));
        }
        Overlap::Replace => replace(dir, &holder)?,
    }
    while lock::working_on(dir).is_some() {
        tokio::select! {
            () = stop.intake.cancelled() => {
                let why = anyhow::anyhow!("stopped while waiting for {}", dir.display());
                return Err(Stopped::new(Exit::Interrupted, why));
            }
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    Ok(())
}

/// Notes that a run is left out, for the summary of the one that holds the folder.
pub(super) fn note(dir: &Path, skipped: &Skipped) {
    if let Err(why) = crawl::note_skipped(dir, skipped, &Disk::real()) {
        show::complain(&format!("{}: the skipped run could not be noted: {why}", dir.display()));
    }
}

/// Tells the holder to drain. Only a process of this machine can be told.
fn replace(dir: &Path, holder: &str) -> Result<(), Stopped> {
    let pid = lock::pid_here(holder).ok_or_else(|| {
        let why = format!("{} is held by {holder}, which cannot be told from here", dir.display());
        Stopped::new(Exit::Locked, anyhow::anyhow!("{why}; stop it there"))
    })?;
    show::complain(&format!("{} is held by {holder}: it is told to drain", dir.display()));
    // One that has just ended need not be told.
    let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    Ok(())
}
