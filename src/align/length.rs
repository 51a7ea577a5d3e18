//! Lengths: how likely it is that two stretches of text belong together, by their lengths alone.
//!
//! Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora", Computational
//! Linguistics 19(1), 1993.

use std::sync::LazyLock;

/// Variance of a length for each character, as Gale and Church found it. Pairs of the study: 2.3
/// (ja) to 5.8 (fr).
pub(crate) const VARIANCE: f64 = 6.8;

/// Beads: units taken of each side, and minus the logarithm of how likely that is before the
/// lengths are looked at (their table 5: .89, .0099, .0099, .089, .089, .011).
pub(crate) const BEADS: [(usize, usize, f64); 6] = [
    (1, 1, 0.1165),
    (1, 0, 4.6152),
    (0, 1, 4.6152),
    (2, 1, 2.4191),
    (1, 2, 2.4191),
    (2, 2, 4.5099),
];

/// Steps of [`COSTS`] for each standard deviation.
const STEPS: f64 = 64.0;

/// What nothing costs more than: one in 10^12.
const MOST: f64 = 27.63;

/// Minus the logarithm of the probability of a deviation, by its size; past the end it is [`MOST`].
/// Groups are formed by the hundred thousand, and each takes hundreds of these.
static COSTS: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let cost = |step: u16| (-two_tailed(f64::from(step) / STEPS).max(1e-12).ln()).max(0.0);
    (0..464).map(cost).collect()
});

/// Standard deviations between two lengths that are told in the same measure.
pub(crate) fn deviation(a: f64, b: f64, variance: f64) -> f64 {
    let mean = f64::midpoint(a, b).max(1.0);
    (b - a).abs() / (mean * variance).sqrt()
}

/// Minus the logarithm of how likely a deviation is.
pub(crate) fn cost(deviation: f64) -> f64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a deviation is not negative, and one past the table is cut"
    )]
    let step = (deviation * STEPS) as usize;
    COSTS.get(step).copied().unwrap_or(MOST)
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

    #[test]
    fn the_tail_is_that_of_the_normal_distribution() {
        for (z, tail) in [(0.0, 1.0), (1.0, 0.3173), (1.96, 0.05), (3.0, 0.0027)] {
            assert!((two_tailed(z) - tail).abs() < 1e-3, "{z}");
        }
    }
}
