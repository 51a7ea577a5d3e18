//! Mending: a file with a torn tail is copied as far as it is whole, into a new file beside it.
//!
//! The torn file is never touched, and nothing is ever overwritten. Only a tail is cut: where
//! whole records follow the damage, a cut would lose them, and the file is left to people.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::VerifyError;
use crate::record::name::final_name;
use crate::record::torn::survey;

/// A new file made of the whole part of a torn one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The torn file.
    pub from: PathBuf,
    /// The new one.
    pub to: PathBuf,
    /// Members in it; a record each, where the file was written so.
    pub members: u64,
    /// Bytes that were cut off.
    pub cut: u64,
}

/// Copies what is whole of a file whose tail is torn; `None` when nothing is torn.
pub fn mend(path: &Path) -> Result<Option<Mended>, VerifyError> {
    let no_cut = |why: String| VerifyError::NoCut { path: path.to_owned(), why };
    let found = survey(path).map_err(|source| VerifyError::io(path, source))?;
    if path.extension().is_some_and(|end| end == "zst") {
        let why = "it is compressed by zstd; `zstd -d` gives what can be read";
        return Err(no_cut(why.to_owned()));
    }
    if !found.gzip {
        let why = "it is not a file of gzip members; compress it record by record with \
                   `warcio recompress`, which leaves a torn record out";
        return Err(no_cut(why.to_owned()));
    }
    if found.end == found.length {
        return Ok(None);
    }
    if found.after > 0 {
        return Err(no_cut(format!(
            "it is damaged at {}, and {} whole members come after that; a cut would lose them",
            found.end, found.after
        )));
    }
    if found.members == 0 {
        let why = "it has no whole gzip member; when all of it is one member, `gzip -dc` gives \
                   what can be read";
        return Err(no_cut(why.to_owned()));
    }
    let to = path.with_file_name(beside(&final_name(path)));
    copy(path, &to, found.end).map_err(|source| VerifyError::Write { path: to.clone(), source })?;
    let (members, cut) = (found.members, found.length - found.end);
    Ok(Some(Mended { from: path.to_owned(), to, members, cut }))
}

/// `a.warc.gz` as `a.repaired.warc.gz`.
fn beside(name: &str) -> String {
    let stem = name.strip_suffix(".gz").unwrap_or(name);
    let stem = stem.strip_suffix(".warc").unwrap_or(stem);
    format!("{stem}.repaired.warc.gz")
}

fn copy(from: &Path, to: &Path, length: u64) -> io::Result<()> {
    let mut source = File::open(from)?.take(length);
    let mut target = OpenOptions::new().write(true).create_new(true).open(to)?;
    let copied =
        io::copy(&mut source, &mut target)
            .and_then(|bytes| {
                if bytes == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
            })
            .and_then(|()| target.sync_all());
    if copied.is_err() {
        // Half a file is none; it was made here a moment ago.
        let _ = std::fs::remove_file(to);
    }
    copied
}
