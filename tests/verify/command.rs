//! The command: what it prints and how it ends.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::bench::*;

fn warraq(at: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .arg("verify")
        .args(args)
        .current_dir(at)
        .output()
        .unwrap()
}

fn told(out: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

#[test]
fn findings_name_place_rule_section_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = records();
    let (header, block) = parts(&records[4]);
    let wrong = String::from_utf8(block).unwrap().replace("Seed: A", "Seed: E");
    records[4] = [header.as_bytes(), wrong.as_bytes(), b"\r\n\r\n"].concat();
    let (bytes, offsets) = join(&records);
    fs::write(folder.path().join(NAME), bytes).unwrap();
    let (code, out, err) = told(&warraq(folder.path(), &[NAME]));
    assert_eq!((code, err.as_str()), (Some(22), ""));
    let start = format!("error {NAME}@{} digest.block [metadata <urn:uuid:", offsets[4]);
    assert!(out.starts_with(&start), "{out}");
    assert!(out.contains(" (WARC 1.1 §5.8); the block was changed since: take "), "{out}");
    assert!(out.ends_with("not clean: 1 file, 23 records: 1 error, 0 below the bar, 0 warnings\n"));

    let (code, out, _) = told(&warraq(folder.path(), &["--json", NAME]));
    assert_eq!(code, Some(22));
    let lines: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (&lines[0]["rule"], &lines[0]["severity"]),
        (&"digest.block".into(), &"error".into())
    );
    assert_eq!(lines[0]["offset"], offsets[4]);
    assert_eq!(lines[1]["rules"]["digest.block"]["found"], 1);
}

#[test]
fn what_is_printed_of_one_rule_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    for record in records() {
        let text = String::from_utf8(record).unwrap();
        bytes.extend(member(text.replacen("WARC-Date", "warc-date", 1).as_bytes()));
    }
    fs::write(folder.path().join(NAME), bytes).unwrap();
    let (code, out, _) = told(&warraq(folder.path(), &["--limit", "3", NAME]));
    assert_eq!((code, out.matches(" field.spelling ").count()), (Some(0), 3));
    assert!(out.contains("\nfield.spelling: 20 more, not printed\nclean: "), "{out}");
    let (_, out, _) = told(&warraq(folder.path(), &["--limit", "0", NAME]));
    assert_eq!(out.matches(" field.spelling ").count(), 23);
}

#[test]
fn foreign_files_are_held_to_the_standard_only() {
    let folder = tempfile::tempdir().unwrap();
    let text = "WARC/1.0\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:1>\r\n\
                WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: <https://a.example/>\r\n\
                Content-Length: 2\r\n\r\nhi\r\n\r\n";
    fs::write(folder.path().join("a.warc"), text).unwrap();
    let (code, out, _) = told(&warraq(folder.path(), &["a.warc"]));
    assert_eq!(code, Some(0), "{out}");
    assert!(out.starts_with("warning a.warc@0 uri.brackets-old "), "{out}");
    let (code, out, _) = told(&warraq(folder.path(), &["--profile", "bar", "a.warc"]));
    assert_eq!(code, Some(22));
    assert!(out.contains("below-bar a.warc@0 digest.block-missing "), "{out}");
}

#[test]
fn what_is_no_archive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "hello").unwrap();
    fs::write(folder.path().join("a.arc"), "filedesc://a.arc 0.0.0.0").unwrap();
    for (given, why) in [
        ("a.txt", "cannot be judged: it is neither WARC nor CDXJ nor WACZ"),
        ("a.arc", "cannot be judged: it is an ARC file; convert it with"),
        ("nowhere", "cannot read nowhere"),
        (".", "holds no WARC file, no index and no WACZ"),
    ] {
        let (code, _, err) = told(&warraq(folder.path(), &[given]));
        assert_eq!(code, Some(2), "{given}");
        assert!(err.contains(why), "{err}");
    }
    assert_eq!(warraq(folder.path(), &[]).status.code(), Some(2));
}

#[test]
fn a_torn_file_is_copied_as_far_as_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (bytes, _) = join(&records());
    fs::write(folder.path().join(NAME), &bytes[..bytes.len() - 5]).unwrap();
    let (code, out, _) = told(&warraq(folder.path(), &["--repair", NAME]));
    assert_eq!(code, Some(22));
    let to = "test-20261122093000125-00001-desk.repaired.warc.gz";
    assert!(out.contains("22 whole records kept, "), "{out}");
    assert!(out.contains(&format!(" bytes cut off, written to {to}; the torn file is as it was")));
    let (_, out, _) = told(&warraq(folder.path(), &[to]));
    assert_eq!(out.matches("error ").count(), 0, "{out}");
    let (code, _, err) = told(&warraq(folder.path(), &["--repair", NAME]));
    assert_eq!(code, Some(22));
    assert!(err.contains("cannot write") && err.contains("exists"), "{err}");
}

#[test]
fn what_is_no_regular_file_is_refused_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.warc.gz");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("zero.warc.gz")).unwrap();
    for given in ["pipe.warc.gz", "zero.warc.gz"] {
        for command in [
            &["verify", given][..],
            &["verify", "--repair", given],
            &["pack", given, "-o", "x.wacz"],
            &["index", given],
            &["text", given],
        ] {
            let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
                .args(command)
                .current_dir(folder.path())
                .output()
                .unwrap();
            let (code, _, err) = told(&out);
            assert!(matches!(code, Some(2 | 22)), "{command:?}: {code:?}");
            assert!(err.contains("it is a pipe, a socket or a device; copy"), "{err}");
        }
    }
}
