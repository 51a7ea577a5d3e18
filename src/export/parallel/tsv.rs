//! Tab-separated values: a line a pair of aligned texts, a header line first, as bitextor's
//! sentence files have them.

use std::io::{self, Write};

use super::Pair;
use crate::export::cell::{Field, Kind};
use crate::export::format::Writer;
use crate::export::sink::Sink;

/// What stands in a line.
pub(super) const FIELDS: &[Field] = &[
    Field::new("src_lang", Kind::Text, "BCP 47: the language of the first text."),
    Field::new("trg_lang", Kind::Text, "BCP 47: that of the second."),
    Field::new("src_url", Kind::Text, "The URL of the article the first text is of."),
    Field::new("trg_url", Kind::Text, "That of the second."),
    Field::new("src_text", Kind::Text, "The first text."),
    Field::new("trg_text", Kind::Text, "The second."),
    Field::new("score", Kind::Real, "How sure it is that they belong together, 0 to 1."),
    Field::new("shape", Kind::Text, "Units of each side: 1-2."),
    Field::new("group", Kind::Text, "Id of the translation group."),
];

pub(super) struct Tsv {
    sink: Sink,
}

impl Tsv {
    pub(super) fn new(mut sink: Sink) -> io::Result<Self> {
        let names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        writeln!(sink, "{}", names.join("\t"))?;
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
