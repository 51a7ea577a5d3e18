//! Bylines: who signed, in the shapes editors type into a content field, and that no line of it
//! stays in the body.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::HashSet;

use scraper::Selector;
use url::Url;
use warraq::page::article::{self, Reading};
use warraq::page::{Person, dom, metadata};

/// The last sentence that some endings repeat in front of the name.
const LAST: &str = "وعاد الماء إلى الساقية في ٢١ نيسان.";

/// An Arabic page as WPML and WordPress write it: notice in the content, text, an ending.
fn arabic(ending: &str) -> String {
    format!(
        r#"<!doctype html><html lang="ar" dir="rtl"><head><title>سواقي الجبل | المرفأ</title>
<meta property="og:title" content="سواقي الجبل"><meta name="author" content="admin"></head><body>
<header><nav><a href="/ar/">الرئيسية</a></nav></header><main><article class="post"><h1>سواقي الجبل</h1>
<div class="entry-content">
<p class="wpml-ls-statics-post_translations wpml-ls">هذا المقال متوفر أيضاً بـ: <span class="wpml-ls-item"><a href="/en/x/">English</a></span></p>
<p style="text-align: right;">في القرية ١٢ ساقية حفرها الأجداد في الصخر قبل ٣٠٠ سنة، وما زالت ستّ منها تجري كل ربيع وتقسم الماء بين البساتين بالساعة والدور.</p>
<p style="text-align: right;">يحمل الناطور دفتراً بخط اليد فيه أسماء العائلات وحصصها، ويقول إن الخلاف على الماء كان يُفضّ قبل غروب الشمس، ولا يصل إلى المحكمة أبداً.</p>
<p style="text-align: right;">{LAST}</p>
{ending}
<p class="wpml-ls-statics-post_translations wpml-ls">This post is also available in: <a href="/en/x/">English</a></p>
</div><div class="sharedaddy"><h3>شارك هذا الموضوع</h3></div></article></main>
<footer><p>جميع الحقوق محفوظة</p></footer></body></html>"#
    )
}

fn read(html: &str) -> Reading {
    let url = Url::parse("https://example.org/ar/story").unwrap();
    let tree = dom::parse(html);
    let notice = Selector::parse(".wpml-ls-statics-post_translations").unwrap();
    let cut: HashSet<_> = tree.select(&notice).map(|element| element.id()).collect();
    let facts = metadata::read(&tree, &url);
    article::read(&tree, &facts, &url, &cut).expect("an article")
}

/// `Name (role) + Name`.
fn show(people: &[Person]) -> String {
    let one = |person: &Person| match &person.role {
        Some(role) => format!("{} ({role})", person.name),
        None => person.name.clone(),
    };
    people.iter().map(one).collect::<Vec<_>>().join(" + ")
}

