//! robots.txt, read through the crawl itself: asked for like any URL, archived like any URL.

use super::CrawlError;
use super::desk::Desk;
use crate::address::{HostKey, fetchable};
use crate::capture::Capture;
use crate::frontier::{Frontier, Release, RobotsAnswer, RobotsFact};
use crate::lead::{Hop, Visit};
use crate::page::Link;
use crate::politeness::robots::{Reply, Rules, Verdict, verdict};

/// The visit's origin has unknown rules: remembers them from an earlier process, or queues its
/// robots.txt ahead of everything, and gives the visit back.
pub(super) async fn ask_for<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    host: HostKey,
) -> Result<(), CrawlError> {
    let now = desk.clock.steady();
    if let Some(fact) = desk.frontier.robots(&host).await?
        && desk.politeness.believes(&fact)
    {
        desk.politeness.learn(&host, &fact);
        desk.frontier.release(visit, Release::Until(now)).await?;
        return Ok(());
    }
    if desk.begin_asking(&host)
        && let Some(url) = host.robots_url()
    {
        let mut lead = visit.lead.onward(&url, Hop::Robots);
        lead.robots_for = Some(host);
        desk.frontier.put_first(lead).await?;
    }
    desk.frontier.release(visit, Release::Until(now)).await?;
    Ok(())
}

/// What a robots.txt visit brought: learns it, or follows its redirect. `body` is the file, its
/// content codings removed. Gives the sitemaps it names.
pub(super) async fn learn<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    host: &HostKey,
    capture: &Capture,
    body: &[u8],
) -> Result<Vec<Link>, CrawlError> {
    let mut named = Vec::new();
    let Ok(url) = visit.lead.url() else { return Ok(named) };
    let response = capture.response.as_ref();
    let location = response.and_then(|response| response.head.get("Location"));
    let reply = Reply {
        url: &url,
        status: response.map(|response| response.status),
        location: location.as_deref(),
        body,
        redirects: visit.lead.redirects(),
    };
    match verdict(&reply) {
        Verdict::Follow(to) => {
            let mut next = visit.lead.onward(&to, Hop::Redirect);
            next.robots_for = Some(host.clone());
            desk.frontier.put_first(next).await?;
        }
        Verdict::Known(answer) => {
            let fact = RobotsFact { read: desk.clock.wall(), answer };
            desk.politeness.learn(host, &fact);
            if let RobotsAnswer::File(file) = &fact.answer {
                named = Rules::parse(file).links();
            }
            if fact.answer != RobotsAnswer::Unreachable {
                desk.frontier.learn_robots(host, fact).await?;
                sitemaps(desk, visit, host, &named).await?;
            }
            desk.end_asking(host);
        }
    }
    Ok(named)
}

/// With `--sitemaps`: where a seed's robots.txt names none, /sitemap.xml is worth a try. Those it
/// names are links of its trace, and judged like any.
async fn sitemaps<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    host: &HostKey,
    named: &[Link],
) -> Result<(), CrawlError> {
    if !desk.settings.sitemaps || !desk.seeds.contains(host) {
        return Ok(());
    }
    if named.is_empty()
        && let Ok(url) = fetchable(&format!("{host}/sitemap.xml"), None)
    {
        desk.frontier.put(vec![visit.lead.onward(&url, Hop::Sitemap)]).await?;
    }
    Ok(())
}
