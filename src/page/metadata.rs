//! Metadata: what the page says of itself, as candidates with their source.

use scraper::Html;
use url::Url;

use super::{PageDate, Person};
use crate::lang::Lang;

/// Candidates from JSON-LD, OpenGraph, meta and microdata.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// `link rel=canonical`, resolved.
    pub canonical: Option<String>,
    /// The best title.
    pub title: Option<String>,
    /// The site's name.
    pub site: Option<String>,
    /// The declared language (`html lang`, Content-Language meta, `og:locale`, `inLanguage`).
    pub declared: Option<Lang>,
    /// Authors by metadata.
    pub authors: Vec<Person>,
    /// Publication date by metadata.
    pub published: Option<PageDate>,
    /// Modification date by metadata.
    pub modified: Option<PageDate>,
    /// JSON-LD `articleBody`.
    pub article_body: Option<String>,
    /// Whether the page calls itself an article (`og:type`, JSON-LD `NewsArticle`, …).
    pub says_article: bool,
}

/// Reads the metadata of a page.
pub fn read(_dom: &Html, _url: &Url) -> Metadata {
    Metadata::default()
}
