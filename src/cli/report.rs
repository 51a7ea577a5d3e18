//! The summary as people read it: one label a line, aligned, what came from the web last.
//!
//! A title in Arabic or Hebrew turns the direction of its line; so it stands at the end, and on a
//! terminal it is isolated (U+2068 … U+2069). Files and pipes get the text as it is.

use std::path::Path;
use std::time::Duration;

use bytesize::ByteSize;

use super::show::{Direction, clean, count};
use crate::crawl::summary::{Blocked, Rest, Summary};
use crate::frontier::{DefectCount, Dependency, Stats};
use crate::groups::{Group, Member};
use crate::report::totals;
use crate::settings::spelling::span;

/// Groups listed in a summary; the rest is counted.
const GROUPS_SHOWN: usize = 20;
/// Authors listed in a summary.
const AUTHORS_SHOWN: usize = 12;
/// WARC files, and lost seeds, listed in a summary.
const NAMES_SHOWN: usize = 8;

/// The summary for people, a line each, indented.
pub(super) fn summary(summary: &Summary, dir: &Path, direction: Direction) -> String {
    let mut out = Vec::new();
    line(&mut out, "URLs", &pages(summary));
    line(&mut out, "articles", &articles(summary));
    bylines(&mut out, summary, direction);
    groups(&mut out, &summary.groups, direction);
    refusals(&mut out, &summary.stats);
    some(&mut out, "defects", summary.stats.defects.iter().map(defect));
    held_back(&mut out, summary);
    for site in &summary.stats.parked_sites {
        line(&mut out, "given up", &format!("{} in this run; its URLs stay queued", clean(site)));
    }
    some(&mut out, "blocked", summary.blocked.iter().map(|row| blocked(row, dir)));
    some(&mut out, "held off", summary.rests.iter().map(rest));
    some(&mut out, "seeds lost", summary.failed_seeds.iter().map(|seed| clean(seed)));
    some(&mut out, "depends on", summary.depends_on.iter().map(needed));
    let files = summary.files.iter();
    some(
        &mut out,
        "archive",
        files.map(|file| {
            let path = dir.join(clean(&file.name));
            format!("{} ({})", path.display(), ByteSize::b(file.bytes))
        }),
    );
    out.join("\n")
}

/// What is left on a host that an operator blocked.
pub(super) fn blocked(row: &Blocked, dir: &Path) -> String {
    let (host, dir) = (clean(&row.host), quoted(&dir.display().to_string()));
    let left =
        if row.left > 0 { format!(", {} left", count(row.left, "URL")) } else { String::new() };
    format!("{host} since {}{left}; `warraq host {dir} {host} --unblock` ends that", row.since)
}

/// A host that was left alone for more than its delay.
fn rest(rest: &Rest) -> String {
    let times = count(rest.times, "time");
    let longest = span(Duration::from_millis(rest.longest_ms));
    format!("{} {times}, {longest} at most: {}", clean(&rest.host), clean(&rest.why))
}

/// What was wrong with messages that were archived as they came.
fn defect(row: &DefectCount) -> String {
    let example = row.examples.first().map(|url| clean(url)).unwrap_or_default();
    format!("{} with {}  as {example}", row.count, clean(&row.defect))
}

/// What is no end of a URL: what was not due, what a server held back, runs left out.
fn held_back(out: &mut Vec<String>, summary: &Summary) {
    if summary.stats.not_due > 0 {
        line(
            out,
            "not due",
            &format!("{} by the recrawl policy", count(summary.stats.not_due, "URL")),
        );
    }
    if summary.rate_limited > 0 {
        let urls = count(summary.rate_limited, "URL");
        line(out, "rate limit", &format!("{urls} answered with 429 to the last attempt"));
    }
    let skipped = summary.skipped.iter().map(|run| format!("{}: {}", run.at, clean(&run.why)));
    some(out, "runs left", skipped);
    let steered = summary.steered.iter().map(|word| format!("{}: {}", word.at, clean(&word.what)));
    some(out, "told", steered);
    if let Some(recovered) = &summary.recovered {
        line(out, "recovered", &clean(recovered));
    }
}

/// A WARC file that revisits of the run refer to.
fn needed(file: &Dependency) -> String {
    let whose = if file.container.outside { " of another archive" } else { "" };
    let revisits = count(file.revisits, "revisit");
    format!("{}{whose}, for {revisits}", clean(&file.container.file))
}

/// One line; the label stands once over the lines that follow it.
fn line(out: &mut Vec<String>, label: &str, text: &str) {
    out.push(format!("  {label:<11}{text}"));
}

