//! The graph: what pages declare of one another, resolved, and which of them are hubs.
//!
//! Flat sorted arrays, so that a million declarations take some tens of megabytes. Each link is
//! held against the page it leads to here ([`Graph::fault`]); whether two pages belong together
//! is weighed in `pair`. Nothing is joined here.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use url::Url;

use super::builder::{Builder, Kept};
use super::places::{Places, Reach};
use super::score::{CONTRADICTS, MAX_FROM_ONE_LANGUAGE, worth};
use super::variants::Variants;
use super::{Evidence, Why};
use crate::lang::Lang;
use crate::page::{Place, Signal};

/// Pages of one node: one a language, and no site has more languages.
const MAX_NODE_PAGES: usize = 200;

/// One page declares another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) from: u32,
    pub(super) to: u32,
    pub(super) lang: Option<u16>,
    pub(super) evidence: Evidence,
    /// Whether the declared URL redirects to the page.
    pub(super) moved: bool,
}

/// Languages as grouping compares them, by number; 0 is none.
pub(super) struct Keys {
    names: Vec<String>,
    of_lang: Vec<u16>,
    of_page: Vec<u16>,
}

/// Pages that may be members, and what they declare of one another.
pub(super) struct Graph {
    pub(super) builder: Builder,
    pub(super) places: Places,
    pub(super) keys: Keys,
    /// In order of `from` and `to`.
    links: Vec<Link>,
    /// Languages for which a page firmly names something nobody fetched, in order.
    elsewhere: Vec<(u32, u16)>,
    hubs: HashSet<u32>,
    pub(super) variants: Variants,
    /// The articles of one language that firmly declare a page, where they are several.
    crowded: HashMap<(u32, u16), Vec<u32>>,
}

impl Graph {
    pub(super) fn of(builder: Builder) -> Self {
        let keys = Keys::of(&builder);
        let places = Places::of(&builder, &keys.of_page);
        let mut graph = Self {
            builder,
            places,
            keys,
            links: Vec::new(),
            elsewhere: Vec::new(),
            hubs: HashSet::new(),
            variants: Variants::default(),
            crowded: HashMap::new(),
        };
        graph.lay_out();
        graph.join_nodes();
        graph.links.sort_unstable();
        graph.links.dedup();
        graph.elsewhere.sort_unstable();
        graph.elsewhere.dedup();
        graph.learn_languages();
        graph.variants = Variants::of(&graph);
        graph.find_hubs();
        graph
    }

    fn lay_out(&mut self) {
        for claim in &self.builder.claims {
            let from = self.places.home(claim.from);
            match self.places.reach(&self.builder, claim.to) {
                Reach::Page { page: to, moved }
                    if from != to && !self.is_front(from) && !self.is_front(to) =>
                {
                    let (lang, evidence) = (claim.lang, claim.evidence);
                    self.links.push(Link { from, to, lang, evidence, moved });
                }
                Reach::Unknown if worth(claim.evidence.signal) >= CONTRADICTS => {
                    self.elsewhere.push((from, self.keys.of_lang(claim.lang)));
                }
                _ => {}
            }
        }
    }

    /// The same node of a content system in two languages of one host is one article, whatever
    /// the pages say of each other.
    fn join_nodes(&mut self) {
        let mut nodes: BTreeMap<(String, &str), BTreeSet<u32>> = BTreeMap::new();
        for (number, page) in (0_u32..).zip(&self.builder.pages) {
            let Some(node) = page.node.as_deref().filter(|_| !page.stale && !page.is_front) else {
                continue;
            };
            let host = Url::parse(&page.url).ok().and_then(|url| url.host_str().map(str::to_owned));
            let pages = nodes.entry((host.unwrap_or_default(), node)).or_default();
            pages.insert(self.places.home(number));
        }
        let evidence = Evidence { signal: Signal::DrupalPath, place: Place::Chrome };
        let mut found = Vec::new();
        for pages in nodes.values().filter(|pages| pages.len() <= MAX_NODE_PAGES) {
            for (from, to) in pages.iter().flat_map(|from| pages.iter().map(move |to| (*from, *to)))
            {
                if self.key(from) != self.key(to) {
                    let lang = self.page(to).and_then(|page| page.lang(&self.builder));
                    found.push(Link { from, to, lang, evidence, moved: false });
                }
            }
        }
        self.links.extend(found);
    }

    /// A page that gives no sign of its language is in the one it is declared to be in, when all
    /// declarations agree.
    fn learn_languages(&mut self) {
        let mut said: HashMap<u32, BTreeSet<u16>> = HashMap::new();
        for link in self.links.iter().filter(|link| self.key(link.to) == 0) {
            let key = self.keys.of_lang(link.lang);
            if key != 0 {
                said.entry(link.to).or_default().insert(key);
            }
        }
        for (page, keys) in said.into_iter().filter(|(_, keys)| keys.len() == 1) {
            if let Some(slot) = self.keys.of_page.get_mut(page as usize) {
                *slot = keys.first().copied().unwrap_or_default();
            }
        }
    }

