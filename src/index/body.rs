//! What a request posted, as it goes into the key of its capture.
//!
//! pywb and `cdxj-indexer` append `__wb_method=POST` and the body, read as a query, to the URL
//! before its key is made, so that each form that was sent is a capture of its own. Bodies are
//! somebody's: reading is total, and what goes into a key is bounded. A body of AMF goes in as
//! bytes; its reader is not worth its weight.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::head::{Head, Length};

/// Most characters of a body that go into a key.
const MAX_QUERY: usize = 4096;

/// Bytes of a body that are read when its request does not say how many it has.
const UNDECLARED: usize = 8192;

/// What `quote_plus` of Python leaves as it is, besides letters and digits; a space becomes `+`.
const QUERY: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'_').remove(b'.').remove(b'-').remove(b'~').remove(b' ');

/// A request that posted something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Posted {
    /// The method, as it stands in the request.
    pub(super) method: String,
    /// The body as a query.
    pub(super) query: String,
}

impl Posted {
    /// Reads a request; `None` when its method posts nothing.
    pub(super) fn read(head: &Head, body: &[u8]) -> Option<Self> {
        let method = head.start.split(|&byte| byte == b' ').next()?;
        if !matches!(method.to_ascii_uppercase().as_slice(), b"POST" | b"PUT") {
            return None;
        }
        let method = String::from_utf8_lossy(method).into_owned();
        let length = match head.content_length() {
            Length::Bytes(length) => usize::try_from(length).unwrap_or(usize::MAX),
            Length::Absent => UNDECLARED,
            Length::Invalid => 0,
        };
        let body = body.get(..length).unwrap_or(body);
        let media = head.get("content-type").unwrap_or_default();
        let query = query(&media, body).chars().take(MAX_QUERY).collect();
        Some(Self { method, query })
    }
}

fn query(media: &str, body: &[u8]) -> String {
    if media.starts_with("application/x-www-form-urlencoded") {
        std::str::from_utf8(body).map_or_else(|_| as_bytes(body), unquoted)
    } else if media.starts_with("multipart/") {
        let boundary = media.split("boundary=").nth(1);
        boundary.map_or_else(|| as_bytes(body), |boundary| parts(boundary, body))
    } else if media.starts_with("application/json") {
        leaves(body).unwrap_or_default()
    } else if media.starts_with("text/plain") {
        leaves(body).unwrap_or_else(|| as_bytes(body))
    } else {
        as_bytes(body)
    }
}

fn as_bytes(body: &[u8]) -> String {
    // Four characters of Base64 hold three bytes.
    let part = body.get(..MAX_QUERY).unwrap_or(body);
    format!("__wb_post_data={}", data_encoding::BASE64.encode(part))
}

fn unquoted(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

fn argument(name: &str, value: &[u8]) -> String {
    let quoted = |text| percent_encode(text, QUERY).to_string().replace(' ', "+");
    format!("{}={}", quoted(name.as_bytes()), quoted(value))
}

/// The fields of a form (RFC 7578), as a query.
fn parts(boundary: &str, body: &[u8]) -> String {
    let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
    let fence = format!("--{boundary}");
    let starts: Vec<usize> = memchr::memmem::find_iter(body, fence.as_bytes()).collect();
    let ends = starts.iter().skip(1);
    let fields = starts.iter().zip(ends).filter_map(|(start, end)| {
        let part = body.get(start + fence.len()..*end)?;
        let part = part.strip_prefix(b"\r\n").or_else(|| part.strip_prefix(b"\n"))?;
        field(part)
    });
    fields.collect::<Vec<_>>().join("&")
}

fn field(part: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(part, b"\r\n\r\n")?;
    let (head, value) = part.split_at_checked(at)?;
    let value = value.get(4..)?;
    let value = value.strip_suffix(b"\r\n").unwrap_or(value);
    // `Head` wants a start line.
    let head = Head::parse(&[b"part\r\n", head].concat());
    let disposition = head.get("content-disposition")?;
    let (_, name) = disposition.split_once("name=")?;
    let name = match name.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => name.split(';').next(),
    };
    Some(argument(name?.trim(), value))
}

/// The leaves of a JSON document under the names of their fields, as a query; several documents
/// may stand there, a line each.
fn leaves(body: &[u8]) -> Option<String> {
    let mut leaves = Vec::new();
    if let Ok(document) = serde_json::from_slice::<Json>(body) {
        document.gather("", &mut leaves);
    } else {
        for line in body.split(|&byte| byte == b'\n') {
            serde_json::from_slice::<Json>(line).ok()?.gather("", &mut leaves);
        }
    }
    let mut met = std::collections::HashMap::<String, u64>::new();
    let named = |(name, value): (String, String)| {
        let count = met.entry(name.clone()).and_modify(|count| *count += 1).or_insert(1);
        match count {
            1 => argument(&name, value.as_bytes()),
            count => argument(&format!("{name}.{count}_"), value.as_bytes()),
        }
    };
    Some(leaves.into_iter().map(named).collect::<Vec<_>>().join("&"))
}

/// A JSON value with its fields in their order, and its leaves as Python's `str` writes them.
enum Json {
    Leaf(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Depth is bounded by what `serde_json` parses (128).
    fn gather(self, name: &str, into: &mut Vec<(String, String)>) {
        match self {
            Self::Leaf(text) if !name.is_empty() => into.push((name.to_owned(), text)),
            Self::Leaf(_) => {}
            Self::List(items) => {
                for item in items {
                    item.gather(name, into);
                }
            }
            Self::Object(fields) => {
                for (name, value) in fields {
                    value.gather(&name, into);
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Leaf("None".to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Leaf(if value { "True" } else { "False" }.to_owned()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Leaf(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Leaf(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Leaf(format!("{value:?}")))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Leaf(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = from.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = from.next_entry()? {
            fields.push(field);
        }
        Ok(Json::Object(fields))
    }
}
