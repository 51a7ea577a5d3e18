//! The spool: items on disk between reading and writing, segment after segment.
//!
//! What a corpus is can be told only when everything was read (groups, revisits, duplicates), and
//! it does not fit in memory. A segment holds the items of one stretch of one input, each
//! compressed by itself so that any can be read again alone. Its name appears when it is whole: a
//! reading that was interrupted goes on behind the last whole one. Read by the version that wrote it,
//! never by another.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use zstd::bulk::{Compressor, Decompressor};

use super::item::Item;
use super::part::Part;

/// Effort of compression: fast; the spool is read back a few times and deleted.
const LEVEL: i32 = 1;

/// Longest item. A page is read up to 16 MB, and its text stands in an item once.
const MAX_ITEM: u32 = 128 << 20;

/// The length that stands where there is no further item.
const END: u32 = u32::MAX;

/// The offset that stands where there is no further segment of the input.
const LAST: u64 = u64::MAX;

/// The name of the segment of input `number` that begins at `offset` of it.
pub(super) fn segment(folder: &Path, number: usize, offset: u64) -> PathBuf {
    folder.join(format!("{number:06}-{offset:016}.items"))
}

thread_local! {
    /// A compressor a thread: making one costs as much as an item does.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
}

/// An item as it stands in a segment.
pub(super) struct Packed(Vec<u8>);

impl Packed {
    /// Packs an item; on the core that read it, not on the one that writes.
    pub(super) fn of(item: &Item) -> io::Result<Self> {
        let plain = postcard::to_stdvec(item).map_err(io::Error::other)?;
        let packed = COMPRESSOR.with_borrow_mut(|compressor| {
            let compressor = match compressor {
                Some(compressor) => compressor,
                None => compressor.insert(Compressor::new(LEVEL)?),
            };
            compressor.compress(&plain)
        })?;
        let lengths = [packed.len(), plain.len()].map(u32::try_from);
        let [Ok(length), Ok(plain)] = lengths else {
            return Err(io::Error::other("an item is longer than 4 GB"));
        };
        Ok(Self([&length.to_le_bytes(), &plain.to_le_bytes(), packed.as_slice()].concat()))
    }
}

/// Writes one segment.
pub(super) struct Writer {
    part: Part,
    out: BufWriter<File>,
}

impl Writer {
    /// Begins a segment.
    pub(super) fn begin(path: PathBuf) -> io::Result<Self> {
        let (part, file) = Part::begin(path)?;
        Ok(Self { part, out: BufWriter::new(file) })
    }

    /// Adds an item.
    pub(super) fn add(&mut self, item: &Packed) -> io::Result<()> {
        self.out.write_all(&item.0)
    }

    /// Ends it; `next` is where the next segment of the same input begins.
    pub(super) fn finish(mut self, next: Option<u64>) -> io::Result<()> {
        self.out.write_all(&END.to_le_bytes())?;
        self.out.write_all(&next.unwrap_or(LAST).to_le_bytes())?;
        self.out.flush()?;
        self.part.finish().map(drop)
    }
}

/// Where the next segment begins behind a whole one; `None` when the input ends with it.
pub(super) fn next(path: &Path) -> io::Result<Option<u64>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-8))?;
    let next = number(&mut file)?;
    Ok((next != LAST).then_some(next))
}

/// Reads the items of one segment, each with the offset it stands at.
pub(super) struct Items {
    from: BufReader<File>,
    offset: u64,
    decompressor: Decompressor<'static>,
}

impl Items {
    /// Opens a segment.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let from = BufReader::new(File::open(path)?);
        Ok(Self { from, offset: 0, decompressor: Decompressor::new()? })
    }

    fn step(&mut self) -> io::Result<Option<(u64, Item)>> {
        let at = self.offset;
        Ok(read(&mut self.from, &mut self.decompressor)?.map(|(item, length)| {
            self.offset += length;
            (at, item)
        }))
    }
}

impl Iterator for Items {
    type Item = io::Result<(u64, Item)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Reads single items of one segment, in any order.
pub(super) struct Segment {
    file: BufReader<File>,
    /// Where the item behind the last one stands.
    at: Option<u64>,
    decompressor: Decompressor<'static>,
}

impl Segment {
    /// Opens a segment.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let file = BufReader::new(File::open(path)?);
        Ok(Self { file, at: Some(0), decompressor: Decompressor::new()? })
    }

    /// The item at an offset that [`Items`] gave.
    pub(super) fn item(&mut self, offset: u64) -> io::Result<Item> {
        // Mostly it is the next one, which is in the buffer.
        if self.at.take() != Some(offset) {
            self.file.seek(SeekFrom::Start(offset))?;
        }
        let found = read(&mut self.file, &mut self.decompressor)?;
        let (item, length) = found.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.at = Some(offset + length);
        Ok(item)
    }
}

/// The next item and the bytes it takes up.
fn read(
    from: &mut impl Read,
    decompressor: &mut Decompressor<'_>,
) -> io::Result<Option<(Item, u64)>> {
    let length = short(from)?;
    if length == END {
        return Ok(None);
    }
    let plain = short(from)?;
    if length > MAX_ITEM || plain > MAX_ITEM {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "an item is too long"));
    }
    let mut packed = Vec::new();
    from.take(u64::from(length)).read_to_end(&mut packed)?;
    let plain = decompressor.decompress(&packed, plain as usize)?;
    let item = postcard::from_bytes(&plain).map_err(io::Error::other)?;
    Ok(Some((item, 8 + u64::from(length))))
}

fn short(from: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::item::Lost;
    use super::*;

    fn lost(n: u64) -> Item {
        Item::Lost(Lost {
            file: "a.warc".into(),
            offset: Some(n),
            why: "é".repeat(usize::try_from(n).unwrap()),
        })
    }

    #[test]
    fn a_segment_is_there_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = segment(folder.path(), 3, 77);
        let mut writer = Writer::begin(path.clone()).unwrap();
        for n in 0..50 {
            writer.add(&Packed::of(&lost(n)).unwrap()).unwrap();
        }
        assert!(!path.exists());
        writer.finish(Some(99)).unwrap();
        assert_eq!(next(&path).unwrap(), Some(99));
        let items: Vec<_> = Items::open(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(items.len(), 50);
        let mut segment = Segment::open(&path).unwrap();
        for n in (0..50).chain([7, 3, 4]) {
            let (offset, item) = &items[usize::try_from(n).unwrap()];
            assert_eq!(*item, lost(n));
            assert_eq!(segment.item(*offset).unwrap(), lost(n));
        }
    }

    #[test]
    fn the_last_segment_has_none_behind_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = segment(folder.path(), 0, 0);
        Writer::begin(path.clone()).unwrap().finish(None).unwrap();
        assert_eq!(next(&path).unwrap(), None);
        assert_eq!(Items::open(&path).unwrap().count(), 0);
    }
}
