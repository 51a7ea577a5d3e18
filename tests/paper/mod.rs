//! A crawl on paper: an archive that only knows how long it is, a site that is a tree, a worker that
//! files and settles. Shared by the tests of the state.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    dead_code,
    reason = "a test's helpers fail the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use url::Url;
use warraq::digest::Digest;
use warraq::event::{Event, Watch};
use warraq::frontier::memory::MemoryFrontier;
use warraq::frontier::{Ack, Frontier, Poll, Settlement, Turn};
use warraq::lead::{Hop, Lead, Locator, Outcome, Refusal, Rule, Visit};
use warraq::moment::{Clock, Moment};
use warraq::page::{Link, LinkKind};
use warraq::record::trace::Trace;
use warraq::record::{Origin, Position};
use warraq::state::rebuild::Found;
use warraq::state::{DiskFrontier, Opened, Options, StateError};

pub const START: Moment = Moment::from_millis(1_795_339_800_000);

/// An archive that only knows how long it is, and what is in it.
#[derive(Clone, Default)]
pub struct Archive(pub Arc<Mutex<Vec<Found>>>);

impl Archive {
    pub fn end(&self) -> Position {
        at(self.0.lock().unwrap().len())
    }

    pub fn from(&self, from: &Position) -> Vec<Result<Found, String>> {
        let visits = self.0.lock().unwrap();
        visits.iter().filter(|found| found.end.offset > from.offset).cloned().map(Ok).collect()
    }
}

pub fn at(records: usize) -> Position {
    Position { serial: 1, file: "w-00001.warc.gz".into(), offset: records as u64 * 100 }
}

/// A frontier that answers without waiting, whichever it is.
pub trait Polled: Frontier {
    async fn next(&self) -> Poll;
}

impl Polled for MemoryFrontier {
    async fn next(&self) -> Poll {
        self.poll()
    }
}

impl Polled for DiskFrontier {
    async fn next(&self) -> Poll {
        self.poll().await.unwrap()
    }
}

pub struct Crawl {
    pub dir: PathBuf,
    pub clock: Clock,
    pub archive: Archive,
    pub told: Arc<Mutex<usize>>,
}

impl Crawl {
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.into(),
            clock: Clock::fixed(START),
            archive: Archive::default(),
            told: Arc::default(),
        }
    }

    pub fn options(&self) -> Options {
        let archive = self.archive.clone();
        let durable = Box::new(move || Ok(archive.end()));
        let mut options = Options::new(self.dir.clone(), self.clock.clone(), [3; 16], durable);
        let told = Arc::clone(&self.told);
        options.watch = Watch::new(move |_: &Event| *told.lock().unwrap() += 1);
        options
    }

    pub fn open(&self) -> Opened {
        DiskFrontier::open(self.options()).unwrap()
    }

    pub fn error(&self) -> StateError {
        DiskFrontier::open(self.options()).unwrap_err()
    }

    /// The folder as a crash leaves it: copied while the process is at it.
    pub fn crashed(&self, to: &Path) -> Self {
        copy(&self.dir, to);
        Self { dir: to.into(), ..Self::new(to) }.with(&self.archive)
    }

    pub fn with(mut self, archive: &Archive) -> Self {
        self.archive = archive.clone();
        self
    }

    /// What a worker does: fetch, file, put what the page leads to, settle.
    pub async fn work(&self, frontier: &DiskFrontier, run: u32) -> Option<String> {
        let Poll::Visit(visit) = frontier.poll().await.unwrap() else { return None };
        self.finish(frontier, &visit, run).await;
        Some(visit.lead.found)
    }

    pub async fn finish(&self, frontier: &DiskFrontier, visit: &Visit, run: u32) {
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

    pub fn file(&self, visit: &Visit, run: u32) -> Found {
        let mut visits = self.archive.0.lock().unwrap();
        let end = at(visits.len() + 1);
        let locator = Locator { file: end.file.clone(), offset: end.offset - 100, length: 100 };
        let uri = visit.lead.found.clone();
        let record_id = format!("<urn:test:{}>", visits.len());
        let digest = Digest::of(uri.as_bytes());
        let origin =
            Origin { record_id, uri, date: START, locator: locator.clone(), chunked: false };
        let found = Found {
            trace: trace(visit, run),
            origin: Some((digest, origin)),
            validators: None,
            refers_to: None,
            locator: Some(locator),
            at: START,
            end,
        };
        visits.push(found.clone());
        found
    }

    pub fn ledger(&self) -> BTreeMap<String, usize> {
        let text = fs::read_to_string(self.dir.join("ledger.jsonl")).unwrap();
        let mut urls = BTreeMap::new();
        for line in text.lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            *urls.entry(line["url"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        urls
    }
}

/// Copies a folder that is being written: what a commit writes last is copied first, so that the
/// copy is what a crash could have left (ledger, then database, then checkpoint.json).
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut paths: Vec<_> = fs::read_dir(from).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort_by_key(|path| (!path.ends_with("checkpoint.json"), !path.is_dir(), path.clone()));
    for path in paths {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

pub fn end(outcome: Outcome, due: Moment) -> Settlement {
    Settlement {
        outcome,
        again: false,
        turn: Turn { due, delay_ms: Some(0), ..Turn::default() },
        text: None,
        archived: None,
        payload: None,
        validators: None,
        refers_to: None,
        fetch: None,
        learnt: None,
        page: None,
        alternates: vec![],
        refused: vec![],
        event: None,
    }
}

pub fn captured(due: Moment) -> Settlement {
    end(Outcome::Captured { status: 200, truncated: None }, due)
}

/// A site of a tree: each page leads to two more, up to 60, and once to one that is refused.
pub fn trace(visit: &Visit, run: u32) -> Trace {
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

pub fn judge(trace: &Trace) -> (Vec<Lead>, Vec<Refusal>) {
    let (inside, outside): (Vec<_>, Vec<_>) =
        trace.links.iter().partition(|link| !link.url.contains("off.example"));
    let lead = |link: &&Link| trace.lead.onward(&Url::parse(&link.url).unwrap(), Hop::Link);
    let refused = |link: &Link| Refusal { url: link.url.clone(), rule: Rule::OffScope };
    (inside.iter().map(lead).collect(), outside.into_iter().map(refused).collect())
}

pub fn url(n: u32) -> String {
    format!("http://s{}.example/{n}", n % 3)
}

pub async fn begin(crawl: &Crawl) -> DiskFrontier {
    let opened = crawl.open();
    let run = opened.frontier.begin_run(vec![url(1)]).await.unwrap();
    assert_eq!(run, opened.run + 1);
    opened.frontier.put(vec![Lead::seed(&url(1)).unwrap()]).await.unwrap();
    opened.frontier
}

pub fn scope() -> (TempDir, Crawl) {
    let dir = tempfile::tempdir().unwrap();
    let crawl = Crawl::new(&dir.path().join("crawl"));
    (dir, crawl)
}
