//! The plain bytes of a WARC file, member after member, with every offset known.
//!
//! A member is one of gzip, or a frame of zstd.
//!
//! It is what [`super::reader`] and [`super::repair`] walk on. It goes forward, and back a little
//! behind a broken member as long as that costs no more than the reading itself, so however damaged
//! a file is, the work is linear in its size and the memory is two fixed buffers. Where
//! another record seems to begin in a block, it looks ahead once whether the block's length is true.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use ruzstd::decoding::FrameDecoder;

use super::ahead::Ahead;
use super::frame::{self, Frame};
use super::start::{self, GZIP, Stray, VERSION};

/// Bytes read, and bytes inflated, at a time.
const STEP: usize = 64 << 10;

/// Bytes read that are held for being read again: what was written behind a member that breaks off is
/// taken for the rest of it, most often for less than these.
const BACK: usize = 32 << 10;

/// Bytes of a member that are read to see whether it holds a record.
const PROBED: usize = 8 << 10;

/// Looking into a member costs as much as reading about a thousand bytes: it is done that often, and
/// a few times more.
const PROBED_EACH: u64 = 1 << 10;
const PROBES: u64 = 64;

/// A reader that knows its offset and can look ahead.
struct Counted {
    inner: Box<dyn Read + Send>,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    /// Offset in the file of the next byte.
    offset: u64,
    /// How many bytes were read again.
    again: u64,
    /// How many members were looked into in vain.
    probes: u64,
    /// What ended the reading behind what is unread.
    failed: Option<io::Error>,
}

impl Counted {
    fn unread(&self) -> &[u8] {
        self.buffer.get(self.from..self.to).unwrap_or_default()
    }

