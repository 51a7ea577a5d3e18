//! SHA-1 digests as web archives write them: `sha1:` + upper-case Base32 (WARC 1.1 §5.8, §5.9).
//!
//! SHA-1 is the field's lookup key, not a security claim: CDX tools compare these strings.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32;
use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

/// The SHA-1 of a record block or payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest([u8; 20]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut running = RunningDigest::default();
        running.update(bytes);
        running.finish()
    }

    /// The digest of the empty string.
    pub fn empty() -> Self {
        Self::of(b"")
    }

    /// The 20 raw bytes, as state keys hold them.
    pub const fn bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha1:{}", BASE32.encode(&self.0))
    }
}

/// A text that is no `sha1:` digest.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a SHA-1 digest; expected sha1: and 32 Base32 letters")]
pub struct DigestError(String);

impl FromStr for Digest {
    type Err = DigestError;

    /// Reads `sha1:BASE32` in either case; hexadecimal is read too, as some writers use it.
    fn from_str(text: &str) -> Result<Self, DigestError> {
        let refuse = || DigestError(text.chars().take(80).collect());
        let (label, value) = text.split_once(':').ok_or_else(refuse)?;
        if !label.eq_ignore_ascii_case("sha1") && !label.eq_ignore_ascii_case("sha-1") {
            return Err(refuse());
        }
        let value = value.trim().to_ascii_uppercase();
        let bytes = if value.len() == 40 {
            data_encoding::HEXUPPER.decode(value.as_bytes())
        } else {
            BASE32.decode(value.as_bytes())
        };
        let bytes = bytes.map_err(|_| refuse())?;
        Ok(Self(bytes.try_into().map_err(|_| refuse())?))
    }
}

/// A SHA-1 that is fed while the bytes flow.
#[derive(Clone, Debug, Default)]
pub struct RunningDigest(Sha1);

impl RunningDigest {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything taken in.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_has_its_well_known_spelling() {
        assert_eq!(Digest::empty().to_string(), "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ");
    }

    #[test]
    fn reads_back_base32_and_hex() {
        let digest = Digest::of(b"warraq");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        let hex = data_encoding::HEXLOWER.encode(digest.bytes());
        assert_eq!(format!("sha1:{hex}").parse(), Ok(digest));
        assert!("md5:abc".parse::<Digest>().is_err());
    }
}
