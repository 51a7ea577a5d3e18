//! One conformance suite for every frontier: what the seam promises, on memory and on sled.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test's helpers fail the test"
)]

mod paper;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use paper::{Polled, START, captured, end};
use tempfile::TempDir;
use url::Url;
use warraq::address::{HostKey, Site};
use warraq::digest::Digest;
use warraq::event::{Event, Watch};
use warraq::frontier::memory::MemoryFrontier;
use warraq::frontier::{Ack, Frontier, Poll, Put, Release, RobotsAnswer, RobotsFact, Settlement};
use warraq::lead::{Failure, FailureKind, Hop, Lead, Locator, Outcome, Refusal, Rule, Visit};
use warraq::moment::{Clock, Moment};
use warraq::page::PageKind;
use warraq::record::trace::PageRow;
use warraq::record::{Origin, Position};
use warraq::state::{DiskFrontier, Options};

struct Bench<F> {
    frontier: F,
    clock: Clock,
    told: Arc<Mutex<Vec<String>>>,
    _dir: Option<TempDir>,
}

fn watch() -> (Watch, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&told);
    let watch = Watch::new(move |event: &Event| {
        ear.lock().unwrap().push(serde_json::to_string(event).unwrap());
    });
    (watch, told)
}

fn memory(per_host: usize) -> Bench<MemoryFrontier> {
    let clock = Clock::fixed(START);
    let (watch, told) = watch();
    let frontier = MemoryFrontier::new(clock.clone(), watch, per_host);
    Bench { frontier, clock, told, _dir: None }
}

async fn disk(per_host: usize) -> Bench<DiskFrontier> {
    let clock = Clock::fixed(START);
    let (watch, told) = watch();
    let dir = tempfile::tempdir().unwrap();
    let durable = Box::new(|| Ok(Position::default()));
    let mut options = Options::new(dir.path().into(), clock.clone(), [7; 16], durable);
    options.per_host = per_host;
    options.watch = watch;
    let opened = DiskFrontier::open(options).unwrap();
    assert!(opened.fresh && !opened.resumed && opened.replay_from.is_none());
    assert_eq!(opened.frontier.begin_run(vec![]).await.unwrap(), 1);
    Bench { frontier: opened.frontier, clock, told, _dir: Some(dir) }
}

/// Runs a check on both frontiers.
macro_rules! on_both {
    ($($name:ident($per_host:expr) $check:ident;)*) => {$(
        mod $name {
            #[tokio::test]
            async fn in_memory() {
                super::$check(super::memory($per_host)).await;
            }
            #[tokio::test]
            async fn on_disk() {
                super::$check(super::disk($per_host).await).await;
            }
        }
    )*};
}

on_both! {
    dedup(1) put_counts_what_is_new;
    order(1) a_site_is_fetched_in_order_of_rank_then_of_arrival;
    long_queues(1) queues_longer_than_their_head_keep_their_order;
    one_at_a_time(1) a_site_has_one_visit_out;
    two_at_a_time(2) a_site_may_have_two_visits_out;
    gap(2) two_visits_of_a_site_begin_a_delay_apart;
    not_before(1) a_site_is_due_when_its_settlement_says;
    turns(1) sites_take_turns;
    fencing(1) late_acknowledgements_are_fenced;
    releasing(1) a_released_visit_is_as_it_was;
    again(1) another_attempt_is_counted_and_not_settled;
    first(1) what_is_put_first_goes_first_and_once;
    reread(1) a_settled_url_may_be_put_first_again;
    parking(1) a_parked_site_does_not_hold_the_end_up;
    outlinks(1) outlinks_are_queued_before_their_page_ends;
    numbers(1) the_numbers_add_up;
    refusals(1) a_refused_url_counts_once;
    payloads(1) the_first_capture_of_a_payload_is_found;
    robots(1) robots_facts_are_kept;
    pages(1) pages_come_in_chunks;
    events(1) events_follow_the_commit;
    waiting(1) a_waiting_lease_is_answered;
}

