//! What `warraq groups` says of a site whose declarations are wrong in every way: the audit by
//! host and fault, the explanation of one page, and of a URL that is none.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "test code: a broken fixture must fail loudly"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

#[path = "site/mod.rs"]
mod site;
#[path = "webs/texts.rs"]
#[allow(unreachable_pub, reason = "a module that is included by path")]
mod texts;

use site::answer::Answer;
use site::web::{Resource, Role};
use site::{Options, Site};
use texts::text;

fn at(path: &str) -> String {
    format!("http://audit.test{path}")
}

fn link(lang: &str, path: &str) -> String {
    format!("<link rel=alternate hreflang={lang} href={path}>")
}

/// A page that says it is in `lang`, under the text of a story in `of`.
fn page(path: &str, lang: &str, (story, of): (&str, &str), head: &str) -> Resource {
    let text = text(story, of);
    let html = format!(
        "<!doctype html><html lang={lang}><head><meta charset=UTF-8><title>{title}</title>{head}</head>\
         <body><main><article><h1>{title}</h1>{body}</article></main></body></html>",
        title = text.title,
        body = text.paragraphs(),
    );
    Resource::new(&at(path), Role::Page, Answer::page("200 OK", &html, &[]))
}

/// One Spanish article whose head is wrong in nine ways and right in one.
fn web() -> Site {
    let many: String = (0..205).map(|n| link("en", &format!("/x/{n}"))).collect();
    let head = [
        link("es", "/es/faro"),
        link("en", "/en/lighthouse"),
        link("fr", "/fr/"),
        link("de", "/de/weg"),
        link("ru", "/ru/net"),
        link("fa", "/fa/circle"),
        link("he", "/he/same"),
        link("tr", "/tr/other"),
        link("zh", "/zh/copy"),
        link("ar", "/ar/back"),
        link("es-MX", "/mx/faro"),
        "<link rel=alternate hreflang=x-default href=/es/faro>".to_owned(),
    ];
    let lighthouse = |lang| ("lighthouse", lang);
    let own = link("es", "/es/faro");
    let canonical = "<link rel=canonical href=/en/lighthouse>".to_owned() + &own;
    let resources = vec![
        page("/es/faro", "es", lighthouse("es"), &head.concat()),
        page("/en/lighthouse", "en", lighthouse("en"), &(link("en", "/en/lighthouse") + &own)),
        page("/", "es", ("tram", "es"), ""),
        page("/fr/", "fr", ("tram", "fr"), ""),
        page("/he/same", "he", lighthouse("es"), &own),
        page("/tr/other", "tr", lighthouse("tr"), ""),
        page("/zh/copy", "zh", lighthouse("zh"), &canonical),
        Resource::redirect(&at("/de/weg"), "301 Moved Permanently", &at("/")),
        Resource::redirect(&at("/fa/circle"), "302 Found", &at("/fa/round")),
        Resource::redirect(&at("/fa/round"), "302 Found", &at("/fa/circle")),
        Resource::redirect(&at("/ar/back"), "302 Found", &at("/es/faro")),
        page("/es/muchos", "es", ("seeds", "es"), &many),
    ];
    Site::open(Options { instead: Some(resources), ..Options::default() }).unwrap()
}

fn warraq(args: &[&str]) -> (Option<i32>, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(args)
        .env_remove("WARRAQ_CONTACT")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code(), text(out.stdout), text(out.stderr))
}

