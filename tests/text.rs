//! `warraq text` of one page: from a file and from a server, as JSON and in words.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

#[path = "site/mod.rs"]
mod site;

use site::Site;

fn warraq(at: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.args(args).current_dir(at).env_remove("WARRAQ_CONTACT").output().unwrap()
}

fn said(out: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

fn saved(name: &str) -> String {
    format!("{}/tests/pages/{name}.html", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_file_is_one_line_article_or_not() {
    let dir = tempfile::tempdir().unwrap();
    let base = ["--base", "https://mill.example/2026/06/11/muehle"];
    let (code, told, complaint) =
        said(&warraq(dir.path(), &["text", &saved("de"), base[0], base[1]]));
    assert_eq!((code, complaint.as_str(), told.lines().count()), (Some(0), "", 1));
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((told["url"].as_str(), told["kind"].as_str()), (Some(base[1]), Some("article")));
    assert_eq!(told["title"], "Die Mühle dreht sich wieder");
    assert_eq!(told["article"]["byline"][0]["name"], "Annika Vogt");
    assert_eq!(told["language"], "de");
    assert!(told["body"].as_str().unwrap().contains("\n\n"), "blocks stand apart");

    let (code, told, _) = said(&warraq(dir.path(), &["text", &saved("section")]));
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, told["kind"].as_str()), (Some(0), Some("listing")));
    assert!(told["article"].is_null() && told["body"].is_null());
}

#[test]
fn why_is_told_in_words_field_by_field() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("page");
    std::fs::copy(saved("en-brand"), &page).unwrap();
    let args = ["text", "--explain", "page", "--base", "https://harbour.example/story"];
    let (code, told, complaint) = said(&warraq(dir.path(), &args));
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "markup is known without its name");
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines[..2], ["https://harbour.example/story", "  an article; charset UTF-8"]);
    let at = |start: &str| lines.iter().position(|line| line.starts_with(start)).unwrap();
    let fields =
        ["title ", "author ", "translator ", "published ", "modified ", "language ", "body "];
    let places: Vec<usize> = fields.iter().map(|field| at(field)).collect();
    assert!(places.is_sorted(), "{told}");
    assert_eq!(lines[at("author ")], "author     Nora A. Quill (Food Correspondent)");
    let authors = &lines[at("author ") + 1..at("translator ")];
    let brand = authors.iter().find(|line| line.ends_with("  Harbour Daily")).unwrap();
    assert!(brand.starts_with("    json-ld "), "heard, and not taken: {brand}");
    assert!(authors.iter().any(|line| line.starts_with("  + ")), "{authors:?}");
    assert!(lines.iter().any(|line| line.starts_with("  + selector ")), "{told}");
    assert!(lines.iter().any(|line| line.starts_with("    paragraph ")), "{told}");
}

#[test]
fn a_hostile_page_sets_no_terminal_off() {
    let dir = tempfile::tempdir().unwrap();
    let line = "The tide tables were wrong again, and the whole quay knew it before noon. ";
    let html = format!(
        "<title>\u{1b}]0;owned\u{7}Tide</title><article><h1>\u{1b}[31mTide</h1><p>{}</p></article>",
        line.repeat(5)
    );
    std::fs::write(dir.path().join("tide.html"), html).unwrap();
    for args in [&["text", "tide.html"][..], &["text", "tide.html", "--explain"]] {
        let (_, told, _) = said(&warraq(dir.path(), args));
        assert!(told.contains("Tide") && !told.contains(['\u{1b}', '\u{7}']), "{told:?}");
    }
}

#[test]
fn a_url_is_asked_for_politely_and_nothing_is_kept() {
    let (site, dir) = (Site::start(), tempfile::tempdir().unwrap());
    let (seed, resolve) = (site.seed_url(), site.resolve());
    let (code, _, complaint) = said(&warraq(dir.path(), &["text", &seed, "--resolve", &resolve]));
    assert_eq!((code, site.arrivals().len()), (Some(1), 0));
    assert!(complaint.contains("--allow-private"), "{complaint}");

    let reach = ["--allow-private", "--resolve", &resolve];
    let out = warraq(dir.path(), &[&["text", seed.as_str()][..], &reach].concat());
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((told["kind"].as_str(), told["language"].as_str()), (Some("article"), Some("ar")));
    let paths: Vec<String> = site.arrivals().into_iter().map(|arrival| arrival.path).collect();
    assert_eq!(paths[0], "/robots.txt");
    assert_eq!(paths.len(), 2, "the page, once: {paths:?}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);

    let private = site.expected().private.first().unwrap();
    let (code, told, complaint) =
        said(&warraq(dir.path(), &[&["text", private.as_str()][..], &reach].concat()));
    assert_eq!((code, told.as_str()), (Some(1), ""));
    assert!(complaint.contains("robots.txt does not allow it"), "{complaint}");
    assert_eq!(site.arrivals().len(), 3, "its robots.txt, and nothing more");
}

#[test]
fn the_pages_of_an_archive_are_explained_one_by_one() {
    let (site, dir) = (Site::start(), tempfile::tempdir().unwrap());
    let (seed, resolve) = (site.seed_url(), site.resolve());
    let crawl = ["crawl", &seed, "--into", "a", "--contact", "t@warraq.test", "--delay", "0"];
    let reach = ["--allow-private", "--resolve", &resolve, "--quiet"];
    assert_eq!(warraq(dir.path(), &[&crawl[..], &reach].concat()).status.code(), Some(0));
    let articles = String::from_utf8(warraq(dir.path(), &["text", "a"]).stdout).unwrap();
    let (code, told, complaint) = said(&warraq(dir.path(), &["text", "--explain", "a"]));
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    let accounts = told.lines().filter(|line| line.starts_with("  an article; charset")).count();
    assert_eq!(accounts, articles.lines().count(), "{told}");
    assert!(!told.contains("robots.txt"), "what is no page is passed over");
}
