//! Misread: text whose letters give away that its bytes are in another charset than declared.
//!
//! Each sign is one that right text does not show: capitals in Cyrillic words that begin with a small letter,
//! characters without a meaning in Chinese, the Turkish letters of an Icelandic text without one of
//! Iceland's own. It answers only where the other reading is free of the sign.

use encoding_rs::{
    BIG5, Encoding, GB18030, GBK, IBM866, ISO_8859_5, KOI8_R, KOI8_U, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1254, X_MAC_CYRILLIC,
};

/// Characters that are looked at, beyond ASCII.
const MAX_LETTERS: usize = 20_000;
/// Small letters before capitals from which Cyrillic is doubted, where capitals are the most; and how
/// many times one kind of letter outweighs the other. KOI8 has its capitals where windows-1251 has
/// its small letters: each read as the other gives capitals, and a small letter where a capital was.
const MIN_TURNED: usize = 3;
const CASE_RATIO: usize = 3;
/// Characters without a meaning from which Chinese is doubted, and their share.
const MIN_PRIVATE: usize = 5;
const PRIVATE_SHARE: usize = 50;
/// Letters of Turkish from which Icelandic is doubted, and how many times those of Icelandic.
const MIN_TURKISH: usize = 20;
const TURKISH_RATIO: usize = 4;

/// The charset a text is in, where its letters say that it is not the declared one.
pub(super) fn instead(
    declared: &'static Encoding,
    bytes: &[u8],
    text: &str,
) -> Option<&'static Encoding> {
    const CYRILLIC: [&Encoding; 6] =
        [WINDOWS_1251, KOI8_R, KOI8_U, ISO_8859_5, IBM866, X_MAC_CYRILLIC];
    let is_cyrillic = CYRILLIC.contains(&declared);
    let read = |other: &'static Encoding| {
        let (text, malformed) = other.decode_without_bom_handling(bytes);
        (!malformed).then_some(text)
    };
    if is_cyrillic && is_turned(text) {
        let right = |other: &&'static Encoding| read(other).is_some_and(|text| is_cased(&text));
        return [WINDOWS_1251, KOI8_U].into_iter().filter(|other| *other != declared).find(right);
    }
    if (declared == GBK || declared == GB18030) && is_meaningless(text) {
        return Some(BIG5).filter(|big5| read(big5).is_some_and(|text| !is_meaningless(&text)));
    }
    (declared == WINDOWS_1252 && is_turkish(text)).then_some(WINDOWS_1254)
}

fn beyond_ascii(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_ascii()).take(MAX_LETTERS)
}

/// Small letters and capitals of Cyrillic, and capitals that stand right behind small letters.
fn cases(text: &str) -> (usize, usize, usize) {
    let is_letter = |c: char| matches!(c, '\u{400}'..='\u{4FF}');
    let (mut small, mut capital, mut turned, mut last) = (0, 0, 0, ' ');
    for c in text.chars().filter(|c| !c.is_ascii() || *c == ' ').take(MAX_LETTERS) {
        if is_letter(c) {
            small += usize::from(c.is_lowercase());
            capital += usize::from(c.is_uppercase());
            turned += usize::from(is_letter(last) && last.is_lowercase() && c.is_uppercase());
        }
        last = c;
    }
    (small, capital, turned)
}

/// Whether capitals stand where small letters should.
fn is_turned(text: &str) -> bool {
    let (small, capital, turned) = cases(text);
    turned >= MIN_TURNED && capital > CASE_RATIO * small
}

/// Whether a text is of small letters mostly.
fn is_cased(text: &str) -> bool {
    let (small, capital, _) = cases(text);
    small > CASE_RATIO * capital
}

/// Whether too many characters are of the private use areas.
fn is_meaningless(text: &str) -> bool {
    let all = beyond_ascii(text).count();
    let private = beyond_ascii(text).filter(|c| matches!(c, '\u{E000}'..='\u{F8FF}')).count();
    private >= MIN_PRIVATE && private * PRIVATE_SHARE >= all
}

/// Whether eth, thorn and y with acute stand for the Turkish letters in their places: without the
/// vowels that Icelandic, which has all three, cannot do without.
fn is_turkish(text: &str) -> bool {
    let count = |list: &str| beyond_ascii(text).filter(|c| list.contains(*c)).count();
    let turkish = count("ðþýÐÞÝ");
    turkish >= MIN_TURKISH && count("ðÐ") > 0 && turkish > TURKISH_RATIO * count("áæíóúÁÆÍÓÚ")
}
