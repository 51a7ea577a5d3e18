//! The frontier against a model: any order of calls, with late ones and restarts between them,
//! keeps the books.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers fail the test")]

mod paper;

use std::collections::BTreeSet;
use std::time::Duration;

use paper::{Polled, START, captured};
use proptest::prelude::*;
use tempfile::TempDir;
use url::Url;
use warraq::event::Watch;
use warraq::frontier::memory::MemoryFrontier;
use warraq::frontier::{Ack, Poll, Release, Settlement, Stats};
use warraq::lead::{Hop, Lead, Visit};
use warraq::moment::{Clock, Moment};
use warraq::record::Position;
use warraq::state::{DiskFrontier, Opened, Options};

/// What the proptest does.
#[derive(Clone, Debug)]
enum Step {
    Put(u8),
    PutFirst(u8),
    Lease,
    Ack { of: u8, again: bool, wait: u8 },
    Release { of: u8, park: bool },
    Late(u8),
    Advance(u8),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u8>().prop_map(Step::Put),
        1 => any::<u8>().prop_map(Step::PutFirst),
        5 => Just(Step::Lease),
        4 => (any::<u8>(), prop::bool::weighted(0.2), 0..3_u8)
            .prop_map(|(of, again, wait)| Step::Ack { of, again, wait }),
        2 => (any::<u8>(), prop::bool::weighted(0.1))
            .prop_map(|(of, park)| Step::Release { of, park }),
        1 => any::<u8>().prop_map(Step::Late),
        2 => any::<u8>().prop_map(Step::Advance),
        1 => Just(Step::Restart),
    ]
}

fn numbered(n: u8) -> Lead {
    let hop = if n.is_multiple_of(3) { Hop::Alternate } else { Hop::Link };
    let url = format!("http://s{}.example/{}", n % 4, n % 48);
    Lead::at(&Url::parse(&url).unwrap(), hop)
}

/// The model: which URLs are open, which are settled, who is out.
#[derive(Default)]
struct Model {
    open: BTreeSet<String>,
    settled: BTreeSet<String>,
    out: Vec<Visit>,
    late: Vec<Visit>,
}

impl Model {
    fn check(&self, stats: &Stats) {
        assert_eq!(stats.put, (self.open.len() + self.settled.len()) as u64);
        assert_eq!(stats.leased, self.out.len() as u64);
        assert_eq!(stats.queued + stats.leased, self.open.len() as u64);
        assert_eq!(stats.captured, self.settled.len() as u64);
    }
}

fn open_disk(dir: &TempDir, clock: &Clock) -> Opened {
    let durable = Box::new(|| Ok(Position::default()));
    let mut options = Options::new(dir.path().into(), clock.clone(), [9; 16], durable);
    options.commit_every = 3;
    DiskFrontier::open(options).unwrap()
}

async fn act<F: Polled>(frontier: &F, clock: &Clock, model: &mut Model, step: Step) {
    match step {
        Step::Put(n) => {
            let lead = numbered(n);
            let url = lead.found.clone();
            let put = frontier.put(vec![lead]).await.unwrap();
            assert_eq!(put.new == 1, !model.settled.contains(&url) && model.open.insert(url));
        }
        Step::PutFirst(n) => {
            let lead = numbered(n);
            let found = lead.found.clone();
            // What is out now, or on a parked site, is not queued, and says so.
            if frontier.put_first(lead).await.unwrap() {
                model.settled.remove(&found);
                model.open.insert(found);
            }
        }
        Step::Lease => {
            if let Poll::Visit(visit) = frontier.next().await {
                assert!(model.open.contains(&visit.lead.found));
                assert!(model.out.iter().all(|out| out.site != visit.site), "one a site");
                model.out.push(*visit);
            }
        }
        Step::Ack { of, .. } | Step::Release { of, .. } if !model.out.is_empty() => {
            let visit = model.out.remove(usize::from(of) % model.out.len());
            give_back(frontier, clock.steady(), model, visit, step).await;
        }
        Step::Late(of) if !model.late.is_empty() => {
            let visit = &model.late[usize::from(of) % model.late.len()];
            let end = captured(clock.steady());
            assert_eq!(frontier.ack(visit, end).await.unwrap(), Ack::Fenced);
        }
        Step::Advance(by) => clock.advance(Duration::from_millis(u64::from(by) * 20)),
        _ => {}
    }
    model.check(&frontier.stats().await.unwrap());
}

async fn give_back<F: Polled>(
    frontier: &F,
    now: Moment,
    model: &mut Model,
    visit: Visit,
    step: Step,
) {
    let ack = match step {
        Step::Ack { again, wait, .. } => {
            if !again {
                model.open.remove(&visit.lead.found);
                model.settled.insert(visit.lead.found.clone());
            }
            let due = now.plus(Duration::from_secs(u64::from(wait)));
            frontier.ack(&visit, Settlement { again, ..captured(due) }).await
        }
        Step::Release { park: true, .. } => frontier.release(&visit, Release::NextRun).await,
        _ => frontier.release(&visit, Release::Until(now)).await,
    };
    assert_eq!(ack.unwrap(), Ack::Done);
    model.late.push(visit);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_calls_keeps_the_books(steps in prop::collection::vec(step(), 1..120)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let clock = Clock::fixed(START);
            let memory = MemoryFrontier::new(clock.clone(), Watch::none(), 1);
            let mut model = Model::default();
            for step in steps {
                act(&memory, &clock, &mut model, step).await;
            }
        });
    }

    #[test]
    fn restarts_keep_the_books(steps in prop::collection::vec(step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (clock, dir) = (Clock::fixed(START), tempfile::tempdir().unwrap());
            let mut disk = open_disk(&dir, &clock).frontier;
            disk.begin_run(vec![]).await.unwrap();
            let mut model = Model::default();
            for step in steps {
                if matches!(step, Step::Restart) {
                    disk.close().await.unwrap();
                    let opened = open_disk(&dir, &clock);
                    assert_eq!((opened.unclean, opened.resumed),
                        (!model.out.is_empty(), !model.open.is_empty()));
                    disk = opened.frontier;
                    disk.replayed().await.unwrap();
                    model.late.append(&mut model.out);
                }
                act(&disk, &clock, &mut model, step).await;
            }
        });
    }
}
