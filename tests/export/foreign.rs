//! Archives that other programs wrote, whole ones and broken ones.

use proptest::prelude::*;

use super::made::{Page, arabic, english, file, member, record, revisit, with_head};
use super::{rows, urls};

const ONE: &str = "https://news.example/one";
const TWO: &str = "https://news.example/two";

fn pages() -> [Page<'static>; 2] {
    [Page::new(ONE, english("great clock")), Page::new(TWO, english("iron gate"))]
}

/// As wget writes: WARC 1.0, brackets round URIs, `warcinfo` first and a `resource` log last.
#[test]
fn wget_puts_brackets_round_uris() {
    let folder = tempfile::tempdir().unwrap();
    let page = Page { url: "<https://news.example/one>", ..pages()[0].clone() };
    let fields = |kind| [("WARC-Type", kind), ("WARC-Record-ID", "<urn:uuid:1>")];
    let path = file(
        folder.path(),
        "wget.warc.gz",
        &[
            member(&record("1.0", &fields("warcinfo"), b"software: Wget/1.21 (linux-gnu)\r\n")),
            member(&record("1.0", &fields("request"), b"GET /one HTTP/1.1\r\n\r\n")),
            member(&page.response()),
            member(&record("1.0", &fields("resource"), b"wget log")),
        ],
    );
    let (rows, told, lost) = rows(&[&path]);
    assert_eq!((urls(&rows), told.met.unreadable, lost.len()), (vec![ONE], 0, 0));
    assert_eq!(rows[0]["title"], "great clock");
    assert_eq!(rows[0]["host"], "news.example");
    assert_eq!(rows[0]["warc"]["file"], "wget.warc.gz");
}

/// Plain, a member a record, one member for all, zstd frames: the rows are the same.
#[test]
fn the_container_makes_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let records = pages().map(|page| page.response());
    let zstd = |bytes: &[u8]| zstd::bulk::compress(bytes, 3).unwrap();
    let made = [
        file(folder.path(), "a.warc", &records),
        file(folder.path(), "b.warc.gz", &records.clone().map(|record| member(&record))),
        file(folder.path(), "c.warc.gz", &[member(&records.concat())]),
        file(folder.path(), "d.warc.zst", &records.clone().map(|record| zstd(&record))),
        file(folder.path(), "e.warc.zst", &[zstd(&records.concat())]),
    ];
    let told = made.map(|path| {
        let (mut rows, _, lost) = rows(&[&path]);
        assert!(lost.is_empty(), "{lost:?}");
        for row in &mut rows {
            row.as_object_mut().unwrap().remove("warc");
        }
        rows
    });
    assert_eq!(urls(&told[0]), [ONE, TWO]);
    assert!(told.iter().all(|rows| *rows == told[0]));
}

/// The dictionary stands in a skippable frame at the beginning, compressed or not.
#[test]
fn zstd_with_a_dictionary_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let samples: Vec<Vec<u8>> =
        (0..400).map(|n| Page::new(ONE, english(&format!("bell {n}"))).response()).collect();
    let dictionary = zstd::dict::from_samples(&samples, 8 << 10).unwrap();
    let records: Vec<Vec<u8>> = pages()
        .iter()
        .map(|page| {
            let mut packer = zstd::bulk::Compressor::with_dictionary(3, &dictionary).unwrap();
            packer.compress(&page.response()).unwrap()
        })
        .collect();
    for frame in [dictionary.clone(), zstd::bulk::compress(&dictionary, 3).unwrap()] {
        let mut whole = 0x184D_2A5D_u32.to_le_bytes().to_vec();
        whole.extend_from_slice(&u32::try_from(frame.len()).unwrap().to_le_bytes());
        whole.extend_from_slice(&frame);
        whole.extend(records.concat());
        let path = file(folder.path(), "dictionary.warc.zst", &[whole]);
        let (rows, _, lost) = rows(&[&path]);
        assert_eq!((urls(&rows), lost), (vec![ONE, TWO], vec![]));
    }
}

