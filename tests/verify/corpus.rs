//! Files nobody should write, each with a good record behind the bad one: the seed corpus.

use std::io::Write;

use flate2::write::{DeflateEncoder, ZlibEncoder};
use flate2::{Compression, GzBuilder};

use crate::bench::member;

/// More than the child processes may hold.
const BOMB: usize = 100_000_000;

/// One file.
pub(crate) struct Seed {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    /// Whether the good record can be read in it.
    pub(crate) good: bool,
}

const DATE: &str = "2026-11-22T09:30:00.125Z";

fn record(kind: &str, target: &str, fields: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{:012x}>\r\n\
         WARC-Date: {DATE}\r\nWARC-Target-URI: {target}\r\n{fields}Content-Length: {}\r\n\r\n",
        block.len() * 31 + target.len(),
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

const HTTP: &str = "Content-Type: application/http; msgtype=response\r\n";

fn response(head: &str, body: &[u8]) -> Vec<u8> {
    let block = [head.as_bytes(), body].concat();
    record("response", "https://news.example/bad", HTTP, &block)
}

/// An article that every reader finds.
pub(crate) fn good() -> Vec<u8> {
    let text = "<p>The copyist took the page, read it twice, and wrote it down for the market.</p>";
    let page = format!(
        "<html lang=en><title>Good</title><article><h1>Good</h1>{}</article></html>",
        text.repeat(12)
    );
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
        page.len()
    );
    let block = [head.as_bytes(), page.as_bytes()].concat();
    record("response", "https://news.example/good", HTTP, &block)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    member(bytes)
}

/// All of them.
pub(crate) fn seeds() -> Vec<Seed> {
    let mut all = Vec::new();
    all.extend(lengths());
    all.extend(bombs());
    all.extend(chunks());
    all.extend(containers());
    all.extend(fields());
    all.extend(messages());
    all.extend(pages());
    all
}

/// The bad record in a member of its own, the good one behind it.
fn beside(name: &str, bad: &[u8]) -> Seed {
    raw(name, [gzip(bad), gzip(&good())].concat())
}

fn raw(name: &str, bytes: Vec<u8>) -> Seed {
    Seed { name: format!("{name}.warc.gz"), bytes, good: true }
}

fn with_length(length: &str) -> Vec<u8> {
    let text = format!(
        "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Date: {DATE}\r\n\
         WARC-Target-URI: https://news.example/bad\r\n{length}\r\nshort block\r\n\r\n"
    );
    text.into_bytes()
}

fn lengths() -> Vec<Seed> {
    let said = [
        ("2-64", "Content-Length: 18446744073709551615\r\n"),
        ("10-16", "Content-Length: 10000000000000000\r\n"),
        ("negative", "Content-Length: -5\r\n"),
        ("exponent", "Content-Length: 1e9\r\n"),
        ("blank", "Content-Length:\r\n"),
        ("missing", ""),
        ("twice", "Content-Length: 11\r\nContent-Length: 12\r\n"),
        ("shorter", "Content-Length: 5\r\n"),
        ("longer", "Content-Length: 50\r\n"),
        ("endless", "X-Endless: y"),
    ];
    let mut all: Vec<Seed> = said
        .iter()
        .map(|(name, said)| beside(&format!("length-{name}"), &with_length(said)))
        .collect();
    let swallowed = |name: &str, said: &str| Seed {
        name: format!("plain-{name}.warc"),
        bytes: [with_length(said), good()].concat(),
        good: false,
    };
    all.push(swallowed("2-64", "Content-Length: 18446744073709551615\r\n"));
    all.push(swallowed("10-16", "Content-Length: 10000000000000000\r\n"));
    let plain = [with_length("Content-Length: 5\r\n"), good()].concat();
    all.push(Seed { name: "plain-shorter.warc".into(), bytes: plain, good: true });
    all
}

/// A member of `length` bytes after `before`, made without holding them.
fn inflated(before: &[u8], byte: u8, length: usize, after: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::best());
    encoder.write_all(before).unwrap();
    let step = vec![byte; 1 << 20];
    for at in (0..length).step_by(step.len()) {
        encoder.write_all(&step[..step.len().min(length - at)]).unwrap();
    }
    encoder.write_all(after).unwrap();
    encoder.finish().unwrap()
}

