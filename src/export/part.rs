//! A file in the making: `NAME.part` until it is whole, then `NAME`.
//!
//! Everything an export leaves is written through here, so that an interruption or a full disk leaves
//! whole files only. What was not finished is removed; after a `kill -9` it is written over. Two
//! exports never meet in one: `workplace` keeps them apart.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::ExportError;

/// The name of a file that is being written. Its bytes go to the [`File`] that came with it.
#[derive(Debug)]
pub(super) struct Part {
    part: PathBuf,
    path: PathBuf,
}

impl Part {
    /// Begins the file at `path`.
    pub(super) fn begin(path: PathBuf) -> io::Result<(Self, File)> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let file = File::create(&part)?;
        Ok((Self { part, path }, file))
    }

    /// Where it will stand.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, all its bytes being written; how many they are.
    pub(super) fn finish(self) -> io::Result<u64> {
        std::fs::rename(&self.part, &self.path)?;
        Ok(self.path.metadata()?.len())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Gone already when it was finished.
        let _ = std::fs::remove_file(&self.part);
    }
}

/// A small file, whole or not at all.
pub(super) fn whole(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let written = Part::begin(path.to_owned()).and_then(|(part, mut file)| {
        file.write_all(bytes)?;
        part.finish()
    });
    written.map(drop).map_err(ExportError::output(path))
}
