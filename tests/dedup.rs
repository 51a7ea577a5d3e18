//! What another archive holds is not stored again, and is never mistaken for our own; no
//! revisit refers to what came after it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "recrawl/press.rs"]
mod press;
#[path = "recrawl/runs.rs"]
mod runs;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use press::{Answer, GONE, Press, REDIRECTS, ROBOTS, text};
use proptest::prelude::*;
use runs::{crawl, crawl_with, field, is, path, replies, stored};
use warraq::Settings;
use warraq::dedup;
use warraq::record::name::files;

fn warraq(args: &[&str], rest: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq")).args(args).args(rest).output().unwrap()
}

fn import(from: &Path, into: &Path) -> String {
    let out = warraq(&["dedup", "import", "--into"], &[into, from]);
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    String::from_utf8(out.stdout).unwrap()
}

/// An archive of the first edition, and its WARC.
fn another(press: &Press) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    crawl(press, dir.path());
    let warc = files(dir.path()).unwrap().remove(0);
    (dir, warc)
}

/// Crawls the second edition and checks that of the first only redirects are stored again.
fn second_edition(press: &Press, dir: &Path, warc: &Path, with_ids: bool) {
    press.publish(2);
    let (summary, entries) = crawl(press, dir);
    assert!(press.asked().iter().all(|asked| !asked.is_conditional()), "nothing to confirm here");
    let new = [text("changed", 2), text("new", 2), GONE.to_owned(), REDIRECTS.concat()];
    // robots.txt is stored all the same: its rules are read back from the folder itself.
    let new = [new.concat(), ROBOTS.to_owned()];
    assert_eq!(stored(&entries), new.concat().len(), "{:?}", replies(&entries));
    let revisits: Vec<_> = entries.iter().filter(|entry| is(entry, "revisit")).collect();
    for revisit in &revisits {
        assert_eq!(revisit.header.get("WARC-Refers-To").is_some(), with_ids);
        assert!(path(&field(revisit, "WARC-Refers-To-Target-URI")).starts_with('/'));
        assert!(field(revisit, "WARC-Refers-To-Date").ends_with('Z'));
    }
    let [needed] = &summary.depends_on[..] else { panic!("{:?}", summary.depends_on) };
    assert_eq!(needed.container.file, warc.file_name().unwrap().to_str().unwrap());
    assert!(needed.container.outside);
    assert_eq!(needed.revisits, revisits.len() as u64);
    let told = String::from_utf8(warraq(&["info"], &[dir]).stdout).unwrap();
    is_sound(dir, warc);
    let line = told.lines().find(|line| line.contains("depends on")).unwrap();
    let want =
        format!("{} of another archive, for {} revisits", needed.container.file, revisits.len());
    assert!(line.ends_with(&want), "{line}");
}

/// What leads to the other archive is a known dependency, and sound when that is given, too.
fn is_sound(dir: &Path, warc: &Path) {
    let alone = warraq(&["verify"], &[dir]);
    let said = String::from_utf8(alone.stdout).unwrap();
    assert_eq!(alone.status.code(), Some(0), "{said}");
    assert!(said.contains("warning ") && said.contains(" revisit.outside "), "{said}");
    assert_eq!(warraq(&["verify", "--closed"], &[dir]).status.code(), Some(22));
    for both in [[dir, warc], [warc, dir]] {
        let out = warraq(&["verify"], &both);
        let said = String::from_utf8(out.stdout).unwrap();
        assert_eq!(out.status.code(), Some(0), "{said}");
        assert!(!said.contains(" revisit."), "{said}");
    }
}

#[test]
fn the_captures_of_a_warc_are_referred_to_by_their_records() {
    let press = Press::start(true);
    let (_other, warc) = another(&press);
    let dir = tempfile::tempdir().unwrap();
    assert!(import(&warc, dir.path()).contains("12 captures taken over; 1 that no"));
    // Once more is no more.
    import(&warc, dir.path());
    assert_eq!(fs::read_dir(dir.path().join("dedup")).unwrap().count(), 1);
    second_edition(&press, dir.path(), &warc, true);
}

#[test]
fn the_captures_of_an_index_are_referred_to_by_url_and_date() {
    let press = Press::start(true);
    let (other, warc) = another(&press);
    let index = other.path().join("all.cdxj");
    let out = warraq(&["index", "--output"], &[&index, &warc]);
    assert!(out.status.success(), "{out:?}");
    let dir = tempfile::tempdir().unwrap();
    import(&index, dir.path());
    second_edition(&press, dir.path(), &warc, false);
}

#[test]
fn what_was_imported_survives_the_loss_of_the_state() {
    let press = Press::start(true);
    let (_other, warc) = another(&press);
    for rebuilt in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        import(&warc, dir.path());
        fs::remove_dir_all(dir.path().join("state")).unwrap();
        if rebuilt {
            // There is nothing to rebuild from but what was imported.
            let out = warraq(&["state", "rebuild"], &[dir.path()]);
            assert_eq!(out.status.code(), Some(2), "{out:?}");
        }
        second_edition(&press, dir.path(), &warc, true);
        let out = warraq(&["state", "rebuild"], &[dir.path()]);
        assert!(out.status.success(), "{out:?}");
        let (_, entries) = crawl(&press, dir.path());
        assert_eq!(stored(&entries), REDIRECTS.concat().len(), "after a rebuild");
    }
}

