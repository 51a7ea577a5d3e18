//! What stands among the paragraphs of a body in elements that say nothing, and is not of it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::format_collect, reason = "the pages of tests are small")]

use std::collections::HashSet;

use url::Url;
use warraq::page::article;
use warraq::page::{dom, metadata};

const STORY: [&str; 4] = [
    "The mill on the lower river has ground its first flour for sixty years, and the whole street came to see the stones go round again.",
    "It took three winters to rebuild the wheel, which a joiner of eighty made from a drawing that his father had kept in a tin box.",
    "The flour is sold on Saturdays, a pound to each household, because the stones turn slowly and nobody wants to hurry them.",
    "In autumn the school will bake with it, and whoever finds a stone in the bread may keep it, says the miller, who laughs about it.",
];

fn texts(extra: &str, last: &str) -> Vec<String> {
    let [first, second, third, fourth] = STORY;
    let html = format!(
        "<!doctype html><html lang=en><head><title>The mill | Weir Post</title><meta name=author content='Mara Quillby'>\
         </head><body><main><article id=post-7><h1>The mill</h1><div class=entry-content><p>{first}</p><p>{second}</p>\
         {extra}<p>{third}</p><p>{fourth}</p>{last}</div></article></main></body></html>"
    );
    let url = Url::parse("https://example.org/story").unwrap();
    let tree = dom::parse(&html);
    let facts = metadata::read(&tree, &url);
    let article = article::read(&tree, &facts, &url, &HashSet::new()).unwrap().article;
    article.blocks.into_iter().map(|block| block.text).collect()
}

#[test]
fn what_is_no_word_of_the_story_goes() {
    for (what, extra, last) in [
        (
            "a form",
            "<form action=/letter><p>Our letter comes every Thursday, with three stories and a picture.</p><input name=mail></form>",
            "",
        ),
        (
            "a caption that repeats the picture",
            "<img src=/1.jpg alt='The wheel of the mill, as it was in spring'><p>The wheel of the mill, as it was in spring</p>",
            "",
        ),
        (
            "another post",
            "<article id=post-9><p>The bridge is closed until the autumn, and the ferry takes two cars at a time, no more.</p></article>",
            "",
        ),
        (
            "a note",
            "",
            "<p><em>Mara Quillby is a reporter who lives by the weir and keeps bees.</em></p>",
        ),
        ("how long it takes to read", "<p>5 min read</p><p>۵ دقیقه مطالعه</p><p>읽기 5분</p>", ""),
        ("a day told from today", "<p>3 days ago</p><p>منذ 3 أيام</p><p>3時間前</p>", ""),
        ("an advertisement of AMP", "<amp-ad><div placeholder>Ad</div></amp-ad>", ""),
        (
            "a note in slanted type",
            "",
            "<p><em>Mara Quillby keeps bees by the weir and has written on it since 2009.</em></p>",
        ),
        ("a disclaimer", "", "<p>免责声明：本文仅代表作者个人观点，与本网无关。</p>"),
    ] {
        assert_eq!(texts(extra, last), STORY, "{what}");
    }
}

#[test]
fn what_only_looks_like_it_stays() {
    // The steps of a recipe are what their pictures say, and the story is of them.
    let step = |text: &str| format!("<img src=/s.jpg alt='{text}'><p>{text}</p>");
    let steps = [
        "Grind the wheat twice and let the flour rest for a night in a cool and dry room of the house.",
        "Mix it with water that has stood in the sun, a pinch of salt and the yeast of the day before.",
        "Bake it on the stone until it sounds hollow, and do not open the door before the clock strikes.",
        "Let it cool under a cloth; a loaf that is cut too early is lost, as every miller's child knows.",
    ];
    let told = texts(&steps.map(step).concat(), "");
    assert!(steps.iter().all(|step| told.iter().any(|text| text == step)), "{told:?}");
    // A last paragraph about somebody else.
    let last = "Idris Bell is the miller, and he will not hear of a second wheel before the first is paid.";
    let told = texts("", &format!("<p>{last}</p>"));
    assert_eq!(told.last().unwrap(), last);
}

/// A link that shows nothing lies over a card: what it covers is another story's.
#[test]
fn what_a_link_lies_over_goes() {
    let card = |n: u8, title: &str| {
        format!(
            "<li><div><div>Mills</div><a href=/story-{n} title='{title}'></a><div>{title}</div>\
             <p><span>0{n}.03.2026</span>The weir has a second wheel, and nobody remembers who built it.</p></div></li>"
        )
    };
    let cards = |from: u8| {
        let titles =
            ["The wheel that nobody built", "Bread from the last sack", "Who owns the weir"];
        (from..).zip(titles).map(|(n, title)| card(n, title)).collect::<String>()
    };
    let last = format!("<ul>{}</ul><p>More stories</p><ul>{}</ul>", cards(1), cards(4));
    assert_eq!(texts("", &last), STORY);
    // Over a picture of the story's own it covers nothing else.
    let own = "<p>The stones are of basalt.</p><p><a href=/stones.jpg title='The stones of basalt'></a>They weigh a ton.</p>";
    let told = texts("", own);
    assert_eq!(told.last().unwrap(), "They weigh a ton.");
}

