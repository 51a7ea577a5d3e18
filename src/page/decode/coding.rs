//! Content codings (RFC 9110 §8.4.1) taken off, with caps on their number, output and ratio.
//!
//! What was decoded before an error is kept: zero padding after a gzip member, or a body cut in
//! the middle, costs nothing that came before.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

/// Codings that are taken off one entity. More are an attack or a loop.
const MAX_CODINGS: usize = 3;

/// Past [`RATIO_FROM`] no honest page compresses better than this; bombs reach 1000 to 1.
const MAX_RATIO: usize = 200;

/// Output below this is never held against [`MAX_RATIO`].
const RATIO_FROM: usize = 1024 * 1024;

/// Bytes asked of a decoder at a time.
const STEP: usize = 32 * 1024;

/// How much of an entity came out of its codings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// All of it.
    #[default]
    Whole,
    /// As much as is ever read.
    Cut,
    /// What came before an error; nothing where the coding is none that is known.
    Broken,
}

/// What stopped a coding early.
struct Stop {
    why: String,
    reach: Reach,
}

/// Takes the codings off, the last applied first; each gives `limit` bytes at most. Total.
pub(super) fn remove<'a>(
    codings: &[String],
    bytes: &'a [u8],
    limit: usize,
    notes: &mut Vec<String>,
) -> (Cow<'a, [u8]>, Reach) {
    // What is markup as it stands was stored without the coding its head tells of.
    let of_bare = |bytes: &[u8]| {
        let is_markup = bytes.trim_ascii_start().starts_with(b"<");
        if is_markup { Reach::Whole } else { Reach::Broken }
    };
    if codings.len() > MAX_CODINGS {
        notes.push(format!("{} content codings: not decoded", codings.len()));
        return (Cow::Borrowed(bytes), of_bare(bytes));
    }
    if let Some(unknown) = codings.iter().find(|coding| !is_known(coding)) {
        let shown: String = unknown.chars().take(40).collect();
        notes.push(format!("content coding {shown:?} is unknown: not decoded"));
        return (Cow::Borrowed(bytes), of_bare(bytes));
    }
    let (mut bytes, mut reach) = (Cow::Borrowed(bytes), Reach::Whole);
    for coding in codings.iter().rev() {
        let (output, stop) = decode(coding, &bytes, limit);
        if let Some(stop) = stop {
            notes.push(format!("{coding}: {} after {} bytes", stop.why, output.len()));
            if output.is_empty() {
                // It says it is coded and is not.
                let reach = if reach == Reach::Whole { of_bare(&bytes) } else { reach };
                return (bytes, reach);
            }
            reach = stop.reach;
        }
        bytes = Cow::Owned(output);
    }
    (bytes, reach)
}

/// The most bytes [`remove`] can make of so many.
pub(super) fn most(codings: &[String], length: u64, limit: usize) -> u64 {
    let (limit, from) = (limit as u64, (RATIO_FROM + STEP) as u64);
    match codings.len() {
        0 => length,
        1 => length.saturating_mul(MAX_RATIO as u64).clamp(from, limit),
        _ => limit,
    }
    .max(length)
}

fn is_known(coding: &str) -> bool {
    matches!(coding, "gzip" | "x-gzip" | "deflate" | "br" | "zstd")
}

/// The output of one coding, and what stopped it early.
fn decode(coding: &str, bytes: &[u8], limit: usize) -> (Vec<u8>, Option<Stop>) {
    if bytes.is_empty() {
        return (Vec::new(), None);
    }
    match coding {
        "br" => drain(brotli_decompressor::Decompressor::new(bytes, STEP), bytes.len(), limit),
        "zstd" => zstd(bytes, limit),
        "deflate" if is_zlib(bytes) => drain(ZlibDecoder::new(bytes), bytes.len(), limit),
        "deflate" => drain(DeflateDecoder::new(bytes), bytes.len(), limit),
        _ => drain(MultiGzDecoder::new(bytes), bytes.len(), limit),
    }
}

/// Whether there is a zlib header (RFC 1950 §2.2). Many servers send raw deflate instead.
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [first, second, ..] => {
            first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31)
        }
        _ => false,
    }
}

/// zstd frames one after another (RFC 8878 §3), skippable ones passed over.
fn zstd(bytes: &[u8], limit: usize) -> (Vec<u8>, Option<Stop>) {
    let mut output = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(after) = after_skippable(rest) {
            rest = after;
            continue;
        }
        let stop = match StreamingDecoder::new(&mut rest) {
            Ok(frame) => drain_into(&mut output, frame, (bytes.len(), limit)),
            Err(error) => Some(Stop { why: error.to_string(), reach: Reach::Broken }),
        };
        if stop.is_some() {
            return (output, stop);
        }
    }
    (output, None)
}

