//! Webs in the manner of whole systems: Drupal, Hugo, Joomla, `MediaWiki`.

use super::{Home, Parts, Story, Web, own_name};

/// Drupal: the language block with the system path of the node, and a fallback to the front page;
/// no head links.
pub(super) fn drupal() -> Web {
    const HOMES: &[Home] = &[
        ("es", "http://drupal.test/es"),
        ("en", "http://drupal.test/en"),
        ("fr", "http://drupal.test/fr"),
    ];
    let host = "http://drupal.test";
    let stories = vec![
        Story::new(
            "lighthouse",
            host,
            &[("es", "/es/el-faro"), ("en", "/en/lighthouse"), ("fr", "/fr/phare")],
        ),
        Story::new("seeds", host, &[("es", "/es/semillas"), ("en", "/en/seeds")]),
        Story::new("tram", host, &[("es", "/es/tranvia"), ("en", "/en/tram"), ("fr", "/fr/tram")]),
    ];
    let mut web = Web::new("Drupal", "es", stories);
    web.write(|story, lang| drupal_page(story, lang, HOMES));
    web.homes(HOMES);
    web
}

fn drupal_page(story: &Story, lang: &str, homes: &[Home]) -> Parts {
    let node = 200 + story.name.len();
    let items = story.switch(homes, |other, url, is_told| {
        let path = if is_told { format!("node/{node}") } else { "&lt;front&gt;".to_owned() };
        let active = if other == lang { " is-active" } else { "" };
        format!(
            "<li hreflang=\"{other}\" data-drupal-link-system-path=\"{path}\"><a href=\"{url}\" class=\"language-link{active}\" hreflang=\"{other}\" data-drupal-link-system-path=\"{path}\">{}</a></li>\n",
            own_name(other)
        )
    });
    Parts {
        before: format!(
            "<div class=\"language-switcher-language-url block\"><ul class=\"links\">\n{items}</ul></div>\n"
        ),
        after: format!(
            "<script type=\"application/json\" data-drupal-selector=\"drupal-settings-json\">{{\"path\":{{\"baseUrl\":\"\\/\",\"currentPath\":\"node\\/{node}\"}}}}</script>\n"
        ),
        ..Parts::default()
    }
}

/// Hugo with `PaperMod`: head and a list in the article tell the truth, the header leads home; one
/// article is declared in the sitemap only.
pub(super) fn hugo() -> Web {
    const HOMES: &[Home] = &[
        ("en", "http://hugo.test/"),
        ("de", "http://hugo.test/de/"),
        ("fa", "http://hugo.test/fa/"),
    ];
    let stories = ["lighthouse", "seeds", "tram"].map(|name| {
        let page = |(lang, home): &Home| (*lang, format!("{home}posts/{name}/"));
        Story { name, pages: HOMES.iter().map(page).collect() }
    });
    let mut web = Web::new("Hugo", "en", stories.into());
    web.write(|story, lang| hugo_page(story, lang, HOMES));
    let entry = |story: &Story| -> String {
        let links: String = story
            .pages
            .iter()
            .map(|(lang, url)| {
                format!("<xhtml:link rel=\"alternate\" hreflang=\"{lang}\" href=\"{url}\" />")
            })
            .collect();
        story.pages.iter().map(|(_, url)| format!("<url><loc>{url}</loc>{links}</url>\n")).collect()
    };
    let entries: String = web.stories.iter().map(entry).collect();
    web.xml(
        "http://hugo.test/sitemap.xml",
        &format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n{entries}</urlset>\n"
        ),
    );
    web.homes(HOMES);
    web
}

