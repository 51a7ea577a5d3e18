//! Names: from what stands after a by-word to people, one by one, clean.
//!
//! A text is split only where both halves look like names; titles, addresses, handles, dates and
//! places go, a role goes into its own field, an initial keeps its dot.

use super::agencies::is_agency;
use super::opening::{Opening, before_second, is_east_asian, opening};
use super::roles::{role_apart, role_in_brackets, suffix_role};
use super::words::{
    ACCOUNTS, HONORIFICS, JOINERS, LANDMARKS, NOT_NAMES, ORGANISATION, ORGANISATION_ENDINGS,
    PARTICLES, PLACE_HEADS, ROLES,
};
use crate::page::Person;
use crate::page::letters::{folded, is_combining};

/// Longest text that is looked at for names.
const MAX_TEXT: usize = 600;
/// Longest text before its white space is folded.
const MAX_RAW: usize = 4 * MAX_TEXT;
/// Most people one text gives.
const MAX_PEOPLE: usize = 40;

/// The people a text names, in order.
pub(crate) fn people(text: &str) -> Vec<Person> {
    let written = text;
    let text = prepared(text);
    if text.is_empty() {
        return Vec::new();
    }
    let mut out: Vec<Person> = Vec::new();
    for part in split(&text).into_iter().take(MAX_PEOPLE) {
        if let Some(person) =
            one(&part).filter(|person| out.iter().all(|known| known.name != person.name))
        {
            out.push(person);
        }
    }
    if let [only] = out.as_mut_slice() {
        only.role = only.role.take().or_else(|| role_in_brackets(written));
    }
    out
}

/// Bidi marks, addresses, handles and bracketed remarks go; the by-word goes.
fn prepared(text: &str) -> String {
    if text.len() > MAX_RAW {
        return String::new();
    }
    let unmarked: String = text.chars().filter(|c| !is_direction(*c)).collect();
    let text = folded(&unmarked);
    let text = before_second(&text);
    if text.len() > MAX_TEXT {
        return String::new();
    }
    let text = without_brackets(text);
    let words: Vec<&str> = text.split(' ').filter(|word| !is_address(word)).collect();
    let mut text = words.join(" ");
    for _ in 0..3 {
        let rest = match opening(&text) {
            Opening::By(rest) => rest.to_owned(),
            Opening::Translated(_) | Opening::Edited(_) | Opening::Other => return String::new(),
            Opening::Plain => break,
        };
        text = rest;
    }
    text
}

/// Marks of writing direction, and the joint of nothing.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

pub(super) fn is_address(word: &str) -> bool {
    word.starts_with('@')
        || word.contains("://")
        || word.starts_with("www.")
        || (word.contains('@') && word.contains('.'))
}

fn without_brackets(text: &str) -> String {
    let whole = text.starts_with(['[', '【', '(']) && text.ends_with([']', '】', ')']);
    if whole {
        return text.trim_matches(['[', ']', '【', '】', '(', ')']).to_owned();
    }
    let mut depth = 0_u32;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '[' | '（' | '【' | '<' => depth += 1,
            ')' | ']' | '）' | '】' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    folded(&out)
}