fn lead(text: &str, hop: Hop) -> Lead {
    Lead::at(&Url::parse(text).unwrap(), hop)
}

fn link(text: &str) -> Lead {
    lead(text, Hop::Link)
}

fn failed(due: Moment) -> Settlement {
    let failure = Failure { kind: FailureKind::Timeout, detail: "no head in 30 s".into() };
    end(Outcome::Failed(failure), due)
}

async fn visit<F: Polled>(bench: &Bench<F>) -> Visit {
    match bench.frontier.next().await {
        Poll::Visit(visit) => *visit,
        other => panic!("a visit was expected, not {other:?}"),
    }
}

async fn settle<F: Polled>(bench: &Bench<F>, visit: &Visit) {
    let now = bench.clock.steady();
    assert_eq!(bench.frontier.ack(visit, captured(now)).await.unwrap(), Ack::Done);
}

/// Fetches everything there is, in order.
async fn drain<F: Polled>(bench: &Bench<F>) -> Vec<String> {
    let mut order = Vec::new();
    while let Poll::Visit(visit) = bench.frontier.next().await {
        settle(bench, &visit).await;
        order.push(visit.lead.found);
    }
    assert_eq!(bench.frontier.next().await, Poll::Finished);
    order
}

async fn add_up<F: Frontier>(bench: &Bench<F>) {
    let s = bench.frontier.stats().await.unwrap();
    let sum = s.queued + s.leased + s.captured + s.revisits + s.moved + s.failed + s.refused;
    assert_eq!(sum, s.put, "{s:?}");
}

async fn put_counts_what_is_new<F: Polled>(bench: Bench<F>) {
    let leads = vec![link("http://a.example/1"), link("http://a.example/1#part")];
    assert_eq!(bench.frontier.put(leads).await.unwrap(), Put { new: 1, known: 1 });
    let again = vec![link("http://a.example/1?utm_source=x"), link("http://a.example/2")];
    assert_eq!(bench.frontier.put(again).await.unwrap(), Put { new: 1, known: 1 });
    assert_eq!(drain(&bench).await.len(), 2);
    let settled = bench.frontier.put(vec![link("http://a.example/1")]).await.unwrap();
    assert_eq!(settled, Put { new: 0, known: 1 });
}

async fn a_site_is_fetched_in_order_of_rank_then_of_arrival<F: Polled>(bench: Bench<F>) {
    let leads = vec![
        lead("http://a.example/link1", Hop::Link),
        lead("http://a.example/link2", Hop::Link),
        lead("http://a.example/seed", Hop::Seed),
        lead("http://a.example/alternate", Hop::Alternate),
        lead("http://a.example/redirect", Hop::Redirect),
    ];
    bench.frontier.put(leads).await.unwrap();
    let order = drain(&bench).await;
    let names: Vec<_> = order.iter().map(|url| url.rsplit('/').next().unwrap()).collect();
    assert_eq!(names, ["redirect", "alternate", "seed", "link1", "link2"]);
}

async fn queues_longer_than_their_head_keep_their_order<F: Polled>(bench: Bench<F>) {
    let url = |n: u32| format!("http://a.example/{n}");
    bench.frontier.put((0..200).map(|n| link(&url(n))).collect()).await.unwrap();
    for n in 0..100 {
        let visit = visit(&bench).await;
        assert_eq!(visit.lead.found, url(n));
        assert_eq!(visit.site_settled, u64::from(n));
        settle(&bench, &visit).await;
    }
    bench.frontier.put(vec![lead("http://a.example/early", Hop::Alternate)]).await.unwrap();
    let mut want = vec!["http://a.example/early".to_owned()];
    want.extend((100..200).map(url));
    assert_eq!(drain(&bench).await, want);
}

