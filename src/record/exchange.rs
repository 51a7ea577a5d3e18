//! From an exchange to its records: `request`, then `response` or `revisit`, then `metadata`.
//!
//! Records are complete when they leave here: every field checked, every digest known. The records
//! of one exchange share WARC-Date and WARC-Target-URI; only the later of two linked records names
//! the other (WARC 1.1 §5.7). The request comes first, so that an archive cut between two records
//! never holds a response nobody asked for. Credentials never leave in a `request` record.

use bytes::Bytes;
use warc::RecordType;

use super::header::Header;
use super::ids::Ids;
use super::redact::{Credentials, REDACTED_FIELD};
use super::{Block, Exchange, Record, RecordError, Reference, Reply};
use crate::digest::Digest;

/// WARC 1.1 §6.7.2: the payload is archived already.
pub const IDENTICAL_PAYLOAD: &str =
    "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
/// WARC 1.1 §6.7.3: the server said 304.
pub const NOT_MODIFIED: &str = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";

const RESPONSE_TYPE: &str = "application/http; msgtype=response";
const REQUEST_TYPE: &str = "application/http; msgtype=request";
const FIELDS_TYPE: &str = "application/warc-fields";

/// Makes the records of `exchange`, for a file that begins with the `warcinfo` record of that id.
///
/// A reply with `revisit_of` set becomes a `revisit`: of an identical payload, its HTTP head kept;
/// or, when its status is 304, of an unmodified one, with an empty block, and then
/// `payload_digest` must be the original's. Without a reply and without a byte sent there is only
/// the `metadata` record, tied to the `warcinfo`.
pub fn records(
    exchange: Exchange,
    warcinfo: &str,
    credentials: &Credentials,
    ids: &mut Ids,
) -> Result<Vec<Record>, RecordError> {
    let event = Event::new(&exchange, warcinfo)?;
    let mut made = Vec::with_capacity(3);
    let mut last: Option<String> = None;
    if !exchange.request.is_empty() {
        let (block, hidden) = credentials.hide(exchange.request);
        let record = event.request(block, &hidden, ids.next())?;
        last = Some(record.id.clone());
        made.push(record);
    }
    if let Some(reply) = exchange.reply {
        let record = event.reply(reply, last.as_deref(), ids.next())?;
        last = Some(record.id.clone());
        made.push(record);
    }
    made.push(event.metadata(exchange.metadata, last.as_deref(), ids.next())?);
    Ok(made)
}

/// What the records of one exchange have in common.
struct Event {
    target: String,
    date: String,
    warcinfo: String,
    ip: Option<String>,
    /// WARC-Protocol and WARC-Cipher-Suite.
    wire: Vec<(&'static str, String)>,
}

impl Event {
    fn new(exchange: &Exchange, warcinfo: &str) -> Result<Self, RecordError> {
        let protocols = exchange.protocols.iter().map(|value| ("WARC-Protocol", value.clone()));
        let cipher = exchange.cipher.iter().map(|value| ("WARC-Cipher-Suite", value.clone()));
        Ok(Self {
            target: target_uri(&exchange.target_uri)?,
            date: exchange.date.warc_date(),
            warcinfo: warcinfo.to_owned(),
            // An IPv4-mapped IPv6 address names an IPv4 peer.
            ip: exchange.ip.map(|ip| ip.to_canonical().to_string()),
            wire: protocols.chain(cipher).collect(),
        })
    }

    fn reply(
        &self,
        reply: Reply,
        request: Option<&str>,
        id: String,
    ) -> Result<Record, RecordError> {
        let Reply { block, head_length, block_digest, payload_digest, truncated, revisit_of } =
            reply;
        let payload = payload_digest.to_string();
        let Some(origin) = revisit_of else {
            let mut draft = self.draft(RecordType::Response, id);
            draft.wire(self).link("WARC-Concurrent-To", request);
            draft.field("Content-Type", RESPONSE_TYPE).field("WARC-Payload-Digest", &payload);
            if let Some(why) = truncated {
                draft.field("WARC-Truncated", why.as_str());
            }
            return draft.finish(block, block_digest);
        };
        let head = block.first(head_length).map_err(|source| self.unreadable(source))?;
        let mut draft = self.draft(RecordType::Revisit, id);
        draft.wire(self).link("WARC-Concurrent-To", request);
        draft.origin(&origin).field("WARC-Payload-Digest", &payload);
        if is_not_modified(&head) {
            // Replay tools show a stored 304 head as it stands; with an empty block they show the
            // original. The head is in the metadata record.
            draft.field("WARC-Profile", NOT_MODIFIED);
            return draft.finish(Block::Bytes(Bytes::new()), Digest::empty());
        }
        draft.field("WARC-Profile", IDENTICAL_PAYLOAD).field("WARC-Truncated", "length");
        draft.field("Content-Type", RESPONSE_TYPE);
        let digest = Digest::of(&head);
        draft.finish(Block::Bytes(head), digest)
    }

