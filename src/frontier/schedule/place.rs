//! The place: where a URL stands in the queue of its server.
//!
//! Sixteen bytes that sort as the queue does; the state writes them into its keys. A place knows
//! nothing of the URL that has it.

use serde::{Deserialize, Serialize};

use crate::lead::Hop;

/// A place in a server's queue: smaller goes first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Place {
    /// 0 for what was put first, else the hop's rank and one.
    pub order: u8,
    /// The sequence number; inverted where order is 0, so that the last put first goes first.
    pub seq: u64,
}

impl Place {
    /// The place of a lead that waits for its turn.
    pub const fn back(hop: Hop, seq: u64) -> Self {
        Self { order: hop.rank() + 1, seq }
    }

    /// The place of a feed or a sitemap that is known to be one: ahead of what pages lead to, since
    /// it tells of what is new.
    pub const fn ahead(seq: u64) -> Self {
        Self { order: 1, seq }
    }

    /// The place ahead of all others.
    pub const fn front(seq: u64) -> Self {
        Self { order: 0, seq: !seq }
    }

    /// The place behind all others: for what may be to blame for a crash.
    pub const fn last(seq: u64) -> Self {
        Self { order: u8::MAX, seq }
    }

    /// Whether it is such a place.
    pub const fn is_last(self) -> bool {
        self.order == u8::MAX
    }

    /// The place of another attempt: behind its peers, or first again when it was first.
    #[must_use]
    pub const fn again(self, seq: u64) -> Self {
        if self.order == 0 { Self::front(seq) } else { Self { order: self.order, seq } }
    }

    /// The sequence number it was made from.
    pub const fn ticket(self) -> u64 {
        if self.order == 0 { !self.seq } else { self.seq }
    }
}
