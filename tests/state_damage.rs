//! What stands in the way of opening a state: another process, damage, loss, another version. Each is
//! an error that says what to do, never a panic, and nothing is deleted.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's helpers fail the test"
)]

mod paper;

use std::fs;
use std::path::{Path, PathBuf};

use paper::{Crawl, begin, scope, url};
use warraq::disk::Disk;
use warraq::frontier::Frontier;
use warraq::lead::Lead;
use warraq::state::{DiskFrontier, StateError, VERSION, set_aside};

#[tokio::test]
async fn the_second_process_is_told_who_the_first_is() {
    let (_dir, crawl) = scope();
    let frontier = begin(&crawl).await;
    let error = crawl.error();
    let text = error.to_string();
    assert!(matches!(error, StateError::Locked { .. }));
    assert!(text.contains(&format!("pid {} on ", std::process::id())), "{text}");
    assert!(matches!(
        set_aside(&crawl.dir, &crawl.clock, &Disk::real()),
        Err(StateError::Locked { .. })
    ));
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
    set_aside(&crawl.dir, &crawl.clock, &Disk::real()).unwrap();
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
