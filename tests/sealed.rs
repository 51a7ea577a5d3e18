//! Sealed WARCs: read back, indexed and merged by the crawl that wrote them or the next one, and
//! found by the two commands.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use warraq::index::Line;
use warraq::record::name;
use warraq::record::reader;

#[path = "site/mod.rs"]
mod site;

use site::Site;

fn warraq(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Crawls the bundled web into small files; the exit code, and what was said.
fn crawl(web: &Site, dir: &Path) -> (i32, String) {
    let size = ["--warc-size", "8kB", "--depth", "1"];
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", &web.seed_url(), "--contact", "test@warraq.test", "--into"])
        .arg(dir)
        .args(["--delay", "0", "--allow-private", "--resolve", &web.resolve()])
        .args(size)
        .output()
        .unwrap();
    (out.status.code().unwrap(), text(&out.stderr))
}

fn index(dir: &Path) -> String {
    fs::read_to_string(dir.join("index.cdxj")).unwrap()
}

fn indexes(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(dir.join("indexes")).unwrap().map(|file| file.unwrap().path()).collect();
    found.sort();
    found
}

fn printed(paths: &[&Path]) -> String {
    let paths: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    text(&warraq(&[&["index"][..], &paths].concat()).stdout)
}

#[test]
fn a_crawl_leaves_the_index_of_what_it_sealed() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert_eq!(crawl(&web, dir).0, 0);
    let files = name::files(dir).unwrap();
    assert!(files.len() > 2, "{} files", files.len());
    assert_eq!(indexes(dir).len(), files.len());
    for file in &files {
        let kept = dir.join("indexes").join(format!("{}.cdxj", name::final_name(file)));
        assert_eq!(fs::read_to_string(kept).unwrap(), printed(&[file]));
    }
    let all = index(dir);
    assert_eq!(all, printed(&[dir]));
    let files: Vec<&Path> = files.iter().rev().map(PathBuf::as_path).collect();
    assert_eq!(all, printed(&files), "the order of files does not matter");
    for line in all.lines() {
        let line = Line::parse(line.as_bytes()).unwrap();
        let entry = reader::read_at(dir, &line.at).unwrap();
        assert_eq!(entry.target_uri(), Some(line.url.as_str()));
    }
    // A second run adds its captures to those of the first.
    assert_eq!(crawl(&web, dir).0, 0);
    let both = index(dir);
    assert!(all.lines().all(|line| both.contains(line)));
    assert_eq!(both.lines().count(), 2 * all.lines().count() - robots(&all));
}

/// The captures of robots.txt, which one day's runs share.
fn robots(index: &str) -> usize {
    index.lines().filter(|line| line.contains("/robots.txt\"")).count()
}

#[test]
fn what_has_no_index_gets_one_with_the_next_run() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    assert_eq!(crawl(&web, dir).0, 0);
    let before = indexes(dir);
    let first = fs::read_to_string(&before[0]).unwrap();
    // As after a crash, one with half a file on its way, and one that is older than its WARC.
    fs::remove_file(&before[0]).unwrap();
    fs::write(format!("{}.new", before[0].display()), "half").unwrap();
    fs::write(&before[1], "of another file\n").unwrap();
    let yesterday = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().write(true).open(&before[1]).unwrap().set_modified(yesterday).unwrap();
    // Somebody's file, moved in.
    let moved = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://old.example/>\r\n\
                 WARC-Date: 2012-01-02T03:04:05Z\r\nContent-Length: 19\r\n\r\n\
                 HTTP/1.0 200 OK\r\n\r\n\r\n\r\n";
    fs::write(dir.join("old.warc"), moved).unwrap();
    // The index of a file that is gone.
    fs::write(dir.join("indexes/gone.warc.gz.cdxj"), "gone)/ 20260101000000 {}\n").unwrap();
    let (code, said) = crawl(&web, dir);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(&before[0]).unwrap(), first);
    let all = index(dir);
    assert_eq!(all, printed(&[dir]));
    assert!(all.contains("\nexample,old)/ 20120102030405 ") || all.starts_with("example,old)/ "));
    assert!(!all.contains("gone)/"));
}

