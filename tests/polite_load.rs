//! Politeness under load, as fifty hosts see it: killed three times with SIGKILL, the crawler never
//! asks a registered domain sooner than its delay, never twice at once, and wastes little of what
//! it may ask. `cargo test --test polite_load -- --nocapture` prints the numbers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::format_collect,
    clippy::cast_precision_loss,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

#[path = "site/mod.rs"]
mod site;

use site::answer::Answer;
use site::arrivals::{Arrival, gaps, most_at_once};
use site::web::{Resource, Role};
use site::{Options, Site};

/// Least time between two starts.
const DELAY: Duration = Duration::from_secs(1);
/// What reading and writing down an arrival may take the site, more for one than for the next.
const STAMP: Duration = Duration::from_millis(50);
/// The same for a domain whose robots.txt asks for more.
const CRAWL_DELAY: Duration = Duration::from_secs(2);
/// Pages of a domain.
const PAGES: usize = 8;
/// Times the crawler is killed.
const KILLS: usize = 3;
/// Of what it may ask, the crawler must ask at least this much while it lives. On an idle machine
/// it is 98 %; a busy one is late for reasons of its own.
const SHARE: f64 = 0.75;

/// Forty domains of one host, five of two; the last of them asks for a longer delay.
fn domains() -> Vec<(String, Vec<String>)> {
    let one = |n: usize| (format!("one{n}.test"), vec![format!("one{n}.test")]);
    let two = |n: usize| {
        let hosts = ["ar", "en"].map(|lang| format!("{lang}.two{n}.test"));
        (format!("two{n}.test"), hosts.to_vec())
    };
    (0..40).map(one).chain((0..5).map(two)).collect()
}

fn delay_of(domain: &str) -> Duration {
    if domain == "two4.test" { CRAWL_DELAY } else { DELAY }
}

fn pages(host: &str, hosts: usize) -> Vec<String> {
    (0..PAGES / hosts).map(|n| format!("http://{host}/page/{n}")).collect()
}

fn resources() -> Vec<Resource> {
    let mut all = Vec::new();
    for (domain, hosts) in domains() {
        for host in &hosts {
            let urls = pages(host, hosts.len());
            let links: String = urls.iter().map(|url| format!("<a href={url}>on</a>")).collect();
            for url in &urls {
                let html = format!("<title>{url}</title><p>{links}");
                all.push(Resource::new(url, Role::Page, Answer::page("200 OK", &html, &[])));
            }
            let rules = format!("User-agent: *\nCrawl-delay: {}\n", delay_of(&domain).as_secs());
            let coding = site::answer::Coding::Plain;
            let answer = Answer::ok("text/plain", rules.as_bytes(), coding, &[]);
            all.push(Resource::new(&format!("http://{host}/robots.txt"), Role::Robots, answer));
        }
    }
    all
}

fn start(web: &Site, dir: &Path) -> Child {
    let seeds = domains()
        .into_iter()
        .flat_map(|(_, hosts)| hosts.into_iter().map(|host| format!("http://{host}/page/0")));
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .arg("crawl")
        .args(seeds)
        .args(["--contact", "test@warraq.test", "--depth", "2", "--delay", "1s", "--quiet"])
        .args(["--allow-private", "--concurrency", "64", "--resolve", &web.resolve(), "--into"])
        .arg(dir)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for so many arrivals, or for the end of the crawl.
fn wait(child: &mut Child, web: &Site, arrivals: usize) -> bool {
    let patience = Instant::now() + Duration::from_mins(1);
    while web.arrivals().len() < arrivals {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(Instant::now() < patience, "the crawl makes no way");
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

/// The share of the permitted rate one life of the crawler used on a domain: starts a delay apart
/// would be all of it.
fn used(life: &[Arrival], delay: Duration) -> Option<(f64, f64)> {
    let span = life.last()?.at.saturating_sub(life.first()?.at).as_secs_f64();
    let asked = (life.len() - 1) as f64 * delay.as_secs_f64();
    (span > 0.0).then_some((asked, span))
}

#[test]
fn fifty_hosts_see_no_haste_across_three_kills() {
    let web = Site::open(Options { instead: Some(resources()), ..Options::default() }).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let all = 45 * PAGES;
    let mut lives = vec![0];
    for kill in 1..=KILLS {
        let mut child = start(&web, dir.path());
        assert!(wait(&mut child, &web, all * kill / (KILLS + 1)), "it ended before all kills");
        child.kill().unwrap();
        child.wait().unwrap();
        lives.push(web.arrivals().len());
    }
    let ended = start(&web, dir.path()).wait().unwrap();
    assert_eq!(ended.code(), Some(0));
    lives.push(usize::MAX);

    let arrivals = web.arrivals();
    let asked: BTreeSet<&str> = arrivals.iter().map(|arrival| arrival.url.as_str()).collect();
    let (mut shortest, mut asked_for, mut spans) = (Duration::MAX, 0.0, 0.0);
    for (domain, hosts) in domains() {
        for page in hosts.iter().flat_map(|host| pages(host, hosts.len())) {
            assert!(asked.contains(page.as_str()), "{page} is lost");
        }
        let here = web.arrivals_at(&domain);
        assert_eq!(most_at_once(&here), 1, "{domain}: two in flight at once");
        // Before robots.txt is read its Crawl-delay cannot be known.
        let gap = gaps(&here).into_iter().skip(1).min().unwrap();
        assert!(gap + STAMP >= delay_of(&domain), "{domain}: {gap:?} between two starts");
        shortest = shortest.min(gaps(&here).into_iter().min().unwrap());
        for life in lives.windows(2) {
            let of_life = &arrivals[life[0]..life[1].min(arrivals.len())];
            let here: Vec<Arrival> =
                of_life.iter().filter(|arrival| hosts.contains(&arrival.host)).cloned().collect();
            let (asked, span) = used(&here, delay_of(&domain)).unwrap_or_default();
            asked_for += asked;
            spans += span;
        }
    }
    let share = asked_for / spans;
    println!("{} requests, shortest gap {shortest:?}, {:.1} % used", arrivals.len(), share * 100.0);
    assert!(shortest + STAMP >= DELAY, "{shortest:?} between two starts");
    assert!(share >= SHARE, "{:.1} % of the permitted rate used", share * 100.0);
}
