//! The features: the types of a table's columns, as Hugging Face's library wants them in a card.
//!
//! Without them it guesses from the first rows, and fails where a column that was empty there is
//! filled later. Made from the tables the rows are written by.

use std::fmt::Write as _;

use super::cell::{Field, Kind};
use super::format::Format;
use super::parallel;
use super::shards::Plan;

/// What the library makes of each line of a text.
const LINE: Field = Field::new("text", Kind::Text, "A line.");

/// The `dataset_info` of a table; nothing of what is none.
pub(super) fn of(plan: &Plan) -> String {
    let fields = plan.columns.iter().map(|column| column.field);
    let mut out = String::from("dataset_info:\n  features:\n");
    match plan.format {
        Format::Jsonl | Format::Parquet => list(&mut out, 2, fields),
        Format::Csv => list(&mut out, 2, fields.map(flat)),
        Format::Text => list(&mut out, 2, [LINE].into_iter()),
        Format::ParallelJsonl | Format::Tsv => {
            list(&mut out, 2, parallel::fields(plan.format).iter().copied());
        }
        _ => return String::new(),
    }
    out
}

/// A column as CSV has it: lists and structs are JSON in it, and a whole number that may be missing
/// is none to its readers.
fn flat(field: Field) -> Field {
    let kind = match field.kind {
        Kind::Whole if field.optional => Kind::Real,
        Kind::Whole | Kind::Real | Kind::Truth => field.kind,
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
        Kind::Truth => "bool",
        Kind::Time => "timestamp[ms, tz=UTC]",
        // There are no lists of lists.
        Kind::Text | Kind::List(_) | Kind::Struct(_) => "string",
    }
}
