//! An HTTP message head: the start line and the fields, in order, with every byte kept.
//!
//! The archive stores the raw bytes; this is the *view* of them that framing and reading use. It
//! is total: any bytes give a head, odd lines are kept as lines that are no field.

/// One field line. Names and values are bytes as received, without the white space round them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, in the case it came in.
    pub name: Vec<u8>,
    /// The value; folded lines are joined by one space.
    pub value: Vec<u8>,
}

/// A parsed head, bounded at [`MAX_FIELDS`] fields.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Head {
    /// The start line without its line end.
    pub start: Vec<u8>,
    /// The fields in order, repeated ones included.
    pub fields: Vec<Field>,
}

/// Fields of the parsed view; the raw head in the archive has no such limit.
pub const MAX_FIELDS: usize = 2_000;

impl Head {
    /// Reads the head in `bytes` (start line, fields, optional empty line). Total.
    pub fn parse(_bytes: &[u8]) -> Self {
        Self::default()
    }

    /// The status code of a response's start line.
    pub fn status(&self) -> Option<u16> {
        None
    }

    /// The first value of a field, whatever the case of its name, as text (bytes that are not
    /// UTF-8 are read as Latin-1).
    pub fn get(&self, _name: &str) -> Option<String> {
        None
    }

    /// All values of a field, in order.
    pub fn all(&self, _name: &str) -> Vec<String> {
        Vec::new()
    }

    /// The content codings in the order they were applied, lower case, `identity` left out.
    pub fn content_codings(&self) -> Vec<String> {
        Vec::new()
    }
}
