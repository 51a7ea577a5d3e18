//! One zstd frame (RFC 8878), as `.warc.zst` files hold one for each record.
//!
//! Such files are read and never written. A dictionary stands in a skippable frame at the beginning
//! of the file ("Use of Zstandard in WARC"), so its frames are read from there on; a locator, which
//! never leads there, finds none of them.

use std::error::Error;
use std::io::{self, Read};
use std::thread;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, Dictionary, FrameDecoder};

/// The first bytes of a frame (RFC 8878 §3.1.1).
pub(super) const MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// A frame of nothing. A decoder checks the size of its window, which bounds its memory (100 MB),
/// from its second frame on.
const NOTHING: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];

/// The length of a skippable frame's header, and of what follows it (RFC 8878 §3.1.2).
pub(super) fn skippable(ahead: &[u8]) -> Option<u64> {
    let (magic, rest) = ahead.split_first_chunk::<4>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    let is_skippable = u32::from_le_bytes(*magic) & 0xffff_fff0 == 0x184d_2a50;
    is_skippable.then(|| 8 + u64::from(u32::from_le_bytes(*length)))
}

/// Longest dictionary, and longest compressed one.
const MAX_DICTIONARY: u64 = 16 << 20;

/// The thread that reads a dictionary.
pub(crate) const READER: &str = "zstd dictionary";

/// Whether a skippable frame is that of the dictionary.
pub(super) fn is_dictionary(ahead: &[u8]) -> bool {
    ahead.starts_with(&0x184d_2a5d_u32.to_le_bytes())
}

/// A decoder for the frames of a file whose dictionary, compressed or not, is in `bytes`.
pub(super) fn with_dictionary(bytes: &mut impl Read) -> io::Result<Box<FrameDecoder>> {
    let mut raw = Vec::new();
    bytes.take(MAX_DICTIONARY).read_to_end(&mut raw)?;
    if raw.starts_with(MAGIC) {
        let mut plain = Vec::new();
        let frame = Frame::new(raw.as_slice(), Box::default());
        frame.take(MAX_DICTIONARY).read_to_end(&mut plain)?;
        raw = plain;
    }
    // It cuts its tables off without looking how much there is, and panics where that is too little:
    // in a thread of its own, whose name says that this is told as an error.
    let read = thread::scope(|scope| {
        let reading = || Dictionary::decode_dict(&raw);
        let named = thread::Builder::new().name(READER.to_owned());
        named.spawn_scoped(scope, reading).map(thread::ScopedJoinHandle::join)
    })?;
    let dictionary = read.map_err(|_| damage("the dictionary is cut off"))?.map_err(damage)?;
    let mut decoder = Box::<FrameDecoder>::default();
    decoder.add_dict(dictionary).map_err(damage)?;
    Ok(decoder)
}

/// A frame being read.
pub(super) struct Frame<R> {
    raw: R,
    decoder: Box<FrameDecoder>,
    begun: bool,
}

impl<R: Read> Frame<R> {
    /// Reads the frame that `raw` stands at.
    pub(super) const fn new(raw: R, decoder: Box<FrameDecoder>) -> Self {
        Self { raw, decoder, begun: false }
    }

    pub(super) const fn get_ref(&self) -> &R {
        &self.raw
    }

    /// What it read from, and the decoder for the next frame.
    pub(super) fn into_parts(self) -> (R, Box<FrameDecoder>) {
        (self.raw, self.decoder)
    }

    fn begin(&mut self) -> io::Result<()> {
        self.begun = true;
        self.decoder.init(NOTHING).map_err(damage)?;
        self.decoder.init(&mut self.raw).map_err(|why| match why {
            FrameDecoderError::DictNotProvided { dict_id } => {
                damage(format!("it needs dictionary {dict_id}, which its file does not begin with"))
            }
            why => damage(why),
        })
    }

    /// The checksum, where the frame has one.
    fn check(&self) -> io::Result<()> {
        let said = self.decoder.get_checksum_from_data();
        if said.is_some() && said != self.decoder.get_calculated_checksum() {
            return Err(damage("its checksum is wrong"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Frame<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.begun {
            self.begin()?;
        }
        while self.decoder.can_collect() < buffer.len() && !self.decoder.is_finished() {
            let missing = buffer.len() - self.decoder.can_collect();
            let wanted = BlockDecodingStrategy::UptoBytes(missing);
            self.decoder.decode_blocks(&mut self.raw, wanted).map_err(damage)?;
        }
        let count = self.decoder.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            self.check()?;
        }
        Ok(count)
    }
}

/// What is no error of the file that was read, but of the bytes in it.
fn damage<E: Into<Box<dyn Error + Send + Sync>>>(why: E) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
