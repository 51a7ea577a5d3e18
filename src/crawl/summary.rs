//! The summary: what a run did, and what the folder holds.
//!
//! Computed from the state when a run ends and for `warraq info`; kept as `summary.json` beside the
//! archive so that it can be read while nothing runs and while something does.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use super::blocked::Blocked;
pub use super::live::Steered;
pub use super::rests::Rest;
use super::{How, Skipped};
use crate::disk::Disk;
use crate::frontier::{Dependency, Frontier, FrontierError, Stats};
use crate::groups::{self, Group, GroupKind};
use crate::json;
use crate::moment::Moment;
use crate::page::PageKind;
use crate::record::name as record;
use crate::record::trace::PageRow;
use crate::report::ErrorReplies;
use crate::settings::Thresholds;

/// What a run did, and what the folder holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How the run ended.
    pub how: Option<How>,
    /// The numbers of the run.
    pub stats: Stats,
    /// Of its captures and revisits, those that stand for no page.
    #[serde(default)]
    pub replies: ErrorReplies,
    /// Article pages known, all runs together.
    pub articles: u64,
    /// Articles with at least one named author.
    pub with_byline: u64,
    /// Articles by the language of their text; by the declared one where the text does not tell.
    #[serde(default)]
    pub languages: BTreeMap<String, u64>,
    /// Names of authors, sorted, at most [`AUTHORS_KEPT`].
    pub authors: BTreeSet<String>,
    /// Translation groups of two and more languages.
    pub groups: Vec<Group>,
    /// Groups of one topic, each page written for itself: no translations.
    #[serde(default)]
    pub comparable: Vec<Group>,
    /// WARC files of earlier runs and of other archives that this run's revisits refer to: it
    /// cannot be replayed without them.
    #[serde(default)]
    pub depends_on: Vec<Dependency>,
    /// Hosts that were left alone for more than their delay in this call, the longest first.
    #[serde(default)]
    pub rests: Vec<Rest>,
    /// WARC files of the folder, oldest first.
    pub files: Vec<ArchiveFile>,
    /// URLs whose server answered 429 (Too Many Requests, RFC 6585 §4) to the last attempt.
    #[serde(default)]
    pub rate_limited: u64,
    /// Runs that were left out because this one held the folder.
    #[serde(default)]
    pub skipped: Vec<Skipped>,
    /// What was told while it ran (`warraq pause`, `warraq host`), in this call.
    #[serde(default)]
    pub steered: Vec<Steered>,
    /// Hosts that an operator blocked, with the URLs left on them.
    #[serde(default)]
    pub blocked: Vec<Blocked>,
    /// Why the state was made anew from the archive, and where the old one is.
    #[serde(default)]
    pub recovered: Option<String>,
    /// The seeds that came to nothing.
    pub failed_seeds: Vec<String>,
    /// The seeds that were not asked for, since the recrawl policy did not have them due.
    #[serde(default)]
    pub not_due_seeds: Vec<String>,
    /// When the run ended.
    #[serde(default)]
    pub ended: Option<Moment>,
    /// When a run last ended with more known articles than the one before; where none was found yet,
    /// when the first run began.
    #[serde(default)]
    pub newest_article: Option<Moment>,
    /// What was asked of the run.
    #[serde(default)]
    pub thresholds: Thresholds,
}

/// One WARC file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFile {
    /// Its path below the crawl folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Authors a summary names; more are only counted.
pub const AUTHORS_KEPT: usize = 200;

impl Summary {
    /// When the folder last saw a new article, by what the run before left.
    pub(super) fn dated(self, before: Option<&Self>, began: Moment, now: Moment) -> Self {
        let (known, since) = before.map_or((0, None), |run| (run.articles, run.newest_article));
        // What a clock that was ahead told of news is no news to wait for.
        let since = since.filter(|since| !since.is_ahead_of(now));
        let newest = if self.articles > known { now } else { since.unwrap_or(began) };
        Self { ended: Some(now), newest_article: Some(newest), ..self }
    }

    fn count(&mut self, page: &PageRow) {
        if page.kind != PageKind::Article {
            return;
        }
        self.articles += 1;
        self.with_byline += u64::from(!page.byline.is_empty());
        if let Some(lang) = page.detected.as_ref().or(page.declared.as_ref()) {
            *self.languages.entry(lang.to_string()).or_default() += 1;
        }
        for name in &page.byline {
            self.authors.insert(name.clone());
            if self.authors.len() > AUTHORS_KEPT {
                self.authors.pop_last();
            }
        }
    }
}

/// Sums up a frontier and the archive beside it.
pub async fn sum_up<F: Frontier>(
    frontier: &F,
    archive: &Path,
    failed_seeds: Vec<String>,
) -> Result<Summary, FrontierError> {
    let mut stats = frontier.stats().await?;
    let depends_on = std::mem::take(&mut stats.depends_on);
    let mut summary = Summary { stats, depends_on, failed_seeds, ..Summary::default() };
    let builder = gather(frontier, |page| summary.count(page)).await?;
    (summary.groups, summary.comparable) =
        builder.finish().into_iter().partition(|group| group.kind == GroupKind::Parallel);
    summary.files = files(archive);
    Ok(summary)
}

/// The pages of all runs, gathered for judgement; each is shown to `see` on the way.
pub(super) async fn gather<F: Frontier>(
    frontier: &F,
    mut see: impl FnMut(&PageRow) + Send,
) -> Result<groups::Builder, FrontierError> {
    let mut builder = groups::Builder::new();
    let mut after = None;
    loop {
        let (pages, next) = frontier.pages(after).await?;
        for kept in &pages {
            see(&kept.page);
            builder.add(&kept.page, &kept.alternates, kept.moved_to.as_deref());
        }
        if next.is_none() {
            return Ok(builder);
        }
        after = next;
    }
}

/// The WARC files of a folder, oldest first.
pub fn files(archive: &Path) -> Vec<ArchiveFile> {
    let sized = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.to_owned();
        Some(ArchiveFile { name, bytes: path.metadata().ok()?.len() })
    };
    record::files(archive).unwrap_or_default().into_iter().filter_map(sized).collect()
}

/// Keeps the summary as `summary.json` in the crawl folder, whole or not at all.
pub fn keep(summary: &Summary, into: &Path, disk: &Disk) -> io::Result<()> {
    disk.replace(&into.join("summary.json"), json::pretty(summary)?.as_bytes())
}

/// The bytes of `groups.jsonl`: every group, comparable ones included, by id.
pub fn group_table(summary: &Summary) -> io::Result<Vec<u8>> {
    let mut all: Vec<&Group> = summary.groups.iter().chain(&summary.comparable).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    groups::table(all)
}

/// Keeps the groups as `groups.jsonl` in the crawl folder, whole or not at all.
pub fn keep_groups(summary: &Summary, into: &Path, disk: &Disk) -> io::Result<()> {
    disk.replace(&into.join(groups::TABLE), &group_table(summary)?)
}

/// The summary that [`keep`] left, if it did.
pub fn kept(into: &Path) -> Option<Summary> {
    serde_json::from_slice(&std::fs::read(into.join("summary.json")).ok()?).ok()
}
