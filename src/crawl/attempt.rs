//! One visit: fetch, compare, read, file, settle, in that order.
//!
//! The records are in the archive before the frontier hears of the end of the visit, and what the
//! page leads to is queued before it. A death between two steps repeats the visit; none loses it.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::desk::Desk;
use super::memory::Share;
use super::original::{self, Met};
use super::settle::{Work, settle_refused, trace};
use super::trial::{self, Trial};
use super::{CrawlError, robots};
use crate::address::{HostKey, fetchable};
use crate::capture::cookies::Jar;
use crate::capture::guard::is_public;
use crate::capture::{self, Capture, End, Fetch, Limits, Response};
use crate::event::Event;
use crate::frontier::{Frontier, Original, RobotsFact};
use crate::head::Head;
use crate::lang::Lang;
use crate::lead::{Outcome, Rule, Truncated, Visit};
use crate::moment::Moment;
use crate::page::{self, Page, PageKind, decode};
use crate::politeness::backoff::retry_after;
use crate::politeness::{Feedback, Next};

/// The defect of a body of which only the beginning was read.
const LONG: &str = "a body over the reading limit: its end is not read";

/// Makes the visit. Says whether a page was captured (robots.txt is none).
pub(super) async fn attempt<F: Frontier, T: Fetch + 'static>(
    desk: Arc<Desk<F, T>>,
    visit: Visit,
) -> Result<bool, CrawlError> {
    let Ok(url) = visit.lead.url() else {
        settle_refused(&desk, &visit, Rule::NotAUrl).await?;
        return Ok(false);
    };
    let started = desk.clock.steady();
    let asked_about = original::condition(&desk, &visit, &url).await?;
    let limits = limits(&desk, &visit);
    let Some(capture) = fetch(&desk, &visit, &url, (asked_about.as_ref(), &limits)).await? else {
        return Ok(false);
    };
    let mut next = pace(&desk, &visit, (&url, &capture), started);
    let mut met = original::meet(&desk, &visit, asked_about, &capture).await?;
    let outcome = outcome(&url, &capture, &met);
    let mut learnt = None;
    let (page, _share, _reader) = if let Some(host) = &visit.lead.robots_for {
        let (page, share) = rules(&desk, &visit, host, (&capture, &mut next), &mut learnt).await?;
        (page, share, None)
    } else {
        // Until the visit is settled: what is made of a page can kill as well as reading it.
        let reader = desk.turn_to_read(&visit).await;
        let body = body(&desk, &capture, &mut met, &outcome).await?;
        let (page, share) = read(&desk, (&visit, &url), body).await?;
        (page, share, Some(reader))
    };
    let rest = next.parked.clone().map(|rest| (rest, asks_to_wait(&capture)));
    let wants_cookie = takes_cookies(&desk, &visit, &url, &capture, &outcome);
    let again = visit.lead.robots_for.is_none()
        && (matches!(met, Met::Unanswered(_))
            || wants_cookie
            || desk.politeness.retry(&outcome, visit.attempt));
    let text = page.likeness;
    let trace = trace(&desk, &visit, &url, (&capture, &met), (outcome, again), page);
    let is_page = visit.lead.robots_for.is_none() && capture.response.is_some() && !again;
    let work = Work { desk: &desk, visit: &visit, next, text, met, learnt };
    work.settle(capture, trace).await?;
    if let Some((rest, was_asked)) = rest {
        tell_rest(&desk, &visit, rest, was_asked).await?;
    }
    Ok(is_page)
}

/// What a robots.txt brings: its sitemaps, and what is to be remembered of an origin.
async fn rules<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    host: &HostKey,
    (capture, next): (&Capture, &mut Next),
    learnt: &mut Option<(HostKey, RobotsFact)>,
) -> Result<(Page, Share), CrawlError> {
    let (body, share) = plain(desk, capture).await?;
    let (links, fact) = robots::learn(desk, visit, host, capture, &body).await?;
    let defects = robots::defects(desk, host, fact.as_ref());
    *learnt = fact.map(|fact| (host.clone(), fact));
    wait_for_robots(desk, host, capture, next);
    Ok((Page { links, defects, ..Page::default() }, share))
}

/// The limits of the exchange. Of a robots.txt enough comes for its rules, whatever `--max-body`
/// says, and not much more.
fn limits<F: Frontier, T>(desk: &Desk<F, T>, visit: &Visit) -> Limits {
    let mut limits = desk.limits.clone();
    if visit.lead.robots_for.is_some() {
        limits.max_body = robots::FILE_LIMIT;
    }
    limits
}

