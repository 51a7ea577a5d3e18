//! The page: what one archived body says, as plain values.
//!
//! [`read`] is the order of the stages and nothing else: decode, parse once, metadata, links,
//! alternates, article, byline, language. The same code runs live and offline on any WARC; it
//! never touches the network, the clock or the disk. Every stage is total and bounded.

pub mod alternates;
pub mod article;
pub mod byline;
pub mod dates;
pub mod decode;
pub mod dom;
pub mod explain;
pub(crate) mod invitations;
pub mod language;
pub(crate) mod letters;
mod likeness;
pub mod links;
mod lists;
pub mod metadata;
pub mod origin;
pub mod parts;
pub mod print;
pub mod rights;
pub mod signal;
pub(crate) mod vocabulary;

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use serde::{Deserialize, Serialize};
use url::Url;

use self::alternates::pattern;
use self::article::{Reading, outline};
pub use self::likeness::Likeness;
use self::metadata::Metadata;
pub use self::signal::{Alternate, Place, Signal};
use crate::head::Head;
use crate::lang::Lang;
use crate::lead::Refusal;

/// What there is to read: one entity, transfer coding removed, content coding still on.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The URL it was fetched from.
    pub url: &'a Url,
    /// The response head.
    pub head: &'a Head,
    /// The entity bytes.
    pub entity: &'a [u8],
}

/// What kind of thing the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum PageKind {
    /// One article with a body.
    Article,
    /// HTML that is no article and leads on: a home page, a section, a tag page.
    Listing,
    /// A sitemap or a sitemap index.
    Sitemap,
    /// RSS, Atom or JSON feed.
    Feed,
    /// Anything else: no markup, or a page that says it is no story (an error, a form to log in, a
    /// wall of consent, how to reach the editors, a film).
    #[default]
    Other,
}

/// A page, read.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What it is.
    pub kind: PageKind,
    /// Whether it is HTML, a page for people, whatever its kind.
    pub is_html: bool,
    /// `link rel=canonical`, resolved.
    pub canonical: Option<String>,
    /// The title.
    pub title: Option<String>,
    /// The language the page declares for itself (`html lang`, Content-Language).
    pub declared: Option<Lang>,
    /// The language its text is in.
    pub detected: Option<Lang>,
    /// Every declared alternate that is not dropped at once.
    pub alternates: Vec<Alternate>,
    /// The same language for other regions: evidence that is kept and not followed.
    pub variants: Vec<Alternate>,
    /// Everything the page leads to, alternates left out.
    pub links: Vec<Link>,
    /// What is written as a link and is no URL to fetch.
    pub refused: Vec<Refusal>,
    /// When it was published: the article, or by its metadata what is none.
    pub published: Option<PageDate>,
    /// When it was last changed, in the same way.
    pub modified: Option<PageDate>,
    /// The article, when there is one.
    pub article: Option<Article>,
    /// What it gives away of how it came to be in its language.
    pub origin: origin::Origin,
    /// The name of the site, as the page gives it.
    pub site: Option<String>,
    /// What it says of indexing, mining and training.
    pub rights: rights::Rights,
    /// The machine that may have made the page's text, by the marks of its plugin or script.
    pub mt_suspect: Option<String>,
    /// What an HTML page says, as two numbers: pages that say the same have the same. Only of a
    /// page that a crawl reads.
    pub likeness: Option<Likeness>,
    /// Whether its content coding broke off: what was read of it may be a part.
    pub is_broken: bool,
    /// Whether it is larger than what is read of a page: there may be more text than this.
    pub is_cut: bool,
    /// What went wrong in reading and was lived with.
    pub notes: Vec<String>,
    /// What of that cost links, in words that are the same for all such pages.
    pub defects: Vec<&'static str>,
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LinkKind {
    /// An anchor.
    Anchor,
    /// A meta refresh: counts as a redirect.
    Refresh,
    /// A page requisite: image, style, script.
    Embed,
    /// A further page of the article that stands here.
    Part,
    /// `link rel=alternate type=application/rss+xml` and its like, or a feed's own next page.
    Feed,
    /// A sitemap named by a sitemap index.
    Sitemap,
    /// An entry of a feed.
    FeedEntry,
    /// An entry of a sitemap.
    SitemapEntry,
}

