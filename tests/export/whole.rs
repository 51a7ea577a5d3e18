//! What is damaged, cut or lies: every whole page is a row, and a row that may not be whole says so.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use warraq::digest::Digest;

use super::made::{Page, english, file, member, record};
use super::{job, rows, run, urls};

const DATE: &str = "2026-11-22T09:30:00Z";
const URLS: [&str; 4] = [
    "https://news.example/0",
    "https://news.example/1",
    "https://news.example/2",
    "https://news.example/3",
];

fn responses() -> Vec<Vec<u8>> {
    let subjects = ["clock", "gate", "bell", "bridge"];
    let page = |(url, subject)| Page::new(url, english(subject)).response();
    URLS.into_iter().zip(subjects).map(page).collect()
}

/// The record with another length in its header.
fn saying(record: &[u8], length: &str) -> Vec<u8> {
    let text = String::from_utf8(record.to_vec()).unwrap();
    let start = text.find("Content-Length: ").unwrap() + 16;
    let end = start + text[start..].find('\r').unwrap();
    format!("{}{length}{}", &text[..start], &text[end..]).into_bytes()
}

/// A length that is too large costs its own record, however far it reaches; in plain files, and
/// where records share a member.
#[test]
fn a_length_that_lies_takes_no_other_record_along() {
    let folder = tempfile::tempdir().unwrap();
    for length in ["2000", "4000", "99999", "9999999999999"] {
        let mut records = responses();
        records[1] = saying(&records[1], length);
        let plain = file(folder.path(), "plain.warc", &records);
        let shared = file(folder.path(), "shared.warc.gz", &[member(&records.concat())]);
        for path in [plain, shared] {
            let (rows, _, lost) = rows(&[&path]);
            assert_eq!(urls(&rows), [URLS[0], URLS[2], URLS[3]], "{length} {lost:?}");
            assert_eq!(lost.len(), 1, "{lost:?}");
            assert!(lost[0].why.contains(&format!("says {length}, but another")), "{lost:?}");
        }
    }
}

/// A record that lost bytes in its middle is no row of the neighbours' bytes.
#[test]
fn a_record_that_was_shortened_takes_no_other_record_along() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = responses();
    records[1].drain(500..1_000);
    let path = file(folder.path(), "short.warc", &records);
    let (rows, _, lost) = rows(&[&path]);
    assert_eq!((urls(&rows), lost.len()), (vec![URLS[0], URLS[2], URLS[3]], 1), "{lost:?}");
}

/// A page that shows records is one page.
#[test]
fn records_in_a_page_are_no_records() {
    let folder = tempfile::tempdir().unwrap();
    let forged = String::from_utf8(responses()[3].clone()).unwrap();
    let shows = format!("{}<pre>\r\n\r\n{forged}</pre>", english("clock"));
    let page = Page::new(URLS[0], shows).response();
    let path = file(folder.path(), "shown.warc", &[page, responses()[1].clone()]);
    let (rows, _, lost) = rows(&[&path]);
    assert_eq!((urls(&rows), lost.len()), (vec![URLS[0], URLS[1]], 0), "{lost:?}");
}

/// A segment (WARC 1.1 §7) is a part of its page: a row that says so, or a line that names it.
#[test]
fn a_segment_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let segment = |record: &[u8]| {
        let text = String::from_utf8(record.to_vec()).unwrap();
        text.replacen("Content-Length", "WARC-Segment-Number: 1\r\nContent-Length", 1).into_bytes()
    };
    let empty = Page::new(URLS[1], "<title>Cut here</title>".to_owned()).response();
    let path = file(folder.path(), "parts.warc", &[segment(&responses()[0]), segment(&empty)]);
    let (rows, _, lost) = rows(&[&path]);
    assert_eq!(urls(&rows), [URLS[0]]);
    assert_eq!(rows[0]["defects"], serde_json::json!(["truncated"]));
    assert_eq!(lost.len(), 1);
    assert!(lost[0].why.contains("segments are not joined"), "{lost:?}");
}

#[test]
fn stray_bytes_before_the_first_member_cost_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let gzip: Vec<_> = responses().iter().map(|record| member(record)).collect();
    let records = responses();
    let zstd = records.iter().map(|record| zstd::bulk::compress(record, 3).unwrap());
    for members in [gzip, zstd.collect()] {
        let stray: &[&[u8]] = &[b"<html>not</html>", b"\0", b"\x1f\x8b, \x28\xb5\n"];
        for stray in stray {
            let parts = [&[stray.to_vec()], members.as_slice()].concat();
            let path = file(folder.path(), "stray.warc.gz", &parts);
            let (rows, _, lost) = rows(&[&path]);
            assert_eq!(urls(&rows), URLS, "{stray:?} {lost:?}");
            assert!(!lost.is_empty(), "{stray:?}");
        }
    }
}

