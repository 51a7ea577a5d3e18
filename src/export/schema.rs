//! The schema: the columns of a row, in order, each with its type, its meaning and how it is taken
//! from a document.
//!
//! The one table that JSON lines, CSV and Parquet are written from, and that the JSON Schema
//! (`schema.json`, shipped with every version) is made from.

use serde_json::{Map, Value, json};

use super::cell::{Cell, Field, Kind, Named};
use super::dated::Dated;
use super::document::{Document, EXTRACTOR, Sibling, VERSION};
use crate::groups::Role;
use crate::lang::Lang;
use crate::page::{BlockKind, Person, Stage, TextBlock};

/// The JSON Schema of a row with all its columns.
pub const JSON: &str = include_str!("schema.json");

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Name, type and meaning.
    pub field: Field,
    /// Its cell of a document.
    pub of: for<'a> fn(&'a Document) -> Cell<'a>,
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.field.name == other.field.name
    }
}

const PERSON: Kind = Kind::Struct(&[
    Field::new("name", Kind::Text, "The name as it is written."),
    Field::optional("role", Kind::Text, "What the byline says of the person's part."),
]);

const DATE: Kind = Kind::Struct(&[
    Field::new("iso", Kind::Text, "As far as the page gives it, in ISO 8601."),
    Field::new("precision", Kind::Text, "day, local-time (no zone is given) or time."),
    Field::optional("at", Kind::Time, "The instant it begins at; no zone is read as UTC."),
    Field::new("source", Kind::Text, "The markup it was read from."),
]);

const SIBLING: Kind = Kind::Struct(&[
    Field::optional("language", Kind::Text, "BCP 47."),
    Field::new("url", Kind::Text, "Its URL."),
]);

const BLOCK: Kind = Kind::Struct(&[
    Field::new("kind", Kind::Text, "paragraph, heading, item, quote, caption, cell or code."),
    Field::new("text", Kind::Text, "Its text."),
]);

const RIGHTS: Kind = Kind::Struct(&[
    Field::new(
        "robots_meta",
        Kind::List(&Kind::Text),
        "Contents of meta robots elements, with a name in front where one speaks to one robot.",
    ),
    Field::new("x_robots_tag", Kind::List(&Kind::Text), "X-Robots-Tag fields."),
    Field::optional("tdm_reservation", Kind::Text, "TDM Reservation Protocol: 1 reserves."),
    Field::optional("tdm_policy", Kind::Text, "TDM Reservation Protocol: the policy's URL."),
    Field::optional(
        "content_signal",
        Kind::Text,
        "Content-Signal of the response, else of the host's archived robots.txt for all agents.",
    ),
]);

const WARC: Kind = Kind::Struct(&[
    Field::new("file", Kind::Text, "Name of the WARC file; PACKAGE@ENTRY in a WACZ."),
    Field::new("offset", Kind::Whole, "Offset of the record or its compressed member, in bytes."),
    Field::new("length", Kind::Whole, "Length of the same, in bytes."),
    Field::optional("record_id", Kind::Text, "WARC-Record-ID."),
    Field::optional("date", Kind::Time, "WARC-Date."),
    Field::optional("payload_digest", Kind::Text, "WARC-Payload-Digest."),
    Field::optional(
        "revisit_of",
        Kind::Text,
        "Of a revisit: WARC-Record-ID of the record that holds its payload.",
    ),
]);

macro_rules! column {
    ($name:literal, $kind:expr, $about:literal, $of:expr) => {
        Column { field: Field::new($name, $kind, $about), of: $of }
    };
    ($name:literal, ? $kind:expr, $about:literal, $of:expr) => {
        Column { field: Field::optional($name, $kind, $about), of: $of }
    };
}

