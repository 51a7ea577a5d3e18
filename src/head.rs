//! An HTTP message head: the start line and the fields, in order, with every byte kept.
//!
//! The archive stores the raw bytes; this is the *view* of them that framing and reading use. It
//! is total: any bytes give a head, and a line that is no field is kept as a field without a name.
//! The rules about `Content-Length` and `Transfer-Encoding` are read here and nowhere else.

use crate::moment::Moment;

/// One field line. Names and values are bytes as received, without the white space round them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, in the case it came in; empty for a line that is no field.
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

/// What the `Content-Length` fields of a head say together (RFC 9110 §8.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// There is none.
    Absent,
    /// One length, perhaps said more than once.
    Bytes(u64),
    /// Different lengths, or something that is no length.
    Invalid,
}

/// Fields of the parsed view; the raw head in the archive has no such limit.
pub const MAX_FIELDS: usize = 2_000;

impl Head {
    /// Reads the head in `bytes`: empty lines before it are passed over (RFC 9112 §2.2), then the
    /// start line and the fields up to the empty line or the end. Total.
    pub fn parse(bytes: &[u8]) -> Self {
        Self::parse_fields(bytes, MAX_FIELDS)
    }

    /// Reads the head with all its fields, however many: framing must see what another reader
    /// would. As long as the caller lets heads be; [`Head::bounded`] gives the view.
    pub fn parse_whole(bytes: &[u8]) -> Self {
        Self::parse_fields(bytes, usize::MAX)
    }

    /// This head with a `Date` of when it was received, where the server sent none: what a recipient
    /// with a clock appends (RFC 9110 §6.6.1). For reading only, never for the archive.
    #[must_use]
    pub fn received(mut self, at: Moment) -> Self {
        if self.get("Date").is_none() {
            let (name, value) = (b"Date".to_vec(), at.http_date().into_bytes());
            self.fields.push(Field { name, value });
        }
        self
    }

    /// This head with no more than [`MAX_FIELDS`] fields.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        if self.fields.len() > MAX_FIELDS {
            self.fields.truncate(MAX_FIELDS);
            self.fields.shrink_to_fit();
        }
        self
    }

    fn parse_fields(bytes: &[u8], most: usize) -> Self {
        let mut lines = bytes.split(|byte| *byte == b'\n').map(without_cr);
        let start = lines.find(|line| !line.is_empty()).unwrap_or_default().to_vec();
        let mut fields: Vec<Field> = Vec::new();
        for line in lines.take_while(|line| !line.is_empty()) {
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                // A folded line (RFC 9112 §5.2) belongs to the field before it.
                if let Some(last) = fields.last_mut() {
                    last.fold(line.trim_ascii());
                }
            } else if fields.len() < most {
                fields.push(Field::parse(line));
            } else {
                break;
            }
        }
        Self { start, fields }
    }

    /// The status code of a response's start line.
    pub fn status(&self) -> Option<u16> {
        status_of(&self.start)
    }

    /// The protocol version as written: `HTTP/1.1`.
    pub fn version(&self) -> &[u8] {
        self.start.split(|byte| *byte == b' ').next().unwrap_or_default()
    }

    /// The first value of a field, whatever the case of its name, as text (bytes that are not
    /// UTF-8 are read as Latin-1).
    pub fn get(&self, name: &str) -> Option<String> {
        self.values(name).next().map(text)
    }

    /// All values of a field, in order.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.values(name).map(text).collect()
    }

    /// The elements of a comma-separated list field, lower case, in order (RFC 9110 §5.6.1).
    pub fn list(&self, name: &str) -> Vec<String> {
        self.values(name)
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(|element| text(element.trim_ascii()).to_ascii_lowercase())
            .filter(|element| !element.is_empty())
            .collect()
    }

    /// The codings that lie round the text, in the order they were applied, lower case: those of
    /// Content-Encoding, then those a Transfer-Encoding applied besides `chunked`. `identity` is
    /// left out.
    pub fn content_codings(&self) -> Vec<String> {
        let mut codings = self.list("content-encoding");
        codings.extend(self.transfer_codings().into_iter().filter(|coding| coding != "chunked"));
        codings.retain(|coding| coding != "identity");
        codings
    }

    /// The transfer codings in the order they were applied, lower case, without parameters and
    /// without `identity`, which older servers send for "none".
    pub fn transfer_codings(&self) -> Vec<String> {
        let bare = |coding: String| match coding.split_once(';') {
            Some((name, _)) => name.trim_end().to_owned(),
            None => coding,
        };
        let mut codings: Vec<_> = self.list("transfer-encoding").into_iter().map(bare).collect();
        codings.retain(|coding| coding != "identity");
        codings
    }

    /// What the Content-Length fields say together.
    pub fn content_length(&self) -> Length {
        let mut said = Length::Absent;
        let values = self.values("content-length").flat_map(|value| value.split(|b| *b == b','));
        for value in values {
            match (said, decimal(value.trim_ascii())) {
                (Length::Absent, Some(bytes)) => said = Length::Bytes(bytes),
                (Length::Bytes(before), Some(bytes)) if before == bytes => {}
                _ => return Length::Invalid,
            }
        }
        said
    }

    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let wanted = move |field: &&Field| {
            !name.is_empty() && field.name.eq_ignore_ascii_case(name.as_bytes())
        };
        self.fields.iter().filter(wanted).map(|field| field.value.as_slice())
    }
}

