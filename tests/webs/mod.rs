//! Webs: a dozen small sites, each declaring its translations in the manner of one system.
//!
//! A [`Web`] holds its pages and the truth about them: which page is the translation of which,
//! and which are front pages. The same server as for the bundled site serves them all at once.
//! Every word is ours; the markup follows what each system prints. [`measure`] compares an archive
//! with the truth.
#![allow(dead_code, reason = "each test and example uses its own part of the webs")]
#![allow(unreachable_pub, reason = "a module that is included by path has no crate of its own")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_collect,
    clippy::format_push_string,
    reason = "test code: a broken fixture must fail loudly, and templates read like their page"
)]

pub mod measure;
mod news;
mod plugins;
#[path = "../site/mod.rs"]
pub mod site;
mod systems;
pub mod texts;

use site::answer::{Answer, Coding};
use site::web::{Resource, Role};
use site::{Options, Site};
use texts::{Text, text};

/// One article in its languages.
#[derive(Clone, Debug)]
pub struct Story {
    /// Its name in [`texts`].
    pub name: &'static str,
    /// Language and URL of its pages. A language may stand twice: editions for two regions.
    pub pages: Vec<(&'static str, String)>,
}

/// One site and the truth about it.
#[derive(Debug)]
pub struct Web {
    /// In whose manner it declares.
    pub name: &'static str,
    /// Whether it declares its translations, all of them and nothing else.
    pub honest: bool,
    /// Whether nothing on it tells its translations: nothing need be found, and nothing wrong may be.
    pub silent: bool,
    /// Whether its languages are articles of their own on one topic.
    pub comparable: bool,
    /// The language whose articles a crawl starts from.
    pub seeds: &'static str,
    /// What is really a translation of what.
    pub stories: Vec<Story>,
    /// Pages that are no translation of anything.
    pub homes: Vec<String>,
    /// Other addresses of pages of stories; a crawl starts from them where there are any.
    pub aliases: Vec<(String, String)>,
    resources: Vec<Resource>,
}

/// All webs.
pub fn all() -> Vec<Web> {
    vec![
        plugins::wpml(),
        plugins::polylang(),
        plugins::qtranslate(),
        systems::drupal(),
        systems::hugo(),
        systems::joomla(),
        systems::wiki(),
        news::regions(),
        news::patterns(),
        news::numbers(),
        news::sentences(),
        news::negotiated(),
        news::voices(),
        news::fields(),
        news::defaults(),
    ]
}

/// Serves webs on one port, told apart by their hosts.
pub fn serve(webs: &[Web]) -> Site {
    let resources = webs.iter().flat_map(|web| web.resources.clone()).collect();
    Site::open(Options { instead: Some(resources), ..Options::default() }).unwrap()
}

/// The URLs a crawl starts from: the articles of each web in one language.
pub fn seeds(webs: &[Web]) -> Vec<String> {
    let of = |web: &Web| -> Vec<String> {
        if !web.aliases.is_empty() {
            return web.aliases.iter().map(|(from, _)| from.clone()).collect();
        }
        let pages = web.stories.iter().flat_map(|story| story.pages.clone());
        pages.filter(|(lang, _)| *lang == web.seeds).map(|(_, url)| url).collect()
    };
    webs.iter().flat_map(of).collect()
}

/// What stands on a page beside its text.
#[derive(Default)]
struct Parts {
    head: String,
    /// Before and behind the article.
    before: String,
    after: String,
    /// Above and below the text, within the article.
    above: String,
    below: String,
    /// More lines of the response head.
    fields: Vec<String>,
}

/// A language and its front page.
type Home = (&'static str, &'static str);

impl Web {
    fn new(name: &'static str, seeds: &'static str, stories: Vec<Story>) -> Self {
        let (homes, aliases, resources) = (Vec::new(), Vec::new(), Vec::new());
        let (honest, silent, comparable) = (true, false, false);
        Self { name, honest, silent, comparable, seeds, stories, homes, aliases, resources }
    }

    /// Adds a page, with more lines of the response head.
    fn page(&mut self, url: &str, html: &str, fields: &[&str]) {
        let answer = Answer::page("200 OK", html, fields);
        self.resources.push(Resource::new(url, Role::Page, answer));
    }

