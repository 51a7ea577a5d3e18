//! The path: the cheapest way to lay two texts side by side, bead after bead.
//!
//! What a bead costs, in nats: how rare its shape is, how ill its lengths fit, less what both sides
//! have in common, and what it makes of paragraphs. Dynamic programming in a band round the
//! diagonal: time and memory are bounded by the longer text and [`BAND`].

use super::anchors::{Anchors, Shared, shared};
use super::length::{self, BEADS};
use super::{Bead, Model, Unit};

/// Beads beside those of Gale and Church: editors of some languages make three sentences of one.
const LONG: [(usize, usize, f64); 2] = [(3, 1, 5.5), (1, 3, 5.5)];

/// Phrases that may stand for one sentence, and what each after the first costs: where a sentence
/// ends among them is for the lengths to say.
const MOST_PHRASES: usize = 8;
const PHRASE: f64 = 0.25;

/// Units off the diagonal that are looked at to either side.
const BAND: usize = 200;

/// What a number in both is worth.
const NUMBER: f64 = 2.5;
/// What a number that is only in one costs: less than to leave a sentence out on either side, since
/// translators write some in words. Of the pairs of a story from which both translators left out
/// sentences, 19 of 63 were wrong at 1.0, 10 of 60 at 3.6; above, pairs of the bundled web are lost
/// (recall .981 to 3.3, .977 at 3.6, .966 from 3.8).
const ODD_NUMBER: f64 = 3.6;
/// What a name in both is worth.
const NAME: f64 = 1.5;
/// Anchors of a kind that count: two long sentences share more than two short ones.
const MOST_ANCHORS: usize = 3;

/// What it is worth when both sides begin a paragraph, and costs when only one does.
const BOTH_BEGIN: f64 = 1.0;
const ONE_BEGINS: f64 = 0.6;
/// What it costs to join two units across the end of a paragraph.
const JOINED: f64 = 1.5;

/// The score of lengths alone, where nothing can be shared.
const LENGTHS_ALONE: f64 = 0.85;
/// How much of a score the lengths are where there is something to share.
const LENGTH_SHARE: f64 = 0.5;

/// The walk over two texts.
struct Walk<'a> {
    first: &'a [Unit],
    second: &'a [Unit],
    model: Model,
    width: usize,
    costs: Vec<f64>,
    /// The shapes a bead may have, each with its prior.
    shapes: Vec<(usize, usize, f64)>,
    /// The bead by which a point is reached, by its place among the shapes.
    steps: Vec<u8>,
}

pub(super) fn cheapest(first: &[Unit], second: &[Unit], model: Model) -> Vec<Bead> {
    // Where one side is far longer, the band is as much wider as it moves from row to row.
    let slope = second.len() / first.len().max(1);
    let width = second.len().min(2 * (BAND + slope)) + 1;
    let points = (first.len() + 1) * width;
    let (costs, steps) = (vec![f64::INFINITY; points], vec![u8::MAX; points]);
    let shapes = shapes(first, second);
    let mut walk = Walk { first, second, model, width, costs, shapes, steps };
    for i in 0..=first.len() {
        let from = walk.band(i);
        for j in from..(from + width).min(second.len() + 1) {
            walk.reach(i, j);
        }
    }
    walk.back()
}

/// The shapes beads of two texts may have: several phrases are as good as one sentence.
fn shapes(first: &[Unit], second: &[Unit]) -> Vec<(usize, usize, f64)> {
    let mut shapes: Vec<_> = BEADS.into_iter().chain(LONG).collect();
    let [(_, _, whole), ..] = BEADS;
    let is_phrases = |units: &[Unit]| units.iter().any(|unit| unit.is_phrase);
    for (count, more) in (2..=MOST_PHRASES).zip(1_u8..) {
        let prior = whole + PHRASE * f64::from(more);
        if is_phrases(first) {
            shapes.push((count, 1, prior));
        }
        if is_phrases(second) {
            shapes.push((1, count, prior));
        }
    }
    shapes
}

