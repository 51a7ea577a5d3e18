//! One damage at a time, each found by its rule and by no other.

use std::collections::BTreeSet;

use warraq::digest::Digest;

use crate::bench::*;

#[path = "../tables/escapes.rs"]
mod escapes;

use escapes::unescape;

/// The records of the sample archive, in its order.
const NAMES: &[&str] = &[
    "info",
    "dns",
    "page.request",
    "page.response",
    "page.metadata",
    "chunked.request",
    "chunked.response",
    "chunked.metadata",
    "again.request",
    "again.revisit",
    "again.metadata",
    "unmodified.request",
    "unmodified.revisit",
    "unmodified.metadata",
    "cut.request",
    "cut.response",
    "cut.metadata",
    "odd.request",
    "odd.response",
    "odd.metadata",
    "silent.request",
    "silent.metadata",
    "alone.metadata",
];

type Named = (String, Vec<u8>);

fn sample() -> Vec<Named> {
    let records = records();
    assert_eq!(records.len(), NAMES.len());
    NAMES.iter().map(ToString::to_string).zip(records).collect()
}

fn id(records: &[Named], name: &str) -> String {
    let Some((_, record)) = records.iter().find(|(known, _)| known == name) else {
        return "<urn:uuid:00000000-0000-4000-8000-0000000000ff>".to_owned();
    };
    let header = parts(record).0;
    let line = header.lines().find_map(|line| line.strip_prefix("WARC-Record-ID: "));
    line.unwrap().to_owned()
}

/// The steps with the ids of the records they name.
fn with_ids(records: &[Named], steps: &str) -> String {
    let mut steps = steps.to_owned();
    for name in NAMES.iter().chain(&["none"]) {
        steps = steps.replace(&format!("{{{name}}}"), &id(records, name));
    }
    steps
}

/// Does what a line of the table says to a record.
fn damage(records: &mut Vec<Named>, name: &str, steps: &str) {
    let steps = with_ids(records, steps);
    let at = records.iter().position(|(known, _)| known == name).unwrap();
    for step in steps.split(" ;; ") {
        let (what, rest) = step.split_once(' ').unwrap_or((step, ""));
        let (from, to) = rest.split_once(" => ").unwrap_or((rest, ""));
        let (from, to) = (unescape(from), unescape(to));
        match what {
            "drop" => drop(records.remove(at)),
            "end" => {
                let record = records.remove(at);
                records.push(record);
            }
            "add" => records.push(("added".to_owned(), added(rest))),
            "to-last" => {
                let last = &mut records.last_mut().unwrap().1;
                *last = with(last, &unescape(rest));
            }
            _ => records[at].1 = changed(&records[at].1, what, rest, &from, &to),
        }
    }
}

fn changed(record: &[u8], what: &str, rest: &str, from: &[u8], to: &[u8]) -> Vec<u8> {
    let (header, block) = parts(record);
    let head = |header: &[u8]| [header, &block, b"\r\n\r\n"].concat();
    match what {
        "head" => head(&replaced(header.as_bytes(), from, to)),
        "raw" => [header.as_bytes(), &replaced(&block, from, to), b"\r\n\r\n"].concat(),
        "block" => righted(&header, &replaced(&block, from, to), false),
        "body" => righted(&header, &replaced(&block, from, to), true),
        "content" => righted(&header, &unescape(rest), false),
        "with" => with(record, &unescape(rest)),
        "set" => {
            let (name, _) = rest.split_once(':').unwrap();
            let line = header.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
            head(&replaced(header.as_bytes(), line.as_bytes(), &unescape(rest)))
        }
        "length" => {
            let by: i64 = rest.parse().unwrap();
            let length = i64::try_from(block.len()).unwrap();
            let line = format!("Content-Length: {length}");
            let new = format!("Content-Length: {}", length + by);
            head(&replaced(header.as_bytes(), line.as_bytes(), new.as_bytes()))
        }
        "tail" => [record, &unescape(rest)].concat(),
        "keep" => {
            let keep: i64 = rest.parse().unwrap();
            let length = i64::try_from(record.len()).unwrap();
            let keep = if keep < 0 { length + keep } else { keep };
            record[..usize::try_from(keep).unwrap()].to_vec()
        }
        "fields" => with(record, "X: y\r\n".repeat(rest.parse().unwrap()).trim_end().as_bytes()),
        "framed" => {
            let head_length = warraq::record::entity::head_length(&block);
            let digest = Digest::of(&block[head_length..]);
            let right = header.lines().find(|line| line.starts_with("WARC-Payload-Digest"));
            let wrong = format!("WARC-Payload-Digest: {digest}");
            head(&replaced(header.as_bytes(), right.unwrap().as_bytes(), wrong.as_bytes()))
        }
        other => panic!("{other:?} is no damage"),
    }
}

