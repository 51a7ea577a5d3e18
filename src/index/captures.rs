//! The captures of a WARC: from records to index lines, in the order of the file.
//!
//! Lines are made of `response`, `revisit`, `resource` and `metadata` records; of the last two not
//! when they are `application/warc-fields`, which tell about a capture and are none. A request that
//! stands beside its response and posted something is part of the response's key, so one record is
//! held back until the next is known. Nothing else is: memory is bounded, whatever the file.

use std::path::Path;

use warc::RecordType;

use super::{IndexError, Line, body, line};
use crate::head::Head;
use crate::moment::Moment;
use crate::record::entity::head_length;
use crate::record::entry::Entry;
use crate::record::header::Header;
use crate::record::reader::{KEEP, Records};
use crate::record::verify::payload_digest;
use crate::surt;

/// The part of a block that is looked into: the head of a response, what a request posted.
const LOOKED_INTO: u64 = 1 << 20;

/// The lines of a WARC file.
pub fn captures(path: &Path) -> Result<Captures, IndexError> {
    Ok(Captures::over(Records::open(path)?))
}

/// The lines of records that are read one after the other. An error is one record's, or one
/// damaged place; what follows it is given.
pub struct Captures {
    records: Records,
    pairing: Option<Pairing>,
    /// Told once the line before it is given.
    error: Option<IndexError>,
}

impl Captures {
    /// The lines of what `records` reads.
    pub fn over(records: Records) -> Self {
        Self { records: records.keep_by(needed), pairing: Some(Pairing::default()), error: None }
    }
}

impl Iterator for Captures {
    type Item = Result<Line, IndexError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.error.is_none() {
            let Some(pairing) = &mut self.pairing else { break };
            let made = match self.records.next() {
                Some(Ok(entry)) => pairing.add(&entry),
                Some(Err(why)) => {
                    self.error = Some(why.into());
                    pairing.part()
                }
                None => self.pairing.take().and_then(Pairing::end),
            };
            if made.is_some() {
                return made;
            }
        }
        self.error.take().map(Err)
    }
}

/// What of a block an index needs: all of it only when its digest is to be computed.
fn needed(header: &Header) -> u64 {
    use RecordType::{Metadata, Resource, Response};
    let has_digest = header.get("WARC-Payload-Digest").is_some_and(|digest| !digest.is_empty());
    let kind = RecordType::from(header.get("WARC-Type").unwrap_or_default());
    if has_digest || !matches!(kind, Metadata | Resource | Response) { LOOKED_INTO } else { KEEP }
}

/// Makes lines from entries that somebody else reads: [`Captures`], or who verifies a file and
/// wants its index by the way.
#[derive(Debug, Default)]
pub struct Pairing {
    held: Option<Held>,
    /// Members complained of.
    shared: Option<u64>,
}

/// A record whose neighbour is not known yet.
#[derive(Debug)]
struct Held {
    kind: RecordType,
    uri: Option<String>,
    id: Option<String>,
    concurrent: Option<String>,
    line: Option<Result<Line, IndexError>>,
    /// What a request posted.
    posted: Option<body::Posted>,
}

impl Pairing {
    /// Takes in the next record of the file and gives a line that is ready.
    pub fn add(&mut self, entry: &Entry) -> Option<Result<Line, IndexError>> {
        let mut next = Held {
            kind: entry.kind.clone(),
            uri: entry.target_uri().map(str::to_owned),
            id: entry.id().map(str::to_owned),
            concurrent: entry.header.get("WARC-Concurrent-To").map(str::to_owned),
            line: self.line(entry),
            posted: posted(entry),
        };
        match self.held.take() {
            Some(mut before) if are_pair(&before, &next) => {
                let (answer, asked) = match before.kind {
                    RecordType::Response => (&mut before, &next),
                    _ => (&mut next, &before),
                };
                if let (Some(Ok(line)), Some(posted)) = (&mut answer.line, &asked.posted) {
                    join(line, posted);
                }
                answer.line.take()
            }
            before => {
                self.held = Some(next);
                before?.line
            }
        }
    }

    /// The line that is held back, when what follows it cannot be read.
    pub fn part(&mut self) -> Option<Result<Line, IndexError>> {
        self.held.take()?.line
    }

    /// The line that is held back at the end of the file.
    pub fn end(mut self) -> Option<Result<Line, IndexError>> {
        self.part()
    }