#[test]
fn folders_patterns_and_packages_are_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("collection/archive");
    std::fs::create_dir_all(&inner).unwrap();
    let [one, two] = pages();
    let first = file(&inner, "rec-a.warc.gz", &[member(&one.response())]);
    file(&inner, "rec-b.warc.gz", &[member(&two.response())]);
    std::fs::write(inner.join("notes.txt"), "no archive").unwrap();
    let pattern = inner.join("rec-*.warc.gz");
    assert_eq!(urls(&rows(&[folder.path()]).0), [ONE, TWO]);
    assert_eq!(urls(&rows(&[&pattern]).0), [ONE, TWO]);
    assert_eq!(urls(&rows(&[&first, &pattern]).0), [ONE, TWO], "a file given twice is read once");

    let package = folder.path().join("x.wacz");
    let packed = std::process::Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["pack".as_ref(), first.as_os_str(), "-o".as_ref(), package.as_os_str()])
        .output()
        .unwrap();
    assert!(packed.status.success(), "{packed:?}");
    let (rows, _, lost) = rows(&[&package]);
    assert_eq!((urls(&rows), lost.len()), (vec![ONE], 0));
    assert_eq!(rows[0]["warc"]["file"], "x.wacz@archive/rec-a.warc.gz");
}

#[test]
fn what_is_broken_is_named_and_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = pages();
    let mut damaged = member(&Page::new("https://news.example/lost", english("bell")).response());
    let middle = damaged.len() / 2;
    damaged[middle..middle + 9].fill(0x55);
    let no_length = member(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n");
    let mut torn = member(&two.response());
    torn.truncate(torn.len() / 2);
    let path = file(
        folder.path(),
        "broken.warc.gz",
        &[member(&one.response()), damaged, no_length, member(&two.response()), torn],
    );
    let (rows, told, lost) = rows(&[&path]);
    assert_eq!((urls(&rows), told.met.unreadable), (vec![ONE, TWO], 3), "{lost:?}");
    assert!(lost.iter().all(|lost| lost.file == "broken.warc.gz" && lost.offset.is_some()));

    let out = folder.path().join("out");
    super::run(&super::job(&[&path], &out)).unwrap();
    let named = super::read(&out.join("errors.jsonl"));
    let offsets: Vec<_> = named.iter().map(|line| line["offset"].as_u64()).collect();
    assert_eq!(offsets, lost.iter().map(|lost| lost.offset).collect::<Vec<_>>());
}

const DIGEST: &str = "sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const LATER: &str = "2026-11-23T09:30:00Z";

/// A page, and revisits of it in every way to refer to one.
fn revisits(one: &Page<'_>) -> Vec<Vec<u8>> {
    let place = |uri, date| [("WARC-Refers-To-Target-URI", uri), ("WARC-Refers-To-Date", date)];
    let of = |path: &str, fields: &[(&str, &str)]| {
        revisit(&format!("https://news.example/{path}"), LATER, fields)
    };
    vec![
        // Before the record it refers to, at a URL of its own.
        revisit("https://m.news.example/one", LATER, &[("WARC-Payload-Digest", DIGEST)]),
        one.response(),
        // The same URL again: no new text.
        of("one", &[("WARC-Payload-Digest", &DIGEST.to_lowercase())]),
        of("by-id", &[("WARC-Refers-To", &one.id())]),
        of("by-place", &place(ONE, "2026-11-22T09:30:00.000Z")),
        of("nothing", &[("WARC-Refers-To", "<urn:uuid:0>")]),
        of("itself", &place("https://news.example/itself", LATER)),
    ]
}

#[test]
fn a_revisit_is_the_text_it_refers_to() {
    let folder = tempfile::tempdir().unwrap();
    let one = Page { digest: Some(DIGEST), ..pages()[0].clone() };
    let path = file(folder.path(), "revisits.warc", &revisits(&one));
    let (rows, told, _) = rows(&[&path]);
    let want = [
        "https://m.news.example/one",
        ONE,
        "https://news.example/by-id",
        "https://news.example/by-place",
    ];
    assert_eq!(urls(&rows), want);
    assert_eq!((told.met.repeated, told.met.unresolved), (1, 2));
    for row in &rows {
        assert_eq!(row["body"], rows[1]["body"]);
        let is_original = row["url"] == ONE;
        let id = one.id();
        assert_eq!(row["warc"]["revisit_of"].as_str(), (!is_original).then_some(id.as_str()));
        assert_eq!(row["warc"]["date"] == "2026-11-23T09:30:00.000Z", !is_original);
    }
    assert_eq!(rows[0]["host"], "m.news.example");
}

