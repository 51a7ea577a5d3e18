//! The traces of an archive: visits read back from WARC files, in the order they were filed.
//!
//! The reading half of a rebuild: it joins each `metadata` record to the reply it is concurrent to.
//! Other people's records have no trace and are passed over.

use std::path::Path;
use std::str::FromStr;

use warc::RecordType;

use super::rebuild::Found;
use crate::digest::Digest;
use crate::head::Head;
use crate::lead::{Locator, Outcome};
use crate::moment::Moment;
use crate::record::entity::head_length;
use crate::record::entry::Entry;
use crate::record::name::serial_of;
use crate::record::reader::{ReadError, since};
use crate::record::trace::Trace;
use crate::record::validators::{Validators, asked_in};
use crate::record::{Origin, Position, Reference};

/// Largest `metadata` block that is read: a page with 100,000 outlinks has about 10 MB.
const MAX_TRACE_BYTES: u64 = 64 << 20;

/// Largest HTTP head that is looked at.
const MAX_HEAD_BYTES: u64 = 256 << 10;

/// A `response` or `revisit` whose `metadata` record has not come yet.
struct Reply {
    id: String,
    locator: Locator,
    date: Moment,
    head: Head,
    /// Whether it was received whole.
    whole: bool,
    payload: Option<Digest>,
    /// What a `revisit` refers to, its file aside: that is in the trace.
    refers_to: Option<(Option<String>, String, Moment)>,
    origin: Option<(Digest, Origin)>,
    asked: Option<Digest>,
}

impl Reply {
    /// The validators of a whole 200 with a payload.
    fn validators(&self) -> Option<Validators> {
        let payload = self.payload.filter(|payload| *payload != Digest::empty());
        let is_page = self.whole && self.head.status() == Some(200);
        let parts = payload.filter(|_| is_page).zip(self.asked);
        parts.map(|(payload, asked)| Validators::of(&self.head, asked, payload, self.date))
    }
}

/// The visits archived in `folder` from `position` on.
pub fn visits(
    folder: &Path,
    position: &Position,
) -> Result<impl Iterator<Item = Result<Found, ReadError>>, ReadError> {
    let mut group = Group::default();
    Ok(since(folder, position)?.filter_map(move |entry| match entry {
        Ok(entry) => group.take(&entry).map(Ok),
        Err(why) => Some(Err(why)),
    }))
}

/// The records of an exchange, as far as they have come: a request goes ahead of its reply.
#[derive(Default)]
struct Group {
    /// The id of a request, and what it asked for.
    request: Option<(String, Digest)>,
    reply: Option<Reply>,
}

impl Group {
    /// Takes the next record; the `metadata` record ends the group.
    fn take(&mut self, entry: &Entry) -> Option<Found> {
        // Each of our records is a member of its own, and its checksum stands at the member's end:
        // bytes behind the record mean that nothing vouches for what was read.
        if !entry.addressable {
            self.reply = None;
            return None;
        }
        let concurrent = entry.header.get("WARC-Concurrent-To");
        match entry.kind {
            RecordType::Request => {
                let sent = entry.block.first(MAX_HEAD_BYTES).unwrap_or_default();
                self.request = entry.id().map(|id| (id.to_owned(), asked_in(&sent)));
                self.reply = None;
            }
            RecordType::Response | RecordType::Revisit => {
                let request = self.request.take().filter(|(id, _)| Some(&**id) == concurrent);
                self.reply = reply_of(entry, request.map(|(_, asked)| asked));
            }
            RecordType::Metadata => {
                let reply = self.reply.take().filter(|reply| Some(&*reply.id) == concurrent);
                return found(entry, reply);
            }
            _ => {}
        }
        None
    }
}

fn reply_of(entry: &Entry, asked: Option<Digest>) -> Option<Reply> {
    let id = entry.id()?.to_owned();
    let locator = entry.locator.clone();
    let head = head_of(entry);
    let payload = entry.header.get("WARC-Payload-Digest");
    let payload = payload.and_then(|text| Digest::from_str(text).ok());
    // The WARC-Truncated of a revisit says that its payload lies elsewhere (WARC 1.1 §6.7.2).
    let whole = entry.kind == RecordType::Revisit || entry.truncated().is_none();
    let is_shared = head.status().is_some_and(Origin::is_shared);
    let origin = (entry.kind == RecordType::Response && whole && is_shared)
        .then(|| {
            let digest = payload?;
            let origin = Origin {
                record_id: id.clone(),
                uri: entry.target_uri()?.to_owned(),
                date: entry.date()?,
                locator: locator.clone(),
                chunked: !head.transfer_codings().is_empty(),
            };
            (digest != Digest::empty()).then_some((digest, origin))
        })
        .flatten();
    let refers_to = refers_to(entry);
    let date = entry.date().unwrap_or_default();
    Some(Reply { id, locator, date, head, whole, payload, refers_to, origin, asked })
}

/// WARC-Refers-To, WARC-Refers-To-Target-URI and WARC-Refers-To-Date.
fn refers_to(entry: &Entry) -> Option<(Option<String>, String, Moment)> {
    let field = |name| entry.header.get(name);
    let date = field("WARC-Refers-To-Date").and_then(Moment::parse_warc_date)?;
    let uri = field("WARC-Refers-To-Target-URI")?.to_owned();
    Some((field("WARC-Refers-To").map(str::to_owned), uri, date))
}

/// The head of an archived response.
fn head_of(entry: &Entry) -> Head {
    let start = entry.block.first(MAX_HEAD_BYTES).unwrap_or_default();
    Head::parse(start.get(..head_length(&start)).unwrap_or_default())
}

/// Whether a visit that ended so has a `response` or `revisit` record.
const fn has_reply(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Captured { status, .. } => *status > 0,
        Outcome::Revisit { .. } | Outcome::Moved { .. } => true,
        Outcome::Refused(_) | Outcome::Failed(_) => false,
    }
}

fn found(entry: &Entry, reply: Option<Reply>) -> Option<Found> {
    let block = entry.block.first(MAX_TRACE_BYTES).ok()?;
    // A metadata record of another program is no trace, and no fault.
    let trace = Trace::parse(entry.target_uri()?, &block).ok()?;
    // Its reply cannot be read any more: what is left of the visit does not make it settled.
    if reply.is_none() && has_reply(&trace.outcome) {
        return None;
    }
    let at = &entry.locator;
    let end = Position {
        serial: serial_of(&at.file).unwrap_or(0),
        file: at.file.clone(),
        offset: at.offset.saturating_add(at.length),
    };
    let container = trace.container();
    let validators = reply.as_ref().and_then(Reply::validators);
    let (locator, origin, named) = match reply {
        Some(reply) => (Some(reply.locator), reply.origin, reply.refers_to),
        None => (None, None, None),
    };
    let refers_to = named.zip(container).map(|((record_id, uri, date), container)| Reference {
        record_id,
        uri,
        date,
        container,
    });
    let at = entry.date().unwrap_or_default();
    Some(Found { trace, origin, validators, refers_to, locator, at, end })
}
