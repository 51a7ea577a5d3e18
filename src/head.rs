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
    pub fn parse(bytes: &[u8]) -> Self {
        let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let start = lines.next().unwrap_or_default().to_vec();
        let field = |line: &[u8]| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at_checked(colon)?;
            let value = value.get(1..).unwrap_or_default().trim_ascii();
            Some(Field { name: name.trim_ascii().to_vec(), value: value.to_vec() })
        };
        Self { start, fields: lines.filter_map(field).take(MAX_FIELDS).collect() }
    }

    /// The status code of a response's start line.
    pub fn status(&self) -> Option<u16> {
        std::str::from_utf8(&self.start).ok()?.split(' ').nth(1)?.parse().ok()
    }

    /// The first value of a field, whatever the case of its name, as text (bytes that are not
    /// UTF-8 are read as Latin-1).
    pub fn get(&self, name: &str) -> Option<String> {
        self.all(name).into_iter().next()
    }

    /// All values of a field, in order.
    pub fn all(&self, name: &str) -> Vec<String> {
        let named = |field: &&Field| field.name.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(named).map(|field| text(&field.value)).collect()
    }

    /// The content codings in the order they were applied, lower case, `identity` left out.
    pub fn content_codings(&self) -> Vec<String> {
        let lists = self.all("content-encoding").join(",");
        let codings = lists.split(',').map(|coding| coding.trim().to_ascii_lowercase());
        codings.filter(|coding| !coding.is_empty() && coding != "identity").collect()
    }
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}
