//! Alternates: every way a page declares itself in other languages, as typed evidence.
//!
//! Each channel makes `Claim`s: `declared` reads the head, the HTTP field and JSON-LD,
//! `switcher` the links and options of the body, `invitation` the sentences, `notice` tells which
//! of those stand in a block of the article itself. Here the claims that cannot be translations are dropped; which of the
//! rest *are* is decided by `groups`, never here.

mod declared;
mod gather;
mod invitation;
mod negotiated;
mod notice;
mod own;
pub(crate) mod pattern;
mod switcher;
pub(crate) mod target;

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use scraper::node::Element;
use scraper::{Html, Node};
use url::Url;

use self::gather::Gathered;
use self::own::{OwnPage, ScriptCount};
use super::dom::attr;
use super::{Alternate, Signal, links, vocabulary};
use crate::address::fetchable;
use crate::head::Head;
use crate::lang::Lang;

pub use self::gather::{Dropped, Reason};
pub(crate) use self::negotiated::{content_language, own_variant};

/// Evidence kept of one page. The longest real matrix has about 60 entries.
const MAX_ALTERNATES: usize = 400;

/// Links looked at as possible alternates; each look walks up the tree.
const MAX_CLAIMS: usize = 4_000;

/// Bytes of Drupal's settings in which the path of the page is looked for.
const MAX_SETTINGS: usize = 64 << 10;

/// What the alternates stage found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The evidence, what is dropped at once left out.
    pub alternates: Vec<Alternate>,
    /// The page's own language for other regions.
    pub variants: Vec<Alternate>,
    /// Roots of language notices and switchers: never body text.
    pub notices: HashSet<NodeId>,
    /// The machine that may have translated the page.
    pub machine: Option<&'static str>,
    /// What was left out, in an audit.
    pub dropped: Vec<Dropped>,
    /// What was not looked at, or not kept, for being too much.
    pub notes: Vec<String>,
    /// The language of the page by its own word, unless its script is another.
    own: Option<Lang>,
    /// Whether the page says in some way what language it is in.
    names_itself: bool,
}

impl Found {
    /// Tells translations from variants once the language of the text is known: it decides on a
    /// page that does not say its own, and about the script of one that does (`zh` over
    /// traditional text).
    pub(super) fn settle(&mut self, detected: Option<&Lang>, audit: bool) {
        let decides = |text: &&Lang| match &self.own {
            Some(own) => own.language() == text.language() && !own.same(text),
            None => !self.names_itself,
        };
        if let Some(text) = detected.filter(decides) {
            let same = |one: &Alternate| one.lang.as_ref().is_some_and(|lang| lang.same(text));
            let other = self.variants.extract_if(.., |one| !same(one)).collect::<Vec<_>>();
            self.variants.extend(self.alternates.extract_if(.., |one| same(one)));
            self.alternates.extend(other);
        }
        if audit {
            let variants = self.variants.iter().cloned();
            self.dropped.extend(variants.map(|one| Dropped::of(one, Reason::Variant)));
        }
    }
}

/// Collects the alternates of a page. Total.
pub fn read(dom: &Html, head: &Head, url: &Url) -> Found {
    found(dom, head, url, false)
}

/// The same, and writes down what is left out, with the reason.
pub fn audit(dom: &Html, head: &Head, url: &Url) -> Found {
    found(dom, head, url, true)
}

fn found(dom: &Html, head: &Head, url: &Url, audit: bool) -> Found {
    let base = links::base(dom, url);
    let mut survey = Survey::of(dom, head, audit);
    let mut notices = notice::Notices::of(&survey);
    let mut gathered = std::mem::take(&mut survey.gathered);
    let invited = invitation::claims(&survey.invited, &notices, (url, &base), &mut gathered);
    switcher::claims(&survey, &notices, &invited.links, &mut gathered);
    notices.roots.extend(invited.roots);
    survey.gathered = gathered;
    let own = OwnPage::of(&survey, head, url, &base);
    let Survey { mut gathered, machine, mut notes, .. } = survey;
    let (mut alternates, mut variants) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    let mut past = 0_usize;
    for claim in std::mem::take(&mut gathered.claims) {
        match own.judged(&claim) {
            Err(why) => gathered.leave(why, || claim),
            Ok(_) if seen.len() >= MAX_ALTERNATES => {
                past += 1;
                gathered.leave(Reason::Limit, || claim);
            }
            Ok((one, is_variant)) => {
                if seen.insert((one.url.clone(), one.lang.clone(), one.signal)) {
                    if is_variant { &mut variants } else { &mut alternates }.push(one);
                }
            }
        }
    }
    if past > 0 {
        notes.push(format!("only the first {MAX_ALTERNATES} alternates are kept, not {past} more"));
    }
    let dropped = gathered.dropped(|claim| own.resolved(claim).map(String::from));
    let (notices, names_itself) = (notices.roots, own.names_itself);
    Found { alternates, variants, notices, machine, dropped, notes, own: own.lang, names_itself }
}

