//! The workplace: where the spool of an export stands, who works there, and whether an interrupted
//! export can go on.
//!
//! A hidden folder: in the folder of the export, so that it is found again, or beside a single file;
//! for standard output a temporary one. Its lock keeps two exports to one place apart. It never reads
//! an archive.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};

use super::document::EXTRACTOR;
use super::error::ExportError;
use super::inputs::Input;
use super::part;
use super::shards::Output;
use crate::disk::{Disk, DiskFile};

/// The hidden folder of an unfinished export.
const HIDDEN: &str = ".warraq-export";

/// What it is an export of.
const ORDER: &str = "order.json";

/// The file whose lock says that somebody works there.
const LOCK: &str = "lock";

/// A folder for the spool, ours alone.
#[derive(Debug)]
pub(super) struct Workplace {
    folder: PathBuf,
    /// Whether what was read so far is of use when the export ends early.
    kept: bool,
    _lock: Option<DiskFile>,
}

impl Workplace {
    /// Makes room for an export, or finds the room of an interrupted one that is the same.
    pub(super) fn open(
        output: &Output,
        resume: bool,
        inputs: &[Input],
        settings: &Value,
    ) -> Result<Self, ExportError> {
        match output {
            Output::Folder(folder) => Self::inside(folder, resume, &order(inputs, settings)),
            Output::File(path) => Self::beside(path),
            Output::Stdout => {
                Ok(Self { folder: tempfile::tempdir()?.keep(), kept: false, _lock: None })
            }
        }
    }

    fn beside(path: &Path) -> Result<Self, ExportError> {
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(HIDDEN);
        let folder = path.with_file_name(name);
        let lock = locked(&folder, path)?;
        let place = Self { folder, kept: false, _lock: Some(lock) };
        if path.exists() {
            let why = "there is a file already; give another name, or move it away";
            return Err(ExportError::Taken { path: path.to_owned(), why });
        }
        // What a killed export left.
        for entry in place.folder.read_dir().map_err(ExportError::output(&place.folder))? {
            let entry = entry.map_err(ExportError::output(&place.folder))?;
            if entry.file_name() != LOCK {
                std::fs::remove_file(entry.path()).map_err(ExportError::output(&place.folder))?;
            }
        }
        Ok(place)
    }

    fn inside(folder: &Path, resume: bool, order: &Value) -> Result<Self, ExportError> {
        let taken = |why| Err(ExportError::Taken { path: folder.to_owned(), why });
        let hidden = folder.join(HIDDEN);
        let lock = locked(&hidden, folder)?;
        match std::fs::read(hidden.join(ORDER)).ok() {
            Some(_) if !resume => {
                return taken("an export was interrupted here; go on with --resume, or empty it");
            }
            Some(begun) => {
                if let Some(why) =
                    differs(&serde_json::from_slice(&begun).unwrap_or_default(), order)
                {
                    return taken(why);
                }
            }
            None if has_other(folder, &hidden)? => {
                // It was made to hold the lock.
                std::fs::remove_dir_all(&hidden).map_err(ExportError::output(&hidden))?;
                return taken("the folder is not empty; export to another one");
            }
            None => part::whole(&hidden.join(ORDER), order.to_string().as_bytes())?,
        }
        Ok(Self { folder: hidden, kept: true, _lock: Some(lock) })
    }

    /// Where the spool stands.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Clears it away: the export is whole.
    pub(super) fn close(mut self) -> Result<(), ExportError> {
        self.kept = true;
        std::fs::remove_dir_all(&self.folder).map_err(ExportError::output(&self.folder))
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// Whether anything but the hidden folder stands in the folder of an export.
fn has_other(folder: &Path, hidden: &Path) -> Result<bool, ExportError> {
    let mut entries = folder.read_dir().map_err(ExportError::output(folder))?;
    Ok(entries.any(|entry| entry.is_ok_and(|entry| entry.path() != hidden)))
}

/// Makes the hidden folder of an export to `to` and takes its lock. Another export that ends
/// meanwhile removes the folder with it, and counts as working there.
fn locked(hidden: &Path, to: &Path) -> Result<DiskFile, ExportError> {
    std::fs::create_dir_all(hidden).map_err(ExportError::output(hidden))?;
    let how = OpenOptions::new().write(true).create(true).truncate(false).clone();
    let path = hidden.join(LOCK);
    let file = Disk::real().open(&path, &how).map_err(ExportError::output(&path))?;
    let ours = file.lock().map_err(ExportError::output(&path))?;
    if ours && file.in_place().is_ok() {
        return Ok(file);
    }
    Err(ExportError::Locked { path: to.to_owned() })
}

/// In what an interrupted export is another one.
fn differs(begun: &Value, order: &Value) -> Option<&'static str> {
    let other = |what: &str| begun.get(what) != order.get(what);
    match () {
        () if other("software") => Some(
            "the export that was interrupted here is of another version; export to another folder",
        ),
        () if other("inputs") => Some(
            "the export that was interrupted here has other inputs, or one of them was written \
             since; export to another folder",
        ),
        () if other("settings") => Some(
            "the export that was interrupted here has other settings; ask for the same, or export \
             to another folder",
        ),
        () => None,
    }
}

/// What must be the same for an export to be the same, as far as can be told without reading.
fn order(inputs: &[Input], settings: &Value) -> Value {
    let inputs: Vec<Value> = inputs
        .iter()
        .map(|input| {
            let changed = input.path.metadata().and_then(|meta| meta.modified()).ok();
            let changed = changed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let changed = changed.and_then(|since| u64::try_from(since.as_nanos()).ok());
            json!({ "path": input.path, "bytes": input.bytes, "changed": changed })
        })
        .collect();
    json!({ "software": EXTRACTOR, "inputs": inputs, "settings": settings })
}
