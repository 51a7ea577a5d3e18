//! The features: the types of a table's columns, as Hugging Face's library wants them in a card.
//!
//! Without them it guesses from the first rows, and fails where a column that was empty there is
//! filled later. Made from the one table of the schema; those of pairs stand here as they are.

use std::fmt::Write as _;

use super::cell::{Field, Kind};
use super::format::Format;
use super::shards::Plan;

/// A pair of documents (`parallel-jsonl`).
const PAIR: &str = "  - name: version
    dtype: int64
  - name: extractor
    dtype: string
  - name: group
    dtype: string
  - name: relation
    dtype: string
  - name: score
    dtype: float64
  - name: mt_suspect
    dtype: bool
  - name: evidence
    struct:
    - name: from
      dtype: string
    - name: to
      dtype: string
    - name: score
      dtype: float64
    - name: reciprocal
      dtype: bool
    - name: evidence
      list:
      - name: signal
        dtype: string
      - name: place
        dtype: string
    - name: text
      struct:
      - name: verdict
        dtype: string
      - name: balance
        dtype: int64
      - name: ratio
        dtype: float64
      - name: expected
        dtype: float64
      - name: numbers
        dtype: float64
      - name: names
        dtype: float64
      - name: images
        dtype: int64
      - name: paragraphs
        list: int64
      - name: cost
        dtype: float64
  - name: documents
    list:
    - name: url
      dtype: string
    - name: language
      dtype: string
    - name: title
      dtype: string
    - name: authors
      list:
      - name: name
        dtype: string
      - name: role
        dtype: string
      - name: url
        dtype: string
    - name: translators
      list:
      - name: name
        dtype: string
      - name: role
        dtype: string
      - name: url
        dtype: string
    - name: published
      dtype: string
    - name: body
      dtype: string
    - name: warc_file
      dtype: string
    - name: warc_offset
      dtype: int64
    - name: warc_length
      dtype: int64
    - name: warc_record_id
      dtype: string
    - name: payload_digest
      dtype: string
  - name: aligned
    list:
    - name: shape
      dtype: string
    - name: score
      dtype: float64
    - name: first
      dtype: string
    - name: second
      dtype: string
";

/// A pair of aligned texts (`tsv`).
const TEXTS: &str = "  - name: src_lang
    dtype: string
  - name: trg_lang
    dtype: string
  - name: src_url
    dtype: string
  - name: trg_url
    dtype: string
  - name: src_text
    dtype: string
  - name: trg_text
    dtype: string
  - name: score
    dtype: float64
  - name: shape
    dtype: string
  - name: group
    dtype: string
";

/// The `dataset_info` of a table; nothing of what is none.
pub(super) fn of(plan: &Plan) -> String {
    let fields = plan.columns.iter().map(|column| column.field);
    let mut out = String::from("dataset_info:\n  features:\n");
    match plan.format {
        Format::Jsonl | Format::Parquet => list(&mut out, 2, fields),
        Format::Csv => list(&mut out, 2, fields.map(flat)),
        Format::ParallelJsonl => out.push_str(PAIR),
        Format::Tsv => out.push_str(TEXTS),
        _ => return String::new(),
    }
    out
}

/// A column as CSV has it: lists and structs are JSON in it, and a whole number that may be missing
/// is none to its readers.
fn flat(field: Field) -> Field {
    let kind = match field.kind {
        Kind::Whole if field.optional => Kind::Real,
        Kind::Whole | Kind::Real => field.kind,
        _ => Kind::Text,
    };
    Field { kind, ..field }
}

fn list(out: &mut String, indent: usize, fields: impl Iterator<Item = Field>) {
    for field in fields {
        let _ = writeln!(out, "{:indent$}- name: {}", "", field.name);
        typed(out, indent + 2, field.kind);
    }
}

fn typed(out: &mut String, indent: usize, kind: Kind) {
    let _ = match kind {
        Kind::Struct(_) => writeln!(out, "{:indent$}struct:", ""),
        Kind::List(Kind::Struct(_)) => writeln!(out, "{:indent$}list:", ""),
        Kind::List(of) => writeln!(out, "{:indent$}list: {}", "", plain(*of)),
        _ => writeln!(out, "{:indent$}dtype: {}", "", plain(kind)),
    };
    if let Kind::Struct(fields) | Kind::List(&Kind::Struct(fields)) = kind {
        list(out, indent, fields.iter().copied());
    }
}

const fn plain(kind: Kind) -> &'static str {
    match kind {
        Kind::Whole => "int64",
        Kind::Real => "float64",
        Kind::Time => "timestamp[ms, tz=UTC]",
        // There are no lists of lists.
        Kind::Text | Kind::List(_) | Kind::Struct(_) => "string",
    }
}
