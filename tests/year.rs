//! A year of scheduled runs: articles appear, change, move and vanish on a timetable, the clock is
//! moved by hand, and the server's log is the witness. Nothing is missed by the policy, nothing is
//! fetched twice without reason, the disk grows with new payload only, the state stays small.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use warraq::crawl::{self, How};
use warraq::disk::Disk;
use warraq::event::Event;
use warraq::record::name::files;
use warraq::record::reader::Records;
use warraq::settings::{Again, Recrawl, Settings};
use warraq::{Clock, Job, Lead, Stop, Watch};

#[path = "recrawl/press.rs"]
mod press;

use press::{Answer, Asked, Press};

/// Runs of the year, and the hours between them.
const RUNS: usize = 220;
const GAPS: [u32; 5] = [24, 37, 48, 41, 49];

/// An article appears so often, in hours, and is on the front page while it is one of the last six.
const EVERY: u32 = 200;
const ARTICLES: u32 = 40;
const SHOWN: u32 = 6;

const DAY: u32 = 24;
/// Articles are asked for again after so long, and at nine tenths of it at the soonest.
const AGAIN: u32 = 30 * DAY;

/// What becomes of an article, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    Changes,
    Moves,
    Vanishes,
}

const fn fate(n: u32) -> (Fate, u32) {
    match n % 4 {
        0 => (Fate::Stays, u32::MAX),
        1 => (Fate::Changes, appears(n) + 40 * DAY),
        2 => (Fate::Moves, appears(n) + 45 * DAY),
        _ => (Fate::Vanishes, appears(n) + 50 * DAY),
    }
}

const fn appears(n: u32) -> u32 {
    30 + n * EVERY
}

/// Articles that are out.
fn out(hour: u32) -> impl DoubleEndedIterator<Item = u32> {
    (0..ARTICLES).filter(move |n| appears(*n) <= hour)
}

fn latest(hour: u32) -> Vec<u32> {
    out(hour).rev().take(usize::try_from(SHOWN).unwrap()).collect()
}

/// The words of an article: no two are alike, in no version.
fn article(n: u32, version: u32) -> Answer {
    let said =
        format!("The {n}th report, in its {version}. version, was written for the morning. ");
    let html = format!(
        "<!doctype html><html lang=en><title>Report {n}</title><article><h1>Report {n}.{version}</h1>\
         <p>{}</p><p>{}</p></article></html>",
        said.repeat(6),
        said.repeat(7)
    );
    Answer::ok(html).tagged()
}

fn listing(title: &str, links: &[String]) -> Answer {
    let row = |to: &String| format!("<li><a href={to}>{to}</a></li>");
    let rows = links.iter().map(row).collect::<Vec<_>>().concat();
    let html = format!("<!doctype html><html lang=en><title>{title}</title><ul>{rows}</ul></html>");
    Answer::ok(html).tagged()
}

fn feed(hour: u32) -> Answer {
    let item = |n| format!("<item><title>Report {n}</title><link>/a/{n}</link></item>");
    let items = latest(hour).into_iter().map(item).collect::<Vec<_>>().concat();
    let rss = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Reports</title>\
         <link>/</link><description>All of them</description>{items}</channel></rss>"
    );
    Answer { mime: "application/rss+xml", ..Answer::ok(rss) }.tagged()
}

/// The site at an hour of the year.
fn site(asked: &Asked) -> Vec<u8> {
    let hour = asked.edition;
    let path = asked.path.as_str();
    let number = |prefix| path.strip_prefix(prefix).and_then(|n: &str| n.parse::<u32>().ok());
    let missing = |status, text: &str| Answer { status, ..Answer::ok(text) };
    let answer = match path {
        "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok("User-agent: *\nAllow: /\n") },
        "/feed.xml" => feed(hour),
        "/" => {
            let mut links: Vec<String> = latest(hour).iter().map(|n| format!("/a/{n}")).collect();
            links.push("/archive".to_owned());
            listing("Front page", &links)
        }
        "/archive" => listing("Archive", &["/".to_owned()]),
        _ => match (number("/a/"), number("/moved/")) {
            (Some(n), _) if n < ARTICLES && appears(n) <= hour => match fate(n) {
                (Fate::Changes, at) if hour >= at => article(n, 2),
                (Fate::Moves, at) if hour >= at => {
                    Answer::moved(Box::leak(format!("/moved/{n}").into_boxed_str()), "Moved.")
                }
                (Fate::Vanishes, at) if hour >= at => missing("410 Gone", "Taken back."),
                _ => article(n, 1),
            },
            (_, Some(n)) if fate(n).0 == Fate::Moves && hour >= fate(n).1 => article(n, 1),
            _ => missing("404 Not Found", "Nobody wrote this."),
        },
    };
    answer.to(&asked.head)
}