/// Splits a text into the names of several people, only where both halves look like names.
fn split(text: &str) -> Vec<String> {
    let mut parts: Vec<String> =
        text.split([';', '؛', '|', '•', '·', '\n']).map(str::to_owned).collect();
    parts = parts.iter().flat_map(|part| commas(part)).collect();
    parts = parts.into_iter().flat_map(unjoined).collect();
    parts = parts.iter().flat_map(|part| glued(part)).collect();
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Cuts at commas when every part, or every part but roles, is a name of two words or more.
fn commas(text: &str) -> Vec<String> {
    let parts: Vec<&str> = text
        .split([',', '،', '，', '/', '／'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let named = |part: &&str| {
        let part = part.trim_start_matches("and ").trim_start_matches("und ");
        is_person(part) || joiners_of(part).any(|joiner| joined(part, joiner).len() > 1)
    };
    if parts.len() > 1 && parts.iter().filter(|part| named(part)).count() > 1 {
        let first = parts.first().copied().unwrap_or_default();
        if named(&first) {
            return parts.into_iter().filter(named).map(str::to_owned).collect();
        }
    }
    vec![text.to_owned()]
}

/// The joining words that stand in a text.
fn joiners_of(text: &str) -> impl Iterator<Item = &'static str> {
    let lower = text.to_lowercase();
    let held =
        move |joiner: &&str| memchr::memmem::find(lower.as_bytes(), joiner.as_bytes()).is_some();
    JOINERS.iter().copied().filter(held)
}

/// Cuts at every joining word that stands between two names.
fn unjoined(text: String) -> Vec<String> {
    let joiners: Vec<&str> = joiners_of(&text).collect();
    let mut parts = vec![text];
    for joiner in joiners {
        parts = parts.iter().flat_map(|part| joined(part, joiner)).collect();
    }
    parts
}

fn joined(text: &str, joiner: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let found = memchr::memmem::find(lower.as_bytes(), joiner.as_bytes());
    let Some(at) = found.filter(|_| lower.len() == text.len()) else {
        return vec![text.to_owned()];
    };
    let (front, back) = (
        text.get(..at).unwrap_or_default().trim(),
        text.get(at + joiner.len()..).unwrap_or_default().trim(),
    );
    let name =
        |half: &str| is_person(half) || one(half).is_some_and(|person| is_person(&person.name));
    if !name(front) {
        return vec![text.to_owned()];
    }
    if is_agency(back) {
        return vec![front.to_owned()];
    }
    let rest = joined(back, joiner);
    if rest.len() > 1 || name(back) {
        let mut out = vec![front.to_owned()];
        out.extend(rest);
        return out;
    }
    vec![text.to_owned()]
}

/// Arabic `و` and Hebrew `ו` written onto the second name.
fn glued(text: &str) -> Vec<String> {
    let two = |half: &str| half.split_whitespace().count() >= 2 && is_person(half);
    let halves = [" و", " ו"].into_iter().find_map(|and| text.split_once(and));
    match halves.filter(|(front, back)| two(front) && two(back)) {
        Some((front, back)) => vec![front.to_owned(), back.to_owned()],
        None => vec![text.to_owned()],
    }
}

/// One person (or organisation) of a text that names one.
pub(crate) fn one(text: &str) -> Option<Person> {
    let text = text.trim_start_matches("and ").trim();
    // `Text and interview: Jane Doe`
    let text =
        text.rsplit_once(": ").map(|(_, name)| name).filter(|name| is_person(name)).unwrap_or(text);
    let text = if is_not_name(text.split(' ').next().unwrap_or_default()) {
        behind_by(text)
    } else {
        text
    };
    let (name, role) = role_apart(text);
    let (name, role) = match suffix_role(&name) {
        Some((bare, suffix)) => (bare, role.or(Some(suffix))),
        None => (name, role),
    };
    let name = tidy(&name);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let lower = name.to_lowercase();
    // `9News Staff` is a desk; other numbers stand in dates and places.
    let numbers = name.split(' ').all(|word| word.chars().all(char::is_numeric))
        || !is_organisation(&name)
            && (name.starts_with(|c: char| c.is_ascii_digit())
                || (name.chars().any(char::is_numeric) && name.contains(' ')));
    if numbers
        || letters < 2
        || NOT_NAMES.contains(lower.as_str())
        || name.chars().count() > 90
        || ACCOUNTS.contains(lower.as_str())
    {
        return None;
    }
    let role = role.map(|role| folded(&role)).filter(|role| !role.is_empty());
    Some(Person { role, ..Person::named(name) })
}

/// `Created by Jane Doe`: what stands behind a by-word inside a text that starts otherwise.
fn behind_by(text: &str) -> &str {
    let words = [" by ", " von ", " von: ", " par ", " por ", " da ", " av ", " af ", " door "];
    words.iter().find_map(|word| text.split_once(word)).map_or(text, |(_, name)| name)
}

/// Titles in front, dates and marks around.
fn tidy(text: &str) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    while words.len() > 1
        && words.first().is_some_and(|word| HONORIFICS.contains(word.to_lowercase().as_str()))
    {
        words.remove(0);
    }
    let foreign = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '|' | '»' | '•'))
            || (is_not_name(word) && word != "bin")
    };
    if let Some(at) = words.iter().skip(1).position(|word| foreign(word)) {
        words.truncate(at + 1);
    }
    while words.len() > 1 && words.last().is_some_and(|word| is_date_word(word)) {
        words.pop();
    }
    let initial = words.last().is_some_and(|word| word.ends_with('.') && word.chars().count() <= 3);
    let name = words.join(" ");
    let name = name.trim_matches(|c: char| !c.is_alphanumeric() && !is_combining(c) && c != '.');
    let name = if initial { name } else { name.trim_end_matches('.') };
    name.trim_start_matches(['.', ' ']).trim().to_owned()
}

