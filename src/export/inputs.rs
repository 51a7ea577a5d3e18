//! Inputs: which files are read, in which order, and how each is opened.
//!
//! Anybody's: WARC files of any compression, WACZ packages, folders of either at any depth, glob
//! patterns, standard input. The order is fixed (as given; in a folder by serial and name, files
//! before folders), so the same inputs give the same bytes. Nothing is unpacked to disk.

use std::io::{self, Read};
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::ExportError;
use crate::groups;
use crate::lead::Locator;
use crate::record::name;
use crate::record::reader::{ReadError, Records, regular};
use crate::wacz::entry::Entry;
use crate::wacz::reader::Package;

/// Folders deeper than this are not looked into.
const MAX_DEPTH: usize = 16;

/// What stands for standard input.
pub const STDIN: &str = "-";

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Warc,
    /// One of zstd: its dictionary, if it has one, stands at its beginning.
    Zstd,
    Package,
    Stream,
}

/// One file that is read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Its path; `-` is standard input.
    pub path: PathBuf,
    /// Bytes, as far as they are known.
    pub bytes: u64,
    /// The `groups.jsonl` of the crawl folder it stands in.
    pub table: Option<PathBuf>,
    holds: Holds,
}

/// Bytes read of all inputs, for whoever shows progress.
#[derive(Clone, Debug, Default)]
pub struct Meter(Arc<AtomicU64>);

impl Meter {
    /// Bytes so far.
    pub fn read(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The records of one file, or why they cannot be had.
pub type Part = Result<Records, ReadError>;

/// The WARC files of one input, one after the other.
pub type Parts = Box<dyn Iterator<Item = Part> + Send>;

impl Input {
    /// Whether reading may begin behind its first byte.
    pub fn is_seekable(&self) -> bool {
        self.holds == Holds::Warc
    }

    /// Whether it can be read only once.
    pub fn is_stream(&self) -> bool {
        self.holds == Holds::Stream
    }

    /// Its WARC files from `offset` on, each opened when it is asked for; only a WARC file itself
    /// can begin elsewhere than at 0.
    pub fn parts(&self, offset: u64, meter: &Meter) -> Parts {
        match self.holds {
            Holds::Warc | Holds::Zstd => Box::new(iter::once(self.warc(offset, meter))),
            Holds::Stream => {
                let metered = Metered { inner: io::stdin(), meter: meter.clone() };
                Box::new(iter::once(Records::over("stdin", Box::new(metered), 0)))
            }
            Holds::Package => self.package(meter.clone()),
        }
    }

    fn warc(&self, offset: u64, meter: &Meter) -> Part {
        use std::io::Seek;
        let path = self.path.display().to_string();
        let failed = |source| ReadError::Io { path: path.clone(), source };
        let mut file = regular(&self.path).map_err(failed)?;
        file.seek(io::SeekFrom::Start(offset)).map_err(failed)?;
        meter.add(offset);
        let metered = Metered { inner: file, meter: meter.clone() };
        Records::over(&name::final_name(&self.path), Box::new(metered), offset)
    }

    fn package(&self, meter: Meter) -> Parts {
        let file = name::final_name(&self.path);
        let nowhere = move |why: String| {
            let at = Locator { file: file.clone(), offset: 0, length: 0 };
            Err(ReadError::Nowhere { at, why })
        };
        let package = match Package::open(&self.path) {
            Ok(package) => package,
            Err(why) => return Box::new(iter::once(nowhere(why.to_string()))),
        };
        let refused: Vec<_> =
            package.refused().iter().map(|why| nowhere(why.to_string())).collect();
        let archives: Vec<Entry> = package.archives().cloned().collect();
        Box::new(refused.into_iter().chain(archives.into_iter().map(move |entry| {
            meter.add(entry.packed);
            package.records(&entry).or_else(|why| nowhere(why.to_string()))
        })))
    }
}

struct Metered<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.meter.add(count as u64);
        Ok(count)
    }
}

/// The files that are meant by what was given, each once.
pub fn resolve(given: &[PathBuf]) -> Result<Vec<Input>, ExportError> {
    let mut found: Vec<Input> = Vec::new();
    for path in given {
        for input in meant(path)? {
            if found.iter().all(|known| known.path != input.path) {
                found.push(input);
            }
        }
    }
    Ok(found)
}

fn meant(path: &Path) -> Result<Vec<Input>, ExportError> {
    if path.as_os_str() == STDIN {
        let (path, holds) = (path.to_owned(), Holds::Stream);
        return Ok(vec![Input { path, bytes: 0, table: None, holds }]);
    }
    let refuse = |why| Err(ExportError::Input { path: path.to_owned(), why });
    if path.is_dir() {
        let mut found = Vec::new();
        folder(path, 0, &mut found)?;
        if found.is_empty() {
            return refuse("no WARC file and no WACZ package here");
        }
        return Ok(found);
    }
    if path.is_file() {
        return Ok(vec![file(path, None)]);
    }
    if path.exists() {
        return refuse(
            "it is a pipe, a socket or a device; send what it gives to `warraq export -`",
        );
    }
    let text = path.to_string_lossy();
    if !text.contains(['*', '?', '[']) {
        return refuse("no such file or folder; give WARC files, WACZ packages, folders, or -");
    }
    let Ok(matches) = glob::glob(&text) else { return refuse("it is no glob pattern") };
    let mut found = Vec::new();
    for path in matches.flatten() {
        found.extend(meant(&path)?);
    }
    if found.is_empty() { refuse("no file matches the pattern") } else { Ok(found) }
}

fn file(path: &Path, table: Option<PathBuf>) -> Input {
    let mut start = Vec::new();
    let read = regular(path).and_then(|file| file.take(4).read_to_end(&mut start));
    let is_package = path.extension().is_some_and(|end| end == "wacz")
        || (read.is_ok() && start == b"PK\x03\x04");
    Input {
        path: path.to_owned(),
        bytes: path.metadata().map_or(0, |meta| meta.len()),
        table,
        holds: match start.as_slice() {
            _ if is_package => Holds::Package,
            [0x28, 0xb5, 0x2f, 0xfd] | [_, 0x2a, 0x4d, 0x18] => Holds::Zstd,
            _ => Holds::Warc,
        },
    }
}

/// The WARC files of a folder, its packages, then those of the folders in it.
fn folder(path: &Path, depth: usize, into: &mut Vec<Input>) -> Result<(), ExportError> {
    let table = Some(path.join(groups::TABLE)).filter(|table| table.is_file());
    let warcs = name::files(path).map_err(ExportError::unread(path))?;
    // What tells of a run holds no captures.
    let captures = warcs.iter().filter(|warc| !name::is_meta(&name::final_name(warc)));
    into.extend(captures.map(|warc| file(warc, table.clone())));
    let (mut packages, mut folders) = (Vec::new(), Vec::new());
    for entry in path.read_dir().map_err(ExportError::unread(path))? {
        let entry = entry.map_err(ExportError::unread(path))?;
        let (kind, path) = (entry.file_type(), entry.path());
        // A link to a folder may lead back here.
        let is_folder = kind.is_ok_and(|kind| kind.is_dir());
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if is_folder && !is_hidden && depth < MAX_DEPTH {
            folders.push(path);
        } else if path.extension().is_some_and(|end| end == "wacz") && path.is_file() {
            packages.push(path);
        }
    }
    packages.sort();
    folders.sort();
    into.extend(packages.iter().map(|package| file(package, None)));
    folders.iter().try_for_each(|inner| folder(inner, depth + 1, into))
}
