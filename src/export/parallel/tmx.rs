//! TMX 1.4b: a translation unit for each pair of aligned texts.
//!
//! The score stands as `prop`, the source URL with each variant, so that a memory can be filtered
//! and traced back to the archive. Characters XML 1.0 has no place for are left out.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Pair;
use crate::export::document::Document;
use crate::export::format::{Writer, xml};
use crate::export::sink::Sink;

const BEGIN: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tmx version=\"1.4\">\n",
    "<header creationtool=\"warraq\" creationtoolversion=\"",
    env!("CARGO_PKG_VERSION"),
    "\" segtype=\"block\" o-tmf=\"warraq\" adminlang=\"en\" srclang=\"*all*\" \
     datatype=\"plaintext\"/>\n<body>\n"
);

pub(super) struct Tmx {
    sink: Sink,
}

impl Tmx {
    pub(super) fn new(mut sink: Sink) -> io::Result<Self> {
        sink.write_all(BEGIN.as_bytes())?;
        Ok(Self { sink })
    }
}

impl Writer<Pair> for Tmx {
    fn add(&mut self, pair: &Pair) -> io::Result<()> {
        let mut out = String::new();
        written(&mut out, pair).map_err(io::Error::other)?;
        self.sink.write_all(out.as_bytes())
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.sink.write_all(b"</body>\n</tmx>\n")?;
        self.sink.finish()
    }
}

fn written(out: &mut String, pair: &Pair) -> std::fmt::Result {
    for texts in pair.aligned.iter().filter(|texts| texts.is_both()) {
        writeln!(
            out,
            "<tu><prop type=\"score\">{:.3}</prop><prop type=\"shape\">{}</prop><prop \
             type=\"group\">{}</prop>",
            texts.score,
            texts.shape,
            xml(&pair.group)
        )?;
        variant(out, &pair.first, &texts.first)?;
        variant(out, &pair.second, &texts.second)?;
        out.push_str("</tu>\n");
    }
    Ok(())
}

fn variant(out: &mut String, document: &Document, text: &str) -> std::fmt::Result {
    let lang = document.language.as_ref().map_or("und", |lang| lang.as_str());
    writeln!(
        out,
        "<tuv xml:lang=\"{}\"><prop type=\"url\">{}</prop><seg>{}</seg></tuv>",
        xml(lang),
        xml(&document.url),
        xml(text)
    )
}
