//! robots.txt, read through the crawl itself: asked for like any URL, archived like any URL.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use url::Url;
use warc::{RecordType, TruncatedType};

use super::attempt::is_chunked;
use super::desk::Desk;
use super::{CrawlError, original};
use crate::address::{HostKey, fetchable};
use crate::capture::{Capture, End};
use crate::digest::Digest;
use crate::event::Event;
use crate::frontier::{Frontier, Release, RobotsAnswer, RobotsFact};
use crate::head::Head;
use crate::lead::{Hop, Lead, Locator, Truncated, Visit};
use crate::page::{Link, decode};
use crate::politeness::robots::{MAX_CRAWL_DELAY, MAX_FILE, Reply, Rules, Verdict, verdict};
use crate::record::entry::Entry;
use crate::record::verify::verify;
use crate::record::{entity, reader};
use crate::settings::spelling::span;
use crate::state::rebuild::Found;

/// How long a page waits for rules that somebody else is asking for.
const WHILE_ASKING: Duration = Duration::from_millis(50);

/// The defect of rules that ask for more patience than a crawl has.
const LONG_DELAY: &str = "a Crawl-delay over 2 minutes: held to that";

/// Bytes of a robots.txt that are fetched, and looked at in the archive: more than are ever kept.
pub(super) const FILE_LIMIT: u64 = 1 << 20;

/// The same with a head.
const BLOCK_LIMIT: u64 = FILE_LIMIT + (256 << 10);

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
        desk.politeness.learn(&host, &fact, None);
        // No trace of this run names the sitemaps of rules that were read in an earlier one.
        let named = named(&fact.answer);
        let urls = named.iter().filter_map(|link| fetchable(&link.url, None).ok());
        queue_sitemaps(desk, visit, &host, urls.collect()).await?;
        sitemaps(desk, visit, &host, &named).await?;
        desk.frontier.release(visit, Release::Until(now)).await?;
        return Ok(());
    }
    if desk.asks_in_vain(&host) {
        give_up(desk, &host).await?;
    }
    let queued =
        desk.begin_asking(&host) && ask(desk, &visit.lead, Hop::Robots, &host, None).await?;
    // Where the answer is on its way already, a moment later is soon enough.
    let rest = if queued { now } else { now.plus(WHILE_ASKING) };
    desk.frontier.release(visit, Release::Resting(rest)).await?;
    Ok(())
}

/// Queues a robots.txt, or `to` where it has moved, ahead of everything. When that URL is being
/// visited for another reason nothing is queued, and the asking begins again later.
async fn ask<F: Frontier, T>(
    desk: &Desk<F, T>,
    from: &Lead,
    hop: Hop,
    host: &HostKey,
    to: Option<&Url>,
) -> Result<bool, CrawlError> {
    let queued = match to.cloned().or_else(|| host.robots_url()) {
        Some(url) => {
            desk.ask_at(host, &url);
            let lead = from.onward(&url, hop).for_robots(host.clone());
            desk.frontier.put_first(lead).await?
        }
        None => false,
    };
    if !queued {
        desk.end_asking(host);
    }
    Ok(queued)
}

/// An attempt to read an origin's rules came to nothing. Politeness says when to try again, and
/// when to leave the site alone.
pub(super) async fn give_up<F: Frontier, T>(
    desk: &Desk<F, T>,
    host: &HostKey,
) -> Result<(), CrawlError> {
    conclude(desk, host, RobotsAnswer::Unreachable).await?;
    Ok(())
}

/// The asking is over, for this run at least: politeness goes by the answer, and where there is
/// none by what was said last.
async fn conclude<F: Frontier, T>(
    desk: &Desk<F, T>,
    host: &HostKey,
    answer: RobotsAnswer,
) -> Result<RobotsFact, CrawlError> {
    let fact = RobotsFact { read: desk.clock.wall(), answer };
    let kept = match fact.answer {
        RobotsAnswer::Unreachable => desk.frontier.robots(host).await?,
        RobotsAnswer::File(_) | RobotsAnswer::Unavailable => None,
    };
    desk.politeness.learn(host, &fact, kept.as_ref());
    desk.end_asking(host);
    Ok(fact)
}

/// The sitemaps an answer names.
fn named(answer: &RobotsAnswer) -> Vec<Link> {
    match answer {
        RobotsAnswer::File(file) => Rules::parse(file).links(),
        RobotsAnswer::Unavailable | RobotsAnswer::Unreachable => Vec::new(),
    }
}

/// What a robots.txt visit brought: learns it, or follows its redirect. `body` is the file, its
/// content codings removed. Gives the sitemaps it names, and what is to be remembered once the
/// answer is archived: rules that no record tells of would keep the next process from asking.
pub(super) async fn learn<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    host: &HostKey,
    capture: &Capture,
    body: &[u8],
) -> Result<(Vec<Link>, Option<RobotsFact>), CrawlError> {
    let nothing = (Vec::new(), None);
    let Ok(url) = visit.lead.url() else { return Ok(nothing) };
    if let End::Refused(_) = capture.end {
        // What may not be connected to has no rules: its pages are refused by themselves. Another
        // run may be given other rights, so nothing is remembered.
        conclude(desk, host, RobotsAnswer::Unavailable).await?;
        return Ok(nothing);
    }
    let response = capture.response.as_ref();
    let location = response.and_then(|response| response.head.get("Location"));
    let came = match capture.end {
        // Half a file is none: what was to come may have forbidden what it leaves out.
        End::Truncated(why) if why != Truncated::Length && body.len() < MAX_FILE => None,
        _ => response.map(|response| response.status),
    };
    let reply = Reply {
        url: &url,
        status: came,
        location: location.as_deref(),
        body,
        redirects: visit.lead.redirects(),
    };
    match verdict(&reply) {
        Verdict::Follow(to) => {
            if !ask(desk, &visit.lead, Hop::Redirect, host, Some(&to)).await? {
                give_up(desk, host).await?;
            }
            Ok(nothing)
        }
        Verdict::Known(answer) => {
            let fact = conclude(desk, host, answer).await?;
            let named = named(&fact.answer);
            if fact.answer == RobotsAnswer::Unreachable {
                return Ok((named, None));
            }
            sitemaps(desk, visit, host, &named).await?;
            share(desk, (host, &url), &fact);
            Ok((named, Some(fact)))
        }
    }
}

