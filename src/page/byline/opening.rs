//! Openings: the by-word at the start of a line, and what it makes of the rest.
//!
//! Words are matched by the tables of [`super::words`], the longest first, without case, and with
//! the stretches and vowels that Arabic may carry. Who is named behind it is read elsewhere.

use super::names::{is_address, is_person, people};
use super::roles::{is_cased, is_role, suffix_role};
use super::words::{BY, EDITED, OTHERS, Openings, TRANSLATED, TRANSLATED_BY, TRANSLATED_FROM};
use super::{Scene, eastern, forenames};

/// What a line opens with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening<'t> {
    /// A by-word; the rest of the line.
    By(&'t str),
    /// A translator's credit; the rest.
    Translated(&'t str),
    /// An editor's credit; the rest.
    Edited(&'t str),
    /// Somebody else's credit.
    Other,
    /// Nothing known.
    Plain,
}

/// Reads the by-word at the start of a line.
pub(crate) fn opening(line: &str) -> Opening<'_> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let tables = [&TRANSLATED, &BY, &EDITED, &OTHERS];
    let found = tables.into_iter().enumerate();
    let found = found.filter_map(|(kind, table)| Some((kind, longest(line, table)?)));
    // The longest word wins; of equal ones, the first of the tables.
    match found.min_by_key(|(_, rest)| rest.len()) {
        Some((0, rest)) => Opening::Translated(behind_language(line).unwrap_or(rest)),
        _ if let Some(rest) = behind_language(line) => Opening::Translated(rest),
        Some((1, rest)) if is_function_of(line, rest) => Opening::Plain,
        Some((1, rest)) => Opening::By(rest),
        Some((2, rest)) => Opening::Edited(rest),
        Some(_) => Opening::Other,
        None if is_eastern(line) => Opening::By(line),
        None => Opening::Plain,
    }
}

/// By-words that are common words, or beginnings of words, of other languages: heard only on pages
/// that say they are in this one.
const LOCAL: &[(&str, &str)] =
    &[("sw", "na "), ("cs", "od "), ("sk", "od "), ("hr", "od "), ("lt", "nuo "), ("am", "በ")];

/// What a line of a page opens with, by the by-words of its own language too.
pub(super) fn opening_in<'t>(scene: &Scene<'_, '_>, line: &'t str) -> Opening<'t> {
    local(scene, line).map_or_else(|| opening(line), Opening::By)
}

/// What stands behind the by-word of the page's own language, where it is a person.
fn local<'t>(scene: &Scene<'_, '_>, line: &'t str) -> Option<&'t str> {
    let declared = scene.metadata.declared.as_ref()?.language();
    let (_, word) = LOCAL.iter().find(|(lang, _)| *lang == declared)?;
    let head = line.get(..word.len()).filter(|head| head.eq_ignore_ascii_case(word))?;
    let rest = line.get(head.len()..)?;
    let cased = rest.contains(is_cased);
    let real = |name: &str| is_person(name) && (cased || forenames::is_known(name));
    people(rest).iter().any(|person| real(&person.name)).then_some(rest)
}

/// Whether a by-word is the function of somebody who is not named behind it: `خبرنگار حوزه شهری`.
/// Only where no mark stands between, and nothing is written large.
fn is_function_of(line: &str, rest: &str) -> bool {
    let word = line.get(..line.len() - rest.len()).unwrap_or_default();
    let bare = word.trim_end();
    let eastern = rest.chars().next().is_some_and(is_east_asian);
    !rest.is_empty()
        && !eastern
        && !bare.ends_with(is_divider)
        && !rest.contains(is_cased)
        && is_role(bare)
        && !rest.split(is_mark).any(forenames::is_known)
}

/// Whether an East Asian line names who wrote it by a function behind a name, or a desk before it.
fn is_eastern(line: &str) -> bool {
    let known = |(name, _): (&str, &str)| forenames::is_known(name);
    ends_in_role(line)
        || eastern::reporters(line).is_some()
        || eastern::behind_desk(line).is_some_and(known)
}

/// Characters of the language a text was translated from, with what stands round it.
const FROM: usize = 32;

/// Of `Translated from the Italian by Jane Doe` the name: words of no capital but the language's.
fn behind_language(line: &str) -> Option<&str> {
    let from = after_any(line, TRANSLATED_FROM)?;
    let found = TRANSLATED_BY.iter().filter_map(|by| from.split_once(by));
    let (language, rest) = found.min_by_key(|(language, _)| language.len())?;
    let few = language.chars().count() <= FROM && language.split_whitespace().count() <= 4;
    (few && !language.trim().is_empty() && begins_with_person(rest)).then(|| rest.trim_start())
}

