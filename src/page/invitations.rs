//! Invitations: sentences that say where a page is to be read in another language.
//!
//! "Read this in English", "اقرأ بالإنجليزية", "阅读中文版": made of few words, all of which stand in a
//! table a language, and of the name of one language. A text with any other word in it is none, so
//! a headline or a topic is not taken for one. A line whose links are names alone ("Czytaj po
//! [angielsku], [niemiecku]") is held to the same words, read whole. Tables only; what an
//! invitation means where it stands is decided in `alternates`.

mod books;

use std::sync::LazyLock;

use self::books::{Books, MAX_WORDS, Piece};
use super::letters::letters;
use crate::lang::Lang;

/// Longest text, in bytes, that can be an invitation.
pub(crate) const MAX_BYTES: usize = 240;

/// What an invitation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The language it invites to; `None` where another text beside it must name it ("click here").
    pub(crate) lang: Option<Lang>,
    /// Whether it asks to do something: "read", not "the English version".
    pub(crate) asks: bool,
    /// Whether other words stand in it too: "read our earlier report in Arabic".
    pub(crate) of_another: bool,
    /// Whether it is a name and nothing else ("in English", "angielsku"), which invites only where
    /// its line does.
    pub(crate) bare: bool,
}

static BOOKS: LazyLock<Books> = LazyLock::new(Books::load);

/// What a text says, when it is an invitation and nothing else.
pub(crate) fn said(text: &str) -> Option<Said> {
    let first = first_word(text)?;
    said_in(&words(text), &first)
}

/// What a link says: an invitation; or a name, of which its line decides; or what begins as an
/// invitation, names a language and speaks of something else: none, but worth telling to people who
/// wonder why. It is asked of every link of a page, so nothing but the first word is read before
/// the tables know that.
pub(crate) fn heard(text: &str) -> Option<Said> {
    let first = first_word(text)?;
    let opens = BOOKS.openings.contains(&first);
    if !opens && !BOOKS.begins_run(&first) {
        return None;
    }
    let words = words(text);
    said_in(&words, &first)
        .or_else(|| bare(&words))
        .or_else(|| of_another(&words).filter(|_| opens))
}

/// The one language a text names with nothing but a preposition or an article.
fn bare(words: &[String]) -> Option<Said> {
    let is_known = BOOKS.know(words);
    let lang = BOOKS.all.iter().filter(|book| is_known || book.spaceless).find_map(|book| {
        let found = book.read(words)?;
        let plain = found.iter().all(|piece| matches!(piece, Piece::Name(_) | Piece::With));
        one_named(&found).filter(|_| plain).cloned()
    })?;
    Some(Said { lang: Some(lang), asks: false, of_another: false, bare: true })
}

/// Whether a text names languages and does nothing else.
pub(crate) fn is_names(text: &str) -> bool {
    first_word(text).is_some() && bare(&words(text)).is_some()
}

/// How a line invites to a language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Invites {
    /// It calls it a version or a translation.
    Tells,
    /// It asks to read it.
    Asks,
}

/// Whether a line is made of the words of an invitation alone, and names this language among others.
pub(crate) fn invites_to(line: &str, lang: &Lang) -> Option<Invites> {
    if line.len() > 2 * MAX_BYTES {
        return None;
    }
    let words = words(line);
    let read = BOOKS.all.iter().filter_map(|book| {
        let found = book.read(&words)?;
        let names = |piece: &&&Piece| matches!(piece, Piece::Name(named) if named.same(lang));
        found.iter().find(names)?;
        let has = |piece: Piece| found.contains(&&piece);
        has(Piece::Verb).then_some(Invites::Asks).or(has(Piece::Noun).then_some(Invites::Tells))
    });
    read.max()
}

/// The language that pieces name, when it is one.
fn one_named<'a>(pieces: &[&'a Piece]) -> Option<&'a Lang> {
    let mut named = pieces.iter().filter_map(|piece| match piece {
        Piece::Name(lang) => Some(lang),
        _ => None,
    });
    let lang = named.next()?;
    named.all(|other| other.same(lang)).then_some(lang)
}

fn said_in(words: &[String], first: &str) -> Option<Said> {
    let is_known = BOOKS.openings.contains(first) && BOOKS.know(words);
    if !is_known && !BOOKS.begins_run(first) {
        return None;
    }
    BOOKS.all.iter().filter(|book| is_known || book.spaceless).find_map(|book| {
        let found = book.read(words)?;
        let has = |piece: Piece| found.contains(&&piece);
        let mut named = found.iter().filter_map(|piece| match piece {
            Piece::Name(lang) => Some(lang),
            _ => None,
        });
        let lang = named.next().cloned();
        let one = lang.as_ref().is_none_or(|lang| named.all(|other| other.same(lang)));
        let (asks, here) = (has(Piece::Verb), has(Piece::Here));
        let invites = asks || here || (lang.is_some() && has(Piece::Noun));
        (one && invites).then_some(Said {
            lang,
            asks: asks || here,
            of_another: false,
            bare: false,
        })
    })
}

