//! Files nobody should write: the reader survives them, and says where they are wrong.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use warraq::record::entity::{self, Framing};
use warraq::record::reader::{MAX_FIELDS, MAX_HEADER, ReadError, Records};
use warraq::record::strict::{Flaw, Step, Strict};
use warraq::record::verify::verify;

#[path = "../tables/escapes.rs"]
mod escapes;

use escapes::unescape;

const GOOD: &[u8] = b"WARC/1.1\r\nWARC-Type: resource\r\nContent-Length: 4\r\n\r\ngood\r\n\r\n";

/// `resource:4` for a record, the kind of the error otherwise.
fn outcomes(bytes: &[u8]) -> Vec<String> {
    let records = Records::over("hostile", Box::new(Cursor::new(bytes.to_vec())), 0).unwrap();
    records
        .map(|found| match found {
            Ok(entry) => {
                verify(&entry).unwrap();
                format!("{}:{}", entry.kind, entry.block.len())
            }
            Err(why) => {
                assert!(why.to_string().contains("hostile"), "{why}");
                name(&why).to_owned()
            }
        })
        .collect()
}

fn name(why: &ReadError) -> &'static str {
    match why {
        ReadError::Io { .. } => "io",
        ReadError::NotWarc { .. } => "not-warc",
        ReadError::Damaged { .. } => "damaged",
        ReadError::Garbage { .. } => "garbage",
        ReadError::Header { .. } => "header",
        ReadError::Cut { .. } => "cut",
        ReadError::Overlong { .. } => "overlong",
        ReadError::Nowhere { .. } => "nowhere",
    }
}

