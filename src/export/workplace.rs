//! The workplace: where the spool of an export stands, and whether an interrupted one can go on.
//!
//! In the folder of the export, under a hidden name, so that it is found again; beside a single
//! file, or for standard output, a temporary folder. It never reads an archive.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::document::EXTRACTOR;
use super::error::ExportError;
use super::inputs::Input;
use super::shards::{Output, beside};

/// The hidden folder of an unfinished export.
const HIDDEN: &str = ".warraq-export";

/// What it is an export of.
const ORDER: &str = "order.json";

/// A folder for the spool.
#[derive(Debug)]
pub(super) struct Workplace {
    folder: PathBuf,
    temporary: Option<TempDir>,
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
            Output::Folder(folder) => Self::hidden(folder, resume, &order(inputs, settings)),
            Output::File(path) if path.exists() => {
                let why = "there is a file already; give another name, or move it away";
                Err(ExportError::Taken { path: path.clone(), why })
            }
            Output::File(path) => {
                let above = path.parent().filter(|above| !above.as_os_str().is_empty());
                let above = above.unwrap_or(Path::new("."));
                let made = tempfile::tempdir_in(above).map_err(ExportError::output(above));
                Ok(Self::temporary(made?))
            }
            Output::Stdout => Ok(Self::temporary(tempfile::tempdir()?)),
        }
    }

    fn temporary(folder: TempDir) -> Self {
        Self { folder: folder.path().to_owned(), temporary: Some(folder) }
    }

    fn hidden(folder: &Path, resume: bool, order: &Value) -> Result<Self, ExportError> {
        std::fs::create_dir_all(folder).map_err(ExportError::output(folder))?;
        let hidden = folder.join(HIDDEN);
        let taken = |why| Err(ExportError::Taken { path: folder.to_owned(), why });
        let begun = std::fs::read(hidden.join(ORDER)).ok();
        match begun {
            Some(_) if !resume => {
                return taken("an export was interrupted here; go on with --resume, or empty it");
            }
            Some(begun) if serde_json::from_slice::<Value>(&begun).ok().as_ref() != Some(order) => {
                return taken(
                    "the interrupted export here has other inputs, settings or another version; \
                     export to another folder",
                );
            }
            Some(_) => {}
            None => {
                let mut entries = folder.read_dir().map_err(ExportError::output(folder))?;
                if entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() != HIDDEN)) {
                    return taken("the folder is not empty; export to another one");
                }
                std::fs::create_dir_all(&hidden).map_err(ExportError::output(&hidden))?;
                beside(&hidden.join(ORDER), order.to_string().as_bytes())?;
            }
        }
        Ok(Self { folder: hidden, temporary: None })
    }

    /// Where the spool stands.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Clears it away: the export is whole.
    pub(super) fn close(self) -> Result<(), ExportError> {
        let closed = match self.temporary {
            Some(temporary) => temporary.close(),
            None => std::fs::remove_dir_all(&self.folder),
        };
        closed.map_err(ExportError::output(&self.folder))
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
