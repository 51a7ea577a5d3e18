//! The page room: what one body says, through its public door.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as tests do")]

use proptest::prelude::*;
use url::Url;
use warraq::head::{Field, Head};
use warraq::page::{self, LinkKind, Page, Source, alternates, dom};

const HERE: &str = "https://news.example/ar/kharait/";

fn head(fields: &[(&str, &str)]) -> Head {
    let field = |(name, value): &(&str, &str)| Field {
        name: name.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
    };
    Head { start: b"HTTP/1.1 200 OK".to_vec(), fields: fields.iter().map(field).collect() }
}

fn read(fields: &[(&str, &str)], html: &str) -> Page {
    let url = Url::parse(HERE).unwrap();
    let mut all = vec![("Content-Type", "text/html; charset=utf-8")];
    all.extend_from_slice(fields);
    page::read(Source { url: &url, head: &head(&all), entity: html.as_bytes() })
}

/// The alternates as `lang signal place url`, the common start of the URL left out.
fn alternates(html: &str) -> Vec<String> {
    said(&read(&[], html))
}

fn said(page: &Page) -> Vec<String> {
    let line = |alternate: &page::Alternate| {
        let lang = alternate.lang.as_ref().map_or("?", |lang| lang.as_str()).to_owned();
        let url = alternate.url.trim_start_matches("https://news.example");
        format!("{lang} {:?} {:?} {url}", alternate.signal, alternate.place)
    };
    page.alternates.iter().map(line).collect()
}

/// An Arabic page with `inside` in its article and `outside` before it.
fn arabic(outside: &str, inside: &str) -> String {
    format!(
        "<!doctype html><html lang=ar dir=rtl><head><title>خرائط</title></head><body>{outside}\
         <article><h1>خرائط</h1><div class=entry-content>{inside}\
         <p>فتحت المكتبة أبوابها صباح الأحد أمام زوار جاؤوا من القرى المجاورة.</p>\
         <p>وقال الأمين إن الخرائط رسمت بالحبر قبل أكثر من مئتي عام.</p>\
         <p>ويستمر المعرض أسبوعين في القاعة الكبرى.</p>\
         <p>والدخول مجاني.</p></div></article></body></html>"
    )
}

