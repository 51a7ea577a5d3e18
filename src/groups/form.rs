//! Forming: from pairs to groups, best pair first, one member a language.
//!
//! Blind union melts a site into one group through its front pages. Here two components that hold
//! the same language are never joined, and neither are two of which a member firmly names another
//! page for a language of the other. What was decided stays with its reason in a [`Judgement`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use super::copies::Copies;
use super::graph::Graph;
use super::pair::Pair;
use super::verify::{self, Norms, Verdict};
use super::{Conflict, Edge, Group, GroupKind, Member, Why, original};
use crate::digest::Digest;
use crate::page::Signal;
use crate::page::alternates::target::comparison_key;

/// Bytes of a digest that make a group's id: enough for no two of a billion groups to meet.
const ID_BYTES: usize = 8;

/// Conflicts kept for one group.
const MAX_CONFLICTS: usize = 50;

/// Everything that was decided about the pages of a [`super::Builder`].
pub struct Judgement {
    /// The groups of two and more members, by id.
    pub groups: Vec<Group>,
    pub(super) graph: Graph,
    pub(super) pairs: Vec<Pair>,
    pub(super) norms: Norms,
    /// The group of each page that is in one, as a member or a copy by its text, by its place in
    /// `groups`.
    pub(super) group_of: HashMap<u32, usize>,
}

impl Judgement {
    pub(super) fn of(graph: Graph) -> Self {
        let (mut pairs, norms) = graph.pairs();
        let rank = ranks(&graph);
        let named = |pair: &Pair| {
            let of = |page: u32| rank.get(page as usize).copied().unwrap_or_default();
            let (a, b) = (of(pair.from), of(pair.to));
            (a.min(b), a.max(b))
        };
        // Best first; ties by what the texts say, then by URL: the order of arrival decides nothing.
        pairs.sort_unstable_by(|a, b| {
            let by_text = || b.balance.cmp(&a.balance);
            b.score.total_cmp(&a.score).then_with(by_text).then_with(|| named(a).cmp(&named(b)))
        });
        let mut forming = Forming::new(&graph, &norms);
        for pair in &mut pairs {
            forming.take(pair);
        }
        let components = forming.components();
        let mut judgement =
            Self { groups: Vec::new(), graph, pairs, norms, group_of: HashMap::new() };
        judgement.fill(components);
        judgement
    }

    fn fill(&mut self, components: Vec<Vec<(u16, u32)>>) {
        let (copies, repeated) = self.copies(&components);
        let mut made: Vec<(Group, Vec<(u16, u32)>)> = components
            .into_iter()
            .map(|members| (self.graph.group(&members, &copies), members))
            .collect();
        made.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        for (place, (group, members)) in made.into_iter().enumerate() {
            self.group_of.extend(members.iter().map(|(_, page)| (*page, place)));
            self.groups.push(group);
        }
        for (copy, member) in repeated {
            if let Some(place) = self.group_of.get(&member).copied() {
                self.group_of.insert(copy, place);
            }
        }
        for pair in &self.pairs {
            self.graph.enter(pair, &self.norms, &self.group_of, &mut self.groups);
        }
        for group in &mut self.groups {
            group.confidence = confidence(group);
            group.kind = kind(group);
            group.original.take_if(|_| group.kind == GroupKind::Comparable);
        }
    }
}

/// The place of each page in the order of URLs; of the regions of one language the page that is its
/// own `x-default` comes first, and is the member that the others stand beside.
fn ranks(graph: &Graph) -> Vec<u32> {
    let count = u32::try_from(graph.builder.pages.len()).unwrap_or(u32::MAX);
    let mut order: Vec<u32> = (0..count).collect();
    let is_other = |page: u32| !graph.page(page).is_some_and(|page| page.is_default);
    order.sort_unstable_by(|a, b| {
        is_other(*a).cmp(&is_other(*b)).then_with(|| graph.url(*a).cmp(graph.url(*b)))
    });
    let mut ranks = vec![0; order.len()];
    for (rank, page) in (0_u32..).zip(order) {
        if let Some(slot) = ranks.get_mut(page as usize) {
            *slot = rank;
        }
    }
    ranks
}

/// How sure the least sure member is: by the best edge it has.
fn confidence(group: &Group) -> f64 {
    let best = |key: &String| {
        let own = group.edges.iter().filter(|edge| edge.from == *key || edge.to == *key);
        own.map(|edge| edge.score).fold(0.0, f64::max)
    };
    group.members.keys().map(best).fold(1.0, f64::min)
}

/// Comparable where an encyclopedia's table of languages is what holds a member.
fn kind(group: &Group) -> GroupKind {
    let is_table =
        |edge: &Edge| edge.evidence.iter().any(|one| one.signal == Signal::Interlanguage);
    if group.edges.iter().any(is_table) { GroupKind::Comparable } else { GroupKind::Parallel }
}

