//! The state: what a crash, a second process, damage and a rebuild do to it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test's helpers fail the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tempfile::TempDir;
use url::Url;
use warraq::digest::Digest;
use warraq::event::{Event, Watch};
use warraq::frontier::{Ack, Frontier, FrontierError, Poll, Release, Settlement};
use warraq::lead::{Hop, Lead, Locator, Outcome, Refusal, Rule, Visit};
use warraq::moment::{Clock, Moment};
use warraq::page::{Link, LinkKind};
use warraq::record::trace::Trace;
use warraq::record::{Origin, Position};
use warraq::state::rebuild::{Found, replay};
use warraq::state::{DiskFrontier, Opened, Options, StateError, VERSION, set_aside};

const START: Moment = Moment::from_millis(1_795_339_800_000);

/// An archive that only knows how long it is, and what is in it.
#[derive(Clone, Default)]
struct Archive(Arc<Mutex<Vec<Found>>>);

impl Archive {
    fn end(&self) -> Position {
        at(self.0.lock().unwrap().len())
    }

    fn from(&self, from: &Position) -> Vec<Result<Found, String>> {
        let visits = self.0.lock().unwrap();
        visits.iter().filter(|found| found.end.offset > from.offset).cloned().map(Ok).collect()
    }
}

fn at(records: usize) -> Position {
    Position { serial: 1, file: "w-00001.warc.gz".into(), offset: records as u64 * 100 }
}

struct Crawl {
    dir: PathBuf,
    clock: Clock,
    archive: Archive,
    told: Arc<Mutex<usize>>,
}

impl Crawl {
    fn new(dir: &Path) -> Self {
        Self {
            dir: dir.into(),
            clock: Clock::fixed(START),
            archive: Archive::default(),
            told: Arc::default(),
        }
    }

    fn options(&self) -> Options {
        let archive = self.archive.clone();
        let durable = Box::new(move || Ok(archive.end()));
        let mut options = Options::new(self.dir.clone(), self.clock.clone(), [3; 16], durable);
        let told = Arc::clone(&self.told);
        options.watch = Watch::new(move |_: &Event| *told.lock().unwrap() += 1);
        options
    }

    fn open(&self) -> Opened {
        DiskFrontier::open(self.options()).unwrap()
    }

    fn error(&self) -> StateError {
        DiskFrontier::open(self.options()).unwrap_err()
    }

    /// The folder as a crash leaves it: copied while the process is at it.
    fn crashed(&self, to: &Path) -> Self {
        copy(&self.dir, to);
        Self { dir: to.into(), ..Self::new(to) }.with(&self.archive)
    }

    fn with(mut self, archive: &Archive) -> Self {
        self.archive = archive.clone();
        self
    }

    /// What a worker does: fetch, file, put what the page leads to, settle.
    async fn work(&self, frontier: &DiskFrontier, run: u32) -> Option<String> {
        let Poll::Visit(visit) = frontier.poll().await.unwrap() else { return None };
        self.finish(frontier, &visit, run).await;
        Some(visit.lead.found)
    }

    async fn finish(&self, frontier: &DiskFrontier, visit: &Visit, run: u32) {
        let found = self.file(visit, run);
        let (leads, refused) = judge(&found.trace);
        frontier.put(leads).await.unwrap();
        let end = Settlement {
            archived: Some(found.end),
            payload: found.origin,
            refused,
            event: Some(Event::Warning { text: "settled".into() }),
            ..captured(self.clock.steady())
        };
        assert_eq!(frontier.ack(visit, end).await.unwrap(), Ack::Done);
    }

    fn file(&self, visit: &Visit, run: u32) -> Found {
        let mut visits = self.archive.0.lock().unwrap();
        let end = at(visits.len() + 1);
        let locator = Locator { file: end.file.clone(), offset: end.offset - 100, length: 100 };
        let uri = visit.lead.found.clone();
        let record_id = format!("<urn:test:{}>", visits.len());
        let digest = Digest::of(uri.as_bytes());
        let origin = Origin { record_id, uri, date: START, locator: locator.clone() };
        let found = Found {
            trace: trace(visit, run),
            origin: Some((digest, origin)),
            locator: Some(locator),
            end,
        };
        visits.push(found.clone());
        found
    }

