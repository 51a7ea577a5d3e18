//! Declarations: `link rel=alternate hreflang`, the HTTP `Link` field, and JSON-LD.

use ego_tree::NodeRef;
use scraper::Node;
use scraper::node::Element;
use serde_json::Value;

use super::Claim;
use crate::head::Head;
use crate::lang::Lang;
use crate::page::links::{field, has_token};
use crate::page::{Place, Signal};

/// Longest JSON-LD block that is parsed, in bytes.
const MAX_JSON: usize = 1024 * 1024;

/// Nodes of one JSON-LD block that are looked at.
const MAX_JSON_NODES: usize = 1_000;

/// Properties that name translations of the work (schema.org `CreativeWork`).
const TRANSLATIONS: [&str; 2] = ["workTranslation", "translationOfWork"];

/// The claims of the HTTP `Link` field.
pub(super) fn http(head: &Head) -> Vec<Claim> {
    let mut claims = Vec::new();
    for link in field::parse(&head.all("link")) {
        let other = link.get("media").is_some() || link.get("type").is_some_and(is_no_page);
        if !link.has_rel("alternate") || other {
            continue;
        }
        claims.extend(link.all("hreflang").map(|lang| Claim {
            href: link.target.clone(),
            lang_raw: lang.to_owned(),
            lang: None,
            signal: Signal::HttpLink,
            place: Place::Header,
        }));
    }
    claims
}

/// The claim of a `link` element; feeds, mobile versions and AMP are none.
pub(super) fn link(element: &Element) -> Option<Claim> {
    let rel = element.attr("rel");
    let other = element.attr("media").is_some_and(|media| !matches!(media.trim(), "" | "all"))
        || element.attr("type").is_some_and(is_no_page);
    if !has_token(rel, "alternate") || has_token(rel, "stylesheet") || other {
        return None;
    }
    let lang = element.attr("hreflang").or_else(|| element.attr("lang"))?;
    Some(Claim {
        href: element.attr("href")?.to_owned(),
        lang_raw: lang.trim().to_owned(),
        lang: None,
        signal: Signal::HeadLink,
        place: Place::Head,
    })
}

/// Whether a media type is that of a feed or of data, not of a page.
fn is_no_page(media_type: &str) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    let is_page = media_type.contains("xhtml") || media_type.contains("html");
    !is_page && ["xml", "json", "atom", "rss", "pdf"].iter().any(|word| media_type.contains(word))
}

/// The claims of a JSON-LD block.
pub(super) fn json_ld(node: NodeRef<'_, Node>, element: &Element) -> Vec<Claim> {
    let is_json_ld = element
        .attr("type")
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
    if !is_json_ld {
        return Vec::new();
    }
    let text = node.first_child().and_then(|child| child.value().as_text());
    let Some(text) = text.filter(|text| text.len() <= MAX_JSON) else { return Vec::new() };
    // Parsing is dear and the property is rare.
    if !TRANSLATIONS.iter().any(|property| text.contains(property)) {
        return Vec::new();
    }
    serde_json::from_str(text).map(|value| translations(&value)).unwrap_or_default()
}

/// The translations named by the works of a document: at its top, in lists, in `@graph`.
fn translations(document: &Value) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut waiting = vec![document];
    let mut looked = 0;
    while let Some(value) = waiting.pop() {
        looked += 1;
        if looked > MAX_JSON_NODES {
            break;
        }
        match value {
            Value::Array(items) => waiting.extend(items.iter().rev()),
            Value::Object(work) => {
                waiting.extend(["@graph", "mainEntity"].iter().filter_map(|key| work.get(*key)));
                let named = TRANSLATIONS.iter().filter_map(|key| work.get(*key));
                claims.extend(named.flat_map(each).filter_map(work_claim));
            }
            _ => {}
        }
    }
    claims
}

fn each(value: &Value) -> std::slice::Iter<'_, Value> {
    match value {
        Value::Array(items) => items.iter(),
        one => std::slice::from_ref(one).iter(),
    }
}

fn work_claim(work: &Value) -> Option<Claim> {
    let text = |key| work.get(key).and_then(Value::as_str);
    let href = work.as_str().or_else(|| text("url")).or_else(|| text("@id"))?;
    let lang_raw = text("inLanguage").unwrap_or_default();
    Some(Claim {
        href: href.to_owned(),
        lang_raw: lang_raw.to_owned(),
        lang: Lang::parse(lang_raw),
        signal: Signal::JsonLd,
        place: Place::Head,
    })
}
