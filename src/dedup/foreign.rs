//! The captures of another archive, read from its index or its WARC.
//!
//! Of a WARC the payload digests are computed, not believed: several writers hash the chunks. Of an
//! index only what it says is known: no record id, and not how a body was framed. Streams; a bad
//! line or record is an error in its place, and what follows is given.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use warc::RecordType;

use super::{DedupError, Flaw};
use crate::digest::Digest;
use crate::head::Head;
use crate::index::merge::read_line;
use crate::index::{IndexError, Line, LineError, MAX_LINE};
use crate::record::entity::head_length;
use crate::record::entry::Entry;
use crate::record::reader::Records;
use crate::record::verify::payload_digest;
use crate::record::{Container, Origin, Outside, Reference};

/// Largest HTTP head that is looked at.
const MAX_HEAD: u64 = 256 << 10;

/// A capture, or `None` for one that no revisit may refer to.
type Found = Result<Option<(Digest, Outside)>, Flaw>;

/// The captures of a file, whichever it is, compressed or not.
pub(super) fn captures(path: &Path) -> Result<Box<dyn Iterator<Item = Found>>, DedupError> {
    let failed = DedupError::input(path);
    let mut file = BufReader::new(File::open(path).map_err(&failed)?);
    let is_gzip = file.fill_buf().map_err(&failed)?.starts_with(&[0x1f, 0x8b]);
    let start =
        if is_gzip { start_of(MultiGzDecoder::new(&mut file)) } else { start_of(&mut file) };
    if start.map_err(&failed)? == b"WARC/" {
        return Ok(Box::new(Records::open(path)?.filter_map(|entry| match entry {
            Ok(entry) if entry.kind == RecordType::Response => Some(Ok(capture(&entry))),
            Ok(_) => None,
            Err(why) => Some(Err(why.into())),
        })));
    }
    file.rewind().map_err(&failed)?;
    let reader: Box<dyn BufRead> =
        if is_gzip { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) };
    Ok(Box::new(Lines { path: path.to_owned(), reader, offset: 0, done: false }))
}

/// The first five bytes.
fn start_of(reader: impl Read) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    reader.take(5).read_to_end(&mut start)?;
    Ok(start)
}

/// The capture in a response record.
fn capture(entry: &Entry) -> Option<(Digest, Outside)> {
    let is_whole = entry.is_http()
        && entry.truncated().is_none()
        && entry.header.get("WARC-Segment-Number").is_none()
        && entry.block.len() == entry.length;
    let block = entry.block.first(MAX_HEAD).ok().filter(|_| is_whole)?;
    let head = Head::parse(block.get(..head_length(&block)).unwrap_or_default());
    let payload = payload_digest(entry).ok().filter(|payload| *payload != Digest::empty())?;
    head.status().filter(|status| Origin::is_shared(*status))?;
    let container = Container { file: entry.locator.file.clone(), outside: true };
    let reference = Reference {
        record_id: entry.id().map(str::to_owned),
        uri: entry.target_uri()?.to_owned(),
        date: entry.date()?,
        container,
    };
    Some((payload, Outside { reference, chunked: Some(!head.transfer_codings().is_empty()) }))
}

/// The captures of an index, line by line.
struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead>,
    offset: u64,
    done: bool,
}

impl Iterator for Lines {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        let mut line = Vec::new();
        while !self.done {
            let at = self.offset;
            match read_line(&mut self.reader, &mut line) {
                Ok(0) => return None,
                Ok(count) => self.offset += count as u64,
                Err(source) => {
                    self.done = true;
                    let path = self.path.clone();
                    return Some(Err(IndexError::Input { path, source }.into()));
                }
            }
            // The rest of a line that is too long is no line.
            self.done = line.len() > MAX_LINE;
            // Empty lines, and the `!meta` line some indexes begin with.
            if line.is_empty() || line.starts_with(b"!") {
                continue;
            }
            return Some(match Line::parse(&line) {
                Ok(line) => Ok(listed(&line)),
                Err(why) => Err(self.bad(at, why)),
            });
        }
        None
    }
}

impl Lines {
    fn bad(&self, offset: u64, why: LineError) -> Flaw {
        IndexError::Line { path: self.path.clone(), offset, why }.into()
    }
}

/// The capture an index line tells of.
fn listed(line: &Line) -> Option<(Digest, Outside)> {
    if line.is_revisit() || line.method.is_some() || !line.status.is_some_and(Origin::is_shared) {
        return None;
    }
    let digest = line.digest.as_deref()?;
    // Older indexes leave the algorithm out.
    let digest = if digest.contains(':') { digest.to_owned() } else { format!("sha1:{digest}") };
    let payload: Digest = digest.parse().ok()?;
    let reference = Reference {
        record_id: None,
        uri: line.url.clone(),
        date: line.moment()?,
        container: Container { file: line.at.file.clone(), outside: true },
    };
    (payload != Digest::empty()).then_some((payload, Outside { reference, chunked: None }))
}
