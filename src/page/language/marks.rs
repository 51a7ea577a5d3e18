//! Marks: what single letters tell of a language, where it shares its script with others.
//!
//! A letter that only one language writes is counted against all letters; a few in a thousand are
//! enough. Nothing here looks at words.

use super::{MIN_LETTERS, sole};
use crate::lang::Lang;

/// How many of a thousand letters are in a list.
fn per_mille(text: &str, letters: usize, list: &str) -> usize {
    text.chars().filter(|c| list.contains(*c)).count() * 1000 / letters.max(1)
}

/// Letters of Assamese that Bengali has not, of Tigrinya that Amharic hardly writes.
const ASSAMESE: &str = "ৰৱ";
const TIGRINYA: &str = "ኣ";

/// The language of a script two languages share: by the letters of the rarer one, or as declared.
pub(super) fn shared(
    code: &'static str,
    text: &str,
    letters: usize,
    hints: &[Lang],
) -> &'static str {
    let declared = |other: &str| hints.iter().any(|hint| hint.language() == other);
    match code {
        "bn" if per_mille(text, letters, ASSAMESE) >= 10 => "as",
        "am" if per_mille(text, letters, TIGRINYA) >= 8 => "ti",
        "am" if declared("ti") && !declared("am") && letters < MIN_LETTERS => "ti",
        "bo" if declared("dz") => "dz",
        _ => code,
    }
}

/// Letters of one Cyrillic alphabet that the others named behind it have not.
const BELARUSIAN: &str = "ўЎ";
const UKRAINIAN: &str = "їєґЇЄҐ";
const SERBIAN: &str = "ђћЂЋ";
const MACEDONIAN: &str = "ѓќѕЃЌЅ";
const SOUTH_SLAVIC: &str = "јљњџЈЉЊЏ";
const KAZAKH: &str = "ұҰ";
const BASHKIR: &str = "ҙҫҡҘҪҠ";
const TATAR: &str = "җҗҖ";
const TAJIK: &str = "ӣӯҷӢӮҶ";
const UZBEK: &str = "қғҳҚҒҲ";
const ROUND: &str = "өүӨҮ";
const NG: &str = "ңҢ";
const EAST_SLAVIC: &str = "ыэЫЭ";
const HARD: &str = "ъЪ";

/// What stands in nearly every Cyrillic alphabet, so that it is in no list above.
fn is_common(c: char) -> bool {
    c.is_ascii() || matches!(c, 'А'..='Щ' | 'Ь' | 'Ю'..='щ' | 'ь' | 'ю' | 'я')
}

/// Cyrillic languages by the letters only some of them have; `None` where they decide nothing.
pub(super) fn cyrillic(text: &str, letters: usize) -> Option<&'static str> {
    if letters < MIN_LETTERS / 4 {
        return None;
    }
    let telling: String = text.chars().filter(|c| !is_common(*c)).collect();
    let share = |list: &str| per_mille(&telling, letters, list);
    let uzbek = share(UZBEK);
    Some(if share(BASHKIR) >= 15 {
        "ba"
    } else if share(KAZAKH) >= 3 {
        "kk"
    } else if share(TAJIK) >= 8 {
        "tg"
    } else if uzbek >= 15 && share(BELARUSIAN) >= 3 {
        "uz"
    } else if share(TATAR) >= 2 && share(ROUND) >= 5 {
        "tt"
    } else if share(ROUND) >= 8 {
        if share(NG) >= 2 { "ky" } else { "mn" }
    } else if share(BELARUSIAN) >= 5 {
        "be"
    } else if share(MACEDONIAN) >= 2 && share(SERBIAN) == 0 {
        "mk"
    } else if share(SERBIAN) >= 2 && share(SOUTH_SLAVIC) >= 5 {
        "sr"
    } else if share(UKRAINIAN) >= 4 && share(EAST_SLAVIC) < 4 {
        "uk"
    } else if share(HARD) >= 8 && share(EAST_SLAVIC) == 0 {
        "bg"
    } else if share(EAST_SLAVIC) >= 12 && share(UKRAINIAN) < 2 && share(ROUND) == 0 && uzbek == 0 {
        "ru"
    } else {
        return None;
    })
}

/// The letters that are vowels in Yiddish, and its joined letters and points.
const YIDDISH: &str = "ײױװ";
const POINTS: &str = "\u{05B7}\u{05B8}\u{05BC}\u{05BF}";

/// Hebrew or Yiddish: the letter ayin is every tenth in Yiddish, every thirtieth in Hebrew.
pub(super) fn hebrew(text: &str, letters: usize, hinted: &[&Lang]) -> String {
    let share = |list: &str| per_mille(text, letters, list);
    let yiddish = share(YIDDISH) >= 10
        || (share("ע") >= 65 && share(POINTS) >= 10)
        || (share("ע") >= 75 && letters >= MIN_LETTERS / 2);
    if yiddish {
        return "yi".to_owned();
    }
    let short = letters < MIN_LETTERS / 2;
    sole(hinted).filter(|_| short).unwrap_or_else(|| "he".to_owned())
}

/// Letters of Pashto, Uyghur, Sorani, Urdu and Persian that Arabic has not, the two forms Persian
/// writes otherwise, and the letters of Sindhi.
const LISTS: [&[char]; 7] = [
    &['ټ', 'ډ', 'ړ', 'ږ', 'ښ', 'ګ', 'ڼ', 'ۍ', 'ې'],
    &['ۇ', 'ۆ', 'ۋ'],
    &['ێ', 'ۆ', 'ڕ', 'ڵ', 'ە', 'ۀ'],
    &['ٹ', 'ڈ', 'ڑ', 'ے', 'ھ', 'ہ', 'ں'],
    &['پ', 'چ', 'ژ', 'گ'],
    &['ی', 'ک'],
    &['ٻ', 'ڀ', 'ٺ', 'ڊ', 'ڏ', 'ڄ', 'ڃ', 'ڳ', 'ڱ', 'ڻ', 'ڪ'],
];

/// Arabic, Persian, Urdu, Pashto, Sorani and Uyghur by the letters only some of them have.
pub(super) fn arabic(text: &str, letters: usize, hinted: &[&Lang]) -> Option<String> {
    // Counted once for each list below: a letter may stand in several.
    let mut counts = [0_usize; LISTS.len()];
    for c in text.chars().filter(|c| *c > '\u{660}') {
        for (count, list) in counts.iter_mut().zip(&LISTS) {
            *count += usize::from(list.contains(&c));
        }
    }
    let [pashto, uyghur, sorani, urdu, persian, keheh, sindhi] =
        counts.map(|count| count * 1000 / letters.max(1));
    let code = if sindhi >= 30 {
        "sd"
    } else if pashto >= 10 && uyghur < 30 {
        "ps"
    } else if uyghur >= 30 {
        "ug"
    } else if sorani >= 25 {
        // `ku` is the macrolanguage, and what most Kurdish newsrooms write for Sorani.
        if sole(hinted).as_deref() == Some("ku") { "ku" } else { "ckb" }
    } else if urdu >= 15 {
        "ur"
    } else if persian >= 8 || keheh >= 30 {
        "fa"
    } else {
        "ar"
    };
    let sure = letters >= MIN_LETTERS / 2 || (code != "ar" && code != "fa");
    if sure {
        Some(code.to_owned())
    } else {
        sole(hinted)
            .filter(|hint| hint == code)
            .or_else(|| (letters >= 60).then(|| code.to_owned()))
    }
}
