//! The defect: why a text may not be the one that was published, though an article was found in it.
//!
//! A damaged capture is read as far as it goes; what is known to be wrong with it stands in its row,
//! so that whoever needs whole texts can leave it out. Nothing is judged by its text.

use serde::{Deserialize, Serialize};

use super::capture::Capture;
use crate::record::entry::Entry;
use crate::record::verify::is_altered;

/// What is wrong with a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Defect {
    /// Its record says that it was cut (WARC 1.1 §5.13) or is a segment (§7), or less is there than
    /// was announced.
    Truncated,
    /// It is a part of the resource (RFC 9110 §15.3.7).
    Partial,
    /// Its content coding broke off.
    Coding,
    /// Its bytes are not those its digest was taken of.
    Digest,
}

impl Defect {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Truncated, Self::Partial, Self::Coding, Self::Digest];

    /// Its word in a row.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Partial => "partial",
            Self::Coding => "coding",
            Self::Digest => "digest",
        }
    }
}

/// What is wrong with the capture of a page: its content coding broke off or not, and there is more
/// of it than is ever read or not.
pub(super) fn of(
    entry: &Entry,
    capture: &Capture,
    (is_broken, is_cut): (bool, bool),
) -> Vec<Defect> {
    let is_partial = capture.status == 206 || capture.head.get("Content-Range").is_some();
    let is = |defect: &&Defect| match defect {
        Defect::Truncated => {
            entry.truncated().is_some() || entry.is_segment() || capture.is_short || is_cut
        }
        Defect::Partial => is_partial,
        Defect::Coding => is_broken,
        // A block that cannot be read back was told of when it was read.
        Defect::Digest => is_altered(entry).unwrap_or_default(),
    };
    Defect::ALL.iter().filter(is).copied().collect()
}
