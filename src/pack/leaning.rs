//! Leaning: revisits whose original is not in the package, so that a replay would miss it.
//!
//! Replay tools look an original up by URL and time (WARC 1.1 §6.7.2), to the second; where a
//! revisit does not name them, by its payload digest. Captures are kept as fingerprints.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};

use siphasher::sip::SipHasher13;
use warc::RecordType;

use crate::moment::Moment;
use crate::record::entry::Entry;

/// Originals that are named; more are only counted.
const NAMED: usize = 8;

/// Originals whose names are held until it is known whether they come.
const HELD: usize = 100_000;

/// Revisits without their originals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaning {
    /// How many there are.
    pub revisits: u64,
    /// The WARC files they stand in.
    pub files: Vec<String>,
    /// Some of the originals, as `URL at DATE`.
    pub originals: Vec<String>,
}

/// The captures of all files, and what revisits want of them.
#[derive(Debug, Default)]
pub(super) struct Captures {
    have: HashSet<u64>,
    wanted: Vec<Want>,
    files: Vec<String>,
}

#[derive(Debug)]
struct Want {
    key: u64,
    /// Number of the file the revisit stands in.
    file: usize,
    original: Option<Box<str>>,
}

impl Captures {
    /// Goes on with the next file.
    pub(super) fn begin(&mut self, file: &str) {
        self.files.push(file.to_owned());
    }

    /// Takes in a record.
    pub(super) fn take(&mut self, entry: &Entry) {
        match entry.kind {
            RecordType::Response | RecordType::Resource => self.captured(entry),
            RecordType::Revisit => self.revisited(entry),
            _ => {}
        }
    }

    fn captured(&mut self, entry: &Entry) {
        if let (Some(uri), Some(date)) = (entry.target_uri(), entry.date()) {
            self.have.insert(at(uri, date));
        }
        if let Some(digest) = entry.header.get("WARC-Payload-Digest") {
            self.have.insert(of(digest));
        }
    }

    fn revisited(&mut self, entry: &Entry) {
        let field = |name| entry.header.get(name);
        let uri = field("WARC-Refers-To-Target-URI").map(bare);
        let date = field("WARC-Refers-To-Date");
        let parsed = date.and_then(Moment::parse_warc_date);
        let key = match (uri, parsed, field("WARC-Payload-Digest")) {
            (Some(uri), Some(date), _) => at(uri, date),
            (_, _, Some(digest)) => of(digest),
            _ => 0, // It names nothing, so nothing can be found.
        };
        if self.have.contains(&key) {
            return;
        }
        let named = || {
            let url = uri.or_else(|| entry.target_uri()).unwrap_or("a capture without URL");
            format!("{url} at {}", date.unwrap_or("an unknown time")).into()
        };
        let original = (self.wanted.len() < HELD).then(named);
        self.wanted.push(Want { key, file: self.files.len().saturating_sub(1), original });
    }

    /// What was wanted and did not come.
    pub(super) fn finish(self) -> Leaning {
        let mut leaning = Leaning::default();
        let mut last = None;
        for want in self.wanted.into_iter().filter(|want| !self.have.contains(&want.key)) {
            leaning.revisits += 1;
            if last.replace(want.file) != Some(want.file) {
                leaning.files.extend(self.files.get(want.file).cloned());
            }
            let original = want.original.map(String::from);
            let is_new = |original: &String| !leaning.originals.contains(original);
            if leaning.originals.len() < NAMED
                && let Some(original) = original.filter(is_new)
            {
                leaning.originals.push(original);
            }
        }
        leaning
    }
}

/// A URI without the angle brackets some writers put round it.
fn bare(uri: &str) -> &str {
    uri.strip_prefix('<').and_then(|uri| uri.strip_suffix('>')).unwrap_or(uri)
}

fn at(uri: &str, date: Moment) -> u64 {
    fingerprint(&(uri, date.millis().div_euclid(1_000)))
}

fn of(digest: &str) -> u64 {
    fingerprint(&digest.to_ascii_lowercase())
}

pub(super) fn fingerprint(value: &impl Hash) -> u64 {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish()
}
