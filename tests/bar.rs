//! The bar of the archive: every item of what a WARC of ours has to be, and the test that shows it.
//! `tables/bar.txt` names them; what no other test file shows is shown here, on real crawls.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed"
)]

#[path = "bar/closing.rs"]
mod closing;
#[path = "bar/every.rs"]
mod every;
#[path = "hostile/found.rs"]
mod found;
#[path = "bar/http2.rs"]
mod http2;
#[path = "bar/looked_up.rs"]
mod looked_up;
#[path = "hostile/run.rs"]
mod run;
#[path = "record/sample.rs"]
mod sample;
#[path = "bar/secrets.rs"]
mod secrets;
#[path = "bar/torn.rs"]
mod torn;
#[path = "hostile/web.rs"]
mod web;
#[path = "bar/wire.rs"]
mod wire;

use std::collections::BTreeMap;
use std::path::Path;

use warraq::record::entry::Entry;

/// The text of a block.
fn text(entry: &Entry) -> String {
    String::from_utf8_lossy(&entry.block.first(16 << 20).unwrap()).into_owned()
}

#[test]
fn every_item_names_tests_that_exist() {
    let mut shown: BTreeMap<u32, usize> = BTreeMap::new();
    for line in include_str!("tables/bar.txt").lines().filter(|line| !line.starts_with('#')) {
        let [item, what, tests] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line}");
        };
        assert!(!what.is_empty(), "{line}");
        for test in tests.split(", ") {
            let (file, name) = test.split_once("::").unwrap();
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let code = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(code.contains(&format!("fn {name}(")), "item {item}: no test {name} in {file}");
        }
        *shown.entry(item.parse().unwrap()).or_default() += 1;
    }
    assert_eq!(shown.into_iter().collect::<Vec<_>>(), (1..=33).map(|n| (n, 1)).collect::<Vec<_>>());
}
