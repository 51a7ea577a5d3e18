//! The record room: what is written, that it reads back, and that nothing breaks reader or repair.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

#[path = "record/hostile.rs"]
mod hostile;
#[path = "record/sample.rs"]
mod sample;

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use sample::*;
use warc::RecordType;
use warraq::digest::Digest;
use warraq::disk::Disk;
use warraq::event::Watch;
use warraq::lead::{Locator, Truncated};
use warraq::record::reader::{self, Entry, ReadError, Records};
use warraq::record::repair::{Fate, repair};
use warraq::record::verify::{Finding, verify};
use warraq::record::writer::Writer;
use warraq::record::{Block, Exchange, FieldError, Ids, Position, RecordError};

fn plain(path: &Path) -> Vec<u8> {
    let mut out = Vec::new();
    MultiGzDecoder::new(fs::read(path).unwrap().as_slice()).read_to_end(&mut out).unwrap();
    out
}

fn entries(path: &Path) -> Vec<Entry> {
    Records::open(path).unwrap().collect::<Result<_, _>>().unwrap()
}

fn bytes_of(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::new();
    entry.block.reader().read_to_end(&mut out).unwrap();
    out
}

/// The second reader: the one of the `warc` crate, streaming, over flate2.
fn read_by_warc_crate(path: &Path) -> Vec<(String, Vec<u8>)> {
    let file = fs::read(path).unwrap();
    let text = std::io::BufReader::new(MultiGzDecoder::new(file.as_slice()));
    let mut records = warc::WarcReader::new(text);
    let mut stream = records.stream_records();
    let mut found = Vec::new();
    while let Some(record) = stream.next_item() {
        let mut record = record.unwrap();
        let (kind, declared) = (record.warc_type().to_string(), record.content_length());
        let mut block = Vec::new();
        record.read_to_end(&mut block).unwrap();
        assert_eq!(block.len() as u64, declared);
        found.push((kind, block));
    }
    found
}

#[test]
fn the_archive_is_byte_exact() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    write_all_kinds(&mut writer);
    writer.seal().unwrap();
    let files = reader::files(folder.path()).unwrap();
    assert_eq!(names(&files), ["test-20261122093000125-00001-desk.warc.gz"]);
    let text = String::from_utf8(plain(&files[0])).unwrap();
    insta::assert_snapshot!("archive", text.replace("\r\n", "\u{240d}\n"));
    let gzip = fs::read(&files[0]).unwrap();
    assert_eq!(gzip[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    assert_eq!(Digest::of(&gzip).to_string(), GOLDEN);
}

/// SHA-1 of the compressed archive: it changes with the deflate library and with nothing else.
const GOLDEN: &str = "sha1:LU6TWTSJAWN6P4W2QSRKFAX2X5ZT3DWE";

#[test]
fn two_readers_agree_on_every_record() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    write_all_kinds(&mut writer);
    writer.seal().unwrap();
    let path = reader::files(folder.path()).unwrap().remove(0);
    let ours: Vec<_> = entries(&path).iter().map(|e| (e.kind.to_string(), bytes_of(e))).collect();
    assert_eq!(ours, read_by_warc_crate(&path));
    for entry in entries(&path) {
        assert_eq!(verify(&entry).unwrap(), [], "{}", entry.kind);
        assert!(entry.addressable);
    }
}

#[test]
fn a_locator_leads_to_its_record_open_or_sealed() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let filed: Vec<_> = (0..3).map(|n| writer.file(page(n)).unwrap()).collect();
    for sealed in [false, true] {
        for (n, filed) in filed.iter().enumerate() {
            let entry = reader::read_at(folder.path(), filed.reply.as_ref().unwrap()).unwrap();
            assert_eq!(entry.target_uri(), Some(page(n).target_uri.as_str()), "sealed: {sealed}");
            assert_eq!(entry.id(), filed.reply_id.as_deref());
            assert_eq!(entry.kind, RecordType::Response);
        }
        writer.seal().unwrap();
    }
    let mut nowhere = filed[0].reply.clone().unwrap();
    nowhere.file = format!("../{}", nowhere.file);
    assert!(matches!(reader::read_at(folder.path(), &nowhere), Err(ReadError::Nowhere { .. })));
    let outside = Locator { offset: 1 << 40, ..filed[0].reply.clone().unwrap() };
    assert!(matches!(reader::read_at(folder.path(), &outside), Err(ReadError::Nowhere { .. })));
}

