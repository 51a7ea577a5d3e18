//! Shards: the output files, one after the other, each whole or not there.
//!
//! What an interruption or a full disk leaves are the files before it, whole.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::document::Document;
use super::error::ExportError;
use super::format::{Format, Writer};
use super::part::Part;
use super::schema::Column;
use super::sink::{Compress, Sink, Target};

/// The folder of the documents in the folder of an export: nothing else stands in it, so whoever
/// reads a folder as one table can be given this one.
pub const DATA: &str = "data";

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
    /// The name of a file of documents.
    fn name(&self, number: usize) -> String {
        let end = self.format.extension();
        let packed = self.compress.map(|compress| format!(".{}", compress.extension()));
        let shard = self.shard_size.map(|_| format!("-{number:05}"));
        let stem = self.format.stem();
        format!("{stem}{}.{end}{}", shard.unwrap_or_default(), packed.unwrap_or_default())
    }

    /// What all its files of documents are called, from the folder of the export.
    pub fn pattern(&self) -> String {
        let name = self.name(0);
        let name = if self.shard_size.is_some() { name.replacen("-00000", "-*", 1) } else { name };
        format!("{DATA}/{name}")
    }
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// Its name, in the folder of the export.
    pub name: String,
    /// Its documents.
    pub documents: u64,
    /// Its bytes.
    pub bytes: u64,
}

struct Open<R> {
    writer: Box<dyn Writer<R>>,
    name: String,
    part: Option<Part>,
    documents: u64,
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
        let path = match &self.plan.output {
            Output::Stdout => None,
            Output::File(path) => Some(path.clone()),
            Output::Folder(folder) => {
                let data = folder.join(DATA);
                std::fs::create_dir_all(&data).map_err(ExportError::output(&data))?;
                Some(data.join(self.plan.name(number)))
            }
        };
        let (name, part, target): (_, _, Target) = match path {
            None => {
                (format!("stdout.{}", self.plan.format.extension()), None, Box::new(io::stdout()))
            }
            Some(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let (part, file) = Part::begin(path.clone()).map_err(ExportError::output(&path))?;
                (name, Some(part), Box::new(file))
            }
        };
        let begun = Sink::new(target, self.plan.compress)
            .and_then(|sink| (self.begin)(self.plan, &name, sink));
        let writer = begun.map_err(|why| self.failed(why))?;
        Ok(Open { writer, name, part, documents: 0 })
    }

    fn end(&mut self) -> Result<(), ExportError> {
        let Some(Open { writer, name, part, documents }) = self.open.take() else {
            return Ok(());
        };
        writer.finish().map_err(|why| self.failed(why))?;
        let bytes = match part {
            Some(part) => {
                let path = part.path().to_owned();
                part.finish().map_err(ExportError::output(&path))?
            }
            None => 0,
        };
        let name = match &self.plan.output {
            Output::Folder(_) => format!("{DATA}/{name}"),
            _ => name,
        };
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