/// The year as the server saw it: of each path the hours it was asked for.
#[derive(Default)]
struct Witness {
    asked: BTreeMap<String, Vec<u32>>,
    conditional: usize,
}

impl Witness {
    fn hours(&self, path: &str) -> &[u32] {
        self.asked.get(path).map(Vec::as_slice).unwrap_or_default()
    }

    /// One run: each path once, and none that was not due.
    fn take(&mut self, run: &[Asked], hour: u32) {
        let mut met = BTreeSet::new();
        for asked in run {
            assert!(met.insert(asked.path.clone()), "{} twice in the run at {hour} h", asked.path);
            self.conditional += usize::from(asked.is_conditional());
            let before = self.asked.entry(asked.path.clone()).or_default();
            if let Some(last) = before.last() {
                let gap = hour - last;
                let least = least_gap(&asked.path, *last);
                assert!(gap >= least, "{} after {gap} h, at {hour} h: not due", asked.path);
            }
            before.push(hour);
        }
    }
}

/// The shortest time after which a path that was fetched at `last` may be asked for.
fn least_gap(path: &str, last: u32) -> u32 {
    let Some(n) = path.strip_prefix("/a/").and_then(|n| n.parse().ok()) else {
        return if path.starts_with("/moved/") { AGAIN / 10 * 9 } else { 0 };
    };
    // What had failed rests for less.
    let gone = fate(n).0 == Fate::Vanishes && last >= fate(n).1;
    if gone { 0 } else { AGAIN / 10 * 9 }
}

fn run(press: &Press, clock: &Clock, dir: &Path) -> crawl::Ended {
    told(press, clock, dir, Watch::none())
}

fn told(press: &Press, clock: &Clock, dir: &Path, watch: Watch) -> crawl::Ended {
    let settings = Settings {
        allow_private: true,
        delay: Duration::ZERO,
        depth: 2,
        late: false,
        recrawl: Recrawl {
            article: Again::After(Duration::from_hours(u64::from(AGAIN))),
            ..Recrawl::scheduled()
        },
        ..Settings::new(dir.to_owned(), "desk@example.org")
    };
    let job = Job {
        settings,
        seeds: ["/feed.xml", "/"].map(|path| Lead::seed(&press.url(path)).unwrap()).to_vec(),
        recover: true,
        disk: Disk::real(),
        clock: clock.clone(),
        watch,
        stop: Stop::default(),
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(crawl::run(job)).unwrap_or_else(|why| panic!("{}: {why}", clock.wall()))
}

/// A folder in memory where there is one: a year of syncs takes a disk its time.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn size_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { size_of(&path) } else { path.metadata().unwrap().len() })
        .sum()
}

fn archived(folder: &Path) -> u64 {
    files(folder).unwrap().iter().map(|path| path.metadata().unwrap().len()).sum()
}

#[test]
fn a_year_of_runs() {
    let press = Press::edited(site);
    let dir = folder();
    let clock = Clock::fixed(Clock::system().wall());
    let (mut hour, mut witness) = (0, Witness::default());
    let (mut quiet, mut half) = (Vec::new(), 0);
    for n in 0..RUNS {
        press.publish(hour);
        let before = archived(dir.path());
        let ended = run(&press, &clock, dir.path());
        assert_eq!((ended.how, ended.faults.len()), (How::Complete, 0), "at {hour} h");
        let asked = press.asked();
        // A run that only confirmed what is there leaves no more than its own story.
        if ended.summary.stats.captured == 0 {
            quiet.push(archived(dir.path()) - before);
        }
        let pages: Vec<Asked> = asked.into_iter().filter(|a| a.path != "/robots.txt").collect();
        witness.take(&pages, hour);
        for n in out(hour) {
            assert!(!witness.hours(&format!("/a/{n}")).is_empty(), "/a/{n} missed at {hour} h");
        }
        if n == RUNS / 2 {
            half = size_of(&dir.path().join("state"));
            // A state made anew from the archive asks for nothing before its time.
            std::fs::remove_dir_all(dir.path().join("state")).unwrap();
        }
        let gap = GAPS[n % GAPS.len()];
        clock.advance(Duration::from_hours(u64::from(gap)));
        hour += gap;
    }
    assert!(hour > 360 * DAY, "{hour} h");
    nothing_missed(&witness, hour);
    nothing_twice(dir.path());
    assert!(witness.conditional > RUNS, "{} conditional requests", witness.conditional);
    assert!(quiet.len() > RUNS / 2, "{} quiet runs", quiet.len());
    let most = quiet.iter().max().unwrap();
    assert!(*most < 40_000, "a run that stored nothing new took {most} bytes");
    let state = size_of(&dir.path().join("state"));
    assert!(state < 4 << 20 && state < 2 * half, "the state grew from {half} to {state} bytes");
}

