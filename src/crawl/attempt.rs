//! One visit: fetch, compare, read, file, settle, in that order.
//!
//! The records are in the archive before the frontier hears of the end of the visit, and what the
//! page leads to is queued before it. A death between two steps repeats the visit; none loses it.

use std::sync::Arc;

use url::Url;

use super::desk::Desk;
use super::original::{self, Met};
use super::settle::{Work, settle_refused, trace};
use super::{CrawlError, robots};
use crate::address::fetchable;
use crate::capture::guard::is_public;
use crate::capture::{self, Capture, End, Fetch, Response};
use crate::event::Event;
use crate::frontier::{Frontier, Original};
use crate::head::Head;
use crate::lead::{Outcome, Rule, Truncated, Visit};
use crate::moment::Moment;
use crate::page::{self, Page, Source, decode};
use crate::politeness::backoff::retry_after;
use crate::politeness::{Feedback, Next};

/// Bytes of an entity that are read for links and text; the archive keeps them all.
pub(super) const READ_LIMIT: usize = 16 << 20;

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
    let Some(capture) = fetch(&desk, &url, asked_about.as_ref()).await? else { return Ok(false) };
    let next = pace(&desk, &visit, &capture, started);
    let mut met = original::meet(&desk, &visit, asked_about, &capture).await?;
    let outcome = outcome(&url, &capture, &met);
    let page = if let Some(host) = &visit.lead.robots_for {
        let body = plain(&capture)?;
        let links = robots::learn(&desk, &visit, host, &capture, &body).await?;
        Page { links, ..Page::default() }
    } else {
        desk.frontier.hazard(&visit).await?;
        read(&url, &capture, &mut met, &outcome).await?
    };
    let again = visit.lead.robots_for.is_none()
        && (matches!(met, Met::Unanswered(_)) || desk.politeness.retry(&outcome, visit.attempt));
    let trace = trace(&desk, &visit, &url, (&capture, &met), (outcome, again), page);
    let is_page = visit.lead.robots_for.is_none() && capture.response.is_some() && !again;
    let work = Work { desk: &desk, visit: &visit, next, met };
    work.settle(capture, trace).await?;
    Ok(is_page)
}

/// The exchange; `None` when the crawl was told to stop at once, and the visit stays queued.
async fn fetch<F: Frontier, T: Fetch>(
    desk: &Desk<F, T>,
    url: &Url,
    asked_about: Option<&Original>,
) -> Result<Option<Capture>, CrawlError> {
    let mut fields = desk.fields(url);
    fields.extend(asked_about.iter().flat_map(|original| original.validators.conditions()));
    let request = capture::request::build(url, &fields)?;
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
    desk.spend_bytes(capture.received);
    let next = desk.politeness.settled(&visit.site, &feedback);
    if let Some((wait, why)) = &next.parked {
        let (site, wait, why) = (visit.site.to_string(), *wait, why.clone());
        desk.watch.tell(&Event::Parked { site, wait, why });
    }
    next
}

/// The entity, up to the reading limit.
fn entity(response: &Response) -> Result<Vec<u8>, CrawlError> {
    capture::spool::entity(response, READ_LIMIT).map_err(CrawlError::Spool)
}

/// The entity without its content codings; empty when there is none.
fn plain(capture: &Capture) -> Result<Vec<u8>, CrawlError> {
    let Some(response) = &capture.response else { return Ok(Vec::new()) };
    Ok(decode::bytes(&response.head, &entity(response)?))
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

/// Reads the page off the async threads, from the archive when the server had nothing new. A panic
/// in a parser costs the reading, not the capture.
async fn read(
    url: &Url,
    capture: &Capture,
    met: &mut Met,
    outcome: &Outcome,
) -> Result<Page, CrawlError> {
    let readable = matches!(
        outcome,
        Outcome::Captured { status: 200..=299, .. } | Outcome::Revisit { status: 200..=299 }
    );
    let (head, entity) = match (met, &capture.response) {
        (Met::Unmodified(page), _) => (page.head.clone(), std::mem::take(&mut page.entity)),
        (_, Some(response)) if readable => (response.head.clone(), entity(response)?),
        _ => return Ok(Page::default()),
    };
    let url = url.clone();
    let task = tokio::task::spawn_blocking(move || {
        page::read(Source { url: &url, head: &head, entity: &entity })
    });
    Ok(task.await.unwrap_or_else(|died| Page {
        notes: vec![format!("the page could not be read: {died}")],
        ..Page::default()
    }))
}
