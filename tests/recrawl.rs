//! Crawling again: what has not changed is asked about, confirmed, and stored once.
//!
//! The witness is a newspaper in two editions (`recrawl/press.rs`); the WARCs are read back.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "recrawl/press.rs"]
mod press;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use press::{Answer, Press, text};
use warraq::crawl::{self, summary::Summary};
use warraq::digest::Digest;
use warraq::record::entity::split;
use warraq::record::entry::Entry;
use warraq::record::name::files;
use warraq::record::reader::Records;
use warraq::{Clock, Job, Lead, Settings, Stop, Watch};

/// Crawls the newspaper and says what it said, and the records of this run.
fn crawl(press: &Press, dir: &Path) -> (Summary, Vec<Entry>) {
    crawl_with(press, dir, |settings| settings)
}

fn crawl_with(
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
        recover: false,
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

fn field(entry: &Entry, name: &str) -> String {
    entry.header.get(name).unwrap_or_default().to_owned()
}

fn path(uri: &str) -> String {
    uri.splitn(4, '/').nth(3).map(|rest| format!("/{rest}")).unwrap()
}

fn is(entry: &Entry, kind: &str) -> bool {
    entry.kind.to_string() == kind
}

/// A line for each reply: its path, how it is stored, and the path of what it refers to.
fn replies(entries: &[Entry]) -> BTreeMap<String, String> {
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
    told.collect()
}

/// The payload bytes of the responses.
fn stored(entries: &[Entry]) -> usize {
    let responses = entries.iter().filter(|entry| is(entry, "response"));
    let entity = |entry: &Entry| split(&entry.block.first(u64::MAX).unwrap()).entity.len();
    responses.map(entity).sum()
}

/// Every revisit names, in all its fields, one response that is there, with the same payload.
fn resolve(dir: &Path) {
    let entries: Vec<Entry> = files(dir)
        .unwrap()
        .iter()
        .flat_map(|file| Records::open(file).unwrap())
        .map(Result::unwrap)
        .collect();
    let responses: BTreeMap<String, &Entry> = entries
        .iter()
        .filter(|entry| is(entry, "response"))
        .map(|entry| (entry.id().unwrap().to_owned(), entry))
        .collect();
    for revisit in entries.iter().filter(|entry| is(entry, "revisit")) {
        let original = responses[&field(revisit, "WARC-Refers-To")];
        let pairs = [
            ("WARC-Refers-To-Target-URI", "WARC-Target-URI"),
            ("WARC-Refers-To-Date", "WARC-Date"),
            ("WARC-Payload-Digest", "WARC-Payload-Digest"),
        ];
        for (ours, theirs) in pairs {
            assert_eq!(field(revisit, ours), field(original, theirs), "{ours}");
        }
    }
}

fn lines(table: &[(&str, &str)]) -> BTreeMap<String, String> {
    table.iter().map(|(path, how)| ((*path).to_owned(), (*how).to_owned())).collect()
}

/// How the second edition is stored, after the first was.
fn second(validators: bool) -> BTreeMap<String, String> {
    let mut want = lines(&[
        ("/", "same as /"),
        ("/same", "same as /same"),
        ("/twin", "same as /same"),
        ("/zipped", "same as /zipped"),
        ("/chunked", "same as /chunked"),
        ("/bare", "same as /bare"),
        ("/changed", "stored"),
        ("/gone", "stored"),
        ("/moved", "stored"),
        ("/moved-here", "same as /moved"),
        ("/missing", "same as /missing"),
        ("/old-road", "same as /old-road"),
        ("/new", "stored"),
    ]);
    if validators {
        for path in ["/", "/same", "/zipped", "/chunked"] {
            want.insert(path.into(), format!("unmodified {path}"));
        }
    }
    want
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

fn two_editions(validators: bool) {
    let press = Press::start(validators);
    let (dir, bare) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, entries) = crawl(&press, dir.path());
    assert_eq!(replies(&entries)["/twin"], "same as /same", "across URLs of one run");
    assert_eq!(first.depends_on, []);
    // The same folder without its state.
    copy(dir.path(), bare.path());

    press.publish(2);
    let (summary, entries) = crawl(&press, dir.path());
    assert_eq!(replies(&entries), second(validators));
    let new = [text("changed", 2), text("new", 2)].map(|page| page.len());
    let new: usize = new.iter().sum::<usize>() + "It was here yesterday.It is elsewhere now.".len();
    assert_eq!(stored(&entries), new);
    resolve(dir.path());
    let revisits = entries.iter().filter(|entry| is(entry, "revisit")).count() as u64;
    assert_eq!(summary.stats.revisits, revisits - 1, "the old road counts as moved");
    let needed: Vec<_> = summary.depends_on.iter().map(|file| &file.container).collect();
    assert_eq!(needed.len(), 1);
    assert!(!needed[0].outside && first.files[0].name == needed[0].file);
    assert_eq!(summary.depends_on[0].revisits, revisits);

    let (again, entries) = crawl(&press, bare.path());
    // Its rules were in the state only, and are asked for once more.
    let mut want = second(validators);
    want.insert("/robots.txt".into(), "same as /robots.txt".into());
    assert_eq!(replies(&entries), want, "after the state was lost");
    assert_eq!(again.depends_on[0].container, summary.depends_on[0].container);
    assert_eq!(again.depends_on[0].revisits, revisits + 1);
    assert_eq!(stored(&entries), new);

    fs::remove_dir_all(dir.path().join("state")).unwrap();
    let (third, entries) = crawl(&press, dir.path());
    assert_eq!(stored(&entries), 0, "{:?}", replies(&entries));
    assert_eq!(replies(&entries).len(), 14);
    assert_eq!((third.articles, third.stats.captured), (summary.articles, 0));
    resolve(dir.path());
}

#[test]
fn the_second_edition_stores_what_is_new() {
    two_editions(true);
}

#[test]
fn without_validators_the_payloads_are_compared() {
    two_editions(false);
}
