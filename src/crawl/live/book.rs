//! The book: what a running crawl counts as it goes, behind the lock of [`super::Live`].
//!
//! Plain numbers, bounded whatever is crawled; a few additions a URL. It knows no frontier: queue
//! and hosts are asked for when somebody wants to know.

use std::collections::VecDeque;
use std::time::Duration;

use super::status::{Counts, Problem, Rates, Warc};
use crate::event::Event;
use crate::lead::Outcome;
use crate::moment::Moment;
use crate::page::PageKind;
use crate::record::Position;
use crate::record::trace::Trace;
use crate::settings::spelling::span;

/// Seconds over which rates are taken.
const WINDOW: i64 = 60;

/// Longest text of a problem that is kept.
const PROBLEM_CHARS: usize = 300;

/// What came in during one second.
#[derive(Clone, Copy, Debug, Default)]
struct Second {
    at: i64,
    urls: u64,
    pages: u64,
    bytes: u64,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) counts: Counts,
    pub(super) problem: Option<Problem>,
    seconds: VecDeque<Second>,
    written: Option<Position>,
    sealed: u64,
    sealed_bytes: u64,
}

impl Book {
    /// A visit ended, or is going to be repeated. `filed` is where its records end.
    pub(super) fn settled(&mut self, trace: &Trace, filed: Option<&Position>, now: Moment) {
        if let Some(end) = filed {
            self.wrote(end);
        }
        self.counts.received += trace.bytes;
        self.note(now, |second| second.bytes += trace.bytes);
        let status = status_of(&trace.outcome);
        if let Some(status) = status {
            *self.counts.statuses.entry(status).or_default() += 1;
        }
        if trace.again {
            self.counts.retried += 1;
            return;
        }
        self.ended(&trace.lead.found, &trace.outcome, now);
        if status.is_some() && trace.lead.robots_for.is_none() {
            self.counts.pages += 1;
            self.note(now, |second| second.pages += 1);
        }
        let is_article = trace.page.as_ref().is_some_and(|page| page.kind == PageKind::Article);
        if is_article && matches!(trace.outcome, Outcome::Captured { .. }) {
            self.counts.articles += 1;
            self.counts.last_article = Some(now);
        }
    }

    /// A URL came to its end.
    pub(super) fn ended(&mut self, url: &str, outcome: &Outcome, now: Moment) {
        self.note(now, |second| second.urls += 1);
        match outcome {
            Outcome::Captured { .. } => self.counts.captured += 1,
            Outcome::Revisit { .. } => self.counts.unchanged += 1,
            Outcome::Moved { .. } => self.counts.moved += 1,
            Outcome::Refused(refusal) => {
                *self.counts.refused.entry(refusal.rule).or_default() += 1;
            }
            Outcome::Failed(failure) => {
                *self.counts.failed.entry(failure.kind).or_default() += 1;
                self.went_wrong(&format!("{url}: {}", failure.detail), now);
            }
        }
    }

    /// What is told beside the ends of URLs.
    pub(super) fn hear(&mut self, event: &Event, now: Moment) {
        match event {
            Event::Parked { host, wait, why } => {
                self.counts.rests += 1;
                self.went_wrong(&format!("{host} rests for {}: {why}", span(*wait)), now);
            }
            Event::Warning { text } => {
                self.counts.warnings += 1;
                self.went_wrong(text, now);
            }
            Event::Paused { why } => self.went_wrong(why, now),
            Event::Sealed { file, bytes } => {
                self.sealed += 1;
                self.sealed_bytes += bytes;
                self.written.take_if(|written| written.file == *file);
            }
            _ => {}
        }
    }

    fn went_wrong(&mut self, text: &str, at: Moment) {
        self.problem = Some(Problem { at, text: text.chars().take(PROBLEM_CHARS).collect() });
    }

    /// Two that were filed together may be heard of in any order.
    fn wrote(&mut self, end: &Position) {
        let key = |at: &Position| (at.serial, at.offset);
        if self.written.as_ref().is_none_or(|written| key(written) < key(end)) {
            self.written = Some(end.clone());
        }
    }

    /// The archive as far as it was written.
    pub(super) fn warc(&self) -> Warc {
        let bytes = self.written.as_ref().map_or(0, |written| written.offset);
        Warc {
            file: self.written.as_ref().map(|written| written.file.clone()),
            bytes,
            sealed: self.sealed,
            total: self.sealed_bytes + bytes,
        }
    }

