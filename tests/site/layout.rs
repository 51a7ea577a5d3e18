//! Layout: from the words of an article to its HTML, with the markup the real systems write.
//!
//! Plain string building. Links are written as the systems write them (WordPress: lower-case
//! escapes); which URLs they lead to is decided by the table of articles alone.

use super::answer::Charset;
use super::articles::{Article, Byline, Declared, Words};
use super::phrases::{self, PHRASES, Phrases};
use super::{canonical, host_of, lower_escapes};

/// The sentence WPML puts above its links; by default it stays English on every page.
pub const NOTICE: &str = "This post is also available in:";

/// The main host.
pub const MAIN: &str = "http://warraq.test";

/// The language of a home page without the class `no-translation`, on the Polylang pages.
const HOME_WITHOUT_CLASS: &str = "en";

/// One article as HTML.
pub fn article(article: &Article) -> String {
    let words = article.words();
    let phrases = phrases::of(article.lang);
    let head = head_links(article) + &metadata(article, &words);
    let mut main =
        format!("<article class=\"post\">\n<h1 class=\"entry-title\">{}</h1>\n", words.title);
    main += &format!(
        "<p class=\"entry-meta\"><time class=\"entry-date published\" \
         datetime=\"{0}T09:30:00+03:00\">{0}</time>{1}</p>\n",
        words.date,
        author_link(article, &words),
    );
    main +=
        &format!("<div class=\"entry-content\">\n{}</div>\n", content(article, &words, phrases));
    main += &related(article, phrases);
    main += "</article>\n";
    let switcher = if article.declared == Declared::Polylang {
        polylang(article)
    } else {
        home_switcher(article.lang)
    };
    let frame = Frame { lang: article.lang, title: words.title, url: article.url };
    frame.page(article.charset, &head, &switcher, &main)
}

/// What every page of the site has round its content.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The language of the page.
    pub lang: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its URL, readable.
    pub url: &'a str,
}

impl Frame<'_> {
    /// The whole page.
    pub fn page(&self, charset: Charset, head: &str, switcher: &str, main: &str) -> String {
        let phrases = phrases::of(self.lang);
        let Self { lang, title, url } = *self;
        let meta = charset.meta().map(|name| format!("<meta charset=\"{name}\">\n"));
        let canonical = href(url);
        let home = own_home(lang, url);
        let editions: String = PHRASES
            .iter()
            .map(|each| format!("<li><a href=\"{MAIN}{0}\">warraq.test{0}</a></li>\n", each.home))
            .collect();
        format!(
            "<!doctype html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head>\n{meta}\
             <title>{title} - Warraq</title>\n<link rel=\"canonical\" href=\"{canonical}\">\n{head}\
             </head>\n<body>\n<header class=\"site-header\">\n<p class=\"site-title\">Warraq</p>\n\
             <p class=\"site-description\">{motto}</p>\n\
             <nav class=\"main-menu\"><a href=\"{home}\">{front}</a></nav>\n{switcher}</header>\n\
             <main>\n{main}</main>\n<footer class=\"site-footer\">\n<h2>{editions_title}</h2>\n\
             <ul>\n{editions}</ul>\n<p>© Warraq</p>\n</footer>\n</body>\n</html>\n",
            dir = phrases::direction(lang),
            meta = meta.unwrap_or_default(),
            motto = phrases.motto,
            front = phrases.front,
            editions_title = phrases.editions,
        )
    }
}

/// A menu of all languages that leads to their home pages, whatever the article has.
pub fn home_switcher(current: &str) -> String {
    let others = PHRASES.iter().filter(|each| each.lang != current);
    let items: String = others
        .map(|each| {
            format!(
                "<li><a hreflang=\"{0}\" lang=\"{0}\" href=\"{MAIN}{1}\">{2}</a></li>\n",
                each.lang, each.home, each.autonym
            )
        })
        .collect();
    format!("<ul class=\"lang-switch\">\n{items}</ul>\n")
}

