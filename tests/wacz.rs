//! Packages: what the writer makes reads back whole, what is damaged is named, what is hostile is
//! refused entry by entry.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "wacz/hostile.rs"]
mod hostile;
#[path = "wacz/made.rs"]
mod made;
#[path = "wacz/zips.rs"]
mod zips;
