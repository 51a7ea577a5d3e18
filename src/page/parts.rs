//! Parts: which page of an article a page is, where its pager says that there are several.
//!
//! A further page has the URL of its article and a number ([`first_of`]: `?page=2`, `/2/`,
//! `/page/2`, `/seite-2`, `story_2.html`), and the page itself leads to it by number, by
//! `rel=next|prev` or out of a pager. What leads to another URL is the next article; pagers of
//! comments and of boxes beside the text are not the article's. It never asks whether a page *is* an
//! article: a listing has none, and so no parts.

pub mod joined;

use std::collections::BTreeMap;

use ego_tree::NodeRef;
use scraper::node::Element;
use scraper::{Html, Node};
use serde::{Deserialize, Serialize};
use url::Url;

use super::alternates::target::comparison_key;
use super::dates::written::ascii_digits;
use super::dom::attr;
use super::links::{base, has_token, walk};
use super::{Link, LinkKind, TextBlock};
use crate::address::fetchable;

/// Parts of one article that are followed and told, the first among them.
pub const MAX_PARTS: u32 = 20;

/// The highest number a URL may give a part; beyond, it is an id or a year.
const MAX_NUMBER: u32 = 60;

/// Links of a page that are held against its URL.
const MAX_LINKS: usize = 4_000;

/// Elements above a link that may be its pager, or a box beside the text.
const LEVELS: usize = 12;

/// Of those, the ones that may be the pager.
const PAGER_LEVELS: usize = 3;

/// Characters of the longest label that is a number with a word ("Seite 2 von 5" is none).
const MAX_LABEL: usize = 12;

/// Query parameters that number the parts of an article.
const PARAMETERS: &[&str] = &["page", "paged", "seite", "pagenum", "pagina", "sayfa", "strona"];

/// Words that stand before the number of a part, as a path segment or at the head of one.
const WORDS: &[&str] = &["page", "seite", "pagina", "sayfa", "strona", "sivu", "side", "sida", "p"];

/// Words in the class or id of a pager.
const PAGERS: &[&str] =
    &["page", "pages", "pagination", "pager", "paging", "paginator", "pagelinks"];

/// Words in the class or id of what has a pager of its own.
const STRANGERS: &[&str] = &[
    "comment",
    "comments",
    "commentlist",
    "respond",
    "reply",
    "discussion",
    "forum",
    "related",
    "recommended",
    "sidebar",
    "archive",
    "listing",
    "footer",
    "reviews",
];

/// A page among those of one article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// The number of this page, 1 for the first.
    pub number: u32,
    /// The URL of the first page.
    pub first: String,
    /// The further pages it leads to, in order, itself and the first left out.
    pub further: Vec<String>,
}

/// The place of the page among the parts of its article. `is_told` says that something beside its
/// text makes it an article: a pager without `rel` outside of its text counts only then.
pub(super) fn read(dom: &Html, url: &Url, is_told: bool) -> Option<Parts> {
    let own = Numbered::of(url).unwrap_or_else(|| Numbered::first(url));
    let base = base(dom, url);
    let stem = comparison_key(&own.stem);
    let hints = walk(dom).filter_map(|node| Some((node, Hint::of(node, own.has_number)?)));
    let named = |(node, hint)| named(node, hint, &base, (&own, &stem));
    let found: Vec<Named> = hints.take(MAX_LINKS).filter_map(named).collect();
    // Drupal's parts count from 0: the link `?page=1` is labelled 2.
    let shift = u32::from(found.iter().any(|named| named.label == Some(named.number + 1)));
    let labelled = |named: &&Named| {
        named.label.is_none_or(|label| label == named.number + u32::from(named.numbered) * shift)
    };
    let mut parts: BTreeMap<u32, String> = BTreeMap::new();
    // What follows an article that has a number for a name is another article.
    let leads_back = own.shape != Shape::Segment || found.iter().any(|named| named.is_bare);
    let counts = |named: &&Named| (is_told || named.sure) && (leads_back || named.label.is_some());
    for named in found.iter().filter(counts).filter(labelled) {
        let number = if named.numbered { named.number + shift } else { 1 };
        parts.entry(number).or_insert_with(|| named.url.clone());
    }
    let number = if own.has_number { own.number + shift } else { 1 };
    placed(number, parts, url, own)
}

