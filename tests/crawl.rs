//! The main job, end to end: from one Arabic article to an archive with all its translations.
//!
//! The bundled web is the witness: it knows what had to be found, when every request arrived, and
//! the exact bytes it sent.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use warraq::record::name;
use warraq::record::reader::Records;

#[path = "site/mod.rs"]
mod site;

use site::Site;
use site::arrivals::{gaps, most_at_once};

/// The delay of these crawls: short, so that the test is; shown to be kept all the same.
const DELAY: Duration = Duration::from_millis(20);
/// An arrival is stamped by the server's thread, a start by the crawler's: this much may lie
/// between the two on a busy machine.
const STAMP: Duration = Duration::from_millis(10);

/// Crawls the bundled web; says how it exited.
fn crawl(web: &Site, dir: &Path, more: &[&str]) -> i32 {
    let status = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", &web.seed_url(), "--contact", "test@warraq.test", "--quiet", "--into"])
        .arg(dir)
        .args(["--delay", "20ms", "--allow-private", "--resolve", &web.resolve()])
        .args(more)
        .status()
        .unwrap();
    status.code().unwrap()
}

fn archive(dir: &Path) -> Vec<warraq::record::entry::Entry> {
    let files = name::files(dir).unwrap().into_iter();
    files.flat_map(|path| Records::open(&path).unwrap()).map(Result::unwrap).collect()
}

fn targets(dir: &Path, kind: &str) -> Vec<String> {
    let entries = archive(dir).into_iter().filter(|entry| entry.kind.to_string() == kind);
    entries.map(|entry| site::canonical(entry.target_uri().unwrap()).unwrap()).collect()
}

fn summary(dir: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(dir.join("summary.json")).unwrap()).unwrap()
}

fn texts(dir: &Path) -> BTreeMap<String, Value> {
    let out = Command::new(env!("CARGO_BIN_EXE_warraq")).arg("text").arg(dir).output().unwrap();
    assert!(out.status.success());
    let lines = String::from_utf8(out.stdout).unwrap();
    let rows = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| (site::canonical(row["url"].as_str().unwrap()).unwrap(), row)).collect()
}

#[test]
fn one_article_brings_its_translations_and_nothing_else() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &[]), 0);
    let captured: BTreeSet<String> = targets(dir.path(), "response").into_iter().collect();
    let mut want = web.expected().captured(0);
    want.extend(captured.iter().filter(|url| url.ends_with("/robots.txt")).cloned());
    assert_eq!(captured, want);
}

#[test]
fn everything_is_captured_once_and_politely() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &["--depth", "3", "--sitemaps", "--feeds"]), 0);
    let truth = web.expected();

    let mut captured: Vec<String> = targets(dir.path(), "response");
    captured.extend(targets(dir.path(), "revisit"));
    let set: BTreeSet<String> = captured.iter().cloned().collect();
    let missing: Vec<_> = truth.captured(3).difference(&set).cloned().collect();
    assert_eq!(missing, Vec::<String>::new());
    let known = |url: &String| {
        truth.captured(3).contains(url)
            || truth.free.contains(url)
            || truth.on_request.contains(url)
            || truth.robots.contains(url)
    };
    let beyond: Vec<_> = set.iter().filter(|url| !known(url)).collect();
    assert_eq!(beyond, Vec::<&String>::new());
    assert!(set.is_disjoint(&truth.private), "robots.txt was not obeyed");
    // One page answers 429 first; it alone is captured twice.
    assert_eq!(captured.len() - set.len(), 1, "something was fetched twice");

    polite(&web);
    groups(&web, &summary(dir.path()));
}

fn polite(web: &Site) {
    for domain in ["warraq.test", "partner.test"] {
        let arrivals = web.arrivals_at(domain);
        assert_eq!(most_at_once(&arrivals), 1, "{domain}: more than one in flight");
        let shortest = gaps(&arrivals).into_iter().min().unwrap();
        let delay = if domain == "partner.test" { Duration::from_secs(1) } else { DELAY };
        // Before robots.txt is read its Crawl-delay cannot be known.
        let after_robots = gaps(&arrivals).into_iter().skip(1).min();
        let kept = if domain == "partner.test" { after_robots } else { Some(shortest) };
        assert!(kept.is_none_or(|gap| gap + STAMP >= delay), "{domain}: {kept:?} < {delay:?}");
    }
    let busy: Vec<_> =
        web.arrivals().into_iter().filter(|arrival| arrival.url.ends_with("/busy")).collect();
    assert_eq!(busy.len(), 2);
    assert!(gaps(&busy)[0] + STAMP >= Duration::from_secs(1), "Retry-After was not kept");
}

