//! Alternates: every way a page declares itself in other languages, as typed evidence.
//!
//! Each channel makes `Claim`s: `declared` reads the head, the HTTP field and JSON-LD,
//! `switcher` the links and options of the body, `notice` tells which of those stand in a block
//! of the article itself. Here the claims that cannot be translations are dropped; which of the
//! rest *are* is decided by `groups`, never here.

mod declared;
mod notice;
mod switcher;
pub(crate) mod target;

use std::collections::HashSet;

use ego_tree::{NodeId, NodeRef};
use scraper::{Html, Node};
use url::Url;

use super::{Alternate, Place, Signal, links};
use crate::address::fetchable;
use crate::head::Head;
use crate::lang::Lang;

/// Evidence kept of one page. The longest real matrix has about 60 entries.
const MAX_ALTERNATES: usize = 400;

/// Links looked at as possible alternates; each look walks up the tree.
const MAX_CLAIMS: usize = 4_000;

/// Letters of text from which the script of a page is told.
const SCRIPT_SAMPLE: usize = 2_000;

/// What the alternates stage found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The evidence, what is dropped at once left out.
    pub alternates: Vec<Alternate>,
    /// Roots of language notices and switchers: never body text.
    pub notices: HashSet<NodeId>,
}

/// A declaration as found: not yet resolved, judged or counted.
#[derive(Clone, Debug)]
struct Claim {
    href: String,
    lang_raw: String,
    /// The language where the raw text is no tag (a language's name).
    lang: Option<Lang>,
    signal: Signal,
    place: Place,
}

/// Collects the alternates of a page. Total.
pub fn read(dom: &Html, head: &Head, url: &Url) -> Found {
    let base = links::base(dom, url);
    let mut survey = Survey::of(dom);
    let notices = notice::Notices::of(&survey);
    let mut claims = declared::http(head);
    claims.append(&mut survey.declared);
    claims.extend(switcher::claims(&survey, &notices));
    let own = OwnPage::of(&survey, &claims, url, &base);
    let mut alternates = Vec::new();
    let mut seen = HashSet::new();
    for claim in claims {
        // An HTTP field is resolved against the response's own URL (RFC 8288 §3.2).
        let base = if claim.signal == Signal::HttpLink { url } else { &base };
        let Some(alternate) = own.judged(claim, base) else { continue };
        let key = (alternate.url.clone(), alternate.lang.clone(), alternate.signal);
        if alternates.len() < MAX_ALTERNATES && seen.insert(key) {
            alternates.push(alternate);
        }
    }
    Found { alternates, notices: notices.roots }
}

/// What one walk over the tree notes for the stages.
#[derive(Default)]
struct Survey<'a> {
    html_lang: Option<&'a str>,
    canonical: Option<&'a str>,
    /// From `link` elements and JSON-LD.
    declared: Vec<Claim>,
    /// Links that name a language in some way, with the language their text names.
    anchors: Vec<switcher::Anchor<'a>>,
    /// `option` elements with a value.
    options: Vec<NodeRef<'a, Node>>,
    /// Elements whose class or id may be that of a switcher.
    marked: Vec<NodeRef<'a, Node>>,
    /// The language a switcher marks as the present one.
    current: Option<Lang>,
    /// The script most of the text is in.
    script: Option<&'static str>,
}

impl<'a> Survey<'a> {
    fn of(dom: &'a Html) -> Self {
        let mut survey = Self::default();
        let mut scripts = ScriptCount::default();
        for node in links::walk(dom) {
            match node.value() {
                Node::Element(element) => survey.note(node, element),
                Node::Text(text) if scripts.letters < SCRIPT_SAMPLE && is_shown(node) => {
                    scripts.add(text);
                }
                _ => {}
            }
        }
        survey.script = scripts.most();
        survey
    }

    fn note(&mut self, node: NodeRef<'a, Node>, element: &'a scraper::node::Element) {
        match element.name() {
            "html" => self.html_lang = element.attr("lang").or_else(|| element.attr("xml:lang")),
            "link" => {
                if links::has_token(element.attr("rel"), "canonical") && self.canonical.is_none() {
                    self.canonical = element.attr("href");
                }
                if self.declared.len() < MAX_CLAIMS {
                    self.declared.extend(declared::link(element));
                }
            }
            "script" => self.declared.extend(declared::json_ld(node, element)),
            "a" if self.anchors.len() < MAX_CLAIMS => {
                self.anchors.extend(switcher::Anchor::of(node, element));
            }
            "option" if self.options.len() < MAX_CLAIMS => self.options.push(node),
            _ => {}
        }
        if switcher::is_marked(element) && self.marked.len() < MAX_CLAIMS {
            if self.current.is_none() {
                self.current = switcher::current_language(element);
            }
            self.marked.push(node);
        }
    }
}

fn is_shown(text: NodeRef<'_, Node>) -> bool {
    let parent = text.parent().and_then(|parent| parent.value().as_element());
    parent
        .is_some_and(|element| matches!(element.name(), "p" | "div" | "span" | "h1" | "h2" | "li"))
}

