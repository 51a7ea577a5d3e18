//! What the end of a run reads, counted by the kernel: its own run, however many there were before.
//! The one test of its binary, so that nobody else reads meanwhile.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "recrawl/press.rs"]
mod press;
#[path = "recrawl/runs.rs"]
mod runs;

use std::path::Path;

use press::{Answer, Press};
use warraq::report::{self, Report};

/// Bytes that this process has read from files and sockets, and in how many calls.
fn reads() -> (u64, u64) {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    let of = |name: &str| {
        let line = io.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<u64>().unwrap()
    };
    (of("rchar:"), of("syscr:"))
}

/// The report of the last run, and what it cost.
fn counted(dir: &Path) -> (Report, u64, u64) {
    let before = reads();
    let report = report::read(dir, None).unwrap();
    let after = reads();
    (report, after.0 - before.0, after.1 - before.1)
}

#[test]
fn a_report_reads_its_own_run_however_many_there_were() {
    let press = Press::edited(|asked| {
        let said = format!("What was said in {} stood in edition {}. ", asked.path, asked.edition);
        let answer = match asked.path.as_str() {
            "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok("User-agent: *\n") },
            "/" => Answer::ok("<html lang=en><a href=/a>a</a><a href=/b>b</a><a href=/c>c</a>"),
            "/c" if asked.edition > 2 => Answer { status: "410 Gone", ..Answer::ok("Gone.") },
            _ => Answer::ok(format!("<html lang=en><article><p>{}</p></article>", said.repeat(9))),
        };
        answer.to(&asked.head)
    });
    let dir = tempfile::tempdir().unwrap();
    let mut costs = Vec::new();
    for edition in 1..=24 {
        press.publish(edition);
        runs::crawl_with(&press, dir.path(), |settings| warraq::Settings {
            late: false,
            ..settings
        });
        let (report, bytes, calls) = counted(dir.path());
        if edition > 3 {
            let difference = report.difference.unwrap();
            assert_eq!(
                (difference.run, difference.changed, difference.unchanged),
                (edition - 1, 2, 1)
            );
        }
        costs.push((bytes, calls));
    }
    // The page that is gone is told of once; from then on all runs are alike.
    let (early, late) = (costs[5], costs[23]);
    assert!(late.0 < early.0 + early.0 / 4, "bytes: {costs:?}");
    assert!(late.1 < early.1 + early.1 / 4, "calls: {costs:?}");

    // Without what was kept of them the earlier runs are read, and say the same.
    let (kept, cheap, _) = counted(dir.path());
    std::fs::remove_file(dir.path().join("known")).unwrap();
    let (whole, dear, _) = counted(dir.path());
    assert_eq!(kept, whole);
    assert!(dear > cheap, "{dear} {cheap}");
    let named = report::read(dir.path(), Some(24)).unwrap();
    assert_eq!(named, whole);
}
