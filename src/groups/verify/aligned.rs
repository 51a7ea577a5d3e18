//! What it costs to lay the paragraphs of two texts side by side, by their lengths alone.
//!
//! Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora" (1993), on paragraphs:
//! the cheapest monotone path of 1-1, 1-0, 0-1, 2-1, 1-2 and 2-2 beads. A feature beside others:
//! paragraphs are split and joined freely, so it rejects nothing.

/// Variance of a length for each character, as Gale and Church found it. Pairs of the study: 2.3
/// (ja) to 5.8 (fr).
const VARIANCE: f64 = 6.8;

/// Beads: paragraphs taken of each side, and how likely that is before the lengths are looked at
/// (their table 5).
const BEADS: &[(usize, usize, f64)] =
    &[(1, 1, 0.89), (1, 0, 0.0099), (0, 1, 0.0099), (2, 1, 0.089), (1, 2, 0.089), (2, 2, 0.011)];

/// The cost of the cheapest path for each paragraph of the longer side; `None` for an empty side.
/// `expected` is the ratio of the second side's lengths to the first's.
pub(super) fn cost(first: &[u16], second: &[u16], expected: f64) -> Option<f64> {
    if first.is_empty() || second.is_empty() {
        return None;
    }
    // rows[i][j]: the cost of the first i paragraphs against the first j.
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(first.len() + 1);
    for i in 0..=first.len() {
        let mut row: Vec<f64> = Vec::with_capacity(second.len() + 1);
        for j in 0..=second.len() {
            let cheapest = BEADS.iter().filter_map(|(a, b, prior)| {
                let (from, to) = (i.checked_sub(*a)?, j.checked_sub(*b)?);
                let before = if *a == 0 { row.get(to) } else { rows.get(from)?.get(to) }?;
                let taken = first.get(from..i).zip(second.get(to..j))?;
                Some(before + bead(taken, expected) - prior.ln())
            });
            let start = if (i, j) == (0, 0) { 0.0 } else { f64::INFINITY };
            row.push(cheapest.fold(start, f64::min));
        }
        rows.push(row);
    }
    let total = rows.last()?.last()?;
    #[allow(clippy::cast_precision_loss, reason = "at most a hundred paragraphs")]
    let longer = first.len().max(second.len()) as f64;
    Some(total / longer)
}

/// Minus the logarithm of how likely these lengths belong together.
fn bead((first, second): (&[u16], &[u16]), expected: f64) -> f64 {
    let length = |side: &[u16]| side.iter().map(|length| f64::from(*length)).sum::<f64>();
    let (a, b) = (length(first) * expected, length(second));
    let mean = f64::midpoint(a, b).max(1.0);
    let deviation = (b - a).abs() / (mean * VARIANCE).sqrt();
    -two_tailed(deviation).max(1e-12).ln()
}

/// The probability of a deviation at least this large under the normal distribution
/// (Abramowitz and Stegun 26.2.17).
fn two_tailed(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let series = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = series.iter().rev().fold(0.0, |sum, factor| (sum + factor) * t);
    2.0 * (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_tail_is_that_of_the_normal_distribution() {
        for (z, tail) in [(0.0, 1.0), (1.0, 0.3173), (1.96, 0.05), (3.0, 0.0027)] {
            assert!((two_tailed(z) - tail).abs() < 1e-3, "{z}");
        }
    }

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