    fn ledger(&self) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(self.dir.join("ledger.jsonl")).unwrap();
        let mut urls = BTreeMap::new();
        for line in text.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            *urls.entry(line["url"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        urls
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn captured(due: Moment) -> Settlement {
    Settlement {
        outcome: Outcome::Captured { status: 200, truncated: None },
        again: false,
        due,
        delay_ms: 0,
        archived: None,
        payload: None,
        page: None,
        alternates: vec![],
        refused: vec![],
        event: None,
    }
}

/// A site of a tree: each page leads to two more, up to 60, and once to one that is refused.
fn trace(visit: &Visit, run: u32) -> Trace {
    let number: u32 = visit.lead.found.rsplit('/').next().unwrap().parse().unwrap();
    let mut links = vec!["http://off.example/".to_owned()];
    links.extend([2 * number, 2 * number + 1].iter().filter(|n| **n < 60).map(|n| url(*n)));
    let links = links
        .into_iter()
        .map(|url| Link { url, kind: LinkKind::Anchor, context: "a/@href".into() })
        .collect();
    Trace {
        run,
        lead: visit.lead.clone(),
        attempt: visit.attempt,
        again: false,
        outcome: captured(START).outcome,
        took_ms: 4,
        bytes: 50,
        page: None,
        alternates: vec![],
        links,
        notes: vec![],
    }
}

fn judge(trace: &Trace) -> (Vec<Lead>, Vec<Refusal>) {
    let (inside, outside): (Vec<_>, Vec<_>) =
        trace.links.iter().partition(|link| !link.url.contains("off.example"));
    let lead = |link: &&Link| trace.lead.onward(&Url::parse(&link.url).unwrap(), Hop::Link);
    let refused = |link: &Link| Refusal { url: link.url.clone(), rule: Rule::OffScope };
    (inside.iter().map(lead).collect(), outside.into_iter().map(refused).collect())
}

fn url(n: u32) -> String {
    format!("http://s{}.example/{n}", n % 3)
}

async fn begin(crawl: &Crawl) -> DiskFrontier {
    let opened = crawl.open();
    let run = opened.frontier.begin_run(vec![url(1)]).await.unwrap();
    assert_eq!(run, opened.run + 1);
    opened.frontier.put(vec![Lead::seed(&url(1)).unwrap()]).await.unwrap();
    opened.frontier
}

fn scope() -> (TempDir, Crawl) {
    let dir = tempfile::tempdir().unwrap();
    let crawl = Crawl::new(&dir.path().join("crawl"));
    (dir, crawl)
}

#[tokio::test]
async fn a_closed_crawl_goes_on_where_it_was() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    for _ in 0..20 {
        crawl.work(&frontier, 1).await.unwrap();
    }
    let before = frontier.stats().await.unwrap();
    frontier.close().await.unwrap();
    assert!(matches!(frontier.stats().await, Err(FrontierError::Closed)));
    let opened = crawl.open();
    assert_eq!((opened.run, opened.resumed, opened.unclean, opened.fresh), (1, true, false, false));
    assert_eq!((opened.replay_from, opened.seeds), (None, vec![url(1)]));
    assert_eq!(opened.frontier.stats().await.unwrap(), before);
    while crawl.work(&opened.frontier, 1).await.is_some() {}
    assert_eq!(opened.frontier.stats().await.unwrap().captured, 59);
    assert_eq!(*crawl.told.lock().unwrap(), 20, "told only after the commit");
    opened.frontier.close().await.unwrap();
    assert_eq!(*crawl.told.lock().unwrap(), 59);
    // A refused URL has a line for each process that came across it.
    assert!(crawl.ledger().iter().all(|(url, lines)| *lines == 1 || url.contains("off.example")));
}

#[tokio::test]
async fn a_crash_at_any_moment_loses_nothing_and_repeats_only_what_was_out() {
    let (dir, crawl) = scope();
    let mut options = crawl.options();
    options.commit_every = 7;
    let frontier = DiskFrontier::open(options).unwrap().frontier;
    frontier.begin_run(vec![url(1)]).await.unwrap();
    frontier.put(vec![Lead::seed(&url(1)).unwrap()]).await.unwrap();
    frontier.commit().await.unwrap();
    for moment in 0.. {
        let Poll::Visit(visit) = frontier.poll().await.unwrap() else { break };
        if moment % 4 == 0 {
            let out = visit.lead.found.clone();
            let copy = crawl.crashed(&dir.path().join(format!("crash{moment}")));
            // Its own archive, with the records of the crash.
            let archive = Archive::default();
            archive.0.lock().unwrap().clone_from(&crawl.archive.0.lock().unwrap());
            recover(copy.with(&archive), &out).await;
        }
        crawl.finish(&frontier, &visit, 1).await;
    }
}

/// Goes on after a crash with `out` in flight, and checks the whole crawl.
async fn recover(crawl: Crawl, out: &str) {
    let done: Vec<String> = crawl
        .archive
        .0
        .lock()
        .unwrap()
        .iter()
        .map(|found| found.trace.lead.found.clone())
        .collect();
    let opened = crawl.open();
    assert!(opened.unclean && !opened.fresh);
    let from = opened.replay_from.unwrap();
    let visits = crawl.archive.from(&from);
    let rebuilt = replay(&opened.frontier, visits.clone(), judge).await.unwrap();
    assert_eq!(rebuilt.read, visits.len() as u64);
    // Once more changes nothing.
    let twice = replay(&opened.frontier, visits, judge).await.unwrap();
    assert_eq!(twice.restored, 0);
    while let Some(fetched) = crawl.work(&opened.frontier, 1).await {
        assert!(fetched == out || !done.contains(&fetched), "{fetched} was fetched twice");
    }
    let stats = opened.frontier.stats().await.unwrap();
    assert_eq!((stats.put, stats.captured, stats.queued), (59, 59, 0));
    opened.frontier.close().await.unwrap();
    let ledger = crawl.ledger();
    assert_eq!(ledger.len(), 60);
    assert!(ledger.iter().all(|(url, lines)| *lines == 1 || url.contains("off.example")));
}

#[tokio::test]
async fn the_checkpoint_stays_behind_visits_that_are_out() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    crawl.work(&frontier, 1).await.unwrap();
    let Poll::Visit(slow) = frontier.poll().await.unwrap() else { panic!() };
    let noted = crawl.archive.end();
    // The slow one is archived, a fast one is archived and settled, the process dies.
    crawl.file(&slow, 1);
    crawl.work(&frontier, 1).await.unwrap();
    frontier.commit().await.unwrap();
    drop(frontier);
    let opened = crawl.open();
    let from = opened.replay_from.unwrap();
    assert!(from.offset <= noted.offset);
    let rebuilt = replay(&opened.frontier, crawl.archive.from(&from), judge).await.unwrap();
    assert_eq!(rebuilt.restored, 1, "the slow one is not fetched again");
    while let Some(fetched) = crawl.work(&opened.frontier, 1).await {
        assert_ne!(fetched, slow.lead.found);
    }
}

#[tokio::test]
async fn a_lost_state_is_made_again_from_the_archive() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    while crawl.work(&frontier, 1).await.is_some() {}
    frontier.close().await.unwrap();
    // A second run, cut short.
    let frontier = begin(&crawl).await;
    for _ in 0..10 {
        crawl.work(&frontier, 2).await.unwrap();
    }
    let before = frontier.stats().await.unwrap();
    frontier.close().await.unwrap();
    let aside = set_aside(&crawl.dir, &crawl.clock).unwrap();
    assert!(aside.join("db").exists() && !crawl.dir.join("state").exists());
    let opened = crawl.open();
    assert!(opened.fresh && !opened.resumed);
    replay(&opened.frontier, crawl.archive.from(&Position::default()), judge).await.unwrap();
    let after = opened.frontier.stats().await.unwrap();
    assert_eq!((after.run, after.put, after.captured), (2, before.put, 10));
    assert_eq!(after.queued, before.queued);
    let digest = Digest::of(url(59).as_bytes());
    assert!(opened.frontier.origin(&digest).await.unwrap().is_some(), "payloads of run 1 stay");
    while crawl.work(&opened.frontier, 2).await.is_some() {}
    assert_eq!(opened.frontier.stats().await.unwrap().captured, 59);
    let kept = fs::read_dir(&crawl.dir).unwrap().filter(|entry| {
        entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("ledger-")
    });
    assert_eq!(kept.count(), 1, "the old ledger is kept");
}

