//! Trials: after a crash the page that was being read is read in a process of its own first. What
//! ends that process is archived and not read; whatever else happens there proves nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "site/mod.rs"]
mod site;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use site::{Site, bulk::Bulk};
use warraq::crawl::How;
use warraq::disk::Disk;
use warraq::frontier::{Frontier, Poll};
use warraq::record::Position;
use warraq::settings::{Resolve, Settings};
use warraq::state::{DiskFrontier, Options};
use warraq::{Clock, Event, Job, Lead, Stop, Watch, crawl};

/// Pages of the tree: one that was being read at a crash, and those that only it leads to.
const PAGES: usize = 3;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A crawl folder as a crash leaves it while the seed is being read.
async fn crashed(at: &Path) -> PathBuf {
    let (before, after) = (at.join("before"), at.join("after"));
    fs::create_dir(&before).unwrap();
    let durable = Box::new(|| Ok(Position::default()));
    let options = Options::new(before.clone(), Clock::system(), [3; 16], durable);
    let frontier = DiskFrontier::open(options).unwrap().frontier;
    frontier.begin_run(vec![Bulk::url(0)]).await.unwrap();
    frontier.put(vec![Lead::seed(&Bulk::url(0)).unwrap()]).await.unwrap();
    frontier.commit().await.unwrap();
    let Poll::Visit(visit) = frontier.poll().await.unwrap() else { panic!() };
    frontier.hazard(&visit).await.unwrap();
    copy(&before, &after);
    after
}

/// The crawl goes on with `reader`: the warnings, and how many pages came.
async fn goes_on_with(reader: Option<PathBuf>) -> (String, u64) {
    goes_on_in(tempfile::tempdir().unwrap().path(), reader).await
}

async fn goes_on_in(dir: &Path, reader: Option<PathBuf>) -> (String, u64) {
    let web = Site::with_bulk(PAGES, 800);
    let settings = Settings {
        allow_private: true,
        delay: Duration::ZERO,
        depth: 9,
        robots: false,
        reader,
        resolve: vec![Resolve {
            host: None,
            port: 80,
            addr: "127.0.0.1".parse().unwrap(),
            to_port: web.port(),
        }],
        ..Settings::new(crashed(dir).await, "desk@warraq.test")
    };
    let warnings = Arc::new(Mutex::new(String::new()));
    let told = Arc::clone(&warnings);
    let watch = Watch::new(move |event: &Event| {
        if let Event::Warning { text } = event {
            told.lock().unwrap().push_str(text);
        }
    });
    let seeds = vec![Lead::seed(&Bulk::url(0)).unwrap()];
    let (clock, disk, stop) = (Clock::system(), Disk::real(), Stop::default());
    let job = Job { settings, seeds, recover: false, clock, disk, watch, stop };
    let ended = crawl::run(job).await.unwrap();
    assert_eq!(ended.how, How::Complete);
    assert_eq!(ended.summary.stats.failed, 0);
    let warnings = warnings.lock().unwrap().clone();
    (warnings, ended.summary.stats.captured)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trial").join(name)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_its_reader_is_archived_and_not_read() {
    let (warnings, captured) = goes_on_with(Some(script("dies"))).await;
    let told =
        format!("{}: archived and not read, since what reads it died of signal 11", Bulk::url(0));
    assert!(warnings.contains(&told), "{warnings}");
    assert_eq!(captured, 1, "its links are unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_there_is_read_here() {
    let this = PathBuf::from(env!("CARGO_BIN_EXE_warraq"));
    assert_eq!(goes_on_with(Some(this)).await, (String::new(), PAGES as u64));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_that_somebody_ended_or_that_cannot_be_held_proves_nothing() {
    for reader in [Some(script("stopped")), Some(script("not there")), None] {
        assert_eq!(goes_on_with(reader).await, (String::new(), PAGES as u64));
    }
}

/// What stands in the file of what is being read is held against its page at the next start.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_killed_while_a_trial_is_held_was_not_killed_by_its_page() {
    let dir = tempfile::tempdir().unwrap();
    let reader = dir.path().join("reader");
    std::os::unix::fs::symlink(script("keeps"), &reader).unwrap();
    assert_eq!(goes_on_in(dir.path(), Some(reader)).await, (String::new(), PAGES as u64));
    assert_eq!(fs::read(dir.path().join("kept")).unwrap(), b"");
}

#[test]
fn the_reader_says_whether_it_was_given_a_page() {
    let page = "17 https://a.test/x\nHTTP/1.1 200 OK\r\n<p>Text";
    for (input, code) in [(page, 0), ("", 2), ("9 nowhere\n", 2)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
        command.arg(crawl::trial::COMMAND).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let out = child.wait_with_output().unwrap();
        assert_eq!(out.status.code(), Some(code), "{input}: {out:?}");
        assert!(out.stdout.is_empty());
    }
}
