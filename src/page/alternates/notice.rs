//! Notices: blocks of the article itself that list its translations ("also available in: …").
//!
//! Their sentence is editable and often in another language than the page, so they are told by
//! class or by structure: a short block at an edge of the content whose links are all names of
//! languages. The block of a card in a list belongs to the listed article, not to this page.
//! Whatever is found here is never body text.

use std::collections::{BTreeSet, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::Node;
use scraper::node::Element;
use url::Url;

use super::switcher::{
    Anchor, classes, is_article_block, is_chrome, is_switcher, parents, short_text,
};
use super::{Survey, target};
use crate::page::dom::attr;
use crate::page::vocabulary;

/// Characters a notice may have beside its links. WPML's sentence has 34, its longest
/// translations 60.
const MAX_WORDS: usize = 60;

/// Characters a marked switcher may have beside its links before it is taken for content.
const MAX_SWITCHER_WORDS: usize = 200;

/// Nodes of a block that are looked at; a notice has a handful for each language.
const MAX_NODES: usize = 600;

/// Blocks at each edge of the content where a notice may stand (a lead image or a byline may come
/// before it).
const EDGE: usize = 3;

/// Nodes beside a notice that are looked at.
const SIBLINGS: usize = 32;

/// How far a notice's root may lie above its links.
const MAX_CLIMB: usize = 5;

/// How far above a notice its card or its content may begin.
const REACH: usize = 16;

/// Class names and values of `itemprop` of elements that hold an article's text.
const CONTENT: &[&str] = &[
    "entry-content",
    "post-content",
    "article-content",
    "article-body",
    "post-body",
    "articleBody",
    "content",
    "td-post-content",
];

/// The notices of a page.
pub(super) struct Notices {
    /// Everything that is never body: notices and switchers.
    pub(super) roots: HashSet<NodeId>,
    /// The block that belongs to this page's article; two when it stands above and below it.
    own: HashSet<NodeId>,
    /// Blocks of other articles.
    others: HashSet<NodeId>,
}

impl Notices {
    pub(super) fn of(survey: &Survey<'_>) -> Self {
        let blocks = blocks_by_class(survey);
        let by_class: Vec<_> = blocks.iter().filter(|block| !is_card(**block)).copied().collect();
        let by_structure = blocks_by_structure(survey, &blocks);
        let listed = |block: &&NodeRef<'_, Node>| is_card(**block);
        let structural: Vec<_> =
            by_structure.iter().filter(|block| !is_card(**block)).copied().collect();
        let own = one_block(&by_class).or_else(|| one_block(&structural)).unwrap_or_default();
        let mut others: HashSet<NodeId> =
            blocks.iter().chain(by_structure.iter().filter(listed)).map(NodeRef::id).collect();
        others.retain(|id| !own.contains(id));
        let switchers = survey.marked.iter().filter(|node| is_cuttable_switcher(**node));
        let roots = blocks.iter().chain(&by_structure).chain(switchers).map(NodeRef::id).collect();
        Self { roots, own, others }
    }

    /// Whether a link stands in the block of this page's article.
    pub(super) fn holds(&self, node: NodeRef<'_, Node>) -> bool {
        is_inside(node, &self.own)
    }

    /// Whether a link stands in the block of another article.
    pub(super) fn of_another(&self, node: NodeRef<'_, Node>) -> bool {
        is_inside(node, &self.others)
    }
}

/// The blocks, when all of them hold the same links: with two sets of links it cannot be told
/// which is the page's.
fn one_block(blocks: &[NodeRef<'_, Node>]) -> Option<HashSet<NodeId>> {
    let links = blocks.first().map(|block| hrefs(*block))?;
    let same = blocks.iter().all(|block| hrefs(*block) == links);
    same.then(|| blocks.iter().map(NodeRef::id).collect())
}

fn hrefs(block: NodeRef<'_, Node>) -> BTreeSet<&str> {
    let elements = block.descendants().take(MAX_NODES);
    elements.filter_map(|node| attr(node.value().as_element()?, "href")).collect()
}

fn blocks_by_class<'a>(survey: &Survey<'a>) -> Vec<NodeRef<'a, Node>> {
    let marked = survey.marked.iter().copied();
    marked.filter(|node| is_cuttable(*node) && element_is(*node, is_article_block)).collect()
}