#[test]
fn an_arabic_article_may_be_signed_in_any_of_these_ways() {
    let table = include_str!("tables/endings.txt");
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (ending, want) = line.split_once(" => ").unwrap();
        let article = read(&arabic(ending)).article;
        let got = show(&article.byline);
        if got != want {
            wrong.push(format!("{ending}: {got}"));
        }
        let text = article.text();
        if !text.ends_with(LAST) || text.contains("available") || text.contains("متوفر") {
            wrong.push(format!("{ending}: the body is {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A page of another language with the same furniture; the text is English, so the ending decides.
fn translated(lang: &str, ending: &str) -> String {
    format!(
        r#"<!doctype html><html lang="{lang}"><head><title>The last ferry | The Harbour</title>
<meta property="og:title" content="The last ferry"><meta name="author" content="admin"></head><body>
<header><nav><a href="/">Home</a></nav></header><main><article class="post"><h1>The last ferry</h1>
<div class="entry-content">
<p class="wpml-ls-statics-post_translations wpml-ls">This post is also available in: <a href="/ar/x/">العربية</a></p>
<p>Twelve boats crossed here every morning before the bridge was built, and each of them had a bell that the whole bank could tell from the others, even in fog.</p>
<p>The ferryman keeps a ledger of the names he carried, and he says that most quarrels over the fare were settled in midstream, where nobody could walk away.</p>
<p>{CLOSED}</p>
{ending}
<p class="wpml-ls-statics-post_translations wpml-ls">This post is also available in: <a href="/ar/x/">العربية</a></p>
</div><div class="sharedaddy"><h3>Share this</h3></div></article></main>
<footer><p>All rights reserved</p></footer></body></html>"#
    )
}

/// The last sentence of those pages; an ending may repeat it in front of the name.
const CLOSED: &str = "The ledger is closed.";

#[test]
fn an_article_of_any_language_may_be_signed_at_its_end() {
    let table = include_str!("tables/endings-other.txt");
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (page, want) = line.split_once(" =>").unwrap();
        let (lang, ending) = page.split_once(" | ").unwrap();
        let (article, want) = (read(&translated(lang, ending)).article, want.trim());
        let got = show(&article.byline);
        let text = article.text();
        if want.is_empty() {
            let sentence = ending.trim_start_matches("<p>").trim_end_matches("</p>");
            if !(text.ends_with(sentence) && matches!(got.as_str(), "" | "admin")) {
                wrong.push(format!("{ending}: {got}, and the body is {text}"));
            }
        } else if got != want || !text.ends_with(CLOSED) {
            wrong.push(format!("{ending}: {got}, and the body is {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same page with a line below the headline.
fn led(line: &str) -> String {
    translated("en", "").replacen(
        r#"<div class="entry-content">"#,
        &format!(r#"{line}<div class="entry-content">"#),
        1,
    )
}

#[test]
fn a_credit_of_any_language_gives_its_people_their_parts() {
    let table = include_str!("tables/credits.txt");
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (case, want) = line.split_once(" =>").unwrap();
        let (place, credit) = case.split_once(" | ").unwrap();
        let credit = credit.replace("\\|", "|");
        let html = if credit.starts_with('<') { credit } else { format!("<p>{credit}</p>") };
        let article =
            read(&if place == "lead" { led(&html) } else { translated("en", &html) }).article;
        let authors = show(&article.byline);
        let mut got = if authors == "admin" { String::new() } else { authors };
        if !article.translators.is_empty() {
            got.extend([" ~ ", show(&article.translators).as_str()]);
        }
        got.extend(article.agency.iter().flat_map(|agency| [" @ ", agency.as_str()]));
        let text = article.text();
        let leaves =
            want.trim().is_empty() || (text.starts_with("Twelve") && text.ends_with(CLOSED));
        if got.trim() != want.trim() {
            wrong.push(format!("{line}\n    got {got}"));
        } else if !leaves {
            wrong.push(format!("{line}\n    is left in the body"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Names that themes give the box below the headline; the last says nothing.
const BOXES: &[&str] = &["entry-meta", "post-meta", "article-meta", "submitted", "post-info", "x"];

/// Authors, translators and agency in one line.
fn told(article: &warraq::page::Article) -> String {
    let mut got = show(&article.byline);
    if !article.translators.is_empty() {
        got.extend([" ~ ", show(&article.translators).as_str()]);
    }
    got.extend(article.agency.iter().flat_map(|agency| [" @ ", agency.as_str()]));
    got.trim().to_owned()
}

#[test]
fn a_label_below_the_headline_names_its_people_in_every_box() {
    let table = include_str!("tables/labels.txt");
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let (label, want) = line.split_once(" =>").unwrap();
        for name in BOXES {
            let page = translated("en", "").replace(r#"<meta name="author" content="admin">"#, "");
            let boxed = format!(r#"<h1>The last ferry</h1><div class="{name}">{label}</div>"#);
            let got = told(&read(&page.replace("<h1>The last ferry</h1>", &boxed)).article);
            // With no by-word, only a box that is called a label is one.
            let bare = want.starts_with(' ') && *name == "x" && got.is_empty();
            if got != want.trim() && !(bare && label.starts_with(char::is_alphabetic)) {
                wrong.push(format!("{name}: {line}\n    got {got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn notes_and_tags_behind_the_name_hide_it_from_nobody() {
    let ending = "<p><strong>By Ahmad al-Hussein</strong></p><p>Reporter from Deir ez-Zor</p>\
        <p>Editor’s note: two of the ferrymen asked us to leave out the names of their families.</p>\
        <p>Tags: ferries, rivers, work</p>";
    let article = read(&translated("en", ending)).article;
    assert_eq!(show(&article.byline), "Ahmad al-Hussein (Reporter from Deir ez-Zor)");
    let text = article.text();
    assert!(text.contains("Editor’s note") && text.contains(CLOSED), "{text}");
    assert!(!text.contains("Hussein") && !text.contains("Reporter"), "{text}");
}

/// Page, authors, translators, words that may not stay in the body.
const PAGES: &[(&str, &str, &str, &[&str])] = &[
    ("ar-place", "نادر الخوري (مراسل)", "", &["نادر", "14 مارس", "القرى البعيدة"]),
    ("fa-two", "نرگس کاظمی + بهرام صالحی", "پروین شریفی", &["نرگس", "پروین"]),
    ("ur-end", "عائشہ قریشی (صحافی، لاہور)", "", &["عائشہ", "لاہور"]),
    ("he-end", "רותם אלמוג (כתבת)", "", &["רותם", "כתב עת"]),
    ("tr-lead", "Zeynep Işıldak (Kültür muhabiri)", "", &["Zeynep", "muhabiri", "Ağustos"]),
    ("ru-end", "Ирина Лаптева (корреспондент)", "Олег Ветров", &["Лаптева", "Ветров", "архив"]),
    ("zh-lead", "陈思远", "", &["陈思远", "何青", "2026"]),
    ("ja-end", "水野遥香", "小川健", &["水野", "小川"]),
];

#[test]
fn pages_of_many_scripts_name_their_makers() {
    let mut wrong = Vec::new();
    for (name, authors, translators, never) in PAGES {
        let path = format!("{}/tests/pages/{name}.html", env!("CARGO_MANIFEST_DIR"));
        let article = read(&std::fs::read_to_string(path).unwrap()).article;
        let got = (show(&article.byline), show(&article.translators));
        if (got.0.as_str(), got.1.as_str()) != (*authors, *translators) {
            wrong.push(format!("{name}: {got:?}"));
        }
        let text = article.text();
        let left = never.iter().filter(|word| text.contains(**word));
        wrong.extend(left.map(|word| format!("{name}: {word:?} is in {text}")));
        if article.blocks.len() != 3 {
            wrong.push(format!("{name}: {:#?}", article.blocks));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How pages set a name, a function and a day below the headline, in boxes that are called nothing.
const BESIDE: &[&str] = &[
    "<div><span>{name}</span><span>{day}</span></div>",
    "<p>{name}</p><p>{day}</p>",
    "<div><time>{day}</time> <b>{name}</b></div>",
    "<div>{name} | {day}</div>",
    "<div>{day} · {name}</div>",
    "<div><a href=\"/p/17\">{name}</a> <i>{day}</i></div>",
    "<div><a href=\"/c/9\">Rivers</a></div><p>{name}<br>{day}</p>",
    "<div><a href=\"/category/rivers\">Rivers</a> <span>{name}</span> <time>{day}</time> <span>12 comments</span></div>",
];

/// The same with no name in it.
const NOBODY: &[&str] = &[
    "<div><span>{phrase}</span><span>{day}</span></div>",
    "<p>{phrase}</p><p>{day}</p>",
    "<div>{phrase} | {day}</div>",
    "<div><a href=\"/category/rivers\">{name}</a> {day}</div>",
    "<div><a href=\"/1\">A ferry that was sold for one coin and a promise</a></div><p>{name}</p><p>{day}</p>",
    "<p>{day}</p><p><b>{phrase}</b></p>",
    "<p>{day}</p><div>RMF FM | {day}</div>",
];

#[test]
fn a_name_beside_the_day_needs_neither_a_by_word_nor_a_label() {
    let table = include_str!("tables/beside.txt");
    let mut wrong = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split(" | ").collect();
        let [lang, name, role, day, phrase] = fields.as_slice() else { panic!("{line}") };
        let read = |shape: &str| {
            let label = [("{name}", name), ("{day}", day), ("{phrase}", phrase)]
                .iter()
                .fold(shape.to_owned(), |label, (key, word)| label.replace(key, word));
            let page = translated(lang, "").replace(r#"<meta name="author" content="admin">"#, "");
            let headed = format!("<h1>The last ferry</h1>{label}");
            read(&page.replace("<h1>The last ferry</h1>", &headed)).article
        };
        let with_role = (
            "<div><p>{name}</p><p>{role}</p><p>{day}</p></div>".replace("{role}", role),
            format!("{name} ({role})"),
        );
        let told = BESIDE.iter().map(|shape| ((*shape).to_owned(), (*name).to_owned()));
        let silent = NOBODY.iter().map(|shape| ((*shape).to_owned(), String::new()));
        for (shape, want) in told.chain(silent).chain([with_role]) {
            let article = read(&shape);
            let got = show(&article.byline);
            if got != want || article.text().contains(name) && !want.is_empty() {
                wrong.push(format!("{lang} {shape}\n    got {got:?}, not {want:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
