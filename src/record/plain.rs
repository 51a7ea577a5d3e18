//! The plain bytes of a WARC file, member after member, with every offset known.
//!
//! A member is one of gzip, or a frame of zstd.
//!
//! It is what [`super::reader`] and [`super::repair`] walk on. It goes forward only, so however
//! damaged a file is, the work is linear in its size and the memory is two fixed buffers.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

use super::frame::{self, Frame};

/// Bytes read, and bytes inflated, at a time.
const STEP: usize = 64 << 10;

/// The first bytes of a gzip member (RFC 1952 §2.3.1).
const MAGIC: &[u8] = &[0x1f, 0x8b, 8];

/// A reader that knows its offset and can look ahead.
struct Counted {
    inner: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    /// Offset in the file of the next byte.
    offset: u64,
}

impl Counted {
    fn unread(&self) -> &[u8] {
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    /// At least `count` unread bytes, fewer at the end of the file.
    fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.to - self.from < count {
            self.buffer.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
            let room = self.buffer.get_mut(self.to..).unwrap_or_default();
            match self.inner.read(room) {
                Ok(0) => break,
                Ok(got) => self.to += got,
                Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                Err(why) => return Err(why),
            }
        }
        Ok(self.unread())
    }

    /// Skips to the next `magic` or to the end, and says how much was skipped.
    fn skip_to(&mut self, magic: &[u8]) -> io::Result<u64> {
        let begun = self.offset;
        loop {
            let ahead = self.peek(magic.len())?;
            if ahead.len() < magic.len() {
                let rest = ahead.len();
                self.consume(rest);
                return Ok(self.offset - begun);
            }
            if ahead.starts_with(magic) {
                return Ok(self.offset - begun);
            }
            let behind = ahead.get(1..).unwrap_or_default();
            let first = magic.first().copied().unwrap_or_default();
            let step = memchr::memchr(first, behind).map_or(ahead.len(), |at| at + 1);
            self.consume(step);
        }
    }

    /// Passes over skippable frames of zstd.
    fn skip_skippable(&mut self) -> io::Result<()> {
        while let Some(length) = frame::skippable(self.peek(8)?) {
            io::copy(&mut self.by_ref().take(length), &mut io::sink())?;
        }
        Ok(())
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.peek(1)
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.to - self.from);
        self.from += count;
        self.offset += count as u64;
    }
}

enum Source {
    /// Not compressed.
    Raw(Counted),
    /// Before a member, or at the end.
    Between(Counted),
    /// In a member of gzip.
    Member(Box<GzDecoder<Counted>>),
    /// In a frame of zstd.
    Frame(Box<Frame<Counted>>),
    /// Only while one of the others is being replaced.
    Gone,
}

/// What stands where a member should begin.
pub(super) enum Next {
    /// A member.
    Member,
    /// This many bytes that are none, skipped.
    Garbage(u64),
    /// The end of the file.
    End,
}

/// See the module.
pub(super) struct Plain {
    source: Source,
    is_zstd: bool,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    member: u64,
    given: u64,
    damaged: bool,
}

impl Plain {
    /// Reads `inner`, whose first byte lies at `offset` of its file.
    pub(super) fn new(inner: Box<dyn Read + Send>, offset: u64) -> io::Result<Self> {
        let mut counted = Counted { inner, buffer: vec![0; STEP], from: 0, to: 0, offset };
        let ahead = counted.peek(8)?;
        let is_gzip = ahead.starts_with(MAGIC);
        let is_zstd = ahead.starts_with(frame::MAGIC) || frame::skippable(ahead).is_some();
        let source =
            if is_gzip || is_zstd { Source::Between(counted) } else { Source::Raw(counted) };
        let buffer = vec![0; STEP];
        Ok(Self {
            source,
            is_zstd,
            buffer,
            from: 0,
            to: 0,
            member: offset,
            given: 0,
            damaged: false,
        })
    }

    /// Whether the file is one of members.
    pub(super) const fn is_compressed(&self) -> bool {
        !matches!(self.source, Source::Raw(_))
    }