fn crawl(site: &Site, into: &Path) {
    let into = into.to_str().unwrap();
    let resolve = site.resolve();
    let seeds = [at("/es/faro"), at("/es/muchos"), at("/es/faro?utm_source=x")];
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let flags = ["--contact", "test@warraq.test", "--delay", "0", "--allow-private", "--quiet"];
    let rest = ["--resolve", &resolve, "--into", into, "--depth", "0"];
    let (code, _, told) = warraq(&[&["crawl"][..], &seeds, &flags, &rest].concat());
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn every_fault_of_a_host_is_counted_once_and_named() {
    let (site, dir) = (web(), tempfile::tempdir().unwrap());
    crawl(&site, dir.path());
    let out = dir.path().to_str().unwrap();
    let (code, told, _) = warraq(&["groups", out, "--audit", "--json"]);
    assert_eq!(code, Some(0));
    let host: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    let faults: BTreeMap<String, (u64, String)> = host["faults"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, found)| {
            let first = found["examples"][0]["to"].as_str().unwrap().to_owned();
            (name.clone(), (found["count"].as_u64().unwrap(), first))
        })
        .collect();
    let want = [
        ("broken", 41, "/ru/net"),
        ("canonical-elsewhere", 1, "/zh/copy"),
        ("home-going", 2, "/"),
        ("looping", 2, "/ar/back"),
        ("non-reciprocal", 1, "/tr/other"),
        ("past-the-limit", 5, "/x/200"),
        ("mislabelled", 1, "/he/same"),
    ];
    let got = |name: &str| faults.get(name).cloned().unwrap_or_default();
    for (name, count, first) in want {
        assert_eq!(got(name).0, count, "{name}: {told}");
        assert!(name == "broken" || name == "home-going" || got(name).1 == at(first), "{name}");
    }
    assert_eq!(faults.len(), want.len(), "a page that names itself is no fault: {faults:?}");
    let (_, told, _) = warraq(&["groups", out, "--audit"]);
    assert!(told.contains("home-going: leads to a front page"), "{told}");
    assert!(told.contains("de by head-link http://audit.test/de/weg"), "{told}");
    assert!(told.contains("fr by head-link http://audit.test/fr/"), "{told}");
}

#[test]
fn an_explanation_has_what_reading_left_out_and_says_what_a_url_answered() {
    let (site, dir) = (web(), tempfile::tempdir().unwrap());
    crawl(&site, dir.path());
    let out = dir.path().to_str().unwrap();
    let explain = |url: &str| warraq(&["groups", out, "--explain", url]);
    let (_, told, _) = explain(&at("/es/faro"));
    for part in [
        "taken ",
        "Left out when the page was read:",
        "fr by head-link: a front page, not this article: http://audit.test/fr/",
        "x-default by head-link: x-default is for everybody else, not a translation",
        "es-MX by head-link: the page's own language, for another region: http://audit.test/mx/faro",
        "ru by head-link: HTTP status 404: http://audit.test/ru/net",
        "it declares, but its text is not in the declared language 0.00",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("does not declare this one 0.00"), "it does: {told}");
    let (code, told, _) = explain(&at("/es/muchos"));
    let past = "past the number kept of one page: http://audit.test/x/204";
    assert!(code == Some(0) && told.contains(past), "{told}");
    let (code, told, _) = explain(&at("/ru/net"));
    assert_eq!(code, Some(0));
    assert!(told.contains("/ru/net is in no group: HTTP status 404"), "{told}");
    assert!(told.contains("as ru by head-link of http://audit.test/es/faro"), "{told}");
    let (code, _, told) = explain(&at("/nowhere"));
    assert!(code == Some(2) && told.contains("no page of it declares it"), "{told}");
}

#[test]
fn a_group_names_the_variants_and_the_copies_of_its_members() {
    let (site, dir) = (web(), tempfile::tempdir().unwrap());
    crawl(&site, dir.path());
    let (_, told, _) = warraq(&["groups", dir.path().to_str().unwrap(), "--json"]);
    let group: Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    let es = &group["members"]["es-Latn"];
    assert_eq!(es["variants"][0]["lang"], "es-MX", "{told}");
    assert_eq!(es["variants"][0]["url"], at("/mx/faro"));
    let (_, told, _) = warraq(&["groups", dir.path().to_str().unwrap()]);
    assert!(told.contains("variant es-MX: http://audit.test/mx/faro"), "{told}");
}

/// One article at two addresses of one language, in an edition for a region, and in another
/// language; and a link to another report.
fn editions() -> Site {
    let pages = [("en", "/tram?lang=en"), ("en-AU", "/au/tram"), ("de", "/tram?lang=de")];
    let head: String = pages.iter().map(|(lang, path)| link(lang, path)).collect();
    let page = |path, lang, of| page(path, lang, ("tram", of), &head);
    let resources = vec![
        page("/tram", "en-US", "en"),
        page("/tram?lang=en", "en-US", "en"),
        page("/au/tram", "en-AU", "en"),
        page("/tram?lang=de", "de", "de"),
    ];
    Site::open(Options { instead: Some(resources), ..Options::default() }).unwrap()
}

