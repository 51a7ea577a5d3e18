//! WARCs of other writers, and such as nobody should write.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use warraq::index::{self, Captures, IndexError, Line};
use warraq::record::reader::{self, Records};

use super::{cases, spelled, unescape};

const H: &str = "WARC-Date: 2026-11-22T09:30:00Z\\r\\nContent-Type: application/http; msgtype=response\\r\\nWARC-Payload-Digest: sha1:AA\\r\\n";
const B: &str = "Content-Length: 46\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\nok\\r\\n\\r\\n";

fn captures(bytes: &[u8]) -> Vec<Result<Line, IndexError>> {
    let records = Records::over("w", Box::new(Cursor::new(bytes.to_vec())), 0).unwrap();
    Captures::over(records).collect()
}

fn told(bytes: &[u8]) -> Vec<String> {
    let spell = |found: Result<Line, IndexError>| match found {
        Ok(line) => format!("{} {}", line.key, spelled(&line)),
        Err(why) => format!("! {why}"),
    };
    captures(bytes).into_iter().map(spell).collect()
}

fn member(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn frame(plain: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest)
}

/// A record with a body of its own.
fn response(url: &str, more: &str, body: &str) -> Vec<u8> {
    let block = format!("HTTP/1.1 200 OK\r\n\r\n{body}");
    format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Record-ID: <urn:r>\r\n\
         WARC-Date: 2026-11-22T09:30:00Z\r\nContent-Type: application/http\r\n{more}\
         Content-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
    .into_bytes()
}

fn request(url: &str, asked: &str) -> Vec<u8> {
    format!(
        "WARC/1.1\r\nWARC-Type: request\r\nWARC-Target-URI: {url}\r\nWARC-Concurrent-To: <urn:r>\r\n\
         Content-Type: application/http\r\nContent-Length: {}\r\n\r\n{asked}\r\n\r\n",
        asked.len()
    )
    .into_bytes()
}

#[test]
fn the_table_of_foreign_habits() {
    let table = include_str!("../tables/warc-foreign.txt");
    for [name, record, want] in cases(table) {
        let record = unescape(&record.replace("{H}", H).replace("{B}", B));
        // A second record shows that the first did not take it along.
        let whole = [&record[..], &response("http://b.org/", "", "ok")].concat();
        let last =
            "org,b)/ 20261122093000 http://b.org/ - 200 sha1:PKC7I5SLXVW26HBVIXX3X4HSPGTNYC7L";
        let mut all: Vec<String> =
            [want].into_iter().filter(|want| !want.is_empty()).map(str::to_owned).collect();
        let is_cut = want.contains("bytes of the record are missing");
        let file = if is_cut { record.clone() } else { whole };
        all.extend((!is_cut).then(|| last.to_owned()));
        let want: Vec<String> =
            all.iter().map(|want| want.replace("\\u{1b}", "\u{1b}").replace("\\0", "\0")).collect();
        assert_eq!(told(&file), want, "{name}");
    }
}

#[test]
fn one_member_for_all_is_refused_with_a_remedy() {
    let two = [response("http://a.org/", "", "a"), response("http://b.org/", "", "b")].concat();
    let shared = "! w@0: several records share this compressed member, so an index cannot lead to them; write the file anew with a member for each record (`warcio recompress w NEW`)";
    assert_eq!(told(&member(&two)), [shared]);
    // A file may have both kinds.
    let alone = member(&response("http://c.org/", "", "c"));
    let mixed = told(&[alone.clone(), member(&two), alone].concat());
    assert_eq!(mixed.len(), 3);
    assert!(mixed[1].starts_with("! w@"), "{mixed:?}");
}

#[test]
fn damage_between_members_costs_only_itself() {
    let one = |url: &str| member(&response(url, "", "x"));
    let mut torn = one("http://torn.org/");
    let middle = torn.len() / 2;
    torn[middle] ^= 0xff;
    let file = [
        one("http://a.org/"),
        b"garbage".to_vec(),
        one("http://b.org/"),
        torn,
        one("http://c.org/"),
    ];
    let told = told(&file.concat());
    let keys: Vec<&str> = told.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(keys, ["org,a)/", "!", "org,b)/", "!", "org,c)/"], "{told:?}");
}

#[test]
fn zstd_is_read_frame_by_frame() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.warc.zst");
    let urls = ["http://a.org/", "http://b.org/", "http://c.org/"];
    let mut file = b"\x5d\x2a\x4d\x18\x03\0\0\0abc".to_vec();
    for url in urls {
        file.extend(frame(&response(url, "", &"text ".repeat(40_000))));
    }
    std::fs::write(&path, &file).unwrap();
    let lines: Vec<Line> = index::captures(&path).unwrap().map(Result::unwrap).collect();
    assert_eq!(lines.iter().map(|line| line.url.as_str()).collect::<Vec<_>>(), urls);
    assert_eq!(lines[0].at.offset, 11);
    for line in &lines {
        let entry = reader::read_at(folder.path(), &line.at).unwrap();
        assert_eq!(entry.target_uri(), Some(line.url.as_str()));
        assert_eq!(entry.locator, line.at);
    }
    let damaged = |at: usize| {
        let mut bytes = file.clone();
        bytes[at] ^= 0x55;
        let keys = told(&bytes).into_iter().map(|line| line.split(' ').next().unwrap().to_owned());
        keys.collect::<Vec<_>>()
    };
    let middle = usize::try_from(lines[1].at.offset + lines[1].at.length / 2).unwrap();
    assert_eq!(damaged(middle), ["org,a)/", "!", "org,c)/"]);
    let two =
        frame(&[response("http://a.org/", "", ""), response("http://b.org/", "", "")].concat());
    assert_eq!(told(&two).len(), 1);
    assert!(told(&two)[0].contains("several records share"));
}

