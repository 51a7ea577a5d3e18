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
use warraq::crawl::How;
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
    let of = |name: &str| report["totals"][name].as_u64().unwrap();
    assert_eq!(of("captured") + of("gone") + of("errors"), first.stats.captured);
    let captured = of("captured");
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
    let replied = totals.captured + totals.unchanged + totals.gone + totals.errors;
    let ended = replied + totals.moved + totals.failed;
    assert_eq!(totals.discovered, ended + totals.refused + totals.queued);
    let again = second.replies.gone.unchanged + second.replies.errors.unchanged;
    assert_eq!(totals.unchanged + again, second.stats.revisits);
    assert_eq!(report.statuses.values().sum::<u64>(), ended);
    assert_eq!(report.timeline.iter().map(|slot| slot.captures).sum::<u64>(), ended);
    assert_eq!(report.files.len(), 1, "the WARC that was sealed in it");
    assert_eq!(report.gaps, [""; 0]);

    // The first run is still there to be told of.
    let (code, told, _) =
        warraq(&["report", dir.path().to_str().unwrap(), "--run", "1", "--format", "json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &told["totals"]["captured"]), (Some(0), &captured.into()));
    let (_, history, _) = warraq(&["history", dir.path().to_str().unwrap()]);
    assert_eq!(history.lines().count(), 3, "{history}");
}

/// A policy asks for a page once in many runs: what it is held against is the last that is known of
/// it, in whatever run that was. An answer that is only an error changes nothing.
#[test]
fn a_page_is_held_against_the_last_known_of_it_in_any_run() {
    let press = Press::edited(|asked| {
        let front = format!("<html lang=en><p>Front of edition {}.</p>", asked.edition);
        let page = |links: &str| Answer::ok(format!("{front}{links}</html>"));
        let article = |n: u32| {
            let said = format!("What was said in edition {n} of {} stood there. ", asked.path);
            Answer::ok(format!("<html lang=en><article><p>{}</p></article>", said.repeat(9)))
        };
        let answer = match (asked.path.as_str(), asked.edition) {
            ("/robots.txt", _) => Answer { mime: "text/plain", ..Answer::ok("User-agent: *\n") },
            ("/", 2) => page("<a href=/late>late</a>"),
            ("/", _) => page("<a href=/calm>a</a><a href=/edited>b</a><a href=/gone>c</a>"),
            ("/gone", 3..) => Answer { status: "410 Gone", ..Answer::ok("Gone.") },
            ("/edited", 3) => Answer { status: "503 Service Unavailable", ..Answer::ok("No.") },
            ("/edited", edition) => article(edition),
            _ => article(1),
        };
        answer.tagged().to(&asked.head)
    });
    let dir = tempfile::tempdir().unwrap();
    let run = |edition| {
        press.publish(edition);
        runs::crawl_with(&press, dir.path(), |settings| warraq::Settings {
            retries: 0,
            ..settings
        });
        let difference = report::read(dir.path(), None).unwrap().difference;
        difference.map(|it| (it.run, it.new, it.changed, it.unchanged, it.gone))
    };
    assert_eq!(run(1), None);
    // Of the first run only the front page is met.
    assert_eq!(run(2), Some((1, 1, 1, 0, 0)));
    assert_eq!(run(3), Some((2, 0, 1, 1, 1)), "the front page, /calm, /gone; 503 is nothing");
    assert_eq!(run(4), Some((3, 0, 2, 1, 0)), "/edited, against the first run; gone once");
}

/// An archived article that is met again where no link is followed is not due; no rule refuses it.
#[test]
fn what_is_archived_and_met_too_deep_is_not_due() {
    let press = Press::edited(|asked| {
        let page = |links: &str| {
            Answer::ok(format!("<html lang=en>{links}<p>{} {}.</p>", asked.path, asked.edition))
        };
        let said = "What was said in the morning was printed in the evening. ".repeat(9);
        let answer = match (asked.path.as_str(), asked.edition) {
            ("/robots.txt", _) => Answer { mime: "text/plain", ..Answer::ok("User-agent: *\n") },
            ("/", 1) => page("<a href=/list>l</a><a href=/b>b</a>"),
            ("/", _) => page("<a href=/list>l</a>"),
            ("/list", _) => page("<a href=/b>b</a><a href=/deep>c</a>"),
            _ => Answer::ok(format!("<html lang=en><article><h1>B</h1><p>{said}</p></article>")),
        };
        answer.to(&asked.head)
    });
    let dir = tempfile::tempdir().unwrap();
    let crawl = || {
        let each = warraq::settings::Recrawl {
            listing: warraq::settings::Again::EachRun,
            ..warraq::settings::Recrawl::scheduled()
        };
        runs::crawl_with(&press, dir.path(), |settings| warraq::Settings {
            recrawl: each,
            depth: 1,
            ..settings
        })
    };
    crawl();
    press.publish(2);
    let (second, _) = crawl();
    assert_eq!(second.stats.not_due, 1, "/b");
    let told = report::read(dir.path(), None).unwrap();
    assert_eq!((told.totals.refused, told.refusals[0].count), (1, 1), "/deep");
    assert_eq!(told.refusals[0].examples, [press.url("/deep")]);
}

#[test]
fn a_seed_that_is_not_due_is_no_missed_one() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    let scheduled = |settings| warraq::Settings {
        recrawl: warraq::settings::Recrawl::scheduled(),
        min_speed: 0,
        ..settings
    };
    runs::crawl_with(&press, dir.path(), scheduled);
    let (second, _) = runs::crawl_with(&press, dir.path(), scheduled);
    assert_eq!(second.not_due_seeds, [press.url("/")]);
    let report = report::read(dir.path(), None).unwrap();
    assert_eq!((report.run, report.seeds[0].state.as_str()), (2, "not-due"));
    assert!(!report::markdown(&report).contains("Seeds without"));
    assert!(report::html(&report).contains("Seeds: 0 of 1 captured, 1 not due"));
}

