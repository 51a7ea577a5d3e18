//! Torture: each call by which a small crawl touches its disk fails in turn, once or from then on.
//!
//! Whatever fails, the crawl ends with a sentence that names the path and the need, or shrugs it
//! off; the next one, on a sound disk, has the same pages, whole records only, and fetches nothing
//! again that it had been told is done. A sync that fails takes the bytes since the last good one
//! with it, as a kernel may.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "torture/folder.rs"]
mod folder;
#[path = "torture/gate.rs"]
mod gate;
#[path = "site/mod.rs"]
mod site;

use std::sync::Arc;

use folder::{Folder, PAGES};
use gate::{Gate, How};
use warraq::crawl::CrawlError;
use warraq::disk::Call;
use warraq::settings::{Durability, OnFull};

/// Torn in turn at a time.
const AT_ONCE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn every_call_may_fail() {
    let calls = Arc::new(Gate::sound());
    Folder::new().crawl(calls.disk(), |_| {}).await.unwrap();
    let total = calls.count();
    let each = [Call::Folder, Call::Open, Call::Write, Call::Sync, Call::SyncFolder, Call::Rename];
    for call in each {
        assert!(calls.seen(call) > 0, "{call:?} is not among them");
    }
    let cases: Vec<_> = [How::Once, How::FromThenOn]
        .into_iter()
        .flat_map(|how| (1..=total).map(move |nth| (how, nth)))
        .collect();
    let mut bad = Vec::new();
    for some in cases.chunks(AT_ONCE) {
        let torn: Vec<_> = some.iter().map(|(how, nth)| tokio::spawn(tear(*how, *nth))).collect();
        for (case, done) in some.iter().zip(torn) {
            bad.extend(done.await.err().map(|why| format!("{case:?}: {why}")));
        }
    }
    assert!(bad.is_empty(), "{} of {}:\n{}", bad.len(), cases.len(), bad.join("\n"));
}

/// The `nth` call fails; the crawl is then started again on a sound disk.
async fn tear(how: How, nth: usize) {
    let folder = Folder::new();
    let gate = Arc::new(Gate::failing(how, nth));
    let ended = folder.crawl(gate.disk(), |settings| settings.on_full = OnFull::Stop).await;
    let what = gate.failed().map(|(call, path)| format!("{call:?} of {}", path.display()));
    let case = format!("{how:?} {nth}, {}", what.as_deref().unwrap_or("nothing"));
    if let Err(why) = &ended {
        let what = what.unwrap_or_else(|| panic!("{how:?} {nth}: nothing failed, and yet: {why}"));
        assert_clear(why, &folder, &format!("{how:?} {nth}, {what}"));
    }
    folder.whole();
    let concluded = folder.path().join("crawl/summary.json").exists();
    let (told, before) = (folder.told(), folder.arrivals().len());
    let after = folder.crawl(Arc::new(Gate::sound()).disk(), |_| {}).await.unwrap();
    let again: Vec<_> = folder.arrivals()[before..].to_vec();
    if !concluded {
        assert_eq!(after.summary.stats.run, 1, "the same run goes on");
        let twice: Vec<_> = again.iter().filter(|url| told.contains(*url)).collect();
        assert!(twice.is_empty(), "{how:?} {nth}: told as done, fetched again: {twice:?}");
    }
    folder.whole_and_sealed();
    assert_eq!(
        folder.captured(),
        Folder::expected(),
        "{case}, concluded: {concluded}, {:?}",
        ended.as_ref().map(|e| (e.how, e.summary.stats.clone()))
    );
}

/// What is wrong, where, and what is needed.
fn assert_clear(why: &CrawlError, folder: &Folder, case: &str) {
    let text = why.to_string();
    let path = folder.path().to_str().unwrap();
    assert!(text.contains(path), "{case}: {text}");
    let needs = [
        "free space",
        "check that",
        "raise the limit",
        "try again",
        "tries again",
        "must be",
        "may write to",
    ];
    assert!(needs.iter().any(|need| text.contains(need)), "{case}: {text}");
}

