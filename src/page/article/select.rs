//! Body selectors: elements whose names say that they hold the article, in order of trust.
//!
//! The first rung of the ladder. It knows `articleBody`, the names themes share, `article` and
//! `main`; among several bearers of one name it takes the one with the most words of its own.

use super::blocks::Draft;
use super::outline::{Outline, Tag};
use super::vocabulary::Signs;

/// Letters outside links that a selected element holds at least to be believed. Body F1 on 461 real
/// pages is the same at 150, and .001 more at 400, on one page.
pub(crate) const ENOUGH: u32 = 250;

/// A region: the rows whose subtrees hold the body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Region {
    /// Roots in reading order, none inside another.
    pub(crate) roots: Vec<usize>,
}

/// Running sums of unlinked letters over the blocks, by row.
pub(crate) struct Words<'d> {
    drafts: &'d [Draft],
    sums: Vec<u32>,
}

impl<'d> Words<'d> {
    /// Sums the blocks.
    pub(crate) fn of(drafts: &'d [Draft]) -> Self {
        let mut sum = 0_u32;
        let mut sums = vec![0];
        for draft in drafts {
            let own = draft.measure.letters.saturating_sub(draft.measure.linked);
            sum = sum.saturating_add(own);
            sums.push(sum);
        }
        Self { drafts, sums }
    }

    /// The blocks that start inside the subtree of `at`.
    pub(crate) fn inside(&self, outline: &Outline<'_>, at: usize) -> std::ops::Range<usize> {
        let range = outline.range(at);
        let start = self.drafts.partition_point(|draft| draft.at < range.start);
        let end = self.drafts.partition_point(|draft| draft.at < range.end);
        start..end
    }

    /// Unlinked letters of the blocks in the subtree of `at`.
    pub(crate) fn below(&self, outline: &Outline<'_>, at: usize) -> u32 {
        let range = self.inside(outline, at);
        let sum = |at: usize| self.sums.get(at).copied().unwrap_or_default();
        sum(range.end).saturating_sub(sum(range.start))
    }
}

/// Chooses the region by names; `None` when no name leads to `enough` letters outside links.
pub(crate) fn region(
    outline: &Outline<'_>,
    words: &Words<'_>,
    headline: Option<usize>,
    enough: u32,
) -> Option<Region> {
    let named = |test: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..outline.rows.len()).filter(|at| test(*at)).collect()
    };
    let sign = |at: usize, sign: Signs| {
        outline.row(at).is_some_and(|row| row.signs.has(sign) && row.tag != Tag::Root)
    };
    let tag = |at: usize, tag: Tag| outline.row(at).is_some_and(|row| row.tag == tag);
    let property = |at: usize| {
        outline
            .row(at)
            .and_then(|row| row.attr("itemprop"))
            .is_some_and(|value| value.contains("articleBody"))
    };
    let tiers: [(Vec<usize>, bool); 4] = [
        (named(&property), true),
        (named(&|at| sign(at, Signs::BODY)), true),
        (named(&|at| tag(at, Tag::Article)), false),
        (named(&|at| tag(at, Tag::Main)), false),
    ];
    tiers.iter().find_map(|(rows, strong)| best(outline, words, rows, headline, *strong, enough))
}

fn best(
    outline: &Outline<'_>,
    words: &Words<'_>,
    rows: &[usize],
    headline: Option<usize>,
    strong: bool,
    enough: u32,
) -> Option<Region> {
    let holds = |at: usize| headline.is_some_and(|headline| outline.range(at).contains(&headline));
    let top = rows
        .iter()
        .copied()
        .filter(|at| words.below(outline, *at) >= enough)
        .max_by_key(|at| (holds(*at), words.below(outline, *at), std::cmp::Reverse(*at)))?;
    let mut roots = vec![top];
    if strong {
        roots.extend(rows.iter().filter(|at| is_sister(outline, top, **at)));
        roots.sort_unstable();
        roots.dedup();
    }
    let mut end = 0;
    roots.retain(|at| {
        let outer = *at >= end;
        if outer {
            end = outline.range(*at).end;
        }
        outer
    });
    Some(Region { roots })
}

/// Levels above two parts of one body at which they meet at the latest.
const NEAR: usize = 4;

/// Whether two elements are parts of one body: same class, and an ancestor near both.
fn is_sister(outline: &Outline<'_>, top: usize, other: usize) -> bool {
    let class = |at: usize| outline.row(at).and_then(|row| row.attr("class"));
    let near = |at: usize| outline.above(at).take(NEAR).collect::<Vec<_>>();
    top != other
        && class(top).is_some()
        && class(top) == class(other)
        && near(top).iter().any(|at| near(other).contains(at))
}
