//! Parallel JSON lines: a pair of documents a line, with the evidence and the aligned texts.

use std::io::{self, Write};

use serde::Serialize;

use super::{Aligned, Pair};
use crate::export::document::{Document, EXTRACTOR};
use crate::export::format::Writer;
use crate::export::sink::Sink;
use crate::groups::Edge;
use crate::json;
use crate::lang::Lang;
use crate::page::Person;

/// Version of a line; a field that changes its meaning raises it.
const VERSION: u32 = 1;

pub(super) struct Jsonl {
    sink: Sink,
}

#[derive(Serialize)]
struct Row<'a> {
    version: u32,
    extractor: &'static str,
    group: &'a str,
    relation: &'static str,
    score: f64,
    mt_suspect: bool,
    evidence: Option<&'a Edge>,
    documents: [Side<'a>; 2],
    aligned: &'a [Aligned],
}

#[derive(Serialize)]
struct Side<'a> {
    url: &'a str,
    language: Option<&'a str>,
    title: &'a str,
    authors: &'a [Person],
    translators: &'a [Person],
    published: Option<&'a str>,
    body: String,
    warc_file: &'a str,
    warc_offset: u64,
    warc_length: u64,
    warc_record_id: Option<&'a str>,
    payload_digest: Option<&'a str>,
}

impl Jsonl {
    pub(super) const fn new(sink: Sink) -> Self {
        Self { sink }
    }
}

impl Writer<Pair> for Jsonl {
    fn add(&mut self, pair: &Pair) -> io::Result<()> {
        let row = Row {
            version: VERSION,
            extractor: EXTRACTOR,
            group: &pair.group,
            relation: pair.relation,
            score: pair.score,
            mt_suspect: pair.mt_suspect,
            evidence: pair.edge.as_ref(),
            documents: [side(&pair.first), side(&pair.second)],
            aligned: &pair.aligned,
        };
        writeln!(self.sink, "{}", json::line(&row)?)
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

fn side(document: &Document) -> Side<'_> {
    Side {
        url: &document.url,
        language: document.language.as_ref().map(Lang::as_str),
        title: &document.title,
        authors: &document.authors,
        translators: &document.translators,
        published: document.published.as_ref().map(|on| on.iso.as_str()),
        body: document.body(),
        warc_file: &document.warc.at.file,
        warc_offset: document.warc.at.offset,
        warc_length: document.warc.at.length,
        warc_record_id: document.warc.record_id.as_deref(),
        payload_digest: document.warc.payload_digest.as_deref(),
    }
}
