//! The gate: what the extractor makes of the corpus may not get worse.
//!
//! `corpus/pins.txt` holds the figures reached, by measure and by language. A figure below its pin
//! fails. A pin is lowered by hand only, and the commit that does it says why; when figures have
//! risen, the table that `cargo test --test corpus -- --nocapture` prints takes the place of the
//! old one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking, and this one prints its figures"
)]

use std::collections::{BTreeMap, BTreeSet};

#[path = "corpus/mod.rs"]
mod corpus;
#[path = "../examples/eval/gold.rs"]
#[allow(dead_code, reason = "the example uses all of it")]
mod gold;
#[path = "corpus/marks.rs"]
mod marks;
#[path = "../examples/eval/measures.rs"]
#[allow(dead_code, reason = "the example uses all of it")]
mod measures;

use corpus::{Made, listed, pages};
use marks::{MEASURES, Marks, marks, means, table};

const PINS: &str = include_str!("corpus/pins.txt");

/// The pins by language: a line each, `-` where there is nothing to measure.
fn pins() -> BTreeMap<String, Marks> {
    let lines = PINS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &str| {
        let mut cells = line.split_whitespace();
        let lang = cells.next().unwrap().to_owned();
        let marks: Vec<Option<f64>> = cells.map(|cell| cell.parse().ok()).collect();
        (lang, marks.try_into().expect(line))
    };
    lines.map(row).collect()
}

#[test]
fn the_corpus_is_read_as_well_as_ever() {
    let all: Vec<(String, String, Marks)> = pages()
        .iter()
        .map(|made| (made.id.clone(), made.truth.lang.clone(), marks(made)))
        .collect();
    let by_lang: Vec<(String, Marks)> = all.iter().map(|(_, l, m)| (l.clone(), *m)).collect();
    let (means, pins) = (means(&by_lang), pins());
    println!(
        "{}\n{:<8}{}",
        lacking(&all),
        "#",
        MEASURES.map(|name| format!("{name:>8.7}")).concat()
    );
    println!("{}", table(&means));
    let mut below = Vec::new();
    for (lang, means) in &means {
        let pins = pins.get(lang).unwrap_or_else(|| panic!("{lang} has no pins"));
        for (at, name) in MEASURES.iter().enumerate() {
            match (means[at], pins[at]) {
                (Some(mean), Some(pin)) if mean < pin => {
                    below.push(format!("{lang}: {name} {mean:.4}, pinned at {pin:.3}"));
                }
                (None, Some(_)) | (Some(_), None) => {
                    below.push(format!("{lang}: {name} is measured or pinned alone"));
                }
                _ => {}
            }
        }
    }
    assert_eq!(below, Vec::<String>::new());
    assert_eq!(means.keys().collect::<Vec<_>>(), pins.keys().collect::<Vec<_>>());
}

/// Every page that is not read perfectly, with what it lacks.
fn lacking(all: &[(String, String, Marks)]) -> String {
    let less = |marks: &Marks| {
        let named = MEASURES.iter().zip(marks);
        let less = named.filter_map(|(name, mark)| Some((name, (*mark)?)));
        let less = less.filter(|(_, mark)| *mark < 0.9995);
        less.map(|(name, mark)| format!(" {name} {mark:.3}")).collect::<Vec<_>>().concat()
    };
    let lines =
        all.iter().map(|(id, _, marks)| (id, less(marks))).filter(|(_, less)| !less.is_empty());
    lines.map(|(id, less)| format!("{id}:{less}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_box_below_the_headline_names_authors_and_translators_in_every_language() {
    let wanted = ["byline", "translators"];
    let mut wrong = Vec::new();
    for made in listed("labels.txt") {
        let marks = marks(&made);
        let lacks = MEASURES
            .iter()
            .zip(marks)
            .filter(|(name, mark)| wanted.contains(name) && mark.is_some_and(|mark| mark < 1.0));
        wrong.extend(lacks.map(|(name, _)| format!("{}: {name}", made.id)));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_corpus_is_wide() {
    let pages = pages();
    let languages: BTreeSet<&str> = pages.iter().map(|page| page.truth.lang.as_str()).collect();
    let templates: BTreeSet<&str> =
        pages.iter().map(|page| page.id.split('/').next().unwrap()).collect();
    assert!(pages.len() >= 120, "{} pages", pages.len());
    assert!(languages.len() >= 36 && templates.len() >= 50, "{languages:?} {templates:?}");
    assert!(pages.iter().filter(|page| !page.truth.article).count() >= 15);
}

#[test]
fn every_text_is_told_once() {
    let pages = pages();
    let articles = pages.iter().filter(|page| page.truth.article);
    let mut blocks = BTreeMap::new();
    for Made { id, truth, .. } in articles {
        assert!(!truth.body.is_empty(), "{id} has no body");
        for block in &truth.body {
            let other = blocks.insert(block.clone(), id.clone());
            assert_eq!(other, None, "{id} repeats {block:?}");
        }
    }
    for site in corpus::story::sites().values() {
        for story in &site.stories {
            let used = |page: &&Made| page.truth.title == story.title;
            assert_eq!(pages.iter().filter(used).count(), 1, "{} stands on one page", story.key);
        }
    }
}
