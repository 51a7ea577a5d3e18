//! Plain text: title, body, an empty line between blocks; a form feed between documents.

use std::io::{self, Write};

use super::{Writer, is_told};
use crate::export::document::Document;
use crate::export::sink::Sink;

pub(super) struct Text {
    sink: Sink,
}

impl Text {
    pub(super) const fn new(sink: Sink) -> Self {
        Self { sink }
    }
}

impl Writer for Text {
    fn add(&mut self, document: &Document) -> io::Result<()> {
        if self.sink.taken() > 0 {
            self.sink.write_all(b"\x0c\n")?;
        }
        self.sink.write_all(plain(document).as_bytes())
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

/// Title and blocks, a line each and an empty line between them.
pub(super) fn plain(document: &Document) -> String {
    let texts = document.blocks.iter().map(|block| block.text.as_str());
    let mut out = String::new();
    for text in std::iter::once(document.title.as_str()).chain(texts) {
        if !out.is_empty() {
            out.push('\n');
        }
        out.extend(text.chars().filter(|c| is_told(*c)));
        out.push('\n');
    }
    out
}