fn member(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn named_member(plain: &[u8]) -> Vec<u8> {
    let builder = flate2::GzBuilder::new().filename("n").comment("c").extra(*b"xxxx");
    let mut encoder = builder.write(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_table_of_hostile_text() {
    let table = include_str!("../tables/warc-hostile.txt");
    let good = GOOD.escape_ascii().to_string();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let [name, text, want]: [&str; 3] =
            line.split('|').map(str::trim).collect::<Vec<_>>().try_into().unwrap();
        let found = outcomes(&unescape(&text.replace("{G}", &good)));
        let found = found.join(" ").escape_debug().to_string();
        let want = want.replace("\\u{fffd}", "\u{fffd}");
        assert_eq!(found, want.trim(), "{name}");
    }
}

#[test]
fn containers_that_are_broken() {
    let good = member(GOOD);
    let long = member(&[&GOOD[..GOOD.len() - 8], b"good\r\n\r\n"].concat());
    let mut flipped = long.clone();
    let crc = flipped.len() - 8;
    flipped[crc] ^= 1;
    let mut size = long.clone();
    *size.last_mut().unwrap() ^= 1;
    let named = named_member(GOOD);
    let whole = GOOD.repeat(3);
    let (first, second) = GOOD.split_at(30);
    let cases: &[(&str, Vec<Vec<u8>>, &str)] = &[
        ("whole", vec![good.clone(), good.clone()], "resource:4 resource:4"),
        ("bad crc", vec![flipped, good.clone()], "damaged resource:4"),
        ("bad size", vec![size, good.clone()], "damaged resource:4"),
        ("cut", vec![good.clone(), good[..good.len() - 3].to_vec()], "resource:4 damaged"),
        (
            "garbage",
            vec![good.clone(), b"xyz\x1f".to_vec(), good.clone()],
            "resource:4 garbage resource:4",
        ),
        ("zeros behind", vec![good.clone(), vec![0; 512]], "resource:4 garbage"),
        ("empty member", vec![member(b""), good.clone(), member(b"")], "resource:4"),
        ("one member for all", vec![member(&whole)], "resource:4 resource:4 resource:4"),
        ("record over two members", vec![member(first), member(second)], "resource:4"),
        ("name, comment, extra", vec![named], "resource:4"),
        ("no record inside", vec![member(b"hello"), good.clone()], "header resource:4"),
        (
            "excess in the member",
            vec![member(&[GOOD, b"more"].concat()), good.clone()],
            "resource:4 header resource:4",
        ),
        ("magic only", vec![b"\x1f\x8b\x08".to_vec()], "damaged"),
    ];
    for (name, parts, want) in cases {
        assert_eq!(outcomes(&parts.concat()).join(" "), *want, "{name}");
    }
}

#[test]
fn a_length_that_lies_costs_only_its_own_record() {
    for length in ["9999", "18446744073709551615"] {
        let lies = format!("WARC/1.1\r\nContent-Length: {length}\r\n\r\nshort\r\n\r\n");
        let file = [member(lies.as_bytes()), member(GOOD)].concat();
        assert_eq!(outcomes(&file), ["cut", "resource:4"]);
    }
}

/// Each claims all that follows, or a little more than was looked at for the one before it. Were
/// that read again for each of them, this would not end.
#[test]
fn lies_upon_lies_are_read_once() {
    let count = 50_000;
    let lie = |length: usize| format!("WARC/1.1\r\nContent-Length: {length}\r\n\r\nx\r\n\r\n");
    let all: String = (0..count).map(|_| lie(999_999_999)).collect();
    let more: String = (0..count).map(|at| lie(900_001 + at % 7)).collect();
    for lies in [all, more] {
        let bytes = [lies.as_bytes(), GOOD].concat();
        for file in [member(&bytes), bytes] {
            let found = outcomes(&file);
            assert_eq!(found.len(), count + 1);
            assert!(found[..count].iter().all(|one| one == "overlong"));
            assert_eq!(found[count], "resource:4");
        }
    }
}

/// For a judge it is one flaw, which tells how long the block is, and what follows is judged.
#[test]
fn a_length_that_lies_is_one_flaw() {
    for length in [9_u64, 30, 90, 9_999] {
        let lie = format!("WARC/1.1\r\nContent-Length: {length}\r\n\r\nabc\r\n\r\n");
        let bytes = [lie.as_bytes(), GOOD, GOOD].concat();
        for file in [member(&bytes), bytes] {
            let mut strict = Strict::over(Box::new(Cursor::new(file))).unwrap();
            let mut found = Vec::new();
            while let Some(step) = strict.advance().unwrap() {
                let Step::Record(raw) = step else { panic!("{length}: {step:?}") };
                found.push((raw.length, strict.close(&raw).unwrap().flaws));
            }
            let want = [
                (Some(length), vec![Flaw::Short(length - 3)]),
                (Some(4), vec![]),
                (Some(4), vec![]),
            ];
            assert_eq!(found, want, "{length}");
        }
    }
}

/// The probe goes beyond what is in memory, and what it looked at is the block all the same.
#[test]
fn a_giant_block_that_shows_a_record_is_whole() {
    let block = [b"a\r\n".as_slice(), GOOD, &vec![b'z'; 3 << 20]].concat();
    let head =
        format!("WARC/1.1\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n", block.len());
    let bytes = [head.as_bytes(), &block, b"\r\n\r\n", GOOD].concat();
    for file in [member(&bytes), bytes] {
        let records = Records::over("x", Box::new(Cursor::new(file)), 0).unwrap();
        let found: Vec<_> = records.map(Result::unwrap).collect();
        assert_eq!(found.len(), 2);
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut found[0].block.reader(), &mut read).unwrap();
        assert!(read == block);
    }
}

#[test]
fn a_record_that_shares_its_member_is_not_addressable() {
    let bytes = member(&GOOD.repeat(2));
    let records = Records::over("x", Box::new(Cursor::new(bytes)), 0).unwrap();
    assert!(records.map(Result::unwrap).all(|entry| !entry.addressable));
}

#[test]
fn memory_is_bounded_whatever_is_declared() {
    let endless = [b"WARC/1.1\r\nX: ".as_slice(), &vec![b'a'; MAX_HEADER + 1]].concat();
    assert_eq!(outcomes(&endless), ["header"]);
    let fields = "X: y\r\n".repeat(MAX_FIELDS + 1);
    let many = format!("WARC/1.1\r\n{fields}Content-Length: 0\r\n\r\n\r\n\r\n");
    assert_eq!(outcomes(many.as_bytes()), ["header"]);
    let head = b"WARC/1.1\r\nContent-Length: 100000000\r\n\r\n".as_slice();
    let bomb = member(&[head, &vec![0; 100_000_000], b"\r\n\r\n"].concat());
    assert!(bomb.len() < 1_000_000);
    let mut records = Records::over("x", Box::new(Cursor::new(bomb)), 0).unwrap().keep(1000);
    let entry = records.next().unwrap().unwrap();
    assert_eq!((entry.length, entry.block.len()), (100_000_000, 1000));
    assert_eq!(verify(&entry).unwrap().len(), 1);
    assert!(records.next().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        outcomes(&bytes);
        outcomes(&member(&bytes));
        outcomes(&[b"\x1f\x8b\x08".as_slice(), &bytes].concat());
    }

    #[test]
    fn any_message_is_split(body in proptest::collection::vec(any::<u8>(), 0..300), size in "[0-9a-fA-F;x \r\n-]{0,20}") {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice();
        let split = entity::split(&body);
        prop_assert!(split.head_length + split.entity.len() <= body.len());
        let block = [head, size.as_bytes(), b"\r\n", &body].concat();
        let split = entity::split(&block);
        prop_assert_eq!(split.head_length, head.len());
        prop_assert!(split.entity.len() <= block.len() - head.len());
    }

    #[test]
    fn chunks_give_back_what_was_chunked(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 0..9)) {
        let mut block = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
        for part in &parts {
            block.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
            block.extend_from_slice(part);
            block.extend_from_slice(b"\r\n");
        }
        block.extend_from_slice(b"0\r\n\r\n");
        let split = entity::split(&block);
        prop_assert_eq!(split.entity.as_ref(), parts.concat());
        prop_assert_eq!(split.framing, Framing::Chunked);
    }

    #[test]
    fn any_header_is_read(text in "(WARC/1.1\r\n)?([ -~]{0,9}:[ -~\r]{0,9}\r?\n){0,5}(Content-Length: [0-9]{1,3}\r\n)?\r\n[ -~\r\n]{0,60}") {
        outcomes(text.as_bytes());
        outcomes(&[&member(text.as_bytes())[..], &member(GOOD)[..]].concat());
    }
}

#[test]
fn damage_costs_nothing_before_it() {
    let good = member(GOOD);
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            let found = outcomes(&[good.as_slice(), &bad, &good].concat());
            assert_eq!(found.first().unwrap(), "resource:4");
            // Checksum and length: the end of the member is known all the same.
            if at >= good.len() - 8 {
                assert_eq!(found, ["resource:4", "damaged", "resource:4"]);
            }
        }
    }
}
