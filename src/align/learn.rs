//! The model of a pair of languages: how long a text is in the one for each character of the other,
//! and how far single sentences stray from that.
//!
//! Learnt from the corpus itself: texts are aligned once by their own ratio, and the surest
//! one-to-one beads of all texts of the pair give ratio and spread for the second time.

use std::collections::BTreeMap;

use super::length::VARIANCE;
use super::{Bead, Unit};

/// Beads of a pair of languages from which its model is its own.
const MIN_BEADS: u32 = 40;

/// The score from which a bead teaches.
const SURE: f64 = 0.7;

/// Ratios outside of this are those of a text and its summary.
const RATIOS: std::ops::RangeInclusive<f64> = 0.2..=5.0;

/// Variances outside of this come of too few texts. Pairs of the study: 2.3 to 5.8.
const VARIANCES: (f64, f64) = (1.0, 20.0);

/// How lengths of two languages relate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    /// Characters of the second for each of the first.
    pub ratio: f64,
    /// Variance of a length for each character.
    pub variance: f64,
}

impl Model {
    /// What two texts alone say: their own ratio, the usual variance.
    pub fn of(first: &[Unit], second: &[Unit]) -> Self {
        let total = |units: &[Unit]| units.iter().map(|unit| f64::from(unit.length)).sum::<f64>();
        let ratio = total(second) / total(first).max(1.0);
        Self { ratio: ratio.clamp(*RATIOS.start(), *RATIOS.end()), variance: VARIANCE }
    }

    const fn turned(self) -> Self {
        Self { ratio: 1.0 / self.ratio, variance: self.variance }
    }
}

/// Sums over the beads of one pair.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    beads: u32,
    first: f64,
    second: f64,
    /// Of (second² / mean), (first second / mean), (first² / mean): the variance for any ratio.
    squares: (f64, f64, f64),
}

/// The models of all pairs of a corpus; a pair is the same whichever comes first.
#[derive(Clone, Debug, Default)]
pub struct Models(BTreeMap<(String, String), Sums>);

impl Models {
    /// Learns from the beads of two texts in these languages.
    pub fn learn(&mut self, languages: (&str, &str), texts: (&[Unit], &[Unit]), beads: &[Bead]) {
        let turn = languages.0 > languages.1;
        let key = if turn { (languages.1, languages.0) } else { languages };
        let sums = self.0.entry((key.0.to_owned(), key.1.to_owned())).or_default();
        for bead in beads.iter().filter(|bead| bead.score >= SURE) {
            if bead.first.len() != 1 || bead.second.len() != 1 {
                continue;
            }
            let (Some(a), Some(b)) =
                (texts.0.get(bead.first.start), texts.1.get(bead.second.start))
            else {
                continue;
            };
            let (a, b) = (f64::from(a.length), f64::from(b.length));
            let (a, b) = if turn { (b, a) } else { (a, b) };
            let mean = f64::midpoint(a, b).max(1.0);
            sums.beads += 1;
            sums.first += a;
            sums.second += b;
            sums.squares.0 += b * b / mean;
            sums.squares.1 += a * b / mean;
            sums.squares.2 += a * a / mean;
        }
    }

    /// The model of a pair; `None` while there is too little to know it by.
    pub fn get(&self, first: &str, second: &str) -> Option<Model> {
        let turn = first > second;
        let key = if turn { (second, first) } else { (first, second) };
        let sums = self.0.get(&(key.0.to_owned(), key.1.to_owned()))?;
        let model = sums.model().filter(|model| RATIOS.contains(&model.ratio))?;
        Some(if turn { model.turned() } else { model })
    }
}

impl Sums {
    fn model(&self) -> Option<Model> {
        if self.beads < MIN_BEADS || self.first < 1.0 {
            return None;
        }
        let ratio = self.second / self.first;
        let (bb, ab, aa) = self.squares;
        // The lengths are compared half-way between both languages: (b/√c - a√c)² over their mean.
        let squares = bb / ratio - 2.0 * ab + aa * ratio;
        let variance = (squares / f64::from(self.beads)).clamp(VARIANCES.0, VARIANCES.1);
        Some(Model { ratio, variance })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::align;

    fn text(lengths: impl Iterator<Item = usize>) -> Vec<Unit> {
        lengths.map(|length| Unit::new("x".repeat(length), false)).collect()
    }

    #[test]
    fn ratio_and_spread_are_learnt_and_turn_with_the_pair() {
        let lengths = [80, 120, 45, 200, 150, 60, 95, 30];
        let first = text(lengths.into_iter());
        let second = text(lengths.into_iter().map(|length| length * 4 / 5));
        let mut models = Models::default();
        for _ in 0..5 {
            assert_eq!(models.get("en", "ar"), None, "before there is enough");
            let beads = align(&first, &second, Model::of(&first, &second));
            models.learn(("en", "ar"), (&first, &second), &beads);
        }
        let (there, back) = (models.get("en", "ar").unwrap(), models.get("ar", "en").unwrap());
        assert!((there.ratio - 0.8).abs() < 0.01, "{there:?}");
        assert!((there.ratio * back.ratio - 1.0).abs() < 1e-9);
        assert!((there.variance - VARIANCES.0).abs() < 1e-9, "{there:?}");
    }
}