fn bombs() -> Vec<Seed> {
    let behind = |name: &str, bad: Vec<u8>| raw(name, [bad, gzip(&good())].concat());
    let head = |length: usize| {
        format!(
            "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:x:1>\r\nWARC-Date: {DATE}\r\n\
             WARC-Target-URI: https://news.example/zeros\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let one = inflated(head(BOMB).as_bytes(), 0, BOMB, b"\r\n\r\n");
    let small = inflated(head(1 << 20).as_bytes(), 0, 1 << 20, b"\r\n\r\n").repeat(30);
    let body = |inner: &[u8], coding: &str| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: {coding}\r\n\
             Content-Length: {}\r\n\r\n",
            inner.len()
        );
        response(&head, inner)
    };
    let page = inflated(b"<p>", b'a', 20_000_000, b"");
    let nested = inflated(&[], 0, 5_000_000, b"");
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    for _ in 0..20 {
        zlib.write_all(&vec![b'a'; 1 << 20]).unwrap();
        deflate.write_all(&vec![b'a'; 1 << 20]).unwrap();
    }
    vec![
        behind("bomb-member", one),
        behind("bomb-many", small),
        behind("bomb-header-line", inflated(b"WARC/1.1\r\nX: ", b'a', BOMB, b"\r\n\r\n")),
        behind("bomb-header-end", inflated(b"WARC/1.1\r\n", b'\n', BOMB, b"")),
        beside(
            "bomb-fields",
            &[b"WARC/1.1\r\n".as_slice(), &b"X: y\r\n".repeat(1_000_000)].concat(),
        ),
        beside("bomb-body-gzip", &body(&page, "gzip")),
        beside("bomb-body-twice", &body(&gzip(&nested), "gzip, gzip")),
        beside("bomb-body-hundred", &body(&page, &"gzip, ".repeat(100))),
        beside("bomb-body-zlib", &body(&zlib.finish().unwrap(), "deflate")),
        beside("bomb-body-deflate", &body(&deflate.finish().unwrap(), "deflate")),
        beside("bomb-body-lies-br", &body(&page, "br")),
        beside("bomb-body-lies-zstd", &body(&page, "zstd")),
    ]
}

fn chunks() -> Vec<Seed> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n";
    let ones = "1\r\na\r\n".repeat(50_000);
    [
        ("huge", "ffffffffffffffff\r\nabc"),
        ("over", "fffffffffffffffff\r\nabc"),
        ("negative", "-3\r\nabc\r\n"),
        ("ones", ones.as_str()),
        ("padded", "00000000000000003 \r\nabc\r\n0\r\n\r\n"),
        ("extension", "3;a=\"b\"\r\nabc\r\n0\r\n\r\n"),
        ("lf", "3\nabc\n0\n\n"),
        ("no-last", "3\r\nabc\r\n"),
        ("behind", "3\r\nabc\r\n0\r\n\r\nexcess"),
        ("not", "<p>no chunks at all"),
    ]
    .iter()
    .map(|(name, body)| beside(&format!("chunk-{name}"), &response(head, body.as_bytes())))
    .collect()
}

fn containers() -> Vec<Seed> {
    let (bad, behind) = (gzip(&response("HTTP/1.1 200 OK\r\n\r\n", b"x")), gzip(&good()));
    let mut crc = bad.clone();
    let mut size = bad.clone();
    let end = bad.len();
    crc[end - 8] ^= 1;
    size[end - 1] ^= 1;
    let plain = response("HTTP/1.1 200 OK\r\n\r\n", b"x");
    let (first, second) = plain.split_at(60);
    let mut named = GzBuilder::new()
        .filename("../x")
        .comment("c")
        .extra(*b"xxxx")
        .write(Vec::new(), Compression::fast());
    named.write_all(&plain).unwrap();
    let inner = response(
        "HTTP/1.1 200 OK\r\n\r\n",
        b"\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\n\r\n\x1f\x8b\x08",
    );
    let file = |name: &str, bytes: Vec<u8>, good| Seed { name: name.into(), bytes, good };
    vec![
        raw("cut-behind", [behind.clone(), bad[..end - 9].to_vec()].concat()),
        raw("crc", [crc, behind.clone()].concat()),
        raw("size", [size, behind.clone()].concat()),
        raw("garbage", [bad.clone(), b"between the members".to_vec(), behind.clone()].concat()),
        raw("zeros", [bad.clone(), vec![0; 4096], behind.clone()].concat()),
        raw("empty-members", [gzip(b"").repeat(500), behind.clone()].concat()),
        // The third magic claims a name that has no end.
        file("magic.warc.gz", [b"\x1f\x8b\x08".repeat(500), behind.clone()].concat(), false),
        file("one-member.warc.gz", gzip(&[plain.clone(), good()].concat()), true),
        raw("split", [gzip(first), gzip(second), behind.clone()].concat()),
        raw("named", [named.finish().unwrap(), behind.clone()].concat()),
        beside("inside", &inner),
        file("plain.warc.gz", [plain, good()].concat(), true),
        file(
            "arc.warc.gz",
            b"filedesc://x.arc 0.0.0.0 20260101000000 text/plain 10\n".to_vec(),
            false,
        ),
        file("zip.warc.gz", b"PK\x03\x04 no zip at all".to_vec(), false),
        file("zst.warc.zst", b"\x28\xb5\x2f\xfd\x04\0\xff\xff\xff".to_vec(), false),
        file("dictionary.warc.zst", b"\x5d\x2a\x4d\x18\xff\xff\xff\xff\0\0".to_vec(), false),
        file("nothing.warc.gz", Vec::new(), false),
        file("one-byte.warc", vec![b'W'], false),
    ]
}

