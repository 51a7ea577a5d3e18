//! The facts of a page: its date, language, title and charset, by tables of cases.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::HashSet;

use url::Url;
use warraq::head::Head;
use warraq::lang::Lang;
use warraq::page::article::{self, Reading};
use warraq::page::{PageDate, Source, dom, language, metadata};

fn read(html: &str, url: &str) -> Reading {
    let url = Url::parse(url).unwrap();
    let tree = dom::parse(html);
    let facts = metadata::read(&tree, &url);
    article::read(&tree, &facts, &url, &HashSet::new()).unwrap()
}

/// The cases of a table: what stands before the arrow and what behind it.
fn cases(table: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| {
        let (case, want) = line.split_once(" =>").unwrap();
        (case, want.trim())
    })
}

/// An article with something in its head, something below its headline.
fn page(head: &str, below: &str) -> String {
    format!(
        r"<!doctype html><html><head><title>The last ferry</title>{head}</head><body><article>
<h1>The last ferry</h1>{below}
<p>Twelve boats crossed here every morning before the bridge was built, and each of them had a bell that the whole bank could tell from the others, even in fog.</p>
<p>The ferryman keeps a ledger of the names he carried, and he says that most quarrels over the fare were settled in midstream, where nobody could walk away.</p>
<p>The ledger is closed, and the bells hang in the church, where they are rung once a year by those who still remember which of them was whose.</p>
</article></body></html>"
    )
}

