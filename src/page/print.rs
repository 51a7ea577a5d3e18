//! The print of a text: what is compared when two texts may be translations of one another.
//!
//! Numbers, names in Latin letters, image names and the lengths of paragraphs survive translation.
//! Of each kind a bounded sketch is kept: the smallest hashes of the set, so that two sketches tell
//! how much two sets of any size share. A print is made when a page is read and is the same in
//! every run; the text itself is not in it.

mod numbers;

use std::collections::{BTreeSet, HashMap};
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;

use super::{Article, Link, LinkKind};

/// Hashes kept of numbers and of names. The median article of the test sets has 14 numbers.
const MAX_HASHES: usize = 48;

/// Hashes kept of image names.
const MAX_IMAGES: usize = 16;

/// Paragraphs whose lengths are kept.
const MAX_PARAGRAPHS: usize = 64;

/// Letters of the shortest name.
const MIN_NAME: usize = 3;

/// Marks behind which a sentence or a quotation begins.
const BEGINNINGS: &[char] =
    &['.', '!', '?', ':', '…', '"', '“', '„', '«', '»', '(', '•', '¿', '¡', '。', '؟'];

/// The zeros of scripts that have digits of their own, nine more behind each (Unicode, `Nd`).
const ZEROS: &[char] = &[
    '٠', '۰', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០', '᠐', '߀', '０',
];

/// Bytes of a text that are looked at.
const MAX_TEXT: usize = 256 * 1024;

/// What is compared of a text.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextPrint {
    /// The letters and digits of the text, as one hash: equal texts have equal ones.
    pub hash: u64,
    /// Its numbers as amounts, digits of any script read as ASCII; a number that stands twice counts twice.
    pub numbers: Vec<u16>,
    /// Its words in Latin letters that begin with a capital and no sentence.
    pub names: Vec<u16>,
    /// File names of its images, sizes taken off.
    pub images: Vec<u16>,
    /// Characters of its paragraphs, in order.
    pub paragraphs: Vec<u16>,
    /// How many paragraphs there are.
    pub count: u16,
}

impl TextPrint {
    /// The print of an article, and of the images beside it.
    pub fn of(article: &Article, links: &[Link]) -> Self {
        let mut scan = Scan::default();
        for block in &article.blocks {
            scan.block(&block.text);
        }
        let length = |text: &str| u16::try_from(text.chars().count()).unwrap_or(u16::MAX);
        Self {
            hash: scan.whole.finish(),
            numbers: sketch(scan.numbers, MAX_HASHES),
            names: sketch(scan.names, MAX_HASHES),
            images: sketch(images(links), MAX_IMAGES),
            paragraphs: article
                .blocks
                .iter()
                .take(MAX_PARAGRAPHS)
                .map(|block| length(&block.text))
                .collect(),
            count: u16::try_from(article.blocks.len()).unwrap_or(u16::MAX),
        }
    }
}

/// How much of two sketched sets is shared: twice the common part by both sizes (Dice), and the
/// common part by the smaller size; `None` where either has fewer than `least` to compare.
pub fn shared(a: &[u16], b: &[u16], full: usize, least: usize) -> Option<(f64, f64)> {
    // Beyond the last hash of a full sketch nothing is known of its set.
    let until = |sketch: &[u16]| {
        if sketch.len() < full { u16::MAX } else { sketch.last().copied().unwrap_or(u16::MAX) }
    };
    let until = until(a).min(until(b));
    let known = |sketch: &[u16]| sketch.iter().filter(|hash| **hash <= until).count();
    let (in_a, in_b) = (known(a), known(b));
    if in_a < least || in_b < least {
        return None;
    }
    let both = a.iter().filter(|hash| **hash <= until && b.binary_search(hash).is_ok()).count();
    #[allow(clippy::cast_precision_loss, reason = "sketches have at most a hundred entries")]
    let of = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
    Some((of(2 * both, in_a + in_b), of(both, in_a.min(in_b))))
}

impl TextPrint {
    /// How much of the numbers is shared (Dice); `None` with fewer than `least` on either side.
    pub fn numbers_shared(&self, other: &Self, least: usize) -> Option<f64> {
        shared(&self.numbers, &other.numbers, MAX_HASHES, least).map(|(dice, _)| dice)
    }

    /// How many of the fewer numbers the other has too.
    pub fn numbers_of_fewer(&self, other: &Self, least: usize) -> Option<f64> {
        shared(&self.numbers, &other.numbers, MAX_HASHES, least).map(|(_, part)| part)
    }

    /// How many numbers the text has on the side with fewer and on that with more, as far as they
    /// are kept.
    pub fn numbers_of_each(&self, other: &Self) -> (usize, usize) {
        let (one, other) = (self.numbers.len(), other.numbers.len());
        (one.min(other), one.max(other))
    }