/// Comments under names that no table knows: the line that counts them is written in words.
#[test]
fn readers_begin_where_the_line_that_counts_them_stands() {
    let reply = |name: &str, text: &str| {
        format!("<div class=q1><b>{name}</b><i>14.03.2026 09:30</i><p>{text}</p></div>")
    };
    let long =
        "I was there, and the miller had forgotten the salt again, so my sister went home for it. "
            .repeat(5);
    let replies = [reply("Ina", &long), reply("Karl", "No wheel, no bread."), reply("Ute", &long)];
    for head in ["Comments (26)", "12 комментариев", "تعليقات (٣)", "26条评论", "Kommentare: 3"]
    {
        assert_eq!(texts("", &format!("<h3>{head}</h3>{}", replies.concat())), STORY, "{head}");
        // Above the text it counts them, and the text goes on.
        assert_eq!(texts(&format!("<p>{head}</p>"), ""), STORY, "{head}");
    }
    assert_eq!(texts("", "<p>Leave a reply</p><p>Your address is not shown.</p>"), STORY);
}

/// A story in one item of a list, as old templates have it, and the longest line of its page below.
#[test]
fn a_story_may_stand_in_an_item_and_whose_the_page_is_says_nothing() {
    let story: String = STORY.iter().map(|text| format!("<p>{text}</p>")).collect();
    let rights = "Copyright 2026 Weir Post, all of it, the words, the pictures, the names, the marks, and so on, \
        which may not be printed, copied, read aloud, sung, or carried away, in whole, in part, or at all. ".repeat(12);
    let html = format!(
        "<!doctype html><title>The mill</title><body><div><ul><li><div><a href=/a>Home</a></div><h1>The mill</h1>\
         <div class=x1>{story}</div></li></ul></div><div class=x2><p>{rights}</p></div></body>"
    );
    let url = Url::parse("https://example.org/story").unwrap();
    let tree = dom::parse(&html);
    let facts = metadata::read(&tree, &url);
    let article = article::read(&tree, &facts, &url, &HashSet::new()).unwrap().article;
    let told: Vec<&str> = article.blocks.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(told, STORY);
}

/// Page builders set each paragraph into a widget of its own, some of them one box deeper.
#[test]
fn widgets_that_are_built_alike_are_one_text() {
    let widget =
        |text: &str| format!("<div class=text-widget><div class=inner><p>{text}</p></div></div>");
    let [first, second, third, fourth] = STORY.map(widget);
    let picture = "<div class=child><div class=image-widget><img src=/1.jpg></div></div>";
    let child =
        |text: String| format!("<div class=row>{picture}<div class=child>{text}</div></div>");
    let html = format!(
        "<!doctype html><title>The mill</title><body><div class=page><div class=row><h1>The mill</h1></div>\
         <div class=row>{first}</div><div class=row>{second}</div>{}{}</div></body>",
        child(third),
        child(fourth)
    );
    let url = Url::parse("https://example.org/story").unwrap();
    let tree = dom::parse(&html);
    let facts = metadata::read(&tree, &url);
    let article = article::read(&tree, &facts, &url, &HashSet::new()).unwrap().article;
    assert_eq!(article.blocks.into_iter().map(|block| block.text).collect::<Vec<_>>(), STORY);
}

/// A note above the text stands below the name it is about; a column beside it names the author.
#[test]
fn what_stands_beside_the_headline_names_the_author() {
    let story: String = STORY.iter().map(|text| format!("<p>{text}</p>")).collect();
    let pages = [
        format!(
            "<main><h1>The mill</h1><div class=columnist><img src=/m.jpg><strong>Mara Quillby</strong>\
             <p>For twenty years Mara Quillby has told us of the river.</p></div><div class=x>{story}</div></main>"
        ),
        format!(
            "<div class=row><div class=c3><div>By Mara Quillby</div><div>14 March 2026</div></div>\
             <div class=c9><h1>The mill</h1>{story}</div></div>"
        ),
        format!(
            "<main><h1>The mill</h1><div class=credits><p>By Mara Quillby</p><p>Photo: Idris Bell</p></div>\
             <div class=x>{story}</div></main>"
        ),
    ];
    for page in pages {
        let author = if page.contains("columnist") {
            "<meta name=author content='Mara Quillby'>"
        } else {
            ""
        };
        let html = format!("<!doctype html><title>The mill</title>{author}<body>{page}</body>");
        let url = Url::parse("https://example.org/story").unwrap();
        let tree = dom::parse(&html);
        let facts = metadata::read(&tree, &url);
        let article = article::read(&tree, &facts, &url, &HashSet::new()).unwrap().article;
        let names: Vec<&str> = article.byline.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["Mara Quillby"], "{page}");
        let told: Vec<&str> = article.blocks.iter().map(|block| block.text.as_str()).collect();
        assert_eq!(told, STORY, "{page}");
    }
}
