//! What somebody else made, to do harm or by mistake.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use proptest::prelude::*;
use warraq::wacz::check;
use warraq::wacz::reader::Package;

use super::made;
use super::zips::{Member, member, put, zip};

/// Names that are opened, and what is said of the rest.
fn judged(members: &[Member]) -> (Vec<String>, Vec<String>) {
    let dir = tempfile::tempdir().unwrap();
    let package = Package::open(&put(dir.path(), &zip(members))).unwrap();
    let opened = package.entries().iter().map(|entry| entry.name.clone()).collect();
    (opened, package.refused().iter().map(ToString::to_string).collect())
}

/// `bad` is refused with these words, and the good entry beside it is read.
fn refuses(bad: Member, words: &str) {
    let (opened, refused) = judged(&[member("archive/good.warc", b"x"), bad]);
    assert_eq!(opened, ["archive/good.warc"], "{words}");
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert!(refused[0].starts_with("x.wacz@") && refused[0].contains(words), "{refused:?}");
}

#[test]
fn names_that_lead_elsewhere() {
    let cases = [
        ("../evil", "it leads out of the package"),
        ("archive/../../evil", "it leads out of the package"),
        ("/etc/passwd", "it is absolute"),
        ("C:evil", "it begins with a drive letter"),
        ("archive\\..\\evil", "it has a backslash in it"),
        ("archive//x", "a part of it is empty"),
        ("./x", "a part of it is empty"),
        ("", "it is empty"),
        ("archive/\u{1b}[2Jx", "it has a control character in it"),
        ("archive/inner.wacz", "it is a package itself"),
        ("archive/inner.ZIP", "it is a package itself"),
    ];
    for (name, words) in cases {
        refuses(member(name, b"x"), words);
    }
    refuses(Member { name: b"archive/\xff".to_vec(), ..member("", b"x") }, "it is not UTF-8");
    refuses(member(&"n".repeat(2_000), b"x"), "it is longer than 1,024 bytes");
    let (_, refused) = judged(&[member("a\u{1b}]0;x\u{7}/../", b"x")]);
    assert!(refused[0].chars().all(|c| !c.is_control()), "{refused:?}");
}

#[test]
fn entries_that_are_not_what_they_seem() {
    let good = || member("archive/bad.warc", b"some bytes");
    refuses(Member { attributes: 0o120_777 << 16, ..good() }, "a symbolic link");
    refuses(Member { attributes: 0o020_666 << 16, ..good() }, "a symbolic link or a device");
    refuses(Member { flags: 1, ..good() }, "it is encrypted");
    refuses(Member { method: 93, ..good() }, "compressed by method 93");
    refuses(Member { bytes: Some(11), ..good() }, "10 bytes are said to be 11");
    refuses(Member { offset: Some(u32::MAX - 1), ..good() }, "behind the end of the file");
    refuses(Member { packed: Some(1 << 30), bytes: Some(1 << 30), ..good() }, "behind the end");
    refuses(Member { offset: Some(3), ..good() }, "the header before its bytes, at 3, is none");
    refuses(Member { local_name: Some(b"archive/gut.warc".to_vec()), ..good() }, "another name");
    let bomb = Member { method: 8, bytes: Some(u32::MAX - 1), ..good() };
    refuses(bomb, "it would inflate from 10 to 4294967294 bytes");
}

#[test]
fn a_folder_is_no_entry_and_no_fault() {
    let folder = Member { attributes: 0o040_755 << 16, ..member("archive/", b"") };
    assert_eq!(judged(&[folder, member("archive/a", b"")]), (vec!["archive/a".into()], vec![]));
}

#[test]
fn two_of_one_name_are_both_refused() {
    let twice =
        [member("pages/pages.jsonl", b"a"), member("x", b""), member("pages/pages.jsonl", b"b")];
    let (opened, refused) = judged(&twice);
    assert_eq!((opened, refused.len()), (vec!["x".to_owned()], 2));
    assert!(refused[0].contains("stands in the package 2 times"), "{refused:?}");
}

#[test]
fn entries_that_share_bytes_are_refused() {
    // Each claims the bytes of all that follow, as the bombs that do without recursion do.
    let mut members: Vec<Member> =
        (0..3).map(|number| member(&format!("logs/{number}"), b"0123456789")).collect();
    members[0].packed = Some(100);
    members[0].bytes = Some(100);
    members.push(member("logs/free", b"free"));
    let (opened, refused) = judged(&members);
    assert_eq!((opened, refused.len()), (vec!["logs/free".to_owned()], 3));
    assert!(refused.iter().all(|why| why.contains("overlap")), "{refused:?}");
}