fn hugo_page(story: &Story, lang: &str, homes: &[Home]) -> Parts {
    let switch: String = homes
        .iter()
        .filter(|(other, _)| *other != lang)
        .map(|(other, home)| {
            format!(
                "<li><a href=\"{home}\" title=\"{0}\" aria-label=\"{0}\">{other}</a></li>\n",
                own_name(other)
            )
        })
        .collect();
    let before =
        format!("<header class=\"header\"><ul class=\"lang-switch\">\n{switch}</ul></header>\n");
    if story.name == "tram" {
        return Parts { before, ..Parts::default() };
    }
    let list = story
        .list(lang, |other, url| format!("<li><a href=\"{url}\">{}</a></li>\n", own_name(other)));
    let above = format!(
        "<div class=\"post-meta\">Translations:\n<ul class=\"i18n_list\">\n{}</ul></div>\n",
        list.concat()
    );
    Parts { head: story.head(), before, above, ..Parts::default() }
}

/// Joomla: a module of flags that leads home where no association is, and a head in which every
/// attribute stands otherwise than expected.
pub(super) fn joomla() -> Web {
    const HOMES: &[Home] = &[
        ("de", "http://joomla.test/de/"),
        ("en", "http://joomla.test/en/"),
        ("ru", "http://joomla.test/ru/"),
    ];
    let host = "http://joomla.test";
    let stories = vec![
        Story::new(
            "lighthouse",
            host,
            &[("de", "/de/leuchtturm"), ("en", "/en/lighthouse"), ("ru", "/ru/mayak")],
        ),
        Story::new("seeds", host, &[("de", "/de/samen"), ("en", "/en/seeds")]),
        Story::new("tram", host, &[("de", "/de/bahn"), ("ru", "/ru/tramvay")]),
    ];
    let mut web = Web::new("Joomla", "de", stories);
    web.write(|story, lang| {
        // Unquoted, in capitals, with an underscore, and behind an element that ends the head.
        let link = |(lang, url): &(&str, String)| {
            format!("<LINK HREF={url} HREFLANG={lang}_{} REL=Alternate>\n", lang.to_uppercase())
        };
        let links: String = story.pages.iter().map(link).collect();
        let items = story.switch(HOMES, |other, url, _| {
            let active = if other == lang { "lang-active" } else { "" };
            format!(
                "<li class=\"{active}\"><a href=\"{url}\"><img title=\"{0}\" src=\"/media/{other}.gif\" alt=\"{0}\"></a></li>\n",
                own_name(other)
            )
        });
        Parts {
            head: format!("<div hidden></div>\n{links}"),
            before: format!(
                "<div class=\"mod-languages\"><ul class=\"mod-languages__list lang-inline\">\n{items}</ul></div>\n"
            ),
            ..Parts::default()
        }
    });
    web.homes(HOMES);
    web
}

/// `MediaWiki`: interlanguage links between articles on one topic, each on a host of its own.
pub(super) fn wiki() -> Web {
    const HOMES: &[Home] = &[
        ("ru", "http://ru.wiki.test/"),
        ("en", "http://en.wiki.test/"),
        ("he", "http://he.wiki.test/"),
    ];
    let stories = vec![
        Story::new(
            "lighthouse",
            "http://",
            &[
                ("ru", "ru.wiki.test/wiki/Маяк"),
                ("en", "en.wiki.test/wiki/Lighthouse"),
                ("he", "he.wiki.test/wiki/מגדלור"),
            ],
        ),
        Story::new(
            "seeds",
            "http://",
            &[("ru", "ru.wiki.test/wiki/Семена"), ("en", "en.wiki.test/wiki/Seed_library")],
        ),
    ];
    let mut web = Web::new("MediaWiki", "ru", stories);
    web.comparable = true;
    web.write(|story, lang| {
        let items = story.list(lang, |other, url| {
            format!(
                "<li class=\"interlanguage-link interwiki-{other} mw-list-item\"><a href=\"{url}\" title=\"{}\" lang=\"{other}\" hreflang=\"{other}\" class=\"interlanguage-link-target\"><span>{}</span></a></li>\n",
                story.name,
                own_name(other)
            )
        });
        Parts {
            head: "<meta name=\"generator\" content=\"MediaWiki 1.43.0\">\n".to_owned(),
            after: format!("<nav id=\"p-lang\"><ul>\n{}</ul></nav>\n", items.concat()),
            ..Parts::default()
        }
    });
    web.homes(HOMES);
    web
}