fn of_another(words: &[String]) -> Option<Said> {
    let mut openings = (1..=MAX_WORDS).filter_map(|count| Some(words.get(..count)?.join(" ")));
    if !openings.any(|opening| BOOKS.verbs.contains(&opening)) {
        return None;
    }
    let mut books = BOOKS.all.iter().filter(|book| !book.spaceless);
    let lang = books.find_map(|book| book.named(words))?;
    Some(Said { lang: Some(lang), asks: true, of_another: true, bare: false })
}

/// Whether a text may stand beside an invitation: it is made of the same words, or of names of
/// languages, or of nothing.
pub(crate) fn is_beside(text: &str) -> bool {
    let words = words(text);
    words.is_empty() || BOOKS.all.iter().any(|book| book.read(&words).is_some())
}

/// The first word of a text that may be an invitation by its length, folded.
fn first_word(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let rest = text.trim_start_matches(|c| folded(c) == Some(' '));
    let end = rest.find(|c| folded(c) == Some(' ')).unwrap_or(rest.len());
    let word = rest.get(..end)?;
    // Every character of it is a letter or a number, and most are plain.
    let word = if word.is_ascii() { word.to_ascii_lowercase() } else { folded_text(word) };
    (!word.is_empty()).then_some(word)
}

/// The words of a text, folded.
fn words(text: &str) -> Vec<String> {
    parts(&folded_text(text)).map(str::to_owned).collect()
}

/// A text in small letters, with one form of the Arabic letters that writers mix.
fn folded_text(text: &str) -> String {
    text.to_lowercase().chars().filter_map(folded).collect()
}

fn parts(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').filter(|word| !word.is_empty())
}

fn folded(c: char) -> Option<char> {
    Some(match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ة' => 'ه',
        '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{307}' => return None,
        c if letters().of(c).is_alphanumeric() || is_mark(c) => c,
        _ => ' ',
    })
}

/// Marks inside words of Indic and Thai script, and the joiner of Persian.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0900..=0x0dff | 0x0e31..=0x0eff | 0x1000..=0x109f)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_holds() {
        let table = include_str!("../../tests/tables/invitations.txt");
        let (mut cases, mut wrong) = (0, Vec::new());
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let Some((want, text)) = line.split_once('|') else { continue };
            let got = match said(text) {
                None => "none".to_owned(),
                Some(Said { lang: None, .. }) => "here".to_owned(),
                Some(Said { lang: Some(lang), .. }) => lang.to_string(),
            };
            cases += 1;
            if got != want {
                wrong.push(format!("{text}: {got}, not {want}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(cases > 100, "{cases}");
    }

    #[test]
    fn what_invites_to_another_text_is_told_apart() {
        let other = |text: &str| {
            let said = heard(text).filter(|said| said.of_another)?;
            said.lang.map(|lang| lang.to_string())
        };
        for (text, lang) in [
            ("Read our earlier report in Arabic", Some("ar")),
            ("Lire notre enquête sur les ports en anglais", Some("en")),
            ("Read our earlier report", None),
            ("Our earlier report in Arabic", None),
            ("Read our report in Arabic and in French", None),
        ] {
            assert_eq!(other(text).as_deref(), lang, "{text}");
            assert_eq!(said(text), None, "{text}");
        }
    }

    #[test]
    fn a_line_of_names_invites_by_its_words() {
        let table = include_str!("../../tests/tables/invitation-lines.txt");
        let (mut cases, mut wrong) = (0, Vec::new());
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let [want, tag, text] = line.split('|').collect::<Vec<_>>()[..] else {
                panic!("{line}")
            };
            let got = match invites_to(text, &Lang::parse(tag).unwrap()) {
                None => "none",
                Some(Invites::Tells) => "tells",
                Some(Invites::Asks) => "asks",
            };
            cases += 1;
            if got != want {
                wrong.push(format!("{text}: {got}, not {want}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(cases > 40, "{cases}");
    }

    #[test]
    fn every_line_of_the_words_is_read() {
        for line in include_str!("invitations.txt").lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('|').collect();
            let [phrase, kind, list] = columns.as_slice() else { panic!("{line}") };
            assert!(["verb", "noun", "with", "here", "name"].contains(kind), "{line}");
            assert!(!phrase.is_empty() && !list.is_empty(), "{line}");
            for entry in list.split(';').filter(|_| *kind == "name") {
                let (tag, forms) = entry.split_once('=').unwrap();
                assert!(Lang::parse(tag).is_some() && !forms.is_empty(), "{entry}");
            }
            let longest = |text: &str| {
                text.rsplit('=').next().unwrap_or(text).split(' ').count() <= MAX_WORDS
            };
            assert!(list.split([',', ';']).all(longest), "{line}");
        }
    }

    proptest! {
        #[test]
        fn reading_is_total(text in "\\PC{0,80}|(read|in|English|here|,| |اقرأ|阅读|版|中文){0,12}") {
            if let Some(said) = said(&text) {
                prop_assert!(is_beside(&text) && text.len() <= MAX_BYTES, "{said:?}");
            }
            let heard = heard(&text);
            match said(&text) {
                Some(said) => prop_assert_eq!(heard, Some(said)),
                None => prop_assert!(
                    heard.is_none_or(|heard| (heard.of_another || heard.bare) && heard.lang.is_some())
                ),
            }
        }
    }
}
