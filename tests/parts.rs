//! Articles of several pages: how they are known, followed, joined and told.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_collect,
    reason = "a test that meets the unexpected fails, and should; its templates are filled once"
)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use serde_json::Value;
use url::Url;
use warraq::head::Head;
use warraq::page::parts::Parts;
use warraq::page::{self, LinkKind, Page, Source};
use warraq::wacz::pages::PageLine;
use warraq::wacz::reader::Package;

#[path = "site/mod.rs"]
mod site;

use site::answer::Answer;
use site::web::{Resource, Role};
use site::{Options, Site};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";

const STORY: [&str; 3] = [
    "The dredger came up the river on a Monday, and by the evening half of the town stood on the \
     bridge to see what it would bring to light. First it was bicycles, then a safe without a door.",
    "On the second day the bucket brought up the bell of the old ferry, green and whole, and nobody \
     on the bridge said a word until the sexton took off his hat and the others did the same.",
    "When the water was clear again the council counted what lay on the quay, wrote a list of four \
     pages, and put the bell where the children could ring it on the way home from school.",
];

/// A page of a paper: what stands in its head, its text, and what stands below that.
fn paper(head: &str, text: &str, below: &str) -> String {
    format!(
        "<html lang=en><head><title>What the river kept</title>{head}</head><body>\
         <nav><a href=/>Home</a> <a href=/news/>News</a></nav><article><h1>What the river kept</h1>\
         <p class=byline>By <a rel=author href=/staff/ida>Ida Strand</a></p>\
         <time datetime=2026-03-04>4 March 2026</time><p>{text}</p>\
         <p>{text} So it was told at the time, and so it is told on the quay today.</p>{below}\
         </article></body></html>"
    )
}

fn read(url: &str, html: &str) -> Page {
    let url = Url::parse(url).unwrap();
    let head = Head::parse(HEAD);
    page::read(Source { url: &url, head: &head, entity: html.as_bytes() })
}

fn parts(url: &str, head: &str, below: &str) -> Option<Parts> {
    let page = read(url, &paper(head, STORY[0], below));
    let marked = page.links.iter().filter(|link| link.kind == LinkKind::Part);
    let marked: Vec<&str> = marked.map(|link| link.url.as_str()).collect();
    let parts = page.article.unwrap().parts;
    let further = parts.iter().flat_map(|parts| &parts.further);
    assert!(further.clone().all(|url| marked.contains(&url.as_str())), "{parts:?} {marked:?}");
    assert_eq!(further.count(), marked.len(), "{parts:?} {marked:?}");
    parts
}

/// `number first further…`, URLs without the site.
fn told(parts: Option<Parts>) -> String {
    let Some(Parts { number, first, further }) = parts else { return "none".into() };
    let all = [vec![number.to_string(), first], further].concat().join(" ");
    all.replace("https://a.example", "")
}

#[test]
fn a_pager_tells_which_page_of_an_article_this_is() {
    let cases = include_str!("tables/parts.txt");
    for case in cases.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let fields: Vec<&str> = case.split('|').map(str::trim).collect();
        let [url, head, below, want] = fields[..] else { unreachable!("four fields: {case}") };
        let got = told(parts(&format!("https://a.example{url}"), head, below));
        assert_eq!(got, want, "{case}");
    }
}

#[test]
fn a_hundred_pages_are_followed_as_far_as_twenty() {
    let pager: String = (1..=60).map(|n| format!("<a href=/story/{n}>{n}</a> ")).collect();
    let found = parts("https://a.example/story", "", &format!("<p>{pager}</p>")).unwrap();
    assert_eq!(found.further.len(), 19);
    assert_eq!(found.further.last().unwrap(), "https://a.example/story/20");
}

#[test]
fn the_pager_of_a_listing_is_no_article_s() {
    let cards: String = (1..20)
        .map(|n| format!("<li><a href=/story-{n}>The harbour master and story number {n}</a></li>"))
        .collect();
    let pager = "<div class=pagination><a href=/news/page/2/ rel=next>2</a></div>";
    let html = format!("<title>News</title><h1>News</h1><ul>{cards}</ul>{pager}");
    let page = read("https://a.example/news/", &html);
    assert!(page.article.is_none(), "a listing");
    assert!(page.links.iter().all(|link| link.kind != LinkKind::Part), "{:?}", page.links);
}

