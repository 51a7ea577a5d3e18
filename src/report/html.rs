//! The report as one HTML file that needs no other: no script, no font, nothing from the web.
//!
//! Every text goes through [`escaped`]; titles stand in `bdi`, so that a right-to-left one turns
//! nothing but itself; the policy in its head forbids what escaping might have missed.

use std::fmt::{self, Write};
use std::time::Duration;

use bytesize::ByteSize;

use super::chart;
use super::{GroupRow, Host, Report, Seed};
use crate::json::is_unruly;
use crate::settings::Shortfall;
use crate::settings::spelling::span;

const STYLE: &str = include_str!("style.css");

/// The whole page.
pub fn html(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = page(&mut out, report);
    out
}

/// Text that is markup nowhere: not in an element, not in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_unruly(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn page(out: &mut String, report: &Report) -> fmt::Result {
    let how = report.how.map_or_else(|| "not over".to_owned(), |how| how.to_string());
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src \
         'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Run {run}: {how}</title>\n<style>\n{STYLE}</style></head>\n<body>\n\
         <h1>Run {run}: {how}</h1>",
        run = report.run,
    )?;
    if let (Some(first), Some(last)) = (&report.first_capture, &report.last_capture) {
        writeln!(out, "<p class=\"when\">{first} to {last}</p>")?;
    }
    short(out, &report.shortfalls)?;
    tiles(out, report)?;
    changes(out, report)?;
    over_time(out, report)?;
    counted(out, report)?;
    groups(out, report)?;
    hosts(out, "Hosts", &report.hosts)?;
    hosts(out, "Slowest hosts", &report.slowest)?;
    let failures = report.failures.iter().map(|row| (row.reason.clone(), row.count, &row.examples));
    reasons(out, "Failures and error replies", failures)?;
    let rules = report.refusals.iter().map(|row| (row.rule.to_string(), row.count, &row.examples));
    reasons(out, "Left out, by rule", rules)?;
    seeds(out, &report.seeds)?;
    lines(out, "Given up for this run", &report.parked_sites)?;
    lines(out, "Blocked: URLs left queued", &report.blocked_hosts())?;
    lines(out, "Told while it ran", &report.steered)?;
    files(out, report)?;
    lines(out, "What this report lacks", &report.gaps)?;
    writeln!(out, "<footer>{}</footer>\n</body></html>", escaped(&report.generator))
}

/// What nobody may overlook.
fn short(out: &mut String, shortfalls: &[Shortfall]) -> fmt::Result {
    for Shortfall { threshold, text, names } in shortfalls {
        let (name, text) = (threshold.name(), escaped(text));
        writeln!(out, "<p class=\"short\"><b>{name}</b> {text} {}</p>", codes(names))?;
    }
    Ok(())
}

fn tiles(out: &mut String, report: &Report) -> fmt::Result {
    let totals = &report.totals;
    let tile = |out: &mut String, name: &str, value: &dyn fmt::Display, bad: bool| {
        let class = if bad { " class=\"bad\"" } else { "" };
        writeln!(out, "<li{class}><b>{value}</b><span>{name}</span></li>")
    };
    writeln!(out, "<ul class=\"tiles\">")?;
    tile(out, "URLs discovered", &totals.discovered, false)?;
    tile(out, "captured", &totals.captured, false)?;
    tile(out, "unchanged", &totals.unchanged, false)?;
    tile(out, "redirects", &totals.moved, false)?;
    tile(out, "gone (404, 410)", &totals.gone, false)?;
    tile(out, "answered with an error", &totals.errors, totals.errors > 0)?;
    tile(out, "failed", &totals.failed, totals.failed > 0)?;
    tile(out, "left out by a rule", &totals.refused, false)?;
    tile(out, "left for later", &totals.queued, false)?;
    tile(out, "coverage", &report.coverage.share(), false)?;
    tile(out, "new", &ByteSize::b(totals.novel_bytes), false)?;
    tile(out, "met unchanged", &ByteSize::b(totals.unchanged_bytes), false)?;
    tile(out, "articles known", &totals.articles, false)?;
    tile(out, "groups complete", &report.groups.complete, false)?;
    tile(out, "groups partial", &report.groups.partial, false)?;
    writeln!(out, "</ul>")
}

fn changes(out: &mut String, report: &Report) -> fmt::Result {
    let Some(difference) = &report.difference else { return Ok(()) };
    writeln!(out, "<h2>Since run {}</h2>", difference.run)?;
    let rows = [
        ("new", difference.new),
        ("changed", difference.changed),
        ("unchanged", difference.unchanged),
        ("gone", difference.gone),
    ];
    writeln!(out, "{}", chart::bars(rows))?;
    for (what, urls) in &difference.examples {
        writeln!(out, "<p class=\"key\">{what}: {}</p>", codes(urls))?;
    }
    Ok(())
}

fn over_time(out: &mut String, report: &Report) -> fmt::Result {
    let Some(slot) = report.timeline.first() else { return Ok(()) };
    let length = span(Duration::from_secs(slot.seconds.into()));
    writeln!(
        out,
        "<h2>Over time</h2>\n{}\n<p class=\"key\"><i></i> captures <i class=\"second\"></i> bytes, \
         by {length}</p>",
        chart::timeline(&report.timeline)
    )
}

