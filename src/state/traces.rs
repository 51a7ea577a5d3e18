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
use crate::record::entity::head_length;
use crate::record::entry::Entry;
use crate::record::name::serial_of;
use crate::record::reader::{ReadError, since};
use crate::record::trace::Trace;
use crate::record::{Origin, Position};

/// Largest `metadata` block that is read: a page with 100,000 outlinks has about 10 MB.
const MAX_TRACE_BYTES: u64 = 64 << 20;

/// Largest HTTP head that is looked at.
const MAX_HEAD_BYTES: u64 = 256 << 10;

/// A `response` or `revisit` whose `metadata` record has not come yet.
struct Reply {
    id: String,
    locator: Locator,
    origin: Option<(Digest, Origin)>,
}

/// The visits archived in `folder` from `position` on.
pub fn visits(
    folder: &Path,
    position: &Position,
) -> Result<impl Iterator<Item = Result<Found, ReadError>>, ReadError> {
    let mut reply = None;
    Ok(since(folder, position)?.filter_map(move |entry| match entry {
        Ok(entry) => visit(&mut reply, &entry).map(Ok),
        Err(why) => Some(Err(why)),
    }))
}

fn visit(reply: &mut Option<Reply>, entry: &Entry) -> Option<Found> {
    match entry.kind {
        RecordType::Response | RecordType::Revisit => {
            *reply = reply_of(entry);
            None
        }
        RecordType::Metadata => {
            let concurrent = entry.header.get("WARC-Concurrent-To");
            let reply = reply.take().filter(|reply| Some(reply.id.as_str()) == concurrent);
            found(entry, reply)
        }
        _ => None,
    }
}

fn reply_of(entry: &Entry) -> Option<Reply> {
    let id = entry.id()?.to_owned();
    let locator = entry.locator.clone();
    let origin = (entry.kind == RecordType::Response && entry.truncated().is_none())
        .then(|| {
            let digest = Digest::from_str(entry.header.get("WARC-Payload-Digest")?).ok()?;
            let origin = Origin {
                record_id: id.clone(),
                uri: entry.target_uri()?.to_owned(),
                date: entry.date()?,
                locator: locator.clone(),
                chunked: is_chunked(entry),
            };
            (digest != Digest::empty()).then_some((digest, origin))
        })
        .flatten();
    Some(Reply { id, locator, origin })
}

/// Whether an archived response stands in chunks.
fn is_chunked(entry: &Entry) -> bool {
    let start = entry.block.first(MAX_HEAD_BYTES).unwrap_or_default();
    let head = start.get(..head_length(&start)).unwrap_or_default();
    !Head::parse(head).transfer_codings().is_empty()
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
    let (locator, origin) = match reply {
        Some(reply) => (Some(reply.locator), reply.origin),
        None => (None, None),
    };
    Some(Found { trace, origin, locator, end })
}
