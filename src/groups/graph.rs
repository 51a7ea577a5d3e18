//! The graph: pages, what they declare of one another, and what speaks against a pair.
//!
//! Keys are resolved to pages here, through redirects and canonical URLs of the same host. Nothing
//! is joined here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::score::{self, ACCEPTED, CONTRADICTS, MAX_FROM_ONE_LANGUAGE, OWN_WORD_DIFFERS};
use super::{Builder, Evidence, Kept, Why};
use crate::lang::Lang;

/// Redirects followed from one declaration.
const MAX_MOVES: usize = 10;

/// What one page declares of another.
#[derive(Clone, Debug, Default)]
struct Declared {
    lang: Option<u16>,
    evidence: BTreeSet<Evidence>,
}

/// A pair of pages and what it is worth.
pub(super) struct Pair {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) lang: Option<u16>,
    pub(super) worth: f64,
    pub(super) score: f64,
    pub(super) reciprocal: bool,
    pub(super) evidence: Vec<Evidence>,
    pub(super) aside: Option<Why>,
}

/// Pages that may be members, and what they declare of one another.
pub(super) struct Graph<'a> {
    pub(super) builder: &'a Builder,
    /// The language key of each page, by number.
    keys: Vec<Option<String>>,
    declared: BTreeMap<(usize, usize), Declared>,
    hubs: BTreeSet<usize>,
}

impl<'a> Graph<'a> {
    pub(super) fn of(builder: &'a Builder) -> Self {
        let keys =
            builder.pages.iter().map(|page| page.lang(builder).map(Lang::group_key)).collect();
        let mut graph = Self { builder, keys, declared: BTreeMap::new(), hubs: BTreeSet::new() };
        let (index, spelled) = graph.index();
        for claim in &builder.claims {
            let Some(to) = resolve(builder, &index, claim.to) else { continue };
            let from = spelled.get(claim.from as usize).copied().unwrap_or(claim.from as usize);
            let to = spelled.get(to).copied().unwrap_or(to);
            if from == to || graph.is_front_page(from) || graph.is_front_page(to) {
                continue;
            }
            let declared = graph.declared.entry((from, to)).or_default();
            declared.lang = declared.lang.or(claim.lang);
            declared.evidence.insert(claim.evidence);
        }
        graph.learn_languages();
        graph.hubs = graph.find_hubs();
        graph
    }

    /// A page that gives no sign of its language is in the one it is declared to be in, when all
    /// declarations agree.
    fn learn_languages(&mut self) {
        let mut said: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        for ((_, to), declared) in &self.declared {
            if let Some(lang) = self.builder.lang(declared.lang).filter(|_| self.key(*to).is_none())
            {
                said.entry(*to).or_default().insert(lang.group_key());
            }
        }
        for (page, keys) in said.into_iter().filter(|(_, keys)| keys.len() == 1) {
            if let Some(slot) = self.keys.get_mut(page) {
                *slot = keys.into_iter().next();
            }
        }
    }

    /// Keys to pages, and for each page the page it is a spelling of.
    fn index(&self) -> (HashMap<u64, usize>, Vec<usize>) {
        let pages = &self.builder.pages;
        let mut index = HashMap::with_capacity(pages.len());
        for (number, page) in pages.iter().enumerate() {
            index.entry(page.key).or_insert(number);
        }
        let mut spelled: Vec<usize> = (0..pages.len()).collect();
        for (number, page) in pages.iter().enumerate() {
            let first = index.get(&page.key).copied().unwrap_or(number);
            let canonical = page.canonical.and_then(|key| resolve(self.builder, &index, key));
            // A canonical in another language is a page of its own: a translation, or nothing.
            let same = canonical
                .filter(|other| self.key(*other) == self.key(number) && self.key(number).is_some());
            if let Some(slot) = spelled.get_mut(number) {
                *slot = same.unwrap_or(first);
            }
        }
        // One step only: a canonical chain that turns back on itself must not join its pages.
        for (number, page) in pages.iter().enumerate() {
            if let Some(key) = page.canonical {
                index.entry(key).or_insert(number);
            }
        }
        (index, spelled)
    }