#[test]
fn reading_goes_on_from_a_position_over_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    writer.file(page(0)).unwrap();
    let position = writer.sync().unwrap();
    writer.file(page(1)).unwrap();
    writer.seal().unwrap();
    writer.file(page(2)).unwrap();
    let count = |from: &Position| {
        let found = reader::since(folder.path(), from).unwrap().map(Result::unwrap);
        found.filter(|entry| entry.kind == RecordType::Response).count()
    };
    assert_eq!(count(&position), 2);
    assert_eq!(count(&Position::default()), 3);
    assert_eq!(count(&writer.sync().unwrap()), 0);
}

#[test]
fn a_body_in_a_file_is_streamed() {
    let folder = tempfile::tempdir().unwrap();
    let body = noise(3 << 20);
    let mut exchange = page(1);
    exchange.reply = Some(reply(&body));
    let want = exchange.reply.as_ref().unwrap().block_digest;
    let spooled = spool(exchange.reply.take().unwrap());
    exchange.reply = Some(spooled);
    let mut writer = writer(folder.path());
    let filed = writer.file(exchange).unwrap();
    let entry = reader::read_at(folder.path(), &filed.reply.unwrap()).unwrap();
    assert!(matches!(entry.block, Block::File { .. }));
    assert_eq!(entry.block.digest().unwrap(), want);
    assert_eq!(verify(&entry).unwrap(), []);
}

#[test]
fn a_body_that_cannot_be_read_back_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let before = writer.file(page(0)).unwrap().end;
    let mut exchange = page(1);
    let mut lying = spool(reply(&noise(2 << 20)));
    if let Block::File { length, .. } = &mut lying.block {
        *length += 1;
    }
    exchange.reply = Some(lying);
    assert!(matches!(writer.file(exchange), Err(RecordError::Block { .. })));
    assert_eq!(writer.sync().unwrap(), before);
    writer.file(page(2)).unwrap();
    writer.seal().unwrap();
    let path = reader::files(folder.path()).unwrap().remove(0);
    let uris: Vec<_> = entries(&path)
        .iter()
        .filter(|entry| entry.kind == RecordType::Response)
        .map(|entry| entry.target_uri().unwrap().to_owned())
        .collect();
    assert_eq!(uris, [page(0).target_uri, page(2).target_uri]);
}

#[test]
fn a_revisit_keeps_its_head_and_names_its_original() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let first = writer.file(page(0)).unwrap();
    let mut exchange = page(0);
    exchange.reply.as_mut().unwrap().revisit_of = Some(origin(&first, &page(0)).reference());
    let filed = writer.file(exchange).unwrap();
    let entry = reader::read_at(folder.path(), &filed.reply.unwrap()).unwrap();
    assert_eq!(entry.kind, RecordType::Revisit);
    assert!(bytes_of(&entry).ends_with(b"\r\n\r\n"));
    let field = |name| entry.header.get(name).unwrap().to_owned();
    assert_eq!(field("WARC-Truncated"), "length");
    assert_eq!(field("WARC-Refers-To"), first.reply_id.unwrap());
    assert_eq!(field("WARC-Refers-To-Target-URI"), page(0).target_uri);
    assert_eq!(field("WARC-Refers-To-Date"), page(0).date.warc_date());
    assert_eq!(field("WARC-Payload-Digest"), page(0).reply.unwrap().payload_digest.to_string());
    assert_eq!(verify(&entry).unwrap(), []);
}

#[test]
fn fields_cannot_be_forged() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let mut forged = page(0);
    forged.cipher = Some("X\r\nWARC-Type: warcinfo".to_owned());
    let why = writer.file(forged).unwrap_err().to_string();
    assert!(why.starts_with("cannot archive https://news.example/0: WARC-Cipher-Suite: "), "{why}");
    let mut forged = page(0);
    forged.target_uri.push_str("\r\nWARC-Type: warcinfo");
    assert!(matches!(writer.file(forged), Err(RecordError::Target { .. })));
    writer.file(page(0)).unwrap();
    writer.seal().unwrap();
    let path = reader::files(folder.path()).unwrap().remove(0);
    assert_eq!(entries(&path).len(), 4);
}

