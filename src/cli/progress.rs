//! Progress: a running crawl in a few lines, for the bottom of a terminal and for `warraq status`.
//!
//! Made from a [`Status`] alone, so both say the same. Text that came from the web passes
//! [`clean`]; lines are cut to the width they are given.

use std::os::fd::AsFd;
use std::time::Duration;

use bytesize::ByteSize;
use terminal_size::{Width, terminal_size_of};

use super::show::{clean, count, plain};
use crate::crawl::live::status::{Host, HostState, Limit};
use crate::crawl::live::{Phase, Status};
use crate::settings::spelling::span;

/// The block at the bottom of a terminal, a line for each matter, none wider than `width` columns.
pub(super) fn block(status: &Status, width: usize) -> Vec<String> {
    let mut lines = vec![sums(status), work(status)];
    lines.extend(status.last_problem.as_ref().map(|problem| {
        format!("last: {}, {} ago", plain(&clean(&problem.text)), span(status.at.since(problem.at)))
    }));
    lines.into_iter().map(|line| cut(&line, width)).collect()
}

/// What it does, for how long, how much and how fast.
fn sums(status: &Status) -> String {
    let rates = &status.rates;
    let mut parts = vec![
        format!("{} {}", phase(status.phase), span(status.elapsed())),
        format!("{} {:.1}/s", count(status.call.pages, "page"), rates.pages),
        format!("{} {}/s", ByteSize::b(status.call.received), bytes(rates.bytes)),
    ];
    let failed: u64 = status.call.failed.values().sum();
    if failed > 0 {
        parts.push(format!("{failed} failed"));
    }
    parts.join(" · ")
}

/// What lies before it.
fn work(status: &Status) -> String {
    let mut parts = vec![
        format!("{} queued", status.run.queued),
        format!("{} of {} in flight", status.hosts.in_flight, count(status.hosts.active, "host")),
    ];
    if status.hosts.resting > 0 {
        parts.push(format!("{} resting", status.hosts.resting));
    }
    if let Some(groups) = status.groups.filter(|groups| groups.complete + groups.partial > 0) {
        parts.push(format!("groups {} complete, {} partial", groups.complete, groups.partial));
    }
    parts.extend(status.ends_in().map(|(left, limit)| format!("{limit} in {}", span(left))));
    parts.join(" · ")
}

/// Everything a status tells, a label a line.
pub(super) fn whole(status: &Status) -> Vec<String> {
    let mut out = Vec::new();
    let mut line = |label: &str, text: String| out.push(format!("  {label:<11}{text}"));
    let job =
        if status.job.is_empty() { String::new() } else { format!("{}, ", clean(&status.job)) };
    let why = status.why.as_deref().map(|why| format!(": {}", plain(&clean(why))));
    let (run, pid, since) = (status.run.number, status.pid, status.started);
    let elapsed = span(status.elapsed());
    line("crawl", format!("{job}run {run}, pid {pid}, for {elapsed}, since {since}"));
    line("state", format!("{}{}", phase(status.phase), why.unwrap_or_default()));
    line("URLs", urls(status));
    line("rate", rate(status));
    line("received", received(status));
    if let Some(groups) = status.groups {
        line("groups", format!("{} complete, {} partial", groups.complete, groups.partial));
    }
    for (label, limit, spelt) in limits(status) {
        line(label, format!("{} of {} left", spelt(limit.left), spelt(limit.of)));
    }
    if let Some((left, limit)) = status.ends_in() {
        line("ends", format!("{limit} in {}, as things go now", span(left)));
    }
    if !status.run.left_alone.is_empty() {
        line("given up", clean(&status.run.left_alone.join(", ")));
    }
    if let Some(problem) = &status.last_problem {
        line("last", format!("{} {}", problem.at, plain(&clean(&problem.text))));
    }
    out
}

fn urls(status: &Status) -> String {
    let (run, refused) = (&status.run, status.run.refused.values().sum());
    let rest = [
        (run.unchanged, "unchanged"),
        (run.moved, "redirected"),
        (run.failed, "failed"),
        (refused, "refused"),
        (run.not_due, "not due"),
        (run.in_flight, "in flight"),
        (run.queued, "queued"),
    ];
    let rest = rest.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}"));
    [format!("{} captured", run.captured)].into_iter().chain(rest).collect::<Vec<_>>().join(", ")
}

fn rate(status: &Status) -> String {
    let (rates, over) = (&status.rates, Duration::from_millis(status.rates.window));
    format!("{:.1} pages/s, {}/s over the last {}", rates.pages, bytes(rates.bytes), span(over))
}

fn received(status: &Status) -> String {
    let (warc, received) = (&status.warc, ByteSize::b(status.call.received));
    let written = ByteSize::b(warc.total);
    match &warc.file {
        Some(file) => format!("{received}, {written} written, now to {}", clean(file)),
        None => format!("{received}, {written} written"),
    }
}

