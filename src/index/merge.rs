//! Sorting: any number of lines into the order of their bytes (`LC_ALL=C`), in bounded memory.
//!
//! An external merge sort. Lines are gathered up to a limit and spilled as sorted runs into
//! temporary files; runs are merged, and never more are open than [`FAN_IN`]. Equal lines are
//! given once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::line::LineError;
use super::{IndexError, MAX_LINE};
use crate::disk::Disk;

/// Bytes of lines held before they are spilled.
const MEMORY: usize = 32 << 20;

/// Runs that are merged at a time; each is an open file.
const FAN_IN: usize = 64;

/// Sorts the lines of `inputs` into the file `out`, which appears whole or not at all, and is
/// durable. Gives the number of lines. Inputs need not be sorted; empty lines are left out.
pub fn sort(inputs: &[PathBuf], out: &Path, disk: &Disk) -> Result<u64, IndexError> {
    let mut sorter = Sorter::new();
    for input in inputs {
        sorter.add_file(input)?;
    }
    sorter.write_file(out, disk)
}

/// Gathers lines and gives them sorted.
pub struct Sorter {
    memory: usize,
    bytes: Vec<u8>,
    lines: Vec<Range<usize>>,
    runs: Vec<File>,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::new()
    }
}

impl Sorter {
    /// A sorter that holds 32 MiB of lines.
    pub fn new() -> Self {
        Self::within(MEMORY)
    }

    /// A sorter that holds this many bytes of lines, or one line when that is longer.
    pub const fn within(memory: usize) -> Self {
        Self { memory, bytes: Vec::new(), lines: Vec::new(), runs: Vec::new() }
    }

    /// Takes in a line, without its end.
    pub fn add(&mut self, line: &[u8]) -> Result<(), IndexError> {
        if !self.lines.is_empty() && self.held() + line.len() > self.memory {
            self.spill().map_err(in_temporary)?;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(line);
        self.lines.push(start..self.bytes.len());
        Ok(())
    }

    /// Takes in the lines of a file.
    pub fn add_file(&mut self, path: &Path) -> Result<(), IndexError> {
        let failed = |source| IndexError::input(path, source);
        let mut reader = BufReader::with_capacity(64 << 10, File::open(path).map_err(failed)?);
        let (mut line, mut offset) = (Vec::new(), 0);
        loop {
            let count = read_line(&mut reader, &mut line).map_err(failed)?;
            if count == 0 {
                return Ok(());
            }
            if line.len() > MAX_LINE {
                let why = LineError::TooLong;
                return Err(IndexError::Line { path: path.to_owned(), offset, why });
            }
            if !line.is_empty() {
                self.add(&line)?;
            }
            offset += count as u64;
        }
    }

    /// Writes all lines in order, each with its end, and gives their number.
    pub fn write_to(mut self, out: &mut impl Write) -> io::Result<u64> {
        self.reduce()?;
        let mut once = Once { out, last: None, count: 0 };
        if self.runs.is_empty() {
            self.in_order(|line| once.write(line))?;
        } else {
            if !self.lines.is_empty() {
                self.spill()?;
            }
            merge(self.runs, &mut once)?;
        }
        Ok(once.count)
    }

    /// Writes all lines in order into a file that appears whole or not at all, and is durable.
    pub fn write_file(self, out: &Path, disk: &Disk) -> Result<u64, IndexError> {
        // A device or a pipe is written to, never replaced.
        let written = if out.metadata().is_ok_and(|meta| !meta.is_file()) {
            File::create(out).and_then(|mut out| self.write_to(&mut out))
        } else {
            disk.replace_with(out, |file| {
                let mut file = BufWriter::with_capacity(64 << 10, file);
                let count = self.write_to(&mut file)?;
                file.flush()?;
                Ok(count)
            })
        };
        written.map_err(|source| IndexError::output(out, source))
    }

    const fn held(&self) -> usize {
        self.bytes.len() + self.lines.len() * size_of::<Range<usize>>()
    }

    /// Gives the held lines in order and lets them go.
    fn in_order(&mut self, mut to: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        let line = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        self.lines.sort_unstable_by(|one, other| line(one).cmp(line(other)));
        for range in &self.lines {
            to(line(range))?;
        }
        self.lines.clear();
        self.bytes.clear();
        Ok(())
    }

    /// Makes a run of the held lines.
    fn spill(&mut self) -> io::Result<()> {
        self.reduce()?;
        let mut run = BufWriter::with_capacity(64 << 10, tempfile::tempfile()?);
        let mut once = Once { out: &mut run, last: None, count: 0 };
        self.in_order(|line| once.write(line))?;
        self.runs.push(begun_again(run)?);
        Ok(())
    }

    /// Makes one run of all when no more may be open.
    fn reduce(&mut self) -> io::Result<()> {
        if self.runs.len() < FAN_IN {
            return Ok(());
        }
        let mut run = BufWriter::with_capacity(64 << 10, tempfile::tempfile()?);
        merge(std::mem::take(&mut self.runs), &mut Once { out: &mut run, last: None, count: 0 })?;
        self.runs.push(begun_again(run)?);
        Ok(())
    }
}

/// A run, to be read from its first line.
fn begun_again(run: BufWriter<File>) -> io::Result<File> {
    let mut file = run.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

fn in_temporary(source: io::Error) -> IndexError {
    IndexError::output(&std::env::temp_dir(), source)
}

/// Writes lines that differ from the one before.
struct Once<'a, W> {
    out: &'a mut W,
    last: Option<Vec<u8>>,
    count: u64,
}

impl<W: Write> Once<'_, W> {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let last = match &mut self.last {
            Some(last) if last == line => return Ok(()),
            last => last.get_or_insert_default(),
        };
        last.clear();
        last.extend_from_slice(line);
        self.count += 1;
        self.out.write_all(line)?;
        self.out.write_all(b"\n")
    }
}

/// Merges sorted runs.
fn merge<W: Write>(runs: Vec<File>, once: &mut Once<'_, W>) -> io::Result<()> {
    let mut readers: Vec<_> =
        runs.into_iter().map(|run| BufReader::with_capacity(64 << 10, run)).collect();
    let mut heads = BinaryHeap::new();
    for (number, reader) in readers.iter_mut().enumerate() {
        let mut line = Vec::new();
        if read_line(reader, &mut line)? > 0 {
            heads.push(Reverse((line, number)));
        }
    }
    while let Some(mut head) = heads.peek_mut() {
        let Reverse((line, number)) = &mut *head;
        once.write(line)?;
        let Some(reader) = readers.get_mut(*number) else { break };
        if read_line(reader, line)? == 0 {
            PeekMut::pop(head);
        }
    }
    Ok(())
}

/// Reads one line without its end into `line`, and says how many bytes it took. A line that is too
/// long is cut, and one byte longer than it may be.
pub(crate) fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    line.clear();
    let count = reader.take(MAX_LINE as u64 + 1).read_until(b'\n', line)?;
    if line.pop_if(|last| *last == b'\n').is_some() {
        line.pop_if(|last| *last == b'\r');
    }
    Ok(count)
}