    fn request(
        &self,
        block: Vec<u8>,
        hidden: &[String],
        id: String,
    ) -> Result<Record, RecordError> {
        let mut draft = self.draft(RecordType::Request, id);
        draft.wire(self).field("Content-Type", REQUEST_TYPE);
        if !hidden.is_empty() {
            draft.field(REDACTED_FIELD, &hidden.join(", "));
        }
        let body = block.get(super::entity::head_length(&block)..).unwrap_or_default();
        draft.field("WARC-Payload-Digest", &Digest::of(body).to_string());
        let digest = Digest::of(&block);
        draft.finish(Block::Bytes(block.into()), digest)
    }

    fn metadata(
        &self,
        block: String,
        other: Option<&str>,
        id: String,
    ) -> Result<Record, RecordError> {
        let mut draft = self.draft(RecordType::Metadata, id);
        draft.link("WARC-Concurrent-To", other);
        if other.is_none() {
            draft.link("WARC-Refers-To", Some(&self.warcinfo));
        }
        draft.field("Content-Type", FIELDS_TYPE);
        let digest = Digest::of(block.as_bytes());
        draft.finish(Block::Bytes(block.into()), digest)
    }

    fn draft(&self, kind: RecordType, id: String) -> Draft {
        let mut draft = Draft::new(kind, id, &self.date, &self.target);
        draft.field("WARC-Target-URI", &self.target).field("WARC-Warcinfo-ID", &self.warcinfo);
        draft.link("WARC-IP-Address", self.ip.as_deref());
        draft
    }

    fn unreadable(&self, source: std::io::Error) -> RecordError {
        RecordError::Block { target: self.target.clone(), source }
    }
}

/// A record whose fields are being put together; the first refused field is remembered.
pub(super) struct Draft {
    kind: RecordType,
    id: String,
    target: String,
    header: Header,
    refused: Option<super::FieldError>,
}

impl Draft {
    pub(super) fn new(kind: RecordType, id: String, date: &str, target: &str) -> Self {
        let target = target.to_owned();
        let mut draft = Self { kind, id, target, header: Header::default(), refused: None };
        let (kind, id) = (draft.kind.to_string(), draft.id.clone());
        draft.field("WARC-Type", &kind).field("WARC-Record-ID", &id).field("WARC-Date", date);
        draft
    }

    pub(super) fn field(&mut self, name: &str, value: &str) -> &mut Self {
        if let Err(why) = self.header.push(name, value) {
            self.refused.get_or_insert(why);
        }
        self
    }

    fn link(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.field(name, value),
            None => self,
        }
    }

    fn wire(&mut self, event: &Event) -> &mut Self {
        for (name, value) in &event.wire {
            self.field(name, value);
        }
        self
    }

    fn origin(&mut self, origin: &Reference) -> &mut Self {
        self.link("WARC-Refers-To", origin.record_id.as_deref())
            .field("WARC-Refers-To-Target-URI", &origin.uri)
            .field("WARC-Refers-To-Date", &origin.date.warc_date())
    }

    pub(super) fn finish(mut self, block: Block, digest: Digest) -> Result<Record, RecordError> {
        self.field("WARC-Block-Digest", &digest.to_string());
        self.field("Content-Length", &block.len().to_string());
        match self.refused {
            Some(source) => Err(RecordError::Field { target: self.target, source }),
            None => Ok(Record { kind: self.kind, id: self.id, header: self.header, block }),
        }
    }
}

/// The `warcinfo` record of a file (WARC 1.1 §6.2), `name` being its final name.
pub fn warcinfo(
    fields: String,
    name: &str,
    date: &str,
    ids: &mut Ids,
) -> Result<Record, RecordError> {
    let mut draft = Draft::new(RecordType::WarcInfo, ids.next(), date, name);
    draft.field("WARC-Filename", name).field("Content-Type", FIELDS_TYPE);
    let digest = Digest::of(fields.as_bytes());
    draft.finish(Block::Bytes(fields.into()), digest)
}

/// The URL as RFC 3986 lets it stand in WARC-Target-URI (WARC 1.1 §5.14): the few characters that
/// browsers send raw and the RFC knows nowhere are escaped; a space, a control character or a
/// fragment means that somebody skipped [`crate::address::fetchable`], and is refused.
pub fn target_uri(url: &str) -> Result<String, RecordError> {
    if url.is_empty() || url.contains(|c: char| c.is_control() || c == ' ' || c == '#') {
        let target = url.escape_debug().take(200).collect();
        return Err(RecordError::Target { target });
    }
    let mut uri = String::with_capacity(url.len());
    for byte in url.bytes() {
        let allowed = byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
        if allowed {
            uri.push(char::from(byte));
        } else {
            uri.push_str(percent_encoding::percent_encode_byte(byte));
        }
    }
    Ok(uri)
}

/// Whether a response head says 304.
fn is_not_modified(head: &[u8]) -> bool {
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.starts_with(b"HTTP/")
        && line.split(|&byte| byte == b' ').nth(1).is_some_and(|code| code.trim_ascii() == b"304")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_uri_is_an_rfc_3986_uri() {
        let uri = target_uri("https://a.example/{x}|y?q=`^\u{e9}%41").unwrap();
        assert_eq!(uri, "https://a.example/%7Bx%7D%7Cy?q=%60%5E%C3%A9%41");
        for bad in
            ["", "https://a.example/\r\nWARC-Type: x", "https://a.example/a b", "http://a/#b"]
        {
            assert!(target_uri(bad).is_err(), "{bad:?}");
        }
    }
}