async fn a_site_has_one_visit_out<F: Polled>(bench: Bench<F>) {
    let leads = vec![link("http://a.example/1"), link("http://en.a.example/2")];
    bench.frontier.put(leads).await.unwrap();
    let visit = visit(&bench).await;
    assert_eq!(visit.site, Site::from("a.example".to_owned()));
    assert_eq!(bench.frontier.next().await, Poll::InFlight);
    settle(&bench, &visit).await;
    assert!(matches!(bench.frontier.next().await, Poll::Visit(_)));
}

async fn a_site_may_have_two_visits_out<F: Polled>(bench: Bench<F>) {
    bench
        .frontier
        .put((0..3).map(|n| link(&format!("http://a.example/{n}"))).collect())
        .await
        .unwrap();
    let one = visit(&bench).await;
    let two = visit(&bench).await;
    assert_ne!(one.token, two.token);
    assert_eq!(bench.frontier.next().await, Poll::InFlight);
    // What one visit learned is not undone by the other.
    let later = START.plus(Duration::from_mins(1));
    bench.frontier.ack(&one, captured(later)).await.unwrap();
    bench.frontier.ack(&two, captured(START)).await.unwrap();
    assert_eq!(bench.frontier.next().await, Poll::NextDue(later));
}

async fn two_visits_of_a_site_begin_a_delay_apart<F: Polled>(bench: Bench<F>) {
    bench
        .frontier
        .put((0..4).map(|n| link(&format!("http://a.example/{n}"))).collect())
        .await
        .unwrap();
    let one = visit(&bench).await;
    let mut slow = captured(START);
    slow.turn.delay_ms = Some(2_000);
    bench.frontier.ack(&one, slow).await.unwrap();
    visit(&bench).await;
    assert_eq!(bench.frontier.next().await, Poll::NextDue(START.plus(Duration::from_secs(2))));
}

async fn a_site_is_due_when_its_settlement_says<F: Polled>(bench: Bench<F>) {
    let leads =
        vec![link("http://a.example/1"), link("http://a.example/2"), link("http://a.example/3")];
    bench.frontier.put(leads).await.unwrap();
    let due = START.plus(Duration::from_secs(2));
    bench.frontier.ack(&visit(&bench).await, captured(due)).await.unwrap();
    assert_eq!(bench.frontier.next().await, Poll::NextDue(due));
    bench.clock.advance(Duration::from_millis(1_999));
    assert_eq!(bench.frontier.next().await, Poll::NextDue(due));
    bench.clock.advance(Duration::from_millis(1));
    let second = visit(&bench).await;
    let due = bench.clock.steady().plus(Duration::from_secs(9));
    bench.frontier.release(&second, Release::Until(due)).await.unwrap();
    assert_eq!(bench.frontier.next().await, Poll::NextDue(due));
}

async fn sites_take_turns<F: Polled>(bench: Bench<F>) {
    let leads = ["a", "b", "c"]
        .iter()
        .flat_map(|site| (0..2).map(move |n| link(&format!("http://{site}.example/{n}"))));
    bench.frontier.put(leads.collect()).await.unwrap();
    let order = drain(&bench).await;
    let sites: Vec<_> = order.iter().map(|url| &url[7..8]).collect();
    assert_eq!(sites, ["a", "b", "c", "a", "b", "c"]);
}

async fn late_acknowledgements_are_fenced<F: Polled>(bench: Bench<F>) {
    bench.frontier.put(vec![link("http://a.example/1")]).await.unwrap();
    let old = visit(&bench).await;
    assert_eq!(bench.frontier.release(&old, Release::Until(START)).await.unwrap(), Ack::Done);
    assert_eq!(bench.frontier.release(&old, Release::Until(START)).await.unwrap(), Ack::Fenced);
    let new = visit(&bench).await;
    assert_ne!(old.token, new.token);
    assert_eq!(bench.frontier.ack(&old, captured(START)).await.unwrap(), Ack::Fenced);
    assert_eq!(bench.frontier.stats().await.unwrap().captured, 0);
    settle(&bench, &new).await;
    assert_eq!(bench.frontier.ack(&new, captured(START)).await.unwrap(), Ack::Fenced);
    assert_eq!(bench.frontier.stats().await.unwrap().captured, 1);
}

