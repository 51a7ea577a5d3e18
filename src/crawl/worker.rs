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
            desk.politeness.abandoned(&visit.site);
            settle_failed(desk, &visit, &died.to_string()).await?;
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::capture::{Capture, Limits, Wire};
    use crate::crawl::archive::Archive;
    use crate::crawl::desk::{Parts, Stop};
    use crate::crawl::live::Live;
    use crate::disk::Disk;
    use crate::event::Watch;
    use crate::frontier::memory::MemoryFrontier;
    use crate::lead::Lead;
    use crate::moment::Clock;
    use crate::record::Ids;
    use crate::settings::Settings;

    /// A transport that dies of some URLs, and finds nobody at all others.
    struct Poison(Wire);

    impl Fetch for Poison {
        async fn fetch(&self, request: reqwest::Request, limits: &Limits) -> Capture {
            assert!(!request.url().path().starts_with("/poison"), "poison");
            self.0.fetch(request, limits).await
        }
    }

    fn desk(into: &Path, seeds: Vec<Lead>) -> Desk<MemoryFrontier, Poison> {
        let mut settings = Settings::new(into.to_owned(), "desk@example.org");
        (settings.robots, settings.late, settings.retries) = (false, false, 0);
        (settings.own_hosts, settings.delay) = (true, std::time::Duration::ZERO);
        let (clock, watch) = (Clock::system(), Watch::none());
        let (disk, live) = (Disk::real(), Live::new(clock.clone()));
        let (ids, ear) = (Ids::Random, watch.clone());
        let archive = Archive::open(&settings, 0, disk.clone(), clock.clone(), ids, ear).unwrap().0;
        Desk::new(Parts {
            frontier: MemoryFrontier::new(clock.clone(), watch.clone(), 1),
            fetch: Poison(Wire::new(&settings, clock.clone()).unwrap()),
            archive,
            settings,
            disk,
            seeds,
            run: 1,
            unclean: false,
            clock,
            watch,
            stop: Stop::default(),
            live,
        })
    }

    #[tokio::test]
    async fn a_panic_costs_its_url_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        // A private address is refused without a word on the wire.
        let paths = ["poison/1", "a", "poison/2", "b", "c"];
        let seed = |path: &&str| Lead::seed(&format!("http://10.0.0.1/{path}")).unwrap();
        let seeds: Vec<Lead> = paths.iter().map(seed).collect();
        let desk = Arc::new(desk(dir.path(), seeds.clone()));
        desk.frontier.put(seeds).await.unwrap();
        work(Arc::clone(&desk)).await.unwrap();
        let stats = desk.frontier.stats().await.unwrap();
        assert_eq!((stats.put, stats.failed, stats.refused), (5, 2, 3));
        assert_eq!((stats.queued, stats.leased), (0, 0));
        assert_eq!(desk.lost_seeds().len(), 5);
    }
}
