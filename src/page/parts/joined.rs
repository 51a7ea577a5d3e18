//! Joined: the captures of one article's pages, found among all captures and put together.
//!
//! Each capture of a first page takes of every further page the capture nearest to it in time; what
//! only repeats a page's text (the pager of a list beside it) is none. Pure, and as little is kept
//! of a capture as tells that.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use url::Url;

use super::{Numbered, Parts};
use crate::moment::Moment;
use crate::page::alternates::target::comparison_key;
use crate::page::{BlockKind, TextBlock};

/// Letters of a block that pages repeat by chance ("Yes."); longer ones are the template's, or a
/// standfirst.
const REPEATED: usize = 20;

/// What is kept of a capture of an article of several pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// The number of the page.
    number: u32,
    /// The article.
    article: u64,
    /// What stands on it.
    text: u64,
    /// When it was captured.
    date: Option<Moment>,
}

impl Leaf {
    /// Of a page that was captured at `date`.
    pub fn of(parts: &Parts, blocks: &[TextBlock], date: Option<Moment>) -> Self {
        let first = Url::parse(&parts.first).ok();
        let stem = first.map(|url| Numbered::of(&url).map_or(url, |found| found.stem));
        let article = stem.map_or_else(|| parts.first.clone(), |url| comparison_key(&url));
        Self { number: parts.number, article: hash(&article), text: hash(&texts(blocks)), date }
    }
}

fn texts(blocks: &[TextBlock]) -> Vec<&str> {
    blocks.iter().map(|block| block.text.as_str()).collect()
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Captures of one page: when, which, and what stands on it.
type Captures<N> = Vec<(Moment, N, u64)>;

/// For each capture of a first page the captures of the further ones, in order: by their names.
pub fn together<N: Copy + Ord + Hash>(leaves: &[(N, Leaf)]) -> HashMap<N, Vec<N>> {
    let mut later: HashMap<u64, BTreeMap<u32, Captures<N>>> = HashMap::new();
    for (name, leaf) in leaves.iter().filter(|(_, leaf)| leaf.number > 1) {
        let captures = later.entry(leaf.article).or_default().entry(leaf.number).or_default();
        captures.push((leaf.date.unwrap_or(Moment::from_millis(0)), *name, leaf.text));
    }
    later.values_mut().flat_map(BTreeMap::values_mut).for_each(|captures| captures.sort_unstable());
    let mut found = HashMap::new();
    for (name, leaf) in leaves.iter().filter(|(_, leaf)| leaf.number == 1) {
        let Some(pages) = later.get(&leaf.article) else { continue };
        let date = leaf.date.unwrap_or(Moment::from_millis(0));
        let mut said = HashSet::from([leaf.text]);
        let mut parts = Vec::new();
        for (_, part, text) in pages.values().filter_map(|captures| nearest(captures, date)) {
            if said.insert(text) {
                parts.push(part);
            }
        }
        if !parts.is_empty() {
            found.insert(*name, parts);
        }
    }
    found
}

/// Of captures in the order of time the one nearest to `date`.
fn nearest<N: Copy>(captures: &[(Moment, N, u64)], date: Moment) -> Option<(Moment, N, u64)> {
    let after = captures.partition_point(|(at, ..)| *at < date);
    let sides = [after.checked_sub(1), Some(after)].into_iter().flatten();
    let away = |(at, ..): &&(Moment, N, u64)| date.since(*at).max(at.since(date));
    sides.filter_map(|at| captures.get(at)).min_by_key(away).copied()
}

/// Puts the body of a further page behind the one before it, without what that has already: the
/// title, the standfirst, whatever the template repeats.
pub fn append(body: &mut Vec<TextBlock>, title: &str, part: Vec<TextBlock>) {
    let there: BTreeSet<String> = body.iter().map(|block| block.text.clone()).collect();
    let is_new = |block: &TextBlock| {
        let letters = block.text.chars().filter(|c| c.is_alphanumeric()).count();
        let repeats = letters >= REPEATED || block.kind == BlockKind::Heading;
        block.text != title && !(repeats && there.contains(&block.text))
    };
    body.extend(part.into_iter().filter(is_new));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(url: &str, number: u32, text: &str, second: i64) -> Leaf {
        let parts = Parts { number, first: url.into(), further: Vec::new() };
        let block = TextBlock { kind: BlockKind::Paragraph, text: text.into() };
        Leaf::of(&parts, &[block], Some(Moment::from_millis(second * 1_000)))
    }

    #[test]
    fn a_capture_takes_the_nearest_of_each_further_page() {
        let leaves = [
            (0, leaf("https://a.example/story", 1, "one", 100)),
            (1, leaf("https://a.example/story/", 2, "two, at first", 50)),
            (2, leaf("http://www.a.example/story?page=1", 2, "two", 110)),
            (3, leaf("https://a.example/story", 3, "three", 400)),
            (4, leaf("https://a.example/other", 2, "other", 100)),
            (5, leaf("https://a.example/story", 1, "one, changed", 55)),
            (6, leaf("https://a.example/story", 4, "one", 100)),
        ];
        let found = together(&leaves);
        assert_eq!(found.get(&0), Some(&vec![2, 3]), "what repeats the first page is no part");
        assert_eq!(found.get(&5), Some(&vec![1, 3, 6]));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn what_stands_on_every_page_is_joined_once() {
        let block = |kind, text: &str| TextBlock { kind, text: text.into() };
        let lead = block(BlockKind::Paragraph, "What the harbour learned from a winter of storms.");
        let short = block(BlockKind::Paragraph, "It held.");
        let mut body = vec![lead.clone(), short.clone()];
        let title = block(BlockKind::Heading, "A winter");
        let end = block(BlockKind::Paragraph, "The last ship left in May.");
        append(&mut body, "A winter", vec![title, lead.clone(), short.clone(), end.clone()]);
        assert_eq!(body, [lead, short.clone(), short, end]);
    }
}