    pub(super) fn page(&self, number: usize) -> Option<&'a Kept> {
        self.builder.pages.get(number)
    }

    pub(super) fn key(&self, number: usize) -> Option<&str> {
        self.keys.get(number)?.as_deref()
    }

    pub(super) fn url(&self, number: usize) -> &'a str {
        self.page(number).map_or("", |page| &page.url)
    }

    /// The URLs of a pair, the smaller first.
    pub(super) fn name(&self, pair: &Pair) -> (&'a str, &'a str) {
        let (a, b) = (self.url(pair.from), self.url(pair.to));
        if a < b { (a, b) } else { (b, a) }
    }

    fn is_front_page(&self, number: usize) -> bool {
        self.page(number).is_some_and(|page| page.is_front)
    }

    /// Pages that more articles of one language declare than can be translations of one.
    fn find_hubs(&self) -> BTreeSet<usize> {
        let mut counts: HashMap<(usize, &str), usize> = HashMap::new();
        for (from, to) in self.declared.keys() {
            if let Some(key) = self.key(*from) {
                *counts.entry((*to, key)).or_default() += 1;
            }
        }
        let many = counts.into_iter().filter(|(_, count)| *count > MAX_FROM_ONE_LANGUAGE);
        many.map(|((to, _), _)| to).collect()
    }

    /// Every pair of which one page declares the other, once.
    pub(super) fn pairs(&self) -> Vec<Pair> {
        let once =
            |(from, to): &&(usize, usize)| from < to || !self.declared.contains_key(&(*to, *from));
        self.declared.keys().filter(once).map(|(from, to)| self.pair(*from, *to)).collect()
    }

    fn pair(&self, from: usize, to: usize) -> Pair {
        let (there, back) = (self.declared.get(&(from, to)), self.declared.get(&(to, from)));
        let worth = |one: Option<&Declared>| {
            let evidence: Vec<_> = one.iter().flat_map(|one| &one.evidence).copied().collect();
            score::one_direction(&evidence)
        };
        let (ahead, behind) = (worth(there), worth(back));
        let evidence = there.iter().chain(&back).flat_map(|one| &one.evidence).copied();
        let lang = there.and_then(|one| one.lang);
        let mut pair = Pair {
            from,
            to,
            lang,
            worth: ahead.max(behind),
            score: score::both_directions(ahead, behind),
            reciprocal: there.is_some() && back.is_some(),
            evidence: evidence.collect::<BTreeSet<_>>().into_iter().collect(),
            aside: None,
        };
        for (page, one) in [(to, there), (from, back)] {
            if self.own_word_differs(page, one) {
                pair.score *= OWN_WORD_DIFFERS;
            }
        }
        pair.aside = self.reason_against(&pair, there, back);
        pair
    }

    /// Whether a page too short to tell its language calls itself another one than declared.
    fn own_word_differs(&self, page: usize, declared: Option<&Declared>) -> bool {
        let lang = |number| self.builder.lang(number);
        let Some(page) = self.page(page) else { return false };
        match (declared.and_then(|one| lang(one.lang)), lang(page.declared), page.detected) {
            (Some(said), Some(own), None) => !said.agrees(own),
            _ => false,
        }
    }

    fn reason_against(
        &self,
        pair: &Pair,
        there: Option<&Declared>,
        back: Option<&Declared>,
    ) -> Option<Why> {
        // A page that answers an article by name is its translation, however many copies of that
        // article (print pages, campaign tags) name it too.
        let mutual = there.is_some() && back.is_some();
        if !mutual && (self.hubs.contains(&pair.to) || self.hubs.contains(&pair.from)) {
            return Some(Why::Hub);
        }
        if self.is_untranslated(pair.to, there)
            || self.is_untranslated(pair.from, back)
            || self.key(pair.from) == self.key(pair.to)
        {
            return Some(Why::DeclaredUntranslated);
        }
        if self.key(pair.from).is_none() || self.key(pair.to).is_none() {
            return Some(Why::Weak);
        }
        if back.is_none() && self.contradicts(pair.to, pair.from) {
            return Some(Why::Contradicted);
        }
        (pair.score < ACCEPTED).then_some(Why::Weak)
    }

    /// Whether the text of a page is in another language than it was declared to be in.
    fn is_untranslated(&self, page: usize, declared: Option<&Declared>) -> bool {
        let detected = self.page(page).and_then(|page| self.builder.lang(page.detected));
        let said = declared.and_then(|one| self.builder.lang(one.lang));
        said.zip(detected).is_some_and(|(said, detected)| !said.agrees(detected))
    }

    /// Whether `page` names another page where `other` would stand.
    fn contradicts(&self, page: usize, other: usize) -> bool {
        let named = self.declared.range((page, 0)..=(page, usize::MAX));
        named.filter(|((_, to), _)| *to != other && self.key(*to) == self.key(other)).any(
            |(_, one)| {
                let evidence: Vec<_> = one.evidence.iter().copied().collect();
                score::one_direction(&evidence) >= CONTRADICTS
            },
        )
    }
}

/// The page of a key, redirects followed.
fn resolve(builder: &Builder, index: &HashMap<u64, usize>, key: u64) -> Option<usize> {
    let mut key = key;
    for _ in 0..MAX_MOVES {
        if let Some(page) = index.get(&key) {
            return Some(*page);
        }
        key = *builder.moved.get(&key)?;
    }
    None
}
