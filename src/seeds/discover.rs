//! Discovery: what sitemaps and feeds list, as links and as evidence of alternates.
//!
//! Text in (content coding and charset removed by the caller), values out. Sitemaps are read as a
//! stream of XML events by the sitemaps.org protocol: `urlset`, `sitemapindex`, plain text, with
//! `xhtml:link` under any prefix. No entity but the five of XML is ever expanded, no DTD and no
//! file is read. Entries of feeds may name their alternates too (`entries`). Of a broken feed is taken
//! what can be read (`rescue`). What is over a limit is left out and noted, and counted as a defect.

mod entries;
mod rescue;
mod sitemap;

use std::collections::HashSet;

use url::Url;

pub use self::sitemap::sitemap;
use crate::address::fetchable;
use crate::lead::Refusal;
use crate::page::{Alternate, Link, LinkKind, PageKind};

/// Entries read from one sitemap (sitemaps.org, "Sitemap file requirements").
pub const MAX_ENTRIES: usize = 50_000;

/// Bytes read from one sitemap, uncompressed (same place).
pub const MAX_SITEMAP: usize = 50 << 20;

/// Bytes read from one feed.
pub const MAX_FEED: usize = 16 << 20;

/// Alternates taken from one entry.
pub const MAX_ALTERNATES: usize = 200;

/// Notes kept of one file: enough to see what is wrong with it.
const MAX_NOTES: usize = 20;

/// What a sitemap or a feed lists.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Listing {
    /// Its entries, and further sitemaps or feed pages, in order.
    pub links: Vec<Link>,
    /// The alternates of an entry: evidence about that page, not about the sitemap.
    pub alternates: Vec<(String, Vec<Alternate>)>,
    /// Entries that name no URL to fetch.
    pub refused: Vec<Refusal>,
    /// What was left out, and why.
    pub notes: Vec<String>,
    /// What was wrong with the file as a whole, in words that are the same for all such files.
    pub defects: Vec<&'static str>,
}

/// The defect of a file that is broken.
pub const BROKEN: &str = "a feed or sitemap that is broken: read as far as it goes";

/// The defect of a file over a limit.
pub const OVER: &str = "a feed or sitemap over a limit: the rest of it is left out";

impl Listing {
    fn note(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.notes.len() < MAX_NOTES && self.notes.last() != Some(&what) {
            self.notes.push(what);
        }
    }

    /// Notes what costs a part of the file.
    fn defect(&mut self, defect: &'static str, what: impl Into<String>) {
        self.note(what);
        if !self.defects.contains(&defect) {
            self.defects.push(defect);
        }
    }

    /// Notes that there are more entries than are read.
    fn over(&mut self, entries: usize) {
        let left = entries.saturating_sub(MAX_ENTRIES);
        let what = format!("only the first {MAX_ENTRIES} entries were read, {left} are left out");
        self.defect(OVER, what);
    }

    /// Alternates that have no entry of their own are pages of the file all the same.
    fn list_alternates(&mut self, kind: LinkKind, context: &str) {
        let mut listed: HashSet<String> = self.links.iter().map(|link| link.url.clone()).collect();
        for alternate in self.alternates.iter().flat_map(|(_, alternates)| alternates) {
            if self.links.len() < 2 * MAX_ENTRIES && listed.insert(alternate.url.clone()) {
                let (url, context) = (alternate.url.clone(), context.to_owned());
                self.links.push(Link { url, kind, context });
            }
        }
    }

    /// Takes in a link that can be fetched.
    fn link(&mut self, text: &str, base: &Url, kind: LinkKind, context: &str) -> Option<String> {
        let url = match fetchable(text, Some(base)) {
            Ok(url) => String::from(url),
            Err(why) => {
                self.refused.push(Refusal::of_text(text, &why));
                return None;
            }
        };
        self.links.push(Link { url: url.clone(), kind, context: context.to_owned() });
        Some(url)
    }
}

/// Tells a sitemap or a feed from everything else ([`PageKind::Other`]) by the root of the text;
/// the media type decides only where the text does not (JSON feeds, sitemaps in plain text).
pub fn kind(media_type: &str, text: &str) -> PageKind {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match root(text) {
        Some("urlset" | "sitemapindex") => PageKind::Sitemap,
        Some("rss" | "feed" | "RDF") => PageKind::Feed,
        None if is_json_feed(media_type, text) => PageKind::Feed,
        None if media_type == "text/plain" && is_list(text) => PageKind::Sitemap,
        _ => PageKind::Other,
    }
}