    /// Offset in the file of the next byte; within a member that of compressed bytes not yet read.
    pub(super) fn offset(&self) -> u64 {
        match &self.source {
            Source::Raw(raw) => raw.offset - (self.to - self.from) as u64,
            Source::Between(raw) => raw.offset,
            Source::Member(member) => member.get_ref().offset,
            Source::Frame(frame) => frame.get_ref().offset,
            Source::Gone => 0,
        }
    }

    /// Offset of the member being read.
    pub(super) const fn member(&self) -> u64 {
        self.member
    }

    /// Plain bytes of this member that were consumed.
    pub(super) const fn given(&self) -> u64 {
        self.given
    }

    /// Bytes of this member not yet consumed; none when it has ended. An error means that the
    /// member is damaged: what follows is found by [`Plain::next_member`].
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.from == self.to {
            let count = match &mut self.source {
                Source::Raw(raw) => raw.read(&mut self.buffer),
                Source::Member(member) => member.read(&mut self.buffer),
                Source::Frame(frame) => frame.read(&mut self.buffer),
                Source::Between(_) | Source::Gone => Ok(0),
            };
            (self.from, self.to) = (0, *count.as_ref().unwrap_or(&0));
            if count.is_err() || self.to == 0 {
                self.leave();
            }
            self.damaged |= count.is_err();
            count?;
        }
        Ok(self.ready())
    }

    /// At least `count` of them, fewer only at the end of the member: what is looked for may lie
    /// across two reads.
    pub(super) fn ahead(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.fill()?.len() < count {
            self.buffer.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to - self.from);
            let room = self.buffer.get_mut(self.to..).unwrap_or_default();
            let more = match &mut self.source {
                Source::Raw(raw) => raw.read(room),
                Source::Member(member) => member.read(room),
                Source::Frame(frame) => frame.read(room),
                Source::Between(_) | Source::Gone => Ok(0),
            };
            self.damaged |= more.is_err();
            let more = more?;
            if more == 0 {
                break;
            }
            self.to += more;
        }
        Ok(self.ready())
    }

    /// What [`Plain::fill`] gave and [`Plain::consume`] did not take.
    pub(super) fn ready(&self) -> &[u8] {
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    /// Takes `count` of the filled bytes.
    pub(super) fn consume(&mut self, count: usize) {
        let count = count.min(self.to - self.from);
        self.from += count;
        self.given += count as u64;
    }

    /// Goes to the next member; only once this one has ended.
    pub(super) fn next_member(&mut self) -> io::Result<Next> {
        let Source::Between(raw) = &mut self.source else { return Ok(Next::End) };
        if raw.peek(1)?.is_empty() {
            return Ok(Next::End);
        }
        if self.is_zstd {
            raw.skip_skippable()?;
        }
        let skipped = raw.skip_to(if self.is_zstd { frame::MAGIC } else { MAGIC })?;
        // What follows a damaged member is the rest of it, and was complained of already.
        if skipped > 0 && !self.damaged {
            return Ok(Next::Garbage(skipped));
        }
        if raw.peek(1)?.is_empty() {
            return Ok(Next::End);
        }
        self.member = raw.offset;
        self.given = 0;
        self.damaged = false;
        if let Source::Between(raw) = std::mem::replace(&mut self.source, Source::Gone) {
            self.source = if self.is_zstd {
                Source::Frame(Box::new(Frame::new(raw)))
            } else {
                Source::Member(Box::new(GzDecoder::new(raw)))
            };
        }
        Ok(Next::Member)
    }

    /// Reads this member to its end, its checksum included.
    pub(super) fn skip_member(&mut self) -> io::Result<()> {
        loop {
            let count = self.fill()?.len();
            if count == 0 {
                return Ok(());
            }
            self.consume(count);
        }
    }

    fn leave(&mut self) {
        self.source = match std::mem::replace(&mut self.source, Source::Gone) {
            Source::Member(member) => Source::Between(member.into_inner()),
            Source::Frame(frame) => Source::Between(frame.into_inner()),
            other => other,
        };
    }
}
