//! The archive's thread: what it files can be read, its errors come back, it survives them.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "record/sample.rs"]
mod sample;

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use sample::*;
use warraq::crawl::archive::{Archive, ArchiveError};
use warraq::disk::Disk;
use warraq::event::{Event, Watch};
use warraq::record::reader::{self, Records};
use warraq::record::repair::Fate;
use warraq::record::{Ids, Position, RecordError};
use warraq::settings::Settings;

fn settings(folder: &Path) -> Settings {
    Settings::new(folder.join("crawl"), "desk@news.example")
}

fn open(settings: &Settings) -> (Archive, warraq::crawl::archive::Opened) {
    Archive::open(settings, 0, Disk::real(), clock(), Ids::Counting(0), Watch::none()).unwrap()
}

/// Records of all files that can be read, damaged ones being failures.
fn count(folder: &Path) -> usize {
    let found = reader::since(folder, &Position::default()).unwrap();
    found.map(Result::unwrap).count()
}

#[tokio::test]
async fn a_crawl_that_fetches_nothing_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let (archive, opened) = open(&settings);
    assert_eq!((opened.repaired, opened.end), (vec![], Position::default()));
    assert_eq!(archive.seal().await.unwrap(), Position::default());
    assert_eq!(reader::files(&settings.into).unwrap().len(), 0);
}

#[tokio::test]
async fn what_is_filed_is_read_back_and_sealing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let told = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&told);
    let watch = Watch::new(move |event| {
        if let Event::Sealed { file, bytes } = event {
            ear.lock().unwrap().push((file.clone(), *bytes));
        }
    });
    let (archive, _) =
        Archive::open(&settings, 0, Disk::real(), clock(), Ids::Counting(0), watch).unwrap();
    let filing = (0..20).map(|n| {
        let archive = archive.clone();
        tokio::spawn(async move { archive.file(page(n)).await.unwrap() })
    });
    for filed in filing.collect::<Vec<_>>() {
        let filed = filed.await.unwrap();
        let entry = reader::read_at(&settings.into, &filed.reply.unwrap()).unwrap();
        assert_eq!(entry.id(), filed.reply_id.as_deref());
    }
    let end = archive.seal().await.unwrap();
    assert_eq!(*told.lock().unwrap(), [(end.file.clone(), end.offset)]);
    assert_eq!(count(&settings.into), 61);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_syncs_from_its_own_thread() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, _) = open(&settings(folder.path()));
    let filed = archive.file(page(0)).await.unwrap();
    let synced = std::thread::spawn(move || archive.sync_blocking().unwrap()).join().unwrap();
    assert_eq!(synced, filed.end);
}

#[tokio::test]
async fn a_killed_crawl_is_repaired_and_goes_on_in_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let (archive, _) = open(&settings);
    let filed = archive.file(page(0)).await.unwrap();
    drop(archive);
    let path = reader::files(&settings.into).unwrap().remove(0);
    let mut torn = std::fs::read(&path).unwrap();
    torn.extend_from_slice(&torn.clone()[..40]);
    std::fs::write(&path, torn).unwrap();
    let (archive, opened) = open(&settings);
    let done = &opened.repaired[0];
    assert_eq!((done.lost, done.kept, &done.fate), (40, filed.end.offset, &Fate::Sealed));
    assert_eq!(opened.end, filed.end);
    assert_eq!(archive.file(page(1)).await.unwrap().end.serial, 2);
    assert_eq!(count(&settings.into), 8);
}

#[tokio::test]
async fn an_error_comes_back_and_the_thread_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, _) = open(&settings(folder.path()));
    let mut bad = page(0);
    bad.target_uri.push('\n');
    let why = archive.file(bad).await.unwrap_err();
    assert!(matches!(why, ArchiveError::Record(RecordError::Target { .. })));
    archive.file(page(1)).await.unwrap();
}

/// Runs [`inside_a_small_disk`] in a process that may write files of a few hundred KB only: the
/// write fails in the middle of a record, as it does on a full disk.
#[test]
#[cfg(unix)]
fn a_full_disk_rolls_back_and_passes() {
    let folder = tempfile::tempdir().unwrap();
    let script = "trap '' XFSZ; ulimit -f 1000; exec \"$0\" --exact inside_a_small_disk --ignored";
    let status = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env("WARRAQ_TEST_FOLDER", folder.path())
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    // Two groups and the warcinfo: of the one that failed there is nothing.
    assert_eq!(count(&settings(folder.path()).into), 7);
    let files = reader::files(&settings(folder.path()).into).unwrap();
    assert_eq!(files.len(), 1);
    assert!(Records::open(&files[0]).unwrap().all(|entry| entry.unwrap().addressable));
}

#[tokio::test]
#[ignore = "run by a_full_disk_rolls_back_and_passes, in a process of its own"]
async fn inside_a_small_disk() {
    let folder = std::env::var_os("WARRAQ_TEST_FOLDER").unwrap();
    let (archive, _) = open(&settings(Path::new(&folder)));
    let before = archive.file(page(0)).await.unwrap().end;
    let mut big = page(1);
    big.reply = Some(reply(&noise(2 << 20)));
    let why = archive.file(big).await.unwrap_err();
    assert!(!why.is_transient(), "a limit of the process itself never passes");
    let text = why.to_string();
    assert!(text.contains(&format!("{}.open@", before.file)), "{text}");
    assert!(text.ends_with("lower --warc-size or raise the limit (ulimit -f)"), "{text}");
    let after = archive.file(page(2)).await.unwrap();
    let of_group = after.end.offset - before.offset;
    assert!(of_group < 2_000, "what failed left {of_group} bytes behind");
    archive.seal().await.unwrap();
}
