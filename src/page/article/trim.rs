//! Trimming: what stands among the body's blocks and is not body.
//!
//! The repeated headline, lines that are all link, headings with nothing under them. It looks at
//! blocks only, never at the tree.

use super::blocks::Draft;
use crate::page::BlockKind;
use crate::page::letters::letters;
use crate::page::metadata::Metadata;

/// Takes away the repeated headline, link-only lines, headings with nothing under them.
pub(crate) fn trim(mut blocks: Vec<Draft>, metadata: &Metadata) -> Vec<Draft> {
    let title = metadata.title.as_deref().map(letters_of).unwrap_or_default();
    let mut seen = 0;
    blocks.retain(|draft| {
        seen += 1;
        let short = draft.text.len() <= 4 * title.len() + 64;
        let headline = seen <= 6 && short && !title.is_empty() && {
            let text = letters_of(&draft.text);
            text == title || draft.level > 0 && shows_title(&text, &title)
        };
        !(headline || is_link_line(draft))
    });
    let mut kept: Vec<Draft> = Vec::with_capacity(blocks.len());
    for draft in blocks.into_iter().rev() {
        let bare = draft.kind == BlockKind::Heading
            && !is_sentence(&draft)
            && kept
                .last()
                .is_none_or(|next| next.kind == BlockKind::Heading && next.level <= draft.level);
        if !bare {
            kept.push(draft);
        }
    }
    kept.reverse();
    kept
}

/// Letters of a title from which a longer heading shows it.
const MIN_TITLE: usize = 20;

/// Whether a heading shows a title with little before it: a kicker, a day.
pub(crate) fn shows_title(heading: &str, title: &str) -> bool {
    title.len() > MIN_TITLE && heading.len() <= 2 * title.len() && heading.ends_with(title)
}

/// Letters from which a heading that ends like a sentence is one.
const SENTENCE: u32 = 60;

/// A lead or a pulled line set as a heading: it says something with nothing under it.
fn is_sentence(draft: &Draft) -> bool {
    draft.measure.letters >= SENTENCE && ends_sentence(&draft.text)
}

/// Whether a text ends like a sentence.
pub(crate) fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '”', '»', '’', ')', '」', '』']);
    text.ends_with(['.', '!', '?', '…', '。', '！', '？', '؟', '۔', '।', '။', '።'])
}

fn is_link_line(draft: &Draft) -> bool {
    draft.is_link() && !matches!(draft.kind, BlockKind::Quote | BlockKind::Cell)
}

/// The letters of a text, lower case: what two spellings of one line share.
pub(crate) fn letters_of(text: &str) -> String {
    let letters = letters();
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| letters.of(*c).is_alphanumeric()) {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            out.extend(c.to_lowercase());
        }
    }
    out
}
