//! What is kept of a job beside the archive: the seeds, and the settings that scope depends on.
//!
//! `job.json` outlives the state. With it and the WARC files the frontier can be made again
//! without anybody remembering the command line.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::disk::Disk;
use crate::lang::Lang;
use crate::lead::Lead;
use crate::settings::{AlternatesScope, Recrawl, SeedScope, Settings};

const FILE: &str = "job.json";

/// The part of a job that a rebuild needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptJob {
    seeds: Vec<String>,
    depth: u32,
    languages: Vec<Lang>,
    alternates_scope: AlternatesScope,
    alternates_per_page: usize,
    sitemaps: bool,
    feeds: bool,
    #[serde(default = "segments")]
    path_segments: usize,
    #[serde(default = "repeats")]
    segment_repeats: usize,
    #[serde(default)]
    seed_scopes: Vec<SeedScope>,
    #[serde(default = "Recrawl::each_run")]
    recrawl: Recrawl,
}

/// The limits of the releases that kept none.
const fn segments() -> usize {
    20
}

const fn repeats() -> usize {
    3
}

impl KeptJob {
    /// Of a job with these settings and seeds.
    pub(super) fn of(settings: &Settings, seeds: &[Lead]) -> Self {
        Self {
            seeds: seeds.iter().map(|seed| seed.found.clone()).collect(),
            depth: settings.depth,
            languages: settings.languages.clone(),
            alternates_scope: settings.alternates_scope,
            alternates_per_page: settings.alternates_per_page,
            sitemaps: settings.sitemaps,
            feeds: settings.feeds,
            path_segments: settings.path_segments,
            segment_repeats: settings.segment_repeats,
            seed_scopes: settings.seed_scopes.clone(),
            recrawl: settings.recrawl,
        }
    }

    /// The one kept in a folder; `None` when there is none that can be read.
    pub(crate) fn load(into: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(into.join(FILE)).ok()?).ok()
    }

    /// Keeps it, whole or not at all.
    pub(super) fn save(&self, disk: &Disk, into: &Path) -> io::Result<()> {
        disk.replace(&into.join(FILE), &serde_json::to_vec_pretty(self)?)
    }

    /// The seeds.
    pub(crate) fn seeds(&self) -> Vec<Lead> {
        self.seeds.iter().filter_map(|url| Lead::seed(url).ok()).collect()
    }

    /// The seeds as a list, one a line.
    pub(super) fn seed_list(&self) -> String {
        let mut list = self.seeds.join("\n");
        if !list.is_empty() {
            list.push('\n');
        }
        list
    }

    /// `settings` with the kept scope.
    pub(super) fn apply(self, settings: Settings) -> Settings {
        Settings {
            depth: self.depth,
            languages: self.languages,
            alternates_scope: self.alternates_scope,
            alternates_per_page: self.alternates_per_page,
            sitemaps: self.sitemaps,
            feeds: self.feeds,
            path_segments: self.path_segments,
            segment_repeats: self.segment_repeats,
            seed_scopes: self.seed_scopes,
            recrawl: self.recrawl,
            ..settings
        }
    }
}