fn is_not_name(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    NOT_NAMES.contains(bare.to_lowercase().as_str())
}

fn is_date_word(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    matches!(
        bare.as_str(),
        "on" | "am"
            | "at"
            | "le"
            | "el"
            | "den"
            | "published"
            | "updated"
            | "posted"
            | "last"
            | ""
            | "о"
            | "в"
    ) || (!matches!(bare.as_str(), "may" | "april" | "august")
        && crate::page::dates::is_month(&bare))
}

/// Whether a name is the login of an account: one word in small letters, `jane.doe`.
pub(super) fn is_account(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
}

/// Whether a text is an organisation, a desk or an agency.
pub(crate) fn is_organisation(name: &str) -> bool {
    let lower = name.to_lowercase();
    is_agency(name)
        || lower.split(|c: char| !c.is_alphanumeric()).any(|word| {
            ORGANISATION.contains(word)
                || word.strip_prefix("ال").is_some_and(|bare| ORGANISATION.contains(bare))
        })
        || ORGANISATION_ENDINGS
            .iter()
            .any(|end| lower.split(' ').any(|word| word.len() > end.len() && word.ends_with(end)))
        || [
            ".com",
            ".de",
            ".org",
            ".net",
            ".at",
            ".ch",
            "编辑部",
            "編集部",
            "新闻",
            "新聞",
            "뉴스",
            "デジタル",
            "通信",
        ]
        .iter()
        .any(|end| lower.ends_with(end))
}