#[test]
fn a_day_is_read_wherever_and_however_it_is_written() {
    let mut wrong = Vec::new();
    for (case, want) in cases(include_str!("tables/dates.txt")) {
        let (place, written) = case.split_once(" | ").unwrap();
        let written = written.replace("\\|", "|");
        let path = if place == "url" { written.as_str() } else { "/ferry" };
        let html = match place {
            "meta" => page(
                &format!(r#"<meta property="article:published_time" content="{written}">"#),
                "",
            ),
            "text" => page("", &format!(r#"<div class="date">{written}</div>"#)),
            _ => page("", ""),
        };
        let article = read(&html, &format!("https://example.org{path}")).article;
        let iso = |date: Option<PageDate>| date.map(|date| date.iso).unwrap_or_default();
        let changed = iso(article.modified);
        let mark = if changed.is_empty() { "" } else { "; " };
        let got = format!("{}{mark}{changed}", iso(article.published));
        if got != want {
            wrong.push(format!("{case} => {got:?}, not {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A page that declares the fourteenth and shows other days in other places.
fn with_strays(head: &str) -> Vec<(&'static str, String)> {
    let day = |day: u8| {
        format!(r#"<time class="date" datetime="2026-03-{day}T10:00:00Z">March {day}, 2026</time>"#)
    };
    let comment =
        format!(r#"<ol class="comments"><li class="comment">Ada, {} A bell.</li></ol>"#, day(20));
    let aside = format!(
        "<aside><ul><li><a href=/a>The oars of the ash tree</a> {}</li></ul></aside>",
        day(21)
    );
    let card =
        format!("<section><article><h3><a href=/b>Bells</a></h3>{}</article></section>", day(11));
    let masthead =
        format!("<header><div>{}</div><nav><a href=/c>Lakes</a></nav></header>", day(22));
    let event = format!(
        "The bells ring again on {}, when the water is low, and all who crossed here once will come.",
        day(25)
    );
    let whole = page(head, "");
    vec![
        ("comment", whole.replace("</article>", &format!("</article>{comment}"))),
        ("aside", whole.replace("</article>", &format!("</article>{aside}"))),
        ("card", whole.replace("</article>", &format!("</article>{card}"))),
        ("masthead", whole.replace("<body>", &format!("<body>{masthead}"))),
        ("event", whole.replace("The ferryman keeps", &format!("{event} The ferryman keeps"))),
    ]
}

#[test]
fn a_stray_day_does_not_speak_against_a_declared_one() {
    for head in [
        r#"<meta property="article:published_time" content="2026-03-14T09:30:00Z">"#,
        r#"<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-03-14T09:30:00Z"}</script>"#,
    ] {
        for (place, html) in with_strays(head) {
            let published = read(&html, "https://example.org/ferry").article.published;
            let got = published.map(|date| date.iso).unwrap_or_default();
            assert_eq!(got, "2026-03-14T09:30:00Z", "{place} against {head}");
        }
    }
}

#[test]
fn the_days_of_comments_cards_and_sentences_are_never_the_article_s() {
    for (place, html) in with_strays("") {
        if matches!(place, "comment" | "card" | "event") {
            assert_eq!(read(&html, "https://example.org/ferry").article.published, None, "{place}");
        }
    }
    let first = page("", "<p>On 12 March 1998 the bridge was opened by the king himself.</p>");
    assert_eq!(read(&first, "https://example.org/ferry").article.published, None);
}

#[test]
fn json_ld_speaks_however_it_is_wrapped() {
    let json = r#"{"@context": "https://schema.org", "@type": "NewsArticle", "datePublished": "2026-03-14"}"#;
    for script in [
        format!(r#"<script type="application/ld+json">{json}</script>"#),
        format!("<script>{json}</script>"),
        format!(r#"<script type="application/ld+json"><![CDATA[{json}]]></script>"#),
        format!(r#"<script type="application/ld+json">//<![CDATA[\n[{json}]\n//]]></script>"#),
    ] {
        let published = read(&page(&script, ""), "https://example.org/ferry").article.published;
        assert_eq!(published.map(|date| date.iso).as_deref(), Some("2026-03-14"), "{script}");
    }
    let code =
        r#"<script>{"page": {"@type": "NewsArticle", "datePublished": "2026-03-14"}}</script>"#;
    assert_eq!(read(&page(code, ""), "https://example.org/ferry").article.published, None);
}

#[test]
fn the_canonical_address_may_carry_the_day() {
    let day = |head: &str| {
        let article = read(&page(head, ""), "https://example.org/?p=17").article;
        article.published.map(|date| (date.iso, date.source))
    };
    let found = Some(("2026-03-14".to_owned(), "url".to_owned()));
    let canonical = r#"<link rel="canonical" href="https://example.org/2026/03/14/ferry">"#;
    assert_eq!(day(canonical), found);
    let graph = r#"<meta property="og:url" content="https://example.org/2026/03/14/ferry">"#;
    assert_eq!(day(graph), found);
}

#[test]
fn a_headline_in_a_table_has_its_day_below() {
    let share = r#"<td><a href="/s"><img src="s.gif"></a></td>"#.repeat(40);
    let body: String = page("", "").split("</h1>").nth(1).unwrap().to_owned();
    let html = format!(
        "<html><head><title>The last ferry</title></head><body><table><tr><td>The last ferry</td></tr>\
         <tr><td><span>14 March 2026 09:30</span></td></tr></table><table><tr>{share}</tr></table>{body}"
    );
    let published = read(&html, "https://example.org/ferry").article.published;
    assert_eq!(published.map(|date| date.iso).as_deref(), Some("2026-03-14"));
}

/// What themes write around the day: a hidden one of the change, one that is called `updated` from
/// the first hour on, an empty element for machines, the day the page is read on.
#[test]
fn the_day_that_readers_see_beside_the_headline_is_the_one() {
    let cases = [
        (
            r#"<span class="updated hidden">2026-02-27T10:10:52+01:00</span><span>25. March 2026</span>"#,
            "2026-03-25",
        ),
        (
            r#"<time class="updated" datetime="2026-03-06T14:14:41+01:00">06/03/2026</time>"#,
            "2026-03-06T14:14:41+01:00",
        ),
        (r#"<p><span class="entry-meta-date updated">March 17, 2026</span></p>"#, "2026-03-17"),
        (
            r#"<div><div>04. March 2026</div></div><time datetime="2026-03-06T14:42:13+01:00"></time>"#,
            "2026-03-04",
        ),
        (r#"<div class="x-current-date">Mon, 9. Mar 2026</div><p>8 March 2026</p>"#, "2026-03-08"),
        (r"<p>Deadline for boats: 9 March 2026</p><p>8 March 2026</p>", "2026-03-08"),
    ];
    for (below, want) in cases {
        let reading = read(&page("", below), "https://example.org/ferry");
        assert_eq!(reading.article.published.map(|day| day.iso).as_deref(), Some(want), "{below}");
    }
}

/// Above its menu many a paper shows the day it is read on.
#[test]
fn the_day_a_page_is_read_on_is_nobody_s() {
    let menu = "<nav><ul><li><a href=/1>Harbour</a><li><a href=/2>Weir</a></ul></nav>";
    for day in ["Monday, 9 March 2026", "الاثنين، 9 مارس 2026", "2026年3月9日(月)", "Mo. 9.3.2026"]
    {
        let top = |below: &str| {
            let bar = format!("<body><div class=top>{day}</div>{menu}<article>");
            let html = page("", below).replace("<body><article>", &bar);
            read(&html, "https://example.org/ferry").article.published.map(|day| day.iso)
        };
        if day.starts_with("Mo.") {
            // A short form that is a word elsewhere is no day of the week.
            assert_eq!(top("").as_deref(), Some("2026-03-09"), "{day}");
            continue;
        }
        assert_eq!(top(""), None, "{day}");
        assert_eq!(top("<div>3 March 2026</div>").as_deref(), Some("2026-03-03"), "{day}");
    }
}

/// A body may begin above the element that holds most of it, and its headline be of second rank.
#[test]
fn the_element_of_the_text_is_no_other_story() {
    let html = page("", "").replace("<article>", "").replace(
        "</h1>",
        "</h1><h2>He kept a ledger of all the names he carried across, and of those who never paid.</h2>\
         <article class=x><h4>Ferry</h4><small>posted on 14/05/2026 05:49 / updated on 15/05/2026 05:50</small>",
    );
    let reading = read(&html, "https://example.org/ferry");
    assert_eq!(reading.article.published.map(|day| day.iso).as_deref(), Some("2026-05-14"));
    let html = page("", "").replace("h1>", "h2>").replace(
        "</h2>",
        &format!(
            "</h2><p><b>Published:</b> <time datetime=2026-05-14>14 May 2026</time></p>{}",
            "<div><span><i></i></span></div>".repeat(30)
        ),
    );
    let html = html.replace("<title>The last ferry", "<title>Bells of the old crossing");
    let html = html.replace("<h2>The last ferry", "<h2>The last ferry of the old crossing is gone");
    let reading = read(&html, "https://example.org/ferry");
    assert_eq!(reading.article.published.map(|day| day.iso).as_deref(), Some("2026-05-14"));
}

#[test]
fn the_days_of_other_stories_are_theirs() {
    let other = r#"<ul><li><a href="/bells">The bells of the other bank 12 March 2026</a></li></ul>
        <ul><li><a href="/oars">How an oar is cut from one ash tree</a> <i>11 March 2026</i></li></ul>
        <p>In: Annals of Rowing, volume 12, number 4, pages 11 to 19, 3 February 2026, printed on the spot</p>"#;
    let html = page("", "").replace("</article>", &format!("</article>{other}"));
    assert_eq!(read(&html, "https://example.org/ferry").article.published, None);
}

#[test]
fn the_language_of_a_text_is_told_among_its_kin() {
    let mut wrong = Vec::new();
    let table = include_str!("tables/told.txt").lines().filter(|line| !line.starts_with('#'));
    for line in table {
        let cells: Vec<&str> = line.splitn(3, '|').map(str::trim).collect();
        let hints: Vec<Lang> = cells[1].split(',').filter_map(Lang::parse).collect();
        let told = language::detect(cells[2], &hints);
        let got = told.as_ref().map_or("unknown", Lang::as_str);
        if got != cells[0] {
            wrong.push(format!("{got} for {line}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_title_is_the_headline_without_its_site() {
    let mut wrong = Vec::new();
    for (case, want) in cases(include_str!("tables/titles.txt")) {
        let cells: Vec<Option<&str>> =
            case.split(" ¦ ").map(|cell| Some(cell.trim()).filter(|cell| *cell != "-")).collect();
        let tag = |cell: usize, front: &str, back: &str| {
            cells[cell].map_or_else(String::new, |text| format!("{front}{text}{back}"))
        };
        let html = [
            tag(0, "<html><head><title>", "</title>"),
            tag(1, r#"<meta property="og:title" content=""#, r#"">"#),
            tag(2, r#"<meta property="og:site_name" content=""#, r#"">"#),
            tag(3, "</head><body><h1>", "</h1>"),
        ];
        let url = Url::parse("https://harbour.example/ferry").unwrap();
        let got = metadata::read(&dom::parse(&html.concat()), &url).title.unwrap_or_default();
        if got != want {
            wrong.push(format!("{case} => {got:?}, not {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_site_is_known_by_what_leads_home_and_by_its_host() {
    let title = |html: &str, url: &str| {
        metadata::read(&dom::parse(html), &Url::parse(url).unwrap()).title.unwrap_or_default()
    };
    let headline = "The last ferry of the northern lakes";
    for home in [
        r#"<a href="/">Reed Bank</a>"#,
        r#"<a href="https://harbour.example/">Reed Bank</a>"#,
        r#"<a rel="home" href="https://harbour.example/"><img alt="Reed Bank" src="/l.svg"></a>"#,
        r#"<meta name="application-name" content="Reed Bank">"#,
        r#"<script type="application/ld+json">{"@type":"NewsArticle","publisher":{"name":"Reed Bank"}}</script>"#,
    ] {
        let html = format!("<title>Reed Bank - {headline}</title>{home}");
        assert_eq!(title(&html, "https://harbour.example/ferry"), headline, "{home}");
    }
    let elsewhere =
        format!(r#"<title>Reed Bank - {headline}</title><a href="//reed.example/">Reed Bank</a>"#);
    assert_eq!(title(&elsewhere, "https://harbour.example/a"), format!("Reed Bank - {headline}"));
    for (name, host) in [("Το Λιμάνι", "tolimani.example"), ("Гавань", "gavan.example")]
    {
        let html = format!("<title>{name} - {headline}</title>");
        assert_eq!(title(&html, &format!("https://www.{host}/a")), headline);
    }
    let html = format!("<title>Reed Bank - {headline}</title><h2>{headline}</h2>");
    assert_eq!(title(&html, "https://harbour.example/ferry"), headline);
}

/// The page as a server sent it on a day, its bytes as they are.
fn served(date: &str, entity: &[u8]) -> warraq::page::Page {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nDate: {date}\r\n\r\n");
    let url = Url::parse("https://example.org/ferry").unwrap();
    let head = Head::parse(head.as_bytes());
    warraq::page::read(Source { url: &url, head: &head, entity })
}

#[test]
fn nothing_is_published_after_it_was_served() {
    let meta = r#"<meta property="article:published_time" content="2026-03-16T09:30:00Z">"#;
    let shown = r#"<div class="date">14 March 2026</div>"#;
    for (date, want) in [
        ("Sun, 15 Mar 2026 20:00:00 GMT", "2026-03-16T09:30:00Z"),
        ("Sat, 14 Mar 2026 20:00:00 GMT", "2026-03-14"),
        ("Tue, 10 Mar 2026 20:00:00 GMT", ""),
        ("no date", "2026-03-16T09:30:00Z"),
    ] {
        let article = served(date, page(meta, shown).as_bytes()).article.unwrap();
        let got = article.published.map(|date| date.iso).unwrap_or_default();
        assert_eq!(got, want, "served on {date}");
    }
}

#[test]
fn a_page_encoded_twice_is_read_and_noted() {
    let text = page(
        "",
        "<p>Für die Fähre läuteten zwölf Glocken, und der Fährmann hörte sie über den See.</p>",
    );
    let twice: String = text.bytes().map(char::from).collect();
    let read = served("no date", twice.as_bytes());
    assert!(read.article.unwrap().text().contains("läuteten zwölf Glocken"));
    assert!(read.notes.iter().any(|note| note.contains("encoded twice")), "{:?}", read.notes);
    assert_eq!(served("no date", text.as_bytes()).notes, Vec::<String>::new());
}

#[test]
fn a_person_s_page_is_linked_from_the_name() {
    let byline = r#"<p class="byline">By <a href="/authors/mara">Mara Quillby</a></p>"#;
    let article = read(&page("", byline), "https://example.org/ferry").article;
    assert_eq!(article.byline[0].name, "Mara Quillby");
    assert_eq!(article.byline[0].url.as_deref(), Some("https://example.org/authors/mara"));
    let script = r#"<script type="application/ld+json">{"@type":"NewsArticle","author":{"@type":"Person",
        "name":"Mara Quillby","url":"javascript:alert(1)"}}</script>"#;
    let article = read(&page(script, ""), "https://example.org/ferry").article;
    assert_eq!(
        (article.byline[0].name.as_str(), article.byline[0].url.as_deref()),
        ("Mara Quillby", None)
    );
}
