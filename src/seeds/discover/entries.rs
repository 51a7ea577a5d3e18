//! Alternates of a feed's entries: `link rel=alternate hreflang` inside an entry of Atom
//! (RFC 4287 §4.2.7), or inside an item of RSS under Atom's or XHTML's prefix.
//!
//! Read event by event beside the feed itself, whose parser keeps no such links of RSS. An entry's
//! page is what its plain link names; without one, the first of its alternates.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use url::Url;

use super::sitemap::{attribute, resolve};
use super::{MAX_ALTERNATES, MAX_ENTRIES};
use crate::address::{MAX_URL_BYTES, fetchable};
use crate::lang::Lang;
use crate::page::{Alternate, Place, Signal};

/// What the entries of a feed declare: each with its page. Total.
pub(super) fn alternates(text: &str, base: &Url) -> Vec<(String, Vec<Alternate>)> {
    // Most feeds declare nothing, and are not read twice for it.
    if !text.contains("hreflang") {
        return Vec::new();
    }
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut reading = Reading { base, depth: 0, entry: None, in_link: false, found: Vec::new() };
    // What is broken behind this point was noted by who read the feed.
    while let Ok(event) = reader.read_event() {
        if matches!(event, Event::Eof) || reading.found.len() >= MAX_ENTRIES {
            break;
        }
        reading.take(&event);
    }
    reading.found
}

struct Entry {
    /// How deep its own element stands.
    depth: u64,
    page: Option<String>,
    text: String,
    alternates: Vec<Alternate>,
}

struct Reading<'a> {
    base: &'a Url,
    depth: u64,
    entry: Option<Entry>,
    /// Whether the text of an RSS `link` is read.
    in_link: bool,
    found: Vec<(String, Vec<Alternate>)>,
}

impl Reading<'_> {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                self.open(tag);
            }
            Event::Empty(tag) => self.link(tag, self.depth + 1),
            Event::End(tag) => {
                let name = tag.local_name();
                if matches!(name.as_ref(), "item" | "entry") {
                    self.depth = self.entry.as_ref().map_or(self.depth, |entry| entry.depth);
                    self.close();
                }
                self.depth = self.depth.saturating_sub(1);
                self.in_link = false;
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(name) => self.text(&resolve(name)),
            _ => {}
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) {
        let name = tag.local_name();
        match (name.as_ref(), &self.entry) {
            ("item" | "entry", None) => {
                let (page, text, alternates) = (None, String::new(), Vec::new());
                self.entry = Some(Entry { depth: self.depth, page, text, alternates });
            }
            ("link", Some(entry)) if self.depth == entry.depth + 1 => {
                self.in_link = attribute(tag, "href").is_none();
                self.link(tag, self.depth);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(entry) = self.entry.as_mut().filter(|_| self.in_link)
            && entry.text.len() <= MAX_URL_BYTES
        {
            entry.text.push_str(text);
        }
    }

    /// A link with an address: the entry's page, or an alternate of it.
    fn link(&mut self, tag: &BytesStart<'_>, depth: u64) {
        let Some(entry) = self.entry.as_mut().filter(|entry| depth == entry.depth + 1) else {
            return;
        };
        if tag.local_name().as_ref() != "link" {
            return;
        }
        // No `rel` is `alternate` (RFC 4287 §4.2.7.2).
        let is_alternate =
            attribute(tag, "rel").is_none_or(|rel| rel.trim().eq_ignore_ascii_case("alternate"));
        let is_page = attribute(tag, "type").is_none_or(|kind| kind.contains("html"));
        let href = attribute(tag, "href").filter(|_| is_alternate && is_page);
        let Some((href, url)) =
            href.and_then(|href| fetchable(&href, Some(self.base)).ok().map(|url| (href, url)))
        else {
            return;
        };
        match attribute(tag, "hreflang") {
            Some(lang_raw) if entry.alternates.len() < MAX_ALTERNATES => {
                entry.alternates.push(Alternate {
                    url: url.into(),
                    url_raw: href,
                    about: None,
                    lang: Lang::parse(&lang_raw),
                    lang_raw,
                    signal: Signal::Feed,
                    place: Place::Feed,
                });
            }
            Some(_) => {}
            None => entry.page = entry.page.take().or(Some(url.into())),
        }
    }

    fn close(&mut self) {
        let Some(mut entry) = self.entry.take() else { return };
        let named = Some(entry.text.trim()).filter(|text| !text.is_empty());
        let named = named.and_then(|text| fetchable(text, Some(self.base)).ok()).map(String::from);
        let first = || entry.alternates.first().map(|one| one.url.clone());
        let Some(page) = entry.page.take().or(named).or_else(first) else { return };
        // What names the page itself only tells its language.
        entry.alternates.retain(|one| one.url != page);
        if !entry.alternates.is_empty() {
            self.found.push((page, entry.alternates));
        }
    }
}