/// The parts without the page itself; nothing where nothing else is left, or where the first page
/// of a later one is not known.
fn placed(
    number: u32,
    mut parts: BTreeMap<u32, String>,
    url: &Url,
    own: Numbered,
) -> Option<Parts> {
    let is_alone = parts.is_empty();
    let (named, bare) = (parts.remove(&1), own.stem);
    parts.remove(&number);
    let first = match (number, named) {
        _ if is_alone => return None,
        (0, _) => return None,
        (1, _) => url.to_string(),
        (_, Some(first)) => first,
        (_, None) if own.shape == Shape::Word => bare.into(),
        // A bare number may be the id of an article: its section is no first page.
        _ => return None,
    };
    let within = parts.into_iter().filter(|(number, _)| (2..=MAX_PARTS).contains(number));
    let further: Vec<String> = within.map(|(_, url)| url).collect();
    let is_one = number == 1 && further.is_empty();
    (!is_one && number <= MAX_PARTS).then_some(Parts { number, first, further })
}

/// Marks the links that lead to further parts.
pub(super) fn mark(links: &mut [Link], parts: &Parts) {
    for link in links.iter_mut().filter(|link| link.kind == LinkKind::Anchor) {
        if parts.further.contains(&link.url) {
            link.kind = LinkKind::Part;
        }
    }
}

/// Blocks at either end of a page's text that may be what is left of its pager.
const PAGER_LINES: usize = 2;

/// Takes the lines of the pager out of a text: `Pages: 1 2 3`, `Seite 2 von 5`.
pub(super) fn without_pager(blocks: &mut Vec<TextBlock>) {
    let last = blocks.len().saturating_sub(PAGER_LINES);
    let mut at = 0;
    blocks.retain(|block| {
        let is_end = at < PAGER_LINES || at >= last;
        at += 1;
        !(is_end && is_pager(&block.text))
    });
}

/// Whether a line is numbers of pages with few words between them.
fn is_pager(text: &str) -> bool {
    let text = ascii_digits(text);
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let (numbers, words): (Vec<&str>, Vec<&str>) = words.partition(|word| number(word).is_some());
    numbers.len() > 1
        && words.len() <= 3
        && text.chars().count() <= 2 * MAX_LABEL + 4 * numbers.len()
}

/// The URL of the first page of an article, of that of a later one.
pub(crate) fn first_of(url: &Url) -> Option<Url> {
    let found = Numbered::of(url)?;
    (found.number >= 2 && !found.shape.is_in_name()).then_some(found.stem)
}

/// How a URL has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// By a word: `?page=2`, `/page/2`, `/seite-2`.
    Word,
    /// As a segment: `/2/`.
    Segment,
    /// At the end of a name: `story_2.html`. It may also be the name of another article.
    Suffix,
    /// The same with a dash, `story-2`, as articles of one title are told apart.
    Dash,
}

impl Shape {
    /// Whether the name of the last segment has the number.
    const fn is_in_name(self) -> bool {
        matches!(self, Self::Suffix | Self::Dash)
    }
}

/// A URL that has the number of a part.
struct Numbered {
    /// The URL without it.
    stem: Url,
    number: u32,
    shape: Shape,
    /// Whether it has one at all.
    has_number: bool,
}

impl Numbered {
    fn first(url: &Url) -> Self {
        Self { stem: url.clone(), number: 1, shape: Shape::Word, has_number: false }
    }

    fn of(url: &Url) -> Option<Self> {
        Self::by_query(url).or_else(|| Self::by_path(url))
    }

    fn by_query(url: &Url) -> Option<Self> {
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let is_one = |(name, _): &&(String, String)| PARAMETERS.contains(&name.as_str());
        let number = pairs.iter().find(is_one).and_then(|(_, value)| number(value))?;
        let mut stem = url.clone();
        stem.set_query(None);
        let rest: Vec<_> = pairs.iter().filter(|pair| !is_one(pair)).collect();
        if !rest.is_empty() {
            stem.query_pairs_mut().extend_pairs(rest);
        }
        Some(Self { stem, number, shape: Shape::Word, has_number: true })
    }

