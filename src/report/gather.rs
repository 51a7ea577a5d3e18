//! Gathering: the report of a run from what stands in its folder.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::path::Path;

use super::ledger::{self, Account};
use super::replies::ErrorReplies;
use super::runs::{Run, last, runs};
use super::shortfall::{coverage, shortfalls};
use super::timeline::Indexed;
use super::{GroupMember, GroupRow, Groups, Host, ROWS, Report, ReportError, Seed, Totals};
use crate::crawl::kept::KeptJob;
use crate::crawl::summary::Summary;
use crate::frontier::Stats;
use crate::groups::late::Usual;
use crate::groups::{Group, Member};
use crate::lead::{Lead, Rule};
use crate::moment::Moment;

/// Hosts that are told of as slow.
const SLOWEST: usize = 10;

/// The report of a run; of the last one where none is named.
pub fn read(dir: &Path, run: Option<u32>) -> Result<Report, ReportError> {
    if let Some(last) = last(dir)?.filter(|last| run.is_none_or(|run| run == last.run)) {
        return of(dir, last);
    }
    let mut all = runs(dir)?;
    let wanted = run.or_else(|| all.keys().next_back().copied()).unwrap_or_default();
    let Some(run) = all.remove(&wanted) else {
        let known: Vec<String> = all.keys().map(ToString::to_string).collect();
        let known = format!("run {}", known.join(", "));
        return Err(ReportError::NoSuchRun { dir: dir.to_owned(), run: wanted, known });
    };
    of(dir, run)
}

fn of(dir: &Path, run: Run) -> Result<Report, ReportError> {
    let seeds = unreached(dir, &run.summary);
    let account = ledger::account(dir, run.run, seeds, run.ledger_from.unwrap_or_default())?;
    let mut indexed = Indexed::default();
    let mut gaps = Vec::new();
    for file in &account.files {
        if !indexed.take(dir, file) {
            gaps.push(format!("{file} has no index: `warraq state rebuild` or a run makes it"));
        }
    }
    if run.is_unclosed {
        let why =
            "it was stopped at once, or sealed no file: the groups are told by the runs after it";
        gaps.push(format!("run {} was not closed ({why})", run.run));
    }
    if account.unreadable > 0 {
        gaps.push(format!("{} lines of the ledger could not be read", account.unreadable));
    }
    Ok(report(run, account, &indexed, gaps))
}

/// The seeds of the folder, as they stand where the ledger has no line of them.
fn unreached(dir: &Path, summary: &Summary) -> Vec<Seed> {
    let resting: HashSet<&String> = summary.not_due_seeds.iter().collect();
    let seeds = KeptJob::load(dir).map_or_else(Vec::new, |job| job.seeds());
    let unreached = |seed: Lead| {
        let state = if resting.contains(&seed.found) { Seed::NOT_DUE } else { Seed::NOT_REACHED };
        Seed { url: seed.found, state: state.to_owned(), ..Seed::default() }
    };
    seeds.into_iter().map(unreached).collect()
}