/// The local name of the first element, behind declaration, comments and document type.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    // More markup than this before the root is no file anyone reads.
    for _ in 0..64 {
        let markup = rest.trim_start().strip_prefix('<')?;
        let end = match markup.get(..3) {
            Some("!--") => "-->",
            Some(start) if start.starts_with(['!', '?']) => ">",
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, '>' | '/');
                let name = markup.split(ends).next()?;
                return name.rsplit(':').next().filter(|name| !name.is_empty());
            }
        };
        rest = match (end, markup.split_once(end)?) {
            // An internal subset holds `>` too; it ends in `]>`.
            (">", (inside, _)) if inside.contains('[') => {
                markup.split_once(']')?.1.split_once('>')?.1
            }
            (_, (_, after)) => after,
        };
    }
    None
}

fn is_json_feed(media_type: &str, text: &str) -> bool {
    let head: String = text.chars().take(512).collect();
    text.starts_with('{')
        && (media_type == "application/feed+json" || head.contains("jsonfeed.org/version"))
}

/// Whether the first lines are URLs and nothing else.
fn is_list(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(5).peekable();
    lines.peek().is_some() && lines.all(is_url_line)
}

/// One absolute URL and nothing else.
fn is_url_line(line: &str) -> bool {
    (line.starts_with("https://") || line.starts_with("http://")) && !line.contains(' ')
}

/// Reads RSS, Atom, RDF and JSON feeds. Total: of a feed that is broken is taken what can be read.
pub fn feed(text: &str, base: &Url) -> Listing {
    let mut listing = Listing::default();
    let text = without_declaration(text);
    let text = within(text, MAX_FEED, &mut listing);
    let parser = feed_rs::parser::Builder::new().base_uri(Some(base.as_str())).build();
    match parser.parse(text.as_bytes()) {
        Ok(feed) => list(&feed, base, &mut listing),
        Err(error) => {
            rescue::entries(text, base, &mut listing);
            let read = listing.links.len();
            listing
                .defect(BROKEN, format!("the feed is broken: {error}; {read} entries were read"));
        }
    }
    listing.alternates = entries::alternates(text, base);
    listing.list_alternates(LinkKind::FeedEntry, "entry/link[hreflang]");
    listing
}

/// A file up to its limit.
fn within<'a>(text: &'a str, limit: usize, listing: &mut Listing) -> &'a str {
    if text.len() <= limit {
        return text;
    }
    listing.defect(OVER, format!("only the first {limit} bytes of {} were read", text.len()));
    text.split_at(text.floor_char_boundary(limit)).0
}

fn list(feed: &feed_rs::model::Feed, base: &Url, listing: &mut Listing) {
    if feed.entries.len() > MAX_ENTRIES {
        listing.over(feed.entries.len());
    }
    for entry in feed.entries.iter().take(MAX_ENTRIES) {
        // Atom: no `rel` is `alternate` (RFC 4287 §4.2.7.2); RSS links carry none.
        let page = |link: &&feed_rs::model::Link| {
            link.rel.as_deref().is_none_or(|rel| rel.eq_ignore_ascii_case("alternate"))
        };
        let url = entry.links.iter().find(page).map_or(entry.id.as_str(), |link| &link.href);
        let is_url = url.starts_with("http") || !entry.links.is_empty();
        if !is_url || listing.link(url, base, LinkKind::FeedEntry, "entry/link").is_none() {
            listing.note(format!("an entry without a link: {}", entry.id));
        }
    }
    let next = feed.links.iter().find(|link| link.rel.as_deref() == Some("next"));
    if let Some(next) = next {
        listing.link(&next.href, base, LinkKind::Feed, "feed/link[next]");
    }
}

/// The text is decoded already; a declaration that names a charset would have it decoded twice.
fn without_declaration(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let Some(declaration) = text.strip_prefix("<?xml") else { return text };
    declaration.split_once("?>").map_or(text, |(_, rest)| rest.trim_start())
}
