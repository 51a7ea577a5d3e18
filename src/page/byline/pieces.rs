//! Pieces: the text between the headline and the body, cut where its markup cuts it.
//!
//! A label is set as text, spans and links in any mixture; each run of text is a piece that knows
//! whether it begins a line, leads somewhere, and stands in a box that is called a label. What is
//! body, chrome, a caption, a card or another headline is left out. Who is named is read elsewhere
//! ([`super::labels`]).

use super::{Scene, eastern};
use crate::page::article::blocks::is_block;
use crate::page::article::outline::{Outline, Row, Tag};
use crate::page::article::vocabulary::Signs;
use crate::page::letters::folded;

/// A run of text with its place.
#[derive(Debug)]
pub(crate) struct Piece {
    /// The text, folded.
    pub(crate) text: String,
    /// Its row.
    pub(crate) at: usize,
    /// Where it leads.
    pub(crate) href: Option<String>,
    /// Whether it begins a line.
    pub(crate) line: bool,
    /// Whether it stands in a box that is called a label.
    pub(crate) label: bool,
    /// Whether its element is called that of a translator, and no by-word is needed.
    pub(crate) translator: bool,
    /// Whether its element is called a caption or a credit: pictures have them too.
    pub(crate) caption: bool,
}

/// Rows between headline and body that are read.
const NEAR_ROWS: usize = 150;
/// Rows behind the body that are read.
const BEHIND_ROWS: usize = 60;
/// Blocks of the body among which a label may still stand.
pub(super) const LEADING: usize = 3;
/// Letters from which a link is a headline of another page.
const CARD_LETTERS: u32 = 60;
/// Most pieces that are kept.
const MAX_PIECES: usize = 120;

/// Parts of the names that themes give the box of who and when.
const LABELS: &[&str] = &[
    "meta",
    "info",
    "submitted",
    "byline",
    "author",
    "posted",
    "detail",
    "dateline",
    "entry-footer",
    "post-footer",
    "article-footer",
];

/// The pieces around an article.
pub(crate) fn pieces(scene: &Scene<'_, '_>) -> Vec<Piece> {
    let (first, last) = ends(scene);
    let headline = headline(scene, first);
    let mut reader =
        Reader { scene, headline, out: Vec::new(), line: true, open: Vec::new(), label_until: 0 };
    if let Some(column) = column_of(scene.outline, headline) {
        reader.read(column, scene.outline.range(column).end, false);
    }
    let top = header_of(scene.outline, headline);
    let until = scene.body.get(LEADING).map_or(last, |draft| draft.at).max(first);
    reader.read(top, until.min(headline + NEAR_ROWS), false);
    reader.read(last, last + BEHIND_ROWS, true);
    reader.out
}

/// The first and the last row of the body; both right below the headline where it has no place.
pub(super) fn ends(scene: &Scene<'_, '_>) -> (usize, usize) {
    let placed = || scene.body.iter().filter(|draft| draft.end > 0);
    let heading = || {
        let mut rows = scene.outline.rows.iter();
        rows.position(|row| row.tag == Tag::Heading(1)).unwrap_or(0)
    };
    match (placed().next(), placed().next_back()) {
        (Some(first), Some(last)) => (first.at, last.end),
        _ => (heading() + NEAR_ROWS, heading() + NEAR_ROWS),
    }
}

/// The headline: the last heading before the body that says the title, else the last of the first
/// level, else where the reach ends.
pub(super) fn headline(scene: &Scene<'_, '_>, first: usize) -> usize {
    let outline = scene.outline;
    // A kicker above the headline may have been taken for the first line of the body.
    let reach = scene.body.get(LEADING).map_or(first, |draft| draft.at.max(first));
    let upto = |row: usize| outline.rows.get(..row).unwrap_or(&outline.rows);
    let rows = upto(reach);
    let title = scene.metadata.title.as_deref().unwrap_or_default();
    let heading = |row: &Row<'_>| matches!(row.tag, Tag::Heading(_));
    let says = |at: &usize| !title.is_empty() && outline.text(*at, 2 * title.len()) == title;
    let headings = rows.iter().enumerate().rev().filter(|(_, row)| heading(row)).map(|(at, _)| at);
    let titled = headings.take(20).find(says);
    titled
        .or_else(|| {
            let first_level = |row: &Row<'_>| row.tag == Tag::Heading(1);
            [first, reach].into_iter().find_map(|end| upto(end).iter().rposition(first_level))
        })
        .unwrap_or_else(|| first.saturating_sub(NEAR_ROWS))
}

/// The header a headline stands in, where it holds little else.
fn header_of(outline: &Outline<'_>, headline: usize) -> usize {
    let own = outline.below(headline).letters;
    let header = |at: &usize| {
        outline.row(*at).is_some_and(|row| row.tag == Tag::Header || names(row).contains("header"))
            && outline.below(*at).letters <= own + HEADER_LETTERS
    };
    outline.above(headline).take(4).filter(header).last().unwrap_or(headline)
}

/// Levels above a headline, and letters of the small column before the one it stands in.
const COLUMN_LEVELS: usize = 4;
const COLUMN_LETTERS: u32 = 160;

/// The small column before the one of headline and text: who wrote it and when may stand there.
fn column_of(outline: &Outline<'_>, headline: usize) -> Option<usize> {
    let before = |at: usize| {
        let siblings = outline.children(outline.row(at)?.parent).take_while(|child| *child < at);
        siblings.filter(|at| outline.below(*at).letters > 0).last()
    };
    let own = std::iter::once(headline).chain(outline.above(headline)).take(COLUMN_LEVELS);
    let column = own.into_iter().find_map(before)?;
    let rows = outline.rows.get(outline.range(column)).unwrap_or_default();
    let plain = |row: &Row<'_>| !matches!(row.tag, Tag::Heading(_) | Tag::Root);
    let small = outline.below(column).letters <= COLUMN_LETTERS;
    let is_box = rows.first().is_some_and(|row| row.tag == Tag::Block);
    (small && is_box && rows.iter().all(plain)).then_some(column)
}

