//! The builder: pages and their declarations as they come, small enough to hold all of a crawl.
//!
//! It keeps a fingerprint for each declaration and a URL, a title and a text print for each
//! article; nothing is decided here. What is taken in about one address replaces what was taken in
//! before, so an archive may be streamed through in the order it was written.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use url::Url;

use super::graph::Graph;
use super::{Evidence, Group, Judgement};
use crate::address::Address;
use crate::lang::Lang;
use crate::page::alternates::target::{comparison_key, is_home};
use crate::page::print::TextPrint;
use crate::page::{Alternate, PageKind};
use crate::record::trace::PageRow;

/// Takes in pages, gives groups.
#[derive(Debug, Default)]
pub struct Builder {
    pub(super) pages: Vec<Kept>,
    pub(super) claims: Vec<Claim>,
    /// Declarations that stand elsewhere than on the page they are about (sitemaps), each with the
    /// page and the number of the sitemap's word about it.
    hearsay: Vec<(u64, u32, Claim)>,
    /// The newest word about each page.
    newest_word: HashMap<u64, u32>,
    /// Redirects: from a key to a key.
    pub(super) moved: HashMap<u64, u64>,
    /// What there is instead of an article.
    pub(super) ends: HashMap<u64, End>,
    /// The page of each address.
    latest: HashMap<u64, u32>,
    /// The URLs declared, when somebody wants to read them.
    pub(super) targets: Option<HashMap<u64, Box<str>>>,
    langs: Vec<Lang>,
    lang_numbers: HashMap<Lang, u16>,
}

/// What there is at a URL instead of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// A page that is no article.
    NoArticle,
    /// A front page.
    Home,
    /// An error of the server.
    Status(u16),
    /// No answer.
    Failed,
    /// Refused by a rule of the crawl.
    Refused,
}

/// An article as the builder keeps it.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) key: u64,
    /// The key of its canonical URL on the same host, when it has another one.
    pub(super) canonical: Option<u64>,
    /// Whether it names a front page, or a page of another host, as its canonical URL.
    pub(super) is_elsewhere: bool,
    /// Its own language for other regions: the key of each, its language and URL.
    pub(super) variants: Box<[(u64, u16, Box<str>)]>,
    pub(super) url: Box<str>,
    pub(super) title: Option<Box<str>>,
    pub(super) published: Option<Box<str>>,
    /// Whether its URL is that of a front page: such a page is nobody's translation.
    pub(super) is_front: bool,
    /// Whether a later capture of its address stands in its place.
    pub(super) stale: bool,
    pub(super) is_default: bool,
    pub(super) is_translation: bool,
    pub(super) is_machine: bool,
    pub(super) declared: Option<u16>,
    pub(super) detected: Option<u16>,
    pub(super) length: u64,
    pub(super) node: Option<Box<str>>,
    pub(super) text: Option<Box<TextPrint>>,
}

/// One declaration as the builder keeps it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub(super) from: u32,
    pub(super) to: u64,
    pub(super) lang: Option<u16>,
    pub(super) evidence: Evidence,
}

impl Builder {
    /// A builder that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A builder that keeps the URLs declared, so that [`Judgement::explain`] and
    /// [`Judgement::audit`] can name what was never fetched.
    pub fn with_targets() -> Self {
        Self { targets: Some(HashMap::new()), ..Self::default() }
    }

    /// Takes in a page with what it declares, or, with `moved_to`, a redirect. Pages that are no
    /// articles can be no members; only their redirects are kept. A row of kind
    /// [`PageKind::Sitemap`] is what a sitemap declares about the page at its URL.
    pub fn add(&mut self, page: &PageRow, alternates: &[Alternate], moved_to: Option<&str>) {
        let Some(url) = Url::parse(&page.url).ok() else { return };
        let key = fingerprint(&url);
        if moved_to.is_none() && page.kind == PageKind::Sitemap {
            return self.hear(key, alternates);
        }
        let Ok(from) = u32::try_from(self.pages.len()) else { return };
        let address = hash(Address::of(&url).as_str());
        if let Some(old) = self.latest.remove(&address)
            && let Some(old) = self.pages.get_mut(old as usize)
        {
            old.stale = true;
        }
        if let Some(to) = moved_to.and_then(|to| Url::parse(to).ok()) {
            self.moved.insert(key, fingerprint(&to));
            if is_home(&to) {
                self.ends.entry(fingerprint(&to)).or_insert(End::Home);
            }
        } else if page.kind == PageKind::Article {
            self.latest.insert(address, from);
            let kept = self.kept(key, &url, page);
            self.pages.push(kept);
            let claims = self.claims_of(from, alternates);
            self.claims.extend(claims);
        } else {
            self.ends.insert(key, if is_home(&url) { End::Home } else { End::NoArticle });
        }
    }

    /// Takes in that there is no page at a URL. It forms no group; it explains one.
    pub fn end(&mut self, url: &str, end: End) {
        if let Ok(url) = Url::parse(url) {
            let end = if end == End::NoArticle && is_home(&url) { End::Home } else { end };
            self.ends.insert(fingerprint(&url), end);
        }
    }