#[tokio::test]
async fn a_new_run_begins_only_at_the_end_of_the_last() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    assert!(matches!(frontier.begin_run(vec![]).await, Err(FrontierError::Broken { .. })));
    while crawl.work(&frontier, 1).await.is_some() {}
    assert_eq!(frontier.begin_run(vec![url(5)]).await.unwrap(), 2);
    let stats = frontier.stats().await.unwrap();
    assert_eq!((stats.run, stats.put, stats.captured), (2, 0, 0));
    let put = frontier.put(vec![Lead::seed(&url(1)).unwrap()]).await.unwrap();
    assert_eq!(put.new, 1, "the seen set is the run's");
    frontier.close().await.unwrap();
    let opened = crawl.open();
    assert_eq!((opened.run, opened.resumed, opened.seeds), (2, true, vec![url(5)]));
}

#[tokio::test]
async fn parked_sites_are_tried_again_by_the_next_process() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
    frontier.release(&visit, Release::NextRun).await.unwrap();
    assert_eq!(frontier.poll().await.unwrap(), Poll::Finished);
    frontier.close().await.unwrap();
    let opened = crawl.open();
    assert!(opened.resumed);
    assert!(matches!(opened.frontier.poll().await.unwrap(), Poll::Visit(_)));
}

#[tokio::test]
async fn no_gap_is_cut_short_by_a_crash() {
    let (dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    frontier.put(vec![Lead::seed("http://s1.example/100").unwrap()]).await.unwrap();
    let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
    let end = Settlement { delay_ms: 5_000, ..captured(START) };
    frontier.ack(&visit, end).await.unwrap();
    frontier.commit().await.unwrap();
    let crashed = crawl.crashed(&dir.path().join("crash"));
    let opened = crashed.open();
    let due = START.plus(Duration::from_secs(5));
    assert_eq!(opened.frontier.poll().await.unwrap(), Poll::NextDue(due));
}

#[tokio::test]
async fn a_url_in_flight_at_two_crashes_is_given_up() {
    let (dir, crawl) = scope();
    let first = begin(&crawl).await;
    first.commit().await.unwrap();
    assert!(matches!(first.poll().await.unwrap(), Poll::Visit(_)));
    // Within a second of its lease, no commit in between.
    let second = crawl.crashed(&dir.path().join("one"));
    let opened = second.open();
    assert!(opened.given_up.is_empty() && opened.resumed);
    assert!(matches!(opened.frontier.poll().await.unwrap(), Poll::Visit(_)));
    let third = second.crashed(&dir.path().join("two"));
    let opened = third.open();
    assert_eq!((opened.given_up, opened.resumed), (vec![url(1)], false));
    let stats = opened.frontier.stats().await.unwrap();
    assert_eq!((stats.put, stats.failed), (1, 1));
    assert_eq!(third.ledger()[&url(1)], 1);
}

#[tokio::test]
async fn a_failed_sync_of_the_archive_settles_nothing() {
    let (_dir, crawl) = scope();
    let mut options = crawl.options();
    let broken = Arc::new(Mutex::new(false));
    let (archive, flag) = (crawl.archive.clone(), Arc::clone(&broken));
    options.durable = Box::new(move || {
        if *flag.lock().unwrap() { Err("no space left".into()) } else { Ok(archive.end()) }
    });
    let frontier = DiskFrontier::open(options).unwrap().frontier;
    frontier.begin_run(vec![]).await.unwrap();
    frontier.put((1..4).map(|n| Lead::seed(&url(n)).unwrap()).collect()).await.unwrap();
    frontier.commit().await.unwrap();
    let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
    *broken.lock().unwrap() = true;
    crawl.finish(&frontier, &visit, 1).await;
    assert!(matches!(frontier.commit().await, Err(FrontierError::Archive(_))));
    assert!(matches!(frontier.ack(&visit, captured(START)).await, Err(FrontierError::Archive(_))));
    assert!(matches!(frontier.lease().await, Err(FrontierError::Archive(_))));
    assert_eq!(*crawl.told.lock().unwrap(), 0);
    drop(frontier);
    let opened = crawl.open();
    assert_eq!(opened.frontier.stats().await.unwrap().captured, 0);
}

#[tokio::test]
async fn the_second_process_is_told_who_the_first_is() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    let error = crawl.error();
    let text = error.to_string();
    assert!(matches!(error, StateError::Locked { .. }));
    assert!(text.contains(&format!("pid {} on ", std::process::id())), "{text}");
    assert!(matches!(set_aside(&crawl.dir, &crawl.clock), Err(StateError::Locked { .. })));
    drop(frontier);
    // The file of a dead process is no obstacle.
    assert!(crawl.dir.join("warraq.lock").exists());
    crawl.open();
}

