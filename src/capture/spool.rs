//! The spool: where the bytes of one response are kept while they arrive.
//!
//! In memory up to 256 KB, then in an unlinked temporary file; a spool never holds more than that
//! and one read. Bytes are read straight into its tail and stay there: the block of the record is
//! that same memory. Both digests of the record run while the bytes flow. A spool knows no HTTP:
//! the framer says what belongs to the message.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Response;
use super::framer::{Framer, Progress};
use crate::digest::{Digest, RunningDigest};
use crate::record::Block;

/// Bytes of one response that are held in memory.
pub const MEMORY: usize = 256 << 10;

/// Room for the first read: the whole of most redirects, errors and robots.txt files, half a page.
const FIRST_READ: usize = 32 << 10;

/// Most room that is made for one read.
const LARGEST_READ: usize = 64 << 10;

/// Bytes of interim responses that are kept.
const INTERIM: usize = 16 << 10;

/// Room beyond a known length, so that bytes after the message are seen with it.
const BEYOND: u64 = 4 << 10;

/// The spool of one exchange.
#[derive(Debug)]
pub(super) struct Spool {
    /// The received bytes from offset `base` on.
    tail: BytesMut,
    base: u64,
    /// The received bytes before `base`, once there are too many for memory.
    file: Option<File>,
    folder: Arc<Path>,
    /// The bytes of `tail` that the framer has taken.
    taken: usize,
    /// What came before the final head, at most [`INTERIM`] bytes.
    interim: Vec<u8>,
    block: RunningDigest,
    payload: RunningDigest,
}

impl Spool {
    /// An empty spool; should it need a file, that lies in `folder`, or among the system's
    /// temporary files while `folder` does not exist.
    pub(super) fn new(folder: Arc<Path>) -> Self {
        Self {
            tail: BytesMut::new(),
            base: 0,
            file: None,
            folder,
            taken: 0,
            interim: Vec::new(),
            block: RunningDigest::default(),
            payload: RunningDigest::default(),
        }
    }

    /// Reads once from `io`; 0 is its end.
    pub(super) async fn read(
        &mut self,
        io: &mut (impl AsyncRead + Unpin),
        remaining: Option<u64>,
    ) -> io::Result<usize> {
        if self.tail.capacity() - self.tail.len() < 2 << 10 {
            let doubled = self.tail.len().clamp(FIRST_READ, LARGEST_READ);
            let known =
                remaining.and_then(|left| usize::try_from(left.saturating_add(BEYOND)).ok());
            let room =
                known.map_or(doubled, |known| known.min(MEMORY - MEMORY.min(self.tail.len())));
            self.tail.reserve(room.max(FIRST_READ));
        }
        io.read_buf(&mut self.tail).await
    }

    /// Shows what has been read to the framer and keeps what belongs to the message.
    pub(super) fn take(&mut self, framer: &mut Framer) -> io::Result<()> {
        let was_head = framer.head_end().is_none();
        let fresh = self.tail.get(self.taken..).unwrap_or_default();
        let payload = &mut self.payload;
        let consumed = framer.feed(fresh, |entity| payload.update(entity));
        let from = if was_head { framer.head_start() } else { self.base + self.taken as u64 };
        self.taken += consumed;
        if framer.head_end().is_none() {
            return Ok(());
        }
        if was_head {
            self.interim = self.first(0..from, INTERIM);
        }
        let from = usize::try_from(from - self.base).unwrap_or(usize::MAX);
        self.block.update(self.tail.get(from..self.taken).unwrap_or_default());
        let is_large = || !self.has_room_for(framer.remaining());
        if framer.progress() == Progress::Body && is_large() { self.spill() } else { Ok(()) }
    }

    /// No more bytes come.
    pub(super) fn end(&mut self, framer: &mut Framer) {
        framer.end_unframed(|entity| self.payload.update(entity));
    }

    /// Whether what is to come, or at least one more read, may stay in memory.
    fn has_room_for(&self, remaining: Option<u64>) -> bool {
        let next = remaining.and_then(|left| usize::try_from(left).ok()).unwrap_or(LARGEST_READ);
        self.tail.len() + next.min(LARGEST_READ) <= MEMORY
    }

