//! The framer: total on any bytes, blind to packets, and right about what was framed.

use std::ops::Range;

use proptest::prelude::*;
use warraq::capture::framer::{Bad, Framer, Kind, Progress};
use warraq::record::entity;

use super::cases::{self, Want};
use super::config;
use super::input::{cuts, like};

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

/// The archive is read by another parser than the wire; both see the same entity.
#[test]
fn the_reader_of_archives_agrees() {
    for case in cases::all() {
        if case.want == Want::Nothing || case.head {
            continue;
        }
        let mut framer = Framer::new(false, 1 << 20, 1 << 20);
        let mut seen = Vec::new();
        framer.feed(&case.bytes, |piece| seen.extend_from_slice(piece));
        framer.eof();
        framer.end_unframed(|piece| seen.extend_from_slice(piece));
        let block = &case.bytes[case.before..case.bytes.len() - case.beyond];
        let split = entity::split(block);
        let told = format!("{}: {}", case.name, split.entity.escape_ascii());
        assert_eq!(
            split.head_length as u64,
            framer.head_end().unwrap() - framer.head_start(),
            "{told}"
        );
        assert!(split.entity == seen, "{told}");
    }
}

proptest! {
    /// Whatever follows a head that says chunked, the payload of the wire is that of the archive.
    #[test]
    fn the_reader_of_archives_agrees_on_any_chunks(
        body in "([0-3]{0,2}[;x ]{0,2}\r?\n|[a-z0-9]{0,5}(\r\n)?|0\r\n(t: x\r\n)?\r\n){0,8}",
        cut in any::<prop::sample::Index>(),
    ) {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let sent = format!("{head}{body}");
        let mut framer = framer(false);
        let mut seen = Vec::new();
        let at = cut.index(sent.len());
        for part in [&sent[..at], &sent[at..]] {
            framer.feed(part.as_bytes(), |piece| seen.extend_from_slice(piece));
        }
        framer.eof();
        framer.end_unframed(|piece| seen.extend_from_slice(piece));
        let end = usize::try_from(framer.end()).unwrap();
        prop_assert_eq!(entity::split(&sent.as_bytes()[..end]).entity, seen.as_slice());
        prop_assert_eq!(framer.entity_length(), seen.len() as u64);
    }
}

/// A body as a server would send it.
#[derive(Clone, Debug)]
enum Sent {
    Length,
    Chunks(Vec<usize>, String),
    Close,
}

fn sent() -> impl Strategy<Value = Sent> {
    let chunks = prop::collection::vec(1_usize..40, 0..9);
    prop_oneof![
        Just(Sent::Length),
        (chunks, "(;[a-z]{0,5}(=[a-z]{0,3})?)?").prop_map(|(sizes, ext)| Sent::Chunks(sizes, ext)),
        Just(Sent::Close),
    ]
}

/// The message, and whether the connection may go on.
fn message(body: &[u8], sent: &Sent, fields: &str, interims: usize) -> (Vec<u8>, usize, bool) {
    let before = b"HTTP/1.1 103 Early\r\nLink: </a>\r\n\r\n".repeat(interims);
    let mut out = before.clone();
    out.extend(format!("HTTP/1.1 200 OK\r\n{fields}").into_bytes());
    match sent {
        Sent::Length => {
            out.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
            out.extend(body);
        }
        Sent::Close => {
            out.extend(b"\r\n");
            out.extend(body);
        }
        Sent::Chunks(sizes, extension) => {
            out.extend(b"Transfer-Encoding: Chunked\r\n\r\n");
            let (mut rest, mut sizes) = (body, sizes.iter());
            while !rest.is_empty() {
                let size = sizes.next().copied().unwrap_or(rest.len()).min(rest.len());
                out.extend(format!("{size:X}{extension}\r\n").into_bytes());
                out.extend([&rest[..size], b"\r\n"].concat());
                rest = &rest[size..];
            }
            out.extend(format!("0{extension}\r\nTrailer: x\r\n\r\n").into_bytes());
        }
    }
    (out, before.len(), !matches!(sent, Sent::Close))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn packets_make_no_difference(
        bytes in like("answer"),
        answers_head in any::<bool>(),
        cuts in prop::collection::vec(any::<usize>(), 0..6),
    ) {
        blind_to_packets(&bytes, answers_head, &cuts);
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice();
        blind_to_packets(&[chunked, &bytes].concat(), answers_head, &cuts);
    }

    #[test]
    fn what_was_framed_is_found_again(
        body in prop::collection::vec(any::<u8>(), 0..200),
        sent in sent(),
        fields in "([A-Za-z-]{2,9}:[ -~]{0,9}\r\n){0,4}",
        interims in 0_usize..3,
        cuts in cuts(),
    ) {
        let framing = |name: &str| ["content-length", "transfer-encoding", "connection"].contains(&name);
        prop_assume!(!fields.lines().any(|line| framing(&line.split(':').next().unwrap().to_lowercase())));
        let (bytes, before, keeps) = message(&body, &sent, &fields, interims);
        let whole = feed(Framer::new(false, 4_000, 4_000), std::iter::once(bytes.as_slice()));
        prop_assert!(whole.whole && whole.entity == body, "{:?}", whole);
        prop_assert_eq!((whole.keep_alive, whole.head.start), (keeps, before as u64));
        prop_assert_eq!(whole.end, Some(bytes.len() as u64));
        // What comes behind a message that says where it ends is no part of it.
        if keeps {
            let behind = [bytes.as_slice(), b"HTTP/1.1 200 OK\r\n\r\nforeign"].concat();
            let mut framer = Framer::new(false, 4_000, 4_000);
            prop_assert_eq!(framer.feed(&behind, |_| ()), bytes.len());
        }
        // Cut anywhere, it is not whole.
        for cut in cuts.into_iter().map(|cut| cut.index(bytes.len())) {
            let part = feed(Framer::new(false, 4_000, 4_000), std::iter::once(&bytes[..cut]));
            prop_assert!(!part.keep_alive && (!part.whole || !keeps), "{}", cut);
            prop_assert!(body.starts_with(&part.entity));
        }
    }
}