/// The page itself, as far as claims are judged by it.
struct OwnPage {
    keys: Vec<String>,
    lang: Option<Lang>,
}

impl OwnPage {
    fn of(survey: &Survey<'_>, claims: &[Claim], url: &Url, base: &Url) -> Self {
        let mut keys = vec![target::comparison_key(url)];
        let canonical = survey.canonical.and_then(|href| fetchable(href, Some(base)).ok());
        // A canonical on another host or in another language is no spelling of this page; one
        // that a claim names is a page of its own.
        let claimed = |canonical: &Url| {
            claims.iter().any(|claim| {
                Lang::parse(&claim.lang_raw).is_some()
                    && fetchable(&claim.href, Some(base)).is_ok_and(|url| url == *canonical)
            })
        };
        if let Some(canonical) = canonical
            && canonical.host_str() == url.host_str()
            && !claimed(&canonical)
        {
            keys.push(target::comparison_key(&canonical));
        }
        let lang = language(survey, claims, &keys, base);
        Self { keys, lang }
    }

    /// The alternate of a claim; `None` for what cannot be a translation of this page.
    fn judged(&self, claim: Claim, base: &Url) -> Option<Alternate> {
        let raw = claim.href.trim();
        if Lang::is_x_default(&claim.lang_raw) || raw.is_empty() || raw.starts_with('#') {
            return None;
        }
        let url = fetchable(undoubled(raw), Some(base)).ok()?;
        let lang = claim.lang.or_else(|| Lang::parse(&claim.lang_raw));
        if lang.is_none() && claim.signal != Signal::JsonLd {
            return None;
        }
        let same = |own: &Lang| lang.as_ref().is_some_and(|lang| lang.same(own));
        if self.lang.as_ref().is_some_and(same) || self.keys.contains(&target::comparison_key(&url))
        {
            return None;
        }
        if target::is_home(&url) || target::is_setter(&url) {
            return None;
        }
        Some(Alternate {
            url: url.into(),
            url_raw: raw.to_owned(),
            about: None,
            lang,
            lang_raw: claim.lang_raw.chars().take(64).collect(),
            signal: claim.signal,
            place: claim.place,
        })
    }
}

/// `http://https://example.org/`, as templates that add a scheme write it.
fn undoubled(href: &str) -> &str {
    let rest = href.strip_prefix("http://").or_else(|| href.strip_prefix("https://"));
    rest.filter(|rest| rest.starts_with("http://") || rest.starts_with("https://")).unwrap_or(href)
}

/// The language of the page by its own word: the hreflang that names the page itself, the item a
/// switcher marks as current, `html lang`; never one that its text is plainly not written in.
fn language(survey: &Survey<'_>, claims: &[Claim], keys: &[String], base: &Url) -> Option<Lang> {
    let names_self = |claim: &&Claim| {
        fetchable(&claim.href, Some(base))
            .is_ok_and(|url| keys.contains(&target::comparison_key(&url)))
    };
    let by_link = claims
        .iter()
        .filter(|claim| matches!(claim.signal, Signal::HeadLink | Signal::HttpLink))
        .filter(names_self)
        .find_map(|claim| Lang::parse(&claim.lang_raw));
    by_link
        .or_else(|| survey.current.clone())
        .or_else(|| survey.html_lang.and_then(Lang::parse))
        .filter(|lang| survey.script.is_none_or(|script| written_in(lang, script)))
}

/// Whether a language may be written in a script; only scripts that tell are compared.
fn written_in(lang: &Lang, script: &str) -> bool {
    let key = lang.group_key();
    let own = key.rsplit('-').next().unwrap_or_default();
    let own = match own {
        "Hans" | "Hant" | "Jpan" => "Hani",
        other => other,
    };
    !ScriptCount::TOLD.contains(&own) || own == script
}

/// Letters of a text by script, for the scripts that tell languages apart at sight.
#[derive(Default)]
struct ScriptCount {
    letters: usize,
    counts: [usize; 5],
}

impl ScriptCount {
    const TOLD: [&'static str; 5] = ["Latn", "Arab", "Cyrl", "Hani", "Hebr"];

    fn add(&mut self, text: &str) {
        for c in text.chars().take(SCRIPT_SAMPLE).filter(|c| c.is_alphabetic()) {
            self.letters += 1;
            let script = match u32::from(c) {
                0x41..=0x24f => 0,
                0x600..=0x6ff | 0x750..=0x77f => 1,
                0x400..=0x52f => 2,
                0x3040..=0x30ff | 0x3400..=0x9fff => 3,
                0x590..=0x5ff => 4,
                _ => continue,
            };
            if let Some(count) = self.counts.get_mut(script) {
                *count += 1;
            }
        }
    }

    /// The script of three letters in four, when there are 200.
    fn most(&self) -> Option<&'static str> {
        let pairs = Self::TOLD.iter().zip(self.counts);
        pairs
            .filter(|(_, count)| self.letters >= 200 && count * 4 >= self.letters * 3)
            .map(|(script, _)| *script)
            .next()
    }
}
