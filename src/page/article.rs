//! The article: a ladder of stages from the tree to blocks of body text.
//!
//! The page is flattened once ([`outline`]), pruned, and cut into blocks with their place
//! ([`blocks`]). Body selectors ([`select`]) and density ([`density`]) each choose among the same
//! blocks; they are compared, JSON-LD `articleBody` is their witness, all paragraphs are the last
//! resort. [`Article::found_by`] says who spoke. It never touches what the caller has cut.

pub(super) mod blocks;
mod density;
pub(super) mod outline;
mod select;
mod trim;
pub(super) mod vocabulary;
mod when;

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use self::blocks::Draft;
use self::outline::Outline;
use self::select::{Region, Words};
use super::byline::{self, Scene};
use super::metadata::Metadata;
use super::{Article, BlockKind, Stage, TextBlock, language};
use crate::lang::Lang;

/// What the article stage found.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The article.
    pub article: Article,
    /// The language of its text.
    pub detected: Option<Lang>,
}

/// Letters under which a text is no article.
const MIN_BODY: u32 = 140;

/// Reads the article of a page; `None` when the page is none. `cut` holds the roots of subtrees
/// that are never body (language notices).
pub fn read(dom: &Html, metadata: &Metadata, url: &Url, cut: &HashSet<NodeId>) -> Option<Reading> {
    let outline = Outline::of(dom, cut);
    let dropped = blocks::prune(&outline);
    let drafts = blocks::drafts(&outline, &dropped);
    let body = body(&outline, &drafts, metadata)?;
    let scene = Scene { outline: &outline, drafts: &drafts, body: &body.blocks, metadata };
    let byline = byline::read(&scene);
    let found = when::published(&scene, url);
    let blocks: Vec<TextBlock> = body
        .blocks
        .iter()
        .filter(|draft| !byline.lines.contains(&draft.at))
        .map(|draft| TextBlock { kind: draft.kind, text: draft.text.clone() })
        .collect();
    let text: String =
        blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n");
    let hints: Vec<Lang> = metadata.declared.iter().cloned().collect();
    let article = Article {
        headline: metadata.title.clone().unwrap_or_default(),
        byline: byline.people,
        translators: byline.translators,
        published: found,
        modified: metadata.modified.clone(),
        blocks,
        found_by: body.stage,
    };
    Some(Reading { article, detected: language::detect(&text, &hints) })
}

/// A body, chosen.
struct Body {
    stage: Stage,
    blocks: Vec<Draft>,
}

/// Climbs the ladder.
fn body(outline: &Outline<'_>, drafts: &[Draft], metadata: &Metadata) -> Option<Body> {
    let words = Words::of(drafts);
    let named = select::region(outline, &words);
    let dense = density::region(outline, drafts);
    let (stage, region) = choose(outline, &words, named, dense);
    let mut blocks = trim::trim(pick(outline, &words, drafts, &region), metadata);
    let mut stage = stage;
    if letters(&blocks) < MIN_BODY * 2 {
        let all: Vec<Draft> = drafts
            .iter()
            .filter(|draft| draft.is_prose() && draft.kind != BlockKind::Item)
            .cloned()
            .collect();
        if letters(&all) > 2 * letters(&blocks) {
            blocks = trim::trim(all, metadata);
            stage = Stage::Baseline;
        }
    }
    (letters(&blocks) >= MIN_BODY).then_some(Body { stage, blocks })
}

/// The blocks inside a region, in reading order.
fn pick(outline: &Outline<'_>, words: &Words<'_>, drafts: &[Draft], region: &Region) -> Vec<Draft> {
    let mut picked = Vec::new();
    for root in &region.roots {
        picked.extend_from_slice(drafts.get(words.inside(outline, *root)).unwrap_or_default());
    }
    picked
}

fn letters(blocks: &[Draft]) -> u32 {
    blocks.iter().map(|draft| draft.measure.letters).sum()
}

/// Chooses between the named and the dense region.
fn choose(
    outline: &Outline<'_>,
    words: &Words<'_>,
    named: Option<Region>,
    dense: Option<Region>,
) -> (Stage, Region) {
    let size =
        |region: &Region| -> u32 { region.roots.iter().map(|at| words.below(outline, *at)).sum() };
    match (named, dense) {
        (None, None) => (Stage::Baseline, Region::default()),
        (Some(named), None) => (Stage::Selector, named),
        (None, Some(dense)) => (Stage::Density, dense),
        (Some(named), Some(dense)) => {
            if size(&dense) > 2 * size(&named) {
                (Stage::Density, dense)
            } else {
                (Stage::Selector, named)
            }
        }
    }
}
