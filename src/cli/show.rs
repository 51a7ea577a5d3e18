//! What people see while a command works: one line an event, a progress line on a terminal.
//!
//! Everything that came from the web passes [`clean`]: no control byte and no direction override
//! reaches a terminal. Lines go to standard error, results to standard output.

use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, Once};
use std::time::Duration;

use bytesize::ByteSize;
use indicatif::{ProgressBar, ProgressStyle};

use super::journal::Journal;
use crate::event::{Event, Settled, Watch};
use crate::json;
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

/// How often the progress line is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// One sentence on standard error.
pub(super) fn complain(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "warraq: {}", clean(&plain(sentence)));
}

/// The sentence without the numbers of the operating system: its words say the same.
fn plain(sentence: &str) -> String {
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

/// What shows a running crawl: on a terminal there is a line at the bottom that keeps counting.
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
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
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
        let tally = Mutex::new(Tally::default());
        Watch::new(move |event| {
            let mut tally = tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            tally.count(event);
            let line = line(event, direction);
            display.beside(|| {
                let _ = writeln!(io::stderr().lock(), "{line}");
            });
            if let Some(bar) = &display.bar {
                bar.set_message(tally.to_string());
            }
        })
    }

    /// Prints something while the line at the bottom is out of the way.
    pub(super) fn beside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Takes the line at the bottom away, for good.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
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
        let done = count(self.settled, "URL");
        write!(f, "{done} done, {} failed, {bytes} received", self.failed)
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
            format!("again    attempt {attempt} failed, {}  {}", clean(&plain(why)), readable(url))
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
            let to = to.as_deref().map_or_else(|| "nowhere".into(), readable);
            (status.to_string(), Some(format!("to {}", direction.set(&to))))
        }
        Outcome::Refused(refusal) => ("refused".to_owned(), Some(format!("by {}", refusal.rule))),
        Outcome::Failed(failure) => ("failed".to_owned(), Some(clean(&plain(&failure.detail)))),
    };
    let lang = settled.lang.as_deref().unwrap_or("-");
    let size = ByteSize::b(settled.bytes).to_string();
    let (took, url) = (span(settled.took), readable(&settled.url));
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

/// A URL as people read it: escaped letters of any script unescaped, still one word.
pub(super) fn readable(url: &str) -> String {
    let plain = percent_encoding::percent_decode_str(url).decode_utf8();
    match plain {
        Ok(plain) if !plain.contains(char::is_whitespace) => clean(&plain),
        _ => clean(url),
    }
}

/// `1 URL`, `2 URLs`.
pub(super) fn count(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A length of time with as many digits as say something.
pub(super) fn span(span: Duration) -> String {
    match span.as_millis() {
        0..1_000 => format!("{} ms", span.as_millis()),
        1_000..60_000 => format!("{:.1} s", span.as_secs_f64()),
        _ => humantime::format_duration(Duration::from_secs(span.as_secs())).to_string(),
    }
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
    fn times_have_the_digits_that_matter() {
        let told = [9, 2_099, 61_234].map(|ms| span(Duration::from_millis(ms)));
        assert_eq!(told, ["9 ms", "2.1 s", "1m 1s"]);
    }

    #[test]
    fn nothing_from_the_web_drives_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\u{202E}c\nd"), "a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d");
    }
}
