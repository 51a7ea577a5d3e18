//! What is known of the URLs of all earlier runs, in eight bytes each: `DIR/known`.
//!
//! A ledger grows with every run, and a report asks it one question about the past: was this URL
//! held, or gone, when it was last captured? The answers stand here, sorted by the URL's
//! fingerprint, up to the point of the ledger where the last run begins; so the end of a run reads
//! that run and this file, however many runs there were. It is made from the ledgers alone: one that
//! is missing, or of another ledger, is made anew by the next run, and a report does without.

use std::collections::BTreeMap;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use siphasher::sip::SipHasher13;

use super::ReportError;
use super::ledger::{Past, ledgers, lines};
use crate::crawl::ledger_tail;
use crate::digest::Digest;
use crate::disk::Disk;
use crate::json;
use crate::lead::{is_error, is_gone};

/// Its name in the crawl folder.
const FILE: &str = "known";

/// Version of the file.
const VERSION: u32 = 1;

/// The longest first line.
const MAX_HEAD: u64 = 1 << 10;

/// How a URL stood when it was last captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stood {
    Held,
    Gone,
}

/// Fingerprints, the last bit cleared, and how their URLs stood.
pub(super) type Entries = BTreeMap<u64, Stood>;

/// The first line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    version: u32,
    /// The first run that is not in it.
    run: u32,
    /// Where its lines begin in `ledger.jsonl`.
    to: u64,
    /// SHA-1 of the bytes of the ledger before that, 4 KB at most.
    tail: Digest,
}

/// The file, read up to its entries.
pub(super) struct Known {
    head: Head,
    entries: BufReader<File>,
}

/// The fingerprint of a URL, its last bit cleared.
pub(super) fn print(url: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    url.hash(&mut hasher);
    hasher.finish() & !1
}

/// What a line says of its URL, if it says anything.
pub(super) fn stood(state: &str, status: Option<u16>) -> Option<Stood> {
    match state {
        "captured" | "revisit" if status.is_some_and(is_gone) => Some(Stood::Gone),
        "captured" | "revisit" if !status.is_some_and(is_error) => Some(Stood::Held),
        _ => None,
    }
}

impl Known {
    /// What is known up to a run of the folder, or to one before it; `None` where the file is
    /// missing, damaged, or was made of another ledger.
    pub(super) fn open(dir: &Path, run: u32) -> Option<Self> {
        let mut entries = BufReader::new(File::open(dir.join(FILE)).ok()?);
        let mut line = Vec::new();
        entries.by_ref().take(MAX_HEAD).read_until(b'\n', &mut line).ok()?;
        let head: Head = serde_json::from_slice(&line).ok()?;
        let ledger = File::open(dir.join("ledger.jsonl")).ok()?;
        let same = head.version == VERSION
            && head.run <= run
            && head.to <= ledger.metadata().ok()?.len()
            && ledger_tail(&ledger, head.to).ok()? == head.tail;
        same.then_some(Self { head, entries })
    }

    /// Where the lines begin in `ledger.jsonl` that are not in it.
    pub(super) const fn to(&self) -> u64 {
        self.head.to
    }

    /// The next entry.
    pub(super) fn next(&mut self) -> Option<(u64, Stood)> {
        let mut entry = [0; 8];
        self.entries.read_exact(&mut entry).ok()?;
        let entry = u64::from_be_bytes(entry);
        Some((entry & !1, if entry & 1 == 1 { Stood::Held } else { Stood::Gone }))
    }
}

/// Brings the file up to where a run begins. Effect on the folder: `known`, whole or not at all.
pub(crate) fn keep_known(dir: &Path, run: u32, disk: &Disk) -> Result<(), ReportError> {
    let all = ledgers(dir)?;
    let path = dir.join("ledger.jsonl");
    if all.first() != Some(&path) {
        return Ok(());
    }
    let mut known = Known::open(dir, run);
    let mut entries = Entries::new();
    if known.is_none() {
        for older in all.iter().skip(1).rev() {
            take(older, 0, run, &mut entries)?;
        }
    }
    let from = known.as_ref().map_or(0, Known::to);
    let to = take(&path, from, run, &mut entries)?;
    if known.is_some() && to == from {
        return Ok(());
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |why| ReportError::Io { path, why }
    };
    let ledger = File::open(&path).map_err(failed(&path))?;
    let tail = ledger_tail(&ledger, to).map_err(failed(&path))?;
    let head = Head { version: VERSION, run, to, tail };
    let file = dir.join(FILE);
    disk.replace_with(&file, |out| write(BufWriter::new(out), &head, known.as_mut(), &entries))
        .map_err(failed(&file))
}

