//! WARC files as somebody else writes them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// One record.
pub(crate) fn record(kind: &str, fields: &[(&str, &str)], block: &str) -> Vec<u8> {
    let mut out = vec![format!("WARC/1.1\r\nWARC-Type: {kind}\r\n")];
    out.extend(fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")));
    out.push(format!("Content-Length: {}\r\n\r\n{block}\r\n\r\n", block.len()));
    out.concat().into_bytes()
}

/// A page captured at that second of the minute.
pub(crate) fn page(url: &str, second: u8, html: &str) -> Vec<u8> {
    let date = format!("2026-11-22T09:30:{second:02}Z");
    let id = format!("<urn:uuid:00000000-0000-4000-8000-0000000000{second:02}>");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
    record(
        "response",
        &[
            ("WARC-Record-ID", &id),
            ("WARC-Date", &date),
            ("WARC-Target-URI", url),
            ("Content-Type", "application/http; msgtype=response"),
        ],
        &format!("{head}{html}"),
    )
}

/// A revisit of what was captured at `url` in that second.
pub(crate) fn revisit(url: &str, of_second: u8) -> Vec<u8> {
    record(
        "revisit",
        &[
            ("WARC-Record-ID", "<urn:uuid:00000000-0000-4000-8000-000000000099>"),
            ("WARC-Date", "2026-11-23T09:30:00Z"),
            ("WARC-Target-URI", url),
            ("WARC-Profile", "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"),
            ("WARC-Refers-To-Target-URI", url),
            ("WARC-Refers-To-Date", &format!("2026-11-22T09:30:{of_second:02}Z")),
            ("Content-Type", "application/http; msgtype=response"),
        ],
        "HTTP/1.1 200 OK\r\n\r\n",
    )
}

/// A member for each record.
pub(crate) fn members(records: &[Vec<u8>]) -> Vec<u8> {
    records.iter().flat_map(|record| one_member(record)).collect()
}

pub(crate) fn one_member(bytes: &[u8]) -> Vec<u8> {
    let mut member = GzEncoder::new(Vec::new(), Compression::default());
    member.write_all(bytes).unwrap();
    member.finish().unwrap()
}

/// HTML of an article in one language with an alternate in another.
pub(crate) fn article(lang: &str, other: &str, sentence: &str) -> String {
    let body = sentence.repeat(25);
    format!(
        "<html lang={lang}><head><title>{lang}</title><link rel=alternate hreflang={other} \
         href=/{other}/mill></head><body><article><h1>The mill, {lang}</h1><p>{body}</p>\
         </article></body></html>"
    )
}
