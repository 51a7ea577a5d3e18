//! The article: a ladder of stages from the tree to blocks of body text.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use super::Article;
use super::metadata::Metadata;
use crate::lang::Lang;

/// What the article stage found.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The article.
    pub article: Article,
    /// The language of its text.
    pub detected: Option<Lang>,
}

/// Reads the article of a page; `None` when the page is none. `cut` holds the roots of subtrees
/// that are never body (language notices).
pub fn read(
    _dom: &Html,
    _metadata: &Metadata,
    _url: &Url,
    _cut: &HashSet<NodeId>,
) -> Option<Reading> {
    None
}
