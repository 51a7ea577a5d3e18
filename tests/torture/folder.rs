//! A crawl folder of a small tree of pages, and everything that can be asked about it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use warraq::crawl::{self, CrawlError};
use warraq::disk::Disk;
use warraq::record::name;
use warraq::record::reader::Records;
use warraq::settings::{Durability, Resolve, Settings};
use warraq::{Clock, Ended, Event, Job, Lead, Stop, Watch};

use super::site::{self, Site, bulk::Bulk};

/// Pages of the tree.
pub(crate) const PAGES: usize = 5;

#[derive(Debug)]
pub(crate) struct Folder {
    dir: tempfile::TempDir,
    web: Site,
    events: Arc<Mutex<Vec<Event>>>,
    stop: Mutex<Option<Stop>>,
}

/// Hundreds of crawls sync thousands of times; that is no reason to wait for a disk.
fn in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            dir: in_memory(),
            web: Site::with_bulk(PAGES, 800),
            events: Arc::default(),
            stop: Mutex::default(),
        }
    }

    /// The crawl folder.
    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Crawls it, or goes on with it. Every visit is a commit, every other one a new WARC, so that
    /// there are many calls to fail.
    pub(crate) async fn crawl(
        &self,
        disk: Disk,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Ended, CrawlError> {
        let mut settings = Settings {
            allow_private: true,
            delay: Duration::ZERO,
            per_host: 2,
            concurrency: 2,
            depth: 9,
            warc_size: 1_500,
            durability: Durability::Each,
            resolve: vec![Resolve {
                host: None,
                port: 80,
                addr: "127.0.0.1".parse().unwrap(),
                to_port: self.web.port(),
            }],
            ..Settings::new(self.path().join("crawl"), "desk@warraq.test")
        };
        change(&mut settings);
        let stop = Stop::default();
        let (events, own) = (Arc::clone(&self.events), self.stop.lock().unwrap().clone());
        let stopped = own.is_some().then(|| stop.clone());
        let watch = Watch::new(move |event| {
            if let (Event::Paused { .. }, Some(stop)) = (event, &stopped) {
                stop.intake.cancel();
            }
            events.lock().unwrap().push(event.clone());
        });
        let seeds = vec![Lead::seed(&Bulk::url(0)).unwrap()];
        let clock = Clock::system();
        crawl::run(Job { settings, seeds, recover: false, clock, disk, watch, stop }).await
    }

    /// From now on a crawl that pauses is told to stop.
    pub(crate) fn stop_when_paused(&self) {
        *self.stop.lock().unwrap() = Some(Stop::default());
    }

    pub(crate) fn go_on(&self) {
        *self.stop.lock().unwrap() = None;
    }

    /// The URLs that were told as done.
    pub(crate) fn told(&self) -> BTreeSet<String> {
        let events = self.events.lock().unwrap();
        let urls = events.iter().filter_map(|event| match event {
            Event::Settled(settled) => site::canonical(&settled.url),
            _ => None,
        });
        urls.collect()
    }

    /// Why it paused each time, and how often it went on.
    pub(crate) fn pauses(&self) -> (Vec<String>, usize) {
        let events = self.events.lock().unwrap();
        let whys = events.iter().filter_map(|event| match event {
            Event::Paused { why } => Some(why.clone()),
            _ => None,
        });
        let over = events.iter().filter(|event| matches!(event, Event::Unpaused { .. }));
        (whys.collect(), over.count())
    }

    /// The requests so far.
    pub(crate) fn arrivals(&self) -> Vec<String> {
        self.web.arrivals().into_iter().map(|arrival| arrival.url).collect()
    }

    /// What must be captured in the end.
    pub(crate) fn expected() -> BTreeSet<String> {
        let robots = site::canonical("http://bulk.test/robots.txt");
        Bulk { pages: PAGES, bytes: 0 }.urls().into_iter().chain(robots).collect()
    }

    /// What is captured: `response` and `revisit` records.
    pub(crate) fn captured(&self) -> BTreeSet<String> {
        let mut urls = BTreeSet::new();
        for path in name::files(&self.path().join("crawl")).unwrap() {
            for entry in Records::open(&path).unwrap().flatten() {
                if matches!(entry.kind.to_string().as_str(), "response" | "revisit") {
                    urls.extend(site::canonical(entry.target_uri().unwrap()));
                }
            }
        }
        urls
    }

    /// Every sealed file reads to its end; an open one may be torn only at its end.
    pub(crate) fn whole(&self) {
        for path in name::files(&self.path().join("crawl")).unwrap() {
            let entries: Vec<_> = Records::open(&path).unwrap().collect();
            let torn = entries.iter().position(Result::is_err).unwrap_or(entries.len());
            let open = path.extension().is_some_and(|end| end == "open");
            assert!(torn == entries.len() || open, "{}: {:?}", path.display(), entries[torn]);
        }
    }

    /// Every file is sealed and reads to its end.
    pub(crate) fn whole_and_sealed(&self) {
        for path in name::files(&self.path().join("crawl")).unwrap() {
            assert!(path.extension().is_some_and(|end| end == "gz"), "{}", path.display());
            assert!(Records::open(&path).unwrap().all(|entry| entry.is_ok()), "{}", path.display());
        }
    }
}
