//! The clerk: the task that answers for the workers of a sitting.
//!
//! It has the desk, so it can look at the frontier and at politeness; it works on one question at a
//! time and ends with its sitting. Translation groups are judged beside it, seldom enough to take
//! no more than a fiftieth of the crawl's time, and not at all once there are very many pages.

use std::future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::status::{Groups, HOST_ROWS, Host, HostState, Hosts, Totals};
use super::{Live, totals};
use crate::address::Site;
use crate::crawl::desk::Desk;
use crate::crawl::guess;
use crate::frontier::{Frontier, FrontierError, ServerNow};
use crate::groups::late::Usual;
use crate::groups::{Group, GroupKind};
use crate::moment::{Clock, Moment};

/// Groups are not counted anew sooner than this.
const GROUPS_EVERY: Duration = Duration::from_secs(10);

/// Nor sooner than after this many times what counting them took.
const GROUPS_SHARE: u32 = 50;

/// Pages of a run beyond which groups are counted at its end only.
const MANY_PAGES: u64 = 200_000;

/// What the clerk is asked.
#[derive(Debug)]
pub(in crate::crawl) enum Ask {
    /// What is queued where.
    Look(oneshot::Sender<Box<(Totals, Hosts)>>),
    /// A site has another delay: the one in force.
    Delay(Site, Duration, oneshot::Sender<Duration>),
    /// A host is left alone, or no longer: the URLs queued there.
    Hold(String, bool, oneshot::Sender<u64>),
}

/// Answers until nobody can ask any more. All it does is part of this future, so that nothing holds
/// the desk, and with it the folder's lock, once it was dropped.
pub(in crate::crawl) async fn serve<F: Frontier, T: Send + Sync + 'static>(
    desk: Arc<Desk<F, T>>,
    live: Live,
    mut inbox: mpsc::Receiver<Ask>,
) {
    let mut counting = Counting::default();
    loop {
        let ask = tokio::select! {
            ask = inbox.recv() => ask,
            groups = counting.counted(&desk.clock) => {
                if let Some(groups) = groups {
                    live.grouped(groups);
                }
                continue;
            }
        };
        match ask {
            Some(Ask::Look(answer)) => {
                // A frontier that cannot be read ends the crawl by itself.
                let Ok(view) = look(&desk).await else { continue };
                counting.begin(&desk, view.0.captured + view.0.unchanged);
                let _ = answer.send(Box::new(view));
            }
            Some(Ask::Delay(site, delay, answer)) => {
                let _ = answer.send(desk.politeness.set_delay(&site, delay));
            }
            Some(Ask::Hold(host, held, answer)) => {
                let Ok(queued) = desk.frontier.hold(host, held).await else { continue };
                let _ = answer.send(queued);
            }
            None => return,
        }
    }
}

async fn look<F: Frontier, T>(desk: &Desk<F, T>) -> Result<(Totals, Hosts), FrontierError> {
    let stats = desk.frontier.stats().await?;
    let servers = desk.frontier.servers(HOST_ROWS).await?;
    let now = desk.clock.steady();
    let hosts = Hosts {
        active: servers.active,
        in_flight: servers.in_flight,
        resting: servers.resting,
        rows: servers.rows.iter().map(|server| host(desk, server, now)).collect(),
        ..Hosts::default()
    };
    Ok((totals(&stats), hosts))
}

fn host<F: Frontier, T>(desk: &Desk<F, T>, server: &ServerNow, now: Moment) -> Host {
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let state = match server {
        _ if server.in_flight > 0 => HostState::InFlight,
        _ if server.parked => HostState::LeftAlone,
        _ if server.is_resting(now) => HostState::Resting,
        _ if server.due > now => HostState::Waiting,
        _ => HostState::Due,
    };
    Host {
        host: server.server.to_string(),
        domain: server.site.to_string(),
        state,
        in_flight: server.in_flight,
        queued: server.queued,
        delay: millis(desk.politeness.delay(&server.site)),
        due_in: millis(server.due.max(server.rest).since(now)),
        said: desk.said(server.server.as_str()),
    }
}

/// The counting of groups, one at a time.
#[derive(Default)]
struct Counting<'d> {
    running: Option<Pin<Box<dyn Future<Output = Option<Groups>> + Send + 'd>>>,
    began: Moment,
    next: Moment,
}

impl<'d> Counting<'d> {
    /// Begins to count, if it is time to.
    fn begin<F: Frontier, T: Send + Sync>(&mut self, desk: &'d Desk<F, T>, pages: u64) {
        let now = desk.clock.steady();
        if self.running.is_none() && pages <= MANY_PAGES && now >= self.next {
            self.began = now;
            self.running = Some(Box::pin(count(desk)));
        }
    }

    /// What was counted, once it is; for ever while nothing is being counted.
    async fn counted(&mut self, clock: &Clock) -> Option<Groups> {
        let Some(running) = &mut self.running else { return future::pending().await };
        let groups = running.await;
        self.running = None;
        let now = clock.steady();
        let took = now.since(self.began);
        self.next = now.plus(GROUPS_EVERY.max(took.saturating_mul(GROUPS_SHARE)));
        groups
    }
}

/// The groups as the report would count them; `None` when they cannot be judged.
async fn count<F: Frontier, T>(desk: &Desk<F, T>) -> Option<Groups> {
    let evidence = guess::evidence_of(&desk.frontier).await.ok()?;
    let judged = tokio::task::spawn_blocking(move || {
        let mut groups = evidence.finish();
        groups.retain(|group| group.kind == GroupKind::Parallel);
        let usual = Usual::of(&groups);
        let is_complete = |group: &&Group| usual.missing(&group.urls()).is_empty();
        (groups.iter().filter(is_complete).count() as u64, groups.len() as u64)
    });
    let (complete, all) = judged.await.ok()?;
    Some(Groups { complete, partial: all - complete, at: desk.clock.wall() })
}
