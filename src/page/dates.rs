//! Dates: from what a page writes to a day, with time and zone where they are given.
//!
//! Machine forms ([`machine`]), days as people write them in many languages and digits
//! ([`written`], [`months`], [`weekdays`]), the calendars of the East ([`calendars`]), the days that
//! addresses carry and the short lines that hold one ([`lines`]) or tell it from today ([`ago`]).
//! Every day passes a window (1995 to 2100): there is no clock here, and a caller with one judges the
//! rest. It never decides which of a page's dates is the publication.

mod ago;
mod calendars;
mod labels;
pub(crate) mod lines;
mod machine;
mod months;
mod weekdays;
pub(crate) mod written;

use jiff::civil::Date;
use url::Url;

use super::PageDate;

pub(crate) use self::ago::is_ago;
pub(crate) use self::machine::{declared, iso};
pub(crate) use self::weekdays::is_weekday;
pub(crate) use self::written::{ascii_digits, text};

/// Years that a page on the web can have been published in.
const YEARS: std::ops::RangeInclusive<i16> = 1995..=2100;

/// A date with its source.
pub(crate) fn from(source: &str, iso: String) -> PageDate {
    PageDate { iso, source: source.to_owned() }
}

/// A day of the window, as `2026-11-22`.
fn day_of(year: i16, month: i8, day: i8) -> Option<String> {
    let date = Date::new(year, month, day).ok()?;
    YEARS.contains(&year).then(|| date.to_string())
}

/// Days from the day of one date to that of another, as [`iso`] writes them.
pub(crate) fn days_between(one: &str, other: &str) -> Option<i32> {
    let day = |iso: &str| iso.get(..10)?.parse::<Date>().ok();
    Some(day(other)?.since(day(one)?).ok()?.get_days())
}

/// Days between the days of two dates.
pub(crate) fn days_apart(one: &str, other: &str) -> Option<i32> {
    days_between(one, other).map(i32::abs)
}

/// Whether a word is the name of a month.
pub(crate) fn is_month(word: &str) -> bool {
    months::month(word, None).is_some()
}

/// The day a URL's path carries: `/2026/11/22/`, `/2026-11-22-`, `/20261122/`, `/2026/11/261122-`.
pub(crate) fn in_url(url: &Url) -> Option<String> {
    let path = url.path();
    let numbers = runs(path);
    let joined = |end: usize, next: usize| {
        path.get(end..next).is_some_and(|between| matches!(between, "/" | "-" | "_"))
    };
    let parted = numbers.windows(3).find_map(|window| {
        let [(y, from), (m, month_from), (d, day_from)] = window else { return None };
        let whole = joined(from + y.len(), *month_from) && joined(month_from + m.len(), *day_from);
        let sizes = y.len() == 4 && m.len() <= 2 && d.len() <= 2;
        let parts = || Some((y.parse().ok()?, m.parse().ok()?, d.parse().ok()?));
        parts().filter(|_| whole && sizes).and_then(|(y, m, d)| day_of(y, m, d))
    });
    let short = || {
        numbers.windows(3).find_map(|window| {
            let [(y, _), (m, _), (run, _)] = window else { return None };
            let begins = run.len() == 6 && y.len() == 4 && m.len() == 2;
            let day = run.strip_prefix(y.get(2..)?)?.strip_prefix(*m)?;
            day_of(y.parse().ok()?, m.parse().ok()?, day.parse().ok()?).filter(|_| begins)
        })
    };
    let compact = || {
        numbers.iter().filter(|(run, _)| run.len() == 8).find_map(|(run, _)| machine::compact(run))
    };
    parted.or_else(short).or_else(compact)
}

/// Runs of ASCII digits with where they start.
fn runs(text: &str) -> Vec<(&str, usize)> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (c.is_ascii_digit(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                out.extend(text.get(from..at).map(|run| (run, from)));
                start = None;
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_may_carry_its_day() {
        let day = |url: &str| in_url(&Url::parse(url).unwrap());
        assert_eq!(day("https://example.org/news/2026/11/22/story").as_deref(), Some("2026-11-22"));
        assert_eq!(day("https://example.org/a-20261122-b").as_deref(), Some("2026-11-22"));
        assert_eq!(day("https://example.org/2026/11/261122-kilns").as_deref(), Some("2026-11-22"));
        assert_eq!(day("https://example.org/item/12345678"), None);
        assert_eq!(day("https://example.org/2026/11/story-3"), None);
        assert_eq!(day("https://example.org/2026/11/991122-kilns"), None);
    }

    #[test]
    fn days_have_a_direction() {
        assert_eq!(days_between("2026-11-22T09:30:00Z", "2026-11-24"), Some(2));
        assert_eq!(days_apart("2026-11-24", "2026-11-22"), Some(2));
    }
}
