//! Text that was encoded twice: UTF-8 that somebody read as a one-byte charset and wrote as UTF-8
//! again (`cafÃ©`, `Ø³Ù„Ø§Ù…`, `РџСЂРёРІРµС‚`).
//!
//! It is undone where the round trip is valid: a run of characters that are all bytes of the charset
//! and, as bytes, UTF-8 of fewer characters. A page is touched only when most of its runs are so, or
//! enough of them; one that shows an example of it stays as it is.

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252, WINDOWS_1256};

/// The charsets text goes through by mistake.
const THROUGH: [&Encoding; 3] = [WINDOWS_1252, WINDOWS_1251, WINDOWS_1256];
/// Runs that must be undone for the page to be one of these.
const MIN_RUNS: usize = 3;
/// Runs that are undone for each one that cannot be: fewer, and it is an ordinary page.
const MIN_SHARE: usize = 4;
/// Characters, or runs, that come out as something shorter in a page of which a part is one of these:
/// no ordinary text has as many.
const MIN_CHARS: usize = 80;
const MIN_ANY_RUNS: usize = 12;
/// Bytes of a text that are looked at before all of it is.
const SAMPLE: usize = 120_000;

/// Bytes that are looked at together.
const STRIDE: usize = 64;

/// The text undone, and the charset it had gone through; `None` for ordinary text.
pub(super) fn undone(text: &str) -> Option<(String, &'static str)> {
    let sample = text.get(..text.floor_char_boundary(SAMPLE))?;
    let through = THROUGH.into_iter().find(|through| is_twice(sample, through));
    let through = through.or_else(|| is_partly(text).then_some(WINDOWS_1252))?;
    let mut out = String::with_capacity(text.len());
    for run in runs(text) {
        match repaired(run, through) {
            Some(run) => out.push_str(&run),
            None => out.push_str(run),
        }
    }
    Some((out, through.name()))
}

/// Whether most of a text's runs of letters beyond ASCII come out as something shorter.
fn is_twice(text: &str, through: &'static Encoding) -> bool {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for run in runs(text).filter(|run| !run.is_ascii()) {
        if repaired(run, through).is_some() {
            good += 1;
        } else if run.chars().any(char::is_alphabetic) {
            bad += 1;
            // Ordinary text is known by its beginning.
            if bad > MIN_RUNS && good == 0 {
                return false;
            }
        }
    }
    good >= MIN_RUNS && good >= bad * MIN_SHARE
}

/// Whether a field of a page was encoded twice while its frame was not: many words of it come out.
fn is_partly(text: &str) -> bool {
    // Most pages hold no such letter, U+00C0 to U+00FF, before another one beyond ASCII.
    let bytes = text.as_bytes();
    let pair = |at: &usize| bytes.get(at + 2).is_some_and(|byte| !byte.is_ascii());
    let pairs = memchr::memchr_iter(0xC3, bytes).filter(pair);
    if pairs.take(MIN_ANY_RUNS).count() < MIN_ANY_RUNS {
        return false;
    }
    // The first byte of a character of UTF-8 beyond ASCII, as a letter.
    let opens = |run: &&str| run.starts_with(|c| matches!(c, 'Ã'..='ô'));
    let good = |run: &&str| repaired(run, WINDOWS_1252).is_some();
    let mut chars = 0;
    let enough = |(count, run): (usize, &str)| {
        chars += run.chars().count();
        chars >= MIN_CHARS || count + 1 >= MIN_ANY_RUNS
    };
    runs(text).filter(opens).filter(good).enumerate().any(enough)
}

/// A run whose characters are bytes of a charset, and UTF-8 as such.
fn repaired(run: &str, through: &'static Encoding) -> Option<String> {
    if run.is_ascii() {
        return None;
    }
    let (bytes, _, unmappable) = through.encode(run);
    let bytes = if unmappable { with_controls(run, through)? } else { bytes.into_owned() };
    let text = String::from_utf8(bytes).ok()?;
    (text.chars().count() < run.chars().count()).then_some(text)
}

