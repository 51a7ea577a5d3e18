//! The faces: a report as the files of a folder.

use std::io;
use std::path::{Path, PathBuf};

use super::{Report, html, markdown};
use crate::disk::Disk;
use crate::json;

/// A form a report is shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The value itself.
    Json,
    /// One page.
    Html,
    /// A text.
    Markdown,
}

impl Face {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Json, Self::Html, Self::Markdown];

    /// The end of its file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Markdown => "md",
        }
    }
}

/// A report in one form.
pub fn shown(report: &Report, face: Face) -> io::Result<String> {
    Ok(match face {
        Face::Json => json::pretty(report)?,
        Face::Html => html(report),
        Face::Markdown => markdown(report),
    })
}

/// Keeps a report in all its forms as `NAME.json`, `NAME.html` and `NAME.md`, each whole or not at
/// all.
pub fn keep(report: &Report, dir: &Path, name: &str, disk: &Disk) -> io::Result<Vec<PathBuf>> {
    let kept = Face::ALL.map(|face| {
        let path = dir.join(format!("{name}.{}", face.extension()));
        disk.replace(&path, shown(report, face)?.as_bytes())?;
        Ok(path)
    });
    kept.into_iter().collect()
}
