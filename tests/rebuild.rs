//! `warraq state rebuild`: the state made again from the archive alone equals the one before, row by
//! row, on everything that was settled by a fetch. (A URL that robots.txt refused at its turn has no
//! record: it is queued again, and refused again.)

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

#[path = "site/mod.rs"]
mod site;

use site::Site;

fn warraq(args: &[&str], dir: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq")).args(args).arg(dir).output().unwrap()
}

fn crawl(web: &Site, dir: &Path, more: &[&str]) {
    let resolve = web.resolve();
    let seed = web.seed_url();
    let mut args = vec!["crawl", &seed, "--contact", "test@warraq.test", "--quiet"];
    args.extend(["--depth", "1", "--delay", "0", "--allow-private", "--resolve", &resolve]);
    args.extend(more);
    args.push("--into");
    let out = warraq(&args, dir);
    // Half a run is one that stopped at its limit.
    let code = if more.contains(&"--max-pages") { 14 } else { 0 };
    assert_eq!(out.status.code(), Some(code), "{}", String::from_utf8_lossy(&out.stderr));
}

/// Rows by the letter their keys begin with; those whose key is a print by their value alone, for
/// each state has a secret of its own.
type Rows = BTreeMap<char, BTreeMap<Vec<u8>, Vec<Vec<u8>>>>;

fn rows(dir: &Path) -> Rows {
    // A copy: opening is writing.
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(dir.join("state")).unwrap().map(Result::unwrap) {
        if entry.path().is_file() {
            fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
        }
    }
    let db = sled::open(copy.path()).unwrap();
    let mut rows = Rows::new();
    for row in db.iter() {
        let (key, value) = row.unwrap();
        let kind = char::from(key[0]);
        let name = if "ugv".contains(kind) { Vec::new() } else { key[1..].to_vec() };
        rows.entry(kind).or_default().entry(name).or_default().push(value.to_vec());
    }
    for values in rows.values_mut().flat_map(BTreeMap::values_mut) {
        values.sort();
    }
    rows
}

/// How each URL ended, by the ledger.
fn ends(dir: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(dir.join("ledger.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told = |line: serde_json::Value| {
        let names = ["run", "url", "state", "status", "rule", "hops", "bytes", "record"];
        names.map(|name| line[name].to_string()).join(" ")
    };
    lines.map(told).collect()
}

fn compare(dir: &Path) {
    let (before, ended) = (rows(dir), ends(dir));
    let bytes = archive(dir);
    let out = warraq(&["state", "rebuild"], dir);
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let after = rows(dir);
    assert_eq!(bytes, archive(dir), "the archive was touched");
    let again = ends(dir);
    let (lost, new): (Vec<_>, Vec<_>) =
        (ended.difference(&again).collect(), again.difference(&ended).collect());
    assert!(lost.is_empty() && new.is_empty(), "lost: {lost:#?}\nnew: {new:#?}");
    // Not compared: `m` holds secret and checkpoint, `s` when a site is due; places in the
    // queue are handed out anew.
    for kind in ['d', 'p', 'g', 'v', 'x', 'i', 'n', 'w'] {
        assert_eq!(before.get(&kind), after.get(&kind), "rows of {kind}");
    }
    let standings = |rows: &Rows| -> Vec<Vec<u8>> {
        // Version, run, standing: what stands before attempt and place.
        let all = rows[&'u'].values().flatten();
        let mut all: Vec<_> = all.map(|row| row[..3].to_vec()).collect();
        all.sort();
        all
    };
    assert_eq!(standings(&before), standings(&after));
    let queue = |rows: &Rows| -> BTreeSet<Vec<u8>> {
        rows.get(&'q').into_iter().flat_map(|queue| queue.values().flatten().cloned()).collect()
    };
    assert_eq!(queue(&before), queue(&after));
    let robots = |rows: &Rows| -> Vec<_> { rows[&'r'].keys().cloned().collect() };
    assert_eq!(robots(&before), robots(&after));
}

fn archive(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = warraq::record::name::files(dir).unwrap();
    files.iter().map(|p| (p.display().to_string(), fs::read(p).unwrap())).collect()
}

#[test]
fn a_finished_run_comes_back() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(&web, dir.path(), &[]);
    compare(dir.path());
}

#[test]
fn half_a_run_comes_back_with_its_queue() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(&web, dir.path(), &["--max-pages", "9"]);
    compare(dir.path());
}

#[test]
fn two_runs_come_back() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(&web, dir.path(), &[]);
    crawl(&web, dir.path(), &["--max-pages", "9"]);
    compare(dir.path());
}

#[test]
fn the_old_state_is_kept() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    crawl(&web, dir.path(), &["--max-pages", "3"]);
    let before = rows(dir.path());
    let out = warraq(&["state", "rebuild"], dir.path());
    let said = String::from_utf8(out.stdout).unwrap();
    let aside = said.lines().next().unwrap();
    let aside = aside.strip_prefix("The old state is kept as ").unwrap().trim_end_matches('.');
    let kept = tempfile::tempdir().unwrap();
    fs::rename(aside, kept.path().join("state")).unwrap();
    assert_eq!(rows(kept.path()), before);
}
