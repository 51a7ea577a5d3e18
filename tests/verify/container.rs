//! Damage of the file itself: members, names, bytes flipped, tails torn.

use std::fs;
use std::path::Path;

use warraq::verify::VerifyError;
use warraq::verify::mend::{Mended, mend};

use crate::bench::*;

/// Thousands of small files: no reason to wait for a disk.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

fn bar_codes(folder: &Path, name: &str, bytes: &[u8]) -> Vec<String> {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    let (_, found) = judge(std::slice::from_ref(&path), &as_bar());
    fs::remove_file(path).unwrap();
    found.iter().map(|finding| format!("{}@{}", finding.rule, finding.offset)).collect()
}

/// A `warcinfo` and an exchange: small enough to be damaged at every byte.
fn small() -> Vec<Vec<u8>> {
    let all = records();
    [0, 2, 3, 4].iter().map(|&at| all[at].clone()).collect()
}

#[test]
fn members_names_and_garbage() {
    let folder = folder();
    let records = small();
    let (good, at) = join(&records);
    let third = usize::try_from(at[3]).unwrap();
    let (front, last) = good.split_at(third);
    let mut crc = good.clone();
    let end = crc.len() - 8;
    crc[end] ^= 1;
    let plain = records.concat();
    let shared = [join(&records[..2]).0, member(&records[2..].concat())].concat();
    let (begin, rest) = records[3].split_at(100);
    let split = [front, &member(begin), &member(rest)].concat();
    let no_info = [member(&records[1]), member(&records[2])].concat();
    let here = |code: &str| format!("{code}@{}", at[3]);
    let end = good.len();
    let cases: Vec<(&str, Vec<u8>, Vec<String>)> = vec![
        ("clean", good.clone(), vec![]),
        ("crc", crc, vec![here("file.damaged")]),
        ("cut", good[..end - 3].to_vec(), vec![here("file.cut")]),
        ("garbage", [front, b"xyz", last].concat(), vec![here("file.garbage")]),
        ("zeros", [&good[..], &[0; 99]].concat(), vec![format!("file.garbage@{end}")]),
        (
            "empty member",
            [&good[..], &member(b"")].concat(),
            vec![format!("file.empty-member@{end}")],
        ),
        ("shared", shared, vec![format!("file.shared-member@{}", at[2])]),
        ("split", split, vec![here("file.split-record")]),
        ("empty", vec![], vec!["file.empty@0".into()]),
        (
            "no warcinfo",
            no_info,
            vec![
                "file.no-warcinfo@0".into(),
                "link.warcinfo-outside@0".into(),
                format!("link.warcinfo-outside@{}", at[2] - at[1]),
            ],
        ),
        ("plain", plain, vec!["file.compression@0".into(), "file.plain@0".into()]),
    ];
    for (what, bytes, want) in cases {
        let mut found = bar_codes(folder.path(), NAME, &bytes);
        found.sort();
        assert_eq!(found, want, "{what}");
    }
    let open = format!("{NAME}.open");
    assert_eq!(bar_codes(folder.path(), &open, &good), ["file.open@0"]);
    let odd = bar_codes(folder.path(), "a.warc.gz", &good);
    assert_eq!(odd, ["file.name@0", "warcinfo.filename@0"]);
}

/// Bytes of a gzip header that say nothing of its member (RFC 1952 §2.3.1): the time, the extra
/// flags, the system, and the flag that the content is probably text.
fn is_idle(at: usize, flip: u8) -> bool {
    matches!(at, 4..=9) || (at == 3 && flip == 1)
}

#[test]
fn every_flipped_byte_is_found() {
    let folder = folder();
    let (good, offsets) = join(&small());
    let (mut missed, mut unused) = (Vec::new(), 0);
    for at in 0..good.len() {
        let member = offsets.iter().rfind(|&&offset| offset <= at as u64).unwrap();
        let within = at - usize::try_from(*member).unwrap();
        for flip in [0xff, 0x01] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            let found = bar_codes(folder.path(), NAME, &bad);
            if found.is_empty() && !is_idle(within, flip) {
                // Deflate may describe codes that it does not use (RFC 1951 §3.2.7): the records
                // are the same to the last bit, checksums included.
                unused += 1;
                if flip == 0xff || split(&bad) != small() {
                    missed.push((at, within, flip));
                }
            }
        }
    }
    assert_eq!(missed, []);
    assert!(unused <= offsets.len(), "{unused}");
}

#[test]
fn every_torn_tail_is_found_and_mended() {
    let folder = folder();
    let path = folder.path().join(NAME);
    let (good, offsets) = join(&small());
    for cut in 0..good.len() {
        let found = bar_codes(folder.path(), NAME, &good[..cut]);
        let ends_whole = offsets.contains(&(cut as u64)) && cut > 0;
        // At the end of a member nothing is torn: the records of a capture are missing.
        assert_eq!(found.iter().any(|code| code.starts_with("file.")), !ends_whole, "cut at {cut}");
        fs::write(&path, &good[..cut]).unwrap();
        let kept = *offsets.iter().rfind(|&&offset| offset <= cut as u64).unwrap();
        let kept = if ends_whole { cut as u64 } else { kept };
        match mend(&path) {
            Ok(None) => assert!(ends_whole, "cut at {cut}"),
            Ok(Some(Mended { to, members, cut: lost, .. })) => {
                assert_eq!((kept + lost, fs::read(&path).unwrap().len()), (cut as u64, cut));
                let whole = usize::try_from(kept).unwrap();
                assert_eq!(fs::read(&to).unwrap(), good[..whole]);
                assert_eq!(offsets[usize::try_from(members).unwrap()], kept);
                fs::remove_file(to).unwrap();
            }
            Err(VerifyError::NoCut { .. }) => assert_eq!(kept, 0, "cut at {cut}"),
            Err(other) => panic!("cut at {cut}: {other}"),
        }
    }
}

#[test]
fn mending_never_overwrites_and_never_loses_whole_records() {
    let folder = folder();
    let path = folder.path().join(NAME);
    let (good, offsets) = join(&small());
    fs::write(&path, &good[..good.len() - 3]).unwrap();
    let to = folder.path().join("test-20261122093000125-00001-desk.repaired.warc.gz");
    fs::write(&to, b"somebody's").unwrap();
    assert!(matches!(mend(&path), Err(VerifyError::Write { .. })));
    assert_eq!(fs::read(&to).unwrap(), b"somebody's");
    fs::remove_file(&to).unwrap();

    let mut middle = good.clone();
    let second = usize::try_from(offsets[1]).unwrap();
    middle[second + 20] ^= 0xff;
    fs::write(&path, &middle).unwrap();
    let why = mend(&path).unwrap_err().to_string();
    assert!(why.contains("2 whole members come after that"), "{why}");
    fs::write(&path, small().concat()).unwrap();
    let why = mend(&path).unwrap_err().to_string();
    assert!(why.contains("warcio recompress"), "{why}");
    let one = member(&small().concat());
    fs::write(&path, &one[..one.len() - 9]).unwrap();
    let why = mend(&path).unwrap_err().to_string();
    assert!(why.contains("no whole gzip member"), "{why}");
    assert!(!to.exists());
    fs::write(&path, [&good[..], &[0; 512]].concat()).unwrap();
    let done = mend(&path).unwrap().unwrap();
    assert_eq!((done.members, done.cut), (4, 512));
    assert_eq!(fs::read(done.to).unwrap(), good);
}
