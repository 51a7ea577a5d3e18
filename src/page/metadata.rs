//! Metadata: what the page says of itself, as candidates with their source.
//!
//! One pass over the tree collects JSON-LD ([`jsonld`]), OpenGraph, meta names, microdata and the
//! headings; then each field is decided. Names stay as written ([`Claim`]): who is an author is
//! the byline's business. It never reads the body text.

pub(super) mod explain;
mod jsonld;
mod title;

use std::borrow::Cow;

use scraper::node::Element;
use scraper::{Html, Node};
use url::Url;

use self::jsonld::Described;
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

/// Everything the pass collects.
#[derive(Debug, Default)]
struct Collected<'a> {
    metas: Vec<(Cow<'a, str>, &'a str)>,
    said: Described,
    canonical: Option<&'a str>,
    html_lang: Option<&'a str>,
    title: Option<String>,
    headings: Vec<String>,
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
    let published = published(&all);
    let loosely = loosely(&all);
    Metadata {
        canonical: all.canonical.and_then(|href| fetchable(href, Some(url)).ok()).map(String::from),
        title: best_title(&all, site.as_deref(), own_name(url)),
        declared: declared(&all),
        published: published.first().or(loosely.as_ref()).cloned(),
        published_said: published,
        published_loosely: loosely,
        address_day: address_day(&all),
        modified: modified(&all),
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

/// The title, of everything that may be one.
fn best_title(all: &Collected<'_>, site: Option<&str>, host: &str) -> Option<String> {
    const NAMES: &[&str] =
        &["og:title", "twitter:title", "dc.title", "parsely-title", "sailthru.title"];
    title::choose(&title::Candidates {
        headline: all.said.headline.as_deref(),
        opengraph: all.meta(NAMES),
        document: all.title.as_deref(),
        headings: &all.headings,
        site,
        host,
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
            "h1" if all.headings.len() < 8 => all.headings.push(text_of(node)),
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

const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcsext.articlefirstpublished",
    "article.published",
    "published-date",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publicationdate",
    "pubdate",
    "pub_date",
    "og:published_time",
    "og:pubdate",
    "article:publish_date",
    "citation_publication_date",
    "citation_date",
    "rnews:datepublished",
    "article.created",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "bt:pubdate",
    "article_date_original",
    "originalpublicationdate",
    "shareaholic:article_published_time",
    "field-name-post-date",
    "dateposted",
    "release_date",
];

/// Names that templates give the day of publication and the day of the last change alike.
const LOOSE: &[&str] = &[
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "date",
    "timestamp",
    "created",
    "datecreated",
    "dc.created",
    "last-publish",
    "ptime",
];

const MODIFIED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "last-modified",
    "revised",
    "modified",
    "article:modified",
];

/// What each kind of metadata says of the publication, in the order of trust.
fn published(all: &Collected<'_>) -> Vec<PageDate> {
    let structured = all.said.published.as_deref().and_then(dates::iso);
    let meta = PUBLISHED.iter().flat_map(|name| all.all(name)).find_map(dates::iso);
    let structured = structured.map(|iso| dates::from("json-ld", iso));
    let meta = meta.map(|iso| dates::from("meta", iso));
    structured.into_iter().chain(meta).chain(itemprop_date(all, false)).collect()
}

fn loosely(all: &Collected<'_>) -> Option<PageDate> {
    let values = LOOSE.iter().flat_map(|name| all.all(name));
    values.into_iter().find_map(dates::iso).map(|iso| dates::from("meta", iso))
}

fn address_day(all: &Collected<'_>) -> Option<String> {
    let named = [all.canonical, all.meta(&["og:url"])];
    named.into_iter().flatten().find_map(|address| dates::in_url(&Url::parse(address.trim()).ok()?))
}

fn modified(all: &Collected<'_>) -> Option<PageDate> {
    let structured =
        all.said.modified.as_deref().and_then(dates::iso).map(|iso| dates::from("json-ld", iso));
    structured
        .or_else(|| {
            MODIFIED
                .iter()
                .flat_map(|name| all.all(name))
                .find_map(dates::iso)
                .map(|iso| dates::from("meta", iso))
        })
        .or_else(|| itemprop_date(all, true))
}

fn itemprop_date(all: &Collected<'_>, modified: bool) -> Option<PageDate> {
    let mut values = all.itemprop_dates.iter().filter(|(is, _)| *is == modified);
    values.find_map(|(_, value)| dates::iso(value)).map(|iso| dates::from("time", iso))
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