/// Takes in the lines of earlier runs, up to the first line of the run; says where that begins.
fn take(path: &Path, from: u64, run: u32, to: &mut Entries) -> Result<u64, ReportError> {
    let mut end = from;
    for (line, after) in lines::<Past>(path, from)? {
        match line {
            Some(line) if line.run >= run => break,
            Some(line) => {
                if let Some(stood) = stood(&line.state, line.status) {
                    to.insert(print(&line.url), stood);
                }
            }
            None => {}
        }
        end = after;
    }
    Ok(end)
}

/// The old entries and the new ones over them, in order.
fn write(
    mut out: impl Write,
    head: &Head,
    mut known: Option<&mut Known>,
    entries: &Entries,
) -> io::Result<()> {
    writeln!(out, "{}", json::line(head)?)?;
    let mut put = |(print, stood): (u64, Stood)| {
        out.write_all(&(print | u64::from(stood == Stood::Held)).to_be_bytes())
    };
    let mut fresh = entries.iter().map(|(print, stood)| (*print, *stood)).peekable();
    while let Some(old) = known.as_mut().and_then(|known| known.next()) {
        while let Some(new) = fresh.next_if(|new| new.0 < old.0) {
            put(new)?;
        }
        put(fresh.next_if(|new| new.0 == old.0).unwrap_or(old))?;
    }
    fresh.try_for_each(&mut put)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(dir: &Path, run: u32) -> Option<Vec<(u64, Stood)>> {
        let mut known = Known::open(dir, run)?;
        Some(std::iter::from_fn(|| known.next()).collect())
    }

    /// What one reading of the whole ledger gives.
    fn read_whole(text: &str, run: u32) -> Vec<(u64, Stood)> {
        let lines = text.lines().map(|line| serde_json::from_str::<Past>(line).unwrap());
        let mut entries = Entries::new();
        for line in lines.filter(|line| line.run < run) {
            if let Some(stood) = stood(&line.state, line.status) {
                entries.insert(print(&line.url), stood);
            }
        }
        entries.into_iter().collect()
    }

    fn line(run: u32, url: usize, status: u16) -> String {
        format!("{{\"run\":{run},\"url\":\"u{url}\",\"state\":\"captured\",\"status\":{status}}}\n")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
        /// Kept run by run it is what one reading of the whole ledger gives, whatever is lost on the
        /// way.
        #[test]
        fn it_is_what_the_ledger_says(
            runs in prop::collection::vec(
                prop::collection::vec((0_usize..9, prop::sample::select(vec![200, 404, 410, 503])), 0..9),
                1..7,
            ),
            lost in 0_usize..7,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let ledger = dir.path().join("ledger.jsonl");
            std::fs::write(&ledger, "").unwrap();
            for (run, urls) in (1..).zip(&runs) {
                let text: String = urls.iter().map(|(url, status)| line(run, *url, *status)).collect();
                let so_far = std::fs::read_to_string(&ledger).unwrap();
                std::fs::write(&ledger, so_far + &text).unwrap();
                if run as usize == lost {
                    let _ = std::fs::remove_file(dir.path().join(FILE));
                }
                keep_known(dir.path(), run, &Disk::real()).unwrap();
                let want = read_whole(&std::fs::read_to_string(&ledger).unwrap(), run);
                prop_assert_eq!(all(dir.path(), run), Some(want));
            }
            prop_assert_eq!(all(dir.path(), 0), None, "a run before it knows less");
            // Another ledger under the same name.
            if runs.len() > 1 && !runs[0].is_empty() {
                let other = std::fs::read_to_string(&ledger).unwrap().replace("\"u", "\"v");
                std::fs::write(&ledger, other).unwrap();
                let end = u32::try_from(runs.len()).unwrap();
                prop_assert_eq!(all(dir.path(), end), None);
            }
        }

        #[test]
        fn any_bytes_are_a_file_or_none(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join("ledger.jsonl"), "").unwrap();
            std::fs::write(dir.path().join(FILE), bytes).unwrap();
            all(dir.path(), 9);
        }
    }
}