/// Whether a text looks like the name of one person.
pub(crate) fn is_person(text: &str) -> bool {
    let text = text.trim();
    let chars = text.chars().count();
    if !(2..=60).contains(&chars)
        || text
            .contains(['!', '?', '"', ':', '…', '|', '؟', '。', '«', '»', '“', '”', '%', '_', '#'])
        || text.chars().any(char::is_numeric)
    {
        return false;
    }
    if is_organisation(text)
        || text.split_whitespace().any(|word| is_not_name(word) && !PARTICLES.contains(word))
    {
        return false;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let last = words.last().map(|word| word.to_lowercase()).unwrap_or_default();
    if ROLES.contains(last.as_str())
        && !matches!(last.as_str(), "head" | "fellow" | "senior" | "chief")
    {
        return false;
    }
    if text.chars().filter(|c| is_east_asian(*c)).count() * 2 > chars {
        return is_east_asian_name(text, &words);
    }
    let cased = text.chars().any(|c| c.is_uppercase() || is_small(c));
    if !cased {
        return !words.first().is_some_and(|first| ROLES.contains(first))
            && (2..=5).contains(&words.len())
            && !text.ends_with('.')
            && words.iter().all(|word| word.chars().count() <= 14);
    }
    (2..=6).contains(&words.len())
        && !is_place(&words)
        && !is_landmark(&last)
        && words.iter().all(|word| is_name_word(word))
        && words.last().is_some_and(|word| starts_upper(word) || has_particle(word))
}

/// Han and Hangul names are short; names from elsewhere are spelled out in katakana.
fn is_east_asian_name(text: &str, words: &[&str]) -> bool {
    let foreign = text.chars().any(|c| matches!(c, '\u{30A0}'..='\u{30FF}'));
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    letters <= if foreign { 16 } else { 5 }
        && words.len() <= 3
        && !text.contains(['，', '、', '。'])
}

/// `Aleppo Gate`: a phrase that names a place or a time by its kind.
pub(super) fn is_landmark(phrase: &str) -> bool {
    phrase.rsplit(' ').next().is_some_and(|last| LANDMARKS.contains(last.to_lowercase().as_str()))
}

/// `Deir ez-Zor`, `Ras al-Ain`: a place as Arabic names them, in two words.
fn is_place(words: &[&str]) -> bool {
    let [head, tail] = words else { return false };
    PLACE_HEADS.contains(head.to_lowercase().as_str()) && has_particle(tail)
}

/// `al-Hussein`, `d'Aubrac`: a small word in front of a name and stuck to it.
fn has_particle(word: &str) -> bool {
    word.split_once(['-', '\'', '’']).is_some_and(|(particle, name)| {
        (1..=4).contains(&particle.chars().count())
            && particle.chars().all(char::is_lowercase)
            && name.starts_with(char::is_uppercase)
    })
}

fn starts_upper(word: &str) -> bool {
    word.chars().find(|c| c.is_alphabetic()).is_some_and(|c| c.is_uppercase() || !is_small(c))
}

/// A small letter of a script that has capitals; Georgian writes names without.
fn is_small(c: char) -> bool {
    c.is_lowercase() && !matches!(c, '\u{10D0}'..='\u{10FF}')
}

fn is_name_word(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
    !bare.is_empty()
        && (starts_upper(bare)
            || PARTICLES.contains(bare.to_lowercase().as_str())
            || bare.contains(['\'', '’', '-']))
        && (!word.ends_with('.') || word.chars().count() <= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        people(text).into_iter().map(|person| person.name).collect()
    }

    #[test]
    fn several_names_are_split_only_between_names() {
        assert_eq!(names("By Jane Doe and John A. Smith"), ["Jane Doe", "John A. Smith"]);
        assert_eq!(
            names("Von Anna Weber, Ben Groß und Cem Yıldız"),
            ["Anna Weber", "Ben Groß", "Cem Yıldız"]
        );
        assert_eq!(names("You, Xiaoying"), ["You, Xiaoying"]);
        assert_eq!(names("بقلم سامر الحداد وليلى منصور"), ["سامر الحداد", "ليلى منصور"]);
        assert_eq!(names("Kari Moen og Ola Lie"), ["Kari Moen", "Ola Lie"]);
    }

    #[test]
    fn roles_leave_the_name() {
        let person = people("Jane Doe, Health Editor").remove(0);
        assert_eq!(
            (person.name.as_str(), person.role.as_deref()),
            ("Jane Doe", Some("Health Editor"))
        );
        let person = people("김민수 기자").remove(0);
        assert_eq!((person.name.as_str(), person.role.as_deref()), ("김민수", Some("기자")));
        assert_eq!(names("记者 王小明"), ["王小明"]);
        assert_eq!(names("文＝佐藤花子"), ["佐藤花子"]);
    }

    #[test]
    fn an_initial_keeps_its_dot() {
        assert_eq!(names("von Karl M."), ["Karl M."]);
        assert_eq!(names("By Dr. Jane Doe."), ["Jane Doe"]);
    }

    #[test]
    fn a_surname_may_begin_with_a_small_word() {
        for name in ["Ahmad al-Hussein", "Hélène d’Aubrac", "Omar bin Saleh", "Jan van 't Hof"]
        {
            assert!(is_person(name), "{name}");
        }
        for text in ["Ahmad well-known", "Ahmad al-", "Harbour so-called", "Deir ez-Zor"] {
            assert!(!is_person(text), "{text}");
        }
    }
}
