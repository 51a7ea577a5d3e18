//! The reader: takes records out of any WARC, ours or somebody's, plain or compressed.
//!
//! Hostile files are the normal case (bad lengths, bombs, garbage between members): reading is
//! total, linear in the size of the file, and bounded in memory. At most a megabyte is allocated by
//! a length the file declares, and an error never ends the reading as long as something can follow it. The
//! types of records are those of the `warc` crate; its reader is not used, for it panics on such
//! files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use warc::RecordType;

use super::block::Store;
use super::entry::{content_length, parse_fields};
use super::header::Header;
use super::name::{self, OPEN, final_name};
use super::plain::{Next, Plain};
use super::start::VERSION;
use super::{Block, Position};
use crate::lead::Locator;

pub use super::entry::{Entry, MAX_FIELDS};
pub use super::name::files;

/// Longest record header in bytes.
pub const MAX_HEADER: usize = 256 << 10;
/// The part of a block that is kept unless [`Records::keep`] says otherwise.
pub const KEEP: u64 = 1 << 30;

/// What a file was found to be instead of whole records. Offsets are those of the member, or
/// of the record in an uncompressed file.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file or folder could not be opened or read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// No WARC at all.
    #[error("{file} is no WARC file: {what}")]
    NotWarc {
        /// The file.
        file: String,
        /// What it looks like, and the remedy.
        what: &'static str,
    },
    /// A member that cannot be decompressed, or whose checksum is wrong. Reading goes on at the
    /// next member behind the place where that showed.
    #[error("{file}@{offset}: the compressed member cannot be read ({why}); its record is lost")]
    Damaged {
        /// The file.
        file: String,
        /// Where.
        offset: u64,
        /// How.
        why: String,
    },
    /// Bytes between members.
    #[error("{file}@{offset}: {length} bytes that are no compressed member were passed over")]
    Garbage {
        /// The file.
        file: String,
        /// Where they end.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// A header that is none. Reading goes on at the next record.
    #[error("{file}@{offset}: not a WARC record: {why}")]
    Header {
        /// The file.
        file: String,
        /// Where.
        offset: u64,
        /// What is wrong.
        why: String,
    },
    /// The file ends before the record does.
    #[error(
        "{file}@{offset}: at least {missing} bytes of the record are missing; `warraq verify` tells how far the file is whole"
    )]
    Cut {
        /// The file.
        file: String,
        /// Where.
        offset: u64,
        /// How many bytes are missing, as far as the header tells.
        missing: u64,
    },
    /// A record that is said to be longer than it is: another begins before its end. Reading goes on
    /// there.
    #[error(
        "{file}@{offset}: its Content-Length says {declared}, but another record begins after {found} bytes; it is left out"
    )]
    Overlong {
        /// The file.
        file: String,
        /// Where.
        offset: u64,
        /// The length it declares.
        declared: u64,
        /// The bytes before the next record, the line ends between them included.
        found: u64,
    },
    /// A locator that leads nowhere.
    #[error("no record at {}@{}: {why}", at.file, at.offset)]
    Nowhere {
        /// The locator.
        at: Locator,
        /// Why.
        why: String,
    },
}

/// How many bytes of a block are kept.
enum Keep {
    Always(u64),
    By(fn(&Header) -> u64),
}

/// Opens a regular file. A pipe would be waited for, a device has no end, and neither can be read
/// twice.
pub(crate) fn regular(path: &Path) -> io::Result<File> {
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        let what = "it is a pipe, a socket or a device; copy what it gives to a file first";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    File::open(path)
}

/// The records of one file, in order.
pub struct Records {
    file: String,
    plain: Plain,
    keep: Keep,
    begun: bool,
    resync: bool,
    line_start: bool,
    done: bool,
}