#[test]
fn a_file_rolls_by_size_before_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = plan(folder.path());
    plan.size = 4_000;
    let mut writer = writer_of(plan);
    let mut exchange = page(0);
    exchange.reply = Some(reply(&noise(10_000)));
    writer.file(exchange).unwrap();
    let filed = writer.file(page(1)).unwrap();
    assert_eq!(filed.end.serial, 2);
    writer.seal().unwrap();
    let found = reader::files(folder.path()).unwrap();
    assert_eq!(found.len(), 2);
    for path in found {
        let kinds: Vec<_> = entries(&path).iter().map(|entry| entry.kind.to_string()).collect();
        assert_eq!(kinds, ["warcinfo", "request", "response", "metadata"]);
        let info = entries(&path).remove(0);
        assert_eq!(info.header.get("WARC-Filename"), path.file_name().unwrap().to_str());
    }
}

#[test]
fn a_file_rolls_by_age_before_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let mut writer = writer_with(plan(folder.path()), clock.clone());
    writer.file(page(0)).unwrap();
    clock.advance(Duration::from_mins(59));
    assert_eq!(writer.file(page(1)).unwrap().end.serial, 1);
    clock.advance(Duration::from_mins(1));
    assert_eq!(writer.file(page(2)).unwrap().end.serial, 2);
    let files = reader::files(folder.path()).unwrap();
    let want = [
        "test-20261122093000125-00001-desk.warc.gz",
        "test-20261122103000125-00002-desk.warc.gz.open",
    ];
    assert_eq!(names(&files), want);
}

#[test]
fn serials_go_on_above_the_largest() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("other-20200101000000-00041-x.warc.gz"), b"").unwrap();
    let mut writer = writer(folder.path());
    assert_eq!(writer.file(page(0)).unwrap().end.serial, 42);
}

#[test]
fn an_exchange_without_reply_still_says_what_happened() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let filed = writer.file(silent(b"")).unwrap();
    assert_eq!((filed.reply, filed.reply_id), (None, None));
    writer.file(silent(&request("news.example", "/silent"))).unwrap();
    writer.seal().unwrap();
    let found = entries(&reader::files(folder.path()).unwrap()[0]);
    let kinds: Vec<_> = found.iter().map(|entry| entry.kind.to_string()).collect();
    assert_eq!(kinds, ["warcinfo", "metadata", "request", "metadata"]);
    assert_eq!(found[1].header.get("WARC-Refers-To"), found[0].id());
    assert_eq!(found[3].header.get("WARC-Concurrent-To"), found[2].id());
}

#[test]
fn credentials_stay_out_of_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let mut exchange = page(0);
    let line = b"Authorization: Bearer s3cret\r\nCookie: sid=s3cret\r\n\r\n";
    exchange.request.truncate(exchange.request.len() - 2);
    exchange.request.extend_from_slice(line);
    writer.file(exchange).unwrap();
    writer.seal().unwrap();
    let path = reader::files(folder.path()).unwrap().remove(0);
    let text = String::from_utf8(plain(&path)).unwrap();
    assert!(!text.contains("s3cret"));
    assert!(text.contains("\r\nAuthorization: [redacted]\r\nCookie: [redacted]\r\n\r\n"));
    assert!(text.contains("\r\nWarraq-Redacted: Authorization, Cookie\r\n"));
    assert!(text.contains("\r\nwarraq-credentials: "));
}

/// Thousands of repairs sync thousands of times; that is no reason to wait for a disk.
fn folder_in_memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

