//! Switchers: links and options of the body that name a language, wherever they stand.
//!
//! Most of them lead to the front page of a language, so their word counts for little; only a
//! block of the article ([`super::notice`]) is believed at once.

use ego_tree::NodeRef;
use scraper::Node;
use scraper::node::Element;

use super::notice::Notices;
use super::{Claim, Survey};
use crate::lang::Lang;
use crate::page::links::has_token;
use crate::page::vocabulary::{
    self, ARTICLE_BLOCKS, CODE_PREFIXES, MAX_NAME_BYTES, NO_TRANSLATION, Named, SWITCHERS,
};
use crate::page::{Place, Signal};

/// How far above a link the classes that tell about it are looked for (`li`, `ul`, a wrapper).
const CLASS_REACH: usize = 6;

/// How far above a link a part of the page (menu, article, card) may begin.
const PLACE_REACH: usize = 64;

/// Characters of a link that says "read this in English"; headlines are longer.
const MAX_LABEL: usize = 32;

/// Nodes of a link whose text is read.
const MAX_TEXT_NODES: usize = 64;

/// Longest class attribute or id that is read. WordPress gives `body` some 800 bytes.
const MAX_MARK_BYTES: usize = 1_024;

/// Class names of one element that are read.
const MAX_CLASSES: usize = 64;

/// A link that names a language in some way.
pub(super) struct Anchor<'a> {
    pub(super) node: NodeRef<'a, Node>,
    pub(super) href: &'a str,
    element: &'a Element,
    /// The language its text names.
    pub(super) named: Option<Named>,
    /// Its text, folded.
    pub(super) text: String,
}

impl<'a> Anchor<'a> {
    /// The link, when its attributes or its text name a language.
    pub(super) fn of(node: NodeRef<'a, Node>, element: &'a Element) -> Option<Self> {
        let href = element.attr("href")?;
        let text = short_text(node);
        let named = text.as_deref().and_then(vocabulary::language_named);
        let says = element.attr("hreflang").is_some()
            || around(node, element).any(|element| class_code(element).is_some())
            || element.attr("lang").is_some()
            || named.is_some()
            || text.as_deref().is_some_and(|text| text.len() <= 2);
        says.then(|| Self { node, href, element, named, text: text.unwrap_or_default() })
    }

    /// The language declared: by attribute, by class, by name; with the text that said so.
    fn language(&self) -> Option<(String, Lang)> {
        let by_attribute = |name| {
            let raw = self.element.attr(name)?;
            Some((raw.trim().to_owned(), Lang::parse(raw)?))
        };
        by_attribute("hreflang")
            .or_else(|| self.class_code())
            .or_else(|| by_attribute("lang"))
            .or_else(|| self.named.as_ref().map(|named| (self.text.clone(), named.lang.clone())))
            .or_else(|| Some((self.text.clone(), Lang::parse(&self.text)?)))
    }

    /// Whether its text is too long to speak of a language: another article's headline.
    fn is_headline(&self) -> bool {
        self.text.chars().count() > MAX_LABEL || short_text(self.node).is_none()
    }

    /// `wpml-ls-item-ar` on the link or on one of the three elements round it.
    fn class_code(&self) -> Option<(String, Lang)> {
        around(self.node, self.element).find_map(class_code)
    }
}

/// A link and the three elements round it: where plugins write the code of its language.
fn around<'a>(node: NodeRef<'a, Node>, element: &'a Element) -> impl Iterator<Item = &'a Element> {
    std::iter::once(element).chain(parents(node).take(3))
}

/// The class names of an element; none where the attribute is absurdly long, as it is read again
/// for every link below it.
pub(super) fn classes(element: &Element) -> impl Iterator<Item = &str> {
    marks(element).flat_map(str::split_ascii_whitespace).take(MAX_CLASSES)
}

fn marks(element: &Element) -> impl Iterator<Item = &str> {
    element.attr("class").into_iter().filter(|names| names.len() <= MAX_MARK_BYTES)
}

/// Whether an element's class or id may be that of a switcher.
pub(super) fn is_marked(element: &Element) -> bool {
    [element.attr("class"), element.attr("id")]
        .into_iter()
        .flatten()
        .any(|names| vocabulary::matches(&vocabulary::PERHAPS_LANGUAGE, names))
}

/// The language of a switcher's item for the page itself.
pub(super) fn current_language(element: &Element) -> Option<Lang> {
    let is_current = ["wpml-ls-current-language", "current-lang"]
        .iter()
        .any(|name| classes(element).any(|class| class == *name));
    class_code(element).filter(|_| is_current).map(|(_, lang)| lang)
}

fn class_code(element: &Element) -> Option<(String, Lang)> {
    let codes = classes(element).flat_map(|class| {
        CODE_PREFIXES.iter().filter_map(move |prefix| class.strip_prefix(prefix))
    });
    // `lang-item-5` is a number, `lang-item-first` a place.
    codes
        .filter(|code| code.len() != 5 || code.contains('-'))
        .find_map(|code| Some((code.to_owned(), Lang::parse(code)?)))
}

/// Whether an element is a switcher or an article's block, by class or id.
pub(super) fn is_switcher(element: &Element) -> bool {
    let id = element.attr("id").unwrap_or_default();
    SWITCHERS.contains(&id)
        || classes(element).any(|class| SWITCHERS.contains(&class))
        || is_article_block(element)
}

