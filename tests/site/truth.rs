//! The truth: what a crawl of the site must bring home, as data.
//!
//! Made from the tables the pages are made from, by the plainest possible rules: an alternate or
//! a redirect costs no depth and may leave the host, a link costs one and stays on the seed's
//! host, robots.txt is obeyed. It knows nothing of the crawler.

use std::collections::{BTreeMap, BTreeSet};

use super::articles::{ARTICLES, Article, Byline, Declared, SEED_URL};
use super::layout::NOTICE;
use super::phrases::{self, PHRASES};
use super::web::{Resource, Role, Web};
use super::{canonical, host_of};

/// What must come of one article.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its canonical URL.
    pub url: String,
    /// The group it belongs to.
    pub group: &'static str,
    /// Its language (BCP 47).
    pub lang: &'static str,
    /// Its headline.
    pub title: &'static str,
    /// Its author.
    pub author: &'static str,
    /// The author's job title, where the page gives it.
    pub role: Option<&'static str>,
    /// Who translated it.
    pub translator: Option<&'static str>,
    /// The day it was published.
    pub date: &'static str,
    /// The body, a paragraph an entry: all of it and nothing else.
    pub paragraphs: Vec<&'static str>,
    /// What may never be in the body: by-line, job title as a line, notice, chrome.
    pub never: Vec<String>,
}

/// One article in its languages.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// How most of its pages declare each other.
    pub declared: Declared,
    /// Language to canonical URL.
    pub members: BTreeMap<&'static str, String>,
}

/// Everything that is known beforehand.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The one Arabic article a crawl starts from.
    pub seed: String,
    /// Every article.
    pub articles: Vec<Told>,
    /// Every translation group.
    pub groups: Vec<Group>,
    /// Home pages and other hubs: members of no group.
    pub homes: Vec<String>,
    /// What robots.txt keeps from robots: may never arrive.
    pub private: BTreeSet<String>,
    /// What may be fetched or not without a fault: roots, homes of other hosts.
    pub free: BTreeSet<String>,
    /// Sitemap and feed: fetched only when asked for.
    pub on_request: BTreeSet<String>,
    /// The robots.txt of every host.
    pub robots: BTreeSet<String>,
    resources: BTreeMap<String, Resource>,
}

impl Expected {
    /// The truth about `web`.
    pub fn of(web: &Web) -> Self {
        let all = web.resources();
        let having = |role: Role| -> BTreeSet<String> {
            let of_role = all.iter().filter(|resource| resource.role == role);
            of_role.map(|resource| resource.url.clone()).collect()
        };
        let homes = PHRASES.iter().map(|each| format!("http://warraq.test{}", each.home));
        let foreign = ["http://en.warraq.test/", "http://partner.test/", "http://warraq.test/"];
        Self {
            seed: canonical(SEED_URL).unwrap(),
            articles: ARTICLES.iter().map(told).collect(),
            groups: groups(),
            homes: homes.chain(foreign.map(str::to_owned)).collect(),
            private: having(Role::Private),
            free: having(Role::Free),
            on_request: having(Role::OnRequest),
            robots: having(Role::Robots),
            resources: all.iter().map(|&each| (each.url.clone(), each.clone())).collect(),
        }
    }

    /// Every URL that a crawl from the Arabic seed with `--depth` `depth` must capture, whatever
    /// its status; robots.txt, sitemap and feed left out.
    pub fn captured(&self, depth: u32) -> BTreeSet<String> {
        let mut reached = BTreeMap::from([(self.seed.clone(), 0)]);
        let mut queue = vec![self.seed.clone()];
        while let Some(url) = queue.pop() {
            let at = reached[&url];
            for (to, cost) in self.steps(&url) {
                let better = reached.get(&to).is_none_or(|known| at + cost < *known);
                if at + cost <= depth && better {
                    reached.insert(to.clone(), at + cost);
                    queue.push(to);
                }
            }
        }
        reached.into_keys().collect()
    }

    /// The groups all of whose members are within `depth`; those declared in the sitemap only
    /// count when it is read.
    pub fn groups_within(&self, depth: u32, sitemap: bool) -> Vec<&Group> {
        let captured = self.captured(depth);
        let known = |group: &&Group| {
            group.members.values().all(|url| captured.contains(url))
                && (sitemap || group.declared != Declared::Sitemap)
        };
        self.groups.iter().filter(known).collect()
    }

    /// The resource at a canonical URL.
    pub fn resource(&self, url: &str) -> Option<&Resource> {
        self.resources.get(url)
    }

    fn steps(&self, url: &str) -> Vec<(String, u32)> {
        let from = &self.resources[url];
        let followed = |to: &&String| self.resources[*to].role == Role::Page;
        let on_seed_host = |to: &&String| host_of(to) == "warraq.test";
        let free = from.alternates.iter().chain(&from.location).filter(followed);
        let paid = from.links.iter().filter(followed).filter(on_seed_host);
        free.map(|to| (to.clone(), 0)).chain(paid.map(|to| (to.clone(), 1))).collect()
    }
}

impl Told {
    /// The first sentence of the body.
    pub fn first_sentence(&self) -> &'static str {
        let paragraph = self.paragraphs[0];
        sentence_ends(paragraph).first().map_or(paragraph, |&end| &paragraph[..end])
    }

    /// The last sentence of the body.
    pub fn last_sentence(&self) -> &'static str {
        let paragraph = self.paragraphs[self.paragraphs.len() - 1];
        let ends = sentence_ends(paragraph);
        let start = ends.iter().rev().find(|&&end| end < paragraph.len());
        start.map_or(paragraph, |&end| paragraph[end..].trim_start())
    }
}

/// Where sentences end, the mark included.
fn sentence_ends(text: &str) -> Vec<usize> {
    let marks = text.char_indices().filter(|(_, c)| matches!(c, '.' | '。' | '؟' | '?' | '!'));
    marks.map(|(at, c)| at + c.len_utf8()).collect()
}

fn told(article: &Article) -> Told {
    let words = article.words();
    let phrases = phrases::of(article.lang);
    let mut never = vec![NOTICE.to_owned(), format!("{}{}", phrases.by, words.author)];
    never.extend([words.role, phrases.motto, phrases.related, phrases.editions].map(str::to_owned));
    let titles = article.related().into_iter().map(|related| related.words().title.to_owned());
    never.extend(titles);
    never.extend(words.translator.map(|name| format!("{}{name}", phrases.translated_by)));
    Told {
        url: canonical(article.url).unwrap(),
        group: article.group,
        lang: article.lang,
        title: words.title,
        author: words.author,
        role: (article.byline != Byline::Meta).then_some(words.role),
        translator: words.translator,
        date: words.date,
        paragraphs: words.paragraphs,
        never,
    }
}

fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for article in ARTICLES {
        let url = canonical(article.url).unwrap();
        match groups.iter_mut().find(|group| group.name == article.group) {
            Some(group) => {
                group.members.insert(article.lang, url);
            }
            None => groups.push(Group {
                name: article.group,
                declared: article.declared,
                members: BTreeMap::from([(article.lang, url)]),
            }),
        }
    }
    groups
}