#[test]
fn a_torn_tail_is_cut_at_the_last_whole_record_wherever_it_is_torn() {
    let source = tempfile::tempdir().unwrap();
    let mut writer = writer(source.path());
    for n in 0..6 {
        writer.file(page(n)).unwrap();
    }
    let path = reader::files(source.path()).unwrap().remove(0);
    let whole = fs::read(&path).unwrap();
    let mut ends: Vec<u64> =
        entries(&path).iter().map(|e| e.locator.offset + e.locator.length).collect();
    assert_eq!(*ends.last().unwrap(), whole.len() as u64);
    ends.insert(0, 0);
    let name = "test-20261122093000125-00001-desk.warc.gz";
    for cut in whole.len().saturating_sub(4 << 10)..whole.len() {
        let folder = folder_in_memory();
        fs::write(folder.path().join(format!("{name}.open")), &whole[..cut]).unwrap();
        let done = repair(folder.path(), &Disk::real()).unwrap().remove(0);
        let kept = *ends.iter().rfind(|&&end| end <= cut as u64).unwrap();
        assert_eq!((done.kept, done.lost), (kept, cut as u64 - kept), "cut at {cut}");
        assert_eq!(done.file, name);
        if kept > 0 {
            assert_eq!(done.fate, Fate::Sealed);
            let sealed = folder.path().join(name);
            assert_eq!(fs::read(&sealed).unwrap(), whole[..usize::try_from(kept).unwrap()]);
            assert_eq!(entries(&sealed).len() as u64, done.members);
        }
        assert_eq!(repair(folder.path(), &Disk::real()).unwrap(), []);
    }
}

#[test]
fn a_file_without_a_whole_record_is_put_aside_or_removed() {
    let folder = tempfile::tempdir().unwrap();
    let name = "test-20261122093000125-00001-desk.warc.gz.open";
    fs::write(folder.path().join(name), b"\x1f\x8b\x08\0\0").unwrap();
    let done = repair(folder.path(), &Disk::real()).unwrap().remove(0);
    let aside = "test-20261122093000125-00001-desk.torn".to_owned();
    assert_eq!(done.fate, Fate::PutAside(aside.clone()));
    assert_eq!((done.members, done.kept, done.lost), (0, 0, 5));
    assert_eq!(fs::read(folder.path().join(aside)).unwrap(), b"\x1f\x8b\x08\0\0");
    fs::write(folder.path().join(name), b"").unwrap();
    assert_eq!(repair(folder.path(), &Disk::real()).unwrap().remove(0).fate, Fate::Removed);
    assert_eq!(reader::files(folder.path()).unwrap(), Vec::<PathBuf>::new());
}

#[test]
fn a_repaired_name_never_takes_anothers_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    writer.file(page(0)).unwrap();
    let open = reader::files(folder.path()).unwrap().remove(0);
    let sealed = open.with_extension("");
    fs::write(&sealed, b"somebody's").unwrap();
    assert!(matches!(repair(folder.path(), &Disk::real()), Err(RecordError::Name { .. })));
    assert_eq!(fs::read(&sealed).unwrap(), b"somebody's");
    assert!(matches!(writer.seal(), Err(RecordError::Name { .. })));
}

#[test]
fn a_truncated_reply_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = writer(folder.path());
    let mut exchange: Exchange = page(0);
    exchange.reply.as_mut().unwrap().truncated = Some(Truncated::Disconnect);
    let filed = writer.file(exchange).unwrap();
    let entry = reader::read_at(folder.path(), &filed.reply.unwrap()).unwrap();
    assert_eq!(entry.truncated(), Some(warc::TruncatedType::Disconnect));
}

