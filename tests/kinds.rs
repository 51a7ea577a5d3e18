//! Kinds: what a page is, and what of one that is no article is kept.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]
#![allow(clippy::format_collect, reason = "the pages of tests are small")]

use url::Url;
use warraq::head::Head;
use warraq::page::{Page, PageDate, PageKind, Source};

/// Sentences of one story.
const STORY: &[&str] = &[
    "The fishermen came back to the old harbour at first light, and the whole town went down to the water to meet them.",
    "They had been out for nine days, longer than anyone could remember, and the boats lay low with what they carried.",
    "By noon the market was full, the scales were ringing, and the children had stopped counting the crates.",
    "Nobody spoke of the storm until the evening, when the oldest of them put down his cup and began to tell it.",
];

fn paragraphs(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<p>{text}</p>")).collect()
}

/// A page with a head, read from a file: nothing but the bytes is known.
fn kind_of(head: &str, body: &str) -> Page {
    let html = format!(
        "<!DOCTYPE html><html><head>{head}</head><body><header><nav><a href=\"/\">Home</a></nav></header><main>{body}</main><footer><p>The Harbour Post</p></footer></body></html>"
    );
    read_at(&html, "https://example.org/x")
}

fn read_at(html: &str, url: &str) -> Page {
    let url = Url::parse(url).unwrap();
    warraq::page::read(Source { url: &url, head: &Head::default(), entity: html.as_bytes() })
}

#[test]
fn pages_that_say_they_are_no_story_are_none() {
    let rows = include_str!("tables/absent.txt").lines().filter(|line| !line.starts_with('#'));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let (sort, title, body) = (cells[0], cells[1], cells[2]);
        let head = format!("<title>{title}</title>");
        assert_eq!(kind_of(&head, body).kind, PageKind::Other, "{sort}: {row}");
        count += 1;
    }
    assert!(count >= 30, "{count}");
}

#[test]
fn a_story_about_such_things_is_one() {
    let story = paragraphs(STORY);
    for (title, text) in [
        (
            "Page not found: how a small archive brings lost websites of the harbour back",
            story.clone(),
        ),
        ("Contact with the boats was lost on the third day", story.clone()),
        (
            "The bakery that sold cookies to sailors",
            format!(
                "<p>The bakery sold cookies to every crew that asked, and kept the names of those who could not pay.</p>{story}"
            ),
        ),
        (
            "The harbour opens",
            format!("{story}<aside><form><input type=\"password\"></form></aside>"),
        ),
    ] {
        let page = kind_of(&format!("<title>{title}</title>"), &format!("<h1>{title}</h1>{text}"));
        assert_eq!(page.kind, PageKind::Article, "{title}");
    }
}

#[test]
fn a_sentence_is_an_article_where_its_page_says_so() {
    let body = "<article><h1>The new pier is open</h1><div class=\"entry-content\"><p>The new pier was opened on Friday.</p></div></article>";
    let meta = "<meta property=\"og:type\" content=\"article\">";
    let ld = "<script type=\"application/ld+json\">{\"@type\":\"NewsArticle\",\"author\":{\"@type\":\"Person\",\"name\":\"Edda Quist\"},\"datePublished\":\"2026-03-14\"}</script>";
    let title = "<title>The new pier is open</title>";
    for head in [format!("{title}{meta}"), format!("{title}{ld}")] {
        let page = kind_of(&head, body);
        assert_eq!(
            page.article.as_ref().expect("an article").text(),
            "The new pier was opened on Friday."
        );
    }
    let dated = body.replace("</h1>", "</h1><time datetime=\"2026-03-14\">14 March 2026</time>");
    assert_eq!(kind_of(title, &dated).kind, PageKind::Article);
    let read = kind_of(&format!("{title}{ld}"), body);
    let article = read.article.unwrap();
    assert_eq!(
        (article.byline[0].name.as_str(), read.published),
        ("Edda Quist", article.published)
    );
    // Nothing says that it is one.
    assert_eq!(kind_of(title, body).kind, PageKind::Listing);
    let none = body.replace("<p>The new pier was opened on Friday.</p>", "");
    assert_eq!(kind_of(&format!("{title}{meta}"), &none).kind, PageKind::Listing);
}

#[test]
fn a_page_that_is_no_article_keeps_the_days_its_metadata_names() {
    let head = "<title>Harbour</title><meta property=\"article:published_time\" content=\"2026-03-14T09:30:00Z\"><meta property=\"article:modified_time\" content=\"2026-03-15T09:30:00Z\">";
    let page = kind_of(head, "<h1>Harbour</h1><p>All our stories.</p>");
    assert_eq!(page.kind, PageKind::Listing);
    let day = |date: Option<PageDate>| date.map(|date| date.iso[..10].to_owned());
    assert_eq!(day(page.published).as_deref(), Some("2026-03-14"));
    assert_eq!(day(page.modified).as_deref(), Some("2026-03-15"));
}

/// Cards with a longer teaser, a front page that opens with one, and what a search found.
#[test]
fn a_teaser_of_another_page_is_no_story() {
    let teaser = "Twelve boats crossed here every morning before the bridge was built, and each of \
        them had a bell that the whole bank could tell from the others, even in the thickest fog.";
    let card = |n: u8| {
        format!(
            "<div class=card><h3><a href=/s{n}>The story of the boat number {n}</a></h3><p>{teaser}</p></div>"
        )
    };
    let short = |n: u8| {
        format!("<div class=card><h3><a href=/t{n}>The tale of the oar number {n}</a></h3></div>")
    };
    let found = |n: u8| {
        format!(
            "<div class=g><a href=/f{n}>Boat {n}</a><p>{} …</p></div>",
            &teaser[..100 + usize::from(n)]
        )
    };
    let hero = format!(
        "<div class=hero><h2><a href=/1>The last ferry of the north</a></h2><p>{teaser}</p></div>"
    );
    for (url, body) in [
        (
            "https://example.org/harbour",
            format!("<h1>Harbour</h1>{}{}", card(1), (2..6).map(short).collect::<String>()),
        ),
        ("https://example.org/", format!("{hero}{}", (2..6).map(short).collect::<String>())),
        (
            "https://example.org/?s=boat",
            format!("<h1>boat</h1>{}", (1..6).map(found).collect::<String>()),
        ),
    ] {
        let html =
            format!("<!doctype html><title>Harbour Post</title><body><main>{body}</main></body>");
        assert_eq!(read_at(&html, url).kind, PageKind::Listing, "{url}");
    }
}
