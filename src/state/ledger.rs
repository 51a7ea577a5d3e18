//! The ledger: one JSON line per URL that ended, in `ledger.jsonl`.
//!
//! Lines are gathered with the settlements they tell of and written with their commit. The
//! checkpoint holds the length; at every start the file is cut back to it, so that what is replayed
//! is written once. A ledger whose state is gone is kept under another name.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::StateError;
use crate::disk::{Disk, DiskFile};
use crate::frontier::tally::Standing;
use crate::json;
use crate::lead::{Lead, Locator, Outcome, Refusal, Rule, Truncated};
use crate::moment::Moment;

/// Bytes of its end that are looked through at a time for the end of a line.
const TAIL: u64 = 64 << 10;

#[derive(Debug)]
pub(crate) struct Ledger {
    file: DiskFile,
    path: PathBuf,
    length: u64,
    pending: Vec<u8>,
}

/// How a URL ended, for its line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) bytes: u64,
    pub(crate) took_ms: u64,
    pub(crate) record: Option<Locator>,
    /// Of a body that is not whole: how much of it came, and what ended it.
    pub(crate) cut: Option<String>,
    /// What was wrong with the message.
    pub(crate) defects: Vec<String>,
}

#[derive(Default, Serialize)]
struct Line<'a> {
    run: u32,
    url: &'a str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hop: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hops: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<crate::lead::FailureKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    defects: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'a Locator>,
}

impl Ledger {
    /// Opens the ledger of `dir`. Where there was no state (`fresh`), a ledger that is there already
    /// is kept as `ledger-<stamp>.jsonl`.
    pub(crate) fn open(
        disk: &Disk,
        dir: &Path,
        fresh: bool,
        now: Moment,
    ) -> Result<Self, StateError> {
        let path = dir.join("ledger.jsonl");
        if fresh && std::fs::metadata(&path).is_ok_and(|meta| meta.len() > 0) {
            let kept = disk.rename(&path, &kept_name(dir, now));
            kept.map_err(|why| StateError::io(&path, why))?;
        }
        let how = OpenOptions::new().write(true).create(true).truncate(false).clone();
        let file = disk.open(&path, &how).map_err(|why| StateError::io(&path, why))?;
        Ok(Self { file, path, length: 0, pending: Vec::new() })
    }

    /// Cuts it back to the length the checkpoint tells of. After a power cut it may be shorter;
    /// then its whole lines stay, and what came of a torn one is said.
    pub(crate) fn cut_back(&mut self, length: u64) -> Result<Option<String>, StateError> {
        let cut = self.cut_to_lines(length).map_err(|why| StateError::io(&self.path, why))?;
        let path = self.path.display();
        Ok((cut > 0).then(|| format!("{path} ended in a torn line: {cut} bytes of it cut off")))
    }

    /// Bytes of a torn last line that were cut off.
    fn cut_to_lines(&mut self, length: u64) -> io::Result<u64> {
        let end = self.file.inner().metadata()?.len().min(length);
        self.length = whole_lines(&self.path, end)?;
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length))?;
        Ok(end - self.length)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes written and synced.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// `rule`: the one by which a redirect was not followed.
    pub(crate) fn ended(
        &mut self,
        run: u32,
        lead: &Lead,
        outcome: &Outcome,
        facts: &Facts,
        rule: Option<Rule>,
    ) {
        let mut line = Line {
            run,
            url: &lead.found,
            state: Standing::after(outcome).name(),
            hop: Some(format!("{:?}", lead.hop).to_lowercase()),
            hops: Some(&lead.hops),
            via: lead.via.as_deref(),
            bytes: Some(facts.bytes),
            took_ms: Some(facts.took_ms),
            record: facts.record.as_ref(),
            detail: facts.cut.as_deref(),
            defects: &facts.defects,
            rule: rule.map(Rule::name),
            ..Line::default()
        };
        match outcome {
            Outcome::Captured { status, truncated } => {
                line.status = Some(*status);
                line.truncated = truncated.map(Truncated::as_str);
            }
            Outcome::Revisit { status } | Outcome::Moved { status, .. } => {
                line.status = Some(*status);
            }
            Outcome::Refused(refusal) => line.rule = Some(refusal.rule.name()),
            Outcome::Failed(failure) => {
                line.failure = Some(failure.kind);
                line.detail = Some(&failure.detail);
            }
        }
        self.push(&line);
    }

    pub(crate) fn refused(&mut self, run: u32, refusal: &Refusal, via: &str) {
        self.push(&Line {
            run,
            url: &refusal.url,
            state: Standing::Refused.name(),
            via: Some(via),
            rule: Some(refusal.rule.name()),
            ..Line::default()
        });
    }

    /// Appends what is pending and makes it durable.
    pub(crate) fn commit(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.file.write_all(&self.pending)?;
            self.file.sync_data()?;
            self.length += self.pending.len() as u64;
            self.pending.clear();
        }
        Ok(())
    }

    fn push(&mut self, line: &Line<'_>) {
        // A struct of strings and numbers always serialises into a growing vector.
        self.pending.extend(json::line(line).unwrap_or_default().into_bytes());
        self.pending.push(b'\n');
    }
}

/// Where the last whole line ends of the first `end` bytes of a file.
fn whole_lines(path: &Path, mut end: u64) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut part = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(TAIL);
        file.seek(SeekFrom::Start(start))?;
        part.clear();
        (&file).take(end - start).read_to_end(&mut part)?;
        if let Some(at) = memchr::memrchr(b'\n', &part) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn kept_name(dir: &Path, now: Moment) -> PathBuf {
    dir.join(format!("ledger-{}.jsonl", now.stamp17()))
}
