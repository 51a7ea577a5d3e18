//! The seed corpus through the commands, in processes that may hold little: none dies of it, and
//! what stands behind a bad record is read.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use proptest::prelude::*;

use crate::bench::*;
use crate::corpus::{self, Seed};
use crate::zips::{Member, member as entry, zip};

/// Address space of a command, in KiB: less than any bomb of the corpus inflates to.
const SPACE: &str = "96000";

/// Runs a command that may hold [`SPACE`].
fn bounded(at: &Path, args: &[&str]) -> Output {
    let script = format!("ulimit -v {SPACE}; exec \"$0\" \"$@\"");
    Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_warraq")])
        .args(args)
        .current_dir(at)
        .output()
        .unwrap()
}

/// The exit code and the output of a command that ended by itself.
fn ended(at: &Path, args: &[&str]) -> (i32, String) {
    let out = bounded(at, args);
    let err = String::from_utf8_lossy(&out.stderr).into_owned();
    let code = out.status.code().unwrap_or_else(|| panic!("{args:?} died: {}: {err}", out.status));
    assert!(!err.contains("panicked"), "{args:?}: {err}");
    assert!([0, 2, 22].contains(&code), "{args:?} ended with {code}: {err}");
    (code, String::from_utf8_lossy(&out.stdout).into_owned())
}

fn survives(seed: &Seed) {
    let folder = tempfile::tempdir().unwrap();
    let (at, name) = (folder.path(), seed.name.as_str());
    fs::write(at.join(name), &seed.bytes).unwrap();
    let (_, judged) = ended(at, &["verify", "--profile", "bar", name]);
    let (_, lines) = ended(at, &["index", name]);
    let (_, texts) = ended(at, &["text", name]);
    let (packed, _) = ended(at, &["pack", name, "-o", "x.wacz"]);
    if packed == 0 {
        ended(at, &["verify", "x.wacz"]);
    }
    if !seed.good {
        return;
    }
    assert!(!judged.contains(" 0 records"), "{name}: {judged}");
    assert!(texts.contains("https://news.example/good"), "{name}: no text of the good record");
    // No index leads into a member.
    if name != "one-member.warc.gz" {
        assert!(lines.contains("example,news)/good "), "{name}: {lines}");
    }
}

/// The corpus in as many parts as there are processors to run them.
fn part(part: usize) {
    let seeds = corpus::seeds();
    assert!(seeds.len() > 90, "{}", seeds.len());
    seeds.iter().skip(part).step_by(2).for_each(survives);
}

#[test]
#[cfg(unix)]
fn no_file_of_the_corpus_breaks_a_command() {
    part(0);
}

#[test]
#[cfg(unix)]
fn nor_does_any_other() {
    part(1);
}

#[test]
#[cfg(unix)]
fn no_index_breaks_the_judge() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.warc.gz"), member(&corpus::good())).unwrap();
    for (n, bytes) in corpus::indexes().iter().enumerate() {
        let name = format!("{n}.cdxj");
        fs::write(folder.path().join(&name), bytes).unwrap();
        ended(folder.path(), &["verify", "a.warc.gz", &name]);
        fs::remove_file(folder.path().join(&name)).unwrap();
    }
}

#[test]
#[cfg(unix)]
fn no_package_breaks_the_judge() {
    let folder = tempfile::tempdir().unwrap();
    let warc = member(&corpus::good());
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), 110_000_000), &mut deflate).unwrap();
    let bomb = deflate.finish().unwrap();
    let good = || entry("archive/a.warc.gz", &warc);
    let bombed = |name: &str| Member { method: 8, bytes: Some(110_000_000), ..entry(name, &bomb) };
    let packages: Vec<Vec<Member>> = vec![
        vec![],
        vec![good(), entry("archive/../../x.warc.gz", &warc), entry("/x", b"x")],
        vec![good(), good()],
        vec![good(), bombed("archive/b.warc.gz")],
        vec![good(), bombed("datapackage.json")],
        vec![good(), bombed("pages/pages.jsonl")],
        vec![good(), bombed("indexes/index.cdxj")],
        vec![good(), Member { crc: Some(7), ..entry("indexes/index.cdxj", b"x\n") }],
        vec![good(), Member { offset: Some(u32::MAX), ..entry("archive/b.warc.gz", &warc) }],
        vec![
            good(),
            Member {
                packed: Some(u32::MAX),
                bytes: Some(u32::MAX),
                ..entry("archive/b.warc.gz", &warc)
            },
        ],
        vec![
            good(),
            Member { attributes: 0o120_777 << 16, ..entry("archive/b.warc.gz", b"/etc/passwd") },
        ],
        vec![good(), entry("datapackage.json", "[".repeat(100_000).as_bytes())],
        vec![good(), entry("datapackage.json", b"{\"resources\":[{\"path\":7}]}")],
        vec![
            good(),
            entry(
                "pages/pages.jsonl",
                &[b"{\"format\":\"json-pages-1.0\"}\n".as_slice(), &b"{".repeat(200_000)].concat(),
            ),
        ],
        vec![good(), entry("indexes/index.cdx.gz", &bomb)],
    ];
    for (n, members) in packages.iter().enumerate() {
        let bytes = zip(members);
        fs::write(folder.path().join("x.wacz"), &bytes).unwrap();
        let (code, out) = ended(folder.path(), &["verify", "x.wacz"]);
        assert_eq!(code, 22, "{n}: {out}");
        // The good WARC is judged whatever stands beside it, unless it stands there twice.
        let judged = out.contains(" 1 record:");
        assert_eq!(judged, !members.is_empty() && n != 2, "{n}: {out}");
        fs::write(folder.path().join("x.wacz"), &bytes[..bytes.len() - 9]).unwrap();
        ended(folder.path(), &["verify", "x.wacz"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    /// Whatever is changed in the records of an archive, the judge comes to an end, and says of no
    /// record what does not lie in the file.
    #[test]
    fn mutated_records_are_judged(edits in proptest::collection::vec((0_usize..30_000, any::<u8>(), 0_usize..3), 1..6)) {
        let mut bytes = records().concat();
        for (at, byte, how) in edits {
            let at = at % bytes.len();
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
            }
        }
        judged(&bytes);
        judged(&member(&bytes));
    }

    #[test]
    fn any_bytes_are_judged(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        judged(&bytes);
        judged(&member(&bytes));
        judged(&[b"WARC/1.1\r\n".as_slice(), &bytes].concat());
        judged(&[b"\x1f\x8b\x08".as_slice(), &bytes].concat());
    }

    #[test]
    fn any_lines_are_judged(text in "([a-z,)/]{0,9} [0-9]{13,15} \\{(\"(url|offset|length|filename|mime|digest|status)\": ?(\"[ -~]{0,9}\"|[0-9]{1,21}),?){0,7}\\}?\n){0,4}") {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.cdxj");
        fs::write(&path, text).unwrap();
        judge(&[path], &as_bar());
    }
}

fn judged(bytes: &[u8]) {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, bytes).unwrap();
    let (_, found) = judge(&[path], &as_bar());
    let end = bytes.len() as u64;
    assert!(found.iter().all(|finding| finding.offset <= end));
}