async fn a_released_visit_is_as_it_was<F: Polled>(bench: Bench<F>) {
    bench.frontier.put(vec![link("http://a.example/1"), link("http://a.example/2")]).await.unwrap();
    let one = visit(&bench).await;
    bench.frontier.release(&one, Release::Until(START)).await.unwrap();
    let same = visit(&bench).await;
    assert_eq!(Visit { token: one.token, ..same }, one);
    add_up(&bench).await;
}

async fn another_attempt_is_counted_and_not_settled<F: Polled>(bench: Bench<F>) {
    bench.frontier.put(vec![link("http://a.example/1"), link("http://a.example/2")]).await.unwrap();
    let one = visit(&bench).await;
    bench.frontier.ack(&one, Settlement { again: true, ..failed(START) }).await.unwrap();
    add_up(&bench).await;
    let two = visit(&bench).await;
    assert_eq!((two.lead.found.as_str(), two.attempt), ("http://a.example/2", 0));
    settle(&bench, &two).await;
    let one = visit(&bench).await;
    assert_eq!((one.lead.found.as_str(), one.attempt), ("http://a.example/1", 1));
    assert_eq!(one.site_settled, 1);
    bench.frontier.ack(&one, failed(START)).await.unwrap();
    let stats = bench.frontier.stats().await.unwrap();
    assert_eq!((stats.put, stats.captured, stats.failed), (2, 1, 1));
}

async fn what_is_put_first_goes_first_and_once<F: Polled>(bench: Bench<F>) {
    bench
        .frontier
        .put((0..100).map(|n| link(&format!("http://a.example/{n}"))).collect())
        .await
        .unwrap();
    let page = visit(&bench).await;
    let robots = lead("http://a.example/robots.txt", Hop::Robots);
    bench.frontier.put_first(robots.clone()).await.unwrap();
    bench.frontier.put_first(robots.clone()).await.unwrap();
    bench.frontier.release(&page, Release::Until(START)).await.unwrap();
    let first = visit(&bench).await;
    assert_eq!(first.lead, robots);
    bench.frontier.put_first(robots).await.unwrap();
    settle(&bench, &first).await;
    bench.frontier.put_first(link("http://a.example/99")).await.unwrap();
    assert_eq!(visit(&bench).await.lead.found, "http://a.example/99");
    let stats = bench.frontier.stats().await.unwrap();
    assert_eq!((stats.put, stats.queued, stats.leased), (101, 99, 1));
    add_up(&bench).await;
}

async fn a_settled_url_may_be_put_first_again<F: Polled>(bench: Bench<F>) {
    let robots = lead("http://a.example/robots.txt", Hop::Robots);
    for _ in 0..2 {
        bench.frontier.put_first(robots.clone()).await.unwrap();
        add_up(&bench).await;
        settle(&bench, &visit(&bench).await).await;
        let stats = bench.frontier.stats().await.unwrap();
        assert_eq!((stats.put, stats.captured), (1, 1));
    }
}

async fn a_parked_site_does_not_hold_the_end_up<F: Polled>(bench: Bench<F>) {
    let leads =
        vec![link("http://a.example/1"), link("http://a.example/2"), link("http://b.example/1")];
    bench.frontier.put(leads).await.unwrap();
    let one = visit(&bench).await;
    bench.frontier.release(&one, Release::NextRun).await.unwrap();
    bench.frontier.put(vec![link("http://a.example/3")]).await.unwrap();
    let other = visit(&bench).await;
    assert_eq!(other.lead.found, "http://b.example/1");
    assert_eq!(bench.frontier.next().await, Poll::InFlight);
    settle(&bench, &other).await;
    assert_eq!(bench.frontier.next().await, Poll::Finished);
    assert_eq!(bench.frontier.lease().await.unwrap(), None);
    let stats = bench.frontier.stats().await.unwrap();
    assert_eq!((stats.queued, stats.parked_sites), (3, vec!["a.example".to_owned()]));
    add_up(&bench).await;
}

