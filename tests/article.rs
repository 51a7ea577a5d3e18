//! The article room: body, byline, dates, title and language of whole pages, in many scripts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::HashSet;

use proptest::prelude::*;
use scraper::Selector;
use url::Url;
use warraq::page::article::{self, Reading};
use warraq::page::metadata::{self, Metadata};
use warraq::page::{BlockKind, Stage, dom};

fn page(name: &str) -> String {
    let path = format!("{}/tests/pages/{name}.html", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn read_html(html: &str, address: &str) -> (Metadata, Option<Reading>) {
    let url = Url::parse(address).unwrap();
    let tree = dom::parse(html);
    let notice = Selector::parse(".wpml-ls-statics-post_translations").unwrap();
    let cut: HashSet<_> = tree.select(&notice).map(|element| element.id()).collect();
    let facts = metadata::read(&tree, &url);
    let reading = article::read(&tree, &facts, &url, &cut).ok();
    (facts, reading)
}

fn read(name: &str) -> Reading {
    read_html(&page(name), "https://example.org/story").1.expect(name)
}

/// Names with roles, `Name (role)`.
fn byline(reading: &Reading) -> Vec<String> {
    let show = |person: &warraq::page::Person| match &person.role {
        Some(role) => format!("{} ({role})", person.name),
        None => person.name.clone(),
    };
    reading.article.byline.iter().map(show).collect()
}

fn day(reading: &Reading) -> String {
    reading
        .article
        .published
        .as_ref()
        .map(|date| date.iso.chars().take(10).collect())
        .unwrap_or_default()
}

#[test]
fn pages_of_many_languages_say_who_when_and_in_what_language() {
    let cases: &[(&str, &[&str], &str, &str)] = &[
        ("ar-wpml", &["ليلى الحداد (باحثة في شؤون الزراعة)"], "2026-03-14", "ar"),
        ("fa", &["مریم کاظمی"], "2026-03-14", "fa"),
        ("he", &["דנה לוינסון"], "2026-02-03", "he"),
        ("zh", &["林小雨"], "2026-01-09", "zh-Hans"),
        ("ja", &["青木春子"], "2026-04-02", "ja"),
        ("ko", &["한지우 (기자)"], "2026-05-20", "ko"),
        ("de", &["Annika Vogt", "Karl M."], "2026-06-11", "de"),
        ("fr", &["Élodie Marchand (journaliste)"], "2026-05-07", "fr"),
        ("ru", &["Марина Соколова"], "2026-04-18", "ru"),
        ("tr", &["Elif Karaca"], "2026-08-30", "tr"),
        ("en-brand", &["Nora A. Quill (Food Correspondent)"], "2026-01-20", "en"),
    ];
    for (name, people, date, lang) in cases {
        let reading = read(name);
        assert_eq!(byline(&reading), *people, "byline of {name}");
        assert_eq!(day(&reading), *date, "date of {name}");
        let detected = reading.detected.as_ref().map(|lang| lang.as_str().to_owned());
        assert_eq!(detected.as_deref(), Some(*lang), "language of {name}");
    }
}

#[test]
fn titles_lose_the_site() {
    for (name, title) in [
        ("ar-wpml", "مزارعو الوادي يعودون إلى بذور الأجداد"),
        ("fa", "کتابخانه‌ای روی چرخ"),
        ("zh", "老茶馆里的最后一位说书人"),
        ("ja", "港町の時計店、百年目の朝"),
        ("de", "Die Mühle dreht sich wieder"),
        ("en-brand", "The bakery that opens at midnight"),
    ] {
        assert_eq!(read(name).article.headline, title);
    }
}

#[test]
fn the_body_is_the_story_and_nothing_else() {
    let cases: &[(&str, usize, &[&str])] = &[
        ("ar-wpml", 3, &["also available", "اقرأ", "شارك", "بقلم", "باحثة", "الحقوق", "السمك"]),
        ("fa", 3, &["به قلم", "اخبار", "۲۰۲۶"]),
        ("he", 3, &["מאת"]),
        ("zh", 3, &["记者", "版权", "来源"]),
        ("ja", 3, &["文＝"]),
        ("ko", 3, &["기자", "@"]),
        ("fr", 3, &["Par Élodie", "Traduit", "Publié"]),
        ("ru", 3, &["Автор", "листок"]),
        ("tr", 3, &["Yazan"]),
        ("en-brand", 3, &["cookies", "Photo", "By Dr", "walked past", "Comments"]),
    ];
    for (name, blocks, never) in cases {
        let article = read(name).article;
        assert_eq!(article.blocks.len(), *blocks, "{name}: {:#?}", article.blocks);
        for word in *never {
            assert!(!article.text().contains(word), "{name} holds {word:?}: {}", article.text());
        }
    }
}

#[test]
fn blocks_keep_their_kind_and_order() {
    let kinds: Vec<BlockKind> = read("de").article.blocks.iter().map(|block| block.kind).collect();
    assert_eq!(
        kinds,
        [
            BlockKind::Paragraph,
            BlockKind::Heading,
            BlockKind::Paragraph,
            BlockKind::Item,
            BlockKind::Item,
            BlockKind::Quote,
            BlockKind::Paragraph,
        ]
    );
}

#[test]
fn translators_are_no_authors() {
    let article = read("fr").article;
    assert_eq!(article.translators[0].name, "Hugo Lemaire");
    assert_eq!(article.byline.len(), 1);
}

#[test]
fn an_organisation_stays_when_it_is_the_only_author() {
    let html = page("en-brand").replace("<p>By Dr. Nora A. Quill, Food Correspondent</p>", "");
    let (_, reading) = read_html(&html, "https://example.org/story");
    assert_eq!(byline(&reading.unwrap()), ["Harbour Daily"]);
}

#[test]
fn a_change_is_no_publication() {
    let html = page("en-brand").replace("\"datePublished\":\"2026-01-20T05:00:00Z\",", "");
    let article = read_html(&html, "https://example.org/story").1.unwrap().article;
    assert_eq!(article.published, None);
    assert_eq!(article.modified.unwrap().iso, "2026-01-22T05:00:00Z");
}

/// An article whose head and whose line under the headline are given.
fn dated(head: &str, line: &str, behind: &str) -> String {
    let text = "The bookbinders of the old quarter opened their doors again this week, and the \
        smell of glue and paper drew the first readers in before the shutters were all the way up. ";
    format!(
        "<html lang=en><head><title>Binders</title>{head}</head><body><article><h1>Binders</h1>\
         {line}<p>{text}</p><p>{text}</p><p>{text}</p></article>{behind}</body></html>"
    )
}

/// The day of such an article at `/binders`, as far as it is written.
fn day_of(head: &str, line: &str, behind: &str) -> String {
    let page = dated(head, line, behind);
    let reading = read_html(&page, "https://example.org/binders").1.unwrap();
    reading.article.published.map(|date| date.iso).unwrap_or_default()
}

#[test]
fn two_that_agree_outvote_the_one_that_is_trusted_most() {
    let ld = |day: &str| {
        format!(
            "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"datePublished\":\"{day}\"}}</script>"
        )
    };
    let meta = "<meta property=article:published_time content=2026-05-02T08:00:00>";
    let line = "<p class=post-date>2 May 2026</p>";
    assert_eq!(day_of(&(ld("2025-01-30") + meta), line, ""), "2026-05-02T08:00:00");
    assert_eq!(day_of(&ld("2025-01-30"), line, ""), "2025-01-30", "one against one");
    assert_eq!(day_of(&ld("2026-05-03T01:30:00Z"), line, ""), "2026-05-02", "the reader's day");
    assert_eq!(day_of(&ld("2026-05-03T01:30:00+03:00"), line, ""), "2026-05-03T01:30:00+03:00");
}

#[test]
fn a_date_beside_a_word_for_publication_is_found_behind_the_text() {
    let behind = "<div><p>Archive</p><p>تاريخ النشر: ٢ أيار ٢٠٢٦</p></div>";
    assert_eq!(day_of("", "", behind), "2026-05-02");
    assert_eq!(day_of("", "", "<div><p>Veröffentlicht</p><p>02.05.2026</p></div>"), "2026-05-02");
    let changed = "<time class=\"entry-date updated\">2 May 2026</time>";
    assert_eq!(day_of("", changed, ""), "2026-05-02", "the only date there is");
}

#[test]
fn a_section_is_no_article() {
    assert!(read_html(&page("section"), "https://example.org/culture").1.is_none());
}

/// A page that prints whole stories, each below a headline that leads to its own page.
fn printed_in_full(stories: usize) -> String {
    let text = "The bookbinders of the old quarter opened their doors again this week, and the \
        smell of glue and paper drew the first readers in before the shutters were all the way up. ";
    let story = |n: usize| {
        format!(
            "<article class='post hentry'><h2><a href='/story-{n}/'>The binders of street number {n}\
             </a></h2><div class=entry-content><p>{text}</p><p>{text}</p></div></article>"
        )
    };
    let stories: String = (1..=stories).map(story).collect();
    format!(
        "<html lang=en><head><title>May 2026 – The Quarter</title></head><body class=archive>\
         <h1><a href='/'>The Quarter</a></h1><h1>May 2026</h1>{stories}</body></html>"
    )
}

#[test]
fn stories_printed_in_full_on_a_listing_are_not_its_article() {
    for stories in [1, 2, 10] {
        let page = printed_in_full(stories);
        assert!(read_html(&page, "https://example.org/2026/05/").1.is_none(), "{stories}");
    }
    let own = read_html(&printed_in_full(1), "https://example.org/story-1/").1;
    assert!(own.is_some(), "the headline of a story may lead to the page itself");
    let below = printed_in_full(1).replace("/story-1/", "/binders/");
    assert!(
        read_html(&below, "https://example.org/binders/1").1.is_some(),
        "or to what is above it"
    );
}

#[test]
fn a_heading_that_leads_home_is_the_name_of_the_site() {
    let page = "<title>Binders – The Quarter</title><h1><a href='https://example.org'>The Quarter</a>\
        </h1><h1>Binders</h1>";
    let facts = read_html(page, "https://example.org/binders").0;
    assert_eq!(facts.title.as_deref(), Some("Binders"));
    assert_eq!(facts.site.as_deref(), Some("The Quarter"));
}

#[test]
fn found_by_says_which_stage_spoke() {
    assert_eq!(read("ar-wpml").article.found_by, Stage::Selector);
    assert_eq!(read("fa").article.found_by, Stage::Selector);
}

#[test]
fn structured_data_speaks_where_the_page_shows_nothing() {
    let sentence =
        "The river came back in spring, and with it the ferries, the mud and the quarrels. ";
    let html = format!(
        "<html lang=en><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",\"headline\":\"The river is back\",\"articleBody\":\"{}\"}}</script><body><div id=app></div></body></html>",
        sentence.repeat(6)
    );
    let article = read_html(&html, "https://example.org/river").1.unwrap().article;
    assert_eq!(article.found_by, Stage::JsonLd);
    assert_eq!(article.headline, "The river is back");
}

/// A page whose story stands in a script alone.
fn undrawn(script: &str) -> Option<Reading> {
    let page = format!(
        "<html lang=en><head><title>The river is back</title></head><body><div id=app>Loading</div>\
         <script>{script}</script></body></html>"
    );
    read_html(&page, "https://example.org/river").1
}

#[test]
fn a_story_that_only_a_script_would_draw_is_read_from_its_state() {
    let sentence =
        "The river came back in spring, and with it the ferries, the mud and the quarrels. ";
    let long = sentence.repeat(2);
    let teasers = format!("\"related\":[{{\"text\":\"{}\"}}]", sentence.repeat(40));
    let block = format!("{{\"type\":\"p\",\"text\":\"{long}\"}}");
    let blocks = [block.as_str(); 6].join(",");
    let state = format!(
        "window.__INITIAL_STATE__ = {{{teasers},\"page\":{{\"story\":{{\"blocks\":[{blocks}]}}}}}};"
    );
    let html = format!("<p>{long}</p>").replace('<', "\\u003c");
    let flight = format!(
        "self.__next_f.push([1,{}])",
        serde_json::to_string(&format!(
            "7:[\"$\",\"div\",null,{{\"html\":\"{}\"}}]\n",
            html.repeat(6)
        ))
        .unwrap()
    );
    for script in [state, flight] {
        let article = undrawn(&script).expect(&script).article;
        assert_eq!(article.found_by, Stage::FrameworkState);
        assert_eq!(article.blocks.len(), 6);
        assert_eq!(article.blocks[0].text, long.trim());
    }
    let of_another = format!("window.state = {{\"text\":\"{}\"}}", "Bread is dear. ".repeat(60));
    assert!(undrawn(&of_another).is_none(), "it shares no word with the title");
}

#[test]
fn deep_and_wide_pages_end_in_time() {
    let deep = format!("{}text{}", "<div class=a>".repeat(2_000), "</div>".repeat(2_000));
    let wide = "<p>word, word, word</p><a href=/x>y</a>".repeat(20_000);
    for html in [deep, wide] {
        let _ = read_html(&html, "https://example.org/");
    }
}

/// A page that shows nothing and holds `script`, with a title and nothing else in its head.
fn with_state(script: &str) -> Reading {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>The lamps of the lower quay</title></head>\
         <body><div id=\"app\"></div>{script}</body></html>"
    );
    read_html(&html, "https://example.org/lamps").1.expect(script)
}

/// The paragraphs of a story that a script was going to draw.
const LAMPS: [&str; 2] = [
    "The lamps of the lower quay were lit again on Sunday, after eleven years in which only the moon had shone there.",
    "Forty neighbours had cleaned the glass, and the oldest of them was given the match and a chair to stand on.",
];

/// The same story in the state of four kinds of frameworks.
fn states() -> [String; 4] {
    let text = |sign: &str| LAMPS.map(|text| format!("{sign}p>{text}{sign}/p>")).concat();
    let record = serde_json::json!({
        "title": "The lamps of the lower quay", "publishedAt": "2026-03-14T09:30:00+01:00",
        "updatedAt": "2026-03-16T08:00:00+01:00",
        "authors": [{"name": "Edda Quist", "jobTitle": "Reporter"}, {"name": "Noor Haddad"}],
        "content": text("<"),
    });
    let blocks: Vec<_> = LAMPS
        .iter()
        .map(|text| serde_json::json!({"type": "p", "children": [{"text": text}]}))
        .collect();
    let in_blocks = serde_json::json!({"post": {
        "headline": "The lamps of the lower quay", "date_published": "2026-03-14", "modified": "2026-03-16",
        "author": {"nodes": [{"firstName": "Edda", "lastName": "Quist"}, {"displayName": "Noor Haddad"}]},
        "content": blocks,
    }, "related": {"author": {"name": "Some One"}, "publishedAt": "2020-01-01", "teaser": LAMPS[0]}});
    let next = |state: &serde_json::Value| {
        format!(
            "<script id=\"__NEXT_DATA__\" type=\"application/json\">{{\"props\":{{\"pageProps\":{state}}}}}</script>"
        )
    };
    let called = format!(
        "<script>window.__NUXT__=(function(a,b,c,d){{d.name=c;return {{layout:\"default\",data:[{{post:{{title:a,\
         published_at:\"2026-03-14 09:30:00\",updated_at:\"2026-03-16\",authors:[{{name:b}},d],content:\"{}\"}}}}],\
         error:void 0,serverRendered:!0}}}}(\"The lamps of the lower quay\",\"Edda Quist\",\"Noor Haddad\",{{}}));</script>",
        text("\\u003C")
    );
    let flat = serde_json::json!([["ShallowReactive", 1], {"data": 2}, {"post": 3},
        {"title": 4, "publishedAt": 5, "modifiedAt": 6, "authors": 7, "body": 10},
        "The lamps of the lower quay", ["Date", "2026-03-14T09:30:00.000Z"], "2026-03-16", [8, 9],
        {"name": 11}, {"name": 12}, text("<"), "Edda Quist", "Noor Haddad"]);
    let flat = format!("<script type=\"application/json\" id=\"__NUXT_DATA__\">{flat}</script>");
    [next(&record), next(&in_blocks), called, flat]
}

#[test]
fn the_state_of_a_page_says_who_wrote_it_and_when() {
    for script in states() {
        let reading = with_state(&script);
        assert_eq!(reading.article.found_by, Stage::FrameworkState, "{script}");
        let blocks: Vec<&str> = reading.article.blocks.iter().map(|b| b.text.as_str()).collect();
        assert_eq!(blocks, LAMPS, "{script}");
        let names: Vec<&str> = reading.article.byline.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Edda Quist", "Noor Haddad"], "{script}");
        assert_eq!(day(&reading), "2026-03-14", "{script}");
        let published = reading.article.published.as_ref().unwrap();
        assert_eq!(published.source, "state");
        assert!(reading.article.modified.unwrap().iso.starts_with("2026-03-16"), "{script}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Pages cut and spliced anywhere still read without panic.
    #[test]
    fn reading_is_total(name in prop::sample::select(vec!["ar-wpml", "ko", "de", "en-brand", "ru"]),
        from in 0..4_000_usize, len in 0..400_usize, junk in "\\PC{0,40}|[<>\"'&;=/]{0,20}") {
        let html = page(name);
        let chars: Vec<char> = html.chars().collect();
        let from = from.min(chars.len());
        let until = (from + len).min(chars.len());
        let spliced: String = chars[..from].iter().collect::<String>() + &junk + &chars[until..].iter().collect::<String>();
        let _ = read_html(&spliced, "https://example.org/2026/11/22/x");
    }

    #[test]
    fn blocks_are_folded_and_never_empty(body in "\\PC{0,300}") {
        let html = format!("<h1>t</h1><article><p>{body}</p><p>{}</p></article>", "One long sentence, with commas, goes here. ".repeat(8));
        if let Some(reading) = read_html(&html, "https://example.org/").1 {
            for block in &reading.article.blocks {
                prop_assert!(!block.text.trim().is_empty());
                prop_assert!(!block.text.contains('\n') && !block.text.contains("  "));
            }
        }
    }
}