/// Every group is whole, and no home page is in one.
fn groups(web: &Site, summary: &Value) {
    let found: Vec<BTreeSet<String>> = summary["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let members = group["members"].as_object().unwrap().values();
            members
                .map(|member| site::canonical(member["url"].as_str().unwrap()).unwrap())
                .collect()
        })
        .collect();
    let truth = web.expected();
    for group in &truth.groups {
        let want: BTreeSet<String> = group.members.values().cloned().collect();
        assert!(found.contains(&want), "group {} is not whole: {want:?} in {found:#?}", group.name);
    }
    for home in &truth.homes {
        assert!(found.iter().all(|group| !group.contains(home)), "{home} is in a group");
    }
    assert_eq!(found.len(), truth.groups.len());
}

#[test]
fn texts_are_what_was_written() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &["--depth", "2", "--sitemaps"]), 0);
    let texts = texts(dir.path());
    for told in &web.expected().articles {
        let row = texts.get(&told.url).unwrap_or_else(|| panic!("no text of {}", told.url));
        let body = row["body"].as_str().unwrap();
        assert_eq!(row["title"], told.title, "{}", told.url);
        assert_eq!(row["authors"][0]["name"], told.author, "{}", told.url);
        assert_eq!(row["authors"].as_array().unwrap().len(), 1, "{}", told.url);
        if told.role.is_some() {
            assert_eq!(row["authors"][0]["role"].as_str(), told.role, "{}", told.url);
        }
        assert_eq!(row["translators"][0]["name"].as_str(), told.translator, "{}", told.url);
        assert!(row["published"]["iso"].as_str().unwrap().starts_with(told.date), "{}", told.url);
        let lang = row["language"].as_str().unwrap();
        assert_eq!(lang.split('-').next(), told.lang.split('-').next(), "{}", told.url);
        for paragraph in &told.paragraphs {
            assert!(body.contains(paragraph), "{}: lost {paragraph}", told.url);
        }
        for never in &told.never {
            assert!(!body.contains(never), "{}: {never:?} is in the body", told.url);
        }
        assert_eq!(row["warc"]["length"].as_u64().map(|length| length > 0), Some(true));
    }
}

#[test]
fn the_archive_holds_the_bytes_of_the_wire() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &["--depth", "3", "--sitemaps", "--feeds"]), 0);
    let mut compared = 0;
    for entry in archive(dir.path()) {
        let kind = entry.kind.to_string();
        if kind == "response" {
            let sent = web.sent(entry.target_uri().unwrap());
            let block = entry.block.first(u64::MAX).unwrap();
            assert!(sent.iter().any(|sent| **sent == block[..]), "{:?}", entry.target_uri());
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared} responses");
    let requests: BTreeSet<Vec<u8>> = web.arrivals().into_iter().map(|each| each.request).collect();
    for entry in archive(dir.path()).iter().filter(|entry| entry.kind.to_string() == "request") {
        assert!(requests.contains(&entry.block.first(u64::MAX).unwrap()[..]));
    }
}

