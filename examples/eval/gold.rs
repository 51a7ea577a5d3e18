//! Gold and predictions: what is known of a page, what an extractor says of it, and the score.

use serde::{Deserialize, Serialize};

use super::measures::{self, Overlap};

/// What is known of a page. What is absent is unknown; no authors at all is knowledge too.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Gold {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) lang: Option<String>,
    pub(crate) url: Option<String>,
    /// The gzip file with its bytes as they came.
    pub(crate) page: String,
    pub(crate) charset: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) segments: Option<Segments>,
    pub(crate) authors: Option<Vec<String>>,
    pub(crate) title: Option<String>,
    pub(crate) date: Option<String>,
}

/// Pieces of text that a body must have, and such as it must not have.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Segments {
    pub(crate) with: Vec<String>,
    pub(crate) without: Vec<String>,
}

/// What an extractor says of a page.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Prediction {
    pub(crate) id: String,
    pub(crate) body: Option<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) title: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) lang: Option<String>,
}

/// The score of one page; `None` where nothing is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    pub(crate) body: Option<Overlap>,
    pub(crate) segments: Option<Counts>,
    /// Exact and lenient.
    pub(crate) byline: Option<(f64, f64)>,
    /// On a page known to have no author: whether one was made up.
    pub(crate) made_up: Option<bool>,
    pub(crate) date: Option<bool>,
    /// Exact, and the share of tokens.
    pub(crate) title: Option<(bool, f64)>,
    pub(crate) lang: Option<bool>,
}

/// Segments, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) found: usize,
    pub(crate) missed: usize,
    pub(crate) wrong: usize,
}

impl Counts {
    /// The harmonic mean of precision and recall.
    pub(crate) fn f1(self) -> f64 {
        measures::ratio(2 * self.found, 2 * self.found + self.missed + self.wrong)
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            found: sum.found + one.found,
            missed: sum.missed + one.missed,
            wrong: sum.wrong + one.wrong,
        })
    }
}

fn known(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

/// Scores one page.
pub(crate) fn score(gold: &Gold, said: &Prediction) -> Score {
    let text = said.body.as_deref().unwrap_or_default();
    let title = gold.title.as_deref().unwrap_or_default();
    let authors = gold.authors.as_ref();
    let some = authors.filter(|authors| !authors.is_empty());
    let none = authors.filter(|authors| authors.is_empty());
    let names = || measures::names(said.authors.iter().map(String::as_str));
    let day = || said.date.as_deref().and_then(measures::day);
    let language = |tag: &str| tag.chars().take(2).collect::<String>();
    let said_lang = known(said.lang.as_ref());
    let said_title = said.title.as_deref().unwrap_or_default();
    Score {
        body: known(gold.body.as_ref()).map(|body| measures::body(body, text, title)),
        segments: gold.segments.as_ref().map(|segments| segments.counted(text)),
        byline: some.map(|authors| measures::byline(authors, &said.authors)),
        made_up: none.map(|_| !names().is_empty()),
        date: known(gold.date.as_ref()).map(|date| day().as_deref() == Some(date)),
        title: known(gold.title.as_ref()).map(|title| measures::title(title, said_title)),
        lang: said_lang.zip(gold.lang.as_deref()).map(|(a, b)| language(a) == language(b)),
    }
}

impl Segments {
    pub(crate) fn counted(&self, text: &str) -> Counts {
        let text = measures::squashed(text);
        let in_text = |all: &[String]| {
            all.iter().filter(|one| text.contains(&measures::squashed(one))).count()
        };
        let found = in_text(&self.with);
        Counts { found, missed: self.with.len() - found, wrong: in_text(&self.without) }
    }
}
