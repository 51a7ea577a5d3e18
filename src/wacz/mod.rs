//! WACZ: web archives as one file, after WACZ 1.1.1 (a ZIP of WARCs, index, pages and hashes).
//! Its sections have no numbers and are cited by their headings.
//!
//! [`package`] and [`pages`] are the formats inside, [`writer`] makes a package, [`reader`] opens
//! anybody's, [`check`] holds one against its own hashes. Nothing here extracts to disk, knows a
//! crawl folder or a clock: what a package says goes in and comes out as values.

pub mod check;
mod directory;
pub mod entry;
pub mod hash;
mod lines;
pub mod package;
pub mod pages;
pub mod reader;
pub mod writer;
pub mod zipnum;

use std::io;
use std::path::{Path, PathBuf};

pub use entry::{Entry, Refusal};

/// What lists everything else, with hashes (WACZ 1.1.1, "datapackage.json").
pub const DATA_PACKAGE: &str = "datapackage.json";
/// What holds the hash of [`DATA_PACKAGE`] (WACZ 1.1.1,
/// "datapackage-digest.json").
pub const DIGEST: &str = "datapackage-digest.json";
/// The pages a reader is shown first (WACZ 1.1.1, "pages.jsonl").
pub const PAGES: &str = "pages/pages.jsonl";
/// The other pages.
pub const EXTRA_PAGES: &str = "pages/extraPages.jsonl";
/// Where WARCs lie.
pub const ARCHIVE: &str = "archive/";
/// Where indexes lie.
pub const INDEXES: &str = "indexes/";

/// What is wrong with a package, or with making one. Everything inside is named `FILE@ENTRY`.
#[derive(Debug, thiserror::Error)]
pub enum WaczError {
    /// A file that could not be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// No ZIP at all, or one whose directory is lost.
    #[error("{file} is no WACZ file: {why}; get the file again, or pack its WARCs anew")]
    NotZip {
        /// The file.
        file: String,
        /// What is wrong.
        why: &'static str,
    },
    /// An entry that is not opened. The others are.
    #[error("{file}@{entry}: {why}")]
    Refused {
        /// The file.
        file: String,
        /// The entry's name, made printable.
        entry: String,
        /// Why.
        why: Refusal,
    },
    /// An entry whose content is not what it must be.
    #[error("{file}@{entry}: {why}")]
    Content {
        /// The file.
        file: String,
        /// The entry.
        entry: String,
        /// What is wrong, and the remedy.
        why: String,
    },
    /// A package that is there already: archives are never overwritten.
    #[error("{path} exists already; name another file, or move that one away")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A package that could not be written. Nothing is left of it.
    #[error("cannot write {path}: {source}; nothing of it was left behind")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// The name a file is told by.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
