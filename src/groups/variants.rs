//! Variants: one language for several regions, as pages declare it of themselves.
//!
//! They are no translations and no rivals of one another: a group has one of them as its member and
//! names the others beside it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Variant;
use super::graph::Graph;
use super::places::Reach;

/// Which pages are variants of one another, and how each is called.
#[derive(Debug, Default)]
pub(super) struct Variants {
    /// Both ends of every pair that was read.
    pairs: BTreeSet<(u32, u32)>,
    /// What is declared of each page: the language with its region, and the URL.
    of: HashMap<u32, BTreeSet<Variant>>,
}

impl Variants {
    /// Those all pages declare.
    pub(super) fn of(graph: &Graph) -> Self {
        let mut variants = Self::default();
        for (number, page) in (0_u32..).zip(&graph.builder.pages).filter(|(_, page)| !page.stale) {
            let number = graph.places.home(number);
            for (key, lang, url) in &page.variants {
                let Some(lang) = graph.builder.lang(Some(*lang)) else { continue };
                let reach = graph.places.reach(&graph.builder, *key);
                if matches!(reach, Reach::Page { page, .. } if page == number) {
                    continue;
                }
                let own = variants.of.entry(number).or_default();
                own.insert(Variant { lang: lang.clone(), url: url.to_string() });
                if let Reach::Page { page: other, .. } = reach
                    && other != number
                    && graph.key(other) == graph.key(number)
                {
                    variants.pairs.insert((number, other));
                    variants.pairs.insert((other, number));
                }
            }
        }
        variants
    }

    /// For each page that has variants the first of them all, which stands for them.
    pub(super) fn first(&self) -> BTreeMap<u32, u32> {
        let mut first = BTreeMap::new();
        for (page, other) in &self.pairs {
            let known = first.entry(*page).or_insert(*page);
            *known = (*known).min(*other);
        }
        first
    }
}

impl Graph {
    /// Whether one of two pages declares the other as its own language for another region.
    pub(super) fn are_variants(&self, one: u32, other: u32) -> bool {
        self.variants.pairs.contains(&(one, other))
    }

    /// The pages that were read and are variants of a page.
    pub(super) fn kin(&self, page: u32) -> impl Iterator<Item = u32> {
        self.variants.pairs.range((page, 0)..=(page, u32::MAX)).map(|(_, other)| *other)
    }

    /// The variants of a page: those it declares, and the pages that declare it as theirs.
    pub(super) fn variants_of(&self, page: u32) -> Vec<Variant> {
        let mut all = self.variants.of.get(&page).cloned().unwrap_or_default();
        for other in self.kin(page) {
            let (url, lang) = (self.url(other), self.page(other).and_then(|page| page.declared));
            let lang = self.builder.lang(lang).cloned();
            let is_told = all.iter().any(|told| told.url == url);
            all.extend(lang.filter(|_| !is_told).map(|lang| Variant { lang, url: url.to_owned() }));
        }
        all.into_iter().collect()
    }
}