fn fields() -> Vec<Seed> {
    let with = |name: &str, fields: &[u8]| {
        let head =
            [b"WARC/1.1\r\n".as_slice(), fields, b"Content-Length: 2\r\n\r\nhi\r\n\r\n"].concat();
        beside(&format!("field-{name}"), &head)
    };
    let target = |uri: &str| {
        format!("WARC-Type: resource\r\nWARC-Date: {DATE}\r\nWARC-Target-URI: {uri}\r\n")
    };
    let date = |date: &str| {
        format!(
            "WARC-Type: resource\r\nWARC-Date: {date}\r\nWARC-Target-URI: https://news.example/d\r\n"
        )
    };
    let mut all = vec![
        with(
            "not-utf8",
            b"WARC-Type: resource\r\nX: \xff\xfe\r\nWARC-Target-URI: http://\xd8\xae/\r\n",
        ),
        with("nul", b"WARC-Type: re\0source\r\nWARC-Target-URI: http://a\0b/\r\n"),
        with("bare-cr", b"WARC-Type: resource\rX: y\r\n"),
        with("bare-lf", b"WARC-Type: resource\nX: y\n"),
        with("folded", b" WARC-Type: resource\r\n\tmore\r\nX: y\r\n z\r\n"),
        with("no-space", b"WARC-Type:resource\r\nWARC-Target-URI:https://a.example/\r\n"),
        with("lower", b"warc-type: resource\r\nwarc-target-uri: https://a.example/\r\n"),
        with("ids", b"WARC-Type: resource\r\nWARC-Record-ID: no-uri\r\nWARC-Record-ID: <x>\r\n"),
    ];
    let long = format!("https://news.example/{}", "a".repeat(1 << 20));
    let medium = format!("https://news.example/{}", "a".repeat(200_000));
    let uris = [
        "<https://news.example/b>",
        "https://news.example/خ بر",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://xn--/",
        "https://[::1/",
        "http://",
        "dns:",
        &long,
        &medium,
    ];
    all.extend(
        uris.iter().enumerate().map(|(n, uri)| with(&format!("uri-{n}"), target(uri).as_bytes())),
    );
    let dates = [
        "2026-11-22T09:30:00+01:00",
        "2026",
        "2026-12-31T23:59:60Z",
        "20261122093000",
        "2026-02-30T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "-9999-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "99999-01-01T00:00:00Z",
        "",
        "2026-11-22T09:30:00.Z",
    ];
    all.extend(
        dates.iter().enumerate().map(|(n, text)| with(&format!("date-{n}"), date(text).as_bytes())),
    );
    let revisit = |id: &str, to: &str, digest: &str| {
        let fields = format!(
            "WARC-Record-ID: <{id}>\r\nWARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\n\
             WARC-Refers-To: <{to}>\r\nWARC-Refers-To-Target-URI: https://news.example/r\r\n\
             WARC-Refers-To-Date: {DATE}\r\nWARC-Payload-Digest: {digest}\r\nWARC-Concurrent-To: <{to}>\r\n"
        );
        record("revisit", "https://news.example/r", &fields, b"")
    };
    let ring = [
        revisit("urn:a", "urn:b", "sha1:abc"),
        revisit("urn:b", "urn:c", "sha1:"),
        revisit("urn:c", "urn:a", "md5:d41d8cd98f00b204e9800998ecf8427e"),
        revisit("urn:d", "urn:d", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        revisit("urn:e", "urn:nothing", "blake9:zz"),
    ];
    let members: Vec<u8> = ring.iter().flat_map(|record| gzip(record)).collect();
    all.push(raw("revisit-ring", [members, gzip(&good())].concat()));
    all
}

fn messages() -> Vec<Seed> {
    let gz = gzip(b"<p>packed");
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("no-status", "Content-Type: text/html\r\n\r\n", b"x".to_vec()),
        ("two", "HTTP/2 200\r\n\r\n", b"x".to_vec()),
        ("icy", "ICY 200 OK\r\n\r\n", b"x".to_vec()),
        ("99", "HTTP/1.1 99 x\r\n\r\n", b"x".to_vec()),
        ("1000", "HTTP/1.1 1000 x\r\n\r\n", b"x".to_vec()),
        ("no-blank", "HTTP/1.1 200 OK\r\nA: b\r\n", b"".to_vec()),
        ("interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", b"x".to_vec()),
        (
            "both",
            "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1\r\na\r\n0\r\n\r\n".to_vec(),
        ),
        (
            "says-gzip",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n",
            b"<p>plain".to_vec(),
        ),
        ("is-gzip", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", gz),
        (
            "types",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Type: image/png\r\nContent-Type: ;;;\r\n\r\n",
            b"x".to_vec(),
        ),
        (
            "charset",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-16\r\n\r\n",
            b"<p>\xff\xfe\xd8\0".to_vec(),
        ),
        (
            "multipart",
            "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=\r\n\r\n",
            b"--\r\n".to_vec(),
        ),
        (
            "206",
            "HTTP/1.1 206 Partial\r\nContent-Range: bytes 9-1/0\r\nContent-Type: text/html\r\n\r\n",
            b"x".to_vec(),
        ),
        ("empty", "", Vec::new()),
    ];
    cases
        .iter()
        .map(|(name, head, body)| beside(&format!("http-{name}"), &response(head, body)))
        .collect()
}

fn pages() -> Vec<Seed> {
    let html = |name: &str, body: &str| {
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
        beside(&format!("page-{name}"), &response(head, body.as_bytes()))
    };
    let title =
        |title: &str| format!("<html><title>{title}</title><article><h1>{title}</h1></article>");
    vec![
        html("deep", &"<div>".repeat(100_000)),
        html("formula", &title("=cmd|' /C calc'!A0")),
        html("separators", &title("a\u{2028}b\u{2029}c\u{202e}d\u{1b}[2J")),
        html(
            "surrogates",
            r#"<script type="application/ld+json">{"@type":"NewsArticle","headline":"\ud800"}</script>"#,
        ),
        html(
            "json-deep",
            &format!("<script type='application/ld+json'>{}</script>", "[".repeat(100_000)),
        ),
        html("attributes", &format!("<p {}>", "a=b ".repeat(50_000))),
    ]
}

/// Indexes, for `verify`.
pub(crate) fn indexes() -> Vec<Vec<u8>> {
    let line = |rest: &str| format!("example,news)/good 20261122093000 {rest}\n").into_bytes();
    let mut all = vec![
        vec![b'a'; 10_000_000],
        vec![0; 10_000],
        b"\xff\xfe\n\n\n \n  {}\n".to_vec(),
        line("{\"url\":"),
        line(&"[".repeat(200_000)),
        line(&format!("{{\"a\":{}", "{\"a\":".repeat(200_000))),
        line(
            r#"{"url":"x","filename":"../../etc/passwd","offset":"18446744073709551615","length":"-1"}"#,
        ),
        line(r#"{"url":"x","filename":"x","offset":18446744073709551616,"length":1e9}"#),
        line(r#"{"url":["x"],"filename":{},"offset":null,"length":true}"#),
        b"!meta 0 {}\n CDX N b a m s k r M S V g\n".to_vec(),
        inflated(b"example,news)/ ", b'x', BOMB, b"\n"),
        inflated(b"", b'\n', 20_000_000, b""),
    ];
    let cut = gzip(&line("{}"));
    all.push(cut[..cut.len() - 4].to_vec());
    all
}
