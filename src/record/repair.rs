//! Repair: what a killed crawl left open is made whole again when the next one starts.
//!
//! A file that still ends in `.open` is cut back to its last whole gzip member and sealed; the
//! crawl goes on in a new file. Only the torn tail of the last record is ever given up, and how
//! much that was is told. A group may lose its later records that way: what has no `metadata`
//! record was never settled and is fetched again. Since a request is written ahead of its reply,
//! what is left of such a group is sound.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::RecordError;
use super::name::{self, OPEN, final_name};
use super::plain::{Next, Plain};
use super::writer::{give_final_name, sync_folder};
use crate::disk::Disk;

/// What became of a file that was left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has its final name.
    Sealed,
    /// It held no whole record. What it held was put aside under this name, which no tool takes
    /// for a WARC.
    PutAside(String),
    /// It was empty and is gone.
    Removed,
}

/// A file that was left open by a process that died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// Its final name.
    pub file: String,
    /// Whole members in it.
    pub members: u64,
    /// Bytes that were kept.
    pub kept: u64,
    /// Bytes of a torn member at its end that were cut off.
    pub lost: u64,
    /// What became of it.
    pub fate: Fate,
}

impl std::fmt::Display for Repaired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, members, lost, .. } = self;
        match &self.fate {
            Fate::Sealed => {
                write!(
                    f,
                    "{file} was left open: {members} whole records sealed, {lost} bytes of a torn one cut off"
                )
            }
            Fate::PutAside(name) => write!(f, "{file} held no whole record: put aside as {name}"),
            Fate::Removed => write!(f, "{file} was left open and empty: removed"),
        }
    }
}

/// Repairs every file of `folder` that was left open. Call it before a [`super::writer::Writer`]
/// is made, and only while no other process writes there.
pub fn repair(folder: &Path, disk: &Disk) -> Result<Vec<Repaired>, RecordError> {
    let in_folder = |source| RecordError::Folder { path: folder.to_owned(), source };
    let files = name::files(folder).map_err(in_folder)?;
    // Only such files as this program leaves; what another tool has open is not ours to touch.
    let is_open = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.strip_suffix(OPEN).is_some_and(|name| name.ends_with(".warc.gz"))
    };
    files.iter().filter(|path| is_open(path)).map(|path| repair_file(disk, path)).collect()
}

fn repair_file(disk: &Disk, path: &Path) -> Result<Repaired, RecordError> {
    let failed = |source| RecordError::Name { path: path.to_owned(), source };
    let how = OpenOptions::new().read(true).write(true).clone();
    let file = disk.open(path, &how).map_err(failed)?;
    let length = file.inner().metadata().map_err(failed)?.len();
    let (members, kept) = whole_members(file.inner()).map_err(failed)?;
    let fate = if members > 0 {
        if kept < length {
            file.set_len(kept).map_err(failed)?;
        }
        file.sync_all().map_err(failed)?;
        give_final_name(disk, path)?;
        Fate::Sealed
    } else if length > 0 {
        put_aside(disk, path)?
    } else {
        disk.remove(path).map_err(failed)?;
        Fate::Removed
    };
    Ok(Repaired { file: final_name(path), members, kept, lost: length - kept, fate })
}

/// How many whole members the file begins with, and where they end.
fn whole_members(file: &File) -> io::Result<(u64, u64)> {
    let mut plain = Plain::new(Box::new(file.try_clone()?), 0)?;
    let (mut members, mut end) = (0, 0);
    while let Next::Member = plain.next_member()? {
        match plain.skip_member() {
            Ok(()) => {}
            Err(why) if is_damage(&why) => break,
            Err(why) => return Err(why),
        }
        members += 1;
        end = plain.offset();
    }
    Ok((members, end))
}

/// Whether an error says something of the bytes; any other (EIO, …) must never cost data.
pub(super) fn is_damage(why: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    matches!(why.kind(), UnexpectedEof | InvalidData | InvalidInput)
}

fn put_aside(disk: &Disk, path: &Path) -> Result<Fate, RecordError> {
    let failed = |source| RecordError::Name { path: path.to_owned(), source };
    let name = final_name(path);
    let stem = name.split(".warc").next().unwrap_or(&name);
    let aside = format!("{stem}.torn");
    let to = path.with_file_name(&aside);
    if to.try_exists().map_err(failed)? {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    disk.rename(path, &to).map_err(failed)?;
    sync_folder(disk, to.parent().unwrap_or(&to))?;
    Ok(Fate::PutAside(aside))
}
