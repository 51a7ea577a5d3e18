//! The entity of an archived HTTP message: head and transfer coding taken off (WARC 1.1 §5.9).
//!
//! This reads `application/http` blocks of any archive, offline. It is total and streams: nothing
//! is allocated by a length that the message declares.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use crate::head::Head;

/// Longest chunk-size line that is read as one.
const MAX_SIZE_LINE: u64 = 16 << 10;

/// Longest head of an archived HTTP message that is looked into.
const MAX_HEAD: u64 = 1 << 20;

/// How the body of a message was framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Not chunked; the entity is the body as it stands.
    Plain,
    /// Chunked, and whole.
    Chunked,
    /// The head says chunked; the chunks end early or are none.
    Broken,
}

/// An HTTP message taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split<'a> {
    /// Length of the head, its empty line included.
    pub head_length: usize,
    /// The entity: transfer coding removed, content coding kept.
    pub entity: Cow<'a, [u8]>,
    /// How it was framed.
    pub framing: Framing,
}

/// Takes an `application/http` block apart. Total: a block without an empty line is all head.
pub fn split(block: &[u8]) -> Split<'_> {
    let head_length = head_length(block);
    let (head, body) = block.split_at_checked(head_length).unwrap_or((block, &[]));
    if !is_chunked(head) {
        return Split { head_length, entity: Cow::Borrowed(body), framing: Framing::Plain };
    }
    let mut reader = Dechunked::new(body);
    let mut entity = Vec::new();
    // Reading from memory does not fail.
    let _ = reader.read_to_end(&mut entity);
    Split { head_length, entity: Cow::Owned(entity), framing: reader.framing() }
}

/// Reads the head of an HTTP message, its empty line included.
pub fn read_head(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut reader = reader.take(MAX_HEAD);
    loop {
        let start = head.len();
        reader.read_until(b'\n', &mut head)?;
        if matches!(head.get(start..), None | Some(b"" | b"\n" | b"\r\n")) {
            return Ok(head);
        }
    }
}

/// Length of the head of an HTTP message, its empty line included; everything without one. Empty
/// lines before the start line are part of it (RFC 9112 §2.2).
pub fn head_length(block: &[u8]) -> usize {
    let mut at = 0;
    let mut begun = false;
    for line in block.split_inclusive(|&byte| byte == b'\n') {
        at += line.len();
        let is_blank = matches!(line, b"\n" | b"\r\n");
        if is_blank && begun {
            return at;
        }
        begun |= !is_blank;
    }
    block.len()
}

/// Whether the last transfer coding of a head is `chunked` (RFC 9112 §6.1).
pub fn is_chunked(head: &[u8]) -> bool {
    Head::parse_whole(head).transfer_codings().last().is_some_and(|last| last == "chunked")
}

/// Reads a chunked body without its framing (RFC 9112 §7.1), as leniently as archives need:
/// zero-padded sizes, blanks after them, extensions and bare LF. A body whose first line is no
/// chunk size is read as it stands: some writers store it de-chunked under the old head.
pub struct Dechunked<R> {
    inner: R,
    state: State,
    /// Raw bytes that are given out first.
    raw: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    First,
    Size,
    Data(u64),
    DataEnd,
    AsItStands,
    Whole,
    Broken,
}

impl<R: BufRead> Dechunked<R> {
    /// Reads `inner`, whose first byte is that of the first chunk-size line.
    pub const fn new(inner: R) -> Self {
        Self { inner, state: State::First, raw: Vec::new() }
    }

    /// Whether the body turned out not to be chunked at all, and is given as it stands.
    pub fn is_as_it_stands(&self) -> bool {
        self.state == State::AsItStands
    }

    /// What it read from, behind the line of the last chunk when the body was whole.
    pub fn into_inner(self) -> R {
        self.inner
    }

    /// How the body turned out to be framed, once it is read to its end.
    pub fn framing(&self) -> Framing {
        if self.state == State::Whole { Framing::Chunked } else { Framing::Broken }
    }

    /// Goes on to the next state that gives bytes, or to an end.
    fn advance(&mut self) -> io::Result<()> {
        let mut line = Vec::new();
        self.inner.by_ref().take(MAX_SIZE_LINE).read_until(b'\n', &mut line)?;
        self.state = match (self.state, chunk_size(&line)) {
            (State::DataEnd, _) if matches!(line.as_slice(), b"\n" | b"\r\n") => State::Size,
            (State::First | State::Size, Some(0)) => State::Whole,
            (State::First | State::Size, Some(size)) => State::Data(size),
            (State::First, None) => {
                self.raw = line;
                State::AsItStands
            }
            _ => State::Broken,
        };
        Ok(())
    }
}

impl<R: BufRead> Read for Dechunked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.state {
                State::First | State::Size | State::DataEnd => self.advance()?,
                State::Whole | State::Broken => return Ok(0),
                State::AsItStands if self.raw.is_empty() => return self.inner.read(buffer),
                State::AsItStands => {
                    let count = self.raw.as_slice().read(buffer)?;
                    self.raw.drain(..count);
                    return Ok(count);
                }
                State::Data(left) => {
                    let count = self.inner.by_ref().take(left).read(buffer)?;
                    if count == 0 && !buffer.is_empty() {
                        self.state = State::Broken;
                    }
                    let left = left.saturating_sub(count as u64);
                    if left == 0 {
                        self.state = State::DataEnd;
                    } else if self.state != State::Broken {
                        self.state = State::Data(left);
                    }
                    return Ok(count);
                }
            }
        }
    }
}

/// The size of a chunk-size line, `None` when it is none or does not fit in 64 bits.
fn chunk_size(line: &[u8]) -> Option<u64> {
    if !line.ends_with(b"\n") {
        return None;
    }
    let digits = line.split(|&byte| byte == b';').next()?.trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    let is_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u64::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";

    fn entity(body: &str) -> (String, Framing) {
        let block = format!("{HEAD}{body}");
        let split = split(block.as_bytes());
        assert_eq!(split.head_length, HEAD.len());
        (String::from_utf8(split.entity.into_owned()).unwrap(), split.framing)
    }

    #[test]
    fn chunks_are_joined() {
        use Framing::{Broken, Chunked};
        let cases = [
            ("3\r\nabc\r\n0\r\n\r\n", "abc", Chunked),
            ("003 ;x=1\r\nabc\r\n2\ndef\r\n0\r\n", "abcde", Broken),
            ("1\na\n0000\nTrailer: x\r\n\r\nexcess", "a", Chunked),
            ("3\r\nabc\r\n", "abc", Broken),
            ("5\r\nab", "ab", Broken),
            ("ffffffffffffffff\r\nabc", "abc", Broken),
            ("fffffffffffffffff\r\nabc", "fffffffffffffffff\r\nabc", Broken),
            ("-3\r\nabc\r\n", "-3\r\nabc\r\n", Broken),
            ("<p>not chunked</p>", "<p>not chunked</p>", Broken),
            ("", "", Broken),
            ("0\r\n\r\n", "", Chunked),
        ];
        for (body, want, framing) in cases {
            assert_eq!(entity(body), (want.to_owned(), framing), "{body:?}");
        }
    }

    #[test]
    fn a_plain_body_is_borrowed() {
        let block = b"HTTP/1.0 200\nX: chunked\nTransfer-Encoding: identity\n\nbody\n\n";
        let split = split(block);
        assert_eq!((split.head_length, split.framing), (block.len() - 6, Framing::Plain));
        assert_eq!(split.entity, Cow::Borrowed(&b"body\n\n"[..]));
        assert_eq!(super::split(b"no end").entity.len(), 0);
    }
}
