//! The preview: what a run would begin with, and why; nothing is fetched and nothing is begun.
//!
//! The folder is locked and opened as for a run, so what a crash tore is mended on the way; a folder
//! that is not there is not made.

use std::collections::HashSet;

use super::{CrawlError, Job, open};
use crate::address::Address;
use crate::frontier::Frontier;
use crate::frontier::scope::Scope;
use crate::moment::Moment;

/// A URL that would be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The URL.
    pub url: String,
    /// Why.
    pub why: String,
}

/// What a run would begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// What would be fetched, whatever it leads to.
    pub fetch: Vec<Planned>,
    /// Known URLs that are not due yet.
    pub resting: u64,
    /// When the first of them is.
    pub next_due: Option<Moment>,
}

/// Looks ahead. Effect on the archive: none, but for the repair of a torn tail.
pub async fn preview(job: &Job) -> Result<Preview, CrawlError> {
    job.settings.check()?;
    let mut preview = Preview::default();
    if !job.settings.into.join("state").exists() {
        let never = |url: &String| Planned { url: url.clone(), why: "never fetched".to_owned() };
        preview.fetch = job.seeds.iter().map(|seed| never(&seed.found)).collect();
        return Ok(preview);
    }
    let attached = open::attach(job, &job.watch).await?;
    let (frontier, seeds) = (&attached.state.frontier, &attached.seeds);
    let given = if job.seeds.is_empty() { seeds } else { &job.seeds };
    let (policy, now) = (job.settings.recrawl, job.clock.wall());
    let mut known: HashSet<Address> = HashSet::new();
    let stats = frontier.stats().await?;
    for lead in frontier.queued().await? {
        if known.insert(lead.address.clone()) {
            let why = format!("left by run {}", stats.run);
            preview.fetch.push(Planned { url: lead.found, why });
        }
    }
    let mut candidates = Vec::new();
    for seed in given {
        candidates.push((seed.clone(), frontier.fetched(seed).await?));
    }
    let scope = Scope::new(&job.settings, given);
    let awaited = frontier.awaited().await?.into_iter();
    let awaited = awaited.filter(|awaited| !policy.is_each_run() && scope.covers(&awaited.lead));
    candidates.extend(awaited.map(|awaited| (awaited.lead, Some(awaited.fetched))));
    for (lead, fetched) in candidates {
        if !known.insert(lead.address.clone()) {
            continue;
        }
        let due = fetched.map_or(Some(now), |fetched| fetched.due(&policy));
        match due {
            Some(due) if due <= now => {
                let why = fetched.map_or("never fetched".to_owned(), |known| known.why(&policy));
                preview.fetch.push(Planned { url: lead.found, why });
            }
            due => {
                preview.resting += 1;
                preview.next_due = due.into_iter().chain(preview.next_due).min();
            }
        }
    }
    frontier.close().await?;
    Ok(preview)
}
