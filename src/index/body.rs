//! What a request posted, as it goes into the key of its capture.
//!
//! pywb and `cdxj-indexer` append `__wb_method=POST` and the body, read as a query, to the URL
//! before its key is made, so that each form that was sent is a capture of its own.

use crate::head::Head;

/// Most characters of a body that go into a key.
const MAX_QUERY: usize = 4096;

/// A request that posted something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Posted {
    /// The method, as it stands in the request.
    pub(super) method: String,
    /// The body as a query.
    pub(super) query: String,
}

impl Posted {
    /// Reads a request; `None` when its method posts nothing.
    pub(super) fn read(head: &Head, body: &[u8]) -> Option<Self> {
        let method = head.start.split(|&byte| byte == b' ').next()?;
        if !matches!(method.to_ascii_uppercase().as_slice(), b"POST" | b"PUT") {
            return None;
        }
        let method = String::from_utf8_lossy(method).into_owned();
        let query = data_encoding::BASE64.encode(body.get(..MAX_QUERY).unwrap_or(body));
        let query = format!("__wb_post_data={query}").chars().take(MAX_QUERY).collect();
        Some(Self { method, query })
    }
}
