//! The signal: one place where a page declares a language alternate, and how.
//!
//! Evidence as plain values, each with a name that is the same in records, reports and rows. How
//! they are found is [`super::alternates`]' business, what they are worth that of the groups.

use serde::{Deserialize, Serialize};

use crate::lang::Lang;

/// How an alternate was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// `link rel=alternate hreflang` in the document.
    HeadLink,
    /// The HTTP `Link` field.
    HttpLink,
    /// `xhtml:link` in a sitemap.
    Sitemap,
    /// A block of the article itself ("also available in"): only real translations stand there.
    ArticleBlock,
    /// The same `data-drupal-link-system-path`.
    DrupalPath,
    /// JSON-LD `workTranslation`.
    JsonLd,
    /// `a[hreflang]` in a switcher.
    AnchorHreflang,
    /// A switcher link whose text is a language's own name.
    Autonym,
    /// `option value=URL`.
    Option,
    /// A link to the page's own URL under the token of another language: a candidate only.
    UrlPattern,
    /// The `Alternates` field of a server that negotiates the language (RFC 2295).
    Negotiated,
    /// JSON-LD `translationOfWork`: the other page is the original.
    TranslationOf,
    /// `MediaWiki`'s interlanguage links: the same topic, written on its own. Comparable, never
    /// parallel.
    Interlanguage,
    /// A link that says in a sentence where the other language is ("read this in English").
    Invitation,
    /// `link rel=alternate hreflang` of a feed's entry.
    Feed,
    /// `hreflang=x-default` for a page that nothing else names: in which language is not said.
    XDefault,
}

impl Signal {
    /// Its name, as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HeadLink => "head-link",
            Self::HttpLink => "http-link",
            Self::Sitemap => "sitemap",
            Self::ArticleBlock => "article-block",
            Self::DrupalPath => "drupal-path",
            Self::JsonLd => "json-ld",
            Self::AnchorHreflang => "anchor-hreflang",
            Self::Autonym => "autonym",
            Self::Option => "option",
            Self::UrlPattern => "url-pattern",
            Self::Negotiated => "negotiated",
            Self::TranslationOf => "translation-of",
            Self::Interlanguage => "interlanguage",
            Self::Invitation => "invitation",
            Self::Feed => "feed",
            Self::XDefault => "x-default",
        }
    }
}

/// Where on the page it was declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Inside the article.
    Article,
    /// Menus, headers, footers, sidebars.
    Chrome,
    /// The document head.
    Head,
    /// The HTTP head.
    Header,
    /// A sitemap.
    Sitemap,
    /// A feed.
    Feed,
}

impl Place {
    /// Its name, as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Chrome => "chrome",
            Self::Head => "head",
            Self::Header => "header",
            Self::Sitemap => "sitemap",
            Self::Feed => "feed",
        }
    }
}

/// One declared language alternate: evidence, not yet a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternate {
    /// The absolute URL, fit to be fetched.
    pub url: String,
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
    /// The page it is an alternate of, where that is not the declaring one (sitemaps).
    #[serde(default)]
    pub about: Option<String>,
}