    /// Appends bytes that did not come through a framer; `entity` when they are of the entity.
    pub(super) fn push(&mut self, bytes: &[u8], entity: bool) -> io::Result<()> {
        self.block.update(bytes);
        if entity {
            self.payload.update(bytes);
        }
        self.tail.extend_from_slice(bytes);
        self.taken = self.tail.len();
        if self.has_room_for(None) { Ok(()) } else { self.spill() }
    }

    /// What came before the final head.
    pub(super) fn interim(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.interim)
    }

    /// The first bytes of `range`, at most `most`, as far as they are in memory.
    pub(super) fn first(&self, range: Range<u64>, most: usize) -> Vec<u8> {
        let at =
            |offset: u64| usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let end = at(range.end).min(self.tail.len()).min(at(range.start).saturating_add(most));
        self.tail.get(at(range.start)..end).unwrap_or_default().to_vec()
    }

    /// Bytes received in all.
    pub(super) fn received(&self) -> u64 {
        self.base + self.tail.len() as u64
    }

    /// The block in `range` of the received bytes, its digest and that of the entity.
    pub(super) fn finish(mut self, range: Range<u64>) -> io::Result<(Block, Digest, Digest)> {
        let length = range.end - range.start;
        self.tail.truncate(self.taken);
        let block = if self.file.is_some() {
            self.spill()?;
            match self.file.take() {
                Some(file) => Block::File { file: Arc::new(file), start: range.start, length },
                None => Block::Bytes(Bytes::new()),
            }
        } else {
            let start = usize::try_from(range.start).unwrap_or(usize::MAX);
            let bytes = self.tail.freeze();
            Block::Bytes(bytes.slice(start.min(bytes.len())..))
        };
        Ok((block, self.block.finish(), self.payload.finish()))
    }

    /// Moves what is in memory to the file. Only the page cache is written, so this is no longer
    /// than a copy and may run where it stands.
    fn spill(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(temporary(&self.folder)?),
        };
        file.write_all(&self.tail)?;
        self.base += self.tail.len() as u64;
        self.tail.clear();
        self.taken = 0;
        Ok(())
    }
}

fn temporary(folder: &Path) -> io::Result<File> {
    if folder.is_dir() { tempfile::tempfile_in(folder) } else { tempfile::tempfile() }
}

/// The folder for the temporary files of a crawl into `into`: beside its WARCs, so that a small
/// `/tmp` in memory is not filled by bodies.
pub(super) fn folder(into: &Path) -> Arc<Path> {
    let folder: PathBuf = into.to_path_buf();
    folder.into()
}

/// The first `limit` bytes of the entity: the body without its transfer coding, content codings
/// still on. The block is left as it was, its file offset included.
pub fn entity(response: &Response, limit: usize) -> io::Result<Vec<u8>> {
    let most = usize::try_from(response.payload_length).unwrap_or(usize::MAX).min(limit);
    let mut out = Vec::with_capacity(most);
    for range in &response.entity {
        let left = limit - out.len();
        if left == 0 {
            break;
        }
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX).min(left);
        read_at(&response.block, range.start, length, &mut out)?;
    }
    Ok(out)
}

/// The head alone, its empty line included: what a `revisit` record stores (WARC 1.1 §6.7).
pub fn head_only(response: &Response) -> io::Result<Bytes> {
    if let Block::Bytes(bytes) = &response.block {
        let length = usize::try_from(response.head_length).unwrap_or(usize::MAX);
        return Ok(bytes.slice(..length.min(bytes.len())));
    }
    let mut out = Vec::new();
    read_at(&response.block, 0, usize::try_from(response.head_length).unwrap_or(0), &mut out)?;
    Ok(out.into())
}

fn read_at(block: &Block, from: u64, length: usize, out: &mut Vec<u8>) -> io::Result<()> {
    match block {
        Block::Bytes(bytes) => {
            let from = usize::try_from(from).unwrap_or(usize::MAX);
            let part = bytes.get(from..from.saturating_add(length));
            out.extend_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        Block::File { file, start, .. } => {
            let filled = out.len();
            out.resize(filled + length, 0);
            let into = out.get_mut(filled..).unwrap_or_default();
            std::os::unix::fs::FileExt::read_exact_at(&**file, into, start + from)?;
        }
    }
    Ok(())
}
