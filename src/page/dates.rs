//! Dates: from what a page writes to a day, with time and zone where they are given.
//!
//! Machine forms (ISO 8601, RFC 9110, Unix time), month names of many languages ([`months`]),
//! numbers in European, Arabic-Indic and Persian digits, the calendars of the East
//! ([`calendars`]), and URLs. Every day passes a window
//! (1995 to 2100): there is no clock here, and a caller with one judges the rest. It never decides
//! which of a page's dates is the publication.

mod calendars;
mod months;

use jiff::civil::Date;
use url::Url;

use self::calendars::Calendar;
use super::PageDate;

/// Years that a page on the web can have been published in.
const YEARS: std::ops::RangeInclusive<i16> = 1995..=2100;

/// A date with its source.
pub(crate) fn from(source: &str, iso: String) -> PageDate {
    PageDate { iso, source: source.to_owned() }
}

/// Reads a value that is meant to be a date and nothing else.
pub(crate) fn iso(value: &str) -> Option<String> {
    let value = ascii_digits(value.trim());
    if value.len() > 120 {
        return None;
    }
    machine(&value).or_else(|| unix(&value)).or_else(|| rfc2822(&value)).or_else(|| text(&value))
}

/// `2026-11-22`, `2026-11-22T09:30:00+03:00`, `2026/11/22 9:30`, `20261122`.
fn machine(value: &str) -> Option<String> {
    let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
    if digits.len() == 8 {
        return compact(&digits);
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
    let clock = rest.get(day.len()..).unwrap_or_default();
    Some(match time(clock) {
        Some(time) => format!("{date}T{time}"),
        None => date,
    })
}

/// `09:30:00+03:00` of what follows a day; `None` where there is no time.
fn time(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['T', 't', ' ', ',']).trim();
    let mut numbers = text.split(|c: char| !c.is_ascii_digit());
    let hour: u8 = numbers.next()?.parse().ok()?;
    let minute: u8 = numbers.next()?.parse().ok()?;
    let with_seconds = text.matches(':').count() >= 2 && text.split(':').nth(2).is_some();
    let second: u8 =
        if with_seconds { numbers.next().and_then(|s| s.parse().ok()).unwrap_or(0) } else { 0 };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(format!("{hour:02}:{minute:02}:{second:02}{}", zone(text)))
}

/// `Z`, `+03:00` or nothing.
fn zone(text: &str) -> String {
    if text.ends_with(['Z', 'z']) || text.ends_with("UTC") || text.ends_with("GMT") {
        return "Z".to_owned();
    }
    let Some(at) = text.rfind(['+', '-']) else { return String::new() };
    let sign = if text.get(at..).is_some_and(|zone| zone.starts_with('+')) { '+' } else { '-' };
    let digits: String =
        text.get(at..).unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    match (digits.get(..2), digits.get(2..4)) {
        (Some(hours), Some(minutes)) if digits.len() == 4 => format!("{sign}{hours}:{minutes}"),
        (Some(hours), None) if digits.len() == 2 => format!("{sign}{hours}:00"),
        _ => String::new(),
    }
}

fn compact(digits: &str) -> Option<String> {
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

/// A day of the window, as `2026-11-22`.
fn day_of(year: i16, month: i8, day: i8) -> Option<String> {
    let date = Date::new(year, month, day).ok()?;
    YEARS.contains(&year).then(|| date.to_string())
}

/// Days between the days of two dates as [`iso`] writes them.
pub(crate) fn days_apart(one: &str, other: &str) -> Option<i32> {
    let day = |iso: &str| iso.get(..10)?.parse::<Date>().ok();
    Some(day(one)?.since(day(other)?).ok()?.get_days().abs())
}

/// Whether a word is the name of a month.
pub(crate) fn is_month(word: &str) -> bool {
    months::month(word, None).is_some()
}

/// The digits of every script as ASCII ones.
pub(crate) fn ascii_digits(text: &str) -> String {
    text.chars().map(|c| ascii_digit(c).unwrap_or(c)).collect()
}

fn ascii_digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => return Some(c),
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        '०'..='९' => '०',
        '০'..='৯' => '০',
        '๐'..='๙' => '๐',
        '０'..='９' => '０',
        _ => return None,
    };
    char::from_digit(u32::from(c).checked_sub(u32::from(zero))?, 10)
}

