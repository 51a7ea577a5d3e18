//! The loop. A URL's life reads top to bottom here; everything else is called from it.

use std::sync::Arc;

use super::attempt::attempt;
use super::desk::Desk;
use super::settle::{settle_failed, settle_refused};
use super::{CrawlError, robots};
use crate::capture::Fetch;
use crate::frontier::{Frontier, Release};
use crate::lead::Visit;
use crate::politeness::Answer;

/// One of N equal workers: leases visits until there are none, or until it is told to stop.
pub(super) async fn work<F: Frontier, T: Fetch + 'static>(
    desk: Arc<Desk<F, T>>,
) -> Result<(), CrawlError> {
    while let Some((permit, visit)) = desk.lease().await? {
        match desk.ask(&visit) {
            Answer::Never(rule) => settle_refused(&desk, &visit, rule).await?,
            Answer::Later(due) => {
                desk.frontier.release(&visit, Release::Until(due)).await?;
            }
            Answer::Rest(until) => {
                desk.frontier.release(&visit, Release::Resting(until)).await?;
            }
            Answer::NeedsRobots(host) => robots::ask_for(&desk, &visit, host).await?,
            Answer::Park(why) => {
                if let Some(host) = &visit.lead.robots_for {
                    robots::give_up(&desk, host).await?;
                }
                desk.park(&visit, &why).await?;
            }
            Answer::Go => {
                if contained(&desk, visit).await? {
                    desk.spend(permit);
                }
            }
        }
    }
    Ok(())
}

/// Makes the attempt in a task of its own: a panic in it costs this URL, never the crawl.
/// Says whether a page was captured.
async fn contained<F: Frontier, T: Fetch + 'static>(
    desk: &Arc<Desk<F, T>>,
    visit: Visit,
) -> Result<bool, CrawlError> {
    let task = tokio::spawn(attempt(Arc::clone(desk), visit.clone()));
    match task.await {
        Ok(done) => done,
        Err(died) => {
            settle_failed(desk, &visit, &died.to_string()).await?;
            Ok(false)
        }
    }
}