impl Walk<'_> {
    /// Where the band of a row begins.
    fn band(&self, i: usize) -> usize {
        let (rows, columns) = (self.first.len().max(1), self.second.len());
        let middle = i * columns / rows;
        middle.saturating_sub(self.width / 2).min((columns + 1).saturating_sub(self.width))
    }

    fn point(&self, i: usize, j: usize) -> Option<usize> {
        let column = j.checked_sub(self.band(i)).filter(|column| *column < self.width)?;
        Some(i * self.width + column)
    }

    /// The cheapest way to a point.
    fn reach(&mut self, i: usize, j: usize) {
        let mut best = if (i, j) == (0, 0) { (0.0, u8::MAX) } else { (f64::INFINITY, u8::MAX) };
        for (step, &(of_first, of_second, prior)) in (0_u8..).zip(&self.shapes) {
            let (Some(from), Some(to)) = (i.checked_sub(of_first), j.checked_sub(of_second)) else {
                continue;
            };
            let before = self.point(from, to).and_then(|point| self.costs.get(point));
            let Some(before) = before.filter(|cost| cost.is_finite()) else { continue };
            let cost = before + prior + self.cost(from..i, to..j);
            if cost < best.0 {
                best = (cost, step);
            }
        }
        if let Some(point) = self.point(i, j) {
            if let Some(cost) = self.costs.get_mut(point) {
                *cost = best.0;
            }
            if let Some(step) = self.steps.get_mut(point) {
                *step = best.1;
            }
        }
    }

    fn cost(&self, first: std::ops::Range<usize>, second: std::ops::Range<usize>) -> f64 {
        let (first, second) = (side(self.first, first), side(self.second, second));
        let (Some(a), Some(b)) = (first.first(), second.first()) else {
            // What a translator left out can be of any length: its prior says it all.
            return 0.0;
        };
        let begins = match (a.begins, b.begins) {
            (true, true) => -BOTH_BEGIN,
            (false, false) => 0.0,
            _ => ONE_BEGINS,
        };
        let joined = [first, second].iter().filter(|side| is_joined(side)).count();
        let shared = common(first, second);
        length::cost(deviation(first, second, self.model)) + begins + JOINED * number(joined)
            - NUMBER * number(shared.numbers.min(MOST_ANCHORS))
            - NAME * number(shared.names.min(MOST_ANCHORS))
            + ODD_NUMBER * number(shared.odd_numbers.min(MOST_ANCHORS))
    }

    /// The beads of the path that was found.
    fn back(&self) -> Vec<Bead> {
        let (mut i, mut j) = (self.first.len(), self.second.len());
        let mut beads = Vec::new();
        while (i, j) != (0, 0) {
            let step = self.point(i, j).and_then(|point| self.steps.get(point));
            let bead = step.and_then(|step| self.shapes.get(usize::from(*step)));
            // The corner is always in the band, and each point of a path has a step.
            let Some((of_first, of_second, _)) = bead else { break };
            let (from, to) = (i.saturating_sub(*of_first), j.saturating_sub(*of_second));
            let (first, second) = (side(self.first, from..i), side(self.second, to..j));
            let score = score(first, second, self.model);
            beads.push(Bead { first: from..i, second: to..j, score });
            (i, j) = (from, to);
        }
        beads.reverse();
        beads
    }
}

fn side(units: &[Unit], range: std::ops::Range<usize>) -> &[Unit] {
    units.get(range).unwrap_or_default()
}

fn sum(units: &[Unit]) -> f64 {
    units.iter().map(|unit| f64::from(unit.length)).sum()
}

/// How far apart the lengths are, told in a measure between both languages.
fn deviation(first: &[Unit], second: &[Unit], model: Model) -> f64 {
    let half = model.ratio.sqrt();
    length::deviation(sum(first) * half, sum(second) / half, model.variance)
}

fn is_joined(units: &[Unit]) -> bool {
    units.iter().skip(1).any(|unit| unit.begins)
}

fn common(first: &[Unit], second: &[Unit]) -> Shared {
    let first: Vec<&Anchors> = first.iter().map(|unit| &unit.anchors).collect();
    let second: Vec<&Anchors> = second.iter().map(|unit| &unit.anchors).collect();
    shared(&first, &second)
}

/// How sure a bead is: how well the lengths fit, and which part of the anchors both have.
fn score(first: &[Unit], second: &[Unit], model: Model) -> f64 {
    if first.is_empty() || second.is_empty() {
        return 0.0;
    }
    let deviation = deviation(first, second, model);
    // One standard deviation .88, two .61, three .32.
    let lengths = (-deviation * deviation / 8.0).exp();
    let shared = common(first, second);
    let (both, odd) = (number(2 * shared.numbers + 2 * shared.names), number(shared.odd_numbers));
    if both + odd < 1.0 {
        return lengths * LENGTHS_ALONE;
    }
    LENGTH_SHARE * lengths + (1.0 - LENGTH_SHARE) * both / (both + odd)
}

#[allow(clippy::cast_precision_loss, reason = "counts of a few")]
const fn number(count: usize) -> f64 {
    count as f64
}
