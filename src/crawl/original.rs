//! The original: what is archived already of that which a visit brings.
//!
//! A conditional request is made only of a `response` that lies in the folder and reads as it was
//! written; then a 304 can stand for it. A payload that is archived already, here or in another
//! archive, is not stored again. Nothing here writes.

use std::path::Path;

use url::Url;
use warc::RecordType;

use super::CrawlError;
use super::attempt::is_chunked;
use super::desk::Desk;
use crate::capture::{Capture, End};
use crate::digest::Digest;
use crate::frontier::{Frontier, Original, uri_of};
use crate::head::Head;
use crate::lead::Visit;
use crate::moment::Moment;
use crate::page::decode;
use crate::record::entity::split;
use crate::record::reader::read_at;
use crate::record::validators::asked;
use crate::record::verify::verify;
use crate::record::{Origin, Reference};

/// Bytes of an archived response in which its head is looked for.
const HEAD: u64 = 1 << 20;

/// What a visit brought, as the archive sees it.
#[derive(Debug)]
pub(super) enum Met {
    /// What is not archived yet, or came to nothing.
    New,
    /// A payload that is archived already.
    Known(Reference),
    /// A 304 that stands for an archived response.
    Unmodified(Box<Unmodified>),
    /// An answer to a condition that says nothing about the page: it is asked for once more, then
    /// without one. Why.
    Unanswered(&'static str),
}

/// A page the server says to be as it was archived.
#[derive(Debug)]
pub(super) struct Unmodified {
    pub(super) reference: Reference,
    /// The digest of the archived payload.
    pub(super) payload: Digest,
    /// The head it was archived with.
    pub(super) head: Head,
    /// The archived entity, up to the reading limit.
    pub(super) entity: Vec<u8>,
}

impl Met {
    /// The capture that a `revisit` of this refers to.
    pub(super) fn reference(&self) -> Option<&Reference> {
        match self {
            Self::Known(reference) => Some(reference),
            Self::Unmodified(page) => Some(&page.reference),
            Self::New | Self::Unanswered(_) => None,
        }
    }
}

/// The archived response to ask about, when it may be asked about: at the first attempt, with the
/// same request as then, of a record that can be read.
pub(super) async fn condition<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    url: &Url,
) -> Result<Option<Original>, CrawlError> {
    let Some(uri) = uri_of(&visit.lead).filter(|_| visit.attempt == 0) else { return Ok(None) };
    let Some(original) = desk.frontier.original(&uri).await? else { return Ok(None) };
    // A server that is wrong about a page is not wrong for ever.
    let now = desk.clock.wall();
    let age = now.since(original.validators.came);
    if age >= desk.settings.trust_unmodified || original.origin.date > now {
        return Ok(None);
    }
    let fields = desk.fields(url);
    let own = |(name, _): &(&str, &str)| name.to_ascii_lowercase().starts_with("if-");
    let sent = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    if fields.iter().any(own) || asked(sent) != original.validators.asked {
        return Ok(None);
    }
    let archived = archived(desk, &original.origin, original.validators.payload).await;
    Ok(archived.map(|_| original))
}

/// Holds what came against what was asked about and what is archived.
pub(super) async fn meet<F: Frontier, T>(
    desk: &Desk<F, T>,
    visit: &Visit,
    asked_about: Option<Original>,
    capture: &Capture,
) -> Result<Met, CrawlError> {
    let Some(response) = capture.response.as_ref().filter(|_| capture.end == End::Complete) else {
        return Ok(Met::New);
    };
    match (response.status, asked_about) {
        (304, Some(original)) if !original.validators.are_confirmed_by(&response.head) => {
            Ok(Met::Unanswered("the 304 speaks of another version than was asked about"))
        }
        (304, Some(Original { origin, validators })) => {
            let page = archived(desk, &origin, validators.payload).await;
            Ok(page.map_or(
                Met::Unanswered("the response that the 304 stands for cannot be read any more"),
                |page| Met::Unmodified(Box::new(page)),
            ))
        }
        (412, Some(_)) => Ok(Met::Unanswered("the server refused the condition")),
        (status, _) if response.payload_length == 0 || !Origin::is_shared(status) => Ok(Met::New),
        _ => {
            let framed = (capture.began, is_chunked(&response.head));
            let mut known = known(desk, &response.payload_digest, framed).await?;
            // The rules of an origin are read back from this folder when the state is lost.
            known.take_if(|known| visit.lead.robots_for.is_some() && known.container.outside);
            Ok(known.map_or(Met::New, Met::Known))
        }
    }
}

/// The capture a payload is archived as: in the folder, where it can still be read, else in
/// another archive. Never one of a later date (WARC 1.1 §6.7): of two that came at once the one
/// that began first may end last, and clocks are set back.
async fn known<F: Frontier, T>(
    desk: &Desk<F, T>,
    payload: &Digest,
    (began, chunked): (Moment, bool),
) -> Result<Option<Reference>, CrawlError> {
    let here = desk.frontier.origin(payload, chunked).await?;
    if let Some(origin) = here.filter(|origin| origin.date <= began)
        && (desk.has_written(&origin.locator.file)
            || archived(desk, &origin, *payload).await.is_some())
    {
        return Ok(Some(origin.reference()));
    }
    let outside = desk.frontier.outside(payload, chunked).await?;
    Ok(outside.filter(|outside| outside.date <= began))
}

/// Reads the archived response off the async threads; `None` when it is not there as it should be.
async fn archived<F: Frontier, T>(
    desk: &Desk<F, T>,
    origin: &Origin,
    payload: Digest,
) -> Option<Unmodified> {
    if !desk.holds(&origin.locator.file) {
        return None;
    }
    let (folder, origin) = (desk.settings.into.clone(), origin.clone());
    let reading = tokio::task::spawn_blocking(move || read(&folder, &origin, payload));
    reading.await.ok().flatten()
}

/// The archived response, when it is there and reads as it was written.
pub(super) fn read(folder: &Path, origin: &Origin, payload: Digest) -> Option<Unmodified> {
    let entry = read_at(folder, &origin.locator).ok()?;
    let is_it = entry.kind == RecordType::Response
        && entry.id() == Some(origin.record_id.as_str())
        && entry.header.get("WARC-Payload-Digest") == Some(&payload.to_string());
    if !is_it || !verify(&entry).ok()?.is_empty() {
        return None;
    }
    let start = entry.block.first(HEAD).ok()?;
    let head = Head::parse(start.get(..split(&start).head_length).unwrap_or_default());
    let limit = decode::limit(&head);
    // Chunks take more room than what they hold.
    let block = entry.block.first(2 * limit as u64).ok()?;
    let split = split(&block);
    Some(Unmodified {
        reference: origin.reference(),
        payload,
        head,
        entity: split.entity.get(..limit).unwrap_or(&split.entity).to_vec(),
    })
}
