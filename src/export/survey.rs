//! The survey: one walk over the spool that finds rows, originals of revisits, groups and signals.
//!
//! Everything it keeps of a capture is a few fixed numbers, but for the evidence of the groups.

use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::path::Path;

use siphasher::sip::SipHasher13;

use super::corpus::{Met, Row};
use super::document::{Document, Source};
use super::error::ExportError;
use super::gather::Halt;
use super::item::{Item, Lost, Repeat, Reply, TraceRow};
use super::spool;
use crate::frontier::KeptPage;
use crate::groups::{Builder, Group};
use crate::lang::Lang;
use crate::moment::Moment;
use crate::page::parts::joined::{Leaf, together};

/// What the survey found.
pub(super) struct Surveyed {
    pub(super) rows: Vec<Row>,
    /// For rows of first pages those of the further ones.
    pub(super) parts: HashMap<u32, Vec<u32>>,
    pub(super) groups: Vec<Group>,
    pub(super) signals: HashMap<String, String>,
    /// The URLs of the rows, for the languages they are expected in.
    pub(super) urls: HashMap<u64, Option<Lang>>,
    pub(super) met: Met,
}

/// A revisit whose original may still come.
struct Waiting {
    /// The row that is kept free for it.
    row: usize,
    /// URL and payload.
    capture: Option<u64>,
    /// What it refers to, the surest first.
    keys: [Option<u64>; 3],
    url: u64,
    says_html: bool,
}

/// See the module.
pub(super) struct Survey<'h, L> {
    halt: &'h Halt,
    lost: L,
    rows: Vec<Row>,
    /// The URL of each row.
    row_urls: Vec<u64>,
    builder: Builder,
    /// Whether the evidence of this input is asked for.
    wants_evidence: bool,
    /// The evidence of a response whose trace has not come, and may never.
    waiting_reply: Option<Reply>,
    /// Captures that have a row: URL and payload.
    captures: HashSet<u64>,
    /// Rows by record id, by URL and date, by payload.
    originals: HashMap<u64, u32>,
    waiting: Vec<Waiting>,
    /// Rows of articles of several pages.
    leaves: Vec<(u32, Leaf)>,
    signals: HashMap<String, String>,
    urls: HashMap<u64, Option<Lang>>,
    met: Met,
}

impl<'h, L: FnMut(&Lost) -> Result<(), ExportError>> Survey<'h, L> {
    pub(super) fn new(halt: &'h Halt, lost: L) -> Self {
        Self {
            halt,
            lost,
            rows: Vec::new(),
            row_urls: Vec::new(),
            builder: Builder::new(),
            wants_evidence: true,
            waiting_reply: None,
            captures: HashSet::new(),
            originals: HashMap::new(),
            waiting: Vec::new(),
            leaves: Vec::new(),
            signals: HashMap::new(),
            urls: HashMap::new(),
            met: Met::default(),
        }
    }

    /// Another input begins: no capture is continued in it.
    pub(super) fn begin(&mut self, wants_evidence: bool) {
        self.settle();
        self.wants_evidence = wants_evidence;
    }

