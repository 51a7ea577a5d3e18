//! An archive on the bench: taken apart into records, one thing damaged, put together again.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use warraq::digest::Digest;
use warraq::record::{entity, reader};
use warraq::verify::{self, Finding, Options, Profile, Verdict};

use crate::sample::{AT, write_all_kinds, writer};

/// The name the sample archive has.
pub(crate) const NAME: &str = "test-20261122093000125-00001-desk.warc.gz";

/// The records of the sample archive, uncompressed.
pub(crate) fn records() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    write_all_kinds(&mut writer);
    writer.seal().unwrap();
    let path = reader::files(folder.path()).unwrap().remove(0);
    assert_eq!(path.file_name().unwrap(), NAME);
    split(&fs::read(path).unwrap())
}

/// The plain bytes of each member.
pub(crate) fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut plain = Vec::new();
    while !bytes.is_empty() {
        let mut decoder = GzDecoder::new(bytes);
        let mut member = Vec::new();
        decoder.read_to_end(&mut member).unwrap();
        bytes = decoder.into_inner();
        plain.push(member);
    }
    plain
}

pub(crate) fn member(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

/// A member for each record, and where each begins.
pub(crate) fn join(records: &[Vec<u8>]) -> (Vec<u8>, Vec<u64>) {
    let (mut bytes, mut offsets) = (Vec::new(), Vec::new());
    for record in records {
        offsets.push(bytes.len() as u64);
        bytes.extend(member(record));
    }
    (bytes, offsets)
}

pub(crate) fn options() -> Options {
    Options { profile: None, closed: true, limit: u64::MAX, now: AT }
}

pub(crate) fn judge(paths: &[PathBuf], options: &Options) -> (Verdict, Vec<Finding>) {
    let mut found = Vec::new();
    let verdict = verify::judge(paths, options, &mut |finding| found.push(finding.clone()));
    (verdict, found)
}

/// The findings in a file of these bytes, as `code@offset`.
pub(crate) fn codes(folder: &Path, name: &str, bytes: &[u8]) -> Vec<String> {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    let (verdict, found) = judge(&[path], &options());
    assert_eq!(verdict.unusable.len(), 0, "{:?}", verdict.unusable);
    found.iter().map(|finding| format!("{}@{}", finding.rule, finding.offset)).collect()
}

pub(crate) fn as_bar() -> Options {
    Options { profile: Some(Profile::Bar), ..options() }
}

/// Header and block of a record; its two line ends are left off.
pub(crate) fn parts(record: &[u8]) -> (String, Vec<u8>) {
    let end = record.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let block = record[end..].strip_suffix(b"\r\n\r\n").unwrap();
    (String::from_utf8(record[..end].to_vec()).unwrap(), block.to_vec())
}

/// The record with its length and digests put right; those it does not have stay away.
pub(crate) fn righted(header: &str, block: &[u8], payload: bool) -> Vec<u8> {
    let is_http = header.contains("Content-Type: application/http");
    let entity = if is_http { entity::split(block).entity.into_owned() } else { block.to_vec() };
    let mut out = String::new();
    for line in header.split_inclusive("\r\n") {
        let (name, _) = line.split_once(':').unwrap_or_default();
        match name {
            "Content-Length" => out.push_str(&format!("{name}: {}\r\n", block.len())),
            "WARC-Block-Digest" => out.push_str(&format!("{name}: {}\r\n", Digest::of(block))),
            "WARC-Payload-Digest" if payload => {
                out.push_str(&format!("{name}: {}\r\n", Digest::of(&entity)));
            }
            _ => out.push_str(line),
        }
    }
    [out.as_bytes(), block, b"\r\n\r\n"].concat()
}