#[test]
fn verification_names_what_is_wrong() {
    let body = "3\r\nabc\r\n0\r\n\r\n";
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let block = format!("{head}{body}");
    let record = |block_digest: &str, payload_digest: &str| {
        let text = format!(
            "WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http\r\n\
             WARC-Block-Digest: {block_digest}\r\nWARC-Payload-Digest: {payload_digest}\r\n\
             Content-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        );
        let from = Box::new(std::io::Cursor::new(text));
        let entry = Records::over("x", from, 0).unwrap().next().unwrap().unwrap();
        verify(&entry).unwrap()
    };
    let [whole, chunked, entity] = [block.as_bytes(), body.as_bytes(), b"abc"].map(Digest::of);
    let text = |digest: Digest| digest.to_string();
    assert_eq!(record(&text(whole), &text(entity)), []);
    assert_eq!(record(&text(whole), &text(chunked)), [Finding::ChunkedPayload { found: entity }]);
    assert_eq!(
        record(&text(entity), &text(whole)),
        [
            Finding::Block { said: entity, found: whole },
            Finding::Payload { said: whole, found: entity }
        ]
    );
    let odd = Finding::Unchecked { field: "WARC-Block-Digest", value: "md5:x".to_owned() };
    assert_eq!(record("md5:x", &text(entity)), [odd]);
}

/// A head that says chunked over a body without chunks: the entity is nothing to the one who
/// captures it, and all of it to writers that store bodies de-chunked under their old heads.
#[test]
fn a_body_without_chunks_has_two_right_digests() {
    let body = "<p>no chunk";
    let block = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
    let findings = |digest: Digest| {
        let text = format!(
            "WARC/1.1\r\nWARC-Type: response\r\nContent-Type: application/http\r\n\
             WARC-Payload-Digest: {digest}\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
            block.len()
        );
        let from = Box::new(std::io::Cursor::new(text));
        let entry = Records::over("x", from, 0).unwrap().next().unwrap().unwrap();
        verify(&entry).unwrap().len()
    };
    let digests = [Digest::empty(), Digest::of(body.as_bytes()), Digest::of(b"other")];
    assert_eq!(digests.map(findings), [0, 0, 1]);
}

#[test]
fn a_folder_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, b"").unwrap();
    let plan = plan(&path.join("sub"));
    let made = Writer::new(plan, clock(), Ids::Counting(0), Watch::none());
    assert!(matches!(made, Err(RecordError::Folder { .. })));
}

#[test]
fn errors_say_what_where_and_what_to_do() {
    let io = |kind: ErrorKind| std::io::Error::from(kind);
    let (path, target) = (PathBuf::from("crawl/a.warc.gz.open"), "https://a.example/".to_owned());
    let (file, offset) = ("a.warc.gz".to_owned(), 7);
    let source = FieldError { name: "WARC-Date".to_owned(), why: "is odd".to_owned() };
    let at = Locator { file: file.clone(), offset, length: 9 };
    let damaged = "checksum".to_owned();
    let texts = [
        RecordError::Field { target: target.clone(), source }.to_string(),
        RecordError::Target { target: "a\\nb".to_owned() }.to_string(),
        RecordError::Block { target, source: io(ErrorKind::UnexpectedEof) }.to_string(),
        RecordError::Write {
            path: path.clone(),
            offset,
            remedy: "free space on that disk",
            source: io(ErrorKind::StorageFull),
        }
        .to_string(),
        RecordError::Name { path: path.clone(), source: io(ErrorKind::AlreadyExists) }.to_string(),
        RecordError::Folder { path: path.clone(), source: io(ErrorKind::NotADirectory) }
            .to_string(),
        RecordError::Sync { path: path.clone(), offset, source: io(ErrorKind::StorageFull) }
            .to_string(),
        RecordError::Broken { path, why: "it could not be synced".to_owned() }.to_string(),
        ReadError::Io { path: file.clone(), source: io(ErrorKind::NotFound) }.to_string(),
        ReadError::NotWarc { file: file.clone(), what: "it begins like zstd" }.to_string(),
        ReadError::Damaged { file: file.clone(), offset, why: damaged }.to_string(),
        ReadError::Garbage { file: file.clone(), offset, length: 3 }.to_string(),
        ReadError::Header { file: file.clone(), offset, why: "no Content-Length".to_owned() }
            .to_string(),
        ReadError::Cut { file: file.clone(), offset, missing: 3 }.to_string(),
        ReadError::Overlong { file, offset, declared: 9, found: 5 }.to_string(),
        ReadError::Nowhere { at, why: "the file ends before it".to_owned() }.to_string(),
    ];
    insta::assert_snapshot!("errors", texts.join("\n"));
}

#[test]
fn empty_bodies_are_blocks_too() {
    let block = Block::Bytes(Bytes::new());
    assert!(block.is_empty());
    assert_eq!(block.digest().unwrap(), Digest::empty());
    assert_eq!(block.first(9).unwrap(), Bytes::new());
}
