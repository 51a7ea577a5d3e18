//! SHA-256 as packages write it: `sha256:` and lower-case hexadecimal (WACZ 1.1.1,
//! "datapackage.json").
//!
//! Fed while the bytes flow; nothing here reads a file.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// A SHA-256 on its way, with the number of bytes it has taken in.
#[derive(Clone, Debug, Default)]
pub struct RunningHash {
    state: Sha256,
    bytes: u64,
}

impl RunningHash {
    /// Takes in the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.state.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// How many bytes were taken in.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// `sha256:…` of everything taken in.
    pub fn finish(self) -> String {
        format!("sha256:{}", HEXLOWER.encode(&self.state.finalize()))
    }
}

impl Write for RunningHash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// `sha256:…` of `bytes`.
pub fn of(bytes: &[u8]) -> String {
    let mut running = RunningHash::default();
    running.update(bytes);
    running.finish()
}

#[cfg(test)]
mod tests {
    #[test]
    fn empty_has_its_well_known_spelling() {
        let known = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(super::of(b""), known);
    }
}