/// All columns, in order.
pub const COLUMNS: &[Column] = &[
    column!("version", Kind::Whole, "Version of this schema.", |_| Cell::Whole(VERSION)),
    column!("url", Kind::Text, "The URL that was fetched.", |doc| Cell::text(&doc.url)),
    column!("canonical", ?Kind::Text, "The canonical URL the page declares.", |doc| Cell::maybe(
        doc.canonical.as_deref()
    )),
    column!(
        "host",
        Kind::Text,
        "The host, with the port where it is not the scheme's own.",
        |doc| Cell::text(&doc.host)
    ),
    column!(
        "site",
        Kind::Text,
        "The site's name as the page gives it, else its registered domain.",
        |doc| Cell::text(&doc.site)
    ),
    column!("title", Kind::Text, "The headline.", |doc| Cell::text(&doc.title)),
    column!("authors", Kind::List(&PERSON), "The people who signed it.", |doc| people(
        &doc.authors
    )),
    column!("translators", Kind::List(&PERSON), "The translators it names.", |doc| people(
        &doc.translators
    )),
    column!("agency", Kind::List(&Kind::Text), "The agencies and desks that signed it.", |doc| {
        Cell::texts(&doc.agency)
    }),
    column!("published", ?DATE, "When it was published.", |doc| dated(doc.published.as_ref())),
    column!("modified", ?DATE, "When it was last changed.", |doc| dated(doc.modified.as_ref())),
    column!(
        "language",
        ?Kind::Text,
        "BCP 47: the language of the text; the declared one when the text does not tell.",
        |doc| lang(doc.language.as_ref())
    ),
    column!("declared_language", ?Kind::Text, "BCP 47: the language the page declares.", |doc| {
        lang(doc.declared_language.as_ref())
    }),
    column!(
        "expected_language",
        ?Kind::Text,
        "BCP 47: the language another page of the inputs declares it in.",
        |doc| lang(doc.expected_language.as_ref())
    ),
    column!(
        "detected_language",
        ?Kind::Text,
        "BCP 47: the language its text was found to be in.",
        |doc| lang(doc.detected_language.as_ref())
    ),
    column!(
        "language_confidence",
        ?Kind::Real,
        "From 0 (a second detector differs) to 1; empty where it does not know the language.",
        |doc| real(doc.language_confidence)
    ),
    column!("direction", Kind::Text, "ltr or rtl, by the letters of the text.", |doc| Cell::text(
        doc.direction.name()
    )),
    column!("body", Kind::Text, "The text of the article, an empty line between blocks.", |doc| {
        Cell::Text(doc.body().into())
    }),
    column!("blocks", Kind::List(&BLOCK), "The same, block by block.", |doc| blocks(&doc.blocks)),
    column!("excerpt", Kind::Text, "The beginning of the text, at most 280 characters.", |doc| {
        Cell::Text(doc.excerpt().into())
    }),
    column!("group", ?Kind::Text, "Id of the translation group it is in.", |doc| Cell::maybe(
        doc.group.as_deref()
    )),
    column!(
        "group_role",
        ?Kind::Text,
        "translation, or what it is to one in the group: part (a further page), copy, variant (for another region).",
        |doc| Cell::maybe(doc.group_role.map(Role::name))
    ),
    column!("members", Kind::List(&SIBLING), "The other members of the group.", |doc| siblings(
        &doc.members
    )),
    column!("alternates", Kind::List(&SIBLING), "The alternates the page declares.", |doc| {
        siblings(&doc.alternates)
    }),
    column!(
        "machine_translated",
        ?Kind::Text,
        "The mark of the machine that may have translated it.",
        |doc| Cell::maybe(doc.machine_translated.as_deref())
    ),
    column!(
        "rights",
        RIGHTS,
        "What page, server and robots.txt say of indexing, mining and training, as it stands.",
        rights
    ),
    column!(
        "words",
        Kind::Whole,
        "Words of the text; characters where a script does not part words.",
        |doc| Cell::count(doc.quality.words)
    ),
    column!("characters", Kind::Whole, "Characters of the text without white space.", |doc| {
        Cell::count(doc.quality.characters)
    }),
    column!(
        "symbol_ratio",
        Kind::Real,
        "Share of characters that are neither letter, digit nor usual punctuation.",
        |doc| Cell::Real(doc.quality.symbols)
    ),
    column!(
        "repeated_lines",
        Kind::Real,
        "Share of characters in lines the text had before.",
        |doc| Cell::Real(doc.quality.repeated)
    ),
    column!(
        "stop_words",
        ?Kind::Real,
        "Share of words that are everyday words of the language; empty where no list of them is kept.",
        |doc| real(doc.quality.stop_words)
    ),
    column!(
        "defects",
        Kind::List(&Kind::Text),
        "Why the text may not be the one that was published: truncated (less is there than was sent), partial (a part was asked for), coding (its content coding broke off), digest (its bytes were changed).",
        |doc| Cell::List(doc.defects.iter().map(|defect| Cell::text(defect.name())).collect())
    ),
    column!(
        "found_by",
        Kind::Text,
        "The stage that found the body: selector, density, json-ld, framework-state or baseline.",
        |doc| Cell::text(stage(doc.found_by))
    ),
    column!(
        "parts",
        Kind::List(&Kind::Text),
        "URLs of the pages joined in it, in order; empty where it is one page.",
        |doc| { Cell::texts(&doc.parts) }
    ),
    column!(
        "part",
        ?Kind::Whole,
        "The number of the page, of a further page of an article whose first is not there.",
        |doc| { doc.part().map_or(Cell::Empty, |number| Cell::count(number.into())) }
    ),
    column!("extractor", Kind::Text, "What made the row, with its version.", |_| Cell::text(
        EXTRACTOR
    )),
    column!("warc", WARC, "The record it was read from.", warc),
];

/// The columns of those names, in the order of the schema; the first unknown name is an error.
pub fn columns(names: &[String]) -> Result<Vec<Column>, String> {
    let known = |name: &String| COLUMNS.iter().any(|column| column.field.name == name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        return Err(unknown.clone());
    }
    let wanted = |column: &&Column| names.iter().any(|name| name == column.field.name);
    Ok(COLUMNS.iter().filter(wanted).copied().collect())
}

/// One row: the cells of a document under these columns.
pub struct Row<'a>(pub &'a Document, pub &'a [Column]);

impl serde::Serialize for Row<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.1.iter().map(|column| {
            let cell = (column.of)(self.0);
            (column.field.name, Owned(cell, column.field.kind))
        }))
    }
}

