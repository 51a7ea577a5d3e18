//! What the writer makes.

use std::io::Read;
use std::path::{Path, PathBuf};

use warraq::wacz::entry::Method;
use warraq::wacz::package::{DataPackage, Resource};
use warraq::wacz::reader::Package;
use warraq::wacz::writer::{Ready, Writer};
use warraq::wacz::{WaczError, check, hash};

pub(crate) const HEADER: &str = r#"{"format":"json-pages-1.0","id":"pages","title":"Pages"}"#;
const PAGE: &str = r#"{"url":"https://desk.example/ar/a","ts":"2026-11-22T09:30:00Z","title":"خبر","lang":"ar","group":"g1","text":"نص"}"#;
const RECORD: &str = "WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-11-22T09:30:00Z\r\nContent-Length: 3\r\n\r\na\r\n\r\n\r\n";

/// A small package, whole.
pub(crate) fn package(folder: &Path, name: &str) -> PathBuf {
    let warc = folder.join("a.warc");
    std::fs::write(&warc, RECORD).unwrap();
    let mut writer = Writer::create(&folder.join(name)).unwrap();
    writer.add_file("archive/a.warc", &warc).unwrap();
    writer.add("indexes/index.cdxj", |to| to.write_all(b"example,desk)/ar/a 2026 {}\n")).unwrap();
    writer
        .add("pages/pages.jsonl", |to| {
            writeln!(to, "{HEADER}")?;
            writeln!(to, "{PAGE}")
        })
        .unwrap();
    let about = DataPackage { title: Some("A desk".into()), ..DataPackage::default() };
    writer.finish(about).unwrap().publish().unwrap()
}

#[test]
fn a_package_reads_back_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = package(dir.path(), "x.wacz");
    let package = Package::open(&path).unwrap();
    assert!(package.refused().is_empty() && check::check(&package).is_empty());
    let names: Vec<&str> = package.entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "archive/a.warc",
            "indexes/index.cdxj",
            "pages/pages.jsonl",
            "datapackage.json",
            "datapackage-digest.json"
        ]
    );
    assert!(package.entries().iter().all(|entry| entry.method == Method::Stored));
    let warc = package.archives().next().unwrap();
    let record = package.records(warc).unwrap().next().unwrap().unwrap();
    assert_eq!((record.locator.offset, record.length), (0, 3));
    let data = package.data_package().unwrap().unwrap();
    assert_eq!(
        (data.profile.as_str(), data.wacz_version.as_deref()),
        ("data-package", Some("1.1.1"))
    );
    let first = Resource {
        name: "a.warc".into(),
        path: "archive/a.warc".into(),
        hash: hash::of(RECORD.as_bytes()),
        bytes: RECORD.len() as u64,
    };
    assert_eq!(data.resources[0], first);
    assert_eq!(data.resources.len(), 3);
    let pages: Vec<_> = package.pages().unwrap().unwrap().map(Result::unwrap).collect();
    assert_eq!((pages[0].lang.as_deref(), pages[0].group.as_deref()), (Some("ar"), Some("g1")));
    let index = package.indexes().next().unwrap();
    let line = package.lines(index).unwrap().next().unwrap().unwrap();
    assert_eq!(line.bytes.unwrap(), b"example,desk)/ar/a 2026 {}");
    // The bytes of an entry lie in the file as they are.
    let all = std::fs::read(&path).unwrap();
    let at = usize::try_from(warc.data).unwrap();
    assert_eq!(&all[at..at + RECORD.len()], RECORD.as_bytes());
}

#[test]
fn another_reader_reads_it_and_sees_zip64_sizes() {
    let dir = tempfile::tempdir().unwrap();
    let path = package(dir.path(), "x.wacz");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name("archive/a.warc").unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, RECORD);
    // The header before an entry has room for sizes beyond 4 GiB (APPNOTE §4.5.3).
    let bytes = std::fs::read(&path).unwrap();
    let (extra, name) = (u16::from_le_bytes([bytes[28], bytes[29]]), usize::from(bytes[26]));
    assert_eq!((extra, &bytes[30 + name..34 + name]), (20, &[1, 0, 16, 0][..]));
}

#[test]
fn more_entries_than_sixteen_bits_count() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::create(&dir.path().join("x.wacz")).unwrap();
    for number in 0..65_600 {
        writer.add(&format!("logs/{number}"), |_| Ok(())).unwrap();
    }
    let path = writer.finish(DataPackage::default()).unwrap().publish().unwrap();
    let package = Package::open(&path).unwrap();
    assert_eq!((package.entries().len(), package.refused().len()), (65_602, 0));
    assert_eq!(package.data_package().unwrap().unwrap().resources.len(), 65_600);
}

#[test]
fn the_same_entries_give_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let [one, two] = ["1.wacz", "2.wacz"].map(|name| package(dir.path(), name));
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(two).unwrap());
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_failure_leaves_nothing_and_nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.wacz");
    let mut writer = Writer::create(&path).unwrap();
    let why = writer.add_file("archive/a.warc", &dir.path().join("gone.warc")).unwrap_err();
    assert!(matches!(&why, WaczError::Io { path, .. } if path.ends_with("gone.warc")), "{why}");
    drop(writer);
    assert_eq!(names(dir.path()), Vec::<String>::new());

    // Both begin while the name is free; the first to end has it.
    let ready = || Writer::create(&path).unwrap().finish(DataPackage::default()).unwrap();
    let (first, second) = (ready(), ready());
    first.publish().unwrap();
    let before = std::fs::read(&path).unwrap();
    let why = second.publish().unwrap_err();
    assert!(matches!(why, WaczError::Exists { .. }), "{why}");
    assert!(matches!(Writer::create(&path), Err(WaczError::Exists { .. })));
    assert!(matches!(Ready::of(&path, &1), Err(WaczError::Exists { .. })));
    assert_eq!((names(dir.path()), std::fs::read(&path).unwrap()), (vec!["x.wacz".into()], before));
}

#[test]
fn every_flipped_byte_of_an_entry_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = package(dir.path(), "whole.wacz");
    let whole = std::fs::read(&path).unwrap();
    let entries = Package::open(&path).unwrap().entries().to_vec();
    for entry in entries {
        let mut bytes = whole.clone();
        bytes[usize::try_from(entry.data + entry.bytes / 2).unwrap()] ^= 1;
        let damaged = super::zips::put(dir.path(), &bytes);
        let package = Package::open(&damaged).unwrap();
        let told: Vec<String> = check::check(&package).iter().map(ToString::to_string).collect();
        let named = format!("x.wacz@{}: ", entry.name);
        assert!(told.iter().any(|why| why.starts_with(&named)), "{}: {told:?}", entry.name);
        // The other entries are read all the same.
        let others = package.entries().iter().filter(|other| other.name != entry.name);
        for other in others {
            package.read(other).unwrap().read_to_end(&mut Vec::new()).unwrap();
        }
    }
}

#[test]
fn a_package_cut_anywhere_is_no_package() {
    let dir = tempfile::tempdir().unwrap();
    let whole = std::fs::read(package(dir.path(), "whole.wacz")).unwrap();
    for length in (0..whole.len()).step_by(7).chain(whole.len() - 22..whole.len()) {
        let cut = super::zips::put(dir.path(), &whole[..length]);
        let why = Package::open(&cut).unwrap_err();
        assert!(why.to_string().starts_with("x.wacz is no WACZ file: "), "{length}: {why}");
    }
}
