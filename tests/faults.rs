//! What is done to a crawler, and the test that shows what comes of it: `tables/faults.txt` names
//! both, and every test it names is there.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails so")]

use std::collections::BTreeSet;
use std::path::Path;

/// The faults there are; the table may not invent one.
const FAULTS: std::ops::RangeInclusive<u32> = 1..=97;

/// Traps, redirects, limits and robots.txt, bodies and the wire, parsing, output: those that must be
/// in the table.
const SHOWN: [std::ops::RangeInclusive<u32>; 2] = [1..=59, 79..=90];

#[test]
fn every_fault_names_tests_that_exist() {
    let mut shown = BTreeSet::new();
    for line in include_str!("tables/faults.txt").lines().filter(|line| !line.starts_with('#')) {
        let [number, what, tests] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not three columns: {line}");
        };
        let number = number.parse().unwrap();
        assert!(FAULTS.contains(&number) && !what.is_empty(), "{line}");
        assert!(shown.insert(number), "fault {number} stands twice");
        for test in tests.split(", ") {
            let (file, name) = test.split_once("::").unwrap();
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
            let code = std::fs::read_to_string(&path).unwrap_or_default();
            let is_there = code.contains(&format!("fn {name}("));
            assert!(is_there, "fault {number}: no test {name} in {file}");
        }
    }
    let missing: Vec<u32> = SHOWN.into_iter().flatten().filter(|n| !shown.contains(n)).collect();
    assert_eq!(missing, Vec::<u32>::new(), "faults without a test");
}