impl Records {
    /// Opens a WARC file, whatever its name says of compression.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::open_at(path, 0)
    }

    /// Opens it at the beginning of a member or record.
    pub fn open_at(path: &Path, offset: u64) -> Result<Self, ReadError> {
        let failed = |source| ReadError::Io { path: path.display().to_string(), source };
        let mut file = regular(path).map_err(failed)?;
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        Self::over(&final_name(path), Box::new(file), offset)
    }

    /// Reads a stream, whose first byte lies at `offset` of the file `name`.
    pub fn over(name: &str, from: Box<dyn Read + Send>, offset: u64) -> Result<Self, ReadError> {
        let plain = Plain::new(from, offset)
            .map_err(|source| ReadError::Io { path: name.to_owned(), source })?;
        let file = name.to_owned();
        Ok(Self {
            file,
            plain,
            keep: Keep::Always(KEEP),
            begun: false,
            resync: false,
            line_start: false,
            done: false,
        })
    }

    /// Keeps at most this many bytes of each block; the rest is read and let go.
    #[must_use]
    pub const fn keep(mut self, bytes: u64) -> Self {
        self.keep = Keep::Always(bytes);
        self
    }

    /// Keeps of each block as many bytes as `wanted` says when it has seen the record's header.
    #[must_use]
    pub const fn keep_by(mut self, wanted: fn(&Header) -> u64) -> Self {
        self.keep = Keep::By(wanted);
        self
    }

    fn step(&mut self) -> Result<Option<Entry>, ReadError> {
        if std::mem::take(&mut self.resync) {
            self.pass_over()?;
        }
        if !self.find_start()? {
            return Ok(None);
        }
        let alone = !self.plain.is_compressed() || self.plain.given() == 0;
        let offset =
            if self.plain.is_compressed() { self.plain.member() } else { self.plain.offset() };
        self.resync = true;
        let (header, declared) = self.header(offset)?;
        let keep = match self.keep {
            Keep::Always(bytes) => bytes,
            Keep::By(wanted) => wanted(&header),
        };
        let block = self.block(offset, declared, keep)?;
        let block_end = self.plain.offset();
        self.line_ends(offset)?;
        let ended = self.fill(offset)?.is_empty();
        self.resync = false;
        self.begun = true;
        let end = if self.plain.is_compressed() { self.plain.offset() } else { block_end };
        let length = end.saturating_sub(offset);
        let locator = Locator { file: self.file.clone(), offset, length };
        let kind = RecordType::from(header.get("WARC-Type").unwrap_or_default());
        let addressable = alone && (ended || !self.plain.is_compressed());
        Ok(Some(Entry { kind, header, locator, addressable, length: declared, block }))
    }

    /// Goes to the first byte of the next record; false at the end of the file.
    fn find_start(&mut self) -> Result<bool, ReadError> {
        loop {
            let offset = self.here();
            let ahead = self.fill(offset)?;
            let blank = ahead.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            if ahead.is_empty() {
                if !self.next_member()? {
                    return Ok(false);
                }
            } else if blank < ahead.len() {
                self.plain.consume(blank);
                return Ok(true);
            } else {
                self.plain.consume(blank);
            }
        }
    }

    fn next_member(&mut self) -> Result<bool, ReadError> {
        let next = self.plain.next_member();
        match next.map_err(|source| self.fatal(source))? {
            Next::Member => Ok(true),
            Next::End => Ok(false),
            Next::Garbage(length) => {
                let offset = self.plain.offset();
                Err(ReadError::Garbage { file: self.file.clone(), offset, length })
            }
        }
    }

    /// After an error: to where the next record may begin.
    fn pass_over(&mut self) -> Result<(), ReadError> {
        if self.plain.is_compressed() {
            let offset = self.plain.member();
            return self.plain.skip_member().map_err(|why| self.damage(offset, &why));
        }
        let mut line_start = self.line_start;
        loop {
            let offset = self.plain.offset();
            let ahead = self.ahead(offset, VERSION.len())?;
            if ahead.is_empty() || (line_start && ahead.starts_with(VERSION)) {
                return Ok(());
            }
            let end = memchr::memchr(b'\n', ahead);
            let step = end.map_or(ahead.len(), |at| at + 1);
            line_start = end.is_some();
            self.plain.consume(step);
        }
    }

    /// Bytes of the record at `offset`, from the next member when this one has ended: a record may
    /// be cut over several. A member that begins a record of its own is none of it: its length was
    /// a lie, and must not cost the records behind it.
    fn more(&mut self, offset: u64, missing: u64) -> Result<&[u8], ReadError> {
        while self.fill(offset)?.is_empty() {
            let ended = !self.next_member()?;
            let another = !ended && self.ahead(offset, VERSION.len())?.starts_with(VERSION);
            self.resync &= !another;
            if ended || another {
                return Err(ReadError::Cut { file: self.file.clone(), offset, missing });
            }
        }
        Ok(self.plain.ready())
    }

    fn fill(&mut self, offset: u64) -> Result<&[u8], ReadError> {
        if let Err(why) = self.plain.fill() {
            return Err(self.damage(offset, &why));
        }
        Ok(self.plain.ready())
    }

    fn ahead(&mut self, offset: u64, count: usize) -> Result<&[u8], ReadError> {
        if let Err(why) = self.plain.ahead(count) {
            return Err(self.damage(offset, &why));
        }
        Ok(self.plain.ready())
    }

    fn header(&mut self, offset: u64) -> Result<(Header, u64), ReadError> {
        let bad = |file: &str, why: &str| ReadError::Header {
            file: file.to_owned(),
            offset,
            why: why.to_owned(),
        };
        let mut lines = Vec::new();
        let mut first = None;
        loop {
            let start = lines.len();
            self.line(offset, &mut lines)?;
            let line = lines.get(start..).unwrap_or_default();
            if first.is_none() {
                if !line.starts_with(VERSION) {
                    return Err(self.no_record(offset, line));
                }
                first = Some(line.len());
            } else if matches!(line, b"\r\n" | b"\n") {
                break;
            }
        }
        let fields = lines.get(first.unwrap_or(0)..).unwrap_or_default();
        let header = parse_fields(fields).map_err(|why| bad(&self.file, why))?;
        let length = content_length(&header).map_err(|why| bad(&self.file, why))?;
        Ok((header, length))
    }

    /// Adds one line, its end included, to `lines`.
    fn line(&mut self, offset: u64, lines: &mut Vec<u8>) -> Result<(), ReadError> {
        loop {
            let ahead = self.more(offset, 1)?;
            let end = memchr::memchr(b'\n', ahead);
            let part = ahead.get(..end.map_or(ahead.len(), |at| at + 1)).unwrap_or_default();
            let (taken, too_long) = (part.len(), lines.len() + part.len() > MAX_HEADER);
            if too_long {
                let why = format!("its header is longer than {MAX_HEADER} bytes");
                return Err(ReadError::Header { file: self.file.clone(), offset, why });
            }
            lines.extend_from_slice(part);
            self.plain.consume(taken);
            self.line_start = end.is_some();
            // What does not begin with the version is not followed any further.
            if end.is_some() || !lines.iter().zip(VERSION).all(|(have, want)| have == want) {
                return Ok(());
            }
        }
    }

    fn block(&mut self, offset: u64, length: u64, mut keep: u64) -> Result<Block, ReadError> {
        let mut store = Store::expecting(length.min(keep));
        let (mut left, mut is_true) = (length, false);
        while left > 0 {
            self.more(offset, left)?;
            let count = match self.plain.of_block(left, &mut is_true) {
                Ok(Some(count)) => count,
                Ok(None) => return Err(self.overlong(offset, length, left)),
                Err(source) => return Err(self.fatal(source)),
            };
            let ahead = self.plain.ready();
            let kept = usize::try_from(keep).map_or(count, |keep| keep.min(count));
            let stored = store.add(ahead.get(..kept).unwrap_or_default());
            stored.map_err(|source| ReadError::Io { path: "a temporary file".into(), source })?;
            self.plain.consume(count);
            left -= count as u64;
            keep -= kept as u64;
        }
        Ok(store.finish())
    }

    /// A block whose length is not true; the next record stands here, or behind a line end.
    fn overlong(&mut self, offset: u64, declared: u64, left: u64) -> ReadError {
        let line_end = self.plain.ready().iter().take_while(|byte| **byte == b'\n').count();
        self.plain.consume(line_end);
        self.resync = false;
        let found = declared - left + line_end as u64;
        ReadError::Overlong { file: self.file.clone(), offset, declared, found }
    }

    /// The two line ends behind a block.
    fn line_ends(&mut self, offset: u64) -> Result<(), ReadError> {
        for expected in *b"\r\n\r\n" {
            match self.fill(offset)?.first() {
                Some(&byte) if byte == expected => self.plain.consume(1),
                _ => break,
            }
        }
        Ok(())
    }

    fn here(&self) -> u64 {
        if self.plain.is_compressed() { self.plain.member() } else { self.plain.offset() }
    }

    fn damage(&mut self, offset: u64, why: &io::Error) -> ReadError {
        self.resync = false;
        self.done = !self.plain.is_compressed();
        ReadError::Damaged { file: self.file.clone(), offset, why: why.to_string() }
    }

    fn fatal(&mut self, source: io::Error) -> ReadError {
        self.done = true;
        ReadError::Io { path: self.file.clone(), source }
    }

    fn no_record(&mut self, offset: u64, line: &[u8]) -> ReadError {
        let what = match line {
            _ if self.begun => None,
            [b'P', b'K', 3, 4, ..] => Some("it begins like a ZIP or WACZ package; unpack it first"),
            [b'f', b'i', b'l', b'e', b'd', ..] => {
                Some("it begins like an ARC file; convert it with `warcio recompress` first")
            }
            _ => None,
        };
        if let Some(what) = what {
            self.done = true;
            return ReadError::NotWarc { file: self.file.clone(), what };
        }
        if !self.begun && !self.plain.is_compressed() {
            if let Err(why) = self.pass_over() {
                return why;
            }
            self.resync = false;
            self.done = self.plain.ready().is_empty();
            if self.done {
                let what = "no record begins anywhere in it";
                return ReadError::NotWarc { file: self.file.clone(), what };
            }
        }
        let shown: String = String::from_utf8_lossy(line).chars().take(40).collect();
        let why = format!("it begins with {shown:?}, not with WARC/");
        ReadError::Header { file: self.file.clone(), offset, why }
    }
}