    /// Pages that more articles of one language declare than can be translations of one; pages
    /// with one text ("not found", "please log in") count as one, and so do variants for regions.
    fn find_hubs(&mut self) {
        let firm = |link: &Link| worth(link.evidence.signal) >= CONTRADICTS;
        let mut alike = self.alike();
        for (page, first) in self.variants.first() {
            alike.entry(page).or_insert(first);
        }
        let one = |page: u32| alike.get(&page).copied().unwrap_or(page);
        let mut said: Vec<(u32, u16, u32, bool)> = self
            .links
            .iter()
            .filter(|link| self.key(link.from) != 0)
            .map(|link| (one(link.to), self.key(link.from), one(link.from), firm(link)))
            .collect();
        said.sort_unstable();
        for of_page in said.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let Some((page, key, ..)) = of_page.first() else { continue };
            let by_article = || of_page.chunk_by(|one, other| one.2 == other.2);
            if by_article().count() > MAX_FROM_ONE_LANGUAGE {
                self.hubs.insert(*page);
                self.hubs.extend(
                    alike.iter().filter(|(_, first)| *first == page).map(|(page, _)| *page),
                );
            }
            let firm = by_article().filter(|said| said.iter().any(|(.., firm)| *firm));
            let firm: Vec<u32> = firm.filter_map(|said| Some(said.first()?.2)).collect();
            if firm.len() > 1 {
                self.crowded.insert((*page, *key), firm);
            }
        }
    }

    /// The pages that have the text of an earlier one of their host, with the first of them. On
    /// another host it is a text that two papers print, each with its own translation.
    fn alike(&self) -> HashMap<u32, u32> {
        let mut first: HashMap<(&str, u64, u64), u32> = HashMap::new();
        let mut alike = HashMap::new();
        for number in self.links.iter().flat_map(|link| [link.from, link.to]) {
            let page = self.page(number);
            let Some((page, text)) = page.and_then(|page| Some((page, page.text.as_ref()?))) else {
                continue;
            };
            let host = page.url.split('/').nth(2).unwrap_or_default();
            let known = *first.entry((host, text.hash, page.length)).or_insert(number);
            if known != number {
                alike.insert(number, known);
            }
        }
        alike
    }

    pub(super) fn page(&self, number: u32) -> Option<&Kept> {
        self.builder.pages.get(number as usize)
    }

    /// The number of the language of a page, 0 where it is unknown.
    pub(super) fn key(&self, page: u32) -> u16 {
        self.keys.of_page.get(page as usize).copied().unwrap_or_default()
    }

    /// The language of a page as members are keyed, empty where it is unknown.
    pub(super) fn key_name(&self, page: u32) -> &str {
        self.keys.name(self.key(page))
    }

    pub(super) fn url(&self, number: u32) -> &str {
        self.page(number).map_or("", |page| &page.url)
    }

    pub(super) fn is_front(&self, number: u32) -> bool {
        self.page(number).is_some_and(|page| page.is_front)
    }

    pub(super) fn is_hub(&self, number: u32) -> bool {
        self.hubs.contains(&number)
    }

    /// The articles of a language that firmly declare a page, where they are several.
    pub(super) fn crowd(&self, number: u32, key: u16) -> &[u32] {
        self.crowded.get(&(number, key)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn links(&self) -> &[Link] {
        &self.links
    }

    /// What one page declares, of whichever page.
    pub(super) fn links_from(&self, from: u32) -> &[Link] {
        let begin = self.links.partition_point(|link| link.from < from);
        let end = self.links.partition_point(|link| link.from <= from);
        self.links.get(begin..end).unwrap_or_default()
    }

    /// What one page declares of another.
    pub(super) fn links_between(&self, from: u32, to: u32) -> &[Link] {
        let begin = self.links.partition_point(|link| (link.from, link.to) < (from, to));
        let end = self.links.partition_point(|link| (link.from, link.to) <= (from, to));
        self.links.get(begin..end).unwrap_or_default()
    }

    /// Whether a page firmly names something for a language that nobody fetched.
    pub(super) fn names_elsewhere(&self, page: u32, key: u16) -> bool {
        key != 0 && self.elsewhere.binary_search(&(page, key)).is_ok()
    }

    /// What is wrong with a link, seen from the page it leads to.
    pub(super) fn fault(&self, link: &Link) -> Option<Why> {
        let said = self.builder.lang(link.lang)?;
        let page = self.page(link.to)?;
        if let Some(detected) = self.builder.lang(page.detected) {
            let elsewhere = if link.moved { Why::Redirected } else { Why::DeclaredUntranslated };
            return (!said.agrees(detected)).then_some(elsewhere);
        }
        let key = self.keys.of_lang(link.lang);
        let also = self.links_between(link.from, link.to).iter();
        let many = also.map(|other| self.keys.of_lang(other.lang)).any(|k| k != 0 && k != key);
        let own = self.builder.lang(page.declared);
        (many && !own.is_some_and(|own| own.same(said))).then_some(Why::ManyLanguages)
    }
}

impl Keys {
    fn of(builder: &Builder) -> Self {
        let mut names = vec![String::new()];
        let mut numbers: HashMap<String, u16> = HashMap::new();
        let mut number = |lang: &Lang| {
            let key = lang.group_key();
            let next = u16::try_from(names.len()).unwrap_or_default();
            *numbers.entry(key.clone()).or_insert_with(|| {
                names.push(key);
                next
            })
        };
        let of_lang: Vec<u16> = builder.langs().iter().map(&mut number).collect();
        let key = |lang: Option<u16>| {
            lang.and_then(|lang| of_lang.get(usize::from(lang)).copied()).unwrap_or_default()
        };
        let of_page = builder.pages.iter().map(|page| key(page.lang(builder))).collect();
        Self { names, of_lang, of_page }
    }

    /// The key of a language by its number in the builder, 0 for none.
    pub(super) fn of_lang(&self, lang: Option<u16>) -> u16 {
        lang.and_then(|lang| self.of_lang.get(usize::from(lang)).copied()).unwrap_or_default()
    }

    /// The key as text, `zh-Hant`.
    pub(super) fn name(&self, key: u16) -> &str {
        self.names.get(usize::from(key)).map_or("", String::as_str)
    }
}