fn report(run: Run, account: Account, indexed: &Indexed, gaps: Vec<String>) -> Report {
    let Run { summary, files, .. } = run;
    let host_count = account.hosts.len() as u64;
    let hosts = || account.hosts.values().cloned().map(averaged).collect();
    let span = indexed.span().map(|(first, last)| (first.to_string(), last.to_string()));
    let (first_capture, last_capture) = span.unzip();
    let totals = sums(&summary, &account);
    let coverage = coverage(&totals, &account.statuses);
    let newest = summary.newest_article.filter(|_| summary.articles > 0);
    Report {
        shortfalls: shortfalls(&summary, Some((coverage, &account.hosts))),
        coverage,
        newest_article: newest.map(Moment::warc_date),
        version: super::VERSION,
        generator: concat!("warraq ", env!("CARGO_PKG_VERSION")).to_owned(),
        run: run.run,
        how: summary.how,
        first_capture,
        last_capture,
        totals,
        timeline: indexed.slots(),
        types: most(indexed.types(), ROWS, |row| (row.count, &row.name)),
        hosts: most(hosts(), ROWS, |host| (host.urls, &host.host)),
        host_count,
        slowest: most(hosts(), SLOWEST, |host| (host.mean_ms, &host.host)),
        groups: groups(&summary),
        failures: most(account.failures.into_values().collect(), ROWS, |row| {
            (row.count, &row.reason)
        }),
        statuses: account.statuses,
        seeds: account.seeds,
        difference: account.held.to(run.run.saturating_sub(1)),
        files,
        gaps,
        languages: summary.languages,
        refusals: summary.stats.refusals,
        parked_sites: summary.stats.parked_sites,
        blocked: summary.blocked,
        depends_on: summary.depends_on,
        steered: summary.steered.iter().map(|word| format!("{} {}", word.at, word.what)).collect(),
    }
}

fn sums(summary: &Summary, account: &Account) -> Totals {
    Totals {
        novel_bytes: account.novel_bytes,
        unchanged_bytes: account.unchanged_bytes,
        articles: summary.articles,
        with_byline: summary.with_byline,
        ..totals(&summary.stats, &account.replies)
    }
}

/// The rows with most of something, most first; those with as much stay in the order of their names.
fn most<T>(mut rows: Vec<T>, kept: usize, of: fn(&T) -> (u64, &str)) -> Vec<T> {
    let key = |row: &T| {
        let (count, name) = of(row);
        (Reverse(count), name.to_owned())
    };
    rows.sort_by_cached_key(key);
    rows.truncate(kept);
    rows
}

/// The sums of a run, URLs only.
pub(crate) fn totals(stats: &Stats, replies: &ErrorReplies) -> Totals {
    // A hop that closes a ring of redirects is there as moved.
    let rules = stats.refusals.iter().filter(|row| row.rule != Rule::RedirectLoop);
    let found = rules.map(|row| row.count).sum::<u64>();
    // Refused at its visit, a URL had been put; refused where it was found, it had not.
    let refused = found.max(stats.refused);
    let ErrorReplies { gone, errors } = *replies;
    Totals {
        discovered: stats.put + refused - stats.refused,
        captured: stats.captured.saturating_sub(gone.captured + errors.captured),
        unchanged: stats.revisits.saturating_sub(gone.unchanged + errors.unchanged),
        moved: stats.moved,
        gone: gone.all(),
        errors: errors.all(),
        failed: stats.failed,
        refused,
        queued: stats.queued + stats.leased,
        ..Totals::default()
    }
}

fn averaged(host: Host) -> Host {
    let mean_ms = host.mean_ms.checked_div(host.urls).unwrap_or_default();
    Host { mean_ms, ..host }
}

fn groups(summary: &Summary) -> Groups {
    let usual = Usual::of(&summary.groups);
    let mut groups = Groups::default();
    for group in &summary.groups {
        let row = row(group, &usual);
        let complete = row.missing.is_empty();
        groups.complete += u64::from(complete);
        groups.partial += u64::from(!complete);
        let languages: Vec<&str> =
            row.members.iter().map(|member| member.language.as_str()).collect();
        *groups.by_languages.entry(languages.join(" ")).or_default() += 1;
        if groups.examples.len() < ROWS {
            groups.examples.push(row);
        }
    }
    groups
}

fn row(group: &Group, usual: &Usual) -> GroupRow {
    let member = |(key, member): (&String, &Member)| GroupMember {
        language: member.lang.as_ref().map_or_else(|| key.clone(), ToString::to_string),
        title: member.title.clone(),
        url: member.url.clone(),
    };
    GroupRow {
        id: group.id.clone(),
        members: group.members.iter().map(member).collect(),
        missing: usual.missing(&group.urls()).into_iter().collect(),
        confidence: group.confidence,
    }
}
