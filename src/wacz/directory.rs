//! The directory of a ZIP file: where its entries lie (PKWARE's APPNOTE 6.3, with ZIP64).
//!
//! Read front to back in one pass, whatever it says of its own length; what it says of the entries
//! is checked against the file before anybody believes it. The `zip` crate writes our packages; it
//! does not read them, for it keeps one of two entries with the same name and gives up the whole
//! file where one entry is bad.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::entry::{Entry, Listed, Refusal};

/// Most bytes of a directory that are read: about 500,000 entries.
const MAX_DIRECTORY: u64 = 32 << 20;

/// Most entries that are kept. A package of ten years of daily files has under 10,000.
pub(super) const MAX_ENTRIES: usize = 200_000;

/// A name and what is wrong with the entry it stands for.
type Wrong = (String, Refusal);

/// The entries of a package.
#[derive(Debug, Default)]
pub(super) struct Directory {
    /// Those that may be opened, in the order of the directory.
    pub(super) entries: Vec<Entry>,
    /// Those that may not.
    pub(super) refused: Vec<Wrong>,
    /// What is wrong with the directory itself, when the rest of it could still be read.
    pub(super) flaw: Option<&'static str>,
}

/// Why there is no directory.
pub(super) enum Lost {
    Io(io::Error),
    Shape(&'static str),
}

impl From<io::Error> for Lost {
    fn from(why: io::Error) -> Self {
        Self::Io(why)
    }
}

/// Where the directory lies.
struct Place {
    offset: u64,
    length: u64,
    entries: u64,
}

impl Directory {
    /// Reads the directory of `file`, and looks at the header of each entry.
    pub(super) fn read(file: &mut File) -> Result<Self, Lost> {
        let place = Place::find(file)?;
        let (listed, flaw) = listed(file, &place)?;
        let mut directory = Self { flaw, ..Self::default() };
        let mut names: HashMap<&[u8], usize> = HashMap::new();
        for entry in &listed {
            *names.entry(&entry.name).or_default() += 1;
        }
        let mut found = Vec::new();
        for entry in listed.iter().filter(|entry| !entry.is_folder()) {
            let times = names.get(entry.name.as_slice()).copied().unwrap_or(1);
            let judged = if times > 1 { Err(Refusal::Twice(times)) } else { entry.judged() };
            match judged.and_then(|good| located(file, entry, good, place.offset)) {
                Ok(entry) => found.push(entry),
                Err(why) => directory.refused.push((entry.shown(), why)),
            }
        }
        directory.part(found);
        Ok(directory)
    }

    /// Sets entries aside whose bytes overlap: a small file can seem to hold petabytes that way.
    fn part(&mut self, found: Vec<Entry>) {
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by_key(|at| found.get(*at).map(|entry| entry.data));
        let mut overlaps: HashMap<usize, String> = HashMap::new();
        let mut furthest: Option<(u64, usize)> = None;
        for at in order {
            let Some(entry) = found.get(at) else { continue };
            let end = entry.data.saturating_add(entry.packed);
            if let Some((reach, before)) = furthest
                && entry.data < reach
                && entry.packed > 0
            {
                let other = found.get(before).map(|other| other.name.clone()).unwrap_or_default();
                overlaps.insert(at, other);
                overlaps.entry(before).or_insert_with(|| entry.name.clone());
            }
            if furthest.is_none_or(|(reach, _)| end > reach) {
                furthest = Some((end, at));
            }
        }
        for (at, entry) in found.into_iter().enumerate() {
            match overlaps.remove(&at) {
                None => self.entries.push(entry),
                Some(other) => self.refused.push((entry.name, Refusal::Overlap(other))),
            }
        }
    }
}

impl Place {
    /// From the end record (APPNOTE §4.3.16), which is the last thing in the file but a comment.
    fn find(file: &mut File) -> Result<Self, Lost> {
        const LONGEST: u64 = 22 + 0xffff;
        let size = file.seek(SeekFrom::End(0))?;
        let from = size.saturating_sub(LONGEST);
        let tail = read_at(file, from, size - from)?;
        let at = end_record(&tail).ok_or(Lost::Shape("it has no ZIP directory at its end"))?;
        let record = tail.get(at..).unwrap_or_default();
        let place = Self {
            entries: u64::from(u16_at(record, 10)),
            length: u64::from(u32_at(record, 12)),
            offset: u64::from(u32_at(record, 16)),
        };
        let here = from + at as u64;
        let saturated =
            place.entries == 0xffff || place.length == 0xffff_ffff || place.offset == 0xffff_ffff;
        let larger = if saturated { Self::zip64(file, here)? } else { None };
        let place = larger.unwrap_or(place);
        if place.offset.checked_add(place.length).is_none_or(|end| end > here) {
            return Err(Lost::Shape("its directory would lie behind its end"));
        }
        Ok(place)
    }