/// A member that breaks off is read on into the one behind it, which begins in what was read.
#[test]
fn a_torn_member_costs_its_own_page() {
    let folder = tempfile::tempdir().unwrap();
    let members: Vec<_> = responses().iter().map(|record| member(record)).collect();
    for cut in [12, 40, 150, members[1].len() / 2, members[1].len() - 9, members[1].len() - 1] {
        let mut parts = members.clone();
        parts[1].truncate(cut);
        let path = file(folder.path(), "torn.warc.gz", &parts);
        let (rows, _, lost) = rows(&[&path]);
        let others: Vec<_> = urls(&rows).into_iter().filter(|url| *url != URLS[1]).collect();
        assert_eq!(others, [URLS[0], URLS[2], URLS[3]], "{cut}: {lost:?}");
        assert!(!lost.is_empty(), "{cut}");
    }
}

/// A writer was killed, and the next went on behind what it left.
#[test]
fn a_torn_record_costs_its_own_page() {
    let folder = tempfile::tempdir().unwrap();
    let whole = responses();
    for missing in [4, 5, 60, 400] {
        let mut records = whole.clone();
        records[1].truncate(whole[1].len() - missing);
        let path = file(folder.path(), "torn.warc", &records);
        let (rows, _, lost) = rows(&[&path]);
        // Only the line ends behind it are missing: its page is whole.
        let want: &[&str] = if missing == 4 { &URLS } else { &[URLS[0], URLS[2], URLS[3]] };
        assert_eq!(
            (urls(&rows), lost.len()),
            (want.to_vec(), usize::from(missing > 4)),
            "{missing}: {lost:?}"
        );
    }
}

#[test]
fn what_is_no_archive_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path(), "notes.txt", &[b"import os\nprint(1)\n".to_vec()]);
    let (rows, _, lost) = rows(&[&path]);
    assert_eq!((rows.len(), lost.len()), (0, 1));
    assert_eq!(lost[0].why, "notes.txt is no WARC file: no record begins anywhere in it");
}

#[test]
fn html_without_http_is_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let resource = |url: &str, media: &str| {
        let fields = [
            ("WARC-Type", "resource"),
            ("WARC-Record-ID", "<urn:uuid:1>"),
            ("WARC-Date", DATE),
            ("WARC-Target-URI", url),
            ("Content-Type", media),
        ];
        record("1.1", &fields, english("clock").as_bytes())
    };
    let records = [
        resource(URLS[0], "text/html; charset=utf-8"),
        resource(URLS[1], "Application/XHTML+XML"),
        resource(URLS[2], "text/plain"),
        resource("urn:pageinfo:x", "text/html"),
    ];
    let path = file(folder.path(), "resources.warc", &records);
    let (rows, _, lost) = rows(&[&path]);
    assert_eq!((urls(&rows), lost.len()), (vec![URLS[0], URLS[1]], 0));
    assert_eq!([&rows[0]["title"], &rows[0]["host"]], ["clock", "news.example"]);
    let documents = warraq::export::documents(&path).unwrap();
    assert_eq!(documents.count(), 2, "`text` has them, too");
}

/// Of a page, so much is read and no more, and its row says so.
#[test]
fn a_page_that_is_too_large_is_truncated() {
    let folder = tempfile::tempdir().unwrap();
    let endless = english("clock").replace("</article>", &"<br>".repeat(120_000));
    let path = file(folder.path(), "large.warc", &[Page::new(URLS[0], endless).response()]);
    let (rows, ..) = rows(&[&path]);
    assert_eq!(rows[0]["defects"][0], "truncated");
}

/// What says it holds a page and does not is named; what says it holds something else is not.
#[test]
fn a_response_without_a_page_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let page = english("clock");
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
    let message = "application/http; msgtype=response";
    let records: Vec<_> = [
        (Some("not a url"), message, &http),
        (Some("/relative"), message, &http),
        (None, message, &http),
        (Some(URLS[0]), message, &String::new()),
        (Some(URLS[1]), message, &http.replace("HTTP/1.1", "ICY")),
        (Some("dns:news.example"), "text/dns", &"20261122093000\n".to_owned()),
        (Some(URLS[2]), "text/html", &page),
        (Some(URLS[3]), "text/html", &http),
    ]
    .into_iter()
    .map(|(uri, media, block)| {
        let mut fields =
            vec![("WARC-Type", "response"), ("WARC-Date", DATE), ("Content-Type", media)];
        fields.extend(uri.map(|uri| ("WARC-Target-URI", uri)));
        record("1.1", &fields, block.as_bytes())
    })
    .collect();
    let path = file(folder.path(), "heads.warc", &records);
    let (rows, _, lost) = rows(&[&path]);
    assert_eq!(urls(&rows), [URLS[2], URLS[3]]);
    let why: Vec<_> = lost.iter().map(|lost| lost.why.as_str()).collect();
    assert_eq!(why.len(), 5, "{why:?}");
    assert!(why[0].starts_with("its WARC-Target-URI is no address of the web: "), "{why:?}");
    assert_eq!(why[2], "it has no WARC-Target-URI");
    assert_eq!(why[3..], ["its block begins with no status line of HTTP"; 2]);
}

