//! Apache Parquet: the columns of the schema with their own types, in row groups of bounded size.
//!
//! Rows are shredded here into leaf columns with repetition and definition levels (Dremel), so the
//! Arrow crates are not needed. Lists are of three levels, as the format's logical types ask for;
//! instants are milliseconds in UTC. Nothing is written before its row group is full.

use std::io;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

use super::Writer;
use crate::export::cell::{Cell, Field, Kind};
use crate::export::document::{Document, EXTRACTOR};
use crate::export::schema::Column;
use crate::export::sink::Sink;

/// Bytes of values in a row group: what a reader holds of it at a time, and we too.
const GROUP_BYTES: u64 = 32 << 20;

/// Rows in a row group.
const GROUP_ROWS: usize = 50_000;

/// Columns of prose, which no dictionary makes smaller.
const PROSE: &[&[&str]] =
    &[&["body"], &["excerpt"], &["blocks", "list", "element", "text"], &["title"], &["url"]];

pub(super) struct Table {
    file: SerializedFileWriter<Sink>,
    columns: Vec<Column>,
    leaves: Vec<Leaf>,
    rows: usize,
    held: u64,
    written: u64,
}

impl Table {
    pub(super) fn new(sink: Sink, columns: Vec<Column>) -> io::Result<Self> {
        let fields: Vec<Field> = columns.iter().map(|column| column.field).collect();
        let types = fields.iter().map(typed).collect::<Result<_, _>>().map_err(failed)?;
        let schema = Type::group_type_builder("schema").with_fields(types).build();
        let schema = Arc::new(schema.map_err(failed)?);
        let level = ZstdLevel::try_new(3).map_err(failed)?;
        let mut properties = WriterProperties::builder()
            .set_created_by(EXTRACTOR.to_owned())
            .set_compression(Compression::ZSTD(level))
            .set_statistics_enabled(EnabledStatistics::Chunk);
        for path in PROSE {
            let path = path.iter().map(|&part| part.to_owned()).collect::<Vec<_>>();
            properties = properties.set_column_dictionary_enabled(ColumnPath::new(path), false);
        }
        let properties = Arc::new(properties.build());
        let file = SerializedFileWriter::new(sink, schema, properties).map_err(failed)?;
        let mut leaves = Vec::new();
        for field in &fields {
            plan(field.kind, field.optional, Levels::TOP, &mut leaves);
        }
        Ok(Self { file, columns, leaves, rows: 0, held: 0, written: 0 })
    }

    /// Writes the rows held as a row group.
    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for leaf in &mut self.leaves {
            if let Some(column) = group.next_column()? {
                leaf.write(column)?;
            }
        }
        group.close()?;
        self.rows = 0;
        self.held = 0;
        Ok(())
    }
}

impl Writer for Table {
    fn add(&mut self, document: &Document) -> io::Result<()> {
        let mut leaves = self.leaves.as_mut_slice();
        for column in &self.columns {
            let field = column.field;
            let split = leaves.split_at_mut_checked(width(field.kind));
            let Some((own, rest)) = split else { break };
            let before: u64 = own.iter().map(|leaf| leaf.bytes).sum();
            shred(field.kind, field.optional, &(column.of)(document), Levels::TOP, own);
            let grown = own.iter().map(|leaf| leaf.bytes).sum::<u64>().saturating_sub(before);
            self.held += grown;
            self.written += grown;
            leaves = rest;
        }
        self.rows += 1;
        if self.held >= GROUP_BYTES || self.rows >= GROUP_ROWS {
            self.flush().map_err(failed)?;
        }
        Ok(())
    }

    fn size(&self) -> u64 {
        self.written
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush().map_err(failed)?;
        self.file.into_inner().map_err(failed)?.finish()
    }
}

fn failed(why: ParquetError) -> io::Error {
    match why {
        // What went wrong while writing is told as it was.
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(why) => *why,
            Err(source) => io::Error::other(source),
        },
        why => io::Error::other(why),
    }
}

/// The type of a field as Parquet names it.
fn typed(field: &Field) -> Result<TypePtr, ParquetError> {
    named(field.name, field.kind, field.optional)
}