/// A closed crawl of some size, for damage.
async fn closed(dir: &Path) -> Crawl {
    let crawl = Crawl::new(dir);
    let frontier = begin(&crawl).await;
    frontier.put((100..2_000).map(|n| Lead::seed(&url(n)).unwrap()).collect()).await.unwrap();
    frontier.commit().await.unwrap();
    frontier.close().await.unwrap();
    crawl
}

fn state_files(crawl: &Crawl, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(crawl.dir.join("state")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(prefix)).collect()
}

#[tokio::test]
async fn half_written_snapshots_are_no_obstacle() {
    let (_dir, crawl) = scope();
    let crawl = closed(&crawl.dir).await;
    let folder = crawl.dir.join("state");
    fs::write(folder.join("snap.00000000000FFFFF.generating"), b"half").unwrap();
    fs::write(folder.join("snap.00000000000FFFFE"), b"").unwrap();
    let opened = crawl.open();
    assert_eq!(opened.frontier.stats().await.unwrap().queued, 1_901);
    assert!(!state_files(&crawl, "bad-snap.").is_empty(), "moved aside, not deleted");
}

#[tokio::test]
async fn an_emptied_database_is_noticed() {
    let (_dir, crawl) = scope();
    let crawl = closed(&crawl.dir).await;
    for path in state_files(&crawl, "snap.") {
        fs::remove_file(path).unwrap();
    }
    fs::write(crawl.dir.join("state/db"), b"").unwrap();
    let error = crawl.error();
    assert!(error.is_recoverable(), "{error}");
    assert!(error.to_string().contains("--recover"));
    set_aside(&crawl.dir, &crawl.clock).unwrap();
    assert!(crawl.open().fresh);
}

