//! Pages of articles that have several: their lines wait until all of a package are there.
//!
//! The text of an article stands once, in the line of its first page; each page keeps its line, so
//! that a reader can open it.

use std::collections::HashSet;

use crate::moment::Moment;
use crate::page::parts::joined::{Leaf, append, together};
use crate::page::{Article, TextBlock};
use crate::wacz::pages::PageLine;

/// What a line needs to be joined with others.
pub(super) struct Spread {
    leaf: Leaf,
    blocks: Vec<TextBlock>,
}

impl Spread {
    /// Of an article that was captured at `date`; nothing where it is one page.
    pub(super) fn of(article: &Article, date: Moment) -> Option<Self> {
        let leaf = Leaf::of(article.parts.as_ref()?, &article.blocks, Some(date));
        Some(Self { leaf, blocks: article.blocks.clone() })
    }
}

/// A line with its rank among the pages.
pub(super) type Ranked = (PageLine, usize);

/// The lines, the texts of further pages in those of the first.
pub(super) fn join(pages: &[(Ranked, Spread)]) -> Vec<Ranked> {
    let leaves = pages.iter().enumerate().map(|(at, (_, spread))| (at, spread.leaf));
    let parts = together(&leaves.collect::<Vec<_>>());
    let later: HashSet<usize> = parts.values().flatten().copied().collect();
    let mut lines: Vec<Ranked> = Vec::with_capacity(pages.len());
    for (at, ((line, rank), spread)) in pages.iter().enumerate() {
        let mut line = line.clone();
        let mut blocks = spread.blocks.clone();
        for (further, of) in parts.get(&at).into_iter().flatten().filter_map(|at| pages.get(*at)) {
            append(&mut blocks, line.title.as_deref().unwrap_or_default(), of.blocks.clone());
            line.parts.push(further.0.url.clone());
        }
        if later.contains(&at) {
            line.text = None;
        } else if !line.parts.is_empty() {
            let texts: Vec<&str> = blocks.iter().map(|block| block.text.as_str()).collect();
            line.text = Some(texts.join("\n\n"));
        }
        lines.push((line, *rank));
    }
    lines
}