/// The text of everything the body may not take in.
fn cut(html: &str) -> Vec<String> {
    let tree = dom::parse(html);
    let found = alternates::read(&tree, &Head::default(), &Url::parse(HERE).unwrap());
    let text = |id| {
        let node = tree.tree.get(id).unwrap();
        let parts = node.descendants().filter_map(|child| child.value().as_text());
        parts.map(|text| text.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
    };
    let mut texts: Vec<String> = found.notices.into_iter().map(text).collect();
    texts.sort();
    texts
}

#[test]
fn the_article_that_started_the_project() {
    let page = read(&[], include_str!("pages/wpml-article.html"));
    assert_eq!(said(&page), ["en ArticleBlock Article /en/old-maps/"]);
    let cut = cut(include_str!("pages/wpml-article.html"));
    assert!(cut.iter().any(|text| text.starts_with("This post is also available")), "{cut:?}");
}

#[test]
fn article_blocks_in_their_old_new_and_bare_forms() {
    let links = "<a href=/en/maps>English</a>, <a href=/fr/cartes>Français</a>";
    let want = ["en ArticleBlock Article /en/maps", "fr ArticleBlock Article /fr/cartes"];
    for notice in [
        format!("<p class=icl_post_in_other_langs>This post is also available in: {links}</p>"),
        format!(
            "<p class='icl_post_in_other_langs wpml-ls-statics-post_translations wpml-ls'>{links}</p>"
        ),
        format!("<p>This post is also available in: {links}</p>"),
        format!("<p>هذا المقال متوفر أيضا بـ: {links}</p>"),
        format!("<div><span>أيضا:</span> {links}</div>"),
        "<div>Translations: <ul class=i18n_list><li><a href=/en/maps>English</a></li><li>\
         <a href=/fr/cartes>Français</a></li></ul></div>"
            .to_owned(),
        "<div class='post-translations post-translations-text'><h3>Translations</h3>\
         <div class=translation-listing-container><span class='translation-language \
         post-translation-en'><a href=/en/maps title='x English'>English</a></span>, <span \
         class='translation-language post-translation-fr'><a href=/fr/cartes>Français</a></span>\
         </div></div>"
            .to_owned(),
    ] {
        let page = arabic("", &notice);
        assert_eq!(alternates(&page), want, "{notice}");
        assert!(!cut(&page).is_empty(), "{notice}");
    }
    let below =
        arabic("", "").replace("</div></article>", &format!("<p>{links}</p></div></article>"));
    assert_eq!(alternates(&below), want);
}

#[test]
fn both_ends_may_hold_the_same_block_but_two_blocks_are_a_list() {
    let block = |href: &str| {
        format!("<p class=wpml-ls-statics-post_translations>In: <a href={href}>English</a></p>")
    };
    let both = arabic("", &block("/en/a")).replace("</article>", &(block("/en/a") + "</article>"));
    assert_eq!(alternates(&both), ["en ArticleBlock Article /en/a"]);
    let two = arabic("", &block("/en/a")).replace("</article>", &(block("/en/b") + "</article>"));
    assert_eq!(alternates(&two), [""; 0]);
}

#[test]
fn the_block_of_a_card_belongs_to_the_card() {
    let card = "<div class='vf-card'><a href=/ar/x>خبر</a>\
                <p class=wpml-ls-statics-post_translations>In: <a href=/en/x>English</a></p></div>";
    assert_eq!(alternates(&arabic("", "").replace("</body>", &format!("{card}</body>"))), [""; 0]);
    let loop_of = |n: usize| {
        format!(
            "<article class=item><p class=icl_post_in_other_langs><a href=/en/{n}1>English</a></p></article>"
        )
    };
    let list = format!("<html lang=ar><body><main>{}{}</main>", loop_of(1), loop_of(2));
    assert_eq!(alternates(&list), [""; 0]);
}

#[test]
fn topics_are_no_languages() {
    for inside in [
        "<p>Recipes: <a href=/r/french>French</a>, <a href=/r/chinese>Chinese</a></p>",
        "<p>Tags: <a href=/tag/english/ rel=tag>English</a></p>",
        "<p>وسوم <a href=/tag/english-teaching/>English</a></p>",
        "<p>وتعلم <a href=/ar/teaching>الإنجليزية</a> في القاهرة قبل أن ينتقل إلى المدينة التي عاش فيها بعد ذلك طويلا.</p>",
    ] {
        let found = alternates(&arabic("", inside));
        assert!(!found.iter().any(|line| line.contains("ArticleBlock")), "{inside}: {found:?}");
    }
}

#[test]
fn polylang_s_missing_translations_and_current_items_are_dropped() {
    let list = "<ul><li class='lang-item lang-item-2 lang-item-ar current-lang'><a lang=ar hreflang=ar href=/ar/kharait/>العربية</a></li>\
        <li class='lang-item lang-item-5 lang-item-en'><a lang=en-US hreflang=en-US href=/en/maps/>English</a></li>\
        <li class='lang-item lang-item-9 lang-item-fr no-translation'><a lang=fr-FR hreflang=fr-FR href=/fr/elsewhere/>Français</a></li></ul>";
    assert_eq!(alternates(&arabic(list, "")), ["en-US AnchorHreflang Chrome /en/maps/"]);
    let select = "<select name=lang_choice_1 class=pll-switcher-select><option value='https://news.example/ar/kharait/' lang=ar selected>العربية</option>\
        <option value='https://news.example/en/maps/' lang=en-US>English</option><option value='https://news.example/fr/' lang=fr-FR>Français</option></select>";
    assert_eq!(alternates(&arabic(select, "")), ["en-US Option Chrome /en/maps/"]);
}

#[test]
fn switchers_to_front_pages_say_nothing() {
    for outside in [
        "<header><a hreflang=en lang=en href=/>English</a><a hreflang=fr href='/fr/'>Français</a></header>",
        "<nav><a href=/EN/Home/home_node.html hreflang=en>English</a><a href=/category/english/>English</a></nav>",
        "<nav><a rel=nofollow hreflang=en href='?set=en'>English</a><a href='/set_language?lang=en'>English</a></nav>",
        "<nav><a href=# class='glink nturl' data-gt-lang=en>English</a><a href='javascript:go()' hreflang=en>English</a></nav>",
        "<ul><li class=other-language-site><a lang=en href=https://en.news.example/x/y>English</a></li></ul>",
        "<ul class=links><li hreflang=en><span class='language-link locale-untranslated'>English</span></li></ul>",
        "<!-- <ul class=languages><li><a hreflang=en href=/en/maps>English</a></ul> -->",
        "<template><a hreflang=en href=/en/maps>English</a></template>",
        "<script>var x = '<a hreflang=en href=/en/maps>English</a>'</script>",
        "<textarea><a hreflang=en href=/en/maps>English</a></textarea>",
        "<meta property='og:locale:alternate' content=en_US>",
        "<p><a hreflang=en href=/en/other-story>How the harbour of the old town was rebuilt in one winter</a></p>",
    ] {
        assert_eq!(alternates(&arabic(outside, "")), [""; 0], "{outside}");
    }
}

#[test]
fn switchers_of_all_systems() {
    let mut wrong = Vec::new();
    for line in include_str!("tables/switchers.txt").lines().filter(|line| !line.starts_with('#')) {
        let (system, rest) = line.split_once('|').unwrap();
        let (markup, want) = rest.rsplit_once('|').unwrap();
        let got = alternates(&arabic(markup, "")).join(", ");
        if got != want {
            wrong.push(format!("{system}: {got:?}, not {want:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_text_tells_which_script_is_the_page_s_own_and_regions_are_kept_as_variants() {
    let story = "這個項目將從明年開始，國家已經為它準備了資金，幾家公司會參加，經過長時間的討論後，問題還沒有解決。";
    let body = format!("<p>{}</p>", story.repeat(2)).repeat(4);
    let html = format!(
        "<html lang=zh><head><title>x</title><link rel=alternate hreflang=zh-Hans href=/hans>\
         <link rel=alternate hreflang=zh-HK href=/hk><link rel=alternate hreflang=en href=/en/a>\
         </head><body><article><h1>這個項目</h1>{body}</article></body></html>"
    );
    let page = read(&[], &html);
    assert_eq!(page.detected, warraq::lang::Lang::parse("zh-Hant"));
    assert_eq!(said(&page), ["en HeadLink Head /en/a", "zh-Hans HeadLink Head /hans"]);
    let variants: Vec<&str> = page.variants.iter().map(|one| one.lang_raw.as_str()).collect();
    assert_eq!(variants, ["zh-HK"]);
}

#[test]
fn what_is_said_of_another_work_or_resource_is_not_said_of_this_page() {
    let json = r#"<script type="application/ld+json">[{"@type":"NewsArticle","url":"https://news.example/ar/other",
        "workTranslation":"https://news.example/en/other"},{"@type":"NewsArticle","url":"https://news.example/ar/kharait",
        "workTranslation":{"url":"/en/maps","inLanguage":"en"}}]</script>"#;
    let link = r#"</fr/other>; rel=alternate; hreflang=fr; anchor="/ar/other", </fr/cartes>; rel=alternate; hreflang=fr; anchor="""#;
    let page = read(&[("Link", link)], &arabic(json, ""));
    assert_eq!(said(&page), ["fr HttpLink Header /fr/cartes", "en JsonLd Head /en/maps"]);
}

#[test]
fn a_negotiating_server_tells_its_variants_and_which_one_it_sent() {
    let variants = r#"{"k.html.ar" 1 {language ar}}, {"k.html.fa" 0.5 {type text/html} {language fa}}, {"k" 1}"#;
    let fields = [
        ("Vary", "Accept-Encoding, negotiate"),
        ("Content-Location", "k.html.ar"),
        ("Content-Language", "ar"),
        ("Alternates", variants),
    ];
    let html = arabic("", "").replace("lang=ar ", "");
    let page = read(&fields, &html);
    assert_eq!(said(&page), ["fa Negotiated Header /ar/kharait/k.html.fa"]);
    assert_eq!(page.canonical.as_deref(), Some("https://news.example/ar/kharait/k.html.ar"));
    assert_eq!(page.declared, warraq::lang::Lang::parse("ar"));
    let plain = read(&[("Content-Location", "k.html.ar")], &html);
    assert_eq!(plain.canonical, None, "not negotiated");
}

#[test]
fn deep_switcher_links_are_weak_evidence() {
    let outside =
        "<nav class=lang-switch><a href=/en/maps>English</a> <a href=/zh/ditu>简体中文</a></nav>";
    let want = ["en Autonym Chrome /en/maps", "zh-Hans Autonym Chrome /zh/ditu"];
    assert_eq!(alternates(&arabic(outside, "")), want);
    let drupal = "<ul class=links><li hreflang=en data-drupal-link-system-path='node/7'><a href=/en/maps class=language-link hreflang=en data-drupal-link-system-path='node/7'>English</a></li></ul>";
    assert_eq!(alternates(&arabic(drupal, "")), ["en DrupalPath Chrome /en/maps"]);
}

#[test]
fn head_links_in_their_spellings() {
    let page = r#"<html><head><base href="https://news.example/x/">
        <LINK HREFLANG='en_US' href=../en/maps rel='nofollow Alternate'>
        <link rel=alternate hreflang=ar href="https://www.news.example/ar/kharait">
        <link rel=alternate hreflang=x-default href="https://news.example/en/maps">
        <link rel=alternate hreflang=ar-EG href="https://news.example/eg/kharait">
        <link rel=alternate hreflang=und href="https://news.example/und/maps">
        <link rel=alternate hreflang=de href="http://https://news.example/de/karten">
        <link rel=alternate hreflang=fr href=" https://news.example/fr/cartes?lang=fr ">
        <link rel=alternate hreflang=es type=application/atom+xml href=/es/feed>
        <div><link rel=alternate hreflang=ja href=/ja/chizu></div>"#;
    assert_eq!(
        alternates(page),
        [
            "en-US HeadLink Head /en/maps",
            "de HeadLink Head /de/karten",
            "fr HeadLink Head /fr/cartes?lang=fr",
            "ja HeadLink Head /ja/chizu"
        ]
    );
}

#[test]
fn language_parameters_and_slugs_cut_in_an_escape_stay_as_they_are() {
    let page = "<html lang=ar><link rel=alternate hreflang=it href='?lang=it'>\
        <link rel=alternate hreflang=fa href='https://news.example/fa/%D9%86%D9%82%D8'>\
        <link rel=alternate hreflang=tr href='https://news.example/tr/haritalar-2/'>";
    assert_eq!(
        alternates(page),
        [
            "it HeadLink Head /ar/kharait/?lang=it",
            "fa HeadLink Head /fa/%D9%86%D9%82%D8",
            "tr HeadLink Head /tr/haritalar-2/"
        ]
    );
}

#[test]
fn the_http_field_and_json_ld_are_read() {
    let link = r#"<https://api.news.example/>; rel="https://api.w.org/", <https://news.example/es/a,b>; rel="alternate"; hreflang="es""#;
    let json = r#"<script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","translationOfWork":
        {"@id":"https://news.example/en/maps","inLanguage":"en"},"workTranslation":["https://news.example/fr/cartes"]}]}</script>"#;
    let page = read(&[("Link", link)], &arabic(json, ""));
    assert_eq!(
        said(&page),
        [
            "es HttpLink Header /es/a,b",
            "? JsonLd Head /fr/cartes",
            "en TranslationOf Head /en/maps"
        ]
    );
}

