//! How a run ended: one word, in its summary, its report and its exit code.

use serde::{Deserialize, Serialize};

use super::desk::{Desk, Stop};
use crate::frontier::Frontier;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Nothing is left that may be fetched in this run.
    Complete,
    /// `--max-pages` was reached; the rest is queued.
    MaxPages,
    /// All that is left rests for longer than `--patience`; it is queued.
    RateLimited,
    /// All that is left is on hosts that an operator blocked; it is queued.
    Blocked,
    /// `--max-bytes` was reached; the rest is queued.
    MaxBytes,
    /// `--max-time` was reached; the rest is queued.
    MaxTime,
    /// The disk has less room than `--disk-floor`, and the run may not wait; the rest is queued.
    DiskFloor,
    /// Told to stop; what was in flight is finished, the rest is queued.
    Interrupted,
    /// Told to stop at once; what was in flight is queued again.
    Killed,
}

impl std::fmt::Display for How {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Complete => "complete",
            Self::MaxPages => "stopped at --max-pages; the rest is queued",
            Self::RateLimited => {
                "rate-limited: all that is left wants to be left alone; it is queued"
            }
            Self::Blocked => {
                "blocked: all that is left is on hosts that were blocked; it is queued"
            }
            Self::MaxBytes => "stopped at --max-bytes; the rest is queued",
            Self::MaxTime => "stopped at --max-time; the rest is queued",
            Self::DiskFloor => "stopped at --disk-floor; the rest is queued",
            Self::Interrupted => "interrupted; the rest is queued",
            Self::Killed => "stopped at once; what was in flight is queued again",
        })
    }
}

/// How a run ended whose workers are done; `blocked` says whether something is left on blocked hosts.
pub(super) fn how<F: Frontier, T>(desk: &Desk<F, T>, stop: &Stop, blocked: bool) -> How {
    // What the drain dropped is queued: only a second word makes it a killed run.
    if stop.now.is_cancelled() {
        How::Killed
    } else if desk.pages_used_up() {
        How::MaxPages
    } else if let Some(how) = desk.reached() {
        how
    } else if stop.intake.is_cancelled() {
        How::Interrupted
    } else if desk.is_out_of_patience() {
        How::RateLimited
    } else if blocked {
        How::Blocked
    } else {
        How::Complete
    }
}
