//! The header of a WARC record: named fields in order, repeated ones included.
//!
//! A header is built by [`super::exchange`] for writing, where every value is checked, or by
//! [`super::reader`] from somebody's file, where nothing may be refused. It never sorts, never
//! merges and never drops a field: WARC-Concurrent-To and WARC-Protocol may stand there twice.

/// The spelling of the field names of WARC 1.1 §5 and of the extensions in use. Names are
/// case-insensitive (§4), but tools that compare them as they stand exist.
const NAMES: &[&str] = &[
    "Content-Length",
    "Content-Type",
    "WARC-Block-Digest",
    "WARC-Cipher-Suite",
    "WARC-Concurrent-To",
    "WARC-Date",
    "WARC-Filename",
    "WARC-IP-Address",
    "WARC-Identified-Payload-Type",
    "WARC-Payload-Digest",
    "WARC-Profile",
    "WARC-Protocol",
    "WARC-Record-ID",
    "WARC-Refers-To",
    "WARC-Refers-To-Date",
    "WARC-Refers-To-Target-URI",
    "WARC-Segment-Number",
    "WARC-Segment-Origin-ID",
    "WARC-Segment-Total-Length",
    "WARC-Target-URI",
    "WARC-Truncated",
    "WARC-Type",
    "WARC-Warcinfo-ID",
];

/// A field that may not stand in a WARC header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {why}")]
pub struct FieldError {
    /// The field's name, made printable.
    pub name: String,
    /// What is wrong with it.
    pub why: String,
}

/// An ordered multimap of fields.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Header {
    fields: Vec<(String, String)>,
}

impl Header {
    /// Adds a field, its name in the customary spelling.
    ///
    /// URLs and server data flow into these lines, so whatever could end a line or hide in it is
    /// refused: CR, LF, NUL and every other control character (WARC 1.1 §4).
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), FieldError> {
        let refuse = |why: String| FieldError { name: name.escape_debug().to_string(), why };
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(refuse("is no field name (letters, digits, '-')".to_owned()));
        }
        if let Some(bad) = value.chars().find(|c| c.is_control()) {
            return Err(refuse(format!("its value holds the control character {bad:?}")));
        }
        self.fields.push((canonical(name).to_owned(), value.trim().to_owned()));
        Ok(())
    }

    /// Adds a field of somebody's file, as it stands there.
    pub(super) fn keep(&mut self, name: String, value: String) {
        self.fields.push((name, value));
    }

    /// Goes on with the last field: a folded line, joined by one space.
    pub(super) fn unfold(&mut self, more: &str) {
        if let Some((_, value)) = self.fields.last_mut() {
            if !value.is_empty() {
                value.push(' ');
            }
            value.push_str(more);
        }
    }

    /// The first value of a field, whatever the case of its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All values of a field, in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter().filter(move |(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// All fields, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The header as it is written: version line, fields, empty line (WARC 1.1 §4).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64 + self.fields.len() * 48);
        out.extend_from_slice(b"WARC/1.1\r\n");
        for (name, value) in &self.fields {
            for part in [name.as_str(), ": ", value.as_str(), "\r\n"] {
                out.extend_from_slice(part.as_bytes());
            }
        }
        out.extend_from_slice(b"\r\n");
        out
    }
}

/// RFC 9110 §5.6.2, which WARC 1.1 §4 takes its field names from.
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

fn canonical(name: &str) -> &str {
    NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_survive() {
        let mut header = Header::default();
        header.push("warc-type", "response").unwrap();
        header.push("WARC-Protocol", "http/1.1").unwrap();
        header.push("x-own", "1").unwrap();
        header.push("WARC-PROTOCOL", "tls/1.3").unwrap();
        assert_eq!(header.all("warc-protocol").collect::<Vec<_>>(), ["http/1.1", "tls/1.3"]);
        let want = "WARC/1.1\r\nWARC-Type: response\r\nWARC-Protocol: http/1.1\r\n\
                    x-own: 1\r\nWARC-Protocol: tls/1.3\r\n\r\n";
        assert_eq!(String::from_utf8(header.to_bytes()).unwrap(), want);
    }

    #[test]
    fn nothing_can_end_a_line() {
        let mut header = Header::default();
        for bad in ["a\r\nWARC-Type: x", "a\nb", "a\rb", "a\0b", "a\u{1b}[2J", "a\u{85}b", "\t"] {
            let why = header.push("WARC-Target-URI", bad).unwrap_err();
            assert!(why.to_string().starts_with("WARC-Target-URI: "), "{why}");
        }
        for bad in ["", "a b", "a:", "ä", "a\r\n"] {
            assert!(header.push(bad, "x").is_err(), "{bad:?}");
        }
        assert!(header.is_empty());
    }
}
