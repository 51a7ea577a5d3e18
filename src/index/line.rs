//! One line of a CDXJ index: SURT key, 14-digit time, and a JSON object about the capture.
//!
//! Written byte for byte as `cdxj-indexer` does (fields in pywb's order, every value a string,
//! nothing but ASCII), so two indexes of one archive can be compared with `diff`. Read leniently:
//! numbers may be numbers, fields may be missing, unknown ones are passed over.

use std::fmt::{self, Write};

use serde_json::{Map, Value};

use super::MAX_LINE;
use crate::json::is_unruly;
use crate::lead::Locator;
use crate::moment::Moment;

/// The media type of a capture that refers to an earlier one.
pub const REVISIT: &str = "warc/revisit";

/// One capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The SURT key ([`crate::surt::key`]); of a POST, with what was posted.
    pub key: String,
    /// When it was captured: 14 digits, UTC; more in lines of others.
    pub time: String,
    /// The URL, as it stands in the record.
    pub url: String,
    /// The media type of the response or resource; [`REVISIT`] for a revisit.
    pub mime: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The payload digest, as the record has it (`sha1:…`).
    pub digest: Option<String>,
    /// Where the record lies; the length is 0 when a line of others does not tell it.
    pub at: Locator,
    /// What was posted, when the request was no GET, as it stands in the key before canonicalisation.
    pub body: Option<String>,
    /// The method of the request, when it was no GET.
    pub method: Option<String>,
}

/// What is wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// More than [`MAX_LINE`] bytes.
    #[error("the line is longer than {MAX_LINE} bytes")]
    TooLong,
    /// Bytes that are no text.
    #[error("the line is not UTF-8")]
    NotText,
    /// No key, or no time of 14 to 17 digits.
    #[error("the line does not begin with a key and a time of 14 digits")]
    NoKey,
    /// What follows is no JSON object.
    #[error("the line has no JSON object behind key and time")]
    NoObject,
    /// A line that is not where it would be found.
    #[error("the line stands before or behind its place, so nothing is found by its key")]
    Unsorted,
    /// No url, or no place.
    #[error("the line lacks {0}, or it is no such thing")]
    Lacks(&'static str),
}

impl Line {
    /// Reads one line; its end may be on it. Total and bounded.
    pub fn parse(line: &[u8]) -> Result<Self, LineError> {
        if line.len() > MAX_LINE {
            return Err(LineError::TooLong);
        }
        let text = std::str::from_utf8(line).map_err(|_| LineError::NotText)?;
        let mut parts = text.trim_end_matches(['\r', '\n']).splitn(3, ' ');
        let key = parts.next().filter(|key| is_key(key)).ok_or(LineError::NoKey)?;
        let time = parts.next().filter(|time| is_time(time)).ok_or(LineError::NoKey)?;
        let object = parts.next().unwrap_or_default();
        let object: Map<String, Value> =
            serde_json::from_str(object).map_err(|_| LineError::NoObject)?;
        let field = |name: &'static str| text_of(&object, name);
        let lacks = LineError::Lacks;
        let number = |name| field(name).and_then(|text| text.parse().ok()).ok_or(lacks(name));
        let length = if field("length").is_some() { number("length")? } else { 0 };
        let file = field("filename").ok_or(lacks("filename"))?;
        Ok(Self {
            key: key.to_owned(),
            time: time.to_owned(),
            url: field("url").ok_or(lacks("url"))?,
            mime: field("mime"),
            status: field("status").and_then(|status| status.parse().ok()),
            digest: field("digest"),
            at: Locator { file, offset: number("offset")?, length },
            body: field("requestBody"),
            method: field("method"),
        })
    }

    /// The instant of its time.
    pub fn moment(&self) -> Option<Moment> {
        Moment::parse_stamp14(self.time.get(..14)?)
    }

    /// Whether the capture refers to an earlier one for its payload.
    pub fn is_revisit(&self) -> bool {
        self.mime.as_deref() == Some(REVISIT)
    }
}

/// Whether a line has the shape of one: key, time, object.
pub(super) fn check(line: &[u8]) -> Result<(), LineError> {
    let text = std::str::from_utf8(line).map_err(|_| LineError::NotText)?;
    let mut parts = text.splitn(3, ' ');
    parts.next().filter(|key| is_key(key)).ok_or(LineError::NoKey)?;
    parts.next().filter(|time| is_time(time)).ok_or(LineError::NoKey)?;
    parts.next().filter(|object| object.starts_with('{')).map(drop).ok_or(LineError::NoObject)
}

/// Keys are shown on terminals.
fn is_key(text: &str) -> bool {
    !text.is_empty() && !text.contains(is_unruly)
}

/// Lines of others may have milliseconds.
fn is_time(text: &str) -> bool {
    (14..=17).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A field as text; `-` is how older tools write that there is none.
fn text_of(object: &Map<String, Value>, name: &str) -> Option<String> {
    match object.get(name)? {
        Value::String(text) if text != "-" => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl fmt::Display for Line {
    /// The line without its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {{\"url\": ", self.key, self.time)?;
        quote(f, &self.url)?;
        let status = self.status.map(|status| status.to_string());
        let (offset, length) = (self.at.offset.to_string(), self.at.length.to_string());
        let fields = [
            ("mime", self.mime.as_deref()),
            ("status", status.as_deref()),
            ("digest", self.digest.as_deref()),
            ("length", Some(length.as_str())),
            ("offset", Some(offset.as_str())),
            ("filename", Some(self.at.file.as_str())),
            ("requestBody", self.body.as_deref()),
            ("method", self.method.as_deref()),
        ];
        for (name, value) in fields {
            if let Some(value) = value {
                write!(f, ", \"{name}\": ")?;
                quote(f, value)?;
            }
        }
        f.write_char('}')
    }
}

/// A JSON string of nothing but printable ASCII.
fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            ' '..='~' => f.write_char(c)?,
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(f, "\\u{unit:04x}")?;
                }
            }
        }
    }
    f.write_char('"')
}
