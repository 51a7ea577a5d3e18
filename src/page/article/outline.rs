//! The outline: the tree flattened once, in reading order, with running sums.
//!
//! Every later stage works on these flat rows: a subtree is a range, its letters, linked letters
//! and commas are a subtraction, and nothing recurses on the depth of a page. Owned by one
//! reading; it never changes after it is built. What is never text (scripts, styles, controls) and
//! what the caller has cut is not in it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node as DomNode};

use super::items;
use super::vocabulary::{Signs, leads_to_author, signs};
use crate::page::dom::attr;
use crate::page::letters::{fold_into, letters};

/// Most rows an outline holds; a page beyond it is read up to here.
pub(crate) const MAX_ROWS: usize = 120_000;

/// What an element is to the extractor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    /// A text node.
    Text,
    /// Markup inside a line.
    Inline,
    /// `b`, `strong`.
    Bold,
    /// An anchor.
    Link,
    /// `p`.
    Paragraph,
    /// `h1` to `h6`.
    Heading(u8),
    /// `li`, `dt`, `dd`.
    Item,
    /// `ul`, `ol`, `dl`.
    List,
    /// `blockquote`.
    Quote,
    /// `pre`.
    Pre,
    /// `td`, `th`.
    Cell,
    /// `table` and its rows.
    Table,
    /// `figcaption`.
    Caption,
    /// `figure`.
    Figure,
    /// `br`.
    Break,
    /// `hr`.
    Rule,
    /// `article`.
    Article,
    /// `main`.
    Main,
    /// `div`, `section` and other blocks.
    Block,
    /// `header`.
    Header,
    /// `nav`, `footer`, `aside`, `form`, `button` and their like.
    Chrome,
    /// `time`.
    Time,
    /// `html`, `body`.
    Root,
}

/// One row: an element or a text node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    /// The element; `None` for text.
    pub(crate) element: Option<&'a Element>,
    /// The text of a text node.
    pub(crate) text: &'a str,
    /// The row of the parent; its own for the first.
    pub(crate) parent: usize,
    /// One past the last row of the subtree.
    pub(crate) end: usize,
    /// What it is.
    pub(crate) tag: Tag,
    /// What its names say.
    pub(crate) signs: Signs,
}

impl Row<'_> {
    /// An attribute's value.
    pub(crate) fn attr(&self, name: &str) -> Option<&str> {
        attr(self.element?, name)
    }
}

/// What is counted of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Letters and digits; a character of a script without spaces counts three.
    pub(crate) letters: u32,
    /// Those inside links.
    pub(crate) linked: u32,
    /// Commas and sentence ends of any script.
    pub(crate) commas: u32,
}

impl Measure {
    /// The measure of a text.
    pub(crate) fn of(text: &str) -> Self {
        let letters = letters();
        let mut all = Self::default();
        for c in text.chars() {
            let class = letters.of(c);
            if class.is_alphanumeric() {
                all.letters += if class.is_spaceless() { 3 } else { 1 };
            } else if class.is_comma() {
                all.commas += 1;
            }
        }
        all
    }

    fn plus(self, other: Self) -> Self {
        Self {
            letters: self.letters.saturating_add(other.letters),
            linked: self.linked.saturating_add(other.linked),
            commas: self.commas.saturating_add(other.commas),
        }
    }

    /// This without `other`.
    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            letters: self.letters.saturating_sub(other.letters),
            linked: self.linked.saturating_sub(other.linked),
            commas: self.commas.saturating_sub(other.commas),
        }
    }

    /// The share of letters inside links, 0 for no letters.
    pub(crate) fn link_share(self) -> f32 {
        if self.letters == 0 { 0.0 } else { ratio(self.linked, self.letters) }
    }
}

/// `a / b` as a float.
pub(crate) fn ratio(a: u32, b: u32) -> f32 {
    #[allow(clippy::cast_precision_loss, reason = "a score needs no 24th bit")]
    let share = a as f32 / b.max(1) as f32;
    share
}

/// A page's rows with their running sums.
#[derive(Debug)]
pub(crate) struct Outline<'a> {
    /// The rows in reading order.
    pub(crate) rows: Vec<Row<'a>>,
    sums: Vec<Measure>,
}

impl<'a> Outline<'a> {
    /// Flattens a tree, the subtrees in `cut` left out.
    pub(crate) fn of(dom: &'a Html, cut: &HashSet<NodeId>) -> Self {
        let room = dom.tree.values().len().min(MAX_ROWS);
        let mut builder = Builder {
            rows: Vec::with_capacity(room),
            open: Vec::new(),
            names: HashMap::new(),
            cut,
        };
        builder.walk(*dom.root_element());
        let rows = builder.rows;
        let links = linked_rows(&rows);
        let mut sums = Vec::with_capacity(rows.len() + 1);
        let mut sum = Measure::default();
        sums.push(sum);
        for (at, row) in rows.iter().enumerate() {
            if row.tag == Tag::Text {
                let mut own = Measure::of(row.text);
                if links.get(at) == Some(&true) {
                    own.linked = own.letters;
                }
                sum = sum.plus(own);
            }
            sums.push(sum);
        }
        let mut outline = Self { rows, sums };
        items::unbox(&mut outline);
        outline
    }

