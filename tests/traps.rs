//! The traps: pages on which a naive reader of alternates goes wrong, each written for this test.
//!
//! A page of `tests/pages/traps/` is named by the number of its trap and opens with a comment that
//! says what must come of it:
//!
//! - `url`: where it stands; `head`: a field of its response;
//! - `kept LANG SIGNAL URL` and `left LANG SIGNAL REASON URL`: its alternates, and what is left out;
//! - `detected`, `canonical`, `machine`, `body`, `never`: what else is read from it;
//! - `moved FROM TO`: a redirect beside it; `group URL URL …` or `groups none`: what all pages of
//!   the trap together come to. Traps 14 to 17, 19, 22 and 23 are decided by groups.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use url::Url;
use warraq::crawl::reading::row;
use warraq::groups::Builder;
use warraq::head::Head;
use warraq::page::{self, Page, Source};

#[path = "webs/texts.rs"]
#[allow(unreachable_pub, reason = "a module that is included by path has no crate of its own")]
mod texts;

const SITE: &str = "https://news.example";

/// One page with what must come of it.
struct Trap {
    name: String,
    says: Vec<(String, String)>,
    html: String,
}

impl Trap {
    fn all(&self, word: &str) -> Vec<&str> {
        self.says.iter().filter(|(said, _)| said == word).map(|(_, rest)| rest.as_str()).collect()
    }

    fn one(&self, word: &str) -> Option<&str> {
        self.all(word).first().copied()
    }

    fn url(&self) -> Url {
        Url::parse(&absolute(self.one("url").unwrap())).unwrap()
    }

    fn read(&self) -> (Page, Vec<page::alternates::Dropped>) {
        let mut lines = vec!["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8"];
        lines.extend(self.all("head"));
        let head = Head::parse((lines.join("\r\n") + "\r\n\r\n").as_bytes());
        let (url, entity) = (self.url(), self.html.as_bytes());
        let audited = page::audit(Source { url: &url, head: &head, entity });
        let read = page::read(Source { url: &url, head: &head, entity });
        assert_eq!(
            read.alternates, audited.0.alternates,
            "{}: an audit changes nothing",
            self.name
        );
        audited
    }
}

fn absolute(url: &str) -> String {
    if url.starts_with('/') { format!("{SITE}{url}") } else { url.to_owned() }
}

fn relative(url: &str) -> String {
    url.strip_prefix(SITE).unwrap_or(url).to_owned()
}

/// Fills in `{story.lang}`, `{story.lang.title}` and `{story.lang.start}`.
fn filled(template: &str) -> String {
    let place = regex::Regex::new(r"\{(\w+)\.(\w+)(\.\w+)?\}").unwrap();
    let fill = |found: &regex::Captures<'_>| {
        let text = texts::text(&found[1], &found[2]);
        match found.get(3).map(|part| part.as_str()) {
            Some(".title") => text.title.to_owned(),
            Some(".start") => text.body.lines().next().unwrap().to_owned(),
            _ => text.paragraphs(),
        }
    };
    place.replace_all(template, fill).into_owned()
}

fn traps() -> BTreeMap<u32, Vec<Trap>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/traps");
    let mut traps: BTreeMap<u32, Vec<Trap>> = BTreeMap::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = filled(&std::fs::read_to_string(&path).unwrap());
        let says = text.strip_prefix("<!--\n").unwrap().split("\n-->").next().unwrap();
        let says = says.lines().map(|line| line.split_once(' ').unwrap());
        let says = says.map(|(word, rest)| (word.to_owned(), rest.to_owned())).collect();
        let html = text.split_once("\n-->\n").unwrap().1.to_owned();
        traps.entry(name[..2].parse().unwrap()).or_default().push(Trap { name, says, html });
    }
    for pages in traps.values_mut() {
        pages.sort_by(|a, b| a.name.cmp(&b.name));
    }
    traps
}

fn sorted(lines: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().collect();
    lines.sort();
    lines
}

#[test]
fn there_is_a_page_for_each_of_the_28() {
    assert!(traps().into_keys().eq(1..=28));
}

