//! The markup of a page in pieces, before it is tokenized: what is markup, and what is raw text.
//!
//! It finds where tags end and cuts the attributes past [`MAX_ATTRIBUTES`] of any of them. It only
//! cuts at places where the tokenizer may be fed a part; whether a piece *is* raw text is for the
//! tree builder, which knows what is open. Nothing is copied.

use super::RAW_TEXT;

/// Attributes kept of one tag.
pub(super) const MAX_ATTRIBUTES: usize = 256;

/// A stretch of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// Tags and text.
    Markup(&'t str),
    /// What stands between the tags of an element of raw text, if it is one where it stands.
    Raw(&'t str),
}

/// The pieces of a text, in order: all of it but the attributes that are too many.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    let mut ready = [None; 3];
    std::iter::from_fn(move || {
        loop {
            if let Some(piece) = ready.iter_mut().find_map(Option::take) {
                return Some(piece);
            }
            if rest.is_empty() {
                return None;
            }
            let Next { markup, cut, raw } = next(rest);
            let slice = |start: usize, end: usize| rest.get(start..end).unwrap_or_default();
            ready = [
                Some(Piece::Markup(slice(0, markup))),
                (cut > markup).then_some(Piece::Markup(">")),
                (raw > cut).then(|| Piece::Raw(slice(cut, raw))),
            ];
            rest = rest.get(raw.max(cut)..).unwrap_or_default();
        }
    })
}

/// Where the next piece of markup ends.
struct Next {
    /// The end of what is kept of it.
    markup: usize,
    /// The end of its last tag, which is `markup` unless attributes were cut.
    cut: usize,
    /// The end of the raw text behind it.
    raw: usize,
}

/// Walks from tag to tag, to the first that opens raw text or has too many attributes.
fn next(text: &str) -> Next {
    let mut at = 0;
    while let Some(tag) = text.get(at..).and_then(|rest| memchr::memchr(b'<', rest.as_bytes())) {
        at += tag;
        let rest = text.get(at..).unwrap_or_default();
        let (kept, length) = tag_extent(rest);
        let end = at + length;
        let raw = end + raw_text_length(rest, rest.get(length..).unwrap_or_default());
        if kept < length || raw > end {
            return Next { markup: at + kept, cut: end, raw };
        }
        at = end;
    }
    Next { markup: text.len(), cut: text.len(), raw: text.len() }
}

/// How much of the markup that `text` begins with is kept, and how much there is of it.
fn tag_extent(text: &str) -> (usize, usize) {
    let bytes = text.as_bytes();
    if bytes.starts_with(b"<!--") {
        let end = memchr::memmem::find(bytes, b"-->").map_or(text.len(), |at| at + 3);
        return (end, end);
    }
    if !bytes.get(1).is_some_and(u8::is_ascii_alphabetic) {
        return (1, 1);
    }
    if let Some(end) = plain_tag(bytes) {
        return (end, end);
    }
    let mut attributes = Attributes::default();
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        if attributes.step(*byte) {
            return (attributes.cut.unwrap_or(at + 1), at + 1);
        }
        if attributes.count > MAX_ATTRIBUTES && attributes.cut.is_none() {
            attributes.cut = Some(at);
        }
    }
    (attributes.cut.unwrap_or(bytes.len()), bytes.len())
}

/// The end of a tag as nearly all are written: no white space round `=`, and too short for
/// [`MAX_ATTRIBUTES`]. It agrees with [`Attributes`], from quote to quote and not byte by byte.
fn plain_tag(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut quoted) = (1, 0);
    loop {
        at += memchr::memchr3(b'"', b'\'', b'>', bytes.get(at..)?)?;
        let mark = *bytes.get(at)?;
        at += 1;
        if mark == b'>' {
            return (at - quoted <= MAX_ATTRIBUTES).then_some(at);
        }
        match (bytes.get(at.checked_sub(3)?)?, bytes.get(at - 2)?) {
            (b'=', b'=') => return None,
            (before, b'=') if before.is_ascii_whitespace() => return None,
            (_, b'=') => {
                let value = memchr::memchr(mark, bytes.get(at..)?)?;
                at += value + 1;
                quoted += value;
            }
            (_, before) if before.is_ascii_whitespace() => return None,
            _ => {}
        }
    }
}

/// Where in a tag we are, after the tokenizer of the HTML standard (§13.2.5.32 and on).
#[derive(Default)]
struct Attributes {
    count: usize,
    cut: Option<usize>,
    quote: Option<u8>,
    /// After `=`, before the value.
    before_value: bool,
    /// Inside a name or an unquoted value.
    inside: bool,
}

impl Attributes {
    /// Takes in a byte; true at the end of the tag.
    fn step(&mut self, byte: u8) -> bool {
        if let Some(quote) = self.quote {
            if byte == quote {
                self.quote = None;
                self.inside = false;
            }
            return false;
        }
        match byte {
            b'>' => return true,
            b'"' | b'\'' if self.before_value => self.quote = Some(byte),
            b'=' if !self.before_value => {
                self.before_value = true;
                return false;
            }
            b'/' if !self.before_value => self.inside = false,
            _ if byte.is_ascii_whitespace() => {
                self.inside = false;
                return false;
            }
            _ if self.before_value => self.inside = true,
            _ if !self.inside => {
                self.inside = true;
                self.count += 1;
            }
            _ => {}
        }
        self.before_value = false;
        false
    }
}

/// The length of the raw text that follows a start tag: up to its end tag.
fn raw_text_length(tag: &str, after: &str) -> usize {
    let name = tag.get(1..).unwrap_or_default();
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or_default();
    if !RAW_TEXT.iter().any(|raw| raw.eq_ignore_ascii_case(name)) {
        return 0;
    }
    memchr::memmem::find_iter(after.as_bytes(), b"</")
        .find(|at| {
            let close = after.as_bytes().get(at + 2..at + 2 + name.len());
            close.is_some_and(|close| close.eq_ignore_ascii_case(name.as_bytes()))
        })
        .unwrap_or(after.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn raw_text_is_a_piece_of_its_own() {
        let text = "<p a='<style>'>x<!-- <script> --><STYLE x>a<b</style >y<script></script>";
        let got: Vec<_> = pieces(text).collect();
        let markup = Piece::Markup("<p a='<style>'>x<!-- <script> --><STYLE x>");
        let rest = Piece::Markup("</style >y<script></script>");
        assert_eq!(got, [markup, Piece::Raw("a<b"), rest]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "(<script>|</script>|<p a='|<p b=\"|<!--|-->|[ =>'\"<x\n]){0,30}") {
            let whole: String = pieces(&text)
                .map(|piece| match piece {
                    Piece::Markup(text) | Piece::Raw(text) => text,
                })
                .collect();
            prop_assert_eq!(whole, text);
        }

        #[test]
        fn plain_tags_end_where_the_tokenizer_ends_them(tag in "<p( ?[ab/]?=?=?[\"'x]?[ >a]?){0,12}>") {
            let mut attributes = Attributes::default();
            let end = tag.bytes().skip(1).position(|byte| attributes.step(byte)).map(|at| at + 2);
            if let Some(plain) = plain_tag(tag.as_bytes()) {
                prop_assert_eq!(Some(plain), end);
            }
        }
    }
}
