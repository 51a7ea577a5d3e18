//! Forming: from declarations to groups, best edge first, one member a language.
//!
//! Blind union melts a site into one group through its front pages. Here a page that many articles
//! declare joins nothing, and two components that hold the same language are never joined.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use super::score::{self, ACCEPTED, CONTRADICTS, MAX_FROM_ONE_LANGUAGE, OWN_WORD_DIFFERS};
use super::{Builder, Conflict, Edge, Evidence, Group, Kept, Member, Why};
use crate::digest::Digest;
use crate::lang::Lang;
use crate::page::alternates::target::{comparison_key, is_home};

/// Redirects followed from one declaration.
const MAX_MOVES: usize = 10;

/// Bytes of a digest that make a group's id: enough for no two of a billion groups to meet.
const ID_BYTES: usize = 8;

/// Conflicts kept for one group.
const MAX_CONFLICTS: usize = 50;

/// What one page declares of another.
#[derive(Clone, Debug, Default)]
struct Declared {
    lang: Option<u16>,
    evidence: BTreeSet<Evidence>,
}

/// A pair of pages and what it is worth.
struct Pair {
    from: usize,
    to: usize,
    lang: Option<u16>,
    worth: f64,
    score: f64,
    reciprocal: bool,
    evidence: Vec<Evidence>,
    aside: Option<Why>,
}

/// The groups of everything the builder was given.
pub(super) fn groups(builder: &Builder) -> Vec<Group> {
    let graph = Graph::of(builder);
    let mut pairs = graph.pairs();
    // Best first; ties by URL, so that the order of arrival decides nothing.
    pairs.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| graph.name(a).cmp(&graph.name(b)))
    });
    let mut forming = Forming::new(&graph);
    for pair in pairs {
        forming.take(pair);
    }
    forming.finish()
}

/// Pages that may be members, and what they declare of one another.
struct Graph<'a> {
    builder: &'a Builder,
    /// The language key of each page, by number.
    keys: Vec<Option<String>>,
    declared: BTreeMap<(usize, usize), Declared>,
    hubs: BTreeSet<usize>,
}

impl<'a> Graph<'a> {
    fn of(builder: &'a Builder) -> Self {
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
        graph.hubs = graph.find_hubs();
        graph
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

    fn page(&self, number: usize) -> Option<&'a Kept> {
        self.builder.pages.get(number)
    }

    fn key(&self, number: usize) -> Option<&str> {
        self.keys.get(number)?.as_deref()
    }

