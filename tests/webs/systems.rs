//! Webs in the manner of whole systems: Drupal, Hugo, Joomla, `MediaWiki`.

use super::{Story, Web, article, own_name, shell};

/// Drupal: the language block with the system path of the node, and a fallback to the front page;
/// no head links.
pub(super) fn drupal() -> Web {
    let at = |path: &str| format!("http://drupal.test{path}");
    let stories = vec![
        Story::new(
            "lighthouse",
            &[("es", &at("/es/el-faro")), ("en", &at("/en/lighthouse")), ("fr", &at("/fr/phare"))],
        ),
        Story::new("seeds", &[("es", &at("/es/semillas")), ("en", &at("/en/seeds"))]),
        Story::new(
            "tram",
            &[("es", &at("/es/tranvia")), ("en", &at("/en/tram")), ("fr", &at("/fr/tram"))],
        ),
    ];
    let mut web = Web::new("Drupal", "es", stories);
    let homes = [("es", at("/es")), ("en", at("/en")), ("fr", at("/fr"))];
    for (number, story) in web.stories.clone().iter().enumerate() {
        let node = format!("node/{}", 200 + number);
        let settings = format!(
            "<script type=\"application/json\" data-drupal-selector=\"drupal-settings-json\">{{\"path\":{{\"baseUrl\":\"\\/\",\"currentPath\":\"node\\/{}\"}}}}</script>\n",
            200 + number
        );
        for (lang, url) in &story.pages {
            let item = |(other, home): &(&'static str, String)| {
                let (to, path) = match story.url(other) {
                    Some(url) => (url, node.as_str()),
                    None => (home.as_str(), "&lt;front&gt;"),
                };
                let active = if other == lang { " is-active" } else { "" };
                format!(
                    "<li hreflang=\"{other}\" data-drupal-link-system-path=\"{path}\"><a href=\"{to}\" class=\"language-link{active}\" hreflang=\"{other}\" data-drupal-link-system-path=\"{path}\">{}</a></li>\n",
                    own_name(other)
                )
            };
            let items: String = homes.iter().map(item).collect();
            let body = format!(
                "<div class=\"language-switcher-language-url block\"><ul class=\"links\">\n{items}</ul></div>\n"
            ) + &article(story.text(lang), "", "")
                + &settings;
            web.page(url, &shell(lang, story.text(lang).title, "", &body), &[]);
        }
    }
    web.homes(&homes.each_ref().map(|(lang, url)| (*lang, url.as_str())));
    web
}

/// Hugo with `PaperMod`: head and a list in the article tell the truth, the header leads home; one
/// article is declared in the sitemap only.
pub(super) fn hugo() -> Web {
    let at = |path: &str| format!("http://hugo.test{path}");
    let of = |name: &'static str| {
        let path = |lang: &str| {
            at(&format!(
                "{}/posts/{name}/",
                if lang == "en" { String::new() } else { format!("/{lang}") }
            ))
        };
        Story::new(name, &[("en", &path("en")), ("de", &path("de")), ("fa", &path("fa"))])
    };
    let mut web = Web::new("Hugo", "en", vec![of("lighthouse"), of("seeds"), of("tram")]);
    let homes = [("en", at("/")), ("de", at("/de/")), ("fa", at("/fa/"))];
    let mut sitemap = String::new();
    for story in web.stories.clone() {
        let in_page = story.name != "tram";
        for (lang, url) in &story.pages {
            let switch: String = homes
                .iter()
                .filter(|(other, _)| other != lang)
                .map(|(other, home)| {
                    format!(
                        "<li><a href=\"{home}\" title=\"{}\" aria-label=\"{}\">{other}</a></li>\n",
                        own_name(other),
                        own_name(other)
                    )
                })
                .collect();
            let list: String = story
                .others(lang)
                .map(|(other, url)| format!("<li><a href=\"{url}\">{}</a></li>\n", own_name(other)))
                .collect();
            let list = format!(
                "<div class=\"post-meta\">Translations:\n<ul class=\"i18n_list\">\n{list}</ul></div>\n"
            );
            let (head, list) = if in_page { (story.head(), list) } else { Default::default() };
            let body = format!(
                "<header class=\"header\"><ul class=\"lang-switch\">\n{switch}</ul></header>\n"
            ) + &article(story.text(lang), &list, "");
            web.page(url, &shell(lang, story.text(lang).title, &head, &body), &[]);
            let links: String = story
                .pages
                .iter()
                .map(|(other, url)| {
                    format!("<xhtml:link rel=\"alternate\" hreflang=\"{other}\" href=\"{url}\" />")
                })
                .collect();
            sitemap += &format!("<url><loc>{url}</loc>{links}</url>\n");
        }
    }
    web.xml(&at("/sitemap.xml"), &format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n{sitemap}</urlset>\n"));
    web.homes(&homes.each_ref().map(|(lang, url)| (*lang, url.as_str())));
    web
}