/// Characters that may stand before a credit on its line: a place, a day.
const FRONT: usize = 40;

/// The credits of one line: cut before every by-word that has a mark behind it, at the dash
/// between a place and a by-word, and before a translator or editor who is named behind somebody
/// else (`By A, translated by B`). Most lines are one.
pub(crate) fn credits(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut opened = opening_end(line);
    for (at, mark) in line.match_indices(is_cut) {
        if at < start + opened {
            continue;
        }
        let (front, behind) = (line.get(..at), line.get(at + mark.len()..).unwrap_or_default());
        let dash = front.is_some_and(|front| {
            front.ends_with([' ', '-', '–', '—', '：', ':']) && front.chars().count() <= FRONT
        });
        let placed = dash
            && matches!(opening(behind), Opening::By(rest)
                if people(rest).iter().any(|person| is_person(&person.name)));
        let second =
            || front.is_some_and(|front| front.chars().count() <= 2 * FRONT) && is_second(behind);
        if placed || is_labelled(behind) || second() {
            out.extend(line.get(start..at));
            start = at + mark.len();
            opened = opening_end(behind);
        }
    }
    out.extend(line.get(start..));
    out.retain(|part| part.contains(char::is_alphanumeric));
    out
}

/// Where the opening of a line ends: `Text & photos:` is one.
fn opening_end(line: &str) -> usize {
    match opening(line) {
        Opening::By(rest) | Opening::Translated(rest) | Opening::Edited(rest) => {
            line.len() - rest.len()
        }
        Opening::Other | Opening::Plain => 0,
    }
}

/// What stands of a text before somebody who translated, edited or took the pictures is named.
pub(super) fn before_second(text: &str) -> &str {
    let cut = text
        .match_indices(is_cut)
        .find(|(at, mark)| *at > 0 && text.get(at + mark.len()..).is_some_and(is_second));
    cut.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// Whether a text begins with the credit of a translator, an editor or a photographer by name.
fn is_second(text: &str) -> bool {
    let longest = |table| longest(text, table);
    [&TRANSLATED, &EDITED, &OTHERS].into_iter().find_map(longest).is_some_and(begins_with_person)
        || behind_language(text).is_some()
}

/// Whether the first words of a text are a person's name.
fn begins_with_person(text: &str) -> bool {
    let head = text.split(is_mark).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let head = head.trim_end().strip_suffix('.').unwrap_or(head);
    let words: Vec<&str> = head.split_whitespace().take(4).collect();
    (1..=words.len()).any(|count| words.get(..count).is_some_and(|name| is_person(&name.join(" "))))
}

/// Marks that end a name.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        ',' | '،' | '(' | ')' | '（' | '）' | ';' | '；' | '|' | '/' | '／' | '–' | '—' | '·' | '•'
    )
}

/// Where one credit may end and the next begin.
fn is_cut(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '／' | '/' | '|' | '｜' | '；' | ';' | ',' | '،' | '(' | '（' | '•' | '·')
}

/// Whether a text begins with a by-word of any kind and a mark that leads to a name.
fn is_labelled(text: &str) -> bool {
    let label = |table: &Openings| {
        longest(text, table).is_some_and(|rest| {
            let used = text.get(..text.len() - rest.len()).unwrap_or_default();
            !rest.is_empty() && used.trim_end().ends_with([':', '：', '｜', '・', '＝', '/', '／'])
        })
    };
    [&BY, &TRANSLATED, &EDITED, &OTHERS].into_iter().any(label)
}

/// `한지우 기자 name@example.org`: East Asian lines that sign with a function behind the name.
fn ends_in_role(line: &str) -> bool {
    line.chars().count() <= 60 && {
        let line = eastern::undotted(line.to_owned());
        let line = eastern::korean(&line).unwrap_or(line);
        let line = behind_place(&line).trim_end_matches(['=', '＝', ' ']);
        let words: Vec<&str> = line.split_whitespace().filter(|word| !is_address(word)).collect();
        suffix_role(&words.join(" ")).is_some_and(|(names, _)| {
            names.split(", ").all(is_person) && !names.contains(['.', '。'])
        })
    }
}

