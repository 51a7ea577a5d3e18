//! The body room: what belongs to a story and what only stands in it, on pages built like those of
//! newspapers, in many scripts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(clippy::format_collect, reason = "the pages of tests are small")]

use std::collections::HashSet;

use url::Url;
use warraq::head::Head;
use warraq::page::article::{self, Reading};
use warraq::page::{BlockKind, PageKind, Source, Stage, dom, metadata};

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

fn page(title: &str, head: &str, body: &str) -> String {
    format!("<html><head><title>{title}</title>{head}</head><body>{body}</body></html>")
}

fn read_at(html: &str, address: &str) -> Option<Reading> {
    let url = Url::parse(address).unwrap();
    let tree = dom::parse(html);
    let facts = metadata::read(&tree, &url);
    article::read(&tree, &facts, &url, &HashSet::new()).ok()
}

/// The texts of the blocks of a page.
fn texts(html: &str) -> Vec<String> {
    let reading = read_at(html, "https://example.org/harbour/boats").expect(html);
    reading.article.blocks.into_iter().map(|block| block.text).collect()
}

#[test]
fn lines_that_lead_on_ask_or_label_are_not_the_story() {
    let mut languages = 0;
    for line in include_str!("tables/signposts.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('|');
        let (lang, paragraph) = (columns.next().unwrap(), columns.next().unwrap());
        languages += 1;
        for signpost in columns {
            let html = page(
                "x",
                "",
                &format!(
                    "<article><h1>x</h1><p>{paragraph}</p><p>{signpost}</p><p>{paragraph}</p>\
                     <p><strong>{signpost}</strong></p><p>{paragraph}</p></article>"
                ),
            );
            assert_eq!(texts(&html), [paragraph; 3], "{lang}: {signpost}");
        }
    }
    assert!(languages >= 20);
}

#[test]
fn a_sentence_that_begins_like_a_signpost_stays() {
    for sentence in [
        "Contact with the boats was lost on the third day, and was only found again when the wind turned to the south.",
        "Photos of the harbour hang in every kitchen of the town, and nobody can say who took the first of them.",
        "Read aloud, the names of the boats take a minute; the list has not changed since the big flood, and it is read more \
         often in winter, when there is time, than in summer, when there are guests, and always by the oldest of those there.",
        "انضم إلى القارب في الليلة الأخيرة رجل لم يعرفه أحد، وقال إنه جاء من الجزيرة البعيدة باحثا عن أخيه.",
        "Реклама старой коптильни до сих пор видна на стене, хотя сама она закрылась ещё до войны, и краска почти сошла.",
    ] {
        let mut story = STORY.to_vec();
        story.insert(2, sentence);
        let html = page("x", "", &format!("<article><h1>x</h1>{}</article>", paragraphs(&story)));
        assert!(texts(&html).iter().any(|text| text == sentence), "{sentence}");
    }
}

#[test]
fn the_list_below_a_signpost_goes_with_it_and_the_story_goes_on() {
    let list =
        "<h3>Related stories</h3><ul><li>The market opens again</li><li>Nine days out</li></ul>";
    let body = format!(
        "<article><h1>x</h1>{}{list}{}</article>",
        paragraphs(&STORY[..2]),
        paragraphs(&STORY[2..])
    );
    assert_eq!(texts(&page("x", "", &body)), STORY);
}

#[test]
fn what_is_behind_the_story_is_cut_and_what_is_in_it_is_not() {
    let tail = "<p><b>About the author</b></p><p>She has written about boats for years.</p>";
    let behind = format!("<article><h1>x</h1>{}{tail}</article>", paragraphs(STORY));
    assert_eq!(texts(&page("x", "", &behind)), STORY);
    let inside = format!("<article><h1>x</h1><h2>Contact</h2>{}</article>", paragraphs(STORY));
    assert_eq!(texts(&page("x", "", &inside))[1..], *STORY, "a chapter may be called so");
}