    fn by_path(url: &Url) -> Option<Self> {
        let path = url.path();
        let (body, slash) = path.strip_suffix('/').map_or((path, ""), |body| (body, "/"));
        let (above, last) = body.rsplit_once('/')?;
        let (name, ending) = last.rsplit_once('.').map_or((last, None), |(n, e)| (n, Some(e)));
        let (path, number, shape) = match (number(name), worded(name), suffixed(name)) {
            (Some(number), ..) => match above.rsplit_once('/') {
                Some((above, word)) if WORDS.contains(&word) => {
                    (above.to_owned(), number, Shape::Word)
                }
                _ => (above.to_owned(), number, Shape::Segment),
            },
            (_, Some(number), _) => (above.to_owned(), number, Shape::Word),
            (.., Some((stem, number, shape))) => {
                let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
                (format!("{above}/{stem}{ending}"), number, shape)
            }
            _ => return None,
        };
        if path.trim_matches('/').is_empty() {
            return None;
        }
        let mut stem = url.clone();
        let slash = if shape.is_in_name() { "" } else { slash };
        stem.set_path(&format!("{path}{slash}"));
        Some(Self { stem, number, shape, has_number: true })
    }
}

/// The number of a part.
fn number(text: &str) -> Option<u32> {
    let plain = text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| plain && *number <= MAX_NUMBER)
}

/// Of `seite-2`, `page2`: the number.
fn worded(name: &str) -> Option<u32> {
    let mut words = WORDS.iter().filter(|word| word.len() > 1);
    let rest = words.find_map(|word| name.strip_prefix(word))?;
    number(rest.trim_start_matches(['-', '_']))
}

/// Of `story_2`: what stands before the number, and the number.
fn suffixed(name: &str) -> Option<(&str, u32, Shape)> {
    let (stem, last) = name.rsplit_once(['_', '-', ','])?;
    let is_dash = name.get(stem.len()..).is_some_and(|rest| rest.starts_with('-'));
    let shape = if is_dash { Shape::Dash } else { Shape::Suffix };
    number(last).filter(|_| !stem.is_empty()).map(|number| (stem, number, shape))
}

/// Why a link may lead to a part.
#[derive(Clone, Copy)]
struct Hint {
    /// The number it is labelled with.
    label: Option<u32>,
    /// Whether it says `rel=next` or `rel=prev`.
    related: bool,
}

impl Hint {
    /// Of an element; nothing where it leads nowhere, or cannot lead to a part. From a later page
    /// any link may lead back to the first.
    fn of(node: NodeRef<'_, Node>, is_later: bool) -> Option<Self> {
        let element = node.value().as_element()?;
        if !matches!(element.name(), "a" | "link") {
            return None;
        }
        let href = attr(element, "href")?;
        let rel = attr(element, "rel");
        let related = has_token(rel, "next") || has_token(rel, "prev");
        let label = if element.name() == "a" { label(node) } else { None };
        let is_numbered = is_later || href.bytes().any(|byte| byte.is_ascii_digit());
        let hint = related || label.is_some() || element.name() == "a" && is_numbered;
        hint.then_some(Self { label, related })
    }
}

/// The number in the text of a link that says little else: `2`, `Page 2`, `٢`.
fn label(link: NodeRef<'_, Node>) -> Option<u32> {
    let mut text = String::new();
    for piece in link.descendants().take(24).filter_map(|node| node.value().as_text()) {
        text.push_str(piece.trim());
        if text.len() > MAX_LABEL * 4 {
            return None;
        }
    }
    if text.chars().count() > MAX_LABEL {
        return None;
    }
    let digits = ascii_digits(&text);
    let mut runs = digits.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    runs.next().and_then(number).filter(|number| *number > 0 && runs.next().is_none())
}

/// A link that leads to a part.
struct Named {
    url: String,
    number: u32,
    numbered: bool,
    label: Option<u32>,
    /// Whether it is sure to speak of the article: by `rel`, or inside it.
    sure: bool,
    /// Whether it is the URL without any number.
    is_bare: bool,
}

