//! Metadata: what the page says of itself, as candidates with their source.
//!
//! One pass over the tree collects JSON-LD ([`jsonld`]), OpenGraph, meta names, microdata and the
//! headings; then each field is decided. Names stay as written ([`Claim`]): who is an author is
//! the byline's business. It never reads the body text.

mod days;
pub(super) mod explain;
mod jsonld;
mod title;

use std::borrow::Cow;

use scraper::node::Element;
use scraper::{Html, Node};
use url::Url;

use self::jsonld::Described;
use self::title::Heading;
use super::dom::attr;
use super::letters::folded;
use super::{PageDate, Person, byline, dates};
use crate::address::fetchable;
use crate::head::Head;
use crate::lang::Lang;

/// Candidates from JSON-LD, OpenGraph, meta and microdata.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// `link rel=canonical`, resolved.
    pub canonical: Option<String>,
    /// The best title.
    pub title: Option<String>,
    /// The site's name.
    pub site: Option<String>,
    /// The declared language (`html lang`, Content-Language meta, `og:locale`, `inLanguage`).
    pub declared: Option<Lang>,
    /// Authors by metadata.
    pub authors: Vec<Person>,
    /// Publication date by metadata.
    pub published: Option<PageDate>,
    /// What each kind of metadata says of it, the most trusted first.
    pub published_said: Vec<PageDate>,
    /// What a meta name says that means neither publication nor change (`date`, `timestamp`).
    pub published_loosely: Option<PageDate>,
    /// The day that the canonical address carries, or `og:url`.
    pub address_day: Option<String>,
    /// Modification date by metadata.
    pub modified: Option<PageDate>,
    /// JSON-LD `articleBody`.
    pub article_body: Option<String>,
    /// Whether the page calls itself an article (`og:type`, JSON-LD `NewsArticle`, …).
    pub says_article: bool,
    /// Author claims as written, JSON-LD before meta.
    pub claims: Vec<Claim>,
    /// Translators by metadata.
    pub translators: Vec<Claim>,
    /// Names of site and publisher, as far as the page tells them.
    pub publishers: Vec<String>,
    /// When the page was served, where that is known: nothing on it was published later.
    pub served: Option<String>,
}

impl Metadata {
    /// With the time of the response (`Date`, RFC 9110 §6.6.1), by the server's clock.
    #[must_use]
    pub fn served_with(self, head: &Head) -> Self {
        let served = head.all("date").iter().find_map(|value| dates::iso(value));
        Self { served, ..self }
    }
}

/// Somebody named by metadata, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The text, white space folded.
    pub text: String,
    /// Whether the page calls it an organisation.
    pub organisation: bool,
    /// Job title, when given.
    pub role: Option<String>,
    /// The page about them.
    pub url: Option<String>,
    /// Whether it stands in JSON-LD.
    pub structured: bool,
    /// The place of its kind in the order of trust, JSON-LD first.
    pub rank: usize,
}

impl Claim {
    /// The rank of a person JSON-LD describes without saying that the article is theirs.
    pub(crate) const BYSTANDER: usize = usize::MAX;

    fn named(text: &str) -> Self {
        Self { text: folded(&title::unescaped(text)), structured: true, ..Self::default() }
    }
}

/// Most values kept of one kind; pages repeat themselves.
const MAX_VALUES: usize = 60;

/// Most headings of a lower level, and links to the site's home, that are kept.
const MAX_SUBHEADS: usize = 12;
const MAX_HOMES: usize = 8;

/// Everything the pass collects.
#[derive(Debug, Default)]
struct Collected<'a> {
    metas: Vec<(Cow<'a, str>, &'a str)>,
    said: Described,
    canonical: Option<&'a str>,
    html_lang: Option<&'a str>,
    title: Option<String>,
    headings: Vec<Heading>,
    /// `h2` and `h3`.
    subheads: Vec<String>,
    /// Where links that are written as those of a site's root lead, and what they show.
    homes: Vec<(&'a str, String)>,
    /// An `h1` that leads to the site's home: its name, no headline.
    masthead: Option<String>,
    itemprop_dates: Vec<(bool, &'a str)>,
}

/// Reads the metadata of a page.
pub fn read(dom: &Html, url: &Url) -> Metadata {
    let mut all = collect(dom);
    jsonld::resolve(&mut all.said);
    let site = all.meta(&["og:site_name", "application-name"]).map(folded);
    let site = site.or_else(|| all.masthead.take().filter(|name| !name.is_empty()));
    let publishers = publishers(&all, site.as_deref());
    let claims = claims(&all);
    let published = days::published(&all);
    let loosely = days::loosely(&all);
    Metadata {
        canonical: all.canonical.and_then(|href| fetchable(href, Some(url)).ok()).map(String::from),
        title: best_title(&all, &site_names(&all, site.as_deref(), &publishers, url), url),
        declared: declared(&all),
        published: published.first().or(loosely.as_ref()).cloned(),
        published_said: published,
        published_loosely: loosely,
        address_day: days::address_day(&all),
        modified: days::modified(&all),
        says_article: all.said.is_article
            || all.meta(&["og:type"]).is_some_and(|kind| kind.contains("article")),
        article_body: all.said.body.clone(),
        authors: byline::people(&claims, &publishers),
        translators: all.said.translators.clone(),
        claims,
        publishers,
        site,
        served: None,
    }
}

/// Names of site and publisher, each once for each place that gives it.
fn publishers(all: &Collected<'_>, site: Option<&str>) -> Vec<String> {
    const NAMES: &[&str] = &["dc.publisher", "publisher", "dcterms.publisher", "copyright"];
    let said = all.said.publishers.iter().map(String::as_str);
    said.chain(site).chain(NAMES.iter().filter_map(|name| all.meta(&[name]))).map(folded).collect()
}

/// The names a page gives its site: its own, its publisher's, what links to its home show.
fn site_names<'n>(
    all: &'n Collected<'_>,
    site: Option<&'n str>,
    publishers: &'n [String],
    url: &Url,
) -> Vec<&'n str> {
    let own =
        |href: &str| fetchable(href, Some(url)).is_ok_and(|home| home.host_str() == url.host_str());
    let homes = all.homes.iter().filter(|(href, _)| own(href)).map(|(_, name)| name.as_str());
    let said = site.into_iter().chain(all.meta(&["application-name"]));
    said.chain(publishers.iter().map(String::as_str)).chain(homes).collect()
}

