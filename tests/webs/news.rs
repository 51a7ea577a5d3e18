//! Webs in the manner of newsrooms and of bare servers.

use super::{Home, Parts, Story, Web, article, hreflang, own_name, shell, text};

/// A news site with editions for regions: two of them in one language.
pub(super) fn regions() -> Web {
    const HOMES: &[Home] = &[
        ("de", "http://regions.test/de/"),
        ("en", "http://regions.test/uk/"),
        ("fr", "http://regions.test/fr/"),
    ];
    const TAGS: [&str; 4] = ["en-gb", "en-us", "de-de", "fr-fr"];
    let of = |name: &'static str, paths: [&str; 4]| {
        Story::new(
            name,
            "http://regions.test",
            &[("en", paths[0]), ("en", paths[1]), ("de", paths[2]), ("fr", paths[3])],
        )
    };
    let stories = vec![
        of("lighthouse", ["/uk/light", "/us/light", "/de/politik/leuchtturm", "/fr/infos/phare"]),
        of("tram", ["/uk/news/tram", "/us/news/tram", "/de/politik/bahn", "/fr/infos/tramway"]),
    ];
    let mut web = Web::new("news regions", "de", stories);
    web.write(|story, _| {
        let links = TAGS.iter().zip(&story.pages);
        let head: String = links.map(|(tag, (_, url))| hreflang(tag, url)).collect();
        let link = |(lang, home): &Home| {
            format!("<a href=\"{home}\" hreflang=\"{lang}\">{}</a> ", own_name(lang))
        };
        let menu: String = HOMES.iter().map(link).collect();
        Parts {
            head: head + &hreflang("x-default", "http://regions.test/"),
            before: format!("<nav class=\"lang-menu\">{menu}</nav>\n"),
            ..Parts::default()
        }
    });
    web.homes(HOMES);
    web
}

/// No declaration at all: flags without a word lead to the same path under another prefix, or
/// home where there is no such page.
pub(super) fn patterns() -> Web {
    const HOMES: &[Home] = &[
        ("ja", "http://patterns.test/ja/"),
        ("en", "http://patterns.test/en/"),
        ("zh", "http://patterns.test/zh/"),
    ];
    let of = |name: &'static str, langs: &[&'static str]| Story {
        name,
        pages: langs
            .iter()
            .map(|lang| (*lang, format!("http://patterns.test/{lang}/{name}.html")))
            .collect(),
    };
    let stories = vec![
        of("lighthouse", &["ja", "en", "zh"]),
        of("seeds", &["ja", "en"]),
        of("tram", &["ja", "zh"]),
    ];
    let mut web = Web::new("URL patterns", "ja", stories);
    web.honest = false;
    web.write(|story, _| {
        let flags = story.switch(HOMES, |other, url, _| {
            format!("<a href=\"{url}\"><img src=\"/flags/{other}.png\" alt=\"\"></a>\n")
        });
        Parts { before: format!("<div class=\"top\">\n{flags}</div>\n"), ..Parts::default() }
    });
    web.homes(HOMES);
    web
}

/// Sentences in the text and nothing else: "read this in English", "click here". The same words
/// stand in running text, where they speak of a report, and in the header, where they lead home.
pub(super) fn sentences() -> Web {
    const HOMES: &[Home] = &[
        ("ar", "http://sentences.test/ar/"),
        ("en", "http://sentences.test/en/"),
        ("fr", "http://sentences.test/fr/"),
    ];
    let of = |name: &'static str, pages: &[(&'static str, &str)]| {
        Story::new(name, "http://sentences.test", pages)
    };
    let stories = vec![
        of("lighthouse", &[("ar", "/ar/manara"), ("en", "/en/light"), ("fr", "/fr/phare")]),
        of("seeds", &[("ar", "/ar/buthur"), ("en", "/en/seeds"), ("fr", "/fr/graines")]),
        of("tram", &[("ar", "/ar/tram"), ("fr", "/fr/tramway")]),
    ];
    let mut web = Web::new("sentences", "ar", stories);
    web.honest = false;
    web.write(|story, lang| {
        let sentence = |(other, url): (&str, &str)| match (lang, other) {
            ("ar", "en") => format!("<p>لقراءة المقال بالإنجليزية <a href={url}>اضغط هنا</a></p>"),
            ("ar", _) => format!("<p><a href={url}>Lire cet article en français</a></p>"),
            ("en", "ar") => format!("<p><a href={url}>Read this in Arabic</a> &raquo;</p>"),
            ("en", _) => format!("<p>Also available: <a href={url}>French version</a></p>"),
            (_, "en") => {
                format!("<p>To read this story in English, <a href={url}>click here</a>.</p>")
            }
            _ => format!("<p class=meta>12/03 | <a href={url}>Lire en arabe</a></p>"),
        };
        let below = story.others(lang).map(sentence).collect::<String>()
            + "<p>The committee gave <a href=/en/report>the English version</a> of its report to \
               the ministry, and an <a href=/ar/report>Arabic translation</a> to the press.</p>";
        let edition = |(_, home): &Home| format!("<a href=\"{home}\">English edition</a> ");
        let before = format!("<header>{}</header>", HOMES.iter().map(edition).collect::<String>());
        Parts { before, below, ..Parts::default() }
    });
    web.homes(HOMES);
    web
}

