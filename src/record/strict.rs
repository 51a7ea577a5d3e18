//! The strict view of a WARC file: what [`super::reader`] forgives is named here.
//!
//! It walks the same plain bytes record by record and keeps what a judge needs and a reader does
//! not: member boundaries, the version line, lines that are no field, line ends, what follows a
//! block. It is total, goes forward only and holds one header and two fixed buffers: a block is
//! read from it as a stream, whatever length the file declares. It judges nothing itself.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::path::Path;

use super::entry::{MAX_FIELDS, content_length};
use super::header::{Header, is_token};
use super::plain::{Next, Plain};
use super::reader::{self, MAX_HEADER};
use super::repair::is_damage;
use super::start::{self, LINE, VERSION};

/// Something that stands in a file and should not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Bytes between members.
    Garbage(u64),
    /// A gzip member that does not inflate, or whose checksum or length is wrong.
    Damaged(String),
    /// A gzip member that the end of the file cuts off.
    Cut,
    /// A gzip member with nothing in it.
    EmptyMember,
    /// A record that begins in one member and goes on in another.
    Split,
    /// A first line that is not `WARC/…`.
    NoVersion(String),
    /// A header that its member, or the file, ends in.
    NoHeaderEnd,
    /// A header beyond the limits of the reader.
    TooLong,
    /// A Content-Length that is missing or none.
    Length(&'static str),
    /// A block that ends this many bytes early.
    Short(u64),
    /// A block that is not followed by two line ends; the bytes that are passed over instead.
    Trailer(u64),
    /// A header line that does not end in CRLF.
    LineEnd,
    /// A header line with a CR, NUL or another control character in it.
    Control(String),
    /// A header line that is no `name: value`.
    NoField(String),
    /// A field whose value is not UTF-8.
    NotUtf8(String),
    /// A folded line.
    Folded,
}

/// A record, as far as its header.
#[derive(Clone, Debug)]
pub struct Raw {
    /// Offset of its gzip member, or of itself in an uncompressed file.
    pub offset: u64,
    /// How many records stand before it in its member.
    pub before: u32,
    /// The version line.
    pub version: String,
    /// Its fields.
    pub header: Header,
    /// What is wrong with the header.
    pub flaws: Vec<Flaw>,
    /// The length its block is declared to have.
    pub length: Option<u64>,
}

/// How a record ended.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Closed {
    /// Length of its member, or of the record in an uncompressed file; zero when another record
    /// follows in the member.
    pub length: u64,
    /// Whether all of its block was there, and no more.
    pub whole: bool,
    /// What was wrong with its end.
    pub flaws: Vec<Flaw>,
}

/// What stands next in the file.
#[derive(Debug)]
pub enum Step {
    /// A record: read [`Strict::block`], then [`Strict::close`] it.
    Record(Box<Raw>),
    /// A flaw between records, at its offset.
    Flaw(u64, Flaw),
}

/// See the module.
pub struct Strict {
    plain: Plain,
    /// Bytes of the block that were not read yet.
    left: u64,
    /// Whether the length of the block is known to be true.
    is_true: bool,
    /// Records of this member so far.
    records: u32,
    /// Whether a member was begun and nothing came out of it yet.
    empty: bool,
    /// Offset of the record at hand.
    offset: u64,
    /// The next record begins where the one at hand should go on.
    at_next: bool,
    /// Flaws of the record at hand that showed while it was read.
    flaws: Vec<Flaw>,
    waiting: VecDeque<(u64, Flaw)>,
}

