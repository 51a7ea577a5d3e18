//! Items: what one record gives an export, complete, before anything is known of the others.
//!
//! A pure function of the record ([`of`]), run on all cores. A page whose reading panics costs that
//! page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};
use url::Url;
use warc::RecordType;

use super::capture::{self, Capture, MAX_PAGE};
use super::defect;
use super::document::{Document, Source, host_of};
use super::survey::fingerprint;
use crate::address::fetchable;
use crate::crawl::reading;
use crate::frontier::KeptPage;
use crate::frontier::tally::keep;
use crate::head::Head;
use crate::lead::{Hop, Lead, Locator, Outcome};
use crate::moment::Moment;
use crate::page::{self, Page, PageKind, rights};
use crate::record::entry::Entry;
use crate::record::header::Header;
use crate::record::reader::ReadError;
use crate::record::trace::Trace;

/// Bytes of a revisit that are read: its head.
const MAX_HEAD: u64 = 64 << 10;

/// Largest `metadata` block that is read: a page with 100,000 outlinks has about 10 MB.
pub(super) const MAX_TRACE: u64 = 64 << 20;

/// What a record gives.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum Item {
    /// A response worth knowing of.
    Reply(Reply),
    /// A capture whose payload stands elsewhere.
    Repeat(Repeat),
    /// What a crawl of ours noted about a capture.
    Trace(TraceRow),
    /// What a robots.txt says of the use of its host's pages.
    Signal {
        /// The host.
        host: String,
        /// `Content-Signal`.
        value: String,
    },
    /// A record that could not be read.
    Lost(Lost),
}

/// A response.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// What it says for the groups, unless a trace of it says it better.
    pub kept: Vec<KeptPage>,
    /// WARC-Record-ID.
    pub id: Option<String>,
    /// A print of the payload of an article whose record declares no digest of it.
    pub print: Option<u64>,
    /// The article, when it is one.
    pub document: Option<Box<Document>>,
}

/// A `revisit` (WARC 1.1 §6.7).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// WARC-Target-URI.
    pub url: String,
    /// The record.
    pub source: Source,
    /// WARC-Refers-To.
    pub id: Option<String>,
    /// WARC-Refers-To-Target-URI.
    pub uri: Option<String>,
    /// WARC-Refers-To-Date.
    pub date: Option<Moment>,
    /// Whether its head says that it is a page.
    pub says_html: bool,
}

/// What a trace says for the groups.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRow {
    /// The record it tells of.
    pub about: Option<String>,
    /// What it says.
    pub kept: Vec<KeptPage>,
}

/// A record, or a part of a file, that could not be read: a line of `errors.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The file.
    pub file: String,
    /// Where, as far as it is known.
    pub offset: Option<u64>,
    /// Why.
    pub why: String,
}

impl Lost {
    /// The record that `why` is about.
    pub fn of(why: &ReadError) -> Self {
        let (file, offset) = match why {
            ReadError::Io { path: file, .. } | ReadError::NotWarc { file, .. } => (file, None),
            ReadError::Damaged { file, offset, .. }
            | ReadError::Garbage { file, offset, .. }
            | ReadError::Header { file, offset, .. }
            | ReadError::Cut { file, offset, .. }
            | ReadError::Overlong { file, offset, .. } => (file, Some(*offset)),
            ReadError::Nowhere { at, .. } => (&at.file, Some(at.offset)),
        };
        Self { file: file.clone(), offset, why: why.to_string() }
    }

    fn page(at: &Locator, why: &str) -> Self {
        Self { file: at.file.clone(), offset: Some(at.offset), why: why.to_owned() }
    }
}

/// Bytes of a block that are needed.
pub fn needed(header: &Header) -> u64 {
    match RecordType::from(header.get("WARC-Type").unwrap_or_default()) {
        RecordType::Response => MAX_PAGE,
        RecordType::Resource if capture::is_html(header) => MAX_PAGE,
        RecordType::Metadata => MAX_TRACE,
        RecordType::Revisit => MAX_HEAD,
        _ => 0,
    }
}

/// Whether a record can give anything.
pub fn is_of_use(entry: &Entry) -> bool {
    match entry.kind {
        RecordType::Response | RecordType::Resource => capture::is_page(entry),
        RecordType::Revisit | RecordType::Metadata => true,
        _ => false,
    }
}

/// What a record gives; nothing when it holds no page and says nothing of one.
pub fn of(entry: &Entry) -> Option<Item> {
    let read = catch_unwind(AssertUnwindSafe(|| match entry.kind {
        RecordType::Response | RecordType::Resource => reply(entry),
        RecordType::Revisit => repeat(entry).map(Item::Repeat),
        RecordType::Metadata => trace(entry).map(Item::Trace),
        _ => None,
    }));
    read.unwrap_or_else(|_| {
        let why = "reading the page failed; it is left out (please report it with the record)";
        Some(Item::Lost(Lost::page(&entry.locator, why)))
    })
}