/// One link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The absolute URL, fit to be fetched ([`crate::address::fetchable`]).
    pub url: String,
    /// What it is for.
    pub kind: LinkKind,
    /// Where it stands, as Heritrix writes it: `a/@href`.
    pub context: String,
}

/// A person named as having made the article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name, cleaned of by-words, titles and places.
    pub name: String,
    /// Job title or function, when the page gives one.
    pub role: Option<String>,
    /// The page about them, when the name leads to one.
    #[serde(default)]
    pub url: Option<String>,
}

impl Person {
    /// A name and nothing else.
    pub(crate) fn named(name: String) -> Self {
        Self { name, role: None, url: None }
    }
}

/// One block of the body, in reading order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextBlock {
    /// What it is.
    pub kind: BlockKind,
    /// Its text, white space folded.
    pub text: String,
}

/// The kind of a text block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// A paragraph.
    Paragraph,
    /// A heading inside the body.
    Heading,
    /// A list item.
    Item,
    /// A quotation.
    Quote,
    /// A caption that belongs to the text.
    Caption,
    /// A table cell's or row's text.
    Cell,
    /// Preformatted text.
    Code,
}

/// The stage of the ladder that found the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// A known body selector.
    Selector,
    /// Paragraph density scoring.
    Density,
    /// JSON-LD `articleBody`.
    JsonLd,
    /// State a script framework left in the page.
    FrameworkState,
    /// All paragraphs of the page, as a last resort.
    Baseline,
}

impl Stage {
    /// Its name, as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Selector => "selector",
            Self::Density => "density",
            Self::JsonLd => "json-ld",
            Self::FrameworkState => "framework-state",
            Self::Baseline => "baseline",
        }
    }
}

/// A date as the page gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageDate {
    /// `2026-11-22`, or with time and zone `2026-11-22T09:30:00+03:00`.
    pub iso: String,
    /// Where it stood: `json-ld`, `meta`, `time`, `url`, `text`, `state`.
    pub source: String,
}

/// The article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its headline.
    pub headline: String,
    /// Its authors; organisations only when they are the only author.
    pub byline: Vec<Person>,
    /// Its translators, never counted as authors.
    pub translators: Vec<Person>,
    /// The news agency it comes from, as the page writes its name.
    #[serde(default)]
    pub agency: Option<String>,
    /// When it was published.
    pub published: Option<PageDate>,
    /// When it was last changed.
    pub modified: Option<PageDate>,
    /// The body: never the language notice, the byline or the author's job title.
    pub blocks: Vec<TextBlock>,
    /// Which stage found the body.
    pub found_by: Stage,
    /// Which of its pages this is, where it has several.
    #[serde(default)]
    pub parts: Option<parts::Parts>,
}

impl Article {
    /// The body as text, a blank line between blocks.
    pub fn text(&self) -> String {
        let blocks: Vec<&str> = self.blocks.iter().map(|block| block.text.as_str()).collect();
        blocks.join("\n\n")
    }

    /// Whether something beside the text makes the page an article.
    fn is_told(&self, metadata: &Metadata) -> bool {
        metadata.says_article || self.published.is_some() || !self.byline.is_empty()
    }
}

/// Reads a page. Total: any bytes give a page, bounded in depth, size and work.
pub fn read(source: Source<'_>) -> Page {
    let decoded = decode::entity(source.head, source.entity);
    staged(source.url, source.head, decoded, false, None).0
}

/// Reads a page in a crawl, which has to know how large it is first, and later what it is like.
pub fn read_decoded(url: &Url, head: &Head, decoded: decode::Decoded) -> Page {
    staged(url, head, decoded, false, Some(likeness::of)).0
}

/// Reads a page and tells which of its declarations are no alternates, and why.
pub fn audit(source: Source<'_>) -> (Page, Vec<alternates::Dropped>) {
    let decoded = decode::entity(source.head, source.entity);
    staged(source.url, source.head, decoded, true, None)
}

/// What makes the likeness of a page, where it is asked for.
type Liken = fn(&Url, &Html, Option<&Article>) -> Likeness;