/// Blocks without a telling class, found from their links upwards.
fn blocks_by_structure<'a>(
    survey: &Survey<'a>,
    known: &[NodeRef<'a, Node>],
) -> Vec<NodeRef<'a, Node>> {
    let known: HashSet<NodeId> = known.iter().map(NodeRef::id).collect();
    let mut found: Vec<NodeRef<'a, Node>> = Vec::new();
    let mut tried = HashSet::new();
    for anchor in survey.anchors.iter().filter(|anchor| anchor.named.is_some()) {
        let Some(block) = block_of(anchor) else { continue };
        let is_known = is_inside(anchor.node, &known);
        if is_known || !tried.insert(block.id()) {
            continue;
        }
        if let Some(root) = notice_root(block) {
            found.push(root);
        }
    }
    found
}

/// Whether one of these blocks lies round a node.
fn is_inside(node: NodeRef<'_, Node>, blocks: &HashSet<NodeId>) -> bool {
    !blocks.is_empty() && node.ancestors().take(REACH).any(|parent| blocks.contains(&parent.id()))
}

/// The nearest element round a link that may be a block of its own.
fn block_of<'a>(anchor: &Anchor<'a>) -> Option<NodeRef<'a, Node>> {
    anchor.node.ancestors().take(MAX_CLIMB).find(|node| element_is(*node, is_block))
}

fn is_block(element: &Element) -> bool {
    matches!(element.name(), "p" | "div" | "ul" | "ol" | "section")
}

