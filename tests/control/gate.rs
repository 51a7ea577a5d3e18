//! A web whose every answer waits until the test lets it go, and a crawl of it.

#![allow(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test's helpers fail the test, and are its own"
)]

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use warraq::crawl::live::Live;
use warraq::crawl::{self, CrawlError, Ended};
use warraq::disk::Disk;
use warraq::event::Event;
use warraq::settings::{Durability, Resolve, Settings};
use warraq::{Clock, Job, Lead, Stop, Watch};

use super::press::{Answer, Asked, Press};

/// The web behind its gate.
pub struct Gated {
    press: Press,
    came: Receiver<String>,
    go: Option<Sender<()>>,
}

impl Gated {
    /// `/` leads to `/a`, `/b` and `/c`; `robots` is every host's robots.txt.
    pub fn start(robots: &'static str) -> Self {
        let (tell, came) = channel();
        let (go, gate) = channel::<()>();
        let (tell, gate) = (Mutex::new(tell), Mutex::new(gate));
        let press = Press::edited(move |asked| {
            let host = asked.head.get("Host").unwrap_or_default();
            let host = host.split(':').next().unwrap_or_default().to_owned();
            let _ = tell.lock().unwrap().send(format!("{host}{}", asked.path));
            // Once the gate is open for good, nobody is left to wait for.
            let _ = gate.lock().unwrap().recv();
            page(asked, robots)
        });
        Self { press, came, go: Some(go) }
    }

    /// What is asked next, and waits at the gate.
    pub fn next(&self) -> String {
        self.came.recv_timeout(Duration::from_mins(1)).unwrap()
    }

    /// What was asked and nobody looked at yet.
    pub fn asked(&self) -> Option<String> {
        self.came.try_recv().ok()
    }

    /// Lets one answer go.
    pub fn pass(&self) {
        self.go.as_ref().unwrap().send(()).unwrap();
    }

    /// Lets all answers go from now on.
    pub fn open(&mut self) {
        self.go = None;
    }

    /// Leads every name to the press.
    pub fn resolve(&self) -> Resolve {
        let port = self.port();
        Resolve { host: None, port: 80, addr: [127, 0, 0, 1].into(), to_port: port }
    }

    pub fn port(&self) -> u16 {
        let url = self.press.url("");
        url.rsplit(':').next().unwrap().parse().unwrap()
    }
}

fn page(asked: &Asked, robots: &str) -> Vec<u8> {
    let links = "<p><a href=/a>a</a> <a href=/b>b</a> <a href=/c>c</a></p>";
    let said = "The harbour master counted the boats and wrote the number down. ".repeat(9);
    let html = |body: &str| format!("<!doctype html><html lang=en><title>x</title>{body}</html>");
    let answer = match asked.path.as_str() {
        "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok(robots) },
        "/" => Answer::ok(html(links)),
        name => Answer::ok(html(&format!("<article><h1>{name}</h1><p>{said}</p></article>"))),
    };
    answer.to(&asked.head)
}

/// A crawl under way.
pub struct Crawl {
    pub live: Live,
    pub told: Receiver<Event>,
    pub stop: Stop,
    runtime: tokio::runtime::Runtime,
    ended: tokio::task::JoinHandle<Result<Ended, CrawlError>>,
}

impl Crawl {
    /// Crawls `seeds` one after the other into `dir`, robots.txt aside, and tells what it does.
    pub fn start(
        web: &Gated,
        dir: &Path,
        seeds: &[&str],
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = Settings::new(dir.to_owned(), "desk@example.org");
        (settings.allow_private, settings.delay) = (true, Duration::ZERO);
        (settings.robots, settings.late, settings.concurrency) = (false, false, 1);
        (settings.depth, settings.durability) = (1, Durability::Each);
        settings.resolve = vec![web.resolve()];
        change(&mut settings);
        let (tell, told) = channel();
        let tell = Arc::new(Mutex::new(tell));
        let (clock, stop) = (Clock::system(), Stop::default());
        let job = Job {
            settings,
            seeds: seeds.iter().map(|seed| Lead::seed(seed).unwrap()).collect(),
            recover: false,
            disk: Disk::real(),
            watch: Watch::new(move |event| drop(tell.lock().unwrap().send(event.clone()))),
            stop: stop.clone(),
            clock: clock.clone(),
        };
        let live = Live::new(clock);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let seen = live.clone();
        let ended = runtime.spawn(async move { crawl::run_live(job, &seen).await });
        Self { live, told, stop, runtime, ended }
    }

    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Waits until a URL is settled.
    pub fn settles(&self, url: &str) {
        let settled = |event: Event| matches!(event, Event::Settled(settled) if settled.url == url);
        while !settled(self.told.recv_timeout(Duration::from_mins(1)).unwrap()) {}
    }

    pub fn end(self) -> Ended {
        self.runtime.block_on(self.ended).unwrap().unwrap()
    }
}
