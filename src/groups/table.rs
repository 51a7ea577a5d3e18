//! `groups.jsonl`: the groups of an archive, a JSON object a line, in the order of their ids.
//!
//! The same pages give the same bytes. `version` is raised when a field changes its meaning; new
//! fields do not raise it.

use std::collections::HashMap;
use std::io::{self, BufRead};

use serde::{Deserialize, Serialize};
use url::Url;

use super::builder::fingerprint;
use super::{Group, GroupKind, Member};
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

/// What a page is to the translation group it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The member for its language.
    Translation,
    /// The second or a later page of a member.
    Part,
    /// A member at another address.
    Copy,
    /// The language of a member for another region.
    Variant,
}

impl Role {
    /// Its name, as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Translation => "translation",
            Self::Part => "part",
            Self::Copy => "copy",
            Self::Variant => "variant",
        }
    }
}

/// The translation group of each page that belongs to one, and its role there; comparable groups
/// are none.
#[derive(Debug, Default)]
pub struct Membership {
    of: HashMap<u64, (Role, String)>,
}

impl Membership {
    /// The members of `groups`, their parts, copies and variants included. Of several roles of one
    /// page the nearest counts.
    pub fn of(groups: impl IntoIterator<Item = Group>) -> Self {
        let mut of: HashMap<u64, (Role, String)> = HashMap::new();
        for group in groups.into_iter().filter(|group| group.kind == GroupKind::Parallel) {
            for (role, url) in group.members.values().flat_map(pages) {
                let Ok(url) = Url::parse(url) else { continue };
                let known = of.entry(fingerprint(&url)).or_insert_with(|| (role, group.id.clone()));
                if role < known.0 {
                    *known = (role, group.id.clone());
                }
            }
        }
        Self { of }
    }

    /// The id of the group the page at `url` belongs to, and its role there.
    pub fn group_of(&self, url: &Url) -> Option<(&str, Role)> {
        self.of.get(&fingerprint(url)).map(|(role, id)| (id.as_str(), *role))
    }
}

/// Every page of a member, with its role.
fn pages(member: &Member) -> impl Iterator<Item = (Role, &str)> {
    let parts = member.parts.iter().map(|url| (Role::Part, url.as_str()));
    let copies = member.copies.iter().map(|copy| (Role::Copy, copy.url.as_str()));
    let variants = member.variants.iter().map(|one| (Role::Variant, one.url.as_str()));
    std::iter::once((Role::Translation, member.url.as_str()))
        .chain(parts)
        .chain(copies)
        .chain(variants)
}
