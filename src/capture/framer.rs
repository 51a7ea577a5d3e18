//! The framer: where an HTTP/1.1 response begins and ends, and which of its bytes are the entity.
//!
//! Pure and incremental: bytes go in as they arrive, boundaries come out as absolute offsets, and
//! how the bytes were cut into packets makes no difference. It follows RFC 9112 §6.3, but it
//! archives instead of refusing: conflicting lengths or a broken chunk are marked as a defect, the
//! rest is read to the end of the connection, and the connection is never used again. A body that
//! says chunked and never begins to be is an entity as it stands; of one that breaks off in the
//! middle it is what came before. It owns no connection, keeps no body byte and never fails.

use std::ops::Range;

use super::chunks::{self, Chunks, Piece};
use crate::head::{Head, Length, has_http_prefix, status_of};

/// Interim responses before the final one; a server that sends more is given up.
pub const MAX_INTERIM: u32 = 64;

/// Ranges of the entity that are kept: 1 MB of memory. The digest covers what comes after, too.
pub const MAX_RANGES: usize = 1 << 16;

/// How the length of the body is known (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no body.
    None,
    /// Content-Length.
    Len(u64),
    /// The chunked transfer coding.
    Chunked,
    /// All bytes until the connection is closed.
    Close,
}

/// Why there is no response to archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// The first line is no status line.
    NotHttp,
    /// The head is over its limit.
    HeadTooLong,
    /// More interim responses than [`MAX_INTERIM`].
    InterimFlood,
    /// 101: what follows is another protocol.
    Switching,
}

/// How far the message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The final head is not whole yet.
    Head,
    /// In the body.
    Body,
    /// The message is whole.
    Done,
    /// The body goes on beyond its limit; all bytes up to the limit were taken.
    Cut,
    /// Nothing to archive.
    Bad(Bad),
}

#[derive(Debug)]
enum State {
    Head,
    Len(u64),
    Chunks(Chunks),
    Close,
    Done,
    Cut,
    Bad(Bad),
}

/// The framer of one response.
#[derive(Debug)]
pub struct Framer {
    state: State,
    answers_head: bool,
    max_head: u64,
    max_body: u64,
    /// Offset of the next byte.
    at: u64,
    /// The body ends here at the latest.
    limit: u64,
    /// The head that is being read, and where its present line starts.
    raw: Vec<u8>,
    line: usize,
    /// Whether its start line is whole; only empty lines may come before it.
    began: bool,
    interims: u32,
    head: Head,
    head_start: u64,
    head_end: u64,
    kind: Kind,
    persistent: bool,
    entity: Vec<Range<u64>>,
    entity_length: u64,
    /// Why the chunks broke off.
    broken: Option<&'static str>,
    /// After a broken chunk nobody knows which bytes are the entity.
    lost: bool,
    defects: Vec<String>,
}

impl Framer {
    /// A framer for the answer to one request (`answers_head`: its method was HEAD). `max_head`
    /// counts all bytes up to the end of the final head, `max_body` those after it.
    pub fn new(answers_head: bool, max_head: u64, max_body: u64) -> Self {
        Self {
            state: State::Head,
            answers_head,
            max_head,
            max_body,
            at: 0,
            limit: max_head.saturating_add(1),
            raw: Vec::new(),
            line: 0,
            began: false,
            interims: 0,
            head: Head::default(),
            head_start: 0,
            head_end: 0,
            kind: Kind::None,
            persistent: false,
            entity: Vec::new(),
            entity_length: 0,
            broken: None,
            lost: false,
            defects: Vec::new(),
        }
    }

    /// Takes the next bytes, hands the pieces of the entity to `entity`, and says how many bytes
    /// belong to the message. Fewer than given means that it is over.
    pub fn feed(&mut self, bytes: &[u8], mut entity: impl FnMut(&[u8])) -> usize {
        let mut consumed = 0;
        while !self.is_over() {
            let rest = bytes.get(consumed..).unwrap_or_default();
            if rest.is_empty() {
                break;
            }
            let room = usize::try_from(self.limit.saturating_sub(self.at)).unwrap_or(usize::MAX);
            if room == 0 {
                self.state = State::Cut;
                break;
            }
            let within = rest.get(..room.min(rest.len())).unwrap_or(rest);
            consumed += self.step(within, &mut entity);
        }
        // A body that says it goes on is over its limit as soon as it is at it.
        if self.at == self.limit && matches!(self.state, State::Len(_) | State::Chunks(_)) {
            self.state = State::Cut;
        }
        consumed
    }

    /// The connection has ended. Whether the message is whole.
    pub fn eof(&mut self) -> bool {
        if matches!(self.state, State::Close) {
            self.state = State::Done;
        }
        matches!(self.state, State::Done)
    }

