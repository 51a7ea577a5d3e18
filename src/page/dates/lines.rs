//! Lines: short pieces of text that hold a day, and what the words beside it make of it.
//!
//! A day behind "updated" is a change, a day beside "published" is the publication, the day a site
//! was founded is neither. Which line of a page is asked is the article's business.

use super::labels::{self, Kind, Label};
use super::text;

/// Words beside the day of something that is no article: a founding, a deadline.
const FOUNDED: &[&str] = &[
    "deadline",
    "einsendeschluss",
    "anmeldeschluss",
    "date limite",
    "fecha límite",
    "scadenza",
    "срок подачи",
    "последний срок",
    "آخر موعد",
    "截止",
    "締切",
    "마감",
    "©",
    "copyright",
    "founded",
    "established",
    "est.",
    "gegründet",
    "fondé",
    "fundado",
    "fundada",
    "fondata",
    "oprichting",
    "основан",
    "засновано",
    "założon",
    "kuruluş",
    "تأسس",
    "حقوق النشر",
    "جميع الحقوق",
    "تأسیس",
    "נוסד",
    "স্থাপিত",
    "स्थापना",
    "创刊",
    "創刊",
    "成立",
    "設立",
    "설립",
    "창간",
];

/// Characters between a label and its day.
const BESIDE: usize = 60;

/// What a line tells of the days in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    published: Option<String>,
    changed: Option<String>,
}

/// The first day of a line that is neither one of a change nor one of a founding.
pub(crate) fn line_date(line: &str) -> Option<String> {
    told(line).published
}

/// The day of a line that its words make one of a change.
pub(crate) fn changed_date(line: &str) -> Option<String> {
    told(line).changed
}

fn told(line: &str) -> Told {
    // The numbers of an address are not written for readers.
    if line.contains("://") {
        let words = line.split_whitespace().filter(|word| !word.contains("://"));
        return told(&words.collect::<Vec<_>>().join(" "));
    }
    let Some(first) = text(line) else { return Told::default() };
    let lower = line.to_lowercase();
    if FOUNDED.iter().any(|word| lower.contains(word)) {
        return Told::default();
    }
    let labels = labels::all(&lower);
    if labels.is_empty() {
        return Told { published: Some(first), changed: None };
    }
    let parts = parts(&lower, &labels);
    let day_of = |kind| {
        let mut own = parts.iter().filter(|(of, _)| *of == Some(kind));
        own.find_map(|(_, part)| text(part))
    };
    let alone = || parts.iter().find(|(of, _)| of.is_none()).and_then(|(_, part)| text(part));
    Told { published: day_of(Kind::Published).or_else(alone), changed: day_of(Kind::Changed) }
}

/// A text of lower case in parts, each with the label it belongs to. Labels stand before their
/// days, unless the last of them stands on a day and has none behind it: `17 March 2026 更新`.
fn parts<'t>(lower: &'t str, labels: &[Label]) -> Vec<(Option<Kind>, &'t str)> {
    let between = |from: usize, to: usize| lower.get(from..to).unwrap_or_default();
    let ends = || labels.iter().map(|label| label.end);
    let starts = || labels.iter().map(|label| label.at);
    let kinds = || labels.iter().map(|label| Some(label.kind));
    let bounds = std::iter::once(0).chain(ends()).zip(starts().chain([lower.len()]));
    let pieces: Vec<&str> = bounds.map(|(from, to)| between(from, to)).collect();
    let (last, front) = pieces.split_last().map_or(("", pieces.as_slice()), |(l, f)| (*l, f));
    let stands_on_day = front.last().is_some_and(|part| part.trim_end().ends_with(is_day_end));
    if stands_on_day && text(last).is_none() {
        return kinds().zip(front.iter().copied()).collect();
    }
    std::iter::once(None).chain(kinds()).zip(pieces).collect()
}

/// What a day in digits is made of.
fn is_of_number(c: char) -> bool {
    c.is_numeric() || matches!(c, '.' | '/' | '-')
}

/// What a numeric day ends in.
fn is_day_end(c: char) -> bool {
    c.is_numeric() || matches!(c, '日' | '일' | ')' | '.')
}

/// Characters of a line that is a date, and letters in it, without its words for publication
/// and change where it has both.
const LINE: usize = 80;
const LINE_LETTERS: usize = 36;

fn letters_beside_labels(line: &str) -> usize {
    let count = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
    let all = count(line);
    // Most lines are far from the limit.
    if all <= LINE_LETTERS || all > LINE {
        return all;
    }
    let lower = line.to_lowercase();
    // One word for publication stands in sentences too; a change beside it does not.
    let labels = Some(labels::all(&lower)).filter(|all| all.len() > 1).unwrap_or_default();
    let said: usize = labels.iter().filter_map(|at| lower.get(at.at..at.end)).map(count).sum();
    all.saturating_sub(said)
}

/// Whether a text is a word for publication or change and nothing else.
pub(crate) fn is_date_label(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_bare = |(from, to): (usize, usize)| {
        !lower.get(from..to).unwrap_or_default().contains(char::is_alphanumeric)
    };
    let labels = labels::all(&lower);
    let ends = std::iter::once(0).chain(labels.iter().map(|label| label.end));
    let starts = labels.iter().map(|label| label.at).chain([lower.len()]);
    !labels.is_empty() && ends.zip(starts).all(is_bare)
}

