//! Marks: how a reading of a page of the corpus does, measure by measure.

use std::collections::BTreeMap;

use serde_json::Value;
use warraq::lang::Lang;
use warraq::page::{self, Page, PageKind, Source};

use crate::corpus::{Made, Truth};
use crate::gold::Segments;
use crate::measures;

/// The measures, in the order of the columns of `pins.txt`.
pub(crate) const MEASURES: [&str; 10] = [
    "body",
    "segments",
    "byline",
    "role",
    "translators",
    "agency",
    "date",
    "title",
    "language",
    "kind",
];

/// The marks of one page; a measure its truth says nothing of has none.
pub(crate) type Marks = [Option<f64>; MEASURES.len()];

/// Reads a page and marks it.
pub(crate) fn marks(made: &Made) -> Marks {
    let read = page::read(Source { url: &made.url, head: &made.head, entity: &made.bytes });
    let truth = &made.truth;
    let right = |is: bool| Some(if is { 1.0 } else { 0.0 });
    let kind = right((read.kind == PageKind::Article) == truth.article);
    if !truth.article {
        return [None, None, None, None, None, None, None, None, None, kind];
    }
    let found = read.article.as_ref();
    let text = found.map(page::Article::text).unwrap_or_default();
    let title = found.map(|article| article.headline.as_str()).unwrap_or_default();
    let people = found.map(|article| article.byline.as_slice()).unwrap_or_default();
    let translators = found.map(|article| article.translators.as_slice()).unwrap_or_default();
    let names = |people: &[page::Person]| -> Vec<String> {
        people.iter().map(|person| person.name.clone()).collect()
    };
    let said_role = |role: &String| {
        people.iter().any(|person| {
            person.role.as_ref().is_some_and(|r| measures::tokens(r) == measures::tokens(role))
        })
    };
    let date = found.and_then(|article| article.published.as_ref()).map(|date| &date.iso);
    let day = date.and_then(|iso| measures::day(iso));
    let segments = Segments { with: truth.body.clone(), without: truth.noise.clone() };
    let agency = truth.agency.as_ref();
    let told = Lang::parse(&truth.lang);
    let language = told.as_ref().zip(read.detected.as_ref());
    [
        Some(measures::body(&truth.body.join("\n"), &text, &truth.title).f1),
        Some(segments.counted(&text).f1()),
        Some(byline(truth, &names(people))),
        truth.role.as_ref().and_then(|role| right(said_role(role))),
        Some(&truth.translators)
            .filter(|all| !all.is_empty())
            .map(|all| measures::byline(all, &names(translators)).0),
        agency.and_then(|agency| right(agencies(&read).contains(agency))),
        right(day.as_deref() == truth.date.as_deref()),
        right(measures::title(&truth.title, title).0),
        right(language.is_some_and(|(told, found)| told.same(found))),
        kind,
    ]
}

/// Names exactly right; a page without a person's name must give none, an agency's aside.
fn byline(truth: &Truth, found: &[String]) -> f64 {
    if !truth.authors.is_empty() {
        return measures::byline(&truth.authors, found).0;
    }
    let none = found.iter().all(|name| Some(name) == truth.agency.as_ref());
    if none { 1.0 } else { 0.0 }
}

/// The organisations named as having made the article, wherever the article keeps them.
fn agencies(read: &Page) -> Vec<String> {
    let Some(article) = &read.article else { return Vec::new() };
    let mut all: Vec<String> = article.byline.iter().map(|person| person.name.clone()).collect();
    let value = serde_json::to_value(article).unwrap();
    let name =
        |value: &Value| value.as_str().or_else(|| value.get("name")?.as_str()).map(str::to_owned);
    match &value["agency"] {
        Value::Array(names) => all.extend(names.iter().filter_map(name)),
        one => all.extend(name(one)),
    }
    all
}

/// The mean of every measure, for all pages and for those of each language.
pub(crate) fn means(all: &[(String, Marks)]) -> BTreeMap<String, Marks> {
    let mut groups: BTreeMap<String, Vec<&Marks>> = BTreeMap::new();
    for (lang, marks) in all {
        groups.entry("all".to_owned()).or_default().push(marks);
        groups.entry(lang.clone()).or_default().push(marks);
    }
    let mean = |marks: &[&Marks], at: usize| {
        let known: Vec<f64> = marks.iter().filter_map(|marks| marks[at]).collect();
        let count = u32::try_from(known.len()).unwrap();
        (count > 0).then(|| known.iter().sum::<f64>() / f64::from(count))
    };
    let means = |marks: Vec<&Marks>| std::array::from_fn(|at| mean(&marks, at));
    groups.into_iter().map(|(lang, marks)| (lang, means(marks))).collect()
}

/// A table of means as `pins.txt` writes it, cut to three decimals, so that a pin is never above
/// what it was made from.
pub(crate) fn table(means: &BTreeMap<String, Marks>) -> String {
    let cell = |mark: &Option<f64>| match mark {
        Some(mark) => format!("{:>8.3}", (mark * 1_000.0).floor() / 1_000.0),
        None => format!("{:>8}", "-"),
    };
    let line = |(lang, marks): (&String, &Marks)| {
        format!("{lang:<8}{}", marks.iter().map(cell).collect::<Vec<_>>().concat())
    };
    means.iter().map(line).collect::<Vec<_>>().join("\n")
}
