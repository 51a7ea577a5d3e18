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
            Answer::Never(rule) => {
                desk.note_refusal(&visit, rule);
                settle_refused(&desk, &visit, rule).await?;
            }
            Answer::Later(due) => {
                desk.frontier.release(&visit, Release::Until(due)).await?;
            }
            Answer::Rest(until) => {
                desk.frontier.release(&visit, Release::Resting(until)).await?;
            }
            Answer::NeedsRobots(host) => robots::ask_for(&desk, &visit, host).await?,
            Answer::Park(why) => {
                let origin = visit.lead.robots_for.as_ref();
                if let Some(host) = origin.filter(|origin| !desk.is_blocked(origin)) {
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
    use std::ops::Range;
    use std::path::Path;
    use std::time::Duration;

    use url::Url;

    use super::*;
    use crate::address::{HostKey, Server};
    use crate::capture::{Capture, End, Fidelity, Limits, Response, Wire};
    use crate::crawl::archive::Archive;
    use crate::crawl::desk::{Parts, Stop};
    use crate::crawl::live::Live;
    use crate::digest::Digest;
    use crate::disk::Disk;
    use crate::event::Watch;
    use crate::frontier::memory::MemoryFrontier;
    use crate::head::Head;
    use crate::lead::Lead;
    use crate::moment::{Clock, Moment};
    use crate::record::{Block, Ids};
    use crate::settings::Settings;

    /// A transport that dies of some URLs, and finds nobody at all others.
    struct Poison(Wire);

    impl Fetch for Poison {
        async fn fetch(&self, request: reqwest::Request, limits: &Limits) -> Capture {
            assert!(!request.url().path().starts_with("/poison"), "poison");
            self.0.fetch(request, limits).await
        }
    }

    /// A server that is ill, and says so to every request.
    struct Ill(Clock);

    impl Fetch for Ill {
        async fn fetch(&self, _: reqwest::Request, _: &Limits) -> Capture {
            let (head, body) = (&b"HTTP/1.1 500 Ill\r\nContent-Length: 3\r\n\r\n"[..], b"ill");
            let block = [head, body].concat();
            let (from, to) = (head.len() as u64, block.len() as u64);
            let response = Response {
                head: Head::parse(head),
                status: 500,
                head_length: from,
                entity: vec![Range { start: from, end: to }],
                block_digest: Digest::of(&block),
                payload_digest: Digest::of(body),
                payload_length: body.len() as u64,
                block: Block::Bytes(block.into()),
            };
            Capture {
                began: self.0.wall(),
                took: Duration::ZERO,
                peer: None,
                protocols: vec!["http/1.1".to_owned()],
                cipher: None,
                request: b"GET / HTTP/1.1\r\n\r\n".to_vec(),
                response: Some(response),
                end: End::Complete,
                cut: None,
                defects: Vec::new(),
                interim: Vec::new(),
                excess: None,
                debris: Vec::new(),
                received: to,
                fidelity: Fidelity::Exact,
                look_up: None,
            }
        }
    }

    fn desk<T>(into: &Path, seeds: Vec<Lead>, clock: Clock, fetch: T) -> Desk<MemoryFrontier, T> {
        let settings = Settings::new(into.to_owned(), "desk@example.org");
        desk_with(Settings { robots: false, ..settings }, seeds, clock, fetch)
    }

    fn desk_with<T>(
        mut settings: Settings,
        seeds: Vec<Lead>,
        clock: Clock,
        fetch: T,
    ) -> Desk<MemoryFrontier, T> {
        (settings.late, settings.retries) = (false, 0);
        (settings.own_hosts, settings.delay) = (true, Duration::ZERO);
        let watch = Watch::none();
        let (disk, live) = (Disk::real(), Live::new(clock.clone()));
        let (ids, ear) = (Ids::Random, watch.clone());
        let archive = Archive::open(&settings, 0, disk.clone(), clock.clone(), ids, ear).unwrap().0;
        Desk::new(Parts {
            frontier: MemoryFrontier::new(clock.clone(), watch.clone(), 1),
            fetch,
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
        let clock = Clock::system();
        let settings = Settings::new(dir.path().to_owned(), "desk@example.org");
        let poison = Poison(Wire::new(&settings, clock.clone()).unwrap());
        let desk = Arc::new(desk(dir.path(), seeds.clone(), clock, poison));
        desk.frontier.put(seeds).await.unwrap();
        work(Arc::clone(&desk)).await.unwrap();
        let stats = desk.frontier.stats().await.unwrap();
        assert_eq!((stats.put, stats.failed, stats.refused), (5, 2, 3));
        assert_eq!((stats.queued, stats.leased), (0, 0));
        assert_eq!(desk.lost_seeds().len(), 5);
    }

    /// Its robots.txt has moved to a server that was given up before it could be asked there.
    #[tokio::test]
    async fn rules_that_nobody_will_bring_are_asked_for_again() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let seeds = vec![Lead::seed("http://10.0.0.1/a").unwrap()];
        let settings = Settings::new(dir.path().to_owned(), "desk@example.org");
        let wire = Wire::new(&settings, clock.clone()).unwrap();
        let desk = Arc::new(desk_with(settings, seeds.clone(), clock, wire));
        let elsewhere = Url::parse("http://10.0.0.2/r").unwrap();
        let host = HostKey::of(&seeds[0].url().unwrap());
        assert!(desk.begin_asking(&host) && !desk.begin_asking(&host));
        desk.ask_at(&host, &elsewhere);
        assert!(!desk.asks_in_vain(&host));
        desk.asking.park(&Server::of(&elsewhere));
        assert!(desk.asks_in_vain(&host));
        desk.frontier.put(seeds).await.unwrap();
        work(Arc::clone(&desk)).await.unwrap();
        assert!(!desk.asks_in_vain(&host));
        assert_eq!(desk.frontier.stats().await.unwrap().leased, 0);
    }

    /// It rests for longer and longer, minutes at last, and is asked for each URL all the same: a run
    /// that seems to stand still has an end.
    #[tokio::test(start_paused = true)]
    async fn a_server_that_is_ill_costs_time_and_no_url() {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::fixed(Moment::from_millis(1_795_339_800_000));
        let seed = |n| Lead::seed(&format!("http://ill.example/{n}")).unwrap();
        let seeds: Vec<Lead> = (0..12).map(seed).collect();
        let desk = Arc::new(desk(dir.path(), seeds.clone(), clock.clone(), Ill(clock.clone())));
        desk.frontier.put(seeds).await.unwrap();
        let began = clock.steady();
        let time_passes = async {
            loop {
                tokio::time::sleep(Duration::from_millis(250)).await;
                clock.advance(Duration::from_millis(250));
            }
        };
        let workers: Vec<_> = (0..3).map(|_| tokio::spawn(work(Arc::clone(&desk)))).collect();
        let all = async {
            for worker in workers {
                worker.await.unwrap().unwrap();
            }
        };
        tokio::select! {
            () = time_passes => {}
            ended = tokio::time::timeout(Duration::from_hours(24), all) => ended.unwrap(),
        }
        let stats = desk.frontier.stats().await.unwrap();
        assert_eq!((stats.put, stats.queued, stats.leased), (12, 0, 0));
        let took = clock.steady().since(began);
        assert!((Duration::from_mins(20)..Duration::from_hours(2)).contains(&took), "{took:?}");
    }
}
