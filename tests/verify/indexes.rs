//! Index lines against the records they lead to, and packages against their hashes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use warraq::index::captures;
use warraq::verify::Severity;
use warraq::wacz::package::DataPackage;
use warraq::wacz::writer::Writer;

use crate::bench::*;

/// The sample archive, and the lines of its index.
fn indexed(folder: &Path) -> (PathBuf, Vec<String>) {
    let path = folder.join(NAME);
    fs::write(&path, join(&records()).0).unwrap();
    let mut lines: Vec<String> =
        captures(&path).unwrap().map(|line| line.unwrap().to_string()).collect();
    lines.sort();
    (path, lines)
}

fn found(paths: &[PathBuf]) -> Vec<String> {
    let (verdict, found) = judge(paths, &as_bar());
    assert_eq!(verdict.unusable.len(), 0, "{:?}", verdict.unusable);
    found.iter().map(|finding| finding.rule.to_owned()).collect()
}

/// What is done to the first line that matches, and the rules that must notice.
const LINES: &[(&str, &str, &str, &[&str])] = &[
    ("", "example,news", "\u{1}example,news", &["index.line", "index.uncovered"]),
    ("", "{", "", &["index.line", "index.uncovered"]),
    ("", "\"url\": \"", "\"uri\": \"", &["index.line", "index.uncovered"]),
    ("/2\"", "\"digest\": ", "\"was\": ", &["index.field"]),
    ("", "\"filename\": \"test", "\"filename\": \"best", &["index.file", "index.uncovered"]),
    ("", "\"offset\": \"", "\"offset\": \"9", &["index.offset", "index.uncovered"]),
    ("", "\"length\": \"", "\"length\": \"1", &["index.length"]),
    (
        "/2\"",
        "\"url\": \"https://news.example/2",
        "\"url\": \"https://news.example/9",
        &["index.key", "index.url"],
    ),
    ("/2\"", "news)/2 2026", "news)/2 2025", &["index.time"]),
    (
        "/2\"",
        "\"digest\": \"sha1:",
        "\"digest\": \"sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\", \"was\": \"",
        &["index.digest"],
    ),
    ("/2\"", "\"status\": \"200", "\"status\": \"404", &["index.status"]),
    ("/1\"", "\"mime\": \"text/html", "\"mime\": \"image/gif", &["index.mime"]),
    ("warc/revisit", "warc/revisit", "text/html", &["index.revisit"]),
    ("/2\"", "example,news)/2 ", "example,news)/2x ", &["index.key"]),
];

#[test]
fn each_wrong_line_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (warc, lines) = indexed(folder.path());
    let index = folder.path().join("index.cdxj");
    let text = lines.join("\n") + "\n";
    let paths = [warc.clone(), index.clone()];
    fs::write(&index, &text).unwrap();
    assert_eq!(found(&paths), [""; 0]);
    for (which, from, to, want) in LINES {
        let mut lines = lines.clone();
        let line = lines.iter_mut().find(|line| line.contains(which) && line.contains(from));
        let line = line.unwrap_or_else(|| panic!("{from}"));
        *line = line.replacen(from, to, 1);
        lines.sort();
        fs::write(&index, lines.join("\n") + "\n").unwrap();
        assert_eq!(found(&paths), *want, "{from} => {to}");
    }
    let turned: Vec<String> = lines.iter().rev().cloned().collect();
    fs::write(&index, turned.join("\n") + "\n").unwrap();
    assert_eq!(
        found(&paths).iter().collect::<BTreeSet<_>>(),
        BTreeSet::from([&"index.order".to_owned()])
    );
    fs::write(&index, text.trim_end()).unwrap();
    assert_eq!(found(&paths), ["index.newline"]);
    fs::write(&index, lines[1..].join("\n") + "\n").unwrap();
    assert_eq!(found(&paths), ["index.uncovered"]);
}

