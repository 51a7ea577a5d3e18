//! What other archives hold: captures there that later payloads may refer to.
//!
//! `dedup import` turns an index or a WARC of another archive into a file of `DIR/dedup/`, one JSON
//! line a capture. That file is the truth, the state a cache of it: a rebuild takes it in again, as
//! does the next start after an import that was interrupted. Nothing of these captures is ever
//! fetched or read; what cannot stand in a `revisit` record does not get past here.

mod foreign;

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::digest::{Digest, RunningDigest};
use crate::index::merge::read_line;
use crate::index::{IndexError, MAX_LINE};
use crate::moment::Moment;
use crate::record::exchange::target_uri;
use crate::record::name::is_meta;
use crate::record::reader::ReadError;
use crate::record::{Container, Outside, Reference};

/// The folder below a crawl's.
const FOLDER: &str = "dedup";

/// Longest file name and record id in bytes.
const MAX_NAME: usize = 1024;

/// Why another archive's captures cannot be taken over.
#[derive(Debug, thiserror::Error)]
pub enum DedupError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Input {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The WARC cannot be opened.
    #[error(transparent)]
    Warc(#[from] ReadError),
    /// The file holds neither.
    #[error(
        "{path}: no capture that could be referred to; give CDXJ files with SHA-1 digests, or WARC files (a CDX index is converted by `cdxj-indexer`)"
    )]
    Nothing {
        /// The file.
        path: PathBuf,
    },
    /// The crawl's folder cannot be written to.
    #[error("cannot write {path}: {source}; free space there or make it writable")]
    Output {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl DedupError {
    fn input(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Input { path: path.clone(), source }
    }

    fn output(path: &Path) -> impl Fn(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Output { path: path.clone(), source }
    }
}

/// Why one place of another archive gave no capture, when it should have.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    /// Of a WARC.
    #[error(transparent)]
    Warc(#[from] ReadError),
    /// Of an index.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Kept {
    /// The file in `DIR/dedup/`.
    pub file: PathBuf,
    /// Captures taken over.
    pub captures: u64,
    /// Captures that no revisit may refer to: revisits, redirects, posted and cut ones, those
    /// without a payload or a SHA-1 digest.
    pub passed_over: u64,
    /// What could not be read.
    pub unreadable: u64,
    /// Why, for the first of it.
    pub reason: Option<String>,
}

/// One capture, as it is kept.
#[derive(Serialize, Deserialize)]
struct Line {
    payload: String,
    uri: String,
    date: String,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chunked: Option<bool>,
}

impl Line {
    fn of(payload: &Digest, Outside { reference, chunked }: Outside) -> Self {
        Self {
            payload: payload.to_string(),
            uri: reference.uri,
            date: reference.date.warc_date(),
            file: reference.container.file,
            record_id: reference.record_id,
            chunked,
        }
    }

    /// The capture, when a revisit may refer to it.
    fn into_capture(self) -> Option<(Digest, Outside)> {
        let Self { payload, uri, date, file, record_id, chunked } = self;
        let date = Moment::parse_warc_date(&date)?;
        let container = Container { file, outside: true };
        let reference = Reference { record_id, uri, date, container };
        let payload = payload.parse().ok()?;
        is_sound(&reference).then_some((payload, Outside { reference, chunked }))
    }
}

/// Keeps the captures of `source`, an index or a WARC, in the crawl folder `into`: whole or not at
/// all, and durable. The same captures have the same name, however often they are kept.
pub fn keep(source: &Path, into: &Path) -> Result<Kept, DedupError> {
    let folder = into.join(FOLDER);
    let failed = DedupError::output(&folder);
    std::fs::create_dir_all(&folder).map_err(&failed)?;
    let temporary = tempfile::NamedTempFile::new_in(&folder).map_err(&failed)?;
    let mut out = BufWriter::new(temporary);
    let (mut kept, mut digest) = (Kept::default(), RunningDigest::default());
    for capture in foreign::captures(source)? {
        match capture {
            Ok(Some((payload, capture))) if is_sound(&capture.reference) => {
                let line = serde_json::to_vec(&Line::of(&payload, capture));
                let mut line = line.map_err(|why| failed(why.into()))?;
                line.push(b'\n');
                digest.update(&line);
                out.write_all(&line).map_err(&failed)?;
                kept.captures += 1;
            }
            Ok(_) => kept.passed_over += 1,
            Err(why) => {
                kept.unreadable += 1;
                kept.reason.get_or_insert_with(|| why.to_string());
            }
        }
    }
    if kept.captures == 0 {
        // A run's -meta file stands among the WARCs that were given, and holds no capture.
        let name = source.file_name().unwrap_or_default().to_string_lossy();
        return if is_meta(&name) {
            Ok(kept)
        } else {
            Err(DedupError::Nothing { path: source.to_owned() })
        };
    }
    kept.file = folder.join(name(source, digest.finish()));
    let temporary = out.into_inner().map_err(|why| failed(why.into_error()))?;
    temporary.as_file().sync_all().map_err(&failed)?;
    temporary.persist(&kept.file).map_err(|why| failed(why.error))?;
    if cfg!(unix) {
        File::open(&folder).and_then(|folder| folder.sync_all()).map_err(&failed)?;
    }
    Ok(kept)
}

/// The files of captures kept in a crawl folder, by name.
pub fn files(into: &Path) -> Result<Vec<PathBuf>, DedupError> {
    let folder = into.join(FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(DedupError::input(&folder))?,
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>().map_err(DedupError::input(&folder))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    Ok(paths)
}

/// The captures kept in a file, one after the other. A line that is none ends it with an error.
pub fn read(
    path: &Path,
) -> Result<impl Iterator<Item = Result<(Digest, Outside), DedupError>> + use<>, DedupError> {
    let failed = DedupError::input(path);
    let mut reader = BufReader::new(File::open(path).map_err(&failed)?);
    Ok(std::iter::from_fn(move || next(&mut reader).map_err(&failed).transpose()))
}

fn next(reader: &mut impl BufRead) -> io::Result<Option<(Digest, Outside)>> {
    let mut line = Vec::new();
    if read_line(reader, &mut line)? == 0 {
        return Ok(None);
    }
    let foul = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
    if line.len() > MAX_LINE {
        return Err(foul(format!("a line is longer than {MAX_LINE} bytes")));
    }
    let line: Line = serde_json::from_slice(&line)?;
    let capture = line.into_capture();
    capture.map(Some).ok_or_else(|| foul("a line is no capture to refer to".to_owned()))
}

/// Whether a revisit may name it as it stands (WARC 1.1 §5.2, §5.11), and its trace the file.
fn is_sound(reference: &Reference) -> bool {
    let Reference { record_id, uri, container, .. } = reference;
    let is_id = |id: &String| {
        id.starts_with('<') && id.ends_with('>') && id.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let is_http = uri.starts_with("http://") || uri.starts_with("https://");
    is_http
        && uri.len() <= crate::address::MAX_URL_BYTES
        && target_uri(uri).is_ok_and(|same| same == *uri)
        && record_id.as_ref().is_none_or(|id| id.len() <= MAX_NAME && is_id(id))
        && container.file.len() <= MAX_NAME
        && container.file.trim() == container.file
        && !container.file.contains(char::is_control)
}

/// What captures of `source` with this digest are kept as.
fn name(source: &Path, digest: Digest) -> String {
    let name = source.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name.chars().filter(plain).take(100).collect();
    let digest: String = digest.to_string().chars().skip(5).take(12).collect();
    format!("{name}-{digest}.jsonl")
}
