//! Shards: the output files, one after the other, each whole or not there.
//!
//! A file has the name `.part` until it is finished. What an interruption or a full disk leaves are
//! the files before it, whole.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::document::Document;
use super::error::ExportError;
use super::format::{Format, Writer};
use super::schema::Column;
use super::sink::{Compress, Sink, Target};

/// Where an export goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// One file.
    File(PathBuf),
    /// A folder, with everything that belongs to it.
    Folder(PathBuf),
}

/// How files are written.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where.
    pub output: Output,
    /// In which format.
    pub format: Format,
    /// Compressed how.
    pub compress: Option<Compress>,
    /// Plain bytes after which another file begins.
    pub shard_size: Option<u64>,
    /// The columns of a table.
    pub columns: Vec<Column>,
}

impl Plan {
    /// The name of a file in a folder.
    fn name(&self, number: usize) -> String {
        let end = self.format.extension();
        let packed = self.compress.map(|compress| format!(".{}", compress.extension()));
        let shard = self.shard_size.map(|_| format!("-{number:05}"));
        let stem = self.format.stem();
        format!("{stem}{}.{end}{}", shard.unwrap_or_default(), packed.unwrap_or_default())
    }

    /// What all file names of a folder match.
    pub fn pattern(&self) -> String {
        if self.shard_size.is_some() {
            self.name(0).replacen("-00000", "-*", 1)
        } else {
            self.name(0)
        }
    }
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// Its documents.
    pub documents: u64,
    /// Its bytes.
    pub bytes: u64,
}

struct Open<R> {
    writer: Box<dyn Writer<R>>,
    name: String,
    place: Option<Place>,
    documents: u64,
}

/// A file that is being written.
struct Place {
    part: PathBuf,
    path: PathBuf,
}

impl Drop for Place {
    fn drop(&mut self) {
        // Gone already when it was finished.
        let _ = std::fs::remove_file(&self.part);
    }
}

/// Begins a file of rows under a name.
pub type Begin<R> = fn(&Plan, &str, Sink) -> io::Result<Box<dyn Writer<R>>>;

/// See the module.
pub struct Shards<'p, R = Document> {
    plan: &'p Plan,
    begin: Begin<R>,
    open: Option<Open<R>>,
    written: Vec<Written>,
}

impl<'p, R> Shards<'p, R> {
    /// Nothing written yet.
    pub const fn new(plan: &'p Plan, begin: Begin<R>) -> Self {
        Self { plan, begin, open: None, written: Vec::new() }
    }

    /// Writes a row.
    pub fn add(&mut self, row: &R) -> Result<(), ExportError> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        open.writer.add(row).map_err(|why| self.failed(why))?;
        open.documents += 1;
        let is_full = self.plan.shard_size.is_some_and(|size| open.writer.size() >= size);
        self.open = Some(open);
        if is_full { self.end() } else { Ok(()) }
    }

    /// Ends the last file; what was written, in order.
    pub fn finish(mut self) -> Result<Vec<Written>, ExportError> {
        if self.open.is_none() && self.written.is_empty() && self.plan.format.may_be_empty() {
            self.open = Some(self.begin()?);
        }
        self.end()?;
        Ok(self.written)
    }

    fn begin(&self) -> Result<Open<R>, ExportError> {
        let number = self.written.len();
        let (name, place, target): (_, _, Target) = match &self.plan.output {
            Output::Stdout => {
                let format = self.plan.format.extension();
                (format!("stdout.{format}"), None, Box::new(io::stdout()))
            }
            Output::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let (place, file) = place(path).map_err(ExportError::output(path))?;
                (name, Some(place), Box::new(file))
            }
            Output::Folder(folder) => {
                let (name, path) = (self.plan.name(number), folder.join(self.plan.name(number)));
                let (place, file) = place(&path).map_err(ExportError::output(&path))?;
                (name, Some(place), Box::new(file))
            }
        };
        let begun = Sink::new(target, self.plan.compress)
            .and_then(|sink| (self.begin)(self.plan, &name, sink));
        let writer = begun.map_err(|why| self.failed(why))?;
        Ok(Open { writer, name, place, documents: 0 })
    }

    fn end(&mut self) -> Result<(), ExportError> {
        let Some(Open { writer, name, place, documents }) = self.open.take() else {
            return Ok(());
        };
        writer.finish().map_err(|why| self.failed(why))?;
        let mut bytes = 0;
        if let Some(place) = place {
            let done = std::fs::rename(&place.part, &place.path)
                .and_then(|()| place.path.metadata())
                .map_err(ExportError::output(&place.path))?;
            bytes = done.len();
        }
        self.written.push(Written { name, documents, bytes });
        Ok(())
    }

    fn failed(&self, why: io::Error) -> ExportError {
        match &self.plan.output {
            Output::Stdout if why.kind() == io::ErrorKind::BrokenPipe => ExportError::Closed,
            Output::Stdout => ExportError::output(Path::new("standard output"))(why),
            Output::File(path) | Output::Folder(path) => ExportError::output(path)(why),
        }
    }
}

fn place(path: &Path) -> io::Result<(Place, File)> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let file = File::create(&part)?;
    Ok((Place { part, path: path.to_owned() }, file))
}

/// A small file beside the documents, whole or not at all.
pub(super) fn beside(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let written = place(path).and_then(|(place, mut file)| {
        file.write_all(bytes)?;
        file.flush()?;
        std::fs::rename(&place.part, &place.path)
    });
    written.map_err(ExportError::output(path))
}
