//! Cells: the values of a row, typed, in the shape every format is written from.
//!
//! A [`Kind`] says what may stand in a place, a [`Cell`] what stands there. JSON is made from them
//! here; CSV and Parquet make their own of the same.

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::moment::Moment;

/// What may stand in a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Unicode text.
    Text,
    /// A whole number of 64 bits.
    Whole,
    /// A number of double precision.
    Real,
    /// Yes or no.
    Truth,
    /// An instant, in milliseconds, UTC.
    Time,
    /// Any number of one kind.
    List(&'static Self),
    /// Named values.
    Struct(&'static [Field]),
}

/// A named place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What stands there.
    pub kind: Kind,
    /// Whether it may be empty.
    pub optional: bool,
    /// What it means.
    pub about: &'static str,
}

impl Field {
    /// A place that is always filled.
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, optional: false, about }
    }

    /// A place that may be empty.
    pub const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { name, kind, optional: true, about }
    }
}

/// What stands in a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Empty,
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// Yes or no.
    Truth(bool),
    /// An instant.
    Time(Moment),
    /// The elements of a list.
    List(Vec<Self>),
    /// The values of a struct, in the order of its fields.
    Struct(Vec<Self>),
}

impl<'a> Cell<'a> {
    /// A text that may be missing.
    pub fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(Cow::Borrowed(text)))
    }

    /// A text.
    pub const fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A number that counts something.
    pub fn count(number: u64) -> Self {
        Self::Whole(i64::try_from(number).unwrap_or(i64::MAX))
    }

    /// A list of texts.
    pub fn texts(texts: &'a [String]) -> Self {
        Self::List(texts.iter().map(|text| Self::text(text)).collect())
    }
}

/// A cell with its kind, which knows the names of its fields.
pub struct Named<'a>(pub &'a Cell<'a>, pub Kind);

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match (self.0, self.1) {
            (Cell::Text(text), _) => to.serialize_str(text),
            (Cell::Whole(number), _) => to.serialize_i64(*number),
            (Cell::Real(number), _) => to.serialize_f64(*number),
            (Cell::Truth(is), _) => to.serialize_bool(*is),
            (Cell::Time(at), _) => to.serialize_str(&at.warc_date()),
            (Cell::List(cells), Kind::List(kind)) => {
                let mut list = to.serialize_seq(Some(cells.len()))?;
                for cell in cells {
                    list.serialize_element(&Named(cell, *kind))?;
                }
                list.end()
            }
            (Cell::Struct(cells), Kind::Struct(fields)) => {
                let mut map = to.serialize_map(Some(cells.len()))?;
                for (field, cell) in fields.iter().zip(cells) {
                    map.serialize_entry(field.name, &Named(cell, field.kind))?;
                }
                map.end()
            }
            _ => to.serialize_none(),
        }
    }
}
