//! The ledger read back: one pass over the lines of a run, summed up as it goes.
//!
//! Memory is bounded by the number of hosts and reasons, not of URLs. A line that cannot be read is
//! counted and passed over.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::diff::Held;
use super::known::{Known, print, stood};
use super::replies::ErrorReplies;
use super::{EXAMPLES, Host, Reason, ReportError, Seed};
use crate::json;
use crate::lead::{Locator, is_error};

/// Longest line that is read.
const MAX_LINE: u64 = 1 << 20;

/// Hosts and reasons that are told apart.
const MAX_KEYS: usize = 100_000;

/// A line, as far as a report needs it.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) run: u32,
    pub(super) url: String,
    pub(super) state: String,
    pub(super) status: Option<u16>,
    hop: Option<String>,
    rule: Option<String>,
    failure: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    bytes: u64,
    #[serde(default)]
    took_ms: u64,
    record: Option<Locator>,
}

/// A line of an earlier run: there are years of them, and only this much is read of each.
#[derive(Debug, Deserialize)]
pub(super) struct Past {
    pub(super) run: u32,
    pub(super) url: String,
    pub(super) state: String,
    pub(super) status: Option<u16>,
}

/// What the lines of a run come to.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) statuses: BTreeMap<u16, u64>,
    pub(super) hosts: HashMap<String, Host>,
    pub(super) failures: BTreeMap<String, Reason>,
    pub(super) seeds: Vec<Seed>,
    /// WARC files with records of the run.
    pub(super) files: BTreeSet<String>,
    pub(super) novel_bytes: u64,
    pub(super) unchanged_bytes: u64,
    pub(super) held: Held,
    pub(super) replies: ErrorReplies,
    /// Lines that could not be read.
    pub(super) unreadable: u64,
}

/// Sums up a run; `seeds` are those whose end is told each for itself. The lines of the run begin at
/// `from`, if that is known.
pub(super) fn account(
    dir: &Path,
    run: u32,
    seeds: Vec<Seed>,
    from: u64,
) -> Result<Account, ReportError> {
    let mut account = Account { seeds, ..Account::default() };
    let places: HashMap<String, usize> =
        account.seeds.iter().enumerate().map(|(at, seed)| (seed.url.clone(), at)).collect();
    let ledgers = ledgers(dir)?;
    let known = Known::open(dir, run);
    let (path, from) = match (&known, ledgers.first()) {
        // Nothing of the run stands before that.
        (Some(known), Some(path)) => {
            account.meet(path, run, known.to())?;
            (Some(path), known.to())
        }
        _ => account.find(&ledgers, run, from)?,
    };
    account.learn(&ledgers, run, known)?;
    let Some(path) = path else { return Ok(account) };
    for (line, _) in lines::<Line>(path, from)? {
        match line {
            Some(line) if line.run == run => account.take(&line, &places),
            Some(_) => {}
            None => account.unreadable += 1,
        }
    }
    Ok(account)
}

/// `ledger.jsonl`, then the ones a lost state left, newest first.
pub(super) fn ledgers(dir: &Path) -> Result<Vec<PathBuf>, ReportError> {
    let failed = |why| ReportError::Io { path: dir.to_owned(), why };
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("ledger") && path.extension().is_some_and(|end| end == "jsonl") {
            kept.push(path);
        }
    }
    // `ledger.jsonl` sorts behind `ledger-….jsonl`.
    kept.sort();
    kept.reverse();
    Ok(kept)
}

/// Whether a line begins there, and not at the very beginning.
fn begins_line(path: &Path, from: u64) -> bool {
    let before = || {
        let mut file = File::open(path).ok()?;
        file.seek(SeekFrom::Start(from.checked_sub(1)?)).ok()?;
        let mut byte = [0];
        file.read_exact(&mut byte).ok()?;
        Some(byte == *b"\n")
    };
    before().unwrap_or(false)
}

/// The lines of a ledger from a place on, each with the place behind it.
pub(super) fn lines<T: DeserializeOwned>(
    path: &Path,
    from: u64,
) -> Result<impl Iterator<Item = (Option<T>, u64)>, ReportError> {
    let failed = |why| ReportError::Io { path: path.to_owned(), why };
    let mut file = File::open(path).map_err(failed)?;
    file.seek(SeekFrom::Start(from)).map_err(failed)?;
    let passed = Rc::new(Cell::new(from));
    let counted = Counted { from: BufReader::new(file), passed: Rc::clone(&passed) };
    Ok(json::lines(counted, MAX_LINE).map(move |line| (line, passed.get())))
}

