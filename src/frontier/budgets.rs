//! The budgets' books: what a run has spent on sites, servers and patterns of URLs.
//!
//! Owned by a frontier, reset when a run begins. It only counts; which count is too high is for
//! [`super::scope`] to say. A pattern ([`Pattern`]) that brings the same text at ever new URLs (an
//! endless calendar, a session id, an error page with status 200) is found out by its *alike*
//! count: one up for each page whose text its server had shown before, halved by each new text, so
//! that the duplicates any newsroom has never close a pattern that brings news as well. A page with
//! known words and new numbers (a result, a rate of exchange) adds a small part of one. A server has
//! such a count too, to which no pattern adds more than [`SHARE`]: one pattern says nothing of others.
//!
//! Memory is bounded: past [`MAX_PATTERNS`] a server's further patterns are counted as one, past
//! [`MAX_MARKS`] nothing new is counted (sites are, by the schedule), past [`MAX_TEXTS`] the texts
//! are forgotten. Texts are forgotten with the process too; counts are not.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;

use super::pattern::Pattern;
use crate::address::{Server, Site};
use crate::lead::Spent;
use crate::page::Likeness;

/// Patterns of one server that are told apart.
pub const MAX_PATTERNS: u64 = 4_096;

/// Sites, servers, paths and patterns that are counted; about 20 MB.
pub const MAX_MARKS: usize = 500_000;

/// Prints of texts that are remembered, two a page; about 36 MB.
pub const MAX_TEXTS: usize = 2_000_000;

/// Points of a page that says in words and numbers what was said before; one whose numbers are new
/// has a single point. Years of daily rates of exchange, in the same few words, are 2,000 pages.
const ALIKE: u64 = 20;

/// Pages of one pattern that count as alike for its server.
pub const SHARE: u64 = 20;

/// What is counted of one thing. Which of the fields say something depends on the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// Visits settled.
    pub pages: u64,
    /// Points of pages in a row that said what was said before, halved by each that did not.
    pub alike: u64,
    /// Servers of a site, patterns of a server, queries of a path; of a pattern the URLs that were
    /// left out since its last page.
    pub parts: u64,
}

impl Mark {
    /// Counts a visit; `points` where its page is to count.
    const fn settle(&mut self, points: Option<u64>) {
        self.pages += 1;
        match points {
            Some(0) => self.alike /= 2,
            Some(points) => self.alike += points,
            None => {}
        }
    }
}

/// What a visit changed in the books.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Spending {
    /// The rows that changed.
    pub rows: Vec<(u64, Mark)>,
    /// The key of its pattern, when its page says something new: what was left out of that pattern
    /// may do so too.
    pub news: Option<u64>,
}

/// The books of one run.
#[derive(Debug)]
pub struct Budgets {
    hasher: SipHasher13,
    marks: HashMap<u64, Mark>,
    texts: HashSet<u64>,
}

/// Under which keys a visit is counted.
struct Keys {
    site: u64,
    server: u64,
    path: u64,
    pattern: u64,
}

impl Budgets {
    /// Empty books, their keys made with `secret`, so that no page can make two of them collide.
    pub fn new(secret: &[u8; 16]) -> Self {
        let hasher = SipHasher13::new_with_key(secret);
        Self { hasher, marks: HashMap::new(), texts: HashSet::new() }
    }

    /// Takes in a row kept from an earlier process of this run.
    pub fn restore(&mut self, key: u64, mark: Mark) {
        self.marks.insert(key, mark);
    }

    /// Forgets all: another run begins.
    pub fn clear(&mut self) {
        self.marks = HashMap::new();
        self.texts = HashSet::new();
    }

    /// What has been spent where a visit to `address` would go.
    pub fn spent(&self, site: &Site, server: &Server, address: &str) -> Spent {
        let keys = self.keys(site, server, &Pattern::of(address));
        let mark = |key| self.marks.get(&key).copied().unwrap_or_default();
        let unless_known = |key, many: u64| if self.marks.contains_key(&key) { 0 } else { many };
        let (of_server, of_pattern) = (mark(keys.server), mark(keys.pattern));
        Spent {
            server: of_server.pages,
            server_alike: of_server.alike / ALIKE,
            patterns: of_server.parts,
            other_servers: unless_known(keys.server, mark(keys.site).parts),
            pattern: of_pattern.pages,
            pattern_alike: of_pattern.alike / ALIKE,
            pattern_left: of_pattern.parts,
            other_queries: unless_known(keys.pattern, mark(keys.path).parts),
        }
    }

