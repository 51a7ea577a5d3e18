//! The budgets' books: what a run has spent on sites, servers and patterns of URLs.
//!
//! Owned by a frontier, reset when a run begins. It only counts; which count is too high is for
//! [`super::scope`] to say. A pattern ([`Pattern`]) that brings the same text at ever new URLs (an
//! endless calendar, a session id, an error page with status 200) is found out by its *alike*
//! count: one up for each page whose text its server had shown before, halved by each new text, so
//! that the duplicates any newsroom has never close a pattern that brings news as well.
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

/// Patterns of one server that are told apart.
pub const MAX_PATTERNS: u64 = 4_096;

/// Sites, servers, paths and patterns that are counted; about 20 MB.
pub const MAX_MARKS: usize = 500_000;

/// Texts that are remembered; about 36 MB.
pub const MAX_TEXTS: usize = 2_000_000;

/// What is counted of one thing. Which of the fields say something depends on the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    /// Visits settled.
    pub pages: u64,
    /// Pages in a row that said what was said before, halved by each that did not.
    pub alike: u64,
    /// Servers of a site, patterns of a server, queries of a path.
    pub parts: u64,
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
            server_alike: of_server.alike,
            other_servers: unless_known(keys.server, mark(keys.site).parts),
            pattern: of_pattern.pages,
            pattern_alike: of_pattern.alike,
            other_queries: unless_known(keys.pattern, mark(keys.path).parts),
        }
    }

    /// Counts a visit that has ended, and the print of its text when it was a page; gives the rows
    /// that changed.
    pub fn settle(
        &mut self,
        site: &Site,
        server: &Server,
        address: &str,
        text: Option<u64>,
    ) -> Vec<(u64, Mark)> {
        let pattern = Pattern::of(address);
        let keys = self.keys(site, server, &pattern);
        let said = text.map(|text| self.was_said(server, text));
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
        for key in [keys.server, keys.pattern] {
            self.count(key, &mut changed, |mark| {
                mark.pages += 1;
                mark.alike = match said {
                    Some(true) => mark.alike + 1,
                    Some(false) => mark.alike / 2,
                    None => mark.alike,
                };
            });
        }
        changed
    }

    fn count(&mut self, key: u64, changed: &mut Vec<(u64, Mark)>, by: impl Fn(&mut Mark)) {
        if self.marks.len() >= MAX_MARKS && !self.marks.contains_key(&key) {
            return;
        }
        let mark = self.marks.entry(key).or_default();
        by(mark);
        changed.push((key, *mark));
    }

    /// Whether a page of this server said this before.
    fn was_said(&mut self, server: &Server, text: u64) -> bool {
        if self.texts.len() >= MAX_TEXTS {
            self.texts = HashSet::new();
        }
        let print = self.key(&[server.as_str().as_bytes(), b" says ", &text.to_be_bytes()]);
        !self.texts.insert(print)
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
