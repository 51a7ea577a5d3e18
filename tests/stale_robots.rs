//! robots.txt over days: read again after one, its last rules used while it cannot be reached, and
//! what it newly forbids left alone although it is queued (RFC 9309 §2.3.1.4, §2.4).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::path::Path;
use std::time::Duration;

use warraq::crawl::How;
use warraq::disk::Disk;
use warraq::settings::Resolve;
use warraq::{Clock, Ended, Job, Lead, Settings, Stop, Watch, crawl};

#[path = "hostile/web.rs"]
mod web;

use web::{Asked, Script, Web, page, reply};

const DAY: Duration = Duration::from_hours(24);

fn at(path: &str) -> String {
    format!("http://rules.test{path}")
}

/// A site whose robots.txt is answered by `rules`.
fn site<R>(rules: R) -> Web
where
    R: Fn(&Asked) -> Script + Send + Sync + 'static,
{
    Web::new(move |asked| match asked.path.as_str() {
        "/robots.txt" => Some(rules(asked)),
        path => Some(page(&format!("<title>{path}</title>"))),
    })
}

fn forbids(path: &str) -> Script {
    reply(
        200,
        &["Content-Type: text/plain"],
        format!("User-agent: *\nDisallow: {path}\n").as_bytes(),
    )
}

fn run(web: &Web, into: &Path, clock: &Clock, paths: &[&str], most: u64) -> Ended {
    let job = Job {
        settings: Settings {
            allow_private: true,
            delay: Duration::ZERO,
            retries: 1,
            retry_delay: Duration::ZERO,
            max_pages: most,
            resolve: vec![Resolve {
                host: None,
                port: 80,
                addr: [127, 0, 0, 1].into(),
                to_port: web.port,
            }],
            ..Settings::new(into.to_owned(), "test@warraq.test")
        },
        seeds: paths.iter().map(|path| Lead::seed(&at(path)).unwrap()).collect(),
        recover: false,
        clock: clock.clone(),
        disk: Disk::real(),
        watch: Watch::none(),
        stop: Stop::default(),
    };
    tokio::runtime::Runtime::new().unwrap().block_on(crawl::run(job)).unwrap()
}

fn clock() -> Clock {
    Clock::fixed(Clock::system().wall())
}

#[test]
fn it_is_read_again_after_a_day_and_what_it_newly_forbids_is_left_alone() {
    let web = site(|asked| forbids(if asked.before == 0 { "/none" } else { "/b" }));
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let first = run(&web, dir.path(), &clock, &["/a", "/b"], 1);
    assert_eq!((first.how, first.summary.stats.queued), (How::MaxPages, 1));
    clock.advance(Duration::from_secs(24 * 3_600 - 1));
    // Within the day nobody asks, in another process either.
    let same = run(&web, dir.path(), &clock, &["/c"], 1);
    assert_eq!((same.summary.stats.queued, web.times("rules.test/robots.txt")), (1, 1));
    clock.advance(Duration::from_secs(2));
    let last = run(&web, dir.path(), &clock, &[], u64::MAX);
    assert_eq!(web.times("rules.test/robots.txt"), 2);
    let asked = web.asked();
    assert_eq!(asked.iter().filter(|asked| asked.ends_with("/b")).count(), 1, "{asked:?}");
    assert_eq!(last.how, How::Complete);
}

#[test]
fn the_last_rules_hold_while_it_cannot_be_reached() {
    let web = site(|asked| match asked.before {
        0 => forbids("/no"),
        _ => reply(500, &[], b"sick"),
    });
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    run(&web, dir.path(), &clock, &["/a"], u64::MAX);
    clock.advance(DAY * 3);
    let later = run(&web, dir.path(), &clock, &["/yes", "/no"], u64::MAX);
    assert_eq!((later.how, later.summary.stats.parked_sites.len()), (How::Complete, 0));
    assert!(web.times("rules.test/robots.txt") > 1, "the old rules are no reason not to ask");
    assert_eq!((web.times("rules.test/yes"), web.times("rules.test/no")), (1, 0));
    // A copy of last month says nothing any more: disallowed, and kept.
    clock.advance(DAY * 30);
    let old = run(&web, dir.path(), &clock, &["/other"], u64::MAX);
    assert_eq!(old.summary.stats.parked_sites, ["rules.test"]);
    assert_eq!((web.times("rules.test/other"), old.summary.stats.queued), (0, 1));
}

#[test]
fn that_there_was_none_is_no_copy_of_one() {
    let web = site(|asked| reply(if asked.before == 0 { 404 } else { 500 }, &[], b""));
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    run(&web, dir.path(), &clock, &["/a"], u64::MAX);
    clock.advance(DAY * 2);
    let later = run(&web, dir.path(), &clock, &["/b"], u64::MAX);
    assert_eq!((web.times("rules.test/b"), later.summary.stats.queued), (0, 1));
}

#[test]
fn half_a_file_is_no_file() {
    let web = site(|_| {
        let whole = b"User-agent: *\nDisallow: /a\n";
        let head = web::head(200, &[format!("Content-Length: {}", whole.len())]);
        // The end of the file never comes: the connection does end.
        vec![web::Step::Send([head.as_slice(), &whole[..14]].concat())]
    });
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    let ended = run(&web, dir.path(), &clock, &["/a"], u64::MAX);
    assert_eq!((web.times("rules.test/a"), ended.summary.stats.queued), (0, 1));
}

#[test]
fn its_end_past_the_limit_is_there_for_nobody() {
    let web = site(|_| {
        let mut file = b"User-agent: *\nDisallow: /no\n".to_vec();
        while file.len() < 520 << 10 {
            file.extend_from_slice(b"# padding padding padding padding padding\n");
        }
        file.extend_from_slice(b"Sitemap: http://rules.test/late.xml\n");
        // Six hundred megabytes would be cut off too.
        file.resize(3 << 20, b'#');
        reply(200, &[], &file)
    });
    let (dir, clock) = (tempfile::tempdir().unwrap(), clock());
    run(&web, dir.path(), &clock, &["/a", "/no"], u64::MAX);
    assert_eq!((web.times("rules.test/a"), web.times("rules.test/no")), (1, 0));
    let lines = std::fs::read_to_string(dir.path().join("ledger.jsonl")).unwrap();
    assert!(!lines.contains("late.xml"), "{lines}");
    let robots = lines.lines().find(|line| line.contains("robots.txt")).unwrap();
    let line: serde_json::Value = serde_json::from_str(robots).unwrap();
    assert!(line["bytes"].as_u64().unwrap() < 2 << 20, "{line}");
}
