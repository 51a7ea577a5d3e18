//! The likeness of a page: one number for what it says, by which pages that say the same are found
//! out: the months of an endless calendar, one page under ever new session ids, an error page with
//! status 200.
//!
//! It is the print of the *set* of its words. Words with digits in them are left out, and so are the
//! words of the page's own URL, which such pages like to repeat. Nothing is kept of the words.

use std::hash::Hasher;

use percent_encoding::percent_decode_str;
use scraper::{Html, Node};
use siphasher::sip::SipHasher13;
use url::Url;

use super::Article;
use super::letters::letters;

/// Words that are looked at; a page of them all has a million letters.
const MAX_WORDS: usize = 200_000;

/// Elements whose text nobody reads.
const UNREAD: &[&str] = &["script", "style", "template", "noscript"];

/// The likeness of a page. The article may hold text that stands in no element.
pub(super) fn of(url: &Url, dom: &Html, article: Option<&Article>) -> u64 {
    let mut words = Vec::new();
    for node in dom.tree.root().descendants() {
        let Node::Text(text) = node.value() else { continue };
        let parent = node.parent().and_then(|parent| parent.value().as_element());
        if !parent.is_some_and(|parent| UNREAD.contains(&parent.name())) {
            gather(text, &mut words);
        }
    }
    for block in article.iter().flat_map(|article| &article.blocks) {
        gather(&block.text, &mut words);
    }
    words.sort_unstable();
    words.dedup();
    let mut own = Vec::new();
    gather(&percent_decode_str(url.as_str()).decode_utf8_lossy(), &mut own);
    let mut hasher = SipHasher13::new();
    for word in words.iter().filter(|word| !own.contains(word)) {
        hasher.write_u64(*word);
    }
    hasher.finish()
}

/// Hashes of the words without digits, in lower case.
fn gather(text: &str, into: &mut Vec<u64>) {
    let letters = letters();
    let (mut word, mut has_digit) = (START, false);
    // A mark behind the text ends its last word.
    for c in text.chars().chain([' ']) {
        let class = letters.of(c);
        if class.is_alphanumeric() {
            word = with(word, c);
            has_digit |= class.is_numeric();
            continue;
        }
        if word != START && !has_digit && into.len() < MAX_WORDS {
            into.push(word);
        }
        (word, has_digit) = (START, false);
    }
}

/// The hash of no letters.
const START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a of a word and one more letter, in lower case: short words by the hundred thousand, and
/// nothing is gained by making two collide.
fn with(word: u64, c: char) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    if c.is_ascii() {
        return step(word, u8::try_from(c).unwrap_or_default().to_ascii_lowercase());
    }
    let lower = c.to_lowercase();
    lower.fold(word, |hash, c| c.encode_utf8(&mut [0; 4]).bytes().fold(hash, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(url: &str, html: &str) -> u64 {
        of(&Url::parse(url).unwrap(), &super::super::dom::parse(html), None)
    }

    #[test]
    fn numbers_order_and_the_own_url_make_no_difference() {
        let one = likeness(
            "https://n.example/such-page?q=%D8%A3%D8%AE",
            "<title>Not found</title><p>There is no such page: أخ, 17 links</p><script>a()</script>",
        );
        let other = likeness(
            "https://n.example/lost",
            "<title>not FOUND</title><p>lost: there is no links 1999</p><script>b()</script>",
        );
        assert_eq!(one, other);
    }

    #[test]
    fn another_word_makes_another_page() {
        let page = |word: &str| {
            likeness("https://n.example/a", &format!("<title>T</title><p>All of it {word}"))
        };
        assert_ne!(page("here"), page("there"));
        assert_eq!(page("HERE"), page("here"));
    }
}
