//! Links: everything a page leads to, in the order it stands there.
//!
//! Elements only: what stands in comments, scripts, textareas and templates leads nowhere. URLs
//! are resolved against the first usable `<base href>` and written as they will be fetched; whether
//! they *may* be fetched is the frontier's business. Language alternates are `alternates`' noun.

pub(crate) mod field;
mod plain;

use std::collections::HashSet;

use ego_tree::NodeRef;
use html5ever::local_name;
use scraper::node::Element;
use scraper::{Html, Node};
use url::Url;

use super::dom::attr;
use super::{Link, LinkKind};
use crate::address::{AddressError, fetchable};
use crate::head::Head;
use crate::lead::Refusal;

/// Links kept of one page. Past it they are lost to the frontier, not to the archive.
const MAX_LINKS: usize = 200_000;

/// Candidates read from one `srcset`.
const MAX_CANDIDATES: usize = 64;

/// Media types of feeds (`link rel=alternate`).
const FEED_TYPES: &[&str] = &[
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/rdf+xml",
];

/// Attributes that load something into the page, by element.
const EMBEDS: &[(&str, &str, &str)] = &[
    ("img", "src", "img/@src"),
    ("img", "data-src", "img/@data-src"),
    ("script", "src", "script/@src"),
    ("iframe", "src", "iframe/@src"),
    ("frame", "src", "frame/@src"),
    ("source", "src", "source/@src"),
    ("video", "src", "video/@src"),
    ("video", "poster", "video/@poster"),
    ("audio", "src", "audio/@src"),
    ("track", "src", "track/@src"),
    ("embed", "src", "embed/@src"),
    ("object", "data", "object/@data"),
    ("input", "src", "input/@src"),
];

/// `link` relations that load something into the page.
const EMBED_RELATIONS: &[&str] = &[
    "stylesheet",
    "icon",
    "apple-touch-icon",
    "mask-icon",
    "preload",
    "modulepreload",
    "manifest",
];

/// Schemes of what lies on servers that are not asked.
const OF_SERVERS: &[&str] = &[
    "ftp", "ftps", "sftp", "file", "gopher", "gemini", "ipfs", "ipns", "rtsp", "mms", "ws", "wss",
];

/// Links that most pages have.
const USUAL: usize = 200;

/// What a page leads to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Found {
    /// The links, each URL once a kind.
    pub links: Vec<Link>,
    /// What is written as a link and is no URL to fetch, each once. Requisites are not counted, nor
    /// what lies on no server (`mailto:`).
    pub refused: Vec<Refusal>,
    /// What is to be said about those left out.
    pub note: Option<String>,
}

/// The links of a page.
pub fn read(dom: &Html, head: &Head, url: &Url) -> Found {
    let mut links = Links {
        base: base(dom, url),
        found: Vec::new(),
        written: HashSet::with_capacity(USUAL),
        seen: HashSet::with_capacity(USUAL),
        refused: Vec::new(),
    };
    links.read_head(head, url);
    for element in elements(dom) {
        if links.is_full() {
            break;
        }
        links.read_element(element);
    }
    let note = links.is_full().then(|| format!("links past the first {MAX_LINKS} were left out"));
    Found { links: links.found, refused: links.refused, note }
}

/// The URL that relative references are resolved against: the first `<base href>` that is a web
/// address, else the page's own (HTML Standard §4.2.3).
pub(crate) fn base(dom: &Html, url: &Url) -> Url {
    elements(dom)
        .filter(|element| element.name.local == local_name!("base"))
        .filter_map(|element| attr(element, "href"))
        .find_map(|href| fetchable(href, Some(url)).ok())
        .unwrap_or_else(|| url.clone())
}

/// The elements of a document in order, contents of templates left out.
pub(crate) fn elements(dom: &Html) -> impl Iterator<Item = &Element> {
    walk(dom).filter_map(|node| node.value().as_element())
}

/// The nodes of a document in order, contents of templates left out.
pub(crate) fn walk(dom: &Html) -> impl Iterator<Item = NodeRef<'_, Node>> {
    std::iter::successors(Some(dom.tree.root()), |node| {
        let below = if is_template(*node) { None } else { node.first_child() };
        below.or_else(|| after(*node))
    })
}