    /// Adds an XML file.
    fn xml(&mut self, url: &str, xml: &str) {
        let answer = Answer::ok("application/xml", xml.as_bytes(), Coding::Plain, &[]);
        self.resources.push(Resource::new(url, Role::OnRequest, answer));
    }

    /// Writes every page of every story.
    fn write(&mut self, parts: impl Fn(&Story, &'static str) -> Parts) {
        for story in self.stories.clone() {
            for (lang, url) in &story.pages {
                let Parts { head, before, above, below, after, fields } = parts(&story, lang);
                let text = text(story.name, lang);
                let body = before + &article(text, &above, &below) + &after;
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                self.page(url, &shell(lang, text.title, &head, &body), &fields);
            }
        }
    }

    /// Adds a front page in each language: they list the articles and declare one another, as
    /// front pages do everywhere.
    fn homes(&mut self, homes: &[Home]) {
        let head: String = homes.iter().map(|(lang, url)| hreflang(lang, url)).collect();
        for (lang, url) in homes {
            let pages = self.stories.iter().flat_map(|story| {
                let here = story.pages.iter().filter(|(of, _)| of == lang);
                here.map(|(_, url)| (story.name, url.clone()))
            });
            let item = |(story, url): (&str, String)| {
                format!("<li><a href=\"{url}\">{}</a></li>\n", text(story, lang).title)
            };
            let list: String = pages.map(item).collect();
            let html = shell(lang, "…", &head, &format!("<ul class=\"latest\">\n{list}</ul>\n"));
            self.page(url, &html, &[]);
            self.homes.push((*url).to_owned());
        }
    }
}

impl Story {
    /// A story with its pages below one host.
    fn new(name: &'static str, host: &str, pages: &[(&'static str, &str)]) -> Self {
        let pages = pages.iter().map(|(lang, path)| (*lang, format!("{host}{path}"))).collect();
        Self { name, pages }
    }

    /// Its pages in other languages.
    fn others<'a>(&'a self, lang: &'a str) -> impl Iterator<Item = (&'static str, &'a str)> {
        let others = self.pages.iter().filter(move |(other, _)| *other != lang);
        others.map(|(lang, url)| (*lang, url.as_str()))
    }

    /// Its URL in a language.
    fn url(&self, lang: &str) -> Option<&str> {
        self.pages.iter().find(|(of, _)| *of == lang).map(|(_, url)| url.as_str())
    }

    /// An item for each language of a site: its front page where there is no translation.
    fn switch<'a>(
        &'a self,
        homes: &'a [Home],
        item: impl Fn(&'static str, &str, bool) -> String,
    ) -> String {
        let one = |(lang, home): &Home| {
            item(lang, self.url(lang).unwrap_or(home), self.url(lang).is_some())
        };
        homes.iter().map(one).collect()
    }

    /// An item for each page in another language.
    fn list(&self, lang: &str, item: impl Fn(&'static str, &str) -> String) -> Vec<String> {
        self.others(lang).map(|(other, url)| item(other, url)).collect()
    }

    /// A head link for each of its pages.
    fn head(&self) -> String {
        self.pages.iter().map(|(lang, url)| hreflang(lang, url)).collect()
    }
}

fn hreflang(lang: &str, url: &str) -> String {
    format!("<link rel=\"alternate\" hreflang=\"{lang}\" href=\"{url}\" />\n")
}

/// The name of a language in itself.
fn own_name(lang: &str) -> &'static str {
    match lang {
        "ar" => "العربية",
        "de" => "Deutsch",
        "en" => "English",
        "es" => "Español",
        "fa" => "فارسی",
        "fr" => "Français",
        "he" => "עברית",
        "ja" => "日本語",
        "ru" => "Русский",
        "tr" => "Türkçe",
        "zh" => "中文",
        other => panic!("{other} has no name here"),
    }
}

/// A page round its article and everything else in its body.
fn shell(lang: &str, title: &str, head: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"UTF-8\">\n\
         <title>{title}</title>\n{head}</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// An article: headline, what stands above the text, the text, what stands below.
fn article(text: Text, above: &str, below: &str) -> String {
    format!(
        "<main><article><h1>{}</h1>\n<div class=\"entry-content\">\n{above}{}{below}</div></article></main>\n",
        text.title,
        text.paragraphs()
    )
}
