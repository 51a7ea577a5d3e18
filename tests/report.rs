//! The report of a run, held against what the run did: sums that add up, the difference between two
//! editions of a newspaper, and a page that nothing from the web can turn into something else.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "recrawl/press.rs"]
mod press;
#[path = "recrawl/runs.rs"]
mod runs;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use press::{Answer, Press};
use runs::crawl;
use serde_json::Value;
use warraq::report;

fn warraq(args: &[&str]) -> (Option<i32>, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_warraq")).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn two_editions_are_told_apart() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    let (first, _) = crawl(&press, dir.path());
    let report = json(&dir.path().join("report.json"));
    assert_eq!(report["difference"], Value::Null);
    assert_eq!(report["totals"]["captured"], first.stats.captured);
    assert_eq!(report["seeds"][0]["state"], "captured");

    press.publish(2);
    let (second, _) = crawl(&press, dir.path());
    let report = report::read(dir.path(), None).unwrap();
    assert_eq!(report.run, 2);
    let difference = report.difference.clone().unwrap();
    // `/changed`; `/new`; `/gone`. Redirects hold no page.
    assert_eq!((difference.run, difference.changed, difference.gone), (1, 1, 1), "{difference:?}");
    let new: BTreeSet<&str> = difference.examples["new"].iter().map(|url| last(url)).collect();
    assert_eq!(new, BTreeSet::from(["new", "moved-here"]));
    assert!(difference.unchanged > 5, "{difference:?}");
    let totals = report.totals;
    let ended = totals.captured + totals.unchanged + totals.moved + totals.failed;
    assert_eq!(totals.discovered, ended + totals.refused + totals.queued);
    assert_eq!(totals.unchanged, second.stats.revisits);
    assert_eq!(report.statuses.values().sum::<u64>(), ended);
    assert_eq!(report.timeline.iter().map(|slot| slot.captures).sum::<u64>(), ended);
    assert_eq!(report.files.len(), 1, "the WARC that was sealed in it");
    assert_eq!(report.gaps, [""; 0]);

    // The first run is still there to be told of.
    let (code, told, _) =
        warraq(&["report", dir.path().to_str().unwrap(), "--run", "1", "--format", "json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &told["totals"]["captured"]), (Some(0), &first.stats.captured.into()));
    let (_, history, _) = warraq(&["history", dir.path().to_str().unwrap()]);
    assert_eq!(history.lines().count(), 3, "{history}");
}

fn last(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// What a page calls itself, and its address, are shown and never obeyed.
#[test]
fn a_hostile_page_stays_text() {
    let press = Press::edited(|asked| {
        let page = "<html lang=en><head><title>\"><script>alert(1)</script>\u{202e}</title>\
                    <link rel=alternate hreflang=ar href='/ar/<img%20src=x>'></head>\
                    <body><a href='/<b>`|'>on</a></body></html>";
        let answer = if asked.path == "/robots.txt" { Answer::ok("") } else { Answer::ok(page) };
        answer.to(&asked.head)
    });
    let dir = tempfile::tempdir().unwrap();
    crawl(&press, dir.path());
    let page = fs::read_to_string(dir.path().join("report.html")).unwrap();
    assert!(page.contains("default-src 'none'"));
    for forbidden in ["<script", "<img", "<b>`", "\u{202e}", "src=x>"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(!page.contains("http-equiv=\"refresh\"") && !page.contains("url("));
}

#[test]
fn a_folder_without_runs_is_refused_with_a_reason() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, said) = warraq(&["report", dir.path().to_str().unwrap()]);
    assert_eq!(code, Some(2));
    assert!(said.contains("holds no run"), "{said}");
    let press = Press::start(false);
    crawl(&press, dir.path());
    let (code, _, said) = warraq(&["report", dir.path().to_str().unwrap(), "--run", "7"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("no run 7; it holds run 1"), "{said}");
}
