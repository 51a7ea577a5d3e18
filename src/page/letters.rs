//! Letters: what every character counts as, looked up in one table.
//!
//! The article stages ask of each character of a page whether it is a letter, a comma or a space.
//! The standard library answers by a search in compressed ranges, which for a page of Arabic or
//! Chinese costs more than parsing it; here the answers for the first plane are kept, a byte each,
//! made once from the same functions. It knows nothing of words.

use std::sync::LazyLock;

/// What one character is, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    const ALPHANUMERIC: u8 = 1;
    const SPACELESS: u8 = 1 << 1;
    const COMMA: u8 = 1 << 2;
    const SPACE: u8 = 1 << 3;
    const UNSEEN: u8 = 1 << 4;
    const ALPHABETIC: u8 = 1 << 5;
    const NUMERIC: u8 = 1 << 6;

    /// Asks the standard library.
    fn of(c: char) -> Self {
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let alphabetic = c.is_alphabetic();
        let numeric = c.is_numeric();
        let space = c.is_whitespace();
        let unseen = matches!(c, '\u{200B}' | '\u{FEFF}' | '\u{AD}' | '\u{2060}') || c.is_control();
        Self(
            bit(alphabetic || numeric, Self::ALPHANUMERIC)
                | bit(alphabetic, Self::ALPHABETIC)
                | bit(numeric, Self::NUMERIC)
                | bit(is_spaceless(c), Self::SPACELESS)
                | bit(is_comma(c), Self::COMMA)
                | bit(space, Self::SPACE)
                | bit(unseen && !space, Self::UNSEEN),
        )
    }

    /// A letter or a number, [`char::is_alphanumeric`].
    pub(crate) fn is_alphanumeric(self) -> bool {
        self.0 & Self::ALPHANUMERIC != 0
    }

    /// [`char::is_alphabetic`].
    pub(crate) fn is_alphabetic(self) -> bool {
        self.0 & Self::ALPHABETIC != 0
    }

    /// [`char::is_numeric`].
    pub(crate) fn is_numeric(self) -> bool {
        self.0 & Self::NUMERIC != 0
    }

    /// A character of a script that puts no spaces between words.
    pub(crate) fn is_spaceless(self) -> bool {
        self.0 & Self::SPACELESS != 0
    }

    /// A comma or a sentence end that only running text has.
    pub(crate) fn is_comma(self) -> bool {
        self.0 & Self::COMMA != 0
    }

    /// [`char::is_whitespace`].
    pub(crate) fn is_space(self) -> bool {
        self.0 & Self::SPACE != 0
    }

    /// Whether folding leaves it as it is: neither white space nor a character nobody sees.
    pub(crate) fn is_kept(self) -> bool {
        self.0 & (Self::SPACE | Self::UNSEEN) == 0
    }
}

/// The classes of the first plane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Letters(&'static [Class]);

static TABLE: LazyLock<Vec<Class>> = LazyLock::new(|| {
    (0..=0xFFFF).map(|code| char::from_u32(code).map_or(Class(0), Class::of)).collect()
});

/// The table; ask for it once a text, not once a character.
pub(crate) fn letters() -> Letters {
    Letters(TABLE.as_slice())
}

impl Letters {
    /// What a character is.
    pub(crate) fn of(self, c: char) -> Class {
        let code = usize::try_from(u32::from(c)).unwrap_or(usize::MAX);
        self.0.get(code).copied().unwrap_or_else(|| Class::of(c))
    }
}

/// Characters of scripts that put no spaces between words.
fn is_spaceless(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Commas and sentence ends that only running text has, in any script.
fn is_comma(c: char) -> bool {
    matches!(c, ',' | '،' | '、' | '，' | '؛' | '。' | '؟' | '।' | '۔' | '؍' | '．' | '！' | '？')
}

/// Marks that belong to the letter before them, and the joiners inside words: of Hebrew, Arabic,
/// Indic and the scripts of South-East Asia.
pub(crate) fn is_combining(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036f | 0x0591..=0x05c7 | 0x0610..=0x061a | 0x064b..=0x065f
        | 0x0670 | 0x0900..=0x0dff | 0x0e31..=0x0eff | 0x0f00..=0x0fff | 0x1000..=0x109f
        | 0x135d..=0x135f | 0x1780..=0x17d3 | 0x200c..=0x200d)
}

/// Appends text with its white space folded to single spaces and unseen characters left out.
pub(crate) fn fold_into(out: &mut String, text: &str) {
    let letters = letters();
    out.reserve(text.len());
    // Runs that stay as they are go over in one piece; a single space belongs to its run.
    let mut start = 0;
    let mut spaced = out.is_empty() || out.ends_with(' ');
    for (at, c) in text.char_indices() {
        let class = letters.of(c);
        if class.is_kept() || (c == ' ' && !spaced) {
            spaced = c == ' ';
            continue;
        }
        out.push_str(text.get(start..at).unwrap_or_default());
        start = at + c.len_utf8();
        if class.is_space() && !spaced {
            out.push(' ');
            spaced = true;
        }
    }
    out.push_str(text.get(start..).unwrap_or_default());
}

/// White space folded and trimmed.
pub(crate) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    fold_into(&mut out, text);
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_says_what_the_standard_library_says() {
        for c in ('\0'..=char::MAX).step_by(7) {
            let class = letters().of(c);
            assert_eq!(class.is_alphanumeric(), c.is_alphanumeric(), "{c:?}");
            assert_eq!(class.is_alphabetic(), c.is_alphabetic(), "{c:?}");
            assert_eq!(class.is_numeric(), c.is_numeric(), "{c:?}");
            assert_eq!(class.is_space(), c.is_whitespace(), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn folding_by_runs_is_folding_by_characters(parts in prop::collection::vec("[ \\n\\u{200B}\\u{A0}aب字,\\u{7}]{0,9}", 0..5)) {
            let mut plain = String::new();
            for c in parts.concat().chars() {
                if c.is_whitespace() {
                    if !plain.is_empty() && !plain.ends_with(' ') {
                        plain.push(' ');
                    }
                } else if c != '\u{200B}' && !c.is_control() {
                    plain.push(c);
                }
            }
            let mut out = String::new();
            for part in &parts {
                fold_into(&mut out, part);
            }
            prop_assert_eq!(out, plain);
        }
    }
}
