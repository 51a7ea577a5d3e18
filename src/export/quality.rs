//! How a text looks as text: measures that corpora are filtered by, none of them a verdict.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::lang::Lang;
use crate::page::TextBlock;
use crate::page::letters::{Letters, letters};

/// Everyday words: a language a line.
const STOP_WORDS: &str = include_str!("stopwords.txt");

/// Measures of one text. Shares are of 1, rounded to four digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Words; in scripts that do not part words, characters.
    pub words: u64,
    /// Characters, white space left out.
    pub characters: u64,
    /// The share of characters that are neither letter, digit nor usual punctuation.
    pub symbols: f64,
    /// The share of characters that stand in a line the text had before.
    pub repeated: f64,
    /// The share of words that are everyday words of the language, where they are known.
    pub stop_words: Option<f64>,
}

impl Quality {
    /// Measures a text.
    pub fn of(blocks: &[TextBlock], language: Option<&Lang>) -> Self {
        let known = language.and_then(|lang| TABLE.get(lang.language()));
        let letters = letters();
        let mut seen = HashSet::new();
        let (mut all, mut symbols, mut repeated) = (0_u64, 0_u64, 0_u64);
        let (mut words, mut stops) = (0_u64, 0_u64);
        for line in blocks.iter().flat_map(|block| block.text.lines()) {
            let visible = line.chars().filter(|c| !letters.of(*c).is_space());
            let (count, odd) = visible.fold((0, 0), |(count, odd), c| {
                (count + 1, odd + u64::from(is_symbol(c, letters)))
            });
            all += count;
            symbols += odd;
            if !seen.insert(line.trim()) {
                repeated += count;
            }
            for word in words_of(line) {
                words += 1;
                stops += u64::from(known.is_some_and(|list| list.contains(&*small(word))));
            }
        }
        Self {
            words,
            characters: all,
            symbols: share(symbols, all),
            repeated: share(repeated, all),
            stop_words: known.map(|_| share(stops, words)),
        }
    }
}

/// A word in small letters.
fn small(word: &str) -> Cow<'_, str> {
    if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase())
    }
}

static TABLE: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let lines = STOP_WORDS.lines().filter(|line| !line.starts_with('#'));
    let parted = lines.filter_map(|line| line.split_once(':'));
    parted.map(|(code, words)| (code, words.split_whitespace().collect())).collect()
});

/// Runs of letters and digits with what is inside them (`l'eau`); a character of a script that does
/// not part words is one.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    let letters = letters();
    std::iter::from_fn(move || {
        let start = rest.find(|c| letters.of(c).is_alphanumeric())?;
        let from = rest.get(start..)?;
        let first = from.chars().next()?;
        let end = if is_unparted(first) {
            first.len_utf8()
        } else {
            from.find(|c| !is_within(c, letters) || is_unparted(c)).unwrap_or(from.len())
        };
        let (word, after) = from.split_at_checked(end)?;
        rest = after;
        Some(word.trim_end_matches(['\'', '’']))
    })
}

fn is_within(c: char, letters: Letters) -> bool {
    // Marks belong to the letter before them: Arabic and Indic vowels, joiners.
    letters.of(c).is_alphanumeric()
        || matches!(c, '\'' | '’' | '\u{200C}' | '\u{200D}')
        || is_mark(c)
}

const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{610}'..='\u{61A}'
        | '\u{64B}'..='\u{65F}' | '\u{6D6}'..='\u{6ED}' | '\u{900}'..='\u{DFF}')
}

/// Han, Kana, Thai, Lao, Burmese, Khmer, Tibetan.
const fn is_unparted(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_symbol(c: char, letters: Letters) -> bool {
    let usual = ".,;:!?'\"()[]-–—…“”„‘’«»‹›،؛؟۔।॥。、「」『』（）：；！？，·/%&";
    !is_within(c, letters) && !usual.contains(c)
}

#[allow(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::BlockKind;
    use proptest::prelude::*;

    fn quality(lines: &[&str], tag: &str) -> Quality {
        let block = |text: &&str| TextBlock { kind: BlockKind::Paragraph, text: (*text).into() };
        Quality::of(&lines.iter().map(block).collect::<Vec<_>>(), Lang::parse(tag).as_ref())
    }

    #[test]
    fn words_are_counted_as_scripts_part_them() {
        let count = |text: &str| words_of(text).count();
        assert_eq!(count("L'eau n’est pas là, dit-il."), 6);
        assert_eq!(count("كَتَبَ الورّاق الكتاب"), 3);
        assert_eq!(count("می\u{200C}خواهم"), 1);
        assert_eq!(count("造纸 的人"), 4);
        assert_eq!(count("हिन्दी समाचार"), 2);
        assert_eq!(count("— … !"), 0);
    }

    #[test]
    fn measures_are_shares() {
        let one = quality(&["The gate of the town", "The gate of the town", "★★★★"], "en");
        assert_eq!((one.words, one.characters), (10, 36));
        assert_eq!((one.symbols, one.repeated), (0.1111, 0.4444));
        assert_eq!(one.stop_words, Some(0.6));
        assert_eq!(quality(&["Il-bieb"], "mt").stop_words, None);
        assert_eq!(quality(&[], "en"), Quality { stop_words: Some(0.0), ..Quality::default() });
    }

    proptest! {
        #[test]
        fn any_text_is_measured(text in "\\PC{0,80}") {
            let one = quality(&[&text, &text], "ar");
            prop_assert!(one.symbols <= 1.0 && one.repeated <= 1.0);
            prop_assert!(words_of(&text).all(|word| word.chars().next().is_some_and(char::is_alphanumeric)));
        }
    }
}