/// The day a URL's path carries: `/2026/11/22/`, `/2026-11-22-`, `/20261122/`.
pub(crate) fn in_url(url: &Url) -> Option<String> {
    let path = url.path();
    let numbers = runs(path);
    let at = numbers.windows(3).find_map(|window| {
        let [(y, from), (m, month_from), (d, day_from)] = window else { return None };
        let joined = |end: usize, next: usize| {
            path.get(end..next).is_some_and(|between| matches!(between, "/" | "-" | "_"))
        };
        let whole = joined(from + y.len(), *month_from) && joined(month_from + m.len(), *day_from);
        let sizes = y.len() == 4 && m.len() <= 2 && d.len() <= 2;
        if whole && sizes {
            day_of(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
        } else {
            None
        }
    });
    at.or_else(|| {
        numbers.iter().filter(|(run, _)| run.len() == 8).find_map(|(run, _)| compact(run))
    })
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

/// One word or number of a text.
#[derive(Clone, Debug)]
enum Token {
    Number(i16, usize),
    Month(i8),
    /// A month of another calendar.
    Foreign(Calendar, i8),
    /// `年`, `월`, `de`, `of`: may stand between the parts.
    Filler,
    /// A mark, kept because it tells `3.4.2020` from `3, 4`.
    Mark(char),
    Other,
}

/// Characters of a text that are read.
const MAX_TEXT: usize = 400;

/// The first day written in a text, in any of the known languages; at most its first 400
/// characters are read.
pub(crate) fn text(text: &str) -> Option<String> {
    if !may_hold_day(text) {
        return None;
    }
    let cut: String = text.chars().take(MAX_TEXT).map(|c| ascii_digit(c).unwrap_or(c)).collect();
    let tokens = tokens(&cut.to_lowercase());
    let first = |day: fn(&[Token]) -> Option<String>| {
        (0..tokens.len()).find_map(|at| day(tokens.get(at..)?))
    };
    // A page that writes a day in two calendars means one day.
    first(|rest| named(rest).or_else(|| numeric(rest))).or_else(|| first(foreign))
}

/// Whether a text has the digits of a day: a year of four, or four and a mark that parts them.
/// Most lines of an article have neither.
fn may_hold_day(text: &str) -> bool {
    let (mut run, mut digits, mut marks) = (0_u8, 0_u16, 0_u16);
    for c in text.chars().take(MAX_TEXT) {
        if ascii_digit(c).is_some() {
            run = run.saturating_add(1);
            digits += 1;
            continue;
        }
        if run == 4 {
            return true;
        }
        run = 0;
        marks += u16::from(matches!(c, '.' | '/'));
    }
    run == 4 || (digits >= 4 && marks >= 1)
}

fn tokens(text: &str) -> Vec<Token> {
    let words = split(text);
    let mut out = Vec::new();
    let mut skip = false;
    for (at, word) in words.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        let next = words.get(at + 1).map(String::as_str);
        if let Ok(number) = word.parse::<i16>() {
            out.push(Token::Number(number, word.len()));
        } else if let Some((month, both)) = months::month(word, next) {
            skip = both;
            out.push(Token::Month(i8::try_from(month).unwrap_or(1)));
        } else if let Some((calendar, month, both)) = calendars::month(word, next) {
            skip = both;
            out.push(Token::Foreign(calendar, month));
        } else if FILLERS.contains(&word.as_str()) {
            out.push(Token::Filler);
        } else {
            let mark = word.chars().next().filter(|c| !c.is_alphanumeric());
            out.push(mark.map_or(Token::Other, Token::Mark));
        }
    }
    out
}

const FILLERS: &[&str] = &[
    "de", "of", "del", "the", "th", "st", "nd", "rd", "er", "den", "г", "年", "月", "日", "년",
    "월", "일", "م", "ה", "á",
];

/// Words, numbers and marks; white space goes, a letter next to a digit starts a new word.
fn split(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut kind = ' ';
    for c in text.chars() {
        let now = match c {
            c if c.is_ascii_digit() => '0',
            '年' | '月' | '日' | '년' | '월' | '일' => 'k',
            c if c.is_alphanumeric() || is_mark(c) => 'a',
            c if c.is_whitespace() => ' ',
            _ => '.',
        };
        match out.last_mut() {
            Some(word) if now == kind && matches!(now, '0' | 'a') => word.push(c),
            _ if now != ' ' => out.push(c.to_string()),
            _ => {}
        }
        kind = now;
    }
    out
}

/// Combining marks that belong to words (Indic vowels, Thai tones).
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036F}' | '\u{0900}'..='\u{0DFF}' | '\u{0E30}'..='\u{0E4E}' | '\u{064B}'..='\u{0652}')
}

