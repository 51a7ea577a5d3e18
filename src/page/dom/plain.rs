//! Plain markup: tags, comments and text written as nearly all are, read without the tokenizer.
//!
//! Of a tag whose values stand in quotes or need none, and of references that everybody writes, all
//! that the tokenizer finds letter by letter is known at a glance. Whatever else there is stays the
//! tokenizer's. Values share the bytes of the page; only what is written otherwise is copied.

use std::borrow::Cow;

use html5ever::interface::Attribute;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{LocalName, QualName, ns};

use super::markup::{MAX_ATTRIBUTES, is_space};

/// A page, and the same as its tree shares it.
pub(super) struct Page<'t> {
    text: &'t str,
    shared: StrTendril,
}

impl<'t> Page<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { text, shared: StrTendril::from(text) }
    }

    /// The rest of the page.
    pub(super) fn from(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or_default()
    }

    /// A part of the page, not copied.
    pub(super) fn share(&self, at: usize, length: usize) -> StrTendril {
        // A page is cut at 16 MiB.
        let part = u32::try_from(at).ok().zip(u32::try_from(length).ok());
        part.and_then(|(at, length)| self.shared.try_subtendril(at, length).ok())
            .unwrap_or_default()
    }

    /// A part of the page as the tokenizer would give it, its references resolved.
    pub(super) fn resolved(&self, at: usize, length: usize, place: Place) -> Option<StrTendril> {
        let text = self.text.get(at..at + length)?;
        if memchr::memchr2(b'&', b'\0', text.as_bytes()).is_none() {
            return Some(self.share(at, length));
        }
        resolve(text, place).map(StrTendril::from)
    }

    /// The tag at `at`, if it is plain, and its length.
    pub(super) fn tag(&self, at: usize) -> Option<(Tag, usize)> {
        let mut cursor = Cursor { page: self, at: at + 1 };
        let kind = if cursor.skip(b'/') { TagKind::EndTag } else { TagKind::StartTag };
        let mut tag = Tag {
            kind,
            name: cursor.tag_name()?,
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        };
        for _ in 0..MAX_ATTRIBUTES {
            let parted = cursor.skip_space();
            if cursor.skip(b'>') {
                return Some((tag, cursor.at - at));
            }
            if kind == TagKind::EndTag {
                return None;
            }
            if cursor.skip(b'/') {
                tag.self_closing = true;
                return cursor.skip(b'>').then_some((tag, cursor.at - at));
            }
            let attribute = cursor.attribute().filter(|_| parted)?;
            if tag.attrs.iter().any(|known| known.name.local == attribute.name.local) {
                tag.had_duplicate_attributes = true;
            } else {
                tag.attrs.push(attribute);
            }
        }
        None
    }

    /// The text of the comment at `at`, if it is plain, and its length.
    pub(super) fn comment(&self, at: usize) -> Option<(StrTendril, usize)> {
        let inside = self.from(at).strip_prefix("<!--")?;
        let length = memchr::memmem::find(inside.as_bytes(), b"-->")?;
        let text = inside.get(..length)?;
        let is_plain =
            !text.starts_with(['>', '-']) && !text.contains("--") && !text.contains('\0');
        is_plain.then(|| (self.share(at + 4, length), length + 7))
    }
}

/// A place in a tag.
struct Cursor<'p, 't> {
    page: &'p Page<'t>,
    at: usize,
}

impl<'t> Cursor<'_, 't> {
    fn rest(&self) -> &'t [u8] {
        self.page.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is_there = self.rest().first() == Some(&byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn skip_space(&mut self) -> bool {
        let spaces = self.rest().iter().take_while(|byte| is_space(**byte)).count();
        self.at += spaces;
        spaces > 0
    }

    fn tag_name(&mut self) -> Option<LocalName> {
        self.rest().first().filter(|byte| byte.is_ascii_alphabetic())?;
        self.word(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b':'))
    }

    /// The run of these bytes, in small letters.
    fn word(&mut self, is_part: fn(u8) -> bool) -> Option<LocalName> {
        let length = self.rest().iter().position(|byte| !is_part(*byte))?;
        let word = self.page.text.get(self.at..self.at + length).filter(|word| !word.is_empty())?;
        self.at += length;
        let has_capital = word.bytes().any(|byte| byte.is_ascii_uppercase());
        Some(LocalName::from(if has_capital {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Borrowed(word)
        }))
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let name = self.word(|byte| byte.is_ascii_graphic() && !b"/>=\"'<".contains(&byte))?;
        let value = if self.skip(b'=') {
            self.value()?
        } else {
            // What else may follow is part of the name.
            self.rest().first().filter(|byte| is_space(**byte) || matches!(byte, b'/' | b'>'))?;
            StrTendril::new()
        };
        // The tree builder gives foreign attributes their namespace.
        Some(Attribute { name: QualName::new(None, ns!(), name), value })
    }

    fn value(&mut self) -> Option<StrTendril> {
        let rest = self.rest();
        if let quote @ (b'"' | b'\'') = *rest.first()? {
            let length = memchr::memchr(quote, rest.get(1..)?)?;
            let start = self.at + 1;
            self.at = start + length + 1;
            return self.page.resolved(start, length, Place::Attribute);
        }
        let length = rest.iter().position(|byte| is_space(*byte) || *byte == b'>')?;
        let start = self.at;
        self.at += length;
        let is_plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'<=`&".contains(byte);
        let is_plain = length > 0 && rest.iter().take(length).all(is_plain);
        is_plain.then(|| self.page.share(start, length))
    }
}

/// Where a reference stands: a name without a semicolon is none in an attribute (HTML Standard
/// §13.2.5.73).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Text,
    Attribute,
}

/// References that are written every day.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("quot", '"'),
    ("nbsp", '\u{a0}'),
    ("lt", '<'),
    ("gt", '>'),
    ("apos", '\''),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("copy", '©'),
];

/// A text with its references resolved; `None` where one of them is of another kind.
fn resolve(text: &str, place: Place) -> Option<String> {
    if text.contains('\0') {
        return None;
    }
    let mut parts = text.split('&');
    let mut out = String::with_capacity(text.len());
    out.push_str(parts.next()?);
    for part in parts {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
        let end = part.bytes().position(|byte| !is_name(byte)).unwrap_or(part.len());
        let (name, behind) = part.split_at_checked(end)?;
        let closed = behind.strip_prefix(';').filter(|_| !name.is_empty());
        if let Some(behind) = closed {
            out.push(named(name)?);
            out.push_str(behind);
        } else if name.is_empty() || (place == Place::Attribute && is_parameter(name, behind)) {
            out.push('&');
            out.push_str(part);
        } else {
            return None;
        }
    }
    Some(out)
}

/// Whether what follows an ampersand is the parameter of a URL, `b=2`.
fn is_parameter(name: &str, behind: &str) -> bool {
    !name.contains('#') && behind.starts_with('=')
}

/// The character of a reference. Numbers of controls and what Windows made of them are not here.
fn named(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMED.iter().find(|(known, _)| *known == name).map(|(_, c)| *c);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => number.parse(),
    };
    code.ok().filter(|code| matches!(code, 0x20..0x7f | 0xa0..0xfdd0)).and_then(char::from_u32)
}