fn reply(entry: &Entry) -> Option<Item> {
    let capture = match Capture::of(entry, MAX_PAGE) {
        Ok(Some(capture)) => capture,
        Ok(None) => return Some(Item::Lost(Lost::page(&entry.locator, &without_page(entry)))),
        Err(why) => return Some(Item::Lost(Lost::page(&entry.locator, &why.to_string()))),
    };
    let Capture { url, head, status, entity, .. } = &capture;
    let status = *status;
    let id = entry.id().map(str::to_owned);
    let lead = Lead::at(url, Hop::Seed);
    let to = head.get("Location").and_then(|to| fetchable(&to, Some(url)).ok());
    if let (300..=399, Some(to)) = (status, to) {
        let outcome = Outcome::Moved { status, to: Some(to.into()) };
        let kept = keep(&lead, &outcome, None, &[]);
        return Some(Item::Reply(Reply { kept, id, print: None, document: None }));
    }
    if !matches!(status, 200..=299) || is_media(head) {
        return None;
    }
    if url.path() == "/robots.txt" {
        return signal(url, head, entity);
    }
    let page = page::read(page::Source { url, head, entity });
    let reach = (page.is_broken, page.is_cut);
    let outcome = Outcome::Captured { status, truncated: None };
    let kept = keep(&lead, &outcome, row(url, &page), &page.alternates);
    let document = Document::of(entry, url, page).map(|mut document| {
        document.defects = defect::of(entry, &capture, reach);
        Box::new(document)
    });
    if document.is_none() && entry.is_segment() {
        let why = "it is the first segment of a record (WARC 1.1 §7), and segments are not joined; \
                   no article was found in this one alone";
        return Some(Item::Lost(Lost::page(&entry.locator, why)));
    }
    if kept.is_empty() && document.is_none() {
        return None;
    }
    let is_printed = document.as_ref().is_some_and(|one| one.warc.payload_digest.is_none());
    let print = is_printed.then(|| fingerprint(&**entity));
    Some(Item::Reply(Reply { kept, id, print, document }))
}

/// Why nothing can be read of a record that says it holds what HTTP brought.
fn without_page(entry: &Entry) -> String {
    let Some(uri) = entry.target_uri() else { return "it has no WARC-Target-URI".to_owned() };
    match fetchable(uri, None) {
        Err(why) => format!("its WARC-Target-URI is no address of the web: {why}"),
        Ok(_) => "its block begins with no status line of HTTP".to_owned(),
    }
}

fn row(url: &Url, page: &Page) -> Option<crate::record::trace::PageRow> {
    let says = page.kind == PageKind::Article || reading::is_kept(page);
    says.then(|| reading::row(url, page))
}

/// Whether the head names what cannot be text; anything else is looked at.
fn is_media(head: &Head) -> bool {
    let media = head.get("Content-Type").unwrap_or_default().to_ascii_lowercase();
    ["image/", "video/", "audio/", "font/"].iter().any(|kind| media.starts_with(kind))
        && !media.starts_with("image/svg")
}

fn signal(url: &Url, head: &Head, entity: &[u8]) -> Option<Item> {
    let text = page::decode::bytes(head, entity);
    let value = rights::content_signal(&String::from_utf8_lossy(&text))?;
    Some(Item::Signal { host: host_of(url), value })
}

fn repeat(entry: &Entry) -> Option<Repeat> {
    let head = entry.block.first(MAX_HEAD).map(|head| Head::parse(&head)).unwrap_or_default();
    // A 304 seldom says what kind of payload it confirms.
    let says_html =
        head.get("Content-Type").map(|media| media.to_ascii_lowercase().contains("html"));
    if says_html == Some(false) || !matches!(head.status(), None | Some(200..=299 | 304)) {
        return None;
    }
    let field = |name: &str| entry.header.get(name).map(str::to_owned);
    let bare = |uri: String| uri.trim_matches(['<', '>']).to_owned();
    Some(Repeat {
        url: entry.target_uri()?.to_owned(),
        source: Source::of(entry),
        id: field("WARC-Refers-To"),
        uri: field("WARC-Refers-To-Target-URI").map(bare),
        date: field("WARC-Refers-To-Date").and_then(|date| Moment::parse_warc_date(&date)),
        says_html: says_html.unwrap_or_default(),
    })
}

fn trace(entry: &Entry) -> Option<TraceRow> {
    let block = entry.block.first(MAX_TRACE).ok()?;
    let trace = Trace::parse(entry.target_uri()?, &block).ok()?;
    if trace.again || trace.lead.robots_for.is_some() {
        return None;
    }
    let kept = keep(&trace.lead, &trace.outcome, trace.page, &trace.alternates);
    Some(TraceRow { about: entry.header.get("WARC-Concurrent-To").map(str::to_owned), kept })
}