#[test]
fn what_a_wall_promises_is_no_part_of_the_story() {
    let wall = "<h3>This article is for subscribers</h3><ul><li>Unlimited stories</li><li>The crossword, every day</li></ul>\
        <p>Already have an account? Log in</p>";
    let long = STORY.join(" ");
    let body = format!("<article><h1>x</h1><p>{long}</p>{wall}<p>{long}</p></article>");
    assert_eq!(texts(&page("x", "", &body)), [long.as_str(); 2]);
}

#[test]
fn the_source_at_the_end_is_no_sentence_of_the_story() {
    for source in [
        "المصدر: وكالات",
        "منبع: خبرگزاری",
        "Źródło: agencja",
        "来源：通讯社",
        "Источник: агентство",
    ] {
        let body = format!("<article><h1>x</h1>{}<p>{source}</p></article>", paragraphs(STORY));
        assert_eq!(texts(&page("x", "", &body)), STORY, "{source}");
    }
}

#[test]
fn boxes_about_the_author_are_left_out() {
    let about = "Nora Quill grew up by the sea. She studied the history of nets and has won three prizes for her stories \
        of harbours, one of them twice. She lives above the market with two cats, and a boat that leaks.";
    for class in
        ["author-bio", "author-box", "td-author-description", "post-author-info", "about-author"]
    {
        let html = page(
            "x",
            "",
            &format!(
                "<article><h1>x</h1>{}<div class={class}><p>{about}</p></div></article>",
                paragraphs(STORY)
            ),
        );
        assert_eq!(texts(&html), STORY, "{class}");
    }
}

#[test]
fn a_teaser_is_the_lead_where_nothing_in_it_is_linked() {
    let lead = "After nine days at sea the boats are home, and the town has its market back.";
    let own = format!("<div class=teaser-text><p>{lead}</p></div>");
    let other = "<div class=teaser><p><a href=/other>Another story: the mill is for sale, and nobody wants to have it.</a></p></div>";
    let body = format!(
        "<div class=news-single><h1>Boats</h1>{own}<div class=news-text-wrap>{}{other}</div></div>",
        paragraphs(STORY)
    );
    let mut all = vec![lead];
    all.extend(STORY);
    assert_eq!(texts(&page("Boats", "", &body)), all);
}

#[test]
fn a_long_heading_under_the_headline_is_the_lead_and_the_headline_itself_is_not() {
    let lead = "Nine days after they left, the boats of the old harbour are home with more than they ever had";
    let body = format!(
        "<header class=article-header><h1>Boats</h1><h2 class=subtitle>{lead}</h2></header>\
         <div class=article-body>{}</div>",
        paragraphs(STORY)
    );
    let mut all = vec![lead];
    all.extend(STORY);
    assert_eq!(texts(&page("Boats", "", &body)), all);
}

#[test]
fn a_reading_without_brackets_is_no_part_of_the_word() {
    let bare = "漁師たちは<ruby>夜明<rt>よあ</rt></ruby>けの光とともに古い港へ戻り、長い夜の獲物と塩の匂いと物語を持ち帰った。";
    let marked = "漁師は<ruby>港<rp>（</rp><rt>みなと</rt><rp>）</rp></ruby>へ戻り、長い夜の獲物と塩の匂いと物語を持ち帰った。";
    let body = format!("<article><h1>x</h1>{}</article>", paragraphs(&[bare, marked, bare]));
    let found = texts(&page("x", "", &body));
    assert!(found[0].starts_with("漁師たちは夜明けの光"), "{found:?}");
    assert!(found[1].starts_with("漁師は港（みなと）へ"), "{found:?}");
}

#[test]
fn boxes_that_are_built_alike_hold_one_story() {
    let long: Vec<String> = STORY.iter().map(|text| [*text; 3].join(" ")).collect();
    let section = |text: &String| {
        format!(
            "<section class=grid><div class=row><div class=cell><div class=cmp><p>{text}</p></div></div></div></section>"
        )
    };
    let sections: String = long.iter().map(section).collect();
    let footer = "<div class=grid2><div class=row><p>The harbour daily is printed on paper made from old nets, since 1931.</p></div></div>";
    assert_eq!(texts(&page("x", "", &format!("<h1>x</h1><div>{sections}</div>{footer}"))), long);
}

