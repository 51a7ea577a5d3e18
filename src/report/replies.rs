//! Replies that stand for no page: errors, and that there is nothing.
//!
//! They are archived like any reply, and the state counts them as what the archive holds: a capture,
//! or a revisit where the same words came before. Who reads a report asks for pages, so here they
//! are told apart. A robots.txt that is not there is an answer, and none of these.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::ReportError;
use super::known::Known;
use super::ledger::{Line, lines};
use crate::lead::{is_error, is_gone};

/// Replies of one kind, by what the archive has of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// As a `response`.
    pub captured: u64,
    /// As a `revisit`.
    pub unchanged: u64,
}

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReplies {
    /// 404 and 410.
    pub gone: Kind,
    /// All other statuses from 400 on.
    pub errors: Kind,
}

impl Kind {
    /// Both together.
    pub const fn all(self) -> u64 {
        self.captured + self.unchanged
    }
}

impl ErrorReplies {
    /// Counts a line of the run.
    pub(super) fn count(&mut self, line: &Line) {
        let kind = match line.status {
            _ if line.is_robots() => return,
            Some(status) if is_gone(status) => &mut self.gone,
            Some(status) if is_error(status) => &mut self.errors,
            _ => return,
        };
        match line.state.as_str() {
            "captured" => kind.captured += 1,
            "revisit" => kind.unchanged += 1,
            _ => {}
        }
    }
}

/// Those of the last run of a folder, by its ledger.
pub(crate) fn error_replies(dir: &Path, run: u32) -> Result<ErrorReplies, ReportError> {
    let mut replies = ErrorReplies::default();
    let path = dir.join("ledger.jsonl");
    if !path.exists() {
        return Ok(replies);
    }
    let from = Known::open(dir, run).map_or(0, |known| known.to());
    for (line, _) in lines::<Line>(&path, from)? {
        if let Some(line) = line.filter(|line| line.run == run) {
            replies.count(&line);
        }
    }
    Ok(replies)
}