    fn note(&mut self, now: Moment, note: impl FnOnce(&mut Second)) {
        let at = now.millis().div_euclid(1000);
        if let Some(last) = self.seconds.back_mut().filter(|last| last.at >= at) {
            return note(last);
        }
        let mut second = Second { at, ..Second::default() };
        note(&mut second);
        self.seconds.push_back(second);
        self.seconds.retain(|second| second.at > at - WINDOW);
    }

    /// What came in over the last minute, or since `started` where that is less.
    pub(super) fn rates(&self, started: Moment, now: Moment) -> Rates {
        let minute = Duration::from_millis(WINDOW.unsigned_abs() * 1000);
        let window = now.since(started).clamp(Duration::from_secs(1), minute);
        let from = now.millis().div_euclid(1000) - WINDOW;
        let within = || self.seconds.iter().filter(|second| second.at > from);
        #[allow(clippy::cast_precision_loss, reason = "rates are for people and graphs")]
        let rate =
            |of: fn(&Second) -> u64| within().map(of).sum::<u64>() as f64 / window.as_secs_f64();
        Rates {
            window: u64::try_from(window.as_millis()).unwrap_or(u64::MAX),
            urls: rate(|second| second.urls),
            pages: rate(|second| second.pages),
            bytes: rate(|second| second.bytes),
        }
    }
}

/// The status of a reply.
const fn status_of(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Captured { status, .. }
        | Outcome::Revisit { status }
        | Outcome::Moved { status, .. } => Some(*status),
        Outcome::Refused(_) | Outcome::Failed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{Failure, FailureKind};

    #[test]
    fn rates_are_those_of_the_last_minute() {
        let began = Moment::from_millis(1_795_339_800_000);
        let at = |seconds| began.plus(Duration::from_secs(seconds));
        let mut book = Book::default();
        for second in 0..120 {
            book.note(at(second), |now| {
                now.pages += if second < 60 { 9 } else { 2 };
                now.bytes += 100;
            });
        }
        let rates = book.rates(began, at(119));
        assert_eq!((rates.window, rates.pages, rates.bytes), (60_000, 2.0, 100.0));
        assert_eq!(book.seconds.len(), 60);
        // Nothing came since: the rate falls, and what is old is not counted.
        let later = [149, 500].map(|second| book.rates(began, at(second)).pages);
        assert_eq!(format!("{later:?}"), "[1.0, 0.0]");
        // A crawl younger than a minute is measured over its own time.
        assert_eq!(book.rates(at(100), at(119)).window, 19_000);
    }

    #[test]
    fn ends_are_counted_by_reason_and_the_last_problem_is_kept_short() {
        let (mut book, now) = (Book::default(), Moment::from_millis(5));
        let detail = "x".repeat(9_999);
        let failed = Outcome::Failed(Failure { kind: FailureKind::Dns, detail });
        book.ended("http://a.test/", &failed, now);
        book.ended("http://a.test/", &Outcome::Revisit { status: 200 }, now);
        assert_eq!((book.counts.failed[&FailureKind::Dns], book.counts.ended()), (1, 2));
        let problem = book.problem.unwrap();
        assert_eq!((problem.at, problem.text.len()), (now, PROBLEM_CHARS));
        assert!(problem.text.starts_with("http://a.test/: xxx"));
        let mut book = Book::default();
        let (host, wait) = ("a.test".to_owned(), Duration::from_millis(300));
        book.hear(&Event::Parked { host, wait, why: "429".to_owned() }, now);
        assert_eq!(book.problem.unwrap().text, "a.test rests for 300ms: 429");
    }

    #[test]
    fn the_archive_is_as_long_as_its_furthest_record() {
        let (mut book, now) = (Book::default(), Moment::default());
        let end = |serial, offset| Position { serial, file: format!("w-{serial}"), offset };
        for position in [end(1, 50), end(2, 10), end(1, 90), end(2, 30), end(2, 20)] {
            book.wrote(&position);
        }
        let warc = book.warc();
        assert_eq!((warc.file.as_deref(), warc.bytes, warc.total), (Some("w-2"), 30, 30));
        book.hear(&Event::Sealed { file: "w-1".to_owned(), bytes: 95 }, now);
        book.hear(&Event::Sealed { file: "w-2".to_owned(), bytes: 40 }, now);
        let warc = book.warc();
        assert_eq!((warc.file, warc.bytes, warc.sealed, warc.total), (None, 0, 2, 135));
    }
}
