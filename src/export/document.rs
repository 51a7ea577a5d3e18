//! The document: one article, as it was captured, everything an export can tell of it.
//!
//! Made from an archived response by [`Document::of`], with the extraction code of the live crawl;
//! group, members and expected language are known only when all inputs were read, and are filled in
//! by [`super::corpus`]. How it looks in a file is the business of [`super::schema`].

use serde::{Deserialize, Serialize};
use url::Url;

use super::dated::Dated;
use super::defect::Defect;
use super::direction::{self, Direction};
use super::quality::Quality;
use crate::address::Site;
use crate::groups::Role;
use crate::lang::Lang;
use crate::lead::Locator;
use crate::moment::Moment;
use crate::page::byline::names::is_organisation;
use crate::page::parts::Parts;
use crate::page::parts::joined::{Leaf, append};
use crate::page::rights::Rights;
use crate::page::{Page, Person, Stage, TextBlock};
use crate::record::entry::Entry;

/// Version of the row; a field that changes its meaning raises it.
pub const VERSION: i64 = 4;

/// What made the row, its version with it.
pub const EXTRACTOR: &str = concat!("warraq ", env!("CARGO_PKG_VERSION"));

/// Longest excerpt in characters.
const EXCERPT_CHARS: usize = 280;

/// One article capture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The URL that was fetched.
    pub url: String,
    /// The canonical URL the page declares.
    pub canonical: Option<String>,
    /// Its host, with the port where that is not the scheme's own.
    pub host: String,
    /// The site's name as the page gives it, else its registered domain.
    pub site: String,
    /// The headline.
    pub title: String,
    /// The people who signed it, with roles.
    pub authors: Vec<Person>,
    /// The translators.
    pub translators: Vec<Person>,
    /// The agencies and desks that signed it.
    pub agency: Vec<String>,
    /// When it was published.
    pub published: Option<Dated>,
    /// When it was last changed.
    pub modified: Option<Dated>,
    /// The language of the text; the declared one when the text does not tell.
    pub language: Option<Lang>,
    /// The language the page declares.
    pub declared_language: Option<Lang>,
    /// The language other pages declare it in.
    pub expected_language: Option<Lang>,
    /// The language its text was found to be in.
    pub detected_language: Option<Lang>,
    /// How sure that is, where a second detector knows the language.
    pub language_confidence: Option<f64>,
    /// Which way its text runs.
    pub direction: Direction,
    /// The body.
    pub blocks: Vec<TextBlock>,
    /// The translation group it is in, as in `groups.jsonl`.
    pub group: Option<String>,
    /// What it is to the group: a translation, or a further page, a copy or a variant of one.
    pub group_role: Option<Role>,
    /// The other members of the group.
    pub members: Vec<Sibling>,
    /// The alternates it declares.
    pub alternates: Vec<Sibling>,
    /// The mark of the machine that may have translated it.
    pub machine_translated: Option<String>,
    /// What page and server say of indexing, mining and training.
    pub rights: Rights,
    /// How its text looks as text.
    pub quality: Quality,
    /// Why the text may not be the one that was published.
    pub defects: Vec<Defect>,
    /// The stage that found the body.
    pub found_by: Stage,
    /// Which page of its article the capture is, where there are several.
    pub place: Option<Parts>,
    /// The URLs of the pages that are joined in it, in order; none where it is one page.
    pub parts: Vec<String>,
    /// The record it was read from.
    pub warc: Source,
}

/// A page in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sibling {
    /// Its language.
    pub language: Option<String>,
    /// Its URL.
    pub url: String,
}

/// The WARC record of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// File, offset and length.
    pub at: Locator,
    /// WARC-Record-ID.
    pub record_id: Option<String>,
    /// WARC-Date.
    pub date: Option<Moment>,
    /// WARC-Payload-Digest.
    pub payload_digest: Option<String>,
    /// Of a `revisit`: the id of the record that holds its payload.
    pub revisit_of: Option<String>,
}

impl Source {
    /// Where an entry stands.
    pub fn of(entry: &Entry) -> Self {
        Self {
            at: entry.locator.clone(),
            record_id: entry.id().map(str::to_owned),
            date: entry.date(),
            payload_digest: entry.header.get("WARC-Payload-Digest").map(str::to_owned),
            revisit_of: None,
        }
    }
}

