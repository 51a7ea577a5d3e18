//! What a run fell short of, by the thresholds it was given.
//!
//! Coverage asks how much of what a run set out for ended well: `well` of `wanted` URLs. Wanted is
//! what was discovered, less what a rule refused (robots.txt, scope, a budget) and what is gone (404
//! and 410: there is nothing to be had). Well is what is in the archive with a reply that stands for
//! the page: captured, unchanged, redirected. What failed, what answered with any other error, and
//! what was left queued did not end well.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;

use super::{Host, Totals};
use crate::crawl::How;
use crate::crawl::summary::Summary;
use crate::lead::{is_error, is_gone};
use crate::settings::spelling::length;
use crate::settings::{Shortfall, Threshold};

/// Names that a shortfall gives.
const NAMED: usize = 10;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// URLs that ended well.
    pub well: u64,
    /// URLs that could have.
    pub wanted: u64,
}

impl Coverage {
    /// In percent, rounded down to hundredths; 100 where nothing was wanted.
    pub fn percent(self) -> f64 {
        let hundredths = (u128::from(self.well) * 10_000).checked_div(u128::from(self.wanted));
        f64::from(u32::try_from(hundredths.unwrap_or(10_000)).unwrap_or(u32::MAX)) / 100.0
    }

    /// `98.5 %`.
    pub fn share(self) -> String {
        format!("{} %", self.percent())
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} of {} URLs", self.share(), self.well, self.wanted)
    }
}

/// The coverage of a run, by its sums and the statuses of its replies.
pub fn coverage(totals: &Totals, statuses: &BTreeMap<u16, u64>) -> Coverage {
    let replies = |is: fn(u16) -> bool| -> u64 {
        statuses.iter().filter(|(status, _)| is(**status)).map(|(_, count)| count).sum()
    };
    let gone = replies(is_gone);
    let archived = totals.captured + totals.unchanged + totals.gone + totals.errors;
    let ended = archived + totals.moved;
    Coverage {
        well: ended.saturating_sub(gone + replies(is_error)),
        wanted: totals.discovered.saturating_sub(totals.refused + gone),
    }
}

/// What a run fell short of. One that was interrupted is not judged: it goes on.
pub(super) fn shortfalls(
    summary: &Summary,
    ledger: Option<(Coverage, &HashMap<String, Host>)>,
) -> Vec<Shortfall> {
    match summary.how {
        None | Some(How::Interrupted | How::Killed) => return Vec::new(),
        Some(_) => {}
    }
    let found = [failed_seeds(summary), uncovered(summary, ledger), silence(summary)];
    found.into_iter().flatten().collect()
}

/// What a run fell short of, where its report could not be made.
pub(crate) fn unread(summary: &Summary) -> Vec<Shortfall> {
    shortfalls(summary, None)
}

fn failed_seeds(summary: &Summary) -> Option<Shortfall> {
    let asked = summary.thresholds;
    let lost = summary.failed_seeds.iter().chain(&summary.stats.parked_sites);
    let failed = lost.clone().count();
    let verdict = if failed == 1 {
        "seed failed or site was given up"
    } else {
        "seeds failed or sites were given up"
    };
    asked.is_failed(failed as u64).then(|| Shortfall {
        threshold: Threshold::FailedSeeds,
        text: format!("{failed} {verdict}; {} counts as a failed run", asked.failed_seeds),
        names: lost.take(NAMED).cloned().collect(),
    })
}

fn uncovered(
    summary: &Summary,
    ledger: Option<(Coverage, &HashMap<String, Host>)>,
) -> Option<Shortfall> {
    let asked = summary.thresholds.min_coverage;
    let short = |text, names| Some(Shortfall { threshold: Threshold::MinCoverage, text, names });
    match ledger {
        _ if asked <= 0.0 => None,
        None => short(format!("coverage is not known, and should be {asked} %"), Vec::new()),
        Some((coverage, _)) if coverage.percent() >= asked => None,
        Some((coverage, hosts)) => {
            let queued = summary.stats.queued + summary.stats.leased;
            let left = if queued > 0 { format!(", {queued} still queued") } else { String::new() };
            short(format!("coverage is {coverage}{left}; it should be {asked} %"), worst(hosts))
        }
    }
}

/// The hosts of most URLs that did not end well.
fn worst(hosts: &HashMap<String, Host>) -> Vec<String> {
    let lost = |host: &Host| host.failed + host.errors;
    let mut rows: Vec<&Host> = hosts.values().filter(|host| lost(host) > 0).collect();
    rows.sort_by_key(|host| (Reverse(lost(host)), &host.host));
    let named = rows.into_iter().take(NAMED);
    named.map(|host| format!("{} ({} of {})", host.host, lost(host), host.urls)).collect()
}

fn silence(summary: &Summary) -> Option<Shortfall> {
    let asked = summary.thresholds.alert_after;
    let (ended, newest) = summary.ended.zip(summary.newest_article)?;
    let silent = ended.since(newest);
    let is_short = !asked.is_zero() && silent >= asked;
    is_short.then(|| Shortfall {
        threshold: Threshold::AlertAfter,
        text: format!(
            "no new article since {}; one should come within {}",
            newest.warc_date(),
            length(asked)
        ),
        names: Vec::new(),
    })
}