/// The exchange; `None` when the crawl was told to stop at once, and the visit stays queued.
async fn fetch<F: Frontier, T: Fetch>(
    desk: &Desk<F, T>,
    visit: &Visit,
    url: &Url,
    (asked_about, limits): (Option<&Original>, &Limits),
) -> Result<Option<Capture>, CrawlError> {
    let mut fields = desk.fields(url);
    let cookie = jar(desk, visit).and_then(|jar| jar.field(url, desk.clock.wall()));
    // The operator's own cookies stand for all.
    if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie")) {
        fields.extend(cookie.as_deref().map(|cookie| ("Cookie", cookie)));
    }
    fields.extend(asked_about.iter().flat_map(|original| original.validators.conditions()));
    let request = capture::request::build(url, &fields)?;
    tokio::select! {
        biased;
        () = desk.stop.now.cancelled() => Ok(None),
        capture = desk.fetch.fetch(request, limits) => Ok(Some(capture)),
    }
}

/// The jar of a visit, where cookies are kept: none crosses from a page to its alternates.
fn jar<F: Frontier, T>(desk: &Desk<F, T>, visit: &Visit) -> Option<Arc<Jar>> {
    let behind = visit.lead.hops.contains(['A', 'G']);
    let language = visit.lead.lang.as_ref().map_or("", Lang::as_str);
    desk.cookies.as_ref().map(|jars| jars.jar(behind.then_some(language)))
}

/// Keeps the cookies that came, if any are kept. Says whether they are what a redirect back to the
/// page itself waits for: with them the same request may bring the page.
fn takes_cookies<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    url: &Url,
    capture: &Capture,
    outcome: &Outcome,
) -> bool {
    let (Some(jar), Some(response)) = (jar(desk, visit), &capture.response) else { return false };
    let are_new = jar.learn(url, &response.head, desk.clock.wall());
    let back = matches!(outcome, Outcome::Moved { to: Some(to), .. } if to == url.as_str());
    are_new && back && visit.attempt < desk.settings.retries
}

/// Tells politeness how it went; it says when the site may be asked again.
fn pace<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    (url, capture): (&Url, &Capture),
    started: Moment,
) -> Next {
    let response = capture.response.as_ref();
    let field = |name| response.and_then(|response| response.head.get(name));
    let told = field("Date").and_then(|date| Moment::parse_http_date(&date));
    let now = told.unwrap_or_else(|| desk.clock.wall());
    let sent = started.max(desk.clock.steady().minus(capture.took));
    let feedback = Feedback {
        // A server sees when the request arrives: after look-up and handshake, and at the latest
        // when its answer is there. It is taken to be as late, up to a fiftieth of the delay, so
        // that no two arrivals look closer than the delay.
        started: sent.plus(capture.took.min(desk.settings.delay / 50)),
        took: capture.took,
        status: response.map(|response| response.status),
        retry_after: field("Retry-After").and_then(|value| retry_after(&value, now)),
        failed: match &capture.end {
            End::Failed(failure) => Some(failure.kind),
            _ => None,
        },
        private_peer: capture.peer.is_some_and(|peer| !is_public(peer.ip())),
        bytes: capture.received,
    };
    desk.spend_bytes(capture.received);
    desk.politeness.settled(url, &visit.site, &feedback)
}

/// Where a robots.txt could not be had, its host's pages wait for the next attempt at it, which is
/// later than its server would be asked for anything else. Half a file is none, and said to be.
fn wait_for_robots<F: Frontier, T>(
    desk: &Desk<F, T>,
    host: &HostKey,
    capture: &Capture,
    next: &mut Next,
) {
    let Some(wait) = desk.politeness.robots_wait(host) else { return };
    let (rest, why) = next.parked.take().unwrap_or_default();
    let why = if why.is_empty() { why } else { format!("{why}; ") };
    let cut = capture.cut.as_ref().map(|cut| format!(" whole ({cut})")).unwrap_or_default();
    let why = format!("{why}its robots.txt could not be had{cut}");
    next.parked = Some((rest.max(wait), why));
}

/// Tells that a server is left alone for more than its delay. What it asked for itself is durable
/// first: whoever is killed in the next second must not ask again.
async fn tell_rest<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    (wait, why): (Duration, String),
    was_asked: bool,
) -> Result<(), CrawlError> {
    if was_asked {
        desk.frontier.commit().await?;
    }
    let host = visit.server.to_string();
    desk.rested(&host, wait, &why);
    desk.watch.tell(&Event::Parked { host, wait, why });
    Ok(())
}

/// Whether the server said when to come again.
fn asks_to_wait(capture: &Capture) -> bool {
    let response = capture.response.as_ref();
    response.is_some_and(|response| response.head.get("Retry-After").is_some())
}

/// The entity, up to the reading limit.
fn entity(response: &Response) -> Result<Vec<u8>, CrawlError> {
    capture::spool::entity(response, decode::limit(&response.head)).map_err(CrawlError::Spool)
}

/// The entity without its content codings, and its share of the memory; empty when there is none.
async fn plain<F: Frontier, T>(
    desk: &Desk<F, T>,
    capture: &Capture,
) -> Result<(Vec<u8>, Share), CrawlError> {
    let Some(response) = &capture.response else { return Ok((Vec::new(), Share::none())) };
    let share = desk.memory.for_body(&response.head, response.payload_length).await;
    Ok((decode::bytes(&response.head, &entity(response)?), share))
}