impl Strict {
    /// Opens a file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::over(Box::new(reader::regular(path)?))
    }

    /// Reads a stream from its first byte.
    pub fn over(from: Box<dyn Read + Send>) -> io::Result<Self> {
        let plain = Plain::new(from, 0)?;
        Ok(Self {
            plain,
            left: 0,
            is_true: false,
            records: 0,
            empty: false,
            offset: 0,
            at_next: false,
            flaws: Vec::new(),
            waiting: VecDeque::new(),
        })
    }

    /// Whether the file is one of gzip members, or of zstd frames.
    pub const fn is_compressed(&self) -> bool {
        self.plain.is_compressed()
    }

    /// Goes to the next record or flaw; `None` at the end of the file. Errors are those of the
    /// disk only.
    pub fn advance(&mut self) -> io::Result<Option<Step>> {
        if let Some((offset, flaw)) = self.waiting.pop_front() {
            return Ok(Some(Step::Flaw(offset, flaw)));
        }
        if !std::mem::take(&mut self.at_next) && !self.seek()? {
            let last = self.waiting.pop_front();
            return Ok(last.map(|(offset, flaw)| Step::Flaw(offset, flaw)));
        }
        if let Some((offset, flaw)) = self.waiting.pop_front() {
            self.at_next = true;
            return Ok(Some(Step::Flaw(offset, flaw)));
        }
        self.offset = self.here();
        let raw = self.raw()?;
        self.records += 1;
        match raw {
            Ok(raw) => {
                self.left = raw.length.unwrap_or(0);
                self.is_true = false;
                Ok(Some(Step::Record(Box::new(raw))))
            }
            Err(flaw) => self.lost(flaw).map(Some),
        }
    }

    /// A record whose header cannot be read: damage of its member says why better than it can.
    fn lost(&mut self, flaw: Flaw) -> io::Result<Step> {
        self.pass_over()?;
        if !self.is_broken() {
            self.flaws.insert(0, flaw);
        }
        let flaws = std::mem::take(&mut self.flaws).into_iter();
        self.waiting.extend(flaws.map(|flaw| (self.offset, flaw)));
        let (offset, flaw) = self.waiting.pop_front().unwrap_or((self.offset, Flaw::Cut));
        Ok(Step::Flaw(offset, flaw))
    }

    /// The block of the record at hand, as far as it is there.
    pub const fn block(&mut self) -> BlockStream<'_> {
        BlockStream { strict: self }
    }

    /// Reads what is left of the record at hand and says how it ended.
    pub fn close(&mut self, raw: &Raw) -> io::Result<Closed> {
        let mut rest = self.block();
        loop {
            let count = rest.fill_buf()?.len();
            if count == 0 {
                break;
            }
            rest.consume(count);
        }
        let damaged = self.is_broken();
        let mut whole = self.left == 0 && raw.length.is_some();
        if self.left > 0 && !damaged {
            let missing = self.missing();
            self.flaws.push(Flaw::Short(missing));
        } else if whole && !damaged {
            whole = self.trailer()?;
        } else if !damaged {
            self.pass_over()?;
        }
        self.left = 0;
        let length = self.end()?.map_or(0, |end| end.saturating_sub(raw.offset));
        Ok(Closed { length, whole, flaws: std::mem::take(&mut self.flaws) })
    }

    /// How many bytes the block ends early. Where another record begins in it, what was read of it
    /// are also the line ends between the two.
    fn missing(&mut self) -> u64 {
        if !self.plain.ready().starts_with(LINE) {
            return self.left;
        }
        self.plain.consume(1);
        self.left.saturating_add(3)
    }

    /// Where the record at hand ends, unless another one follows it in its member.
    fn end(&mut self) -> io::Result<Option<u64>> {
        if self.at_next || !self.plain.is_compressed() {
            return Ok(Some(if self.at_next { self.plain.member() } else { self.plain.offset() }));
        }
        let ended = self.fill()?.is_empty();
        Ok((ended && self.records == 1).then(|| self.plain.offset()))
    }

    /// Goes to where a record should begin; false at the end of the file.
    fn seek(&mut self) -> io::Result<bool> {
        loop {
            let offset = self.here();
            if !self.fill()?.is_empty() {
                return Ok(true);
            }
            if let Some(flaw) = self.flaws.pop() {
                self.waiting.push_back((offset, flaw));
            } else if self.empty && self.plain.given() == 0 {
                self.waiting.push_back((offset, Flaw::EmptyMember));
            }
            self.empty = false;
            if !self.next_member()? {
                return Ok(false);
            }
        }
    }

    fn next_member(&mut self) -> io::Result<bool> {
        loop {
            match self.plain.next_member()? {
                Next::Member => {
                    self.records = 0;
                    self.empty = true;
                    return Ok(true);
                }
                Next::End => return Ok(false),
                Next::Garbage(length) => {
                    let begin = self.plain.offset().saturating_sub(length);
                    self.waiting.push_back((begin, Flaw::Garbage(length)));
                }
            }
        }
    }

    fn here(&self) -> u64 {
        if self.plain.is_compressed() { self.plain.member() } else { self.plain.offset() }
    }

    /// Bytes of the member at hand; none at its end, and none once it turned out to be damaged.
    fn fill(&mut self) -> io::Result<&[u8]> {
        match self.plain.fill() {
            Ok(_) => {}
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => self.flaws.push(Flaw::Cut),
            Err(why) if is_damage(&why) => self.flaws.push(Flaw::Damaged(why.to_string())),
            Err(why) => return Err(why),
        }
        Ok(self.plain.ready())
    }

    /// Bytes of the record at hand, from the next member when this one has ended in the middle of
    /// the record, unless that begins a record of its own.
    fn supply(&mut self) -> io::Result<&[u8]> {
        while !self.at_next && self.fill()?.is_empty() {
            if self.is_broken() || !self.next_member()? {
                return Ok(&[]);
            }
            let begins_another = self.fill()?.starts_with(VERSION);
            self.at_next = begins_another;
            if !begins_another && !self.flaws.contains(&Flaw::Split) {
                self.flaws.push(Flaw::Split);
            }
        }
        Ok(if self.at_next { &[] } else { self.plain.ready() })
    }

    fn is_broken(&self) -> bool {
        self.flaws.iter().any(|flaw| matches!(flaw, Flaw::Damaged(_) | Flaw::Cut))
    }

    /// The two line ends behind a block, and nothing behind them but another record. Without the
    /// line ends the block is not as long as it says.
    fn trailer(&mut self) -> io::Result<bool> {
        let mut missing = false;
        for expected in *b"\r\n\r\n" {
            missing = self.fill()?.first() != Some(&expected);
            if missing {
                break;
            }
            self.plain.consume(1);
        }
        let ahead = self.fill()?;
        let excess = !ahead.is_empty() && !start::begins(ahead);
        if missing || excess {
            let passed = self.pass_over()?;
            if !self.is_broken() {
                self.flaws.push(Flaw::Trailer(passed));
            }
        }
        Ok(!missing)
    }

    /// Goes to the next line that begins a record in this member, or to its end; says how many
    /// bytes were passed over.
    fn pass_over(&mut self) -> io::Result<u64> {
        let (mut line_start, mut passed) = (true, 0);
        while !self.at_next {
            let ahead = self.fill()?;
            if ahead.is_empty() || (line_start && start::begins(ahead)) {
                break;
            }
            let step = step_to_line(ahead);
            line_start = ahead.get(step - 1) == Some(&b'\n');
            self.plain.consume(step);
            passed += step as u64;
        }
        Ok(passed)
    }

    fn raw(&mut self) -> io::Result<Result<Raw, Flaw>> {
        let mut raw = Raw {
            offset: self.offset,
            before: self.records,
            version: String::new(),
            header: Header::default(),
            flaws: Vec::new(),
            length: None,
        };
        let (mut line, mut total) = (Vec::new(), 0);
        loop {
            line.clear();
            let room = MAX_HEADER.saturating_sub(total);
            let ended = self.line(&mut line, room)?;
            total += line.len();
            if raw.version.is_empty() && !line.starts_with(VERSION) {
                return Ok(Err(Flaw::NoVersion(shown(&line))));
            }
            if !ended {
                let flaw = if total >= MAX_HEADER { Flaw::TooLong } else { Flaw::NoHeaderEnd };
                return Ok(Err(flaw));
            }
            if !raw.take(&line) {
                break;
            }
            if raw.header.len() > MAX_FIELDS {
                return Ok(Err(Flaw::TooLong));
            }
        }
        match content_length(&raw.header) {
            Ok(length) => raw.length = Some(length),
            Err(why) => raw.flaws.push(Flaw::Length(why)),
        }
        Ok(Ok(raw))
    }

    /// Reads a line of at most `room` bytes; false when it has no end.
    fn line(&mut self, line: &mut Vec<u8>, room: usize) -> io::Result<bool> {
        loop {
            let ahead = self.supply()?;
            let end = memchr::memchr(b'\n', ahead).map(|at| at + 1);
            let part = ahead.get(..end.unwrap_or(ahead.len())).unwrap_or_default();
            let taken = part.len().min(room.saturating_sub(line.len()));
            line.extend_from_slice(part.get(..taken).unwrap_or_default());
            let (whole, stuck) = (end == Some(taken), taken == 0);
            self.plain.consume(taken);
            if whole || stuck {
                return Ok(whole && !stuck);
            }
        }
    }
}

