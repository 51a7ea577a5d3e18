//! The tree: html5ever's, with its input, depth and node count capped before it grows.
//!
//! html5ever searches its stack of open elements for every tag and a tag's attributes for every
//! attribute, so nesting and attributes cost their square. A `Guard` between tokenizer and tree
//! builder drops the start tags past the cap; their content stays, as siblings. Nobody walks this
//! tree recursively.

mod markup;
mod plain;
mod reader;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use ego_tree::NodeId;
use html5ever::interface::Tracer;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, QualName, ns};
use scraper::node::Element;
use scraper::{Html, HtmlTreeSink};

use self::reader::Reader;

/// Longest text that is parsed, in bytes. The archive keeps the rest; its links are lost.
pub const MAX_TEXT: usize = 16 * 1024 * 1024;

/// Open elements and formatting elements together, past which start tags are dropped. Browsers
/// stop at 512 as well.
pub const MAX_DEPTH: usize = 512;

/// A stack below this is measured again only after as many start tags: measuring walks it.
const SHALLOW: usize = 64;

/// Raw-text elements are let past [`MAX_DEPTH`] so that scripts never turn into markup, up to this.
const MAX_DEPTH_RAW: usize = MAX_DEPTH + 64;

/// Nodes past which the rest of the document is dropped. Re-opened formatting elements can make
/// hundreds of nodes from one tag; the largest page measured has 40,000.
const MAX_NODES: usize = 1_000_000;

/// How many dropped start tags wait for their end tags.
const MAX_DROPPED: usize = 65_536;

/// Elements whose content is text: dropping the tag would turn that text into markup.
const RAW_TEXT: &[&str] =
    &["script", "style", "textarea", "title", "iframe", "noscript", "noembed", "noframes", "xmp"];

/// Elements without content: they never deepen the tree.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Parses a document. Total; elements nested deeper than the cap become siblings.
pub fn parse(text: &str) -> Html {
    let text = text.get(..floor(text, MAX_TEXT)).unwrap_or_default();
    let text = one_newline(text.strip_prefix('\u{feff}').unwrap_or(text));
    let guard = Reader::new(&text, Guard::new()).read();
    html5ever::tree_builder::TreeSink::finish(guard.builder.sink)
}

/// A text whose lines end in one way (HTML Standard §13.2.3.5).
fn one_newline(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\r', rest.as_bytes()) {
        let (line, end) = rest.split_at(at);
        out.reserve(if out.is_empty() { text.len() } else { 0 });
        out.push_str(line);
        out.push('\n');
        rest = end.strip_prefix("\r\n").or(end.strip_prefix('\r')).unwrap_or_default();
    }
    if out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// An attribute's value, without interning its name first as [`Element::attr`] does.
pub(crate) fn attr<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    let is_named = |known: &QualName| known.ns == ns!() && *known.local == *name;
    element.attrs.iter().find(|(known, _)| is_named(known)).map(|(_, value)| &**value)
}

/// The greatest char boundary not past `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What stands behind the tag that was read last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Markup,
    /// Text up to the end tag.
    Raw,
    /// Text to the end of the page.
    Plaintext,
}

/// Stands between tokenizer and tree builder and keeps the tree small.
struct Guard {
    builder: TreeBuilder<NodeId, HtmlTreeSink>,
    /// The tree has all the nodes it may have.
    full: Cell<bool>,
    /// The stack was too deep and nothing has been closed since.
    over: Cell<bool>,
    /// Start tags that pass before the stack is measured again.
    unmeasured: Cell<usize>,
    content: Cell<Content>,
    /// Start tags that were dropped and whose end tags are still to come.
    dropped: RefCell<Vec<LocalName>>,
}