/// Two newsrooms that count their articles each for itself, under flags that lead to the same
/// number: what the addresses promise is wrong every time.
pub(super) fn numbers() -> Web {
    const HOMES: &[Home] = &[("de", "http://numbers.test/de/"), ("en", "http://numbers.test/en/")];
    let stories = vec![
        Story::new(
            "lighthouse",
            "http://numbers.test",
            &[("de", "/de/1.html"), ("en", "/en/2.html")],
        ),
        Story::new("seeds", "http://numbers.test", &[("de", "/de/2.html"), ("en", "/en/3.html")]),
        Story::new("tram", "http://numbers.test", &[("de", "/de/3.html"), ("en", "/en/1.html")]),
    ];
    let mut web = Web::new("own numbers", "de", stories);
    (web.honest, web.silent) = (false, true);
    web.write(|story, lang| {
        let own = story.url(lang).unwrap();
        let flag = |(other, _): &Home| {
            let url = own.replace(&format!("/{lang}/"), &format!("/{other}/"));
            format!("<a href=\"{url}\"><img src=\"/flags/{other}.png\" alt=\"\"></a>\n")
        };
        let flags: String = HOMES.iter().map(flag).collect();
        Parts { before: format!("<div class=\"top\">\n{flags}</div>\n"), ..Parts::default() }
    });
    web.homes(HOMES);
    web
}

/// A server that negotiates the language and lists its variants, as Apache does with type maps.
pub(super) fn negotiated() -> Web {
    let of = |name: &'static str, langs: &[&'static str]| Story {
        name,
        pages: langs
            .iter()
            .map(|lang| (*lang, format!("http://negotiated.test/book/{name}.html.{lang}")))
            .collect(),
    };
    let stories = vec![of("lighthouse", &["en", "de", "fr"]), of("seeds", &["en", "fr"])];
    let fields = |story: &Story, lang: &str| {
        let variant = |(lang, _): &(&str, String)| {
            let name = story.name;
            format!("{{\"{name}.html.{lang}\" 1 {{type text/html}} {{language {lang}}}}}")
        };
        let variants: Vec<String> = story.pages.iter().map(variant).collect();
        vec![format!("Content-Language: {lang}"), format!("Alternates: {}", variants.join(", "))]
    };
    let mut web = Web::new("negotiation", "en", stories);
    web.write(|story, lang| Parts { fields: fields(story, lang), ..Parts::default() });
    for story in web.stories.clone() {
        let mut fields = fields(&story, "en");
        fields.push("Vary: negotiate,accept-language".to_owned());
        fields.push(format!("Content-Location: {}.html.en", story.name));
        let words = text(story.name, "en");
        let html = shell("en", words.title, "", &article(words, "", ""));
        let alias = format!("http://negotiated.test/book/{}", story.name);
        web.page(&alias, &html, &fields.iter().map(String::as_str).collect::<Vec<_>>());
        web.aliases.push((alias, story.url("en").unwrap().to_owned()));
    }
    web.homes(&[("en", "http://negotiated.test/")]);
    web
}

/// A list of translations in the manner of Global Voices: hosts, slugs and days of their own; the
/// header names the front page of every edition.
pub(super) fn voices() -> Web {
    const HOMES: &[Home] = &[
        ("en", "http://voices.test/"),
        ("es", "http://es.voices.test/"),
        ("fr", "http://fr.voices.test/"),
        ("ar", "http://ar.voices.test/"),
    ];
    let stories = vec![
        Story::new(
            "lighthouse",
            "http://",
            &[
                ("en", "voices.test/2026/04/18/the-lighthouse-that-runs-on-clockwork/"),
                ("es", "es.voices.test/2026/04/30/el-faro/"),
                ("fr", "fr.voices.test/2026/05/02/264121/"),
                ("ar", "ar.voices.test/2026/05/11/منارة/"),
            ],
        ),
        Story::new(
            "tram",
            "http://",
            &[
                ("en", "voices.test/2026/06/01/a-tram-comes-back/"),
                ("es", "es.voices.test/2026/06/09/un-tranvia-vuelve/"),
            ],
        ),
    ];
    let mut web = Web::new("Global Voices", "en", stories);
    web.write(|story, lang| voices_page(story, lang, HOMES));
    web.homes(HOMES);
    web
}

