//! Webs in the manner of plugins of `WordPress`.

use super::{Story, Web, article, hreflang, own_name, shell, text};

/// WPML: the block below the text lists real translations only, the footer leads home where
/// there is none, and the head says nothing.
pub(super) fn wpml() -> Web {
    let at = |path: &str| format!("http://wpml.test{path}");
    let stories = vec![
        Story::new(
            "lighthouse",
            &[
                ("ar", &at("/منارة/")),
                ("en", &at("/en/the-lighthouse/")),
                ("fr", &at("/fr/le-phare/")),
            ],
        ),
        Story::new(
            "seeds",
            &[("ar", &at("/بذور/")), ("en", &at("/en/seeds-2/")), ("fr", &at("/fr/graines/"))],
        ),
        Story::new("tram", &[("ar", &at("/ترام/")), ("en", &at("/en/tram/"))]),
    ];
    let mut web = Web::new("WPML", "ar", stories);
    let homes = [("ar", at("/")), ("en", at("/en/")), ("fr", at("/fr/"))];
    for story in web.stories.clone() {
        for (lang, url) in &story.pages {
            let item = |(other, url): (&str, &str)| {
                format!(
                    "<span class=\"wpml-ls-slot-post_translations wpml-ls-item wpml-ls-item-{other} wpml-ls-item-legacy-post-translations\"><a href=\"{url}\" class=\"wpml-ls-link\"><span class=\"wpml-ls-native\" lang=\"{other}\">{}</span></a></span>",
                    own_name(other)
                )
            };
            let items: Vec<String> = story.others(lang).map(item).collect();
            let block = format!(
                "<p class=\"wpml-ls-statics-post_translations wpml-ls\">This post is also available in: {}</p>\n",
                items.join(" ")
            );
            let footer: String = homes
                .iter()
                .map(|(other, home)| {
                    let to = story.url(other).unwrap_or(home);
                    let current = if other == lang { " wpml-ls-current-language" } else { "" };
                    format!("<li class=\"wpml-ls-slot-footer wpml-ls-item wpml-ls-item-{other}{current}\"><a href=\"{to}\" class=\"wpml-ls-link\"><span class=\"wpml-ls-native\" lang=\"{other}\">{}</span></a></li>\n", own_name(other))
                })
                .collect();
            let body = article(story.text(lang), "", &block)
                + &format!(
                    "<footer><div class=\"wpml-ls-statics-footer wpml-ls\"><ul>\n{footer}</ul></div></footer>\n"
                );
            web.page(url, &shell(lang, story.text(lang).title, "", &body), &[]);
        }
    }
    web.homes(&homes.each_ref().map(|(lang, url)| (*lang, url.as_str())));
    web
}

/// Polylang: head links for what exists, a switcher that leads home for what does not, and a cookie
/// that remembers the language.
pub(super) fn polylang() -> Web {
    let at = |path: &str| format!("http://polylang.test{path}");
    let stories = vec![
        Story::new(
            "lighthouse",
            &[("fr", &at("/le-phare/")), ("ar", &at("/ar/منارة/")), ("en", &at("/en/lighthouse/"))],
        ),
        Story::new("seeds", &[("fr", &at("/graines/")), ("en", &at("/en/seeds/"))]),
        Story::new("tram", &[("fr", &at("/tramway/")), ("ar", &at("/ar/ترام/"))]),
    ];
    let mut web = Web::new("Polylang", "fr", stories);
    let homes = [("fr", at("/")), ("ar", at("/ar/")), ("en", at("/en/"))];
    for story in web.stories.clone() {
        for (lang, url) in &story.pages {
            let item = |(number, (other, home)): (usize, &(&'static str, String))| {
                let (to, mark) = match story.url(other) {
                    Some(url) if other == lang => (url, " current-lang"),
                    Some(url) => (url, ""),
                    None => (home.as_str(), " no-translation"),
                };
                format!(
                    "<li class=\"lang-item lang-item-{number} lang-item-{other}{mark}\"><a lang=\"{other}\" hreflang=\"{other}\" href=\"{to}\">{}</a></li>\n",
                    own_name(other)
                )
            };
            let items: String = homes.iter().enumerate().map(item).collect();
            let body = format!("<aside class=\"widget\"><ul>\n{items}</ul></aside>\n")
                + &article(story.text(lang), "", "");
            let cookie = format!("Set-Cookie: pll_language={lang}; path=/");
            let html = shell(lang, story.text(lang).title, &story.head(), &body);
            web.page(url, &html, &[&cookie]);
        }
    }
    web.homes(&homes.each_ref().map(|(lang, url)| (*lang, url.as_str())));
    web
}

/// qTranslate-XT: declares every language of the site for every article; what is not translated is
/// served in the default language under a notice.
pub(super) fn qtranslate() -> Web {
    let langs = ["tr", "en", "ru"];
    let at = |lang: &str, story: &str| match lang {
        "tr" => format!("http://qtranslate.test/{story}/"),
        other => format!("http://qtranslate.test/{other}/{story}/"),
    };
    let told: [(&str, &[&str]); 3] =
        [("lighthouse", &["tr", "en", "ru"]), ("seeds", &["tr", "en"]), ("tram", &["tr"])];
    let stories = told.map(|(name, langs)| Story {
        name,
        pages: langs.iter().map(|lang| (*lang, at(lang, name))).collect(),
    });
    let mut web = Web::new("qTranslate-XT", "tr", stories.into());
    web.honest = false;
    for story in web.stories.clone() {
        let head: String =
            langs.iter().map(|lang| hreflang(lang, &at(lang, story.name))).collect::<String>()
                + &hreflang("x-default", &at("tr", story.name));
        let chooser: String = langs
            .iter()
            .map(|lang| format!("<li class=\"lang-{lang}\"><a href=\"{}\" hreflang=\"{lang}\" title=\"{}\" class=\"qtranxs_text qtranxs_text_{lang}\"><span>{}</span></a></li>\n", at(lang, story.name), own_name(lang), own_name(lang)))
            .collect();
        let chooser =
            format!("<ul class=\"language-chooser qtranxs_language_chooser\">\n{chooser}</ul>\n");
        for lang in langs {
            let is_told = story.url(lang).is_some();
            let (words, notice) = if is_told {
                (text(story.name, lang), "")
            } else {
                (
                    text(story.name, "tr"),
                    "<p class=\"qtranxs-available-languages-message\">Sorry, this entry is only available in Türkçe.</p>\n",
                )
            };
            let body = chooser.clone() + &article(words, notice, "");
            web.page(&at(lang, story.name), &shell(lang, words.title, &head, &body), &[]);
        }
    }
    let homes = ["tr", "en", "ru"].map(|lang| at(lang, "").replace("//", "/").replace(":/", "://"));
    web.homes(&[("tr", &homes[0]), ("en", &homes[1]), ("ru", &homes[2])]);
    web
}
