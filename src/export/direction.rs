//! Which way a text runs, and a second opinion on the language it is in.
//!
//! Both are read from the text; a declared `dir` is never believed.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use whatlang::Lang as Known;

use crate::lang::Lang;

/// Characters of a text that are looked at.
const SAMPLE: usize = 2_400;

/// Characters that are given to whatlang: its time grows with them, its answer hardly changes.
const MAX_GRAMS: usize = 800;

/// The direction of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Left to right.
    Ltr,
    /// Right to left.
    Rtl,
}

impl Direction {
    /// Its word in a row and in HTML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// Languages written from right to left, for texts without a letter.
const RTL: &[&str] =
    &["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "pnb", "ps", "sd", "ug", "ur", "yi"];

/// The direction most letters of a text have; that of its language when there are none.
pub fn of<'t>(text: impl Iterator<Item = &'t str>, language: Option<&Lang>) -> Direction {
    let (mut left, mut right) = (0_usize, 0_usize);
    for c in sample(text).filter(|c| c.is_alphabetic()) {
        if is_rtl(c) { right += 1 } else { left += 1 }
    }
    let by_language = || language.is_some_and(|lang| RTL.contains(&lang.language()));
    let rtl = if left + right == 0 { by_language() } else { right > left };
    if rtl { Direction::Rtl } else { Direction::Ltr }
}

/// Letters of the blocks that Unicode sets aside for scripts from right to left (UAX #9 §3.2).
const fn is_rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

/// How sure whatlang, asked freely, is of the language that was found: 0 when it takes the text for
/// another one, nothing when it does not know the language at all.
pub fn confidence<'t>(text: impl Iterator<Item = &'t str>, language: &Lang) -> Option<f64> {
    if !KNOWN.iter().any(|(_, known)| language.agrees(known)) {
        return None;
    }
    let sample: String = sample(text).take(MAX_GRAMS).collect();
    let info = whatlang::detect(&sample)?;
    let agrees = KNOWN.iter().any(|(known, found)| *known == info.lang() && language.agrees(found));
    Some(if agrees { (info.confidence() * 1000.0).round() / 1000.0 } else { 0.0 })
}

/// The languages whatlang knows, by our tags.
static KNOWN: LazyLock<Vec<(Known, Lang)>> = LazyLock::new(|| {
    let tagged = |known: &Known| Some((*known, Lang::parse(known.code())?));
    Known::all().iter().filter_map(tagged).collect()
});

fn sample<'t>(text: impl Iterator<Item = &'t str>) -> impl Iterator<Item = char> {
    text.flat_map(|piece| piece.chars().chain(['\n'])).take(SAMPLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_tell_the_direction_before_the_language() {
        let of = |text: &str, tag: &str| of([text].into_iter(), Lang::parse(tag).as_ref()).name();
        assert_eq!(of("الورق Paper أبيض دائما", "en"), "rtl");
        assert_eq!(of("Paper, ورق, is white", "ar"), "ltr");
        assert_eq!((of("12, 13", "fa"), of("12", "fr"), of("", "he")), ("rtl", "ltr", "rtl"));
    }

    #[test]
    fn a_second_opinion_agrees_differs_or_is_silent() {
        let text = "The harbour was closed for three days because the storm had broken the gate. \
                    Nobody in the town could say when the ships would leave again.";
        let sure = |tag: &str| confidence([text].into_iter(), &Lang::parse(tag).unwrap());
        assert!(sure("en").unwrap() > 0.9);
        assert_eq!(sure("fr"), Some(0.0));
        assert_eq!(sure("mt"), None);
    }
}
