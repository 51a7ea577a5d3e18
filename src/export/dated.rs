//! A date as a page gives it, with how exact it is and the instant it begins at.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::page::PageDate;

/// A date of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated {
    /// As far as the page gives it, in ISO 8601.
    pub iso: String,
    /// How far that is.
    pub precision: Precision,
    /// The instant it begins at; what has no zone is read as UTC.
    pub at: Option<Moment>,
    /// The markup it was read from.
    pub source: String,
}

/// How exact a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Precision {
    /// A day.
    Day,
    /// A time, and no zone.
    Local,
    /// A time with its zone.
    Zoned,
}

impl Precision {
    /// Its word in a row.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Local => "local-time",
            Self::Zoned => "time",
        }
    }
}

impl Dated {
    /// A date that was read from a page.
    pub fn of(date: PageDate) -> Self {
        let (precision, at) = instant(&date.iso);
        Self { precision, at, iso: date.iso, source: date.source }
    }
}

fn instant(iso: &str) -> (Precision, Option<Moment>) {
    if let Ok(at) = iso.parse::<Timestamp>() {
        return (Precision::Zoned, Some(Moment::from_millis(at.as_millisecond())));
    }
    let utc = |civil: DateTime| {
        let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
        Some(Moment::from_millis(zoned.timestamp().as_millisecond()))
    };
    if iso.contains('T') {
        return (Precision::Local, iso.parse::<DateTime>().ok().and_then(utc));
    }
    let day = iso.parse::<Date>().ok().map(|day| day.at(0, 0, 0, 0));
    (Precision::Day, day.and_then(utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_as_exact_as_it_is_written() {
        let cases = [
            ("2026-11-22", "day", Some("2026-11-22T00:00:00.000Z")),
            ("2026-11-22T09:30:00", "local-time", Some("2026-11-22T09:30:00.000Z")),
            ("2026-11-22T09:30:00+03:00", "time", Some("2026-11-22T06:30:00.000Z")),
            ("2026-11-22T09:30Z", "time", Some("2026-11-22T09:30:00.000Z")),
            ("soon", "day", None),
        ];
        for (iso, precision, at) in cases {
            let dated = Dated::of(PageDate { iso: iso.to_owned(), source: String::new() });
            assert_eq!(dated.precision.name(), precision, "{iso}");
            assert_eq!(dated.at.map(Moment::warc_date).as_deref(), at, "{iso}");
        }
    }
}
