//! The audit: what is wrong with a site's declarations, as a by-product of judging them.
//!
//! For each host: alternates without a return link, broken, looping, mislabelled, going to a front
//! page; counts, and the first examples in the order of their URLs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use url::Url;

use super::builder::Claim;
use super::explain::Fate;
use super::{Judgement, Why};
use crate::lang::Lang;

/// Examples told of each fault of a host.
const EXAMPLES: usize = 20;

/// What was found on one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// The host whose pages declare.
    pub host: String,
    /// Articles read.
    pub articles: u64,
    /// Alternates they declare, each page and URL once.
    pub alternates: u64,
    /// Of these, alternates nobody fetched.
    pub not_fetched: u64,
    /// What is wrong, by kind.
    pub faults: BTreeMap<Fault, Found>,
}

/// What can be wrong with a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The declared page was read and does not declare this one.
    NonReciprocal,
    /// The declared URL answers with an error, or not at all.
    Broken,
    /// The declared URL redirects in a circle, or back to the declaring page.
    Looping,
    /// The text is not in the declared language.
    Mislabelled,
    /// The declared URL is, or leads to, a front page.
    HomeGoing,
}

impl Fault {
    /// Its name in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NonReciprocal => "non-reciprocal",
            Self::Broken => "broken",
            Self::Looping => "looping",
            Self::Mislabelled => "mislabelled",
            Self::HomeGoing => "home-going",
        }
    }
}

/// How often a fault was found, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How often.
    pub count: u64,
    /// The first, by URL.
    pub examples: BTreeSet<Example>,
}

/// One faulty declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Example {
    /// The page that declares.
    pub from: String,
    /// The URL declared.
    pub to: String,
    /// The language declared.
    pub declared: Option<Lang>,
    /// The language of the text there, where that is the fault.
    pub text: Option<Lang>,
    /// What is there instead of an article.
    pub found: Fate,
}

impl Judgement {
    /// The audit of every host, by name.
    pub fn audit(&self) -> Vec<Audit> {
        let mut hosts: BTreeMap<String, Audit> = BTreeMap::new();
        for page in self.graph.builder.pages.iter().filter(|page| !page.stale) {
            let host = host_of(&page.url);
            let audit =
                hosts.entry(host.clone()).or_insert_with(|| Audit { host, ..Audit::default() });
            audit.articles += 1;
        }
        let mut claims: Vec<(u32, &Claim)> = self.claims().collect();
        claims.sort_unstable_by_key(|(from, claim)| (*from, claim.to, claim.lang));
        claims.dedup_by_key(|(from, claim)| (*from, claim.to, claim.lang));
        for (from, claim) in claims {
            if let Some(audit) = hosts.get_mut(&host_of(self.graph.url(from))) {
                self.examine(audit, from, claim);
            }
        }
        hosts.into_values().collect()
    }

    fn examine(&self, audit: &mut Audit, from: u32, claim: &Claim) {
        let found = self.fate(from, claim);
        audit.alternates += 1;
        audit.not_fetched += u64::from(matches!(found, Fate::NotFetched | Fate::Refused));
        let (fault, text) = match found {
            Fate::Status(_) | Fate::Failed => (Some(Fault::Broken), None),
            Fate::Loop | Fate::Itself => (Some(Fault::Looping), None),
            Fate::Home => (Some(Fault::HomeGoing), None),
            Fate::Article => self.wrong_with(from, claim),
            Fate::NoArticle | Fate::NotFetched | Fate::Refused => (None, None),
        };
        let Some(fault) = fault else { return };
        let list = audit.faults.entry(fault).or_default();
        list.count += 1;
        list.examples.insert(Example {
            from: self.graph.url(from).to_owned(),
            to: self.target(claim),
            declared: self.graph.builder.lang(claim.lang).cloned(),
            text,
            found,
        });
        if list.examples.len() > EXAMPLES {
            list.examples.pop_last();
        }
    }

    /// What is wrong with a declaration that leads to an article.
    fn wrong_with(&self, from: u32, claim: &Claim) -> (Option<Fault>, Option<Lang>) {
        let builder = &self.graph.builder;
        let super::places::Reach::Page { page: to, .. } =
            self.graph.places.reach(builder, claim.to)
        else {
            return (None, None);
        };
        let links = self.graph.links_between(from, to).iter();
        let wrong = links.filter(|link| link.lang == claim.lang).find_map(|l| self.graph.fault(l));
        if wrong.is_some_and(|why| matches!(why, Why::DeclaredUntranslated | Why::Redirected)) {
            let text = self.graph.page(to).and_then(|page| builder.lang(page.detected)).cloned();
            return (Some(Fault::Mislabelled), text);
        }
        if self.graph.is_hub(to) && self.graph.links_between(to, from).is_empty() {
            return (Some(Fault::HomeGoing), None);
        }
        let back = self.graph.links_between(to, from).is_empty();
        (back.then_some(Fault::NonReciprocal), None)
    }
}

fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
