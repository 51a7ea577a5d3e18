//! The preview: what a run would begin with, and why; nothing is fetched and nothing is begun.
//!
//! The folder is locked and opened as for a run, so what a crash tore is mended on the way; a folder
//! that is not there is not made.

use std::collections::HashSet;

use super::desk::Desk;
use super::kept::KeptJob;
use super::{CrawlError, Job, open};
use crate::address::Address;
use crate::frontier::Frontier;
use crate::frontier::again::Fetched;
use crate::frontier::scope::Scope;
use crate::lead::Lead;
use crate::moment::Moment;
use crate::state::DiskFrontier;

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
    let frontier = &attached.state.frontier;
    let given = if job.seeds.is_empty() { &attached.seeds } else { &job.seeds };
    let mut known: HashSet<Address> = HashSet::new();
    let run = frontier.stats().await?.run;
    for lead in frontier.queued().await? {
        if known.insert(lead.address.clone()) {
            preview.fetch.push(Planned { url: lead.found, why: format!("left by run {run}") });
        }
    }
    let mut judge = |lead: Lead, fetched| {
        if known.insert(lead.address.clone()) {
            preview.judge(lead, fetched, job);
        }
    };
    for seed in given {
        judge(seed.clone(), frontier.fetched(seed).await?);
    }
    let scope = Scope::new(&job.settings, given);
    let mut after = (!job.settings.recrawl.is_each_run()).then(Vec::new);
    while let Some(from) = after {
        let (awaited, next) = frontier.awaited(Some(from)).await?;
        for awaited in awaited.into_iter().filter(|awaited| scope.covers(&awaited.lead)) {
            judge(awaited.lead, Some(awaited.fetched));
        }
        after = next;
    }
    frontier.close().await?;
    Ok(preview)
}

/// The seeds that the policy kept from being asked for since a run began.
pub(super) async fn not_due<T>(
    desk: &Desk<DiskFrontier, T>,
    began: Moment,
) -> Result<Vec<String>, CrawlError> {
    let (policy, now) = (&desk.settings.recrawl, desk.clock.wall());
    let mut resting = Vec::new();
    if policy.is_each_run() {
        return Ok(resting);
    }
    let seeds = KeptJob::load(&desk.settings.into).map_or_else(Vec::new, |job| job.seeds());
    for seed in seeds {
        let known = desk.frontier.fetched(&seed).await?;
        let rests =
            |known: Fetched| known.at < began && known.due(policy).is_none_or(|due| due > now);
        if known.is_some_and(rests) {
            resting.push(seed.found);
        }
    }
    Ok(resting)
}

impl Preview {
    /// Files a URL under what is due, or under what is not.
    fn judge(&mut self, lead: Lead, fetched: Option<Fetched>, job: &Job) {
        let (policy, now) = (&job.settings.recrawl, job.clock.wall());
        match fetched.map_or(Some(now), |fetched| fetched.due(policy)) {
            Some(due) if due <= now => {
                let why = fetched.map_or("never fetched".to_owned(), |known| known.why(policy));
                self.fetch.push(Planned { url: lead.found, why });
            }
            due => {
                self.resting += 1;
                self.next_due = due.into_iter().chain(self.next_due).min();
            }
        }
    }
}
