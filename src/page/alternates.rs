//! Alternates: every way a page declares itself in other languages, as typed evidence.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use super::Alternate;
use crate::head::Head;

/// What the alternates stage found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The evidence, what is dropped at once left out.
    pub alternates: Vec<Alternate>,
    /// Roots of language notices and switchers: never body text.
    pub notices: HashSet<NodeId>,
}

/// Collects the alternates of a page.
pub fn read(_dom: &Html, _head: &Head, _url: &Url) -> Found {
    Found::default()
}
