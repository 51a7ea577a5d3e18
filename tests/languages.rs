//! `warraq languages`: what one page declares, from a file and from a server, for people and
//! for scripts.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::process::{Command, Output};

use serde_json::Value;

#[path = "webs/mod.rs"]
mod web;

fn languages(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_warraq"))
        .arg("languages")
        .args(args)
        .env_remove("WARRAQ_CONTACT")
        .output()
        .unwrap()
}

fn said(out: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (out.status.code(), text(&out.stdout), text(&out.stderr))
}

const PAGE: &str = "<!doctype html><html lang=en><head><title>Kilns</title>\
    <link rel=alternate hreflang=fr_FR href=/fr/fours><link rel=alternate hreflang=de href=/de/>\
    <link rel=alternate hreflang=x-default href=/><link rel=canonical href=https://clay.example/en/kilns>\
    </head><body><h1>Kilns</h1><nav><a hreflang=ru class=glink href=#>Русский</a></nav></body></html>";

#[test]
fn a_file_is_read_under_its_canonical_url_or_the_one_given() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("kilns.html");
    std::fs::write(&path, PAGE).unwrap();
    let path = path.to_str().unwrap();
    let (code, told, complaint) = said(&languages(&[path]));
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    let lines: Vec<&str> = told.lines().collect();
    let want = [
        "https://clay.example/en/kilns",
        "  a page, no article; declares en; its text tells none",
        "  perhaps translated by a machine: GTranslate",
        "",
        "1 alternate",
        "  fr-FR (fr_FR)  head-link       head    https://clay.example/fr/fours",
        "",
        "3 declarations left out",
        "  ru             anchor-hreflang chrome  #  (translated by a machine in the browser)",
        "  de             head-link       head    https://clay.example/de/  (a front page, not this article)",
        "  x-default      head-link       head    https://clay.example/  (x-default is for everybody else, not a translation)",
    ];
    assert_eq!(lines, want);
    let (_, told, _) = said(&languages(&[path, "--base", "https://mirror.example/x/"]));
    assert!(told.contains("https://mirror.example/fr/fours"), "{told}");
}

#[test]
fn a_sitemap_is_read_too_and_json_holds_everything() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sitemap.xml");
    let xml = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:x='http://www.w3.org/1999/xhtml'>\
        <url><loc>https://clay.example/a</loc><x:link rel='alternate' hreflang='fr' href='/fr/a'/>\
        <x:link rel='alternate' hreflang='x-default' href='/'/></url></urlset>";
    std::fs::write(&path, xml).unwrap();
    let path = path.to_str().unwrap();
    let out = languages(&[path, "--base", "https://clay.example/sitemap.xml", "--json"]);
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(
        (told["kind"].as_str(), told["url"].as_str()),
        (Some("sitemap"), Some("https://clay.example/sitemap.xml"))
    );
    let alternates = told["alternates"].as_array().unwrap();
    assert_eq!(alternates.len(), 1);
    assert_eq!(alternates[0]["about"], "https://clay.example/a");
    assert_eq!(alternates[0]["signal"], "sitemap");
}

#[test]
fn what_is_too_much_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("many.html");
    let link = |n| format!("<link rel=alternate hreflang=en href=https://news.example/en/{n}>");
    let links: Vec<String> = (0..450).map(link).collect();
    let links = links.concat();
    std::fs::write(&file, format!("<html lang=ar><head>{links}</head><body>x</body></html>"))
        .unwrap();
    let (code, told, _) =
        said(&languages(&[file.to_str().unwrap(), "--base", "https://news.example/ar/a"]));
    assert_eq!(code, Some(0));
    for line in [
        "400 alternates",
        "note: a crawl follows the first 40 of the languages it asks for (--languages), not 360 more",
        "note: only the first 400 alternates are kept, not 50 more",
        "https://news.example/en/449  (past the number kept of one page)",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}

#[test]
fn a_url_is_asked_for_once_and_never_in_a_private_network_unasked() {
    let webs = web::all();
    let site = web::serve(&webs);
    let polylang = webs.iter().find(|web| web.name == "Polylang").unwrap();
    let url = polylang.stories[1].pages[0].1.as_str();
    let resolve = site.resolve();
    let (code, _, complaint) = said(&languages(&[url, "--resolve", &resolve]));
    assert_eq!(code, Some(1));
    assert!(complaint.contains("--allow-private"), "{complaint}");
    assert_eq!(site.arrivals().len(), 0);
    let reach =
        ["--allow-private", "--resolve", &resolve, "--contact", "desk@clay.example", "--json"];
    let out = languages(&[&[url][..], &reach].concat());
    let told: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((told["declared"].as_str(), told["detected"].as_str()), (Some("fr"), Some("fr")));
    assert_eq!(told["alternates"].as_array().unwrap().len(), 2, "head and widget: {told}");
    let whys: Vec<_> = told["dropped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["why"].as_str().unwrap())
        .collect();
    assert!(whys.contains(&"no-translation") && whys.contains(&"current"), "{whys:?}");
    let arrivals = site.arrivals();
    assert_eq!(arrivals.len(), 2, "robots.txt, and the page once");
    assert!(arrivals[1].header("user-agent").unwrap().contains("desk@clay.example"));
    let gone =
        languages(&["http://polylang.test/nothing", "--allow-private", "--resolve", &resolve]);
    let (code, _, complaint) = said(&gone);
    assert_eq!(code, Some(1));
    assert!(
        complaint.contains("http://polylang.test/nothing: the server answered 404"),
        "{complaint}"
    );
}

#[test]
fn what_cannot_be_read_is_said_in_one_sentence() {
    for (args, want) in [
        (&["no-such-file.html"][..], "no-such-file.html: cannot be read"),
        (&["http://"], "FILE_OR_URL"),
        (&["ftp://clay.example/"], "ftp://clay.example/: cannot be read"),
    ] {
        let (code, told, complaint) = said(&languages(args));
        assert_eq!((code, told.as_str()), (Some(2), ""), "{args:?}");
        assert!(complaint.contains(want) && complaint.lines().count() == 1, "{complaint}");
    }
}

#[test]
fn the_page_that_only_x_default_names_is_an_alternate_and_other_reports_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("kilns.html");
    let named = "<link rel=alternate hreflang=fr href=/fr/fours>";
    let page = |default: &str| {
        let default = format!("<link rel=alternate hreflang=x-default href={default}>");
        let report = "<a href=/ar/report>Read our earlier report in Arabic</a>";
        let body = format!("<p>The kilns burn again. {report}</p>");
        format!(
            "<html lang=en><head><title>Kilns</title>{named}{default}</head><body>{body}</body>"
        )
    };
    let told = |default: &str| {
        std::fs::write(&file, page(default)).unwrap();
        said(&languages(&[file.to_str().unwrap(), "--base", "https://clay.example/en/kilns"])).1
    };
    let korean = told("/kilns");
    assert!(korean.contains("2 alternates"), "{korean}");
    assert!(korean.contains("x-default       head    https://clay.example/kilns"), "{korean}");
    // A front page, the page itself and what has a language already are none.
    for known in ["/", "/en/kilns", "/fr/fours"] {
        let told = told(known);
        assert!(told.contains("1 alternate\n"), "{known}: {told}");
        assert!(told.contains("(x-default is for everybody else"), "{known}: {told}");
    }
    let report = "https://clay.example/ar/report  (its words speak of another text)";
    assert!(korean.contains(report), "{korean}");
}