    /// Takes in a segment.
    pub(super) fn segment(&mut self, number: usize, path: &Path) -> Result<(), ExportError> {
        let unread = ExportError::unread(path);
        let segment = u32::try_from(number).unwrap_or(u32::MAX);
        for item in spool::Items::open(path).map_err(&unread)? {
            self.halt.check()?;
            let (offset, item) = item.map_err(&unread)?;
            let row = Row { segment, offset, original: None };
            match item {
                Item::Reply(reply) => self.reply(reply, row),
                Item::Repeat(repeat) => self.repeat(&repeat, row),
                Item::Trace(trace) => self.trace(&trace),
                Item::Signal { host, value } => {
                    self.signals.entry(host).or_insert(value);
                }
                Item::Lost(lost) => {
                    self.met.unreadable += 1;
                    (self.lost)(&lost)?;
                }
            }
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply, row: Row) {
        self.settle();
        if let Some(document) = &reply.document {
            self.document(document, reply.print, row);
        }
        self.waiting_reply = Some(reply);
    }

    /// The same payload under the same URL is one document, however often it was stored.
    fn document(&mut self, document: &Document, print: Option<u64>, row: Row) {
        let keys = keys(&document.url, &document.warc);
        let printed = || print.map(|print| fingerprint(&("print", &document.url, print)));
        if let Some(capture) = keys.capture.or_else(printed)
            && !self.captures.insert(capture)
        {
            self.met.repeated += 1;
            return;
        }
        let Ok(number) = u32::try_from(self.rows.len()) else { return };
        for key in [keys.id, keys.place, keys.payload].into_iter().flatten() {
            self.originals.entry(key).or_insert(number);
        }
        let url = fingerprint(&document.url);
        self.urls.insert(url, None);
        self.leaves.extend(document.leaf().map(|leaf| (number, leaf)));
        self.row_urls.push(url);
        self.rows.push(row);
    }

    fn repeat(&mut self, repeat: &Repeat, row: Row) {
        self.settle();
        let keys = keys(&repeat.url, &repeat.source);
        let refers_to = repeat.id.as_deref().map(|id| key("id", id, ""));
        let place = repeat.uri.as_deref().zip(repeat.date);
        let place = place.map(|(uri, date)| place_key(uri, date));
        let url = fingerprint(&repeat.url);
        self.waiting.push(Waiting {
            row: self.rows.len(),
            capture: keys.capture,
            keys: [refers_to, place, keys.payload],
            url,
            says_html: repeat.says_html,
        });
        self.row_urls.push(url);
        self.rows.push(row);
    }

    fn trace(&mut self, trace: &TraceRow) {
        self.waiting_reply.take_if(|reply| reply.id == trace.about);
        self.evidence(&trace.kept);
    }

    /// A response that no trace tells of speaks for itself.
    fn settle(&mut self) {
        if let Some(reply) = self.waiting_reply.take() {
            self.evidence(&reply.kept);
        }
    }

    fn evidence(&mut self, kept: &[KeptPage]) {
        for kept in kept.iter().filter(|_| self.wants_evidence) {
            self.builder.add(&kept.page, &kept.alternates, kept.moved_to.as_deref());
        }
    }

    /// Whether what a revisit refers to was not met under its URL. Where it declares no payload (a
    /// server said 304), the capture it refers to stands for that.
    fn is_new(&mut self, waiting: &Waiting, original: Option<u32>) -> bool {
        let own = original.and_then(|original| self.row_urls.get(original as usize));
        let again = || original.map(|original| fingerprint(&("again", waiting.url, original)));
        let capture = waiting.capture.or_else(again);
        own != Some(&waiting.url) && capture.is_none_or(|capture| self.captures.insert(capture))
    }

    /// Finds the originals of revisits, lets go of rows that have none, and forms the groups.
    pub(super) fn finish(mut self) -> Surveyed {
        self.settle();
        let mut dropped = HashSet::new();
        for waiting in std::mem::take(&mut self.waiting) {
            let found = waiting.keys.iter().flatten().find_map(|key| self.originals.get(key));
            let original = found.copied();
            let is_new = self.is_new(&waiting, original);
            match (original, self.rows.get_mut(waiting.row)) {
                (Some(original), Some(row)) if is_new => {
                    row.original = Some(original);
                    self.urls.insert(waiting.url, None);
                }
                (original, _) => {
                    dropped.insert(waiting.row);
                    match (is_new, original) {
                        (true, None) => self.met.unresolved += u64::from(waiting.says_html),
                        _ => self.met.repeated += 1,
                    }
                }
            }
        }
        let numbers = numbers(self.rows.len(), &dropped);
        let leaves = self.leaves.into_iter();
        let leaves = leaves.filter_map(|(row, leaf)| Some((*numbers.get(row as usize)?, leaf)));
        Surveyed {
            parts: together(&leaves.collect::<Vec<_>>()),
            rows: without(&self.rows, &dropped, &numbers),
            groups: self.builder.finish(),
            signals: self.signals,
            urls: self.urls,
            met: self.met,
        }
    }
}

/// The numbers that rows have when those that are dropped are gone.
fn numbers(rows: usize, dropped: &HashSet<usize>) -> Vec<u32> {
    let mut count = 0_u32;
    let number = |row| {
        let number = count;
        count += u32::from(!dropped.contains(&row));
        number
    };
    (0..rows).map(number).collect()
}

/// The rows that stay, their originals numbered anew.
fn without(rows: &[Row], dropped: &HashSet<usize>, numbers: &[u32]) -> Vec<Row> {
    let kept = rows.iter().enumerate().filter(|(number, _)| !dropped.contains(number));
    kept.map(|(_, row)| {
        let original = row.original.and_then(|old| numbers.get(old as usize).copied());
        Row { original, ..*row }
    })
    .collect()
}

struct Keys {
    capture: Option<u64>,
    id: Option<u64>,
    place: Option<u64>,
    payload: Option<u64>,
}

fn keys(url: &str, source: &Source) -> Keys {
    let digest = source.payload_digest.as_deref().filter(|digest| !digest.is_empty());
    let digest = digest.map(str::to_ascii_lowercase);
    Keys {
        capture: digest.as_deref().map(|digest| key("capture", url, digest)),
        id: source.record_id.as_deref().map(|id| key("id", id, "")),
        place: source.date.map(|date| place_key(url, date)),
        payload: digest.as_deref().map(|digest| key("payload", digest, "")),
    }
}

/// To the second: WARC 1.0 knows nothing finer, and a revisit may cut the date of a 1.1 record.
fn place_key(url: &str, date: Moment) -> u64 {
    key("place", url, &date.stamp14())
}

fn key(kind: &str, one: &str, other: &str) -> u64 {
    fingerprint(&(kind, one, other))
}

/// A number for a value; two values among a billion have one with a chance of 3 %.
pub(super) fn fingerprint(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = SipHasher13::new();
    value.hash(&mut hasher);
    hasher.finish()
}