/// A response, with more in its record's header and in the head of its message.
fn response(url: &str, fields: &[(&str, &str)], head: &str, body: &[u8]) -> Vec<u8> {
    let mut all = vec![
        ("WARC-Type", "response"),
        ("WARC-Date", DATE),
        ("WARC-Target-URI", url),
        ("Content-Type", "application/http; msgtype=response"),
    ];
    all.extend_from_slice(fields);
    record("1.1", &all, &[format!("{head}\r\n").as_bytes(), body].concat())
}

/// A field of the record, the head of the message, its body, and the words for it.
type Case<'a> = ((&'a str, &'a str), &'a str, &'a [u8], &'a [&'static str]);

/// Captures that are not whole, each with the words for it.
fn captures() -> Vec<(Vec<u8>, Vec<&'static str>)> {
    let html = english("clock").into_bytes();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&html).unwrap();
    let packed = encoder.finish().unwrap();
    let right = Digest::of(&html).to_string();
    let wrong = Digest::of(b"something else").to_string();
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    let with = |more: &str| format!("{ok}{more}\r\n");
    let long = with(&format!("Content-Length: {}", html.len() + 9));
    let part = "HTTP/1.1 206 Partial Content\r\nContent-Type: text/html\r\n\
                Content-Range: bytes 0-99999/200000\r\n";
    let is_chunked = with("Transfer-Encoding: chunked");
    let chunked = [format!("{:x}\r\n", html.len() + 9).as_bytes(), &html].concat();
    let gzip = with("Content-Encoding: gzip");
    let (none, payload) = (("X-Note", "none"), "WARC-Payload-Digest");
    let cut = &packed[..packed.len() - 12];
    let cases: [Case<'_>; 14] = [
        (none, ok, &html, &[]),
        ((payload, &right), ok, &html, &[]),
        ((payload, &wrong), ok, &html, &["digest"]),
        (("WARC-Block-Digest", &wrong), ok, &html, &["digest"]),
        ((payload, "sha256:unknown"), ok, &html, &[]),
        (("WARC-Truncated", "length"), ok, &html, &["truncated"]),
        (none, &long, &html, &["truncated"]),
        (none, &is_chunked, &chunked, &["truncated"]),
        (none, &is_chunked, &html, &[]),
        (none, &gzip, &packed, &[]),
        (none, &gzip, cut, &["coding"]),
        (none, &gzip, &html, &[]),
        (none, &with("Content-Encoding: utf-8"), &html, &[]),
        ((payload, &wrong), part, &html, &["partial", "digest"]),
    ];
    let numbered = cases.iter().enumerate();
    let made = numbered.map(|(at, (field, head, body, want))| {
        (response(&format!("https://n.example/{at}"), &[*field], head, body), want.to_vec())
    });
    made.collect()
}

#[test]
fn a_row_says_what_is_wrong_with_its_capture() {
    let folder = tempfile::tempdir().unwrap();
    let (records, want): (Vec<_>, Vec<_>) = captures().into_iter().unzip();
    let path = file(folder.path(), "defects.warc", &records);
    let (rows, ..) = rows(&[&path]);
    let found: Vec<_> = rows.iter().map(|row| row["defects"].clone()).collect();
    let want: Vec<Value> = want.into_iter().map(Value::from).collect();
    assert_eq!(found, want);

    let mut job = job(&[&path], &folder.path().join("whole"));
    job.filters.whole = true;
    let (told, _) = run(&job).unwrap();
    let whole = want.iter().filter(|words| **words == Value::Array(vec![])).count();
    assert_eq!((told.documents, told.filtered), (whole as u64, (want.len() - whole) as u64));

    job = super::job(&[&path], &folder.path().join("all"));
    run(&job).unwrap();
    let card = std::fs::read_to_string(folder.path().join("all/README.md")).unwrap();
    assert!(card.contains("| digest | 3 |"), "{card}");
}
