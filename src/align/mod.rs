//! Alignment: which sentences of two texts say the same.
//!
//! By what survives translation: the lengths (Gale and Church 1993, with the ratio and spread of
//! the pair of languages), numbers and names that stand in both, and where paragraphs begin. A text
//! comes in as its blocks and goes out as beads, in reading order; a bead takes none, one or two
//! sentences of each side. The same walk aligns whole paragraphs. It judges no document: whether two
//! texts are translations at all is [`crate::groups`]' word.

mod anchors;
mod learn;
pub(crate) mod length;
mod path;
mod sentence;
mod unit;

pub use learn::{Model, Models};
pub use sentence::sentences;
pub use unit::Unit;

use serde::Serialize;

/// Units of a text that are aligned; what follows is left alone. The longest article of the test
/// sets has some 900 sentences.
pub const MAX_UNITS: usize = 5_000;

/// Units of two texts that belong together: ranges of each, in reading order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bead {
    /// Of the first text.
    pub first: std::ops::Range<usize>,
    /// Of the second.
    pub second: std::ops::Range<usize>,
    /// How sure it is, 0 to 1; 0 where one side is empty.
    pub score: f64,
}

impl Bead {
    /// Units of the first and of the second text, as `1-2`.
    pub fn shape(&self) -> String {
        format!("{}-{}", self.first.len(), self.second.len())
    }
}

/// The beads of two texts under a model of their lengths. Every unit is in exactly one bead, up to
/// [`MAX_UNITS`] of each side.
pub fn align(first: &[Unit], second: &[Unit], model: Model) -> Vec<Bead> {
    let first = first.get(..MAX_UNITS.min(first.len())).unwrap_or_default();
    let second = second.get(..MAX_UNITS.min(second.len())).unwrap_or_default();
    path::cheapest(first, second, model)
}

/// The blocks of a text as units, a paragraph each.
pub fn paragraphs(blocks: &[&str]) -> Vec<Unit> {
    blocks.iter().map(|text| Unit::new((*text).to_owned(), true)).collect()
}
