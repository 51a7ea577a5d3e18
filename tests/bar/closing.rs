//! Item 29: each run ends with a file that tells of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};
use warraq::record::Block;
use warraq::record::name::{self, is_meta};
use warraq::record::reader::Records;

use super::every::judge;
use super::run::Crawl;
use super::sample::{noise, page as exchange, told, writer};
use super::web::{Web, page};

fn site() -> Web {
    Web::new(|asked| match asked.path.as_str() {
        "/robots.txt" => None,
        "/" => Some(page("<title>Front</title><a href=/a>a</a>")),
        path => Some(page(&format!("<title>{path}</title>"))),
    })
}

fn metas(crawl: &Crawl) -> Vec<PathBuf> {
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().is_some_and(is_meta);
    crawl.files().into_iter().filter(name).collect()
}

/// The resources of a file, by the last part of their URI.
fn resources(path: &Path) -> BTreeMap<String, String> {
    let entries = Records::open(path).unwrap().map(Result::unwrap);
    let resources = entries.filter(|entry| entry.kind.to_string() == "resource");
    let named = |uri: &str| uri.rsplit(':').next().unwrap().to_owned();
    resources.map(|entry| (named(entry.target_uri().unwrap()), super::text(&entry))).collect()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn ledger(crawl: &Crawl) -> String {
    std::fs::read_to_string(crawl.path().join("ledger.jsonl")).unwrap()
}

#[test]
fn a_run_tells_of_itself() {
    let web = site();
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["http://a.test/", "--depth", "1"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    judge(&crawl);
    let (files, meta) = (crawl.files(), metas(&crawl));
    assert_eq!(meta, files[1..], "the last file, and the only one");
    let told = resources(&meta[0]);
    let names: Vec<&str> = told.keys().map(String::as_str).collect();
    assert_eq!(names, ["configuration", "ledger", "log", "manifest", "seeds", "summary"]);
    assert_eq!(told["seeds"], "http://a.test/\n");
    assert_eq!(told["ledger"], ledger(&crawl));
    let config = json(&told["configuration"]);
    assert_eq!((&config["depth"], &config["delay"]), (&1.into(), &0.0.into()));
    assert_eq!(json(&told["summary"])["stats"]["captured"], 3);
    assert!(told["log"].starts_with("{\"at\":\"20"), "{}", told["log"]);

    let manifest = json(&told["manifest"]);
    let bytes = std::fs::read(&files[0]).unwrap();
    let first = Records::open(&files[0]).unwrap().next().unwrap().unwrap();
    let sum = HEXLOWER.encode(&Sha256::digest(&bytes));
    let want = serde_json::json!([{
        "name": files[0].file_name().unwrap().to_str(),
        "bytes": bytes.len(),
        "sha256": sum,
        "warcinfo": first.id(),
    }]);
    assert_eq!(manifest["files"], want);
    assert_eq!(manifest["run"], 1);
}

#[test]
fn the_next_run_tells_of_what_came_since() {
    let web = site();
    let crawl = Crawl::of(&web);
    let mut whole = String::new();
    for run in 1..=3 {
        assert_eq!(crawl.run(&["http://a.test/", "--depth", "1"]).code, Some(0));
        let metas = metas(&crawl);
        assert_eq!(metas.len(), run);
        let told = resources(&metas[run - 1]);
        let manifest = json(&told["manifest"]);
        assert_eq!(manifest["run"], run);
        assert_eq!(manifest["files"].as_array().unwrap().len(), 1, "only what this run wrote");
        whole.push_str(&told["ledger"]);
        assert_eq!(whole, ledger(&crawl), "no line is missing and none is told twice");
    }
    judge(&crawl);
}

#[test]
fn a_closing_that_was_torn_counts_as_none() {
    let web = site();
    let crawl = Crawl::of(&web);
    assert_eq!(crawl.run(&["http://a.test/", "--depth", "1"]).code, Some(0));
    let meta = metas(&crawl).remove(0);
    let entries: Vec<_> = Records::open(&meta).unwrap().map(Result::unwrap).collect();
    let bytes = std::fs::read(&meta).unwrap();
    for cut in entries.iter().map(|entry| entry.locator.offset + entry.locator.length / 2).skip(1) {
        let again = Crawl::of(&web);
        for entry in std::fs::read_dir(crawl.path()).unwrap().map(Result::unwrap) {
            if entry.path().is_file() && entry.path() != meta {
                std::fs::copy(entry.path(), again.path().join(entry.file_name())).unwrap();
            }
        }
        // As kill -9 leaves it: no summary yet, the file still open.
        std::fs::remove_file(again.path().join("summary.json")).unwrap();
        let open = format!("{}.open", meta.file_name().unwrap().to_str().unwrap());
        std::fs::write(again.path().join(open), &bytes[..usize::try_from(cut).unwrap()]).unwrap();
        let run = again.run(&["http://a.test/", "--depth", "1"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let told = resources(metas(&again).last().unwrap());
        let manifest = json(&told["manifest"]);
        for torn in crawl.files() {
            let name = torn.file_name().unwrap().to_str().unwrap();
            let listed =
                manifest["files"].as_array().unwrap().iter().any(|file| file["name"] == name);
            assert!(listed, "{name} is not told of, cut at {cut}");
        }
        assert_eq!(told["ledger"], ledger(&again), "all of it");
        judge(&again);
    }
}

#[test]
fn a_run_without_a_capture_leaves_no_file() {
    let web = site();
    let crawl = Crawl::of(&web);
    let run = crawl.run(&["ftp://a.test/x", "http://a.test:22/"]);
    assert_ne!(run.code, Some(0));
    assert_eq!(crawl.files(), Vec::<PathBuf>::new());
}

#[test]
fn the_file_stands_by_itself_and_streams() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    writer.file(exchange(0)).unwrap();
    let mut file: File = tempfile::tempfile().unwrap();
    let lines = noise(3 << 20);
    file.write_all(&lines).unwrap();
    file.rewind().unwrap();
    let mut ledger = told("ledger", b"");
    ledger.block = Block::File { file, start: 5, length: lines.len() as u64 - 5 };
    let end = writer.file_meta(vec![told("seeds", b"x\n"), ledger]).unwrap();
    assert_eq!(end, writer.sync().unwrap());
    assert!(end.serial == 2 && is_meta(&end.file), "{}", end.file);
    assert_eq!(writer.file(exchange(1)).unwrap().end.serial, 3, "no capture lies in it");
    writer.seal().unwrap();
    let files = name::files(folder.path()).unwrap();
    let found: Vec<_> = Records::open(&files[1]).unwrap().map(Result::unwrap).collect();
    let mut block = Vec::new();
    std::io::Read::read_to_end(&mut found[2].block.reader(), &mut block).unwrap();
    assert!(block == lines[5..]);
}

#[test]
fn a_closing_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    writer.file(exchange(0)).unwrap();
    let mut short = told("ledger", b"");
    short.block = Block::File { file: tempfile::tempfile().unwrap(), start: 0, length: 9 };
    writer.file_meta(vec![told("seeds", b"x\n"), short]).unwrap_err();
    assert_eq!(name::files(folder.path()).unwrap().len(), 1);
    // One that cannot get its final name stays open, and takes no capture.
    let taken = folder.path().join("test-20261122093000125-00003-desk-meta.warc.gz");
    std::fs::create_dir(&taken).unwrap();
    writer.file_meta(vec![told("seeds", b"x\n")]).unwrap_err();
    writer.file(exchange(1)).unwrap_err();
    std::fs::remove_dir(&taken).unwrap();
    writer.file(exchange(1)).unwrap();
    writer.seal().unwrap();
    assert!(
        name::files(folder.path())
            .unwrap()
            .iter()
            .all(|path| Records::open(path).unwrap().all(|e| e.is_ok()))
    );
}
