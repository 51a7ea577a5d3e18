//! Gathering: from what was given to the WARC files that go in, split by size into packages.
//!
//! A file still being written is left out: its last record is not settled. Names are looked at,
//! contents are not.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::PackError;
use crate::crawl::kept::KeptJob;
use crate::lead::Lead;
use crate::record::name::{self, OPEN, final_name};
use crate::record::reader;
use crate::wacz::entry::plain_name;

/// A WARC file that goes in.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// Its name in the package's `archive` folder.
    pub(super) name: String,
    bytes: u64,
}

/// What goes in.
pub(super) struct Gathered {
    /// The files of each package.
    pub(super) parts: Vec<Vec<Source>>,
    /// The seeds of the crawls that left these files, where their folders say.
    pub(super) seeds: Vec<Lead>,
    /// Files still being written.
    pub(super) left_out: Vec<PathBuf>,
}

/// Finds the files of `inputs`, in the order given; those of a folder in the order of their serials.
pub(super) fn gather(inputs: &[PathBuf], limit: Option<u64>) -> Result<Gathered, PackError> {
    let (mut sources, mut left_out, mut seeds) = (Vec::new(), Vec::new(), Vec::new());
    for input in inputs {
        let refuse = |why| PackError::Input { path: input.clone(), why };
        let found = found(input)?;
        if input.is_dir() {
            seeds.extend(KeptJob::load(input).map(|job| job.seeds()).unwrap_or_default());
        }
        let (open, sealed): (Vec<PathBuf>, _) = found.into_iter().partition(|path| is_open(path));
        if sealed.is_empty() {
            return Err(refuse(
                "its WARC file is still being written; let the crawl end, or run it once more to seal what it left",
            ));
        }
        for path in sealed {
            sources.push(source(path)?);
        }
        left_out.extend(open);
    }
    distinct(&sources)?;
    Ok(Gathered { parts: split(sources, limit), seeds, left_out })
}

fn found(input: &Path) -> Result<Vec<PathBuf>, PackError> {
    let refuse = |why| Err(PackError::Input { path: input.to_owned(), why });
    if input.is_dir() {
        let files = name::files(input).map_err(|source| unread(input, source))?;
        if files.is_empty() {
            return refuse("no WARC file here; give WARC files, or the folder of `crawl --into`");
        }
        return Ok(files);
    }
    if !input.exists() {
        return refuse("no such file or folder; give WARC files, or folders of them");
    }
    if input.extension().is_some_and(|extension| extension == "wacz") {
        return refuse("it is a package already; give the WARC files it was made of");
    }
    Ok(vec![input.to_owned()])
}

fn is_open(path: &Path) -> bool {
    path.as_os_str().to_string_lossy().ends_with(OPEN)
}

fn source(path: PathBuf) -> Result<Source, PackError> {
    let name = final_name(&path);
    if plain_name(&name).is_err() {
        let why = "no package can hold a file of that name; rename it to letters and digits";
        return Err(PackError::Input { path, why });
    }
    let mut start = Vec::new();
    let read = reader::regular(&path).and_then(|mut file| {
        file.by_ref().take(4).read_to_end(&mut start)?;
        file.metadata()
    });
    let meta = read.map_err(|source| unread(&path, source))?;
    match misnamed(&name, &start) {
        Some(why) => Err(PackError::Input { path, why }),
        None => Ok(Source { name, bytes: meta.len(), path }),
    }
}

/// What is wrong with a file that begins so and is called so (WACZ 1.1.1, "archive").
fn misnamed(name: &str, start: &[u8]) -> Option<&'static str> {
    let wanted = match start {
        [0x28, 0xb5, 0x2f, 0xfd] | [_, 0x2a, 0x4d, 0x18] => {
            return Some(
                "replay tools read no zstd in a package; decompress it with `zstd -d` first",
            );
        }
        [0x1f, 0x8b, ..] => ".warc.gz",
        b"WARC" => ".warc",
        // What is called plain is looked at when it is read.
        _ if Path::new(name).extension().is_some_and(|end| end == "warc") => return None,
        [] => return Some("it is empty; leave it out, or get the file again"),
        _ => {
            return Some(
                "it is no WARC file: it begins neither with WARC/ nor as gzip does; leave it out, or get the file again",
            );
        }
    };
    (!name.ends_with(wanted)).then_some(
        "a WARC file in a package is called NAME.warc.gz when it is compressed, and NAME.warc when it is not; rename it",
    )
}

fn unread(path: &Path, source: std::io::Error) -> PackError {
    let path = path.display().to_string();
    reader::ReadError::Io { path, source }.into()
}

/// A package keeps no folders, so names must differ.
fn distinct(sources: &[Source]) -> Result<(), PackError> {
    let mut names: HashMap<&str, &Path> = HashMap::new();
    for source in sources {
        if let Some(one) = names.insert(&source.name, &source.path) {
            let (one, other) = (one.to_owned(), source.path.clone());
            return Err(PackError::SameName { one, other });
        }
    }
    Ok(())
}

/// Fills packages in order; a file is never cut.
fn split(sources: Vec<Source>, limit: Option<u64>) -> Vec<Vec<Source>> {
    let limit = limit.unwrap_or(u64::MAX);
    let mut parts: Vec<Vec<Source>> = Vec::new();
    let mut held = 0_u64;
    for source in sources {
        let bytes = source.bytes;
        let fits = held.saturating_add(bytes) <= limit;
        if let Some(part) = parts.last_mut().filter(|_| fits) {
            part.push(source);
            held += bytes;
        } else {
            parts.push(vec![source]);
            held = bytes;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_filled_in_order() {
        let source = |bytes| Source { path: PathBuf::new(), name: String::new(), bytes };
        let sizes = |limit| -> Vec<Vec<u64>> {
            let parts = split([4, 5, 1, 20, 2].map(source).to_vec(), limit);
            parts.iter().map(|part| part.iter().map(|source| source.bytes).collect()).collect()
        };
        assert_eq!(sizes(None), [vec![4, 5, 1, 20, 2]]);
        assert_eq!(sizes(Some(10)), [vec![4, 5, 1], vec![20], vec![2]]);
        assert_eq!(sizes(Some(0)), [vec![4], vec![5], vec![1], vec![20], vec![2]]);
    }
}