/// `[서울=한빛] 김서연 기자 =`: a line without the place it begins with.
fn behind_place(line: &str) -> &str {
    let cut = line
        .split_once([']', ')', '】'])
        .filter(|(place, _)| place.chars().count() <= FRONT / 2 && place.contains(['=', '＝']));
    cut.map_or(line, |(_, rest)| rest.trim_start())
}

/// Whether a line opens with a word that may lead to a place as well as to a name: `From Aleppo`.
pub(super) fn is_place(line: &str) -> bool {
    let first = line.split_whitespace().next().map(str::to_lowercase);
    first.is_some_and(|first| matches!(first.as_str(), "from" | "aus" | "από"))
}

/// What is left of a line after the longest opening of a table.
fn longest<'t>(line: &'t str, table: &Openings) -> Option<&'t str> {
    let first = line.chars().next()?.to_lowercase().next()?;
    let words = table.get(&first)?;
    words.iter().filter_map(|word| after(line, word)).min_by_key(|rest| rest.len())
}

/// What is left of a line after the longest of some words, where one opens it.
pub(super) fn after_any<'t>(line: &'t str, words: &[&str]) -> Option<&'t str> {
    words.iter().filter_map(|word| after(line, word)).min_by_key(|rest| rest.len())
}

/// The rest of `line` after `word`, when the word ends there.
fn after<'t>(line: &'t str, word: &str) -> Option<&'t str> {
    let mut rest = line.chars();
    for want in word.chars() {
        let got = rest.find(|c| !is_ornament(*c))?;
        let same = match got {
            got if got.is_ascii() => got.to_ascii_lowercase() == want,
            got => got == want || got.to_lowercase().eq(std::iter::once(want)),
        };
        if !same {
            return None;
        }
    }
    let rest = rest.as_str().trim_start_matches(is_ornament);
    let spaceless = word.chars().last().is_some_and(is_east_asian);
    let next = rest.chars().next();
    let ends = next.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '\'' | '’' | '.'));
    let apart = next.is_none_or(is_divider);
    let marked = word.chars().last().is_some_and(is_divider);
    let whole = marked || if spaceless { apart } else { ends };
    whole.then(|| rest.trim_start_matches(|c| is_divider(c) || is_ornament(c)))
}

/// What may be written into or onto an Arabic word without changing it: a stretch, a vowel.
pub(super) fn is_ornament(c: char) -> bool {
    matches!(c, '\u{0640}' | '\u{064B}'..='\u{0652}')
}

/// What stands between a by-word and a name.
fn is_divider(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            ':' | '：'
                | '｜'
                | '/'
                | '／'
                | '\\'
                | '＝'
                | '='
                | '|'
                | '-'
                | '–'
                | '—'
                | '・'
                | '•'
                | '،'
                | ','
                | '】'
                | ']'
                | '፦'
                | '፡'
                | '៖'
                | '՝'
                | '\u{200E}'
                | '\u{200F}'
        )
}

pub(super) fn is_east_asian(c: char) -> bool {
    matches!(c, '々' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '＝' | '：' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_words_are_found_through_case_stretches_and_vowels() {
        for line in ["بقلم ليلى", "بقلـــم: ليلى", "بِقلمِ / ليلى", "‏بقلم ـ ليلى"]
        {
            assert_eq!(opening(line), Opening::By("ليلى"), "{line}");
        }
        assert_eq!(opening("WRITTEN BY Jane Doe"), Opening::By("Jane Doe"));
        assert_eq!(opening("ترجمة: سامر"), Opening::Translated("سامر"));
        assert_eq!(opening("Photo: Jane Doe"), Opening::Other);
        assert_eq!(opening("Bystanders watched"), Opening::Plain);
    }

    #[test]
    fn a_line_is_cut_only_before_another_credit() {
        assert_eq!(credits("文・水野遥香／翻訳・小川健"), ["文・水野遥香", "翻訳・小川健"]);
        assert_eq!(
            credits("Text: Jane Doe Photos: Ann Roe"),
            ["Text: Jane Doe", "Photos: Ann Roe"]
        );
        assert_eq!(credits("القاهرة – كتبت ليلى منصور"), ["القاهرة –", "كتبت ليلى منصور"]);
        for whole in
            ["By Jane Doe / Berlin", "بقلم / ليلى الحداد", "They met by the river - by chance"]
        {
            assert_eq!(credits(whole), [whole]);
        }
    }
}
