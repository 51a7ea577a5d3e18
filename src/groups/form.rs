//! Forming: from declarations to groups, best edge first, one member a language.
//!
//! Blind union melts a site into one group through its front pages. Here a page that many articles
//! declare joins nothing, and two components that hold the same language are never joined.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use super::graph::{Graph, Pair};
use super::{Builder, Conflict, Edge, Group, Member, Why};
use crate::digest::Digest;
use crate::page::alternates::target::comparison_key;

/// Bytes of a digest that make a group's id: enough for no two of a billion groups to meet.
const ID_BYTES: usize = 8;

/// Conflicts kept for one group.
const MAX_CONFLICTS: usize = 50;

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
