//! Measuring: what a crawl brought home of the webs, against the truth.
//!
//! Reads the archive's `metadata` records (what was declared) and `summary.json` (what was grouped)
//! as anybody could, with nothing of warraq's judgement.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use warraq::record::name;
use warraq::record::reader::Records;

use super::site::{canonical, host_of};
use super::{Story, Web};

/// Right ones among those found, and among those there are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    /// How many were found.
    pub found: usize,
    /// How many of them are right.
    pub right: usize,
    /// How many there are.
    pub there: usize,
    /// How many of those were found.
    pub met: usize,
}

/// What came of one web.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The web's name.
    pub name: &'static str,
    /// Pages of its stories that were captured, and how many there are.
    pub pages: (usize, usize),
    /// Directed edges from page to page, as extracted.
    pub declared: Score,
    /// Pairs within groups.
    pub grouped: Score,
    /// Members of groups that belong to the story most of their group is of.
    pub purity: f64,
    /// Front pages that got into a group.
    pub homes: Vec<String>,
}

impl Score {
    /// The share of what was found that is right.
    pub fn precision(&self) -> f64 {
        share(self.right, self.found)
    }

    /// The share of what there is that was found.
    pub fn recall(&self) -> f64 {
        share(self.met, self.there)
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts of a few pages")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// What came of each web in the archive below `dir`.
pub fn measure(webs: &[Web], dir: &Path) -> Vec<Measured> {
    let (captured, edges) = declared(dir);
    let groups = groups(dir);
    webs.iter().map(|web| Truth::of(web).measured(&captured, &edges, &groups)).collect()
}

/// The table of what came of all webs, for people, and what its odd rows mean.
pub fn table(webs: &[Web], all: &[Measured]) -> String {
    let mut lines = vec![format!(
        "{:<16} {:>7} | {:>6} {:>9} {:>6} | {:>6} {:>9} {:>6} {:>6} {:>6}",
        "web",
        "pages",
        "edges",
        "precision",
        "recall",
        "pairs",
        "precision",
        "recall",
        "purity",
        "homes"
    )];
    for one in all {
        lines.push(format!(
            "{:<16} {:>3}/{:<3} | {:>6} {:>9.3} {:>6.3} | {:>6} {:>9.3} {:>6.3} {:>6.3} {:>6}",
            one.name,
            one.pages.0,
            one.pages.1,
            one.declared.found,
            one.declared.precision(),
            one.declared.recall(),
            one.grouped.found,
            one.grouped.precision(),
            one.grouped.recall(),
            one.purity,
            one.homes.len()
        ));
    }
    lines.extend(webs.iter().filter_map(|web| Some(format!("{}: {}", web.name, meaning(web)?))));
    lines.join("\n")
}

/// What is to be known of a web to read its row.
fn meaning(web: &Web) -> Option<&'static str> {
    match () {
        () if web.silent => Some(
            "its links lead to other articles on both sides and nothing tells the true ones: \
             no pair is to be found, and none may be made up",
        ),
        () if web.comparable => Some("articles of their own on one topic: a pair would be wrong"),
        () if !web.honest => Some(
            "it declares pages that are no translations, or none at all: the edges are as it \
             declares them, the pairs are what was made of them",
        ),
        () => None,
    }
}

type Edges = BTreeSet<(String, String)>;

/// The pages that were captured, and the edges the `metadata` records hold.
fn declared(dir: &Path) -> (BTreeSet<String>, Edges) {
    let (mut captured, mut edges) = (BTreeSet::new(), Edges::new());
    for path in name::files(dir).unwrap() {
        for entry in Records::open(&path).unwrap().map(Result::unwrap) {
            let Some(from) = entry.target_uri().and_then(canonical) else { continue };
            if entry.kind.to_string() != "metadata" {
                captured.insert(from);
                continue;
            }
            let block = entry.block.first(u64::MAX).unwrap();
            let text = String::from_utf8_lossy(&block).into_owned();
            for json in text.lines().filter_map(|line| line.strip_prefix("alternate: ")) {
                let edge: serde_json::Value = serde_json::from_str(json).unwrap();
                let about = edge["about"].as_str().and_then(canonical);
                let to = canonical(edge["url"].as_str().unwrap()).unwrap();
                edges.insert((about.unwrap_or_else(|| from.clone()), to));
            }
        }
    }
    edges.retain(|(from, to)| from != to);
    (captured, edges)
}

/// The translation groups of the summary, as URLs; articles on one topic are none.
fn groups(dir: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read(dir.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let groups = summary["groups"].as_array().unwrap().iter();
    let groups = groups.filter(|group| group["kind"] != "comparable");
    let urls = |group: &serde_json::Value| -> Vec<String> {
        let members = group["members"].as_object().unwrap().values();
        members.map(|member| canonical(member["url"].as_str().unwrap()).unwrap()).collect()
    };
    groups.map(urls).collect()
}

/// The truth about one web, by URL.
struct Truth<'a> {
    web: &'a Web,
    aliases: BTreeMap<String, String>,
    /// The story and the language of each page.
    pages: BTreeMap<String, (&'static str, &'static str)>,
    hosts: BTreeSet<String>,
}

impl<'a> Truth<'a> {
    fn of(web: &'a Web) -> Self {
        let of_story = |story: &Story| {
            let name = story.name;
            let pages = story.pages.clone().into_iter();
            pages.map(move |(lang, url)| (canonical(&url).unwrap(), (name, lang)))
        };
        let pages = web.stories.iter().flat_map(of_story).collect();
        let alias =
            |(from, to): &(String, String)| (canonical(from).unwrap(), canonical(to).unwrap());
        let aliases = web.aliases.iter().map(alias).collect();
        let hosts = web.resources.iter().map(|resource| host_of(&resource.url)).collect();
        Self { web, aliases, pages, hosts }
    }

