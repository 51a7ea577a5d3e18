//! What is kept of every record while a set of files is judged: a row of 64 bytes.
//!
//! Ids, URIs and digests stand there as 64-bit hashes, so a set costs about 130 bytes a record,
//! look-up tables included, however long its URIs are: some 15 MB for a file of 1 GB of pages. Two
//! different ids of ten million records share a hash with a chance of three in a million.

use std::collections::HashMap;
use std::hash::Hasher as _;

use siphasher::sip::SipHasher13;

use super::finding::{Place, Profile};
use super::subject::Kind;

/// A hash of something that is only compared. Zero means that there is nothing.
pub(super) fn key(parts: &[&[u8]]) -> u64 {
    let mut hasher = SipHasher13::new();
    for part in parts {
        hasher.write(part);
        hasher.write_u64(part.len() as u64);
    }
    hasher.finish().max(1)
}

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;

/// A date that is none.
pub(super) const NO_DATE: i64 = i64::MIN;

/// Yes-or-no answers about a row.
pub(super) mod flag {
    /// It promises a body and has none.
    pub(crate) const UNLESS_HEAD: u8 = 1;
    /// It has a body.
    pub(crate) const IF_HEAD: u8 = 2;
    /// It is a request by HEAD.
    pub(crate) const HEAD: u8 = 4;
    /// Its target is of http or https.
    pub(crate) const HTTP: u8 = 8;
    /// It shares its member with another record.
    pub(crate) const SHARED: u8 = 16;
    /// A line of an index leads to it.
    pub(crate) const INDEXED: u8 = 32;
    /// It is a revisit after a 304.
    pub(crate) const NOT_MODIFIED: u8 = 64;
    /// Its payload digest is that of nothing.
    pub(crate) const EMPTY: u8 = 128;
}

/// A record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) uri: u64,
    /// Hash of the declared payload digest.
    pub(super) payload: u64,
    /// WARC-Date in nanoseconds since 1970.
    pub(super) date: i64,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) file: u32,
    /// Row of the capture event it belongs to, as [`Rows::event`] follows them.
    pub(super) event: u32,
    /// Hash of the media type.
    pub(super) media: u32,
    pub(super) status: u16,
    pub(super) kind: Kind,
    pub(super) flags: u8,
}

impl Row {
    /// Whether it is of this URI and of the second of this time.
    pub(super) fn is_within(&self, uri: u64, date: i64) -> bool {
        self.date != NO_DATE && self.uri == uri && second(self.date) == second(date)
    }

    pub(super) const fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A file of the set.
#[derive(Debug)]
pub(super) struct SetFile {
    /// As it is shown.
    pub(super) label: String,
    /// Its name alone, `.open` taken off: what index lines name.
    pub(super) name: String,
    pub(super) profile: Profile,
    /// Its first row.
    pub(super) first: u32,
}

/// The records of a set of files, in order.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) files: Vec<SetFile>,
    pub(super) all: Vec<Row>,
    by_id: HashMap<u64, u32>,
    captures: HashMap<u64, u32>,
    /// Originals by URI and second, with and without payload; made when it is asked for.
    seconds: HashMap<u64, u32>,
}

fn second(nanos: i64) -> [u8; 8] {
    nanos.div_euclid(SECOND).to_le_bytes()
}

