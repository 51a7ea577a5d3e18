//! The witness: what a page says of its own text where no reader sees it.
//!
//! A description in the head is most often the beginning of the story, JSON-LD `articleBody` all of
//! it, and the title shares words with it. A region that holds none of that, on a page where
//! another holds it all, is a list of other stories. It only chooses among what the page shows; it
//! is never the body.

use scraper::{Html, Node};

use super::blocks::Draft;
use super::trim::letters_of;
use crate::page::dom::attr;
use crate::page::letters::letters;
use crate::page::metadata::Metadata;

/// Letters of one piece that is compared.
const PIECE: usize = 10;
/// Letters of a description or an `articleBody` that are read.
const MAX_SAID: usize = 3_000;
/// Pieces under which a witness has said too little.
const MIN_PIECES: usize = 40;
/// Letters a block has at least to be heard.
const MIN_BLOCK: u32 = 25;

/// What was said.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    /// Sorted, each once.
    pieces: Vec<u64>,
    /// A bit for the [`slot`] of each: nearly all that is asked for is not there.
    slots: Vec<u64>,
    /// The beginnings of the words of the title.
    title: Vec<String>,
    /// Whether the page is there for a film (`og:type` `video.…`).
    pub(crate) is_film: bool,
}

impl Witness {
    /// Hears the head of a page.
    pub(crate) fn of(dom: &Html, metadata: &Metadata) -> Self {
        let mut pieces = Vec::new();
        let metas: Vec<(String, &str)> = metas(dom).collect();
        let is_film =
            metas.iter().any(|(name, value)| name == "og:type" && value.starts_with("video"));
        for said in descriptions(&metas).chain(metadata.article_body.as_deref()) {
            pieces.extend(pieces_of(&said.chars().take(MAX_SAID).collect::<String>()));
        }
        pieces.sort_unstable();
        pieces.dedup();
        if pieces.len() < MIN_PIECES {
            pieces.clear();
        }
        let mut slots = vec![0_u64; SLOTS];
        for (word, bit) in pieces.iter().map(|piece| slot(*piece)) {
            slots.get_mut(word).into_iter().for_each(|slot| *slot |= bit);
        }
        let title = title_words(metadata.title.as_deref().unwrap_or_default());
        Self { pieces, slots, title, is_film }
    }

    /// Whether it has said enough to be asked.
    pub(crate) fn speaks(&self) -> bool {
        !self.pieces.is_empty()
    }

    /// The share of what was said that some blocks hold.
    pub(crate) fn share(&self, drafts: &[Draft]) -> f64 {
        let heard: usize = drafts.iter().map(|draft| self.heard(draft)).sum();
        share(heard, self.pieces.len())
    }

    /// The block that holds most of what was said.
    pub(crate) fn place<'d>(&self, drafts: &'d [Draft]) -> Option<&'d Draft> {
        let (heard, draft) = drafts
            .iter()
            .map(|draft| (self.heard(draft), draft))
            .max_by_key(|(heard, draft)| (*heard, std::cmp::Reverse(draft.at)))?;
        (heard > 0).then_some(draft)
    }

    /// How many pieces of a block were said.
    fn heard(&self, draft: &Draft) -> usize {
        if draft.measure.letters < MIN_BLOCK || !self.speaks() {
            return 0;
        }
        pieces_of(&draft.text).filter(|piece| self.holds(*piece)).count()
    }

    fn holds(&self, piece: u64) -> bool {
        let (word, bit) = slot(piece);
        self.slots.get(word).is_some_and(|slot| slot & bit != 0)
            && self.pieces.binary_search(&piece).is_ok()
    }

    /// The share of the words of the title that some blocks hold; `None` for a title of too few.
    pub(crate) fn title_share(&self, drafts: &[Draft]) -> Option<f64> {
        let text: String = drafts.iter().map(|draft| draft.text.to_lowercase() + " ").collect();
        let held = self.title.iter().filter(|word| text.contains(word.as_str())).count();
        (self.title.len() >= MIN_TITLE).then(|| share(held, self.title.len()))
    }
}

/// Words of bits in which pieces are looked for first.
const SLOTS: usize = 128;

/// The word and the bit of a piece, by the top of its hash.
fn slot(piece: u64) -> (usize, u64) {
    let word = usize::try_from(piece >> 57).unwrap_or_default();
    (word, 1 << (piece >> 51 & 63))
}

fn share(part: usize, all: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "counts of letters on one page")]
    let share = part as f64 / all.max(1) as f64;
    share.min(1.0)
}

/// Words a title has at least to be asked for.
const MIN_TITLE: usize = 3;
/// Letters of a word of a title by which it is known in any of its forms.
const STEM: usize = 5;

/// The beginnings of the long words of a title; threes of characters where words have no spaces.
fn title_words(title: &str) -> Vec<String> {
    let table = letters();
    let title = title.to_lowercase();
    let mut words = Vec::new();
    for word in title.split(|c: char| !c.is_alphanumeric()) {
        let chars: Vec<char> = word.chars().collect();
        if chars.iter().any(|c| table.of(*c).is_spaceless()) {
            words.extend(chars.windows(3).map(|three| three.iter().collect::<String>()));
        } else if chars.len() >= STEM - 1 {
            words.push(chars.iter().take(STEM).collect());
        }
    }
    words
}

/// The hashes of all runs of [`PIECE`] letters of a text.
fn pieces_of(text: &str) -> impl Iterator<Item = u64> {
    let chars: Vec<u64> = letters_of(text).chars().map(|c| u64::from(u32::from(c))).collect();
    let out = [BASE; PIECE].into_iter().fold(1, u64::wrapping_mul);
    let gone = std::iter::repeat_n(0, PIECE).chain(chars.clone());
    let hashes = chars.into_iter().zip(gone).scan(0_u64, move |hash, (came, gone)| {
        let shifted = hash.wrapping_mul(BASE).wrapping_add(came);
        *hash = shifted.wrapping_sub(u64::wrapping_mul(gone, out));
        Some(*hash)
    });
    hashes.skip(PIECE - 1)
}

/// The base of the hash of a run, which loses the letter before the run as it takes in the next.
const BASE: u64 = 0x0100_0000_01b3;

/// The descriptions in the head.
fn descriptions<'m>(metas: &'m [(String, &'m str)]) -> impl Iterator<Item = &'m str> {
    let told = ["description", "og:description", "twitter:description"];
    metas.iter().filter(move |(name, _)| told.contains(&name.as_str())).map(|(_, value)| *value)
}

/// The `meta` elements of the head, their names lower case.
fn metas(dom: &Html) -> impl Iterator<Item = (String, &str)> {
    let metas =
        dom.tree.root().descendants().take(MAX_HEAD).filter_map(|node| match node.value() {
            Node::Element(element) if element.name() == "meta" => Some(element),
            _ => None,
        });
    metas.filter_map(|meta| {
        let name = attr(meta, "name").or_else(|| attr(meta, "property"))?;
        Some((name.to_ascii_lowercase(), attr(meta, "content")?))
    })
}

/// Nodes among which the descriptions are looked for.
const MAX_HEAD: usize = 2_000;