async fn outlinks_are_queued_before_their_page_ends<F: Polled>(bench: Bench<F>) {
    bench.frontier.put(vec![link("http://a.example/1")]).await.unwrap();
    let page = visit(&bench).await;
    bench.frontier.put(vec![link("http://b.example/1")]).await.unwrap();
    assert_eq!(visit(&bench).await.lead.found, "http://b.example/1");
    settle(&bench, &page).await;
    assert_eq!(bench.frontier.next().await, Poll::InFlight);
}

async fn the_numbers_add_up<F: Polled>(bench: Bench<F>) {
    let url = |n: usize| format!("http://a.example/{n}");
    bench.frontier.put((0..8).map(|n| link(&url(n))).collect()).await.unwrap();
    let refusal = Refusal { url: url(3), rule: Rule::Robots };
    let outcomes = [
        Outcome::Captured { status: 200, truncated: None },
        Outcome::Revisit { status: 200 },
        Outcome::Moved { status: 301, to: Some(url(9)) },
        Outcome::Refused(refusal),
        failed(START).outcome,
    ];
    for outcome in outcomes {
        add_up(&bench).await;
        bench.frontier.ack(&visit(&bench).await, end(outcome, START)).await.unwrap();
    }
    visit(&bench).await;
    let s = bench.frontier.stats().await.unwrap();
    let got = (s.captured, s.revisits, s.moved, s.refused, s.failed, s.leased, s.queued);
    assert_eq!(got, (1, 1, 1, 1, 1, 1, 2));
    assert_eq!((s.put, s.run), (8, 1));
    assert_eq!(s.refusals[0].rule, Rule::Robots);
}

async fn a_refused_url_counts_once<F: Polled>(bench: Bench<F>) {
    bench.frontier.put(vec![link("http://a.example/1"), link("http://a.example/2")]).await.unwrap();
    for _ in 0..2 {
        let refused = (0..5)
            .map(|n| Refusal { url: format!("http://off.example/{n}"), rule: Rule::OffScope })
            .collect();
        let page = Settlement { refused, ..captured(START) };
        bench.frontier.ack(&visit(&bench).await, page).await.unwrap();
    }
    let stats = bench.frontier.stats().await.unwrap();
    assert_eq!((stats.refused, stats.refusals.len()), (0, 1));
    assert_eq!((stats.refusals[0].count, stats.refusals[0].examples.len()), (5, 3));
    add_up(&bench).await;
}

async fn the_first_capture_of_a_payload_is_found<F: Polled>(bench: Bench<F>) {
    let digest = Digest::of(b"payload");
    assert_eq!(bench.frontier.origin(&digest, false).await.unwrap(), None);
    bench.frontier.put(vec![link("http://a.example/1")]).await.unwrap();
    let origin = Origin {
        record_id: "<urn:uuid:00000000-0000-4000-8000-000000000001>".into(),
        uri: "http://a.example/1".into(),
        date: START,
        locator: Locator { file: "w-00001.warc.gz".into(), offset: 400, length: 90 },
        chunked: false,
    };
    let payload = Some((digest, origin.clone()));
    let page = Settlement { payload, ..captured(START) };
    bench.frontier.ack(&visit(&bench).await, page).await.unwrap();
    // Before the commit and after it.
    assert_eq!(bench.frontier.origin(&digest, false).await.unwrap(), Some(origin.clone()));
    bench.frontier.commit().await.unwrap();
    assert_eq!(bench.frontier.origin(&digest, false).await.unwrap(), Some(origin));
}

