//! The tree: html5ever's, with its input, depth and node count capped before it grows.
//!
//! html5ever searches its stack of open elements for every tag and a tag's attributes for every
//! attribute, so nesting and attributes cost their square. A `Guard` between tokenizer and tree
//! builder drops the start tags past the cap; their content stays, as siblings. Nobody walks this
//! tree recursively.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use ego_tree::NodeId;
use html5ever::interface::Tracer;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{LocalName, QualName, TokenizerResult, ns};
use scraper::node::Element;
use scraper::{Html, HtmlTreeSink};

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

/// Attributes kept of one tag.
const MAX_ATTRIBUTES: usize = 256;

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
    let sink = HtmlTreeSink::new(Html::new_document());
    let guard = Guard {
        builder: TreeBuilder::new(sink, TreeBuilderOpts::default()),
        full: Cell::new(false),
        over: Cell::new(false),
        unmeasured: Cell::new(0),
        dropped: RefCell::default(),
    };
    let tokenizer = Tokenizer::new(guard, TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(thinned(text).as_ref()));
    // It pauses after each script and each `meta charset`; neither matters here.
    while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    tokenizer.end();
    html5ever::tree_builder::TreeSink::finish(tokenizer.sink.builder.sink)
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

/// Stands between tokenizer and tree builder and keeps the tree small.
struct Guard {
    builder: TreeBuilder<NodeId, HtmlTreeSink>,
    /// The tree has all the nodes it may have.
    full: Cell<bool>,
    /// The stack was too deep and nothing has been closed since.
    over: Cell<bool>,
    /// Start tags that pass before the stack is measured again.
    unmeasured: Cell<usize>,
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
        if !pass {
            return TokenSinkResult::Continue;
        }
        let result = self.builder.process_token(token, line);
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

/// The text without the attributes past [`MAX_ATTRIBUTES`] of any tag. Nothing is copied unless
/// some tag has that many.
fn thinned(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(tag) = text.get(at..).and_then(|rest| memchr::memchr(b'<', rest.as_bytes())) {
        at += tag;
        let rest = text.get(at..).unwrap_or_default();
        let (kept, length) = tag_extent(rest);
        if kept < length {
            out.push_str(text.get(copied..at + kept).unwrap_or_default());
            out.push('>');
            copied = at + length;
        }
        at += length + raw_text_length(rest, rest.get(length..).unwrap_or_default());
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// How much of the markup that `text` begins with is kept, and how much there is of it.
fn tag_extent(text: &str) -> (usize, usize) {
    if text.starts_with("<!--") {
        let end = text.find("-->").map_or(text.len(), |at| at + 3);
        return (end, end);
    }
    let bytes = text.as_bytes();
    if !bytes.get(1).is_some_and(u8::is_ascii_alphabetic) {
        return (1, 1);
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
    use std::fmt::Write as _;
    use std::time::{Duration, Instant};

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

    #[test]
    fn nesting_costs_little_and_stays_under_the_cap() {
        let bombs = [
            "<div>".repeat(200_000),
            "<b>".repeat(20_000),
            "<table><tr><td>".repeat(20_000),
            "<table>".repeat(20_000),
            "<svg>".repeat(20_000),
            "<svg><style>".repeat(20_000),
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
        assert!(p.value().attrs().count() <= MAX_ATTRIBUTES);
        assert_eq!(p.text().collect::<String>(), "t");
        assert_eq!(html.select(&scraper::Selector::parse("i.k").unwrap()).count(), 1);
    }
}
