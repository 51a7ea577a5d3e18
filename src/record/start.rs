//! Where records begin: the line that is searched for when a length or a member cannot be believed.
//!
//! A payload may hold such lines, too (an archived WARC is one), so finding one decides nothing by
//! itself: [`super::plain`] asks whether the declared length ends where a record ends.

use std::io::Read;

use flate2::bufread::GzDecoder;

use super::frame::{self, Frame};

/// How every record begins (WARC 1.1 §4).
pub(super) const VERSION: &[u8] = b"WARC/";

/// A record at the beginning of a line.
pub(super) const LINE: &[u8] = b"\nWARC/";

/// The first bytes of a gzip member (RFC 1952 §2.3.1).
pub(super) const GZIP: &[u8] = &[0x1f, 0x8b, 8];

/// The first bytes of a ZIP: what it holds is found by its own directory.
const PACKAGE: &[u8] = b"PK\x03\x04";

/// Members that are opened behind stray bytes to see whether they hold a record.
const TRIED: usize = 16;

/// Whether a line that has come so far may begin a record.
pub(super) fn begins(ahead: &[u8]) -> bool {
    ahead.iter().zip(VERSION).all(|(have, want)| have == want)
}

/// The end of the line before the first record in `ahead`, or before what may be one as far as it
/// has come.
pub(super) fn line_before(ahead: &[u8]) -> Option<usize> {
    memchr::memmem::find(ahead, LINE).or_else(|| cut(ahead, &[LINE]))
}

/// How a record in a block may begin: at the end of a line, or, where a writer was killed and the next
/// went on behind it, in the middle of one. There its whole first line is asked for.
const ANYWHERE: &[&[u8]] = &[LINE, b"WARC/1.0\r\n", b"WARC/1.1\r\n"];

/// The longest of them.
pub(super) const LONGEST: usize = b"WARC/1.1\r\n".len();

/// Whether one of them stands here.
pub(super) fn stands(ahead: &[u8]) -> bool {
    ANYWHERE.iter().any(|begin| ahead.starts_with(begin))
}

/// Where the first of them stands in `ahead`, or what may be one as far as it has come.
pub(super) fn record_in(ahead: &[u8]) -> Option<usize> {
    let found = memchr::memmem::find_iter(ahead, VERSION).find_map(|at| {
        let here = at.saturating_sub(1)..=at;
        here.into_iter().find(|at| stands(ahead.get(*at..).unwrap_or_default()))
    });
    found.or_else(|| cut(ahead, ANYWHERE))
}

/// Where the end of `ahead` is the beginning of one of these.
fn cut(ahead: &[u8], begins: &[&[u8]]) -> Option<usize> {
    let tail = ahead.len().saturating_sub(LONGEST - 1);
    (tail..ahead.len()).find(|at| {
        let last = ahead.get(*at..).unwrap_or_default();
        begins.iter().any(|begin| begin.starts_with(last))
    })
}

/// What a file is compressed by whose first bytes are not its own.
pub(super) enum Stray {
    /// Members of gzip follow.
    Gzip,
    /// Frames of zstd follow.
    Zstd,
}

/// What follows stray bytes at the beginning of a file: members, where one of them holds a record
/// before any plain one comes.
pub(super) fn behind_stray(ahead: &[u8]) -> Option<Stray> {
    if ahead.starts_with(PACKAGE) {
        return None;
    }
    let end = line_before(ahead).unwrap_or(ahead.len());
    let holds = |magic, opens: fn(&[u8]) -> bool| {
        let places = memchr::memmem::find_iter(ahead.get(..end).unwrap_or_default(), magic);
        places.take(TRIED).any(|at| opens(ahead.get(at..).unwrap_or_default()))
    };
    if holds(GZIP, holds_record) {
        return Some(Stray::Gzip);
    }
    holds(frame::MAGIC, |bytes| is_record(Frame::new(bytes, Box::default()))).then_some(Stray::Zstd)
}

/// Whether a member of gzip begins here, and a record in it.
pub(super) fn holds_record(ahead: &[u8]) -> bool {
    is_record(GzDecoder::new(ahead))
}

fn is_record(mut member: impl Read) -> bool {
    let mut start = [0; VERSION.len()];
    member.read_exact(&mut start).is_ok() && start == *VERSION
}
