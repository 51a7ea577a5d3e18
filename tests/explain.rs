//! The account of a reading: whatever was taken stands among the candidates, and why.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use url::Url;
use warraq::head::Head;
use warraq::page::Source;
use warraq::page::explain::{Account, Candidate, Field, account};

fn of(html: &str) -> Account {
    let url = Url::parse("https://example.org/2026/03/14/story").unwrap();
    account(Source { url: &url, head: &Head::default(), entity: html.as_bytes() })
}

fn saved(name: &str) -> Account {
    let path = format!("{}/tests/pages/{name}.html", env!("CARGO_MANIFEST_DIR"));
    of(&std::fs::read_to_string(path).unwrap())
}

fn taken(account: &Account, field: Field) -> Vec<&Candidate> {
    account.candidates.iter().filter(|one| one.field == field && one.taken).collect()
}

#[test]
fn what_was_taken_stands_among_the_candidates() {
    for name in ["ar-wpml", "fa", "de", "fr", "ru", "tr", "zh", "en-brand"] {
        let account = saved(name);
        assert_eq!(account.verdict, "an article", "{name}");
        for field in [Field::Title, Field::Author, Field::Published, Field::Language, Field::Body] {
            assert!(!taken(&account, field).is_empty(), "{name}: no {field:?} was taken");
        }
    }
    assert_eq!(taken(&saved("fr"), Field::Translator)[0].value, "Hugo Lemaire");
}

#[test]
fn scores_say_how_many_sources_agree_and_how_long_a_body_is() {
    let account = saved("en-brand");
    let of = |field| account.candidates.iter().filter(move |one| one.field == field);
    assert!(of(Field::Body).all(|one| one.score > 100), "{:#?}", account.candidates);
    let title = taken(&account, Field::Title);
    let most = of(Field::Title).map(|one| one.score).max().unwrap();
    assert!(title.iter().any(|one| one.score == most && most > 1), "{title:#?}");
    assert!(of(Field::Author).any(|one| !one.taken), "the brand was heard, and left");
}

#[test]
fn a_page_that_is_none_says_why() {
    let story = |n: usize| {
        let line =
            "The ferry was late again, and the quay filled with crates, goats and opinions. ";
        format!(
            "<article class=hentry><h2><a href=/s-{n}>The ferry of pier number {n}</a></h2>\
            <p>{line}{line}</p></article>"
        )
    };
    let listing: String = (0..4).map(story).collect();
    assert_eq!(of(&listing).verdict, "it prints what other pages hold");
    assert_eq!(saved("section").verdict, "no stage found enough text");
    assert_eq!(of("<p>Not found</p>").verdict, "no stage found enough text");
    assert_eq!(of("%PDF-1.7").verdict, "no HTML");
    assert!(of("").page.article.is_none());
}
