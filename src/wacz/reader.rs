//! The reader: opens anybody's package and gives its parts as streams.
//!
//! A package is hostile until shown otherwise. Entries that lead out of it, lie about themselves
//! or share bytes are refused one by one ([`Package::refused`]) and the rest is read; nothing is
//! extracted, nothing is allocated by a length the file declares, and every stream ends with an
//! error when its bytes are not those of its checksum.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use serde::de::DeserializeOwned;

pub use super::lines::{Line, Lines, MAX_LINE};

use super::directory::{Directory, Lost};
use super::entry::{Entry, Method};
use super::package::{DataPackage, PackageDigest};
use super::pages::{PageLine, PagesHeader};
use super::{ARCHIVE, DATA_PACKAGE, DIGEST, INDEXES, PAGES, WaczError, name_of};
use crate::record::reader::Records;

/// Largest `datapackage.json` that is read: 300,000 resources.
const MAX_JSON: u64 = 64 << 20;

/// How far a compressed index may inflate, for each byte of it.
const MAX_INDEX_RATIO: u64 = 200;

/// A package, its directory read.
#[derive(Debug)]
pub struct Package {
    path: PathBuf,
    name: String,
    entries: Vec<Entry>,
    refused: Vec<WaczError>,
}

impl Package {
    /// Opens a package. What is wrong with single entries is in [`Package::refused`].
    pub fn open(path: &Path) -> Result<Self, WaczError> {
        let name = name_of(path);
        let failed = |source| WaczError::Io { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        let directory = Directory::read(&mut file).map_err(|lost| match lost {
            Lost::Io(source) => failed(source),
            Lost::Shape(why) => WaczError::NotZip { file: name.clone(), why },
        })?;
        let entry = |(entry, why)| WaczError::Refused { file: name.clone(), entry, why };
        let mut refused: Vec<_> = directory.refused.into_iter().map(entry).collect();
        refused.extend(directory.flaw.map(|why| WaczError::NotZip { file: name.clone(), why }));
        Ok(Self { path: path.to_owned(), entries: directory.entries, refused, name })
    }

    /// What is not read, with the reason.
    pub fn refused(&self) -> &[WaczError] {
        &self.refused
    }

    /// The entries that may be opened, in the order of the directory.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of that name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// `X.wacz@archive/a.warc.gz`, as errors name it.
    pub fn place(&self, entry: &Entry) -> String {
        format!("{}@{}", self.name, entry.name)
    }

    /// The WARC files.
    pub fn archives(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.name.starts_with(ARCHIVE))
    }