#[test]
fn the_next_run_stores_no_payload_twice() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &["--depth", "1", "--sitemaps"]), 0);
    let first = targets(dir.path(), "response");
    assert_eq!(crawl(&web, dir.path(), &["--depth", "1", "--sitemaps"]), 0);
    let sitemap = web.arrivals().iter().filter(|each| each.path == "/sitemap.xml").count();
    assert_eq!(sitemap, 2, "asked for again, though robots.txt is still believed");
    let responses = targets(dir.path(), "response");
    // Bodies that say nothing (empty ones) are no payload to refer to, nor are those of redirects:
    // pywb gives a revisit of one an empty body.
    let new: Vec<_> = responses[first.len()..].to_vec();
    let small = |sent: &[u8]| sent.ends_with(b"\r\n\r\n") || sent.starts_with(b"HTTP/1.1 3");
    let is_none = |url: &String| web.sent(url).iter().all(|sent| small(sent));
    assert!(new.iter().all(is_none), "stored again: {new:?}");
    assert!(targets(dir.path(), "revisit").len() >= first.len() - new.len() - 4);
    let summary = summary(dir.path());
    assert_eq!(summary["stats"]["run"], 2);
    assert_eq!(
        summary["articles"],
        texts(dir.path()).len(),
        "one row a page, however it is spelled"
    );
    let job: Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("job.json")).unwrap()).unwrap();
    assert_eq!(job["seeds"].as_array().unwrap().len(), 1);
}

#[test]
fn max_pages_stops_and_the_next_call_goes_on() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &["--max-pages", "1"]), 14);
    let pages = |dir: &Path| {
        let all = targets(dir, "response").into_iter();
        all.filter(|url| !url.ends_with("/robots.txt")).count()
    };
    assert_eq!(pages(dir.path()), 1);
    assert_eq!(crawl(&web, dir.path(), &[]), 0);
    assert_eq!(pages(dir.path()), web.expected().captured(0).len());
    assert_eq!(summary(dir.path())["stats"]["run"], 1);
}

#[test]
fn seeds_given_to_a_run_that_goes_on_stay_its_seeds() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &["--max-pages", "1"]), 14);
    let pages = web.expected().captured(0);
    let other = pages.iter().find(|url| **url != web.seed_url()).unwrap();
    assert_eq!(crawl(&web, dir.path(), &[other, "--max-pages", "1"]), 14);
    let status = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", "--contact", "test@warraq.test", "--quiet", "--into"])
        .arg(dir.path())
        .args(["--delay", "20ms", "--allow-private", "--resolve", &web.resolve()])
        .args(["--max-pages", "1"])
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(0), "it was the last");
    assert_eq!(summary(dir.path())["stats"]["run"], 1);
    let job: Value =
        serde_json::from_slice(&std::fs::read(dir.path().join("job.json")).unwrap()).unwrap();
    assert_eq!(job["seeds"].as_array().unwrap().len(), 2, "{job}");
}

#[test]
fn both_transports_bring_the_same_pages() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(crawl(&web, dir.path(), &["--transport", "reqwest"]), 0);
    let captured: BTreeSet<String> = targets(dir.path(), "response").into_iter().collect();
    assert!(web.expected().captured(0).is_subset(&captured));
    let said = archive(dir.path()).iter().any(|entry| {
        entry.kind.to_string() == "metadata"
            && entry.block.first(u64::MAX).unwrap().windows(13).any(|part| part == b"reconstructed")
    });
    assert!(said, "reconstructed records must say so");
}

#[test]
fn the_demo_list_names_the_seed() {
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/demo.txt");
    let mut seeds = Vec::new();
    let report = warraq::seeds::read(&list, |seed| seeds.push(seed.found)).unwrap();
    assert_eq!((report.seeds, report.bad), (1, 0));
    assert_eq!(site::canonical(&seeds[0]), Some(Site::start().seed_url()));
}

#[test]
fn a_revisit_is_framed_like_its_original() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        assert_eq!(crawl(&web, dir.path(), &["--depth", "3"]), 0);
    }
    let chunked = |entry: &warraq::record::entry::Entry| {
        let block = entry.block.first(64 << 10).unwrap().to_ascii_lowercase();
        block.windows(26).any(|part| part == b"transfer-encoding: chunked")
    };
    let entries = archive(dir.path());
    let by_id: BTreeMap<_, _> =
        entries.iter().map(|entry| (entry.id().unwrap(), chunked(entry))).collect();
    let revisits = entries.iter().filter(|entry| entry.kind.to_string() == "revisit");
    let mut seen = 0;
    for revisit in revisits {
        let original = revisit.header.get("WARC-Refers-To").unwrap();
        assert_eq!(by_id[original], chunked(revisit), "{:?}", revisit.target_uri());
        seen += 1;
    }
    assert!(seen > 20);
}
