//! The report: scores of pages to one row an extractor, beside what others reach on the same set.
//!
//! Only gold made by people, or by rules written for one publisher, counts: what one tool's own
//! reviewed output says is a column of its own.

use super::gold::{Counts, Gold, Score};
use super::measures::ratio;

/// The peers' rows, measured once on the public set.
pub(crate) const PEERS: &str = include_str!("peers.txt");

/// The columns, as a floor names them.
pub(crate) const COLUMNS: [&str; 13] = [
    "body",
    "precision",
    "recall",
    "under-half",
    "segments",
    "byline",
    "byline-lenient",
    "fundus-byline",
    "fundus-lenient",
    "date",
    "title",
    "title-tokens",
    "readability",
];

/// The column in which less is better.
const UNDER_HALF: usize = 3;

/// Sets whose bodies people made.
const BODIES: &[&str] = &["aeb", "fundus", "fundus-hist", "daniel", "wcxb", "np4k"];
/// Sets whose authors, dates and titles count.
const FACTS: &[&str] = &["fundus", "fundus-hist", "traf", "wcxb", "postlight"];
/// The set that is one tool's own output.
const READABILITY: &[&str] = &["mozread", "omnivore"];

/// A page with its score.
pub(crate) type Scored<'g> = (&'g Gold, Score);

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    if count == 0 { 0.0 } else { sum / f64::from(count) }
}

/// The mean of a value over the pages of some sets that have it.
fn over(pages: &[Scored<'_>], sets: &[&str], value: impl Fn(&Score) -> Option<f64>) -> f64 {
    let of_set = pages.iter().filter(|(gold, _)| sets.contains(&gold.source.as_str()));
    mean(of_set.filter_map(|(_, score)| value(score)))
}

/// One extractor's row.
pub(crate) fn row(pages: &[Scored<'_>]) -> [f64; COLUMNS.len()] {
    let truth = |is: bool| if is { 1.0 } else { 0.0 };
    let fundus = &["fundus", "fundus-hist"];
    let segments: Counts = pages.iter().filter_map(|(_, score)| score.segments).sum();
    [
        over(pages, BODIES, |score| Some(score.body?.f1)),
        over(pages, BODIES, |score| Some(score.body?.precision)),
        over(pages, BODIES, |score| Some(score.body?.recall)),
        over(pages, BODIES, |score| Some(truth(score.body?.f1 < 0.5))),
        segments.f1(),
        over(pages, FACTS, |score| Some(score.byline?.0)),
        over(pages, FACTS, |score| Some(score.byline?.1)),
        over(pages, fundus, |score| Some(score.byline?.0)),
        over(pages, fundus, |score| Some(score.byline?.1)),
        over(pages, FACTS, |score| score.date.map(truth)),
        over(pages, FACTS, |score| Some(truth(score.title?.0))),
        over(pages, FACTS, |score| Some(score.title?.1)),
        over(pages, READABILITY, |score| Some(score.body?.f1)),
    ]
}

/// Body F1 of one language.
pub(crate) fn of_language(pages: &[Scored<'_>], lang: &str) -> f64 {
    let own = |(gold, _): &&Scored<'_>| gold.lang.as_deref() == Some(lang);
    let own: Vec<Scored<'_>> = pages.iter().filter(own).copied().collect();
    over(&own, BODIES, |score| Some(score.body?.f1))
}

/// The languages of the pages with a body that counts, the commonest first.
pub(crate) fn languages(pages: &[Scored<'_>]) -> Vec<(String, usize)> {
    let mut out: Vec<(String, usize)> = Vec::new();
    for (gold, score) in pages {
        if score.body.is_none() || !BODIES.contains(&gold.source.as_str()) {
            continue;
        }
        let lang = gold.lang.clone().unwrap_or_default();
        match out.iter_mut().find(|(known, _)| *known == lang) {
            Some((_, count)) => *count += 1,
            None => out.push((lang, 1)),
        }
    }
    out.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    out
}

/// What the main table has no column for: the language, and authors made up where there are none.
pub(crate) fn besides(pages: &[Scored<'_>]) -> String {
    let share = |values: Vec<bool>| {
        let right = values.iter().filter(|value| **value).count();
        format!("{:.3} of {}", ratio(right, values.len()), values.len())
    };
    let lang = share(pages.iter().filter_map(|(_, score)| score.lang).collect());
    let made_up = share(pages.iter().filter_map(|(_, score)| score.made_up).collect());
    format!("language right on {lang} pages; an author made up on {made_up} without one")
}

/// A row of the table.
pub(crate) fn line(name: &str, values: &[f64]) -> String {
    let cells: Vec<String> = values.iter().map(|value| format!("{value:.3}")).collect();
    format!("| {name} | {} |", cells.join(" | "))
}

/// The head of a table.
pub(crate) fn head(columns: &[&str]) -> String {
    format!("| extractor | {} |\n{}|", columns.join(" | "), "|---".repeat(columns.len() + 1))
}

/// The peers' rows of one of the two tables, each by its columns.
pub(crate) fn peers(table: usize) -> (Vec<&'static str>, Vec<(&'static str, Vec<f64>)>) {
    let text = PEERS.split("\n\n").nth(table).unwrap_or_default();
    let cells = |line: &'static str| line.split(" | ").map(str::trim).collect::<Vec<_>>();
    let comment = text.lines().rfind(|line| line.starts_with('#')).unwrap_or_default();
    let columns = cells(comment).split_off(1);
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &'static str| {
        let cells = cells(line);
        let numbers = cells.iter().skip(1).filter_map(|cell| cell.parse().ok());
        (cells[0], numbers.collect::<Vec<f64>>())
    };
    (columns, rows.map(row).collect())
}

/// What a row lacks of its floors: lines of `column figure`, `#` starts a comment.
pub(crate) fn below(row: &[f64; COLUMNS.len()], floors: &str) -> Vec<String> {
    let mut out = Vec::new();
    for line in floors.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut words = line.split_whitespace();
        let at = words.next().and_then(|name| COLUMNS.iter().position(|column| *column == name));
        let floor = words.next().and_then(|figure| figure.parse::<f64>().ok());
        match at.zip(floor) {
            None => out.push(format!("{line:?} is no floor")),
            Some((UNDER_HALF, most)) if row[UNDER_HALF] > most => {
                out.push(format!("under-half {:.4}, at most {most:.4}", row[UNDER_HALF]));
            }
            Some((at, least)) if at != UNDER_HALF && row[at] < least => {
                out.push(format!("{} {:.4}, at least {least:.4}", COLUMNS[at], row[at]));
            }
            Some(_) => {}
        }
    }
    out
}
