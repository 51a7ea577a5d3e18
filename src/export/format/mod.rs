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
use super::shards::Plan;
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
    /// A pair of documents a line, aligned, as JSON.
    #[serde(rename = "parallel-jsonl")]
    ParallelJsonl,
    /// A pair of aligned texts a line.
    Tsv,
    /// TMX 1.4b.
    Tmx,
    /// Folders by language in the layout of warc2text.
    Warc2text,
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
        ("parallel-jsonl", Self::ParallelJsonl),
        ("tsv", Self::Tsv),
        ("tmx", Self::Tmx),
        ("warc2text", Self::Warc2text),
    ];

    /// What its files end in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jsonl | Self::ParallelJsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Tei => "xml",
            Self::Wet => "warc.wet",
            Self::Tsv => "tsv",
            Self::Tmx => "tmx",
            // It has files of its own in folders of its own.
            Self::Warc2text => "",
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
        // `.tei` and `.wet` are as plain as what their files end in.
        let known = |(called, format): &&(&str, Self)| {
            let ends = |end: &str| plain.strip_suffix(end).is_some_and(|stem| stem.ends_with('.'));
            *format != Self::Warc2text && (ends(format.extension()) || ends(called))
        };
        Self::ALL.iter().find(known).map(|(_, format)| (*format, compress))
    }

    /// What its files in a folder are called.
    pub const fn stem(self) -> &'static str {
        if self.is_parallel() { "pairs" } else { "documents" }
    }

    /// Whether it holds pairs of documents.
    pub const fn is_parallel(self) -> bool {
        matches!(self, Self::ParallelJsonl | Self::Tsv | Self::Tmx | Self::Warc2text)
    }

    /// Whether it is made of columns that can be chosen.
    pub const fn has_columns(self) -> bool {
        matches!(self, Self::Jsonl | Self::Parquet | Self::Csv)
    }

    /// Whether Hugging Face's loaders read it.
    pub const fn is_loaded(self) -> bool {
        self.has_columns() || matches!(self, Self::Text | Self::ParallelJsonl | Self::Tsv)
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

/// Writes the rows of one file: documents, or pairs of them.
pub trait Writer<R = Document>: Send {
    /// Adds a row.
    fn add(&mut self, row: &R) -> io::Result<()>;

    /// Plain bytes so far, or what will be that many.
    fn size(&self) -> u64;

    /// Writes what is still to be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// Begins a file of documents.
pub fn begin(plan: &Plan, name: &str, sink: Sink) -> io::Result<Box<dyn Writer>> {
    let columns = || plan.columns.clone();
    Ok(match plan.format {
        Format::Jsonl => Box::new(jsonl::Jsonl::new(sink, columns())),
        Format::Csv => Box::new(csv::Csv::new(sink, columns())?),
        Format::Text => Box::new(text::Text::new(sink)),
        Format::Markdown => Box::new(markdown::Markdown::new(sink)),
        Format::Tei => Box::new(tei::Tei::new(sink)?),
        Format::Wet => Box::new(wet::Wet::new(sink, name)),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(parquet::Table::new(sink, columns())?),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => return Err(io::Error::other("this build writes no Parquet")),
        Format::ParallelJsonl | Format::Tsv | Format::Tmx | Format::Warc2text => {
            return Err(io::Error::other("it is made of pairs, not of documents"));
        }
    })
}

/// Text without markup and without what XML 1.0 §2.2 leaves out.
pub(super) fn xml(text: &str) -> String {
    let is_char = |c: &char| !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    let text: String = text.chars().filter(is_char).collect();
    quick_xml::escape::escape(text.as_str()).into_owned()
}

/// Whether a character of a text is written where nothing escapes it. What moves the cursor or ends
/// a line is not; marks of direction are part of what was said (Unicode UAX #9).
fn is_told(c: char) -> bool {
    c == '\n' || !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::super::sink::Compress;
    use super::*;

    #[test]
    fn a_name_tells_the_format() {
        for (name, want) in [
            ("a/b.jsonl", Some((Format::Jsonl, None))),
            ("b.csv.gz", Some((Format::Csv, Some(Compress::Gzip)))),
            ("b.warc.wet.gz", Some((Format::Wet, Some(Compress::Gzip)))),
            ("b.tei", Some((Format::Tei, None))),
            ("b.xml.zst", Some((Format::Tei, Some(Compress::Zstd)))),
            ("corpus-1.0", None),
            ("corpus.", None),
            ("jsonl", None),
        ] {
            assert_eq!(Format::of_name(name), want, "{name}");
        }
    }
}
