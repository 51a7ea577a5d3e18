//! The document: one article capture as a row.

use serde::Serialize;

use crate::lead::Locator;
use crate::page::{Page, PageDate, Person, Stage};
use crate::record::entry::Entry;

/// Version of the row; a field that changes its meaning raises it.
pub const VERSION: u32 = 1;

/// One article capture.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// [`VERSION`].
    pub version: u32,
    /// The URL that was fetched.
    pub url: String,
    /// The canonical URL the page declares.
    pub canonical: Option<String>,
    /// The headline.
    pub title: String,
    /// The authors, with roles.
    pub byline: Vec<Person>,
    /// The translators.
    pub translators: Vec<Person>,
    /// The news agency it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// When it was published.
    pub published: Option<PageDate>,
    /// When it was last changed.
    pub modified: Option<PageDate>,
    /// The language of the text; the declared one when the text does not tell.
    pub language: Option<String>,
    /// The language the page declares.
    pub declared_language: Option<String>,
    /// The body, a blank line between blocks.
    pub body: String,
    /// The stage that found the body.
    pub found_by: Stage,
    /// The translation group it is in, as in `groups.jsonl`.
    pub group: Option<String>,
    /// The declared alternates: language and URL.
    pub alternates: Vec<Sibling>,
    /// The record it was read from.
    pub warc: Source,
}

/// A declared alternate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sibling {
    /// Its declared language.
    pub language: Option<String>,
    /// Its URL.
    pub url: String,
}

/// The WARC record of a document.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// File, offset and length.
    #[serde(flatten)]
    pub at: Locator,
    /// WARC-Record-ID.
    pub record_id: Option<String>,
    /// WARC-Date.
    pub date: Option<String>,
}

impl Document {
    /// The row of a page, its group still to be looked up; `None` when it is no article.
    pub fn of(entry: &Entry, url: &str, page: Page) -> Option<Self> {
        let article = page.article?;
        let language = page.detected.as_ref().or(page.declared.as_ref());
        Some(Self {
            version: VERSION,
            url: url.to_owned(),
            canonical: page.canonical,
            body: article.text(),
            title: article.headline,
            byline: article.byline,
            translators: article.translators,
            agency: article.agency,
            published: article.published,
            modified: article.modified,
            language: language.map(ToString::to_string),
            declared_language: page.declared.map(|lang| lang.to_string()),
            found_by: article.found_by,
            group: None,
            alternates: siblings(&page.alternates),
            warc: Source {
                at: entry.locator.clone(),
                record_id: entry.id().map(str::to_owned),
                date: entry.header.get("WARC-Date").map(str::to_owned),
            },
        })
    }
}

/// One sibling a URL, however many signals declare it.
fn siblings(alternates: &[crate::page::Alternate]) -> Vec<Sibling> {
    let mut siblings: Vec<Sibling> = Vec::new();
    for alternate in alternates {
        if siblings.iter().all(|sibling| sibling.url != alternate.url) {
            let language = alternate.lang.as_ref().map(ToString::to_string);
            siblings.push(Sibling { language, url: alternate.url.clone() });
        }
    }
    siblings
}
