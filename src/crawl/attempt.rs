//! One visit: fetch, read, file, settle, in that order.
//!
//! The records are in the archive before the frontier hears of the end of the visit, and what the
//! page leads to is queued before it. A death between two steps repeats the visit; none loses it.

use std::sync::Arc;

use url::Url;

use super::desk::Desk;
use super::settle::{Work, settle_refused, trace};
use super::{CrawlError, robots};
use crate::address::fetchable;
use crate::capture::guard::is_public;
use crate::capture::{self, Capture, End, Fetch};
use crate::event::Event;
use crate::frontier::Frontier;
use crate::head::Head;
use crate::lead::{Outcome, Rule, Truncated, Visit};
use crate::moment::Moment;
use crate::page::{self, Page, Source, decode};
use crate::politeness::backoff::retry_after;
use crate::politeness::{Feedback, Next};
use crate::record::Origin;

/// Bytes of an entity that are read for links and text; the archive keeps them all.
const READ_LIMIT: usize = 16 << 20;

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
    let Some(capture) = fetch(&desk, &url).await? else { return Ok(false) };
    let next = pace(&desk, &visit, &capture, started);
    let entity = entity(&capture)?;
    let origin = known_payload(&desk, &capture).await?;
    let outcome = outcome(&url, &capture, origin.is_some());
    let page = if let Some(host) = &visit.lead.robots_for {
        let body = plain(&capture, &entity);
        let links = robots::learn(&desk, &visit, host, &capture, &body).await?;
        Page { links, ..Page::default() }
    } else {
        desk.frontier.hazard(&visit).await?;
        read(&url, &capture, &outcome, entity).await
    };
    let again = visit.lead.robots_for.is_none() && desk.politeness.retry(&outcome, visit.attempt);
    let trace = trace(&desk, &visit, &url, &capture, (outcome, again), page);
    let is_page = visit.lead.robots_for.is_none() && capture.response.is_some() && !again;
    let work = Work { desk: &desk, visit: &visit, next, origin };
    work.settle(capture, trace).await?;
    Ok(is_page)
}

/// The exchange; `None` when the crawl was told to stop at once, and the visit stays queued.
async fn fetch<F: Frontier, T: Fetch>(
    desk: &Desk<F, T>,
    url: &Url,
) -> Result<Option<Capture>, CrawlError> {
    let request = capture::request::build(url, &desk.fields(url))?;
    tokio::select! {
        biased;
        () = desk.stop.now.cancelled() => Ok(None),
        capture = desk.fetch.fetch(request, &desk.limits) => Ok(Some(capture)),
    }
}

/// Tells politeness how it went; it says when the site may be asked again.
fn pace<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    capture: &Capture,
    started: Moment,
) -> Next {
    let response = capture.response.as_ref();
    let asked = response.and_then(|response| response.head.get("Retry-After"));
    let feedback = Feedback {
        started,
        took: capture.took,
        status: response.map(|response| response.status),
        retry_after: asked.and_then(|value| retry_after(&value, desk.clock.wall())),
        failed: match &capture.end {
            End::Failed(failure) => Some(failure.kind),
            _ => None,
        },
        private_peer: capture.peer.is_some_and(|peer| !is_public(peer.ip())),
        bytes: capture.received,
    };
    let next = desk.politeness.settled(&visit.site, &feedback);
    if let Some((wait, why)) = &next.parked {
        let (site, wait, why) = (visit.site.to_string(), *wait, why.clone());
        desk.watch.tell(&Event::Parked { site, wait, why });
    }
    next
}

/// The entity, up to the reading limit; empty when there is none.
fn entity(capture: &Capture) -> Result<Vec<u8>, CrawlError> {
    let Some(response) = &capture.response else { return Ok(Vec::new()) };
    capture::spool::entity(response, READ_LIMIT).map_err(CrawlError::Spool)
}

/// The entity without its content codings.
fn plain(capture: &Capture, entity: &[u8]) -> Vec<u8> {
    let head = capture.response.as_ref().map(|response| &response.head);
    head.map_or_else(Vec::new, |head| decode::bytes(head, entity))
}

/// Whether the body of a response stands in chunks.
pub(super) fn is_chunked(head: &Head) -> bool {
    !head.transfer_codings().is_empty()
}

/// The capture this payload is archived as already. Only whole, non-empty payloads are compared.
async fn known_payload<F: Frontier, T>(
    desk: &Desk<F, T>,
    capture: &Capture,
) -> Result<Option<Origin>, CrawlError> {
    match (&capture.response, &capture.end) {
        (Some(response), End::Complete) if response.payload_length > 0 => {
            let origin = desk.frontier.origin(&response.payload_digest).await?;
            let chunked = is_chunked(&response.head);
            Ok(origin
                .filter(|origin| origin.chunked == chunked && desk.holds(&origin.locator.file)))
        }
        _ => Ok(None),
    }
}

fn outcome(url: &Url, capture: &Capture, known: bool) -> Outcome {
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
        (_, Some(response)) if known => Outcome::Revisit { status: response.status },
        (_, Some(response)) => Outcome::Captured { status: response.status, truncated: None },
        (End::Complete | End::Truncated(_), None) => {
            Outcome::Captured { status: 0, truncated: Some(Truncated::Unspecified) }
        }
    }
}

/// Reads the page off the async threads. A panic in a parser costs the reading, not the capture.
async fn read(url: &Url, capture: &Capture, outcome: &Outcome, entity: Vec<u8>) -> Page {
    let readable = matches!(
        outcome,
        Outcome::Captured { status: 200..=299, .. } | Outcome::Revisit { status: 200..=299 }
    );
    let Some(response) = capture.response.as_ref().filter(|_| readable) else {
        return Page::default();
    };
    let (url, head) = (url.clone(), response.head.clone());
    let task = tokio::task::spawn_blocking(move || {
        page::read(Source { url: &url, head: &head, entity: &entity })
    });
    task.await.unwrap_or_else(|died| Page {
        notes: vec![format!("the page could not be read: {died}")],
        ..Page::default()
    })
}