/// What a link names, if it is a part of the article of `own`.
fn named(
    node: NodeRef<'_, Node>,
    hint: Hint,
    base: &Url,
    (own, stem): (&Numbered, &str),
) -> Option<Named> {
    let is_hinted = hint.label.is_some() || hint.related;
    // Most links stand in no pager: their addresses need not be read.
    let is_pager = is_in_pager(node);
    if !is_hinted && !is_pager {
        return None;
    }
    let href = attr(node.value().as_element()?, "href")?;
    let url = fetchable(href, Some(base)).ok()?;
    let is_bare = comparison_key(&url) == stem;
    let found = if is_bare { Numbered::first(&url) } else { Numbered::of(&url)? };
    // The first page may go by either, its stem by one: `story.html`, or `story_1.html`.
    let same = comparison_key(&found.stem) == stem
        && (!own.has_number || is_bare || found.shape == own.shape);
    let around = Around::of(node);
    // A blog whose titles repeat has `story-2` for the next article.
    let spoken = hint.label.is_some() || hint.related && found.shape != Shape::Dash;
    let says = spoken || is_pager && !found.shape.is_in_name();
    (same && says && !around.is_strange).then(|| Named {
        url: url.into(),
        number: found.number,
        numbered: found.has_number,
        label: hint.label,
        sure: hint.related || around.is_inside,
        is_bare,
    })
}

/// Where a link stands.
#[derive(Default)]
struct Around {
    /// In a box beside the text, or among comments.
    is_strange: bool,
    is_inside: bool,
}

impl Around {
    fn of(node: NodeRef<'_, Node>) -> Self {
        let mut around = Self::default();
        let above = node.ancestors().take(LEVELS).filter_map(|node| node.value().as_element());
        for element in above {
            around.is_inside |= matches!(element.name(), "article" | "main");
            around.is_strange |= matches!(element.name(), "aside" | "footer");
            around.is_strange |= !is_template(element) && is_called(element, STRANGERS);
        }
        around
    }
}

/// Whether one of the elements just above a link is called a pager.
fn is_in_pager(node: NodeRef<'_, Node>) -> bool {
    let mut above =
        node.ancestors().take(PAGER_LEVELS).filter_map(|node| node.value().as_element());
    above.any(|element| !is_template(element) && is_called(element, PAGERS))
}

/// Whether the classes of an element tell of the template, not of a place in it.
fn is_template(element: &Element) -> bool {
    matches!(element.name(), "body" | "html" | "article" | "main")
}

/// Whether a class or the id of an element has one of these words.
fn is_called(element: &Element, words: &[&str]) -> bool {
    let has = |name: &str| {
        let mut parts = name.split(|c: char| !c.is_ascii_alphabetic());
        parts.any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
    };
    ["id", "class"].into_iter().filter_map(|name| attr(element, name)).any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_pages_of_an_article_lead_to_its_first() {
        for (later, first) in [
            ("https://a.example/ar/story/2/", Some("https://a.example/ar/story/")),
            ("https://a.example/ar/story/page/3", Some("https://a.example/ar/story")),
            ("https://a.example/ar/story/seite-3", Some("https://a.example/ar/story")),
            ("https://a.example/story?paged=2&lang=ar", Some("https://a.example/story?lang=ar")),
            ("https://a.example/story?page=2", Some("https://a.example/story")),
            ("https://a.example/story-2", None),
            ("https://a.example/story/1", None),
            ("https://a.example/story/2026", None),
            ("https://a.example/2", None),
            ("https://a.example/?p=2", None),
        ] {
            let got = first_of(&Url::parse(later).unwrap());
            assert_eq!(got.as_ref().map(Url::as_str), first, "{later}");
        }
    }

    #[test]
    fn a_line_of_numbers_is_what_is_left_of_a_pager() {
        for line in ["Pages: 1 2 3", "1 | 2 | 3 | Next page", "Seite 2 von 5", "صفحة ١ من ٣"]
        {
            assert!(is_pager(line), "{line}");
        }
        for line in ["Two of them came back.", "On 2 May 3 ships and 4 boats left the quay.", "2"] {
            assert!(!is_pager(line), "{line}");
        }
    }
}