    /// Counts a visit that has ended, and what it says when it was a page.
    pub fn settle(
        &mut self,
        site: &Site,
        server: &Server,
        address: &str,
        text: Option<Likeness>,
    ) -> Spending {
        let pattern = Pattern::of(address);
        let keys = self.keys(site, server, &pattern);
        let points = text.map(|text| self.points(server, text));
        let mut changed = Vec::with_capacity(4);
        if !self.marks.contains_key(&keys.server) {
            self.count(keys.site, &mut changed, |mark| mark.parts += 1);
        }
        if !self.marks.contains_key(&keys.pattern) {
            if pattern.query.is_some() {
                self.count(keys.path, &mut changed, |mark| mark.parts += 1);
            }
            self.count(keys.server, &mut changed, |mark| mark.parts += 1);
        }
        let of_pattern = self.marks.get(&keys.pattern).map_or(0, |mark| mark.alike);
        let counts = of_pattern < SHARE * ALIKE;
        self.count(keys.server, &mut changed, |mark| {
            mark.settle(points.filter(|points| counts || *points == 0));
        });
        self.count(keys.pattern, &mut changed, |mark| {
            mark.settle(points);
            mark.parts = 0;
        });
        Spending { rows: changed, news: (points == Some(0)).then_some(keys.pattern) }
    }

    /// Counts a URL that was left out of its pattern; gives the key of the pattern, and its row.
    pub fn leave(&mut self, site: &Site, server: &Server, address: &str) -> (u64, Mark) {
        let key = self.pattern(site, server, address);
        let mut changed = Vec::with_capacity(1);
        self.count(key, &mut changed, |mark| mark.parts += 1);
        changed.pop().unwrap_or((key, Mark::default()))
    }

    /// The key of the pattern that a URL is of.
    pub fn pattern(&self, site: &Site, server: &Server, address: &str) -> u64 {
        self.keys(site, server, &Pattern::of(address)).pattern
    }

    fn count(&mut self, key: u64, changed: &mut Vec<(u64, Mark)>, by: impl Fn(&mut Mark)) {
        if self.marks.len() >= MAX_MARKS && !self.marks.contains_key(&key) {
            return;
        }
        let mark = self.marks.entry(key).or_default();
        by(mark);
        changed.push((key, *mark));
    }

    /// The points of a page: none when its words are new on this server.
    fn points(&mut self, server: &Server, text: Likeness) -> u64 {
        if self.texts.len() >= MAX_TEXTS {
            self.texts = HashSet::new();
        }
        let (words, numbers) = (text.words.to_be_bytes(), text.numbers.to_be_bytes());
        let says = [server.as_str().as_bytes(), b" says ", &words];
        let in_words = self.key(&says);
        let in_numbers = self.key(&[&says[..], &[b" in ", &numbers]].concat());
        let are_words_new = self.texts.insert(in_words);
        let are_numbers_new = self.texts.insert(in_numbers);
        match (are_words_new, are_numbers_new) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => ALIKE,
        }
    }

    fn keys(&self, site: &Site, server: &Server, pattern: &Pattern) -> Keys {
        let on_server = server.as_str().as_bytes();
        let server = self.key(&[b"server ", on_server]);
        let path = self.key(&[b"path ", on_server, pattern.path.as_bytes()]);
        let query = pattern.query.as_deref().unwrap_or_default().as_bytes();
        let mut of_pattern =
            self.key(&[b"pattern ", on_server, pattern.path.as_bytes(), b"?", query]);
        let patterns = self.marks.get(&server).map_or(0, |mark| mark.parts);
        if patterns >= MAX_PATTERNS && !self.marks.contains_key(&of_pattern) {
            of_pattern = self.key(&[b"other patterns ", on_server]);
        }
        Keys {
            site: self.key(&[b"site ", site.as_str().as_bytes()]),
            server,
            path,
            pattern: of_pattern,
        }
    }

    fn key(&self, parts: &[&[u8]]) -> u64 {
        use std::hash::Hasher;
        let mut hasher = self.hasher;
        for part in parts {
            hasher.write(part);
        }
        hasher.finish()
    }
}