    /// The row at `at`.
    pub(crate) fn row(&self, at: usize) -> Option<&Row<'a>> {
        self.rows.get(at)
    }

    /// The rows below `at`, itself included.
    pub(crate) fn range(&self, at: usize) -> Range<usize> {
        at..self.row(at).map_or(at, |row| row.end)
    }

    /// What the rows of a range hold.
    pub(crate) fn measure(&self, range: &Range<usize>) -> Measure {
        let end = self.sums.get(range.end).or(self.sums.last()).copied().unwrap_or_default();
        end.minus(self.sums.get(range.start).copied().unwrap_or_default())
    }

    /// What the subtree of `at` holds.
    pub(crate) fn below(&self, at: usize) -> Measure {
        self.measure(&self.range(at))
    }

    /// The text of the subtree of `at`, white space folded, at most about `most` bytes.
    pub(crate) fn text(&self, at: usize, most: usize) -> String {
        let mut out = String::new();
        for row in self.rows.get(self.range(at)).unwrap_or_default() {
            if row.tag == Tag::Text {
                fold_into(&mut out, row.text);
            } else if !matches!(row.tag, Tag::Inline | Tag::Bold | Tag::Link) {
                fold_into(&mut out, " ");
            }
            if out.len() > most {
                break;
            }
        }
        out.truncate(out.trim_end().len());
        out
    }

    /// The text of the subtree of `at`, a line for each block or marked-up span.
    pub(crate) fn lines(&self, at: usize) -> Vec<String> {
        let mut out = vec![String::new()];
        let mut ends: Vec<usize> = Vec::new();
        for (at, row) in self.range(at).filter_map(|at| Some((at, self.row(at)?))) {
            let apart = !matches!(row.tag, Tag::Text | Tag::Bold | Tag::Link)
                && (row.tag != Tag::Inline || row.attr("class").is_some());
            if apart || ends.last().is_some_and(|end| *end <= at) {
                ends.retain(|end| *end > at);
                out.push(String::new());
            }
            if apart {
                ends.push(row.end);
            }
            if let Some(line) = out.last_mut() {
                fold_into(line, row.text);
            }
        }
        out.retain(|line| !line.trim().is_empty());
        out
    }

    /// The rows whose parent is `at`.
    pub(crate) fn children(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let range = self.range(at);
        let mut next = range.start + 1;
        std::iter::from_fn(move || {
            let child = next;
            next = self.row(child)?.end.max(child + 1);
            (child < range.end).then_some(child)
        })
    }

    /// The rows above `at`, nearest first.
    pub(crate) fn above(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = at;
        std::iter::from_fn(move || {
            let parent = self.row(at)?.parent;
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }
}

/// Which rows stand inside a link.
fn linked_rows(rows: &[Row<'_>]) -> Vec<bool> {
    let mut inside_until = 0;
    let mark = |(at, row): (usize, &Row<'_>)| {
        if row.tag == Tag::Link {
            inside_until = inside_until.max(row.end);
        }
        at < inside_until
    };
    rows.iter().enumerate().map(mark).collect()
}

struct Builder<'a, 'c> {
    rows: Vec<Row<'a>>,
    open: Vec<usize>,
    /// What the names met so far say: a template writes the same ones again and again.
    names: HashMap<&'a str, Signs>,
    cut: &'c HashSet<NodeId>,
}

impl<'a> Builder<'a, '_> {
    /// Visits the subtree of `root` without recursion.
    fn walk(&mut self, root: NodeRef<'a, DomNode>) {
        let mut node = root;
        loop {
            let entered = self.rows.len() < MAX_ROWS && self.enter(node);
            if let Some(child) = node.first_child().filter(|_| entered) {
                node = child;
                continue;
            }
            if entered {
                self.leave(node);
            }
            loop {
                if node.id() == root.id() {
                    return;
                }
                if let Some(next) = node.next_sibling() {
                    node = next;
                    break;
                }
                let Some(parent) = node.parent() else { return };
                node = parent;
                self.leave(node);
            }
        }
    }

    /// Adds a row; `false` when the subtree is left out.
    fn enter(&mut self, node: NodeRef<'a, DomNode>) -> bool {
        let parent = self.open.last().copied().unwrap_or(0);
        let at = self.rows.len();
        let row = match node.value() {
            DomNode::Text(text) => Row {
                element: None,
                text,
                parent,
                end: at + 1,
                tag: Tag::Text,
                signs: Signs::default(),
            },
            DomNode::Element(element) => {
                let Some(tag) = tag(element) else { return false };
                if self.cut.contains(&node.id()) || is_bare_reading(node, element) {
                    return false;
                }
                let signs = self.signs(element, tag);
                Row { element: Some(element), text: "", parent, end: at + 1, tag, signs }
            }
            _ => return false,
        };
        self.rows.push(row);
        self.open.push(at);
        true
    }

    /// What class, id, role, itemprop, rel and style say.
    fn signs(&mut self, element: &'a Element, tag: Tag) -> Signs {
        let mut all = Signs::default();
        for (name, value) in element.attrs() {
            let said = match name {
                "class" | "id" | "data-component" | "data-testid" => {
                    *self.names.entry(value).or_insert_with(|| signs(value))
                }
                "itemprop" | "rel" | "property" => property_signs(value),
                "role" => role_signs(value),
                "href" if tag == Tag::Link && leads_to_author(value) => Signs::BYLINE,
                "hidden" => Signs::HIDDEN,
                "aria-hidden" if value == "true" => Signs::HIDDEN,
                "style" if is_hidden_style(value) => Signs::HIDDEN,
                _ => Signs::default(),
            };
            all = all.with(said);
        }
        if tag == Tag::Chrome { all.with(Signs::CHROME) } else { all }
    }

    /// Closes the innermost open row.
    fn leave(&mut self, _node: NodeRef<'a, DomNode>) {
        let end = self.rows.len();
        if let Some(row) = self.open.pop().and_then(|at| self.rows.get_mut(at)) {
            row.end = end;
        }
    }
}

/// Whether an element is the reading of a word in `ruby` with no brackets (`rp`) around it: it would
/// run into the word. One in brackets is made to be read in a line.
fn is_bare_reading(node: NodeRef<'_, DomNode>, element: &Element) -> bool {
    let before = || node.prev_siblings().take(3).find_map(|near| near.value().as_element());
    element.name() == "rt" && before().is_none_or(|before| before.name() != "rp")
}

/// Elements of AMP that are no text.
const AMP: &[&str] = &[
    "amp-ad",
    "amp-sticky-ad",
    "amp-embed",
    "amp-sidebar",
    "amp-consent",
    "amp-social-share",
    "amp-user-notification",
];

/// What an element is; `None` for what never holds text.
fn tag(element: &Element) -> Option<Tag> {
    Some(match element.name() {
        // It holds no text, but where it stands tells a form from a story.
        "input" if attr(element, "type").is_some_and(|kind| kind == "password") => Tag::Inline,
        "script" | "style" | "template" | "noscript" | "svg" | "math" | "iframe" | "select"
        | "textarea" | "object" | "embed" | "audio" | "video" | "canvas" | "head" | "input"
        | "map" | "datalist" | "progress" | "link" | "meta" | "title" | "img" => return None,
        "html" | "body" => Tag::Root,
        "a" if attr(element, "href").is_some() => Tag::Link,
        "b" | "strong" => Tag::Bold,
        "p" => Tag::Paragraph,
        "h1" => Tag::Heading(1),
        "h2" => Tag::Heading(2),
        "h3" => Tag::Heading(3),
        "h4" | "h5" | "h6" => Tag::Heading(4),
        "li" | "dt" | "dd" => Tag::Item,
        "ul" | "ol" | "dl" | "menu" => Tag::List,
        "blockquote" => Tag::Quote,
        "pre" => Tag::Pre,
        "td" | "th" => Tag::Cell,
        "table" | "tbody" | "thead" | "tfoot" | "tr" => Tag::Table,
        "figcaption" | "caption" => Tag::Caption,
        "figure" | "picture" => Tag::Figure,
        "br" => Tag::Break,
        "hr" => Tag::Rule,
        "article" => Tag::Article,
        "main" => Tag::Main,
        "header" | "hgroup" => Tag::Header,
        "nav" | "footer" | "aside" | "button" | "dialog" | "label" | "fieldset" => Tag::Chrome,
        "time" => Tag::Time,
        "div" | "section" | "center" | "address" | "details" | "summary" | "form" | "td-div" => {
            Tag::Block
        }
        name if AMP.contains(&name) => Tag::Chrome,
        name if name.contains('-') => Tag::Block,
        _ => Tag::Inline,
    })
}

fn property_signs(value: &str) -> Signs {
    let mut all = Signs::default();
    for word in value.split_ascii_whitespace() {
        all = all.with(match word.rsplit(':').next().unwrap_or(word) {
            "articleBody" | "reviewBody" => Signs::BODY,
            "author" | "creator" => Signs::BYLINE,
            "datePublished" | "dateCreated" => Signs::DATE,
            "headline" => Signs::TITLE,
            "translator" => Signs::TRANSLATOR,
            "jobTitle" => Signs::ROLE,
            "caption" | "copyrightHolder" => Signs::CAPTION,
            "tag" | "nofollow-tag" => Signs::CHROME,
            _ => Signs::default(),
        });
    }
    all
}

fn role_signs(value: &str) -> Signs {
    match value.trim() {
        "navigation" | "complementary" | "contentinfo" | "banner" | "search" | "menu"
        | "menubar" | "dialog" | "alertdialog" | "toolbar" | "alert" => Signs::CHROME,
        "main" | "article" => Signs::TEXT,
        _ => Signs::default(),
    }
}

fn is_hidden_style(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).take(400).collect();
    let style = style.to_ascii_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}
