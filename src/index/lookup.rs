//! Looking up: the captures of a URL in a sorted index, by binary search.
//!
//! The file is never read as a whole: a search touches a few dozen places of it, whatever its size.
//! What stands there is somebody's, so every line is bounded and an error names file and offset; a
//! line that is none, or not in its place, is one: nothing would be found in such a file.

use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::line::check;
use super::merge::read_line;
use super::{IndexError, Line, LineError, MAX_LINE};
use crate::moment::Moment;
use crate::surt;

/// A sorted index, open for looking up.
#[derive(Debug)]
pub struct Lookup {
    path: PathBuf,
    reader: BufReader<File>,
    length: u64,
}

impl Lookup {
    /// Opens a sorted index.
    pub fn open(path: &Path) -> Result<Self, IndexError> {
        let failed = |source| IndexError::input(path, source);
        let file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let reader = BufReader::with_capacity(8 << 10, file);
        Ok(Self { path: path.to_owned(), reader, length })
    }

    /// The captures of a URL, oldest first: those with its key, so `http` and `https`, with and
    /// without `www`.
    pub fn url(&mut self, url: &str) -> Result<Found<'_>, IndexError> {
        self.key(&surt::key(url))
    }

    /// The captures with a key, oldest first.
    pub fn key(&mut self, key: &str) -> Result<Found<'_>, IndexError> {
        let prefix = format!("{key} ");
        let start = self.first_not_below(prefix.as_bytes())?;
        let path = self.path.clone();
        self.reader.seek(SeekFrom::Start(start)).map_err(|why| IndexError::input(&path, why))?;
        Ok(Found { lookup: self, prefix, offset: start, done: false })
    }

    /// The capture of a URL that is nearest in time; of two equally near the earlier.
    pub fn closest(&mut self, url: &str, at: Moment) -> Result<Option<Line>, IndexError> {
        let mut best: Option<(u64, Line)> = None;
        for line in self.url(url)? {
            let line = line?;
            let Some(moment) = line.moment() else { continue };
            let away = moment.millis().abs_diff(at.millis());
            if best.as_ref().is_none_or(|(nearest, _)| away < *nearest) {
                best = Some((away, line));
            }
        }
        Ok(best.map(|(_, line)| line))
    }

    /// Where the first line begins that is not below `wanted`.
    fn first_not_below(&mut self, wanted: &[u8]) -> Result<u64, IndexError> {
        // Every line that begins before `low` is below; none that begins at or behind `high` is.
        let (mut low, mut high) = (0, self.length);
        let mut line = Vec::new();
        self.met(0, &mut line)?;
        let (mut before, mut behind) = (line.clone(), None);
        while low < high {
            let middle = low + (high - low) / 2;
            let start = self.line_start(middle, &mut line)?;
            if start >= high {
                high = middle;
                continue;
            }
            let count = self.met(start, &mut line)?;
            if line < before || behind.as_ref().is_some_and(|behind| line > *behind) {
                return Err(self.no_index(start, LineError::Unsorted));
            }
            if line.as_slice() < wanted {
                low = start + count;
                before.clone_from(&line);
            } else {
                high = middle;
                behind = Some(line.clone());
            }
        }
        Ok(low)
    }

    /// Reads the line at `offset`, which must look like one of an index.
    fn met(&mut self, offset: u64, line: &mut Vec<u8>) -> Result<u64, IndexError> {
        let count = self.line_at(offset, line)?;
        if !line.is_empty() && !line.starts_with(b"!meta ") {
            check(line).map_err(|why| self.no_index(offset, why))?;
        }
        Ok(count)
    }

    /// The first place at or behind `offset` where a line begins.
    fn line_start(&mut self, offset: u64, line: &mut Vec<u8>) -> Result<u64, IndexError> {
        if offset == 0 {
            return Ok(0);
        }
        Ok(offset - 1 + self.line_at(offset - 1, line)?)
    }

    /// Reads the rest of the line at `offset` and says how many bytes it takes.
    fn line_at(&mut self, offset: u64, line: &mut Vec<u8>) -> Result<u64, IndexError> {
        let read = |reader: &mut BufReader<File>, line: &mut Vec<u8>| -> io::Result<usize> {
            reader.seek(SeekFrom::Start(offset))?;
            read_line(reader, line)
        };
        let count =
            read(&mut self.reader, line).map_err(|why| IndexError::input(&self.path, why))?;
        if line.len() > MAX_LINE {
            return Err(self.bad(offset, LineError::TooLong));
        }
        Ok(count as u64)
    }

    fn no_index(&self, offset: u64, why: LineError) -> IndexError {
        IndexError::NoIndex { path: self.path.clone(), offset, why }
    }

    fn bad(&self, offset: u64, why: LineError) -> IndexError {
        IndexError::Line { path: self.path.clone(), offset, why }
    }
}

/// The lines that were found.
#[derive(Debug)]
pub struct Found<'a> {
    lookup: &'a mut Lookup,
    prefix: String,
    offset: u64,
    done: bool,
}

impl Iterator for Found<'_> {
    type Item = Result<Line, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut line = Vec::new();
        let at = self.offset;
        let count = match read_line(&mut self.lookup.reader, &mut line) {
            Ok(count) => count,
            Err(why) => {
                self.done = true;
                return Some(Err(IndexError::input(&self.lookup.path, why)));
            }
        };
        if !line.starts_with(self.prefix.as_bytes()) {
            self.done = true;
            return None;
        }
        self.offset += count as u64;
        let parsed = Line::parse(&line);
        self.done = parsed == Err(LineError::TooLong);
        Some(parsed.map_err(|why| self.lookup.bad(at, why)))
    }
}
