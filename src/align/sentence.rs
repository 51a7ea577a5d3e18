//! The sentence: where one ends, in any script.
//!
//! Unicode's rules (UAX #29) know the full stops of all scripts; what they cannot know is put right
//! here: abbreviations, initials, ordinal numbers written with a point, quoted speech in Japanese.
//! Thai and Lao mark no end of a sentence: a space parts phrases, and a sentence is one of them or
//! several. There a unit is a phrase, and alignment joins as many as the sentence of the other side
//! asks for. Khmer and Burmese have full stops, which Unicode's rules know.

use icu_segmenter::SentenceSegmenter;
use icu_segmenter::options::SentenceBreakInvariantOptions;

use super::Unit;
use crate::lang::Lang;

/// Words that end in a point and end no sentence, in small letters. Those that often do (`etc`,
/// `usw`, `Inc`) are not among them.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "no", "nr", "gen", "col", "lt", "rev",
    "hon", "sen", "rep", "gov", "capt", "sgt", "mme", "mlle", "sig", "sra", "dra", "ing", "av",
    "bzw", "ca", "vgl", "abs", "art", "inkl", "z.b", "d.h", "u.a", "e.g", "i.e", "approx", "dept",
    "est", "fig", "jan", "feb", "aug", "sept", "oct", "okt", "nov", "dec", "dez", "гг", "ул", "им",
    "т.е", "проф", "акад", "стр", "тыс", "млн", "млрд", "κ.κ", "βλ", "num", "núm", "pág", "tel",
    "mio", "mrd", "hr", "fr", "inż", "mgr", "tzw", "np", "doç", "örn",
];

/// Languages that write ordinal numbers with a point.
const ORDINALS: &[&str] = &[
    "de", "da", "nb", "nn", "no", "fi", "et", "cs", "sk", "sl", "hr", "sr", "bs", "hu", "lv", "lt",
    "is", "fo", "pl", "tr", "eo",
];

/// Characters from which a stretch of Thai or Lao between spaces is a phrase of its own: spaces stand
/// round numbers and foreign names too, and those belong to what is about them.
const PHRASE: usize = 10;

/// Characters from which what follows a number is more than what is counted: `ชั่วโมง` has 7.
const COUNTED: usize = 12;

/// The word before is said twice, in Thai and in Lao.
const REPEATED: [char; 2] = ['ๆ', 'ໆ'];

/// The sentences of a text's blocks, each with whether a block begins with it.
pub fn sentences(blocks: &[&str], language: Option<&Lang>) -> Vec<Unit> {
    let mut units = Vec::new();
    for block in blocks {
        let unmarked = is_unmarked(block);
        let pieces = if unmarked { phrases(block) } else { marked(block, language) };
        let unit = if unmarked { Unit::phrase } else { Unit::new };
        let begun = units.len();
        for piece in pieces {
            units.push(unit(piece.to_owned(), units.len() == begun));
        }
    }
    units
}

/// Whether most of it is in a script that marks no sentence.
fn is_unmarked(text: &str) -> bool {
    let thai = text.chars().filter(|c| matches!(c, '\u{0E00}'..='\u{0EFF}')).count();
    thai * 2 > text.chars().filter(|c| c.is_alphabetic()).count()
}

