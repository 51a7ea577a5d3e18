//! The sink: the bytes of one output file, compressed or not.
//!
//! A compressed file may be of several parts (gzip members, zstd frames), so that a WET file can be
//! opened at any record. The same bytes in give the same bytes out.

use std::io::{self, BufWriter, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

/// Effort of zstd: its own default.
const ZSTD_LEVEL: i32 = 3;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Compress {
    /// RFC 8878.
    Zstd,
    /// RFC 1952.
    Gzip,
}

impl Compress {
    /// What its files end in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Zstd => "zst",
            Self::Gzip => "gz",
        }
    }
}

/// Where the bytes go in the end.
pub type Target = Box<dyn Write + Send>;

enum Packer {
    Plain(BufWriter<Target>),
    Gzip(Box<GzEncoder<BufWriter<Target>>>),
    Zstd(Box<zstd::Encoder<'static, BufWriter<Target>>>),
    /// Only while a part is being replaced by the next, or when that failed.
    Broken,
}

/// See the module.
pub struct Sink {
    packer: Packer,
    taken: u64,
}

impl Sink {
    /// Begins a file.
    pub fn new(target: Target, compress: Option<Compress>) -> io::Result<Self> {
        let packer = packer(BufWriter::new(target), compress)?;
        Ok(Self { packer, taken: 0 })
    }

    /// Plain bytes it was given.
    pub const fn taken(&self) -> u64 {
        self.taken
    }

    /// Ends a part and begins the next; nothing where there is no compression.
    pub fn part(&mut self) -> io::Result<()> {
        let compress = match &self.packer {
            Packer::Gzip(_) => Compress::Gzip,
            Packer::Zstd(_) => Compress::Zstd,
            Packer::Plain(_) | Packer::Broken => return Ok(()),
        };
        let inner = ended(std::mem::replace(&mut self.packer, Packer::Broken))?;
        self.packer = packer(inner, Some(compress))?;
        Ok(())
    }

    /// Ends the file.
    pub fn finish(self) -> io::Result<()> {
        ended(self.packer)?.flush()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = match &mut self.packer {
            Packer::Plain(to) => to.write(bytes),
            Packer::Gzip(to) => to.write(bytes),
            Packer::Zstd(to) => to.write(bytes),
            Packer::Broken => Err(broken()),
        }?;
        self.taken += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.packer {
            Packer::Plain(to) => to.flush(),
            Packer::Gzip(to) => to.flush(),
            Packer::Zstd(to) => to.flush(),
            Packer::Broken => Err(broken()),
        }
    }
}

fn packer(to: BufWriter<Target>, compress: Option<Compress>) -> io::Result<Packer> {
    Ok(match compress {
        None => Packer::Plain(to),
        Some(Compress::Gzip) => Packer::Gzip(Box::new(GzEncoder::new(to, Compression::default()))),
        Some(Compress::Zstd) => {
            let mut encoder = zstd::Encoder::new(to, ZSTD_LEVEL)?;
            encoder.include_checksum(true)?;
            Packer::Zstd(Box::new(encoder))
        }
    })
}

fn ended(packer: Packer) -> io::Result<BufWriter<Target>> {
    match packer {
        Packer::Plain(to) => Ok(to),
        Packer::Gzip(to) => to.finish(),
        Packer::Zstd(to) => to.finish(),
        Packer::Broken => Err(broken()),
    }
}

fn broken() -> io::Error {
    io::Error::other("the compressed file could not be written before")
}