/// A reader that counts what was taken from it.
struct Counted<R> {
    from: R,
    passed: Rc<Cell<u64>>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        self.passed.set(self.passed.get() + count as u64);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.from.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.passed.set(self.passed.get() + count as u64);
        self.from.consume(count);
    }
}

impl Line {
    /// Whether it tells of a robots.txt.
    pub(super) fn is_robots(&self) -> bool {
        self.hop.as_deref() == Some("robots")
    }
}

impl Account {
    /// The ledger that has lines of the run, and where they may begin; their URLs are met. A ledger
    /// whose state was lost is another one: then all of them are looked through from the beginning.
    fn find<'p>(
        &mut self,
        ledgers: &'p [PathBuf],
        run: u32,
        from: u64,
    ) -> Result<(Option<&'p PathBuf>, u64), ReportError> {
        let current = ledgers.first().filter(|path| begins_line(path, from));
        let all = ledgers.iter().map(|path| (path, 0));
        for (path, from) in current.map(|path| (path, from)).into_iter().chain(all) {
            if self.meet(path, run, from)? {
                return Ok((Some(path), from));
            }
        }
        Ok((ledgers.first(), 0))
    }

    /// Meets the URLs of the run; says whether there were any.
    fn meet(&mut self, path: &Path, run: u32, from: u64) -> Result<bool, ReportError> {
        let mut found = false;
        for (line, _) in lines::<Past>(path, from)? {
            if let Some(line) = line.filter(|line| line.run == run) {
                self.held.met(&line.url);
                found = true;
            }
        }
        Ok(found)
    }

    /// Takes in what the runs before knew of the URLs that were met: from the file that knows, and
    /// the lines behind its end; without it, from the oldest ledger on.
    fn learn(
        &mut self,
        ledgers: &[PathBuf],
        run: u32,
        known: Option<Known>,
    ) -> Result<(), ReportError> {
        let Some(mut known) = known else {
            return ledgers.iter().rev().try_for_each(|path| self.learn_from(path, run, 0));
        };
        while let Some((print, stood)) = known.next() {
            self.held.before(print, stood);
        }
        ledgers.first().map_or(Ok(()), |path| self.learn_from(path, run, known.to()))
    }

    fn learn_from(&mut self, path: &Path, run: u32, from: u64) -> Result<(), ReportError> {
        for (line, _) in lines::<Past>(path, from)? {
            if let Some(line) = line.filter(|line| line.run < run)
                && let Some(stood) = stood(&line.state, line.status)
            {
                self.held.before(print(&line.url), stood);
            }
        }
        Ok(())
    }

    fn take(&mut self, line: &Line, seeds: &HashMap<String, usize>) {
        if let Some(seed) = seeds.get(line.url.as_str()).and_then(|at| self.seeds.get_mut(*at)) {
            seed.state.clone_from(&line.state);
            seed.status = line.status;
            seed.why = line.failure.clone().or_else(|| line.rule.clone());
        }
        if let Some(record) = &line.record {
            self.files.insert(record.file.clone());
        }
        if let Some(status) = line.status.filter(|status| *status > 0) {
            *self.statuses.entry(status).or_default() += 1;
        }
        match line.state.as_str() {
            "captured" => self.novel_bytes += line.bytes,
            "revisit" => self.unchanged_bytes += line.bytes,
            _ => {}
        }
        self.replies.count(line);
        self.held.now(line);
        self.failed(line);
        if line.state != "refused" {
            self.at_host(line);
        }
    }

    fn failed(&mut self, line: &Line) {
        let reason = match (&line.failure, line.status) {
            (Some(kind), _) => kind.clone(),
            (None, Some(status)) if status >= 400 => format!("HTTP {status}"),
            _ => return,
        };
        if self.failures.len() >= MAX_KEYS && !self.failures.contains_key(&reason) {
            return;
        }
        let row = self.failures.entry(reason.clone()).or_default();
        row.reason = reason;
        row.count += 1;
        if row.examples.len() < EXAMPLES {
            let detail = line.detail.as_deref().map(|detail| format!(": {detail}"));
            row.examples.push(format!("{}{}", line.url, detail.unwrap_or_default()));
        }
    }

    fn at_host(&mut self, line: &Line) {
        let Some(host) = host_of(&line.url) else { return };
        if self.hosts.len() >= MAX_KEYS && !self.hosts.contains_key(&host) {
            return;
        }
        let row = self.hosts.entry(host.clone()).or_default();
        row.host = host;
        row.urls += 1;
        row.failed += u64::from(line.state == "failed");
        row.errors += u64::from(line.status.is_some_and(is_error));
        row.bytes += line.bytes;
        // The sum until all is read; the mean afterwards.
        row.mean_ms += line.took_ms;
    }
}

fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}
