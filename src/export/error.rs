//! Why an export cannot be made. What is wrong with single records is no error: [`super::item::Lost`].

use std::io;
use std::path::{Path, PathBuf};

use crate::index::IndexError;

/// What ends an export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Something given that holds no archive.
    #[error("{}: {why}", path.display())]
    Input {
        /// What was given.
        path: PathBuf,
        /// What is wrong with it, and the remedy.
        why: &'static str,
    },
    /// An input that cannot be read at all.
    #[error("cannot read {}: {source}", path.display())]
    Unread {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An output that cannot be written; what was finished before it is whole.
    #[error("cannot write {}: {source}; what was finished before is whole", path.display())]
    Output {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A place that is taken.
    #[error("{}: {why}", path.display())]
    Taken {
        /// The place.
        path: PathBuf,
        /// By what, and the remedy.
        why: &'static str,
    },
    /// A place where another export is at work.
    #[error("{}: another export is writing there; wait for its end, or export to another place", path.display())]
    Locked {
        /// The place.
        path: PathBuf,
    },
    /// The reader of the output went away.
    #[error("standard output was closed")]
    Closed,
    /// The sorter of near-duplicates failed.
    #[error(transparent)]
    Sort(#[from] IndexError),
    /// No thread or no temporary file.
    #[error("the system gives no thread or no temporary file: {0}")]
    System(#[from] io::Error),
    /// Asked to stop.
    #[error("interrupted; what was finished is whole")]
    Interrupted,
}

impl ExportError {
    /// What wraps an error of writing `path`.
    pub(super) fn output(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| Self::Output { path: path.to_owned(), source }
    }

    /// What wraps an error of reading `path`.
    pub(super) fn unread(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |source| Self::Unread { path: path.to_owned(), source }
    }
}