    fn page<'u>(&'u self, url: &'u String) -> &'u String {
        self.aliases.get(url).unwrap_or(url)
    }

    fn measured(
        &self,
        captured: &BTreeSet<String>,
        edges: &Edges,
        groups: &[Vec<String>],
    ) -> Measured {
        let here: Vec<Vec<&String>> = groups
            .iter()
            .filter(|group| self.hosts.contains(&host_of(&group[0])))
            .map(|group| group.iter().map(|url| self.page(url)).collect())
            .collect();
        let homes: BTreeSet<String> =
            self.web.homes.iter().map(|url| canonical(url).unwrap()).collect();
        let in_groups = here.iter().flatten().filter(|url| homes.contains(**url));
        let met = self.pages.keys().filter(|url| captured.contains(*url)).count();
        Measured {
            name: self.web.name,
            pages: (met, self.pages.len()),
            declared: self.declared(edges),
            grouped: self.grouped(&here),
            purity: self.purity(&here),
            homes: in_groups.map(|url| (*url).clone()).collect(),
        }
    }

    /// Whether two pages are one story in two languages.
    fn is_pair(&self, one: &String, other: &String) -> bool {
        match (self.pages.get(one), self.pages.get(other)) {
            (Some(one), Some(other)) => one.0 == other.0 && one.1 != other.1,
            _ => false,
        }
    }

    fn declared(&self, edges: &Edges) -> Score {
        let here: Edges = edges
            .iter()
            .map(|(from, to)| (self.page(from).clone(), self.page(to).clone()))
            .filter(|(from, _)| self.pages.contains_key(from))
            .collect();
        let right = here.iter().filter(|(from, to)| self.is_pair(from, to)).count();
        let mut score = Score { found: here.len(), right, ..Score::default() };
        for (from, (story, own)) in &self.pages {
            for lang in self.languages(story).filter(|lang| lang != own) {
                let leads = |(of, to): &(String, String)| {
                    of == from && self.pages.get(to).is_some_and(|page| *page == (*story, lang))
                };
                score.there += 1;
                score.met += usize::from(here.iter().any(leads));
            }
        }
        score
    }

    /// The languages of a story.
    fn languages(&self, story: &str) -> impl Iterator<Item = &'static str> {
        let of = self.pages.values().filter(|(name, _)| *name == story).map(|(_, lang)| *lang);
        of.collect::<BTreeSet<_>>().into_iter()
    }

    fn grouped(&self, groups: &[Vec<&String>]) -> Score {
        let mut score = Score::default();
        for group in groups {
            for (at, one) in group.iter().enumerate() {
                for other in &group[at + 1..] {
                    score.found += 1;
                    let right = !self.web.comparable && self.is_pair(one, other);
                    score.right += usize::from(right);
                }
            }
        }
        if self.web.comparable {
            return score;
        }
        for story in &self.web.stories {
            let langs: Vec<_> = self.languages(story.name).collect();
            for (at, one) in langs.iter().enumerate() {
                for other in &langs[at + 1..] {
                    let holds = |group: &Vec<&String>, lang: &str| {
                        group.iter().any(|url| self.pages.get(*url) == Some(&(story.name, lang)))
                    };
                    score.there += 1;
                    score.met +=
                        usize::from(groups.iter().any(|all| holds(all, one) && holds(all, other)));
                }
            }
        }
        score
    }

    fn purity(&self, groups: &[Vec<&String>]) -> f64 {
        let (mut pure, mut all) = (0, 0);
        for group in groups {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for (story, _) in group.iter().filter_map(|url| self.pages.get(*url)) {
                *counts.entry(story).or_default() += 1;
            }
            pure += counts.values().max().copied().unwrap_or(0);
            all += group.len();
        }
        share(pure, all)
    }
}
