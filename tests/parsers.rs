//! Every parser of outside bytes, held to more than that it survives: the same result however the
//! bytes come, what was written read back, nothing changed by what must not matter.
//!
//! `PROPTEST_CASES` says how many cases each property gets; `.ci/run` gives 100,000, optimised. The
//! inputs are grown from the seeds in `tables/corpus.txt`. An input that fails becomes a seed there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_collect,
    reason = "a test that cannot go on has failed"
)]

#[path = "parsers/addresses.rs"]
mod addresses;
#[path = "parsers/archives.rs"]
mod archives;
#[path = "capture/cases.rs"]
mod cases;
#[path = "parsers/entities.rs"]
mod entities;
#[path = "tables/escapes.rs"]
mod escapes;
#[path = "parsers/framing.rs"]
mod framing;
#[path = "parsers/giants.rs"]
mod giants;
#[path = "parsers/heads.rs"]
mod heads;
#[path = "parsers/input.rs"]
mod input;
#[path = "parsers/jobs.rs"]
mod jobs;
#[path = "parsers/lists.rs"]
mod lists;
#[path = "parsers/requests.rs"]
mod requests;
#[path = "parsers/rules.rs"]
mod rules;

use proptest::test_runner::Config;

/// How each property is tried: `PROPTEST_CASES` times. What fails is told and goes into the corpus.
pub(crate) fn config() -> Config {
    // Some properties hold of a part of the inputs only.
    Config { failure_persistence: None, max_global_rejects: u32::MAX, ..Config::default() }
}