/// A day in another calendar: `۱۲ مرداد ۱۴۰۳`, `١٢ رمضان ١٤٤٥`, `1403/05/12`.
fn foreign(tokens: &[Token]) -> Option<String> {
    let parts = parts(tokens);
    let (calendar, year, month, day) = match parts.as_slice() {
        [Token::Number(day, 1..=2), Token::Foreign(calendar, month), Token::Number(year, 4)]
        | [Token::Number(year, 4), Token::Foreign(calendar, month), Token::Number(day, 1..=2)] => {
            (*calendar, *year, *month, *day)
        }
        [Token::Number(year, 4), Token::Number(month, 1..=2), Token::Number(day, 1..=2)]
        | [Token::Number(day, 1..=2), Token::Number(month, 1..=2), Token::Number(year, 4)]
            if matches!(tokens.get(1), Some(Token::Mark('/' | '-' | '.'))) =>
        {
            (calendars::of_year(*year)?, *year, i8::try_from(*month).ok()?, *day)
        }
        _ => return None,
    };
    let (year, month, day) = calendars::gregorian(calendar, year, month, i8::try_from(day).ok()?)?;
    day_of(year, month, day)
}

/// `22 November 2026`, `November 22, 2026`, `2026 november 22`.
fn named(tokens: &[Token]) -> Option<String> {
    if !matches!(tokens.first(), Some(Token::Number(..) | Token::Month(_))) {
        return None;
    }
    match parts(tokens).as_slice() {
        [Token::Number(day, 1..=2), Token::Month(month), Token::Number(year, 4)]
        | [Token::Month(month), Token::Number(day, 1..=2), Token::Number(year, 4)]
        | [Token::Number(year, 4), Token::Month(month), Token::Number(day, 1..=2)] => {
            day_of(christian(*year), *month, i8::try_from(*day).ok()?)
        }
        _ => None,
    }
}

/// The three parts of a day that begin a text, without what stands between them.
fn parts(tokens: &[Token]) -> Vec<&Token> {
    let mut parts: Vec<&Token> = tokens
        .iter()
        .take(9)
        .filter(|token| {
            !matches!(
                token,
                Token::Filler
                    | Token::Mark('.' | ',' | '،' | '-' | '/' | '\'' | 'º' | '°' | '(' | ')')
            )
        })
        .collect();
    // One month in its two Arabic names: آذار/مارس, آذار (مارس).
    parts.dedup_by(|next, first| {
        matches!((next, first), (Token::Month(next), Token::Month(first)) if next == first)
    });
    parts.truncate(3);
    parts
}

/// Thai pages count Buddhist years.
fn christian(year: i16) -> i16 {
    if (2538..=2643).contains(&year) { year - 543 } else { year }
}