#[test]
fn a_folder_is_a_whole_archive_with_its_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let (warc, lines) = indexed(folder.path());
    fs::create_dir(folder.path().join("indexes")).unwrap();
    let own = folder.path().join("indexes").join(format!("{NAME}.cdxj"));
    fs::write(&own, lines.join("\n") + "\n").unwrap();
    fs::write(folder.path().join("index.cdxj"), lines.join("\n") + "\n").unwrap();
    let whole = [folder.path().to_owned()];
    assert_eq!(found(&whole), [""; 0]);
    fs::write(&own, lines[..2].join("\n") + "\n").unwrap();
    assert!(found(&whole).iter().all(|rule| rule == "index.uncovered"));
    fs::remove_file(own).unwrap();
    // A link out of the folder is an error, out of a file a warning.
    let mut records = records();
    let first =
        records.iter().position(|record| record.starts_with(b"WARC/1.1\r\nWARC-Type: revisit"));
    let revisit = records.remove(first.unwrap());
    let (bytes, _) = join(&[records[0].clone(), records[8].clone(), revisit]);
    fs::write(&warc, bytes).unwrap();
    fs::remove_file(folder.path().join("index.cdxj")).unwrap();
    for (path, want) in [(&whole[0], Severity::Error), (&warc, Severity::Warning)] {
        let options = warraq::verify::Options { closed: false, ..options() };
        let (_, found) = judge(std::slice::from_ref(path), &options);
        let outside = found.iter().find(|finding| finding.rule == "revisit.outside").unwrap();
        assert_eq!(outside.severity, want);
    }
}

#[test]
fn an_index_covers_the_files_of_its_own_folder() {
    let both = tempfile::tempdir().unwrap();
    let folders = ["a", "b"].map(|name| both.path().join(name));
    for folder in &folders {
        fs::create_dir(folder).unwrap();
        // Ids and dates are of the sample, so both folders hold one archive; each is whole.
        let (_, lines) = indexed(folder);
        fs::create_dir(folder.join("indexes")).unwrap();
        for index in ["index.cdxj".to_owned(), format!("indexes/{NAME}.cdxj")] {
            fs::write(folder.join(index), lines.join("\n") + "\n").unwrap();
        }
    }
    let about_indexes = || {
        let mut rules = found(&folders);
        rules.retain(|rule| rule.starts_with("index."));
        rules
    };
    assert_eq!(about_indexes(), [""; 0]);
    fs::write(folders[1].join("index.cdxj"), "").unwrap();
    assert!(!about_indexes().is_empty(), "the index of the first does not cover the second");
}

#[test]
fn the_list_of_an_index_leads_to_its_members() {
    let folder = tempfile::tempdir().unwrap();
    let (_, lines) = indexed(folder.path());
    let [first, second] =
        [&lines[..2], &lines[2..]].map(|lines| (lines.join("\n") + "\n").into_bytes());
    let (one, two) = (member(&first), member(&second));
    let key = |line: &str| line.split('{').next().unwrap().trim().to_owned();
    let place = |key: &str, offset: usize, member: &[u8]| {
        let hash = warraq::wacz::hash::of(member);
        let length = member.len();
        format!(
            "{key} {{\"offset\": {offset}, \"length\": {length}, \"digest\": \"{hash}\", \"filename\": \"index.cdx.gz\"}}\n"
        )
    };
    let list = place(&key(&lines[0]), 0, &one) + &place(&key(&lines[2]), one.len(), &two);
    let judged = |list: &str| {
        let path = folder.path().join("x.wacz");
        let _ = fs::remove_file(&path);
        let mut writer = Writer::create(&path).unwrap();
        writer.add_file(&format!("archive/{NAME}"), &folder.path().join(NAME)).unwrap();
        writer
            .add("indexes/index.cdx.gz", |to| to.write_all(&[one.clone(), two.clone()].concat()))
            .unwrap();
        writer.add("indexes/index.idx", |to| to.write_all(list.as_bytes())).unwrap();
        writer.add("pages/pages.jsonl", |to| to.write_all(PAGES.as_bytes())).unwrap();
        let said = |text: &str| Some(text.to_owned());
        let about = DataPackage {
            title: said("M"),
            created: said("2026-11-22T09:30:00Z"),
            software: said("warraq/0"),
            ..DataPackage::default()
        };
        found(&[writer.finish(about).unwrap().publish().unwrap()])
    };
    assert_eq!(judged(&list), [""; 0]);
    for (from, to) in [
        ("\"offset\": 0", "\"offset\": 1"),
        ("\"length\": ", "\"length\": 1"),
        ("sha256:", "sha256:0"),
        ("index.cdx.gz", "other.cdx.gz"),
        ("news)", "newt)"),
        ("\"offset\"", "\"place\""),
    ] {
        assert_eq!(judged(&list.replacen(from, to, 1)), ["wacz.index-list"], "{from}");
    }
}