/// Whether the body of a response stands in chunks.
pub(super) fn is_chunked(head: &Head) -> bool {
    !head.transfer_codings().is_empty()
}

fn outcome(url: &Url, capture: &Capture, met: &Met) -> Outcome {
    match (&capture.end, &capture.response) {
        (End::Refused(refusal), _) => Outcome::Refused(refusal.clone()),
        (End::Failed(failure), _) => Outcome::Failed(failure.clone()),
        (_, Some(response)) if matches!(response.status, 301 | 302 | 303 | 307 | 308) => {
            let to = response.head.get("Location");
            let to = to.and_then(|to| fetchable(&to, Some(url)).ok()).map(String::from);
            Outcome::Moved { status: response.status, to }
        }
        (End::Truncated(why), Some(response)) => {
            Outcome::Captured { status: response.status, truncated: Some(*why) }
        }
        (_, Some(response)) if met.reference().is_some() => {
            Outcome::Revisit { status: response.status }
        }
        (_, Some(response)) => Outcome::Captured { status: response.status, truncated: None },
        (End::Complete | End::Truncated(_), None) => {
            Outcome::Captured { status: 0, truncated: Some(Truncated::Unspecified) }
        }
    }
}

/// What there is to read of a reply, with its share of the memory.
struct Body {
    head: Head,
    entity: Vec<u8>,
    share: Share,
    is_cut: bool,
}

/// What is read of the capture, from the archive when the server had nothing new; `None` for a
/// reply that is no page.
async fn body<F: Frontier, T>(
    desk: &Desk<F, T>,
    capture: &Capture,
    met: &mut Met,
    outcome: &Outcome,
) -> Result<Option<Body>, CrawlError> {
    let readable = matches!(
        outcome,
        Outcome::Captured { status: 200..=299, .. } | Outcome::Revisit { status: 200..=299 }
    );
    match (met, &capture.response) {
        (Met::Unmodified(page), _) => {
            let entity = std::mem::take(&mut page.entity);
            let share = desk.memory.for_body(&page.head, entity.len() as u64).await;
            Ok(Some(Body { head: page.head.clone(), entity, share, is_cut: false }))
        }
        (_, Some(response)) if readable => {
            let length = response.payload_length.min(decode::limit(&response.head) as u64);
            let share = desk.memory.for_body(&response.head, length).await;
            let is_cut = length < response.payload_length;
            Ok(Some(Body { head: response.head.clone(), entity: entity(response)?, share, is_cut }))
        }
        _ => Ok(None),
    }
}

/// Reads the page off the async threads. A panic in a parser costs the reading, not the capture.
/// What was read holds its share of the memory.
async fn read<F: Frontier, T>(
    desk: &Desk<F, T>,
    (visit, url): (&Visit, &Url),
    body: Option<Body>,
) -> Result<(Page, Share), CrawlError> {
    // Ahead of the mark: the page cannot have killed a process that has not begun to read it.
    let died = tried(desk, visit, url, body.as_ref()).await;
    desk.frontier.hazard(visit).await?;
    let Some(Body { head, entity, share: body_share, is_cut }) = body.filter(|_| died.is_none())
    else {
        return Ok((died.unwrap_or_default(), Share::none()));
    };
    let url = url.clone();
    let decoding = tokio::task::spawn_blocking(move || {
        let decoded = decode::entity(&head, &entity);
        (head, decoded)
    });
    let (head, decoded) = match decoding.await {
        Ok(decoded) => decoded,
        Err(died) => return Ok((unread(died), Share::none())),
    };
    let share = desk.memory.for_tree(decoded.text.len()).await;
    drop(body_share);
    let reading = tokio::task::spawn_blocking(move || page::read_decoded(&url, &head, decoded));
    let mut page = reading.await.unwrap_or_else(unread);
    if is_cut && page.kind != PageKind::Other {
        page.defects.push(LONG);
    }
    Ok((page, share))
}

/// What is left of a suspect that a process of its own could not read either; `None` for all that
/// may be read here.
async fn tried<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    url: &Url,
    body: Option<&Body>,
) -> Option<Page> {
    let program = desk.settings.reader.as_ref().filter(|_| visit.suspect)?;
    let Body { head, entity, .. } = body?;
    match trial::hold(program, url, head, entity).await {
        // Whoever ends the crawl may have ended the trial.
        Trial::Died(how) if !desk.stop.now.is_cancelled() => {
            let text = format!("{url}: archived and not read, since what reads it {how}");
            desk.watch.tell(&Event::Warning { text });
            Some(unread(how))
        }
        Trial::Died(_) | Trial::None | Trial::Survived => None,
    }
}

/// What is left of a page at which its reader died.
fn unread(died: impl Display) -> Page {
    let notes = vec![format!("the page could not be read: {died}")];
    Page { notes, ..Page::default() }
}
