//! What can be read of a feed that is broken: cut, with a bare `&`, with tags that do not match.
//!
//! The parser of feeds gives a whole feed or none. This reads event by event as far as the text
//! goes, and takes each entry's page by what names it: its plain link, its permalink, its id. An
//! entry whose link is cut is left out: half a URL is another URL.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use url::Url;

use super::sitemap::{attribute, resolve};
use super::{Listing, MAX_ENTRIES};
use crate::address::MAX_URL_BYTES;
use crate::page::LinkKind;

/// Elements open in one entry whose names are remembered; deeper ones are only counted.
const MAX_DEPTH: usize = 64;

/// Takes in the entries of a broken feed, as far as it can be read. Total.
pub(super) fn entries(text: &str, base: &Url, listing: &mut Listing) {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut reading = Reading { base, listing, entry: None, entries: 0 };
    while let Ok(event) = reader.read_event() {
        if matches!(event, Event::Eof) || reading.entries > MAX_ENTRIES {
            break;
        }
        reading.take(&event);
    }
    reading.close();
}

/// An element that names the entry's page, by how well it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// `id` of Atom, when it is a URL.
    Id,
    /// `guid` of RSS, when it is one.
    Guid,
    Link,
}

/// One entry while it is read.
#[derive(Default)]
struct Entry {
    /// The elements open in it, outermost first.
    open: Vec<String>,
    deeper: u64,
    /// Whether it is one of RSS, whose links count also inside of what was never closed.
    is_item: bool,
    /// The text that is being read, how it names the page, and the elements open around it.
    text: Option<(Name, String, usize)>,
    page: Option<(Name, String)>,
}

struct Reading<'a> {
    base: &'a Url,
    listing: &'a mut Listing,
    entry: Option<Entry>,
    entries: usize,
}

impl Reading<'_> {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(tag) if is_entry(tag.local_name().as_ref()) => {
                // One that was never closed ends where the next begins.
                self.close();
                self.entries += 1;
                let is_item = tag.local_name().as_ref() == "item";
                self.entry = Some(Entry { is_item, ..Entry::default() });
            }
            Event::Start(tag) => {
                if let Some(entry) = &mut self.entry {
                    entry.open(tag);
                }
            }
            Event::Empty(tag) => {
                if let Some(entry) = self.entry.as_mut().filter(|entry| entry.open.is_empty()) {
                    entry.link(tag);
                }
            }
            Event::End(tag) if is_entry(tag.local_name().as_ref()) => self.close(),
            Event::End(tag) => {
                if let Some(entry) = &mut self.entry {
                    entry.end(tag.local_name().as_ref());
                }
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(name) => self.text(&resolve(name)),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, known, _)) = self.entry.as_mut().and_then(|entry| entry.text.as_mut())
            && known.len() <= MAX_URL_BYTES
        {
            known.push_str(text);
        }
    }

    fn close(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        let named = entry.page.filter(|(name, text)| {
            *name == Name::Link || text.starts_with("http://") || text.starts_with("https://")
        });
        let link = named.and_then(|(_, text)| {
            self.listing.link(&text, self.base, LinkKind::FeedEntry, "entry/link")
        });
        if link.is_none() {
            self.listing.note("an entry of a broken feed without a link that was read");
        }
    }
}

impl Entry {
    fn open(&mut self, tag: &BytesStart<'_>) {
        let (local, depth) = (tag.local_name(), self.open.len());
        let name = match local.as_ref() {
            "link" if attribute(tag, "href").is_none() => Some(Name::Link),
            "guid" => Some(Name::Guid),
            "id" => Some(Name::Id),
            _ => None,
        };
        if depth == 0 {
            self.link(tag);
        }
        if let Some(name) = name.filter(|_| depth == 0 || self.is_item) {
            self.text = Some((name, String::new(), depth));
        }
        if depth < MAX_DEPTH {
            self.open.push(local.as_ref().to_owned());
        } else {
            self.deeper += 1;
        }
    }

    /// What is left open inside an element ends with it.
    fn end(&mut self, name: &str) {
        if self.deeper > 0 {
            self.deeper -= 1;
        } else if let Some(at) = self.open.iter().rposition(|open| open == name) {
            self.open.truncate(at);
        }
        let open = self.open.len();
        if let Some((name, text, _)) = self.text.take_if(|(.., around)| open <= *around) {
            self.name(name, text.trim().to_owned());
        }
    }

    /// A link of Atom; no `rel` is `alternate` (RFC 4287 §4.2.7.2).
    fn link(&mut self, tag: &BytesStart<'_>) {
        let is_page =
            attribute(tag, "rel").is_none_or(|rel| rel.trim().eq_ignore_ascii_case("alternate"));
        if tag.local_name().as_ref() == "link"
            && is_page
            && let Some(href) = attribute(tag, "href")
        {
            self.name(Name::Link, href);
        }
    }

    /// The best name counts, and of two such the first.
    fn name(&mut self, name: Name, text: String) {
        let is_better = self.page.as_ref().is_none_or(|(known, _)| *known < name);
        if is_better && !text.is_empty() {
            self.page = Some((name, text));
        }
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name, "item" | "entry")
}
