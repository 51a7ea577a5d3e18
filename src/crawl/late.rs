//! Late translations: articles that lack a language their site usually has are asked for again.
//!
//! Only of the sites this run was sent to, and not with `--no-late`.
//!
//! The index of the earlier runs is the memory: when an article was first captured and when last,
//! so a rebuilt state probes as the lost one would have. Done once a run, when nothing else is
//! left; what the run has asked for anyway is not asked for twice. A probe goes on condition, and
//! what it declares is followed as from any article.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use url::Url;

use super::sealed::INDEX;
use crate::address::{HostKey, Site, fetchable};
use crate::groups::late::{History, Probe, Usual, due};
use crate::groups::{Group, GroupKind, Judgement};
use crate::index::{IndexError, Lookup};
use crate::lang::Lang;
use crate::lead::{Hop, Lead};
use crate::moment::Moment;
use crate::settings::Settings;

/// Probes of one run; the rest is due in the next.
const MAX_PROBES: usize = 1_000;

/// The leads of the probes that are due. Without an index of an earlier run there are none.
pub(super) fn leads(
    judgement: &Judgement,
    settings: &Settings,
    seeds: &[HostKey],
    now: Moment,
) -> Result<Vec<Lead>, IndexError> {
    let index = settings.into.join(INDEX);
    let usual = Usual::of(&judgement.groups);
    if !settings.late || usual.is_empty() || !index.is_file() {
        return Ok(Vec::new());
    }
    let sites: HashSet<Site> =
        seeds.iter().filter_map(|seed| Some(Site::of(&seed.robots_url()?))).collect();
    let is_ours = |url: &String| Url::parse(url).is_ok_and(|url| sites.contains(&Site::of(&url)));
    let articles =
        articles(judgement).filter(|members| members.values().any(is_ours) && usual.lacks(members));
    let histories = histories(&index, articles)?;
    let probes = due(&histories, &usual, now).into_iter();
    let leads = probes.filter(|probe| is_wanted(probe, settings));
    Ok(leads.filter_map(|probe| lead(&probe, settings)).take(MAX_PROBES).collect())
}

/// Every article by its members: those of its group, or the page alone.
fn articles(judgement: &Judgement) -> impl Iterator<Item = BTreeMap<String, String>> + '_ {
    let parallel = judgement.groups.iter().filter(|group| group.kind == GroupKind::Parallel);
    let grouped: HashSet<&str> =
        judgement.groups.iter().flat_map(|g| g.members.values()).map(|m| m.url.as_str()).collect();
    let alone = judgement.articles().filter(move |(url, _)| !grouped.contains(url));
    let alone = alone.filter_map(|(url, languages)| {
        let language = languages.into_iter().next().filter(|language| !language.is_empty())?;
        Some(BTreeMap::from([(language, url.to_owned())]))
    });
    parallel.map(Group::urls).chain(alone)
}

/// When each article was first captured, and when last.
fn histories(
    index: &Path,
    articles: impl Iterator<Item = BTreeMap<String, String>>,
) -> Result<Vec<History>, IndexError> {
    let mut index = Lookup::open(index)?;
    let mut histories = Vec::new();
    for members in articles {
        let mut times: Option<(Moment, Moment)> = None;
        for url in members.values() {
            let Some(own) = captured(&mut index, url)? else { continue };
            times = Some(times.map_or(own, |all| (all.0.min(own.0), all.1.max(own.1))));
        }
        histories.extend(times.map(|(since, probed)| History { members, since, probed }));
    }
    Ok(histories)
}

/// When a URL was first captured, and when last; `None` when it never was.
pub(super) fn captured(
    index: &mut Lookup,
    url: &str,
) -> Result<Option<(Moment, Moment)>, IndexError> {
    let mut times: Option<(Moment, Moment)> = None;
    for line in index.url(url)? {
        let Some(at) = line?.moment() else { continue };
        times = Some(times.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
    }
    Ok(times)
}

/// Whether one of the missing languages would be fetched if it had come.
fn is_wanted(probe: &Probe, settings: &Settings) -> bool {
    let wanted = |missing: &String| {
        let missing = Lang::parse(missing);
        missing.is_some_and(|lang| settings.languages.iter().any(|wanted| wanted.covers(&lang)))
    };
    settings.languages.is_empty() || probe.missing.iter().any(wanted)
}

/// The depth at which nothing more is followed.
fn deepest(settings: &Settings) -> u32 {
    let own = settings.seed_scopes.iter().map(|own| own.depth);
    own.fold(settings.depth, u32::max)
}

/// The lead of a probe. It has used up its depth: only what it declares is followed.
fn lead(probe: &Probe, settings: &Settings) -> Option<Lead> {
    let url = fetchable(&probe.url, None).ok()?;
    let via = Some(probe.url.clone());
    Some(Lead { via, depth: deepest(settings), ..Lead::at(&url, Hop::Alternate) })
}