#[test]
fn what_was_posted_is_part_of_the_key() {
    let url = "http://a.org/form";
    let ask = |method: &str, media: &str, body: &str| {
        let asked = format!(
            "{method} /form HTTP/1.1\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        request(url, &asked)
    };
    let answer = response(url, "", "ok");
    let form = "application/x-www-form-urlencoded";
    let keys = |records: &[Vec<u8>]| -> Vec<String> {
        captures(&records.concat()).into_iter().map(|line| line.unwrap().key).collect()
    };
    let posted = ["org,a)/form?__wb_method=post&b=1"];
    assert_eq!(keys(&[answer.clone(), ask("POST", form, "b=1")]), posted);
    // The request may come first, as with wget, where the response names it.
    let first = String::from_utf8(ask("POST", form, "b=1")).unwrap();
    let first = first.replace("WARC-Concurrent-To: <urn:r>", "WARC-Record-ID: <urn:q>");
    let second = response(url, "WARC-Concurrent-To: <urn:q>\r\n", "ok");
    assert_eq!(keys(&[first.into_bytes(), second]), posted);
    assert_eq!(keys(&[answer.clone(), ask("GET", form, "b=1")]), ["org,a)/form"]);
    // A request of somebody else's is none of this response's.
    let other = String::from_utf8(ask("POST", form, "b=1")).unwrap().replace("<urn:r>", "<urn:s>");
    assert_eq!(keys(&[answer.clone(), other.into_bytes()]), ["org,a)/form"]);
    let third = [answer.clone(), response("http://b.org/", "", ""), ask("POST", form, "b=1")];
    assert_eq!(keys(&third), ["org,a)/form", "org,b)/"]);
    let long = ask("PUT", "application/json", &format!("{{\"a\": \"{}\"}}", "x".repeat(2 << 20)));
    let line = captures(&[answer, long].concat()).remove(0).unwrap();
    assert_eq!((line.method.as_deref(), line.body.as_deref()), (Some("PUT"), Some("")));
}

#[test]
fn a_long_header_is_an_error_and_a_long_url_is_not() {
    let url = format!("http://a.org/{}", "é".repeat(60_000));
    let found = captures(&[response(&url, "", "x"), response("http://b.org/", "", "")].concat());
    let line = found[0].as_ref().unwrap();
    assert!(line.to_string().len() < warraq::index::MAX_LINE);
    assert_eq!(found.len(), 2);
    let long = response(&format!("http://a.org/{}", "x".repeat(300_000)), "", "x");
    assert!(captures(&long)[0].is_err());
}

/// Pieces of WARCs in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"WARC/1.1\r\n".to_vec()),
        Just(b"WARC-Type: response\r\n".to_vec()),
        Just(b"WARC-Type: request\r\n".to_vec()),
        Just(b"WARC-Type: resource\r\n".to_vec()),
        Just(b"WARC-Target-URI: http://a.org/\r\n".to_vec()),
        Just(b"WARC-Date: 2026-11-22T09:30:00Z\r\n".to_vec()),
        Just(b"Content-Length: 20\r\n\r\n".to_vec()),
        Just(b"Content-Length: 99999999999\r\n\r\n".to_vec()),
        Just(b"POST / HTTP/1.1\r\nContent-Type: multipart/x; boundary=\r\n\r\n--\r\n".to_vec()),
        Just(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n".to_vec()),
        Just(b"\r\n\r\n".to_vec()),
        Just(response("http://a.org/", "", "ok")),
        Just(request(
            "http://a.org/",
            "POST / HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"a\":[{}"
        )),
        proptest::collection::vec(any::<u8>(), 0..30),
    ];
    proptest::collection::vec((piece, 0..5), 0..12).prop_map(|pieces| {
        let packed = |(piece, how): (Vec<u8>, i32)| match how {
            0 | 1 => member(&piece),
            2 => frame(&piece),
            _ => piece,
        };
        pieces.into_iter().flat_map(packed).collect()
    })
}

proptest! {
    #[test]
    fn any_bytes_are_indexed(bytes in pieces()) {
        for found in captures(&bytes) {
            match found {
                Ok(line) => {
                    let written = line.to_string();
                    prop_assert!(written.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
                    prop_assert_eq!(Line::parse(written.as_bytes()), Ok(line));
                }
                Err(why) => prop_assert!(why.to_string().contains('w')),
            }
        }
    }
}