struct Owned<'a>(Cell<'a>, Kind);

impl serde::Serialize for Owned<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Named(&self.0, self.1).serialize(to)
    }
}

/// The JSON Schema (2020-12) of a row with all columns.
pub fn json_schema() -> Value {
    let fields: Vec<Field> = COLUMNS.iter().map(|column| column.field).collect();
    let mut schema = object(&fields);
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
        schema.insert("title".into(), json!("A row of `warraq export`: one article capture"));
    }
    schema
}

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let mut schema = of_kind(field.kind, field.optional);
            if let Some(schema) = schema.as_object_mut() {
                schema.insert("description".into(), json!(field.about));
                if field.name == "version" {
                    schema.insert("const".into(), json!(VERSION));
                }
            }
            (field.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = fields.iter().map(|field| field.name).collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn of_kind(kind: Kind, optional: bool) -> Value {
    let mut schema = match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Whole => json!({ "type": "integer" }),
        Kind::Real => json!({ "type": "number" }),
        Kind::Truth => json!({ "type": "boolean" }),
        Kind::Time => json!({ "type": "string", "format": "date-time" }),
        Kind::List(of) => json!({ "type": "array", "items": of_kind(*of, false) }),
        Kind::Struct(fields) => object(fields),
    };
    if optional && let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.clone(), "null"]);
    }
    schema
}

/// The word of a kind of block.
pub const fn block(kind: BlockKind) -> &'static str {
    match kind {
        BlockKind::Paragraph => "paragraph",
        BlockKind::Heading => "heading",
        BlockKind::Item => "item",
        BlockKind::Quote => "quote",
        BlockKind::Caption => "caption",
        BlockKind::Cell => "cell",
        BlockKind::Code => "code",
    }
}

const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Selector => "selector",
        Stage::Density => "density",
        Stage::JsonLd => "json-ld",
        Stage::FrameworkState => "framework-state",
        Stage::Baseline => "baseline",
    }
}

fn people(people: &[Person]) -> Cell<'_> {
    let cells = people.iter().map(|person| {
        Cell::Struct(vec![Cell::text(&person.name), Cell::maybe(person.role.as_deref())])
    });
    Cell::List(cells.collect())
}

fn dated(date: Option<&Dated>) -> Cell<'_> {
    let Some(date) = date else { return Cell::Empty };
    Cell::Struct(vec![
        Cell::text(&date.iso),
        Cell::text(date.precision.name()),
        date.at.map_or(Cell::Empty, Cell::Time),
        Cell::text(&date.source),
    ])
}

fn lang(lang: Option<&Lang>) -> Cell<'_> {
    Cell::maybe(lang.map(Lang::as_str))
}

fn real(number: Option<f64>) -> Cell<'static> {
    number.map_or(Cell::Empty, Cell::Real)
}

fn blocks(blocks: &[TextBlock]) -> Cell<'_> {
    let cells = blocks
        .iter()
        .map(|one| Cell::Struct(vec![Cell::text(block(one.kind)), Cell::text(&one.text)]));
    Cell::List(cells.collect())
}

fn siblings(siblings: &[Sibling]) -> Cell<'_> {
    let cells = siblings.iter().map(|sibling| {
        Cell::Struct(vec![Cell::maybe(sibling.language.as_deref()), Cell::text(&sibling.url)])
    });
    Cell::List(cells.collect())
}

fn rights(doc: &Document) -> Cell<'_> {
    let rights = &doc.rights;
    Cell::Struct(vec![
        Cell::texts(&rights.robots_meta),
        Cell::texts(&rights.x_robots_tag),
        Cell::maybe(rights.tdm_reservation.as_deref()),
        Cell::maybe(rights.tdm_policy.as_deref()),
        Cell::maybe(rights.content_signal.as_deref()),
    ])
}

fn warc(doc: &Document) -> Cell<'_> {
    let warc = &doc.warc;
    Cell::Struct(vec![
        Cell::text(&warc.at.file),
        Cell::count(warc.at.offset),
        Cell::count(warc.at.length),
        Cell::maybe(warc.record_id.as_deref()),
        warc.date.map_or(Cell::Empty, Cell::Time),
        Cell::maybe(warc.payload_digest.as_deref()),
        Cell::maybe(warc.revisit_of.as_deref()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_schema_is_that_of_the_table() {
        let want = format!("{}\n", serde_json::to_string_pretty(&json_schema()).unwrap());
        if std::env::var_os("WARRAQ_WRITE_SCHEMA").is_some() {
            std::fs::write("src/export/schema.json", &want).unwrap();
        }
        assert_eq!(JSON, want, "WARRAQ_WRITE_SCHEMA=1 cargo test --lib schema writes it anew");
    }

    #[test]
    fn columns_come_in_the_order_of_the_schema() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let found = columns(&names(&["warc", "url"])).unwrap();
        let found: Vec<_> = found.iter().map(|column| column.field.name).collect();
        assert_eq!(found, ["url", "warc"]);
        assert_eq!(columns(&names(&["url", "text"])).unwrap_err(), "text");
    }
}