fn counted(out: &mut String, report: &Report) -> fmt::Result {
    if !report.statuses.is_empty() {
        let rows: Vec<(String, u64)> =
            report.statuses.iter().map(|(status, count)| (status.to_string(), *count)).collect();
        let rows = rows.iter().map(|(status, count)| (status.as_str(), *count));
        writeln!(out, "<h2>Replies by status</h2>\n{}", chart::bars(rows))?;
    }
    if !report.types.is_empty() {
        let rows = report.types.iter().map(|row| (row.name.as_str(), row.count));
        writeln!(out, "<h2>Captures by media type</h2>\n{}", chart::bars(rows))?;
    }
    if !report.languages.is_empty() {
        let rows = report.languages.iter().map(|(lang, count)| (lang.as_str(), *count));
        writeln!(out, "<h2>Articles by language</h2>\n{}", chart::bars(rows))?;
    }
    Ok(())
}

fn groups(out: &mut String, report: &Report) -> fmt::Result {
    if report.groups.examples.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>Translation groups</h2>")?;
    let rows = report.groups.by_languages.iter().map(|(langs, count)| (langs.as_str(), *count));
    writeln!(out, "{}", chart::bars(rows))?;
    writeln!(
        out,
        "<div class=\"scroll\"><table><tr><th>Article</th><th>Lacks</th><th class=\"number\">Sure\
         </th></tr>"
    )?;
    report.groups.examples.iter().try_for_each(|group| group_row(out, group))?;
    writeln!(out, "</table></div>")
}

fn group_row(out: &mut String, group: &GroupRow) -> fmt::Result {
    write!(out, "<tr><td class=\"group\">")?;
    for member in &group.members {
        let title = member.title.as_deref().unwrap_or(&member.url);
        write!(
            out,
            "<p><span>{}</span><bdi>{}</bdi></p>",
            escaped(&member.language),
            escaped(title)
        )?;
    }
    let missing = escaped(&group.missing.join(" "));
    writeln!(
        out,
        "</td><td class=\"missing\">{missing}</td><td class=\"number\">{:.2}</td></tr>",
        group.confidence
    )
}

fn hosts(out: &mut String, title: &str, hosts: &[Host]) -> fmt::Result {
    if hosts.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>{title}</h2>\n<div class=\"scroll\"><table><tr><th>Host</th><th class=\"number\">URLs\
         </th><th class=\"number\">Failed</th><th class=\"number\">Received</th><th \
         class=\"number\">Mean reply</th></tr>"
    )?;
    for host in hosts {
        writeln!(
            out,
            "<tr><td class=\"url\"><bdi>{}</bdi></td><td class=\"number\">{}</td><td \
             class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{} ms</td></tr>",
            escaped(&host.host),
            host.urls,
            host.failed,
            ByteSize::b(host.bytes),
            host.mean_ms
        )?;
    }
    writeln!(out, "</table></div>")
}

fn reasons<'a>(
    out: &mut String,
    title: &str,
    rows: impl Iterator<Item = (String, u64, &'a Vec<String>)>,
) -> fmt::Result {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "<h2>{title}</h2>\n<div class=\"scroll\"><table>")?;
    for (reason, count, examples) in rows {
        let reason = escaped(&reason);
        writeln!(
            out,
            "<tr><th scope=\"row\">{reason}</th><td class=\"number\">{count}</td><td>{}</td></tr>",
            codes(examples)
        )?;
    }
    writeln!(out, "</table></div>")
}

fn codes(texts: &[String]) -> String {
    let codes: Vec<String> =
        texts.iter().map(|text| format!("<code><bdi>{}</bdi></code>", escaped(text))).collect();
    codes.join("<br>")
}

fn seeds(out: &mut String, seeds: &[Seed]) -> fmt::Result {
    if seeds.is_empty() {
        return Ok(());
    }
    let held = seeds.iter().filter(|seed| seed.is_held()).count();
    let resting = seeds.iter().filter(|seed| seed.state == Seed::NOT_DUE).count();
    let rest = if resting > 0 { format!(", {resting} not due") } else { String::new() };
    writeln!(out, "<h2>Seeds: {held} of {} captured{rest}</h2>\n<table>", seeds.len())?;
    // Those that failed are what somebody looks for.
    let shown = seeds.iter().filter(|seed| seed.is_missed());
    for seed in shown.take(super::ROWS) {
        let why = seed.why.as_deref().unwrap_or_default();
        writeln!(
            out,
            "<tr><td class=\"url\"><bdi>{}</bdi></td><td class=\"missing\">{} {}</td></tr>",
            escaped(&seed.url),
            escaped(&seed.state),
            escaped(why)
        )?;
    }
    writeln!(out, "</table>")
}

fn lines(out: &mut String, title: &str, rows: &[String]) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>{title}</h2>\n<p>{}</p>", codes(rows))
}

fn files(out: &mut String, report: &Report) -> fmt::Result {
    if report.files.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>WARC files</h2>\n<div class=\"scroll\"><table><tr><th>File</th><th class=\"number\">\
         Size</th><th>SHA-256</th></tr>"
    )?;
    for file in &report.files {
        writeln!(
            out,
            "<tr><td class=\"url\">{}</td><td class=\"number\">{}</td><td class=\"url\">{}</td></tr>",
            escaped(&file.name),
            ByteSize::b(file.bytes),
            escaped(&file.sha256)
        )?;
    }
    writeln!(out, "</table></div>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_from_the_web_is_markup(text in "\\PC{0,40}|[<>&\"'a-z]{0,20}") {
            let report = Report {
                hosts: vec![Host { host: text.clone(), ..Host::default() }],
                gaps: vec![text.clone()],
                seeds: vec![Seed { url: text.clone(), ..Seed::default() }],
                ..Report::default()
            };
            let empty = html(&Report {
                hosts: vec![Host::default()],
                gaps: vec![String::new()],
                seeds: vec![Seed::default()],
                ..Report::default()
            });
            let tags = |page: &str| page.matches('<').count();
            prop_assert_eq!(tags(&html(&report)), tags(&empty));
        }
    }
}