/// A whole record of its own: `TYPE URI MEDIA-TYPE BLOCK`.
fn added(rest: &str) -> Vec<u8> {
    let parts: Vec<&str> = rest.splitn(4, ' ').collect();
    let block = unescape(parts[3]);
    let digest = Digest::of(&block);
    let header = format!(
        "WARC/1.1\r\nWARC-Type: {}\r\nWARC-Target-URI: {}\r\nContent-Type: {}\r\n\
         WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-0000000000aa>\r\n\
         WARC-Warcinfo-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n\
         WARC-Date: 2026-11-22T09:30:00.125Z\r\nWARC-Block-Digest: {digest}\r\n\
         WARC-Payload-Digest: {digest}\r\nContent-Length: {}\r\n\r\n",
        parts[0],
        parts[1],
        parts[2],
        block.len()
    );
    [header.as_bytes(), &block, b"\r\n\r\n"].concat()
}

/// The record with more lines in its header.
fn with(record: &[u8], line: &[u8]) -> Vec<u8> {
    replaced(record, b"Content-Length: ", &[line, b"\r\nContent-Length: "].concat())
}

fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let found = text.windows(from.len()).position(|part| part == from);
    let at = found.unwrap_or_else(|| panic!("no {:?}", from.escape_ascii().to_string()));
    [&text[..at], to, &text[at + from.len()..]].concat()
}

fn table() -> impl Iterator<Item = [&'static str; 3]> {
    let lines = include_str!("../tables/damages.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let parts: Vec<&str> = line.splitn(3, " | ").collect();
        parts.try_into().unwrap_or_else(|_| panic!("{line}"))
    })
}

#[test]
fn each_damage_is_found_by_its_rule_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let whole = sample();
    let mut wrong = Vec::new();
    for [want, at, steps] in table() {
        let mut records = whole.clone();
        damage(&mut records, at, steps);
        let bare: Vec<Vec<u8>> = records.iter().map(|(_, record)| record.clone()).collect();
        let (bytes, offsets) = join(&bare);
        let want: Vec<String> = want
            .split(' ')
            .map(|want| {
                let (code, at) = want.split_once('@').unwrap_or((want, at));
                let at = records.iter().position(|(name, _)| name == at).unwrap();
                format!("{code}@{}", offsets[at])
            })
            .collect();
        let path = folder.path().join(NAME);
        std::fs::write(&path, bytes).unwrap();
        let (verdict, found) = judge(&[path], &as_bar());
        let codes: Vec<String> =
            found.iter().map(|finding| format!("{}@{}", finding.rule, finding.offset)).collect();
        if codes != want || !verdict.unusable.is_empty() {
            wrong.push(format!("{at} {steps}\n  want {want:?}\n  have {codes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_of_a_record_stands_in_the_table() {
    let tried: BTreeSet<&str> = table()
        .flat_map(|[want, ..]| want.split(' '))
        .map(|want| want.split('@').next().unwrap())
        .collect();
    // Those of containers, indexes and packages have tests of their own; brackets were no fault in
    // WARC 1.0.
    let elsewhere = ["file.", "index.", "wacz.", "uri.brackets-old"];
    let untried: Vec<&str> = warraq::verify::rules()
        .map(|rule| rule.code)
        .filter(|code| !elsewhere.iter().any(|room| code.starts_with(room)))
        .filter(|code| !tried.contains(code))
        .collect();
    assert_eq!(untried, [""; 0]);
    let mut codes: Vec<&str> = warraq::verify::rules().map(|rule| rule.code).collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count, "a code stands for one rule");
}
