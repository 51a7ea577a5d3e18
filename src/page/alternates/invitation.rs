//! Invitations: links whose sentence says that the page is to be read in another language.
//!
//! "Read this in English", or "To read it in Arabic, click" before a link "here". Such words stand
//! in running text too, where they speak of something else: a link counts only where all that
//! stands beside it, up to a mark that parts sentences, belongs to the invitation; where one page
//! is named for a language, not one for each of several articles; and where its address lies on
//! the page's own site or names the language. A link that is a name and no more ("angielsku") is one
//! where its whole line is an invitation. Whether two pages belong together is for `groups`.

use std::collections::{HashMap, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::Node;
use scraper::node::Element;
use url::Url;

use super::gather::{Claim, Gathered, Reason};
use super::notice::{self, Notices};
use super::switcher::{self, Anchor, Label};
use super::target;
use crate::address::{Site, fetchable};
use crate::lang::Lang;
use crate::page::dom::attr;
use crate::page::invitations::{self, Invites, MAX_BYTES, Said};
use crate::page::{Place, Signal, vocabulary};

/// Bytes of text beside a link that are read in each direction.
const MAX_BESIDE: usize = MAX_BYTES;

/// Nodes beside a link that are looked at in each direction.
const MAX_NODES: usize = 64;

/// How far the line of a link may lie above it.
const MAX_CLIMB: usize = 8;

/// Marks that part what a line says of one thing from what it says of another.
const MARKS: &[char] = &['|', '•', '·', '–', '—', '/'];

/// Marks that part sentences: behind them a link that asks to do something stands for itself.
const STOPS: &[char] = &['.', '!', '?', '。', '؟', '।', '(', ')', '[', ']', '（', '）'];

/// A link that may be an invitation, by its words alone.
pub(super) struct Invited<'a> {
    anchor: Anchor<'a>,
    said: Said,
}

impl<'a> Invited<'a> {
    /// The link, when its text, or the text for its picture, is an invitation or part of one.
    pub(super) fn of(
        node: NodeRef<'a, Node>,
        element: &'a Element,
        label: Option<&Label>,
    ) -> Option<Self> {
        let href = attr(element, "href")?;
        if attr(element, "hreflang").is_some() {
            return None;
        }
        let texts = switcher::texts(node, element, label);
        let mut heard = texts.filter_map(|text| Some((text, invitations::heard(text)?)));
        let first = heard.next()?;
        let is_whole = |said: &Said| !said.of_another && !said.bare;
        let (text, said) = if is_whole(&first.1) {
            first
        } else {
            heard.find(|(_, said)| is_whole(said)).unwrap_or(first)
        };
        Some(Self { anchor: Anchor::saying(node, element, href, text.to_owned()), said })
    }
}

/// A link that is an invitation where it stands.
struct Found<'s, 'a> {
    anchor: &'s Anchor<'a>,
    of_another: bool,
    lang: Lang,
    judged: Result<(Signal, Place), (Reason, Signal, Place)>,
}

/// The links that were taken for invitations, and what of the page is nothing else.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) links: HashSet<NodeId>,
    pub(super) roots: HashSet<NodeId>,
}

