//! `cargo bench --bench archive [-- PAGES [BYTES]]`: writing and reading WARC files, in records per
//! CPU second, beside the `warc` crate's own writer and reader on the same records.
//!
//! Each round does the same work: a gzip member a record at level 6, SHA-1 of block and payload. The
//! crate does neither by itself; it is given flate2 and our digests. Machines differ: compare the
//! ratios.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a program that prints its measurements"
)]

use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use warc::{RecordBuilder, RecordType, WarcHeader, WarcReader, WarcWriter};
use warraq::digest::Digest;
use warraq::record::reader::Records;
use warraq::record::verify::verify;

#[path = "../tests/record/sample.rs"]
mod sample;
#[path = "../tests/site/mod.rs"]
mod site;

use site::bulk::Bulk;

/// Records of one exchange: response, request, metadata.
const RECORDS: usize = 3;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let pages = numbers.next().unwrap_or(4_000);
    let bytes = numbers.next().unwrap_or(50_000);
    let bulk = Bulk { pages, bytes };
    let replies: Vec<Vec<u8>> =
        (0..pages).map(|n| bulk.answer(&Bulk::url(n)).unwrap().bytes()).collect();
    let dir = tempfile::tempdir().unwrap();
    let plain: usize = replies.iter().map(Vec::len).sum();
    println!("{pages} exchanges, {} MB of responses", plain / 1_000_000);

    let records = pages * RECORDS;
    let ours = measure("write: warraq", records, || write_ours(dir.path(), &replies));
    let theirs = measure("write: warc crate + flate2", records, || {
        write_theirs(&dir.path().join("theirs"), &replies);
    });
    println!("  ratio                        {:.2}", ours / theirs);
    let file = warraq::record::name::files(dir.path()).unwrap().remove(0);
    let ours = measure("read: warraq", records, || read_ours(&file, false));
    measure("read: warraq, digests compared", records, || read_ours(&file, true));
    let theirs = measure("read: warc crate + flate2", records, || read_theirs(&file));
    println!("  ratio                        {:.2}", ours / theirs);
}

/// Records per CPU second of this process.
fn measure(what: &str, records: usize, work: impl FnOnce()) -> f64 {
    let before = cpu();
    work();
    let took = cpu() - before;
    let each = records as f64 / took;
    println!("{what:<32} {each:>9.0} records per CPU s  ({took:.2} s)");
    each
}

fn write_ours(folder: &Path, replies: &[Vec<u8>]) {
    let mut writer = sample::writer(folder);
    for (n, bytes) in replies.iter().enumerate() {
        let mut exchange = sample::page(n);
        exchange.reply = Some(sample::raw_reply(bytes));
        writer.file(exchange).unwrap();
    }
    writer.seal().unwrap();
}

/// The same records by the crate's builder and writer, each in a member of its own.
fn write_theirs(path: &PathBuf, replies: &[Vec<u8>]) {
    let mut file = BufWriter::with_capacity(256 << 10, File::create(path).unwrap());
    for (n, bytes) in replies.iter().enumerate() {
        let exchange = sample::page(n);
        let reply = sample::raw_reply(bytes);
        let request = exchange.request;
        let metadata = exchange.metadata.into_bytes();
        let parts = [
            (RecordType::Response, bytes.clone(), reply.block_digest),
            (RecordType::Request, request.clone(), Digest::of(&request)),
            (RecordType::Metadata, metadata.clone(), Digest::of(&metadata)),
        ];
        for (kind, body, digest) in parts {
            let record = RecordBuilder::default()
                .warc_type(kind)
                .header(WarcHeader::TargetURI, exchange.target_uri.as_str())
                .header(WarcHeader::BlockDigest, digest.to_string())
                .header(WarcHeader::PayloadDigest, reply.payload_digest.to_string())
                .body(body)
                .build()
                .unwrap();
            let mut member = GzEncoder::new(&mut file, Compression::new(6));
            WarcWriter::new(&mut member).write(&record).unwrap();
            member.finish().unwrap();
        }
    }
    file.flush().unwrap();
}

fn read_ours(path: &Path, digests: bool) {
    for entry in Records::open(path).unwrap() {
        let entry = entry.unwrap();
        if digests {
            assert!(verify(&entry).unwrap().is_empty());
        }
        black_box(entry.block.len());
    }
}

fn read_theirs(path: &Path) {
    let file = BufReader::with_capacity(256 << 10, File::open(path).unwrap());
    let plain = BufReader::with_capacity(256 << 10, MultiGzDecoder::new(file));
    for record in WarcReader::new(plain).iter_records() {
        black_box(record.unwrap().body().len());
    }
}

/// CPU seconds of this process so far.
fn cpu() -> f64 {
    let used = getrusage(UsageWho::RUSAGE_SELF).unwrap();
    seconds(used.user_time()) + seconds(used.system_time())
}

fn seconds(time: TimeVal) -> f64 {
    let micros = u64::try_from(time.tv_usec()).unwrap_or(0);
    let whole = u64::try_from(time.tv_sec()).unwrap_or(0);
    (Duration::from_secs(whole) + Duration::from_micros(micros)).as_secs_f64()
}
