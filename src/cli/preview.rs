//! `--dry-run`: what would be fetched, and why.

use serde_json::json;

use super::crawl::{Plan, stopped};
use super::{Exit, Stopped, show};
use crate::crawl::{self, Job, Stop};
use crate::disk::Disk;
use crate::event::Watch;
use crate::json;
use crate::moment::Clock;

/// URLs that are printed one by one; more are counted.
const SHOWN: usize = 10_000;

/// Prints the plan of a run.
pub(super) async fn run(plan: Plan, as_json: bool) -> Result<Exit, Stopped> {
    let job = Job {
        settings: plan.given.settings,
        seeds: plan.seeds,
        recover: false,
        clock: Clock::system(),
        disk: Disk::real(),
        watch: Watch::none(),
        stop: Stop::default(),
    };
    let preview = crawl::preview(&job).await.map_err(stopped)?;
    for planned in preview.fetch.iter().take(SHOWN) {
        let url = show::clean(&planned.url);
        show::say(&if as_json {
            let (why, forbidden, blocked) = (&planned.why, planned.forbidden, planned.blocked);
            let row = json!({ "url": url, "why": why, "forbidden": forbidden, "blocked": blocked });
            json::line(&row).unwrap_or_default()
        } else {
            let forbidden = if planned.forbidden { "; robots.txt forbids it" } else { "" };
            let blocked = if planned.blocked { "; its host is blocked" } else { "" };
            format!("{url}  {}{forbidden}{blocked}", planned.why)
        });
    }
    if !as_json {
        let fetch = show::count(preview.fetch.len() as u64, "URL");
        let next = preview.next_due.map(|due| format!(", the first at {due}")).unwrap_or_default();
        let resting = preview.resting;
        show::say(&format!("{fetch} to begin with, and what they lead to; {resting} rest{next}"));
    }
    Ok(Exit::Complete)
}