/// Gathers the claims of all invitations.
pub(super) fn claims(
    invited: &[Invited<'_>],
    notices: &Notices,
    (url, base): (&Url, &Url),
    gathered: &mut Gathered,
) -> Taken {
    let mut taken = Taken::default();
    let found: Vec<Found<'_, '_>> =
        invited.iter().filter_map(|one| found(one, notices, (url, base))).collect();
    let targets = Targets::of(&found);
    for one in found {
        if !one.of_another {
            taken.links.insert(one.anchor.node.id());
        }
        let judged = match one.judged {
            Ok((signal, place)) if targets.crowd(&one) => {
                Err((Reason::OtherArticle, signal, place))
            }
            judged => judged,
        };
        let (Ok((signal, place)) | Err((_, signal, place))) = judged;
        let claim = || Claim {
            lang: Some(one.lang.clone()),
            ..Claim::new(one.anchor.href, &one.anchor.text, signal, place)
        };
        match judged {
            Ok(_) => {
                taken.roots.extend(root(one.anchor));
                gathered.claims.push(claim());
            }
            Err((why, ..)) => gathered.leave(why, claim),
        }
    }
    taken
}

/// Where the links of a page invite to, for each language: in the article, and round it.
#[derive(Default)]
struct Targets<'a> {
    of: HashMap<String, [HashSet<&'a str>; 2]>,
}

impl<'a> Targets<'a> {
    fn of(found: &[Found<'_, 'a>]) -> Self {
        let mut targets = Self::default();
        for one in found {
            if let Ok((_, place)) = one.judged {
                let [inside, round] = targets.of.entry(one.lang.group_key()).or_default();
                let hrefs = if place == Place::Article { inside } else { round };
                hrefs.insert(one.anchor.href.trim());
            }
        }
        targets
    }

    /// Whether an invitation is not this article's: several addresses are named for its language,
    /// one for each of several articles; or another in the article itself.
    fn crowd(&self, one: &Found<'_, '_>) -> bool {
        let Ok((Signal::Invitation, place)) = one.judged else { return false };
        let Some([inside, round]) = self.of.get(&one.lang.group_key()) else { return false };
        let is_same = round.iter().all(|href| inside.contains(href));
        match (place == Place::Article, inside.len()) {
            (true, count) => count > 1,
            (false, 0) => round.len() > 1,
            (false, _) => !is_same,
        }
    }
}

fn found<'s, 'a>(
    invited: &'s Invited<'a>,
    notices: &Notices,
    (url, base): (&Url, &Url),
) -> Option<Found<'s, 'a>> {
    let anchor = &invited.anchor;
    let line = Line::round(anchor.node);
    let lang = match &invited.said.lang {
        Some(lang) => Some(lang.clone()),
        None => line.sentence(&anchor.text),
    }?;
    if invited.said.bare && !is_listed(anchor, &lang) {
        return None;
    }
    let place = switcher::place_of(anchor.node);
    let left = |why| Err((why, Signal::Invitation, place));
    let target = fetchable(anchor.href, Some(base)).ok();
    let against = target.as_ref().and_then(target::reason_against);
    let judged = if let Some(why) = switcher::reason_against(anchor).or(against) {
        left(why)
    } else if invited.said.of_another {
        left(Reason::OtherText)
    } else if notices.holds(anchor.node) {
        Ok((Signal::ArticleBlock, Place::Article))
    } else if notices.of_another(anchor.node) || notice::is_card(anchor.node) {
        left(Reason::OtherArticle)
    } else if !(invited.said.bare || line.stands_alone(&invited.said))
        || target.as_ref().is_some_and(target::is_topic)
    {
        left(Reason::Topic)
    } else if !is_plausible(target.as_ref(), url, anchor.href, &lang) {
        left(Reason::Elsewhere)
    } else {
        Ok((Signal::Invitation, place))
    };
    Some(Found { anchor, of_another: invited.said.of_another, lang, judged })
}

/// Whether a link that is the name of a language stands in a line that invites to it. Its own name
/// for a language says enough by itself, and "French" beside "translation" may be a topic.
fn is_listed(anchor: &Anchor<'_>, lang: &Lang) -> bool {
    let least = match vocabulary::language_named(&anchor.text) {
        Some(named) if named.by_own_name => return false,
        Some(_) => Invites::Asks,
        None => Invites::Tells,
    };
    let (before, after) = (line(anchor.node, false, true), line(anchor.node, true, true));
    let invites = |before: &str, after: &str| {
        let whole = format!("{before} {} {after}", anchor.text);
        invitations::invites_to(&whole, lang).is_some_and(|how| how >= least)
    };
    // A mark parts the line from what is beside it, or the names from one another.
    invites(parted(&before, true, false), parted(&after, false, false)) || invites(&before, &after)
}

/// Whether an address lies on the page's own site, or names the language.
fn is_plausible(target: Option<&Url>, own: &Url, href: &str, lang: &Lang) -> bool {
    target.is_some_and(|target| Site::of(target) == Site::of(own)) || target::holds_code(href, lang)
}

/// What stands beside a link in its line, on either side up to the next link or the end.
struct Line {
    before: String,
    after: String,
}

impl Line {
    fn round(node: NodeRef<'_, Node>) -> Self {
        Self { before: line(node, false, false), after: line(node, true, false) }
    }

    /// The language that the sentence round a link like "here" names.
    fn sentence(&self, text: &str) -> Option<Lang> {
        let start = format!("{} {text}", parted(&self.before, true, true));
        let said = |text: &str| invitations::said(text)?.lang;
        said(&start).or_else(|| said(&format!("{start} {}", parted(&self.after, false, true))))
    }

    /// Whether nothing but the invitation stands beside the link.
    fn stands_alone(&self, said: &Said) -> bool {
        invitations::is_beside(parted(&self.before, true, said.asks))
            && invitations::is_beside(parted(&self.after, false, said.asks))
    }
}

/// The part of a text that lies next to the link: behind the last mark, or before the first. Where
/// the link `asks`, the end of a sentence is such a mark too.
fn parted(text: &str, before: bool, asks: bool) -> &str {
    let is_mark = |c: char| MARKS.contains(&c) || (asks && STOPS.contains(&c));
    let part = if before { text.rsplit(is_mark).next() } else { text.split(is_mark).next() };
    part.unwrap_or_default()
}

/// The text on one side of a link, up to the next link, break or block; `past` links that are names
/// of languages.
fn line(node: NodeRef<'_, Node>, forward: bool, past: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut at = node;
    'line: for _ in 0..MAX_CLIMB {
        let mut next = at;
        for _ in 0..MAX_NODES {
            let sibling = if forward { next.next_sibling() } else { next.prev_sibling() };
            let Some(sibling) = sibling else { break };
            next = sibling;
            match inline_text(sibling, forward, past) {
                Some(text) => parts.push(text),
                None => break 'line,
            }
            if parts.iter().map(String::len).sum::<usize>() > MAX_BESIDE {
                break 'line;
            }
        }
        match at.parent().filter(|parent| is_inline(*parent)) {
            Some(parent) => at = parent,
            None => break,
        }
    }
    if !forward {
        parts.reverse();
    }
    parts.concat()
}