proptest! {
    #[test]
    fn no_page_has_itself_or_a_stranger_for_a_part(
        url in "/[a-z]{1,5}(/[0-9]{1,3}|_[0-9]{1,2}\\.html|\\?page=[0-9]{1,2})?",
        links in prop::collection::vec(("[a-z/?=_.0-9-]{0,16}", "[0-9a-z٠-٩ ]{0,4}", 0_u8..3), 0..12),
    ) {
        let rel = ["", " rel=next", " rel=prev"];
        let link = |(href, label, r): &(String, String, u8)| {
            format!("<a href='{href}'{}>{label}</a> ", rel[usize::from(*r)])
        };
        let pager: String = links.iter().map(link).collect();
        let own = format!("https://a.example{url}");
        if let Some(parts) = parts(&own, "", &pager) {
            prop_assert!(!parts.further.contains(&own), "{parts:?}");
            prop_assert!((1..=page::parts::MAX_PARTS).contains(&parts.number), "{parts:?}");
            prop_assert!(parts.number > 1 || !parts.further.is_empty(), "{parts:?}");
            prop_assert!(parts.further.iter().all(|url| url.starts_with("https://a.example/")));
        }
    }
}

/// The paper on two hosts: three pages of an article in English, two of it in German elsewhere.
fn resources() -> Vec<Resource> {
    let alternate = "<link rel=alternate hreflang=en href=http://river.test/story/>\
        <link rel=alternate hreflang=de href=http://fluss.test/geschichte>";
    let pager = "<div class=page-links>Pages: <a href=/story/>1</a> <a href=/story/2/>2</a> \
        <a href=/story/3/>3</a></div><p><a href=/next-story/ rel=next>The next story</a></p>\
        <section id=comments><a href=/story/comment-page-2/>2</a></section>";
    let german = [
        "Am Montag kam der Bagger den Fluss herauf, und am Abend stand die halbe Stadt auf der \
         Brücke, um zu sehen, was er ans Licht bringen würde. Zuerst waren es nur alte Fahrräder.",
        "Am zweiten Tag hob die Schaufel die Glocke der alten Fähre, grün und ganz, und niemand auf \
         der Brücke sagte ein Wort, bis der Küster den Hut abnahm und die anderen es ihm gleichtaten.",
    ];
    let page =
        |url: &str, html: &str| Resource::new(url, Role::Page, Answer::page("200 OK", html, &[]));
    let english = |n: usize, url: &str| page(url, &paper(alternate, STORY[n], pager));
    let german = |n: usize, url: &str| {
        let next = "<p><a class=next href='?seite=2'>2</a></p>";
        let html = paper(alternate, german[n], next).replace("lang=en", "lang=de");
        page(url, &html.replace("What the river kept", "Was der Fluss behielt"))
    };
    vec![
        english(0, "http://river.test/story/"),
        english(1, "http://river.test/story/2/"),
        english(2, "http://river.test/story/3/"),
        german(0, "http://fluss.test/geschichte"),
        german(1, "http://fluss.test/geschichte?seite=2"),
        page("http://river.test/next-story/", &paper("", STORY[2], "")),
    ]
}

