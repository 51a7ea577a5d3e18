//! The framer alone: total on any bytes, and blind to packets.

use std::ops::Range;

use proptest::prelude::*;
use warraq::capture::framer::{Bad, Framer, Kind, Progress};

use super::cases;

#[derive(Debug, PartialEq)]
struct Seen {
    progress: Progress,
    whole: bool,
    head: Range<u64>,
    end: Option<u64>,
    kind: Kind,
    keep_alive: bool,
    defects: Vec<String>,
    ranges: Vec<Range<u64>>,
    entity: Vec<u8>,
}

fn feed<'a>(mut framer: Framer, packets: impl Iterator<Item = &'a [u8]>) -> Seen {
    let mut entity = Vec::new();
    let mut fed = 0;
    for packet in packets {
        let consumed = framer.feed(packet, |piece| entity.extend_from_slice(piece));
        assert!(consumed <= packet.len());
        fed += consumed as u64;
        assert_eq!(framer.end(), fed);
        let over = !matches!(framer.progress(), Progress::Head | Progress::Body);
        assert!(over || consumed == packet.len(), "all bytes are taken until it is over");
    }
    let progress = framer.progress();
    let whole = framer.eof();
    let bad = matches!(progress, Progress::Bad(_));
    assert_eq!(framer.entity_length(), entity.len() as u64);
    Seen {
        progress,
        whole,
        head: framer.head_start()..framer.head_end().unwrap_or(0),
        // Where it stopped short of a head means nothing.
        end: (!bad).then(|| framer.end()),
        kind: framer.kind(),
        keep_alive: framer.keep_alive(),
        defects: framer.defects().to_vec(),
        ranges: framer.entity().to_vec(),
        entity,
    }
}

fn framer(answers_head: bool) -> Framer {
    Framer::new(answers_head, 4_000, 60)
}

fn blind_to_packets(bytes: &[u8], answers_head: bool, cuts: &[usize]) {
    let at_once = feed(framer(answers_head), std::iter::once(bytes));
    let single = feed(framer(answers_head), bytes.chunks(1));
    assert_eq!(at_once, single);
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    let packets = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]);
    assert_eq!(at_once, feed(framer(answers_head), packets));
    for range in &at_once.ranges {
        assert!(range.start >= at_once.head.end && at_once.end >= Some(range.end));
    }
}

#[test]
fn all_cases_in_all_packets() {
    for case in cases::all() {
        let bytes = &case.bytes[..case.bytes.len().min(5_000)];
        let half = bytes.len() / 2;
        blind_to_packets(bytes, case.head, &[half, half + 1, half * 3]);
    }
}

#[test]
fn the_body_limit_is_exact() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 61\r\n\r\n";
    let over = [head.as_slice(), &[b'x'; 61]].concat();
    let seen = feed(framer(false), std::iter::once(over.as_slice()));
    assert_eq!((seen.progress, seen.entity.len()), (Progress::Cut, 60));
    let close = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 60]].concat();
    let seen = feed(framer(false), std::iter::once(close.as_slice()));
    assert!(seen.whole && seen.entity.len() == 60);
    let beyond = [close.as_slice(), b"x"].concat();
    let seen = feed(framer(false), std::iter::once(beyond.as_slice()));
    assert_eq!((seen.progress, seen.entity.len()), (Progress::Cut, 60));
}

#[test]
fn the_head_limit_counts_everything_before_the_body() {
    let pad = |n| format!("HTTP/1.1 100 x\r\n\r\nHTTP/1.1 204 y\r\nA: {}\r\n\r\n", "z".repeat(n));
    let fixed = pad(0).len();
    let at = feed(framer(false), std::iter::once(pad(4_000 - fixed).as_bytes()));
    assert_eq!(at.progress, Progress::Done);
    let over = feed(framer(false), std::iter::once(pad(4_001 - fixed).as_bytes()));
    assert_eq!(over.progress, Progress::Bad(Bad::HeadTooLong));
}

#[test]
fn a_flood_of_empty_lines_costs_no_more_than_its_bytes() {
    let flood = b"\r\n".repeat(2_000_000);
    let mut framer = Framer::new(false, 3_999_999, 60);
    // Quadratic, this would take hours.
    framer.feed(&flood, |_| ());
    assert_eq!(framer.progress(), Progress::Bad(Bad::HeadTooLong));
}

#[test]
fn persistence() {
    let keeps = |head: &str| {
        feed(framer(false), std::iter::once(format!("{head}\r\n\r\n").as_bytes())).keep_alive
    };
    assert!(keeps("HTTP/1.1 200 OK\r\nContent-Length: 0"));
    assert!(!keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close"));
    assert!(!keeps("HTTP/1.0 200 OK\r\nContent-Length: 0"));
    assert!(keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: x, Keep-Alive"));
    assert!(!keeps("HTTP/1.2 200 OK\r\nContent-Length: 0"));
    assert!(!keeps("HTTP/1.1 304 OK\r\nContent-Length: 9"));
    assert!(!keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked"));
}

/// Pieces of responses, so that random joins get past the first line.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        b"HTTP/1.1 200 OK\r\n".as_slice(),
        b"HTTP/1.1 100 x\r\n\r\n",
        b"HTTP/1.0 404 Not Found\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Content-Length: 7\r\n",
        b"Connection: keep-alive\r\n",
        b"\r\n",
        b"\n",
        b"\r",
        b"5\r\nhello\r\n",
        b"3;x\nabc\n",
        b"0\r\n\r\n",
        b"1f\r\n",
        b"X: y\r\n",
    ])
    .prop_map(<[u8]>::to_vec);
    let random = prop::collection::vec(any::<u8>(), 0..12);
    prop::collection::vec(prop_oneof![6 => known, 1 => random], 0..14)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn packets_make_no_difference(
        bytes in pieces(),
        answers_head in any::<bool>(),
        cuts in prop::collection::vec(any::<usize>(), 0..6),
    ) {
        blind_to_packets(&bytes, answers_head, &cuts);
        let status = [b"HTTP/1.1 200 OK\r\n".as_slice(), &bytes].concat();
        blind_to_packets(&status, answers_head, &cuts);
        let chunked = [
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &bytes,
        ].concat();
        blind_to_packets(&chunked, answers_head, &cuts);
    }

    #[test]
    fn any_bytes_are_framed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        blind_to_packets(&bytes, false, &[]);
    }
}
