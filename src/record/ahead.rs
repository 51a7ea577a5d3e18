//! Bytes read ahead of their turn, to see what stands far behind them.
//!
//! Each comes in once and goes out once, in the same order, however often something is looked up
//! among them; so looking ahead is linear in the size of a file, whatever lengths it declares. A few
//! are in memory, many in a temporary file, more than [`MOST`] are never taken.

use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

/// Bytes that are kept in memory.
const IN_MEMORY: usize = 1 << 20;

/// Bytes that are read ahead at most: the size of a whole WARC file.
pub(super) const MOST: u64 = 1 << 30;

/// See the module.
pub(super) struct Ahead {
    bytes: SpooledTempFile,
    from: u64,
    to: u64,
    /// What ended the reading behind them.
    failed: Option<io::Error>,
}

impl Default for Ahead {
    fn default() -> Self {
        Self { bytes: SpooledTempFile::new(IN_MEMORY), from: 0, to: 0, failed: None }
    }
}

impl Ahead {
    /// How many wait for their turn.
    pub(super) const fn left(&self) -> u64 {
        self.to - self.from
    }

    /// Whether no more may come in until all are gone.
    pub(super) const fn is_full(&self) -> bool {
        self.to >= MOST || self.failed.is_some()
    }

    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes.seek(SeekFrom::Start(self.to))?;
        self.bytes.write_all(bytes)?;
        self.to += bytes.len() as u64;
        Ok(())
    }

    /// Keeps an error for the time when all bytes before it are gone.
    pub(super) fn fail(&mut self, why: io::Error) {
        self.failed = Some(why);
    }

    /// The next bytes; `None` when there are none, and what they came from is to be asked.
    pub(super) fn take(&mut self, room: &mut [u8]) -> io::Result<Option<usize>> {
        if self.left() == 0 {
            return self.failed.take().map_or(Ok(None), Err);
        }
        let count = self.look(0, room)?;
        self.from += count as u64;
        if self.left() == 0 {
            (self.from, self.to) = (0, 0);
            self.bytes = SpooledTempFile::new(IN_MEMORY);
        }
        Ok(Some(count))
    }

    /// The bytes `distance` behind the next one, as many as there are.
    pub(super) fn look(&mut self, distance: u64, room: &mut [u8]) -> io::Result<usize> {
        let at = self.from.saturating_add(distance).min(self.to);
        let left = usize::try_from(self.to - at).unwrap_or(usize::MAX).min(room.len());
        let room = room.get_mut(..left).unwrap_or_default();
        self.bytes.seek(SeekFrom::Start(at))?;
        self.bytes.read_exact(room)?;
        Ok(left)
    }
}
