//! Roles: job titles, told from names and cut off them.
//!
//! A role stands behind a mark, behind the name with nothing between, or stuck to it as East Asian
//! functions are. A text is cut only where what stands before reads like a name.

use super::names::is_person;
use super::words::{ROLE_ENDINGS, ROLE_SUFFIXES, ROLES};

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
    let role = front.last().filter(|role| ROLES.contains(**role) && is_person(&name))?;
    Some((name, Some((*role).to_owned())))
}

/// Words a job title before a name may have.
const BEFORE: usize = 4;

/// `سامر الحداد مراسل ثقافي`: a job title behind a name with nothing between. Where there is case
/// it starts in lower case, else it could be a surname.
fn behind_name(text: &str) -> Option<(String, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let starts = |word: &&str| {
        ROLES.contains(word.trim_end_matches(is_stop)) && !word.starts_with(char::is_uppercase)
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
    count <= 14
        && lower.split(|c: char| !c.is_alphanumeric() && c != '\u{200C}').any(|word| {
            ROLES.contains(word)
                || ROLE_ENDINGS.iter().any(|end| word.ends_with(end))
                || word.strip_prefix("ال").is_some_and(|bare| ROLES.contains(bare))
        })
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
        (2..=12).contains(&few).then(|| (bare.to_owned(), (*suffix).to_owned()))
    })
}
