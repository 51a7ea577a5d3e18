//! Formats: how documents are written, one file a format.
//!
//! A [`Writer`] turns documents into the bytes of one file and knows nothing of names, shards or
//! compression. What it is given it writes; what is chosen and in which order is not its business.

mod csv;
mod jsonl;
mod markdown;
#[cfg(feature = "parquet")]
mod parquet;
mod tei;
mod text;
mod wet;

use std::io;

use serde::Serialize;

use super::document::Document;
use super::schema::Column;
use super::sink::Sink;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A JSON object a line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
    /// RFC 4180, lists and structs as JSON.
    Csv,
    /// Title and body, documents parted by a form feed.
    Text,
    /// Markdown, each document with a YAML head.
    Markdown,
    /// TEI P5, one `teiCorpus` a file.
    Tei,
    /// WARC `conversion` records, as Common Crawl's WET files.
    Wet,
}

impl Format {
    /// All of them, with the names they are asked for by.
    pub const ALL: &[(&'static str, Self)] = &[
        ("jsonl", Self::Jsonl),
        ("parquet", Self::Parquet),
        ("csv", Self::Csv),
        ("text", Self::Text),
        ("markdown", Self::Markdown),
        ("tei", Self::Tei),
        ("wet", Self::Wet),
    ];

    /// What its files end in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Tei => "xml",
            Self::Wet => "warc.wet",
        }
    }

    /// The format a file name asks for, and whether it says how it is compressed.
    pub fn of_name(name: &str) -> Option<(Self, Option<super::sink::Compress>)> {
        use super::sink::Compress::{Gzip, Zstd};
        let (plain, compress) = match (name.strip_suffix(".gz"), name.strip_suffix(".zst")) {
            (Some(plain), _) => (plain, Some(Gzip)),
            (_, Some(plain)) => (plain, Some(Zstd)),
            _ => (name, None),
        };
        let known = |(_, format): &&(&str, Self)| {
            plain.strip_suffix(format.extension()).is_some_and(|stem| stem.ends_with('.'))
        };
        Self::ALL.iter().find(known).map(|(_, format)| (*format, compress))
    }

    /// Whether it is made of columns that can be chosen.
    pub const fn has_columns(self) -> bool {
        matches!(self, Self::Jsonl | Self::Parquet | Self::Csv)
    }

    /// Whether a file without documents is a file of the format.
    pub const fn may_be_empty(self) -> bool {
        // TEI P5: a teiCorpus has at least one text.
        !matches!(self, Self::Tei)
    }

    /// Whether this build writes it.
    pub const fn is_built(self) -> bool {
        cfg!(feature = "parquet") || !matches!(self, Self::Parquet)
    }
}

/// Writes the documents of one file.
pub trait Writer: Send {
    /// Adds a document.
    fn add(&mut self, document: &Document) -> io::Result<()>;

    /// Plain bytes so far, or what will be that many.
    fn size(&self) -> u64;

    /// Writes what is still to be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// What a file is made of beside its documents.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// Its name.
    pub name: &'a str,
    /// The columns of a table.
    pub columns: &'a [Column],
}

/// Begins a file.
pub fn begin(format: Format, about: &About<'_>, sink: Sink) -> io::Result<Box<dyn Writer>> {
    let columns = || about.columns.to_vec();
    Ok(match format {
        Format::Jsonl => Box::new(jsonl::Jsonl::new(sink, columns())),
        Format::Csv => Box::new(csv::Csv::new(sink, columns())?),
        Format::Text => Box::new(text::Text::new(sink)),
        Format::Markdown => Box::new(markdown::Markdown::new(sink)),
        Format::Tei => Box::new(tei::Tei::new(sink)?),
        Format::Wet => Box::new(wet::Wet::new(sink, about.name)),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(parquet::Table::new(sink, columns())?),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => return Err(io::Error::other("this build writes no Parquet")),
    })
}
