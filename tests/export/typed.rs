//! Parquet, read back by its own crate: the same values as in JSON, each with its type.
#![cfg(feature = "parquet")]

use std::fs::File;
use std::path::Path;

use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Map, Value, json};
use warraq::export::format::Format;
use warraq::moment::Moment;

use super::made::{Page, arabic, english, file, with_head};
use super::{job, read, run};

fn value(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Str(text) => json!(text),
        Field::Long(number) => json!(number),
        Field::Double(number) => json!(number),
        Field::TimestampMillis(at) => json!(Moment::from_millis(*at).warc_date()),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => list.elements().iter().map(value).collect(),
        other => panic!("no such type was written: {other:?}"),
    }
}

fn object(row: &Row) -> Value {
    let fields = row.get_column_iter().map(|(name, field)| (name.clone(), value(field)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// Pages with lists of none, one and more, and with everything that can be missing missing.
fn archive(folder: &Path) {
    let links = "<link rel=alternate hreflang=en href=/en/clock><link rel=alternate hreflang=ar \
                 href=/ar/clock><meta property=article:published_time content='2026-01-10T09:30:00+03:00'>\
                 <meta name=author content='Layla Haddad'>";
    let head = "X-Robots-Tag: noai\r\nX-Robots-Tag: noindex\r\n";
    let bare = "<!doctype html><title>x</title><article><p>".to_owned()
        + &"1 2 3 4 5 6 7 8 9 the gate was open and nobody was there to see it. ".repeat(20);
    let pages = [
        Page::new("https://a.example/bare", bare),
        Page {
            head,
            ..Page::new("https://a.example/en/clock", with_head(&english("clock"), links))
        },
        Page::new("https://a.example/ar/clock", with_head(&arabic("الساعة"), links)),
        Page::new("https://a.example/en/gate", english("gate")),
    ];
    file(folder, "all.warc", &pages.map(|page| page.response()));
}

#[test]
fn parquet_holds_the_rows_of_json() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path());
    let out = tempfile::tempdir().unwrap();
    let (one, other) = (out.path().join("one"), out.path().join("other"));
    run(&job(&[folder.path()], &one)).unwrap();
    let mut job = job(&[folder.path()], &other);
    job.plan.format = Format::Parquet;
    run(&job).unwrap();
    let want = read(&one.join("data/documents.jsonl"));
    assert_eq!(want.len(), 4);
    let reader =
        SerializedFileReader::new(File::open(other.join("data/documents.parquet")).unwrap());
    let reader = reader.unwrap();
    let found: Vec<Value> =
        reader.get_row_iter(None).unwrap().map(|row| object(&row.unwrap())).collect();
    assert_eq!(found, want);
}

#[test]
fn columns_have_their_types() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path());
    let out = tempfile::tempdir().unwrap();
    let mut job = job(&[folder.path()], &out.path().join("out"));
    job.plan.format = Format::Parquet;
    run(&job).unwrap();
    let file = File::open(out.path().join("out/data/documents.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let schema = reader.metadata().file_metadata().schema_descr();
    let of = |path: &str| {
        let found = schema.columns().iter().find(|column| column.path().string() == path);
        found.unwrap_or_else(|| panic!("no column {path}")).clone()
    };
    let instant = LogicalType::timestamp(true, TimeUnit::MILLIS);
    for path in ["warc.date", "published.at", "modified.at"] {
        assert_eq!(of(path).logical_type_ref(), Some(&instant), "{path}");
    }
    let name = of("authors.list.element.name");
    assert_eq!(name.logical_type_ref(), Some(&LogicalType::String));
    assert_eq!((name.max_rep_level(), name.max_def_level()), (1, 1));
    assert_eq!(of("authors.list.element.role").max_def_level(), 2);
    let group = reader.metadata().row_group(0);
    let language = group.columns().iter().find(|chunk| chunk.column_path().string() == "language");
    assert!(language.unwrap().dictionary_page_offset().is_some(), "no dictionary of languages");
}

#[test]
fn an_empty_table_is_a_table() {
    let folder = tempfile::tempdir().unwrap();
    file(folder.path(), "none.warc", &[]);
    let out = tempfile::tempdir().unwrap();
    let mut job = job(&[folder.path()], &out.path().join("out"));
    job.plan.format = Format::Parquet;
    run(&job).unwrap();
    let file = File::open(out.path().join("out/data/documents.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}
