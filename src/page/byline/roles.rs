//! Roles: job titles, told from names and cut off them.
//!
//! A role stands behind a mark, behind the name with nothing between, or stuck to it as East Asian
//! functions are. A text is cut only where what stands before reads like a name.

use super::names::is_person;
use super::words::{ROLE_ENDINGS, ROLE_PARTS, ROLE_SUFFIXES, ROLES};
use super::{eastern, forenames};
use crate::page::letters::is_combining;

/// `Jane Doe, Health Editor`, `Jane Doe / Journalist`, `Jane Doe - Berlin`.
pub(super) fn role_apart(text: &str) -> (String, Option<String>) {
    let marks =
        [" / ", " – ", " — ", " - ", " | ", ", ", "، ", "，", "/", "／", " in ", " für ", " for "];
    for mark in marks {
        let Some((name, role)) = text.split_once(mark) else { continue };
        let single = mark == ", " && name.split_whitespace().count() < 2;
        if !single && is_person(name) {
            return (name.to_owned(), is_role(role).then(|| role.trim().to_owned()));
        }
    }
    behind_name(text).map_or_else(|| (text.to_owned(), None), |(name, role)| (name, Some(role)))
}

/// `our correspondent Jane Doe`, `dziennikarz Jan Nowak`: a job title in small letters before a name.
pub(super) fn role_before(text: &str) -> Option<(String, Option<String>)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let small = words.iter().take_while(|word| word.starts_with(char::is_lowercase)).count();
    let (front, name) = words.split_at_checked(small.min(BEFORE))?;
    let name = name.join(" ");
    let role = front.last().filter(|role| ROLES.contains(**role) && is_person(&name));
    role.map(|role| (name, Some((*role).to_owned()))).or_else(|| function_before(&words))
}

/// `செய்தியாளர் கவிதா முருகன்`: where nothing is written large, the name has to be a common one.
fn function_before(words: &[&str]) -> Option<(String, Option<String>)> {
    let at = words.iter().take(BEFORE).position(|word| is_function(word))? + 1;
    let (role, name) = words.split_at_checked(at)?;
    let name = name.join(" ");
    let bare = !words.iter().any(|word| word.contains(is_cased));
    (bare && is_person(&name) && forenames::is_known(&name)).then(|| (name, Some(role.join(" "))))
}

/// Whether a letter is one of a script that has capitals.
pub(super) fn is_cased(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase() && !matches!(c, '\u{10D0}'..='\u{10FF}')
}

/// Whether a word names a function, alone or inside it.
pub(super) fn is_function(word: &str) -> bool {
    ROLES.contains(word) || ROLE_PARTS.iter().any(|part| word.contains(part))
}

/// Words a job title before a name may have.
const BEFORE: usize = 4;

/// `سامر الحداد مراسل ثقافي`: a job title behind a name with nothing between. Where there is case
/// it starts in lower case, else it could be a surname.
fn behind_name(text: &str) -> Option<(String, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let starts = |word: &&str| {
        is_function(word.trim_end_matches(is_stop)) && !word.starts_with(char::is_uppercase)
    };
    let at = words.iter().skip(2).position(starts)? + 2;
    let (name, role) = (words.get(..at)?.join(" "), words.get(at..)?.join(" "));
    is_person(&name).then_some((name, role))
}

/// `Jane Doe (Health Editor)`.
pub(super) fn role_in_brackets(text: &str) -> Option<String> {
    let (name, rest) = text.split_once(['(', '（'])?;
    let (role, _) = rest.split_once([')', '）'])?;
    let role = role.trim();
    (!name.trim().is_empty() && is_role(role)).then(|| role.to_owned())
}

fn is_stop(c: char) -> bool {
    matches!(c, ',' | '،' | '.' | '؛' | ';')
}

/// Whether a text reads like a job title.
pub(crate) fn is_role(text: &str) -> bool {
    let lower = text.to_lowercase();
    let count = lower.split_whitespace().count();
    let is_end = |c: char| !c.is_alphanumeric() && !is_combining(c) && c != '\u{200C}';
    count <= 14
        && (ROLE_PARTS.iter().any(|part| lower.contains(part))
            || lower.split(is_end).any(|word| {
                ROLES.contains(word)
                    || ROLE_ENDINGS.iter().any(|end| word.ends_with(end))
                    || word.strip_prefix("ال").is_some_and(|bare| ROLES.contains(bare))
            }))
}

/// Whether a text is a job title, also one that is stuck to a name elsewhere: `사회부 기자`.
pub(super) fn is_title(text: &str) -> bool {
    is_role(text) || ROLE_SUFFIXES.iter().any(|suffix| text.trim().ends_with(suffix))
}

/// Whether a text begins with a function: `Reporter from Aleppo`.
pub(super) fn opens_with_role(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(is_role)
}

/// Whether an East Asian line is a function with a desk in front, not a person's: `文化部記者`.
pub(super) fn is_desk_role(text: &str) -> bool {
    suffix_role(text).is_some() && !text.trim().contains(char::is_whitespace)
}

pub(super) fn suffix_role(text: &str) -> Option<(String, String)> {
    let text = text.trim();
    ROLE_SUFFIXES.iter().find_map(|suffix| {
        let bare = text.strip_suffix(suffix)?.trim();
        let few = bare.chars().count();
        // `김서연 사회부 기자`: the desk belongs to the function.
        let desk = bare.rsplit_once(char::is_whitespace).filter(|(_, desk)| eastern::is_rank(desk));
        if let Some((name, desk)) = desk {
            let gap = if text.ends_with(&format!("{desk}{suffix}")) { "" } else { " " };
            return Some((name.trim_end().to_owned(), format!("{desk}{gap}{suffix}")));
        }
        (2..=12).contains(&few).then(|| (bare.to_owned(), (*suffix).to_owned()))
    })
}
