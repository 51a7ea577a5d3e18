//! The reader: a page's text to tokens, most of them without the tokenizer.
//!
//! Plain text, tags and comments and the text of scripts and styles are made into tokens as they
//! stand ([`plain`](super::plain)); everything else is fed to html5ever's tokenizer, from one place between two tokens
//! to the next. It owns the tokenizer; what the tokens become is the [`Guard`]'s business.

use std::collections::HashMap;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink as _, Tokenizer, TokenizerOpts,
};
use html5ever::{LocalName, TokenizerResult};

use super::markup;
use super::plain::{Page, Place};
use super::{Content, Guard, RAW_TEXT};

pub(super) struct Reader<'t> {
    page: Page<'t>,
    at: usize,
    tokenizer: Tokenizer<Guard>,
    input: BufferQueue,
    /// The name of the tag that the tokenizer was fed last.
    name: &'t str,
    /// Where raw text ahead ends, by the name of its element. Where such a tag opens none, as in
    /// SVG, the next would be looked ahead from all over again.
    ends: HashMap<LocalName, End>,
}

/// The end of raw text.
#[derive(Clone, Copy)]
struct End {
    at: usize,
    /// The length of the end tag, where it and all before it is plain.
    length: Option<usize>,
}

impl<'t> Reader<'t> {
    /// A reader of a text without carriage returns.
    pub(super) fn new(text: &'t str, guard: Guard) -> Self {
        // Asked to discard the mark of byte order, it would do so before every piece.
        let options = TokenizerOpts { discard_bom: false, ..TokenizerOpts::default() };
        Self {
            page: Page::of(text),
            at: 0,
            tokenizer: Tokenizer::new(guard, options),
            input: BufferQueue::default(),
            name: "",
            ends: HashMap::new(),
        }
    }

    /// Reads to the end.
    pub(super) fn read(mut self) -> Guard {
        loop {
            let rest = self.page.from(self.at);
            if rest.is_empty() {
                break;
            }
            match self.tokenizer.sink.content.get() {
                Content::Markup => self.read_markup(rest),
                Content::Raw => self.read_raw(rest),
                Content::Plaintext => self.feed(rest.len()),
            }
        }
        self.tokenizer.end();
        self.tokenizer.sink
    }

    /// Reads a text and what stands behind it.
    fn read_markup(&mut self, rest: &'t str) {
        let length = markup::text(rest);
        if let Some(text) = self.page.resolved(self.at, length, Place::Text) {
            self.at += length;
            self.give_text(text);
        } else {
            self.feed(length);
            if rest.get(..length).is_some_and(is_open) {
                return self.feed_markup();
            }
        }
        if !self.read_plain() {
            self.feed_markup();
        }
    }

    /// Reads a tag or a comment, if it is plain.
    fn read_plain(&mut self) -> bool {
        if let Some((tag, length)) = self.page.tag(self.at) {
            if tag.kind == TagKind::StartTag && is_raw(&tag.name) {
                return self.read_plain_raw(tag, length);
            }
            self.at += length;
            self.give(Token::TagToken(tag));
            return true;
        }
        let Some((text, length)) = self.page.comment(self.at) else { return false };
        self.at += length;
        self.give(Token::CommentToken(text));
        true
    }

    /// Reads an element of raw text with all that is in it, if that is plain too: what the
    /// tokenizer shall read of raw text it has to be in the state for.
    fn read_plain_raw(&mut self, tag: Tag, length: usize) -> bool {
        let inside = self.at + length;
        let End { at, length } = self.end_of(&tag.name, inside);
        let Some(length) = length else { return false };
        self.at = inside;
        self.give(Token::TagToken(tag));
        if self.tokenizer.sink.content.get() != Content::Markup {
            self.give_text(self.page.share(inside, at - inside));
            if let Some((end, _)) = self.page.tag(at) {
                self.give(Token::TagToken(end));
            }
            self.at = at + length;
        }
        true
    }

    /// Where the raw text that begins at `inside` ends.
    fn end_of(&mut self, name: &LocalName, inside: usize) -> End {
        if let Some(end) = self.ends.get(name).filter(|end| end.at >= inside) {
            return *end;
        }
        let text = self.page.from(inside);
        let length = markup::raw_text(text, name);
        let text = text.get(..length).unwrap_or_default();
        let is_plain = match &**name {
            // Nothing ends it.
            "plaintext" => false,
            "title" | "textarea" => is_literal(text),
            _ => is_literal_raw(text),
        };
        let at = inside + length;
        let tag = if is_plain { self.page.tag(at) } else { None };
        let end = End { at, length: tag.map(|(_, length)| length) };
        self.ends.insert(name.clone(), end);
        end
    }

    /// Reads raw text, and what may be its end tag: whether it is one is for the tokenizer.
    fn read_raw(&mut self, rest: &'t str) {
        self.feed(markup::raw_text(rest, self.name));
        let name = self.name;
        self.feed_markup();
        self.name = name;
    }

    fn give_text(&self, text: StrTendril) {
        if !text.is_empty() {
            self.give(Token::CharacterTokens(text));
        }
    }

    /// Gives the tree a token. The tokenizer stays as it is, between two tokens.
    fn give(&self, token: Token) {
        let _ = self.tokenizer.sink.process_token(token, 0);
    }

    /// Has the tokenizer read the markup that comes next.
    fn feed_markup(&mut self) {
        let rest = self.page.from(self.at);
        let guard = &self.tokenizer.sink;
        let in_foreign = || guard.adjusted_current_node_present_but_not_in_html_namespace();
        let extent = markup::extent(rest, in_foreign);
        let name = rest.get(1..).unwrap_or_default();
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        self.name = name.get(..end).unwrap_or_default();
        match extent.cut {
            None => self.feed(extent.length),
            Some(kept) => {
                self.feed(kept);
                self.tokenize(StrTendril::from(">"));
                self.at += extent.length - kept;
            }
        }
    }

    fn feed(&mut self, length: usize) {
        if length > 0 {
            let piece = self.page.share(self.at, length);
            self.at += length;
            self.tokenize(piece);
        }
    }

    fn tokenize(&self, piece: StrTendril) {
        self.input.push_back(piece);
        // It pauses after each script and each `meta charset`; neither matters here.
        while !matches!(self.tokenizer.feed(&self.input), TokenizerResult::Done) {}
    }
}

/// Whether an element may be one of raw text.
fn is_raw(name: &str) -> bool {
    RAW_TEXT.contains(&name) || name == "plaintext"
}

/// Whether a text with references is what the tokenizer would make of it.
fn is_literal(text: &str) -> bool {
    memchr::memchr2(b'&', b'\0', text.as_bytes()).is_none()
}

/// Whether the tokenizer waits for what follows a text: it may end inside a reference, the
/// semicolon included, or in what is no tag yet.
fn is_open(text: &str) -> bool {
    let last = memchr::memrchr(b'&', text.as_bytes()).and_then(|at| text.get(at + 1..));
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
    let is_name = |name: &str| name.strip_suffix(';').unwrap_or(name).bytes().all(is_part);
    text.ends_with('<') || last.is_some_and(is_name)
}

/// The same of the text of a script or a style: a third of a page.
fn is_literal_raw(text: &str) -> bool {
    memchr::memchr(b'\0', text.as_bytes()).is_none()
        && memchr::memmem::find(text.as_bytes(), b"<!--").is_none()
}