fn warraq(at: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
    command.args(args).current_dir(at).env_remove("WARRAQ_CONTACT").stdin(Stdio::null());
    let out = command.output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{args:?}: {out:?}");
    out
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// The pages of both articles, German ones first.
const PAGES: [&str; 5] = [
    "http://fluss.test/geschichte",
    "http://fluss.test/geschichte?seite=2",
    "http://river.test/story/",
    "http://river.test/story/2/",
    "http://river.test/story/3/",
];

/// A crawl of the first English page into `x`, no link followed; what it asked for.
fn crawled(at: &Path) -> Vec<String> {
    let options = Options { instead: Some(resources()), ..Options::default() };
    let web = Site::open(options).unwrap();
    let seed = ["crawl", PAGES[2], "--into", "x", "--depth", "0", "--quiet"];
    let network = ["--contact", "a@b.org", "--delay", "0", "--allow-private", "--resolve"];
    warraq(at, &[&seed[..], &network, &[&web.resolve()]].concat());
    let asked = web.arrivals().into_iter().map(|arrival| arrival.url);
    let mut asked: Vec<String> = asked.filter(|url| !url.ends_with("/robots.txt")).collect();
    asked.sort();
    asked
}

/// Holds the rows of an export and the groups against the article that `text` gave.
fn is_exported_as_it_reads(at: &Path, english: &Value) {
    warraq(at, &["export", "x", "-o", "y.jsonl"]);
    let rows = lines(&std::fs::read(at.join("y.jsonl")).unwrap());
    let of = |url: &str| rows.iter().find(|row| row["url"] == url).unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(of(PAGES[2])["body"], english["body"]);
    assert_eq!(texts(&of(PAGES[0])["parts"]), PAGES[..2]);
    assert_eq!(of(PAGES[0])["group"], of(PAGES[2])["group"]);

    let groups = lines(&std::fs::read(at.join("x/groups.jsonl")).unwrap());
    assert_eq!(groups.len(), 1, "{groups:?}");
    assert_eq!(texts(&groups[0]["members"]["en-Latn"]["parts"]), PAGES[3..]);
    assert_eq!(texts(&groups[0]["members"]["de-Latn"]["parts"]), [PAGES[1]]);
    assert_eq!(groups[0]["conflicts"], Value::Array(Vec::new()));
}

fn is_packed_as_it_reads(at: &Path, body: &str) {
    warraq(at, &["pack", "x", "-o", "x.wacz"]);
    let package = Package::open(&at.join("x.wacz")).unwrap();
    let pages = package.pages().unwrap().unwrap();
    let pages: Vec<PageLine> = pages.map(Result::unwrap).collect();
    let of = |url: &str| pages.iter().find(|page| page.url == url).unwrap();
    assert_eq!(of(PAGES[2]).text.as_deref(), Some(body));
    assert_eq!(of(PAGES[2]).parts, PAGES[3..]);
    assert_eq!(of(PAGES[3]).text, None, "its text stands with the first");
}

#[test]
fn a_crawl_brings_all_pages_and_everything_reads_them_as_one_article() {
    let dir = tempfile::tempdir().unwrap();
    let asked = crawled(dir.path());
    assert_eq!(asked, PAGES, "every page once, and neither comments nor the next story");

    let articles = lines(&warraq(dir.path(), &["text", "x"]).stdout);
    assert_eq!(articles.len(), 2, "{articles:?}");
    let english = articles.iter().find(|one| one["url"] == PAGES[2]).unwrap();
    assert_eq!(texts(&english["parts"]), PAGES[2..]);
    let body = english["body"].as_str().unwrap();
    let places: Vec<usize> = STORY.iter().map(|text| body.find(text).unwrap()).collect();
    assert!(places.is_sorted(), "in the order of the pages: {body}");
    assert_eq!(body.matches("What the river kept").count(), 0, "no title between pages");
    assert!(!body.contains("1 2 3"), "no pager: {body}");
    let authors = english["authors"].as_array().unwrap();
    assert_eq!((authors.len(), authors[0]["name"].as_str()), (1, Some("Ida Strand")));
    assert_eq!(english["part"], Value::Null);

    is_exported_as_it_reads(dir.path(), english);
    is_packed_as_it_reads(dir.path(), body);
}

#[test]
fn a_page_alone_says_which_one_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let html = paper("", STORY[1], "<a href=/story/>1</a>");
    std::fs::write(dir.path().join("2.html"), html).unwrap();
    let base = ["--base", "http://river.test/story/2/"];
    let alone = lines(&warraq(dir.path(), &["text", "2.html", base[0], base[1]]).stdout);
    assert_eq!(alone[0]["article"]["parts"]["number"], 2);
    let why = warraq(dir.path(), &["text", "--explain", "2.html", base[0], base[1]]).stdout;
    assert!(String::from_utf8(why).unwrap().contains("\n  page 2 of http://river.test/story/\n"));
}
