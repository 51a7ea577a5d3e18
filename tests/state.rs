//! The state across processes: what closing, crashing and losing it leave behind.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail the test"
)]

mod paper;

use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use paper::{Archive, Crawl, START, begin, captured, judge, scope, url};
use warraq::digest::Digest;
use warraq::disk::Disk;
use warraq::frontier::{Frontier, FrontierError, Poll, Release, Settlement, Turn};
use warraq::lead::Lead;
use warraq::moment::Clock;
use warraq::record::Position;
use warraq::record::tally::RunningTally;
use warraq::state::rebuild::replay;
use warraq::state::{DiskFrontier, Options, set_aside};

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
    let aside = set_aside(&crawl.dir, &crawl.clock, &Disk::real()).unwrap();
    assert!(aside.join("db").exists() && !crawl.dir.join("state").exists());
    let opened = crawl.open();
    assert!(opened.fresh && !opened.resumed);
    replay(&opened.frontier, crawl.archive.from(&Position::default()), judge).await.unwrap();
    let after = opened.frontier.stats().await.unwrap();
    assert_eq!((after.run, after.put, after.captured), (2, before.put, 10));
    assert_eq!(after.queued, before.queued);
    let digest = Digest::of(url(59).as_bytes());
    assert!(
        opened.frontier.origin(&digest, false).await.unwrap().is_some(),
        "payloads of run 1 stay"
    );
    while crawl.work(&opened.frontier, 2).await.is_some() {}
    assert_eq!(opened.frontier.stats().await.unwrap().captured, 59);
    let kept = fs::read_dir(&crawl.dir).unwrap().filter(|entry| {
        entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("ledger-")
    });
    assert_eq!(kept.count(), 1, "the old ledger is kept");
}

#[tokio::test]
async fn a_new_run_carries_what_the_last_left_and_begins_with_nothing_out() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
    assert!(matches!(frontier.begin_run(vec![]).await, Err(FrontierError::Broken { .. })));
    frontier.release(&visit, Release::NextRun).await.unwrap();
    assert_eq!(frontier.begin_run(vec![url(5)]).await.unwrap(), 2);
    let stats = frontier.stats().await.unwrap();
    assert_eq!((stats.run, stats.put, stats.queued), (2, 1, 1), "given up, and kept");
    assert_eq!(frontier.put(vec![visit.lead]).await.unwrap().known, 1);
    frontier.close().await.unwrap();
    assert!(crawl.open().resumed);
}

#[tokio::test]
async fn a_new_run_has_seen_nothing() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
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
    let turn = Turn { due: START, delay_ms: Some(5_000), ..Turn::default() };
    let end = Settlement { turn, ..captured(START) };
    frontier.ack(&visit, end).await.unwrap();
    frontier.commit().await.unwrap();
    let crashed = crawl.crashed(&dir.path().join("crash"));
    let opened = crashed.open();
    let due = START.plus(Duration::from_secs(5));
    assert_eq!(opened.frontier.poll().await.unwrap(), Poll::NextDue(due));
}

#[tokio::test]
async fn a_page_that_kills_its_reader_twice_is_given_up() {
    let (dir, crawl) = scope();
    let mut frontier = begin(&crawl).await;
    frontier.put(vec![Lead::seed(&url(2)).unwrap()]).await.unwrap();
    frontier.commit().await.unwrap();
    let mut last = crawl;
    for round in 1..=2 {
        // Page 2 is only waited for: no crash is its fault. What was being read goes last.
        let mut out = Vec::new();
        while let Poll::Visit(visit) = frontier.poll().await.unwrap() {
            out.push(visit.lead.found.clone());
            assert_eq!(visit.suspect, round == 2 && visit.lead.found == url(1));
            if visit.lead.found == url(1) {
                frontier.hazard(&visit).await.unwrap();
                break;
            }
            crawl_on(&frontier, &visit).await;
        }
        assert_eq!(out.first() == Some(&url(1)), round == 1, "a suspect goes last: {out:?}");
        last = last.crashed(&dir.path().join(round.to_string()));
        frontier = last.open().frontier;
    }
    while let Poll::Visit(visit) = frontier.poll().await.unwrap() {
        assert_eq!(visit.lead.found, url(2), "the other was asked for twice");
        frontier.ack(&visit, captured(START)).await.unwrap();
    }
    frontier.commit().await.unwrap();
    let stats = frontier.stats().await.unwrap();
    assert_eq!((stats.put, stats.failed, stats.captured, stats.queued), (2, 1, 1, 0));
    assert_eq!(last.ledger()[&url(1)], 1);
}

