//! N-grams: the languages that share a script and all its letters, by whatlang's model.
//!
//! It is asked only among what the script allows, and believed only where it is sure; a declared
//! language it can live with wins near ties.

use whatlang::{Detector, Lang as Known};

use super::{MIN_LETTERS, Script, languages, plain, sole, words};
use crate::lang::Lang;

/// Characters of which n-grams are counted.
const MAX_GRAMS: usize = 1_200;
/// Confidence under which an unhinted answer is none.
const MIN_CONFIDENCE: f64 = 0.5;

/// N-grams among the allowed languages; a hint the n-grams can live with wins near ties.
pub(super) fn grams(
    text: &str,
    letters: usize,
    script: Script,
    hinted: &[&Lang],
) -> Option<String> {
    if letters < MIN_LETTERS {
        return sole(hinted);
    }
    let hint = sole(hinted);
    // A declaration of a third language that nothing here knows is left to stand.
    let judged = hint.as_deref().is_none_or(|hint| is_known(hint) || plain::knows(hint));
    if script == Script::Latin
        && judged
        && let Some(told) = plain::language(text)
    {
        return Some(told.to_owned());
    }
    let allowed: Vec<Known> = TABLE
        .iter()
        .filter(|(_, code)| languages(script).contains(code))
        .map(|(known, _)| *known)
        .collect();
    let code = |known: Known| {
        TABLE.iter().find(|(other, _)| *other == known).map(|(_, code)| (*code).to_owned())
    };
    let until = text.char_indices().nth(MAX_GRAMS).map_or(text.len(), |(at, _)| at);
    let text = text.get(..until).unwrap_or(text);
    let free = Detector::with_allowlist(allowed).detect(text)?;
    let found = code(free.lang())?;
    let Some(hint) = hint else {
        let sure = free.is_reliable() || free.confidence() >= MIN_CONFIDENCE;
        // Between kin n-grams are never sure; their everyday words are.
        return if sure { Some(found) } else { words::among_kin(text, &found) };
    };
    if hint == found || akin(&hint, &found) {
        return Some(hint);
    }
    let sure = free.is_reliable() && free.confidence() >= MIN_CONFIDENCE;
    // N-grams find a neighbour for a language they do not know (Afrikaans for Kurmanji), and are
    // sure of it: such a declaration yields to the everyday words of another language only.
    // Between kin they are never sure: everyday words of the family are enough against a stranger.
    let of_kin = || words::among_kin(text, &found).is_some();
    let overruled =
        if is_known(&hint) { sure || of_kin() } else { sure && plain::is_full_of(text, &found) };
    Some(if overruled { found } else { hint })
}

/// Whether the n-gram model knows a language.
fn is_known(language: &str) -> bool {
    TABLE.iter().any(|(_, code)| *code == language || (language == "no" && *code == "nb"))
}

/// Pairs n-grams mix up: the declaration decides.
fn akin(a: &str, b: &str) -> bool {
    const KIN: &[&[&str]] = &[
        &["nb", "no", "nn", "da", "sv"],
        &["hr", "sr", "bs", "sl"],
        &["id", "ms", "jv"],
        &["cs", "sk"],
        &["es", "gl", "ca", "pt", "oc"],
        &["mk", "bg", "sr"],
        &["hi", "mr", "ne", "sa", "mai", "bho"],
        &["af", "nl"],
        &["az", "tr", "tk"],
        &["de", "lb"],
    ];
    KIN.iter().any(|kin| kin.contains(&a) && kin.contains(&b))
}

/// What the n-gram model knows, by the tags used here.
const TABLE: &[(Known, &str)] = &[
    (Known::Eng, "en"),
    (Known::Rus, "ru"),
    (Known::Spa, "es"),
    (Known::Por, "pt"),
    (Known::Ita, "it"),
    (Known::Fra, "fr"),
    (Known::Deu, "de"),
    (Known::Ukr, "uk"),
    (Known::Hin, "hi"),
    (Known::Jav, "jv"),
    (Known::Vie, "vi"),
    (Known::Pol, "pl"),
    (Known::Tur, "tr"),
    (Known::Nld, "nl"),
    (Known::Hun, "hu"),
    (Known::Ces, "cs"),
    (Known::Bul, "bg"),
    (Known::Bel, "be"),
    (Known::Mar, "mr"),
    (Known::Ron, "ro"),
    (Known::Slv, "sl"),
    (Known::Hrv, "hr"),
    (Known::Srp, "sr"),
    (Known::Mkd, "mk"),
    (Known::Lit, "lt"),
    (Known::Lav, "lv"),
    (Known::Est, "et"),
    (Known::Nep, "ne"),
    (Known::Swe, "sv"),
    (Known::Dan, "da"),
    (Known::Nob, "nb"),
    (Known::Fin, "fi"),
    (Known::Ind, "id"),
    (Known::Cat, "ca"),
    (Known::Tgl, "tl"),
    (Known::Slk, "sk"),
    (Known::Aze, "az"),
    (Known::Tuk, "tk"),
    (Known::Uzb, "uz"),
    (Known::Afr, "af"),
    (Known::Zul, "zu"),
    (Known::Sna, "sn"),
    (Known::Epo, "eo"),
    (Known::Lat, "la"),
];