fn named(name: &str, kind: Kind, optional: bool) -> Result<TypePtr, ParquetError> {
    let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
    let leaf = |physical, logical| {
        Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .build()
    };
    let group = |fields, logical, repetition| {
        Type::group_type_builder(name)
            .with_repetition(repetition)
            .with_logical_type(logical)
            .with_fields(fields)
            .build()
    };
    let instant = LogicalType::timestamp(true, TimeUnit::MILLIS);
    let built = match kind {
        Kind::Text => leaf(Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => leaf(Physical::INT64, None),
        Kind::Real => leaf(Physical::DOUBLE, None),
        Kind::Truth => leaf(Physical::BOOLEAN, None),
        Kind::Time => leaf(Physical::INT64, Some(instant)),
        Kind::Struct(fields) => {
            group(fields.iter().map(typed).collect::<Result<_, _>>()?, None, repetition)
        }
        Kind::List(of) => {
            let element = named("element", *of, false)?;
            let list = Type::group_type_builder("list")
                .with_repetition(Repetition::REPEATED)
                .with_fields(vec![element])
                .build()?;
            group(vec![Arc::new(list)], Some(LogicalType::List), repetition)
        }
    };
    built.map(Arc::new)
}

/// Where a value stands: the level it repeats at, how much of its path is there, and how many
/// lists it is in.
#[derive(Clone, Copy)]
struct Levels {
    repetition: i16,
    definition: i16,
    depth: i16,
}

impl Levels {
    const TOP: Self = Self { repetition: 0, definition: 0, depth: 0 };
}

/// The values of a leaf column.
enum Values {
    Text(Vec<ByteArray>),
    Whole(Vec<i64>),
    Real(Vec<f64>),
    Truth(Vec<bool>),
}

/// A leaf column of the row group that is being filled.
struct Leaf {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    /// Whether it has levels at all.
    is_optional: bool,
    is_repeated: bool,
    bytes: u64,
}

impl Leaf {
    fn note(&mut self, at: Levels) {
        if self.is_optional {
            self.definitions.push(at.definition);
        }
        if self.is_repeated {
            self.repetitions.push(at.repetition);
        }
        self.bytes += 8;
    }

    fn write(&mut self, mut column: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let definitions = self.is_optional.then_some(self.definitions.as_slice());
        let repetitions = self.is_repeated.then_some(self.repetitions.as_slice());
        match &mut self.values {
            Values::Text(values) => {
                column.typed::<ByteArrayType>().write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            Values::Whole(values) => {
                column.typed::<Int64Type>().write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            Values::Real(values) => {
                column.typed::<DoubleType>().write_batch(values, definitions, repetitions)?;
                values.clear();
            }
            Values::Truth(values) => {
                column.typed::<BoolType>().write_batch(values, definitions, repetitions)?;
                values.clear();
            }
        }
        self.definitions.clear();
        self.repetitions.clear();
        self.bytes = 0;
        column.close()
    }
}

/// The leaf columns of a kind, in the order Parquet has them.
fn plan(kind: Kind, optional: bool, at: Levels, leaves: &mut Vec<Leaf>) {
    let at = Levels { definition: at.definition + i16::from(optional), ..at };
    let values = match kind {
        Kind::Struct(fields) => {
            for field in fields {
                plan(field.kind, field.optional, at, leaves);
            }
            return;
        }
        Kind::List(of) => {
            let at = Levels { definition: at.definition + 1, depth: at.depth + 1, ..at };
            return plan(*of, false, at, leaves);
        }
        Kind::Text => Values::Text(Vec::new()),
        Kind::Whole | Kind::Time => Values::Whole(Vec::new()),
        Kind::Real => Values::Real(Vec::new()),
        Kind::Truth => Values::Truth(Vec::new()),
    };
    leaves.push(Leaf {
        values,
        definitions: Vec::new(),
        repetitions: Vec::new(),
        is_optional: at.definition > 0,
        is_repeated: at.depth > 0,
        bytes: 0,
    });
}

/// How many leaf columns a kind has.
fn width(kind: Kind) -> usize {
    match kind {
        Kind::Struct(fields) => fields.iter().map(|field| width(field.kind)).sum(),
        Kind::List(of) => width(*of),
        _ => 1,
    }
}

/// Gives each leaf below a cell what the cell says.
fn shred(kind: Kind, optional: bool, cell: &Cell<'_>, at: Levels, leaves: &mut [Leaf]) {
    if *cell == Cell::Empty {
        return leaves.iter_mut().for_each(|leaf| leaf.note(at));
    }
    let at = Levels { definition: at.definition + i16::from(optional), ..at };
    match (kind, cell) {
        (Kind::Struct(fields), Cell::Struct(cells)) => {
            let mut leaves = leaves;
            for (field, cell) in fields.iter().zip(cells) {
                let split = leaves.split_at_mut_checked(width(field.kind));
                let Some((own, rest)) = split else { return };
                shred(field.kind, field.optional, cell, at, own);
                leaves = rest;
            }
        }
        (Kind::List(of), Cell::List(cells)) => {
            if cells.is_empty() {
                for leaf in &mut *leaves {
                    leaf.note(at);
                }
            }
            let depth = at.depth + 1;
            for (number, cell) in cells.iter().enumerate() {
                let repetition = if number == 0 { at.repetition } else { depth };
                let at = Levels { repetition, definition: at.definition + 1, depth };
                shred(*of, false, cell, at, leaves);
            }
        }
        _ => leaves.iter_mut().take(1).for_each(|leaf| value(leaf, cell, at)),
    }
}

fn value(leaf: &mut Leaf, cell: &Cell<'_>, at: Levels) {
    match (&mut leaf.values, cell) {
        (Values::Text(values), Cell::Text(text)) => {
            leaf.bytes += text.len() as u64;
            values.push(ByteArray::from(text.as_bytes().to_vec()));
        }
        (Values::Whole(values), Cell::Whole(number)) => values.push(*number),
        (Values::Whole(values), Cell::Time(time)) => values.push(time.millis()),
        (Values::Real(values), Cell::Real(number)) => values.push(*number),
        (Values::Truth(values), Cell::Truth(is)) => values.push(*is),
        // The schema's own tests rule this out; a hole would shift every row behind it.
        (Values::Text(values), _) => values.push(ByteArray::from("")),
        (Values::Whole(values), _) => values.push(0),
        (Values::Real(values), _) => values.push(0.0),
        (Values::Truth(values), _) => values.push(false),
    }
    leaf.note(at);
}
