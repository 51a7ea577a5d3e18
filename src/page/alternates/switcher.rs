//! Switchers: links and options of the body that name a language, wherever they stand.
//!
//! Most of them lead to the front page of a language, so their word counts for little; only a
//! block of the article ([`super::notice`]) is believed at once.

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use scraper::Node;
use scraper::node::Element;

use super::Survey;
use super::gather::{Claim, Gathered, Reason};
use super::notice::Notices;
use super::target;
use crate::lang::Lang;
use crate::page::dom::attr;
use crate::page::invitations::MAX_BYTES;
use crate::page::links::has_token;
use crate::page::vocabulary::{self, CODE_PREFIXES, MAX_NAME_BYTES, Named, Role};
use crate::page::{Place, Signal};

/// How far above a link the classes that tell about it are looked for (`li`, `ul`, a wrapper).
const CLASS_REACH: usize = 6;

/// Characters of a label that is a code: `EN`, `FRA`, nothing beside a flag.
const MAX_CODE: usize = 3;

/// How far above a link its own item of a list may begin.
const ITEM_REACH: usize = 3;

/// Bytes of a label such as `EN` or `عر`, beside which a title names the language.
const MAX_SHORT_LABEL: usize = 6;

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
    pub(super) fn of(
        node: NodeRef<'a, Node>,
        element: &'a Element,
        label: Option<&Label>,
    ) -> Option<Self> {
        let href = attr(element, "href")?;
        let mut text = label.and_then(|label| label.up_to(MAX_NAME_BYTES)).map(str::to_owned);
        let mut named = text.as_deref().and_then(vocabulary::language_named);
        // A flag or a code, with the language's name beside it.
        if named.is_none()
            && text.as_deref().is_some_and(|text| text.len() <= MAX_SHORT_LABEL)
            && let Some(beside) = beside(node, element)
        {
            named = vocabulary::language_named(beside);
            text = Some(beside.to_owned());
        }
        let says = attr(element, "hreflang").is_some()
            || around(node, element).any(|element| class_code(element).is_some())
            || attr(element, "lang").is_some()
            || named.is_some()
            || text.as_deref().is_some_and(|text| text.len() <= 2);
        says.then(|| Self { node, href, element, named, text: text.unwrap_or_default() })
    }

    /// A link that says `text`, be it no name of a language.
    pub(super) fn saying(
        node: NodeRef<'a, Node>,
        element: &'a Element,
        href: &'a str,
        text: String,
    ) -> Self {
        Self { node, href, element, named: None, text }
    }

    /// The language declared: by attribute, by class, by name; with the text that said so.
    fn language(&self) -> Option<(String, Lang)> {
        let by_attribute = |name| {
            let raw = attr(self.element, name)?;
            Some((raw.trim().to_owned(), Lang::parse(raw)?))
        };
        by_attribute("hreflang")
            .or_else(|| self.class_code())
            .or_else(|| by_attribute("lang"))
            .or_else(|| by_attribute("data-code-language"))
            .or_else(|| self.named.as_ref().map(|named| (self.text.clone(), named.lang.clone())))
            .or_else(|| Some((self.text.clone(), Lang::parse(&self.text)?)))
    }

    /// Whether its text is too long to speak of a language: another article's headline.
    fn is_headline(&self) -> bool {
        self.text.chars().count() > MAX_LABEL || short_text(self.node).is_none()
    }

    /// Whether it shows a picture and no words: a flag, the language's name beside it.
    fn is_picture(&self) -> bool {
        let mut inside = self.node.descendants().take(MAX_TEXT_NODES);
        short_text(self.node).is_some_and(|text| text.is_empty())
            && inside.any(|one| {
                one.value().as_element().is_some_and(|one| matches!(one.name(), "img" | "svg"))
            })
    }

    /// `wpml-ls-item-ar` on the link or on one of the three elements round it.
    fn class_code(&self) -> Option<(String, Lang)> {
        around(self.node, self.element).find_map(class_code)
    }
}

/// The language's name of a link that shows a picture or a code: the text for it.
fn beside<'a>(node: NodeRef<'a, Node>, element: &'a Element) -> Option<&'a str> {
    labels(node, element).find(|text| vocabulary::language_named(text).is_some())
}