/// What an entry of a sitemap or a feed says of a page's translations. What names no language says
/// nothing; but an `x-default` that leads to a page named in no other way is one, as in a head: so
/// a site that leaves out its own language names its articles.
pub(super) fn of_entry(page: &str, told: Vec<Alternate>) -> Vec<Alternate> {
    let key = |url: &str| fetchable(url, None).ok().map(|url| target::comparison_key(&url));
    let named = told.iter().filter(|one| one.lang.is_some()).map(|one| one.url.as_str());
    let mut known: HashSet<String> = named.chain([page]).filter_map(key).collect();
    let is_default = |one: &Alternate, known: &mut HashSet<String>| {
        Lang::is_x_default(&one.lang_raw)
            && fetchable(&one.url, None).is_ok_and(|url| {
                target::reason_against(&url).is_none() && known.insert(target::comparison_key(&url))
            })
    };
    let told = told.into_iter().filter_map(|one| match one.lang {
        Some(_) => Some(one),
        None if is_default(&one, &mut known) => Some(Alternate { signal: Signal::XDefault, ..one }),
        None => None,
    });
    told.collect()
}

/// What one walk over the tree notes for the stages.
#[derive(Default)]
struct Survey<'a> {
    html_lang: Option<&'a str>,
    canonical: Option<&'a str>,
    /// From the HTTP head, `link` elements and JSON-LD.
    gathered: Gathered,
    /// Links that name a language in some way, with the language their text names.
    anchors: Vec<switcher::Anchor<'a>>,
    /// Links whose words may invite to another language.
    invited: Vec<invitation::Invited<'a>>,
    /// `option` elements with a value.
    options: Vec<NodeRef<'a, Node>>,
    /// Elements whose class or id may be that of a switcher.
    marked: Vec<NodeRef<'a, Node>>,
    /// The language a switcher marks as the present one.
    current: Option<Lang>,
    /// The script most of the text is in.
    script: Option<&'static str>,
    /// Drupal's own path of the page.
    drupal_path: Option<String>,
    machine: Option<&'static str>,
    /// What was not looked at.
    notes: Vec<String>,
    /// Whether the page is a wiki's: its languages are articles of their own.
    is_wiki: bool,
}

impl<'a> Survey<'a> {
    fn of(dom: &'a Html, head: &Head, audit: bool) -> Self {
        let mut survey = Self { gathered: Gathered::new(audit), ..Self::default() };
        declared::http(head, &mut survey.gathered);
        negotiated::claims(head, &mut survey.gathered);
        let mut scripts = ScriptCount::default();
        for node in links::walk(dom) {
            match node.value() {
                Node::Element(element) => survey.note(node, element),
                Node::Text(text) if !scripts.is_full() && is_shown(node) => scripts.add(text),
                _ => {}
            }
        }
        survey.script = scripts.most();
        let counts = [
            (survey.gathered.claims.len(), "declarations"),
            (survey.anchors.len().max(survey.invited.len()), "links that name a language"),
            (survey.options.len(), "options"),
            (survey.marked.len(), "switchers"),
        ];
        for (_, what) in counts.into_iter().filter(|(count, _)| *count >= MAX_CLAIMS) {
            survey.notes.push(format!("only the first {MAX_CLAIMS} {what} were looked at"));
        }
        survey
    }

    fn note(&mut self, node: NodeRef<'a, Node>, element: &'a Element) {
        let room = self.gathered.claims.len() < MAX_CLAIMS;
        match element.name() {
            "html" => self.html_lang = attr(element, "lang").or_else(|| attr(element, "xml:lang")),
            "link" => {
                if links::has_token(attr(element, "rel"), "canonical") && self.canonical.is_none() {
                    self.canonical = attr(element, "href");
                }
                if room {
                    declared::link(element, &mut self.gathered);
                }
            }
            "script" => self.note_script(node, element),
            "a" if self.anchors.len().max(self.invited.len()) < MAX_CLAIMS => {
                let label = switcher::Label::of(node);
                self.anchors.extend(switcher::Anchor::of(node, element, label.as_ref()));
                self.invited.extend(invitation::Invited::of(node, element, label.as_ref()));
            }
            "meta" if attr(element, "name") == Some("generator") => {
                let generator = attr(element, "content").unwrap_or_default().trim_start();
                self.is_wiki |= generator.starts_with("MediaWiki");
            }
            "option" if self.options.len() < MAX_CLAIMS => self.options.push(node),
            _ => {}
        }
        if switcher::is_marked(element) && self.marked.len() < MAX_CLAIMS {
            self.current = self.current.take().or_else(|| switcher::current_language(element));
            self.machine = self.machine.or_else(|| switcher::machine(element));
            self.marked.push(node);
        }
    }

    fn note_script(&mut self, node: NodeRef<'a, Node>, element: &'a Element) {
        if self.gathered.claims.len() < MAX_CLAIMS {
            self.gathered.claims.extend(declared::json_ld(node, element));
        }
        let by_script = || attr(element, "src").and_then(vocabulary::machine_of_script);
        self.machine = self.machine.or_else(by_script);
        if attr(element, "data-drupal-selector") == Some("drupal-settings-json") {
            self.drupal_path = drupal_path(node);
        }
    }
}

/// `"currentPath":"node\/20207"` of Drupal's settings.
fn drupal_path(settings: NodeRef<'_, Node>) -> Option<String> {
    let text = settings.first_child()?.value().as_text()?;
    let (_, after) =
        text.get(..text.floor_char_boundary(MAX_SETTINGS))?.split_once("\"currentPath\":\"")?;
    Some(after.split('"').next()?.replace("\\/", "/"))
}

fn is_shown(text: NodeRef<'_, Node>) -> bool {
    let parent = text.parent().and_then(|parent| parent.value().as_element());
    parent
        .is_some_and(|element| matches!(element.name(), "p" | "div" | "span" | "h1" | "h2" | "li"))
}
