//! Groups: which pages are one article in several languages, decided from typed evidence.
//!
//! Pages and their alternates are streamed into a [`Builder`]; [`Builder::finish`] lays out the
//! `graph`, scores its edges (`score`) and forms groups best edge first (`form`), one member
//! a language and script. A wrong merge costs two articles, a missed one costs a link: whatever is in doubt stays
//! apart and is kept as a [`Conflict`] beside its group. Pure: no clock, no network, and the same
//! pages in any order give the same groups.

mod form;
mod graph;
mod score;

use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;
use url::Url;

use crate::lang::Lang;
use crate::page::alternates::target::{comparison_key, is_home};
use crate::page::{Alternate, PageKind, Place, Signal};
use crate::record::trace::PageRow;

/// Pages that are translations of one another, with the evidence for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Made from the smallest canonical key of its members: a later crawl gives the same id.
    pub id: String,
    /// One page for each language and script ([`Lang::group_key`]).
    pub members: BTreeMap<String, Member>,
    /// The edges the group was formed by, best first.
    pub edges: Vec<Edge>,
    /// What was declared and is not in the group, with the reason.
    pub conflicts: Vec<Conflict>,
}

/// A page of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The URL it was fetched from.
    pub url: String,
    /// Its language, by its text where that is known.
    pub lang: Option<Lang>,
    /// Its title.
    pub title: Option<String>,
}

/// Two members and why they belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The language of the member that declares the other.
    pub from: String,
    /// The language of the member declared.
    pub to: String,
    /// How sure it is, from 0 to 1.
    pub score: f64,
    /// Whether each declares the other.
    pub reciprocal: bool,
    /// What was declared, in both directions.
    pub evidence: Vec<Evidence>,
}

/// One declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// How it was declared.
    pub signal: Signal,
    /// Where on the page.
    pub place: Place,
}

/// A declaration that did not bring its page into the group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    /// The page that declares.
    pub from: String,
    /// The page declared.
    pub to: String,
    /// The language declared.
    pub lang: Option<Lang>,
    /// What the declaration was worth before it was set aside.
    pub score: f64,
    /// Why it was set aside.
    pub why: Why,
}

/// Why a declaration was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The group has a better page in that language.
    SameLanguageTwice,
    /// The text is in another language than declared: it was not translated.
    DeclaredUntranslated,
    /// The declared page names another page for the language of the declaring one.
    Contradicted,
    /// Many articles declare this page: a front page or a section.
    Hub,
    /// Too little speaks for it.
    Weak,
}

/// Takes in pages, gives groups. Holds a fingerprint and an index for each declaration, and one
/// URL and title for each article.
#[derive(Debug, Default)]
pub struct Builder {
    pages: Vec<Kept>,
    claims: Vec<Claim>,
    /// Declarations that stand elsewhere than on the page they are about (sitemaps).
    hearsay: Vec<(u64, Claim)>,
    /// Redirects: from a key to a key.
    moved: HashMap<u64, u64>,
    langs: Vec<Lang>,
    lang_numbers: HashMap<Lang, u16>,
}

/// An article as the builder keeps it.
#[derive(Debug)]
struct Kept {
    key: u64,
    /// The key of its canonical URL on the same host, when it has another one.
    canonical: Option<u64>,
    url: Box<str>,
    title: Option<Box<str>>,
    /// Whether its URL is that of a front page: such a page is nobody's translation.
    is_front: bool,
    declared: Option<u16>,
    detected: Option<u16>,
}

/// One declaration as the builder keeps it.
#[derive(Clone, Copy, Debug)]
struct Claim {
    from: u32,
    to: u64,
    lang: Option<u16>,
    evidence: Evidence,
}

impl Builder {
    /// A builder that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a page with what it declares, or, with `moved_to`, a redirect. Pages that are no
    /// articles can be no members; only their redirects are kept. A row of kind
    /// [`PageKind::Sitemap`] is what a sitemap declares about the page at its URL.
    pub fn add(&mut self, page: &PageRow, alternates: &[Alternate], moved_to: Option<&str>) {
        let Some(url) = Url::parse(&page.url).ok() else { return };
        let key = fingerprint(&url);
        if let Some(to) = moved_to.and_then(|to| Url::parse(to).ok()) {
            self.moved.insert(key, fingerprint(&to));
            return;
        }
        let Ok(from) = u32::try_from(self.pages.len()) else { return };
        if page.kind == PageKind::Sitemap {
            let claims = self.claims_of(from, alternates);
            self.hearsay.extend(claims.into_iter().map(|claim| (key, claim)));
            return;
        }
        if page.kind != PageKind::Article {
            return;
        }
        let canonical = page.canonical.as_deref().and_then(|text| Url::parse(text).ok());
        let kept = Kept {
            key,
            canonical: canonical
                .filter(|canonical| canonical.host_str() == url.host_str())
                .map(|canonical| fingerprint(&canonical))
                .filter(|canonical| *canonical != key),
            url: page.url.as_str().into(),
            title: page.title.as_deref().map(Into::into),
            is_front: is_home(&url),
            declared: self.number(page.declared.as_ref()),
            detected: self.number(page.detected.as_ref()),
        };
        self.pages.push(kept);
        let claims = self.claims_of(from, alternates);
        self.claims.extend(claims);
    }

    fn claims_of(&mut self, from: u32, alternates: &[Alternate]) -> Vec<Claim> {
        let claim = |alternate: &Alternate| {
            let to = fingerprint(&Url::parse(&alternate.url).ok()?);
            let lang = self.number(alternate.lang.as_ref());
            let evidence = Evidence { signal: alternate.signal, place: alternate.place };
            Some(Claim { from, to, lang, evidence })
        };
        alternates.iter().filter_map(claim).collect()
    }

    /// Gives what stands in sitemaps to the pages it is about.
    fn settle_hearsay(&mut self) {
        let numbered = (0_u32..).zip(&self.pages);
        let by_key: HashMap<u64, u32> = numbered.map(|(from, page)| (page.key, from)).collect();
        for (key, claim) in std::mem::take(&mut self.hearsay) {
            let key = self.moved.get(&key).unwrap_or(&key);
            if let Some(from) = by_key.get(key) {
                self.claims.push(Claim { from: *from, ..claim });
            }
        }
    }

    /// The groups of two and more members, by id.
    pub fn finish(mut self) -> Vec<Group> {
        self.settle_hearsay();
        form::groups(&self)
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

    fn lang(&self, number: Option<u16>) -> Option<&Lang> {
        self.langs.get(usize::from(number?))
    }
}

impl Kept {
    /// The language of the page: that of its text; its own tag where that agrees and says more
    /// (a script, a region).
    fn lang<'a>(&self, builder: &'a Builder) -> Option<&'a Lang> {
        let detected = builder.lang(self.detected);
        let declared = builder.lang(self.declared);
        match (declared, detected) {
            (Some(declared), Some(detected)) if !declared.agrees(detected) => Some(detected),
            (Some(declared), _) => Some(declared),
            (None, detected) => detected,
        }
    }
}

/// The same number for all spellings of one page, in every run.
fn fingerprint(url: &Url) -> u64 {
    let mut hasher = SipHasher13::new();
    comparison_key(url).hash(&mut hasher);
    hasher.finish()
}
