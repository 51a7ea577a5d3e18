//! The tally: how many URLs ended in which way, and which rules refused how many.
//!
//! Owned by a frontier, reset when a run begins. It counts what it is told and keeps three
//! examples a rule; that a refused URL counts once a run is decided by its fingerprint.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};

use super::{DefectCount, Dependency, KeptPage, RefusalCount, Settlement, Stats};
use crate::address::Address;
use crate::lead::{Lead, Outcome, Refusal, Rule};
use crate::page::{Alternate, PageKind};
use crate::record::Container;
use crate::record::trace::PageRow;

/// Examples kept of each rule.
pub const EXAMPLES: usize = 3;

/// Kinds of defects that are counted; there are about twenty.
const DEFECTS: usize = 100;

/// Alternates kept of each page: more than are followed, so that those of the languages a crawl asks
/// for are among them wherever they stand. The longest matrices of sites have some 60 entries.
pub const ALTERNATES: usize = 200;

/// Where a URL of the run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Standing {
    /// Queued or handed out.
    Open,
    /// Ended as [`Outcome::Captured`].
    Captured,
    /// Ended as [`Outcome::Revisit`].
    Revisit,
    /// Ended as [`Outcome::Moved`].
    Moved,
    /// Ended as [`Outcome::Refused`].
    Refused,
    /// Ended as [`Outcome::Failed`].
    Failed,
}

impl Standing {
    /// Where an outcome leaves its URL.
    pub const fn after(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Captured { .. } => Self::Captured,
            Outcome::Revisit { .. } => Self::Revisit,
            Outcome::Moved { .. } => Self::Moved,
            Outcome::Refused(_) => Self::Refused,
            Outcome::Failed(_) => Self::Failed,
        }
    }

    /// Its word in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Captured => "captured",
            Self::Revisit => "revisit",
            Self::Moved => "moved",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// The numbers of one run.
#[derive(Debug, Default)]
pub struct Tally {
    put: u64,
    not_due: u64,
    ended: BTreeMap<Standing, u64>,
    rules: BTreeMap<Rule, RefusalCount>,
    defects: BTreeMap<String, DefectCount>,
    depends: BTreeMap<Container, u64>,
    refused: HashSet<u64>,
}

impl Tally {
    /// One more URL was put.
    pub const fn put(&mut self) {
        self.put += 1;
    }

    /// One more URL was left for its time.
    pub const fn not_due(&mut self) {
        self.not_due += 1;
    }

    /// A URL ended.
    pub fn ended(&mut self, standing: Standing) {
        *self.ended.entry(standing).or_default() += 1;
    }

    /// A URL that had ended is queued once more.
    pub fn reopened(&mut self, standing: Standing) {
        if let Some(count) = self.ended.get_mut(&standing) {
            *count = count.saturating_sub(1);
        }
    }

    /// A URL found on a page was refused: its rule's row when it is the first time in this run.
    pub fn refused(&mut self, print: u64, refusal: &Refusal) -> Option<&RefusalCount> {
        self.refused.insert(print).then(|| self.count(refusal))
    }

    /// A queued URL was refused at its visit, whatever was said of it before.
    pub fn refused_at_visit(&mut self, print: u64, refusal: &Refusal) -> &RefusalCount {
        self.refused.insert(print);
        self.count(refusal)
    }

    /// URLs that a rule refused are queued again; the rule's row, when it still refuses others.
    pub fn called_back(&mut self, rule: Rule, urls: &HashSet<String>) -> Option<&mut RefusalCount> {
        let row = self.rules.get_mut(&rule)?;
        row.count = row.count.saturating_sub(urls.len() as u64);
        row.examples.retain(|url| !urls.contains(url));
        if row.count == 0 {
            self.rules.remove(&rule);
        }
        self.rules.get_mut(&rule)
    }

    /// One more message had this defect; its row, while there are not too many kinds.
    pub fn defect(&mut self, defect: &str, url: &str) -> Option<&DefectCount> {
        if self.defects.len() >= DEFECTS && !self.defects.contains_key(defect) {
            return None;
        }
        let row = self.defects.entry(defect.to_owned()).or_insert_with(|| DefectCount {
            defect: defect.to_owned(),
            count: 0,
            examples: Vec::new(),
        });
        row.count += 1;
        if row.examples.len() < EXAMPLES {
            row.examples.push(url.to_owned());
        }
        Some(row)
    }

    /// Takes in a count kept from an earlier process of this run.
    pub fn restore_defect(&mut self, row: DefectCount) {
        self.defects.insert(row.defect.clone(), row);
    }