/// `22.11.2026`, `22/11/2026`, `2026-11-22`, `2026年11月22日`; month first only where it must be.
fn numeric(tokens: &[Token]) -> Option<String> {
    let (Some(Token::Number(a, a_len)), Some(first)) = (tokens.first(), tokens.get(1)) else {
        return None;
    };
    let han = matches!(first, Token::Filler);
    let numbers: Vec<(i16, usize)> = tokens
        .iter()
        .take(6)
        .take_while(|token| {
            matches!(token, Token::Number(..) | Token::Mark('.' | '/' | '-' | '‐' | '–'))
                || han && matches!(token, Token::Filler)
        })
        .filter_map(|token| {
            if let Token::Number(number, len) = token { Some((*number, *len)) } else { None }
        })
        .take(3)
        .collect();
    let [_, (b, 1..=2), (c, c_len)] = numbers.as_slice() else { return None };
    let (b8, c8) = (i8::try_from(*b).ok()?, i8::try_from(*c).ok());
    if matches!(tokens.get(1), Some(Token::Number(..))) {
        return None;
    }
    let mark = |at| match tokens.get(at) {
        Some(Token::Mark(mark @ ('.' | '/'))) => Some(*mark),
        _ => None,
    };
    let dots = mark(1).is_some() && mark(1) == mark(3);
    match (a_len, c_len) {
        // `30.11.22`
        (1..=2, 2) if dots && *c < 60 => day_of(2000 + *c, b8, i8::try_from(*a).ok()?),
        (4, 1..=2) => day_of(*a, b8, c8?),
        (1..=2, 4) => {
            let a8 = i8::try_from(*a).ok()?;
            if b8 > 12 { day_of(*c, a8, b8) } else { day_of(*c, b8, a8) }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_forms() {
        for (given, want) in [
            ("2026-11-22T09:30:00+0300", "2026-11-22T09:30:00+03:00"),
            ("2026-11-22 09:30", "2026-11-22T09:30:00"),
            ("2026-11-22T09:30:00.000Z", "2026-11-22T09:30:00Z"),
            ("20261122", "2026-11-22"),
            ("1795339800", "2026-11-22T09:30:00Z"),
            ("Sun, 22 Nov 2026 09:30:00 +0300", "2026-11-22T09:30:00+03:00"),
        ] {
            assert_eq!(iso(given).as_deref(), Some(want), "{given}");
        }
    }

    #[test]
    fn written_days() {
        for (given, want) in [
            ("السبت ١٤ مارس ٢٠٢٦", "2026-03-14"),
            ("الثلاثاء ١٢ آذار/مارس ٢٠٢٤ - ٠٩:٣٠", "2024-03-12"),
            ("12 آذار (مارس) 2024", "2024-03-12"),
            ("٣ كانون الثاني/يناير ٢٠٢٥", "2025-01-03"),
            ("30.11.22", "2022-11-30"),
            ("2026年1月9日", "2026-01-09"),
            ("يوم السبت ١٢ رمضان ١٤٤٥ هـ", "2024-03-22"),
            ("12 رمضان 1445 هـ الموافق 23 مارس 2024", "2024-03-23"),
            ("٣ ذو الحجة ١٤٤٥", "2024-06-09"),
            ("جمعه ۱۲ مرداد ۱۴۰۳ ساعت ۱۰:۳۰", "2024-08-02"),
            ("تاریخ انتشار: ۱۴۰۳/۰۵/۱۲ - ۱۰:۳۰", "2024-08-02"),
            ("۱۲ اسد ۱۴۰۳", "2024-08-02"),
            ("(101) was the number, not 14/3/2026", "2026-03-14"),
        ] {
            assert_eq!(text(given).as_deref(), Some(want), "{given}");
        }
        assert_eq!(text("Page 101 of 12345"), None);
        assert_eq!(text("In 1984 there were 120 of them"), None);
    }

    #[test]
    fn a_url_may_carry_its_day() {
        let day = |url: &str| in_url(&Url::parse(url).unwrap());
        assert_eq!(day("https://example.org/news/2026/11/22/story").as_deref(), Some("2026-11-22"));
        assert_eq!(day("https://example.org/a-20261122-b").as_deref(), Some("2026-11-22"));
        assert_eq!(day("https://example.org/item/12345678"), None);
        assert_eq!(day("https://example.org/2026/11/story-3"), None);
    }
}