/// A robots.txt that another host's has moved to is its own host's too, and need not be asked for
/// again in this run. Where its sitemaps are wanted it is, since no trace names them otherwise.
fn share<F: Frontier, T>(desk: &Desk<F, T>, (host, url): (&HostKey, &Url), fact: &RobotsFact) {
    let own = HostKey::of(url);
    let wanted = desk.settings.sitemaps && desk.seeds.contains(&own);
    if own != *host && own.robots_url().as_ref() == Some(url) && !wanted && desk.begin_asking(&own)
    {
        desk.politeness.learn(&own, fact, None);
        desk.end_asking(&own);
    }
}

/// What is wrong with the rules of an origin, and lived with: a Crawl-delay that is held to less.
pub(super) fn defects<F: Frontier, T>(
    desk: &Desk<F, T>,
    host: &HostKey,
    fact: Option<&RobotsFact>,
) -> Vec<&'static str> {
    let Some(RobotsAnswer::File(file)) = fact.map(|fact| &fact.answer) else { return Vec::new() };
    let Some(delay) = Rules::parse(file).longer_delay() else { return Vec::new() };
    let (asked, held) = (span(delay), span(MAX_CRAWL_DELAY));
    let text = format!("{host}: its robots.txt asks for a Crawl-delay of {asked}; held to {held}");
    desk.watch.tell(&Event::Warning { text });
    vec![LONG_DELAY]
}

/// A robots.txt visit that is read back from the archive: whose rules it asked for, and its reply.
pub(super) fn asked(found: &Found) -> Option<(HostKey, (Lead, Locator))> {
    let lead = &found.trace.lead;
    Some((lead.robots_for.clone()?, (lead.clone(), found.locator.clone()?)))
}

/// What such a visit brought: the same verdict on the same bytes. `None` where they cannot be had:
/// the origin's rules are not known then, and asked for again when they are needed.
pub(super) async fn recall<F: Frontier>(
    frontier: &F,
    folder: &Path,
    lead: &Lead,
    at: &Locator,
) -> Result<Option<RobotsFact>, CrawlError> {
    let Ok(entry) = reader::read_at(folder, at) else { return Ok(None) };
    let Ok(block) = entry.block.first(BLOCK_LIMIT) else { return Ok(None) };
    let parts = entity::split(&block);
    let head = Head::parse(block.get(..parts.head_length).unwrap_or_default());
    let file = match entry.kind {
        RecordType::Response => whole(&entry).then(|| parts.entity.into_owned()),
        RecordType::Revisit => referred_to(frontier, folder, &entry, &head).await?,
        _ => None,
    };
    let (Some(file), Some(read), Ok(url)) = (file, entry.date(), lead.url()) else {
        return Ok(None);
    };
    let location = head.get("Location");
    let reply = Reply {
        url: &url,
        status: head.status(),
        location: location.as_deref(),
        body: &decode::bytes(&head, &file),
        redirects: lead.redirects(),
    };
    Ok(match verdict(&reply) {
        Verdict::Known(answer) if answer != RobotsAnswer::Unreachable => {
            Some(RobotsFact { read, answer })
        }
        _ => None,
    })
}

/// Whether a response was received whole, as far as is ever read of it, and still is what was
/// written.
fn whole(entry: &Entry) -> bool {
    let came = entry.truncated().is_none_or(|why| why == TruncatedType::Length);
    came && verify(entry).is_ok_and(|findings| findings.is_empty())
}

/// The entity that a `revisit` stands for, when it lies in the folder and reads well. Its own block
/// has none, which must not be taken for a file without rules.
async fn referred_to<F: Frontier>(
    frontier: &F,
    folder: &Path,
    revisit: &Entry,
    head: &Head,
) -> Result<Option<Vec<u8>>, CrawlError> {
    let payload = revisit.header.get("WARC-Payload-Digest");
    let Some(payload) = payload.and_then(|text| Digest::from_str(text).ok()) else {
        return Ok(None);
    };
    let origin = frontier.origin(&payload, is_chunked(head)).await?;
    Ok(origin.and_then(|origin| original::read(folder, &origin, payload)).map(|page| page.entity))
}

/// With `--sitemaps`: where a seed's robots.txt names none, /sitemap.xml is worth a try. Those it
/// names are links of its trace, and judged like any.
async fn sitemaps<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    host: &HostKey,
    named: &[Link],
) -> Result<(), CrawlError> {
    let guess = fetchable(&format!("{host}/sitemap.xml"), None).ok();
    let urls = guess.into_iter().filter(|_| named.is_empty()).collect();
    queue_sitemaps(desk, visit, host, urls).await
}

/// Queues sitemaps of a seed's origin, when they are asked for.
async fn queue_sitemaps<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    host: &HostKey,
    urls: Vec<Url>,
) -> Result<(), CrawlError> {
    if desk.settings.sitemaps && desk.seeds.contains(host) {
        let leads = urls.iter().map(|url| visit.lead.onward(url, Hop::Sitemap)).collect();
        desk.frontier.put(leads).await?;
    }
    Ok(())
}
