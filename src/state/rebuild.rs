//! Rebuilding: the archive read back into the state.
//!
//! After a crash from the checkpoint, after a loss from the first byte: the same walk. What stands
//! in the `metadata` records comes in as an iterator, so that reading WARCs stays with the room
//! that knows them; what a page leads to is judged anew by the caller's scope. Never touches the
//! archive.

use std::fmt;

use super::DiskFrontier;
use crate::digest::Digest;
use crate::frontier::FrontierError;
use crate::lead::{Lead, Locator, Refusal};
use crate::moment::Moment;
use crate::record::trace::Trace;
use crate::record::validators::Validators;
use crate::record::{Origin, Position, Reference};

/// Reasons of unreadable records that are kept.
const REASONS: usize = 10;

/// One visit, as the archive tells it.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its `metadata` record.
    pub trace: Trace,
    /// Its payload, when it was archived as a `response`.
    pub origin: Option<(Digest, Origin)>,
    /// What came with it, when it was a whole 200.
    pub validators: Option<Validators>,
    /// What its `revisit` refers to.
    pub refers_to: Option<Reference>,
    /// Its `response` or `revisit` record.
    pub locator: Option<Locator>,
    /// When it was made.
    pub at: Moment,
    /// The end of its records.
    pub end: Position,
}

/// What a walk brought.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Visits read.
    pub read: u64,
    /// Of these, visits the run did not know of.
    pub restored: u64,
    /// Records that could not be read and were passed over.
    pub unreadable: u64,
    /// Why, for the first of them.
    pub reasons: Vec<String>,
}

/// Reads visits back into `frontier`, in the order they were archived, and lets its checkpoint move
/// on. `judge` says what a page leads to, as the worker would have.
pub async fn replay<E: fmt::Display>(
    frontier: &DiskFrontier,
    visits: impl IntoIterator<Item = Result<Found, E>>,
    judge: impl Fn(&Trace) -> (Vec<Lead>, Vec<Refusal>),
) -> Result<Rebuilt, FrontierError> {
    let mut rebuilt = Rebuilt::default();
    for visit in visits {
        match visit {
            Ok(found) => {
                let (leads, refused) = judge(&found.trace);
                rebuilt.read += 1;
                rebuilt.restored += u64::from(frontier.restore(found, leads, refused).await?);
            }
            Err(why) => {
                rebuilt.unreadable += 1;
                if rebuilt.reasons.len() < REASONS {
                    rebuilt.reasons.push(why.to_string());
                }
            }
        }
    }
    frontier.replayed().await?;
    Ok(rebuilt)
}
