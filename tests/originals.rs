//! What a frontier knows of archived payloads and their validators, the one on disk and the one in
//! memory alike.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets the unexpected fails, and should"
)]

mod paper;

use paper::{Polled, START, captured, scope};
use warraq::digest::Digest;
use warraq::event::Watch;
use warraq::frontier::memory::MemoryFrontier;
use warraq::frontier::{Poll, Settlement};
use warraq::lead::{Lead, Locator};
use warraq::moment::Clock;
use warraq::record::Origin;
use warraq::record::validators::Validators;

const URI: &str = "http://a.example/1";

/// A response of this payload, the n-th in the archive.
fn origin(uri: &str, n: u64, chunked: bool) -> Origin {
    Origin {
        record_id: format!("<urn:uuid:00000000-0000-4000-8000-{n:012}>"),
        uri: uri.into(),
        date: START,
        locator: Locator { file: "w-20261122093000-00001-h.warc.gz".into(), offset: n, length: 9 },
        chunked,
    }
}

fn validators(etag: Option<&str>, payload: Digest, chunked: bool) -> Validators {
    let etag = etag.map(str::to_owned);
    Validators { etag, modified: None, asked: Digest::empty(), payload, chunked, came: START }
}

/// Visits `uri`, which ends so.
async fn visit(frontier: &impl Polled, uri: &str, end: Settlement) {
    let mut lead = Lead::seed(uri).unwrap();
    lead.robots_for = None;
    frontier.put_first(lead).await.unwrap();
    let Poll::Visit(visit) = frontier.next().await else { panic!("nothing to visit") };
    frontier.ack(&visit, end).await.unwrap();
}

async fn originals(frontier: impl Polled) {
    let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
    let page = |n, payload, etag, chunked| Settlement {
        payload: Some((payload, origin(URI, n, chunked))),
        validators: Some(validators(etag, payload, chunked)),
        ..captured(START)
    };
    assert_eq!(frontier.original(URI).await.unwrap(), None);
    visit(&frontier, URI, page(1, one, Some("\"1\""), false)).await;
    let known = frontier.original(URI).await.unwrap().unwrap();
    assert_eq!(known.validators.etag.as_deref(), Some("\"1\""));
    assert_eq!(known.origin, origin(URI, 1, false));
    assert_eq!(frontier.origin(&one, true).await.unwrap(), None, "framed otherwise");
    assert_eq!(frontier.outside(&one, false).await.unwrap(), None);

    // The same payload in chunks is another response; each has a place of its own.
    visit(&frontier, URI, page(2, one, Some("\"2\""), true)).await;
    assert_eq!(frontier.original(URI).await.unwrap().unwrap().origin.locator.offset, 2);
    assert_eq!(frontier.origin(&one, false).await.unwrap(), Some(origin(URI, 1, false)));

    // A revisit of it brings validators only.
    let revisit =
        Settlement { validators: Some(validators(Some("\"3\""), one, false)), ..captured(START) };
    visit(&frontier, URI, revisit).await;
    let known = frontier.original(URI).await.unwrap().unwrap();
    assert_eq!((known.validators.etag.as_deref(), known.origin.locator.offset), (Some("\"3\""), 1));

    // What is archived under another URL is not what this one would confirm.
    let twin =
        Settlement { validators: Some(validators(Some("\"4\""), one, false)), ..captured(START) };
    visit(&frontier, "http://a.example/2", twin).await;
    assert_eq!(frontier.original("http://a.example/2").await.unwrap(), None);

    // A page that failed leaves them as they are, one without validators takes them away.
    visit(&frontier, URI, captured(START)).await;
    assert!(frontier.original(URI).await.unwrap().is_some());
    visit(&frontier, URI, page(5, two, None, false)).await;
    assert_eq!(frontier.original(URI).await.unwrap(), None);
    assert_eq!(frontier.origin(&two, false).await.unwrap(), Some(origin(URI, 5, false)));
}

#[tokio::test]
async fn in_memory() {
    originals(MemoryFrontier::new(Clock::fixed(START), Watch::none(), 1)).await;
}

#[tokio::test]
async fn on_disk() {
    let (_dir, crawl) = scope();
    originals(crawl.open().frontier).await;
}