    /// Why the chunked coding broke off, when it did: the message is not whole then (RFC 9112 §8).
    pub fn broken(&self) -> Option<&'static str> {
        self.broken
    }

    /// No more bytes come: what looked like the beginning of a first chunk size was the body.
    pub fn end_unframed(&mut self, mut entity: impl FnMut(&[u8])) {
        if let State::Chunks(chunks) = &mut self.state {
            let line = chunks.take_unframed();
            self.keep_unframed(&line, &mut entity);
        }
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        match self.state {
            State::Head => Progress::Head,
            State::Len(_) | State::Chunks(_) | State::Close => Progress::Body,
            State::Done => Progress::Done,
            State::Cut => Progress::Cut,
            State::Bad(bad) => Progress::Bad(bad),
        }
    }

    /// Where the final head starts: interim responses and empty lines lie before it.
    pub fn head_start(&self) -> u64 {
        self.head_start
    }

    /// Where the final head ends, its empty line included; `None` while it is not whole.
    pub fn head_end(&self) -> Option<u64> {
        (self.head_end > 0).then_some(self.head_end)
    }

    /// The end of the message, or of what has come of it.
    pub fn end(&self) -> u64 {
        self.at
    }

    /// The final head.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// How the length of the body is known.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Bytes of the body that are still to come, when that is known.
    pub fn remaining(&self) -> Option<u64> {
        match self.state {
            State::Len(left) => Some(left.min(self.limit.saturating_sub(self.at))),
            _ => None,
        }
    }

    /// Bytes of the body that have come, its framing included.
    pub fn body_length(&self) -> u64 {
        self.head_end().map_or(0, |head_end| self.at - head_end)
    }

    /// Bytes the body has by its Content-Length, when that is what frames it.
    pub fn declared_length(&self) -> Option<u64> {
        match self.kind {
            Kind::Len(length) => Some(length),
            _ => None,
        }
    }

    /// Whether another request may follow on the connection.
    pub fn keep_alive(&self) -> bool {
        let says_where_it_ends = self.kind != Kind::Close;
        let whole = matches!(self.state, State::Done) && says_where_it_ends;
        whole && self.persistent && self.defects.is_empty()
    }

    /// What was wrong, in the order it was met.
    pub fn defects(&self) -> &[String] {
        &self.defects
    }

    /// The ranges of the entity, at most [`MAX_RANGES`].
    pub fn entity(&self) -> &[Range<u64>] {
        &self.entity
    }

    /// Length of the entity in bytes.
    pub fn entity_length(&self) -> u64 {
        self.entity_length
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Done | State::Cut | State::Bad(_))
    }

    /// One step: takes at least one byte or changes the state.
    fn step(&mut self, bytes: &[u8], entity: &mut impl FnMut(&[u8])) -> usize {
        match &mut self.state {
            State::Head => self.head_line(bytes),
            State::Len(left) => {
                let wanted = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= wanted as u64;
                let done = *left == 0;
                self.take_entity(bytes, wanted, entity);
                if done {
                    self.state = State::Done;
                }
                wanted
            }
            State::Chunks(chunks) => {
                let (taken, piece) = chunks.step(bytes);
                if let Piece::Broken(why) = piece {
                    let line = chunks.take_unframed();
                    self.at += taken as u64;
                    self.lost = line.is_empty();
                    self.broken = Some(why);
                    self.defect(why);
                    self.keep_unframed(&line, entity);
                    self.state = State::Close;
                } else {
                    self.take_piece(bytes, taken, piece, entity);
                }
                taken
            }
            State::Close if self.lost => {
                self.at += bytes.len() as u64;
                bytes.len()
            }
            State::Close => {
                self.take_entity(bytes, bytes.len(), entity);
                bytes.len()
            }
            State::Done | State::Cut | State::Bad(_) => 0,
        }
    }

    fn take_piece(
        &mut self,
        bytes: &[u8],
        taken: usize,
        piece: Piece,
        entity: &mut impl FnMut(&[u8]),
    ) {
        match piece {
            Piece::Data => return self.take_entity(bytes, taken, entity),
            Piece::Framing | Piece::Broken(_) => {}
            Piece::Sloppy => self.defect(chunks::BARE_LF),
            Piece::Last => self.state = State::Done,
        }
        self.at += taken as u64;
    }

    /// Bytes that have been taken for framing and are the beginning of the entity.
    fn keep_unframed(&mut self, line: &[u8], entity: &mut impl FnMut(&[u8])) {
        if !line.is_empty() {
            self.entity.push(self.at - line.len() as u64..self.at);
            self.entity_length += line.len() as u64;
            entity(line);
        }
    }

    fn take_entity(&mut self, bytes: &[u8], taken: usize, entity: &mut impl FnMut(&[u8])) {
        if taken == 0 {
            return;
        }
        let range = self.at..self.at + taken as u64;
        self.at = range.end;
        self.entity_length += taken as u64;
        entity(bytes.get(..taken).unwrap_or_default());
        let full = self.entity.len() >= MAX_RANGES;
        match self.entity.last_mut().filter(|last| last.end == range.start) {
            Some(last) => last.end = range.end,
            None if full => self.defect("too many chunks: only the first can be read back"),
            None => self.entity.push(range),
        }
    }

    /// Takes up to the end of the present line of the head.
    fn head_line(&mut self, bytes: &[u8]) -> usize {
        let ended = memchr::memchr(b'\n', bytes);
        let taken = ended.map_or(bytes.len(), |at| at + 1);
        self.raw.extend_from_slice(bytes.get(..taken).unwrap_or_default());
        self.at += taken as u64;
        let line = self.raw.get(self.line..).unwrap_or_default();
        let starts = !self.began;
        let blank = matches!(line, b"\r" | b"\n" | b"\r\n");
        if starts && !blank && !has_http_prefix(line) {
            self.state = State::Bad(Bad::NotHttp);
        } else if self.at > self.max_head {
            self.state = State::Bad(Bad::HeadTooLong);
        } else if ended.is_some() {
            if starts && !blank && status_of(line.trim_ascii_end()).is_none() {
                self.state = State::Bad(Bad::NotHttp);
            } else if blank && !starts {
                self.began = false;
                self.head_is_whole();
            } else if blank {
                // No part of the message (RFC 9112 §2.2): archived in front of it, no tool would find
                // the status line.
                self.defect("empty lines before the status line");
                self.head_start = self.at;
                self.raw.clear();
            } else {
                self.began = true;
            }
            self.line = self.raw.len();
        }
        taken
    }

    fn head_is_whole(&mut self) {
        let head = Head::parse_whole(&self.raw);
        match head.status().unwrap_or_default() {
            101 => self.state = State::Bad(Bad::Switching),
            100..=199 => {
                self.interims += 1;
                if self.interims > MAX_INTERIM {
                    self.state = State::Bad(Bad::InterimFlood);
                    return;
                }
                // RFC 9112 §6.3 gives an interim response no body, whatever it claims.
                if has_body_fields(&head) {
                    self.defect("an interim response says it has a body");
                }
                self.head_start = self.at;
                self.raw.clear();
            }
            status => {
                self.head_end = self.at;
                self.limit = self.at.saturating_add(self.max_body);
                self.persistent = is_persistent(&head);
                self.note_odd_lines();
                self.frame(&head, status);
                self.head = head.bounded();
                self.raw = Vec::new();
            }
        }
    }

    /// RFC 9112 §6.3, in its order.
    fn frame(&mut self, head: &Head, status: u16) {
        if self.answers_head || matches!(status, 204 | 304) {
            // Servers that send the body all the same would spoil the next answer.
            self.persistent &= !has_body_fields(head);
            if status == 204 && has_body_fields(head) {
                self.defect("a 204 that says it has a body");
            }
            self.begin(Kind::None);
            return;
        }
        if status == 205 && has_body_fields(head) {
            self.persistent = false;
        }
        let codings = head.transfer_codings();
        let length = head.content_length();
        if !codings.is_empty() && length != Length::Absent {
            self.defect("both Transfer-Encoding and Content-Length");
        }
        if codings.iter().filter(|coding| *coding == "chunked").count() > 1 {
            self.defect("chunked more than once");
        }
        if codings.last().is_some_and(|last| last == "chunked") {
            if head.version().eq_ignore_ascii_case(b"HTTP/1.0") {
                self.defect("chunked in HTTP/1.0");
            }
            return self.begin(Kind::Chunked);
        }
        match length {
            Length::Bytes(length) if codings.is_empty() => self.begin(Kind::Len(length)),
            Length::Invalid => {
                self.defect("Content-Length is no length, or more than one");
                self.begin(Kind::Close);
            }
            _ => self.begin(Kind::Close),
        }
    }

    fn begin(&mut self, kind: Kind) {
        self.kind = kind;
        self.state = match kind {
            Kind::None | Kind::Len(0) => State::Done,
            Kind::Len(length) => State::Len(length),
            Kind::Chunked => State::Chunks(Chunks::default()),
            Kind::Close => State::Close,
        };
    }

    /// NUL, bare CR and a fold of nothing: other readers may see another head here.
    fn note_odd_lines(&mut self) {
        if memchr::memchr(0, &self.raw).is_some() {
            self.defect("NUL in the head");
        }
        let bare_cr = |at: usize| self.raw.get(at + 1).is_some_and(|next| *next != b'\n');
        if memchr::memchr_iter(b'\r', &self.raw).any(bare_cr) {
            self.defect("bare CR in the head");
        }
        let mut lines =
            self.raw.split(|byte| *byte == b'\n').skip_while(|line| matches!(**line, [] | [b'\r']));
        if lines.nth(1).is_some_and(|line| matches!(line.first(), Some(b' ' | b'\t'))) {
            self.defect("a folded line with no field before it");
        }
    }

    fn defect(&mut self, what: &str) {
        if !self.defects.iter().any(|known| known == what) {
            self.defects.push(what.to_owned());
        }
    }
}

fn has_body_fields(head: &Head) -> bool {
    !head.transfer_codings().is_empty()
        || !matches!(head.content_length(), Length::Absent | Length::Bytes(0))
}

/// RFC 9112 §9.3, but only for the two versions there are.
fn is_persistent(head: &Head) -> bool {
    let options = head.list("connection");
    let says = |option: &str| options.iter().any(|said| said == option);
    match head.version() {
        b"HTTP/1.1" => !says("close"),
        b"HTTP/1.0" => says("keep-alive") && !says("close"),
        _ => false,
    }
}
