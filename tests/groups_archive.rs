//! Groups as objects of an archive: what a crawl leaves, what is read back from its WARC files with
//! and without its traces, and what `warraq groups` says about them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use warraq::export::evidence;
use warraq::groups::{self, Builder, Group, GroupKind};

#[path = "site/mod.rs"]
mod site;

use site::Site;

fn warraq(at: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(args)
        .current_dir(at)
        .env_remove("WARRAQ_CONTACT")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn told(at: &Path, args: &[&str]) -> String {
    let out = warraq(at, args);
    assert_eq!(out.status.code(), Some(0), "{args:?}: {out:?}");
    String::from_utf8(out.stdout).unwrap()
}

fn crawl(web: &Site, at: &Path) {
    let seed = web.seed_url();
    let resolve = web.resolve();
    let args = ["crawl", &seed, "--contact", "test@warraq.test", "--into", "out", "--depth", "1"];
    let local = ["--delay", "0", "--allow-private", "--resolve", &resolve, "--quiet"];
    let out = warraq(at, &[&args[..], &local[..]].concat());
    assert!(matches!(out.status.code(), Some(0 | 3)), "{out:?}");
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Language and URL of the members of each group.
fn members(groups: &[Group]) -> BTreeSet<Vec<(String, String)>> {
    let of = |group: &Group| {
        group.members.iter().map(|(key, member)| (key.clone(), member.url.clone())).collect()
    };
    groups.iter().map(of).collect()
}

#[test]
fn what_a_crawl_leaves_is_what_its_archive_gives_back() {
    let (web, dir) = (Site::start(), tempfile::tempdir().unwrap());
    let at = dir.path();
    crawl(&web, at);
    let kept = std::fs::read_to_string(at.join("out/groups.jsonl")).unwrap();
    assert!(lines(&kept).len() >= 2, "{kept}");
    assert!(!at.join("out/groups.jsonl.new").exists());

    assert_eq!(told(at, &["groups", "out", "--json"]), kept, "from the WARC files");

    std::fs::remove_file(at.join("out/groups.jsonl")).unwrap();
    let texts = lines(&told(at, &["text", "out"]));
    told(at, &["state", "rebuild", "out"]);
    std::fs::write(at.join("out/groups.jsonl"), &kept).unwrap();
    assert_eq!(lines(&told(at, &["text", "out"])), texts, "with and without the table");
    let grouped = texts.iter().filter(|text| text["group"].is_string()).count();
    let all: usize = lines(&kept).iter().map(|g| g["members"].as_object().unwrap().len()).sum();
    assert!(grouped >= all, "{grouped} of {all}");
}

#[test]
fn an_archive_without_traces_gives_the_same_groups() {
    let (web, dir) = (Site::start(), tempfile::tempdir().unwrap());
    crawl(&web, dir.path());
    let out = dir.path().join("out");
    let with = evidence::read(&out, Builder::new()).unwrap();
    let plain = dir.path().join("plain.warc");
    let mut bytes = Vec::new();
    for file in warraq::record::name::files(&out).unwrap() {
        for entry in warraq::record::reader::Records::open(&file).unwrap() {
            let entry = entry.unwrap();
            if entry.kind == warc::RecordType::Response {
                let block = entry.block.first(1 << 20).unwrap();
                let target = entry.target_uri().unwrap();
                let head = format!(
                    "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x:{}>\r\n\
                     WARC-Target-URI: {target}\r\nWARC-Date: 2026-11-22T00:00:00Z\r\n\
                     Content-Type: application/http;msgtype=response\r\nContent-Length: {}\r\n\r\n",
                    bytes.len(),
                    block.len()
                );
                bytes.extend_from_slice(head.as_bytes());
                bytes.extend_from_slice(&block);
                bytes.extend_from_slice(b"\r\n\r\n");
            }
        }
    }
    std::fs::write(&plain, bytes).unwrap();
    let without = evidence::read(&plain, Builder::new()).unwrap();
    assert!(without.unreadable.is_empty(), "{:?}", without.unreadable);
    let (with, without) = (with.builder.finish(), without.builder.finish());
    assert_eq!(members(&with), members(&without));
    assert_eq!(groups::table(&with).unwrap(), groups::table(&without).unwrap());
}

#[test]
fn groups_are_pure_and_explained() {
    let (web, dir) = (Site::start(), tempfile::tempdir().unwrap());
    let at = dir.path();
    crawl(&web, at);
    let groups: Vec<Group> =
        groups::read(std::fs::read(at.join("out/groups.jsonl")).unwrap().as_slice()).collect();
    let expected = web.expected();
    for group in groups.iter().filter(|group| group.kind == GroupKind::Parallel) {
        let named: BTreeSet<_> = group
            .members
            .values()
            .map(|member| {
                let url = site::canonical(&member.url).unwrap();
                expected.articles.iter().find(|article| article.url == url).map(|a| a.group)
            })
            .collect();
        assert_eq!(named.len(), 1, "{group:?}");
        assert!(group.confidence >= 0.5 && group.members.len() > 1);
    }
    let member = groups[0].members.values().next().unwrap();
    let told_of = told(at, &["groups", "out", "--explain", &member.url]);
    assert!(told_of.contains(&format!("is in group {}", groups[0].id)), "{told_of}");
    assert!(told_of.contains("taken ") && told_of.contains("score"), "{told_of}");
    let json = lines(&told(at, &["groups", "out", "--explain", &member.url, "--json"]));
    assert_eq!(json[0]["group"], groups[0].id);
    let out = warraq(at, &["groups", "out", "--explain", "http://warraq.test/nowhere"]);
    assert_eq!(out.status.code(), Some(2));
    let listed = told(at, &["groups", "out"]);
    assert!(groups.iter().all(|group| listed.contains(&group.id)), "{listed}");
    let audit = lines(&told(at, &["groups", "out", "--audit", "--json"]));
    assert!(audit.iter().any(|host| host["articles"].as_u64() > Some(1)), "{audit:?}");
    assert!(!told(at, &["groups", "out", "--audit"]).is_empty());
}
