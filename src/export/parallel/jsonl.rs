//! Parallel JSON lines: a pair of documents a line, with the evidence and the aligned texts.

use std::io::{self, Write};

use super::{Aligned, Pair};
use crate::export::cell::{Cell, Field, Kind, Named};
use crate::export::document::{Document, EXTRACTOR};
use crate::export::format::Writer;
use crate::export::sink::Sink;
use crate::groups::verify::TextCheck;
use crate::groups::{Edge, Evidence};
use crate::json;
use crate::lang::Lang;
use crate::page::Person;

/// Version of a line; a field that changes its meaning raises it.
const VERSION: i64 = 1;

/// What stands in a line.
pub(super) const FIELDS: &[Field] = &[
    Field::new("version", Kind::Whole, "Version of this table."),
    Field::new("extractor", Kind::Text, "What made the line, with its version."),
    Field::new("group", Kind::Text, "Id of the translation group."),
    Field::new("relation", Kind::Text, "parallel, or what was asked for with --include."),
    Field::new("score", Kind::Real, "How sure it is that they belong together, 0 to 1."),
    Field::new("mt_suspect", Kind::Truth, "Whether a machine may have translated one of them."),
    Field::optional("evidence", EDGE, "What was declared, and what the texts say."),
    Field::new("documents", Kind::List(&DOCUMENT), "The two, in the order of their languages."),
    Field::new("aligned", Kind::List(&TEXTS), "Their texts side by side, in reading order."),
];

const EDGE: Kind = Kind::Struct(&[
    Field::new("from", Kind::Text, "The language of the one that declares the other."),
    Field::new("to", Kind::Text, "The language of the one that is declared."),
    Field::new("score", Kind::Real, "How sure it is, 0 to 1."),
    Field::new("reciprocal", Kind::Truth, "Whether each declares the other."),
    Field::new("evidence", Kind::List(&EVIDENCE), "What was declared, in both directions."),
    Field::optional("text", CHECK, "What the texts say, where both were read."),
]);

const EVIDENCE: Kind = Kind::Struct(&[
    Field::new("signal", Kind::Text, "How it was declared."),
    Field::new("place", Kind::Text, "Where on the page."),
]);

const CHECK: Kind = Kind::Struct(&[
    Field::new("verdict", Kind::Text, "unknown, agrees, partial, suspect or same."),
    Field::new("balance", Kind::Whole, "Points for one article, or against it."),
    Field::new("ratio", Kind::Real, "Characters of the second for each of the first."),
    Field::optional("expected", Kind::Real, "The ratio expected of these languages."),
    Field::optional("numbers", Kind::Real, "Share of the numbers in common."),
    Field::optional("names", Kind::Real, "Share of the names in common."),
    Field::new("images", Kind::Whole, "Images both have."),
    Field::new("paragraphs", Kind::List(&Kind::Whole), "Paragraphs of each."),
    Field::optional("cost", Kind::Real, "What laying the paragraphs side by side costs."),
]);

const PERSON: Kind = Kind::Struct(&[
    Field::new("name", Kind::Text, "The name as it is written."),
    Field::optional("role", Kind::Text, "What the byline says of the person's part."),
    Field::optional("url", Kind::Text, "The page about the person."),
]);

const DOCUMENT: Kind = Kind::Struct(&[
    Field::new("url", Kind::Text, "The URL that was fetched."),
    Field::optional("language", Kind::Text, "BCP 47: the language of the text."),
    Field::new("title", Kind::Text, "The headline."),
    Field::new("authors", Kind::List(&PERSON), "The people who signed it."),
    Field::new("translators", Kind::List(&PERSON), "The translators it names."),
    Field::optional("published", Kind::Text, "When, as far as the page gives it, in ISO 8601."),
    Field::new("body", Kind::Text, "The text, an empty line between blocks."),
    Field::new("warc_file", Kind::Text, "Name of the WARC file."),
    Field::new("warc_offset", Kind::Whole, "Offset of the record in it."),
    Field::new("warc_length", Kind::Whole, "Length of the record in it."),
    Field::optional("warc_record_id", Kind::Text, "WARC-Record-ID."),
    Field::optional("payload_digest", Kind::Text, "WARC-Payload-Digest."),
]);