    fn url(&self, number: usize) -> &'a str {
        self.page(number).map_or("", |page| &page.url)
    }

    fn name(&self, pair: &Pair) -> (&'a str, &'a str) {
        let (a, b) = (self.url(pair.from), self.url(pair.to));
        if a < b { (a, b) } else { (b, a) }
    }

    fn is_front_page(&self, number: usize) -> bool {
        Url::parse(self.url(number)).is_ok_and(|url| is_home(&url))
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
    fn pairs(&self) -> Vec<Pair> {
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
        if self.hubs.contains(&pair.to) || self.hubs.contains(&pair.from) {
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

/// Components on their way to groups.
struct Forming<'g, 'a> {
    graph: &'g Graph<'a>,
    /// The component of each page, by the number of its first page.
    of: HashMap<usize, usize>,
    components: HashMap<usize, BTreeMap<&'g str, usize>>,
    joined: Vec<Pair>,
    aside: Vec<Pair>,
}

impl<'g, 'a> Forming<'g, 'a> {
    fn new(graph: &'g Graph<'a>) -> Self {
        let (of, components) = (HashMap::new(), HashMap::new());
        Self { graph, of, components, joined: Vec::new(), aside: Vec::new() }
    }

    fn take(&mut self, mut pair: Pair) {
        if pair.aside.is_some() {
            self.aside.push(pair);
            return;
        }
        let (a, b) = (self.component(pair.from), self.component(pair.to));
        if a == b {
            self.joined.push(pair);
            return;
        }
        let members = |of: usize| self.components.get(&of);
        let clash = members(a)
            .zip(members(b))
            .is_some_and(|(a, b)| a.keys().any(|lang| b.contains_key(lang)));
        if clash {
            pair.aside = Some(Why::SameLanguageTwice);
            self.aside.push(pair);
        } else {
            self.join(a, b);
            self.joined.push(pair);
        }
    }

    fn component(&mut self, page: usize) -> usize {
        let root = *self.of.entry(page).or_insert(page);
        if let Some(key) = self.graph.key(page)
            && root == page
            && !self.components.contains_key(&page)
        {
            self.components.insert(page, BTreeMap::from([(key, page)]));
        }
        root
    }

    /// Moves the smaller component into the larger.
    fn join(&mut self, a: usize, b: usize) {
        let size = |of: &usize| self.components.get(of).map_or(0, BTreeMap::len);
        let (large, small) = if size(&a) >= size(&b) { (a, b) } else { (b, a) };
        let moving = self.components.remove(&small).unwrap_or_default();
        for page in moving.values() {
            self.of.insert(*page, large);
        }
        self.components.entry(large).or_default().extend(moving);
    }

    fn finish(self) -> Vec<Group> {
        let graph = self.graph;
        let mut groups: BTreeMap<usize, Group> = self
            .components
            .iter()
            .filter(|(_, members)| members.len() > 1)
            .map(|(root, members)| (*root, graph.group(members)))
            .collect();
        let group_of = |page: usize| self.of.get(&page).copied();
        for pair in &self.joined {
            let group = group_of(pair.from).and_then(|root| groups.get_mut(&root));
            if let (Some(group), Some(edge)) = (group, graph.edge(pair)) {
                group.edges.push(edge);
            }
        }
        for pair in &self.aside {
            let roots: BTreeSet<usize> =
                [pair.from, pair.to].into_iter().filter_map(group_of).collect();
            for root in roots {
                if let Some(group) =
                    groups.get_mut(&root).filter(|g| g.conflicts.len() < MAX_CONFLICTS)
                {
                    group.conflicts.extend(graph.conflict(pair));
                }
            }
        }
        let mut groups: Vec<Group> = groups.into_values().collect();
        groups.sort_by(|a, b| a.id.cmp(&b.id));
        groups
    }
}

impl Graph<'_> {
    fn group(&self, members: &BTreeMap<&str, usize>) -> Group {
        let keys = members.values().filter_map(|page| Url::parse(self.url(*page)).ok());
        let smallest = keys.map(|url| comparison_key(&url)).min().unwrap_or_default();
        let digest = Digest::of(smallest.as_bytes());
        let first_half = digest.bytes().get(..ID_BYTES).unwrap_or_default();
        let id = data_encoding::HEXLOWER.encode(first_half);
        let members = members.iter().filter_map(|(key, page)| {
            let page = self.page(*page)?;
            let member = Member {
                url: page.url.to_string(),
                lang: page.lang(self.builder).cloned(),
                title: page.title.as_deref().map(str::to_owned),
            };
            Some(((*key).to_owned(), member))
        });
        Group { id, members: members.collect(), edges: Vec::new(), conflicts: Vec::new() }
    }

    fn edge(&self, pair: &Pair) -> Option<Edge> {
        Some(Edge {
            from: self.key(pair.from)?.to_owned(),
            to: self.key(pair.to)?.to_owned(),
            score: pair.score,
            reciprocal: pair.reciprocal,
            evidence: pair.evidence.clone(),
        })
    }

    fn conflict(&self, pair: &Pair) -> Option<Conflict> {
        Some(Conflict {
            from: self.url(pair.from).to_owned(),
            to: self.url(pair.to).to_owned(),
            lang: self.builder.lang(pair.lang).cloned(),
            score: pair.worth,
            why: pair.aside?,
        })
    }
}
