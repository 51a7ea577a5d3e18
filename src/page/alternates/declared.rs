//! Declarations: `link rel=alternate hreflang`, the HTTP `Link` field, and JSON-LD.

use ego_tree::NodeRef;
use scraper::Node;
use scraper::node::Element;
use serde_json::Value;

use super::gather::{Claim, Gathered, Reason};
use crate::head::Head;
use crate::page::dom::attr;
use crate::page::links::{field, has_token};
use crate::page::{Place, Signal};

/// Longest JSON-LD block that is parsed, in bytes.
const MAX_JSON: usize = 1024 * 1024;

/// Nodes of one JSON-LD block that are looked at.
const MAX_JSON_NODES: usize = 1_000;

/// Properties that name translations of the work (schema.org `CreativeWork`), and what they say:
/// `translationOfWork` leads to the original.
const TRANSLATIONS: [(&str, Signal); 2] =
    [("workTranslation", Signal::JsonLd), ("translationOfWork", Signal::TranslationOf)];

/// The claims of the HTTP `Link` field.
pub(super) fn http(head: &Head, gathered: &mut Gathered) {
    for link in field::parse(&head.all("link")) {
        if !link.has_rel("alternate") {
            continue;
        }
        for lang in link.all("hreflang") {
            let claim = || Claim {
                // What another resource says is said of that one (RFC 8288 §3.2).
                of: link.get("anchor").map(str::to_owned),
                ..Claim::new(&link.target, lang, Signal::HttpLink, Place::Header)
            };
            match other_form(link.get("media"), link.get("type")) {
                Some(why) => gathered.leave(why, claim),
                None => gathered.claims.push(claim()),
            }
        }
    }
}

/// The claim of a `link` element; feeds, mobile versions and AMP are none.
pub(super) fn link(element: &Element, gathered: &mut Gathered) {
    let rel = attr(element, "rel");
    if !has_token(rel, "alternate") || has_token(rel, "stylesheet") {
        return;
    }
    let lang = attr(element, "hreflang").or_else(|| attr(element, "lang"));
    let Some((lang, href)) = lang.zip(attr(element, "href")) else { return };
    let claim = || Claim::new(href, lang, Signal::HeadLink, Place::Head);
    match other_form(attr(element, "media"), attr(element, "type")) {
        Some(why) => gathered.leave(why, claim),
        None => gathered.claims.push(claim()),
    }
}

/// What speaks against a link by the form of the document behind it.
fn other_form(media: Option<&str>, media_type: Option<&str>) -> Option<Reason> {
    if media_type.is_some_and(is_no_page) {
        return Some(Reason::Feed);
    }
    media.is_some_and(|media| !matches!(media.trim(), "" | "all")).then_some(Reason::Media)
}

/// Whether a media type is that of a feed or of data, not of a page.
fn is_no_page(media_type: &str) -> bool {
    let media_type = media_type.to_ascii_lowercase();
    let is_page = media_type.contains("xhtml") || media_type.contains("html");
    !is_page && ["xml", "json", "atom", "rss", "pdf"].iter().any(|word| media_type.contains(word))
}

/// The claims of a JSON-LD block.
pub(super) fn json_ld(node: NodeRef<'_, Node>, element: &Element) -> Vec<Claim> {
    let is_json_ld = attr(element, "type")
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
    if !is_json_ld {
        return Vec::new();
    }
    let text = node.first_child().and_then(|child| child.value().as_text());
    let Some(text) = text.filter(|text| text.len() <= MAX_JSON) else { return Vec::new() };
    // Parsing is dear and the property is rare.
    if !TRANSLATIONS.iter().any(|(property, _)| text.contains(property)) {
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
                let of = work.get("url").and_then(Value::as_str);
                for (property, signal) in TRANSLATIONS {
                    let named = work.get(property).into_iter().flat_map(each);
                    claims.extend(named.filter_map(|named| work_claim(named, signal, of)));
                }
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

fn work_claim(work: &Value, signal: Signal, of: Option<&str>) -> Option<Claim> {
    let text = |key| work.get(key).and_then(Value::as_str);
    let href = work.as_str().or_else(|| text("url")).or_else(|| text("@id"))?;
    let lang_raw = text("inLanguage").unwrap_or_default();
    let claim = Claim::new(href, lang_raw, signal, Place::Head);
    Some(Claim { of: of.map(str::to_owned), ..claim })
}
