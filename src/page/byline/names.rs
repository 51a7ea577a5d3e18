//! Names: from what stands after a by-word to people, one by one, clean.
//!
//! A text is split only where both halves look like names; titles, addresses, handles, dates and
//! places go, a role goes into its own field, an initial keeps its dot.

use super::agencies::is_agency;
pub(super) use super::kinds::{is_account, is_landmark, is_not_name, is_place_name};
use super::kinds::{is_date_word, starts_upper, untitled};
pub(crate) use super::kinds::{is_organisation, is_person};
use super::opening::{Opening, before_second, credits, opening};
use super::roles::{role_apart, role_before, role_in_brackets, suffix_role};
use super::words::{ACCOUNTS, DEGREES, JOINERS, NOT_NAMES};
use super::{eastern, forenames};
use crate::page::Person;
use crate::page::dates::lines::is_date_line;
use crate::page::dates::{is_month, is_weekday};
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
    let text = eastern::undotted(folded(&unmarked));
    let text = eastern::korean(&text).unwrap_or(text);
    let text = without_day(&text);
    if let Some(names) = eastern::reporters(text) {
        return names;
    }
    let text = before_agency(before_second(authored(text)));
    if text.len() > MAX_TEXT || is_dateline(text) || is_sentence(text) {
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

/// What stands before or behind the dash between names and a day: `Jane Doe - 14 March 2026`.
fn without_day(text: &str) -> &str {
    let cut = [" - ", " – ", " — "].into_iter().find_map(|dash| text.rsplit_once(dash));
    let day = |text: &str| text.contains(char::is_numeric) && is_date_line(text);
    match cut {
        Some((front, back)) if day(back) => front,
        Some((front, back)) if day(front) => back,
        _ => text,
    }
}

/// What stands before the word that leads to an agency: `Claire Besson avec AFP`.
fn before_agency(text: &str) -> &str {
    const WITH: &[&str] = &[" avec ", " with ", " mit ", " con ", " com ", " met ", " med "];
    let cut = WITH.iter().find_map(|with| text.split_once(with));
    cut.filter(|(_, tail)| is_agency(tail)).map_or(text, |(front, _)| front)
}

/// Of several credits on one line the first that says who wrote it: `来源：… 作者：…`.
fn authored(text: &str) -> &str {
    let by = |part: &&str| matches!(opening(part), Opening::By(rest) if !rest.is_empty());
    match opening(text) {
        Opening::Other | Opening::Edited(_) => credits(text).into_iter().find(by).unwrap_or(text),
        _ => text,
    }
}

/// `AUBURN, Wash. —`: where the news comes from, before its first sentence.
fn is_dateline(text: &str) -> bool {
    let text = text.trim_end();
    let first = text.split([',', ' ']).next().unwrap_or_default();
    let place = text.contains(',') || !text.contains(' ');
    text.ends_with(['—', '–'])
        && place
        && first.chars().count() > 2
        && first.chars().all(char::is_uppercase)
}

/// Whether a text ends in the verb of a sentence, as those of Urdu, Hindi and Persian do.
fn is_sentence(text: &str) -> bool {
    const VERBS: &[&str] = &["ہیں", "ہے", "ہوں", "تھے", "हैं", "है", "था", "थे", "است", "هستند", "بود"];
    let last = text.trim_end_matches(['۔', '।', '.', ' ']).rsplit(' ').next();
    last.is_some_and(|last| VERBS.contains(&last))
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
    const MARKS: &[char] = &['[', ']', '【', '】', '(', ')', '（', '）', '〔', '〕'];
    if text.starts_with(MARKS) && text.ends_with(MARKS) {
        return text.trim_matches(MARKS).to_owned();
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
    parts = parts.iter().map(|part| before_dash(part).to_owned()).collect();
    parts = parts.iter().flat_map(|part| commas(part)).collect();
    parts = parts.into_iter().flat_map(unjoined).collect();
    parts = parts.iter().flat_map(|part| glued(part)).collect();
    parts = parts.iter().flat_map(|part| spaced(part)).collect();
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

/// Several names before a dash and whom they write for: `Jane Doe, Ann Roe — Harbour News`; a name
/// beside a place, of one word: `Zeynep Aydoğan - Ankara`, `دمشق - ليلى الخطيب`.
fn before_dash(text: &str) -> &str {
    let cut = [" — ", " – ", " - "].into_iter().find_map(|dash| text.split_once(dash));
    let one = |text: &str| !text.trim().contains(' ');
    let name = |text: &str| {
        !one(text)
            && is_person(text)
            && (text.contains(char::is_uppercase) || forenames::is_known(text))
    };
    match cut {
        Some((front, place)) if name(front) && one(place) => return front,
        Some((place, back)) if name(back) && one(place) && !back.contains(" - ") => return back,
        _ => {}
    }
    let several = |front: &str| commas(front).len() > 1 || unjoined(front.to_owned()).len() > 1;
    cut.map(|(front, _)| front).filter(|front| several(front)).unwrap_or(text)
}

fn spaced(text: &str) -> Vec<String> {
    let names = eastern::spaced(text).unwrap_or_else(|| vec![text]);
    names.into_iter().map(str::to_owned).collect()
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
    let Some(at) = found.filter(|at| lower.len() == text.len() && is_word(text, *at, joiner))
    else {
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

/// Whether a joining word is written as one: in small letters, unless all is in capitals; `I.`, `Na`
/// and `En` are parts of names.
fn is_word(text: &str, at: usize, joiner: &str) -> bool {
    let written = text.get(at..at + joiner.len()).unwrap_or_default();
    written == joiner || written.trim().chars().count() > 2 || !text.contains(char::is_lowercase)
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
    let text = text.trim_end_matches(['=', '＝', ' ']);
    let text = untitled(agency_first(text).unwrap_or(text));
    if let Some((name, desk)) = eastern::behind_desk(text) {
        return Some(Person { role: Some(desk.to_owned()), ..Person::named(name.to_owned()) });
    }
    let (name, role) = role_before(text).unwrap_or_else(|| role_apart(text));
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
        || is_weekday(&lower)
    {
        return None;
    }
    let role = role.map(|role| folded(&role)).filter(|role| !role.is_empty());
    Some(Person { role, ..Person::named(name) })
}

/// `EFE / Madrid`: an agency and where it reports from.
fn agency_first(text: &str) -> Option<&str> {
    let marks = [" / ", "/", ", ", " - ", " – "];
    let cuts = marks.into_iter().filter_map(|mark| text.split_once(mark));
    cuts.map(|(front, tail)| (front.trim(), tail))
        .find(|(front, tail)| is_agency(front) && is_place_name(tail.trim()))
        .map(|(front, _)| front)
}

/// `Jane Doe/dpa`: the name without the agency behind it.
pub(super) fn without_source(text: &str) -> &str {
    let cut = text.split_once(['/', '／']).filter(|(_, tail)| is_agency(tail));
    cut.map_or(text, |(name, _)| name)
}

/// `Created by Jane Doe`: what stands behind a by-word inside a text that starts otherwise.
fn behind_by(text: &str) -> &str {
    let words = [" by ", " von ", " von: ", " par ", " por ", " da ", " av ", " af ", " door "];
    words.iter().find_map(|word| text.split_once(word)).map_or(text, |(_, name)| name)
}

/// Titles in front, dates and marks around.
fn tidy(text: &str) -> String {
    let mut words: Vec<&str> = untitled(text).split_whitespace().collect();
    let is_degree = |word: &str| DEGREES.contains(word.trim_matches(',').to_lowercase().as_str());
    while words.len() > 2 && words.last().is_some_and(|word| is_degree(word)) {
        words.pop();
    }
    let foreign = |word: &str| {
        word.starts_with(|c: char| c.is_numeric() || matches!(c, '|' | '»' | '•'))
            || (is_not_name(word) && word != "bin")
    };
    let day = words.iter().skip(1).position(|word| foreign(word)).map(|at| at + 1);
    words.truncate(day.unwrap_or(words.len()));
    // `Lis` is a month and a surname: with no day behind it, two words in capitals are a name.
    let is_name = |words: &[&str]| {
        day.is_none() && words.len() == 2 && words.iter().all(|word| starts_upper(word))
    };
    // `May` is a name too, but none behind two others and before its day; so is `Sunday`.
    let is_left = |words: &[&str]| {
        let month = |word: &&str| {
            let lower = word.to_lowercase();
            *word == "May" || is_month(&lower) || is_weekday(&lower)
        };
        let behind = day.is_some() && words.len() > 2 && words.last().is_some_and(month);
        behind || words.last().is_some_and(|word| is_date_word(word)) && !is_name(words)
    };
    while words.len() > 1 && is_left(&words) {
        words.pop();
    }
    let initial = words.last().is_some_and(|word| is_initial(word));
    let name = words.join(" ");
    let edge = |c: char| !c.is_alphanumeric() && !is_combining(c) && !matches!(c, '.' | '׳' | '״');
    let name = name.trim_matches(edge);
    let name = if initial { name } else { name.trim_end_matches('.') };
    name.trim_start_matches(['.', ' ']).trim().to_owned()
}

/// Whether a word keeps the dot behind it: `M.`, `Ph.`, `Jr.`.
fn is_initial(word: &str) -> bool {
    let Some(letters) = word.strip_suffix('.') else { return false };
    letters.chars().count() == 1
        || letters.contains('.')
        || letters.is_ascii() && letters.len() == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_behind_a_name_leaves_it() {
        for text in [
            "By Mara Quill on May 12, 2024",
            "Mara Quill on 12 May 2024",
            "Mara Quill 12 de mayo",
            "Mara Quill ١٢ أيار",
            "Mara Quill em 12/05/2024",
        ] {
            assert_eq!(names(text), ["Mara Quill"], "{text}");
        }
        assert_eq!(names("Ewa Lis"), ["Ewa Lis"]);
    }

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
}
