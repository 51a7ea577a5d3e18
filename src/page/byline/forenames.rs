//! Forenames: whether a bare phrase in a script without capitals is somebody's name.
//!
//! Where nothing is written large, "to be continued" looks as a name does. Given names, family names
//! and endings of them that are common in their language tell the two apart (`forenames.txt`): one
//! is enough. It is asked only where no by-word, no link and no job title speaks for the phrase.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::kinds::untitled;
use super::opening::{is_east_asian, is_ornament};

/// The names of the table, as they are compared.
struct Names {
    given: HashSet<String>,
    family: HashSet<String>,
    chinese: HashSet<String>,
    endings: Vec<String>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let listed = |kind: &'static str| {
        let lines = include_str!("forenames.txt").lines().filter(|line| !line.starts_with('#'));
        let lines = lines.filter(move |line| line.split(' ').next() == Some(kind));
        lines.flat_map(|line| line.split('|').skip(1)).map(|name| folded(name.trim()))
    };
    Names {
        given: listed("given").collect(),
        family: listed("family").collect(),
        chinese: listed("chinese").collect(),
        endings: listed("ending").collect(),
    }
});

/// Letters of a Han or Hangul name without its family's, and of the family's.
const EASTERN_GIVEN: std::ops::RangeInclusive<usize> = 1..=2;
const EASTERN_FAMILY: usize = 3;

/// Whether a phrase holds a name that is common where its script is written.
pub(super) fn is_known(phrase: &str) -> bool {
    let phrase = untitled(phrase);
    let words: Vec<String> = phrase.split_whitespace().map(folded).collect();
    if phrase.chars().all(|c| is_east_asian(c) || c.is_whitespace()) {
        return is_eastern(&words.concat());
    }
    let [first, .., last] = words.as_slice() else { return false };
    let compound = |word: &String| word.starts_with("عبد") && word.len() > "عبد".len();
    NAMES.given.contains(first)
        || first == "عبد"
        || compound(first)
        || first == "ابو"
        || NAMES.family.contains(first) && is_khmer(first)
        || NAMES.family.contains(last)
        || NAMES.endings.iter().any(|end| last.len() > end.len() && last.ends_with(end.as_str()))
}

/// Whether a family's name opens a word that has as many letters behind it as a given name has.
fn is_eastern(name: &str) -> bool {
    let cuts = name.char_indices().skip(1).take(EASTERN_FAMILY).map(|(at, _)| at);
    let cuts = cuts.filter_map(|at| name.split_at_checked(at));
    let known = |family: &str| NAMES.family.contains(family) || NAMES.chinese.contains(family);
    let mut named = cuts.filter(|(family, _)| known(family));
    named.any(|(family, given)| {
        let letters = given.chars().count();
        // One syllable is a word too: Koreans have two more.
        let korean = family.starts_with(is_hangul);
        let least = if korean { 2 } else { *EASTERN_GIVEN.start() };
        let most = if family.chars().count() > 1 { 3 } else { *EASTERN_GIVEN.end() };
        (least..=most).contains(&letters)
    })
}

/// Whether a word begins with a family's name of Chinese.
pub(super) fn is_chinese_family(word: &str) -> bool {
    let ends = word.char_indices().skip(1).map(|(at, _)| at).chain([word.len()]);
    ends.take(2).filter_map(|end| word.get(..end)).any(|family| NAMES.chinese.contains(family))
}

fn is_hangul(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7AF}')
}

fn is_khmer(word: &str) -> bool {
    word.starts_with(|c| matches!(c, '\u{1780}'..='\u{17FF}'))
}

/// A word as names are compared: without vowels and stretches, one form for letters that Arabic,
/// Persian and Urdu write in several.
fn folded(word: &str) -> String {
    let plain = |c: char| match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ة' | 'ۀ' | 'ہ' | 'ە' => 'ه',
        c => c,
    };
    let kept = |c: &char| !is_ornament(*c) && !matches!(c, '\u{200C}' | '\u{200D}');
    let bare = word.trim_matches(|c: char| c.is_ascii_punctuation() && !matches!(c, '.' | '\''));
    bare.chars().filter(kept).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_and_phrases_are_not() {
        for name in [
            "سلمى الحداد",
            "عبد الرحمن يوسف",
            "د. أحمد علي",
            "نرگس فرهادی",
            "סמדר כהן",
            "रवि शर्मा",
            "সুমাইয়া আক্তার",
            "கவிதா முருகன்",
            "ნანა წერეთელი",
            "ზაირა ბერიძე",
            "ሰላማዊት ታደሰ",
            "김서연",
            "陳怡君",
            "佐々木美咲",
            "欧阳修文",
        ] {
            assert!(is_known(name), "{name}");
        }
        for phrase in [
            "شاهد الفيديو",
            "پایان پیام",
            "סוף הידיעה",
            "वीडियो देखें",
            "চলবে এখন",
            "செய்தி முடிவு",
            "მეორე ნაწილი",
            "ቪዲዮውን ይመልከቱ",
            "영상 보기",
            "未完待續",
            "写真特集",
            "本報訊",
        ] {
            assert!(!is_known(phrase), "{phrase}");
        }
    }

    #[test]
    fn the_table_is_of_known_kinds() {
        let lines = include_str!("forenames.txt").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let kind = line.split(' ').next().unwrap();
            assert!(["given", "family", "chinese", "ending"].contains(&kind), "{line}");
            assert!(line.split('|').skip(1).all(|name| !name.trim().is_empty()), "{line}");
        }
    }
}
