//! Guesses: where three groups of a host agree on how it writes its languages, a page that declares
//! nothing is looked for in the language it lacks; the texts decide what is found.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::path::Path;
use std::process::{Command, Stdio};

use warraq::groups::patterns::MAX_GUESSES;
use warraq::groups::{self, Group};
use warraq::page::Signal;

#[path = "site/mod.rs"]
mod site;
#[path = "webs/texts.rs"]
#[allow(unreachable_pub, reason = "a module that is included by path")]
mod texts;

use site::answer::Answer;
use site::web::{Resource, Role};
use site::{Options, Site};
use texts::text;

fn html(lang: &str, title: &str, head: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"UTF-8\"><title>{title}</title>\
         {head}</head><body><main><article><h1>{title}</h1>{body}</article></main></body></html>"
    )
}

fn at(lang: &str, name: &str) -> String {
    format!("http://pattern.test/{lang}/{name}")
}

fn page(lang: &str, name: &str, head: &str, stories: &[&str]) -> Resource {
    let of = |story: &&str| text(story, lang);
    let body: String = stories.iter().map(|story| of(story).paragraphs()).collect();
    let html = html(lang, of(&stories[0]).title, head, &body);
    Resource::new(&at(lang, name), Role::Page, Answer::page("200 OK", &html, &[]))
}

/// `declared` stories in Spanish and English that declare one another, and two Spanish articles
/// that declare nothing; one of them stands in English too, the other's place holds another text.
fn web(declared: &[&str]) -> Site {
    let mut resources = Vec::new();
    for name in declared {
        let link = |lang| format!("<link rel=alternate hreflang={lang} href={}>", at(lang, name));
        let head = link("es") + &link("en");
        resources.extend(["es", "en"].map(|lang| page(lang, name, &head, &[name])));
    }
    resources.push(page("es", "both", "", &["lighthouse", "seeds"]));
    resources.push(page("en", "both", "", &["lighthouse", "seeds"]));
    resources.push(page("es", "other", "", &["seeds", "tram"]));
    resources.push(page("en", "other", "", &["lighthouse"]));
    resources.push(page("es", "alone", "", &["tram", "lighthouse"]));
    Site::open(Options { instead: Some(resources), ..Options::default() }).unwrap()
}

fn crawl(site: &Site, declared: &[&str], into: &Path, more: &[&str]) -> Vec<Group> {
    let names = declared.iter().chain(&["both", "other", "alone"]);
    let seeds: Vec<String> = names.map(|name| at("es", name)).collect();
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .arg("crawl")
        .args(&seeds)
        .args(["--contact", "test@warraq.test", "--quiet", "--delay", "0", "--allow-private"])
        .args(["--resolve", &site.resolve(), "--into"])
        .arg(into)
        .args(more)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(0), "{out:?}");
    groups::read(std::fs::read(into.join("groups.jsonl")).unwrap().as_slice()).collect()
}

fn asked(site: &Site, lang: &str, name: &str) -> usize {
    let url = at(lang, name);
    site.arrivals().iter().filter(|arrival| arrival.url == url).count()
}

#[test]
fn a_confirmed_pattern_is_probed_once_and_its_text_decides() {
    let declared = ["lighthouse", "seeds", "tram"];
    let (site, dir) = (web(&declared), tempfile::tempdir().unwrap());
    let groups = crawl(&site, &declared, dir.path(), &[]);
    for name in ["both", "other", "alone"] {
        assert_eq!(asked(&site, "en", name), 1, "{name}");
    }
    assert_eq!(groups.len(), 4, "{groups:#?}");
    let found = |group: &&Group| group.members["en-Latn"].url == at("en", "both");
    let guessed = groups.iter().find(found).unwrap();
    assert_eq!(guessed.members["es-Latn"].url, at("es", "both"));
    let signals: Vec<Signal> = guessed.edges[0].evidence.iter().map(|one| one.signal).collect();
    assert_eq!(signals, [Signal::UrlPattern]);
    let ledger = std::fs::read_to_string(dir.path().join("ledger.jsonl")).unwrap();
    let line = ledger.lines().find(|line| line.contains(&at("en", "alone"))).unwrap();
    assert!(line.contains("\"G\""), "a guess is marked as one: {line}");
}

#[test]
fn two_groups_confirm_nothing_and_an_unwanted_language_is_not_guessed() {
    let declared = ["lighthouse", "tram"];
    let (site, dir) = (web(&declared), tempfile::tempdir().unwrap());
    let groups = crawl(&site, &declared, dir.path(), &[]);
    assert_eq!((groups.len(), asked(&site, "en", "both")), (2, 0));

    let declared = ["lighthouse", "seeds", "tram"];
    let (site, dir) = (web(&declared), tempfile::tempdir().unwrap());
    crawl(&site, &declared, dir.path(), &["--languages", "es,fr"]);
    assert_eq!(asked(&site, "en", "both"), 0);
}

#[test]
fn a_run_that_is_taken_up_again_has_made_its_guesses() {
    let stories = ["lighthouse", "seeds", "tram"];
    let mut resources = Vec::new();
    for name in stories {
        let link = |lang| format!("<link rel=alternate hreflang={lang} href={}>", at(lang, name));
        let head = link("es") + &link("en");
        resources.extend(["es", "en"].map(|lang| page(lang, name, &head, &[name])));
    }
    let plain: Vec<String> = (0..MAX_GUESSES + 15).map(|n| format!("story-{n}")).collect();
    resources.extend(plain.iter().map(|name| page("es", name, "", &["seeds", "tram"])));
    let instead = Some(resources);
    let site = Site::open(Options { instead, ..Options::default() }).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let seeds: Vec<String> =
        stories.into_iter().chain(plain.iter().map(String::as_str)).map(|n| at("es", n)).collect();
    let run = |seeds: &[String], pages: usize| {
        let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
            .arg("crawl")
            .args(seeds)
            .args(["--contact", "test@warraq.test", "--quiet", "--delay", "0", "--allow-private"])
            .args(["--resolve", &site.resolve(), "--max-pages", &pages.to_string(), "--into"])
            .arg(dir.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(matches!(out.status.code(), Some(0 | 3 | 14)), "{out:?}");
    };
    let guessed = || plain.iter().map(|name| asked(&site, "en", name)).sum::<usize>();
    // Ends among the guesses.
    run(&seeds, stories.len() * 2 + plain.len() + 10);
    let first = guessed();
    assert!((1..MAX_GUESSES).contains(&first), "{first}");
    run(&[], 1_000);
    assert_eq!(guessed(), MAX_GUESSES);
    assert!(plain.iter().all(|name| asked(&site, "en", name) <= 1));
}
