//! The article: a ladder of stages from the tree to blocks of body text.
//!
//! The page is flattened once ([`outline`]), pruned, and cut into blocks with their place
//! ([`blocks`]). Body selectors ([`select`]) and density ([`density`]) each choose among the same
//! blocks; they are compared, JSON-LD `articleBody` is their witness, all paragraphs are the last
//! resort; a page that draws itself is read from its state ([`framework`]), and a listing is no
//! article ([`listing`]). [`Article::found_by`] says who spoke. It never touches what the caller has cut.

mod absence;
mod alts;
pub(super) mod bio;
pub(super) mod blocks;
mod credits;
mod density;
pub(super) mod explain;
mod framework;
mod items;
mod ladder;
mod listing;
pub(super) mod outline;
mod prune;
mod replies;
mod select;
mod signposts;
mod standing;
mod trim;
pub(super) mod vocabulary;
mod when;
mod witness;

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use self::blocks::Draft;
use self::listing::Listing;
use self::outline::Outline;
use self::witness::Witness;
use super::byline::{self, Scene};
use super::metadata::Metadata;
use super::{Article, PageKind, TextBlock, language};
use crate::lang::Lang;

/// What the article stage found.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The article.
    pub article: Article,
    /// The language of its text.
    pub detected: Option<Lang>,
}

/// Blocks at either end of a body that may be a date line, or at its end name its source.
const LABELS: usize = 4;

/// Reads the article of a page, or tells what the page is instead. `cut` holds the roots of subtrees
/// that are never body (language notices).
///
/// # Errors
///
/// [`PageKind::Other`] for what says that it is no story (an error, a form, a notice, a film),
/// [`PageKind::Listing`] for everything else that holds none.
#[allow(clippy::implicit_hasher, reason = "the one caller has a plain HashSet")]
pub fn read(
    dom: &Html,
    metadata: &Metadata,
    url: &Url,
    cut: &HashSet<NodeId>,
) -> Result<Reading, PageKind> {
    let outline = Outline::of(dom, cut);
    let dropped = prune::prune(&outline);
    let drafts = credits::set_apart(&outline, blocks::drafts(&outline, &dropped));
    let witness = Witness::of(dom, metadata);
    let body = ladder::climb(&outline, &drafts, metadata, &witness);
    let body = ladder::or_undrawn(body, || framework::body(dom, metadata));
    let told = body.as_ref().map_or(&[] as &[Draft], |body| &body.blocks);
    if absence::is_absent(dom, &outline, metadata, witness.is_film, told) {
        return Err(PageKind::Other);
    }
    let mut body = body.ok_or(PageKind::Listing)?;
    let listing = Listing::of(&outline, &drafts, url, metadata);
    if listing.prints(&body.blocks) {
        return Err(PageKind::Listing);
    }
    body.blocks = alts::without(listing.without_cards(body.blocks), dom, metadata);
    let told = body.said.take().map(|said| said.added_to(metadata));
    let metadata = told.as_ref().unwrap_or(metadata);
    let scene = Scene { outline: &outline, drafts: &drafts, body: &body.blocks, metadata };
    let byline = byline::read(&scene).with_links_to(url);
    let published = when::published(&scene, url);
    let modified = when::modified(&scene, published.as_ref());
    let named = [byline.lines.clone(), bio::lines(&outline, &body.blocks, &byline.people)].concat();
    let blocks = story(&body.blocks, &named);
    if blocks.is_empty() {
        return Err(PageKind::Listing);
    }
    let detected = language_of(&blocks, metadata);
    let article = Article {
        headline: metadata.title.clone().unwrap_or_default(),
        byline: byline.people,
        translators: byline.translators,
        agency: byline.agency,
        published,
        modified,
        blocks,
        found_by: body.stage,
        parts: None,
    };
    Ok(Reading { article, detected })
}

/// The language a story is in, where its text shows it.
fn language_of(blocks: &[TextBlock], metadata: &Metadata) -> Option<Lang> {
    let hints: Vec<Lang> = metadata.declared.iter().cloned().collect();
    language::detect_in(blocks.iter().map(|block| block.text.as_str()), &hints)
}

/// The blocks of a body without the lines that name its people, its day and its source.
fn story(body: &[Draft], named: &[usize]) -> Vec<TextBlock> {
    let is_label = |at: usize, draft: &Draft| {
        let last = at + LABELS >= body.len();
        (at < LABELS || last) && (draft.label || when::is_date_line(&draft.text))
            || at < LABELS && signposts::is_place(draft)
            || last && signposts::is_source(draft)
    };
    let said = |(at, draft): &(usize, &Draft)| !named.contains(&draft.at) && !is_label(*at, draft);
    let blocks = body.iter().enumerate().filter(said).map(|(_, draft)| draft);
    blocks.map(|draft| TextBlock { kind: draft.kind, text: draft.text.clone() }).collect()
}