/// Stretches between spaces; marks that were taken over from other scripts end one, too.
fn phrases(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(char::is_whitespace) {
        let piece = text.get(start..at).unwrap_or_default().trim();
        let rest = text.get(at..).unwrap_or_default().trim_start();
        // The sign of repetition has a space on either side, a number what is counted behind it.
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let belongs = piece.ends_with(REPEATED)
            || rest.starts_with(REPEATED)
            || rest.starts_with(char::is_numeric)
            || (piece.ends_with(char::is_numeric) && word.chars().count() < COUNTED);
        if piece.ends_with(['?', '!']) || (!belongs && piece.chars().count() >= PHRASE) {
            pieces.push(piece);
            start = at;
        }
    }
    pieces.extend(text.get(start..).map(str::trim));
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn marked<'a>(text: &'a str, language: Option<&Lang>) -> Vec<&'a str> {
    let segmenter = SentenceSegmenter::new(SentenceBreakInvariantOptions::default());
    let ordinals = language.is_some_and(|lang| ORDINALS.contains(&lang.language()));
    let mut pieces = Vec::new();
    let mut start = 0;
    // The Greek question mark is a semicolon; another of the same size stands in for it.
    let greek = language.filter(|lang| lang.language() == "el");
    let seen = greek.map(|_| text.replace(';', "?").replace('\u{37e}', "\u{61f}"));
    for end in segmenter.segment_str(seen.as_deref().unwrap_or(text)) {
        let piece = text.get(start..end).unwrap_or_default();
        let piece = if end < text.len() { without_opening(piece) } else { piece };
        let end = start + piece.len();
        let rest = text.get(end..).unwrap_or_default();
        if !goes_on(piece, rest, ordinals) {
            pieces.push(piece.trim());
            start = end;
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// A piece without the quotation mark that opens what follows: Unicode does not tell opening marks
/// from closing ones, and Chinese puts no space before them.
fn without_opening(piece: &str) -> &str {
    piece.trim_end_matches(['“', '‘', '「', '『', '《', '（'])
}

/// Whether what follows belongs to the sentence, although a break is allowed before it.
fn goes_on(piece: &str, rest: &str, ordinals: bool) -> bool {
    if rest.is_empty() || !piece.contains(char::is_alphanumeric) {
        return !rest.is_empty();
    }
    if !rest.contains(char::is_alphanumeric) || is_quoted_speech(piece, rest) {
        return true;
    }
    if piece.ends_with('\n') {
        return false;
    }
    // "Who is there?" she asked; French puts a space before its closing mark.
    if rest.starts_with(char::is_lowercase) || rest.starts_with("» ") || rest.starts_with("»\u{a0}")
    {
        return true;
    }
    let Some(before) = piece.trim_end().strip_suffix('.') else { return false };
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    is_initial(word)
        || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
        || (ordinals && is_ordinal(word) && rest.starts_with(char::is_alphabetic))
}

/// `J`, `د`, `M.-J`.
fn is_initial(word: &str) -> bool {
    let last = word.rsplit(['.', '-']).next().unwrap_or_default();
    last.chars().count() == 1 && last.chars().all(|c| c.is_alphabetic() && !c.is_lowercase())
}

fn is_ordinal(word: &str) -> bool {
    matches!(word.len(), 1 | 2) && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// `「……。」と言った`, `“……。”她说。`: the speech is part of the sentence that tells of it.
fn is_quoted_speech(piece: &str, rest: &str) -> bool {
    let rest = rest.trim_start();
    let clause = rest.split(['。', '！', '？', '，']).next().unwrap_or_default();
    match piece.trim_end().chars().last() {
        Some('」' | '』') => rest.starts_with(['と', 'っ']) || tells(clause),
        Some('”') => tells(clause),
        _ => false,
    }
}

/// Whether a clause of Chinese ends in a word for saying.
fn tells(clause: &str) -> bool {
    ["说", "說", "道", "问", "問", "答", "喊", "表示"].iter().any(|word| clause.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn split(text: &str, language: &str) -> Vec<String> {
        let language = Lang::parse(language);
        sentences(&[text], language.as_ref()).into_iter().map(|unit| unit.text).collect()
    }

    #[test]
    fn the_table_holds() {
        for line in include_str!("../../tests/tables/sentences.txt").lines() {
            let Some((language, text)) = line.split_once(": ").filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            let want: Vec<&str> = text.split(" | ").collect();
            let glue = if matches!(language, "zh" | "ja") { "" } else { " " };
            assert_eq!(split(&want.join(glue), language), want, "{language}");
        }
    }

    #[test]
    fn each_block_begins_anew() {
        let units = sentences(&["One. Two.", "Three"], None);
        let begins: Vec<bool> = units.iter().map(|unit| unit.begins).collect();
        assert_eq!(begins, [true, false, true]);
    }

    proptest! {
        #[test]
        fn nothing_but_white_space_is_lost(text in "\\PC{0,80}|[a-zA-Zا-ي。؟! .\\n「」0-9]{0,80}") {
            let black = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(black(&split(&text, "de").concat()), black(&text));
        }
    }
}
