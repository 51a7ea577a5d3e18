//! The likeness of a page: two numbers for what it says, by which pages that say the same are found
//! out: the months of an endless calendar, one page under ever new session ids, an error page with
//! status 200.
//!
//! One is the print of the *set* of its words, the other of its numbers as they follow each other:
//! two results of one match have the same words and are two pages all the same. Left out is what
//! such webs make up at each URL: the words and numbers of the page's own URL, years, and ids.
//! Nothing is kept of the words.

use std::collections::HashSet;
use std::hash::Hasher;

use percent_encoding::percent_decode_str;
use scraper::{Html, Node};
use siphasher::sip::SipHasher13;
use url::Url;

use super::Article;
use super::letters::letters;

/// Words and numbers that are looked at; a page of them all has a million letters.
const MAX_WORDS: usize = 200_000;

/// Longest run of digits, and of digits and letters (`3x1`, `1st`), that is a number and no id.
const LONGEST_NUMBER: usize = 9;
const LONGEST_MIXED: usize = 6;

/// Elements whose text nobody reads.
const UNREAD: &[&str] = &["script", "style", "template", "noscript"];

/// The prints of what a page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Of its words.
    pub words: u64,
    /// Of its numbers.
    pub numbers: u64,
}

/// The likeness of a page. The article may hold text that stands in no element.
pub(super) fn of(url: &Url, dom: &Html, article: Option<&Article>) -> Likeness {
    let mut said = Said::default();
    for node in dom.tree.root().descendants() {
        let Node::Text(text) = node.value() else { continue };
        let parent = node.parent().and_then(|parent| parent.value().as_element());
        if !parent.is_some_and(|parent| UNREAD.contains(&parent.name())) {
            said.gather(text);
        }
    }
    for block in article.iter().flat_map(|article| &article.blocks) {
        said.gather(&block.text);
    }
    said.words.sort_unstable();
    said.words.dedup();
    let mut own = Said::default();
    own.gather(&percent_decode_str(url.as_str()).decode_utf8_lossy());
    let without = |all: &[u64], own: &[u64]| {
        let own: HashSet<&u64> = own.iter().collect();
        let mut hasher = SipHasher13::new();
        for each in all.iter().filter(|each| !own.contains(each)) {
            hasher.write_u64(*each);
        }
        hasher.finish()
    };
    Likeness {
        words: without(&said.words, &own.words),
        numbers: without(&said.numbers, &own.numbers),
    }
}

/// Hashes of the words and numbers of a text, in its order.
#[derive(Default)]
struct Said {
    words: Vec<u64>,
    numbers: Vec<u64>,
}

impl Said {
    fn gather(&mut self, text: &str) {
        let letters = letters();
        let mut word: Option<Word> = None;
        for (at, c) in text.char_indices() {
            let class = letters.of(c);
            if class.is_alphanumeric() {
                let word = word.get_or_insert(Word { start: at, hash: BASIS, has_number: false });
                word.hash = with(word.hash, c);
                word.has_number |= class.is_numeric();
            } else if let Some(word) = word.take() {
                self.add(&word, text.get(word.start..at).unwrap_or_default());
            }
        }
        if let Some(word) = word {
            self.add(&word, text.get(word.start..).unwrap_or_default());
        }
    }

    fn add(&mut self, word: &Word, text: &str) {
        if self.words.len() + self.numbers.len() >= MAX_WORDS {
            return;
        }
        if !word.has_number {
            self.words.push(word.hash);
        } else if is_number(text) {
            // `05` in a URL is the 5 of its page.
            self.numbers.push(text.trim_start_matches('0').chars().fold(BASIS, with));
        }
    }
}

/// A word as it is read: its hash so far.
struct Word {
    start: usize,
    hash: u64,
    has_number: bool,
}

/// Whether a word with digits says something: an id and a year do not.
fn is_number(word: &str) -> bool {
    if !word.chars().all(char::is_numeric) {
        return word.chars().count() <= LONGEST_MIXED;
    }
    let is_year = word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    !is_year && word.chars().count() <= LONGEST_NUMBER
}

/// FNV-1a: short words by the hundred thousand, and nothing is gained by making two collide.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

/// A hash with one more character, in small letters.
fn with(hash: u64, c: char) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    if c.is_ascii() {
        return step(hash, u8::try_from(c).unwrap_or_default().to_ascii_lowercase());
    }
    let small = |hash, c: char| c.encode_utf8(&mut [0; 4]).bytes().fold(hash, step);
    c.to_lowercase().fold(hash, small)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(url: &str, html: &str) -> Likeness {
        of(&Url::parse(url).unwrap(), &super::super::dom::parse(html), None)
    }

    #[test]
    fn order_ids_years_and_the_own_url_make_no_difference() {
        let one = likeness(
            "https://n.example/such-page?q=%D8%A3%D8%AE&id=4711",
            "<title>Not found</title><p>There is no such page: أخ 4711, 17 links, 8f3a2c01 in 2026<script>a(9)</script>",
        );
        let other = likeness(
            "https://n.example/lost/05",
            "<title>not FOUND</title><p>5 lost: there is no 17 links in 1999, 20261122093000<script>b()</script>",
        );
        assert_eq!(one, other);
    }

    #[test]
    fn another_word_makes_another_page() {
        let page = |word: &str| {
            likeness("https://n.example/a", &format!("<title>T</title><p>All of it {word}"))
        };
        assert_ne!(page("here").words, page("there").words);
        assert_eq!(page("HERE"), page("here"));
    }

    #[test]
    fn other_numbers_make_other_numbers_and_the_same_words() {
        let match_of = |result: &str| {
            likeness("https://n.example/match/7", &format!("<p>Match 7: Home {result} Guests"))
        };
        let plain = match_of("2 : 1");
        for other in ["1 : 2", "2 : 10", "2x1", "٢ : ١"] {
            let other = match_of(other);
            assert_ne!(other.numbers, plain.numbers);
            assert_eq!(other.words, plain.words);
        }
    }
}