/// Letters beside the headline in its header.
const HEADER_LETTERS: u32 = 400;

/// Class and id of an element, lower case.
fn names(row: &Row<'_>) -> String {
    let said = ["class", "id"].iter().filter_map(|name| row.attr(name));
    said.collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}

/// Whether an element is called a label.
fn is_label(row: &Row<'_>) -> bool {
    let names = names(row);
    row.tag != Tag::Root && LABELS.iter().any(|label| names.contains(label))
}

/// Whether a row stands in a box that is called a label.
pub(crate) fn in_label(outline: &Outline<'_>, at: usize) -> bool {
    outline.above(at).take(6).any(|above| outline.row(above).is_some_and(is_label))
}

struct Reader<'s, 'o, 'a> {
    scene: &'s Scene<'o, 'a>,
    headline: usize,
    out: Vec<Piece>,
    /// Whether the next piece begins a line.
    line: bool,
    /// Where the open blocks end.
    open: Vec<usize>,
    /// One past the last row of the open label.
    label_until: usize,
}

impl Reader<'_, '_, '_> {
    /// Reads the rows of a range; behind the body only labels, up to the next headline.
    fn read(&mut self, from: usize, until: usize, behind: bool) {
        let outline = self.scene.outline;
        (self.line, self.label_until) = (true, 0);
        let mut at = from;
        while let Some(row) = outline.row(at).filter(|_| at < until && self.out.len() < MAX_PIECES)
        {
            while self.open.pop_if(|end| *end <= at).is_some() {
                self.line = true;
            }
            if behind && matches!(row.tag, Tag::Heading(_) | Tag::Article) {
                return;
            }
            if let Some(end) = self.left_out(at, row) {
                self.line = true;
                at = end.max(at + 1);
                continue;
            }
            if row.tag != Tag::Text && is_label(row) {
                self.label_until = self.label_until.max(row.end);
            }
            if row.tag == Tag::Text {
                if !behind || at < self.label_until {
                    self.take(at, row);
                }
            } else if is_block(row.tag) || row.tag == Tag::Break {
                self.line = true;
                self.open.push(row.end);
            }
            at += 1;
        }
    }

    /// Where a part ends that is no label.
    fn left_out(&self, at: usize, row: &Row<'_>) -> Option<usize> {
        let (outline, signs) = (self.scene.outline, row.signs);
        let before = self.scene.body.partition_point(|draft| draft.at <= at);
        let draft = before.checked_sub(1).and_then(|before| self.scene.body.get(before));
        if let Some(draft) = draft.filter(|draft| draft.end > at) {
            return Some(draft.end);
        }
        let inline = matches!(row.tag, Tag::Inline | Tag::Bold | Tag::Time);
        let first = ends(self.scene).0;
        let range = outline.range(at);
        if row.tag == Tag::Text
            || range.contains(&first)
            || range.contains(&self.headline) && at != self.headline
        {
            return None;
        }
        let chrome = signs.has(Signs::CHROME) && !inline && !is_label(row);
        let card = row.tag == Tag::Link && outline.below(at).letters > CARD_LETTERS;
        let picture = matches!(row.tag, Tag::Caption | Tag::Figure) && !is_told(outline, at);
        let other = picture || matches!(row.tag, Tag::Heading(_) | Tag::Article);
        let shown = !signs.has(Signs::HIDDEN.with(Signs::NOTICE));
        let comment = at > first && is_comment(row);
        (chrome || card || other || !shown || comment).then_some(row.end)
    }

    fn take(&mut self, at: usize, row: &Row<'_>) {
        let text = eastern::undotted(folded(row.text));
        if text.is_empty() {
            return;
        }
        let outline = self.scene.outline;
        let above = || outline.above(at).take(3).filter_map(|above| outline.row(above));
        let link = above().find(|row| row.tag == Tag::Link);
        self.out.push(Piece {
            text,
            at,
            href: link.and_then(|row| row.attr("href")).map(str::to_owned),
            line: std::mem::take(&mut self.line),
            label: at < self.label_until,
            caption: above().any(|row| row.signs.has(Signs::CAPTION)) && !in_credits(outline, at),
            translator: above().any(|row| row.signs.has(Signs::TRANSLATOR)),
        });
    }
}

/// Rows of a figure that are looked at.
const FIGURE: usize = 60;

/// Whether a figure or a caption is a label in disguise: it tells a time, or whose it is.
fn is_told(outline: &Outline<'_>, at: usize) -> bool {
    let tells = |row: &Row<'_>| {
        row.tag == Tag::Time || row.element.is_some_and(|element| element.name() == "address")
    };
    outline.range(at).take(FIGURE).filter_map(|at| outline.row(at)).any(tells)
}

/// Words in the names of what belongs to a picture.
const PICTURE: &[&str] =
    &["photo", "image", "img", "picture", "caption", "media", "foto", "figure"];

/// Whether a row stands in a box of credits that is no picture's.
fn in_credits(outline: &Outline<'_>, at: usize) -> bool {
    let is_theirs = |row: &Row<'_>| {
        let names = names(row);
        is_block(row.tag)
            && names.contains("credits")
            && !PICTURE.iter().any(|word| names.contains(word))
    };
    outline.above(at).take(3).any(|above| outline.row(above).is_some_and(is_theirs))
}

fn is_comment(row: &Row<'_>) -> bool {
    is_block(row.tag) && names(row).contains("comment")
}