/// A limit's label, itself, and how its numbers are spelt.
type Row = (&'static str, Limit, Spelt);
type Spelt = fn(u64) -> String;

fn limits(status: &Status) -> Vec<Row> {
    let all = &status.limits;
    let number: Spelt = |n| n.to_string();
    let size: Spelt = |n| ByteSize::b(n).to_string();
    let time: Spelt = |n| span(Duration::from_millis(n));
    let rows = [("pages", all.pages, number), ("bytes", all.bytes, size), ("time", all.time, time)];
    rows.into_iter().filter_map(|(label, limit, spelt)| Some((label, limit?, spelt))).collect()
}

/// Hosts as a table, a line each.
pub(super) fn hosts(status: &Status, rows: usize) -> Vec<String> {
    let shown = status.hosts.rows.iter().take(rows);
    let width = shown.clone().map(|host| host.host.chars().count()).max().unwrap_or(0);
    let mut out: Vec<String> = shown.map(|row| host(row, width)).collect();
    let more = status.hosts.active.saturating_sub(out.len() as u64);
    if more > 0 {
        out.push(format!("  and {more} more"));
    }
    for (domain, millis) in &status.hosts.delays {
        let delay = span(Duration::from_millis(*millis));
        out.push(format!("  {}: delay {delay}, set while it ran", clean(domain)));
    }
    let blocked = status.hosts.blocked.iter();
    out.extend(blocked.map(|host| format!("  {}: blocked", clean(host))));
    out
}

fn host(row: &Host, width: usize) -> String {
    let due = Duration::from_millis(row.due_in);
    let state = match row.state {
        HostState::InFlight => "in flight".to_owned(),
        HostState::Due => "due".to_owned(),
        HostState::Waiting => format!("due in {}", span(due)),
        HostState::Resting => {
            let said = row.said.as_deref().map(|said| format!(" ({})", clean(said)));
            format!("rests for {}{}", span(due), said.unwrap_or_default())
        }
        HostState::LeftAlone => "given up for this run".to_owned(),
        HostState::Blocked => "blocked".to_owned(),
    };
    let delay = span(Duration::from_millis(row.delay));
    format!("  {:<width$}  {:>7} queued  delay {delay:<8}  {state}", clean(&row.host), row.queued)
}

/// A phase as people say it.
const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Opening => "opening",
        Phase::Running => "running",
        Phase::Paused => "paused",
        Phase::PausedForDisk => "paused for the disk",
        Phase::Draining => "finishing what is in flight",
        Phase::Closing => "closing",
        Phase::Ended => "ended",
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for people")]
fn bytes(rate: f64) -> ByteSize {
    ByteSize::b(rate as u64)
}

/// Columns of a terminal.
pub(super) fn width(terminal: &impl AsFd) -> usize {
    terminal_size_of(terminal).map_or(80, |(Width(columns), _)| usize::from(columns))
}

/// A line of at most `width` columns. Letters beyond ASCII count as two: some are that wide.
pub(super) fn cut(line: &str, width: usize) -> String {
    let columns = |c: char| if c.is_ascii() { 1 } else { 2 };
    let mut left = width;
    let kept = line.chars().take_while(|c| {
        let fits = columns(*c) <= left;
        left = left.saturating_sub(columns(*c));
        fits
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crawl::live::status::{Counts, Groups, Limits, Problem, Rates, Totals};
    use crate::lead::FailureKind;
    use crate::moment::Moment;
    use proptest::prelude::*;

    fn status(problem: &str) -> Status {
        let at = Moment::from_millis(1_795_339_800_000);
        Status {
            at: at.plus(Duration::from_secs(125)),
            started: at,
            phase: Phase::Running,
            call: Counts {
                pages: 250,
                received: 5_000_000,
                failed: [(FailureKind::Dns, 2)].into(),
                ..Counts::default()
            },
            run: Totals { number: 3, captured: 260, queued: 4_000, ..Totals::default() },
            rates: Rates { window: 60_000, pages: 2.0, bytes: 40_000.0, urls: 2.5 },
            groups: Some(Groups { complete: 12, partial: 3, at }),
            limits: Limits { pages: Some(Limit { of: 1_000, left: 750 }), ..Limits::default() },
            last_problem: Some(Problem { at, text: problem.to_owned() }),
            ..Status::default()
        }
    }

    #[test]
    fn a_block_tells_what_is_done_what_is_left_and_what_went_wrong() {
        insta::assert_snapshot!(block(&status("a.example: no answer"), 110).join("
"), @r"
        running 2m 5s · 250 pages 2.0/s · 4.8 MiB 39.1 KiB/s · 2 failed
        4000 queued · 0 of 0 hosts in flight · groups 12 complete, 3 partial · --max-pages in 6m 15s
        last: a.example: no answer, 2m 5s ago
        ");
    }

    #[test]
    fn limits_are_foreseen_by_the_rate_and_none_is_where_none_is_near() {
        let mut status = status("");
        assert_eq!(status.ends_in(), Some((Duration::from_secs(375), "--max-pages")));
        status.limits.time = Some(Limit { of: 999_000, left: 60_000 });
        assert_eq!(status.ends_in(), Some((Duration::from_mins(1), "--max-time")));
        // A crawl that stands reaches its limit of pages at no time anybody could name.
        (status.limits.time, status.rates.pages) = (None, 0.0);
        assert_eq!(status.ends_in(), None);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_terminal_or_drives_it(problem in "\\PC{0,99}\\x1b\\[2J\n.{0,9}", width in 0..200_usize) {
            for line in block(&status(&problem), width) {
                prop_assert!(line.chars().count() <= width);
                prop_assert!(!line.chars().any(crate::json::is_unruly), "{line:?}");
            }
        }
    }
}
