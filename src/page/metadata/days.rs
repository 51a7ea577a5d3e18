//! Days: what the metadata of a page says of its publication and its last change.
//!
//! Names of `meta` elements in the order of trust, microdata and JSON-LD. It never decides which day
//! is the publication: the page has other witnesses.

use url::Url;

use super::Collected;
use crate::page::{PageDate, dates};

const PUBLISHED: &[&str] = &[
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcsext.articlefirstpublished",
    "article.published",
    "published-date",
    "publishdate",
    "publish-date",
    "publish_date",
    "publication_date",
    "publicationdate",
    "pubdate",
    "pub_date",
    "og:published_time",
    "og:pubdate",
    "article:publish_date",
    "citation_publication_date",
    "citation_date",
    "rnews:datepublished",
    "article.created",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "bt:pubdate",
    "article_date_original",
    "originalpublicationdate",
    "shareaholic:article_published_time",
    "field-name-post-date",
    "dateposted",
    "release_date",
];

/// Names that templates give the day of publication and the day of the last change alike.
const LOOSE: &[&str] = &[
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "date",
    "timestamp",
    "created",
    "datecreated",
    "dc.created",
    "last-publish",
    "ptime",
];

const MODIFIED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "lastmod",
    "last-modified",
    "revised",
    "modified",
    "article:modified",
];

/// What each kind of metadata says of the publication, in the order of trust.
pub(super) fn published(all: &Collected<'_>) -> Vec<PageDate> {
    let structured = all.said.published.as_deref().and_then(dates::declared);
    let meta = PUBLISHED.iter().flat_map(|name| all.all(name)).find_map(dates::declared);
    let structured = structured.map(|iso| dates::from("json-ld", iso));
    let meta = meta.map(|iso| dates::from("meta", iso));
    structured.into_iter().chain(meta).chain(itemprop_date(all, false)).collect()
}

pub(super) fn loosely(all: &Collected<'_>) -> Option<PageDate> {
    let values = LOOSE.iter().flat_map(|name| all.all(name));
    values.into_iter().find_map(dates::iso).map(|iso| dates::from("meta", iso))
}

pub(super) fn address_day(all: &Collected<'_>) -> Option<String> {
    let named = [all.canonical, all.meta(&["og:url"])];
    named.into_iter().flatten().find_map(|address| dates::in_url(&Url::parse(address.trim()).ok()?))
}

pub(super) fn modified(all: &Collected<'_>) -> Option<PageDate> {
    let structured =
        all.said.modified.as_deref().and_then(dates::iso).map(|iso| dates::from("json-ld", iso));
    structured
        .or_else(|| {
            MODIFIED
                .iter()
                .flat_map(|name| all.all(name))
                .find_map(dates::iso)
                .map(|iso| dates::from("meta", iso))
        })
        .or_else(|| itemprop_date(all, true))
}

fn itemprop_date(all: &Collected<'_>, modified: bool) -> Option<PageDate> {
    let mut values = all.itemprop_dates.iter().filter(|(is, _)| *is == modified);
    values.find_map(|(_, value)| dates::iso(value)).map(|iso| dates::from("time", iso))
}