    /// At least `count` unread bytes, fewer at the end of the file.
    fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.to - self.from < count {
            let gone = self.from.saturating_sub(BACK);
            self.buffer.copy_within(gone..self.to, 0);
            self.to -= gone;
            self.from -= gone;
            if let Some(why) = self.failed.take() {
                return Err(why);
            }
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

    /// Goes back to `offset`, as far as its bytes are held, and as long as no more is read again than
    /// was read: a file of nothing but broken members costs twice its size.
    fn back_to(&mut self, offset: u64) {
        let length = usize::try_from(self.offset.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = length.min(self.from).min(BACK);
        let again = self.again + length as u64;
        if again <= self.offset {
            self.from -= length;
            self.offset -= length as u64;
            self.again = again;
        }
    }

    /// Skips to the next member of gzip that holds a record: three bytes by themselves stand in any
    /// megabytes of stray ones, and what is opened there would swallow the member behind them.
    fn skip_to_record(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            skipped += self.skip_to(GZIP)?;
            // An error belongs behind the bytes that came before it.
            let failed = self.peek(PROBED).err();
            self.failed = failed.or(self.failed.take());
            // Where so many were looked into, the next is taken for what it may be.
            let is_enough = self.probes > self.offset / PROBED_EACH + PROBES;
            let ahead = self.unread();
            if ahead.is_empty() || is_enough || start::holds_record(ahead) {
                return Ok(skipped);
            }
            self.probes += 1;
            self.consume(1);
            skipped += 1;
        }
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

    /// Passes over skippable frames of zstd; a dictionary among them makes another decoder.
    fn skip_skippable(&mut self, decoder: &mut Box<FrameDecoder>) -> io::Result<()> {
        while let Some(length) = frame::skippable(self.peek(8)?) {
            let is_dictionary = frame::is_dictionary(self.unread());
            let mut rest = self.by_ref().take(length);
            if is_dictionary {
                io::copy(&mut rest.by_ref().take(8), &mut io::sink())?;
                // Without it every frame says that it is missing.
                if let Ok(with) = frame::with_dictionary(&mut rest) {
                    *decoder = with;
                }
            }
            io::copy(&mut rest, &mut io::sink())?;
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
    /// The decoder of the next frame of zstd.
    decoder: Box<FrameDecoder>,
    buffer: Vec<u8>,
    from: usize,
    to: usize,
    /// What was read ahead, behind the buffer.
    further: Ahead,
    member: u64,
    given: u64,
    damaged: bool,
}

impl Plain {
    /// Reads `inner`, whose first byte lies at `offset` of its file.
    pub(super) fn new(inner: Box<dyn Read + Send>, offset: u64) -> io::Result<Self> {
        let buffer = vec![0; STEP + BACK];
        let mut counted =
            Counted { inner, buffer, from: 0, to: 0, offset, again: 0, probes: 0, failed: None };
        let ahead = counted.peek(8)?;
        let mut is_gzip = ahead.starts_with(GZIP);
        let mut is_zstd = ahead.starts_with(frame::MAGIC) || frame::skippable(ahead).is_some();
        if !is_gzip && !is_zstd && !start::begins(ahead) {
            // An error there belongs behind the bytes that came before it.
            let failed = counted.peek(STEP).err();
            counted.failed = failed;
            let stray = start::behind_stray(counted.unread());
            is_gzip = matches!(stray, Some(Stray::Gzip));
            is_zstd = matches!(stray, Some(Stray::Zstd));
        }
        let source =
            if is_gzip || is_zstd { Source::Between(counted) } else { Source::Raw(counted) };
        let buffer = vec![0; STEP];
        Ok(Self {
            source,
            is_zstd,
            decoder: Box::default(),
            buffer,
            from: 0,
            to: 0,
            further: Ahead::default(),
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
            Source::Raw(raw) => raw.offset - self.held(),
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
            let count = draw(&mut self.source, &mut self.further, &mut self.buffer);
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
            let more = draw(&mut self.source, &mut self.further, room);
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
        if self.damaged && !self.is_zstd {
            raw.back_to(self.member + 1);
        }
        if raw.peek(1)?.is_empty() {
            return Ok(Next::End);
        }
        if self.is_zstd {
            raw.skip_skippable(&mut self.decoder)?;
        }
        let is_due = !self.damaged && raw.peek(GZIP.len())?.starts_with(GZIP);
        let skipped = if self.is_zstd {
            raw.skip_to(frame::MAGIC)?
        } else if is_due {
            0
        } else {
            raw.skip_to_record()?
        };
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
                Source::Frame(Box::new(Frame::new(raw, std::mem::take(&mut self.decoder))))
            } else {
                Source::Member(Box::new(GzDecoder::new(raw)))
            };
        }
        Ok(Next::Member)
    }

    /// How many of the ready bytes belong to a block that has `left` bytes to go; `None` when its
    /// length is not true, for another record begins here, or behind the line end that stands here.
    ///
    /// Only where such a line comes in a block it is asked whether the block ends as one does; if it
    /// does, it `is_true`, and what it holds is its own affair.
    pub(super) fn of_block(&mut self, left: u64, is_true: &mut bool) -> io::Result<Option<usize>> {
        let ahead = self.ready();
        let count = usize::try_from(left).map_or(ahead.len(), |left| left.min(ahead.len()));
        if *is_true {
            return Ok(Some(count));
        }
        match start::record_in(ahead).filter(|at| *at < count) {
            None => Ok(Some(count)),
            Some(0) if self.stands_before_record() => {
                *is_true = self.ends_after(left)?;
                Ok(is_true.then_some(count))
            }
            Some(before) => Ok(Some(before.max(1))),
        }
    }

    /// Whether another record seems to begin here, or behind the line end that stands here. What is
    /// damaged is told when it is read.
    fn stands_before_record(&mut self) -> bool {
        if let Err(why) = self.ahead(start::LONGEST) {
            self.further.fail(why);
        }
        start::stands(self.ready())
    }

    /// Whether a block with `left` bytes to go ends there: another record follows the line ends
    /// behind it, or nothing in the member. What lies too far off or is damaged is believed.
    fn ends_after(&mut self, left: u64) -> io::Result<bool> {
        const BEHIND: usize = 4 + VERSION.len();
        let mut step = vec![0; STEP];
        while self.held() < left.saturating_add(BEHIND as u64) {
            if self.further.is_full() {
                return Ok(true);
            }
            match read(&mut self.source, &mut step) {
                Ok(0) => break,
                Ok(count) => self.further.add(step.get(..count).unwrap_or_default())?,
                Err(why) => self.further.fail(why),
            }
        }
        if self.held() < left {
            return Ok(false);
        }
        let mut behind = [0; BEHIND];
        let count = self.look(left, &mut behind)?;
        let behind = behind.get(..count).unwrap_or_default();
        let blank = behind.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        Ok(start::begins(behind.get(blank..).unwrap_or_default()))
    }

    /// The bytes `distance` from here, as many as are held.
    fn look(&mut self, distance: u64, room: &mut [u8]) -> io::Result<usize> {
        let near = self.ready().len();
        let skipped = usize::try_from(distance).unwrap_or(usize::MAX);
        let mut ready = self.ready().get(skipped..).unwrap_or_default();
        let count = ready.read(room)?;
        let distance = distance.saturating_sub(near as u64);
        let rest = room.get_mut(count..).unwrap_or_default();
        Ok(count + self.further.look(distance, rest)?)
    }

    /// Bytes read and not yet taken.
    const fn held(&self) -> u64 {
        (self.to - self.from) as u64 + self.further.left()
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
            Source::Frame(frame) => {
                let (raw, decoder) = frame.into_parts();
                self.decoder = decoder;
                Source::Between(raw)
            }
            other => other,
        };
    }
}

/// The next bytes: those that were read ahead first.
fn draw(source: &mut Source, further: &mut Ahead, room: &mut [u8]) -> io::Result<usize> {
    match further.take(room)? {
        Some(count) => Ok(count),
        None => read(source, room),
    }
}

fn read(source: &mut Source, room: &mut [u8]) -> io::Result<usize> {
    match source {
        Source::Raw(raw) => raw.read(room),
        Source::Member(member) => member.read(room),
        Source::Frame(frame) => frame.read(room),
        Source::Between(_) | Source::Gone => Ok(0),
    }
}