impl Iterator for Records {
    type Item = Result<Entry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step().transpose();
        self.done |= step.is_none();
        step
    }
}

/// Reads the record a locator leads to, in the sealed file or in the one still open.
pub fn read_at(folder: &Path, at: &Locator) -> Result<Entry, ReadError> {
    let nowhere = |why: &str| ReadError::Nowhere { at: at.clone(), why: why.to_owned() };
    // Locators also come out of other people's indexes.
    if Path::new(&at.file).file_name().is_none_or(|name| *name != *at.file) {
        return Err(nowhere("its file is not the name of a file in the folder"));
    }
    let sealed = folder.join(&at.file);
    let open = folder.join(format!("{}{OPEN}", at.file));
    let path = if sealed.exists() { sealed } else { open };
    let failed = |source| ReadError::Io { path: path.display().to_string(), source };
    let mut file = File::open(&path).map_err(failed)?;
    file.seek(SeekFrom::Start(at.offset)).map_err(failed)?;
    let part = Box::new(file.take(at.length));
    Records::over(&at.file, part, at.offset)?
        .next()
        .unwrap_or_else(|| Err(nowhere("the file ends before it")))
}

/// The records of a folder from `position` on, file after file, those aside that tell of a run: they
/// hold no captures. A file that cannot be opened is an error in its place, not the end.
pub fn since(
    folder: &Path,
    position: &Position,
) -> Result<impl Iterator<Item = Result<Entry, ReadError>> + use<>, ReadError> {
    let failed = |source| ReadError::Io { path: folder.display().to_string(), source };
    let found = files(folder).map_err(failed)?;
    let position = position.clone();
    let records = move |path: PathBuf| {
        let name = final_name(&path);
        if name::serial_of(&name).unwrap_or(0) < position.serial || name::is_meta(&name) {
            return None;
        }
        let offset = if name == position.file { position.offset } else { 0 };
        Some(match Records::open_at(&path, offset) {
            Ok(records) => (Some(records), None),
            Err(why) => (None, Some(Err(why))),
        })
    };
    let opened = found.into_iter().filter_map(records);
    Ok(opened.flat_map(|(records, error)| records.into_iter().flatten().chain(error)))
}