/// Joomla: a module of flags that leads home where no association is, and a head in which every
/// attribute stands otherwise than expected.
pub(super) fn joomla() -> Web {
    let at = |path: &str| format!("http://joomla.test{path}");
    let stories = vec![
        Story::new(
            "lighthouse",
            &[
                ("de", &at("/de/leuchtturm")),
                ("en", &at("/en/lighthouse")),
                ("ru", &at("/ru/mayak")),
            ],
        ),
        Story::new("seeds", &[("de", &at("/de/samen")), ("en", &at("/en/seeds"))]),
        Story::new("tram", &[("de", &at("/de/bahn")), ("ru", &at("/ru/tramvay"))]),
    ];
    let mut web = Web::new("Joomla", "de", stories);
    let homes = [("de", at("/de/")), ("en", at("/en/")), ("ru", at("/ru/"))];
    for story in web.stories.clone() {
        // Unquoted, in capitals, with an underscore, and behind an element that ends the head.
        let head: String = story
            .pages
            .iter()
            .map(|(lang, url)| {
                format!("<LINK HREF={url} HREFLANG={lang}_{} REL=Alternate>\n", lang.to_uppercase())
            })
            .collect();
        let head = format!("<div hidden></div>\n{head}");
        for (lang, url) in &story.pages {
            let items: String = homes
                .iter()
                .map(|(other, home)| {
                    let active = if other == lang { "lang-active" } else { "" };
                    let to = story.url(other).unwrap_or(home);
                    format!("<li class=\"{active}\"><a href=\"{to}\"><img title=\"{0}\" src=\"/media/{other}.gif\" alt=\"{0}\"></a></li>\n", own_name(other))
                })
                .collect();
            let body = format!(
                "<div class=\"mod-languages\"><ul class=\"mod-languages__list lang-inline\">\n{items}</ul></div>\n"
            ) + &article(story.text(lang), "", "");
            web.page(url, &shell(lang, story.text(lang).title, &head, &body), &[]);
        }
    }
    web.homes(&homes.each_ref().map(|(lang, url)| (*lang, url.as_str())));
    web
}

/// `MediaWiki`: interlanguage links between articles on one topic, each on a host of its own.
pub(super) fn wiki() -> Web {
    let at = |lang: &str, title: &str| format!("http://{lang}.wiki.test/wiki/{title}");
    let stories = vec![
        Story::new(
            "lighthouse",
            &[
                ("ru", &at("ru", "Маяк")),
                ("en", &at("en", "Lighthouse")),
                ("he", &at("he", "מגדלור")),
            ],
        ),
        Story::new("seeds", &[("ru", &at("ru", "Семена")), ("en", &at("en", "Seed_library"))]),
    ];
    let mut web = Web::new("MediaWiki", "ru", stories);
    web.comparable = true;
    for story in web.stories.clone() {
        for (lang, url) in &story.pages {
            let items: String = story
                .others(lang)
                .map(|(other, url)| format!("<li class=\"interlanguage-link interwiki-{other} mw-list-item\"><a href=\"{url}\" title=\"{}\" lang=\"{other}\" hreflang=\"{other}\" class=\"interlanguage-link-target\"><span>{}</span></a></li>\n", story.name, own_name(other)))
                .collect();
            let body = article(story.text(lang), "", "")
                + &format!("<nav id=\"p-lang\"><ul>\n{items}</ul></nav>\n");
            let head = "<meta name=\"generator\" content=\"MediaWiki 1.43.0\">\n";
            web.page(url, &shell(lang, story.text(lang).title, head, &body), &[]);
        }
    }
    let homes = ["ru", "en", "he"].map(|lang| format!("http://{lang}.wiki.test/"));
    web.homes(&[("ru", &homes[0]), ("en", &homes[1]), ("he", &homes[2])]);
    web
}