/// Components on their way to groups.
struct Forming<'g> {
    graph: &'g Graph,
    norms: &'g Norms,
    /// For each page the page above it in its component; itself at the top.
    above: Vec<u32>,
    /// The members of a component of several, by its top: language and page, in order.
    members: HashMap<u32, Vec<(u16, u32)>>,
}

impl<'g> Forming<'g> {
    fn new(graph: &'g Graph, norms: &'g Norms) -> Self {
        let count = u32::try_from(graph.builder.pages.len()).unwrap_or(u32::MAX);
        Self { graph, norms, above: (0..count).collect(), members: HashMap::new() }
    }

    fn take(&mut self, pair: &mut Pair) {
        if pair.aside.is_some() {
            return;
        }
        let stands_in = (self.stand_in(pair.from), self.stand_in(pair.to));
        let (a, b) = (stands_in.0.unwrap_or(pair.from), stands_in.1.unwrap_or(pair.to));
        let (a, b) = (self.top(a), self.top(b));
        if a == b {
            let is_variant = stands_in.0.or(stands_in.1).is_some();
            pair.aside = is_variant.then_some(Why::Variant);
            return;
        }
        let (one, other) = (self.members(a), self.members(b));
        let clash = one.iter().find_map(|(key, page)| {
            let (_, other) = other.iter().find(|(other, _)| key == other)?;
            Some((*page, *other))
        });
        if let Some((page, other)) = clash {
            let kin = self.graph.are_variants(page, other);
            pair.aside = Some(if kin { Why::Variant } else { Why::SameLanguageTwice });
        } else if self.share_a_text(&one, &other) {
            pair.aside = Some(Why::SameText);
        } else if self.differ(&one, &other) {
            pair.aside = Some(Why::TextDiffers);
        } else if !pair.mutual && self.contradicted(&one, &other) {
            pair.aside = Some(Why::Contradicted);
        } else {
            self.join(a, b, one, other);
        }
    }

    /// The variant of a page, for another region, that is in a group already: it stands for the page,
    /// which would otherwise make a second group of one article.
    fn stand_in(&mut self, page: u32) -> Option<u32> {
        if self.top(page) != page || self.members.contains_key(&page) {
            return None;
        }
        let graph = self.graph;
        let grouped = graph.kin(page).filter(|one| {
            let top = self.top(*one);
            self.members.contains_key(&top)
        });
        grouped.min_by_key(|one| graph.url(*one))
    }

    /// Whether a member of one side firmly names another page for a language of the other side.
    fn contradicted(&self, one: &[(u16, u32)], other: &[(u16, u32)]) -> bool {
        let says = |page: u32, of: u32| {
            self.graph.links_between(page, of).is_empty()
                && self.graph.contradicts(page, of, self.norms)
        };
        one.iter().any(|(_, a)| other.iter().any(|(_, b)| says(*a, *b) || says(*b, *a)))
    }

    /// Whether a page of one side is, word for word, a page of the other.
    fn share_a_text(&self, one: &[(u16, u32)], other: &[(u16, u32)]) -> bool {
        let mut pairs = one.iter().flat_map(|(_, a)| other.iter().map(move |(_, b)| (*a, *b)));
        pairs.any(|(a, b)| self.graph.is_same_text(a, b))
    }

    /// Whether all texts of the two sides together speak against their being one article: a page
    /// that nothing is known against by itself may be a stranger to the others.
    fn differ(&self, one: &[(u16, u32)], other: &[(u16, u32)]) -> bool {
        if one.len().max(other.len()) == 1 {
            return false;
        }
        let pairs = one.iter().flat_map(|(_, a)| other.iter().map(move |(_, b)| (*a, *b)));
        let balances = pairs.map(|(a, b)| self.graph.compared(a, b, self.norms).balance);
        balances.map(i32::from).sum::<i32>() <= i32::from(verify::DIFFER)
    }

    fn top(&mut self, page: u32) -> u32 {
        let mut at = page;
        loop {
            let Some(up) = self.above.get(at as usize).copied().filter(|up| *up != at) else {
                return at;
            };
            // Halving the way up keeps it short.
            let further = self.above.get(up as usize).copied().unwrap_or(up);
            if let Some(slot) = self.above.get_mut(at as usize) {
                *slot = further;
            }
            at = further;
        }
    }

    fn members(&self, top: u32) -> Vec<(u16, u32)> {
        self.members.get(&top).cloned().unwrap_or_else(|| vec![(self.graph.key(top), top)])
    }

