//! The preview: what a run would begin with, and why; nothing is fetched and nothing is begun.
//!
//! The folder is locked and opened as for a run, so what a crash tore is mended on the way; a folder
//! that is not there is not made.

use std::collections::{HashMap, HashSet};

use url::Url;

use super::blocked::{self, Blocks};
use super::desk::Desk;
use super::kept::KeptJob;
use super::{CrawlError, Job, open};
use crate::address::{Address, HostKey, Server, Site};
use crate::capture::Carrier;
use crate::frontier::again::Fetched;
use crate::frontier::schedule::Place;
use crate::frontier::scope::Scope;
use crate::frontier::{Frontier, RobotsAnswer, RobotsFact};
use crate::lead::Lead;
use crate::moment::{Clock, Moment};
use crate::politeness::robots::Rules;
use crate::settings::{Settings, UrlKind};
use crate::state::DiskFrontier;

/// A URL that would be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The URL.
    pub url: String,
    /// Why.
    pub why: String,
    /// Whether the robots.txt that is kept of its origin forbids it, so that it would not be.
    pub forbidden: bool,
    /// Whether its host is blocked, so that it would not be.
    pub blocked: bool,
}

/// One that would be fetched, at its place in the queue.
type Row = (Place, Lead, String);

/// What a run would begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// What would be fetched, whatever it leads to, in the order of the queue; hosts take turns.
    pub fetch: Vec<Planned>,
    /// Known URLs that are not due yet.
    pub resting: u64,
    /// When the first of them is.
    pub next_due: Option<Moment>,
}

/// What [`super::run`] would refuse before its first request, the state aside: settings that
/// contradict each other, a trust store without a certificate, a folder nobody can write to. Leaves
/// nothing behind, and makes no folder.
pub fn admissible(settings: &Settings, clock: &Clock) -> Result<(), CrawlError> {
    settings.check()?;
    Carrier::new(settings, clock.clone())?;
    open::could_use(&settings.into)
}

/// Looks ahead. Effect on the archive: none, but for the repair of a torn tail.
pub async fn preview(job: &Job) -> Result<Preview, CrawlError> {
    admissible(&job.settings, &job.clock)?;
    let mut preview = Preview::default();
    let blocks = blocked::read(&job.settings.into);
    if !job.settings.into.join("state").exists() {
        let never = |seed: &Lead| Planned {
            url: seed.found.clone(),
            why: "never fetched".to_owned(),
            forbidden: false,
            blocked: is_blocked(seed, &blocks),
        };
        preview.fetch = job.seeds.iter().map(never).collect();
        return Ok(preview);
    }
    let attached = open::attach(job, &job.watch).await?;
    let frontier = &attached.state.frontier;
    let given = if job.seeds.is_empty() { &attached.seeds } else { &job.seeds };
    let mut rows = preview.look(frontier, given, job).await?;
    rows.sort_by_key(|(place, ..)| *place);
    preview.fetch = planned(rows, frontier, &job.settings, &blocks).await?;
    frontier.close().await?;
    Ok(preview)
}

/// The rows, those marked that the kept robots.txt of their origin forbids, or an operator.
async fn planned(
    rows: Vec<Row>,
    frontier: &DiskFrontier,
    settings: &Settings,
    blocks: &Blocks,
) -> Result<Vec<Planned>, CrawlError> {
    let mut rules: HashMap<HostKey, Option<Rules>> = HashMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for (_, lead, why) in rows {
        let obeys = |url: &Url| {
            let host = settings.host(Site::of(url).as_str());
            settings.robots && host.is_none_or(|host| host.robots)
        };
        let mut forbidden = false;
        if let Some(url) = lead.url().ok().filter(obeys) {
            let origin = HostKey::of(&url);
            if !rules.contains_key(&origin) {
                let fact = frontier.robots(&origin).await?;
                rules.insert(origin.clone(), fact.and_then(|fact| kept_rules(&fact)));
            }
            let rules = rules.get(&origin).and_then(Option::as_ref);
            forbidden = rules.is_some_and(|rules| !rules.allows(&url));
        }
        let blocked = is_blocked(&lead, blocks);
        all.push(Planned { url: lead.found, why, forbidden, blocked });
    }
    Ok(all)
}

fn is_blocked(lead: &Lead, blocks: &Blocks) -> bool {
    lead.url().is_ok_and(|url| blocked::covers(blocks, &Server::of(&url)))
}

fn kept_rules(fact: &RobotsFact) -> Option<Rules> {
    match &fact.answer {
        RobotsAnswer::File(file) => Some(Rules::parse(file)),
        RobotsAnswer::Unavailable | RobotsAnswer::Unreachable => None,
    }
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
        let rests = |known: Fetched| {
            known.at < began && known.due_at(policy, now).is_none_or(|due| due > now)
        };
        if known.is_some_and(rests) {
            resting.push(seed.found);
        }
    }
    Ok(resting)
}

impl Preview {
    /// What was left, the seeds, and what is asked for again by itself.
    async fn look(
        &mut self,
        frontier: &DiskFrontier,
        given: &[Lead],
        job: &Job,
    ) -> Result<Vec<Row>, CrawlError> {
        let mut known: HashSet<Address> = HashSet::new();
        let mut rows: Vec<Row> = Vec::new();
        let run = frontier.stats().await?.run;
        for lead in frontier.queued().await? {
            if known.insert(lead.address.clone()) {
                let place = Place::back(lead.hop, rows.len() as u64);
                rows.push((place, lead, format!("left by run {run}")));
            }
        }
        let mut judge = |lead: Lead, fetched| {
            if known.insert(lead.address.clone()) {
                self.judge(lead, fetched, job, &mut rows);
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
        Ok(rows)
    }

    /// Files a URL under what is due, or under what is not.
    fn judge(&mut self, lead: Lead, fetched: Option<Fetched>, job: &Job, rows: &mut Vec<Row>) {
        let (policy, now) = (&job.settings.recrawl, job.clock.wall());
        match fetched.map_or(Some(now), |fetched| fetched.due_at(policy, now)) {
            Some(due) if due <= now => {
                let why = fetched.map_or("never fetched".to_owned(), |known| known.why(policy));
                let tells = fetched
                    .is_some_and(|known| matches!(known.kind, UrlKind::Feed | UrlKind::Sitemap));
                let seq = rows.len() as u64;
                let place = if tells && !policy.is_each_run() {
                    Place::ahead(seq)
                } else {
                    Place::back(lead.hop, seq)
                };
                rows.push((place, lead, why));
            }
            due => {
                self.resting += 1;
                self.next_due = due.into_iter().chain(self.next_due).min();
            }
        }
    }
}
