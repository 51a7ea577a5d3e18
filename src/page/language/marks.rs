//! Marks: what single letters tell of a language, where it shares its script with others.
//!
//! A letter that only one language writes is counted against all letters; a few in a thousand are
//! enough. Nothing here looks at words.

use std::sync::LazyLock;

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

/// Cyrillic languages by the letters only some of them have; `None` where they decide nothing.
pub(super) fn cyrillic(text: &str, letters: usize) -> Option<&'static str> {
    if letters < MIN_LETTERS / 4 {
        return None;
    }
    let share = |list: &str| per_mille(text, letters, list);
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

/// Characters only one of the two written standards of Chinese uses, in daily text.
const SIMPLIFIED: &str = "们这来时说国会个对发经过还没开关门问间长车东马书见语话让认识应该当实现样点为从两几后里边头买卖";
const TRADITIONAL: &str = "們這來時說國會個對發經過還沒開關門問間長車東馬書見語話讓認識應該當實現樣點為從兩幾後裡邊頭買賣";

/// Characters of one standard from which a text is taken to be in it, whatever its page says.
const MIN_STANDARD: usize = 4;

/// How many times as many of them there must be as of the other.
const STANDARD_RATIO: usize = 4;

/// Those characters in order, and whether they are simplified; what both have says nothing.
static STANDARDS: LazyLock<Vec<(char, bool)>> = LazyLock::new(|| {
    let only = |these: &'static str, those: &'static str, simplified: bool| {
        these.chars().filter(move |c| !those.contains(*c)).map(move |c| (c, simplified))
    };
    let simplified = only(SIMPLIFIED, TRADITIONAL, true);
    let mut all: Vec<_> = simplified.chain(only(TRADITIONAL, SIMPLIFIED, false)).collect();
    all.sort_unstable();
    all
});

/// Chinese with its script, by characters of one standard.
pub(super) fn han(text: &str, hinted: &[&Lang]) -> String {
    if sole(hinted).as_deref() == Some("ja") {
        return "ja".to_owned();
    }
    let (mut simplified, mut traditional) = (0_usize, 0_usize);
    for c in text.chars() {
        match STANDARDS.binary_search_by_key(&c, |(known, _)| *known) {
            Ok(at) if STANDARDS.get(at).is_some_and(|(_, is_simplified)| *is_simplified) => {
                simplified += 1;
            }
            Ok(_) => traditional += 1,
            Err(_) => {}
        }
    }
    // A quotation or a name in the other standard does not outweigh what the page says.
    let (more, fewer) = (simplified.max(traditional), simplified.min(traditional));
    let is_decided = more >= MIN_STANDARD && more >= STANDARD_RATIO * fewer;
    let told = hinted.iter().find(|hint| hint.as_str() != "zh").filter(|_| !is_decided);
    match (told, simplified.cmp(&traditional)) {
        (Some(told), _) => told.as_str().to_owned(),
        (None, std::cmp::Ordering::Greater) => "zh-Hans".to_owned(),
        (None, std::cmp::Ordering::Less) => "zh-Hant".to_owned(),
        (None, std::cmp::Ordering::Equal) => "zh".to_owned(),
    }
}
