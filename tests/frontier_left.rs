//! What was left out of a pattern that said nothing new, on every frontier: refused, counted, and
//! queued again by the first page of the pattern that says something new.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail the test"
)]

mod paper;

use paper::{Polled, START, captured, end};
use url::Url;
use warraq::event::Watch;
use warraq::frontier::memory::MemoryFrontier;
use warraq::frontier::{Frontier, Poll, Settlement};
use warraq::lead::{Hop, Lead, Outcome, Refusal, Rule, Visit};
use warraq::moment::Clock;
use warraq::page::Likeness;
use warraq::record::Position;
use warraq::record::trace::Trace;
use warraq::state::rebuild::{Found, replay};
use warraq::state::{DiskFrontier, Options};

fn disk(dir: &std::path::Path) -> DiskFrontier {
    let durable = Box::new(|| Ok(Position::default()));
    let options = Options::new(dir.to_owned(), Clock::fixed(START), [7; 16], durable);
    DiskFrontier::open(options).unwrap().frontier
}

fn url(n: u32) -> String {
    format!("http://a.example/story/{n}")
}

async fn visit<F: Polled>(frontier: &F) -> Visit {
    match frontier.next().await {
        Poll::Visit(visit) => *visit,
        other => panic!("a visit was expected, not {other:?}"),
    }
}

/// Settles the next visit as a page of these words; says which it was.
async fn says<F: Polled>(frontier: &F, words: u64) -> String {
    let visit = visit(frontier).await;
    let text = Some(Likeness { words, numbers: 0 });
    frontier.ack(&visit, Settlement { text, ..captured(START) }).await.unwrap();
    visit.lead.found
}

/// Leaves the next visit out by a rule; says how many of its pattern had been before.
async fn leave<F: Polled>(frontier: &F, rule: Rule) -> u64 {
    let visit = visit(frontier).await;
    let refusal = Refusal { url: visit.lead.found.clone(), rule };
    frontier.ack(&visit, end(Outcome::Refused(refusal), START)).await.unwrap();
    visit.spent.pattern_left
}

/// Refusals by a rule: how many, and which are told.
async fn refused<F: Polled>(frontier: &F, rule: Rule) -> (u64, Vec<String>) {
    let stats = frontier.stats().await.unwrap();
    let ended = stats.captured + stats.refused + stats.queued + stats.leased;
    assert_eq!(ended, stats.put, "{stats:?}");
    let row = stats.refusals.into_iter().find(|row| row.rule == rule);
    row.map_or((0, Vec::new()), |row| (row.count, row.examples))
}

/// Twelve stories of one pattern, of which the first said what is said ever since.
async fn begin<F: Polled>(frontier: &F) {
    let leads = (0..12).map(|n| Lead::at(&Url::parse(&url(n)).unwrap(), Hop::Link)).collect();
    frontier.put(leads).await.unwrap();
    says(frontier, 7).await;
    says(frontier, 7).await;
    for left in 0..4 {
        assert_eq!(leave(frontier, Rule::NearDuplicates).await, left);
    }
    // Of another rule's refusals nothing is kept.
    leave(frontier, Rule::HostBudget).await;
}

async fn go_on<F: Polled>(frontier: &F, captured: u64) {
    assert_eq!(refused(frontier, Rule::NearDuplicates).await, (4, vec![url(2), url(3), url(4)]));
    assert_eq!(says(frontier, 7).await, url(7), "a sample that says nothing new");
    assert_eq!(leave(frontier, Rule::NearDuplicates).await, 0, "counted since the last page");
    assert_eq!(refused(frontier, Rule::NearDuplicates).await.0, 5);
    assert_eq!(says(frontier, 8).await, url(9), "a sample that does");
    assert_eq!(refused(frontier, Rule::NearDuplicates).await, (0, vec![]));
    assert_eq!(refused(frontier, Rule::HostBudget).await, (1, vec![url(6)]));
    let mut order = Vec::new();
    for n in 0..7 {
        order.push(says(frontier, 100 + n).await);
    }
    assert_eq!(order, [10, 11, 2, 3, 4, 5, 8].map(url), "each once, in their order");
    assert_eq!(frontier.next().await, Poll::Finished);
    assert_eq!(frontier.stats().await.unwrap().captured, captured);
}

#[tokio::test]
async fn in_memory() {
    let frontier = MemoryFrontier::new(Clock::fixed(START), Watch::none(), 1);
    begin(&frontier).await;
    go_on(&frontier, 11).await;
}

/// The same over a restart. What pages said is forgotten with the process; that they did is not.
#[tokio::test]
async fn on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let frontier = disk(dir.path());
    frontier.begin_run(vec![]).await.unwrap();
    begin(&frontier).await;
    frontier.close().await.unwrap();
    drop(frontier);
    let frontier = disk(dir.path());
    let other = Url::parse("http://a.example/other").unwrap();
    frontier.put(vec![Lead::at(&other, Hop::Alternate)]).await.unwrap();
    assert_eq!(says(&frontier, 7).await, other.as_str());
    go_on(&frontier, 12).await;
}

/// What a run left out is no other run's: that one meets it by itself.
#[tokio::test]
async fn another_run_begins_with_nothing_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let frontier = disk(dir.path());
    frontier.begin_run(vec![]).await.unwrap();
    begin(&frontier).await;
    frontier.begin_run(vec![]).await.unwrap();
    assert_eq!(refused(&frontier, Rule::NearDuplicates).await, (0, vec![]));
    let met: Vec<String> = [says(&frontier, 1).await, says(&frontier, 2).await].into();
    assert_eq!(met, [7, 8].map(url), "what was still queued");
    for n in 9..12 {
        assert_eq!(says(&frontier, u64::from(n)).await, url(n));
    }
    assert_eq!(frontier.next().await, Poll::Finished);
}

/// Called back, fetched and archived, and then a crash before the state was written: what the
/// archive tells outweighs the refusal, and is not asked for again.
#[tokio::test]
async fn what_was_called_back_and_archived_before_a_crash_is_read_back() {
    let dir = tempfile::tempdir().unwrap();
    let frontier = disk(dir.path());
    frontier.begin_run(vec![]).await.unwrap();
    begin(&frontier).await;
    frontier.close().await.unwrap();
    drop(frontier);
    let frontier = disk(dir.path());
    let lead = Lead::at(&Url::parse(&url(3)).unwrap(), Hop::Link);
    let found = Found {
        trace: told(lead),
        origin: None,
        validators: None,
        refers_to: None,
        locator: None,
        at: START,
        end: paper::at(9),
    };
    let nowhere = |_: &Trace| (Vec::new(), Vec::new());
    let rebuilt = replay(&frontier, [Ok::<_, String>(found)], nowhere).await.unwrap();
    assert_eq!(rebuilt.restored, 1);
    assert_eq!(refused(&frontier, Rule::NearDuplicates).await, (3, vec![url(2), url(4), url(5)]));
    let mut order = Vec::new();
    for n in 0..8 {
        order.push(says(&frontier, 100 + n).await);
    }
    assert_eq!(order, [7, 8, 9, 10, 11, 2, 4, 5].map(url), "3 is not asked for again");
    assert_eq!(frontier.next().await, Poll::Finished);
}

/// What a capture leaves in the archive.
fn told(lead: Lead) -> Trace {
    Trace {
        run: 1,
        lead,
        attempt: 0,
        again: false,
        outcome: captured(START).outcome,
        took_ms: 4,
        bytes: 50,
        page: None,
        alternates: vec![],
        links: vec![],
        notes: vec![],
    }
}