#[test]
fn what_cannot_be_referred_to_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let index = dir.path().join("odd.cdxj");
    let digest = "sha1:ZJDTH6OKMSVXLQHPQGNIDPPOAZ7LZUBF";
    let line = |url: &str, rest: &str| {
        format!(
            "org,example)/ 20260102030405 {{\"url\": \"{url}\", {rest}, \"length\": \"9\", \
             \"offset\": \"0\", \"filename\": \"a.warc.gz\"}}\n"
        )
    };
    let good = format!("\"digest\": \"{digest}\", \"status\": \"200\"");
    let lines = [
        "!meta 0 {\"format\": \"cdxj\"}\n\n".to_owned(),
        line("https://example.org/", &good),
        line("https://example.org/bare", &good.replace("sha1:", "")),
        // Passed over.
        line("https://example.org/\\r\\nWARC-Type: x", &good),
        line("https://example.org/a b", &good),
        line("ftp://example.org/", &good),
        line("https://example.org/moved", &good.replace("200", "301")),
        line("https://example.org/dns", &format!("\"digest\": \"{digest}\"")),
        line("https://example.org/sha256", &good.replace("sha1:Z", "sha256:Z")),
        line("https://example.org/r", &format!("\"mime\": \"warc/revisit\", {good}")),
        line("https://example.org/post", &format!("\"method\": \"POST\", {good}")),
        line(
            "https://example.org/e",
            &good.replace(digest, "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ"),
        ),
        line("https://example.org/file", &good).replace("a.warc", "a\\u0007.warc"),
        // No lines.
        "org,example)/ 2026 {}\n".to_owned(),
        "\u{fffd}\n".to_owned(),
    ];
    fs::write(&index, lines.concat()).unwrap();
    let kept = dedup::keep(&index, dir.path()).unwrap();
    assert_eq!((kept.captures, kept.passed_over, kept.unreadable), (2, 10, 2), "{kept:?}");
    let read: Vec<_> = dedup::read(&kept.file).unwrap().map(Result::unwrap).collect();
    assert!(read.iter().all(|(payload, found)| {
        payload.to_string() == digest
            && found.reference.record_id.is_none()
            && found.chunked.is_none()
    }));
    assert_eq!(read[0].1.reference.date.warc_date(), "2026-01-02T03:04:05.000Z");
}

#[test]
fn neither_index_nor_warc_is_said_so() {
    let dir = tempfile::tempdir().unwrap();
    let note = dir.path().join("note.txt");
    fs::write(&note, "Only a note.\n").unwrap();
    let into = dir.path().join("into");
    let out = warraq(&["dedup", "import", "--into"], &[&into, &note]);
    assert_eq!(out.status.code(), Some(22));
    assert!(String::from_utf8(out.stderr).unwrap().contains("give CDXJ files"));
    let out = warraq(&["dedup", "import", "--into"], &[&into, &dir.path().join("none")]);
    assert_eq!(out.status.code(), Some(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_are_an_archive_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let dir = tempfile::tempdir().unwrap();
        let odd = dir.path().join("odd.jsonl");
        fs::write(&odd, &bytes).unwrap();
        let _ = dedup::keep(&odd, dir.path());
        let lines = dedup::read(&odd).unwrap().take(bytes.len() + 1).count();
        prop_assert!(lines <= bytes.len());
    }
}

/// Of two that bring the same at once, the one that began first ends last: it refers to nothing
/// that began after it.
#[test]
fn a_revisit_refers_to_no_later_capture() {
    let page = "<!doctype html><title>One</title><p>The same under two addresses.</p>";
    let press = Press::edited(move |asked| match asked.path.as_str() {
        "/" => {
            Answer::ok("<a href=/slow>a</a><a href=/step>b</a><a href=/quick>c</a>").to(&asked.head)
        }
        "/slow" => {
            std::thread::sleep(Duration::from_millis(900));
            Answer::ok(page).to(&asked.head)
        }
        // Holds the other connection for a moment, so that what follows begins later.
        "/step" => {
            std::thread::sleep(Duration::from_millis(200));
            Answer::ok("<p>Another page.</p>").to(&asked.head)
        }
        "/quick" => Answer::ok(page).to(&asked.head),
        _ => Answer { status: "404 Not Found", ..Answer::ok("") }.to(&asked.head),
    });
    let dir = tempfile::tempdir().unwrap();
    let (_, entries) = crawl_with(&press, dir.path(), |settings| Settings {
        per_host: 2,
        own_hosts: true,
        ..settings
    });
    let of = |wanted| {
        let mut all = entries.iter().filter(|entry| is(entry, "response"));
        all.find(|entry| path(entry.target_uri().unwrap()) == wanted)
    };
    let (slow, quick) = (of("/slow").unwrap(), of("/quick").unwrap());
    assert_eq!(field(slow, "WARC-Payload-Digest"), field(quick, "WARC-Payload-Digest"));
    assert!(field(slow, "WARC-Date") < field(quick, "WARC-Date"), "the slow one began first");
}
