//! Servers of one site, on every frontier: one clock, and each of them rests by itself.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail the test"
)]

mod paper;

use std::time::Duration;

use paper::{Polled, START, captured};
use url::Url;
use warraq::address::{Server, Site};
use warraq::event::Watch;
use warraq::frontier::memory::MemoryFrontier;
use warraq::frontier::{Frontier, Poll, Release, Settlement, Turn};
use warraq::lead::{Hop, Lead, Visit};
use warraq::moment::{Clock, Moment};
use warraq::record::Position;
use warraq::state::{DiskFrontier, Options};

const HOUR: Duration = Duration::from_hours(1);

/// Runs a check on both frontiers.
macro_rules! on_both {
    ($($check:ident)*) => {$(
        mod $check {
            #[tokio::test]
            async fn in_memory() {
                let clock = super::Clock::fixed(super::START);
                let frontier =
                    super::MemoryFrontier::new(clock.clone(), super::Watch::none(), 1);
                super::$check(frontier.with_patience(super::HOUR / 2), clock).await;
            }
            #[tokio::test]
            async fn on_disk() {
                let (clock, dir) = (super::Clock::fixed(super::START), tempfile::tempdir().unwrap());
                let frontier = super::disk(&clock, dir.path());
                frontier.begin_run(vec![]).await.unwrap();
                super::$check(frontier, clock).await;
            }
        }
    )*};
}

on_both! {
    a_resting_server_does_not_rest_its_site
    servers_take_turns_and_urgent_urls_go_first
    nobody_waits_for_a_rest_that_is_too_long
    a_parked_server_is_parked_alone
}

fn disk(clock: &Clock, dir: &std::path::Path) -> DiskFrontier {
    let durable = Box::new(|| Ok(Position::default()));
    let mut options = Options::new(dir.to_owned(), clock.clone(), [7; 16], durable);
    options.patience = HOUR / 2;
    DiskFrontier::open(options).unwrap().frontier
}

fn lead(text: &str, hop: Hop) -> Lead {
    Lead::at(&Url::parse(text).unwrap(), hop)
}

fn leads(urls: &[&str]) -> Vec<Lead> {
    urls.iter().map(|url| lead(url, Hop::Link)).collect()
}

async fn visit<F: Polled>(frontier: &F) -> Visit {
    match frontier.next().await {
        Poll::Visit(visit) => *visit,
        other => panic!("a visit was expected, not {other:?}"),
    }
}

/// The end of a visit after which site and server are due at these instants.
fn end(due: Moment, rest: Moment) -> Settlement {
    Settlement { turn: Turn { due, rest, delay_ms: Some(2_000) }, ..captured(due) }
}

async fn a_resting_server_does_not_rest_its_site<F: Polled>(frontier: F, clock: Clock) {
    let urls = ["http://ar.a.example/1", "http://ar.a.example/2", "http://en.a.example/1"];
    frontier.put(leads(&urls)).await.unwrap();
    let first = visit(&frontier).await;
    assert_eq!(first.server, Server::from("ar.a.example".to_owned()));
    let (due, rest) = (START.plus(Duration::from_secs(2)), START.plus(HOUR));
    frontier.ack(&first, end(due, rest)).await.unwrap();
    assert_eq!(frontier.next().await, Poll::NextDue(due), "one clock for the site");
    clock.advance(Duration::from_secs(2));
    let second = visit(&frontier).await;
    assert_eq!((second.lead.found.as_str(), second.site), (urls[2], first.site));
    assert_eq!(frontier.next().await, Poll::InFlight, "one in flight for the site");
}

async fn servers_take_turns_and_urgent_urls_go_first<F: Polled>(frontier: F, _: Clock) {
    let url = |host: &str, n: usize| format!("http://{host}.a.example/{n}");
    for host in ["ar", "en"] {
        let urls: Vec<String> = (0..100).map(|n| url(host, n)).collect();
        frontier.put(urls.iter().map(|url| lead(url, Hop::Link)).collect()).await.unwrap();
    }
    let mut order = Vec::new();
    for round in 0..180 {
        let visit = visit(&frontier).await;
        order.push(visit.lead.found.clone());
        frontier.ack(&visit, end(START, START)).await.unwrap();
        if round == 9 {
            frontier.put(vec![lead("http://en.a.example/urgent", Hop::Alternate)]).await.unwrap();
        }
    }
    let want: Vec<String> = (0..5).flat_map(|n| [url("ar", n), url("en", n)]).collect();
    assert_eq!(order[..10], want);
    assert_eq!(order[10], "http://en.a.example/urgent");
    let of_ar: Vec<&String> = order.iter().filter(|url| url.contains("ar.")).collect();
    assert!(of_ar.windows(2).all(|pair| number(pair[0]) + 1 == number(pair[1])), "in order");
}

fn number(url: &str) -> usize {
    url.rsplit('/').next().unwrap().parse().unwrap()
}

async fn nobody_waits_for_a_rest_that_is_too_long<F: Polled>(frontier: F, clock: Clock) {
    frontier.put(leads(&["http://a.example/1", "http://b.example/1"])).await.unwrap();
    let (one, other) = (visit(&frontier).await, visit(&frontier).await);
    frontier.release(&one, Release::Resting(START.plus(HOUR))).await.unwrap();
    let again = Settlement { again: true, ..end(START, START.plus(HOUR * 2)) };
    frontier.ack(&other, again).await.unwrap();
    assert_eq!(frontier.lease().await.unwrap(), None);
    let stats = frontier.stats().await.unwrap();
    assert_eq!((stats.queued, stats.next_due), (2, Some(START.plus(HOUR))));
    clock.advance(HOUR);
    assert_eq!(frontier.lease().await.unwrap().unwrap().lead, one.lead);
}

async fn a_parked_server_is_parked_alone<F: Polled>(frontier: F, _: Clock) {
    frontier.put(leads(&["http://ar.a.example/1", "http://en.a.example/1"])).await.unwrap();
    let one = visit(&frontier).await;
    frontier.release(&one, Release::NextRun).await.unwrap();
    let other = visit(&frontier).await;
    assert_eq!(other.server, Server::from("en.a.example".to_owned()));
    frontier.ack(&other, end(START, START)).await.unwrap();
    assert_eq!(frontier.next().await, Poll::Finished);
    assert_eq!(frontier.stats().await.unwrap().parked_sites, ["ar.a.example"]);
}

/// What a server asked for holds in the next process too.
#[tokio::test]
async fn a_rest_outlives_the_process() {
    let (clock, dir) = (Clock::fixed(START), tempfile::tempdir().unwrap());
    let frontier = disk(&clock, dir.path());
    frontier.begin_run(vec![]).await.unwrap();
    frontier.put(leads(&["http://ar.a.example/1", "http://ar.a.example/2"])).await.unwrap();
    let one = visit(&frontier).await;
    assert_eq!(one.site, Site::from("a.example".to_owned()));
    frontier.ack(&one, end(START, START.plus(HOUR))).await.unwrap();
    frontier.close().await.unwrap();
    let frontier = disk(&clock, dir.path());
    assert_eq!(frontier.next().await, Poll::NextDue(START.plus(HOUR)));
    clock.advance(HOUR);
    assert_eq!(visit(&frontier).await.lead.found, "http://ar.a.example/2");
}