#[test]
fn a_gallery_is_its_captions() {
    let figure =
        |text: &&str| format!("<figure><img src=x.jpg><figcaption>{text}</figcaption></figure>");
    let body: String = STORY.iter().map(figure).collect();
    let html = page("x", "", &format!("<article><h1>x</h1>{body}</article>"));
    let found = read_at(&html, "https://example.org/boats").unwrap().article.blocks;
    assert_eq!(found.len(), STORY.len());
    assert!(found.iter().all(|block| block.kind == BlockKind::Caption));
    let mixed = page(
        "x",
        "",
        &format!("<article><h1>x</h1>{}{}</article>", figure(&"A boat."), paragraphs(STORY)),
    );
    assert_eq!(texts(&mixed), STORY, "a picture in a story says nothing of it");
}

#[test]
fn a_page_in_a_frame_that_is_called_a_dialogue_is_read() {
    let body = format!(
        "<div class=dialog-off-canvas-main-canvas><main><h1>Boats</h1><article>{}</article></main></div>\
         <div class=cookie-notice><p>{}</p></div>",
        paragraphs(STORY),
        "We use cookies for many things, and here is all of what they are used for. ".repeat(40)
    );
    assert_eq!(texts(&page("Boats", "", &body)), STORY);
}

#[test]
fn commentary_is_no_comment() {
    let body = format!("<div class='opinion commentary'><h1>x</h1>{}</div>", paragraphs(STORY));
    assert_eq!(texts(&page("x", "", &body)), STORY);
}

#[test]
fn the_comments_of_readers_do_not_outweigh_the_story() {
    let said = "I was there that morning, and it was not nine days, it was eight, as anybody who can count will tell you.";
    let thread: String =
        (0..60).map(|n| format!("<div class=entry-{n}><p>{said} {n}</p></div>")).collect();
    let body = format!(
        "<article><h1>x</h1>{0}{0}</article><div class=community><div class=all>{thread}</div></div>",
        paragraphs(STORY)
    );
    assert_eq!(texts(&page("x", "", &body)).len(), 2 * STORY.len());
}

#[test]
fn a_very_short_story_is_one_where_the_page_says_so() {
    let brief = "The boats are back in the old harbour, all nine of them with full holds, since noon today.";
    let body = format!("<article><h1>The boats are back</h1><p>{brief}</p></article>");
    let says = "<meta property=og:type content=article>";
    assert_eq!(texts(&page("The boats are back", says, &body)), [brief]);
    let silent = page("The boats are back", "", &body);
    assert!(read_at(&silent, "https://example.org/boats").is_none());
}

#[test]
fn the_description_tells_the_story_from_a_list_of_others() {
    let others: String = (1..12)
        .map(|n| format!("<div class=unit{n}><b>Number {n}</b><p>A mill at the upper river was sold for the price of a cow, and the cow, so they say, was worth more, {n}.</p></div>"))
        .collect();
    let body = format!(
        "<h1>Harbour</h1><div class=a><div class=b>{}</div></div><div class=article-content>{others}</div>",
        paragraphs(&STORY[..2])
    );
    let head = format!("<meta name=description content=\"{}\">", STORY[0]);
    assert_eq!(texts(&page("Harbour town meets fishermen", &head, &body)), STORY[..2]);
}

/// A page of cards that lead to other stories.
fn cards(card: &str) -> String {
    (1..10).map(|n| card.replace('#', &n.to_string())).collect()
}