#[tokio::test]
async fn an_older_database_than_its_checkpoint_is_noticed() {
    let (dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    frontier.commit().await.unwrap();
    let old = crawl.crashed(&dir.path().join("old"));
    crawl.work(&frontier, 1).await.unwrap();
    frontier.close().await.unwrap();
    fs::copy(crawl.dir.join("state/checkpoint.json"), old.dir.join("state/checkpoint.json"))
        .unwrap();
    assert!(matches!(old.error(), StateError::Lost { .. }));
}

#[tokio::test]
async fn damage_anywhere_is_an_error_or_nothing_never_a_panic() {
    let (dir, crawl) = scope();
    let crawl = closed(&crawl.dir).await;
    let database = fs::read(crawl.dir.join("state/db")).unwrap();
    let full = database.iter().rposition(|byte| *byte != 0).unwrap();
    for (index, tenth) in (1..10).enumerate() {
        for cut in [true, false] {
            let copy = crawl.crashed(&dir.path().join(format!("damage{index}{cut}")));
            let mut bytes = database.clone();
            let place = full * tenth / 10;
            if cut {
                bytes.truncate(place);
            } else {
                bytes[place] ^= 0x55;
            }
            fs::write(copy.dir.join("state/db"), bytes).unwrap();
            match DiskFrontier::open(copy.options()) {
                Ok(opened) => assert_eq!(opened.frontier.stats().await.unwrap().queued, 1_901),
                Err(why) => assert!(why.is_recoverable(), "{why}"),
            }
        }
    }
}

#[tokio::test]
async fn a_newer_layout_is_refused_by_its_number() {
    let (_dir, crawl) = scope();
    let crawl = closed(&crawl.dir).await;
    {
        let db = sled::open(crawl.dir.join("state")).unwrap();
        let newer = postcard::to_extend(&(VERSION + 1), vec![1_u8]).unwrap();
        db.insert(b"mversion", newer).unwrap();
        db.flush().unwrap();
    }
    let error = crawl.error();
    assert!(!error.is_recoverable());
    assert!(error.to_string().contains(&format!("version {}", VERSION + 1)), "{error}");
}
