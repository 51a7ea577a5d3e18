//! Small answers that cost much: coding bombs, deep trees, endless attributes (faults 9, 40, 53, 54).

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use nix::sys::resource::{UsageWho, getrusage};

use super::run::{Crawl, watched};
use super::web::{Web, page, reply};

/// Address space the program may have: far under what a bomb unpacks to.
const LIMIT_KB: u64 = 4_000_000;

/// Memory any process of these tests may have come to.
const PEAK_MB: i64 = 500;

fn gzip(parts: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    parts.for_each(|part| out.write_all(&part).unwrap());
    out.finish().unwrap()
}

fn bomb() -> Vec<u8> {
    let start = std::iter::once(b"<title>Bomb</title><a href=/after>x</a>".to_vec());
    gzip(start.chain((0..1024).map(|_| vec![b' '; 1 << 20])))
}

/// 888 bytes of brotli for 1 GiB.
fn brotli() -> Vec<u8> {
    let lines = include_str!("../tables/brotli-bomb.txt").lines();
    let digits: String = lines.filter(|line| !line.starts_with('#')).collect();
    data_encoding::HEXLOWER.decode(digits.as_bytes()).unwrap()
}

/// A frame of zstd (RFC 8878 §3.1): 8,192 blocks of one byte repeated 131,072 times, 1 GiB.
fn zstd() -> Vec<u8> {
    // Magic; no content size, no checksum; a window of 128 KiB.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0x38];
    for at in 0..8_192_u32 {
        let is_last = u32::from(at == 8_191);
        let header = (131_072 << 3) | (1 << 1) | is_last;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(b' ');
    }
    frame
}

fn deflate(part: &[u8]) -> Vec<u8> {
    let mut out = DeflateEncoder::new(Vec::new(), Compression::best());
    (0..256).for_each(|_| out.write_all(part).unwrap());
    out.finish().unwrap()
}

/// Crawls one such page beside ten plain ones, in bounded memory.
fn blast(name: &str, body: Vec<u8>, fields: &'static [&'static str]) -> Crawl {
    let web = Web::new(move |asked| {
        Some(match (asked.host.as_str(), asked.path.as_str()) {
            (_, "/robots.txt") => return None,
            ("bomb.test", "/") => reply(200, fields, &body),
            _ => page(&format!("<title>{}</title>", asked.path)),
        })
    });
    let crawl = Crawl::of(&web);
    let plain: Vec<String> = (0..10).map(|at| format!("http://plain.test/{at}")).collect();
    let mut args: Vec<&str> = plain.iter().map(String::as_str).collect();
    args.extend(["http://bomb.test/", "--total-timeout", "30s", "--idle-timeout", "10s"]);
    let inner = crawl.command(&args);
    let mut command = std::process::Command::new("bash");
    let script = format!("ulimit -v {LIMIT_KB}; exec \"$@\"");
    command.args(["-c", &script, "limited"]).arg(inner.get_program()).args(inner.get_args());
    let run = watched(command);
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() / 1024;
    println!("{name:<14} {:?}, largest process so far {peak} MB", run.took);
    assert!(peak < PEAK_MB, "{name}: {peak} MB");
    assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
    assert_eq!(crawl.end("http://bomb.test/"), "captured 200", "{name}: {}", run.stderr);
    for seed in &plain {
        assert_eq!(crawl.end(seed), "captured 200", "{name}");
    }
    assert_eq!(crawl.records_of("response", "http://bomb.test/").len(), 1);
    crawl
}

const HTML: &[&str] = &["Content-Type: text/html; charset=utf-8"];
const GZIP: &[&str] = &["Content-Type: text/html", "Content-Encoding: gzip"];
const BROTLI: &[&str] = &["Content-Type: text/html", "Content-Encoding: br"];
const ZSTD: &[&str] = &["Content-Type: text/html", "Content-Encoding: zstd"];
const DEFLATE: &[&str] = &["Content-Type: text/html", "Content-Encoding: deflate"];
const HUNDRED: &[&str] = &[
    "Content-Type: text/html",
    "Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip",
];
const NESTED: &[&str] = &["Content-Type: text/html", "Content-Encoding: gzip, gzip, gzip"];

#[test]
fn coding_bombs_are_cut() {
    blast("gzip", bomb(), GZIP);
    blast("gzip in gzip", gzip(std::iter::once(gzip(std::iter::once(bomb())))), NESTED);
    blast("no gzip", b"not gzip at all".to_vec(), GZIP);
    blast("brotli", brotli(), BROTLI);
    blast("zstd", zstd(), ZSTD);
    blast("deflate", deflate(&vec![b' '; 1 << 20]), DEFLATE);
    blast("many codings", bomb(), HUNDRED);
    let cut = bomb();
    blast("cut gzip", cut[..cut.len() / 2].to_vec(), GZIP);
}

#[test]
fn deep_and_wide_trees_are_bounded() {
    blast("200k divs", "<div>".repeat(200_000).into_bytes(), HTML);
    blast("20k tables", "<table><tr><td>".repeat(20_000).into_bytes(), HTML);
    blast("20k a font p", "<a><font><p>".repeat(20_000).into_bytes(), HTML);
    blast("100k b", "<b>".repeat(100_000).into_bytes(), HTML);
    blast(
        "50k attributes",
        format!("<p {}>", (0..50_000).map(|n| format!("a{n}=b ")).collect::<String>()).into_bytes(),
        HTML,
    );
    blast("10 MB title", format!("<title>{}</title>", "t".repeat(10 << 20)).into_bytes(), HTML);
    blast("16 MB of <", vec![b'<'; 16 << 20], HTML);
    blast("1 M lis", "<li>a</li>".repeat(1_000_000).into_bytes(), HTML);
}

#[test]
fn a_hundred_thousand_links_are_all_counted() {
    let links: String =
        (0..100_000).map(|at| format!("<a href=\"/l/{at}\">link {at}</a>\n")).collect();
    let crawl = blast("100k links", links.into_bytes(), HTML);
    let refused = crawl.ledger().iter().filter(|line| line["rule"] == "depth").count();
    assert_eq!(refused, 100_000);
}