/// The texts that stand for a link's picture, and those a reader is shown beside the link.
fn labels<'a>(node: NodeRef<'a, Node>, element: &'a Element) -> impl Iterator<Item = &'a str> {
    let inside = node.descendants().skip(1).take(MAX_TEXT_NODES);
    let inside = inside.filter_map(|child| child.value().as_element());
    let of_pictures = inside.flat_map(|one| ["alt", "title"].map(|name| attr(one, name)));
    of_pictures.chain(["title", "aria-label"].map(|name| attr(element, name))).flatten()
}

/// What a link says: its text, and where that is no more than a code, the texts beside it.
pub(super) fn texts<'t, 'a: 't>(
    node: NodeRef<'a, Node>,
    element: &'a Element,
    label: Option<&'t Label>,
) -> impl Iterator<Item = &'t str> {
    let text = label.map(|label| label.text.as_str());
    let is_short = text.is_some_and(|text| text.len() <= MAX_SHORT_LABEL);
    let beside = labels(node, element).filter(move |_| is_short);
    text.into_iter().chain(beside)
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
    attr(element, "class").into_iter().filter(|names| names.len() <= MAX_MARK_BYTES)
}

/// Whether an element's class or id may be that of a switcher.
pub(super) fn is_marked(element: &Element) -> bool {
    [attr(element, "class"), attr(element, "id")]
        .into_iter()
        .flatten()
        .any(|names| vocabulary::matches(&vocabulary::PERHAPS_LANGUAGE, names))
}

/// The language of a switcher's item for the page itself.
pub(super) fn current_language(element: &Element) -> Option<Lang> {
    class_code(element).filter(|_| has_role(element, Role::Current)).map(|(_, lang)| lang)
}

/// The machine that may have made this page, by the mark of its switcher.
pub(super) fn machine(element: &Element) -> Option<&'static str> {
    marks_of(element).find_map(vocabulary::machine)
}

fn class_code(element: &Element) -> Option<(String, Lang)> {
    let codes = classes(element).flat_map(|class| {
        let begins = |prefix: &&&str| prefix.as_bytes().first() == class.as_bytes().first();
        CODE_PREFIXES.iter().filter(begins).filter_map(move |prefix| {
            // `lang-bar` is a bar; a plugin's own prefix is believed with three letters too.
            let code = class.strip_prefix(prefix)?;
            (*prefix != "lang-" || code.len() == 2).then_some(code)
        })
    });
    // `lang-item-5` is a number, `lang-item-first` a place.
    codes
        .filter(|code| code.len() != 5 || code.contains('-'))
        .find_map(|code| Some((code.to_owned(), Lang::parse(code)?)))
}

/// The class names of an element and its id.
fn marks_of(element: &Element) -> impl Iterator<Item = &str> {
    classes(element).chain(attr(element, "id"))
}

fn has_role(element: &Element, role: Role) -> bool {
    marks_of(element).any(|mark| vocabulary::role(mark) == Some(role))
}

/// Whether an element is a switcher or an article's block, by class or id.
pub(super) fn is_switcher(element: &Element) -> bool {
    marks_of(element).any(|mark| {
        matches!(vocabulary::role(mark), Some(Role::Switcher | Role::Machine | Role::Block))
            || vocabulary::matches(&vocabulary::SWITCHER, mark)
    })
}

/// Whether an element is a block of existing translations, by class.
pub(super) fn is_article_block(element: &Element) -> bool {
    has_role(element, Role::Block)
}

/// The elements round a node, innermost first.
pub(super) fn parents(node: NodeRef<'_, Node>) -> impl Iterator<Item = &Element> {
    node.ancestors().take(PLACE_REACH).filter_map(|parent| parent.value().as_element())
}