/// The role of each URL in lines of JSON, which are all of one group.
fn roles(lines: &str, column: &str) -> BTreeMap<String, &'static str> {
    let rows = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let rows: Vec<Value> = rows.filter(|row| row["url"].is_string()).collect();
    assert!(rows.iter().all(|row| row["group"] == rows[0]["group"]), "{lines}");
    let known = ["translation", "copy", "variant"];
    let role = |row: &Value| known.into_iter().find(|role| row[column] == **role).unwrap_or("none");
    rows.iter().map(|row| (row["url"].as_str().unwrap().to_owned(), role(row))).collect()
}

#[test]
fn every_address_of_an_article_has_its_group_and_role_in_rows_and_packages() {
    let (site, dir) = (editions(), tempfile::tempdir().unwrap());
    let (into, package) = (dir.path().join("archive"), dir.path().join("x.wacz"));
    let (into, package) = (into.to_str().unwrap(), package.to_str().unwrap());
    let (resolve, seed) = (site.resolve(), at("/tram"));
    let flags = ["--contact", "test@warraq.test", "--delay", "0", "--allow-private", "--quiet"];
    let crawl = ["crawl", &seed, "--resolve", &resolve, "--into", into];
    assert_eq!(warraq(&[&crawl[..], &flags].concat()).0, Some(0));
    let want = BTreeMap::from([
        (at("/tram"), "copy"),
        (at("/tram?lang=en"), "variant"),
        (at("/au/tram"), "translation"),
        (at("/tram?lang=de"), "translation"),
    ]);

    let (_, told, _) = warraq(&["groups", into]);
    assert!(told.contains("a copy, by its text: http://audit.test/tram\n"), "{told}");
    assert!(told.contains("variant en: http://audit.test/tram?lang=en\n"), "{told}");
    assert!(!told.contains("left out"), "{told}");
    let said = [("/tram", "; the URL asked for is a copy"), ("/tram?lang=en", ", as a variant")];
    for (path, said) in said {
        let (_, told, _) = warraq(&["groups", into, "--explain", &at(path)]);
        assert!(told.lines().next().unwrap().ends_with(said), "{told}");
    }

    let rows = dir.path().join("rows.jsonl");
    assert_eq!(warraq(&["export", into, "-o", rows.to_str().unwrap()]).0, Some(0));
    assert_eq!(roles(&std::fs::read_to_string(&rows).unwrap(), "group_role"), want);
    assert_eq!(warraq(&["pack", into, "-o", package]).0, Some(0));
    let package = warraq::wacz::reader::Package::open(Path::new(package)).unwrap();
    let pages = package.pages().unwrap().unwrap();
    let pages: Vec<String> =
        pages.map(|page| serde_json::to_string(&page.unwrap()).unwrap()).collect();
    assert_eq!(roles(&pages.join("\n"), "role"), want);
}

#[test]
fn what_is_left_out_of_a_group_is_the_page_that_is_not_in_it() {
    let own = link("es", "/es/faro") + &link("en", "/en/light");
    let head = own.clone() + &link("de", "/de/turm");
    let back = own.clone() + &link("de", "/de/turm");
    let resources = vec![
        page("/es/faro", "es", ("lighthouse", "es"), &head),
        page("/en/light", "en", ("lighthouse", "en"), &own),
        page("/en/light-2", "en", ("lighthouse", "en"), &own),
        page("/en/tram", "en", ("tram", "en"), &link("es", "/es/faro")),
        page("/de/turm", "de", ("seeds", "de"), &back),
    ];
    let site = Site::open(Options { instead: Some(resources), ..Options::default() }).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().to_str().unwrap();
    let (resolve, seeds) = (site.resolve(), [at("/es/faro"), at("/en/light-2"), at("/en/tram")]);
    let seeds: Vec<&str> = seeds.iter().map(String::as_str).collect();
    let flags = ["--contact", "test@warraq.test", "--delay", "0", "--allow-private", "--quiet"];
    let rest = ["--resolve", &resolve, "--into", into, "--depth", "0"];
    assert_eq!(warraq(&[&["crawl"][..], &seeds, &flags, &rest].concat()).0, Some(0));
    let (_, told, _) = warraq(&["groups", into]);
    let mut left: Vec<&str> = told.lines().filter(|line| line.contains("left out")).collect();
    left.sort_unstable();
    let want = [
        "  left out, de: the two texts share too few numbers and names: http://audit.test/de/turm",
        "  left out, declaring es: the two texts share too few numbers and names: http://audit.test/en/tram",
    ];
    assert_eq!(left, want, "{told}");
    assert!(told.contains("a copy, by its text: http://audit.test/en/light-2"), "{told}");
}