const TEXTS: Kind = Kind::Struct(&[
    Field::new("shape", Kind::Text, "Units of each side: 1-2."),
    Field::new("score", Kind::Real, "How sure it is, 0 to 1; 0 where one side is empty."),
    Field::new("first", Kind::Text, "Of the first document."),
    Field::new("second", Kind::Text, "Of the second."),
]);

pub(super) struct Jsonl {
    sink: Sink,
}

impl Jsonl {
    pub(super) const fn new(sink: Sink) -> Self {
        Self { sink }
    }
}

impl Writer<Pair> for Jsonl {
    fn add(&mut self, pair: &Pair) -> io::Result<()> {
        writeln!(self.sink, "{}", json::line(&Named(&row(pair), Kind::Struct(FIELDS)))?)
    }

    fn size(&self) -> u64 {
        self.sink.taken()
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

fn row(pair: &Pair) -> Cell<'_> {
    let documents = [&pair.first, &pair.second].map(document);
    Cell::Struct(vec![
        Cell::Whole(VERSION),
        Cell::text(EXTRACTOR),
        Cell::text(&pair.group),
        Cell::text(pair.relation),
        Cell::Real(pair.score),
        Cell::Truth(pair.mt_suspect),
        pair.edge.as_ref().map_or(Cell::Empty, edge),
        Cell::List(documents.into()),
        Cell::List(pair.aligned.iter().map(texts).collect()),
    ])
}

fn edge(edge: &Edge) -> Cell<'_> {
    Cell::Struct(vec![
        Cell::text(&edge.from),
        Cell::text(&edge.to),
        Cell::Real(edge.score),
        Cell::Truth(edge.reciprocal),
        Cell::List(edge.evidence.iter().map(evidence).collect()),
        edge.text.as_ref().map_or(Cell::Empty, check),
    ])
}

fn evidence(one: &Evidence) -> Cell<'_> {
    Cell::Struct(vec![Cell::text(one.signal.name()), Cell::text(one.place.name())])
}

fn check(check: &TextCheck) -> Cell<'_> {
    let real = |number: Option<f64>| number.map_or(Cell::Empty, Cell::Real);
    let (first, second) = check.paragraphs;
    Cell::Struct(vec![
        Cell::text(check.verdict.name()),
        Cell::Whole(check.balance.into()),
        Cell::Real(check.ratio),
        real(check.expected),
        real(check.numbers),
        real(check.names),
        Cell::count(check.images as u64),
        Cell::List([first, second].map(|count| Cell::Whole(count.into())).into()),
        real(check.cost),
    ])
}

fn people(people: &[Person]) -> Cell<'_> {
    let cells = people.iter().map(|person| {
        let (role, url) = (person.role.as_deref(), person.url.as_deref());
        Cell::Struct(vec![Cell::text(&person.name), Cell::maybe(role), Cell::maybe(url)])
    });
    Cell::List(cells.collect())
}

fn document(document: &Document) -> Cell<'_> {
    let warc = &document.warc;
    Cell::Struct(vec![
        Cell::text(&document.url),
        Cell::maybe(document.language.as_ref().map(Lang::as_str)),
        Cell::text(&document.title),
        people(&document.authors),
        people(&document.translators),
        Cell::maybe(document.published.as_ref().map(|on| on.iso.as_str())),
        Cell::Text(document.body().into()),
        Cell::text(&warc.at.file),
        Cell::count(warc.at.offset),
        Cell::count(warc.at.length),
        Cell::maybe(warc.record_id.as_deref()),
        Cell::maybe(warc.payload_digest.as_deref()),
    ])
}

fn texts(texts: &Aligned) -> Cell<'_> {
    Cell::Struct(vec![
        Cell::text(&texts.shape),
        Cell::Real(texts.score),
        Cell::text(&texts.first),
        Cell::text(&texts.second),
    ])
}