/// Gathers the claims of all links and options that name a language; invitations have theirs.
pub(super) fn claims(
    survey: &Survey<'_>,
    notices: &Notices,
    invitations: &HashSet<NodeId>,
    gathered: &mut Gathered,
) {
    for anchor in survey.anchors.iter().filter(|one| !invitations.contains(&one.node.id())) {
        let Some((lang_raw, lang)) = anchor.language() else {
            if let Some(raw) = attr(anchor.element, "hreflang") {
                let (signal, place) = (Signal::AnchorHreflang, place_of(anchor.node));
                let claim = || Claim::new(anchor.href, raw, signal, place);
                gathered.leave(Reason::NoLanguage, claim);
            }
            continue;
        };
        let Some(judged) = judged(anchor, &lang, survey, notices) else { continue };
        let (Ok((signal, place)) | Err((_, signal, place))) = judged;
        let claim =
            || Claim { lang: Some(lang), ..Claim::new(anchor.href, &lang_raw, signal, place) };
        match judged {
            Ok(_) => gathered.claims.push(claim()),
            Err((why, ..)) => gathered.leave(why, claim),
        }
    }
    for option in &survey.options {
        option_claim(*option, gathered);
    }
}

type Judged = Result<(Signal, Place), (Reason, Signal, Place)>;

/// The signal a link gives, or why it gives none; nothing for what speaks of no language.
fn judged(
    anchor: &Anchor<'_>,
    lang: &Lang,
    survey: &Survey<'_>,
    notices: &Notices,
) -> Option<Judged> {
    let declares = attr(anchor.element, "hreflang").is_some();
    let plain = if declares { Signal::AnchorHreflang } else { Signal::Autonym };
    let place = place_of(anchor.node);
    if let Some(why) = reason_against(anchor) {
        return Some(Err((why, plain, place)));
    }
    if notices.holds(anchor.node) {
        return Some(Ok((Signal::ArticleBlock, Place::Article)));
    }
    if notices.of_another(anchor.node) {
        return Some(Err((Reason::OtherArticle, plain, place)));
    }
    let marked = || around(anchor.node, anchor.element).any(|one| has_role(one, Role::Comparable));
    if marked() || (survey.is_wiki && speaks(anchor, lang) == Some(true)) {
        return Some(Ok((Signal::Interlanguage, place)));
    }
    if is_drupal_link(anchor.element, survey.drupal_path.as_deref()) {
        return Some(Ok((Signal::DrupalPath, place)));
    }
    Some(match speaks(anchor, lang)? {
        true => Ok((plain, place)),
        false if has_token(attr(anchor.element, "rel"), "tag") => {
            Err((Reason::Topic, plain, place))
        }
        false if anchor.is_headline() => Err((Reason::Headline, plain, place)),
        false => Err((Reason::Topic, plain, place)),
    })
}

/// Whether a link speaks of this page in another language; `None` when it speaks of no language.
fn speaks(anchor: &Anchor<'_>, lang: &Lang) -> Option<bool> {
    let element = anchor.element;
    let in_switcher = parents(anchor.node).take(CLASS_REACH).any(is_switcher);
    let is_code = anchor.text.len() == 2;
    if attr(element, "hreflang").is_some() {
        // A link to a page that happens to be in another language says what that page is about.
        let reads = || vocabulary::matches(&vocabulary::NOTICE_WORDS, &anchor.text);
        let says = anchor.named.is_some()
            || anchor.text.chars().count() <= MAX_CODE
            || has_token(attr(element, "rel"), "alternate")
            || (!anchor.is_headline() && (attr(element, "lang").is_some() || reads()));
        return Some(in_switcher || says);
    }
    if has_token(attr(element, "rel"), "tag") {
        return Some(false);
    }
    let by_own_name = anchor.named.as_ref().is_some_and(|named| named.by_own_name);
    let named_here =
        in_switcher && (anchor.named.is_some() || is_code || anchor.class_code().is_some());
    let is_label = is_code || (anchor.named.is_some() && anchor.is_picture());
    if by_own_name || named_here || (is_label && target::holds_code(anchor.href, lang)) {
        return Some(true);
    }
    // Two letters outside a switcher may be anything.
    let says = anchor.named.is_some() || attr(element, "lang").is_some();
    (says || anchor.class_code().is_some()).then_some(false)
}

