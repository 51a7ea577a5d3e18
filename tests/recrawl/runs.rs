//! Runs of the crawler over the newspaper, and their records read back.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "a test's helpers fail the test, and not every test needs all of them"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use warraq::crawl::{self, summary::Summary};
use warraq::record::entity::split;
use warraq::record::entry::Entry;
use warraq::record::name::files;
use warraq::record::reader::Records;
use warraq::{Clock, Job, Lead, Settings, Stop, Watch};

use super::press::Press;

/// Crawls the newspaper and says what it said, and the records of this run.
pub fn crawl(press: &Press, dir: &Path) -> (Summary, Vec<Entry>) {
    crawl_with(press, dir, |settings| settings)
}

pub fn crawl_with(
    press: &Press,
    dir: &Path,
    change: impl FnOnce(Settings) -> Settings,
) -> (Summary, Vec<Entry>) {
    let before: BTreeSet<PathBuf> = files(dir).unwrap().into_iter().collect();
    let settings = Settings {
        allow_private: true,
        delay: Duration::ZERO,
        depth: 2,
        ..Settings::new(dir.to_owned(), "desk@example.org")
    };
    let job = Job {
        settings: change(settings),
        seeds: vec![Lead::seed(&press.url("/")).unwrap()],
        recover: true,
        disk: warraq::disk::Disk::real(),
        clock: Clock::system(),
        watch: Watch::none(),
        stop: Stop::default(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ended = runtime.block_on(crawl::run(job)).unwrap();
    let after = files(dir).unwrap().into_iter().filter(|file| !before.contains(file));
    let entries = after.flat_map(|file| Records::open(&file).unwrap()).map(Result::unwrap);
    (ended.summary, entries.collect())
}

pub fn field(entry: &Entry, name: &str) -> String {
    entry.header.get(name).unwrap_or_default().to_owned()
}

pub fn path(uri: &str) -> String {
    uri.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap()
}

pub fn is(entry: &Entry, kind: &str) -> bool {
    entry.kind.to_string() == kind
}

/// A line for each reply: its path, how it is stored, and the path of what it refers to. Whether
/// robots.txt is asked for once more is another matter.
pub fn replies(entries: &[Entry]) -> BTreeMap<String, String> {
    let replies = entries.iter().filter(|entry| is(entry, "response") || is(entry, "revisit"));
    let told = replies.map(|entry| {
        let profile = field(entry, "WARC-Profile");
        let how = match profile.rsplit('/').next().unwrap() {
            "" => "stored".to_owned(),
            "identical-payload-digest" => {
                format!("same as {}", path(&field(entry, "WARC-Refers-To-Target-URI")))
            }
            "server-not-modified" => {
                format!("unmodified {}", path(&field(entry, "WARC-Refers-To-Target-URI")))
            }
            other => panic!("{other}"),
        };
        (path(entry.target_uri().unwrap()), how)
    });
    told.filter(|(path, _)| path != "/robots.txt").collect()
}

/// The payload bytes of the responses.
pub fn stored(entries: &[Entry]) -> usize {
    let responses = entries.iter().filter(|entry| is(entry, "response"));
    let entity = |entry: &Entry| split(&entry.block.first(u64::MAX).unwrap()).entity.len();
    responses.map(entity).sum()
}
