//! Bulk: a generated tree of pages, for loops that kill and for measuring.
//!
//! Page `i` leads to its eight children `8i+1 ..= 8i+8`, to its parent and to two pages elsewhere
//! in the tree. Its words are the site's own paragraphs in one language, turned and repeated up to
//! the size asked for; its number stands in title and text, so no two pages are equal. Pages are
//! made when asked for and are the same at every ask.

use std::collections::BTreeSet;

use super::answer::{Answer, Coding};
use super::articles::ARTICLES;
use super::canonical;
use super::phrases::{self, PHRASES};

/// The host of the tree.
const HOST: &str = "http://bulk.test";
/// Children of a page.
const BRANCHES: usize = 8;

/// A tree of a given size.
#[derive(Clone, Debug)]
pub struct Bulk {
    /// Pages in the tree.
    pub pages: usize,
    /// Bytes of a page, at least.
    pub bytes: usize,
}

impl Bulk {
    /// The URL of page `number`, canonical; page 0 is the seed.
    pub fn url(number: usize) -> String {
        canonical(&format!("{HOST}/{}/page-{number}", Self::lang(number))).unwrap()
    }

    /// The URLs of all its pages: a crawl from page 0 with [`Bulk::depth`] must capture these and
    /// the robots.txt of the host.
    pub fn urls(&self) -> BTreeSet<String> {
        (0..self.pages).map(Self::url).collect()
    }

    /// The numbers of the pages that page `number` leads to.
    pub fn links(&self, number: usize) -> Vec<usize> {
        let children = (1..=BRANCHES).map(|branch| number * BRANCHES + branch);
        let parent = number.saturating_sub(1) / BRANCHES;
        let across = [(number * 7 + 3) % self.pages, (number * 13 + 5) % self.pages];
        children.filter(|child| *child < self.pages).chain([parent]).chain(across).collect()
    }

    /// Links from page 0 to the page furthest away, at most: the `--depth` that reaches all.
    pub fn depth(&self) -> u32 {
        let mut number = self.pages.saturating_sub(1);
        let mut depth = 0;
        while number > 0 {
            number = (number - 1) / BRANCHES;
            depth += 1;
        }
        depth
    }

    /// The answer for a canonical URL of the tree.
    pub fn answer(&self, url: &str) -> Option<Answer> {
        let path = url.strip_prefix(HOST)?;
        if path == "/robots.txt" {
            let rules = b"User-agent: *\nDisallow:\n";
            return Some(Answer::ok("text/plain", rules, Coding::Plain, &[]));
        }
        let number = path.rsplit_once("page-")?.1.parse().ok()?;
        let known = number < self.pages && url == Self::url(number);
        known.then(|| Answer::page("200 OK", &self.html(number), &[]))
    }

    fn lang(number: usize) -> &'static str {
        PHRASES[number % PHRASES.len()].lang
    }

    fn html(&self, number: usize) -> String {
        let lang = Self::lang(number);
        let title = format!("Warraq {number}");
        let links: String = self
            .links(number)
            .into_iter()
            .map(|to| format!("<li><a href=\"{}\">Warraq {to}</a></li>\n", Self::url(to)))
            .collect();
        let paragraphs: Vec<&str> = ARTICLES
            .iter()
            .filter(|article| article.lang == lang)
            .flat_map(|article| article.words().paragraphs)
            .collect();
        let mut text = String::with_capacity(self.bytes + 4096);
        for paragraph in paragraphs.iter().cycle().skip(number % paragraphs.len()) {
            text.push_str(&format!("<p>{paragraph} ({number})</p>\n"));
            if text.len() >= self.bytes {
                break;
            }
        }
        format!(
            "<!doctype html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head>\n\
             <meta charset=\"UTF-8\">\n<title>{title}</title>\n</head>\n<body>\n<article>\n\
             <h1>{title}</h1>\n<div class=\"entry-content\">\n{text}</div>\n</article>\n\
             <nav>\n<ul class=\"more\">\n{links}</ul>\n</nav>\n</body>\n</html>\n",
            dir = phrases::direction(lang),
        )
    }
}
