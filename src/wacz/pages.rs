//! `pages/*.jsonl`: what a reader is shown of a package, a page a line (WACZ 1.1.1,
//! "pages.jsonl").
//!
//! The first line is a header. Beside the fields of the standard, warraq writes what a multilingual
//! archive is for: `lang`, `byline`, and `group`, the id that the translations of one article share,
//! with the `role` of the page in it.
//! Other readers pass over fields they do not know.

use serde::{Deserialize, Serialize};

/// The format the header line names.
pub const FORMAT: &str = "json-pages-1.0";

/// The first line of a page list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PagesHeader {
    /// [`FORMAT`].
    pub format: String,
    /// The list's own id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whether its pages have their text.
    #[serde(rename = "hasText", skip_serializing_if = "std::ops::Not::not")]
    pub has_text: bool,
}

/// One page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageLine {
    /// Unlike that of every other page of the list.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The URL that was captured.
    pub url: String,
    /// When, RFC 3339.
    pub ts: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The language of its text (BCP 47).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// The translation group it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What it is to the group: `translation`, or a `part`, a `copy` or a `variant` of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Its authors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub byline: Vec<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The URLs of the further pages of the article, whose text stands here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}