#[test]
fn wrong_sums_and_lengths_show_when_read() {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&[b'x'; 5_000]).unwrap();
    let deflated = Member { method: 8, ..member("pages/a.jsonl", &packed.finish().unwrap()) };
    let sum = super::zips::crc(&[b'x'; 5_000]);
    let cases = [
        (5_000, sum, Ok(5_000)),
        (5_000, sum ^ 1, Err("CRC-32")),
        (4_999, sum, Err("longer")),
        (5_001, sum, Err("ends before")),
    ];
    let dir = tempfile::tempdir().unwrap();
    for (bytes, crc, want) in cases {
        let entry = Member { bytes: Some(bytes), crc: Some(crc), ..deflated.clone() };
        let package = Package::open(&put(dir.path(), &zip(&[entry]))).unwrap();
        let read = package.read(&package.entries()[0]).unwrap().read_to_end(&mut Vec::new());
        match want {
            Ok(length) => assert_eq!(read.unwrap(), length),
            Err(words) => assert!(read.unwrap_err().to_string().contains(words), "{words}"),
        }
    }
}

#[test]
fn an_index_that_inflates_without_end_is_stopped() {
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..8 {
        bomb.write_all(&vec![b'\n'; 1 << 20]).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let entry = member("indexes/index.cdx.gz", &bomb.finish().unwrap());
    let package = Package::open(&put(dir.path(), &zip(&[entry]))).unwrap();
    let mut lines = package.lines(&package.entries()[0]).unwrap();
    let why = lines.find_map(Result::err).unwrap();
    assert!(why.to_string().contains("inflates without end"), "{why}");
}

#[test]
fn a_million_entries_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    // They all point to one header; the directory alone has a million.
    let one = zip(&[member("a", b"")]);
    let (start, end) = (one.len() - 22 - 47, one.len() - 22);
    let mut bytes = one[..start].to_vec();
    for _ in 0..1_000_000 {
        bytes.extend(&one[start..end]);
    }
    let mut tail = one[end..].to_vec();
    let length = u32::try_from(47_000_000).unwrap();
    tail[12..16].copy_from_slice(&length.to_le_bytes());
    bytes.extend(tail);
    let package = Package::open(&put(dir.path(), &bytes)).unwrap();
    assert!(package.entries().is_empty());
    assert!(package.refused().len() <= 200_001, "{}", package.refused().len());
    let last = package.refused().last().unwrap().to_string();
    assert!(last.contains("more than 200,000 entries"), "{last}");
}

#[test]
fn a_list_of_resources_without_end_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let list = format!(r#"{{"resources":[{}{{}}]}}"#, "{},".repeat(200_000));
    let long = format!(r#"{{"resources":[{{"path":"{}"}}]}}"#, "p".repeat(100_000));
    for (json, words) in [(list, "more than 200,000 resources"), (long, "cannot be opened")] {
        let entry = member("datapackage.json", json.as_bytes());
        let package = Package::open(&put(dir.path(), &zip(&[entry]))).unwrap();
        let told: Vec<String> = check::check(&package).iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|why| why.contains(words)), "{words}");
        assert!(told.iter().all(|why| why.len() < 1_000), "{words}");
    }
}

#[test]
fn what_is_no_zip_is_said_to_be_none() {
    let dir = tempfile::tempdir().unwrap();
    for bytes in [&b""[..], b"PK\x05\x06", b"<html>", &vec![0; 70_000]] {
        let why = Package::open(&put(dir.path(), bytes)).unwrap_err().to_string();
        assert!(why.contains("it has no ZIP directory at its end"), "{why}");
    }
}

/// Reads everything there is to read, as `verify` does.
fn read_all(bytes: &[u8]) {
    let dir = tempfile::tempdir().unwrap();
    let Ok(package) = Package::open(&put(dir.path(), bytes)) else { return };
    check::check(&package);
    for entry in package.archives() {
        package.records(entry).unwrap().for_each(drop);
    }
    for entry in package.indexes() {
        package.lines(entry).unwrap().for_each(drop);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes_are_survived(mut bytes in proptest::collection::vec(any::<u8>(), 0..400), end in any::<bool>()) {
        if end {
            bytes.extend(&zip(&[member("a", b"b")])[32..]);
        }
        read_all(&bytes);
    }

    #[test]
    fn any_damage_is_survived(damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let dir = tempfile::tempdir().unwrap();
        let mut bytes = std::fs::read(made::package(dir.path(), "whole.wacz")).unwrap();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        read_all(&bytes);
    }
}