/// Each state of each article that lasted longer than the policy's time was fetched in that time.
fn nothing_missed(witness: &Witness, end: u32) {
    let patience = AGAIN + 2 * GAPS.iter().max().unwrap();
    for n in 0..ARTICLES {
        let path = format!("/a/{n}");
        let hours = witness.hours(&path);
        let (fate, at) = fate(n);
        assert!(hours[0] < appears(n) + 50, "{path} was late: {hours:?}");
        let until = |hour: u32| hours.iter().any(|asked| (at..=hour).contains(asked));
        if fate != Fate::Stays && at + patience < end {
            assert!(until(at + patience), "{fate:?} of {path} at {at} h was missed: {hours:?}");
        }
        if fate == Fate::Moves && at + patience < end {
            let moved = witness.hours(&format!("/moved/{n}"));
            assert_eq!(hours.iter().find(|hour| **hour >= at), moved.first(), "{path}");
        }
        if fate == Fate::Vanishes {
            let after = hours.iter().filter(|hour| **hour >= at).count();
            assert!(after <= 8, "{path} is gone and was asked for {after} times: {hours:?}");
        }
    }
    let calm = witness.hours("/archive").len();
    assert!((5..20).contains(&calm), "a page that never changes was fetched {calm} times");
    assert_eq!(witness.hours("/feed.xml").len(), RUNS);
}

/// No payload lies in the archive twice.
fn nothing_twice(dir: &Path) {
    let mut stored = BTreeMap::new();
    for file in files(dir).unwrap() {
        for entry in Records::open(&file).unwrap().map(Result::unwrap) {
            if entry.kind.to_string() == "response" {
                let payload = entry.header.get("WARC-Payload-Digest").unwrap().to_owned();
                let uri = entry.target_uri().unwrap().to_owned();
                if let Some(first) = stored.insert(payload, uri.clone()) {
                    // Redirects are never revisits.
                    assert!(uri.contains("/a/") && first.contains("/a/"), "{uri} as {first}");
                }
            }
        }
    }
    // Of each article its versions, and each front page and feed once.
    assert!(stored.len() > 40 + 10 + 2 * 40, "{} payloads", stored.len());
}

/// One run by a clock a month ahead (a dead battery, a machine that slept) silences no later one.
#[test]
fn a_clock_that_was_ahead_silences_nothing() {
    let (press, dir) = (Press::edited(site), folder());
    let now = Clock::system().wall();
    let hours = |hours: u64| Clock::fixed(now.plus(Duration::from_hours(hours)));
    press.publish(appears(0));
    run(&press, &hours(31 * 24), dir.path());
    let ahead = press.asked();
    press.publish(appears(2));
    let warnings = Arc::<Mutex<Vec<String>>>::default();
    let heard = Arc::clone(&warnings);
    let watch = Watch::new(move |event| {
        if let Event::Warning { text } = event {
            heard.lock().unwrap().push(text.clone());
        }
    });
    told(&press, &hours(1), dir.path(), watch);
    let paths = |asked: Vec<Asked>| asked.into_iter().map(|a| a.path).collect::<BTreeSet<_>>();
    assert!(paths(ahead).contains("/a/0"));
    let asked = paths(press.asked());
    for path in ["/robots.txt", "/feed.xml", "/", "/a/1", "/a/2"] {
        assert!(asked.contains(path), "{path} is not in {asked:?}");
    }
    let warnings = warnings.lock().unwrap().join("\n");
    assert!(warnings.contains("ended at") && warnings.contains("set the clock"), "{warnings}");
    // From then on the right clock rules: what was fetched by it is fetched no sooner.
    press.publish(appears(2));
    run(&press, &hours(2), dir.path());
    assert_eq!(paths(press.asked()), BTreeSet::from(["/feed.xml".to_owned()]));
}