impl Rows {
    /// Adds a record; gives back its number, and the row that has its id already.
    pub(super) fn add(&mut self, mut row: Row) -> (u32, Option<u32>) {
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        row.event = number;
        let twin = match row.id {
            0 => None,
            id => self.by_id.get(&id).copied(),
        };
        if row.id != 0 && twin.is_none() {
            self.by_id.insert(row.id, number);
        }
        let original = matches!(row.kind, Kind::Response | Kind::Resource);
        if row.date != NO_DATE && row.uri != 0 && (original || row.kind == Kind::Revisit) {
            let capture = key(&[&row.uri.to_le_bytes(), &row.date.to_le_bytes()]);
            let holds = self.captures.get(&capture).and_then(|&row| self.get(row));
            // A response is found before a revisit of the same moment.
            if holds.is_none_or(|held| original && held.kind == Kind::Revisit) {
                self.captures.insert(capture, number);
            }
        }
        self.all.push(row);
        (number, twin)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Row> {
        self.all.get(usize::try_from(number).ok()?)
    }

    pub(super) fn with_id(&self, id: u64) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    /// The capture of a URI, by its hash, at a time.
    pub(super) fn capture(&self, uri: u64, date: i64) -> Option<u32> {
        self.captures.get(&key(&[&uri.to_le_bytes(), &date.to_le_bytes()])).copied()
    }

    /// Prepares [`Rows::within`], once all records are known.
    pub(super) fn by_second(&mut self) {
        let dated = |row: &Row| row.date != NO_DATE && row.uri != 0;
        for (number, row) in (0_u32..).zip(&self.all) {
            if dated(row) && matches!(row.kind, Kind::Response | Kind::Resource) {
                for payload in [row.payload, 0] {
                    let parts = [row.uri.to_le_bytes(), second(row.date), payload.to_le_bytes()];
                    let capture = key(&parts.each_ref().map(<[u8; 8]>::as_slice));
                    self.seconds.entry(capture).or_insert(number);
                }
            }
        }
    }

    /// The first original of a URI, by its hash, within the second of a time. There may be several,
    /// so it is one with this payload, unless none is told.
    pub(super) fn within(&self, uri: u64, date: i64, payload: u64) -> Option<u32> {
        let parts = [uri.to_le_bytes(), second(date), payload.to_le_bytes()];
        self.seconds.get(&key(&parts.each_ref().map(<[u8; 8]>::as_slice))).copied()
    }

    /// The record of a file at an offset; the first, where several share a member.
    pub(super) fn at(&self, file: usize, offset: u64) -> Option<u32> {
        let first = self.files.get(file)?.first;
        let end = self.files.get(file + 1).map_or(self.all.len(), |next| next.first as usize);
        let rows = self.all.get(first as usize..end)?;
        let at = rows.partition_point(|row| row.offset < offset);
        rows.get(at).filter(|row| row.offset == offset)?;
        u32::try_from(first as usize + at).ok()
    }

    /// Says that two records belong to one capture event.
    pub(super) fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.event(one), self.event(other));
        let (early, late) = (one.min(other), one.max(other));
        if let Some(row) = self.all.get_mut(late as usize) {
            row.event = early;
        }
    }

    /// The first record of the capture event a record belongs to.
    pub(super) fn event(&mut self, mut number: u32) -> u32 {
        loop {
            let Some(row) = self.get(number) else { return number };
            let next = row.event;
            if next == number {
                return number;
            }
            let after = self.get(next).map_or(next, |row| row.event);
            if let Some(row) = self.all.get_mut(number as usize) {
                row.event = after;
            }
            number = next;
        }
    }

    pub(super) fn mark(&mut self, number: u32, flag: u8) {
        if let Some(row) = self.all.get_mut(number as usize) {
            row.flags |= flag;
        }
    }

    /// Where a record lies.
    pub(super) fn place(&self, row: &Row) -> Place<'_> {
        let file = self.files.get(row.file as usize);
        Place {
            file: file.map_or("", |file| file.label.as_str()),
            offset: row.offset,
            record: Some(row.kind.name()),
            profile: file.map_or(Profile::Spec, |file| file.profile),
        }
    }

    /// `FILE@OFFSET` of a record.
    pub(super) fn whereabouts(&self, number: u32) -> String {
        let Some(row) = self.get(number) else { return String::new() };
        let file = self.files.get(row.file as usize).map_or("", |file| file.name.as_str());
        format!("{file}@{}", row.offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_small() {
        assert_eq!(size_of::<Row>(), 64);
    }

    #[test]
    fn events_are_joined_whatever_the_order() {
        let mut rows = Rows::default();
        for id in 1..=6 {
            rows.add(row(id));
        }
        rows.join(1, 0);
        rows.join(4, 5);
        rows.join(5, 1);
        let events: Vec<u32> = (0..6).map(|number| rows.event(number)).collect();
        assert_eq!(events, [0, 0, 2, 3, 0, 0]);
    }

    fn row(id: u64) -> Row {
        Row {
            id,
            uri: 0,
            payload: 0,
            date: NO_DATE,
            offset: id,
            length: 1,
            file: 0,
            event: 0,
            media: 0,
            status: 0,
            kind: Kind::Response,
            flags: 0,
        }
    }
}
