//! The manifest: which WARC files a closing covers, and how much of the ledger.
//!
//! It lists every sealed file since the closing before, with what its copy elsewhere can be held
//! against. It is the last record of its file and so the mark that the closing is whole.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use warc::RecordType;

use super::numbered;
use crate::digest::Digest;
use crate::frontier::Dependency;
use crate::record::Block;
use crate::record::entry::Entry;
use crate::record::name::is_meta;
use crate::record::reader::Records;

/// The end of its URI.
pub(super) const NAME: &str = "manifest";

/// Largest manifest that is read.
const MAX_BYTES: u64 = 64 << 20;

/// Bytes before a point of the ledger that tell whether it is still the same ledger.
const TAIL: u64 = 4 << 10;

/// What a closing covers.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Manifest {
    /// The run that ended.
    pub run: u32,
    /// The WARC files sealed since the manifest before this one, oldest first.
    pub files: Vec<SealedFile>,
    /// WARC files of earlier runs, and of other archives, that revisits of this run refer to.
    pub depends: Vec<Dependency>,
    /// The part of the ledger that is filed beside it.
    pub ledger: LedgerPart,
}

/// A sealed WARC file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedFile {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The id of its `warcinfo` record, when it begins with one.
    pub warcinfo: Option<String>,
}

/// A part of `ledger.jsonl`, in bytes.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LedgerPart {
    /// Where it begins.
    pub from: u64,
    /// Where it ends.
    pub to: u64,
    /// SHA-1 of the bytes before its end, 4 KB at most.
    pub tail: Option<Digest>,
}

/// The last whole closing of a folder: the serial of its file, and its manifest.
pub(super) fn last(folder: &Path) -> Option<(u64, Manifest)> {
    let files = numbered(folder).ok()?;
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_meta);
    let mut metas = files.into_iter().rev().filter(|(_, path)| name(path));
    metas.find_map(|(serial, path)| Some((serial, of(&path)?)))
}

/// The manifest in a file that tells of a run.
fn of(path: &Path) -> Option<Manifest> {
    let is_manifest = |entry: &Entry| {
        let uri = entry.target_uri().and_then(|uri| uri.strip_prefix("urn:warraq:run:"));
        entry.kind == RecordType::Resource
            && uri.is_some_and(|uri| uri.rsplit(':').next() == Some(NAME))
    };
    let mut records = Records::open(path).ok()?.keep(MAX_BYTES);
    let entry = records.find_map(|entry| entry.ok().filter(is_manifest))?;
    serde_json::from_slice(&entry.block.first(MAX_BYTES).ok()?).ok()
}

/// The files sealed since a closing; `None` when told to stop.
pub(super) fn since(
    folder: &Path,
    before: Option<&(u64, Manifest)>,
    stop: impl Fn() -> bool,
) -> io::Result<Option<Vec<SealedFile>>> {
    let covered = before.map_or(0, |(serial, _)| *serial);
    let mut files = Vec::new();
    for (_, path) in numbered(folder)?.into_iter().filter(|(serial, _)| *serial > covered) {
        if stop() {
            return Ok(None);
        }
        files.push(sealed(&path)?);
    }
    Ok(Some(files))
}

fn sealed(path: &Path) -> io::Result<SealedFile> {
    let mut file = File::open(path)?;
    let mut sum = Sha256::new();
    let (mut buffer, mut bytes) = (vec![0; 256 << 10], 0);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        bytes += count as u64;
        sum.update(buffer.get(..count).unwrap_or_default());
    }
    let first = Records::open(path).ok().and_then(|mut records| records.next()?.ok());
    let info = first.filter(|entry| entry.kind == RecordType::WarcInfo);
    Ok(SealedFile {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes,
        sha256: HEXLOWER.encode(&sum.finalize()),
        warcinfo: info.and_then(|entry| entry.id().map(str::to_owned)),
    })
}

/// What the ledger got since a closing; all of it when the ledger is another one now.
pub(super) fn ledger(folder: &Path, before: Option<&Manifest>) -> io::Result<(Block, LedgerPart)> {
    let file = match File::open(folder.join("ledger.jsonl")) {
        Ok(file) => file,
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            return Ok((Block::Bytes(Vec::new().into()), LedgerPart::default()));
        }
        Err(why) => return Err(why),
    };
    let to = file.metadata()?.len();
    let mut from = 0;
    if let Some(before) = before.map(|before| &before.ledger)
        && before.to <= to
        && Some(tail(&file, before.to)?) == before.tail
    {
        from = before.to;
    }
    let part = LedgerPart { from, to, tail: Some(tail(&file, to)?) };
    Ok((Block::File { file: file.into(), start: from, length: to - from }, part))
}

/// SHA-1 of the bytes before a point of a ledger, 4 KB at most: whether it is still the same.
pub(crate) fn tail(file: &File, end: u64) -> io::Result<Digest> {
    let length = end.min(TAIL);
    Block::File { file: file.try_clone()?.into(), start: end - length, length }.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(folder: &Path, before: Option<&LedgerPart>) -> (String, LedgerPart) {
        let before = before.map(|part| Manifest { ledger: part.clone(), ..Manifest::default() });
        let (block, part) = ledger(folder, before.as_ref()).unwrap();
        (String::from_utf8(block.first(1 << 20).unwrap().to_vec()).unwrap(), part)
    }

    #[test]
    fn a_closing_goes_on_where_the_last_one_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.jsonl");
        assert_eq!(part(folder.path(), None), (String::new(), LedgerPart::default()));
        std::fs::write(&path, "one\n").unwrap();
        let (text, first) = part(folder.path(), None);
        assert_eq!((text.as_str(), first.from, first.to), ("one\n", 0, 4));
        std::fs::write(&path, "one\ntwo\n").unwrap();
        assert_eq!(part(folder.path(), Some(&first)).0, "two\n");
        // Another ledger, and one that is shorter: told from its beginning.
        for other in ["eno\ntwo\n", "on"] {
            std::fs::write(&path, other).unwrap();
            assert_eq!(part(folder.path(), Some(&first)).0, other);
        }
    }
}
