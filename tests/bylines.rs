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
