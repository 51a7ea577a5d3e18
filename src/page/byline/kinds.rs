//! Kinds: what stands in the place of a name: a person's, an organisation's, a place's, a mere word.
//!
//! A person is told by capitals where a script has them, by number and length of words, and by what
//! names hold never: digits, words pages write around names, functions. It judges whole texts; who
//! is cut out of them is [`super::names`]'s business.

use super::agencies::is_agency;
use super::eastern;
use super::opening::is_east_asian;
use super::roles::is_cased;
use super::words::{
    HONORIFICS, LANDMARKS, NOT_NAMES, ORGANISATION, ORGANISATION_ENDINGS, PARTICLES, PLACE_HEADS,
    PLACES, ROLE_ENDINGS, ROLE_PARTS, ROLE_SUFFIXES, ROLES,
};

/// A name without the titles before it.
pub(super) fn untitled(text: &str) -> &str {
    let mut text = text.trim();
    // In Arabic a title of one letter is written onto the name: `د.ليلى`.
    if let Some((title, rest)) = text.split_once('.')
        && matches!(title, "د" | "أ" | "م")
        && rest.starts_with(char::is_alphabetic)
    {
        text = rest;
    }
    while let Some((title, rest)) = text.split_once(' ')
        && HONORIFICS.contains(title.to_lowercase().as_str())
    {
        text = rest.trim_start();
    }
    text
}

/// Whether a text is the whole name of a place.
pub(super) fn is_place_name(text: &str) -> bool {
    PLACES.contains(text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().as_str())
}

/// Whether a word is one that pages write around names and no name has.
pub(super) fn is_not_name(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    NOT_NAMES.contains(bare.to_lowercase().as_str())
}

/// Whether a word stands between a name and a day, or is a month.
pub(super) fn is_date_word(word: &str) -> bool {
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
            | "under"
            | "em"
            | "op"
            | "pe"
            | "dne"
            | "dnia"
            | "il"
            | "στις"
            | "на"
            | "от"
            | "in"
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
        || is_domain(&lower)
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

/// Top-level domains that names of sites are written with.
const TOPS: &[&str] = &[
    "com", "org", "net", "info", "tv", "de", "at", "ch", "fr", "it", "es", "pl", "ru", "ua", "cz",
    "nl", "uk", "eu",
];

/// Whether a text begins with the name of a site: `news.example, Berlin`.
fn is_domain(lower: &str) -> bool {
    let first = lower.split([',', ' ']).next().unwrap_or_default();
    let top = first.rsplit_once('.').filter(|(site, _)| site.chars().count() > 2);
    top.is_some_and(|(_, top)| TOPS.contains(&top))
}

/// Whether a text looks like the name of one person.
pub(crate) fn is_person(text: &str) -> bool {
    let text = untitled(text);
    let chars = text.chars().count();
    if !(2..=60).contains(&chars)
        || text
            .contains(['!', '?', '"', ':', '…', '|', '؟', '。', '«', '»', '“', '”', '%', '_', '#'])
        || text.chars().any(char::is_numeric)
    {
        return false;
    }
    if is_organisation(text)
        || is_place_name(text)
        || text.split_whitespace().any(|word| is_not_name(word) && !PARTICLES.contains(word))
    {
        return false;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    let last = words.last().map(|word| word.to_lowercase()).unwrap_or_default();
    if is_function(text, &last) {
        return false;
    }
    if text.chars().filter(|c| is_east_asian(*c)).count() * 2 > chars {
        return is_east_asian_name(text, &words);
    }
    let cased = text.contains(is_cased);
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

/// Whether a text names what somebody does and not who it is, by its last word or a part of it.
fn is_function(text: &str, last: &str) -> bool {
    // `社会部記者`: of a desk or of nobody.
    let behind = |suffix: &&str| text.strip_suffix(*suffix).map(str::trim);
    let mut fronts = ROLE_SUFFIXES.iter().filter_map(behind);
    let surname = matches!(last, "head" | "fellow" | "senior" | "chief");
    let function = ROLES.contains(last)
        || ROLE_PARTS.iter().any(|part| text.contains(part))
        || ROLE_ENDINGS.iter().any(|end| last.len() > end.len() && last.ends_with(end));
    fronts.any(|front| front.is_empty() || eastern::is_rank(front)) || function && !surname
}

/// Han and Hangul names are short; names from elsewhere are spelled out in katakana.
fn is_east_asian_name(text: &str, words: &[&str]) -> bool {
    let foreign = text.chars().any(|c| matches!(c, '\u{30A0}'..='\u{30FF}'));
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    // `小野寺みどり`: a given name may be spelled in hiragana.
    let spelled = text.starts_with(|c| matches!(c, '\u{3400}'..='\u{9FFF}'))
        && text.ends_with(|c| matches!(c, '\u{3040}'..='\u{309F}'));
    letters <= if foreign { 16 } else { 5 + usize::from(spelled) }
        && words.len() <= 3
        && !words.iter().any(|word| eastern::is_rank(word))
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

pub(super) fn starts_upper(word: &str) -> bool {
    word.chars().find(|c| c.is_alphabetic()).is_some_and(|c| c.is_uppercase() || !is_cased(c))
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