    /// How many of the fewer names the other has too.
    pub fn names_shared(&self, other: &Self, least: usize) -> Option<f64> {
        shared(&self.names, &other.names, MAX_HASHES, least).map(|(_, part)| part)
    }

    /// Images both have.
    pub fn images_shared(&self, other: &Self) -> usize {
        self.images.iter().filter(|hash| other.images.binary_search(hash).is_ok()).count()
    }
}

/// The numbers, as amounts, and the names in Latin letters of a stretch of text, each once and in
/// order.
pub(crate) fn anchors(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut scan = Scan::default();
    scan.block(text);
    (scan.numbers.into_keys().collect(), scan.names.into_keys().collect())
}

#[derive(Default)]
struct Scan {
    whole: SipHasher13,
    numbers: HashMap<String, u32>,
    names: HashMap<String, u32>,
    left: Option<usize>,
    /// Whether the last word said that an hour of the afternoon follows.
    afternoon: bool,
    /// Whether the next word begins a sentence: its capital does not make it a name.
    begins: bool,
}

impl Scan {
    fn block(&mut self, text: &str) {
        let left = self.left.unwrap_or(MAX_TEXT);
        self.left = Some(left.saturating_sub(text.len()));
        if left == 0 {
            return;
        }
        let chars: Vec<char> = text.chars().map(plain).collect();
        let mut rest = chars.as_slice();
        self.begins = true;
        while let Some((first, after)) = rest.split_first() {
            rest = if first.is_ascii_digit() {
                self.number(rest)
            } else if first.is_alphanumeric() {
                self.word(rest)
            } else {
                self.begins |= BEGINNINGS.contains(first);
                after
            };
        }
    }

    /// Takes a number off the front.
    fn number<'a>(&mut self, text: &'a [char]) -> &'a [char] {
        let read = numbers::read(text, std::mem::take(&mut self.afternoon));
        let (own, rest) = text.split_at_checked(read.taken).unwrap_or_default();
        let written: String = own.iter().filter(|c| c.is_alphanumeric()).collect();
        written.hash(&mut self.whole);
        self.begins = false;
        for amount in read.amounts {
            *self.numbers.entry(amount).or_default() += 1;
        }
        rest
    }

    fn word<'a>(&mut self, text: &'a [char]) -> &'a [char] {
        let run = text.iter().take_while(|c| c.is_alphanumeric() && !c.is_ascii_digit()).count();
        let (own, rest) = text.split_at_checked(run).unwrap_or_default();
        own.hash(&mut self.whole);
        self.afternoon = numbers::is_before_afternoon(own);
        let begins = std::mem::take(&mut self.begins);
        let is_name = own.len() >= MIN_NAME
            && !begins
            && own.first().is_some_and(char::is_ascii_uppercase)
            && own.iter().all(char::is_ascii_alphabetic);
        if is_name {
            let name: String = own.iter().map(char::to_ascii_lowercase).collect();
            self.names.insert(name, 1);
        }
        rest
    }
}

/// A character with the digits of other scripts, and their separators, as ASCII has them.
fn plain(c: char) -> char {
    match c {
        '\0'..='\u{2ff}' => return c,
        '٬' => return ',',
        '٫' => return '.',
        _ => {}
    }
    let of = |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|n| *n < 10);
    ZEROS.iter().find_map(of).and_then(|n| char::from_digit(n, 10)).unwrap_or(c)
}

/// File names of images without directory, size and ending: `a/photo-300x200.jpg` is `photo`.
fn images(links: &[Link]) -> HashMap<String, u32> {
    let embeds =
        links.iter().filter(|link| link.kind == LinkKind::Embed && link.context.starts_with("img"));
    let name = |link: &Link| {
        let path = link.url.split(['?', '#']).next()?;
        let stem = path.rsplit('/').next()?.rsplit_once('.')?.0;
        Some((without_size(stem).to_ascii_lowercase(), 1))
    };
    embeds.filter_map(name).collect()
}

fn without_size(stem: &str) -> &str {
    let Some((name, size)) = stem.rsplit_once('-') else { return stem };
    let is_size = size.split_once('x').is_some_and(|(width, height)| {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        number(width) && number(height)
    });
    if is_size { name } else { stem }
}

