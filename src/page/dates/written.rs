//! Days as people write them: in words of many languages, in the digits of any script.
//!
//! A text becomes numbers, month names, eras and marks; the first three that make a day are it.
//! Where a page writes one day in two calendars the Gregorian one is taken. A day is told by its
//! year: what is relative ("yesterday", "3 hours ago") or has no year is none.

use super::calendars::{self, Calendar, Era};
use super::{day_of, months};
use crate::page::letters::is_combining;

/// Characters of a text that are read.
const MAX_TEXT: usize = 400;

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
        '੦'..='੯' => '੦',
        '૦'..='૯' => '૦',
        '୦'..='୯' => '୦',
        '௦'..='௯' => '௦',
        '౦'..='౯' => '౦',
        '೦'..='೯' => '೦',
        '൦'..='൯' => '൦',
        '๐'..='๙' => '๐',
        '໐'..='໙' => '໐',
        '༠'..='༩' => '༠',
        '၀'..='၉' => '၀',
        '០'..='៩' => '០',
        '᠐'..='᠙' => '᠐',
        '０'..='９' => '０',
        _ => return None,
    };
    char::from_digit(u32::from(c).checked_sub(u32::from(zero))?, 10)
}

/// The first day written in a text, in any of the known languages; at most its first 400
/// characters are read.
pub(crate) fn text(text: &str) -> Option<String> {
    if !may_hold_day(text) {
        return None;
    }
    let cut: String = text.chars().take(MAX_TEXT).map(|c| ascii_digit(c).unwrap_or(c)).collect();
    // `EKİM` in lower case keeps the dot of its capital.
    let lower = han_digits(&cut).to_lowercase().replace("i\u{307}", "i");
    let tokens = tokens(&lower);
    let first = |day: fn(&[Token]) -> Option<String>| {
        (0..tokens.len()).find_map(|at| day(tokens.get(at..)?))
    };
    // A page that writes a day in two calendars means one day.
    first(|rest| named(rest).or_else(|| numeric(rest)).or_else(|| reigned(rest)))
        .or_else(|| first(foreign))
}

/// Whether a text has the digits of a day: a year of four, or three and a mark that parts them, or
/// a year and a month in Han. Most lines of an article have none of them.
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
        marks += u16::from(matches!(c, '.' | '/' | '年') || is_thai(c));
    }
    run == 4 || (digits >= 3 && marks >= 1) || (text.contains('年') && text.contains('月'))
}

/// `二〇二六年三月十四日` with its numbers in digits; `元年` is the first of an era.
fn han_digits(text: &str) -> String {
    const HAN: &str = "〇一二三四五六七八九";
    if !text.contains('年') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut run: Vec<char> = Vec::new();
    for c in text.replace("元年", "1年").chars().chain([' ']) {
        let c = if matches!(c, '零' | '○' | '◯') { '〇' } else { c };
        if HAN.contains(c) || c == '十' {
            run.push(c);
            continue;
        }
        if matches!(c, '年' | '月' | '日') && !run.is_empty() {
            let digit = |c: &char| HAN.chars().position(|digit| digit == *c).unwrap_or_default();
            let number = match run.iter().position(|c| *c == '十') {
                Some(ten) => {
                    let tens = run.get(ten.wrapping_sub(1)).map_or(1, digit);
                    tens * 10 + run.get(ten + 1).map_or(0, digit)
                }
                None => run.iter().fold(0, |sum, c| (sum * 10 + digit(c)) % 100_000),
            };
            out.push_str(&number.to_string());
        } else {
            out.extend(&run);
        }
        run.clear();
        out.push(c);
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
    /// The name of a way to count years.
    Era(Era),
    /// `年`, `월`, `de`, `of`: may stand between the parts.
    Filler,
    /// A mark, kept because it tells `3.4.2020` from `3, 4`.
    Mark(char),
    Other,
}

fn tokens(text: &str) -> Vec<Token> {
    let words = split(text);
    let mut out = Vec::new();
    let (mut skip, mut thai) = (false, false);
    for (at, word) in words.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        let next = words.get(at + 1).map(String::as_str);
        let behind_thai = thai;
        thai &= word == ".";
        if let Ok(number) = word.parse::<i16>() {
            // `5 ต.ค. 67`: the year of the Buddhist century.
            let short = behind_thai && word.len() == 2;
            let (number, len) = if short { (2500 + number, 4) } else { (number, word.len()) };
            out.push(Token::Number(number, len));
        } else if let Some((month, both)) = months::month(word, next) {
            (skip, thai) = (both, word.chars().any(is_thai));
            // November in Polish; in Croatian, which writes `14. listopada`, October.
            let croatian = matches!(word.as_str(), "listopad" | "listopada")
                && matches!(out.last(), Some(Token::Mark('.')));
            let month = if croatian { 10 } else { month };
            out.push(Token::Month(i8::try_from(month).unwrap_or(1)));
        } else if let Some((calendar, month, both)) = calendars::month(word, next) {
            skip = both;
            out.push(Token::Foreign(calendar, month));
        } else if let Some(era) = calendars::era(word) {
            out.push(Token::Era(era));
        } else if FILLERS.contains(&word.as_str()) {
            out.push(Token::Filler);
        } else {
            let mark = word.chars().next().filter(|c| !c.is_alphanumeric());
            out.push(mark.map_or(Token::Other, Token::Mark));
        }
    }
    out
}

