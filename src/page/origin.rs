//! Origin: what a page gives away of how it came to be in its language.
//!
//! Whether a machine may have made it, which node of a content system it is, whether it calls itself
//! the version for everybody else or a translation. Words for `groups` to judge by; nothing here
//! leads anywhere, and nothing here is believed alone.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use ego_tree::NodeRef;
use scraper::node::Element;
use scraper::{Html, Node};
use serde::{Deserialize, Serialize};
use url::Url;

use super::alternates::target::comparison_key;
use super::dom::attr;
use super::links;
use crate::address::fetchable;
use crate::lang::Lang;

/// Longest JSON-LD block that is looked at, in bytes.
const MAX_JSON: usize = 1024 * 1024;

/// Digits of the longest node number of a content system.
const MAX_NODE_DIGITS: usize = 12;

/// What a page gives away of its origin.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The machine that may have translated it, by the marks of its plugin or script.
    pub machine: Option<String>,
    /// Its node in the content system (`node/20207`): one node is one article in every language.
    pub node: Option<String>,
    /// Whether `x-default` names the page itself.
    pub is_default: bool,
    /// Whether it calls itself a translation (schema.org `translationOfWork`, a translator).
    pub is_translation: bool,
}

/// Reads the origin of the page at `url`. Total.
pub(crate) fn read(dom: &Html, url: &Url) -> Origin {
    let base = LazyCell::new(|| links::base(dom, url));
    let mut origin = Origin::default();
    let mut nodes = BTreeSet::new();
    for found in links::walk(dom) {
        let Node::Element(element) = found.value() else { continue };
        match element.name() {
            "link" => origin.is_default |= names_itself_default(element, url, || &base),
            "script" => origin.is_translation |= is_translation_of(found, element),
            "a" | "li" => {
                // Two tell as much as all: links that disagree name other nodes.
                nodes.extend(system_path(element).filter(|_| nodes.len() < 2));
            }
            _ => {}
        }
    }
    origin.node = nodes.first().filter(|_| nodes.len() == 1).map(|path| (*path).to_owned());
    origin
}

fn names_itself_default<'b>(element: &Element, url: &Url, base: impl Fn() -> &'b Url) -> bool {
    links::has_token(attr(element, "rel"), "alternate")
        && attr(element, "hreflang").is_some_and(Lang::is_x_default)
        && attr(element, "href")
            .and_then(|href| fetchable(href.trim(), Some(base())).ok())
            .is_some_and(|target| comparison_key(&target) == comparison_key(url))
}

/// A node's path on a link between languages; views and front pages are no article.
fn system_path(element: &Element) -> Option<&str> {
    attr(element, "hreflang")?;
    let path = attr(element, "data-drupal-link-system-path")?;
    let digits = path.strip_prefix("node/")?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && (1..=MAX_NODE_DIGITS).contains(&digits.len())).then_some(path)
}

fn is_translation_of(node: NodeRef<'_, Node>, element: &Element) -> bool {
    let is_json_ld = attr(element, "type")
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
    let text = node.first_child().and_then(|child| child.value().as_text());
    is_json_ld
        && text.is_some_and(|text| text.len() <= MAX_JSON && text.contains("\"translationOfWork\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::dom;

    fn origin(html: &str) -> Origin {
        read(&dom::parse(html), &Url::parse("https://news.example/de/haus").unwrap())
    }

    #[test]
    fn a_node_counts_when_all_language_links_name_it() {
        let link =
            |path| format!("<a hreflang=de data-drupal-link-system-path='{path}' href=/de>de</a>");
        assert_eq!(origin(&(link("node/7") + &link("node/7"))).node.as_deref(), Some("node/7"));
        assert_eq!(origin(&(link("node/7") + &link("node/8"))).node, None);
        assert_eq!(origin(&(link("node/7") + &link("node/8") + &link("node/8"))).node, None);
        assert_eq!(origin(&link("<front>")).node, None);
        assert_eq!(origin("<a data-drupal-link-system-path='node/7'>menu</a>").node, None);
    }

    #[test]
    fn a_page_says_that_it_is_the_default_or_a_translation() {
        let own = "<link rel=alternate hreflang=x-default href='/de/haus/?utm_source=x'>";
        assert!(origin(own).is_default);
        assert!(!origin("<link rel=alternate hreflang=x-default href=/en/house>").is_default);
        let json = r#"<script type="application/ld+json">{"@type":"NewsArticle","translationOfWork":{"@id":"/en/house"}}</script>"#;
        assert!(origin(json).is_translation);
        assert!(!origin("<p>translationOfWork</p>").is_translation);
    }
}