/// The title, of everything that may be one.
fn best_title(all: &Collected<'_>, sites: &[&str], url: &Url) -> Option<String> {
    const NAMES: &[&str] =
        &["og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title"];
    title::choose(&title::Candidates {
        headline: all.said.headline.as_deref(),
        opengraph: all.meta(NAMES),
        document: all.title.as_deref(),
        headings: &all.headings,
        subheads: &all.subheads,
        sites,
        host: own_name(url),
    })
}

/// The name a site has registered: `harbour` of `www.harbour.example`.
fn own_name(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    let registered = psl::domain_str(host).unwrap_or(host);
    registered.split('.').next().unwrap_or_default()
}

impl Collected<'_> {
    /// The first value under any of `names`, in the order of the names.
    fn meta(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let found =
                self.metas.iter().find(|(key, value)| key == name && !value.trim().is_empty());
            found.map(|(_, value)| *value)
        })
    }

    /// All values under one name.
    fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.metas.iter().filter(move |(key, _)| key == name).map(|(_, value)| *value)
    }
}

fn collect(dom: &Html) -> Collected<'_> {
    let mut all = Collected::default();
    for node in dom.tree.root().descendants() {
        let Node::Element(element) = node.value() else { continue };
        match element.name() {
            "html" => all.html_lang = attr(element, "lang").or_else(|| attr(element, "xml:lang")),
            "meta" => take_meta(element, &mut all),
            "link" => take_link(element, &mut all),
            "script" if is_jsonld(element, node) => {
                if let Some(value) = jsonld::parse(&texts(node).collect::<String>()) {
                    jsonld::describe(&value, &mut all.said);
                }
            }
            "title"
                if all.title.is_none()
                    && node.parent().is_some_and(|parent| is_named(parent.value(), "head")) =>
            {
                all.title = Some(text_of(node));
            }
            "h1" if is_masthead(node) => all.masthead = Some(text_of(node)),
            "h1" if all.headings.len() < 8 => all.headings.push(heading(node)),
            "h2" | "h3" if all.subheads.len() < MAX_SUBHEADS => all.subheads.push(text_of(node)),
            "a" if all.homes.len() < MAX_HOMES => take_home(element, node, &mut all),
            "time" | "span" | "abbr" | "div" | "p" | "dd" | "li" | "td" | "b" | "i" => {
                take_itemprop(element, &mut all);
            }
            _ => {}
        }
    }
    all
}

/// Whether a script is JSON-LD: by its type, or where it has none by beginning as such an object.
fn is_jsonld(element: &Element, node: ego_tree::NodeRef<'_, Node>) -> bool {
    match attr(element, "type") {
        Some(kind) => kind.trim().eq_ignore_ascii_case("application/ld+json"),
        None => texts(node).next().is_some_and(|text| {
            let rest = text.trim_start().strip_prefix('{').map(str::trim_start);
            rest.is_some_and(|rest| {
                rest.starts_with("\"@context\"") || rest.starts_with("\"@type\"")
            })
        }),
    }
}

/// The text nodes of a script: one, as the parser makes them.
fn texts(node: ego_tree::NodeRef<'_, Node>) -> impl Iterator<Item = &str> {
    node.children().filter_map(|child| child.value().as_text().map(|text| &**text))
}

fn is_named(node: &Node, name: &str) -> bool {
    node.as_element().is_some_and(|element| element.name() == name)
}

/// Whether a heading is a link to the home page of its site.
fn is_masthead(heading: ego_tree::NodeRef<'_, Node>) -> bool {
    let below = heading.descendants().take(20);
    let link = below.filter_map(|node| node.value().as_element()).find(|e| e.name() == "a");
    let Some(link) = link else { return false };
    let home = |rel: &str| rel.split_ascii_whitespace().any(|word| word == "home");
    attr(link, "rel").is_some_and(home) || attr(link, "href").is_some_and(is_root)
}

