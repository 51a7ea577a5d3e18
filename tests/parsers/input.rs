//! Inputs grown from the corpus: a seed with a few bytes changed, pieces of seeds in any order, and
//! plain noise.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use warraq::head::{Field, Head};

use super::escapes::unescape;

/// The seeds of one parser.
pub(crate) fn seeds(parser: &str) -> Vec<Vec<u8>> {
    let lines = include_str!("../tables/corpus.txt").lines();
    let cells = lines.filter_map(|line| line.split_once(" | "));
    let seeds: Vec<_> =
        cells.filter(|(of, _)| *of == parser).map(|(_, seed)| unescape(seed)).collect();
    assert!(!seeds.is_empty(), "no seed of {parser}");
    seeds
}

/// Bytes like those `parser` reads.
pub(crate) fn like(parser: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seeds = seeds(parser);
    let words: Vec<Vec<u8>> = seeds.iter().flat_map(|seed| words(seed)).collect();
    let word = select(words);
    let noise = prop::collection::vec(any::<u8>(), 0..8);
    let edits = prop::collection::vec((any::<Index>(), any::<u8>(), 0..4_u8), 0..6);
    let edited = (select(seeds), edits).prop_map(|(seed, edits)| edited(seed, &edits));
    let joined = prop::collection::vec(prop_oneof![7 => word, 1 => noise], 0..14);
    prop_oneof![
        4 => edited,
        4 => joined.prop_map(|pieces| pieces.concat()),
        1 => prop::collection::vec(any::<u8>(), 0..300),
    ]
}

/// The same as text.
pub(crate) fn text_like(parser: &str) -> impl Strategy<Value = String> + use<> {
    like(parser).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A head of these fields, as they are.
pub(crate) fn head(fields: &[(&str, &str)]) -> Head {
    let field = |(name, value): &(&str, &str)| Field {
        name: name.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
    };
    Head { start: b"HTTP/1.1 200 OK".to_vec(), fields: fields.iter().map(field).collect() }
}

/// Where to cut bytes.
pub(crate) fn cuts() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 0..6)
}

/// `bytes`, cut there.
pub(crate) fn pieces<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    ends.extend([0, bytes.len()]);
    ends.sort_unstable();
    ends.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect()
}

/// A seed cut after each byte that usually separates.
fn words(seed: &[u8]) -> Vec<Vec<u8>> {
    let separates = |byte: &u8| b" \t\r\n:;,=<>/\"'&?()[]{}".contains(byte);
    seed.split_inclusive(separates).map(<[u8]>::to_vec).collect()
}

fn edited(mut seed: Vec<u8>, edits: &[(Index, u8, u8)]) -> Vec<u8> {
    for (at, byte, how) in edits {
        let at = at.index(seed.len() + 1);
        match how {
            0 => seed.insert(at, *byte),
            1 => seed.truncate(at),
            2 if at < seed.len() => seed[at] = *byte,
            _ => {
                let tail = seed[at..].to_vec();
                seed.extend(tail.into_iter().take(200));
            }
        }
    }
    seed
}
