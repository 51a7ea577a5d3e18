//! Alternatives: what a page says in place of its pictures, and says again as a line below them.
//!
//! A caption that stands in no element made for it is known by its picture's `alt`. The lead of a
//! story, which some systems give to every picture, stays.

use std::collections::HashSet;

use scraper::Html;
use scraper::node::Element;

use super::blocks::Draft;
use super::trim::letters_of;
use crate::page::links::elements;
use crate::page::metadata::Metadata;

/// Pictures of a page that are asked.
const PICTURES: usize = 400;
/// Bytes of an `alt` that says enough to be a caption, and of one that is no story.
const SAYS: std::ops::RangeInclusive<usize> = 16..=600;
/// Letters of an `alt` with which a caption may begin, and what it may say after it: whose the
/// picture is.
const BEGINS: usize = 24;
const CREDIT: usize = 60;
/// Share of a body, one of so many, that a caption may be.
const SHARE: u32 = 4;

/// The blocks that are no picture's caption. Where most of a body would go they are its text: the
/// steps of a recipe, each with its picture.
pub(crate) fn without(mut blocks: Vec<Draft>, dom: &Html, metadata: &Metadata) -> Vec<Draft> {
    let alts = said(dom, metadata);
    let total: u32 = blocks.iter().map(|draft| draft.measure.letters).sum();
    let is_caption = |draft: &Draft| {
        let fits = draft.level == 0 && SAYS.contains(&draft.text.len());
        fits && says(&alts, &letters_of(&draft.text))
    };
    let captions: u32 = blocks
        .iter()
        .filter(|draft| !alts.is_empty() && is_caption(draft))
        .map(|draft| draft.measure.letters)
        .sum();
    if captions > 0 && captions * SHARE <= total {
        blocks.retain(|draft| !is_caption(draft));
    }
    blocks
}

/// Whether a line is what a picture says, with a credit behind it or without.
fn says(alts: &HashSet<String>, line: &str) -> bool {
    let begins = |alt: &String| {
        alt.len() >= BEGINS && line.len() <= alt.len() + CREDIT && line.starts_with(alt.as_str())
    };
    alts.contains(line) || alts.iter().any(begins)
}

/// What the pictures of a page say, but for its title and what it says of itself.
fn said(dom: &Html, metadata: &Metadata) -> HashSet<String> {
    let pictures = elements(dom).filter(|element| element.name() == "img").take(PICTURES);
    let alts = pictures.filter_map(|element| element.attr("alt"));
    let mut alts: HashSet<String> =
        alts.filter(|alt| SAYS.contains(&alt.len())).map(letters_of).collect();
    if alts.is_empty() {
        return alts;
    }
    let describes = |element: &&Element| {
        let name = element.attr("name").or_else(|| element.attr("property")).unwrap_or_default();
        element.name() == "meta" && name.to_ascii_lowercase().contains("description")
    };
    let descriptions = elements(dom).filter(describes).take(PICTURES);
    let leads = descriptions.filter_map(|element| element.attr("content"));
    for lead in leads.chain(metadata.title.as_deref()) {
        alts.remove(&letters_of(lead));
    }
    alts
}
