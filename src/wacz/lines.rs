//! Lines of an entry, one at a time, none longer than a bound.
//!
//! CDXJ and JSON lines of a package may be anything: a line that is too long is told and passed
//! over, never held.

use std::io::{self, BufRead, Read};

/// Longest line that is given.
pub const MAX_LINE: usize = 16 << 20;

/// A line, without its end, and its number from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1.
    pub number: u64,
    /// Its bytes; `None` when it is longer than [`MAX_LINE`].
    pub bytes: Option<Vec<u8>>,
}

/// The lines of a stream.
pub struct Lines {
    from: Box<dyn BufRead + Send>,
    number: u64,
    done: bool,
}

impl Lines {
    pub(super) fn new(from: Box<dyn BufRead + Send>) -> Self {
        Self { from, number: 0, done: false }
    }

    fn step(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let most = MAX_LINE as u64 + 1;
        if self.from.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        let whole = bytes.pop_if(|last| *last == b'\n').is_some();
        bytes.pop_if(|last| whole && *last == b'\r');
        let fits = whole || bytes.len() <= MAX_LINE;
        if !fits {
            self.from.skip_until(b'\n')?;
        }
        Ok(Some(Line { number: self.number, bytes: fits.then_some(bytes) }))
    }
}

impl Iterator for Lines {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step().transpose();
        self.done = !matches!(step, Some(Ok(_)));
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_passed_over() {
        let mut text = b"a\r\n\n".to_vec();
        text.extend(vec![b'x'; MAX_LINE + 1]);
        text.extend(b"yz\nlast");
        let lines: Vec<Line> =
            Lines::new(Box::new(io::Cursor::new(text))).map(Result::unwrap).collect();
        let short = |number, bytes: &[u8]| Line { number, bytes: Some(bytes.to_vec()) };
        let long = Line { number: 3, bytes: None };
        assert_eq!(lines, [short(1, b"a"), short(2, b""), long, short(4, b"last")]);
    }
}
