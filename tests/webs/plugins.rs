//! Webs in the manner of plugins of `WordPress`.

use super::{Home, Parts, Story, Web, article, hreflang, own_name, shell, text};

/// WPML: the block below the text lists real translations only, the footer leads home where
/// there is none, and the head says nothing.
pub(super) fn wpml() -> Web {
    const HOMES: &[Home] = &[
        ("ar", "http://wpml.test/"),
        ("en", "http://wpml.test/en/"),
        ("fr", "http://wpml.test/fr/"),
    ];
    let stories = vec![
        Story::new(
            "lighthouse",
            "http://wpml.test",
            &[("ar", "/منارة/"), ("en", "/en/the-lighthouse/"), ("fr", "/fr/le-phare/")],
        ),
        Story::new(
            "seeds",
            "http://wpml.test",
            &[("ar", "/بذور/"), ("en", "/en/seeds-2/"), ("fr", "/fr/graines/")],
        ),
        Story::new("tram", "http://wpml.test", &[("ar", "/ترام/"), ("en", "/en/tram/")]),
    ];
    let mut web = Web::new("WPML", "ar", stories);
    web.write(|story, lang| wpml_page(story, lang, HOMES));
    web.homes(HOMES);
    web
}

fn wpml_page(story: &Story, lang: &str, homes: &[Home]) -> Parts {
    let link = |other: &str, url: &str| {
        format!(
            "<a href=\"{url}\" class=\"wpml-ls-link\"><span class=\"wpml-ls-native\" lang=\"{other}\">{}</span></a>",
            own_name(other)
        )
    };
    let block = story.list(lang, |other, url| {
        format!(
            "<span class=\"wpml-ls-slot-post_translations wpml-ls-item wpml-ls-item-{other} wpml-ls-item-legacy-post-translations\">{}</span>",
            link(other, url)
        )
    });
    let footer = story.switch(homes, |other, url, _| {
        let current = if other == lang { " wpml-ls-current-language" } else { "" };
        format!(
            "<li class=\"wpml-ls-slot-footer wpml-ls-item wpml-ls-item-{other}{current}\">{}</li>\n",
            link(other, url)
        )
    });
    Parts {
        below: format!(
            "<p class=\"wpml-ls-statics-post_translations wpml-ls\">This post is also available in: {}</p>\n",
            block.join(" ")
        ),
        after: format!(
            "<footer><div class=\"wpml-ls-statics-footer wpml-ls\"><ul>\n{footer}</ul></div></footer>\n"
        ),
        ..Parts::default()
    }
}

/// Polylang: head links for what exists, a switcher that leads home for what does not, and a cookie
/// that remembers the language.
pub(super) fn polylang() -> Web {
    const HOMES: &[Home] = &[
        ("fr", "http://polylang.test/"),
        ("ar", "http://polylang.test/ar/"),
        ("en", "http://polylang.test/en/"),
    ];
    let host = "http://polylang.test";
    let stories = vec![
        Story::new(
            "lighthouse",
            host,
            &[("fr", "/le-phare/"), ("ar", "/ar/منارة/"), ("en", "/en/lighthouse/")],
        ),
        Story::new("seeds", host, &[("fr", "/graines/"), ("en", "/en/seeds/")]),
        Story::new("tram", host, &[("fr", "/tramway/"), ("ar", "/ar/ترام/")]),
    ];
    let mut web = Web::new("Polylang", "fr", stories);
    web.write(|story, lang| {
        let items = story.switch(HOMES, |other, url, is_told| {
            let mark = match is_told {
                true if other == lang => " current-lang",
                true => "",
                false => " no-translation",
            };
            format!(
                "<li class=\"lang-item lang-item-{other}{mark}\"><a lang=\"{other}\" hreflang=\"{other}\" href=\"{url}\">{}</a></li>\n",
                own_name(other)
            )
        });
        Parts {
            head: story.head(),
            before: format!("<aside class=\"widget\"><ul>\n{items}</ul></aside>\n"),
            fields: vec![format!("Set-Cookie: pll_language={lang}; path=/")],
            ..Parts::default()
        }
    });
    web.homes(HOMES);
    web
}

/// qTranslate-XT: declares every language of the site for every article; what is not translated is
/// served in the default language under a notice.
pub(super) fn qtranslate() -> Web {
    const HOMES: &[Home] = &[
        ("tr", "http://qtranslate.test/"),
        ("en", "http://qtranslate.test/en/"),
        ("ru", "http://qtranslate.test/ru/"),
    ];
    let told: [(&str, &[&str]); 3] =
        [("lighthouse", &["tr", "en", "ru"]), ("seeds", &["tr", "en"]), ("tram", &["tr"])];
    let stories = told.map(|(name, langs)| Story {
        name,
        pages: langs.iter().map(|lang| (*lang, qtranslate_url(lang, name))).collect(),
    });
    let mut web = Web::new("qTranslate-XT", "tr", stories.into());
    web.honest = false;
    for story in web.stories.clone() {
        for (lang, _) in HOMES {
            let html = qtranslate_page(&story, lang, HOMES);
            web.page(&qtranslate_url(lang, story.name), &html, &[]);
        }
    }
    web.homes(HOMES);
    web
}

fn qtranslate_url(lang: &str, name: &str) -> String {
    let prefix = if lang == "tr" { String::new() } else { format!("{lang}/") };
    format!("http://qtranslate.test/{prefix}{name}/")
}

fn qtranslate_page(story: &Story, lang: &str, homes: &[Home]) -> String {
    let head: String =
        homes.iter().map(|(lang, _)| hreflang(lang, &qtranslate_url(lang, story.name))).collect();
    let head = head + &hreflang("x-default", &qtranslate_url("tr", story.name));
    let chooser: String = homes
        .iter()
        .map(|(lang, _)| {
            format!(
                "<li class=\"lang-{lang}\"><a href=\"{}\" hreflang=\"{lang}\" class=\"qtranxs_text qtranxs_text_{lang}\"><span>{}</span></a></li>\n",
                qtranslate_url(lang, story.name),
                own_name(lang)
            )
        })
        .collect();
    let is_told = story.url(lang).is_some();
    let words = text(story.name, if is_told { lang } else { "tr" });
    let notice = if is_told {
        ""
    } else {
        "<p class=\"qtranxs-available-languages-message\">Sorry, this entry is only available in Türkçe.</p>\n"
    };
    let chooser =
        format!("<ul class=\"language-chooser qtranxs_language_chooser\">\n{chooser}</ul>\n");
    shell(lang, words.title, &head, &(chooser + &article(words, notice, "")))
}