#[test]
fn every_page_declares_what_it_says_and_no_more() {
    let mut wrong = Vec::new();
    for trap in traps().values().flatten() {
        let (page, dropped) = trap.read();
        let kept = page.alternates.iter().map(|one| {
            format!("{} {} {}", one.lang_raw.trim(), one.signal.name(), relative(&one.url))
        });
        // What a name says is written as the tag it means; URL patterns support, they declare not.
        let kept = kept.zip(&page.alternates).map(|(line, one)| match &one.lang {
            Some(lang) if lang.as_str() != one.lang_raw => {
                line.replacen(&one.lang_raw, lang.as_str(), 1)
            }
            _ => line,
        });
        let kept = kept.filter(|line| !line.contains(" url-pattern "));
        let want = trap.all("kept").into_iter().map(str::to_owned);
        let (kept, want) = (sorted(kept), sorted(want));
        if kept != want {
            wrong.push(format!("{}: kept {kept:#?}, not {want:#?}", trap.name));
        }
        let left = dropped.iter().map(|one| {
            let why = serde_json::to_value(one.why).unwrap();
            let (signal, why) = (one.signal.name(), why.as_str().unwrap());
            format!("{} {signal} {why} {}", one.lang_raw, one.url_raw)
        });
        let want = trap.all("left").into_iter().map(str::to_owned);
        let (left, want) = (sorted(left), sorted(want));
        if left != want {
            wrong.push(format!("{}: left out {left:#?}, not {want:#?}", trap.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rest_of_the_page_is_read_as_if_there_were_no_trap() {
    for trap in traps().values().flatten() {
        let (page, _) = trap.read();
        let article = page.article.as_ref().unwrap_or_else(|| panic!("{}: no article", trap.name));
        let detected = page.detected.as_ref().unwrap().as_str();
        if let Some(lang) = trap.one("detected") {
            assert_eq!(detected.split('-').next().unwrap(), lang, "{}", trap.name);
        }
        if let Some(canonical) = trap.one("canonical") {
            assert_eq!(relative(page.canonical.as_ref().unwrap()), canonical, "{}", trap.name);
        }
        assert_eq!(page.mt_suspect.as_deref(), trap.one("machine"), "{}", trap.name);
        if let Some(start) = trap.one("body") {
            assert!(article.text().starts_with(start), "{}: {}", trap.name, article.text());
        }
        for never in trap.all("never") {
            assert!(!article.text().contains(never), "{}: {never:?} in the body", trap.name);
        }
    }
}

#[test]
fn the_pages_of_a_trap_come_to_the_right_groups() {
    for (number, pages) in traps() {
        let says =
            |word: &str| -> Vec<&str> { pages.iter().flat_map(|one| one.all(word)).collect() };
        if says("group").is_empty() && says("groups").is_empty() {
            continue;
        }
        let mut builder = Builder::new();
        for trap in &pages {
            let (page, _) = trap.read();
            builder.add(&row(&trap.url(), &page), &page.alternates, None);
        }
        for moved in says("moved") {
            let (from, to) = moved.split_once(' ').unwrap();
            let from = Url::parse(&absolute(from)).unwrap();
            builder.add(&row(&from, &Page::default()), &[], Some(&absolute(to)));
        }
        // A member may stand under another spelling of its address: trap 16 and 21.
        let canonical: BTreeMap<String, String> = pages
            .iter()
            .filter_map(|trap| {
                let canonical = trap.one("canonical")?;
                Some((relative(trap.url().as_str()), canonical.to_owned()))
            })
            .collect();
        let found: BTreeSet<BTreeSet<String>> = builder
            .finish()
            .iter()
            // Articles on one topic are no translations (trap 12).
            .filter(|group| serde_json::to_value(group).unwrap()["kind"] != "comparable")
            .map(|group| {
                let urls = group.members.values().map(|member| relative(&member.url));
                urls.map(|url| canonical.get(&url).cloned().unwrap_or(url)).collect()
            })
            .collect();
        let want: BTreeSet<BTreeSet<String>> = says("group")
            .into_iter()
            .map(|line| line.split(' ').map(str::to_owned).collect())
            .collect();
        assert_eq!(found, want, "trap {number}");
    }
}