impl Field {
    /// Reads one line. White space before the colon is forgiven (RFC 9112 §5.1 has servers refuse
    /// it; we are not the server).
    fn parse(line: &[u8]) -> Self {
        match line.iter().position(|byte| *byte == b':') {
            Some(colon) if !line.get(..colon).unwrap_or_default().trim_ascii().is_empty() => Self {
                name: line.get(..colon).unwrap_or_default().trim_ascii().to_vec(),
                value: line.get(colon + 1..).unwrap_or_default().trim_ascii().to_vec(),
            },
            _ => Self { name: Vec::new(), value: line.to_vec() },
        }
    }

    fn fold(&mut self, more: &[u8]) {
        if !self.value.is_empty() && !more.is_empty() {
            self.value.push(b' ');
        }
        self.value.extend_from_slice(more);
    }
}

/// The code of a status line, read as leniently as it can be without guessing: `HTTP/` in any
/// case and version, white space, three digits.
pub fn status_of(line: &[u8]) -> Option<u16> {
    let rest = line.get(5..).filter(|_| has_http_prefix(line))?;
    let version = rest.iter().position(|byte| matches!(byte, b' ' | b'\t'))?;
    let code = rest.get(version..)?.trim_ascii_start();
    let digits = code.get(..3).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    if code.get(3).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let status = digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    (status >= 100).then_some(status)
}

/// Whether a start line that has come so far may become a status line.
pub fn has_http_prefix(line: &[u8]) -> bool {
    line.iter().zip(b"HTTP/").all(|(byte, want)| byte.eq_ignore_ascii_case(want))
}

/// Digits and nothing else; `None` beyond 64 bits too.
fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_keep_order_case_and_repeats() {
        let head = Head::parse(b"HTTP/1.1 200 OK\r\nX-b: 1\r\nA:2\r\nx-B:\t 3 \r\n\r\nbody: no");
        assert_eq!(head.start, b"HTTP/1.1 200 OK");
        assert_eq!(head.fields.len(), 3);
        assert_eq!(head.all("X-B"), ["1", "3"]);
        assert_eq!(head.get("a").as_deref(), Some("2"));
        assert_eq!(head.get("body"), None);
    }

    #[test]
    fn sloppy_heads_are_read() {
        let head =
            Head::parse(b"\r\n\nHTTP/1.0  404\nA : 1\n b\n\tc\nno field\n: x\nN: caf\xe9\n\n");
        assert_eq!(head.status(), Some(404));
        assert_eq!(head.version(), b"HTTP/1.0");
        assert_eq!(head.get("A").as_deref(), Some("1 b c"));
        assert_eq!(head.get("N").as_deref(), Some("caf\u{e9}"));
        let odd: Vec<_> = head.fields.iter().filter(|field| field.name.is_empty()).collect();
        assert_eq!(odd.len(), 2);
        assert_eq!(head.get(""), None);
    }

    #[test]
    fn the_number_of_fields_is_bounded() {
        let mut raw = b"HTTP/1.1 200 OK\r\n".to_vec();
        for number in 0..MAX_FIELDS + 50 {
            raw.extend_from_slice(format!("F{number}: x\r\n").as_bytes());
        }
        assert_eq!(Head::parse(&raw).fields.len(), MAX_FIELDS);
    }

    #[test]
    fn status_lines() {
        let cases: &[(&[u8], Option<u16>)] = &[
            (b"HTTP/1.1 200 OK", Some(200)),
            (b"http/2.0\t 999", Some(999)),
            (b"HTTP/1.1  200", Some(200)),
            (b"HTTP/1.1 20", None),
            (b"HTTP/1.1 2000", None),
            (b"HTTP/1.1 099 x", None),
            (b"HTTP/1.1", None),
            (b"ICY 200 OK", None),
            (b"GET / HTTP/1.1", None),
        ];
        for (line, want) in cases {
            assert_eq!(status_of(line), *want, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn lengths() {
        let length = |fields: &str| {
            Head::parse(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes()).content_length()
        };
        assert_eq!(length(""), Length::Absent);
        assert_eq!(length("Content-Length: 7\r\n"), Length::Bytes(7));
        assert_eq!(length("Content-Length: 7\r\ncontent-length: 7, 7\r\n"), Length::Bytes(7));
        for bad in ["+7", "-7", "7, 8", "", "0x7", "7 7", "18446744073709551616"] {
            assert_eq!(length(&format!("Content-Length: {bad}\r\n")), Length::Invalid, "{bad:?}");
        }
    }

    #[test]
    fn codings_in_the_order_applied() {
        let head = Head::parse(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: GZIP, identity\r\nContent-Encoding: br\r\n\
              Transfer-Encoding: deflate;q=1 , Chunked\r\n\r\n",
        );
        assert_eq!(head.content_codings(), ["gzip", "br", "deflate"]);
        assert_eq!(head.transfer_codings(), ["deflate", "chunked"]);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_head(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let head = Head::parse(&bytes);
            prop_assert!(head.fields.len() <= MAX_FIELDS);
            let held: usize = head.fields.iter().map(|f| f.name.len() + f.value.len()).sum();
            prop_assert!(held + head.start.len() <= bytes.len());
            let _ = (head.status(), head.content_length(), head.content_codings());
        }
    }
}
