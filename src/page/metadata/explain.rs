//! What metadata offers for titles, languages and the day of the last change, source by source.
//!
//! Authors and days of publication are told where they are decided (`byline`, `article`).

use scraper::Html;

use super::days::modified;
use super::{collect, jsonld};
use crate::page::explain::{Candidate, Field};
use crate::page::letters::folded;

/// The candidates, in the order of trust.
pub(in crate::page) fn candidates(dom: &Html) -> Vec<Candidate> {
    let mut all = collect(dom);
    jsonld::resolve(&mut all.said);
    let headings = all.headings.iter().map(|heading| ("h1", Some(heading.text.as_str())));
    let titles = headings.chain([
        ("json-ld", all.said.headline.as_deref()),
        ("og:title", all.meta(&["og:title"])),
        ("twitter:title", all.meta(&["twitter:title"])),
        ("title", all.title.as_deref()),
    ]);
    let languages = [
        ("html lang", all.html_lang),
        ("content-language", all.meta(&["content-language", "language", "dc.language"])),
        ("json-ld", all.said.language.as_deref()),
        ("og:locale", all.meta(&["og:locale"])),
    ];
    let told = |field: Field| {
        move |(source, value): (&str, Option<&str>)| {
            let value = folded(value?);
            (!value.is_empty()).then(|| Candidate::new(field, source, value))
        }
    };
    let mut out: Vec<Candidate> = titles.filter_map(told(Field::Title)).collect();
    out.extend(languages.into_iter().filter_map(told(Field::Language)));
    let changed = modified(&all);
    out.extend(changed.map(|date| Candidate::new(Field::Modified, &date.source, date.iso)));
    out
}