    /// One more revisit refers to this file; says how many do.
    pub fn depends_on(&mut self, file: &Container) -> u64 {
        let count = self.depends.entry(file.clone()).or_default();
        *count += 1;
        *count
    }

    /// Takes in a count kept from an earlier process of this run.
    pub fn restore_dependency(&mut self, kept: Dependency) {
        self.depends.insert(kept.container, kept.revisits);
    }

    /// Takes in a row kept from an earlier process of this run.
    pub fn restore_rule(&mut self, row: RefusalCount) {
        self.rules.insert(row.rule, row);
    }

    /// The numbers, those of the schedule still to be added.
    pub fn stats(&self, run: u32) -> Stats {
        let of = |standing| self.ended.get(&standing).copied().unwrap_or_default();
        // A hop that closes a ring of redirects is there as moved.
        let rules = self.rules.values().filter(|row| row.rule != Rule::RedirectLoop);
        let refused: u64 = rules.map(|row| row.count).sum();
        Stats {
            run,
            put: self.put,
            not_due: self.not_due,
            captured: of(Standing::Captured),
            revisits: of(Standing::Revisit),
            moved: of(Standing::Moved),
            failed: of(Standing::Failed),
            refused: of(Standing::Refused),
            left_out: refused.saturating_sub(of(Standing::Refused)),
            refusals: self.rules.values().cloned().collect(),
            defects: self.defects.values().cloned().collect(),
            depends_on: self.depends.iter().map(dependency).collect(),
            ..Stats::default()
        }
    }

    fn count(&mut self, refusal: &Refusal) -> &RefusalCount {
        let row = self.rules.entry(refusal.rule).or_insert_with(|| RefusalCount {
            rule: refusal.rule,
            count: 0,
            examples: Vec::new(),
        });
        row.count += 1;
        if row.examples.len() < EXAMPLES {
            row.examples.push(refusal.url.clone());
        }
        row
    }
}

fn dependency((container, revisits): (&Container, &u64)) -> Dependency {
    Dependency { container: container.clone(), revisits: *revisits }
}

/// What a settlement leaves for groups and summaries: the page, or the way to one, and what it
/// says about other pages.
pub fn kept(lead: &Lead, end: &Settlement) -> Vec<KeptPage> {
    keep(lead, &end.outcome, end.page.clone(), &end.alternates)
}

/// What a kept page is stored under, one key for all spellings of its URL. What others say about
/// a page stands beside what it says.
pub fn key_of(kept: &KeptPage) -> String {
    let url = &kept.page.url;
    let key = Address::parse(url).map_or_else(|_| url.clone(), |address| address.to_string());
    if kept.page.kind == PageKind::Sitemap { format!("about {key}") } else { key }
}

/// As [`kept`], from the parts.
pub fn keep(
    lead: &Lead,
    outcome: &Outcome,
    page: Option<PageRow>,
    alternates: &[Alternate],
) -> Vec<KeptPage> {
    let own = keep_own(lead, outcome, page, alternates);
    own.into_iter().chain(hearsay(alternates)).collect()
}

/// What a sitemap says about the pages it lists, a row a page.
fn hearsay(alternates: &[Alternate]) -> Vec<KeptPage> {
    let by_page = alternates.chunk_by(|one, other| one.about == other.about);
    let row = |of_page: &[Alternate]| {
        let about = of_page.first()?.about.clone()?;
        let alternates = of_page.iter().take(ALTERNATES).cloned().collect();
        let page = PageRow { kind: PageKind::Sitemap, ..nowhere(about) };
        Some(KeptPage { page, alternates, moved_to: None })
    };
    by_page.filter_map(row).collect()
}

fn keep_own(
    lead: &Lead,
    outcome: &Outcome,
    page: Option<PageRow>,
    alternates: &[Alternate],
) -> Option<KeptPage> {
    let moved_to = match outcome {
        Outcome::Moved { to, .. } => to.clone(),
        _ => None,
    };
    let page = match (page, &moved_to) {
        (Some(page), _) => page,
        (None, Some(_)) => nowhere(lead.found.clone()),
        (None, None) => return None,
    };
    Some(KeptPage {
        page,
        alternates: alternates
            .iter()
            .filter(|alternate| alternate.about.is_none())
            .take(ALTERNATES)
            .cloned()
            .collect(),
        moved_to,
    })
}

/// A row for a URL of which nothing is known.
fn nowhere(url: String) -> PageRow {
    PageRow { url, ..PageRow::default() }
}
