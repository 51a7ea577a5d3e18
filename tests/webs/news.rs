//! Webs in the manner of newsrooms and of bare servers.

use super::{Story, Web, article, hreflang, own_name, shell};

/// A news site with editions for regions: two of them in one language.
pub(super) fn regions() -> Web {
    let at = |path: &str| format!("http://regions.test{path}");
    let of = |name: &'static str, slugs: [&str; 2]| {
        Story::new(
            name,
            &[
                ("en", &at(&format!("/uk/news/{name}"))),
                ("en", &at(&format!("/us/news/{name}"))),
                ("de", &at(&format!("/de/nachrichten/{}", slugs[0]))),
                ("fr", &at(&format!("/fr/infos/{}", slugs[1]))),
            ],
        )
    };
    let stories = vec![of("lighthouse", ["leuchtturm", "phare"]), of("tram", ["bahn", "tramway"])];
    let mut web = Web::new("news regions", "de", stories);
    for story in web.stories.clone() {
        let tags = ["en-gb", "en-us", "de-de", "fr-fr"];
        let links = tags.iter().zip(&story.pages);
        let head: String = links.map(|(tag, (_, url))| hreflang(tag, url)).collect();
        let head = head + &hreflang("x-default", &at("/"));
        for (tag, (lang, url)) in tags.iter().zip(&story.pages) {
            let body = "<nav class=\"lang-menu\"><a href=\"/uk/\" hreflang=\"en-gb\">English</a> <a href=\"/de/\" hreflang=\"de-de\">Deutsch</a> <a href=\"/fr/\" hreflang=\"fr-fr\">Français</a></nav>\n".to_owned()
                + &article(story.text(lang), "", "");
            web.page(url, &shell(tag, story.text(lang).title, &head, &body), &[]);
        }
    }
    let homes = ["/de/", "/uk/", "/us/", "/fr/"].map(at);
    web.homes(&[("de", &homes[0]), ("en", &homes[1]), ("fr", &homes[3])]);
    web
}

/// No declaration at all: flags without a word lead to the same path under another prefix, or
/// home where there is no such page.
pub(super) fn patterns() -> Web {
    let at = |lang: &str, name: &str| format!("http://patterns.test/{lang}/{name}.html");
    let of = |name: &'static str, langs: &[&'static str]| Story {
        name,
        pages: langs.iter().map(|lang| (*lang, at(lang, name))).collect(),
    };
    let stories = vec![
        of("lighthouse", &["ja", "en", "zh"]),
        of("seeds", &["ja", "en"]),
        of("tram", &["ja", "zh"]),
    ];
    let mut web = Web::new("URL patterns", "ja", stories);
    web.honest = false;
    let homes = [
        ("ja", "http://patterns.test/ja/"),
        ("en", "http://patterns.test/en/"),
        ("zh", "http://patterns.test/zh/"),
    ];
    for story in web.stories.clone() {
        for (lang, url) in &story.pages {
            let flags: String = homes
                .iter()
                .map(|(other, home)| {
                    format!(
                        "<a href=\"{}\"><img src=\"/flags/{other}.png\" alt=\"\"></a>\n",
                        story.url(other).unwrap_or(home)
                    )
                })
                .collect();
            let body = format!("<div class=\"top\">\n{flags}</div>\n")
                + &article(story.text(lang), "", "");
            web.page(url, &shell(lang, story.text(lang).title, "", &body), &[]);
        }
    }
    web.homes(&homes);
    web
}

/// A server that negotiates the language and lists its variants, as Apache does with type maps.
pub(super) fn negotiated() -> Web {
    let at = |name: &str, end: &str| format!("http://negotiated.test/book/{name}{end}");
    let of = |name: &'static str, langs: &[&'static str]| Story {
        name,
        pages: langs.iter().map(|lang| (*lang, at(name, &format!(".html.{lang}")))).collect(),
    };
    let stories = vec![of("lighthouse", &["en", "de", "fr"]), of("seeds", &["en", "fr"])];
    let mut web = Web::new("negotiation", "en", stories);
    for story in web.stories.clone() {
        let variants: Vec<String> = story
            .pages
            .iter()
            .map(|(lang, _)| {
                format!(
                    "{{\"{0}.html.{lang}\" 1 {{type text/html}} {{language {lang}}}}}",
                    story.name
                )
            })
            .collect();
        let variants = format!("Alternates: {}", variants.join(", "));
        for (lang, url) in &story.pages {
            let html = shell(lang, story.text(lang).title, "", &article(story.text(lang), "", ""));
            let language = format!("Content-Language: {lang}");
            web.page(url, &html, &[&language, &variants]);
            if *lang == "en" {
                let location = format!("Content-Location: {}.html.en", story.name);
                let vary = "Vary: negotiate,accept-language";
                let alias = at(story.name, "");
                web.page(&alias, &html, &[vary, "TCN: choice", &language, &location, &variants]);
                web.aliases.push((alias, url.clone()));
            }
        }
    }
    let homes = ["http://negotiated.test/"];
    web.homes(&[("en", homes[0])]);
    web
}