/// The first few of a list, the rest counted.
fn some(out: &mut Vec<String>, label: &str, texts: impl ExactSizeIterator<Item = String>) {
    let more = texts.len().saturating_sub(NAMES_SHOWN);
    for (place, text) in texts.take(NAMES_SHOWN).enumerate() {
        line(out, if place == 0 { label } else { "" }, &text);
    }
    if more > 0 {
        line(out, "", &format!("and {more} more"));
    }
}

fn pages(summary: &Summary) -> String {
    let stats = &summary.stats;
    let totals = totals(stats, &summary.replies);
    let mut parts = vec![format!("{} captured", totals.captured)];
    let rest = [
        (totals.unchanged, "unchanged"),
        (stats.moved, if stats.moved == 1 { "redirect" } else { "redirects" }),
        (totals.gone, "gone (404, 410)"),
        (totals.errors, "answered with an error"),
        (stats.failed, "failed"),
        (totals.refused, "left out"),
        (stats.queued, "still queued"),
    ];
    parts.extend(rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
    parts.join(", ")
}

fn articles(summary: &Summary) -> String {
    match (summary.articles, summary.with_byline) {
        (0, _) => "none".to_owned(),
        (articles, named) => format!("{articles}, {named} of them with a byline"),
    }
}

fn bylines(out: &mut Vec<String>, summary: &Summary, direction: Direction) {
    let mut names: Vec<&String> = summary.authors.iter().take(AUTHORS_SHOWN).collect();
    names.sort_unstable();
    let names: Vec<String> = names.into_iter().map(|name| direction.set(name)).collect();
    for (place, few) in names.chunks(4).enumerate() {
        line(out, if place == 0 { "bylines" } else { "" }, &few.join(" · "));
    }
    let more = summary.authors.len().saturating_sub(AUTHORS_SHOWN);
    if more > 0 {
        line(out, "", &format!("and {more} more"));
    }
}

fn groups(out: &mut Vec<String>, groups: &[Group], direction: Direction) {
    if groups.is_empty() {
        return line(out, "groups", "none: no article was found in two languages");
    }
    let articles = count(groups.len() as u64, "article");
    line(out, "groups", &format!("{articles} in two languages or more"));
    let shown: Vec<(String, &Group)> =
        groups.iter().take(GROUPS_SHOWN).map(|group| (languages(group), group)).collect();
    let width = shown.iter().map(|(tags, _)| tags.len()).max().unwrap_or(0);
    for (tags, group) in &shown {
        let title = group.members.values().find_map(|member| member.title.as_deref());
        let title = direction.set(title.unwrap_or("(no title)"));
        line(out, "", &format!("{tags:<width$}  {title}"));
    }
    if groups.len() > GROUPS_SHOWN {
        line(out, "", &format!("and {} more", groups.len() - GROUPS_SHOWN));
    }
}

fn languages(group: &Group) -> String {
    let tag = |(key, member): (&String, &Member)| {
        member.lang.as_ref().map_or_else(|| key.clone(), ToString::to_string)
    };
    group.members.iter().map(tag).collect::<Vec<_>>().join(" ")
}

fn refusals(out: &mut Vec<String>, stats: &Stats) {
    let rules: Vec<String> = stats.refusals.iter().map(|each| each.rule.to_string()).collect();
    let width = rules.iter().map(String::len).max().unwrap_or(0);
    let digits = stats.refusals.iter().map(|each| each.count.to_string().len()).max().unwrap_or(0);
    for (place, (refusal, rule)) in stats.refusals.iter().zip(&rules).enumerate() {
        let example = refusal.examples.first().map(|url| clean(url)).unwrap_or_default();
        let label = if place == 0 { "left out" } else { "" };
        line(out, label, &format!("{:>digits$} by {rule:<width$}  as {example}", refusal.count));
    }
}

/// Where to look next, as commands and paths to copy.
pub(super) fn look_next(dir: &Path) -> String {
    let dir = quoted(&dir.display().to_string());
    let rows = [
        (format!("warraq text {dir}"), "the articles as JSON lines"),
        (format!("warraq groups {dir}"), "which articles are one in several languages, and why"),
        (format!("warraq info {dir}"), "what is in the archive and the state"),
        (format!("{dir}/*.warc.gz"), "the WARC files, for any replay tool"),
        (format!("{dir}/ledger.jsonl"), "how every URL ended"),
    ];
    let width = rows.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    let rows = rows.iter().map(|(what, why)| format!("\n  {what:<width$}  {why}"));
    format!("Look next:{}", rows.collect::<String>())
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        return path.to_owned();
    }
    format!("'{}'", clean(path).replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_quoted_when_a_shell_needs_it() {
        assert_eq!(quoted("my-archive"), "my-archive");
        assert_eq!(quoted("my archive"), "'my archive'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