/// Whether a line is a date and little else.
pub(crate) fn is_date_line(line: &str) -> bool {
    line.len() <= LINE * 4
        && line.chars().count() <= LINE
        && letters_beside_labels(line) <= LINE_LETTERS
        && !ends_sentence(line)
        && text(line).is_some()
}

/// Whether a line is a sentence, without a word for publication: a day in it is one it tells of.
pub(crate) fn is_sentence(line: &str) -> bool {
    ends_sentence(line) && labels::all(&line.to_lowercase()).is_empty()
}

/// Whether a line ends as sentences do. A day that begins its line, or stands behind a place or
/// the day of the week, may end in the dot of its number or of its word for "year":
/// `14. ožujka 2026.`, `2 май 2026 г.`
fn ends_sentence(line: &str) -> bool {
    let Some(rest) = line.strip_suffix('.') else {
        return line.ends_with(['!', '?', '。', '؟']);
    };
    if ends_in_ordinals(rest) && is_labelled(line) {
        return false;
    }
    let mut words = rest.split_whitespace();
    let begins = words.next().is_some_and(|word| {
        word.chars().next().is_some_and(char::is_numeric) || word.ends_with(',')
    });
    let last = words.next_back().unwrap_or_default();
    !(begins && (last.chars().count() <= 2 || last.chars().all(is_of_number)))
}

/// Whether a day at the end of a line is written with dots, as Slavic languages do: `14. март 2023`.
fn ends_in_ordinals(line: &str) -> bool {
    let mut words = line.split_whitespace().rev();
    let year =
        words.next().is_some_and(|word| word.len() == 4 && word.chars().all(char::is_numeric));
    let day = |word: &str| {
        word.strip_suffix('.')
            .is_some_and(|day| day.chars().all(char::is_numeric) && day.len() <= 2)
    };
    year && words.next().is_some() && words.next().is_some_and(day)
}

/// Whether a line is in parts, or has a word for publication or change.
fn is_labelled(line: &str) -> bool {
    line.contains([':', '|', '·', '•']) || line.contains(" - ") || line.contains(" – ")
}

/// Whether a line says that the day in it, or in the next, is the publication's.
pub(crate) fn is_label(line: &str) -> bool {
    label(&line.to_lowercase()).is_some()
}

/// Where the first word for publication begins in a text of lower case.
fn label(lower: &str) -> Option<usize> {
    labels::all(lower).iter().find(|label| label.kind == Kind::Published).map(|label| label.at)
}

/// The day beside a word for publication inside a longer text.
pub(crate) fn beside_label(line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let at = label(&lower)?;
    let (front, back) = lower.split_at_checked(at)?;
    let behind: String = back.chars().take(BESIDE).collect();
    line_date(&behind).or_else(|| {
        let before: Vec<char> = front.chars().rev().take(BESIDE).collect();
        line_date(&before.iter().rev().collect::<String>())
    })
}

/// Characters at the start of a paragraph that may be its dateline.
const DATELINE: usize = 60;

/// The day a paragraph opens with, as press releases do: `(21 November 2026) …`,
/// `Hafen, 21. November 2026 – …`. A sentence that begins with a day is none.
pub(crate) fn opening_day(paragraph: &str) -> Option<String> {
    let head: String = paragraph.chars().take(DATELINE).collect();
    let (head, bracket) = match head.strip_prefix(['(', '[']) {
        Some(rest) => (rest.split([')', ']']).next().filter(|inner| *inner != rest)?, true),
        None => (
            [" – ", " — ", " - ", " -- ", " | ", ": "]
                .iter()
                .filter_map(|mark| head.find(mark))
                .min()
                .and_then(|at| head.get(..at))?,
            false,
        ),
    };
    let digit = head.chars().next().is_some_and(char::is_numeric);
    let placed = || {
        head.split_once(',').is_some_and(|(place, _)| {
            place.split_whitespace().count() <= 3 && !place.chars().any(char::is_numeric)
        })
    };
    let ends = head.trim_end().ends_with(is_day_end);
    (ends && (bracket || digit || placed()) && is_date_line(head)).then(|| line_date(head))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::dates::iso;
    use proptest::prelude::*;

    #[test]
    fn a_dot_may_belong_to_the_day() {
        for line in ["14. ožujka 2026.", "2 май 2026 г.", "2026. március 14.", "Subota, 14.3.2026."]
        {
            assert!(is_date_line(line), "{line}");
        }
        for line in ["It closed on 14 March 2026.", "Открыт 2 мая 2026 г.", "3 May 2026 was dry."]
        {
            assert!(!is_date_line(line), "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_taken(line in "[0-9٠-٩年月日令和元十:./,()© –-]{0,12}(updated|مارس|มี\\.ค\\.|March|رمضان|更新)?\\PC{0,40}") {
            for day in [line_date(&line), beside_label(&line), opening_day(&line), iso(&line)] {
                prop_assert!(day.is_none_or(|day| day.len() >= 10));
            }
        }
    }
}
