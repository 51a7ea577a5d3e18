//! The index: which record of which WARC holds the capture of a URL at a time.
//!
//! A [`Line`] is one capture in CDXJ, as pywb and `cdxj-indexer` write it; [`captures()`] makes the
//! lines of a WARC, [`sort`] brings lines into order, [`lookup`] finds them in a sorted file. All of
//! it streams and is bounded in memory. The index is made from the WARCs and can always be made
//! again; nothing here ever writes to a WARC.

mod body;
pub mod captures;
pub mod line;
pub mod lookup;
pub mod merge;

use std::io;
use std::path::{Path, PathBuf};

pub use self::captures::{Captures, captures};
pub use self::line::{Line, LineError};
pub use self::lookup::Lookup;
pub use self::merge::{Sorter, sort};
use crate::record::reader::ReadError;

/// Longest line that is read or written, in bytes: a record's header is shorter, and its URL
/// stands in a line twice, escaped.
pub const MAX_LINE: usize = 2 << 20;

/// Why something is not in an index or was not found there.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The WARC, or a record of it, cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A record that an index has no line for, though it should.
    #[error("{file}@{offset}: the record has {why}; it is left out of the index")]
    Record {
        /// The file.
        file: String,
        /// Where the record begins.
        offset: u64,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Records that cannot be found by an offset.
    #[error(
        "{file}@{offset}: several records share this compressed member, so an index cannot lead to them; write the file anew with a member for each record (`warcio recompress {file} NEW`)"
    )]
    Shared {
        /// The file.
        file: String,
        /// Where the member begins.
        offset: u64,
    },
    /// A line of an index that is none.
    #[error("{path}@{offset}: {why}; make the index again from its WARCs (`warraq index`)")]
    Line {
        /// The index.
        path: PathBuf,
        /// Where the line begins.
        offset: u64,
        /// What is wrong with it.
        why: LineError,
    },
    /// A file that is none, or not in order.
    #[error(
        "{path} is no sorted CDXJ index: at byte {offset} {why}; make one from WARC files (`warraq index`)"
    )]
    NoIndex {
        /// The file.
        path: PathBuf,
        /// Where the line begins.
        offset: u64,
        /// What is wrong with it.
        why: LineError,
    },
    /// An index that cannot be read.
    #[error("cannot read {path}: {source}")]
    Input {
        /// The index.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An index that cannot be written.
    #[error("cannot write {path}: {source}; free space there or make it writable")]
    Output {
        /// The index, or the folder of temporary files.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl IndexError {
    fn input(path: &Path, source: io::Error) -> Self {
        Self::Input { path: path.to_owned(), source }
    }

    fn output(path: &Path, source: io::Error) -> Self {
        Self::Output { path: path.to_owned(), source }
    }
}