#[test]
fn a_file_that_changed_places_with_another_is_indexed_again() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let moved = |name: &str| {
        let text = format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://{name}.example/>\r\n\
             WARC-Date: 2012-01-02T03:04:05Z\r\nContent-Length: 19\r\n\r\n\
             HTTP/1.0 200 OK\r\n\r\n\r\n\r\n"
        );
        let path = dir.join(name).with_extension("warc");
        fs::write(&path, text).unwrap();
        path
    };
    let files = [moved("one"), moved("two")];
    // Both are older than any index of them, as what comes from a backup is.
    for (file, age) in files.iter().zip([1, 2]) {
        let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age);
        fs::File::options().write(true).open(file).unwrap().set_modified(time).unwrap();
    }
    let indexed = || {
        for file in &files {
            let kept = dir.join("indexes").join(format!("{}.cdxj", name::final_name(file)));
            let changed = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
            assert_eq!(changed(&kept), changed(file));
            assert_eq!(fs::read_to_string(kept).unwrap(), printed(&[file]));
        }
        assert_eq!(index(dir), printed(&[dir]));
    };
    assert_eq!(crawl(&web, dir).0, 0);
    indexed();
    let aside = dir.join("aside");
    fs::rename(&files[0], &aside).unwrap();
    fs::rename(&files[1], &files[0]).unwrap();
    fs::rename(&aside, &files[1]).unwrap();
    let (code, said) = crawl(&web, dir);
    assert_eq!(code, 0, "{said}");
    indexed();
}

#[test]
fn serials_go_on_above_those_of_files_that_were_moved_away() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let serials = || -> Vec<u64> {
        let files = name::files(dir).unwrap();
        files.iter().filter_map(|file| name::serial_of(&name::final_name(file))).collect()
    };
    assert_eq!(crawl(&web, dir).0, 0);
    let before = serials();
    for file in name::files(dir).unwrap() {
        fs::remove_file(file).unwrap();
    }
    let (code, said) = crawl(&web, dir);
    assert_eq!(code, 0, "{said}");
    assert!(serials().iter().min() > before.iter().max(), "{before:?}, then {:?}", serials());
}

#[test]
fn a_file_that_does_not_verify_is_told_and_kept() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let lie = "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: urn:x\r\n\
               WARC-Date: 2026-11-22T09:30:00Z\r\nContent-Type: text/plain\r\n\
               WARC-Block-Digest: sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ\r\n\
               Content-Length: 2\r\n\r\nok\r\n\r\n";
    let file = format!("{lie}{}", "garbage\r\n".repeat(20));
    fs::write(dir.join("lie.warc"), &file).unwrap();
    let (code, said) = crawl(&web, dir);
    assert_eq!(code, 22, "{said}");
    let told: Vec<&str> = said.lines().filter(|line| line.contains("warning  lie.warc@")).collect();
    assert_eq!(told.len(), 2, "{said}");
    assert!(told[0].contains("lie.warc@0: WARC-Block-Digest says sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ, the block is sha1:"), "{said}");
    assert!(told[1].contains("lie.warc@199: not a WARC record"), "{said}");
    assert_eq!(fs::read_to_string(dir.join("lie.warc")).unwrap(), file);
    assert!(index(dir).contains("urn:x 20261122093000 "));
}

#[test]
fn an_unreadable_record_is_named_and_the_rest_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.warc");
    let good = |url: &str| {
        format!(
            "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: {url}\r\n\
             WARC-Date: 2026-11-22T09:30:00Z\r\nContent-Length: 2\r\n\r\nok\r\n\r\n"
        )
    };
    let text_of = format!("{}nothing\r\n{}", good("http://b.org/"), good("http://a.org/"));
    fs::write(&path, text_of).unwrap();
    let out = warraq(&["index", path.to_str().unwrap()]);
    assert_eq!(out.status.code(), Some(22));
    let keys: Vec<String> =
        text(&out.stdout).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(keys, ["org,a)/", "org,b)/"]);
    insta::assert_snapshot!(text(&out.stderr), @r#"
    warraq: a.warc@123: not a WARC record: it begins with "nothing\r\n", not with WARC/
    warraq: 1 complaint; whatever else there is, is indexed
    "#);
    // Into a file, whole.
    let to = dir.path().join("out.cdxj");
    let out = warraq(&["index", path.to_str().unwrap(), "-o", to.to_str().unwrap()]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(22), String::new()));
    assert_eq!(fs::read_to_string(&to).unwrap().lines().count(), 2);
    let out = warraq(&["index", path.to_str().unwrap(), "-o", "/dev/null"]);
    assert_eq!(out.status.code(), Some(22));
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_whole_file_in_one_member_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("one.warc.gz");
    let record = "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Target-URI: http://a.org/\r\n\
                  WARC-Date: 2026-11-22T09:30:00Z\r\nContent-Length: 2\r\n\r\nok\r\n\r\n";
    let file = fs::File::create(&path).unwrap();
    let mut zipped = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    zipped.write_all(record.repeat(1000).as_bytes()).unwrap();
    zipped.finish().unwrap();
    let out = warraq(&["index", path.to_str().unwrap()]);
    assert_eq!((out.status.code(), text(&out.stdout)), (Some(22), String::new()));
    insta::assert_snapshot!(text(&out.stderr), @r"
    warraq: one.warc.gz@0: several records share this compressed member, so an index cannot lead to them; write the file anew with a member for each record (`warcio recompress one.warc.gz NEW`)
    warraq: 1 complaint; whatever else there is, is indexed
    ");
}

