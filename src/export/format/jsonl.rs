//! JSON lines: a row a line, all columns or those asked for.
//!
//! Control bytes and direction overrides are escaped, so that a line stays a line in every editor.

use std::io::{self, Write};

use super::Writer;
use crate::export::document::Document;
use crate::export::schema::{Column, Row};
use crate::export::sink::Sink;
use crate::json;

pub(super) struct Jsonl {
    sink: Sink,
    columns: Vec<Column>,
}

impl Jsonl {
    pub(super) const fn new(sink: Sink, columns: Vec<Column>) -> Self {
        Self { sink, columns }
    }
}

impl Writer for Jsonl {
    fn add(&mut self, document: &Document) -> io::Result<()> {
        let line = json::line(&Row(document, &self.columns))?;
        self.sink.write_all(line.as_bytes())?;
        self.sink.write_all(b"\n")
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}
