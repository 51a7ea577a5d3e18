//! The index room: keys, lines, the captures of any WARC, sorting and looking up.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "tables/escapes.rs"]
mod escapes;
#[path = "index/foreign.rs"]
mod foreign;
#[path = "record/sample.rs"]
mod sample;
#[path = "index/sorted.rs"]
mod sorted;

use proptest::prelude::*;
use sample::*;
use warc::RecordType;
use warraq::index::{self, Line, MAX_LINE};
use warraq::lead::Locator;
use warraq::moment::Moment;
use warraq::record::reader;
use warraq::surt;

use escapes::unescape;

/// The cases of a table, a line each: three cells.
pub(crate) fn cases(table: &str) -> impl Iterator<Item = [&str; 3]> {
    table.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let cells: Vec<&str> = line.splitn(3, " | ").collect();
        cells.try_into().unwrap_or_else(|_| panic!("not three cells: {line}"))
    })
}

#[test]
fn keys_are_those_of_the_tools() {
    let table = include_str!("tables/surt.txt");
    for [rule, url, want] in cases(table) {
        let url = String::from_utf8(unescape(url)).unwrap();
        assert_eq!(surt::key(&url), want, "{rule}: {url}");
    }
    assert!(cases(table).count() > 80);
}

#[test]
fn a_key_of_many_escapes_is_made_at_once() {
    let nested = format!("http://a.org/%{}41", "25".repeat(1 << 20));
    assert_eq!(surt::key(&nested), "org,a)/a");
}

/// What a line says, as the tables write it.
fn spelled(line: &Line) -> String {
    let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let status = line.status.map(|status| status.to_string());
    [line.time.clone(), line.url.clone(), or(&line.mime), or(&status), or(&line.digest)].join(" ")
}

#[test]
fn lines_of_others_are_read_leniently() {
    let table = include_str!("tables/cdxj.txt");
    for [name, line, want] in cases(table) {
        let told = match Line::parse(&unescape(line)) {
            Ok(line) => {
                let Locator { file, offset, length } = &line.at;
                format!("{} {file}@{offset}+{length}", spelled(&line))
            }
            Err(why) => why.to_string(),
        };
        assert_eq!(told, want, "{name}");
    }
    let long = [b"a)/ 20261122093000 ".to_vec(), vec![b' '; MAX_LINE]].concat();
    assert_eq!(
        Line::parse(&long).unwrap_err().to_string(),
        "the line is longer than 2097152 bytes"
    );
    let deep = format!("a)/ 20261122093000 {}", "{\"a\":".repeat(100_000));
    assert_eq!(Line::parse(deep.as_bytes()).unwrap_err(), index::LineError::NoObject);
}

fn line() -> impl Strategy<Value = Line> {
    let text = || proptest::option::of("[^-]\\PC{0,8}|[\\x00-\\x1f\u{7f}\u{2028}\"\\\\é😀]{1,9}");
    let place = ("\\PC{1,9}", any::<u64>(), any::<u64>());
    let about = (text(), proptest::option::of(100_u16..1000), text(), text(), text());
    ("[!-~]{1,20}", "[0-9]{14}", "\\PC{2,30}", about, place).prop_map(
        |(key, time, url, (mime, status, digest, body, method), (file, offset, length))| Line {
            key,
            time,
            url,
            mime,
            status,
            digest,
            at: Locator { file: format!("{file}.gz"), offset, length },
            body,
            method,
        },
    )
}

proptest! {
    #[test]
    fn any_text_has_a_printable_key(text in "\\PC{0,60}|[a-z:/?#@%.\\[\\]0-9A-F\\\\&= \n]{0,80}") {
        let key = surt::key(&text);
        prop_assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()), "{key:?}");
    }

    #[test]
    fn what_is_written_is_read_back(line in line()) {
        let written = line.to_string();
        prop_assert!(written.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{written}");
        prop_assert_eq!(Line::parse(written.as_bytes()), Ok(line));
    }

    #[test]
    fn any_bytes_are_a_line_or_are_none(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        object in "\\{(\"(url|offset|filename|length|status)\":(\"[^\"]{0,5}\"|-?[0-9.e]{1,5}|null|\\[|\\{),?){0,6}\\}?",
    ) {
        let _ = Line::parse(&bytes);
        if let Ok(line) = Line::parse(format!("a)/ 20261122093000 {object}").as_bytes()) {
            prop_assert!(!line.url.is_empty() || object.contains("\"url\":\"\""));
        }
    }
}

#[test]
fn every_line_leads_to_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    write_all_kinds(&mut writer);
    writer.seal().unwrap();
    let file = reader::files(folder.path()).unwrap().remove(0);
    let lines: Vec<Line> = index::captures(&file).unwrap().map(Result::unwrap).collect();
    let told: Vec<String> =
        lines.iter().map(|line| format!("{} {}", line.key, spelled(line))).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    dns:news.example 20261122093000 dns:news.example text/dns - sha1:5FNCGJQ6XHMBV4EDCKEZ6OU2VMSXQGBY
    example,news)/1 20261122093000 https://news.example/1 text/html 200 sha1:A4XW5KF46XI5WRFHEONI3XG6QP2ROZCX
    example,news)/2 20261122093000 https://news.example/2 - 200 sha1:75G7RM2F6CNTL7LMTADZ6NQWIAB6QHMK
    example,news)/1 20261122093100 https://news.example/1 warc/revisit 200 sha1:A4XW5KF46XI5WRFHEONI3XG6QP2ROZCX
    example,news)/1 20261122093130 https://news.example/1 warc/revisit - sha1:A4XW5KF46XI5WRFHEONI3XG6QP2ROZCX
    example,news)/3 20261122093000 https://news.example/3 - 200 sha1:PPIL6TLDR2UWQPXSRICQBJ3DI5GKB6ME
    example,news)/a%20b?q=%d8%ae&x=[1] 20261122093000 https://news.example/a%20b?q=%D8%AE&x=[1] text/html 200 sha1:FBTLN3ESGO2P5AX34ZW5AU3VQ6AZ74LK
    ");
    for line in lines {
        let entry = reader::read_at(folder.path(), &line.at).unwrap();
        assert_eq!(entry.target_uri(), Some(line.url.as_str()));
        assert_eq!(entry.kind == RecordType::Revisit, line.is_revisit());
        assert_eq!(entry.header.get("WARC-Payload-Digest"), line.digest.as_deref());
        assert_eq!(entry.date().map(Moment::stamp14), Some(line.time.clone()));
        assert_eq!(entry.locator, line.at);
    }
}

#[test]
fn a_line_is_written_as_the_tools_write_it() {
    let line = Line {
        key: "org,example)/?q=%d8%ae".to_owned(),
        time: "20261122093000".to_owned(),
        url: "https://example.org/?q=خ\"😀".to_owned(),
        mime: Some("text/html".to_owned()),
        status: Some(200),
        digest: Some("sha1:AA".to_owned()),
        at: Locator { file: "a.warc.gz".to_owned(), offset: 7, length: 9 },
        body: None,
        method: None,
    };
    let want = r#"org,example)/?q=%d8%ae 20261122093000 {"url": "https://example.org/?q=\u062e\"\ud83d\ude00", "mime": "text/html", "status": "200", "digest": "sha1:AA", "length": "9", "offset": "7", "filename": "a.warc.gz"}"#;
    assert_eq!(line.to_string(), want);
    assert_eq!(line.moment().unwrap().warc_date(), "2026-11-22T09:30:00.000Z");
}
