//! The bytes of a record block, wherever they lie.
//!
//! A block is read with its own offsets, so a reader never moves the file handle under another.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;

use bytes::Bytes;

use super::Block;
use crate::digest::{Digest, RunningDigest};

/// Bytes read from a file at a time.
const STEP: usize = 64 << 10;

/// A block larger than this goes to a temporary file while it is taken out of an archive.
const IN_MEMORY: usize = 1 << 20;

impl Block {
    /// Its length in bytes.
    pub const fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { length, .. } => *length,
        }
    }

    /// Whether it has no byte.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads it from its first byte; any number of readers may be at work at once.
    pub const fn reader(&self) -> BlockReader<'_> {
        BlockReader { block: self, at: 0 }
    }

    /// Its first `length` bytes, in memory.
    pub fn first(&self, length: u64) -> io::Result<Bytes> {
        if let Self::Bytes(bytes) = self {
            let end = usize::try_from(length).map_or(bytes.len(), |end| end.min(bytes.len()));
            return Ok(bytes.slice(..end));
        }
        let mut head = Vec::new();
        self.reader().take(length).read_to_end(&mut head)?;
        Ok(head.into())
    }

    /// The SHA-1 of its bytes.
    pub fn digest(&self) -> io::Result<Digest> {
        let mut running = RunningDigest::default();
        self.each(|part| -> io::Result<()> {
            running.update(part);
            Ok(())
        })?;
        Ok(running.finish())
    }

    /// Gives its bytes to `to`, part by part; a file that is shorter than the block says is an
    /// error, so no record is ever shorter than its Content-Length.
    pub(super) fn each<E: From<io::Error>>(
        &self,
        mut to: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Self::Bytes(bytes) = self {
            return to(bytes);
        }
        let mut reader = self.reader();
        let mut buffer = vec![0; STEP];
        let mut given = 0;
        loop {
            let count = reader.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            given += count as u64;
            to(buffer.get(..count).unwrap_or_default())?;
        }
        if given == self.len() {
            return Ok(());
        }
        Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())
    }
}

/// Reads a [`Block`] from front to back.
#[derive(Debug)]
pub struct BlockReader<'a> {
    block: &'a Block,
    at: u64,
}

impl Read for BlockReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match self.block {
            Block::Bytes(bytes) => {
                let from = usize::try_from(self.at).unwrap_or(usize::MAX);
                bytes.get(from..).unwrap_or_default().read(buffer)?
            }
            Block::File { file, start, length } => {
                let left = usize::try_from(length - self.at.min(*length)).unwrap_or(usize::MAX);
                let wanted = left.min(buffer.len());
                read_at(file, buffer.get_mut(..wanted).unwrap_or_default(), start + self.at)?
            }
        };
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Bytes on their way into a [`Block`].
#[derive(Default)]
pub(super) struct Store {
    memory: Vec<u8>,
    file: Option<File>,
    length: u64,
}

impl Store {
    /// Expects so many bytes; nothing is lost when that is not true but room for a moment.
    pub(super) fn expecting(length: u64) -> Self {
        let length = usize::try_from(length).map_or(IN_MEMORY, |length| length.min(IN_MEMORY));
        Self { memory: Vec::with_capacity(length), ..Self::default() }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if let Some(file) = &mut self.file {
            return file.write_all(bytes);
        }
        self.memory.extend_from_slice(bytes);
        if self.memory.len() > IN_MEMORY {
            let mut file = tempfile::tempfile()?;
            file.write_all(&std::mem::take(&mut self.memory))?;
            self.file = Some(file);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Block {
        match self.file {
            Some(file) => Block::File { file: Arc::new(file), start: 0, length: self.length },
            None => Block::Bytes(self.memory.into()),
        }
    }
}