/// What may pass is waited for: the crawl ends as if nothing had been.
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_waited_for() {
    let cases = [
        // What is simply tried again fails more than twice: the second try comes at once, untold.
        (Call::Write, ".warc.gz.open", 28, (3, 3)),
        (Call::Open, ".warc.gz.open", 24, (1, 3)),
        (Call::Rename, ".warc.gz.open", 30, (1, 3)),
        (Call::Sync, ".warc.gz.open", 5, (3, 1)),
        (Call::Write, "ledger.jsonl", 28, (3, 1)),
        (Call::Sync, "checkpoint.json.new", 122, (8, 1)),
    ];
    let waited = cases.map(|(call, file, errno, times)| {
        tokio::spawn(wait_out(Gate::failing_at(call, file, errno, times), call == Call::Write))
    });
    for (case, done) in cases.iter().zip(waited) {
        done.await.unwrap_or_else(|why| panic!("{case:?}: {why}"));
    }
}

async fn wait_out(gate: Gate, is_write: bool) {
    let folder = Folder::new();
    let gate = Arc::new(gate);
    let ended = folder.crawl(gate.disk(), |_| {}).await.unwrap();
    assert!(gate.failed().is_some(), "nothing failed");
    assert_eq!(ended.summary.stats.run, 1, "the same run goes on");
    assert_eq!(folder.captured(), Folder::expected());
    folder.whole_and_sealed();
    let (paused, unpaused) = folder.pauses();
    assert_eq!((paused.len(), unpaused), (1, 1), "{paused:?}");
    assert!(paused[0].contains(folder.path().to_str().unwrap()), "{paused:?}");
    // A group that could not be written is kept and filed again, never fetched again.
    let of_warc = |path: &std::path::Path| path.extension().is_some_and(|end| end == "open");
    if is_write && gate.failed().is_some_and(|(_, path)| of_warc(&path)) {
        assert_eq!(folder.arrivals().len(), PAGES + 1, "{:?}", folder.arrivals());
    }
}

/// Where something was fetched, a folder that takes nothing more is no wrong usage.
#[tokio::test(flavor = "multi_thread")]
async fn what_fails_at_the_end_is_told_as_a_failure() {
    let folder = Folder::new();
    let gate = Arc::new(Gate::failing_at(Call::Rename, "summary.json.new", 28, (0, usize::MAX)));
    let why = folder.crawl(gate.disk(), |settings| settings.on_full = OnFull::Stop).await;
    let why = why.unwrap_err();
    assert_clear(&why, &folder, "a summary that is not kept");
    assert!(matches!(why, CrawlError::State(_)), "{why}");
}

/// Who stops a crawl that waits gets the reason, and everything is as it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_pause_ends_when_told_to() {
    let folder = Folder::new();
    let gate = Arc::new(Gate::failing_at(Call::Write, ".warc.gz.open", 28, (3, usize::MAX)));
    folder.stop_when_paused();
    let why = folder.crawl(gate.disk(), |_| {}).await.unwrap_err();
    assert_clear(&why, &folder, "a full disk");
    folder.whole();
    let told = folder.told();
    folder.go_on();
    let before = folder.arrivals().len();
    folder.crawl(Arc::new(Gate::sound()).disk(), |_| {}).await.unwrap();
    assert!(folder.arrivals()[before..].iter().all(|url| !told.contains(url)));
    assert_eq!(folder.captured(), Folder::expected());
}

/// While the disk takes nothing, nobody asks a server for anything.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_while_the_crawl_stands() {
    let folder = Folder::new();
    let gate = Arc::new(Gate::failing_at(Call::Write, ".warc.gz.open", 28, (3, usize::MAX)));
    folder.stop_when_paused();
    drop(folder.crawl(gate.disk(), |settings| settings.concurrency = 1).await.unwrap_err());
    // What was archived, and the one that could not be.
    assert_eq!(folder.arrivals().len(), folder.captured().len() + 1);
}

/// Every way ends the same; what differs is how often the disk is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn each_way_of_being_durable_syncs_as_often_as_it_says() {
    let mut syncs = Vec::new();
    for durability in [Durability::Each, Durability::Group, Durability::Seal] {
        let folder = Folder::new();
        let gate = Arc::new(Gate::sound());
        let ended = folder.crawl(gate.disk(), |settings| {
            settings.durability = durability;
            settings.warc_size = 1_000_000;
        });
        ended.await.unwrap();
        assert_eq!(folder.captured(), Folder::expected());
        assert_eq!(folder.told().len(), PAGES + 1);
        syncs.push(gate.seen(Call::Sync));
    }
    let [each, group, seal] = syncs[..] else { panic!("{syncs:?}") };
    // Archive, ledger and checkpoint, for each visit; how many a group is, its clock decides too.
    assert!(each >= 3 * (PAGES + 1), "{syncs:?}");
    assert!(each > seal && group >= seal, "{syncs:?}");
}
