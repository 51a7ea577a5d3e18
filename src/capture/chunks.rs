//! The chunked transfer coding (RFC 9112 §7.1), a byte at a time if it must be.
//!
//! Owned by the framer, which counts the bytes; this only says what they are. Chunk framing stays
//! in the archived block, so nothing here is ever thrown away: a line that cannot be read ends the
//! coding, and the framer reads on to the end of the connection.

/// Longest chunk-size line, extensions included.
pub(super) const MAX_LINE: usize = 16 << 10;

/// All trailer lines together.
pub(super) const MAX_TRAILER: usize = 64 << 10;

/// The defect of chunk lines without CR.
pub(super) const BARE_LF: &str = "chunk lines end in a bare LF";

/// What the bytes of one step are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes of the entity.
    Data,
    /// Sizes, line ends, trailers.
    Framing,
    /// Framing whose line ends lack their CR.
    Sloppy,
    /// The end of the message.
    Last,
    /// No chunked coding from here on, and why.
    Broken(&'static str),
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Size,
    Data(u64),
    /// After the data; `true` once its CR has come.
    DataEnd(bool),
    Trailer,
}

/// The reader of one chunked body.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    state: State,
    /// The line being read, and what is left of one that broke the coding.
    line: Vec<u8>,
    /// Whether the first size has been read.
    begun: bool,
    /// Bytes of trailer lines that are read already.
    trailer: usize,
}

impl Chunks {
    /// Takes bytes from the front of `bytes`, which is not empty: how many, and what they are.
    /// Only [`Piece::Broken`] may take none.
    pub(super) fn step(&mut self, bytes: &[u8]) -> (usize, Piece) {
        match &mut self.state {
            State::Size => self.size_line(bytes),
            State::Data(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= taken as u64;
                if *left == 0 {
                    self.state = State::DataEnd(false);
                }
                (taken, Piece::Data)
            }
            State::DataEnd(cr) => match (bytes.first(), *cr) {
                (Some(b'\r'), false) => {
                    *cr = true;
                    (1, Piece::Framing)
                }
                (Some(b'\n'), cr) => {
                    self.state = State::Size;
                    (1, if cr { Piece::Framing } else { Piece::Sloppy })
                }
                _ => (0, Piece::Broken("no line end after a chunk")),
            },
            State::Trailer => self.trailer_line(bytes),
        }
    }

    /// What was taken of a body that has not begun to be chunked: bytes of the body as it stands, if
    /// it never does.
    pub(super) fn take_unframed(&mut self) -> Vec<u8> {
        if self.begun { Vec::new() } else { std::mem::take(&mut self.line) }
    }

    fn size_line(&mut self, bytes: &[u8]) -> (usize, Piece) {
        let (taken, ended) = self.take_line(bytes, MAX_LINE);
        if !ended {
            let full = self.line.len() > MAX_LINE;
            return (
                taken,
                if full { Piece::Broken("endless chunk-size line") } else { Piece::Framing },
            );
        }
        let sloppy = !self.line.ends_with(b"\r\n");
        match chunk_size(&self.line) {
            None => return (taken, Piece::Broken("a chunk size that is none")),
            Some(0) => self.state = State::Trailer,
            Some(size) => self.state = State::Data(size),
        }
        self.line.clear();
        self.begun = true;
        (taken, if sloppy { Piece::Sloppy } else { Piece::Framing })
    }

    fn trailer_line(&mut self, bytes: &[u8]) -> (usize, Piece) {
        let (taken, ended) = self.take_line(bytes, MAX_TRAILER - self.trailer);
        if !ended {
            let full = self.line.len() + self.trailer > MAX_TRAILER;
            return (taken, if full { Piece::Broken("endless trailers") } else { Piece::Framing });
        }
        if matches!(self.line.as_slice(), b"\n" | b"\r\n") {
            return (taken, Piece::Last);
        }
        self.trailer += self.line.len();
        self.line.clear();
        (taken, Piece::Framing)
    }

    /// Takes up to and with the next LF, but never more than one byte beyond `most`.
    fn take_line(&mut self, bytes: &[u8], most: usize) -> (usize, bool) {
        let room = (most + 1).saturating_sub(self.line.len()).min(bytes.len());
        let within = bytes.get(..room).unwrap_or(bytes);
        let end = memchr::memchr(b'\n', within).map(|at| at + 1);
        let taken = end.unwrap_or(within.len());
        self.line.extend_from_slice(within.get(..taken).unwrap_or_default());
        (taken, end.is_some() && self.line.len() <= most)
    }
}

/// The size of a chunk-size line: hex digits, then perhaps white space and extensions.
fn chunk_size(line: &[u8]) -> Option<u64> {
    let size = line.split(|byte| *byte == b';').next()?.trim_ascii();
    if size.is_empty() || !size.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()
}
