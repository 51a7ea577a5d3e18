//! The original: the member the others were made from, where something says so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::builder::Kept;

/// The member the others were made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Original {
    /// Its language, as the members are keyed.
    pub lang: String,
    /// What says so.
    pub by: Says,
}

/// What tells an original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// All others call themselves translations (schema.org `translationOfWork`, a translator).
    Translations,
    /// It alone is its own `x-default`.
    XDefault,
    /// It was published on an earlier day than all others.
    Date,
}

/// Characters of a date that name the day.
const DAY: usize = 10;

/// The original among members by language.
pub(super) fn of(members: &BTreeMap<&str, &Kept>) -> Option<Original> {
    let only = |is: &dyn Fn(&Kept) -> bool| {
        let mut found = members.iter().filter(|(_, page)| is(page));
        let first = found.next().map(|(lang, _)| (*lang).to_owned());
        first.filter(|_| found.next().is_none())
    };
    let made = |lang: Option<String>, by| lang.map(|lang| Original { lang, by });
    made(only(&|page| !page.is_translation), Says::Translations)
        .or_else(|| made(only(&|page| page.is_default && !page.is_translation), Says::XDefault))
        .or_else(|| made(earliest(members), Says::Date))
}

/// The only member of the earliest day, when all days are known.
fn earliest(members: &BTreeMap<&str, &Kept>) -> Option<String> {
    let mut days = Vec::with_capacity(members.len());
    for (lang, page) in members {
        days.push((page.published.as_deref()?.get(..DAY)?, *lang));
    }
    days.sort_unstable();
    match days.as_slice() {
        [(first, lang), (second, _), ..] if first < second => Some((*lang).to_owned()),
        _ => None,
    }
}
