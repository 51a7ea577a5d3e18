//! The runs of a folder, as their closings tell of them.
//!
//! Each `-meta` WARC holds the summary and the manifest of a sitting; a run that was interrupted
//! has several. The later summary counts, the files of all are its files.

use std::collections::BTreeMap;
use std::path::Path;

use warc::RecordType;

use super::gather::totals;
use super::{ReportError, Totals};
use crate::crawl::summary::{self, Summary};
use crate::crawl::{Manifest, SealedFile, unclosed};
use crate::record::name;
use crate::record::reader::Records;

/// Largest resource that is read: the summary of a crawl with 100,000 groups has some 200 MB.
const MAX_BYTES: u64 = 512 << 20;

/// A run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Its number.
    pub run: u32,
    /// When it was closed (RFC 3339, UTC); nothing where only `summary.json` tells of it.
    pub closed: Option<String>,
    /// What it did.
    pub summary: Summary,
    /// The WARC files sealed in it.
    pub files: Vec<SealedFile>,
    /// Where its lines begin in `ledger.jsonl`, as its first closing had it.
    pub(super) ledger_from: Option<u64>,
    /// Whether no closing tells of it, nor the summary in the folder: what the folder held as a
    /// whole when it ended is not known.
    pub(super) is_unclosed: bool,
}

impl Run {
    /// Its sums, those of its ledger aside.
    pub fn totals(&self) -> Totals {
        totals(&self.summary.stats, &self.summary.replies)
    }
}

/// The runs of a folder, by number. What cannot be read is passed over: `warraq verify` names it.
pub fn runs(dir: &Path) -> Result<BTreeMap<u32, Run>, ReportError> {
    let failed = |why| ReportError::Io { path: dir.to_owned(), why };
    let mut runs = BTreeMap::new();
    for path in name::files(dir).map_err(failed)? {
        if path.file_name().and_then(|name| name.to_str()).is_some_and(name::is_meta) {
            closing(&path, &mut runs);
        }
    }
    for summary in unclosed(dir) {
        let run: &mut Run = runs.entry(summary.stats.run).or_default();
        if run.summary.ended < summary.ended {
            run.run = summary.stats.run;
            run.summary = summary;
            run.is_unclosed = true;
        }
    }
    if let Some(kept) = summary::kept(dir) {
        let run: &mut Run = runs.entry(kept.stats.run).or_default();
        run.run = kept.stats.run;
        run.summary = kept;
        run.is_unclosed = false;
    }
    if runs.is_empty() && dir.join("state").exists() {
        return Err(ReportError::NotEnded(dir.to_owned()));
    }
    if runs.is_empty() {
        return Err(ReportError::NoRun(dir.to_owned()));
    }
    Ok(runs)
}

/// The last run of a folder, from `summary.json` and the closings of that run alone; `None` where
/// there is no summary, or a closing tells of a later run.
pub(super) fn last(dir: &Path) -> Result<Option<Run>, ReportError> {
    let failed = |why| ReportError::Io { path: dir.to_owned(), why };
    let Some(kept) = summary::kept(dir) else { return Ok(None) };
    let mut closings = Vec::new();
    for path in name::files(dir).map_err(failed)?.into_iter().rev() {
        if !path.file_name().and_then(|name| name.to_str()).is_some_and(name::is_meta) {
            continue;
        }
        match told_of(&path) {
            Some(run) if run > kept.stats.run => return Ok(None),
            Some(run) if run < kept.stats.run => break,
            Some(_) => closings.push(path),
            // Nobody can tell whose it is.
            None => {}
        }
    }
    let mut runs = BTreeMap::new();
    for path in closings.iter().rev() {
        closing(path, &mut runs);
    }
    let run: Run = runs.remove(&kept.stats.run).unwrap_or_default();
    Ok(Some(Run { run: kept.stats.run, summary: kept, ..run }))
}

/// The run a closing tells of, by its first resource.
fn told_of(path: &Path) -> Option<u32> {
    let mut records = Records::open(path).ok()?;
    let resource =
        records.find_map(|entry| entry.ok().filter(|it| it.kind == RecordType::Resource));
    let uri = resource.as_ref()?.target_uri()?.strip_prefix("urn:warraq:run:")?;
    uri.split_once(':')?.0.parse().ok()
}

/// What the last run of a folder did, if there was one.
pub fn newest(dir: &Path) -> Option<Summary> {
    summary::kept(dir).or_else(|| runs(dir).ok()?.into_values().next_back().map(|run| run.summary))
}

fn closing(path: &Path, runs: &mut BTreeMap<u32, Run>) {
    let Ok(records) = Records::open(path) else { return };
    for entry in records.keep(MAX_BYTES).flatten() {
        if entry.kind != RecordType::Resource {
            continue;
        }
        let uri = entry.target_uri().and_then(|uri| uri.strip_prefix("urn:warraq:run:"));
        let Some((run, what)) = uri.and_then(|uri| uri.split_once(':')) else { continue };
        let (Ok(run), Ok(block)) = (run.parse(), entry.block.first(MAX_BYTES)) else { continue };
        let row = runs.entry(run).or_default();
        row.run = run;
        match what {
            "summary" => {
                if let Ok(summary) = serde_json::from_slice(&block) {
                    row.summary = summary;
                    row.closed = entry.header.get("WARC-Date").map(str::to_owned);
                }
            }
            "manifest" => {
                if let Ok(manifest) = serde_json::from_slice::<Manifest>(&block) {
                    row.files.extend(manifest.files);
                    row.ledger_from.get_or_insert(manifest.ledger.from);
                }
            }
            _ => {}
        }
    }
}