    fn line(&mut self, entry: &Entry) -> Option<Result<Line, IndexError>> {
        if !is_indexed(entry) {
            return None;
        }
        if entry.addressable {
            return Some(line_of(entry));
        }
        let (file, offset) = (entry.locator.file.clone(), entry.locator.offset);
        let is_new = self.shared.replace(offset) != Some(offset);
        is_new.then_some(Err(IndexError::Shared { file, offset }))
    }
}

/// Whether they are request and response of one exchange: side by side, of one URL, and the later
/// one names the earlier.
fn are_pair(first: &Held, second: &Held) -> bool {
    use RecordType::{Request, Response};
    let kinds = matches!((&first.kind, &second.kind), (Request, Response) | (Response, Request));
    kinds && first.uri == second.uri && second.concurrent == first.id
}

fn join(line: &mut Line, posted: &body::Posted) {
    let joint = if line.url.contains('?') { '&' } else { '?' };
    let rest = if posted.query.is_empty() { String::new() } else { format!("&{}", posted.query) };
    line.key = surt::key(&format!("{}{joint}__wb_method={}{rest}", line.url, posted.method));
    line.body = Some(posted.query.clone());
    line.method = Some(posted.method.to_ascii_uppercase());
}

fn is_indexed(entry: &Entry) -> bool {
    use RecordType::{Metadata, Resource, Response, Revisit};
    let is_fields = || entry.header.get("Content-Type") == Some("application/warc-fields");
    match entry.kind {
        Response | Revisit => true,
        Resource | Metadata => !is_fields(),
        _ => false,
    }
}

fn line_of(entry: &Entry) -> Result<Line, IndexError> {
    let refuse = |why| {
        let (file, offset) = (entry.locator.file.clone(), entry.locator.offset);
        Err(IndexError::Record { file, offset, why })
    };
    let Some(url) = entry.target_uri().filter(|url| !url.is_empty()) else {
        return refuse("no WARC-Target-URI");
    };
    let time = entry.date().map(Moment::stamp14).filter(|time| time.len() == 14);
    let Some(time) = time else {
        return refuse("no WARC-Date that can be read");
    };
    let url = url.replace(' ', "%20");
    let head = head(entry);
    Ok(Line {
        key: surt::key(&url),
        time,
        mime: mime(entry, head.as_ref()),
        status: head.and_then(|head| head.status()),
        digest: digest(entry),
        at: entry.locator.clone(),
        url,
        body: None,
        method: None,
    })
}

/// The head of the HTTP message a record holds.
fn head(entry: &Entry) -> Option<Head> {
    use RecordType::{Request, Response, Revisit};
    let holds_http = matches!(entry.kind, Request | Response | Revisit)
        && entry
            .target_uri()
            .is_some_and(|uri| uri.starts_with("http:") || uri.starts_with("https:"));
    if !holds_http || entry.block.is_empty() {
        return None;
    }
    let block = entry.block.first(LOOKED_INTO).ok()?;
    Some(Head::parse(block.get(..head_length(&block))?))
}

fn mime(entry: &Entry, head: Option<&Head>) -> Option<String> {
    let value = match entry.kind {
        RecordType::Revisit => return Some(line::REVISIT.to_owned()),
        RecordType::Response => head?.get("content-type")?,
        _ => entry.header.get("Content-Type")?.to_owned(),
    };
    let end = |c: char| c == ';' || c.is_whitespace();
    Some(value.split(end).next().unwrap_or_default().to_owned())
}

/// The payload digest: the record's word for it, or computed. A revisit holds no payload.
fn digest(entry: &Entry) -> Option<String> {
    let said = entry.header.get("WARC-Payload-Digest").filter(|said| !said.is_empty());
    if said.is_some() || entry.kind == RecordType::Revisit || entry.block.len() < entry.length {
        return said.map(str::to_owned);
    }
    payload_digest(entry).ok().map(|digest| digest.to_string())
}

fn posted(entry: &Entry) -> Option<body::Posted> {
    if entry.kind != RecordType::Request {
        return None;
    }
    let block = entry.block.first(LOOKED_INTO).ok()?;
    let (head, body) = block.split_at_checked(head_length(&block))?;
    body::Posted::read(&Head::parse(head), body)
}