/// What follows a skippable frame (RFC 8878 §3.1.2).
fn after_skippable(bytes: &[u8]) -> Option<&[u8]> {
    let (magic, rest) = bytes.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*magic) & 0xffff_fff0 != 0x184d_2a50 {
        return None;
    }
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    Some(rest.get(length..).unwrap_or_default())
}

fn drain(reader: impl Read, input: usize, limit: usize) -> (Vec<u8>, Option<Stop>) {
    let mut output = Vec::new();
    let stop = drain_into(&mut output, reader, (input, limit));
    (output, stop)
}

fn drain_into(
    output: &mut Vec<u8>,
    mut reader: impl Read,
    (input, limit): (usize, usize),
) -> Option<Stop> {
    let mut step = vec![0; STEP];
    let cut = |why| Some(Stop { why, reach: Reach::Cut });
    loop {
        match reader.read(&mut step) {
            Ok(0) => return None,
            Ok(count) => output.extend_from_slice(step.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Some(Stop { why: error.to_string(), reach: Reach::Broken }),
        }
        if output.len() > limit {
            output.truncate(limit);
            return cut("over the output limit: cut".to_owned());
        }
        if output.len() > RATIO_FROM && output.len() / MAX_RATIO > input {
            return cut(format!("over the ratio of {MAX_RATIO} to 1: cut"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use proptest::prelude::*;
    use std::io::Write;

    const MAX_OUTPUT: usize = 16 << 20;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn removed(codings: &[&str], bytes: &[u8]) -> (Vec<u8>, Vec<String>) {
        let mut notes = Vec::new();
        let codings: Vec<String> = codings.iter().map(|coding| (*coding).to_owned()).collect();
        let bytes = remove(&codings, bytes, MAX_OUTPUT, &mut notes).0.into_owned();
        (bytes, notes)
    }

    #[test]
    fn each_coding_comes_off() {
        let text = "ورّاق ".repeat(50).into_bytes();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
        zlib.write_all(&text).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::default());
        raw.write_all(&text).unwrap();
        let zstd = ruzstd::encoding::compress_to_vec(
            text.as_slice(),
            ruzstd::encoding::CompressionLevel::Fastest,
        );
        let skipped = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9], zstd.as_slice()].concat();
        let (start, end) = text.split_at(7);
        for (coding, body) in [
            ("gzip", gzip(&text)),
            ("x-gzip", [gzip(start), gzip(end)].concat()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("zstd", zstd),
            ("zstd", skipped),
        ] {
            assert_eq!(removed(&[coding], &body), (text.clone(), vec![]), "{coding}");
        }
        let twice = gzip(&gzip(&text));
        assert_eq!(removed(&["gzip", "gzip"], &twice), (text, vec![]));
    }

    #[test]
    fn brotli_comes_off() {
        // A brotli stream of one uncompressed meta-block: "warraq" (RFC 7932 §9.2).
        let stream = [0x8b, 0x02, 0x80, b'w', b'a', b'r', b'r', b'a', b'q', 0x03];
        assert_eq!(removed(&["br"], &stream), (b"warraq".to_vec(), vec![]));
    }

    #[test]
    fn what_came_before_an_error_is_kept() {
        let text = b"kept ".repeat(4_000);
        let padded = [gzip(&text), vec![0; 64]].concat();
        let (output, notes) = removed(&["gzip"], &padded);
        assert_eq!((output, notes.len()), (text.clone(), 1));
        let whole = gzip(&text);
        let (output, notes) = removed(&["gzip"], &whole[..whole.len() - 12]);
        assert!(!output.is_empty() && text.starts_with(&output) && notes.len() == 1);
    }

    #[test]
    fn lies_and_towers_are_left_as_they_are() {
        let plain = b"<p>plain</p>";
        assert_eq!(removed(&["gzip"], plain).0, plain);
        let (output, notes) = removed(&["gzip"; 4], plain);
        assert_eq!((output.as_slice(), notes.len()), (&plain[..], 1));
        let (output, notes) = removed(&["gzip", "sdch"], plain);
        assert_eq!((output.as_slice(), notes.len()), (&plain[..], 1));
    }

    #[test]
    fn bombs_stop() {
        let bomb = gzip(&vec![b' '; 64 << 20]);
        let (output, notes) = removed(&["gzip"], &bomb);
        assert!(output.len() <= MAX_OUTPUT, "{}", output.len());
        assert_eq!(notes.len(), 1);
        let (output, _) = removed(&["gzip", "gzip"], &gzip(&bomb));
        assert!(output.len() <= MAX_OUTPUT);
    }

    proptest! {
        #[test]
        fn decoding_is_total(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            coding in "gzip|deflate|br|zstd",
        ) {
            let mut cut = gzip(&bytes);
            let _ = removed(&[&coding], &bytes);
            let at = bytes.first().map_or(0, |byte| usize::from(*byte) % cut.len());
            cut[at] ^= 0x55;
            let _ = removed(&["gzip"], &cut);
        }
    }
}
