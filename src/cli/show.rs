//! What people see: one line an event, a progress line on a terminal, the summary at the end.
//!
//! Everything that came from the web passes [`clean`]: no control byte and no direction override
//! reaches a terminal. Lines go to standard error, results to standard output.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use bytesize::ByteSize;
use indicatif::{ProgressBar, ProgressStyle};

use crate::crawl::summary::Summary;
use crate::event::{Event, Settled, Watch};
use crate::groups::{Group, Member};
use crate::lead::Outcome;

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// Nothing but errors.
    Quiet,
    /// Lines for people.
    Lines,
    /// JSON lines on standard output.
    Json,
}

/// Groups listed in a summary; the rest is counted.
const GROUPS_SHOWN: usize = 20;
/// Authors listed in a summary.
const AUTHORS_SHOWN: usize = 12;

/// One sentence on standard error.
pub(super) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "warraq: {}", clean(sentence));
}

/// A line on standard output. A reader that went away is no error.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// The watch that shows events in this voice.
pub(super) fn watch(voice: Voice) -> Watch {
    match voice {
        Voice::Quiet => Watch::none(),
        Voice::Json => Watch::new(|event| {
            if let Ok(line) = serde_json::to_string(event) {
                say(&line);
            }
        }),
        Voice::Lines => lines(),
    }
}

fn lines() -> Watch {
    let bar = io::stderr().is_terminal().then(|| {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            bar.set_style(style);
        }
        bar
    });
    let tally = Mutex::new(Tally::default());
    Watch::new(move |event| {
        let mut tally = tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        tally.count(event);
        let Some(line) = line(event) else { return };
        match &bar {
            Some(bar) => {
                bar.println(line);
                bar.set_message(tally.to_string());
                bar.tick();
            }
            None => {
                let _ = writeln!(io::stderr().lock(), "{line}");
            }
        }
    })
}

/// The running numbers of the progress line.
#[derive(Default)]
struct Tally {
    settled: u64,
    failed: u64,
    bytes: u64,
}

impl Tally {
    fn count(&mut self, event: &Event) {
        if let Event::Settled(settled) = event {
            self.settled += 1;
            self.failed += u64::from(matches!(settled.outcome, Outcome::Failed(_)));
            self.bytes += settled.bytes;
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = ByteSize::b(self.bytes);
        write!(f, "{} URLs done, {} failed, {bytes} received", self.settled, self.failed)
    }
}

/// One event as one line.
fn line(event: &Event) -> Option<String> {
    Some(match event {
        Event::Started { run, resumed, queued } => {
            let how = if *resumed { "goes on" } else { "begins" };
            format!("run {run} {how}, {queued} URLs queued")
        }
        Event::Settled(settled) => settled_line(settled),
        Event::Retried { url, attempt, why } => {
            format!("again    attempt {attempt} failed: {}  {}", clean(why), readable(url))
        }
        Event::Parked { site, wait, why } => {
            let wait = humantime::format_duration(*wait);
            format!("waiting  {} for {wait}: {}", clean(site), clean(why))
        }
        Event::Sealed { file, bytes } => format!("sealed   {file} ({})", ByteSize::b(*bytes)),
        Event::Warning { text } => format!("warning  {}", clean(text)),
    })
}

fn settled_line(settled: &Settled) -> String {
    let end = match &settled.outcome {
        Outcome::Captured { status, truncated: None } => status.to_string(),
        Outcome::Captured { status, truncated: Some(why) } => {
            format!("{status} cut ({})", why.as_str())
        }
        Outcome::Revisit { status } => format!("{status} same"),
        Outcome::Moved { status, to } => {
            format!("{status} to {}", to.as_deref().map_or_else(|| "nowhere".into(), readable))
        }
        Outcome::Refused(refusal) => format!("refused by {}", refusal.rule),
        Outcome::Failed(failure) => format!("failed: {}", clean(&failure.detail)),
    };
    let lang = settled.lang.as_deref().unwrap_or("-");
    let size = ByteSize::b(settled.bytes);
    let took = settled.took.as_millis();
    format!("{end:<8} {lang:<7} {size:>9} {took:>6} ms  {}", readable(&settled.url))
}

/// Text from the web, made safe for a terminal and for one line.
pub(super) fn clean(text: &str) -> String {
    let direction = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || direction(c) { '\u{FFFD}' } else { c }).collect()
}

/// A URL as people read it: escaped letters of any script unescaped, still one word.
fn readable(url: &str) -> String {
    let plain = percent_encoding::percent_decode_str(url).decode_utf8();
    match plain {
        Ok(plain) if !plain.contains(char::is_whitespace) => clean(&plain),
        _ => clean(url),
    }
}

/// The summary for people.
pub(super) fn summary(summary: &Summary, dir: &str) -> String {
    let stats = &summary.stats;
    let mut out = vec![
        format!(
            "  pages      {} captured, {} seen before, {} redirects, {} failed, {} refused, {} left",
            stats.captured, stats.revisits, stats.moved, stats.failed, stats.refused, stats.queued
        ),
        format!("  articles   {}, {} with a byline", summary.articles, summary.with_byline),
    ];
    if !summary.authors.is_empty() {
        let names: Vec<String> =
            summary.authors.iter().take(AUTHORS_SHOWN).map(|name| clean(name)).collect();
        out.push(format!("  bylines    {}", names.join("; ")));
    }
    out.push(format!("  groups     {} of two languages or more", summary.groups.len()));
    out.extend(summary.groups.iter().take(GROUPS_SHOWN).map(group_line));
    if summary.groups.len() > GROUPS_SHOWN {
        out.push(format!("             … and {} more", summary.groups.len() - GROUPS_SHOWN));
    }
    for refusal in &stats.refusals {
        let example = refusal.examples.first().map(|url| readable(url)).unwrap_or_default();
        out.push(format!("  refused    {:>5} by {}, as {example}", refusal.count, refusal.rule));
    }
    for site in &stats.parked_sites {
        out.push(format!("  given up   {} for this run; its URLs stay queued", clean(site)));
    }
    for seed in &summary.failed_seeds {
        out.push(format!("  seed lost  {}", clean(seed)));
    }
    for file in &summary.files {
        out.push(format!("  archive    {dir}/{} ({})", file.name, ByteSize::b(file.bytes)));
    }
    out.join("\n")
}

fn group_line(group: &Group) -> String {
    let tag = |(key, member): (&String, &Member)| {
        member.lang.as_ref().map_or_else(|| key.clone(), ToString::to_string)
    };
    let langs: Vec<String> = group.members.iter().map(tag).collect();
    let title = group.members.values().find_map(|member| member.title.as_deref());
    format!("             {:<16} {}", langs.join(" "), clean(title.unwrap_or("(no title)")))
}

/// Where to look next.
pub(super) fn look_next(dir: &str) -> String {
    format!(
        "Look next:\n  warraq text {dir}    the articles as JSON lines\n  warraq info {dir}    \
         what is in the archive and the state\n  {dir}/*.warc.gz     the WARC files, for any replay \
         tool\n  {dir}/ledger.jsonl   how every URL ended"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_the_web_drives_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\u{202E}c\nd"), "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d");
    }
}
