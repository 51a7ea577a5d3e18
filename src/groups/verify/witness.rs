//! Witnesses: what numbers, names and paragraphs say for or against two texts being one.
//!
//! Each gives points, and their sum is the balance of a comparison. "True" are 13,724 pairs of
//! translated pages (237 pages of a desktop's manual in 16 languages and 5 scripts; a handbook in
//! six; stories of our own in eleven), "random" 20,909 pairs of other pages of these, and "news" 468
//! of real articles that have nothing in common. The balance condemns .0005 of the true pairs, and
//! .92 of the news that have numbers or names to compare.

use super::aligned::Parallel;

/// A share of numbers below this is that of two articles. True: 0 of 1,993; news: .63.
const NO_NUMBERS: f64 = 0.1;

/// A share of numbers below this is hardly that of one article. True: 0 of 1,993; news: .97.
const FEW_NUMBERS: f64 = 0.3;

/// A share of numbers from this on is that of one article. True: .99; random: .05.
const SAME_NUMBERS: f64 = 0.6;

/// Numbers of a text that are not all lost in another that has one at most. True pairs of a manual
/// (6,894 in 37 languages) with as many: 0 of 243; news of a length: .12 of all.
const SOME_NUMBERS: usize = 8;

/// Numbers of a text whose translation has at least one. True pairs: 0 of 220; news: .07 of all.
const MANY_NUMBERS: usize = 10;

/// Names on each side that say little: three or four are soon all translated. True pairs that
/// share none of as many: .09, random ones .67.
const FEW_NAMES: usize = 5;

/// A share of names below this is that of two articles. True pairs with five and more on each side:
/// .07 (manuals, whose labels are translated; the handbook 0), news: .98.
const NO_NAMES: f64 = 0.1;

/// A share of names from this on is that of one article, or of one topic. True: .86; random: .12 (pages of one
/// handbook), news: .01.
const SAME_NAMES: f64 = 0.3;

/// Paragraphs on each side from which laying them side by side says something.
const MIN_PARAGRAPHS: u16 = 5;

/// Paragraphs that cost less run parallel. True: .86; random: .02.
const PARALLEL: f64 = 1.5;

/// …unless they fit backwards as well: texts whose paragraphs are all of a length fit anything.
const BACKWARDS: f64 = 2.0;

/// Paragraphs that cost more do not. True: .04; random: .75, news .85.
const NOT_PARALLEL: f64 = 3.0;

/// At this balance and below two texts are held to be two articles.
pub(in crate::groups) const DIFFER: i8 = -2;

/// From this balance on two texts are held to be one article.
pub(in crate::groups) const AGREE: i8 = 2;

/// From this balance on two witnesses, numbers and names, speak for one article.
pub(in crate::groups) const CONFIRMED: i8 = 4;

/// What a share of numbers says.
pub(super) fn numbers(share: Option<f64>) -> i8 {
    match share {
        Some(share) if share < NO_NUMBERS => -3,
        Some(share) if share < FEW_NUMBERS => -2,
        Some(share) if share >= SAME_NUMBERS => 3,
        _ => 0,
    }
}

/// What it says that one text has numbers and the other none, or nearly: of two whole texts.
pub(super) const fn silence((fewer, more): (usize, usize)) -> i8 {
    match (fewer, more) {
        (0, MANY_NUMBERS..) => -2,
        (..=1, SOME_NUMBERS..) => -1,
        _ => 0,
    }
}

/// What a share of names says, when the side with fewer has `fewer`.
pub(super) fn names(share: Option<f64>, fewer: usize) -> i8 {
    match share {
        Some(share) if share < NO_NAMES && fewer < FEW_NAMES => -1,
        Some(share) if share < NO_NAMES => -2,
        Some(share) if share >= SAME_NAMES => 1,
        _ => 0,
    }
}

/// Whether paragraphs can still turn a balance: they cost the most to ask, and say the least.
pub(super) const fn may_turn(balance: i8) -> bool {
    balance == DIFFER || balance == DIFFER + 1 || balance == AGREE - 1
}

/// Whether paragraphs run parallel, however few they are.
pub(super) fn is_parallel(laid: Option<&Parallel>) -> bool {
    laid.is_some_and(|laid| laid.cost < PARALLEL)
}

/// What the paragraphs say.
pub(super) fn paragraphs(counts: (u16, u16), laid: Option<&Parallel>) -> i8 {
    let Some(laid) = laid.filter(|_| counts.0.min(counts.1) >= MIN_PARAGRAPHS) else { return 0 };
    if laid.cost > NOT_PARALLEL {
        return -1;
    }
    i8::from(laid.cost < PARALLEL && laid.backwards >= BACKWARDS * laid.cost)
}