#[test]
fn a_wrong_html_lang_hides_no_translation() {
    let page =
        arabic("<link rel=alternate hreflang=en href=/en/maps>", "").replace("lang=ar", "lang=en");
    let text = "<p>فتحت المكتبة أبوابها صباح الأحد أمام زوار جاؤوا من القرى المجاورة.</p>".repeat(4);
    let page = page.replace("</article>", &(text + "</article>"));
    assert_eq!(alternates(&page), ["en HeadLink Head /en/maps"]);
}

#[test]
fn links_of_every_kind_once_each() {
    let page = read(
        &[("Link", "</next>; rel=next")],
        "<base href='javascript:x'><base href=/b/><a href=one>1</a><a href='one#x'>1</a>\
         <a rel='NoFollow x' href='https://user:pw@other.example/t wo'>2</a><a href='mailto:x@y'>m</a>\
         <meta http-equiv=Refresh content='3; URL=\"/moved\"'><img src=i.png srcset='i2.png 2x, data:x,y 3x,j.png'>\
         <link rel=alternate type=application/rss+xml href=/feed><link rel='shortcut icon' href=/i.ico>\
         <script>'<a href=no>'</script><textarea><a href=no2></textarea><template><a href=no3></a></template>\
         <!-- <a href=no4> --><iframe src=//frames.example/f></iframe><a href='/مقال'>3</a>",
    );
    let got: Vec<String> = page
        .links
        .iter()
        .map(|link| format!("{:?} {} {}", link.kind, link.url, link.context))
        .collect();
    assert_eq!(
        got,
        [
            "Anchor https://news.example/next Link",
            "Anchor https://news.example/b/one a/@href",
            "Anchor https://other.example/t%20wo a[@rel='nofollow']/@href",
            "Refresh https://news.example/moved meta/@content",
            "Embed https://news.example/b/i.png img/@src",
            "Embed https://news.example/b/i2.png img/@srcset",
            "Embed https://news.example/b/j.png img/@srcset",
            "Feed https://news.example/feed link/@href",
            "Embed https://news.example/i.ico link/@href",
            "Embed https://frames.example/f iframe/@src",
            "Anchor https://news.example/%D9%85%D9%82%D8%A7%D9%84 a/@href",
        ]
    );
}

