//! One gzip member, made by one deflate state that is used again for the next.
//!
//! A member a record is what lets a reader open an archive in the middle (WARC 1.1 Annex D).
//! The member's header says nothing of the machine: no time, no name, system 255 (RFC 1952 §2.3),
//! so the same records give the same bytes.

use std::io;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Output space offered to deflate at a time.
const ROOM: usize = 32 << 10;

/// Turns records into gzip members, one after the other.
#[derive(Debug)]
pub(super) struct Deflater {
    state: Compress,
    crc: Crc,
    level: u32,
}

impl Deflater {
    pub(super) fn new(level: u32) -> Self {
        let level = level.min(9);
        Self { state: Compress::new(Compression::new(level), false), crc: Crc::new(), level }
    }

    /// Begins a member in `out`.
    pub(super) fn begin(&mut self, out: &mut Vec<u8>) {
        self.state.reset();
        self.crc.reset();
        let effort = match self.level {
            9 => 2,
            1 => 4,
            _ => 0,
        };
        out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, effort, 255]);
    }

    /// Compresses `bytes` into `out`.
    pub(super) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        self.crc.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            out.reserve(ROOM);
            let before = self.state.total_in();
            self.state.compress_vec(rest, out, FlushCompress::None)?;
            let taken = usize::try_from(self.state.total_in() - before).unwrap_or(rest.len());
            rest = rest.get(taken..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends the member: the rest of the data, its CRC-32 and its length (RFC 1952 §2.3.1).
    pub(super) fn end(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        loop {
            out.reserve(ROOM);
            if self.state.compress_vec(&[], out, FlushCompress::Finish)? == Status::StreamEnd {
                break;
            }
        }
        out.extend_from_slice(&self.crc.sum().to_le_bytes());
        out.extend_from_slice(&self.crc.amount().to_le_bytes());
        Ok(())
    }
}