#[test]
fn captures_are_looked_up() {
    let web = Site::start();
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().to_str().unwrap();
    assert_eq!(crawl(&web, Path::new(dir)).0, 0);
    assert_eq!(crawl(&web, Path::new(dir)).0, 0);
    let out = warraq(&["lookup", dir, &web.seed_url()]);
    assert_eq!(out.status.code(), Some(0));
    let lines: Vec<Line> =
        text(&out.stdout).lines().map(|line| Line::parse(line.as_bytes()).unwrap()).collect();
    assert_eq!(lines.iter().map(Line::is_revisit).collect::<Vec<_>>(), [false, true]);
    let file = format!("{dir}/index.cdxj");
    let last = warraq(&["lookup", &file, &web.seed_url(), "--at", "2999"]);
    // Of two captures in one second it is the first.
    let nearest = usize::from(lines[0].time != lines[1].time);
    assert_eq!(Line::parse(&last.stdout).unwrap(), lines[nearest]);
    let first = warraq(&["lookup", dir, &web.seed_url(), "--at", "1999-12-31"]);
    assert_eq!(Line::parse(&first.stdout).unwrap(), lines[0]);
    let none = warraq(&["lookup", &file, "http://nobody.test/"]);
    assert_eq!(none.status.code(), Some(1));
    assert_eq!(text(&none.stderr), format!("warraq: {file}: no capture of http://nobody.test/\n"));
}

#[test]
fn what_is_no_sorted_index_is_not_looked_up_in() {
    let dir = tempfile::tempdir().unwrap();
    let line = |key: &str| {
        format!(
            "{key} 20261122093000 {{\"url\": \"http://x/\", \"offset\": \"0\", \"filename\": \"a.warc.gz\"}}\n"
        )
    };
    let lines = |keys: &[&str]| keys.iter().map(|key| line(key)).collect::<String>();
    let cases: &[(&str, i32, &str)] = &[
        (&lines(&["test,a)/", "test,m)/", "test,z)/"]), 1, "no capture of"),
        (&lines(&["test,z)/", "test,m)/", "test,a)/"]), 22, "before or behind its place"),
        ("", 1, "no capture of"),
        ("!meta 20260101000000 {}\n", 1, "no capture of"),
        ("WARC/1.1\r\nWARC-Type: warcinfo\r\n", 22, "begin with a key and a time"),
        ("{\"event\": \"begun\"}\n", 22, "begin with a key and a time"),
        (" CDX N b a m s k r M S V g\n", 22, "begin with a key and a time"),
        ("test,a)/ 20261122093000 http://a/ text/html\n", 22, "no JSON object"),
        ("noise", 22, "begin with a key and a time"),
    ];
    let path = dir.path().join("given");
    for (bytes, code, words) in cases {
        fs::write(&path, bytes).unwrap();
        let out = warraq(&["lookup", path.to_str().unwrap(), "http://c.test/"]);
        assert_eq!(out.status.code(), Some(*code), "{bytes}");
        assert!(text(&out.stderr).contains(words), "{}", text(&out.stderr));
        assert_eq!(text(&out.stderr).contains("no sorted CDXJ index"), *code == 22);
    }
    fs::write(&path, [0x1f, 0x8b, 8, 0, 255]).unwrap();
    assert_eq!(
        warraq(&["lookup", path.to_str().unwrap(), "http://c.test/"]).status.code(),
        Some(22)
    );
}
