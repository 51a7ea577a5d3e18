//! Tab-separated values: a line a pair of aligned texts, a header line first, as bitextor's
//! sentence files have them.

use std::io::{self, Write};

use super::Pair;
use crate::export::format::Writer;
use crate::export::sink::Sink;

const HEADER: &str =
    "src_lang\ttrg_lang\tsrc_url\ttrg_url\tsrc_text\ttrg_text\tscore\tshape\tgroup\n";

pub(super) struct Tsv {
    sink: Sink,
}

impl Tsv {
    pub(super) fn new(mut sink: Sink) -> io::Result<Self> {
        sink.write_all(HEADER.as_bytes())?;
        Ok(Self { sink })
    }
}

impl Writer<Pair> for Tsv {
    fn add(&mut self, pair: &Pair) -> io::Result<()> {
        let [one, other] = [&pair.first, &pair.second].map(|document| {
            document.language.as_ref().map_or("und", |lang| lang.as_str()).to_owned()
        });
        for texts in pair.aligned.iter().filter(|texts| texts.is_both()) {
            let cells = [
                &one,
                &other,
                &pair.first.url,
                &pair.second.url,
                &texts.first,
                &texts.second,
                &format!("{:.3}", texts.score),
                &texts.shape,
                &pair.group,
            ];
            let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
            writeln!(self.sink, "{}", cells.join("\t"))?;
        }
        Ok(())
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

/// A text that ends neither cell nor line.
fn cell(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