/// Two pages were being read at a crash, one of them at another. That one was to blame, whatever
/// happened in between; the other has a crash of its own to come.
#[tokio::test]
async fn a_suspect_stays_one_until_it_has_been_read() {
    let (dir, crawl) = scope();
    let mut options = crawl.options();
    options.per_host = 2;
    let frontier = DiskFrontier::open(options).unwrap().frontier;
    frontier.begin_run(vec![url(1)]).await.unwrap();
    frontier.put(vec![Lead::seed(&url(1)).unwrap(), Lead::seed(&url(2)).unwrap()]).await.unwrap();
    frontier.commit().await.unwrap();
    for _ in 0..2 {
        let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
        frontier.hazard(&visit).await.unwrap();
    }
    // A crash at which nothing was being read, and one of another page: they clear nobody.
    let second = crawl.crashed(&dir.path().join("one"));
    drop(second.open().frontier.poll().await.unwrap());
    let third = second.crashed(&dir.path().join("two"));
    let frontier = third.open().frontier;
    let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
    assert!(visit.suspect);
    frontier.hazard(&visit).await.unwrap();
    let fourth = third.crashed(&dir.path().join("three"));
    let frontier = fourth.open().frontier;
    let Poll::Visit(other) = frontier.poll().await.unwrap() else { panic!() };
    assert!(other.suspect && other.lead.found != visit.lead.found);
    frontier.ack(&other, captured(START)).await.unwrap();
    assert_eq!(frontier.poll().await.unwrap(), Poll::Finished);
    let stats = frontier.stats().await.unwrap();
    assert_eq!((stats.captured, stats.failed, stats.queued), (1, 1, 0));
}

#[tokio::test]
async fn a_process_that_ends_by_itself_was_killed_by_no_page() {
    let (_dir, crawl) = scope();
    drop(begin(&crawl).await);
    for _ in 0..5 {
        let mut options = crawl.options();
        let (full, archive) = (Arc::new(Mutex::new(false)), crawl.archive.clone());
        let is_full = Arc::clone(&full);
        options.durable = Box::new(move || {
            if *is_full.lock().unwrap() { Err("no space left".into()) } else { Ok(archive.end()) }
        });
        let opened = DiskFrontier::open(options).unwrap();
        let Poll::Visit(visit) = opened.frontier.poll().await.unwrap() else { panic!() };
        assert!(!visit.suspect);
        opened.frontier.hazard(&visit).await.unwrap();
        *full.lock().unwrap() = true;
        opened.frontier.put(vec![Lead::seed(&url(99)).unwrap()]).await.unwrap();
        assert!(matches!(opened.frontier.commit().await, Err(FrontierError::Archive(_))));
    }
}

#[tokio::test]
async fn a_page_that_has_been_read_kills_nobody() {
    let (dir, crawl) = scope();
    let mut frontier = begin(&crawl).await;
    frontier.commit().await.unwrap();
    let mut last = crawl;
    for round in 0..5 {
        let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
        assert!(!visit.suspect);
        frontier.hazard(&visit).await.unwrap();
        frontier.hazard_over(&visit).await.unwrap();
        last = last.crashed(&dir.path().join(round.to_string()));
        frontier = last.open().frontier;
    }
}

/// The database lets go of its file a moment after it is dropped: a state that was closed opens all
/// the same.
#[tokio::test]
async fn a_state_that_is_just_closed_opens() {
    let (_dir, crawl) = scope();
    begin(&crawl).await.close().await.unwrap();
    // As sled's last thread holds it.
    let held = std::fs::File::open(crawl.dir.join("state/db")).unwrap();
    fs4::FileExt::try_lock(&held).unwrap();
    let letting_go = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        drop(held);
    });
    let opened = crawl.open();
    assert_eq!((opened.fresh, opened.unclean), (false, false));
    letting_go.join().unwrap();
}

/// Gives a visit back at once, so that the next of its site comes.
async fn crawl_on(frontier: &DiskFrontier, visit: &warraq::lead::Visit) {
    frontier.ack(visit, Settlement { again: true, ..captured(START) }).await.unwrap();
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
async fn a_sealed_warc_that_is_moved_away_at_once_stops_nothing() {
    let (_dir, crawl) = scope();
    let file = "moved-20261122093000125-00001-desk.warc.gz".to_owned();
    let mut sealed = vec![RunningTally::default().finish(file, 1)];
    let mut options = crawl.options();
    options.sealed = Box::new(move || std::mem::take(&mut sealed));
    let frontier = DiskFrontier::open(options).unwrap().frontier;
    frontier.begin_run(vec![]).await.unwrap();
    frontier.close().await.unwrap();
}

#[tokio::test]
async fn a_lease_waits_until_its_site_is_due() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let durable = Box::new(|| Ok(Position::default()));
    let options = Options::new(dir.path().into(), clock.clone(), [1; 16], durable);
    let frontier = DiskFrontier::open(options).unwrap().frontier;
    frontier.begin_run(vec![]).await.unwrap();
    let leads = ["http://a.example/1", "http://a.example/2"];
    frontier.put(leads.iter().map(|url| Lead::seed(url).unwrap()).collect()).await.unwrap();
    let visit = frontier.lease().await.unwrap().unwrap();
    let due = clock.steady().plus(Duration::from_millis(40));
    frontier.ack(&visit, captured(due)).await.unwrap();
    let visit = frontier.lease().await.unwrap().unwrap();
    assert!(clock.steady() >= due);
    frontier.ack(&visit, captured(due)).await.unwrap();
    assert_eq!(frontier.lease().await.unwrap(), None);
}
