//! The reader: a page's text to tokens, most of them without the tokenizer.
//!
//! Text without references, plain tags and the text of scripts and styles are made into tokens as
//! they stand; everything else is fed to html5ever's tokenizer, from one place between two tokens
//! to the next. It owns the tokenizer; what the tokens become is the [`Guard`]'s business.

use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Token, TokenSink as _, Tokenizer, TokenizerOpts};

use super::markup;
use super::plain::Page;
use super::{Content, Guard};

pub(super) struct Reader<'t> {
    page: Page<'t>,
    at: usize,
    tokenizer: Tokenizer<Guard>,
    input: BufferQueue,
    /// The name of the tag that the tokenizer was fed last.
    name: &'t str,
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
                Content::Raw => self.read_raw(rest, is_literal_raw),
                Content::Escapable => self.read_raw(rest, |_| false),
                Content::Plaintext => self.feed(rest.len()),
            }
        }
        self.tokenizer.end();
        self.tokenizer.sink
    }

    /// Reads a text and what stands behind it.
    fn read_markup(&mut self, rest: &'t str) {
        let length = markup::text(rest);
        let text = rest.get(..length).unwrap_or_default();
        if is_literal(text) {
            self.give_text(length);
        } else {
            self.feed(length);
        }
        if is_open(text) {
            self.feed_markup();
        } else if let Some((tag, length)) = self.page.tag(self.at) {
            self.at += length;
            // No plain tag changes the state of a tokenizer.
            let _ = self.tokenizer.sink.process_token(Token::TagToken(tag), 0);
        } else {
            self.feed_markup();
        }
    }

    /// Reads raw text, and what may be its end tag: whether it is one is for the tokenizer.
    fn read_raw(&mut self, rest: &'t str, is_literal: fn(&str) -> bool) {
        let length = markup::raw_text(rest, self.name);
        if rest.get(..length).is_some_and(is_literal) {
            self.give_text(length);
        } else {
            self.feed(length);
        }
        let name = self.name;
        self.feed_markup();
        self.name = name;
    }

    /// Gives the tree a text as it stands.
    fn give_text(&mut self, length: usize) {
        if length > 0 {
            let text = Token::CharacterTokens(self.page.share(self.at, length));
            self.at += length;
            // Characters never change the state of a tokenizer.
            let _ = self.tokenizer.sink.process_token(text, 0);
        }
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

/// Whether a text is what the tokenizer would make of it.
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