const PAGES: &str = "{\"format\":\"json-pages-1.0\",\"id\":\"pages\",\"title\":\"Pages\"}\n\
    {\"url\":\"https://news.example/1\",\"ts\":\"2026-11-22T09:30:00Z\",\"title\":\"one\"}\n";

fn pack(folder: &Path, lines: &[String], pages: &str) -> PathBuf {
    let path = folder.join("x.wacz");
    let _ = fs::remove_file(&path);
    let mut writer = Writer::create(&path).unwrap();
    writer.add_file(&format!("archive/{NAME}"), &folder.join(NAME)).unwrap();
    let text = lines.join("\n") + "\n";
    writer.add("indexes/index.cdxj", |to| to.write_all(text.as_bytes())).unwrap();
    writer.add("pages/pages.jsonl", |to| to.write_all(pages.as_bytes())).unwrap();
    let about = DataPackage {
        title: Some("Morning".into()),
        created: Some("2026-11-22T09:30:00Z".into()),
        software: Some("warraq/0".into()),
        ..DataPackage::default()
    };
    writer.finish(about).unwrap().publish().unwrap()
}

#[test]
fn a_package_is_judged_with_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_, lines) = indexed(folder.path());
    let path = pack(folder.path(), &lines, PAGES);
    let judged = |path: &PathBuf| found(std::slice::from_ref(path));
    assert_eq!(judged(&path), [""; 0]);
    let whole = fs::read(&path).unwrap();
    let at = |text: &[u8]| whole.windows(text.len()).position(|part| part == text).unwrap();
    // A byte of a page, of the list of hashes, of a WARC.
    for (place, want) in [
        (at(b"\"title\":\"one\""), "wacz.content"),
        (at(b"\"profile\""), "wacz.content"),
        (at(&[0x1f, 0x8b, 8]) + 40, "wacz.content"),
    ] {
        let mut bad = whole.clone();
        bad[place + 3] ^= 1;
        fs::write(&path, bad).unwrap();
        let rules = judged(&path);
        assert!(rules.iter().any(|rule| rule == want || rule == "wacz.missing"), "{rules:?}");
    }
    let other = PAGES.replace("example/1", "example/99");
    assert_eq!(judged(&pack(folder.path(), &lines, &other)), ["wacz.page-capture"]);
    let other = PAGES.replace("2026-11-22T09", "2025-11-22T09");
    assert_eq!(judged(&pack(folder.path(), &lines, &other)), ["wacz.page-capture"]);
    let other = PAGES.replace("json-pages-1.0", "json-sheets");
    assert_eq!(judged(&pack(folder.path(), &lines, &other)), ["wacz.pages"]);
    let other = PAGES.replace("2026-11-22T09:30:00Z", "yesterday");
    assert_eq!(judged(&pack(folder.path(), &lines, &other)), ["wacz.pages"]);
    assert_eq!(judged(&pack(folder.path(), &lines[1..], PAGES)), ["index.uncovered"]);
}