/// The outermost element round a block that is a notice and nothing more.
fn notice_root(block: NodeRef<'_, Node>) -> Option<NodeRef<'_, Node>> {
    let tally = Tally::of(block)?;
    if !tally.is_notice() {
        return None;
    }
    let wider = block.ancestors().take(MAX_CLIMB).take_while(|node| {
        element_is(*node, is_block)
            && Tally::of(*node).is_some_and(|wider| wider.links == tally.links && wider.is_notice())
    });
    let root = wider.last().unwrap_or(block);
    let whole = Tally::of(root)?;
    (whole.is_convincing() && stands_in_content(root)).then_some(root)
}

/// What a block is made of.
#[derive(Default)]
struct Tally {
    links: usize,
    /// Links that name no language, or lead to a list of articles.
    other_links: usize,
    /// Links named in another language than their own, without an attribute to say the same.
    exonyms: usize,
    /// Text outside the links.
    words: String,
}

impl Tally {
    /// `None` when there is too much in it for a notice.
    fn of(block: NodeRef<'_, Node>) -> Option<Self> {
        let mut tally = Self::default();
        for (count, node) in block.descendants().enumerate() {
            if count >= MAX_NODES || tally.words.len() > 4 * MAX_WORDS {
                return None;
            }
            match node.value() {
                Node::Element(element) if element.name() == "a" => tally.add_link(node, element),
                Node::Text(text) if !parents(node).take(8).any(|parent| parent.name() == "a") => {
                    tally.words.extend(text.chars().take(8 * MAX_WORDS));
                }
                _ => {}
            }
        }
        Some(tally)
    }

    fn add_link(&mut self, node: NodeRef<'_, Node>, element: &Element) {
        self.links += 1;
        let named = short_text(node).as_deref().and_then(vocabulary::language_named);
        let href = attr(element, "href").unwrap_or_default();
        let is_topic = Url::parse("http://localhost/")
            .and_then(|base| base.join(href))
            .is_ok_and(|url| target::is_topic(&url));
        match named {
            Some(named) if !is_topic => {
                let says_so =
                    attr(element, "hreflang").is_some() || attr(element, "lang").is_some();
                self.exonyms += usize::from(!named.by_own_name && !says_so);
            }
            _ => self.other_links += 1,
        }
    }

    fn is_notice(&self) -> bool {
        let words =
            self.words.split_whitespace().map(|word| word.chars().count() + 1).sum::<usize>();
        self.links > 0 && self.other_links == 0 && words <= MAX_WORDS + 1
    }

    /// "French, Arabic" may be cuisines; own names, or words that speak of languages, are not. Nor
    /// may the words be about another work, "the full report".
    fn is_convincing(&self) -> bool {
        !vocabulary::speaks_of_another(&self.words)
            && (self.exonyms == 0 || vocabulary::matches(&vocabulary::NOTICE_WORDS, &self.words))
    }
}

/// Whether a block stands at an edge of the article's content.
fn stands_in_content(block: NodeRef<'_, Node>) -> bool {
    let Some(parent) = block.parent() else { return false };
    let is_element = |node: &NodeRef<'_, Node>| node.value().is_element();
    let after = block.next_siblings().take(SIBLINGS).filter(is_element).count();
    let before = block.prev_siblings().take(SIBLINGS).filter(is_element).count();
    if before >= EDGE && after >= EDGE {
        return false;
    }
    for element in parents(block).take(REACH) {
        let in_content = matches!(element.name(), "article" | "main")
            || classes(element).any(|class| CONTENT.contains(&class))
            || attr(element, "itemprop").is_some_and(|name| CONTENT.contains(&name));
        if in_content {
            return true;
        }
        if element.name() != "body" && is_chrome(element) {
            return false;
        }
    }
    let is_paragraph = |child: &NodeRef<'_, Node>| element_is(*child, |one| one.name() == "p");
    parent.children().take(4 * SIBLINGS).filter(is_paragraph).count() >= 2
}

/// Whether a block belongs to one of several articles listed on the page.
pub(super) fn is_card(block: NodeRef<'_, Node>) -> bool {
    is_below_a_story(block)
        || block.ancestors().take(REACH).any(|node| {
            let Some(element) = node.value().as_element() else { return false };
            let is_listed =
                classes(element).any(|class| vocabulary::matches(&vocabulary::CARD, class));
            (is_listed && !has_main_heading(node))
                || (element.name() == "article" && has_twin(node, element))
                || matches!(element.name(), "aside" | "blockquote")
        })
}

/// Whether a block stands right below a heading that leads to another story.
fn is_below_a_story(block: NodeRef<'_, Node>) -> bool {
    let mut before = block.prev_siblings().take(SIBLINGS).filter(|node| node.value().is_element());
    let heading = |element: &Element| matches!(element.name(), "h2" | "h3" | "h4" | "h5" | "h6");
    before.next().is_some_and(|node| {
        let leads = |node: NodeRef<'_, Node>| element_is(node, |element| element.name() == "a");
        element_is(node, heading) && node.descendants().take(SIBLINGS).any(leads)
    })
}

fn has_main_heading(node: NodeRef<'_, Node>) -> bool {
    let elements = node.descendants().take(MAX_NODES).filter_map(|node| node.value().as_element());
    elements.into_iter().any(|element| element.name() == "h1")
}

/// Whether a sibling has the same name and the same first class.
fn has_twin(node: NodeRef<'_, Node>, element: &Element) -> bool {
    let is_twin = |other: NodeRef<'_, Node>| {
        element_is(other, |other| {
            other.name() == element.name() && classes(other).next() == classes(element).next()
        })
    };
    node.next_siblings().take(8).any(is_twin) || node.prev_siblings().take(8).any(is_twin)
}

fn is_cuttable_switcher(node: NodeRef<'_, Node>) -> bool {
    element_is(node, is_switcher) && is_cuttable(node)
}

/// Whether a marked element is small enough to be what its class says, and no part of the page.
fn is_cuttable(node: NodeRef<'_, Node>) -> bool {
    let is_part =
        |element: &Element| matches!(element.name(), "html" | "body" | "main" | "article");
    if element_is(node, is_part) {
        return false;
    }
    let mut words = 0;
    for (count, child) in node.descendants().enumerate() {
        if let Some(text) = child.value().as_text()
            && !parents(child).take(8).any(|parent| matches!(parent.name(), "a" | "option"))
        {
            let shown = text.chars().take(8 * MAX_SWITCHER_WORDS);
            words += shown.filter(|c| !c.is_whitespace()).count();
        }
        if count >= 4 * MAX_NODES || words > MAX_SWITCHER_WORDS {
            return false;
        }
    }
    true
}

fn element_is(node: NodeRef<'_, Node>, test: impl Fn(&Element) -> bool) -> bool {
    node.value().as_element().is_some_and(test)
}
