//! The unit: a sentence or paragraph as alignment sees it.

use super::anchors::{self, Anchors};

/// A stretch of text that is aligned as one.
#[derive(Clone, Debug)]
pub struct Unit {
    /// Its text.
    pub text: String,
    /// Whether a block of the page begins with it.
    pub begins: bool,
    /// Whether it is a phrase of a script that marks no end of a sentence, so that several may stand
    /// for one sentence of the other text.
    pub(super) is_phrase: bool,
    /// Letters, digits and signs; white space is the typesetter's.
    pub(super) length: u32,
    pub(super) anchors: Anchors,
}

impl Unit {
    /// A stretch of text; `begins` where a paragraph begins with it.
    pub fn new(text: String, begins: bool) -> Self {
        let length = text.chars().filter(|c| !c.is_whitespace()).count();
        let anchors = anchors::of(&text);
        Self {
            begins,
            is_phrase: false,
            length: u32::try_from(length).unwrap_or(u32::MAX),
            anchors,
            text,
        }
    }

    /// The same for a phrase.
    pub(super) fn phrase(text: String, begins: bool) -> Self {
        Self { is_phrase: true, ..Self::new(text, begins) }
    }
}