impl TokenSink for Guard {
    type Handle = NodeId;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<NodeId> {
        let pass = match &token {
            Token::ParseError(_) => false,
            Token::EOFToken => true,
            _ if self.full.get() => false,
            Token::TagToken(tag) => self.lets_pass(tag),
            _ => true,
        };
        if matches!(token, Token::TagToken(_)) {
            self.content.set(Content::Markup);
        }
        if !pass {
            return TokenSinkResult::Continue;
        }
        let result = self.builder.process_token(token, line);
        match result {
            TokenSinkResult::RawData(_) => self.content.set(Content::Raw),
            TokenSinkResult::Plaintext => self.content.set(Content::Plaintext),
            _ => {}
        }
        let mut html = self.builder.sink.0.borrow_mut();
        html.errors.clear();
        self.full.set(html.tree.values().len() >= MAX_NODES);
        result
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl Guard {
    /// For one document. Room made beforehand for its nodes would not go back to the system: what grows
    /// to its size by itself does.
    fn new() -> Self {
        let sink = HtmlTreeSink::new(Html::new_document());
        Self {
            builder: TreeBuilder::new(sink, TreeBuilderOpts::default()),
            full: Cell::new(false),
            over: Cell::new(false),
            unmeasured: Cell::new(0),
            content: Cell::new(Content::Markup),
            dropped: RefCell::default(),
        }
    }

    fn lets_pass(&self, tag: &Tag) -> bool {
        match tag.kind {
            TagKind::EndTag => {
                let of_dropped = self.closes_dropped(&tag.name);
                self.over.set(self.over.get() && of_dropped);
                !of_dropped
            }
            TagKind::StartTag if self.is_shallow() => true,
            TagKind::StartTag if VOID.contains(&&*tag.name) => true,
            TagKind::StartTag => self.may_open(&tag.name),
        }
    }

    /// Whether the stack was measured to be so shallow that the tags since cannot have filled it:
    /// a tag opens one element and at most all formatting elements again.
    fn is_shallow(&self) -> bool {
        if let Some(left) = self.unmeasured.get().checked_sub(1) {
            self.unmeasured.set(left);
            return true;
        }
        let is_shallow = !self.over.get() && self.depth() < SHALLOW;
        self.unmeasured.set(if is_shallow { SHALLOW } else { 0 });
        is_shallow
    }

    fn may_open(&self, name: &LocalName) -> bool {
        let raw = RAW_TEXT.contains(&&**name);
        if self.over.get() && !raw {
            self.remember(name);
            return false;
        }
        let depth = self.depth();
        let cap = if raw { MAX_DEPTH_RAW } else { MAX_DEPTH };
        self.over.set(depth >= MAX_DEPTH);
        if depth >= cap {
            self.remember(name);
        }
        depth < cap
    }

    fn remember(&self, name: &LocalName) {
        let mut dropped = self.dropped.borrow_mut();
        if dropped.len() < MAX_DROPPED {
            dropped.push(name.clone());
        }
    }

    /// Whether this end tag belongs to a start tag that was dropped.
    fn closes_dropped(&self, name: &LocalName) -> bool {
        let mut dropped = self.dropped.borrow_mut();
        let last = dropped.iter().rev().take(16).position(|open| open == name);
        if let Some(back) = last {
            let left = dropped.len().saturating_sub(back + 1);
            dropped.truncate(left);
        } else {
            dropped.clear();
        }
        last.is_some()
    }

    fn depth(&self) -> usize {
        let count = Count(Cell::new(0));
        self.builder.trace_handles(&count);
        count.0.get()
    }
}

struct Count(Cell<usize>);

impl Tracer for Count {
    type Handle = NodeId;

    fn trace_handle(&self, _node: &NodeId) {
        self.0.set(self.0.get() + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

    /// What opens, closes and hides raw text, and what is no markup though it looks so. A
    /// mark of byte order only where it is one: fed whole, the tokenizer drops one behind any script.
    const PARTS: &str = "\u{feff}?(<script>|</script>|</script |<style>|</STYLE >|</styl|<svg>|</svg>|<title>|</title>\
        |<textarea>|</textarea>|<noscript>|</noscript>|<iframe>|<xmp>|<select>|<table>|<template>\
        |<p a='>' b=\"<style>\">|<p a=\"|<p a = 'x>y'>|<i x==\"a>b\">|<plaintext>|<math>|<!--|-->|<!|<!-->\
        |<!doctype |<!\\[CDATA\\[|\\]\\]>|--!>|<!-- a -->|<!--[>-]|--|<i a=\"x&amp;y&\" b='&lt'>|<b c c=d>|<br/>|</p >|</i\n/>\
        |<svg viewBox='1' x:y=\"z\"/>|<a =\"|<a b=c=\"|<a b/=\"|<A hRef=/x?a&b @c.d>|<a b='?c&copy=1&b;&not d&#38;&#x41;&#150;&quot;'>\
        |<p>&am|&lt|&nbsp;|&copy|&#8217;|&#0;|&notit;|;|=|\r|<|>|'|\"|&amp;|\r\n|\n|\0|x |é){0,24}";

    fn depth(html: &Html) -> usize {
        let mut deepest = 0;
        let mut depth = 0_usize;
        for edge in html.tree.root().traverse() {
            match edge {
                ego_tree::iter::Edge::Open(_) => depth += 1,
                ego_tree::iter::Edge::Close(_) => depth -= 1,
            }
            deepest = deepest.max(depth);
        }
        deepest
    }

    #[test]
    fn ordinary_pages_are_parsed_as_ever() {
        let text = "<!doctype html><meta charset=x><title>t</title><p>one<p>two<table><tr><td>x</table>\
                    <script>if (a<b) c</script><ul><li>1<li>2</ul>";
        let html = Html::parse_document(text);
        assert_eq!(parse(text).html(), html.html());
    }

    proptest! {
        #[test]
        fn any_markup_gives_the_tree_of_the_parser(text in PARTS) {
            prop_assert_eq!(parse(&text).html(), Html::parse_document(&text).html());
        }
    }

    #[test]
    fn nesting_costs_little_and_stays_under_the_cap() {
        let bombs = [
            "<div>".repeat(200_000),
            "<b>".repeat(20_000),
            "<table><tr><td>".repeat(20_000),
            "<table>".repeat(20_000),
            "<svg>".repeat(20_000),
            "<svg><style>".repeat(20_000),
            format!("<svg>{}", "<title>".repeat(300_000)),
            format!("<svg>{}</title>", "<title>&".repeat(300_000)),
            "<a><font><p>".repeat(20_000),
            "<ul><li>".repeat(20_000),
            "<select><option>".repeat(20_000),
            "<template>".repeat(20_000),
            (0..20_000).fold(String::new(), |mut text, n| {
                let _ = write!(text, "<div><b a={n}></div><p>x");
                text
            }),
        ];
        for bomb in bombs {
            let began = Instant::now();
            let html = parse(&(bomb.clone() + "<a href=/end>end</a>"));
            let name: String = bomb.chars().take(20).collect();
            // A hundred times what an optimised build takes: it only tells linear from quadratic.
            assert!(began.elapsed() < Duration::from_mins(1), "{name}: {:?}", began.elapsed());
            assert!(depth(&html) <= 2 * MAX_DEPTH, "{name}: {}", depth(&html));
            println!(
                "{name}: {:?}, depth {}, {} nodes",
                began.elapsed(),
                depth(&html),
                html.tree.values().len()
            );
        }
    }

    #[test]
    fn what_follows_a_deep_part_stays_where_it_is() {
        let deep =
            format!("<body>{}x{}<p id=after>y", "<div>".repeat(2_000), "</div>".repeat(2_000));
        let html = parse(&deep);
        let after = scraper::Selector::parse("body > p#after").unwrap();
        assert_eq!(html.select(&after).count(), 1);
    }

    #[test]
    fn attributes_are_capped_and_their_neighbours_kept() {
        let many = (0..50_000).fold(String::new(), |mut text, n| {
            let _ = write!(text, " a{n}='>' b{n}");
            text
        });
        let text = format!(
            "<script>x = '<i{many}'</script><p id=x{many}>t</p><!-- <p {many} --><i class='k'>u</i>"
        );
        let html = parse(&text);
        let p = html.select(&scraper::Selector::parse("p").unwrap()).next().unwrap();
        assert_eq!(p.value().id(), Some("x"));
        assert!(p.value().attrs().count() <= markup::MAX_ATTRIBUTES);
        assert_eq!(p.text().collect::<String>(), "t");
        assert_eq!(html.select(&scraper::Selector::parse("i.k").unwrap()).count(), 1);
    }
}
