//! The report as Markdown: for a mail, a wiki, a commit.
//!
//! What came from the web stands in code spans, its backticks replaced: nothing in it can be a
//! link, an image or HTML.

use std::fmt::Write;

use bytesize::ByteSize;

use super::{Difference, Report, Totals};
use crate::json::is_unruly;
use crate::settings::Shortfall;

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, report: &Report) -> std::fmt::Result {
    let how = report.how.map_or_else(|| "not over".to_owned(), |how| how.to_string());
    writeln!(out, "# Run {}: {how}\n", report.run)?;
    if let (Some(first), Some(last)) = (&report.first_capture, &report.last_capture) {
        writeln!(out, "{first} to {last}, by {}\n", report.generator)?;
    }
    short(out, report)?;
    sums(out, &report.totals)?;
    covered(out, report)?;
    if let Some(difference) = &report.difference {
        changes(out, difference)?;
    }
    groups(out, report)?;
    let failures = report.failures.iter().map(|row| (row.reason.clone(), row.count, &row.examples));
    reasons(out, "Failures and error replies", failures)?;
    let refusals =
        report.refusals.iter().map(|row| (row.rule.to_string(), row.count, &row.examples));
    reasons(out, "Left out, by rule", refusals)?;
    seeds(out, report)?;
    list(out, "Given up for this run", &report.parked_sites)?;
    list(out, "Blocked: URLs left queued", &report.blocked_hosts())?;
    list(out, "Told while it ran", &report.steered)?;
    files(out, report)?;
    list(out, "What this report lacks", &report.gaps)
}

fn short(out: &mut String, report: &Report) -> std::fmt::Result {
    if report.shortfalls.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Short of a threshold\n")?;
    for Shortfall { threshold, text, names } in &report.shortfalls {
        let names: Vec<String> = names.iter().map(|name| code(name)).collect();
        let whose =
            if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        writeln!(out, "- **{}**: {text}{whose}", threshold.name())?;
    }
    writeln!(out)
}

fn covered(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "Coverage {}.", report.coverage)?;
    match &report.newest_article {
        Some(newest) => writeln!(out, "The last new article came by {newest}.\n"),
        None => writeln!(out),
    }
}

fn sums(out: &mut String, totals: &Totals) -> std::fmt::Result {
    writeln!(out, "| URLs | |\n|---|---:|")?;
    let rows = [
        ("discovered", totals.discovered),
        ("captured", totals.captured),
        ("unchanged", totals.unchanged),
        ("redirects", totals.moved),
        ("gone (404, 410)", totals.gone),
        ("answered with an error", totals.errors),
        ("failed", totals.failed),
        ("left out by a rule", totals.refused),
        ("left for later", totals.queued),
    ];
    for (name, count) in rows {
        writeln!(out, "| {name} | {count} |")?;
    }
    let (novel, same) = (ByteSize::b(totals.novel_bytes), ByteSize::b(totals.unchanged_bytes));
    writeln!(out, "\n{novel} new, {same} unchanged. ")?;
    writeln!(out, "{} articles known, {} with a byline.\n", totals.articles, totals.with_byline)
}

fn changes(out: &mut String, difference: &Difference) -> std::fmt::Result {
    let Difference { run, new, changed, unchanged, gone, .. } = difference;
    writeln!(out, "## Since run {run}\n")?;
    writeln!(out, "{new} new, {changed} changed, {unchanged} unchanged, {gone} gone.\n")?;
    for (what, urls) in &difference.examples {
        let urls: Vec<String> = urls.iter().map(|url| code(url)).collect();
        writeln!(out, "- {what}: {}", urls.join(", "))?;
    }
    writeln!(out)
}

fn groups(out: &mut String, report: &Report) -> std::fmt::Result {
    let groups = &report.groups;
    if groups.complete + groups.partial == 0 {
        return Ok(());
    }
    writeln!(out, "## Translation groups\n")?;
    writeln!(out, "{} complete, {} partial.\n", groups.complete, groups.partial)?;
    for (languages, count) in &groups.by_languages {
        writeln!(out, "- {languages}: {count}")?;
    }
    writeln!(out)
}

fn reasons<'a>(
    out: &mut String,
    title: &str,
    rows: impl Iterator<Item = (String, u64, &'a Vec<String>)>,
) -> std::fmt::Result {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "## {title}\n")?;
    for (reason, count, examples) in rows {
        let examples: Vec<String> = examples.iter().map(|example| code(example)).collect();
        writeln!(out, "- {reason}: {count}, as {}", examples.join(", "))?;
    }
    writeln!(out)
}

fn seeds(out: &mut String, report: &Report) -> std::fmt::Result {
    let missed = report.seeds.iter().filter(|seed| seed.is_missed());
    let missed: Vec<String> =
        missed.map(|seed| format!("{} ({})", code(&seed.url), seed.state)).collect();
    if missed.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Seeds without a capture\n")?;
    missed.iter().try_for_each(|seed| writeln!(out, "- {seed}"))?;
    writeln!(out)
}

fn list(out: &mut String, title: &str, rows: &[String]) -> std::fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {title}\n")?;
    rows.iter().try_for_each(|row| writeln!(out, "- {}", code(row)))?;
    writeln!(out)
}

fn files(out: &mut String, report: &Report) -> std::fmt::Result {
    if report.files.is_empty() {
        return Ok(());
    }
    writeln!(out, "## WARC files\n\n| file | size | SHA-256 |\n|---|---:|---|")?;
    for file in &report.files {
        let size = ByteSize::b(file.bytes);
        writeln!(out, "| {} | {size} | {} |", code(&file.name), code(&file.sha256))?;
    }
    writeln!(out)
}

/// A text nobody can put markup into.
fn code(text: &str) -> String {
    let tame = |c: char| match c {
        '`' => '\'',
        '|' => '¦',
        c if is_unruly(c) => ' ',
        c => c,
    };
    format!("`{}`", text.chars().map(tame).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_from_the_web_stays_text() {
        let hostile = "a`<img src=x>|\u{202e}b\n# c";
        assert_eq!(code(hostile), "`a'<img src=x>¦ b # c`");
    }
}