/// The node that follows a subtree.
fn after(node: NodeRef<'_, Node>) -> Option<NodeRef<'_, Node>> {
    std::iter::successors(Some(node), NodeRef::parent).find_map(|node| node.next_sibling())
}

fn is_template(node: NodeRef<'_, Node>) -> bool {
    let element = node.value().as_element();
    element.is_some_and(|element| element.name.local == local_name!("template"))
}

struct Links<'a> {
    base: Url,
    found: Vec<Link>,
    /// References of the document as written: most of those that come again need not be resolved.
    written: HashSet<(u8, &'a str)>,
    seen: HashSet<(u8, String)>,
    refused: Vec<Refusal>,
}

impl<'a> Links<'a> {
    fn read_head(&mut self, head: &Head, url: &Url) {
        let document = std::mem::replace(&mut self.base, url.clone());
        if let Some(target) = head.get("refresh").as_deref().and_then(refresh_target) {
            self.add(target, LinkKind::Refresh, "Refresh");
        }
        for link in field::parse(&head.all("link")) {
            if link.has_rel("next") || link.has_rel("prev") {
                self.add(&link.target, LinkKind::Anchor, "Link");
            } else if link.has_rel("alternate") && link.get("type").is_some_and(is_feed) {
                self.add(&link.target, LinkKind::Feed, "Link");
            } else if EMBED_RELATIONS.iter().any(|relation| link.has_rel(relation)) {
                self.add(&link.target, LinkKind::Embed, "Link");
            }
        }
        self.base = document;
    }

    fn read_element(&mut self, element: &'a Element) {
        match element.name() {
            "a" | "area" => self.read_anchor(element),
            "link" => self.read_link(element),
            "meta" => self.read_meta(element),
            name => {
                let of_element = EMBEDS.iter().filter(|(owner, _, _)| *owner == name);
                for (_, attribute, context) in of_element {
                    if let Some(target) = attr(element, attribute) {
                        self.add(target, LinkKind::Embed, context);
                    }
                }
                if matches!(name, "img" | "source") {
                    self.read_srcset(element, name);
                }
            }
        }
    }

    fn read_anchor(&mut self, element: &'a Element) {
        let Some(href) = attr(element, "href") else { return };
        let context = match (element.name(), has_token(attr(element, "rel"), "nofollow")) {
            ("area", true) => "area[@rel='nofollow']/@href",
            ("area", false) => "area/@href",
            (_, true) => "a[@rel='nofollow']/@href",
            (_, false) => "a/@href",
        };
        if self.written.insert((LinkKind::Anchor as u8, href)) {
            self.add(href, LinkKind::Anchor, context);
        }
    }

    fn read_link(&mut self, element: &Element) {
        let (Some(href), rel) = (attr(element, "href"), attr(element, "rel")) else { return };
        if has_token(rel, "alternate") && attr(element, "type").is_some_and(is_feed) {
            self.add(href, LinkKind::Feed, "link/@href");
        } else if has_token(rel, "next") || has_token(rel, "prev") {
            self.add(href, LinkKind::Anchor, "link/@href");
        } else if EMBED_RELATIONS.iter().any(|relation| has_token(rel, relation)) {
            self.add(href, LinkKind::Embed, "link/@href");
        }
    }

    fn read_meta(&mut self, element: &Element) {
        let is_refresh = attr(element, "http-equiv")
            .is_some_and(|name| name.trim().eq_ignore_ascii_case("refresh"));
        let target = attr(element, "content").filter(|_| is_refresh).and_then(refresh_target);
        if let Some(target) = target {
            self.add(target, LinkKind::Refresh, "meta/@content");
        }
    }

    fn read_srcset(&mut self, element: &Element, name: &str) {
        for attribute in ["srcset", "data-srcset"] {
            let candidates = attr(element, attribute).map(candidates).unwrap_or_default();
            for candidate in candidates {
                self.add(candidate, LinkKind::Embed, &format!("{name}/@{attribute}"));
            }
        }
    }

    fn is_full(&self) -> bool {
        self.found.len() + self.refused.len() >= MAX_LINKS
    }

    fn add(&mut self, target: &str, kind: LinkKind, context: &str) {
        let target = target.trim();
        // A fragment leads to the page itself; a data: URL would be parsed at its full length.
        if target.is_empty() || target.starts_with(['#']) || target.starts_with("data:") {
            return;
        }
        let plain = plain::resolved(target, &self.base).map(Ok);
        let url = plain.unwrap_or_else(|| fetchable(target, Some(&self.base)).map(String::from));
        let url = match url {
            Ok(url) => url,
            Err(why) => {
                return self.refuse(target, kind, &why);
            }
        };
        if self.seen.insert((kind as u8, url.clone())) {
            self.found.push(Link { url, kind, context: context.to_owned() });
        }
    }

    fn refuse(&mut self, target: &str, kind: LinkKind, why: &AddressError) {
        if kind != LinkKind::Embed && !is_deed(why) {
            let refusal = Refusal::of_text(target, why);
            if self.seen.insert((LinkKind::Anchor as u8, refusal.url.clone())) {
                self.refused.push(refusal);
            }
        }
    }
}

/// Whether a link names nothing on any server: it asks the reader's machine to do something
/// (`mailto:`, `javascript:`, a messenger's own scheme).
fn is_deed(why: &AddressError) -> bool {
    matches!(why, AddressError::Scheme { scheme, .. } if !OF_SERVERS.contains(&scheme.as_str()))
}

fn is_feed(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    FEED_TYPES.iter().any(|feed| feed.eq_ignore_ascii_case(essence))
}

/// Whether a space-separated attribute holds a token, whatever its case.
pub(crate) fn has_token(attribute: Option<&str>, token: &str) -> bool {
    attribute.is_some_and(|list| {
        list.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(token))
    })
}

/// The target of `5; url='/next'` (HTML Standard, "shared declarative refresh steps"). A refresh
/// without one reloads the page and leads nowhere.
fn refresh_target(content: &str) -> Option<&str> {
    let rest = content.trim_start().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let rest = rest.trim_start().trim_start_matches([';', ',']).trim_start();
    let url = match rest.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("url") => {
            let after = rest.get(3..).unwrap_or_default().trim_start();
            after.strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let url = match url.chars().next() {
        Some(quote @ ('"' | '\'')) => url.get(1..)?.split(quote).next()?,
        _ => url,
    };
    Some(url.trim()).filter(|url| !url.is_empty())
}

/// The URLs of a `srcset` (HTML Standard §4.8.4.2.1): split at white space, as URLs may hold
/// commas.
fn candidates(srcset: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = srcset;
    while found.len() < MAX_CANDIDATES {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (url, after) = rest.split_at(end);
        if url.is_empty() {
            break;
        }
        found.push(url.trim_end_matches(','));
        rest = if url.ends_with(',') {
            after
        } else {
            after.find(',').and_then(|at| after.get(at..)).unwrap_or_default()
        };
    }
    found
}
