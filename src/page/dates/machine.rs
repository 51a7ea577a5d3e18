//! Machine forms of a date: ISO 8601, RFC 9110, Unix time, and what scripts print of a clock.
//!
//! A value that is meant to be a date and nothing else is read here; where it is written in words,
//! the day is [`super::written`]'s and its time and zone are taken along. It never guesses a zone.

use jiff::civil::Date;

use super::written::{ascii_digits, text};
use super::{YEARS, day_of};

/// Longest value that is read.
const MAX_VALUE: usize = 120;

/// Reads a value that is meant to be a date and nothing else.
pub(crate) fn iso(value: &str) -> Option<String> {
    let value = ascii_digits(value.trim());
    if value.len() > MAX_VALUE {
        return None;
    }
    machine(&value, day_of)
        .or_else(|| unix(&value))
        .or_else(|| rfc2822(&value))
        .or_else(|| worded(&value))
}

/// Days that software writes where it knows none: the beginnings of its calendars.
const BEGINNINGS: &[(i16, i8, i8)] = &[
    (1601, 1, 1),
    (1753, 1, 1),
    (1899, 12, 30),
    (1899, 12, 31),
    (1900, 1, 1),
    (1904, 1, 1),
    (1969, 12, 31),
    (1970, 1, 1),
    (1980, 1, 1),
];

/// Years of the papers that put their archive on the web.
const BEFORE_THE_WEB: std::ops::Range<i16> = 1600..1995;

/// [`iso`], and the days before the web that a page declares itself published on. Days a page only
/// mentions are older than that all the time.
pub(crate) fn declared(value: &str) -> Option<String> {
    let early = |year: i16, month: i8, day: i8| {
        let is_told = BEFORE_THE_WEB.contains(&year) && !BEGINNINGS.contains(&(year, month, day));
        is_told.then(|| Date::new(year, month, day).ok())?.map(|date| date.to_string())
    };
    iso(value).or_else(|| {
        let value = ascii_digits(value.trim());
        (value.len() <= MAX_VALUE).then(|| machine(&value, early)).flatten()
    })
}

/// `2026-11-22`, `2026-11-22T09:30:00+03:00`, `2026/11/22 9:30`, `20261122`; the day by `day_of`.
fn machine(value: &str, day_of: impl Fn(i16, i8, i8) -> Option<String>) -> Option<String> {
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    if digits.len() == 8 {
        return compact(&digits).map(|day| clocked(day, value.get(digits.len()..)));
    }
    if digits.len() != 4 {
        return None;
    }
    let mut parts = value.splitn(3, ['-', '/', '.']);
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let rest = parts.next()?;
    let day: String = rest.chars().take_while(char::is_ascii_digit).take(2).collect();
    let date = day_of(year, month, day.parse().ok()?)?;
    Some(clocked(date, rest.get(day.len()..)))
}

/// A day in words, and the time in the same value: `Sat Mar 14 2026 09:30:00 GMT+0300`.
fn worded(value: &str) -> Option<String> {
    let day = text(value)?;
    let colon = value.find(':').filter(|at| value.get(at + 1..at + 3).is_some_and(is_digits));
    let hour = |colon: usize| value.get(..colon)?.rfind(|c: char| !c.is_ascii_digit());
    let start = colon.map(|at| hour(at).map_or(0, |before| before + 1));
    // A zone may stand before the year: `09:30:00 EDT 2026`.
    let clock = start.and_then(|at| value.get(at..)).map(|clock| {
        let year = clock.trim_end().strip_suffix(day.get(..4).unwrap_or_default());
        year.filter(|rest| rest.ends_with(' ')).unwrap_or(clock)
    });
    Some(clocked(day, clock))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn clocked(day: String, clock: Option<&str>) -> String {
    match clock.and_then(time) {
        Some(time) => format!("{day}T{time}"),
        None => day,
    }
}

/// `09:30:00+03:00` of what follows a day; `None` where there is no time.
fn time(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['T', 't', ' ', ',']).trim();
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    let (hour, minute) = match numbers.next()? {
        run if run.len() >= 4 => (run.get(..2)?, run.get(2..4)?),
        run => (run, numbers.next()?),
    };
    let (mut hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    let clock = text.split(['+', '-', '−', 'Z']).next().unwrap_or_default();
    let with_seconds = clock.matches(':').count() >= 2;
    let second: u8 =
        if with_seconds { numbers.next().and_then(|s| s.parse().ok()).unwrap_or(0) } else { 0 };
    let lower = text.to_ascii_lowercase();
    if hour < 12 && (lower.contains("pm") || lower.contains("p.m")) {
        hour += 12;
    } else if hour == 12 && (lower.contains("am") || lower.contains("a.m")) {
        hour = 0;
    }
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(format!("{hour:02}:{minute:02}:{second:02}{}", zone(text)))
}

/// Zones by name, as RFC 5322 §4.3 and newsrooms write them; a name two zones share is left out.
const ZONES: &[(&str, &str)] = &[
    ("UTC", "Z"),
    ("GMT", "Z"),
    ("EST", "-05:00"),
    ("EDT", "-04:00"),
    ("CDT", "-05:00"),
    ("MDT", "-06:00"),
    ("PST", "-08:00"),
    ("PDT", "-07:00"),
    ("CET", "+01:00"),
    ("CEST", "+02:00"),
    ("EET", "+02:00"),
    ("EEST", "+03:00"),
    ("MSK", "+03:00"),
    ("JST", "+09:00"),
    ("KST", "+09:00"),
];

/// `Z`, `+03:00` or nothing.
fn zone(text: &str) -> String {
    if text.ends_with(['Z', 'z']) {
        return "Z".to_owned();
    }
    let sign = text.rfind(['+', '-', '−']);
    let offset = sign.and_then(|at| text.get(at..)).and_then(offset);
    let named = || {
        let word = text.split(|c: char| !c.is_ascii_alphabetic()).rfind(|word| !word.is_empty())?;
        ZONES.iter().find(|(name, _)| *name == word).map(|(_, zone)| (*zone).to_owned())
    };
    offset.or_else(named).unwrap_or_default()
}

/// `+03:00`, `-0300`, `+3` behind their sign; what follows the digits is a comment.
fn offset(text: &str) -> Option<String> {
    let sign = if text.starts_with('+') { '+' } else { '-' };
    let rest = text.trim_start_matches(['+', '-', '−']);
    let run: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
    let digits = run.replace(':', "");
    let (hours, minutes) = match digits.len() {
        4 => (digits.get(..2)?, digits.get(2..)?),
        2 => (digits.as_str(), "00"),
        1 => return Some(format!("{sign}0{digits}:00")),
        _ => return None,
    };
    Some(format!("{sign}{hours}:{minutes}"))
}

/// `20261122`.
pub(super) fn compact(digits: &str) -> Option<String> {
    day_of(
        digits.get(..4)?.parse().ok()?,
        digits.get(4..6)?.parse().ok()?,
        digits.get(6..8)?.parse().ok()?,
    )
}

/// Seconds or milliseconds since 1970.
fn unix(value: &str) -> Option<String> {
    let number: i64 = value.parse().ok()?;
    let seconds = match value.len() {
        9 | 10 => number,
        13 => number / 1000,
        _ => return None,
    };
    let at = jiff::Timestamp::from_second(seconds).ok()?;
    YEARS.contains(&at.to_zoned(jiff::tz::TimeZone::UTC).year()).then(|| at.to_string())
}

fn rfc2822(value: &str) -> Option<String> {
    let zoned = jiff::fmt::rfc2822::parse(value).ok()?;
    YEARS.contains(&zoned.year()).then(|| zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}
