//! Instants and the clock that tells them.
//!
//! A [`Moment`] is a UTC instant in whole milliseconds; it knows its spellings (WARC-Date, the
//! 14-digit stamp, HTTP-date). A [`Clock`] is handed in wherever time is needed: nothing in the
//! library asks the system by itself, so a fixed clock gives byte-equal archives.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// How far two clocks that are both right may differ.
const SKEW: Duration = Duration::from_mins(5);

/// A UTC instant, in whole milliseconds since 1970.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Moment(i64);

impl Moment {
    /// The instant `millis` milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This instant moved later by `span`, saturating.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This instant moved earlier by `span`, saturating.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The time from `earlier` to this instant; zero when it is not later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Whether this was told by a clock that was ahead: it lies further in the future than clocks
    /// differ.
    pub fn is_ahead_of(self, now: Self) -> bool {
        self.since(now) > SKEW
    }

    /// `2026-11-22T09:30:00.125Z`: the WARC-Date of WARC 1.1 §5.4, with milliseconds.
    pub fn warc_date(self) -> String {
        self.strftime("%Y-%m-%dT%H:%M:%S.%3fZ")
    }

    /// `20261122093000`: the 14-digit stamp of CDX files and WARC file names.
    pub fn stamp14(self) -> String {
        self.strftime("%Y%m%d%H%M%S")
    }

    /// `20261122093000125`: the stamp with milliseconds (WARC 1.1 Annex C names).
    pub fn stamp17(self) -> String {
        format!("{}{:03}", self.stamp14(), self.0.rem_euclid(1000))
    }

    /// Reads a WARC-Date (WARC 1.1 §5.4: W3CDTF in UTC, from the year alone to a fraction of a
    /// second), and the same without its separators or its `Z`: what is not said is the earliest.
    pub fn parse_warc_date(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(at) = text.parse::<Timestamp>() {
            return Some(Self(at.as_millisecond()));
        }
        let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
        let (text, fraction) = text.split_once('.').unwrap_or((text, ""));
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':' | 'T' | ' ')).collect();
        let rest = "00000101000000".get(digits.len()..).filter(|_| digits.len() >= 4)?;
        Self::parse_stamp14(&(digits + rest))
    }

    /// Reads what [`Moment::stamp14`] writes.
    pub fn parse_stamp14(text: &str) -> Option<Self> {
        if text.len() != 14 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let civil = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", text).ok()?;
        let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
        Some(Self(zoned.timestamp().as_millisecond()))
    }

    /// Reads an HTTP-date in its three forms (RFC 9110 §5.6.7).
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(zoned) = jiff::fmt::rfc2822::parse(text) {
            return Some(Self(zoned.timestamp().as_millisecond()));
        }
        ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"].iter().find_map(|form| {
            let civil = jiff::civil::DateTime::strptime(form, text).ok()?;
            let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
            Some(Self(zoned.timestamp().as_millisecond()))
        })
    }

    /// `Sun, 22 Nov 2026 09:30:00 GMT`: the HTTP-date (RFC 9110 §5.6.7).
    pub fn http_date(self) -> String {
        self.strftime("%a, %d %b %Y %H:%M:%S GMT")
    }

    fn strftime(self, form: &str) -> String {
        let at = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        at.strftime(form).to_string()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.warc_date())
    }
}

/// Where the time comes from. Cloning shares the clock.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock; `steady` runs from `start` on the monotonic clock.
    System {
        /// Wall time when the clock was made.
        start: Moment,
        /// Monotonic time when the clock was made.
        instant: Instant,
    },
    /// A clock that moves only when told to, for tests and byte-equal archives.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::System { start: wall_now(), instant: Instant::now() }
    }

    /// A clock that stands at `at` until [`Clock::advance`] moves it.
    pub fn fixed(at: Moment) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.millis())))
    }

    /// Wall time, for dates that go into the archive. It may jump when the machine's clock is set.
    pub fn wall(&self) -> Moment {
        match self {
            Self::System { .. } => wall_now(),
            Self::Fixed(at) => Moment(at.load(Ordering::SeqCst)),
        }
    }

    /// Time that never jumps: wall time at start plus the monotonic time since. All scheduling
    /// (delays, back-off, leases) uses this one.
    pub fn steady(&self) -> Moment {
        match self {
            Self::System { start, instant } => start.plus(instant.elapsed()),
            Self::Fixed(at) => Moment(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock on; a system clock is left alone.
    pub fn advance(&self, span: Duration) {
        if let Self::Fixed(at) = self {
            at.fetch_add(i64::try_from(span.as_millis()).unwrap_or(0), Ordering::SeqCst);
        }
    }
}

fn wall_now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let at = Moment::from_millis(1_795_339_800_125);
        assert_eq!(at.warc_date(), "2026-11-22T09:30:00.125Z");
        assert_eq!(at.stamp14(), "20261122093000");
        assert_eq!(at.stamp17(), "20261122093000125");
        assert_eq!(Moment::parse_warc_date("2026-11-22T09:30:00.125Z"), Some(at));
    }

    #[test]
    fn warc_dates_of_all_lengths() {
        let read = |text: &str| Moment::parse_warc_date(text).map(Moment::stamp14);
        for (text, want) in [
            ("2026", "20260101000000"),
            ("2026-11", "20261101000000"),
            ("2026-11-22", "20261122000000"),
            ("2026-11-22T09:30Z", "20261122093000"),
            ("2026-11-22T09:30:15", "20261122093015"),
            ("20261122093015", "20261122093015"),
            ("2026-11-22T09:30:15.123456789Z", "20261122093015"),
            ("2026-11-22T09:30:15.1234567891Z", "20261122093015"),
            ("2026-12-31T23:59:60Z", "20261231235959"),
            ("2026-11-22T09:30:15+02:00", "20261122073015"),
        ] {
            assert_eq!(read(text).as_deref(), Some(want), "{text}");
        }
        for text in [
            "",
            "202",
            "2026-02-30",
            "2026-13",
            "yesterday",
            "2026-11-22T09:30:15.5.5+xZ9",
            "٢٠٢٦",
            "2026112209301512",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn http_dates_in_three_forms() {
        let want = Some(Moment::from_millis(784_111_777_000));
        assert_eq!(Moment::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), want);
        assert_eq!(Moment::parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), want);
        assert_eq!(Moment::parse_http_date("Sun Nov  6 08:49:37 1994"), want);
        assert_eq!(Moment::parse_http_date("120"), None);
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = Clock::fixed(Moment::from_millis(5));
        clock.advance(Duration::from_millis(7));
        assert_eq!(clock.steady(), Moment::from_millis(12));
    }
}