/// A page and another, and two that are none.
fn ill() -> Press {
    Press::edited(|asked| {
        let answer = match asked.path.as_str() {
            "/robots.txt" => Answer { status: "404 Not Found", ..Answer::ok("No rules.") },
            "/" => {
                Answer::ok("<html lang=en><a href=/a>a</a><a href=/gone>b</a><a href=/ill>c</a>")
            }
            "/gone" => Answer { status: "404 Not Found", ..Answer::ok("Nothing is here.") },
            "/ill" => Answer { status: "500 Internal Server Error", ..Answer::ok("It is ill.") },
            _ => Answer::ok("<html lang=en><p>A page that stays as it is.</p>"),
        };
        answer.to(&asked.head)
    })
}

/// A server that answers with an error says nothing new each time, so the archive has it as a revisit;
/// it is no page that stayed as it was.
#[test]
fn an_error_said_twice_is_an_error_and_nothing_unchanged() {
    let press = ill();
    let dir = tempfile::tempdir().unwrap();
    let run = || {
        let (summary, _) = runs::crawl_with(&press, dir.path(), |settings| warraq::Settings {
            retries: 0,
            ..settings
        });
        let totals = report::read(dir.path(), None).unwrap().totals;
        (summary, totals)
    };
    // The robots.txt that is not there is an answer, and believed for a day.
    let (_, first) = run();
    assert_eq!((first.captured, first.unchanged, first.gone, first.errors), (3, 0, 1, 1));
    let (summary, second) = run();
    assert_eq!((summary.stats.captured, summary.stats.revisits), (0, 4), "as the archive has it");
    assert_eq!((second.captured, second.unchanged, second.gone, second.errors), (0, 2, 1, 1));
    assert_eq!((second.discovered, second.failed, second.queued), (4, 0, 0));
    let dir = dir.path().to_str().unwrap();
    let (_, told, _) = warraq(&["report", dir]);
    let sums = "0 captured, 2 unchanged, 1 gone, 1 answered with an error, 0 failed";
    assert!(told.contains(sums), "{told}");
    let (_, told, _) = warraq(&["info", dir]);
    let sums = "0 captured, 2 unchanged, 1 gone (404, 410), 1 answered with an error";
    assert!(told.contains(sums), "{told}");
    let (_, told, _) = warraq(&["history", dir, "--json"]);
    let runs: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&runs[0]["totals"]["captured"], &runs[1]["totals"]["unchanged"]),
        (&3.into(), &2.into())
    );
    for run in runs {
        assert_eq!((&run["totals"]["gone"], &run["totals"]["errors"]), (&1.into(), &1.into()));
    }
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

/// Hours in which nothing could be fetched, and a run that was stopped at once, are runs.
#[test]
fn runs_that_were_not_closed_are_told_of() {
    let press = Press::start(true);
    let dir = tempfile::tempdir().unwrap();
    let job = dir.path().join("job.toml");
    let text = format!(
        "name = \"paper\"\ninto = {:?}\ncontact = \"desk@example.org\"\nseeds = [{:?}]\n\
         [politeness]\ndelay = \"0s\"\n[network]\nallow-private = true\n",
        dir.path(),
        press.url("/")
    );
    fs::write(&job, text).unwrap();
    let crawl = |more: &[&str]| warraq(&[&["crawl", job.to_str().unwrap()], more].concat()).0;
    let full = ["--disk-floor", "900TB", "--on-full", "stop"];
    assert_eq!((crawl(&full), crawl(&full), crawl(&[])), (Some(4), Some(4), Some(0)));
    let known = report::runs(dir.path()).unwrap();
    let hows: Vec<_> = known.values().map(|run| run.summary.how.unwrap()).collect();
    assert_eq!(hows, [How::DiskFloor, How::DiskFloor, How::Complete], "{known:?}");
    let first = report::read(dir.path(), Some(1)).unwrap();
    assert_eq!((first.run, first.totals.captured), (1, 0));
    assert!(first.gaps[0].starts_with("run 1 was not closed"), "{:?}", first.gaps);
}
