//! Late translations: which articles to look at again, because a language may still come.
//!
//! A group without a language that its site usually has is probed anew after an hour, six hours, a
//! day, three days and two weeks. A probe is a request for a member that is there: the page itself
//! will declare the translation when it has come. A guessed URL ([`super::patterns`]) that answered
//! without an article is asked for again at the same [`step`]s. Pure: the caller keeps the times and
//! makes the requests.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use url::Url;

use super::Group;
use crate::address::Site;
use crate::moment::Moment;

/// When an article is looked at again, counted from when it was first read. Newsrooms publish most
/// translations within a day (Global Voices: up to a month); each step costs one request.
pub const PROBES: [Duration; 5] = [
    Duration::from_hours(1),
    Duration::from_hours(6),
    Duration::from_hours(24),
    Duration::from_hours(72),
    Duration::from_hours(336),
];

/// Groups of a site from which its languages are usual.
const MIN_GROUPS: usize = 3;

/// A language is usual when this many in a hundred of a site's groups have it.
const USUAL_PERCENT: usize = 50;

/// An article, as the caller remembers it: a group, or a page nobody declared a translation of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Its members: language ([`crate::lang::Lang::group_key`]) and URL.
    pub members: BTreeMap<String, String>,
    /// When its first member was first read.
    pub since: Moment,
    /// When a member of it was last asked for.
    pub probed: Moment,
}

/// A request that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// The member to ask for.
    pub url: String,
    /// The languages that may have come.
    pub missing: BTreeSet<String>,
    /// Which step of [`PROBES`] it is, from 0.
    pub step: usize,
}

/// The languages each site usually has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usual {
    of: BTreeMap<String, BTreeSet<String>>,
}

impl Usual {
    /// The languages that half of a site's groups have.
    pub fn of(groups: &[Group]) -> Self {
        let mut counts: BTreeMap<String, (usize, BTreeMap<&str, usize>)> = BTreeMap::new();
        for group in groups {
            let Some(site) = group.members.values().find_map(|member| site_of(&member.url)) else {
                continue;
            };
            let (all, by_lang) = counts.entry(site).or_default();
            *all += 1;
            for key in group.members.keys() {
                *by_lang.entry(key).or_default() += 1;
            }
        }
        let enough = counts.into_iter().filter(|(_, (all, _))| *all >= MIN_GROUPS);
        let usual = enough.map(|(site, (all, by_lang))| {
            let usual = by_lang.into_iter().filter(|(_, n)| n * 100 >= all * USUAL_PERCENT);
            (site, usual.map(|(key, _)| key.to_owned()).collect())
        });
        Self { of: usual.collect() }
    }

    /// Whether no site has enough groups for anything to be usual.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Whether an article lacks a language that is usual on its site.
    pub fn lacks(&self, members: &BTreeMap<String, String>) -> bool {
        !self.missing(members).is_empty()
    }

    /// The languages that are usual on the site of an article, and that it lacks.
    pub fn missing(&self, members: &BTreeMap<String, String>) -> BTreeSet<String> {
        let site = members.values().find_map(|url| site_of(url));
        let usual = site.and_then(|site| self.of.get(&site));
        let is_missing = |key: &&String| !members.contains_key(*key);
        usual.into_iter().flatten().filter(is_missing).cloned().collect()
    }
}

fn site_of(url: &str) -> Option<String> {
    Some(Site::of(&Url::parse(url).ok()?).as_str().to_owned())
}

/// The probes that are due at `now`, each for the first member of its article by language.
/// However long nobody looked, one step is made up for, not all that were missed.
pub fn due(articles: &[History], usual: &Usual, now: Moment) -> Vec<Probe> {
    articles.iter().filter_map(|history| probe(history, usual, now)).collect()
}

/// The step of [`PROBES`] that is due at `now`, of what was first asked for at `since` and last at
/// `last`; `None` between the steps, and when the last one is made.
pub fn step(since: Moment, last: Moment, now: Moment) -> Option<usize> {
    let (age, last) = (now.since(since), last.since(since));
    let step = PROBES.iter().rposition(|after| *after <= age)?;
    PROBES.get(step).is_some_and(|after| *after > last).then_some(step)
}

fn probe(history: &History, usual: &Usual, now: Moment) -> Option<Probe> {
    let step = step(history.since, history.probed, now)?;
    let missing = usual.missing(&history.members);
    let url = history.members.values().next().filter(|_| !missing.is_empty())?;
    Some(Probe { url: url.clone(), missing, step })
}