    fn join(&mut self, a: u32, b: u32, one: Vec<(u16, u32)>, other: Vec<(u16, u32)>) {
        let (top, under) = if one.len() >= other.len() { (a, b) } else { (b, a) };
        if let Some(slot) = self.above.get_mut(under as usize) {
            *slot = top;
        }
        self.members.remove(&under);
        let mut all = one;
        all.extend(other);
        all.sort_unstable();
        self.members.insert(top, all);
    }

    fn components(self) -> Vec<Vec<(u16, u32)>> {
        self.members.into_values().collect()
    }
}

impl Graph {
    fn group(&self, members: &[(u16, u32)], copies: &HashMap<u32, Copies>) -> Group {
        let pages =
            || members.iter().filter_map(|(key, page)| Some((*key, *page, self.page(*page)?)));
        let parsed = pages().filter_map(|(.., page)| Url::parse(&page.url).ok());
        let mut keys: Vec<String> = parsed.map(|url| comparison_key(&url)).collect();
        keys.sort_unstable();
        let mut ids = keys.iter().map(|key| id_of(key));
        let by_lang: BTreeMap<&str, _> =
            pages().map(|(key, _, page)| (self.keys.name(key), page)).collect();
        let member = |(key, number, page): (u16, u32, &super::builder::Kept)| {
            let Copies { parts, copies } = copies.get(&number).cloned().unwrap_or_default();
            let member = Member {
                url: page.url.to_string(),
                lang: self.builder.lang(page.lang(&self.builder)).cloned(),
                title: page.title.as_deref().map(str::to_owned),
                published: page.published.as_deref().map(str::to_owned),
                partial: false,
                variants: self.variants_of(number),
                parts,
                copies,
            };
            (self.keys.name(key).to_owned(), member)
        };
        Group {
            id: ids.next().unwrap_or_default(),
            aliases: ids.collect(),
            original: original::of(&by_lang),
            mt_suspect: pages().any(|(.., page)| page.is_machine),
            members: pages().map(member).collect(),
            ..Group::default()
        }
    }

    /// Enters a pair in the group or groups it is about, as an edge or as a conflict.
    fn enter(
        &self,
        pair: &Pair,
        norms: &Norms,
        group_of: &HashMap<u32, usize>,
        groups: &mut [Group],
    ) {
        let of = |page: u32| group_of.get(&page).copied();
        if pair.aside.is_none() {
            // A variant that is no member has spoken for the member that stands for it.
            let place = of(pair.from).or_else(|| of(pair.to));
            if let Some(group) = place.and_then(|place| groups.get_mut(place)) {
                let edge = self.edge(pair, norms);
                mark_partial(pair, &edge, group);
                group.edges.push(edge);
            }
            return;
        }
        for place in [of(pair.from), of(pair.to)].into_iter().flatten().collect::<BTreeSet<_>>() {
            let open = groups.get_mut(place).filter(|g| g.conflicts.len() < MAX_CONFLICTS);
            if let Some(group) = open {
                // Where each declares the other, what is told is of the page that was left out.
                let (Pair { from, to, .. }, here) = (*pair, |page| of(page) == Some(place));
                let turned = here(to) && !here(from) && !self.links_between(to, from).is_empty();
                let turned = turned.then_some(Pair { from: to, to: from, ..*pair });
                group.conflicts.extend(self.conflict(&turned.unwrap_or(*pair)));
            }
        }
    }

    pub(super) fn edge(&self, pair: &Pair, norms: &Norms) -> Edge {
        let name = |page| self.keys.name(self.key(page)).to_owned();
        Edge {
            from: name(pair.from),
            to: name(pair.to),
            score: pair.score,
            reciprocal: pair.mutual,
            evidence: self.evidence(pair),
            text: self.texts(pair, norms),
        }
    }

    fn conflict(&self, pair: &Pair) -> Option<Conflict> {
        let (said, text) = self.mislabelled(pair).unzip();
        Some(Conflict {
            from: self.url(pair.from).to_owned(),
            to: self.url(pair.to).to_owned(),
            lang: said.or_else(|| self.declared(pair)).cloned(),
            text: text.cloned(),
            score: pair.worth,
            why: pair.aside?,
        })
    }
}

/// The id a group has by a member's key.
fn id_of(key: &str) -> String {
    let digest = Digest::of(key.as_bytes());
    data_encoding::HEXLOWER.encode(digest.bytes().get(..ID_BYTES).unwrap_or_default())
}

/// Marks the member of a pair whose text is a part.
fn mark_partial(pair: &Pair, edge: &Edge, group: &mut Group) {
    let Some(check) = edge.text.as_ref().filter(|_| pair.text == Verdict::Partial) else {
        return;
    };
    let short = if check.second_is_shorter() { &edge.to } else { &edge.from };
    if let Some(member) = group.members.get_mut(short) {
        // The text of the first page says nothing of how long all are.
        member.partial = member.parts.is_empty();
    }
}
