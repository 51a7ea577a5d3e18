//! The corpus: pages written for the tests, in the manner of the systems that make real ones.
//!
//! `stories/` holds the texts, a file a language; `templates/` the pages of systems and themes;
//! `pages.txt` says which story stands in which, `labels.txt` which stand in another once more. What a page shows of its story is its truth: a
//! template without a place for the role makes no page whose role could be known. All of it is
//! written for this purpose, and the truth is what a careful reader would say, not what is found.

use std::collections::BTreeMap;
use std::path::Path;

use url::Url;
use warraq::head::{Field, Head};

pub(crate) mod fill;
pub(crate) mod story;

use fill::Page;
use story::{Kind, Site, Story};

/// A page with its truth.
#[derive(Debug)]
pub(crate) struct Made {
    /// `template/language/story`.
    pub(crate) id: String,
    pub(crate) url: Url,
    pub(crate) head: Head,
    pub(crate) bytes: Vec<u8>,
    pub(crate) truth: Truth,
}

/// What a careful reader would say of a page.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    /// Its language as the text is written, with the script where that is not the usual one.
    pub(crate) lang: String,
    /// Whether it is an article.
    pub(crate) article: bool,
    pub(crate) title: String,
    pub(crate) authors: Vec<String>,
    pub(crate) role: Option<String>,
    pub(crate) translators: Vec<String>,
    pub(crate) agency: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) body: Vec<String>,
    /// Texts on the page that are not body.
    pub(crate) noise: Vec<String>,
}

/// All pages.
pub(crate) fn pages() -> Vec<Made> {
    listed("pages.txt")
}

/// The pages of a list.
pub(crate) fn listed(list: &str) -> Vec<Made> {
    let sites = story::sites();
    let list = read(list);
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.enumerate().map(|(number, line)| made(&sites, line, 4_000 + number)).collect()
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn made(sites: &BTreeMap<String, Site>, line: &str, number: usize) -> Made {
    let mut cells = line.split(" | ");
    let (template, place) = (cells.next().unwrap(), cells.next().unwrap());
    let charset = cells.next().unwrap_or("utf-8");
    let (lang, key) = place.split_once('/').unwrap();
    let site = &sites[lang];
    let story = site.stories.iter().find(|story| story.key == key).expect(line);
    let text = read(&format!("templates/{template}.html"));
    let (address, text) = match text.strip_prefix("url: ").and_then(|rest| rest.split_once('\n')) {
        Some((address, text)) => (address.to_owned(), text.to_owned()),
        None => (format!("/{lang}/{key}"), text),
    };
    let (shown, noise) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let mut page = Page { site, story, number, charset, url: String::new(), shown, noise };
    page.url = format!("https://news.example{}", page.fill(&address));
    let html = page.fill(&text);
    let said = text.contains("charset=") && !text.contains("charset=\"utf-8\"");
    let url = Url::parse(&page.url).unwrap();
    let truth = truth(&page, story, !template.starts_with("no-"), lang);
    let id = format!("{template}/{place}");
    Made { id, url, head: head(charset, said), bytes: encoded(&html, charset), truth }
}

/// The head of the response: it names the charset where the page does not.
fn head(charset: &str, said: bool) -> Head {
    let value = if said { "text/html".to_owned() } else { format!("text/html; charset={charset}") };
    let field = Field { name: b"Content-Type".to_vec(), value: value.into_bytes() };
    Head { start: b"HTTP/1.1 200 OK".to_vec(), fields: vec![field] }
}

fn encoded(html: &str, charset: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).expect(charset);
    encoding.encode(html).0.into_owned()
}

/// What the page shows of its story.
fn truth(page: &Page<'_>, story: &Story, article: bool, lang: &str) -> Truth {
    let has = |what: &str| page.shown.contains(what);
    let lang = if lang == "sr-Cyrl" { "sr" } else { lang };
    let mut body: Vec<String> = Vec::new();
    if article {
        let caption = story.caption.iter().filter(|_| has("caption")).cloned();
        let told = |block: &&story::Block| block.kind != Kind::Slide || has("slides");
        body.extend(caption.chain(story.blocks.iter().filter(told).map(|b| b.text.clone())));
    }
    // A short word may stand in any text.
    let foreign = |text: &&String| {
        text.chars().count() >= 8 && !body.iter().any(|block| block.contains(text.as_str()))
    };
    let noise = page.noise.iter().filter(foreign).cloned().collect();
    let some = |what: &str, value: Option<String>| value.filter(|_| article && has(what));
    let all = |what: &str, list: &[String]| {
        if article && has(what) { list.to_vec() } else { Vec::new() }
    };
    Truth {
        lang: lang.to_owned(),
        article,
        title: if article { story.title.clone() } else { String::new() },
        authors: all("authors", &story.authors()),
        role: some("role", story.role.clone()),
        translators: all("translators", &story.trans),
        agency: some("agency", story.agency.clone()),
        date: some("date", Some(story.date.0.clone())),
        body,
        noise,
    }
}
