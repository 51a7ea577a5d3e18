//! Items that are no items: old templates set a whole story into one `li` or `dd`.
//!
//! It looks at the paragraphs an item holds and never at what is around it.

use super::outline::{Outline, Tag};

/// Paragraphs of prose that make a box of an item.
const MIN_PARAGRAPHS: usize = 3;
/// Letters of a paragraph that counts.
const MIN_LETTERS: u32 = 60;
/// Rows of an item that are looked at.
const MAX_ROWS: usize = 400;

/// Makes plain boxes of the items that hold several paragraphs of prose.
pub(super) fn unbox(outline: &mut Outline<'_>) {
    let is_item = |at: &usize| outline.row(*at).is_some_and(|row| row.tag == Tag::Item);
    let boxes: Vec<usize> = (0..outline.rows.len()).filter(is_item).collect();
    let boxes: Vec<usize> = boxes.into_iter().filter(|at| holds_prose(outline, *at)).collect();
    for at in boxes {
        if let Some(row) = outline.rows.get_mut(at) {
            row.tag = Tag::Block;
        }
    }
}

fn holds_prose(outline: &Outline<'_>, item: usize) -> bool {
    let is_prose = |at: &usize| {
        let own = outline.below(*at);
        outline.row(*at).is_some_and(|row| row.tag == Tag::Paragraph)
            && own.letters >= MIN_LETTERS
            && own.linked * 2 < own.letters
    };
    let rows = outline.range(item).take(MAX_ROWS);
    rows.filter(is_prose).take(MIN_PARAGRAPHS).count() == MIN_PARAGRAPHS
}
