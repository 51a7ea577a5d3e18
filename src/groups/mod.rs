//! Groups: which pages are one article in several languages, decided from typed evidence.
//!
//! Pages and their alternates are streamed into a [`Builder`]; [`Builder::judge`] lays out the
//! `graph`, weighs its edges (`score`, with the texts themselves as a witness: [`verify`]) and forms
//! groups best edge first (`form`), one member a language and script. A wrong merge costs two
//! articles, a missed one costs a link: whatever is in doubt stays apart and is kept as a
//! [`Conflict`] beside its group. Pure: no clock, no network, and the same pages in any order give
//! the same groups.

pub mod audit;
mod builder;
mod copies;
pub mod explain;
mod form;
mod graph;
pub mod late;
mod original;
mod pair;
pub mod patterns;
mod places;
mod score;
mod table;
mod variants;
pub mod verify;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use builder::{Builder, End};
pub use form::Judgement;
pub use original::{Original, Says};
pub use table::{Membership, Role, TABLE, read, table};
use verify::TextCheck;

use crate::lang::Lang;
use crate::page::{Place, Signal};

/// Pages that are translations of one another, with the evidence for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Made from the smallest canonical key of its members: a later crawl gives the same id.
    pub id: String,
    /// The ids it would have by each other member: an id it had before a member with a smaller key
    /// came is among them.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// What its members are to one another.
    #[serde(default)]
    pub kind: GroupKind,
    /// How sure its least sure member is, from 0 to 1.
    #[serde(default)]
    pub confidence: f64,
    /// The member the others were made from, where something says so.
    #[serde(default)]
    pub original: Option<Original>,
    /// Whether software that translates by machine marks one of its pages.
    #[serde(default)]
    pub mt_suspect: bool,
    /// One page for each language and script ([`Lang::group_key`]).
    pub members: BTreeMap<String, Member>,
    /// The edges the group was formed by, best first.
    pub edges: Vec<Edge>,
    /// What was declared and is not in the group, with the reason; at most 50.
    pub conflicts: Vec<Conflict>,
}

impl Group {
    /// The URLs of its members, by language and script.
    pub fn urls(&self) -> BTreeMap<String, String> {
        self.members.iter().map(|(key, member)| (key.clone(), member.url.clone())).collect()
    }
}

/// What the members of a group are to one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// Translations of one text.
    #[default]
    Parallel,
    /// Texts on one topic, each written for itself (an encyclopedia's language editions).
    Comparable,
}

/// A page of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The URL it was fetched from.
    pub url: String,
    /// Its language, by its text where that is known.
    pub lang: Option<Lang>,
    /// Its title.
    pub title: Option<String>,
    /// When it was published, as the page gives it.
    #[serde(default)]
    pub published: Option<String>,
    /// Whether its text is much shorter than that of the others: a summary, or a beginning.
    #[serde(default)]
    pub partial: bool,
    /// Its second and later pages.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Further addresses at which the same page was read.
    #[serde(default)]
    pub copies: Vec<Copied>,
    /// The same language for other regions, as declared.
    #[serde(default)]
    pub variants: Vec<Variant>,
}

/// A further address of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Copied {
    /// The URL.
    pub url: String,
    /// How it is known to be a copy.
    pub by: CopyKind,
}

/// How a copy of a page is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyKind {
    /// Another spelling of the URL: a campaign tag, `www.`, a final slash.
    Spelling,
    /// It names the page as its canonical URL.
    Canonical,
    /// It has the text of the page, in the same language, and no region tells them apart: the
    /// address without a language, say.
    SameText,
    /// It calls itself another language, names the page as its canonical URL and has its text: what
    /// a site shows where there is no translation.
    Fallback,
}

impl CopyKind {
    /// What it is, in words.
    pub const fn explained(self) -> &'static str {
        match self {
            Self::Spelling => "another spelling",
            Self::Canonical => "a copy, by its canonical URL",
            Self::SameText => "a copy, by its text",
            Self::Fallback => "shown where a translation is missing",
        }
    }
}

/// A page's own language for another region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Variant {
    /// The language with its region, as declared.
    pub lang: Lang,
    /// The URL.
    pub url: String,
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
    /// What the texts say, when both were read.
    #[serde(default)]
    pub text: Option<TextCheck>,
}

/// One declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// How it was declared.
    pub signal: Signal,
    /// Where on the page.
    pub place: Place,
}

/// A step of a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What was looked at.
    pub what: Cow<'static, str>,
    /// The score after it.
    pub score: f64,
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
    /// The language its text is in, where that is why it was set aside.
    #[serde(default)]
    pub text: Option<Lang>,
    /// What the declaration was worth before it was set aside.
    pub score: f64,
    /// Why it was set aside.
    pub why: Why,
}

/// Why a declaration between two articles was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The group has a better page in that language.
    SameLanguageTwice,
    /// The text is in another language than declared: it was not translated.
    DeclaredUntranslated,
    /// The declared page, or another member, names another page for that language.
    Contradicted,
    /// Many articles declare this page: a front page or a section.
    Hub,
    /// Too little speaks for it.
    Weak,
    /// The same language for another region: a variant, not a translation.
    Variant,
    /// Two pages are declared for one language, and nothing tells which of them it is.
    Rivals,
    /// The declared URL redirects to a page in another language.
    Redirected,
    /// One URL is declared for several languages, and its text does not tell which it is in.
    ManyLanguages,
    /// Both addresses give the same text.
    SameText,
    /// Its canonical URL is the other page: it is served in place of a translation.
    FallbackCopy,
    /// The texts are those of two articles, whatever is declared.
    TextDiffers,
}

impl Why {
    /// The reason as a sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::SameLanguageTwice => "the group has a better page in that language",
            Self::DeclaredUntranslated => "its text is not in the declared language",
            Self::Contradicted => "another page is named for that language",
            Self::Hub => "many articles declare it: a front page or a section",
            Self::Weak => "too little speaks for it",
            Self::Variant => "the same language for another region",
            Self::Rivals => "two pages are declared for one language, and nothing tells which",
            Self::Redirected => "it redirects to a page in another language",
            Self::ManyLanguages => "one URL is declared for several languages",
            Self::SameText => "both addresses give the same text",
            Self::FallbackCopy => "its canonical URL is the other page",
            Self::TextDiffers => "the two texts share too few numbers and names",
        }
    }
}
