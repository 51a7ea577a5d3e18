//! What people see while a command works: one line an event, a few that keep counting on a terminal.
//!
//! Everything that came from the web passes [`clean`]: no control byte and no direction override
//! reaches a terminal. Lines go to standard error, results to standard output.

use std::io::{self, IsTerminal, Write};
use std::sync::Once;
use std::time::Duration;

use bytesize::ByteSize;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::AbortHandle;

use super::journal::Journal;
use super::progress;
use crate::crawl::live::Live;
use crate::event::{Event, Settled, Watch};
use crate::json;
use crate::lead::Outcome;
use crate::settings::spelling::span;

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

/// How often the spinner turns, and how often the numbers beside it are read.
const TICK: Duration = Duration::from_millis(200);
const READ: Duration = Duration::from_secs(1);

/// Columns that the spinner takes.
const SPINNER: usize = 2;

/// One sentence on standard error.
pub(super) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "warraq: {}", clean(&plain(sentence)));
}

/// The sentence without the numbers of the operating system: its words say the same.
pub(super) fn plain(sentence: &str) -> String {
    let mut parts = sentence.split(" (os error ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.trim_start_matches(|c: char| c.is_ascii_digit());
        out.push_str(digits.strip_prefix(')').unwrap_or(digits));
    }
    out
}

/// A line on standard output. A reader that went away is no error; a full disk is told, once.
pub(super) fn say(line: &str) {
    static TOLD: Once = Once::new();
    if let Err(why) = writeln!(io::stdout().lock(), "{line}")
        && why.kind() != io::ErrorKind::BrokenPipe
    {
        TOLD.call_once(|| complain(&unwritten(&why)));
    }
}

/// Why standard output takes nothing more.
pub(super) fn unwritten(why: &io::Error) -> String {
    format!("cannot write to standard output: {why}; what was to be printed is lost")
}

/// What shows a running crawl: on a terminal there are lines at the bottom that keep counting.
#[derive(Clone)]
pub(super) struct Display {
    voice: Voice,
    bar: Option<ProgressBar>,
    journal: Journal,
}

impl Display {
    pub(super) fn new(voice: Voice) -> Self {
        let bar = (voice == Voice::Lines && io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { voice, bar, journal: Journal::default() }
    }

    /// The same, told as one of several jobs.
    pub(super) fn of(self, journal: Journal) -> Self {
        Self { journal, ..self }
    }

    /// Where it writes JSON lines.
    pub(super) const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The watch that shows events.
    pub(super) fn watch(&self) -> Watch {
        match self.voice {
            Voice::Quiet => self.errors(),
            Voice::Json => {
                let journal = self.journal.clone();
                Watch::new(move |event| journal.event(event))
            }
            Voice::Lines => self.lines(),
        }
    }

    /// A crawl that stands is an error to whoever reads errors only, and so is one that fell short.
    fn errors(&self) -> Watch {
        let job = self.journal.job().to_owned();
        let whose = if job.is_empty() { job } else { format!("{job}: ") };
        Watch::new(move |event| match event {
            Event::Paused { why } => complain(&format!("{whose}paused: {why}")),
            Event::Shortfall(shortfall) => complain(&format!("{whose}{shortfall}")),
            _ => {}
        })
    }

    fn lines(&self) -> Watch {
        let display = self.clone();
        let direction = if self.bar.is_some() { Direction::Isolated } else { Direction::Plain };
        Watch::new(move |event| {
            let line = line(event, direction);
            display.beside(|| {
                let _ = writeln!(io::stderr().lock(), "{line}");
            });
        })
    }

    /// Keeps the lines at the bottom in step with a crawl, until what is given back is told to end.
    pub(super) fn follow(&self, live: &Live) -> Option<AbortHandle> {
        let (bar, live) = (self.bar.clone()?, live.clone());
        let task = tokio::spawn(async move {
            loop {
                let status = live.status().await;
                let width = progress::width(&io::stderr()).saturating_sub(SPINNER);
                let lines = progress::block(&status, width);
                bar.set_message(lines.join("\n  "));
                tokio::time::sleep(READ).await;
            }
        });
        Some(task.abort_handle())
    }

    /// Prints something while the lines at the bottom are out of the way.
    pub(super) fn beside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the lines at the bottom away, for good.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// One event as one line.
fn line(event: &Event, direction: Direction) -> String {
    match event {
        Event::Started { run, resumed, queued } => {
            let how = if *resumed { "goes on" } else { "begins" };
            format!("run {run} {how}, {} queued", count(*queued, "URL"))
        }
        Event::Settled(settled) => settled_line(settled, direction),
        Event::Retried { url, attempt, why } => {
            format!("again    attempt {attempt} failed, {}  {}", clean(&plain(why)), clean(url))
        }
        Event::Parked { host, wait, why } => {
            format!(
                "waiting  {} for {host}: {}",
                span(*wait),
                clean(&plain(why)),
                host = clean(host)
            )
        }
        Event::Sealed { file, bytes } => format!("sealed   {file} ({})", ByteSize::b(*bytes)),
        Event::Paused { why } => format!("paused   {}", clean(&plain(why))),
        Event::Unpaused { after } => format!("goes on  after {}", span(*after)),
        Event::Steered { what } => format!("told     {}", clean(what)),
        Event::Shortfall(shortfall) => format!("short    {}", clean(&shortfall.to_string())),
        Event::Warning { text } => format!("warning  {}", clean(&plain(text))),
    }
}

/// Short facts in columns, then the URL, then what needs words.
fn settled_line(settled: &Settled, direction: Direction) -> String {
    let (end, words) = match &settled.outcome {
        Outcome::Captured { status, truncated: None } => (status.to_string(), None),
        Outcome::Captured { status, truncated: Some(why) } => {
            (format!("{status} cut"), Some(why.as_str().to_owned()))
        }
        Outcome::Revisit { status } => (format!("{status} same"), None),
        Outcome::Moved { status, to } => {
            let to = to.as_deref().map_or_else(|| "nowhere".into(), clean);
            (status.to_string(), Some(format!("to {}", direction.set(&to))))
        }
        Outcome::Refused(refusal) => ("refused".to_owned(), Some(format!("by {}", refusal.rule))),
        Outcome::Failed(failure) => ("failed".to_owned(), Some(clean(&plain(&failure.detail)))),
    };
    let lang = settled.lang.as_deref().unwrap_or("-");
    let size = ByteSize::b(settled.bytes).to_string();
    let (took, url) = (span(settled.took), clean(&settled.url));
    let facts = format!("{end:<8} {lang:<7} {size:>9} {took:>8}");
    match words {
        None => format!("{facts}  {url}"),
        Some(words) => format!("{facts}  {}  ({words})", direction.set(&url)),
    }
}

/// Text of any direction, kept apart from the line around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// For a terminal: isolated.
    Isolated,
    /// For files, pipes and tests: as it is.
    Plain,
}

impl Direction {
    /// What standard output calls for.
    pub(super) fn of_stdout() -> Self {
        if io::stdout().is_terminal() { Self::Isolated } else { Self::Plain }
    }

