//! Gathering: declarations as found, and those that were left out, with the reason.
//!
//! What is left out is written down for an audit only; a crawl pays nothing for it.

use serde::{Deserialize, Serialize};

use crate::address::without_userinfo;
use crate::lang::Lang;
use crate::page::{Alternate, Place, Signal};

/// Left-out declarations kept of one page.
const MAX_DROPPED: usize = 4_000;

/// Why a declaration is no alternate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No URL that can be fetched: a fragment, `javascript:`, nothing.
    Address,
    /// A feed or data by its media type.
    Feed,
    /// The same page for other screens (`media`).
    Media,
    /// `x-default`: the page for everybody else.
    XDefault,
    /// Names no single language.
    NoLanguage,
    /// Leads to the page itself.
    Own,
    /// The page's own language, for another region or edition.
    Variant,
    /// Leads to a front page.
    Home,
    /// Only sets the reader's language.
    Setter,
    /// Says itself that there is no translation.
    NoTranslation,
    /// Stands for the page itself in a switcher.
    Current,
    /// Made by a machine in the reader's browser.
    Machine,
    /// Belongs to another article that the page lists.
    OtherArticle,
    /// The text of the link is a headline, not a language.
    Headline,
    /// A language as a topic, not as the language of this article.
    Topic,
    /// An invitation to read another text.
    OtherText,
    /// An invitation to another site, whose address does not name the language.
    Elsewhere,
    /// Past the number that is kept of one page.
    Limit,
}

impl Reason {
    /// The reason in words.
    pub const fn explained(self) -> &'static str {
        match self {
            Self::Address => "no address that can be fetched",
            Self::Feed => "a feed or data, not a page (its type says so)",
            Self::Media => "the same page for other screens (its media says so)",
            Self::XDefault => "x-default is for everybody else, not a translation",
            Self::NoLanguage => "names no single language",
            Self::Own => "the page itself",
            Self::Variant => "the page's own language, for another region",
            Self::Home => "a front page, not this article",
            Self::Setter => "only sets the reader's language",
            Self::NoTranslation => "marked as having no translation",
            Self::Current => "marked as the present language",
            Self::Machine => "translated by a machine in the browser",
            Self::OtherArticle => "belongs to another article on the page",
            Self::Headline => "a headline, not the name of a language",
            Self::Topic => "a topic, not a translation",
            Self::OtherText => "its words speak of another text",
            Self::Elsewhere => "on another site, under an address that names no language",
            Self::Limit => "past the number kept of one page",
        }
    }
}

/// A declaration that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// The absolute URL, where there is one.
    pub url: Option<String>,
    /// The URL as written.
    pub url_raw: String,
    /// The language declared, canonical.
    pub lang: Option<Lang>,
    /// The language as written.
    pub lang_raw: String,
    /// How it was declared.
    pub signal: Signal,
    /// Where it was declared.
    pub place: Place,
    /// Why it is no alternate.
    pub why: Reason,
}

impl Dropped {
    /// An alternate that is left out after all.
    pub(crate) fn of(one: Alternate, why: Reason) -> Self {
        let Alternate { url, url_raw, lang, lang_raw, signal, place, .. } = one;
        Self { url: Some(url), url_raw, lang, lang_raw, signal, place, why }
    }
}

/// A declaration as found: not yet resolved, judged or counted.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) href: String,
    pub(super) lang_raw: String,
    /// The language where the raw text is no tag (a language's name).
    pub(super) lang: Option<Lang>,
    pub(super) signal: Signal,
    pub(super) place: Place,
    /// The URL of the work it is said of (JSON-LD), where that is given.
    pub(super) of: Option<String>,
}

impl Claim {
    pub(super) fn new(href: &str, lang_raw: &str, signal: Signal, place: Place) -> Self {
        let (href, lang_raw) = (href.to_owned(), lang_raw.trim().to_owned());
        Self { href, lang_raw, lang: None, signal, place, of: None }
    }

    pub(super) fn lang(&self) -> Option<Lang> {
        self.lang.clone().or_else(|| Lang::parse(&self.lang_raw))
    }
}

/// The claims of a page, and in an audit what was left out.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) claims: Vec<Claim>,
    dropped: Option<Vec<(Claim, Reason)>>,
}

impl Gathered {
    pub(super) fn new(audit: bool) -> Self {
        Self { claims: Vec::new(), dropped: audit.then(Vec::new) }
    }

    /// Leaves a declaration out; the claim is made only when somebody asks.
    pub(super) fn leave(&mut self, why: Reason, claim: impl FnOnce() -> Claim) {
        if let Some(dropped) = self.dropped.as_mut().filter(|all| all.len() < MAX_DROPPED) {
            dropped.push((claim(), why));
        }
    }

    /// What was left out, with its address told by `resolve`.
    pub(super) fn dropped(self, resolve: impl Fn(&Claim) -> Option<String>) -> Vec<Dropped> {
        let dropped = self.dropped.unwrap_or_default().into_iter();
        dropped
            .map(|(claim, why)| Dropped {
                url: resolve(&claim),
                lang: claim.lang(),
                url_raw: without_userinfo(&claim.href).into_owned(),
                lang_raw: claim.lang_raw,
                signal: claim.signal,
                place: claim.place,
                why,
            })
            .collect()
    }
}