/// The smallest hashes of a multiset, in order.
fn sketch(counted: HashMap<String, u32>, most: usize) -> Vec<u16> {
    let mut kept = BTreeSet::new();
    for (text, count) in counted {
        for nth in 0..count.min(8) {
            let mut hasher = SipHasher13::new();
            (text.as_str(), nth).hash(&mut hasher);
            kept.insert((hasher.finish() >> 48) as u16);
            if kept.len() > most {
                kept.pop_last();
            }
        }
    }
    kept.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{BlockKind, Stage, TextBlock};
    use proptest::prelude::*;

    fn print(paragraphs: &[&str]) -> TextPrint {
        let block = |text: &&str| TextBlock { kind: BlockKind::Paragraph, text: (*text).into() };
        let article = Article {
            parts: None,
            headline: String::new(),
            byline: Vec::new(),
            translators: Vec::new(),
            agency: None,
            published: None,
            modified: None,
            blocks: paragraphs.iter().map(block).collect(),
            found_by: Stage::Density,
        };
        TextPrint::of(&article, &[])
    }

    #[test]
    fn numbers_are_the_same_in_every_script_and_grouping() {
        let english = print(&["On 22 May 2019 the board spent 12,500 euros, 3.5 for each of 17."]);
        let persian = print(&["در ۲۲ مه ۲۰۱۹ هیئت ۱۲٬۵۰۰ یورو خرج کرد، ۳٫۵ برای هر ۱۷ نفر."]);
        let wide = print(&["２２日 ２０１９年 １２.５００ ３,５ １７"]);
        assert_eq!(english.numbers, persian.numbers);
        assert_eq!(english.numbers_shared(&wide, 3), Some(1.0));
        assert_eq!(english.numbers.len(), 6);
        let others = "๒๒ ๒๐๑๙ ๑๒,๕๐๐ ๓.๕ ๑๗|၂၂ ၂၀၁၉ ၁၂,၅၀၀ ၃.၅ ၁၇|૨૨ ૨૦૧૯ ૧૨,૫૦૦ ૩.૫ ૧૭|២២ ២០១៩ ១២.៥០០ ៣,៥ ១៧";
        for other in others.split('|') {
            assert_eq!(print(&[other]).numbers, english.numbers, "{other}");
        }
    }

    #[test]
    fn a_number_that_stands_twice_counts_twice() {
        let (once, twice) = (print(&["7 and 8 and 9"]), print(&["7 and 8 and 9, 7, 8"]));
        assert_eq!((once.numbers.len(), twice.numbers.len()), (3, 5));
        assert!((once.numbers_shared(&twice, 3).unwrap() - 0.75).abs() < 1e-9);
        assert_eq!(once.numbers_shared(&print(&["7 8"]), 3), None);
    }

    #[test]
    fn names_in_latin_letters_and_images_survive() {
        let arabic = print(&["قالت Airbus إن طائرات Boeing و Embraer لن تتأثر"]);
        let french = print(&["Hier, Airbus estime que les avions de Boeing et Embraer resteront"]);
        assert_eq!(arabic.names_shared(&french, 3), Some(1.0));
        // What begins a sentence or a quotation has its capital from there.
        let begun = print(&["Bread is dear. The baker says: \"Flour is too! Eggs\"", "Salt (Sea)"]);
        assert_eq!(begun.names, Vec::<u16>::new());
        let image =
            |url: &str| Link { url: url.into(), kind: LinkKind::Embed, context: "img/@src".into() };
        let one = images(&[image("https://a.example/up/Harbour-300x200.jpg?v=1")]);
        assert_eq!(one, images(&[image("https://b.example/ar/harbour-1024x768.webp")]));
    }

    #[test]
    fn equal_texts_have_equal_hashes_whatever_stands_between_the_words() {
        assert_eq!(print(&["One, two.", "Three"]).hash, print(&["One  two – Three!"]).hash);
        assert_ne!(print(&["One two"]).hash, print(&["One too"]).hash);
    }

    #[test]
    fn sketches_of_large_sets_tell_what_is_shared() {
        let numbers = |from: u32| {
            let text: Vec<String> = (from..from + 400).map(|n| n.to_string()).collect();
            print(&[&text.join(" ")])
        };
        let (one, half, other) = (numbers(1_000), numbers(1_200), numbers(5_000));
        assert_eq!(one.numbers.len(), MAX_HASHES);
        let shared = one.numbers_shared(&half, 3).unwrap();
        assert!((0.3..0.7).contains(&shared), "{shared}");
        assert!(one.numbers_shared(&other, 3).unwrap() < 0.1);
    }

    proptest! {
        #[test]
        fn any_text_gives_a_bounded_print(text in "\\PC{0,400}") {
            let one = print(&[&text]);
            prop_assert!(one.numbers.len() <= MAX_HASHES && one.numbers.is_sorted());
            prop_assert!(one.names.len() <= MAX_HASHES && one.names.is_sorted());
            if let Some(shared) = one.numbers_shared(&one, 1) {
                prop_assert!((shared - 1.0).abs() < 1e-9);
            }
        }
    }
}
