//! Near-duplicates: texts that share most of their shingles, found in bounded memory.
//!
//! A shingle is five words, or five characters of a script that does not part words. Of each text
//! 128 least hashes are kept (`MinHash`), on disk; those that agree in one of 32 bands of four are
//! compared, and are near when they agree in 0.8 of all. Bands are sorted outside of memory.
//! At 0.8 a pair is missed with a chance below one in a million; below 0.3 hardly any is compared.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};

use super::document::Document;
use super::error::ExportError;
use super::gather::Halt;
use super::quality::words_of;
use super::survey::fingerprint;
use crate::index::Sorter;

/// Words of a shingle.
const SHINGLE: usize = 5;

/// Hashes of a signature.
const HASHES: usize = 128;

/// Hashes of a band.
const BAND: usize = 4;

/// Equal hashes of near texts, of [`HASHES`]: a similarity of 0.8.
const NEAR: usize = 102;

/// The least hashes of a text.
type Signature = [u32; HASHES];

/// Takes in texts, gives pairs.
pub(super) struct Near {
    signatures: File,
    bands: Sorter,
    count: u32,
}

impl Near {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { signatures: tempfile::tempfile()?, bands: Sorter::new(), count: 0 })
    }

    /// Takes in the next text.
    pub(super) fn add(&mut self, document: &Document) -> Result<(), ExportError> {
        let signature = signature(document);
        let bytes: Vec<u8> = signature.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        self.signatures.write_all(&bytes)?;
        for (number, band) in signature.chunks(BAND).enumerate() {
            let line = format!("{:016x} {:08x}", fingerprint(&(number, band)), self.count);
            self.bands.add(line.as_bytes())?;
        }
        self.count += 1;
        Ok(())
    }

    /// Hands each pair of near texts to `join`, and what is needed to tell how near two are.
    pub(super) fn pairs(
        self,
        halt: &Halt,
        mut join: impl FnMut(u32, u32),
    ) -> Result<Signatures, ExportError> {
        let mut sorted = tempfile::tempfile()?;
        self.bands.write_to(&mut sorted)?;
        sorted.rewind()?;
        let mut signatures = Signatures(self.signatures);
        let mut first: Option<(String, u32)> = None;
        for line in BufReader::new(sorted).lines() {
            halt.check()?;
            let line = line?;
            let Some((band, number)) = line.split_once(' ') else { continue };
            let Ok(number) = u32::from_str_radix(number, 16) else { continue };
            match &first {
                // Whoever begins a band is compared with all of it, so a band of thousands of
                // copies costs as many comparisons and no more.
                Some((of, one)) if of == band => {
                    if signatures.equal(*one, number)? >= NEAR {
                        join(*one, number);
                    }
                }
                _ => first = Some((band.to_owned(), number)),
            }
        }
        Ok(signatures)
    }
}

/// The signatures of all texts.
pub(super) struct Signatures(File);

impl Signatures {
    /// The estimated share of shingles two texts have in common.
    #[allow(clippy::cast_precision_loss, reason = "at most 128")]
    pub(super) fn similarity(&mut self, one: u32, other: u32) -> io::Result<f64> {
        Ok((self.equal(one, other)? as f64 / HASHES as f64 * 100.0).round() / 100.0)
    }

    fn equal(&mut self, one: u32, other: u32) -> io::Result<usize> {
        let (one, other) = (self.read(one)?, self.read(other)?);
        Ok(one.chunks(4).zip(other.chunks(4)).filter(|(one, other)| one == other).count())
    }

    fn read(&mut self, number: u32) -> io::Result<[u8; HASHES * 4]> {
        let mut bytes = [0; HASHES * 4];
        self.0.seek(SeekFrom::Start(u64::from(number) * bytes.len() as u64))?;
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn signature(document: &Document) -> Signature {
    let mut signature = [u32::MAX; HASHES];
    let mut window: VecDeque<u64> = VecDeque::with_capacity(SHINGLE);
    let lines = document.blocks.iter().map(|block| block.text.to_lowercase());
    let mut shingles = 0_u64;
    for line in lines {
        for word in words_of(&line) {
            if window.len() == SHINGLE {
                window.pop_front();
            }
            window.push_back(fingerprint(word));
            if window.len() == SHINGLE {
                shingles += 1;
                least(&mut signature, fingerprint(&window));
            }
        }
    }
    // A text of a few words is one shingle; one of none is near nothing but itself.
    if shingles == 0 {
        let own = if window.is_empty() { fingerprint(&document.url) } else { fingerprint(&window) };
        least(&mut signature, own);
    }
    signature
}

/// Gives every hash of the signature the chance of this shingle: `a x + b`, the upper half.
fn least(signature: &mut Signature, shingle: u64) {
    let (mut a, mut b) = (0x9E37_79B9_7F4A_7C15_u64, 0xD1B5_4A32_D192_ED03_u64);
    for slot in signature {
        let hash = a.wrapping_mul(shingle).wrapping_add(b) >> 32;
        *slot = (*slot).min(u32::try_from(hash).unwrap_or(u32::MAX));
        a = a.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(2);
        b = b.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    }
}