/// The home page a page's own menu leads to.
pub fn own_home(lang: &str, url: &str) -> String {
    let host = host_of(url);
    if host == "warraq.test" {
        phrases::of(lang).home.to_owned()
    } else {
        format!("http://{host}/")
    }
}

/// HTTP `Link` fields: WordPress's own, then all translations in one line.
pub fn link_fields(article: &Article) -> Vec<String> {
    let mut fields = vec![format!("Link: <{MAIN}/wp-json/>; rel=\"https://api.w.org/\"")];
    if article.declared == Declared::HttpLink {
        let one = |(lang, url): (&str, &str)| {
            format!("<{}>; rel=\"alternate\"; hreflang=\"{lang}\"", href(url))
        };
        let all: Vec<String> = article.alternates().into_iter().map(one).collect();
        fields.push(format!("Link: {}", all.join(", ")));
    }
    fields
}

/// A URL as WordPress writes it into a page.
pub fn href(url: &str) -> String {
    lower_escapes(&canonical(url).unwrap())
}

fn head_links(article: &Article) -> String {
    // A feed with an hreflang of its own: no translation of anything.
    let mut links = format!(
        "<link rel=\"alternate\" type=\"application/rss+xml\" hreflang=\"ar\" \
         href=\"{MAIN}/ar/feed/\">\n"
    );
    if article.declared == Declared::Head {
        let own = (article.lang, article.url);
        for (lang, url) in std::iter::once(own).chain(article.alternates()) {
            links +=
                &format!("<link rel=\"alternate\" hreflang=\"{lang}\" href=\"{}\">\n", href(url));
        }
        links += &format!("<link rel=\"alternate\" hreflang=\"x-default\" href=\"{MAIN}/\">\n");
    }
    links
}

fn metadata(article: &Article, words: &Words) -> String {
    let mut meta = format!(
        "<meta property=\"og:title\" content=\"{}\">\n\
         <meta property=\"article:published_time\" content=\"{}T09:30:00+03:00\">\n",
        words.title, words.date
    );
    match article.byline {
        Byline::Meta => {
            meta += &format!("<meta name=\"author\" content=\"{}\">\n", words.author);
        }
        Byline::JsonLd => {
            let json = serde_json::json!({
                "@context": "https://schema.org",
                "@type": "NewsArticle",
                "headline": words.title,
                "inLanguage": article.lang,
                "datePublished": format!("{}T09:30:00+03:00", words.date),
                "author": {
                    "@type": "Person", "name": words.author, "jobTitle": words.role,
                },
                "publisher": { "@type": "Organization", "name": "Warraq" },
            });
            meta += &format!("<script type=\"application/ld+json\">{json}</script>\n");
        }
        Byline::TrailingBold | Byline::RelAuthor | Byline::Leading => {}
    }
    meta
}

fn author_link(article: &Article, words: &Words) -> String {
    if article.byline != Byline::RelAuthor {
        return String::new();
    }
    format!(
        " <a rel=\"author\" href=\"{}\">{}</a> <span class=\"author-role\">{}</span>",
        own_home(article.lang, article.url),
        words.author,
        words.role
    )
}

fn content(article: &Article, words: &Words, phrases: &Phrases) -> String {
    let notice = notice(article);
    let above = article.lang == "ar";
    let mut html = if above { notice.clone() } else { String::new() };
    if article.byline == Byline::Leading {
        let comma = if article.lang == "ar" { "،" } else { "," };
        html += &format!(
            "<p class=\"byline\">{}{}{comma} {}</p>\n",
            phrases.by, words.author, words.role
        );
    }
    if let Some(name) = words.translator {
        html += &format!("<p class=\"translator\">{}{name}</p>\n", phrases.translated_by);
    }
    for paragraph in &words.paragraphs {
        html += &format!("<p>{paragraph}</p>\n");
    }
    if article.byline == Byline::TrailingBold {
        html += &format!(
            "<p><strong>{}{}</strong><br>\n{}</p>\n",
            phrases.by, words.author, words.role
        );
    }
    if !above {
        html += &notice;
    }
    html
}