/// Words that may stand between the parts of a day, and endings written onto its numbers.
const FILLERS: &[&str] = &[
    "de",
    "of",
    "del",
    "the",
    "th",
    "st",
    "nd",
    "rd",
    "er",
    "den",
    "d",
    "г",
    "р",
    "року",
    "года",
    "оны",
    "жылғы",
    "жылы",
    "жылдын",
    "сарын",
    "дугаар",
    "дүгээр",
    "年",
    "月",
    "日",
    "號",
    "号",
    "년",
    "월",
    "일",
    "م",
    "ה",
    "á",
    "ngày",
    "tháng",
    "năm",
    "gada",
    "m",
    "ko",
    "lau",
    "ي",
    "ی",
    "ខែ",
    "ឆ្នាំ",
    "ထ",
    "ခုနှစ်",
    "เดือน",
    "ปี",
    "ປີ",
    "ເດືອນ",
    "թ",
    "წელი",
    "წლის",
    "י",
    "עץ",
    "ที่",
    "yil",
    "yili",
    "йил",
    "ta",
    "tarihinde",
    "ten",
    "ቀን",
    "ই",
    "শে",
    "লা",
    "রা",
    "ঠা",
    "ին",
    "թվականի",
    "թվականին",
];

/// Words, numbers and marks; white space goes, a letter next to a digit starts a new word.
fn split(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut kind = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let now = match c {
            c if c.is_ascii_digit() => '0',
            '年' | '月' | '日' | '년' | '월' | '일' => 'k',
            c if c.is_alphanumeric() || is_combining(c) => 'a',
            // The dot inside a Thai short form: ม.ค.
            '.' if kind == 'a' && chars.peek().is_some_and(|next| is_thai(*next)) => 'a',
            c if c.is_whitespace() => ' ',
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => kind,
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

fn is_thai(c: char) -> bool {
    matches!(c, '\u{0E01}'..='\u{0E4E}')
}

/// A day in another calendar: `۱۲ مرداد ۱۴۰۳`, `١٢ رمضان ١٤٤٥`, `1403/05/12`.
fn foreign(tokens: &[Token]) -> Option<String> {
    let (calendar, year, month, day) = match parts(tokens).as_slice() {
        [Token::Number(day, 1..=2), Token::Foreign(calendar, month), Token::Number(year, 4)]
        | [Token::Number(year, 4), Token::Foreign(calendar, month), Token::Number(day, 1..=2)]
        | [Token::Foreign(calendar, month), Token::Number(day, 1..=2), Token::Number(year, 4)] => {
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

/// `令和8年3月14日`, `民國115年3月14日`, `14 มีนาคม พ.ศ. 2569`: an era names the way years are counted.
fn reigned(tokens: &[Token]) -> Option<String> {
    let tokens: Vec<&Token> = tokens
        .iter()
        .take(10)
        .filter(|token| !matches!(token, Token::Filler | Token::Mark('.' | ',' | '/' | '-')))
        .take(4)
        .collect();
    let (era, year, month, day) = match tokens.as_slice() {
        [
            Token::Era(era),
            Token::Number(year, 1..=4),
            Token::Number(month, 1..=2),
            Token::Number(day, 1..=2),
        ] => (era, *year, i8::try_from(*month).ok()?, *day),
        [
            Token::Number(day, 1..=2),
            Token::Month(month),
            Token::Era(era),
            Token::Number(year, 1..=4),
        ] => (era, *year, *month, *day),
        _ => return None,
    };
    day_of(era.christian(year)?, month, i8::try_from(day).ok()?)
}

/// `22 November 2026`, `November 22, 2026`, `2026 november 22`, `Nov 22 09:30:00 EST 2026`.
fn named(tokens: &[Token]) -> Option<String> {
    if !matches!(tokens.first(), Some(Token::Number(..) | Token::Month(_))) {
        return None;
    }
    if let Some(day) = clock_between(tokens) {
        return Some(day);
    }
    match parts(tokens).as_slice() {
        [Token::Number(day, 1..=2), Token::Month(month), Token::Number(year, 4)]
        | [Token::Month(month), Token::Number(day, 1..=2), Token::Number(year, 4)]
        | [Token::Number(year, 4), Token::Month(month), Token::Number(day, 1..=2)]
        | [Token::Number(year, 4), Token::Number(day, 1..=2), Token::Month(month)] => {
            day_of(christian(*year), *month, i8::try_from(*day).ok()?)
        }
        _ => None,
    }
}

/// `Nov 22 09:30:00 EST 2026`, as C and Java print a clock.
fn clock_between(tokens: &[Token]) -> Option<String> {
    let [Token::Month(month), Token::Number(day, 1..=2), clock @ ..] = tokens else { return None };
    let [
        Token::Number(..),
        Token::Mark(':'),
        Token::Number(..),
        Token::Mark(':'),
        Token::Number(..),
        rest @ ..,
    ] = clock
    else {
        return None;
    };
    let ([Token::Number(year, 4), ..] | [Token::Other, Token::Number(year, 4), ..]) = rest else {
        return None;
    };
    day_of(*year, *month, i8::try_from(*day).ok()?)
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
                    | Token::Mark(
                        '.' | ','
                            | '،'
                            | '、'
                            | '-'
                            | '–'
                            | '/'
                            | '\''
                            | '’'
                            | 'º'
                            | '°'
                            | '('
                            | ')'
                            | '։'
                            | '၊'
                    )
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

/// Thai pages count Buddhist years, in numbers no other calendar has reached.
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
        .take(8)
        .take_while(|token| {
            matches!(
                token,
                Token::Number(..) | Token::Mark('.' | '/' | '-' | '‐' | '–' | '\\' | '．' | '／')
            ) || han && matches!(token, Token::Filler | Token::Mark(','))
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
        (4, 1..=2) => day_of(christian(*a), b8, c8?),
        (1..=2, 4) => {
            let (a8, year) = (i8::try_from(*a).ok()?, christian(*c));
            if b8 > 12 { day_of(year, a8, b8) } else { day_of(year, b8, a8) }
        }
        _ => None,
    }
}