    /// The index files of any kind.
    pub fn indexes(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.name.starts_with(INDEXES))
    }

    /// The bytes of an entry. Reading fails at their end when the checksum is not theirs.
    pub fn read(&self, entry: &Entry) -> Result<Bytes, WaczError> {
        let failed = |source| WaczError::Io { path: self.path.clone(), source };
        // Opened anew, so that several may be read at once.
        let mut file = File::open(&self.path).map_err(failed)?;
        file.seek(SeekFrom::Start(entry.data)).map_err(failed)?;
        let packed = file.take(entry.packed);
        let plain: Box<dyn Read + Send> = match entry.method {
            Method::Stored => Box::new(packed),
            Method::Deflated => Box::new(DeflateDecoder::new(BufReader::new(packed))),
        };
        Ok(Bytes { plain, left: entry.bytes, crc: Crc::new(), said: entry.crc })
    }

    /// The records of a WARC entry; their errors name it as [`Package::place`] does.
    pub fn records(&self, entry: &Entry) -> Result<Records, WaczError> {
        let bytes = self.read(entry)?;
        Records::over(&self.place(entry), Box::new(bytes), 0)
            .map_err(|why| self.content(entry, why.to_string()))
    }

    /// The lines of an index or page list, unpacked when its name ends in `.gz`.
    pub fn lines(&self, entry: &Entry) -> Result<Lines, WaczError> {
        let bytes = self.read(entry)?;
        let from: Box<dyn BufRead + Send> = if entry.is_gzip() {
            let most = entry.bytes.saturating_mul(MAX_INDEX_RATIO).saturating_add(1 << 20);
            Box::new(BufReader::new(Limited { inner: MultiGzDecoder::new(bytes), left: most }))
        } else {
            Box::new(BufReader::new(bytes))
        };
        Ok(Lines::new(from))
    }

    /// The pages of `pages/pages.jsonl`, none when there is no such file.
    pub fn pages(&self) -> Result<Option<Pages<'_>>, WaczError> {
        self.find(PAGES).map(|entry| self.pages_of(entry)).transpose()
    }

    /// The pages of any page list.
    pub fn pages_of<'a>(&'a self, entry: &'a Entry) -> Result<Pages<'a>, WaczError> {
        let mut pages = Pages {
            package: self,
            entry,
            lines: self.lines(entry)?,
            header: PagesHeader::default(),
        };
        if let Some(header) = pages.next_json::<PagesHeader>() {
            pages.header = header?;
        }
        Ok(pages)
    }

    /// `datapackage.json`; none when the package has none.
    pub fn data_package(&self) -> Result<Option<DataPackage>, WaczError> {
        self.json(DATA_PACKAGE)
    }

    /// `datapackage-digest.json`; none when the package has none.
    pub fn digest(&self) -> Result<Option<PackageDigest>, WaczError> {
        self.json(DIGEST)
    }

    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, WaczError> {
        let Some(entry) = self.find(name) else { return Ok(None) };
        if entry.bytes > MAX_JSON {
            return Err(self.content(entry, format!("it is longer than {MAX_JSON} bytes")));
        }
        let mut bytes = Vec::new();
        self.read(entry)?
            .read_to_end(&mut bytes)
            .map_err(|why| self.content(entry, why.to_string()))?;
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|why| self.content(entry, format!("it is not the JSON it must be: {why}")))
    }

    pub(super) fn content(&self, entry: &Entry, why: String) -> WaczError {
        WaczError::Content { file: self.name.clone(), entry: entry.name.clone(), why }
    }

    pub(super) fn named(&self) -> &str {
        &self.name
    }
}

/// The bytes of one entry.
pub struct Bytes {
    plain: Box<dyn Read + Send>,
    left: u64,
    crc: Crc,
    said: u32,
}

impl Bytes {
    fn ended(&mut self) -> io::Result<usize> {
        let wrong = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidData, why));
        if self.left > 0 {
            return wrong("the entry ends before the length its directory gives");
        }
        if self.plain.read(&mut [0])? > 0 {
            return wrong("the entry is longer than its directory says");
        }
        if self.crc.sum() != self.said {
            return wrong("the entry's CRC-32 is not that of its bytes; get the file again");
        }
        Ok(0)
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let part = buffer.get_mut(..room).unwrap_or_default();
        let count = self.plain.read(part)?;
        self.crc.update(part.get(..count).unwrap_or_default());
        self.left -= count as u64;
        if count == 0 && !buffer.is_empty() { self.ended() } else { Ok(count) }
    }
}

/// A stream that may not give more than so many bytes.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "it inflates without end, as bombs do")
        })?;
        Ok(count)
    }
}

/// The pages of a list, a line at a time. A line that is no page is an error in its place.
pub struct Pages<'a> {
    package: &'a Package,
    entry: &'a Entry,
    lines: Lines,
    header: PagesHeader,
}

impl Pages<'_> {
    /// The first line.
    pub const fn header(&self) -> &PagesHeader {
        &self.header
    }

    fn next_json<T: DeserializeOwned>(&mut self) -> Option<Result<T, WaczError>> {
        loop {
            let line = match self.lines.next()? {
                Ok(line) => line,
                Err(why) => return Some(Err(self.package.content(self.entry, why.to_string()))),
            };
            let at = |why: String| {
                self.package.content(self.entry, format!("line {}: {why}", line.number))
            };
            let Some(bytes) = &line.bytes else {
                return Some(Err(at(format!("it is longer than {MAX_LINE} bytes"))));
            };
            if bytes.iter().any(|byte| !byte.is_ascii_whitespace()) {
                let page = serde_json::from_slice(bytes);
                return Some(
                    page.map_err(|why| at(format!("it is not the JSON it must be: {why}"))),
                );
            }
        }
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<PageLine, WaczError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_json()
    }
}
