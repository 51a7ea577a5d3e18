//! Pack: WARC files become one WACZ package, or several with a manifest.
//!
//! `gather` finds the files, `survey` reads each of them once (index lines, pages, which revisit
//! leans on what), `volume` writes packages of what was found. It reads archives only, so it packs
//! anybody's. WARCs are copied as they are, byte for byte; nothing is overwritten, and packages
//! get their names only when all of them are whole and on disk.

mod gather;
mod leaning;
mod paged;
mod shelf;
mod survey;
mod volume;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::event::Watch;
use crate::index::IndexError;
use crate::moment::Moment;
use crate::record::reader::ReadError;
use crate::wacz::WaczError;
use crate::wacz::package::{MULTI_PROFILE, MultiPackage, Resource};
use crate::wacz::writer::Ready;
use gather::Gathered;
pub use leaning::Leaning;
use survey::Survey;

/// Most packages of one job: each holds temporary files open until all are whole.
const MOST: usize = 200;

/// What is to be packed, and how.
#[derive(Clone, Debug)]
pub struct Job {
    /// WARC files, and folders of them.
    pub inputs: Vec<PathBuf>,
    /// The package; its name ends in `.wacz`.
    pub out: PathBuf,
    /// What the archive is called; made of its seeds or files when not given.
    pub title: Option<String>,
    /// What it is; made of its captures when not given.
    pub description: Option<String>,
    /// WARC bytes of one package, beyond which another is begun; a single larger file still makes
    /// one package.
    pub size_limit: Option<u64>,
    /// Whether the page list has the text of the articles.
    pub text: bool,
    /// Told of records that cannot be read, and of files left out.
    pub watch: Watch,
}

/// What was packed.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    /// The packages, with their sizes; of several, the manifest last.
    pub files: Vec<(PathBuf, u64)>,
    /// WARC files in them.
    pub warcs: u64,
    /// Captures in their indexes.
    pub captures: u64,
    /// Captures of articles in their page lists.
    pub articles: u64,
    /// Translation groups of these articles.
    pub groups: u64,
    /// Records that could not be read or indexed, told to the watch.
    pub unreadable: u64,
    /// WARC files that are still being written, and are not in the package.
    pub left_out: Vec<PathBuf>,
    /// Revisits that a replay cannot resolve from the package.
    pub leaning: Leaning,
}

/// Why nothing was packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// An output that is not called a package.
    #[error("{path}: the name of a package ends in .wacz; give --output NAME.wacz")]
    Output {
        /// As given.
        path: PathBuf,
    },
    /// An input that has nothing to pack.
    #[error("{path}: {why}")]
    Input {
        /// As given.
        path: PathBuf,
        /// What is wrong, and the remedy.
        why: &'static str,
    },
    /// Two files that would be one entry.
    #[error("{one} and {other} would have one name in the package; rename one of them")]
    SameName {
        /// One.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// A size limit that makes a crowd of packages.
    #[error("{count} packages would be made, and {MOST} are the most; raise --size-limit")]
    Crowd {
        /// How many.
        count: usize,
    },
    /// A WARC that cannot be read at all.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A WARC that cannot be indexed, or an index that cannot be written.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// A package that cannot be written.
    #[error(transparent)]
    Package(#[from] WaczError),
    /// A temporary file that cannot be written or read back.
    #[error("cannot use a temporary file: {0}; free space there, or set TMPDIR to another folder")]
    Temporary(#[from] io::Error),
}

/// Packs. `now` is what the packages say of when they were made; the same files and the same `now`
/// give the same bytes.
pub fn pack(job: &Job, now: Moment) -> Result<Packed, PackError> {
    if job.out.extension().is_none_or(|extension| extension != "wacz") {
        return Err(PackError::Output { path: job.out.clone() });
    }
    let Gathered { parts, seeds, left_out } = gather::gather(&job.inputs, job.size_limit)?;
    if parts.len() > MOST {
        return Err(PackError::Crowd { count: parts.len() });
    }
    let names = names(&job.out, parts.len());
    if let Some(taken) = names.iter().find(|name| name.symlink_metadata().is_ok()) {
        return Err(WaczError::Exists { path: taken.clone() }.into());
    }
    let mut survey = Survey::new(job, &seeds);
    let mut volumes = Vec::new();
    for sources in parts {
        volumes.push(survey.volume(sources)?);
    }
    let mut packed = survey.finish();
    let mut ready = Vec::new();
    for (volume, name) in volumes.into_iter().zip(&names) {
        ready.push(volume.write(name, &packed.about, now)?);
    }
    // The name behind those of the packages is that of their manifest.
    if let Some(name) = names.get(ready.len()) {
        ready.push(Ready::of(name, &manifest(&ready, &packed.about, now)?)?);
    }
    packed.told.files = publish(ready)?;
    packed.told.left_out = left_out;
    Ok(packed.told)
}

/// `X.wacz`; of several, `X-00001.wacz` and so on, and `X.json` for the manifest.
fn names(out: &Path, count: usize) -> Vec<PathBuf> {
    if count == 1 {
        return vec![out.to_owned()];
    }
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    let numbered = (1..=count).map(|number| out.with_file_name(format!("{stem}-{number:05}.wacz")));
    numbered.chain([out.with_extension("json")]).collect()
}

fn manifest(
    ready: &[Ready],
    about: &volume::About,
    now: Moment,
) -> Result<MultiPackage, WaczError> {
    let resources: Result<Vec<Resource>, WaczError> = ready.iter().map(Ready::resource).collect();
    Ok(MultiPackage {
        profile: MULTI_PROFILE.to_owned(),
        title: Some(about.title.clone()),
        description: Some(about.description.clone()),
        created: Some(now.warc_date()),
        software: Some(volume::software()),
        resources: resources?,
    })
}

/// Gives all their names, or none.
fn publish(ready: Vec<Ready>) -> Result<Vec<(PathBuf, u64)>, WaczError> {
    let mut done: Vec<(PathBuf, u64)> = Vec::new();
    for one in ready {
        let published = one.publish();
        match published {
            Ok(path) => {
                let bytes = path.metadata().map_or(0, |meta| meta.len());
                done.push((path, bytes));
            }
            Err(why) => {
                for (path, _) in &done {
                    // It was ours a moment ago; what cannot be taken away is whole at least.
                    let _ = fs::remove_file(path);
                }
                return Err(why);
            }
        }
    }
    Ok(done)
}
