//! The writer: makes a package, entry after entry, hashing while it copies.
//!
//! Every entry is stored, not deflated, and has ZIP64 sizes: a replay seeks in it, and nobody
//! knows beforehand how long it gets. No time of the machine goes in, so the same entries give the
//! same bytes. A package grows under a name that ends in `.part`, and gets its own name when all
//! of it is on disk; a failure leaves nothing.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use super::hash::{self, RunningHash};
use super::package::{DataPackage, PROFILE, PackageDigest, Resource, WACZ_VERSION};
use super::{DATA_PACKAGE, DIGEST, WaczError, name_of};
use crate::json;

/// Bytes copied at a time.
const STEP: usize = 256 << 10;

/// A package on its way.
pub struct Writer {
    path: PathBuf,
    zip: ZipWriter<BufWriter<NamedTempFile>>,
    resources: Vec<Resource>,
    names: HashSet<String>,
}

impl Writer {
    /// Begins a package that will be called `path`, which must not exist yet.
    pub fn create(path: &Path) -> Result<Self, WaczError> {
        let file = part_of(path)?;
        let zip = ZipWriter::new(BufWriter::with_capacity(STEP, file));
        Ok(Self { path: path.to_owned(), zip, resources: Vec::new(), names: HashSet::new() })
    }

    /// Adds an entry whose bytes `fill` writes.
    pub fn add(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WaczError> {
        let resource = self.entry(name, fill).map_err(|why| failed(&self.path, why))?;
        self.resources.push(resource);
        Ok(())
    }

    /// Adds a file as it is, in one pass.
    pub fn add_file(&mut self, name: &str, source: &Path) -> Result<(), WaczError> {
        let unread = |why| WaczError::Io { path: source.to_owned(), source: why };
        let mut from = File::open(source).map_err(unread)?;
        let mut broken = None;
        let added = self.add(name, |to| {
            let mut buffer = vec![0; STEP];
            loop {
                match from.read(&mut buffer) {
                    Ok(0) => return Ok(()),
                    Ok(count) => to.write_all(buffer.get(..count).unwrap_or_default())?,
                    Err(why) if why.kind() == io::ErrorKind::Interrupted => {}
                    Err(why) => {
                        broken = Some(why);
                        return Err(io::ErrorKind::Other.into());
                    }
                }
            }
        });
        broken.map_or(added, |why| Err(unread(why)))
    }

    /// Ends the package: `about` with the list of everything that was added, and its digest. All
    /// of it is on disk then, under the name it grew by.
    pub fn finish(mut self, about: DataPackage) -> Result<Ready, WaczError> {
        let package = DataPackage {
            profile: PROFILE.to_owned(),
            wacz_version: Some(WACZ_VERSION.to_owned()),
            resources: std::mem::take(&mut self.resources),
            ..about
        };
        let text = written(&package).map_err(|why| failed(&self.path, why))?;
        let digest =
            PackageDigest { path: DATA_PACKAGE.to_owned(), hash: hash::of(text.as_bytes()) };
        let vouched = written(&digest).map_err(|why| failed(&self.path, why))?;
        self.add(DATA_PACKAGE, |to| to.write_all(text.as_bytes()))?;
        self.add(DIGEST, |to| to.write_all(vouched.as_bytes()))?;
        let path = self.path;
        let file = self.zip.finish().map_err(io::Error::from);
        let file = file.and_then(|buffered| buffered.into_inner().map_err(io::Error::from));
        let synced = file.and_then(|file| file.as_file().sync_all().map(|()| file));
        synced.map(|file| Ready { file, path: path.clone() }).map_err(|why| failed(&path, why))
    }

    fn entry(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Resource> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(true);
        self.zip.start_file(name, options)?;
        let mut part = Part { zip: &mut self.zip, hash: RunningHash::default() };
        fill(&mut part)?;
        let bytes = part.hash.bytes();
        let hash = part.hash.finish();
        Ok(Resource { name: self.short(name), path: name.to_owned(), hash, bytes })
    }

    /// The name of a resource: Data Package 1 wants it in small letters, and each once.
    fn short(&mut self, path: &str) -> String {
        let file = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let kept = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._".contains(c);
        let plain: String = file.chars().map(|c| if kept(c) { c } else { '-' }).collect();
        let mut name = plain.clone();
        while !self.names.insert(name.clone()) {
            name = format!("{}-{plain}", self.names.len());
        }
        name
    }
}

/// An entry being written.
struct Part<'a> {
    zip: &'a mut ZipWriter<BufWriter<NamedTempFile>>,
    hash: RunningHash,
}

impl Write for Part<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.zip.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that is whole and on disk, and has not its name yet. Dropped, it is gone.
#[derive(Debug)]
pub struct Ready {
    file: NamedTempFile,
    path: PathBuf,
}

impl Ready {
    /// A file beside packages (a manifest) that holds this value.
    pub fn of(path: &Path, value: &impl Serialize) -> Result<Self, WaczError> {
        let mut file = part_of(path)?;
        let text = written(value).map_err(|why| failed(path, why))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.as_file().sync_all())
            .map_err(|why| failed(path, why))?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// The name it will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it stands in a manifest beside it. Reads it once.
    pub fn resource(&self) -> Result<Resource, WaczError> {
        let unread = |source| WaczError::Io { path: self.path.clone(), source };
        let mut file = self.file.reopen().map_err(unread)?;
        let mut running = RunningHash::default();
        io::copy(&mut file, &mut running).map_err(unread)?;
        let (name, bytes) = (name_of(&self.path), running.bytes());
        Ok(Resource { path: name.clone(), name, hash: running.finish(), bytes })
    }

    /// Gives it its name, unless something has it already.
    pub fn publish(self) -> Result<PathBuf, WaczError> {
        let path = self.path;
        self.file.persist_noclobber(&path).map_err(|why| match why.error.kind() {
            io::ErrorKind::AlreadyExists => WaczError::Exists { path: path.clone() },
            _ => failed(&path, why.error),
        })?;
        // A folder can be synced on Unix only; elsewhere the system keeps names by itself.
        #[cfg(unix)]
        File::open(folder_of(&path))
            .and_then(|folder| folder.sync_all())
            .map_err(|why| failed(&path, why))?;
        Ok(path)
    }
}

/// A file beside `path` that grows into it, with the rights any new file gets.
fn part_of(path: &Path) -> Result<NamedTempFile, WaczError> {
    if path.symlink_metadata().is_ok() {
        return Err(WaczError::Exists { path: path.to_owned() });
    }
    let prefix = format!(".{}-", name_of(path));
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(path)).map_err(|why| failed(path, why))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn written(value: &impl Serialize) -> io::Result<String> {
    Ok(json::pretty(value)? + "\n")
}

fn failed(path: &Path, source: io::Error) -> WaczError {
    WaczError::Write { path: path.to_owned(), source }
}