fn voices_page(story: &Story, lang: &str, homes: &[Home]) -> Parts {
    let site = |(lang, home): &Home| {
        format!(
            "<li class=\"other-language-site\"><a lang=\"{lang}\" href=\"{home}\">{}</a></li>\n",
            own_name(lang)
        )
    };
    let sites: String = homes.iter().map(site).collect();
    let items = story.list(lang, |other, url| {
        format!(
            "<span class='translation-language post-translation-{other}'><a href='{url}' title='{0}'>{0}</a></span>",
            own_name(other)
        )
    });
    Parts {
        before: format!("<header><ul>\n{sites}</ul></header>\n"),
        above: format!(
            "<div class='post-translations post-translations-text'><h3 class='post-translations-title'>Translations</h3><div class='translation-listing-container'><span class='translations-description'>Read this post in</span> {}</div></div>\n",
            items.join(", ")
        ),
        ..Parts::default()
    }
}

/// Declarations where nobody looks: in `Link` fields, joined and repeated, and in JSON-LD.
pub(super) fn fields() -> Web {
    const HOMES: &[Home] = &[
        ("he", "http://fields.test/he/"),
        ("en", "http://fields.test/en/"),
        ("ar", "http://fields.test/ar/"),
    ];
    let host = "http://fields.test";
    let stories = vec![
        Story::new("lighthouse", host, &[("he", "/he/a,b"), ("en", "/en/a,b"), ("ar", "/ar/a,b")]),
        Story::new("seeds", host, &[("he", "/he/zraim"), ("en", "/en/seeds")]),
    ];
    let mut web = Web::new("Link, JSON-LD", "he", stories);
    web.write(|story, lang| match story.name {
        "lighthouse" => Parts { fields: link_fields(story, lang), ..Parts::default() },
        _ => Parts { head: works(story, lang), ..Parts::default() },
    });
    web.homes(HOMES);
    web
}

/// A newsroom whose own language has no prefix and no tag: its pages are named by `x-default` alone.
pub(super) fn defaults() -> Web {
    const HOMES: &[Home] = &[
        ("ja", "http://defaults.test/"),
        ("en", "http://defaults.test/en/"),
        ("zh", "http://defaults.test/zh/"),
    ];
    let of = |name: &'static str, pages: &[(&'static str, &str)]| {
        Story::new(name, "http://defaults.test", pages)
    };
    let stories = vec![
        of("lighthouse", &[("ja", "/news/12"), ("en", "/en/light"), ("zh", "/zh/dengta")]),
        of("seeds", &[("ja", "/news/15"), ("en", "/en/seeds")]),
    ];
    let mut web = Web::new("x-default only", "en", stories);
    web.write(|story, _| {
        let tag = |lang| if lang == "ja" { "x-default" } else { lang };
        let pages = story.pages.iter().map(|(lang, url)| hreflang(tag(*lang), url));
        Parts { head: pages.collect(), ..Parts::default() }
    });
    web.homes(HOMES);
    web
}

/// One `Link` field for each, or one for all with another relation before them.
fn link_fields(story: &Story, lang: &str) -> Vec<String> {
    let values =
        story.list(lang, |other, url| format!("<{url}>; rel=\"alternate\"; hreflang=\"{other}\""));
    if lang == "en" {
        return values.iter().map(|value| format!("Link: {value}")).collect();
    }
    let api = "<https://api.fields.test/>; rel=\"https://api.w.org/\"";
    vec![format!("Link: {api}, {}", values.join(", "))]
}

/// JSON-LD with the direction of the translation.
fn works(story: &Story, lang: &str) -> String {
    let property = if lang == "he" { "workTranslation" } else { "translationOfWork" };
    let works = story.list(lang, |other, url| {
        format!("{{\"@type\":\"NewsArticle\",\"url\":\"{url}\",\"inLanguage\":\"{other}\"}}")
    });
    format!(
        "<script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"inLanguage\":\"{lang}\",\"{property}\":[{}]}}</script>\n",
        works.join(",")
    )
}
