//! Sitemaps, read event by event: depth is counted, never built.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use url::Url;

use super::{
    BROKEN, Listing, MAX_ALTERNATES, MAX_ENTRIES, MAX_SITEMAP, is_url_line, within,
    without_declaration,
};
use crate::address::{MAX_URL_BYTES, fetchable, without_userinfo};
use crate::lang::Lang;
use crate::page::{Alternate, LinkKind, Place, Signal};

/// Reads a sitemap, a sitemap index or a list of URLs in plain text. Total.
pub fn sitemap(text: &str, base: &Url) -> Listing {
    let mut listing = Listing::default();
    let text = within(text, MAX_SITEMAP, &mut listing);
    let text = without_declaration(text);
    if text.starts_with('<') {
        Reading { base, listing, depth: 0, entry: None, in_loc: false, entries: 0 }.run(text)
    } else {
        lines(text, base, listing)
    }
}

/// The text form: one URL a line.
fn lines(text: &str, base: &Url, mut listing: Listing) -> Listing {
    let urls = text.lines().map(str::trim).filter(|line| is_url_line(line));
    let mut count = 0;
    for line in urls {
        count += 1;
        if count <= MAX_ENTRIES {
            listing.link(line, base, LinkKind::SitemapEntry, "line");
        }
    }
    if count > MAX_ENTRIES {
        listing.over(count);
    }
    listing
}

/// One `url` or `sitemap` element while it is read.
struct Entry {
    kind: LinkKind,
    loc: String,
    alternates: Vec<Alternate>,
}

struct Reading<'a> {
    base: &'a Url,
    listing: Listing,
    depth: u64,
    entry: Option<Entry>,
    in_loc: bool,
    entries: usize,
}

impl Reading<'_> {
    fn run(mut self, text: &str) -> Listing {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => self.take(&event),
                Err(error) => {
                    let what = format!(
                        "the sitemap is broken at byte {}: {error}; what stands before it was read",
                        reader.error_position()
                    );
                    self.listing.defect(BROKEN, what);
                    break;
                }
            }
        }
        if self.entries > MAX_ENTRIES {
            self.listing.over(self.entries);
        }
        self.listing.list_alternates(LinkKind::SitemapEntry, "url/link/@href");
        self.listing
    }

    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                self.open(tag);
            }
            Event::Empty(tag) if self.depth == 2 => self.alternate(tag),
            Event::End(tag) => {
                // The end of an entry is an anchor: an element left open inside it ends with it.
                let ends_entry = matches!(tag.local_name().as_ref(), "url" | "sitemap");
                self.depth = if ends_entry { 1 } else { self.depth.saturating_sub(1) };
                self.in_loc = false;
                if self.depth == 1 {
                    self.close();
                }
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(name) => self.text(&resolve(name)),
            _ => {}
        }
    }

    /// `image:loc` and `video:…` stand one level deeper than the page's own `loc`.
    fn open(&mut self, tag: &BytesStart<'_>) {
        let name = tag.local_name();
        match (self.depth, name.as_ref()) {
            (2, "url") => self.begin(LinkKind::SitemapEntry),
            (2, "sitemap") => self.begin(LinkKind::Sitemap),
            (3, "loc") => self.in_loc = true,
            (3, "link") => self.alternate(tag),
            _ => {}
        }
    }

    fn begin(&mut self, kind: LinkKind) {
        self.entries += 1;
        let within = self.entries <= MAX_ENTRIES;
        self.entry = within.then(|| Entry { kind, loc: String::new(), alternates: Vec::new() });
    }

    fn text(&mut self, text: &str) {
        if let Some(entry) = self.entry.as_mut().filter(|_| self.in_loc)
            && entry.loc.len() <= MAX_URL_BYTES
        {
            entry.loc.push_str(text);
        }
    }

    /// `xhtml:link rel=alternate hreflang href`, under any prefix.
    fn alternate(&mut self, tag: &BytesStart<'_>) {
        let Some(entry) = self.entry.as_mut().filter(|_| tag.local_name().as_ref() == "link")
        else {
            return;
        };
        if entry.alternates.len() >= MAX_ALTERNATES {
            let loc = entry.loc.trim();
            return self
                .listing
                .note(format!("only {MAX_ALTERNATES} alternates of {loc} were read"));
        }
        let is_alternate =
            attribute(tag, "rel").is_none_or(|rel| rel.trim().eq_ignore_ascii_case("alternate"));
        let (Some(lang), Some(href)) = (attribute(tag, "hreflang"), attribute(tag, "href")) else {
            return;
        };
        if let Ok(url) = fetchable(&href, Some(self.base))
            && is_alternate
        {
            entry.alternates.push(Alternate {
                url: url.into(),
                url_raw: without_userinfo(&href).into_owned(),
                about: None,
                lang: Lang::parse(&lang),
                lang_raw: lang,
                signal: Signal::Sitemap,
                place: Place::Sitemap,
            });
        }
    }

    fn close(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        let context = if entry.kind == LinkKind::Sitemap { "sitemap/loc" } else { "url/loc" };
        let loc = entry.loc.trim();
        let Some(page) = self.listing.link(loc, self.base, entry.kind, context) else {
            let start: String = loc.chars().take(80).collect();
            self.listing.note(format!("an entry without a URL that can be fetched: {start:?}"));
            return;
        };
        if !entry.alternates.is_empty() {
            self.listing.alternates.push((page, entry.alternates));
        }
    }
}

pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    // Entities other than the five of XML are an error here: nothing is expanded.
    let value = found.normalized_value(XmlVersion::Implicit1_0).map(Cow::into_owned);
    value.ok().or_else(|| unescaped(&found.value))
}

/// A value in which a bare `&` stands for itself, as many write it in a URL; `None` where an entity
/// is named that is not XML's own.
fn unescaped(value: &str) -> Option<String> {
    let mut parts = value.split('&');
    let mut text = parts.next()?.to_owned();
    for part in parts {
        match part.split_once(';').filter(|(name, _)| is_name(name)) {
            Some((name, rest)) => text.extend([&*known(name)?, rest]),
            None => text.extend(["&", part]),
        }
    }
    Some(text)
}

/// Whether this may be the name of a reference (XML 1.0 §4.1).
fn is_name(text: &str) -> bool {
    let may = |c: char| c.is_alphanumeric() || matches!(c, '#' | '_' | '-' | '.' | ':');
    !text.is_empty() && text.chars().all(may)
}

/// The character a reference is for.
fn known(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else {
        return resolve_predefined_entity(name).map(str::to_owned);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).map(String::from)
}

/// A reference to one character or to one of the five entities of XML. Another entity is nothing;
/// what cannot be the name of one (`&y=2;`) is the text that stands there.
pub(super) fn resolve(name: &BytesRef<'_>) -> String {
    match known(name) {
        Some(text) => text,
        None if is_name(name) => String::new(),
        None => format!("&{};", &**name),
    }
}