fn staged(
    url: &Url,
    head: &Head,
    decoded: decode::Decoded,
    audit: bool,
    liken: Option<Liken>,
) -> (Page, Vec<alternates::Dropped>) {
    if !decoded.is_html {
        return (lists::page(url, decoded), Vec::new());
    }
    html(url, head, decoded, audit, liken)
}

/// A page for people, and the declarations that are no alternates.
fn html(
    url: &Url,
    head: &Head,
    decoded: decode::Decoded,
    audit: bool,
    liken: Option<Liken>,
) -> (Page, Vec<alternates::Dropped>) {
    let dom = dom::parse(&decoded.text);
    let metadata = metadata::read(&dom, url).served_with(head);
    let mut found = if audit { alternates::audit } else { alternates::read }(&dom, head, url);
    let links::Found { mut links, refused, note: left_out } = links::read(&dom, head, url);
    let (kind, reading) = judged(&dom, &metadata, head, url, &found.notices, &mut links);
    let (published, modified) = days(&metadata, reading.as_ref());
    let declared = metadata.declared.or_else(|| alternates::content_language(head));
    let detected = reading.as_ref().and_then(|one| one.detected.clone());
    found.settle(detected.as_ref(), audit);
    let own = detected.as_ref().or(declared.as_ref());
    found.alternates.extend(reading.iter().flat_map(|_| pattern::siblings(url, own, &links)));
    let own_variant = || alternates::own_variant(head, url).map(String::from);
    let likeness = liken.map(|liken| liken(url, &dom, reading.as_ref().map(|one| &one.article)));
    let page = Page {
        kind,
        is_html: true,
        canonical: metadata.canonical.or_else(own_variant),
        title: metadata.title,
        declared,
        detected,
        published,
        modified,
        alternates: found.alternates,
        variants: found.variants,
        links,
        refused,
        article: reading.map(|reading| reading.article),
        origin: origin::read(&dom, url),
        site: metadata.site,
        rights: rights::read(&dom, head),
        mt_suspect: found.machine.map(str::to_owned),
        likeness,
        is_broken: decoded.is_broken,
        is_cut: decoded.is_cut || dom.tree.values().len() > outline::MAX_ROWS,
        defects: left_out.iter().map(|_| MANY_LINKS).collect(),
        notes: decoded.notes.into_iter().chain(left_out).chain(found.notes).collect(),
    };
    (page, found.dropped)
}

/// What a page is, and its reading where it is an article.
fn judged(
    dom: &Html,
    metadata: &Metadata,
    head: &Head,
    url: &Url,
    notices: &HashSet<NodeId>,
    links: &mut [Link],
) -> (PageKind, Option<Reading>) {
    if is_missing(head.status()) {
        return (PageKind::Other, None);
    }
    match article::read(dom, metadata, url, notices) {
        Ok(reading) => (PageKind::Article, Some(paged(reading, dom, url, metadata, links))),
        Err(kind) => (kind, None),
    }
}

/// The days of an article, or by its metadata of what is none.
fn days(metadata: &Metadata, reading: Option<&Reading>) -> (Option<PageDate>, Option<PageDate>) {
    let (published, modified) = match reading {
        Some(reading) => (&reading.article.published, &reading.article.modified),
        None => (&metadata.published, &metadata.modified),
    };
    (published.clone(), modified.clone())
}

/// A reading that tells which page of its article it is, and the links that lead to the others.
fn paged(
    mut reading: Reading,
    dom: &Html,
    url: &Url,
    metadata: &Metadata,
    links: &mut [Link],
) -> Reading {
    let article = &mut reading.article;
    article.parts = parts::read(dom, url, article.is_told(metadata));
    if let Some(parts) = &article.parts {
        parts::mark(links, parts);
        parts::without_pager(&mut article.blocks);
    }
    reading
}

/// The defect of a page of so many links that some are left out.
const MANY_LINKS: &str = "a page with too many links: the last of them are left out";

/// Whether a status says that the page is not there, or broken; a server that refuses or wants
/// money (RFC 9110 §15.5) may still show the story.
fn is_missing(status: Option<u16>) -> bool {
    matches!(status, Some(404 | 410 | 500..=599))
}
