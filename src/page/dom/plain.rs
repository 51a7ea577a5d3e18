//! Plain tags: those written as nearly all are, made into tokens without the tokenizer.
//!
//! Small letters, values in quotes or without need of them, no reference but `&amp;`, nothing
//! twice: of such a tag all that the tokenizer does letter by letter is known at a glance. Whatever
//! else there is stays the tokenizer's. Values share the bytes of the page; nothing is copied.

use html5ever::interface::Attribute;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind};
use html5ever::{LocalName, QualName, ns};

use super::RAW_TEXT;
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

    /// The tag at `at`, if it is plain, and its length.
    pub(super) fn tag(&self, at: usize) -> Option<(Tag, usize)> {
        let mut cursor = Cursor { page: self, at: at + 1 };
        let kind = if cursor.skip(b'/') { TagKind::EndTag } else { TagKind::StartTag };
        let name = cursor.word()?;
        if kind == TagKind::StartTag && (RAW_TEXT.contains(&name) || name == "plaintext") {
            return None;
        }
        let mut tag = Tag {
            kind,
            name: LocalName::from(name),
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        };
        loop {
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
            let is_new = tag.attrs.iter().all(|other| other.name.local != attribute.name.local);
            if !is_new || tag.attrs.len() >= MAX_ATTRIBUTES {
                return None;
            }
            tag.attrs.push(attribute);
        }
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

    /// A name in small letters.
    fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let is_part = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b':');
        let length = rest.iter().position(|byte| !is_part(byte))?;
        let word = self.page.text.get(self.at..self.at + length)?;
        self.at += length;
        word.starts_with(|c: char| c.is_ascii_lowercase()).then_some(word)
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let name = self.word()?;
        let value = if self.skip(b'=') {
            self.value()?
        } else {
            // What else may follow is part of the name.
            self.rest().first().filter(|byte| is_space(**byte) || matches!(byte, b'/' | b'>'))?;
            StrTendril::new()
        };
        // The tree builder gives foreign attributes their namespace.
        Some(Attribute { name: QualName::new(None, ns!(), LocalName::from(name)), value })
    }

    fn value(&mut self) -> Option<StrTendril> {
        let rest = self.rest();
        let quote = *rest.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let inside = rest.get(1..)?;
        let length = memchr::memchr(quote, inside)?;
        let start = self.at + 1;
        self.at = start + length + 1;
        let value = self.page.text.get(start..start + length)?;
        if memchr::memchr2(b'&', b'\0', value.as_bytes()).is_none() {
            return Some(self.page.share(start, length));
        }
        let mut references = value.split('&').skip(1);
        let is_plain = references.all(|rest| rest.starts_with("amp;")) && !value.contains('\0');
        is_plain.then(|| StrTendril::from(value.replace("&amp;", "&")))
    }
}