/// A list of translations in the manner of Global Voices: hosts, slugs and days of their own; the
/// header names the front page of every edition.
pub(super) fn voices() -> Web {
    let stories = vec![
        Story::new(
            "lighthouse",
            &[
                ("en", "http://voices.test/2026/04/18/the-lighthouse-that-runs-on-clockwork/"),
                ("es", "http://es.voices.test/2026/04/30/el-faro/"),
                ("fr", "http://fr.voices.test/2026/05/02/264121/"),
                ("ar", "http://ar.voices.test/2026/05/11/منارة/"),
            ],
        ),
        Story::new(
            "tram",
            &[
                ("en", "http://voices.test/2026/06/01/a-tram-comes-back/"),
                ("es", "http://es.voices.test/2026/06/09/un-tranvia-vuelve/"),
            ],
        ),
    ];
    let mut web = Web::new("Global Voices", "en", stories);
    let homes = [
        ("en", "http://voices.test/"),
        ("es", "http://es.voices.test/"),
        ("fr", "http://fr.voices.test/"),
        ("ar", "http://ar.voices.test/"),
    ];
    for story in web.stories.clone() {
        for (lang, url) in &story.pages {
            let sites: String = homes
                .iter()
                .map(|(other, home)| format!("<li class=\"other-language-site\"><a lang=\"{other}\" href=\"{home}\">{}</a></li>\n", own_name(other)))
                .collect();
            let items: Vec<String> = story
                .others(lang)
                .map(|(other, url)| format!("<span class='translation-language post-translation-{other}'><a href='{url}' title='{0}'>{0}</a></span>", own_name(other)))
                .collect();
            let list = format!(
                "<div class='post-translations post-translations-text'><h3 class='post-translations-title'>Translations</h3><div class='translation-listing-container'><span class='translations-description'>Read this post in</span> {}</div></div>\n",
                items.join(", ")
            );
            let body = format!("<header><ul>\n{sites}</ul></header>\n")
                + &article(story.text(lang), &list, "");
            web.page(url, &shell(lang, story.text(lang).title, "", &body), &[]);
        }
    }
    web.homes(&homes);
    web
}

/// Declarations where nobody looks: in `Link` fields, joined and repeated, and in JSON-LD.
pub(super) fn fields() -> Web {
    let at = |path: &str| format!("http://fields.test{path}");
    let stories = vec![
        Story::new(
            "lighthouse",
            &[("he", &at("/he/a,b")), ("en", &at("/en/a,b")), ("ar", &at("/ar/a,b"))],
        ),
        Story::new("seeds", &[("he", &at("/he/zraim")), ("en", &at("/en/seeds"))]),
    ];
    let mut web = Web::new("Link, JSON-LD", "he", stories);
    for story in web.stories.clone() {
        for (lang, url) in &story.pages {
            let in_head = story.name == "lighthouse";
            let links: Vec<String> = story
                .others(lang)
                .map(|(other, url)| format!("<{url}>; rel=\"alternate\"; hreflang=\"{other}\""))
                .collect();
            let field = match links.split_first().filter(|_| in_head) {
                Some((first, rest)) if lang == &"en" => [
                    vec![format!("Link: {first}")],
                    rest.iter().map(|one| format!("Link: {one}")).collect(),
                ]
                .concat(),
                Some(_) => vec![format!(
                    "Link: <https://api.fields.test/>; rel=\"https://api.w.org/\", {}",
                    links.join(", ")
                )],
                None => Vec::new(),
            };
            let property = if *lang == "he" { "workTranslation" } else { "translationOfWork" };
            let works: Vec<String> = story
                .others(lang)
                .map(|(other, url)| {
                    format!(
                        "{{\"@type\":\"NewsArticle\",\"url\":\"{url}\",\"inLanguage\":\"{other}\"}}"
                    )
                })
                .collect();
            let json = format!(
                "<script type=\"application/ld+json\">{{\"@type\":\"NewsArticle\",\"url\":\"{url}\",\"inLanguage\":\"{lang}\",\"{property}\":[{}]}}</script>\n",
                works.join(",")
            );
            let head = if in_head { String::new() } else { json };
            let html =
                shell(lang, story.text(lang).title, &head, &article(story.text(lang), "", ""));
            web.page(url, &html, &field.iter().map(String::as_str).collect::<Vec<_>>());
        }
    }
    let homes = [at("/he/"), at("/en/"), at("/ar/")];
    web.homes(&[("he", &homes[0]), ("en", &homes[1]), ("ar", &homes[2])]);
    web
}