/// The text of a part of a line, of a long one what lies next to the link; `None` for what ends
/// the line.
fn inline_text(node: NodeRef<'_, Node>, forward: bool, past: bool) -> Option<String> {
    let mut text = String::new();
    for part in node.descendants().take(MAX_NODES) {
        match part.value() {
            Node::Text(own) => {
                let (own, length) = (&**own, own.len());
                let end = own.floor_char_boundary(MAX_BESIDE.min(length));
                let start = own.ceil_char_boundary(length.saturating_sub(MAX_BESIDE));
                let near = if forward { own.get(..end) } else { own.get(start..) };
                text.push_str(near.unwrap_or_default());
            }
            Node::Element(_) if !is_of_line(part, past) => return None,
            _ => {}
        }
    }
    Some(text)
}

/// Whether an element goes on with a line; `past` links that are names of languages.
fn is_of_line(node: NodeRef<'_, Node>, past: bool) -> bool {
    is_inline(node) || (past && is_name_link(node))
}

/// Whether a link is nothing but the name of a language.
fn is_name_link(node: NodeRef<'_, Node>) -> bool {
    let is_link = node.value().as_element().is_some_and(|element| element.name() == "a");
    is_link && switcher::short_text(node).is_some_and(|text| invitations::is_names(&text))
}

/// Whether an element is part of a line of text.
fn is_inline(node: NodeRef<'_, Node>) -> bool {
    node.value().as_element().is_some_and(|element| {
        matches!(
            element.name(),
            "span" | "strong" | "em" | "b" | "i" | "small" | "font" | "u" | "mark" | "bdi" | "bdo"
        )
    })
}

/// The paragraph that is nothing but an invitation: no part of the body.
fn root(anchor: &Anchor<'_>) -> Option<NodeId> {
    let block = anchor.node.ancestors().take(MAX_CLIMB).find(|node| {
        node.value().as_element().is_some_and(|element| {
            matches!(element.name(), "p" | "div" | "li" | "section" | "h2" | "h3" | "h4" | "h5")
        })
    })?;
    let mut text = String::new();
    for part in block.descendants().take(4 * MAX_NODES).filter_map(|node| node.value().as_text()) {
        text.push_str(part);
        text.push(' ');
        if text.len() > 2 * MAX_BYTES {
            return None;
        }
    }
    text.split(MARKS).all(invitations::is_beside).then(|| block.id())
}