/// What the link, its item of the list, or the switcher round it says against it.
pub(super) fn reason_against(anchor: &Anchor<'_>) -> Option<Reason> {
    let element = anchor.element;
    let query_only = anchor.href.trim_start().starts_with('?');
    if has_token(attr(element, "rel"), "nofollow") && query_only {
        return Some(Reason::Setter);
    }
    if attr(element, "data-gt-lang").is_some() {
        return Some(Reason::Machine);
    }
    if attr(element, "data-no-translation").is_some_and(|missing| missing == "true") {
        return Some(Reason::NoTranslation);
    }
    // A menu that folds out hangs below the item of the present language: only the link's own
    // item speaks of the link.
    let mut outside = false;
    for one in around(anchor.node, element).take(1 + ITEM_REACH) {
        let own = marks_of(one).find_map(|mark| match vocabulary::role(mark)? {
            Role::Missing => Some(Reason::NoTranslation),
            Role::Current => Some(Reason::Current),
            _ => None,
        });
        if own.is_some() && !outside {
            return own;
        }
        outside |= matches!(one.name(), "li" | "ul" | "ol");
    }
    let mut round = std::iter::once(element).chain(parents(anchor.node).take(CLASS_REACH));
    round.any(|one| has_role(one, Role::Machine)).then_some(Reason::Machine)
}

/// Drupal's language link with the system path of a node: the same path in every language. Where
/// the page tells its own path, it must be that one.
fn is_drupal_link(element: &Element, own: Option<&str>) -> bool {
    let path = attr(element, "data-drupal-link-system-path").unwrap_or_default();
    classes(element).any(|class| class == "language-link")
        && !path.is_empty()
        && !path.starts_with("<front>")
        && own.is_none_or(|own| own == path)
}

/// Where a link stands: in the article, or in what is round it.
pub(super) fn place_of(node: NodeRef<'_, Node>) -> Place {
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
            .chain(attr(element, "id").filter(|id| id.len() <= MAX_MARK_BYTES))
            .any(|names| vocabulary::matches(&vocabulary::CHROME, names))
}

fn option_claim(option: NodeRef<'_, Node>, gathered: &mut Gathered) {
    let Some(element) = option.value().as_element() else { return };
    let href = attr(element, "value").unwrap_or_default().trim();
    let is_url = href.starts_with("http") || href.starts_with('/') || href.starts_with('?');
    let Some(text) = short_text(option).filter(|_| is_url) else { return };
    let by_attribute =
        attr(element, "lang").and_then(|raw| Some((raw.to_owned(), Lang::parse(raw)?)));
    let named = || vocabulary::language_named(&text).map(|named| (text, named.lang));
    let Some((lang_raw, lang)) = by_attribute.or_else(named) else { return };
    let claim =
        || Claim { lang: Some(lang), ..Claim::new(href, &lang_raw, Signal::Option, Place::Chrome) };
    if has_role(element, Role::Missing) {
        gathered.leave(Reason::NoTranslation, claim);
    } else {
        gathered.claims.push(claim());
    }
}

/// The text of a node, white space folded; `None` when it is longer than any language's name.
pub(super) fn short_text(node: NodeRef<'_, Node>) -> Option<String> {
    Label::read(node, MAX_NAME_BYTES).map(|label| label.text)
}

/// The text of a link, white space folded, read once for all who ask.
pub(super) struct Label {
    text: String,
    /// The bytes of its longest text node, white space and all.
    widest: usize,
}

impl Label {
    /// The text of a node; `None` when it is longer than any invitation.
    pub(super) fn of(node: NodeRef<'_, Node>) -> Option<Self> {
        Self::read(node, MAX_BYTES)
    }

    fn read(node: NodeRef<'_, Node>, most: usize) -> Option<Self> {
        let (mut text, mut widest) = (String::new(), 0);
        let inside = node.descendants().take(MAX_TEXT_NODES);
        for part in inside.filter_map(|child| child.value().as_text()) {
            widest = widest.max(part.len());
            if widest > 4 * most {
                return None;
            }
            for word in part.split_whitespace() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
                if text.len() > most {
                    return None;
                }
            }
        }
        Some(Self { text, widest })
    }

    /// The text, when it has no more bytes.
    fn up_to(&self, most: usize) -> Option<&str> {
        (self.widest <= 4 * most && self.text.len() <= most).then_some(&self.text)
    }
}
