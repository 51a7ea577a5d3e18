//! The resource: something archived that was no HTTP exchange (WARC 1.1 §6.4).
//!
//! A DNS answer, or what a run says about itself: its URI is `dns:` or `urn:`, so no replay tool
//! takes it for a page. It has no counterpart it could be concurrent to.

use warc::RecordType;

use super::exchange::{Draft, target_uri};
use super::ids::Ids;
use super::{Block, Record, RecordError};
use crate::moment::Moment;

/// One resource, ready to become a record.
#[derive(Debug)]
pub struct Resource {
    /// WARC-Target-URI.
    pub uri: String,
    /// WARC-Date: when it was as it is.
    pub date: Moment,
    /// Content-Type.
    pub media: &'static str,
    /// Its bytes; in a file when they are many.
    pub block: Block,
}

/// The `resource` record, for a file that begins with the `warcinfo` record of that id. The whole
/// block is the payload, so both digests are one.
pub(super) fn record(
    resource: Resource,
    warcinfo: &str,
    ids: &mut Ids,
) -> Result<Record, RecordError> {
    let Resource { uri, date, media, block } = resource;
    let target = target_uri(&uri)?;
    let digest = block.digest().map_err(|source| RecordError::Block { target: uri, source })?;
    let mut draft = Draft::new(RecordType::Resource, ids.next(), &date.warc_date(), &target);
    draft.field("WARC-Target-URI", &target).field("WARC-Warcinfo-ID", warcinfo);
    draft.field("Content-Type", media).field("WARC-Payload-Digest", &digest.to_string());
    draft.finish(block, digest)
}
