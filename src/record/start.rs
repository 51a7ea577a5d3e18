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
    let found = memchr::memmem::find(ahead, LINE);
    found.or_else(|| {
        let tail = ahead.len().saturating_sub(LINE.len() - 1);
        let last = ahead.get(tail..)?;
        let may_be = |at: &usize| LINE.starts_with(last.get(*at..).unwrap_or_default());
        memchr::memchr_iter(b'\n', last).find(may_be).map(|at| tail + at)
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
    if holds(GZIP, |member| is_record(GzDecoder::new(member))) {
        return Some(Stray::Gzip);
    }
    holds(frame::MAGIC, |bytes| is_record(Frame::new(bytes, Box::default()))).then_some(Stray::Zstd)
}

fn is_record(mut member: impl Read) -> bool {
    let mut start = [0; VERSION.len()];
    member.read_exact(&mut start).is_ok() && start == *VERSION
}