fn notice(article: &Article) -> String {
    let alternates = article.alternates();
    match article.declared {
        Declared::WpmlBlock => {
            let last = alternates.len().saturating_sub(1);
            let items: Vec<String> = alternates
                .iter()
                .enumerate()
                .map(|(index, (lang, url))| wpml_item(lang, url, index == 0, index == last))
                .collect();
            let rtl = if article.lang == "ar" { " wpml-ls-rtl" } else { "" };
            format!(
                "<p class=\"wpml-ls-statics-post_translations wpml-ls{rtl}\">{NOTICE} {}</p>\n",
                items.concat()
            )
        }
        Declared::WpmlOld => {
            let link = |(lang, url): &(&str, &str)| {
                format!("<a href=\"{}\">{}</a>", href(url), phrases::of(lang).autonym)
            };
            let links: Vec<String> = alternates.iter().map(link).collect();
            format!("<p class=\"icl_post_in_other_langs\">{NOTICE} {}</p>\n", links.join(", "))
        }
        _ => String::new(),
    }
}

fn wpml_item(lang: &str, url: &str, first: bool, last: bool) -> String {
    let first = if first { " wpml-ls-first-item" } else { "" };
    let last = if last { " wpml-ls-last-item" } else { "" };
    format!(
        "<span class=\"wpml-ls-slot-post_translations wpml-ls-item wpml-ls-item-{lang}{first}{last} \
         wpml-ls-item-legacy-post-translations\"><a href=\"{}\" class=\"wpml-ls-link\">\
         <span class=\"wpml-ls-native\" lang=\"{lang}\">{}</span></a></span>",
        href(url),
        phrases::of(lang).autonym
    )
}

/// A Polylang widget: the true translation, homes marked `no-translation`, and one home that is
/// not marked, as themes with a switcher of their own print it.
fn polylang(article: &Article) -> String {
    let alternates = article.alternates();
    let item = |(number, each): (usize, &Phrases)| {
        let Phrases { lang, autonym, home, .. } = *each;
        let translation = alternates.iter().find(|(to, _)| *to == lang);
        let (class, target) = match translation {
            _ if lang == article.lang => (" current-lang", href(article.url)),
            Some((_, url)) => ("", href(url)),
            None if lang == HOME_WITHOUT_CLASS => ("", format!("{MAIN}{home}")),
            None => (" no-translation", format!("{MAIN}{home}")),
        };
        format!(
            "<li class=\"lang-item lang-item-{number} lang-item-{lang}{class}\">\
             <a lang=\"{lang}\" hreflang=\"{lang}\" href=\"{target}\">{autonym}</a></li>\n"
        )
    };
    let items: String = PHRASES.iter().enumerate().map(item).collect();
    format!("<ul class=\"polylang-switcher\">\n{items}</ul>\n")
}

fn related(article: &Article, phrases: &Phrases) -> String {
    let links: String =
        article.related().into_iter().map(|to| list_item(to, &href(to.url))).collect();
    if links.is_empty() {
        return String::new();
    }
    format!(
        "<aside class=\"related\">\n<h2>{}</h2>\n<ul>\n{links}</ul>\n</aside>\n",
        phrases.related
    )
}

/// A headline that leads to its article; `url` is written as it is.
pub fn list_item(article: &Article, url: &str) -> String {
    format!("<li><a href=\"{url}\">{}</a></li>\n", article.words().title)
}

/// A card of a listing that carries the listed article's own notice. The notice speaks of that
/// article, never of the page it stands on.
pub fn card(article: &Article) -> String {
    format!(
        "<article class=\"card\">\n<h2><a href=\"{}\">{}</a></h2>\n{}</article>\n",
        href(article.url),
        article.words().title,
        notice(article)
    )
}
