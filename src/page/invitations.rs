//! Invitations: sentences that say where a page is to be read in another language.
//!
//! "Read this in English", "اقرأ بالإنجليزية", "阅读中文版": made of few words, all of which stand in a
//! table a language, and of the name of one language. A text with any other word in it is none, so
//! a headline or a topic is not taken for one. A line whose links are names alone ("Czytaj po
//! [angielsku], [niemiecku]") is held to the same words, read whole. Tables only; what an
//! invitation means where it stands is decided in `alternates`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::letters::letters;
use crate::lang::Lang;

/// Longest text, in bytes, that can be an invitation.
pub(crate) const MAX_BYTES: usize = 240;

/// Words of the longest entry of the tables.
const MAX_WORDS: usize = 3;

/// Characters of the longest entry of a language without spaces.
const MAX_CHARS: usize = 16;

/// Phrase languages that write no spaces between words.
const SPACELESS: &[&str] = &["zh", "ja", "th"];

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

/// One piece of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Verb,
    Noun,
    With,
    Here,
    Name(Lang),
}

/// The words of one phrase language.
#[derive(Debug, Default)]
struct Book {
    spaceless: bool,
    pieces: HashMap<String, Piece>,
}

/// All books, and by which words or characters an invitation may begin.
#[derive(Debug, Default)]
struct Books {
    all: Vec<Book>,
    /// First words of the entries, spaces between words.
    openings: HashSet<String>,
    /// All their words.
    words: HashSet<String>,
    /// Entries that ask, spaces between words.
    verbs: HashSet<String>,
    /// Entries without spaces, by their first character.
    runs: HashMap<char, Vec<String>>,
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
    let lang = BOOKS.all.iter().find_map(|book| {
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
    let is_known =
        BOOKS.openings.contains(first) && words.iter().all(|word| BOOKS.words.contains(word));
    if !is_known && !BOOKS.begins_run(first) {
        return None;
    }
    // A book with spaces is read only where the tables know every word.
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

impl Books {
    fn load() -> Self {
        let mut all: HashMap<&str, Book> = HashMap::new();
        let mut order = Vec::new();
        for line in include_str!("invitations.txt").lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('|');
            let (Some(phrase), Some(kind), Some(list)) =
                (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let book = all.entry(phrase).or_insert_with(|| {
                order.push(phrase);
                Book { spaceless: SPACELESS.contains(&phrase), ..Book::default() }
            });
            book.enter(kind, list);
        }
        let mut books = Self::default();
        for phrase in order {
            let Some(mut book) = all.remove(phrase) else { continue };
            book.enter_languages(phrase);
            books.enter(&book);
            books.all.push(book);
        }
        books
    }

    /// Enters what the first look asks for.
    fn enter(&mut self, book: &Book) {
        for (key, piece) in &book.pieces {
            if !book.spaceless {
                self.verbs.extend((*piece == Piece::Verb).then(|| key.clone()));
                self.openings.extend(key.split(' ').next().map(str::to_owned));
                self.words.extend(key.split(' ').map(str::to_owned));
            } else if let Some(first) = key.chars().next() {
                self.runs.entry(first).or_default().push(key.clone());
            }
        }
    }

    /// Whether a text with this first word may begin with an entry without spaces.
    fn begins_run(&self, word: &str) -> bool {
        let entries = word.chars().next().and_then(|first| self.runs.get(&first));
        let begins = |entry: &String| entry.starts_with(word) || word.starts_with(entry.as_str());
        entries.is_some_and(|entries| entries.iter().any(begins))
    }
}

impl Book {
    fn enter(&mut self, kind: &str, list: &str) {
        let piece = match kind {
            "verb" => Piece::Verb,
            "noun" => Piece::Noun,
            "with" => Piece::With,
            "here" => Piece::Here,
            _ => return self.enter_names(list),
        };
        for text in list.split(',') {
            self.put(text, piece.clone());
        }
    }

    fn enter_names(&mut self, list: &str) {
        for entry in list.split(';') {
            let Some((tag, forms)) = entry.split_once('=') else { continue };
            let Some(lang) = Lang::parse(tag) else { continue };
            forms.split(',').for_each(|form| self.put(form, Piece::Name(lang.clone())));
        }
    }

    /// The names of languages.txt: their own in every book, and those in the book's language.
    fn enter_languages(&mut self, phrase: &str) {
        let own_column = match phrase {
            "en" => Some(1),
            "fr" => Some(2),
            "ar" => Some(3),
            _ => None,
        };
        for line in include_str!("languages.txt").lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('|');
            let Some(lang) = columns.next().and_then(Lang::parse) else { continue };
            for (column, list) in columns.enumerate() {
                if column != 0 && Some(column) != own_column {
                    continue;
                }
                for name in list.split(',') {
                    // "in English" is a name and, in English, a preposition before one.
                    if self.read(&words(name)).is_none() {
                        self.put(name, Piece::Name(lang.clone()));
                    }
                    if phrase == "ar" && column != 0 {
                        self.put_clitics(name, &lang);
                    }
                }
            }
        }
    }

    /// `بالإنجليزية`, `وبالإنجليزية`, `للإنجليزية`: what Arabic writes onto the name.
    fn put_clitics(&mut self, name: &str, lang: &Lang) {
        self.put(&format!("ب{name}"), Piece::Name(lang.clone()));
        self.put(&format!("وب{name}"), Piece::Name(lang.clone()));
        if let Some(rest) = name.strip_prefix("ال") {
            self.put(&format!("لل{rest}"), Piece::Name(lang.clone()));
        }
    }

    /// What is entered first stays: the words of a sentence before the names of languages.
    fn put(&mut self, text: &str, piece: Piece) {
        let key = words(text).join(if self.spaceless { "" } else { " " });
        if !key.is_empty() {
            self.pieces.entry(key).or_insert(piece);
        }
    }

    /// The one language a text names that begins with a word of invitation.
    fn named(&self, words: &[String]) -> Option<Lang> {
        let pieces = |at: usize| {
            let lengths = (1..=MAX_WORDS).rev();
            lengths.filter_map(move |count| words.get(at..at + count))
        };
        let find = |at: usize| pieces(at).find_map(|words| self.pieces.get(&words.join(" ")));
        if find(0) != Some(&Piece::Verb) {
            return None;
        }
        let mut named = (1..words.len()).filter_map(find).filter_map(|piece| match piece {
            Piece::Name(lang) => Some(lang),
            _ => None,
        });
        let lang = named.next()?;
        named.all(|other| other.same(lang)).then(|| lang.clone())
    }

    /// The pieces a text is made of; `None` when anything else is in it.
    fn read(&self, words: &[String]) -> Option<Vec<&Piece>> {
        if self.spaceless { self.read_run(&words.concat()) } else { self.read_words(words) }
    }

    fn read_words(&self, mut words: &[String]) -> Option<Vec<&Piece>> {
        let mut found = Vec::new();
        while !words.is_empty() {
            let (piece, taken) = (1..=MAX_WORDS.min(words.len())).rev().find_map(|count| {
                let text = words.get(..count)?.join(" ");
                Some((self.pieces.get(&text)?, count))
            })?;
            found.push(piece);
            words = words.get(taken..)?;
        }
        Some(found)
    }

    fn read_run(&self, mut text: &str) -> Option<Vec<&Piece>> {
        let mut found = Vec::new();
        while !text.is_empty() {
            let ends = text.char_indices().map(|(at, c)| at + c.len_utf8()).take(MAX_CHARS);
            let ends: Vec<usize> = ends.collect();
            let mut pieces =
                ends.iter().rev().map(|end| (text.get(..*end).unwrap_or_default(), *end));
            let (piece, end) =
                pieces.find_map(|(start, end)| Some((self.pieces.get(start)?, end)))?;
            found.push(piece);
            text = text.get(end..)?;
        }
        Some(found)
    }
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
            let longest = |text: &str| words(text).len() <= MAX_WORDS;
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