/// How far it is to the next line that may begin a record, or to the end of `ahead`; at least 1.
fn step_to_line(ahead: &[u8]) -> usize {
    start::line_before(ahead).map_or(ahead.len(), |at| at + 1).max(1)
}

impl Raw {
    /// Takes a line of the header, its end included; false for the empty one that ends it.
    fn take(&mut self, line: &[u8]) -> bool {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let bare = text.strip_suffix(b"\r");
        if bare.is_none() && !self.flaws.contains(&Flaw::LineEnd) {
            self.flaws.push(Flaw::LineEnd);
        }
        let text = bare.unwrap_or(text);
        if text.is_empty() {
            return false;
        }
        if self.version.is_empty() {
            self.version = String::from_utf8_lossy(text).into_owned();
        } else if text.starts_with(b" ") || text.starts_with(b"\t") {
            self.flaws.push(Flaw::Folded);
            self.header.unfold(&String::from_utf8_lossy(text.trim_ascii()));
        } else {
            self.field(text);
        }
        true
    }

    fn field(&mut self, line: &[u8]) {
        let colon = memchr::memchr(b':', line).unwrap_or(0);
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        if name.is_empty() || !name.iter().copied().all(is_token) {
            self.flaws.push(Flaw::NoField(shown(line)));
            return;
        }
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let name = String::from_utf8_lossy(name).into_owned();
        if value.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t') {
            self.flaws.push(Flaw::Control(name.clone()));
        }
        if std::str::from_utf8(value).is_err() {
            self.flaws.push(Flaw::NotUtf8(name.clone()));
        }
        self.header.keep(name, String::from_utf8_lossy(value).into_owned());
    }
}

fn shown(line: &[u8]) -> String {
    String::from_utf8_lossy(line).chars().take(60).collect()
}

/// Reads the block of the record at hand.
pub struct BlockStream<'a> {
    strict: &'a mut Strict,
}

impl BufRead for BlockStream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.strict.left == 0 {
            return Ok(&[]);
        }
        if self.strict.supply()?.is_empty() {
            return Ok(&[]);
        }
        let Strict { plain, left, is_true, .. } = &mut *self.strict;
        let count = plain.of_block(*left, is_true)?.unwrap_or_default();
        Ok(plain.ready().get(..count).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(usize::try_from(self.strict.left).unwrap_or(usize::MAX));
        self.strict.plain.consume(count);
        self.strict.left -= count as u64;
    }
}

impl Read for BlockStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}
