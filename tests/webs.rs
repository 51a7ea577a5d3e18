//! From articles in one language to all their translations, on fifteen webs that declare them each
//! in its own manner: precision and recall of alternates and groups, pinned.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::path::Path;
use std::process::Command;

#[path = "webs/mod.rs"]
mod web;

use web::measure::{measure, table};
use web::site::Site;

fn crawl(site: &Site, seeds: &[String], dir: &Path) {
    let list = dir.join("seeds.txt");
    std::fs::write(&list, seeds.join("\n")).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", "--contact", "test@warraq.test", "--quiet", "--depth", "1", "--sitemaps"])
        .args(["--delay", "0", "--allow-private", "--resolve", &site.resolve()])
        .arg("--seeds")
        .arg(&list)
        .arg("--into")
        .arg(dir.join("archive"))
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
}

#[test]
fn one_language_brings_all_the_others_and_no_home() {
    let webs = web::all();
    let site = web::serve(&webs);
    let dir = tempfile::tempdir().unwrap();
    crawl(&site, &web::seeds(&webs), dir.path());
    let measured = measure(&webs, &dir.path().join("archive"));
    let table = table(&webs, &measured);
    println!("{table}");
    assert!(table.contains("own numbers: its links lead to other articles on both sides"));
    for (web, one) in webs.iter().zip(&measured) {
        let name = one.name;
        assert_eq!(one.pages.0, one.pages.1, "{name}: a page was not reached");
        assert_eq!(one.homes, Vec::<String>::new(), "{name}: a home page is in a group");
        if web.silent {
            // Flags on both sides agree; only the texts tell that they are wrong.
            assert_eq!(one.grouped.found, 0, "{name}: {:?}", one.grouped);
            continue;
        }
        assert!(one.grouped.precision() >= 0.99, "{name}: {:?}", one.grouped);
        assert!((one.grouped.recall() - 1.0).abs() < 1e-9, "{name}: {:?}", one.grouped);
        assert!((one.purity - 1.0).abs() < 1e-9, "{name}: purity {}", one.purity);
        assert!((one.declared.recall() - 1.0).abs() < 1e-9, "{name}: {:?}", one.declared);
        if web.honest {
            assert_eq!(one.declared.right, one.declared.found, "{name}: {:?}", one.declared);
            assert_eq!(one.grouped.right, one.grouped.found, "{name}: {:?}", one.grouped);
        }
    }
    for arrival in site.arrivals() {
        assert_eq!(arrival.header("cookie"), None, "{}: a cookie chose the language", arrival.url);
        assert_eq!(arrival.header("accept-language").as_deref(), Some("*"), "{}", arrival.url);
    }
}

#[test]
fn the_truth_stands_on_the_webs() {
    for web in web::all() {
        let stories = web.stories.iter();
        let seeded = stories.filter(|story| story.pages.iter().any(|(lang, _)| *lang == web.seeds));
        assert_eq!(seeded.count(), web.stories.len(), "{}: a story without a seed", web.name);
        assert!(!web.homes.is_empty(), "{}: no front page to fall for", web.name);
    }
}