/// A server that says 304 has no new text, and nor has one whose bytes are those of before; under
/// another URL they are a row, once.
#[test]
fn a_capture_without_a_digest_is_told_by_what_it_is_of() {
    let folder = tempfile::tempdir().unwrap();
    let one = pages()[0].clone();
    let of = |date| [("WARC-Refers-To-Target-URI", ONE), ("WARC-Refers-To-Date", date)];
    let records = [
        one.response(),
        revisit(ONE, LATER, &of(one.date)),
        revisit(ONE, "2026-11-24T09:30:00Z", &[("WARC-Refers-To", &one.id())]),
        Page { date: "2026-11-25T09:30:00Z", ..one.clone() }.response(),
        revisit("https://m.news.example/one", LATER, &of(one.date)),
        revisit("https://m.news.example/one", "2026-11-24T09:30:00Z", &of(one.date)),
        Page { date: "2026-11-26T09:30:00Z", ..Page::new(ONE, english("new clock")) }.response(),
    ];
    let path = file(folder.path(), "again.warc", &records);
    let (rows, told, _) = rows(&[&path]);
    assert_eq!(urls(&rows), [ONE, "https://m.news.example/one", ONE]);
    assert_eq!((told.met.repeated, told.met.unresolved), (4, 0));
    assert!(rows[0]["warc"]["payload_digest"].is_null());
}

/// An article in two languages that declare one another, and the robots.txt of its host.
fn declared() -> [Vec<u8>; 3] {
    let links = "<link rel=alternate hreflang=en href=/en/clock><link rel=alternate hreflang=ar \
                 href=/ar/clock>";
    let robots = record(
        "1.0",
        &[
            ("WARC-Type", "response"),
            ("WARC-Target-URI", "https://news.example/robots.txt"),
            ("Content-Type", "application/http"),
        ],
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\nContent-Signal: ai-train=no\n",
    );
    let meta = format!("{links}<meta name=robots content=noarchive>");
    let english = Page::new("https://news.example/en/clock", with_head(&english("clock"), &meta));
    let english = Page { head: "X-Robots-Tag: noai\r\nTDM-Reservation: 1\r\n", ..english };
    let arabic = Page::new("https://news.example/ar/clock", with_head(&arabic("الساعة"), links));
    [english.response(), arabic.response(), robots]
}

#[test]
fn pages_alone_tell_groups_languages_and_rights() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "group.warc", &declared());
    let (rows, ..) = rows(&[&path]);
    assert_eq!(rows.len(), 2);
    let (english, arabic) = (&rows[0], &rows[1]);
    assert!(english["group"].is_string() && english["group"] == arabic["group"]);
    assert_eq!(english["members"][0]["url"], "https://news.example/ar/clock");
    assert_eq!(english["members"].as_array().unwrap().len(), 1);
    let expected = [&english["expected_language"], &arabic["expected_language"]];
    assert_eq!(expected, ["en", "ar"]);
    assert_eq!([&arabic["direction"], &arabic["language"]], ["rtl", "ar"]);
    let rights = &english["rights"];
    assert_eq!([&rights["robots_meta"][0], &rights["x_robots_tag"][0]], ["noarchive", "noai"]);
    assert_eq!([&rights["tdm_reservation"], &rights["content_signal"]], ["1", "ai-train=no"]);
    assert_eq!(arabic["rights"]["content_signal"], "ai-train=no");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_bytes_are_an_archive_of_something(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in 0_usize..2_000,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let mut whole = pages().map(|page| page.response()).concat();
        let at = at.min(whole.len());
        whole.splice(at..at, bytes);
        let path = file(folder.path(), "odd.warc", &[whole]);
        let (rows, told, lost) = rows(&[&path]);
        prop_assert!(rows.len() <= 2 && told.met.unreadable == lost.len() as u64);
    }
}
