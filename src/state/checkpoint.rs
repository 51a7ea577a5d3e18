//! `checkpoint.json`: the numbers of the last commit, outside the database.
//!
//! sled may open with its newest batches gone, or empty, and say nothing. This file knows what
//! should be there. Written anew, synced and renamed at each commit, after the database is durable:
//! so it is never ahead of it, and at most one commit behind.

use std::io;
use std::path::Path;

use super::StateError;
use super::rows::Checkpoint;
use crate::disk::Disk;

const NAME: &str = "checkpoint.json";

/// Writes it durably.
pub(crate) fn write(disk: &Disk, folder: &Path, checkpoint: &Checkpoint) -> io::Result<()> {
    disk.replace(&folder.join(NAME), &serde_json::to_vec(checkpoint)?)
}

/// Reads it; `None` when there is none.
pub(crate) fn read(disk: &Disk, folder: &Path) -> Result<Option<Checkpoint>, StateError> {
    let path = folder.join(NAME);
    match disk.read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|why| {
            let why = format!("checkpoint.json: {why}");
            StateError::Damaged { path: folder.to_owned(), why }
        }),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(StateError::io(&path, why)),
    }
}

/// What a database that says `inside` must answer for, given `beside`. `Err` is what is lost.
pub(crate) fn compare(inside: &Checkpoint, beside: Option<&Checkpoint>) -> Result<(), String> {
    match beside {
        Some(beside) if inside.sequence < beside.sequence => Err(format!(
            "checkpoint.json tells of commit {}, the database ends at commit {}",
            beside.sequence, inside.sequence
        )),
        Some(beside) if inside.sequence == beside.sequence && inside != beside => {
            Err(format!("checkpoint.json and the database disagree on commit {}", inside.sequence))
        }
        _ => Ok(()),
    }
}
