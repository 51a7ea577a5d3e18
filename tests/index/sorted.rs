//! Sorting and looking up, against the plainest way there is to do either.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use warraq::disk::Disk;
use warraq::index::{self, Line, Lookup, Sorter};
use warraq::moment::Moment;

fn sorted(lines: &[String], memory: usize) -> String {
    let mut sorter = Sorter::within(memory);
    for line in lines {
        sorter.add(line.as_bytes()).unwrap();
    }
    let mut out = Vec::new();
    let count = sorter.write_to(&mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert_eq!(out.lines().count() as u64, count);
    out
}

fn plainly(mut lines: Vec<String>) -> String {
    lines.sort();
    lines.dedup();
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

fn capture(key: &str, second: u64) -> String {
    format!(
        "{key} {} {{\"url\": \"http://{key}/\", \"length\": \"1\", \"offset\": \"{second}\", \"filename\": \"w\"}}",
        20_261_122_093_000 + second
    )
}

#[test]
fn more_runs_than_may_be_open_are_merged_in_steps() {
    // Each line is a run of its own; 64 may be open.
    let lines: Vec<String> = (0..300).map(|n| format!("{:03}", (n * 7919) % 300)).collect();
    assert_eq!(sorted(&lines, 1), plainly(lines));
}

fn sort_fails(input: &Path, out: &Path) -> String {
    let input = input.to_owned();
    index::sort(std::slice::from_ref(&input), out, &Disk::real()).unwrap_err().to_string()
}

#[test]
fn files_are_sorted_into_one_that_appears_whole() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let inputs =
        [write("a", "b x\na y\n\na y\r\n"), write("none", ""), write("b", "A\nb\nb x\na z")];
    let out = folder.path().join("out");
    assert_eq!(index::sort(&inputs, &out, &Disk::real()).unwrap(), 5);
    assert_eq!(fs::read_to_string(&out).unwrap(), "A\na y\na z\nb\nb x\n");
    assert!(!folder.path().join("out.new").exists());
    let missing = folder.path().join("missing");
    let why = sort_fails(&missing, &out);
    assert!(why.starts_with(&format!("cannot read {}: ", missing.display())), "{why}");
    let nowhere = missing.join("out");
    let why = index::sort(&inputs, &nowhere, &Disk::real()).unwrap_err().to_string();
    assert!(why.ends_with("; free space there or make it writable"), "{why}");
    assert_eq!(fs::read_to_string(&out).unwrap().lines().count(), 5, "the old one is kept");
}

#[test]
fn a_line_without_end_is_an_error_not_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long");
    let long = [b"a\n".to_vec(), vec![b'x'; 8 << 20]].concat();
    fs::write(&path, long).unwrap();
    let why = sort_fails(&path, &folder.path().join("out"));
    let want = "@2: the line is longer than 2097152 bytes; make the index again from its WARCs (`warraq index`)";
    assert_eq!(why, format!("{}{want}", path.display()));
    fs::write(&path, format!("{}\n{}", capture("a", 1), "x".repeat(8 << 20))).unwrap();
    let mut lookup = Lookup::open(&path).unwrap();
    let why = lookup.key("b").map(Iterator::count).unwrap_err().to_string();
    assert!(why.ends_with(&want[2..]), "{why}");
}

#[test]
fn a_line_that_is_none_is_named_and_the_next_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.cdxj");
    let text = format!("{}\nb 20261122093002 {{\n{}\n", capture("b", 1), capture("b", 3));
    fs::write(&path, text).unwrap();
    let found: Vec<_> = Lookup::open(&path).unwrap().key("b").unwrap().collect();
    assert_eq!(found.len(), 3);
    let why = found[1].as_ref().unwrap_err().to_string();
    let want = "@85: the line has no JSON object behind key and time; make the index again from its WARCs (`warraq index`)";
    assert_eq!(why, format!("{}{want}", path.display()));
}

#[test]
fn the_nearest_in_time_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.cdxj");
    let lines = [("a", 0), ("org,a)/", 10), ("org,a)/", 20), ("org,a)/", 40), ("z", 0)];
    fs::write(&path, plainly(lines.iter().map(|(key, at)| capture(key, *at)).collect())).unwrap();
    let mut lookup = Lookup::open(&path).unwrap();
    let mut nearest = |stamp: u64| {
        let at = Moment::parse_stamp14(&(20_261_122_093_000 + stamp).to_string()).unwrap();
        lookup.closest("https://www.A.org", at).unwrap().unwrap().at.offset
    };
    assert_eq!([0, 14, 15, 16, 30, 31, 59].map(&mut nearest), [10, 10, 10, 20, 20, 40, 40]);
    let at = Moment::from_millis(0);
    assert_eq!(lookup.closest("http://b.org/", at).unwrap(), None);
}

fn lines() -> impl Strategy<Value = Vec<(String, u64)>> {
    // Keys that are prefixes of one another, and bytes below and above the space.
    let key = prop_oneof![Just("a".to_owned()), "[a-c]{1,3}", "a[!~)]{0,2}", "b{1,40}"];
    proptest::collection::vec((key, 0_u64..50), 0..60)
}

proptest! {
    #[test]
    fn the_order_is_that_of_the_bytes(
        lines in proptest::collection::vec("[a-c !~é]{0,6}", 0..80),
        memory in 0_usize..2_000,
    ) {
        prop_assert_eq!(sorted(&lines, memory), plainly(lines));
    }

    #[test]
    fn a_search_finds_what_a_walk_finds(lines in lines(), more in "[a-c!~)]{0,3}") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.cdxj");
        let text = plainly(lines.iter().map(|(key, at)| capture(key, *at)).collect());
        fs::write(&path, &text).unwrap();
        let all: Vec<Line> =
            text.lines().map(|line| Line::parse(line.as_bytes()).unwrap()).collect();
        let mut lookup = Lookup::open(&path).unwrap();
        for key in lines.iter().map(|(key, _)| key).chain([&more]) {
            let want: Vec<&Line> = all.iter().filter(|line| line.key == *key).collect();
            let found: Vec<Line> = lookup.key(key).unwrap().map(Result::unwrap).collect();
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), want, "{}", key);
        }
    }

    #[test]
    fn any_file_can_be_searched(bytes in proptest::collection::vec(
        prop_oneof![Just(b'\n'), Just(b' '), Just(b'a'), any::<u8>()], 0..400,
    )) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.cdxj");
        fs::write(&path, &bytes).unwrap();
        let found = Lookup::open(&path).unwrap().key("a").map_or(0, Iterator::count);
        prop_assert!(found <= bytes.len());
    }
}