/// Whether a link is written as that of a site's root.
fn is_root(href: &str) -> bool {
    match href.trim().split_once("//") {
        Some((_, rest)) => rest.split_once('/').is_none_or(|(_, path)| path.is_empty()),
        None => href.trim() == "/",
    }
}

/// A heading with the texts of its elements, and the one beside them.
fn heading(node: ego_tree::NodeRef<'_, Node>) -> Heading {
    let elements = node.children().filter(|child| child.value().is_element()).take(8);
    let beside: String = texts(node).collect();
    let parts = elements.map(text_of).chain([folded(&beside)]).filter(|part| !part.is_empty());
    Heading { text: text_of(node), parts: parts.collect() }
}

/// Takes a link to the site's home, with its words or those of its picture.
fn take_home<'a>(element: &'a Element, node: ego_tree::NodeRef<'a, Node>, all: &mut Collected<'a>) {
    let Some(href) = attr(element, "href").filter(|href| is_root(href)) else { return };
    let alt = || {
        let below = node.descendants().take(20).filter_map(|node| node.value().as_element());
        below.filter(|e| e.name() == "img").find_map(|e| attr(e, "alt")).map(folded)
    };
    let name = Some(text_of(node)).filter(|text| !text.is_empty()).or_else(alt);
    all.homes.extend(name.filter(|name| !name.is_empty()).map(|name| (href, name)));
}

/// Text below a node, folded; a heading is short, so the walk is cut.
fn text_of(node: ego_tree::NodeRef<'_, Node>) -> String {
    let mut out = String::new();
    for below in node.descendants().take(200) {
        match below.value() {
            Node::Text(text) => super::letters::fold_into(&mut out, text),
            Node::Element(element) if matches!(element.name(), "br" | "div" | "p") => out.push(' '),
            _ => {}
        }
    }
    folded(&out)
}

fn take_meta<'a>(element: &'a Element, all: &mut Collected<'a>) {
    // `value` is what editors of templates write by mistake, and nothing else of a `meta`.
    let content = attr(element, "content").or_else(|| attr(element, "value"));
    let Some(content) = content else { return };
    for key in ["property", "name", "itemprop", "http-equiv"] {
        let Some(name) = attr(element, key) else { continue };
        let same = all.metas.iter().filter(|(known, _)| known == name).count();
        if same < MAX_VALUES && all.metas.len() < 2_000 {
            let name = name.trim();
            let lower = name.bytes().any(|byte| byte.is_ascii_uppercase());
            let name =
                if lower { Cow::Owned(name.to_ascii_lowercase()) } else { Cow::Borrowed(name) };
            all.metas.push((name, content));
        }
    }
}

fn take_link<'a>(element: &'a Element, all: &mut Collected<'a>) {
    let rel = attr(element, "rel").unwrap_or_default();
    if all.canonical.is_none()
        && rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("canonical"))
    {
        all.canonical = attr(element, "href").filter(|href| !href.trim().is_empty());
    }
}

fn take_itemprop<'a>(element: &'a Element, all: &mut Collected<'a>) {
    let Some(prop) = attr(element, "itemprop") else { return };
    let modified = prop.contains("dateModified");
    if !modified && !prop.contains("datePublished") || all.itemprop_dates.len() > MAX_VALUES {
        return;
    }
    if let Some(value) = attr(element, "datetime").or_else(|| attr(element, "content")) {
        all.itemprop_dates.push((modified, value));
    }
}

fn declared(all: &Collected<'_>) -> Option<Lang> {
    let said = [
        all.html_lang,
        all.meta(&["content-language", "language", "dc.language", "dcterms.language"]),
        all.said.language.as_deref(),
        all.meta(&["og:locale"]),
    ];
    said.into_iter().flatten().find_map(Lang::parse)
}

const AUTHORS: &[&str] = &[
    "author",
    "article:author",
    "og:article:author",
    "article:author_name",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "parsely-author",
    "sailthru.author",
    "byl",
    "authors",
    "citation_author",
    "og:author",
    "rbauthors",
    "article.author",
    "creator",
    "dcsext.author",
    "cxenseparse:author",
    "twitter:data1:author",
    "byline",
    "author_name",
    "authorname",
];

/// Author claims: JSON-LD, then every meta name that has any, in order.
fn claims(all: &Collected<'_>) -> Vec<Claim> {
    let mut claims = all.said.authors.clone();
    for (rank, name) in AUTHORS.iter().enumerate() {
        for value in all.all(name) {
            let text = folded(&title::unescaped(value));
            if !text.is_empty()
                && !text.starts_with("http")
                && !text.contains("//")
                && claims.iter().all(|claim| claim.text != text)
            {
                claims.push(Claim { text, rank: rank + 1, ..Claim::default() });
            }
        }
    }
    claims.extend(all.said.bystander.clone());
    claims
}