    fn kept(&mut self, key: u64, url: &Url, page: &PageRow) -> Kept {
        let canonical = page.canonical.as_deref().and_then(|text| Url::parse(text).ok());
        let is_near =
            |canonical: &Url| canonical.host_str() == url.host_str() && !is_home(canonical);
        Kept {
            key,
            is_elsewhere: canonical.as_ref().is_some_and(|canonical| !is_near(canonical)),
            variants: self.variants_of(page),
            canonical: canonical
                .filter(is_near)
                .map(|canonical| fingerprint(&canonical))
                .filter(|canonical| *canonical != key),
            url: page.url.as_str().into(),
            title: page.title.as_deref().map(Into::into),
            published: page.published.as_deref().map(Into::into),
            is_front: is_home(url),
            stale: false,
            is_default: page.origin.is_default,
            is_translation: page.origin.is_translation,
            is_machine: page.origin.machine.is_some(),
            declared: self.number(page.declared.as_ref()),
            detected: self.number(page.detected.as_ref()),
            length: page.length,
            node: page.origin.node.as_deref().map(Into::into),
            text: page.text.clone().map(Box::new),
        }
    }

    fn variants_of(&mut self, page: &PageRow) -> Box<[(u64, u16, Box<str>)]> {
        let variant = |one: &Alternate| {
            let key = fingerprint(&Url::parse(&one.url).ok()?);
            Some((key, self.number(one.lang.as_ref())?, one.url.as_str().into()))
        };
        page.variants.iter().filter_map(variant).collect()
    }

    fn hear(&mut self, about: u64, alternates: &[Alternate]) {
        let claims = self.claims_of(u32::MAX, alternates);
        let number = self.newest_word.entry(about).or_default();
        *number += 1;
        let number = *number;
        self.hearsay.extend(claims.into_iter().map(|claim| (about, number, claim)));
    }

    fn claims_of(&mut self, from: u32, alternates: &[Alternate]) -> Vec<Claim> {
        let claim = |alternate: &Alternate| {
            let to = fingerprint(&Url::parse(&alternate.url).ok()?);
            if let Some(targets) = &mut self.targets {
                targets.entry(to).or_insert_with(|| alternate.url.as_str().into());
            }
            let lang = self.number(alternate.lang.as_ref());
            let evidence = Evidence { signal: alternate.signal, place: alternate.place };
            Some(Claim { from, to, lang, evidence })
        };
        alternates.iter().filter_map(claim).collect()
    }

    /// Gives what stands in sitemaps to the pages it is about, and lets go of what later captures
    /// replaced.
    fn settle(&mut self) {
        let pages = &self.pages;
        let stale = |from: u32| pages.get(from as usize).is_none_or(|page| page.stale);
        self.claims.retain(|claim| !stale(claim.from));
        let mut by_key: HashMap<u64, u32> = HashMap::new();
        for (number, page) in (0_u32..).zip(pages).filter(|(_, page)| !page.stale) {
            let first = by_key.entry(page.key).or_insert(number);
            let is_smaller = pages.get(*first as usize).is_some_and(|first| page.url < first.url);
            *first = if is_smaller { number } else { *first };
        }
        for (about, number, claim) in std::mem::take(&mut self.hearsay) {
            let key = self.moved.get(&about).unwrap_or(&about);
            let page = by_key.get(key).or_else(|| by_key.get(&about));
            if let (Some(from), Some(newest)) = (page, self.newest_word.get(&about))
                && *newest == number
            {
                self.claims.push(Claim { from: *from, ..claim });
            }
        }
    }

    /// The judgement on everything taken in.
    pub fn judge(mut self) -> Judgement {
        self.settle();
        Judgement::of(Graph::of(self))
    }

    /// The groups of two and more members, by id.
    pub fn finish(self) -> Vec<Group> {
        self.judge().groups
    }

    fn number(&mut self, lang: Option<&Lang>) -> Option<u16> {
        let lang = lang?;
        if let Some(number) = self.lang_numbers.get(lang) {
            return Some(*number);
        }
        let number = u16::try_from(self.langs.len()).ok()?;
        self.langs.push(lang.clone());
        self.lang_numbers.insert(lang.clone(), number);
        Some(number)
    }

    pub(super) fn lang(&self, number: Option<u16>) -> Option<&Lang> {
        self.langs.get(usize::from(number?))
    }

    pub(super) fn langs(&self) -> &[Lang] {
        &self.langs
    }
}

impl Kept {
    /// Whether its own tag is of another language than its text.
    pub(super) fn calls_itself_other(&self, builder: &Builder) -> bool {
        let both = builder.lang(self.declared).zip(builder.lang(self.detected));
        both.is_some_and(|(declared, detected)| !declared.agrees(detected))
    }

    /// The number of the language of the page: that of its text; its own tag where that agrees, in
    /// language and script, and says more (a region).
    pub(super) fn lang(&self, builder: &Builder) -> Option<u16> {
        let differ = |declared: &Lang, detected: &Lang| {
            // A text in Chinese that no character gives away is in `zh`, whichever script.
            let other_script = declared.language() == detected.language()
                && !declared.same(detected)
                && detected.as_str() != "zh";
            other_script || !declared.agrees(detected)
        };
        match (builder.lang(self.declared), builder.lang(self.detected)) {
            (Some(declared), Some(detected)) if differ(declared, detected) => self.detected,
            (Some(_), _) => self.declared,
            (None, _) => self.detected,
        }
    }
}

/// The same number for all spellings of one page, in every run.
pub(super) fn fingerprint(url: &Url) -> u64 {
    hash(&comparison_key(url))
}

fn hash(text: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    text.hash(&mut hasher);
    hasher.finish()
}