    /// From the ZIP64 end record (APPNOTE §4.3.14) that the locator before the end record names.
    fn zip64(file: &mut File, end: u64) -> Result<Option<Self>, Lost> {
        let Some(at) = end.checked_sub(20) else { return Ok(None) };
        let locator = read_at(file, at, 20)?;
        if u32_at(&locator, 0) != 0x0706_4b50 {
            return Ok(None);
        }
        let lost = Lost::Shape("its ZIP64 directory is not where it is said to be");
        let at = u64_at(&locator, 8);
        if at > end {
            return Err(lost);
        }
        let record = read_at(file, at, 56)?;
        if u32_at(&record, 0) != 0x0606_4b50 {
            return Err(lost);
        }
        Ok(Some(Self {
            entries: u64_at(&record, 32),
            length: u64_at(&record, 40),
            offset: u64_at(&record, 48),
        }))
    }
}

/// Where the end record begins: the last place that looks like one and whose comment ends with
/// the file; else the last that looks like one.
fn end_record(tail: &[u8]) -> Option<usize> {
    let starts: Vec<usize> =
        memchr::memmem::find_iter(tail, b"PK\x05\x06").filter(|at| tail.len() - at >= 22).collect();
    let whole = |at: &&usize| {
        let record = tail.get(**at..).unwrap_or_default();
        record.len() == 22 + usize::from(u16_at(record, 20))
    };
    starts.iter().rev().find(whole).or(starts.last()).copied()
}

/// The entries the directory lists, and what is wrong with the list.
fn listed(file: &mut File, place: &Place) -> Result<(Vec<Listed>, Option<&'static str>), Lost> {
    file.seek(SeekFrom::Start(place.offset))?;
    let mut from = BufReader::new(file.take(place.length.min(MAX_DIRECTORY)));
    let mut entries = Vec::new();
    let flaw = loop {
        let mut fixed = [0; 46];
        if from.read_exact(&mut fixed).is_err() || u32_at(&fixed, 0) != 0x0201_4b50 {
            let all = entries.len() as u64 == place.entries;
            break (!all).then_some("its directory lists fewer or more entries than it says");
        }
        if entries.len() == MAX_ENTRIES {
            break Some("its directory lists more than 200,000 entries; the rest is not read");
        }
        let mut rest = [28, 30, 32].map(|at| vec![0; usize::from(u16_at(&fixed, at))]);
        if rest.iter_mut().try_for_each(|part| from.read_exact(part)).is_err() {
            break Some("its directory is cut, or longer than 32 MiB");
        }
        let [name, extra, _comment] = rest;
        entries.push(entry(&fixed, name, &extra));
    };
    Ok((entries, flaw))
}

fn entry(fixed: &[u8; 46], name: Vec<u8>, extra: &[u8]) -> Listed {
    let mut entry = Listed {
        name,
        made_by: fixed.get(5).copied().unwrap_or_default(),
        flags: u16_at(fixed, 8),
        method: u16_at(fixed, 10),
        crc: u32_at(fixed, 16),
        packed: u64::from(u32_at(fixed, 20)),
        bytes: u64::from(u32_at(fixed, 24)),
        attributes: u32_at(fixed, 38),
        header: u64::from(u32_at(fixed, 42)),
    };
    let mut large = zip64_field(extra);
    for field in [&mut entry.bytes, &mut entry.packed, &mut entry.header] {
        if *field == 0xffff_ffff
            && let Some((value, rest)) = large.split_first_chunk()
        {
            *field = u64::from_le_bytes(*value);
            large = rest;
        }
    }
    entry
}

/// The ZIP64 extra field (APPNOTE §4.5.3): only what does not fit in 32 bits, in a fixed order.
fn zip64_field(mut extra: &[u8]) -> &[u8] {
    while extra.len() >= 4 {
        let (id, length) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let body = extra.get(4..).unwrap_or_default();
        let (field, rest) = body.split_at_checked(length).unwrap_or((body, &[]));
        if id == 1 {
            return field;
        }
        extra = rest;
    }
    &[]
}

/// The entry with the place of its bytes, once its own header (APPNOTE §4.3.7) agrees.
fn located(file: &mut File, listed: &Listed, entry: Entry, end: u64) -> Result<Entry, Refusal> {
    let offset = listed.header;
    let wrong = |why| Refusal::Header { offset, why };
    if offset.checked_add(30).is_none_or(|header| header > end) {
        return Err(Refusal::OutOfRange(offset));
    }
    let unread = |_| wrong("cannot be read");
    let fixed = read_at(file, offset, 30 + listed.name.len() as u64).map_err(unread)?;
    if u32_at(&fixed, 0) != 0x0403_4b50 {
        return Err(wrong("is none"));
    }
    if usize::from(u16_at(&fixed, 26)) != listed.name.len() || !fixed.ends_with(&listed.name) {
        return Err(wrong("gives it another name"));
    }
    if u16_at(&fixed, 8) != listed.method {
        return Err(wrong("gives it another compression"));
    }
    let data = offset + fixed.len() as u64 + u64::from(u16_at(&fixed, 28));
    if data.checked_add(entry.packed).is_none_or(|last| last > end) {
        return Err(Refusal::OutOfRange(data));
    }
    Ok(Entry { data, ..entry })
}

/// At most `length` bytes from `offset`; the caller knows that they are few.
fn read_at(file: &mut File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Little-endian numbers; zero where the bytes end early.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at).map_or(0, u64::from_le_bytes)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}