    /// Web text, made safe and set apart. An ASCII text needs no setting apart.
    pub(super) fn set(self, text: &str) -> String {
        let text = clean(text);
        match self {
            Self::Isolated if !text.is_ascii() => format!("\u{2068}{text}\u{2069}"),
            _ => text,
        }
    }
}

/// Text from the web, made safe for a terminal and for one line.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if json::is_unruly(c) { '\u{FFFD}' } else { c }).collect()
}

/// A URL as people read it: letters of other scripts unescaped, nothing else, so that it is still
/// the same URL.
pub(super) fn readable(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut rest = url;
    while let Some((plain, tail)) = rest.find('%').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(plain);
        let run = tail.as_bytes().chunks_exact(3).take_while(|escape| is_beyond_ascii(escape));
        let length = (run.count() * 3).max(1);
        let (escapes, after) = tail.split_at_checked(length).unwrap_or((tail, ""));
        match percent_encoding::percent_decode_str(escapes).decode_utf8() {
            Ok(letters) if letters.chars().all(char::is_alphanumeric) => out.push_str(&letters),
            _ => out.push_str(escapes),
        }
        rest = after;
    }
    out.push_str(rest);
    clean(&out)
}

/// `%D9`: a part of a letter that is not ASCII.
fn is_beyond_ascii(escape: &[u8]) -> bool {
    matches!(escape, [b'%', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F', low] if low.is_ascii_hexdigit())
}

/// `1 URL`, `2 URLs`.
pub(super) fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_set_apart_on_a_terminal_only() {
        assert_eq!(Direction::Isolated.set("ورق"), "\u{2068}ورق\u{2069}");
        assert_eq!(Direction::Isolated.set("paper"), "paper");
        assert_eq!(Direction::Plain.set("ورق"), "ورق");
        // What the page brings along itself cannot end the isolation.
        assert_eq!(Direction::Isolated.set("ب\u{2069}x"), "\u{2068}ب\u{FFFD}x\u{2069}");
    }

    #[test]
    fn numbers_of_the_system_are_left_out() {
        assert_eq!(plain("x: No such file (os error 2); give one"), "x: No such file; give one");
        assert_eq!(plain("x (os error"), "x (os error");
    }

    #[test]
    fn a_readable_url_is_the_same_url() {
        let cases = [
            ("http://a.test/%D9%88%D8%B1%D9%82?q=%d9%88", "http://a.test/ورق?q=و"),
            (
                "http://a.test/a%2Fb%3Fc%23d%20e%1B[2J%0A%25",
                "http://a.test/a%2Fb%3Fc%23d%20e%1B[2J%0A%25",
            ),
            ("http://a.test/%E2%80%AE%E2%80%8B", "http://a.test/%E2%80%AE%E2%80%8B"),
            ("http://a.test/%FF%D9%", "http://a.test/%FF%D9%"),
            ("http://a.test/%D9%88%E2%80%AE", "http://a.test/%D9%88%E2%80%AE"),
        ];
        for (url, want) in cases {
            assert_eq!(readable(url), want);
        }
    }

    #[test]
    fn nothing_from_the_web_drives_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\u{202E}c\nd"), "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d");
    }
}
