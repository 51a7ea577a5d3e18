//! Books: the words invitations are made of, one book a language they are written in.
//!
//! Loaded from `invitations.txt` and `languages.txt`, once. A book reads a text whole: it is made
//! of the book's entries, or the book has nothing to say of it.

use std::collections::{HashMap, HashSet};

use super::words;
use crate::lang::Lang;

/// Words of the longest entry of the tables.
pub(super) const MAX_WORDS: usize = 3;

/// Characters of the longest entry of a language without spaces.
const MAX_CHARS: usize = 16;

/// Phrase languages that write no spaces between words.
const SPACELESS: &[&str] = &["zh", "ja", "th"];

/// One piece of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Verb,
    Noun,
    With,
    Here,
    Name(Lang),
}

/// The words of one phrase language.
#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) spaceless: bool,
    pieces: HashMap<String, Piece>,
}

/// All books, and by which words or characters an invitation may begin.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) all: Vec<Book>,
    /// First words of the entries, spaces between words.
    pub(super) openings: HashSet<String>,
    /// All their words.
    words: HashSet<String>,
    /// Entries that ask, spaces between words.
    pub(super) verbs: HashSet<String>,
    /// Entries without spaces, by their first character.
    runs: HashMap<char, Vec<String>>,
}

impl Books {
    pub(super) fn load() -> Self {
        let mut all: HashMap<&str, Book> = HashMap::new();
        let mut order = Vec::new();
        for line in include_str!("../invitations.txt").lines().filter(|line| !line.starts_with('#'))
        {
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
        let languages = Language::all();
        for phrase in order {
            let Some(mut book) = all.remove(phrase) else { continue };
            book.enter_languages(phrase, &languages);
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

    /// Whether the tables know every word: a book with spaces is read only then.
    pub(super) fn know(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.words.contains(word))
    }

    /// Whether a text with this first word may begin with an entry without spaces.
    pub(super) fn begins_run(&self, word: &str) -> bool {
        let entries = word.chars().next().and_then(|first| self.runs.get(&first));
        let begins = |entry: &String| entry.starts_with(word) || word.starts_with(entry.as_str());
        entries.is_some_and(|entries| entries.iter().any(begins))
    }
}

/// A language of languages.txt: its names with their words, a list for each column.
struct Language {
    lang: Lang,
    columns: Vec<Vec<(&'static str, Vec<String>)>>,
}

impl Language {
    fn all() -> Vec<Self> {
        let lines = include_str!("../languages.txt").lines().filter(|line| !line.starts_with('#'));
        let read = |line: &'static str| {
            let mut columns = line.split('|');
            let lang = columns.next().and_then(Lang::parse)?;
            let names = |list: &'static str| list.split(',').map(|name| (name, words(name)));
            Some(Self { lang, columns: columns.map(|list| names(list).collect()).collect() })
        };
        lines.filter_map(read).collect()
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
    fn enter_languages(&mut self, phrase: &str, languages: &[Language]) {
        let own_column = match phrase {
            "en" => Some(1),
            "fr" => Some(2),
            "ar" => Some(3),
            _ => None,
        };
        for language in languages {
            for (column, names) in language.columns.iter().enumerate() {
                if column != 0 && Some(column) != own_column {
                    continue;
                }
                for (name, words) in names {
                    // "in English" is a name and, in English, a preposition before one.
                    if self.read(words).is_none() {
                        self.enter_words(words, Piece::Name(language.lang.clone()));
                    }
                    if phrase == "ar" && column != 0 {
                        self.put_clitics(name, &language.lang);
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
        self.enter_words(&words(text), piece);
    }

    fn enter_words(&mut self, words: &[String], piece: Piece) {
        let key = words.join(if self.spaceless { "" } else { " " });
        if !key.is_empty() {
            self.pieces.entry(key).or_insert(piece);
        }
    }

    /// The one language a text names that begins with a word of invitation.
    pub(super) fn named(&self, words: &[String]) -> Option<Lang> {
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
    pub(super) fn read(&self, words: &[String]) -> Option<Vec<&Piece>> {
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
