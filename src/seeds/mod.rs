//! Seed lists: text files with one URL a line.
//!
//! `#` begins a comment, at the start of a line or after white space (a fragment stays part of its
//! URL). A bad line costs nobody else anything: it is reported as `file:line: what is wrong and
//! what to do`, and the rest is read. A list is read as a stream; a line and the number of bad
//! lines kept for the report are bounded, the number of seeds is not.

pub mod discover;
pub mod job;

use std::collections::HashSet;
use std::fmt;
use std::fs::File;
use std::hash::Hash;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use siphasher::sip128::{Hasher128, SipHasher13};

use crate::address::{AddressError, MAX_URL_BYTES, without_userinfo};
use crate::lead::Lead;

/// Bad lines kept for the report; further ones are counted.
pub const MAX_BAD_LINES: usize = 1_000;

/// Longest line that is looked at: a URL at its limit, and a comment.
const MAX_LINE: usize = 2 * MAX_URL_BYTES;

/// What is said of a seed whose URL holds a name or a password.
pub const BARED: &str = "the name and password in the URL are left out; see --secret-header";

/// A list that cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum SeedsError {
    /// The file cannot be opened or read.
    #[error("cannot read the seed list {path}: {source}; give --seeds a readable text file")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// UTF-16, by its byte order mark.
    #[error("the seed list {path} is UTF-16; save it as UTF-8")]
    Utf16 {
        /// The file.
        path: PathBuf,
    },
}

/// A line that is no seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for BadLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path.display(), self.line, self.what)
    }
}

/// What a list held.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Report {
    /// Seeds handed on.
    pub seeds: u64,
    /// Lines with a URL that stood there before.
    pub duplicates: u64,
    /// Lines that are no seed.
    pub bad: u64,
    /// The first [`MAX_BAD_LINES`] of them.
    pub bad_lines: Vec<BadLine>,
    /// The first [`MAX_BAD_LINES`] seeds with a name or a password in the URL, which is left out.
    pub bared_lines: Vec<BadLine>,
}

/// Reads the list at `path` and hands each seed to `each` as it is read, each address once.
pub fn read(path: &Path, each: impl FnMut(Lead)) -> Result<Report, SeedsError> {
    let unreadable = |source| SeedsError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    read_from(path, BufReader::new(file), each)
}

/// [`read`] from any reader; `path` is what the report calls it.
pub fn read_from(
    path: &Path,
    mut source: impl BufRead,
    mut each: impl FnMut(Lead),
) -> Result<Report, SeedsError> {
    let unreadable = |source| SeedsError::Unreadable { path: path.to_owned(), source };
    let mut report = Report::default();
    let mut seen: HashSet<u128> = HashSet::new();
    let mut line = Line::default();
    while line.next(&mut source).map_err(unreadable)? {
        if line.number == 1 && matches!(line.bytes.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
        {
            return Err(SeedsError::Utf16 { path: path.to_owned() });
        }
        let read = line.seed();
        if matches!(read, Ok(Some(_))) && line.has_userinfo() {
            note(&mut report.bared_lines, path, line.number, BARED.to_owned());
        }
        match read {
            Ok(None) => {}
            Ok(Some(lead)) if seen.insert(fingerprint(&lead)) => {
                report.seeds += 1;
                each(lead);
            }
            Ok(Some(_)) => report.duplicates += 1,
            Err(what) => {
                report.bad += 1;
                note(&mut report.bad_lines, path, line.number, what);
            }
        }
    }
    Ok(report)
}

fn note(lines: &mut Vec<BadLine>, path: &Path, line: u64, what: String) {
    if lines.len() < MAX_BAD_LINES {
        lines.push(BadLine { path: path.to_owned(), line, what });
    }
}

/// 128 bits stand for an address, so that a long list costs little memory and loses no seed.
fn fingerprint(lead: &Lead) -> u128 {
    let mut hasher = SipHasher13::new();
    lead.address.hash(&mut hasher);
    hasher.finish128().as_u128()
}

/// One line of a list, its line end removed.
#[derive(Default)]
struct Line {
    number: u64,
    bytes: Vec<u8>,
    too_long: bool,
}

impl Line {
    /// Reads the next line; a line over [`MAX_LINE`] is passed over, never held whole.
    fn next(&mut self, source: &mut impl BufRead) -> io::Result<bool> {
        self.number += 1;
        self.bytes.clear();
        self.too_long = false;
        let mut any = false;
        loop {
            let part = source.fill_buf()?;
            if part.is_empty() {
                return Ok(any);
            }
            any = true;
            let end = part.iter().position(|byte| *byte == b'\n');
            let text = part.get(..end.unwrap_or(part.len())).unwrap_or_default();
            let room = MAX_LINE - self.bytes.len();
            self.too_long |= text.len() > room;
            self.bytes.extend(text.iter().take(room));
            let used = text.len() + usize::from(end.is_some());
            source.consume(used);
            if end.is_some() {
                return Ok(true);
            }
        }
    }

    /// What stands on the line, a comment aside.
    fn text(&self) -> String {
        let bytes = match self.number {
            1 => self.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.bytes),
            _ => &self.bytes,
        };
        without_comment(&String::from_utf8_lossy(bytes)).trim().to_owned()
    }

    /// Whether its URL holds a name or a password.
    fn has_userinfo(&self) -> bool {
        let text = self.text();
        without_userinfo(&text) != text
    }

    /// The seed on the line, `None` when there is nothing but a comment.
    fn seed(&self) -> Result<Option<Lead>, String> {
        let text = self.text();
        let text = text.as_str();
        if text.is_empty() {
            return Ok(None);
        }
        if self.too_long && text.len() >= MAX_URL_BYTES {
            return Err(format!("the line is over {MAX_LINE} bytes; write one URL a line"));
        }
        if text.contains('\u{fffd}') {
            return Err("the line is not UTF-8; save the list as UTF-8".to_owned());
        }
        if text.contains(char::is_whitespace) {
            return Err("more than one word; write one URL a line, a space in it as %20".to_owned());
        }
        Lead::seed(text).map(Some).map_err(|error| advice(&error))
    }
}

/// The line up to a `#` that stands first or after white space.
fn without_comment(line: &str) -> &str {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if c == '#' && before.is_whitespace() {
            return line.get(..at).unwrap_or_default();
        }
        before = c;
    }
    line
}

/// The error with its remedy; the other kinds bring theirs along.
fn advice(error: &AddressError) -> String {
    match error {
        AddressError::TooLong { .. } => format!("{error}; leave it out or shorten it"),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_a_list(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut seeds = 0;
            let report = read_from(Path::new("list"), bytes.as_slice(), |_| seeds += 1);
            if let Ok(report) = report {
                prop_assert_eq!(report.seeds, seeds);
            }
        }

        #[test]
        fn every_line_is_accounted_for(
            lines in proptest::collection::vec("(https://[a-c]\\.example/|# x|ftp://x|x y|)", 0..60),
        ) {
            let text = lines.join("\n");
            let report = read_from(Path::new("list"), text.as_bytes(), |_| ()).unwrap();
            let nothing = lines.iter().filter(|line| line.is_empty() || line.starts_with('#'));
            let all = report.seeds + report.duplicates + report.bad;
            prop_assert_eq!(all, (lines.len() - nothing.count()) as u64);
        }
    }
}
