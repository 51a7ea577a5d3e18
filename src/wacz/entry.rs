//! The entry: one member of a package as its directory tells of it, and the judgement whether it
//! is opened.
//!
//! A name is a label here, never a path: nothing is extracted. It is judged all the same, because
//! what one reader treats as a label the next joins to a folder.

use std::fmt;
use std::path::Path;

/// Longest name that is kept.
const MAX_NAME: usize = 1_024;

/// How much more an entry may inflate to than it takes up, beyond [`FREE_INFLATION`]. Text of
/// real packages (CDXJ, pages) deflates 5 to 25 to one; a bomb 1,000 to one.
const MAX_RATIO: u64 = 200;

/// Bytes that any entry may inflate to.
const FREE_INFLATION: u64 = 1 << 20;

/// Unix file types in the upper half of the external attributes.
const KIND_MASK: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const SYMLINK: u32 = 0o120_000;

/// How an entry is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Not at all: what archives and indexes must be, so that a replay can seek in them.
    Stored,
    /// Deflate.
    Deflated,
}

/// One entry that may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name: relative, `/` between its parts, no `..` in it.
    pub name: String,
    /// How it is compressed.
    pub method: Method,
    /// Bytes it takes up in the package.
    pub packed: u64,
    /// Bytes it holds.
    pub bytes: u64,
    /// Its CRC-32, as the directory says.
    pub crc: u32,
    /// Where its bytes begin in the package.
    pub data: u64,
}

impl Entry {
    /// Whether it is called a gzip file.
    pub fn is_gzip(&self) -> bool {
        has_extension(&self.name, "gz")
    }
}

fn has_extension(name: &str, wanted: &str) -> bool {
    Path::new(name).extension().is_some_and(|have| have.eq_ignore_ascii_case(wanted))
}

/// Why an entry is not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A name that leads elsewhere, or that readers take differently.
    #[error("its name is refused: {0}; pack the WARCs anew under plain names")]
    Name(&'static str),
    /// A link or a device.
    #[error("it is a symbolic link or a device, not a file; pack the file itself")]
    Link,
    /// Several entries of one name: readers differ in which one they take.
    #[error("its name stands in the package {0} times, and none of them is trusted")]
    Twice(usize),
    /// Encrypted.
    #[error("it is encrypted; decrypt the package first")]
    Encrypted,
    /// A compression that is neither none nor deflate.
    #[error("it is compressed by method {0}; pack it stored")]
    Method(u16),
    /// It would inflate too far.
    #[error("it would inflate from {packed} to {bytes} bytes, as bombs do")]
    Bomb {
        /// Bytes in the package.
        packed: u64,
        /// Bytes it declares.
        bytes: u64,
    },
    /// A stored entry with two different sizes.
    #[error("it is stored, and yet {packed} bytes are said to be {bytes}")]
    Sizes {
        /// Bytes in the package.
        packed: u64,
        /// Bytes it declares.
        bytes: u64,
    },
    /// Its place is outside of the file, or in the directory.
    #[error("its bytes would lie behind the end of the file's data, at {0}; the file is cut")]
    OutOfRange(u64),
    /// Its bytes are those of another entry too.
    #[error("its bytes overlap those of {0:?}")]
    Overlap(String),
    /// What stands before its bytes is not what the directory says.
    #[error("the header before its bytes, at {offset}, {why}")]
    Header {
        /// Where.
        offset: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// A package in a package.
    #[error("it is a package itself; unpack it and name it on its own")]
    Nested,
}

/// What the directory says of an entry, nothing believed.
#[derive(Clone, Debug, Default)]
pub(super) struct Listed {
    pub(super) name: Vec<u8>,
    pub(super) made_by: u8,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) bytes: u64,
    pub(super) attributes: u32,
    pub(super) header: u64,
}

impl Listed {
    /// Whether it is a folder, which holds nothing.
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(b"/") && self.packed == 0
    }

    /// Its name for people.
    pub(super) fn shown(&self) -> String {
        let name = self.name.get(..MAX_NAME).unwrap_or(&self.name);
        String::from_utf8_lossy(name).escape_debug().to_string()
    }

    /// The entry, as far as the directory alone tells; `data` is yet to be found.
    pub(super) fn judged(&self) -> Result<Entry, Refusal> {
        let name = std::str::from_utf8(&self.name).map_err(|_| Refusal::Name("it is not UTF-8"))?;
        plain_name(name)?;
        // Host system 3 is Unix, 19 macOS: only there the attributes hold a file type.
        let kind = (self.attributes >> 16) & KIND_MASK;
        if kind == SYMLINK || (matches!(self.made_by, 3 | 19) && !matches!(kind, 0 | REGULAR)) {
            return Err(Refusal::Link);
        }
        if self.flags & 1 != 0 {
            return Err(Refusal::Encrypted);
        }
        let method = match self.method {
            0 => Method::Stored,
            8 => Method::Deflated,
            other => return Err(Refusal::Method(other)),
        };
        let (packed, bytes) = (self.packed, self.bytes);
        if method == Method::Stored && packed != bytes {
            return Err(Refusal::Sizes { packed, bytes });
        }
        if bytes > packed.saturating_mul(MAX_RATIO).saturating_add(FREE_INFLATION) {
            return Err(Refusal::Bomb { packed, bytes });
        }
        if ["wacz", "zip"].iter().any(|end| has_extension(name, end)) {
            return Err(Refusal::Nested);
        }
        Ok(Entry { name: name.to_owned(), method, packed, bytes, crc: self.crc, data: 0 })
    }
}

/// Whether every reader takes this name for the same file within the package.
pub fn plain_name(text: &str) -> Result<(), Refusal> {
    let why = match text {
        _ if text.len() > MAX_NAME => "it is longer than 1,024 bytes",
        "" => "it is empty",
        _ if text.contains(char::is_control) => "it has a control character in it",
        _ if text.contains('\\') => "it has a backslash in it",
        _ if text.starts_with('/') => "it is absolute",
        _ if text.get(1..2) == Some(":") => "it begins with a drive letter",
        _ if text.split('/').any(|part| part == "..") => "it leads out of the package",
        _ if text.split('/').any(|part| matches!(part, "" | ".")) => "a part of it is empty",
        _ => return Ok(()),
    };
    Err(Refusal::Name(why))
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Stored { "stored" } else { "deflated" })
    }
}
