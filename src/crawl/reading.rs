//! What is kept of a page that was read: the row beside the archive.
//!
//! Reading itself is [`crate::page::read`], the same call for the live crawl and for any WARC.
//! Nothing here fetches or writes.

use url::Url;

use crate::page::origin::Origin;
use crate::page::print::TextPrint;
use crate::page::{self, Page, PageKind};
use crate::record::trace::{MAX_VARIANTS, PageRow};

/// Body characters of a title that are kept beside the archive.
const TITLE_CHARS: usize = 200;

/// What is kept of a page for groups and summaries.
pub fn row(url: &Url, page: &Page) -> PageRow {
    let article = page.article.as_ref();
    let title = article.map(|article| article.headline.clone()).or_else(|| page.title.clone());
    PageRow {
        url: url.as_str().to_owned(),
        canonical: page.canonical.clone(),
        kind: page.kind,
        title: title.map(|title| title.chars().take(TITLE_CHARS).collect()),
        byline: article.map_or_else(Vec::new, names),
        declared: page.declared.clone(),
        detected: page.detected.clone(),
        length: article.map_or(0, characters),
        published: article.and_then(|article| article.published.as_ref()).map(|on| on.iso.clone()),
        origin: Origin {
            machine: page.mt_suspect.clone(),
            is_translation: page.origin.is_translation
                || article.is_some_and(|article| !article.translators.is_empty()),
            ..page.origin.clone()
        },
        text: article.map(|article| TextPrint::of(article, &page.links)),
        variants: page.variants.iter().take(MAX_VARIANTS).cloned().collect(),
    }
}

/// Whether a page says something worth keeping a row for.
pub fn is_kept(page: &Page) -> bool {
    matches!(page.kind, PageKind::Article) || !page.alternates.is_empty()
}

fn names(article: &page::Article) -> Vec<String> {
    article.byline.iter().map(|person| person.name.clone()).collect()
}

fn characters(article: &page::Article) -> u64 {
    let count: usize = article.blocks.iter().map(|block| block.text.chars().count()).sum();
    u64::try_from(count).unwrap_or(u64::MAX)
}