async fn robots_facts_are_kept<F: Polled>(bench: Bench<F>) {
    let host = HostKey::of(&Url::parse("https://a.example/x").unwrap());
    assert_eq!(bench.frontier.robots(&host).await.unwrap(), None);
    for answer in [
        RobotsAnswer::Unreachable,
        RobotsAnswer::Unavailable,
        RobotsAnswer::File(b"User-agent: *\nDisallow: /x\n".to_vec()),
    ] {
        let fact = RobotsFact { read: START, answer };
        bench.frontier.learn_robots(&host, fact.clone()).await.unwrap();
        assert_eq!(bench.frontier.robots(&host).await.unwrap(), Some(fact));
    }
}

async fn pages_come_in_chunks<F: Polled>(bench: Bench<F>) {
    let url = |n: u32| format!("http://a.example/{n}");
    bench.frontier.put((0..600).map(|n| link(&url(n))).collect()).await.unwrap();
    for n in 0..600 {
        let visit = visit(&bench).await;
        let mut page = captured(START);
        if n % 10 == 0 {
            page.outcome = Outcome::Moved { status: 302, to: Some("http://a.example/".into()) };
        } else {
            page.page = Some(page_row(&visit.lead.found));
        }
        bench.frontier.ack(&visit, page).await.unwrap();
        if n == 300 {
            bench.frontier.commit().await.unwrap();
        }
    }
    let (mut urls, mut moved, mut after) = (Vec::new(), 0, None);
    loop {
        let (chunk, next) = bench.frontier.pages(after).await.unwrap();
        assert!(chunk.len() <= 256);
        moved += chunk.iter().filter(|page| page.moved_to.is_some()).count();
        urls.extend(chunk.into_iter().map(|page| page.page.url));
        after = next;
        if after.is_none() {
            break;
        }
    }
    urls.sort();
    urls.dedup();
    assert_eq!((urls.len(), moved), (600, 60));
}

fn page_row(url: &str) -> PageRow {
    PageRow {
        url: url.to_owned(),
        canonical: None,
        kind: PageKind::Article,
        title: Some("عنوان".into()),
        byline: vec!["Rim Haddad".into()],
        declared: None,
        detected: None,
        length: 1_200,
        ..PageRow::default()
    }
}

async fn events_follow_the_commit<F: Polled>(bench: Bench<F>) {
    bench.frontier.put(vec![link("http://a.example/1")]).await.unwrap();
    let event = Some(Event::Warning { text: "settled".into() });
    let page = Settlement { event: event.clone(), ..captured(START) };
    let visit = visit(&bench).await;
    bench.frontier.ack(&visit, page.clone()).await.unwrap();
    bench.frontier.ack(&visit, page).await.unwrap();
    bench.frontier.commit().await.unwrap();
    assert_eq!(bench.told.lock().unwrap().len(), 1);
}

async fn a_waiting_lease_is_answered<F: Polled>(bench: Bench<F>) {
    bench.frontier.put(vec![link("http://a.example/1")]).await.unwrap();
    let visit = bench.frontier.lease().await.unwrap().unwrap();
    // One that waits, and one that stops waiting: the visit is not lost with it.
    let (waited, ()) = tokio::join!(bench.frontier.lease(), async {
        let gone = tokio::time::timeout(Duration::from_millis(5), bench.frontier.lease()).await;
        assert!(gone.is_err());
        bench.frontier.put(vec![link("http://a.example/2")]).await.unwrap();
        settle(&bench, &visit).await;
    });
    let waited = waited.unwrap().unwrap();
    assert_eq!(waited.lead.found, "http://a.example/2");
    let (last, ()) = tokio::join!(bench.frontier.lease(), settle(&bench, &waited));
    assert_eq!(last.unwrap(), None);
}