impl Document {
    /// The row of a page, group and expected language still to be looked up; `None` when it is no
    /// article.
    pub fn of(entry: &Entry, url: &Url, page: Page) -> Option<Self> {
        let article = page.article?;
        let language = page.detected.clone().or_else(|| page.declared.clone());
        let quality = Quality::of(&article.blocks, language.as_ref());
        let signed = article.byline.into_iter();
        let (agency, authors): (Vec<_>, _) = signed.partition(|one| is_organisation(&one.name));
        let text = || article.blocks.iter().map(|block| block.text.as_str());
        let detected = page.detected.as_ref();
        Some(Self {
            url: entry.target_uri()?.to_owned(),
            canonical: page.canonical,
            host: host_of(url),
            site: page.site.unwrap_or_else(|| Site::of(url).as_str().to_owned()),
            title: article.headline,
            authors,
            translators: article.translators,
            agency: signed_by(article.agency, agency),
            published: article.published.map(Dated::of),
            modified: article.modified.map(Dated::of),
            language_confidence: detected.and_then(|lang| direction::confidence(text(), lang)),
            direction: direction::of(text(), language.as_ref()),
            language,
            declared_language: page.declared,
            expected_language: None,
            detected_language: page.detected,
            blocks: article.blocks,
            group: None,
            group_role: None,
            members: Vec::new(),
            alternates: siblings(&page.alternates),
            machine_translated: page.mt_suspect,
            rights: page.rights,
            quality,
            defects: Vec::new(),
            found_by: article.found_by,
            place: article.parts,
            parts: Vec::new(),
            warc: Source::of(entry),
        })
    }

    /// What tells of which pages it is one, where its article has several.
    pub fn leaf(&self) -> Option<Leaf> {
        Some(Leaf::of(self.place.as_ref()?, &self.blocks, self.warc.date))
    }

    /// The number of the page, where it is a later one that stands alone.
    pub fn part(&self) -> Option<u32> {
        self.place.as_ref().map(|place| place.number).filter(|number| *number > 1)
    }

    /// With a further page of its article. Who signed at its end, signed it.
    #[must_use]
    pub fn with(mut self, part: Self) -> Self {
        append(&mut self.blocks, &self.title, part.blocks);
        if self.authors.is_empty() && self.agency.is_empty() {
            (self.authors, self.agency) = (part.authors, part.agency);
        }
        if self.translators.is_empty() {
            self.translators = part.translators;
        }
        self.published = self.published.or(part.published);
        self.modified = self.modified.or(part.modified);
        self.language = self.language.or(part.language);
        self.quality = Quality::of(&self.blocks, self.language.as_ref());
        self.defects.extend(part.defects);
        self.defects.sort_unstable();
        self.defects.dedup();
        if self.parts.is_empty() {
            self.parts.push(self.url.clone());
        }
        self.parts.push(part.url);
        self
    }

    /// The body, an empty line between blocks.
    pub fn body(&self) -> String {
        let blocks: Vec<&str> = self.blocks.iter().map(|block| block.text.as_str()).collect();
        blocks.join("\n\n")
    }

    /// The beginning of the body, cut at a word.
    pub fn excerpt(&self) -> String {
        let words = self.blocks.iter().flat_map(|block| block.text.split_whitespace());
        let (mut out, mut chars) = (String::new(), 0);
        for word in words {
            chars += word.chars().count() + 1;
            if chars > EXCERPT_CHARS {
                out.push('…');
                break;
            }
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        // A text without spaces is one word.
        if out == "…" {
            let body = self.blocks.iter().flat_map(|block| block.text.chars());
            out = body.take(EXCERPT_CHARS - 1).chain(['…']).collect();
        }
        out
    }

    /// The day it was published, else the day it was captured: what a range of dates is held
    /// against.
    pub fn day(&self) -> Option<Moment> {
        let published = self.published.as_ref().and_then(|on| on.at);
        published.or(self.warc.date)
    }
}

/// The agency a page names and the organisations among its authors, each once.
fn signed_by(agency: Option<String>, desks: Vec<Person>) -> Vec<String> {
    let mut names: Vec<String> = agency.into_iter().collect();
    for desk in desks {
        if !names.contains(&desk.name) {
            names.push(desk.name);
        }
    }
    names
}

/// The host of a URL, with the port where that is not the scheme's own.
pub fn host_of(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
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