#[test]
fn a_hundred_thousand_links_are_all_counted() {
    let anchors: Vec<String> = (0..100_000).map(|n| format!("<a href=/{n}>x</a>")).collect();
    let html = anchors.concat();
    let page = read(&[], &html);
    assert_eq!(page.links.iter().filter(|link| link.kind == LinkKind::Anchor).count(), 100_000);
}

#[test]
fn the_media_type_is_settled_by_the_text_where_the_head_is_silent_or_wrong() {
    let url = Url::parse(HERE).unwrap();
    let links = |kind: Option<&str>, body: &str| {
        let fields: Vec<_> = kind.map(|kind| ("Content-Type", kind)).into_iter().collect();
        page::read(Source { url: &url, head: &head(&fields), entity: body.as_bytes() }).links.len()
    };
    assert_eq!(links(None, "<!-- x -->\n<!DOCTYPE html><a href=/x>"), 1);
    assert_eq!(links(None, "<p><a href=/x>"), 1);
    assert_eq!(links(Some("text/plain"), "<html><a href=/x>"), 1);
    assert_eq!(links(Some("application/json"), "<html><a href=/x>"), 1);
    assert_eq!(links(Some("text/plain"), "<p><a href=/x>"), 0);
    assert_eq!(
        links(Some("application/xhtml+xml"), "<?xml version='1.0'?><html><a href='/x'>x</a>"),
        1
    );
    assert_eq!(links(Some("text/html"), "<?xml version='1.0'?><urlset><a href='/x'/></urlset>"), 0);
    assert_eq!(links(Some("text/html"), "%PDF-1.7 <a href=/x>"), 0);
    assert_eq!(links(Some("text/html;charset=\"utf-8\"; x"), "<a href=/x>"), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn reading_is_total_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..600), coding in "gzip|br|zstd|deflate||x") {
        let url = Url::parse(HERE).unwrap();
        let head = head(&[("Content-Encoding", &coding)]);
        let _ = page::read(Source { url: &url, head: &head, entity: &bytes });
    }

    #[test]
    fn reading_is_total_on_broken_html(cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..24)) {
        let mut bytes = include_bytes!("pages/wpml-article.html").to_vec();
        for (at, byte) in cuts {
            let at = at.index(bytes.len());
            match byte % 4 {
                0 => bytes[at] = b'<',
                1 => bytes[at] = byte,
                2 => { bytes.remove(at); }
                _ => { let half = bytes[at..].to_vec(); bytes.truncate(at); bytes.extend(half.iter().rev().take(200)); }
            }
        }
        let _ = read(&[], &String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn reading_is_total_on_tag_soup(html in "(<(a|p|div|ul|li|template|svg|select|option|link|base|script|article) ?(href|hreflang|lang|class|rel|value)?=?(en|/x|lang-item|wpml-ls|alternate|#)?>|</(a|p|div|ul|svg|select)>|English|العربية| ){0,60}") {
        let page = read(&[], &html);
        let url = Url::parse(HERE).unwrap();
        let head = head(&[("Content-Type", "text/html; charset=utf-8")]);
        let (audited, _) = page::audit(Source { url: &url, head: &head, entity: html.as_bytes() });
        prop_assert_eq!(page.alternates, audited.alternates);
    }
}
