//! `groups.jsonl`: the groups of an archive, a JSON object a line, in the order of their ids.
//!
//! The same pages give the same bytes. `version` is raised when a field changes its meaning; new
//! fields do not raise it.

use std::collections::HashMap;
use std::io::{self, BufRead};

use serde::{Deserialize, Serialize};
use url::Url;

use super::builder::fingerprint;
use super::{Group, GroupKind};
use crate::json;

/// The name of the file in a crawl folder.
pub const TABLE: &str = "groups.jsonl";

/// Version of a line.
const VERSION: u32 = 1;

/// Longest line that is read back. A group of 60 languages has about 200 kB.
const MAX_LINE: u64 = 16 << 20;

#[derive(Serialize)]
struct Row<'a> {
    version: u32,
    #[serde(flatten)]
    group: &'a Group,
}

#[derive(Deserialize)]
struct OwnedRow {
    #[serde(flatten)]
    group: Group,
}

/// The bytes of `groups.jsonl`.
pub fn table<'a>(groups: impl IntoIterator<Item = &'a Group>) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    for group in groups {
        out.extend_from_slice(json::line(&Row { version: VERSION, group })?.as_bytes());
        out.push(b'\n');
    }
    Ok(out)
}

/// Reads lines of `groups.jsonl`; those that are none are passed over.
pub fn read(from: impl BufRead) -> impl Iterator<Item = Group> {
    json::lines(from, MAX_LINE).flatten().map(|row: OwnedRow| row.group)
}

/// The translation group of each page that is in one; comparable groups are none.
#[derive(Debug, Default)]
pub struct Membership {
    of: HashMap<u64, String>,
}

impl Membership {
    /// The members of `groups`, their copies and parts included.
    pub fn of(groups: impl IntoIterator<Item = Group>) -> Self {
        let mut of = HashMap::new();
        for group in groups.into_iter().filter(|group| group.kind == GroupKind::Parallel) {
            for member in group.members.values() {
                let copies = member.copies.iter().map(|copy| &copy.url);
                for url in std::iter::once(&member.url).chain(&member.parts).chain(copies) {
                    if let Ok(url) = Url::parse(url) {
                        of.insert(fingerprint(&url), group.id.clone());
                    }
                }
            }
        }
        Self { of }
    }

    /// The id of the group the page at `url` is in.
    pub fn group_of(&self, url: &Url) -> Option<&str> {
        self.of.get(&fingerprint(url)).map(String::as_str)
    }
}
