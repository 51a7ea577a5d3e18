//! WARC files, CDXJ lines, archived messages and the traces of visits: archives of anybody.

use std::io::{Cursor, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::Index;
use warraq::index::Line;
use warraq::record::entity::{self, Framing};
use warraq::record::entry::Entry;
use warraq::record::reader::Records;
use warraq::record::trace::Trace;

use super::config;
use super::input::{cuts, like, pieces};

/// Reads that bring no more than one piece each.
struct Slowly(Vec<Vec<u8>>);

impl Read for Slowly {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.0.first().is_some_and(Vec::is_empty) {
            self.0.remove(0);
        }
        let Some(piece) = self.0.first_mut() else { return Ok(0) };
        let length = piece.len().min(into.len());
        into[..length].copy_from_slice(&piece[..length]);
        piece.drain(..length);
        Ok(length)
    }
}

/// The records a reader finds, and whether it has anything to complain of.
fn told(from: impl Read + Send + 'static) -> (Vec<String>, bool) {
    let records = Records::over("some.warc", Box::new(from), 0).unwrap();
    let (found, bad): (Vec<_>, Vec<_>) = records.partition(Result::is_ok);
    let tell = |entry: Entry| {
        assert!(entry.block.len() <= entry.length);
        let at = entry.addressable.then_some(entry.locator);
        format!("{} {at:?} {:?}", entry.kind, entry.header)
    };
    (found.into_iter().map(Result::unwrap).map(tell).collect(), !bad.is_empty())
}

fn member(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_file_is_read_the_same_in_any_pieces(bytes in like("warc"), cuts in cuts()) {
        let slowly = Slowly(pieces(&bytes, &cuts).into_iter().map(<[u8]>::to_vec).collect());
        let at_once = told(Cursor::new(bytes.clone()));
        prop_assert_eq!(&told(slowly), &at_once);
    }

    #[test]
    fn a_packed_file_is_read_the_same_in_any_pieces(bytes in like("warc"), edits in prop::collection::vec((any::<Index>(), any::<u8>()), 0..3), cuts in cuts()) {
        let mut packed = [member(&bytes), member(b"WARC/1.1\r\nContent-Length: 0\r\n\r\n\r\n\r\n")].concat();
        let is_damaged = !edits.is_empty();
        for (at, byte) in edits {
            let at = at.index(packed.len());
            packed[at] = byte;
        }
        let slowly = Slowly(pieces(&packed, &cuts).into_iter().map(<[u8]>::to_vec).collect());
        let (slowly, at_once) = (told(slowly), told(Cursor::new(packed)));
        // Of a damaged member more may be had in small bites.
        prop_assert!(is_damaged || slowly == at_once, "{:?} {:?}", slowly, at_once);
    }

    #[test]
    fn a_line_read_is_the_line_written(line in like("cdxj")) {
        let Ok(read) = Line::parse(&line) else { return Ok(()) };
        let written = read.to_string();
        prop_assert!(written.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", written);
        prop_assert_eq!(Line::parse(written.as_bytes()).unwrap(), read);
    }

    #[test]
    fn an_archived_message_is_taken_apart(block in like("message")) {
        let split = entity::split(&block);
        prop_assert!(split.head_length + split.entity.len() <= block.len());
        let head = &block[..split.head_length];
        prop_assert_eq!(entity::head_length(head), head.len());
        if split.framing != Framing::Chunked {
            prop_assert!(block[split.head_length..].len() >= split.entity.len());
        }
    }

    #[test]
    fn a_trace_read_is_the_trace_written(block in like("trace")) {
        let target = "https://news.example/ar/story";
        let again = |trace: &Trace| Trace::parse(target, trace.to_fields().as_bytes()).unwrap();
        let Ok(trace) = Trace::parse(target, &block) else { return Ok(()) };
        // What no line may hold is gone after the first writing.
        let written = again(&trace);
        prop_assert_eq!(&again(&written), &written);
        prop_assert_eq!((written.run, written.attempt, written.again), (trace.run, trace.attempt, trace.again));
        prop_assert!(written.links.len() <= trace.links.len());
    }
}