/// A run as bytes where some of its characters are the controls that ISO 8859-1 has from 0x80 to
/// 0x9F, and what the web calls by its name has not.
fn with_controls(run: &str, through: &'static Encoding) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(run.len());
    let mut buffer = [0; 4];
    for c in run.chars() {
        match u8::try_from(u32::from(c)) {
            Ok(byte @ 0x80..=0x9F) if through == WINDOWS_1252 => out.push(byte),
            _ => {
                let (bytes, _, unmappable) = through.encode(c.encode_utf8(&mut buffer));
                out.extend_from_slice(bytes.as_ref());
                if unmappable {
                    return None;
                }
            }
        }
    }
    Some(out)
}

/// A text in runs of ASCII and of everything else.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.as_bytes().first()?;
        // Most of a page is ASCII, and is passed over in strides.
        let strides = rest.as_bytes().chunks_exact(STRIDE).take_while(|part| part.is_ascii());
        let start = strides.count() * STRIDE;
        let mut bytes = rest.as_bytes().iter().skip(start);
        let other = bytes.position(|byte| byte.is_ascii() != first.is_ascii());
        let end = other.map_or(rest.len(), |at| start + at);
        let (run, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text as it looks after one reading too many.
    fn misread(text: &str, through: &'static Encoding) -> String {
        through.decode_without_bom_handling(text.as_bytes()).0.into_owned()
    }

    #[test]
    fn a_field_that_was_encoded_twice_is_undone_in_its_frame() {
        let frame = "الرئيسية أخبار ثقافة رياضة اتصل بنا مقالات ذات صلة ".repeat(20);
        let story = "زرع مزارعو الوادي القمح من جديد بعد سنوات طويلة من الجفاف في القرية ";
        let misread = misread(story, WINDOWS_1252);
        let (text, through) = undone(&format!("{frame}{misread}{frame}")).unwrap();
        assert_eq!((text, through), (format!("{frame}{story}{frame}"), "windows-1252"));
        // One word of it is an example.
        let word = misread.split(' ').next().unwrap();
        assert_eq!(undone(&format!("{frame}{word}{frame}")), None);
    }

    #[test]
    fn what_was_encoded_twice_is_undone() {
        let cases = [
            (WINDOWS_1252, "La forêt a brûlé près du château, à côté de l’étang gelé."),
            (WINDOWS_1252, "زرع مزارعو الوادي القمح من جديد"),
            (WINDOWS_1252, "谷の農家は 今年も小麦を まき、川の水は 高い"),
            (WINDOWS_1251, "Крестьяне долины снова посеяли пшеницу"),
            (WINDOWS_1256, "زرع مزارعو الوادي القمح من جديد"),
        ];
        for (through, text) in cases {
            let (out, name) = undone(&misread(text, through)).expect(text);
            assert_eq!((out.as_str(), name), (text, through.name()));
        }
    }

    #[test]
    fn what_went_through_iso_8859_1_is_undone() {
        let text = "谷の農家は 今年も小麦を まき、川の水は 高い";
        let read_as_latin_1: String = text.bytes().map(char::from).collect();
        assert_eq!(undone(&read_as_latin_1), Some((text.to_owned(), "windows-1252")));
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "La forêt a brûlé près du château, à côté de l’étang gelé.",
            "Крестьяне долины снова посеяли пшеницу",
            "زرع مزارعو الوادي القمح من جديد",
            "Élan, forêt, brûlé, été: a page that shows cafÃ©, thÃ© and dÃ©jÃ as examples.",
            "NÃO, PÃO, MÃE",
            "plain",
        ] {
            assert_eq!(undone(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[ -~À-ÿА-яا-ي]{0,80}") {
            let _ = undone(&text);
        }
    }
}
