//! One page as a JSON line: the fields of an article, whether it is one or not.

use serde::Serialize;

use crate::cli::errand::Brought;
use crate::cli::{Exit, Stopped, show};
use crate::json;
use crate::lang::Lang;
use crate::page::{self, Article, PageDate, PageKind};

/// What is told of a page.
#[derive(Serialize)]
struct Told<'a> {
    url: &'a str,
    kind: PageKind,
    canonical: Option<&'a str>,
    title: Option<&'a str>,
    declared_language: Option<&'a Lang>,
    language: Option<&'a Lang>,
    published: Option<&'a PageDate>,
    modified: Option<&'a PageDate>,
    /// Headline, byline, dates, blocks.
    article: Option<&'a Article>,
    body: Option<String>,
    notes: &'a [String],
}

/// Prints the line.
pub(super) fn tell(brought: &Brought) -> Result<(), Stopped> {
    let page = page::read(brought.source());
    let told = Told {
        url: brought.url.as_str(),
        kind: page.kind,
        canonical: page.canonical.as_deref(),
        title: page.title.as_deref(),
        declared_language: page.declared.as_ref(),
        language: page.detected.as_ref(),
        published: page.published.as_ref(),
        modified: page.modified.as_ref(),
        article: page.article.as_ref(),
        body: page.article.as_ref().map(Article::text),
        notes: &page.notes,
    };
    let line = json::line(&told).map_err(|why| Stopped::new(Exit::Failure, why))?;
    show::say(&line);
    Ok(())
}