/// Whether an element is a block of existing translations, by class.
pub(super) fn is_article_block(element: &Element) -> bool {
    classes(element).any(|class| ARTICLE_BLOCKS.contains(&class))
}

/// The elements round a node, innermost first.
pub(super) fn parents(node: NodeRef<'_, Node>) -> impl Iterator<Item = &Element> {
    node.ancestors().take(PLACE_REACH).filter_map(|parent| parent.value().as_element())
}

/// The claims of all links and options that name a language.
pub(super) fn claims(survey: &Survey<'_>, notices: &Notices) -> Vec<Claim> {
    let anchors = survey.anchors.iter().filter_map(|anchor| anchor_claim(anchor, notices));
    let options = survey.options.iter().filter_map(|option| option_claim(*option));
    anchors.chain(options).collect()
}

fn anchor_claim(anchor: &Anchor<'_>, notices: &Notices) -> Option<Claim> {
    if is_no_translation(anchor) {
        return None;
    }
    let (lang_raw, lang) = anchor.language()?;
    let claim = |signal, place| {
        Some(Claim { href: anchor.href.to_owned(), lang_raw, lang: Some(lang), signal, place })
    };
    if notices.holds(anchor.node) {
        return claim(Signal::ArticleBlock, Place::Article);
    }
    if notices.of_another(anchor.node) {
        return None;
    }
    let place = place_of(anchor.node);
    if is_drupal_link(anchor.element) {
        return claim(Signal::DrupalPath, place);
    }
    let by_own_name = anchor.named.as_ref().is_some_and(|named| named.by_own_name);
    let in_switcher = parents(anchor.node).take(CLASS_REACH).any(is_switcher);
    if anchor.element.attr("hreflang").is_some() {
        let speaks = in_switcher || anchor.named.is_some() || !anchor.is_headline();
        return if speaks { claim(Signal::AnchorHreflang, place) } else { None };
    }
    let named = by_own_name || (in_switcher && named_by_text_or_class(anchor));
    let is_tag = has_token(anchor.element.attr("rel"), "tag");
    if named && !is_tag { claim(Signal::Autonym, place) } else { None }
}

fn named_by_text_or_class(anchor: &Anchor<'_>) -> bool {
    anchor.named.is_some() || anchor.class_code().is_some() || anchor.text.len() == 2
}

/// Whether the link or what is round it says that it leads to no translation.
fn is_no_translation(anchor: &Anchor<'_>) -> bool {
    let element = anchor.element;
    let query_only = anchor.href.trim_start().starts_with('?');
    if (has_token(element.attr("rel"), "nofollow") && query_only)
        || element.attr("data-gt-lang").is_some()
        || element.attr("data-no-translation").is_some_and(|missing| missing == "true")
    {
        return true;
    }
    let mut around = std::iter::once(element).chain(parents(anchor.node).take(CLASS_REACH));
    around.any(|element| classes(element).any(|class| NO_TRANSLATION.contains(&class)))
}

/// Drupal's language link with the system path of a node: the same path in every language.
fn is_drupal_link(element: &Element) -> bool {
    let path = element.attr("data-drupal-link-system-path").unwrap_or_default();
    classes(element).any(|class| class == "language-link")
        && !path.is_empty()
        && !path.starts_with("<front>")
}

/// Where a link stands: in the article, or in what is round it.
fn place_of(node: NodeRef<'_, Node>) -> Place {
    for element in parents(node) {
        if is_chrome(element) {
            return Place::Chrome;
        }
        if matches!(element.name(), "article" | "main") {
            return Place::Article;
        }
    }
    Place::Chrome
}

/// Whether an element is a menu, a header, a footer, a sidebar or a list of other things.
pub(super) fn is_chrome(element: &Element) -> bool {
    matches!(element.name(), "nav" | "header" | "footer" | "aside" | "body")
        || marks(element)
            .chain(element.attr("id").filter(|id| id.len() <= MAX_MARK_BYTES))
            .any(|names| vocabulary::matches(&vocabulary::CHROME, names))
}

fn option_claim(option: NodeRef<'_, Node>) -> Option<Claim> {
    let element = option.value().as_element()?;
    let href = element.attr("value")?.trim();
    let is_url = href.starts_with("http") || href.starts_with('/') || href.starts_with('?');
    if !is_url || classes(element).any(|class| NO_TRANSLATION.contains(&class)) {
        return None;
    }
    let text = short_text(option)?;
    let by_attribute =
        element.attr("lang").and_then(|raw| Some((raw.to_owned(), Lang::parse(raw)?)));
    let (lang_raw, lang) = by_attribute
        .or_else(|| vocabulary::language_named(&text).map(|named| (text, named.lang)))?;
    let href = href.to_owned();
    Some(Claim { href, lang_raw, lang: Some(lang), signal: Signal::Option, place: Place::Chrome })
}

/// The text of a node, white space folded; `None` when it is longer than any language's name.
pub(super) fn short_text(node: NodeRef<'_, Node>) -> Option<String> {
    let mut text = String::new();
    for part in node.descendants().take(MAX_TEXT_NODES).filter_map(|child| child.value().as_text())
    {
        if part.len() > 4 * MAX_NAME_BYTES {
            return None;
        }
        for word in part.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
            if text.len() > MAX_NAME_BYTES {
                return None;
            }
        }
    }
    Some(text)
}
