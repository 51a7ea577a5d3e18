//! What it costs to lay the paragraphs of two texts side by side, by their lengths alone.
//!
//! Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora" (1993), on paragraphs:
//! the cheapest monotone path of 1-1, 1-0, 0-1, 2-1, 1-2 and 2-2 beads. A feature beside others:
//! paragraphs are split and joined freely, so it rejects nothing.

use crate::align::length::{self, BEADS, VARIANCE};

/// What it costs to lay two texts side by side, paragraph by paragraph.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Parallel {
    /// For each paragraph of the longer side.
    pub(super) cost: f64,
    /// The same with the second text from its end: what the order of the paragraphs is worth.
    pub(super) backwards: f64,
}

impl Parallel {
    /// Of two texts' paragraphs; `None` for an empty side. `expected` is the ratio of the second
    /// side's lengths to the first's.
    pub(super) fn of(first: &[u16], second: &[u16], expected: f64) -> Option<Self> {
        let reversed: Vec<u16> = second.iter().rev().copied().collect();
        let (cost, backwards) = (cost(first, second, expected)?, cost(first, &reversed, expected)?);
        Some(Self { cost, backwards })
    }
}

/// The cost of the cheapest path for each paragraph of the longer side; `None` for an empty side.
pub(super) fn cost(first: &[u16], second: &[u16], expected: f64) -> Option<f64> {
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let (a, b) = (sums(first, expected), sums(second, 1.0));
    // What the first i paragraphs cost against the first j, row after row.
    let width = b.len();
    let mut costs: Vec<f64> = Vec::with_capacity(a.len() * width);
    for (i, upto_a) in a.iter().enumerate() {
        for (j, upto_b) in b.iter().enumerate() {
            let cheapest = BEADS.iter().filter_map(|(of_a, of_b, prior)| {
                let (from, to) = (i.checked_sub(*of_a)?, j.checked_sub(*of_b)?);
                let before = costs.get(from * width + to)?;
                Some(before + prior + bead(upto_a - a.get(from)?, upto_b - b.get(to)?))
            });
            let start = if (i, j) == (0, 0) { 0.0 } else { f64::INFINITY };
            let cheapest = cheapest.fold(start, f64::min);
            costs.push(cheapest);
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "at most a hundred paragraphs")]
    let longer = first.len().max(second.len()) as f64;
    Some(costs.last()? / longer)
}

/// Characters of the first 0, 1, 2, … paragraphs.
fn sums(lengths: &[u16], scale: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |length: &u16| {
        sum += f64::from(*length) * scale;
        sum
    };
    std::iter::once(0.0).chain(lengths.iter().map(add)).collect()
}

/// Minus the logarithm of how likely these lengths belong together.
fn bead(a: f64, b: f64) -> f64 {
    length::cost(length::deviation(a, b, VARIANCE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_translation_is_cheaper_than_another_text() {
        let english = [310, 120, 640, 205, 480, 90];
        let arabic = [255, 99, 524, 170, 390, 75];
        let other = [90, 700, 60, 610, 80, 300];
        let cost = |second: &[u16]| cost(&english, second, 0.82).unwrap();
        assert!(cost(&arabic) < 1.0, "{}", cost(&arabic));
        assert!(cost(&other) > 3.0 * cost(&arabic), "{}", cost(&other));
        // One paragraph split in two costs little.
        assert!(cost(&[255, 99, 260, 264, 170, 390, 75]) < 2.0);
    }

    proptest! {
        #[test]
        fn any_lengths_have_a_finite_cost(
            first in proptest::collection::vec(any::<u16>(), 1..64),
            second in proptest::collection::vec(any::<u16>(), 1..64),
            expected in 0.01_f64..100.0,
        ) {
            let cost = cost(&first, &second, expected).unwrap();
            prop_assert!(cost.is_finite() && cost >= 0.0);
        }
    }
}
