//! The account of a reading: what every stage and source had to offer, and what became of it.
//!
//! For people who ask why. The page is read as [`super::read`] reads it; then the same stages are
//! asked once more, one by one, for all they know, so that a reading nobody asks about pays nothing.
//! It decides nothing: what counts as taken is what the reading took.

use serde::Serialize;

use super::{Article, Page, Source, alternates, article, decode, dom, metadata};

/// What a candidate stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// The headline.
    Title,
    /// One author.
    Author,
    /// One translator.
    Translator,
    /// The day of publication.
    Published,
    /// The day of the last change.
    Modified,
    /// The language.
    Language,
    /// The body.
    Body,
}

impl Field {
    /// Its name, as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Author => "author",
            Self::Translator => "translator",
            Self::Published => "published",
            Self::Modified => "modified",
            Self::Language => "language",
            Self::Body => "body",
        }
    }
}

/// What one source offered for one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The field.
    pub field: Field,
    /// Where it comes from: a stage of the ladder, a kind of metadata, a place in the text.
    pub source: String,
    /// The value as that source gives it; of a body where it stands and how it begins.
    pub value: String,
    /// Of a body its letters outside links; of all else how many sources say the same.
    pub score: u32,
    /// Whether the reading took this value.
    pub taken: bool,
}

impl Candidate {
    pub(super) fn new(field: Field, source: &str, value: impl Into<String>) -> Self {
        let (source, value) = (source.to_owned(), value.into());
        Self { field, source, value, score: 0, taken: false }
    }
}

/// A reading with its reasons.
#[derive(Clone, Debug)]
pub struct Account {
    /// What [`super::read`] gives.
    pub page: Page,
    /// The charset the bytes were read in.
    pub charset: String,
    /// Why the page is an article, or is none.
    pub verdict: &'static str,
    /// Everything that was offered, by field and in the order of trust.
    pub candidates: Vec<Candidate>,
}

/// Reads a page and tells why it reads so. Total, as [`super::read`] is.
pub fn account(source: Source<'_>) -> Account {
    let page = super::read(source);
    let decoded = decode::entity(source.head, source.entity);
    if !decoded.is_html {
        let verdict = "no HTML";
        return Account { page, charset: decoded.charset, verdict, candidates: Vec::new() };
    }
    let dom = dom::parse(&decoded.text);
    let facts = metadata::read(&dom, source.url).served_with(source.head);
    let mut candidates = metadata::explain::candidates(&dom);
    let cut = alternates::read(&dom, source.head, source.url).notices;
    let (verdict, found) = article::explain::candidates(&dom, &facts, source.url, &cut);
    candidates.extend(found);
    if let Some(detected) = &page.detected {
        candidates.push(Candidate::new(Field::Language, "text", detected.as_str()));
    }
    candidates.sort_by_key(|candidate| candidate.field);
    count(&mut candidates);
    mark(&mut candidates, &page);
    Account { page, charset: decoded.charset, verdict, candidates }
}

/// Letters and digits alone, in one case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two candidates of a field say the same: dates by their day.
fn agree(field: Field, a: &str, b: &str) -> bool {
    let day = |text: &str| text.chars().take(10).collect::<String>();
    match field {
        Field::Published | Field::Modified => day(a) == day(b),
        _ => squeezed(a) == squeezed(b),
    }
}

/// Counts of every candidate but a body how many sources say the same, itself included.
fn count(candidates: &mut [Candidate]) {
    let said: Vec<(Field, String)> =
        candidates.iter().map(|one| (one.field, one.value.clone())).collect();
    for one in candidates.iter_mut().filter(|one| one.field != Field::Body) {
        let same = |(field, value): &&(Field, String)| {
            *field == one.field && agree(*field, value, &one.value)
        };
        one.score = u32::try_from(said.iter().filter(same).count()).unwrap_or(u32::MAX);
    }
}

/// Marks what the page has in the end.
fn mark(candidates: &mut [Candidate], page: &Page) {
    let language = page.detected.as_ref().or(page.declared.as_ref());
    let language = language.map(|lang| lang.as_str().to_owned());
    for one in candidates {
        let in_article = page.article.as_ref().is_some_and(|article| holds(article, one));
        one.taken = match one.field {
            Field::Title => page.title.as_ref().is_some_and(|t| agree(one.field, t, &one.value)),
            Field::Language => language.as_ref().is_some_and(|l| agree(one.field, l, &one.value)),
            _ => in_article,
        };
    }
}

fn holds(article: &Article, one: &Candidate) -> bool {
    let same = |value: &str| agree(one.field, value, &one.value);
    match one.field {
        Field::Author => article.byline.iter().any(|person| same(&person.name)),
        Field::Translator => article.translators.iter().any(|person| same(&person.name)),
        Field::Published => article.published.as_ref().is_some_and(|date| same(&date.iso)),
        Field::Modified => article.modified.as_ref().is_some_and(|date| same(&date.iso)),
        Field::Body => one.source == article.found_by.name(),
        Field::Title | Field::Language => false,
    }
}
