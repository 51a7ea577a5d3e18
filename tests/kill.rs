//! Killed with SIGKILL again and again, a crawl loses nothing and repeats at most what was in
//! flight.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use warraq::record::name;
use warraq::record::reader::Records;

#[path = "site/mod.rs"]
mod site;
#[path = "hostile/web.rs"]
mod web;

use site::bulk::Bulk;
use web::{Web, page};

/// Pages of the tree.
const PAGES: usize = 400;
/// Times the crawler is killed.
const KILLS: usize = 20;
/// Requests in flight at most: what one kill may repeat.
const IN_FLIGHT: usize = 4;

#[test]
fn twenty_kills_lose_nothing() {
    let web = site::Site::with_bulk(PAGES, 4_000);
    let dir = tempfile::tempdir().unwrap();
    let mut kills = 0;
    for round in 0..KILLS {
        let mut child = start(&web, dir.path());
        let before = web.arrivals().len();
        // Not a time but a number of arrivals decides: the moment is random in the crawl's own
        // life, and every round makes some way.
        let moment = before + 1 + (round * 7) % 23;
        if killed_after(&mut child, || web.arrivals().len() >= moment) {
            kills += 1;
        }
        whole(dir.path());
    }
    assert_eq!(kills, KILLS, "the tree is too small: the crawl ended before all kills");
    assert!(start(&web, dir.path()).wait().unwrap().success());

    let captured = captures(dir.path());
    let missing: Vec<_> = web
        .expected()
        .robots
        .iter()
        .filter(|url| url.contains("bulk"))
        .chain(&Bulk { pages: PAGES, bytes: 0 }.urls())
        .filter(|url| !captured.contains_key(*url))
        .cloned()
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "lost");
    let repeats: usize = arrivals(&web).values().map(|times| times - 1).sum();
    assert!(repeats <= KILLS * IN_FLIGHT, "{repeats} repeated fetches in {KILLS} kills");
    let again: usize = captured.values().map(|times| times - 1).sum();
    assert!(again <= repeats, "{again} captured twice, {repeats} fetched twice");
}

/// Who kills the crawler again and again while it reads one page proves nothing against the page.
#[test]
fn kills_from_outside_give_no_page_up() {
    let heavy = format!("<title>Heavy</title>{}", "<p>ink ".repeat(2_000_000));
    let web = Web::new(move |asked| match asked.path.as_str() {
        "/robots.txt" => None,
        "/" => Some(page("<a href=/a>a</a><a href=/heavy>h</a><a href=/b>b</a>")),
        "/heavy" => Some(page(&heavy)),
        path => Some(page(&format!("<title>{path}</title>"))),
    });
    let dir = tempfile::tempdir().unwrap();
    let crawl = || {
        Command::new(env!("CARGO_BIN_EXE_warraq"))
            .args(["crawl", "http://a.test/", "--contact", "test@warraq.test", "--into"])
            .arg(dir.path())
            .args(["--depth", "1", "--delay", "0", "--allow-private", "--quiet"])
            .args(["--resolve", &web.resolve()])
            .spawn()
            .unwrap()
    };
    for time in 1..=3 {
        // One at a time is in flight: once it was asked for, what is being read is this page.
        let is_read = || web.times("a.test/heavy") == time && is_reading(dir.path());
        assert!(killed_after(&mut crawl(), is_read));
    }
    assert!(crawl().wait().unwrap().success());
    assert_eq!(web.times("a.test/heavy"), 4);
    let ledger = std::fs::read_to_string(dir.path().join("ledger.jsonl")).unwrap();
    let ended = |path: &str, how: &str| {
        let url = format!("\"url\":\"http://a.test{path}\"");
        ledger.lines().filter(|line| line.contains(&url) && line.contains(how)).count()
    };
    for path in ["/", "/a", "/b", "/heavy"] {
        assert_eq!(ended(path, "captured"), 1, "{path}: {ledger}");
    }
}

/// Whether a page is being read, as the folder tells of it.
fn is_reading(dir: &Path) -> bool {
    let marks = std::fs::read(dir.join("state/leases")).unwrap_or_default();
    let begun = marks.chunks_exact(9).filter(|mark| mark[0] == b'+').count();
    begun > marks.chunks_exact(9).filter(|mark| mark[0] == b'-').count()
}

/// The same crawl, again and again.
fn start(web: &site::Site, dir: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", &Bulk::url(0), "--contact", "test@warraq.test", "--into"])
        .arg(dir)
        .args(["--depth", "9", "--delay", "0", "--allow-private", "--resolve", &web.resolve()])
        .args(["--per-host", &IN_FLIGHT.to_string(), "--quiet"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills the child once `moment` has come; `false` when it ended before.
fn killed_after(child: &mut Child, moment: impl Fn() -> bool) -> bool {
    let patience = Instant::now() + Duration::from_mins(1);
    while !moment() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(Instant::now() < patience, "the crawl makes no way");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    true
}

/// Every sealed file reads to its end; an open one may be torn only at its end.
fn whole(dir: &Path) {
    for path in name::files(dir).unwrap() {
        let entries: Vec<_> = Records::open(&path).unwrap().collect();
        let torn = entries.iter().filter(|entry| entry.is_err()).count();
        let open = path.extension().is_some_and(|ext| ext == "open");
        assert!(
            torn == 0 || (open && torn == 1 && entries.last().unwrap().is_err()),
            "{}",
            path.display()
        );
    }
}

/// Captures by URL, `response` and `revisit` records alike.
fn captures(dir: &Path) -> BTreeMap<String, usize> {
    let mut captured = BTreeMap::new();
    for path in name::files(dir).unwrap() {
        assert!(path.extension().is_some_and(|ext| ext == "gz"), "left open: {}", path.display());
        for entry in Records::open(&path).unwrap() {
            let entry = entry.unwrap();
            if matches!(entry.kind.to_string().as_str(), "response" | "revisit") {
                let url = site::canonical(entry.target_uri().unwrap()).unwrap();
                *captured.entry(url).or_insert(0) += 1;
            }
        }
    }
    captured
}

fn arrivals(web: &site::Site) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for arrival in web.arrivals() {
        *counted.entry(arrival.url).or_insert(0) += 1;
    }
    let known: BTreeSet<String> = Bulk { pages: PAGES, bytes: 0 }.urls();
    counted.retain(|url, _| known.contains(url) || url.ends_with("/robots.txt"));
    counted
}
