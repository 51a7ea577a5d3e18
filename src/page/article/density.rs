//! Density: where paragraphs stand together, whatever their elements are called.
//!
//! The second rung, after Readability: every paragraph gives points for its length and its commas
//! to the elements above it, names add or take, links scale down. It sees the same blocks as the
//! selectors and answers with the same kind of region, so the two can be compared.

use super::blocks::Draft;
use super::outline::{Outline, Tag, ratio};
use super::select::Region;
use super::vocabulary::Signs;
use crate::page::BlockKind;

/// Letters from which a paragraph gives points.
const MIN_LETTERS: u32 = 25;
/// Characters in which a paragraph about rights begins with their sign.
const RIGHTS_CHARS: usize = 24;
/// How far up the points of a paragraph reach.
const LEVELS: usize = 5;
/// What a name adds or takes.
const NAME_WEIGHT: f32 = 25.0;
/// Share of the best score from which a sibling belongs to the body. From .1 to .3 body F1 on 461
/// real pages stays the same.
const SIBLING_SHARE: f32 = 0.2;

/// The scores of a page.
pub(crate) struct Density<'o, 'a> {
    outline: &'o Outline<'a>,
    scores: Vec<f32>,
}

impl<'o, 'a> Density<'o, 'a> {
    /// Scores a page.
    pub(crate) fn of(outline: &'o Outline<'a>, drafts: &[Draft]) -> Self {
        Self { outline, scores: scores(outline, drafts) }
    }

    /// The densest region of the page.
    pub(crate) fn densest(&self) -> Option<Region> {
        self.best(0..self.scores.len())
    }

    /// The densest region among those that hold a row.
    pub(crate) fn around(&self, at: usize) -> Option<Region> {
        self.best(self.outline.above(at))
    }

    fn best(&self, rows: impl Iterator<Item = usize>) -> Option<Region> {
        let scored = rows.filter_map(|at| Some((at, self.scores.get(at).copied()?)));
        let (top, best) = scored
            .filter(|(_, score)| *score > 0.0)
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))?;
        Some(Region { roots: with_siblings(self.outline, &self.scores, top, best) })
    }
}

fn scores(outline: &Outline<'_>, drafts: &[Draft]) -> Vec<f32> {
    let mut scores = vec![0.0_f32; outline.rows.len()];
    let mut touched = vec![false; outline.rows.len()];
    for draft in drafts {
        if draft.measure.letters < MIN_LETTERS
            || draft.is_link()
            || matches!(draft.kind, BlockKind::Heading | BlockKind::Item)
            || says_rights(&draft.text)
        {
            continue;
        }
        let points = points(draft);
        for (level, at) in holders(outline, draft).take(LEVELS).enumerate() {
            let share = match level {
                0 => 1.0,
                1 => 0.5,
                2 => 1.0 / 6.0,
                3 => 1.0 / 9.0,
                _ => 1.0 / 12.0,
            };
            if let (Some(score), Some(seen)) = (scores.get_mut(at), touched.get_mut(at)) {
                if !*seen {
                    *seen = true;
                    *score += weight(outline, at);
                }
                *score += points * share;
            }
        }
    }
    for (at, score) in scores.iter_mut().enumerate() {
        if touched.get(at) == Some(&true) {
            *score *= 1.0 - outline.below(at).link_share();
        }
    }
    scores
}

/// Whether a paragraph says whose the page is: the longest of all on many pages.
fn says_rights(text: &str) -> bool {
    let start: String = text.chars().take(RIGHTS_CHARS).collect();
    start.contains('©') || start.to_ascii_lowercase().starts_with("copyright")
}

/// One for being there, one a comma, up to three for length.
fn points(draft: &Draft) -> f32 {
    1.0 + ratio(draft.measure.commas.min(60), 1) + ratio(draft.measure.letters, 100).min(3.0)
}

/// The rows that gain from a block: its own box when that is a plain block, then those above.
fn holders<'o>(outline: &'o Outline<'_>, draft: &Draft) -> impl Iterator<Item = usize> + 'o {
    let holder = draft.holder;
    let plain = outline.row(holder).is_some_and(|row| {
        matches!(row.tag, Tag::Block | Tag::Article | Tag::Main | Tag::Cell | Tag::Root)
    });
    plain.then_some(holder).into_iter().chain(outline.above(holder))
}

fn weight(outline: &Outline<'_>, at: usize) -> f32 {
    let Some(row) = outline.row(at) else { return 0.0 };
    let mut weight = match row.tag {
        Tag::Article => 10.0,
        Tag::Block | Tag::Main => 5.0,
        Tag::Pre | Tag::Cell | Tag::Quote => 3.0,
        Tag::Item | Tag::List | Tag::Chrome => -3.0,
        Tag::Heading(_) | Tag::Header => -5.0,
        _ => 0.0,
    };
    if row.tag == Tag::Root {
        return weight;
    }
    if row.signs.has(Signs::BODY.with(Signs::TEXT)) {
        weight += NAME_WEIGHT;
    }
    if row.signs.has(Signs::CHROME) {
        weight -= NAME_WEIGHT;
    }
    weight
}

/// The best row and the siblings that look like parts of the same text.
fn with_siblings(outline: &Outline<'_>, scores: &[f32], top: usize, best: f32) -> Vec<usize> {
    let Some(parent) = outline.row(top).map(|row| row.parent).filter(|parent| *parent != top)
    else {
        return vec![top];
    };
    let needed = (best * SIBLING_SHARE).max(10.0);
    let class = outline.row(top).and_then(|row| row.attr("class"));
    let mut roots = Vec::new();
    let mut at = parent + 1;
    while at < outline.range(parent).end {
        let Some(row) = outline.row(at) else { break };
        let same = class.is_some_and(|class| !class.is_empty() && row.attr("class") == Some(class));
        let bonus = if same { best * SIBLING_SHARE } else { 0.0 };
        let score = scores.get(at).copied().unwrap_or_default();
        if at == top || score + bonus >= needed || is_loose_paragraph(outline, at) {
            roots.push(at);
        }
        at = row.end.max(at + 1);
    }
    roots
}

fn is_loose_paragraph(outline: &Outline<'_>, at: usize) -> bool {
    let own = outline.below(at);
    let paragraph =
        outline.row(at).is_some_and(|row| matches!(row.tag, Tag::Paragraph | Tag::Quote));
    paragraph
        && (own.letters > 80 && own.link_share() < 0.25
            || own.link_share() == 0.0 && own.commas > 0)
}
