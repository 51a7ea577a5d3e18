//! CSV (RFC 4180): a header line, then a row a document; lists and structs are JSON in a cell.
//!
//! A text that a spreadsheet would take for a formula is given an apostrophe in front.

use std::io::{self, Write};

use super::{Writer, is_told};
use crate::export::cell::{Cell, Kind, Named};
use crate::export::document::Document;
use crate::export::schema::Column;
use crate::export::sink::Sink;
use crate::json;

pub(super) struct Csv {
    sink: Sink,
    columns: Vec<Column>,
}

impl Csv {
    pub(super) fn new(sink: Sink, columns: Vec<Column>) -> io::Result<Self> {
        let mut csv = Self { sink, columns };
        let names: Vec<_> = csv.columns.iter().map(|column| quoted(column.field.name)).collect();
        csv.line(&names)?;
        Ok(csv)
    }

    fn line(&mut self, cells: &[String]) -> io::Result<()> {
        self.sink.write_all(cells.join(",").as_bytes())?;
        self.sink.write_all(b"\r\n")
    }
}

impl Writer for Csv {
    fn add(&mut self, document: &Document) -> io::Result<()> {
        let cell = |column: &Column| written(&(column.of)(document), column.field.kind);
        let cells: Vec<String> = self.columns.iter().map(cell).collect::<io::Result<_>>()?;
        self.line(&cells)
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

fn written(cell: &Cell<'_>, kind: Kind) -> io::Result<String> {
    Ok(match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => quoted(&harmless(text)),
        Cell::Whole(number) => number.to_string(),
        Cell::Real(number) => number.to_string(),
        Cell::Truth(is) => is.to_string(),
        Cell::Time(at) => at.warc_date(),
        Cell::List(_) | Cell::Struct(_) => quoted(&json::line(&Named(cell, kind))?),
    })
}

/// A text that no spreadsheet calculates.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text: String = text.chars().filter(|c| is_told(*c)).collect();
    if formula { format!("'{text}") } else { text }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_ends_its_row() {
        let cell = |text: &str| written(&Cell::text(text), Kind::Text).unwrap();
        assert_eq!(cell("=HYPERLINK(\"http://x\")"), "\"'=HYPERLINK(\"\"http://x\"\")\"");
        for text in ["+1", "-1", "@A1", "\t=1", "＝1"] {
            assert!(cell(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(cell("a, b"), "\"a, b\"");
        assert_eq!(cell("one\n\ntwo\r"), "\"one\n\ntwo\"");
        assert_eq!(cell("1 - 2 = -1"), "1 - 2 = -1");
    }

    #[test]
    fn marks_of_direction_belong_to_the_text_and_controls_do_not() {
        let cell = |text: &str| written(&Cell::text(text), Kind::Text).unwrap();
        let kept = "قال \u{202B}HTTP\u{202C}\u{200F} و\u{2067}آن\u{2069}";
        assert_eq!(cell(kept), kept);
        assert_eq!(cell("red \u{1B}[31m\u{9B}x\u{2028}y"), "red [31mxy");
    }
}
