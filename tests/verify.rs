//! The judge: every damage is found where it is, what is whole is clean, nothing breaks it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::format_push_string,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed"
)]

#[path = "verify/bench.rs"]
mod bench;
#[path = "verify/command.rs"]
mod command;
#[path = "verify/container.rs"]
mod container;
#[path = "verify/corpus.rs"]
mod corpus;
#[path = "verify/damages.rs"]
mod damages;
#[path = "verify/hostile.rs"]
mod hostile;
#[path = "verify/indexes.rs"]
mod indexes;
#[path = "record/sample.rs"]
mod sample;
#[path = "wacz/zips.rs"]
#[allow(dead_code, reason = "the tests of packages use the rest")]
mod zips;

use bench::*;

#[test]
fn what_our_writer_writes_is_clean() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, _) = join(&records());
    assert_eq!(codes(folder.path(), NAME, &bytes), [""; 0]);
    let (verdict, found) = judge(&[folder.path().join(NAME)], &as_bar());
    assert_eq!((found, verdict.records, verdict.is_clean()), (vec![], 23, true));
}