/// Pages that are no article: what they are, title, head and body.
fn no_articles() -> [(&'static str, &'static str, &'static str, String); 7] {
    let text = "The council voted late on Tuesday to keep the old bridge open to carts and walkers, after weeks of talk.";
    let headed = format!(
        "<div class=c><h3><a href=/s#>Story number # of the harbour</a></h3><p>{text}</p></div>"
    );
    let linked = format!(
        "<div class=c><a href=/s#>Story number # of the harbour</a><div>{text}</div></div>"
    );
    let whole =
        format!("<li><a href=/s#><h3>Story number # of the harbour</h3><p>{text}</p></a></li>");
    let film = "<meta property=og:type content=video.other>";
    [
        ("a front page", "Daily", "", cards(&headed)),
        ("a tag page", "Tag: harbour", "", format!("<h1>Tag: harbour</h1>{}", cards(&linked))),
        ("a list of links", "News", "", format!("<main><ul>{}</ul></main>", cards(&whole))),
        (
            "an error",
            "404 – Page not found",
            "",
            format!("<main><h1>Sorry</h1><p>{text}</p><p>{text}</p></main>"),
        ),
        (
            "an error in Arabic",
            "الصفحة غير موجودة - الميناء",
            "",
            format!("<main><p>{text}</p><p>{text}</p></main>"),
        ),
        (
            "a film",
            "Boats race",
            film,
            format!("<main><h1>Boats race</h1><p>{text}</p><p>{text}</p></main>"),
        ),
        (
            "a notice",
            "Daily",
            "",
            format!("<div class=cookie-banner><p>{text}</p><p>{text}</p></div>"),
        ),
    ]
}

#[test]
fn pages_that_are_no_article_are_said_to_be_none() {
    for (what, title, head, body) in no_articles() {
        let found = read_at(&page(title, head, &body), "https://example.org/x");
        assert!(found.is_none(), "{what}: {:?}", found.unwrap().article.text());
    }
}

#[test]
fn a_story_with_a_box_of_others_is_a_story() {
    let card = "<div class=c><h3><a href=/s#>Story number # of the harbour</a></h3><p>The mill is for sale, and nobody wants it.</p></div>";
    let body = format!(
        "<div class=article-body><h1>Boats</h1><div>{0}{0}</div><h2>More stories of ours</h2>{1}</div>",
        paragraphs(STORY),
        cards(card)
    );
    let kept = texts(&page("Boats", "", &body));
    assert_eq!(kept.len(), 2 * STORY.len(), "and the box is not in it: {kept:#?}");
}

#[test]
fn a_status_that_says_missing_is_believed() {
    let html =
        page("Boats", "", &format!("<article><h1>Boats</h1>{}</article>", paragraphs(STORY)));
    let url = Url::parse("https://example.org/boats").unwrap();
    for (status, kind) in [
        ("200 OK", PageKind::Article),
        ("402 Payment Required", PageKind::Article),
        ("404 Not Found", PageKind::Other),
        ("503 Service Unavailable", PageKind::Other),
    ] {
        let head =
            Head::parse(format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n").as_bytes());
        let read = warraq::page::read(Source { url: &url, head: &head, entity: html.as_bytes() });
        assert_eq!(read.kind, kind, "{status}");
    }
}

#[test]
fn a_body_of_boxes_is_found_by_density() {
    let html = page("x", "", &format!("<div><h1>x</h1>{}</div>", paragraphs(STORY)));
    let found = read_at(&html, "https://example.org/boats").unwrap();
    assert_eq!(found.article.found_by, Stage::Density);
}

/// A story with `inside` in the middle of one of its sentences.
fn with_inside(inside: &str) -> Vec<String> {
    let middle = format!(
        "The old pier was given by {inside} to the town in a hard winter, and it has stood there ever since."
    );
    let body = format!(
        "<article><h1>x</h1><p>{}</p><p>{middle}</p><p>{}</p></article>",
        STORY[0], STORY[1]
    );
    texts(&page("x", "", &body))
}

#[test]
fn a_word_of_a_sentence_stays_whatever_it_is_called() {
    for class in [
        "tooltip",
        "related-link",
        "sponsor",
        "promo",
        "tags",
        "overlay",
        "login",
        "share",
        "ad",
        "recommended",
        "author",
        "date",
        "credit",
        "newsletter-link",
        "mw-redirect",
        "byline",
    ] {
        for inside in [
            format!("<a class=\"{class}\" href=\"/g\">the Guild of Sailmakers</a>"),
            format!("<span class=\"{class}\">the Guild of Sailmakers</span>"),
            format!(
                "<em class=\"{class}\">the Guild</em> <strong class=\"{class}\">of Sailmakers</strong>"
            ),
        ] {
            let all = with_inside(&inside);
            assert!(all[1].contains("by the Guild of Sailmakers to the town"), "{inside}: {all:?}");
        }
    }
    let first = "<article><h1>x</h1><p><a class=\"sponsor\" href=\"/g\">Quayside Timber</a> paid for the new pier, the mayor told \
                 the council.</p><p>At the end the council thanked <a class=\"sponsor\" href=\"/g\">Quayside Timber</a>.</p></article>";
    let body = first.replace("<h1>x</h1>", &format!("<h1>x</h1>{}", paragraphs(STORY)));
    let all = texts(&page("x", "", &body)).join(" ");
    assert!(
        all.contains("Quayside Timber paid") && all.contains("thanked Quayside Timber."),
        "{all}"
    );
}

#[test]
fn what_is_set_into_a_sentence_for_others_than_readers_goes() {
    for inside in [
        "the Guild<sup class=\"reference\"><a href=\"#n\">[7]</a></sup> of Sailmakers",
        "the Guild <span class=\"screen-reader-text\">opens in a new window</span>of Sailmakers",
        "the <span class=\"tooltip\">Guild<span class=\"tooltip-text\"> a trade union of old</span></span> of Sailmakers",
        "the Guild <span class=\"promo\" hidden>buy now</span>of Sailmakers",
    ] {
        let all = with_inside(inside);
        assert!(all[1].contains("by the Guild of Sailmakers to the town"), "{inside}: {all:?}");
    }
}

#[test]
fn a_box_in_a_line_of_labels_goes() {
    for line in [
        "<p>Posted in Harbour <span class=\"comments-link\"><a href=\"#c\">3 comments</a></span></p>",
        "<p>12 March 2026, 09:30, updated at noon on the quay | <span class=\"comments\">3 comments</span></p>",
    ] {
        let html =
            page("x", "", &format!("<article><h1>x</h1>{}{line}</article>", paragraphs(STORY)));
        assert!(!texts(&html).join(" ").contains("3 comments"), "{line}");
    }
}

#[test]
fn what_forbids_asks_for_money_or_labels_behind_a_story_is_not_of_it() {
    let mut languages = 0;
    for line in include_str!("tables/tails.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('|');
        let (lang, paragraph) = (columns.next().unwrap(), columns.next().unwrap());
        languages += 1;
        for tail in columns {
            let tail =
                tail.replace('<', "&lt;").replace('[', "<a href=\"/t\">").replace(']', "</a>");
            let body = format!(
                "<article><h1>x</h1>{}<p>{tail}</p></article>",
                paragraphs(&[paragraph; 4])
            );
            assert_eq!(texts(&page("x", "", &body)), [paragraph; 4], "{lang}: {tail}");
        }
    }
    assert!(languages >= 40);
}

#[test]
fn a_sentence_that_holds_such_words_stays() {
    for sentence in [
        "“All rights reserved for the guests,” joked the captain, and nobody on the quay knew what he had meant by it.",
        "The fund has asked people to support us and our neighbours, and in one week it had enough for a new roof of the hall.",
        "法院认为，版权所有者有权要求赔偿，但渔民们从未出售过这些歌曲，它们属于整个港口。",
        "그는 저작권자가 누구인지 모른다고 말했고, 항구 사람들은 그 노래가 모두의 것이라고 했다.",
        "Все права на песню принадлежат гавани, сказал старый рыбак, и никто с ним не спорил до самого вечера.",
        "Etiquetas de papel marcaban cada caja, y los niños leían en voz alta los nombres de los barcos del puerto.",
        "Temas como el precio del pescado no se tocaron aquella noche, porque todos estaban cansados y contentos.",
    ] {
        let mut story = STORY.to_vec();
        story.insert(1, sentence);
        let all =
            texts(&page("x", "", &format!("<article><h1>x</h1>{}</article>", paragraphs(&story))));
        assert!(all.iter().any(|block| block == sentence), "{sentence}");
    }
}
