//! The disk: every call by which a crawl folder is changed goes through here.
//!
//! WARC writer and repair, indexes, ledger, checkpoint, lease marks, job, summary and lock own
//! their files and name this seam when they touch one; a test hands in a [`Disk`] that fails the
//! call of its choice. sled writes its own files, so its database is the one thing in the folder
//! this never sees. Nothing here decides what an error means for a crawl.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs4::{FileExt, TryLockError};

/// What is about to be done to a file or folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// A folder is made, unless it is there.
    Folder,
    /// A file is opened for writing, made where it is missing.
    Open,
    /// Bytes are written.
    Write,
    /// A file's bytes are made durable.
    Sync,
    /// A folder's names are made durable.
    SyncFolder,
    /// A file or folder gets another name.
    Rename,
    /// A file is removed.
    Remove,
    /// A file is cut or grown.
    Resize,
    /// A small file is read whole.
    Read,
    /// The free space of a folder's disk is asked for.
    Room,
}

/// How a call fails that a test wants to fail.
#[derive(Debug)]
pub enum Fault {
    /// Nothing is done.
    Whole(io::Error),
    /// Of a write, this many bytes are done; of a question for room, this many are free; of anything
    /// else, nothing.
    Short(usize, io::Error),
}

type Gate = dyn Fn(Call, &Path) -> Result<(), Fault> + Send + Sync;

/// The file system, or one whose calls fail on purpose. Clones are the same disk.
#[derive(Clone, Default)]
pub struct Disk(Option<Arc<Gate>>);

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Disk(gated)" } else { "Disk" })
    }
}

impl Disk {
    /// The file system as it is.
    pub const fn real() -> Self {
        Self(None)
    }

    /// The file system, `gate` being asked before each call whether it fails.
    pub fn gated(gate: impl Fn(Call, &Path) -> Result<(), Fault> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(gate)))
    }

    /// Makes a folder and those above it.
    pub fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.pass(Call::Folder, path)?;
        fs::create_dir_all(path)
    }

    /// Opens a file as `how` says; how it is opened for writing and made is the caller's to say.
    pub fn open(&self, path: &Path, how: &OpenOptions) -> io::Result<DiskFile> {
        self.pass(Call::Open, path)?;
        Ok(DiskFile { file: how.open(path)?, path: path.to_owned(), disk: self.clone() })
    }

    /// The whole of a small file.
    pub fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.pass(Call::Read, path)?;
        fs::read(path)
    }

    /// The bytes that are free for us on the disk of a folder.
    pub fn room(&self, folder: &Path) -> io::Result<u64> {
        match self.ask(Call::Room, folder) {
            Ok(()) => fs4::available_space(folder),
            Err(Fault::Short(free, _)) => Ok(free as u64),
            Err(Fault::Whole(why)) => Err(why),
        }
    }

    /// Gives a file or folder another name, in the place of what had it.
    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.pass(Call::Rename, from)?;
        fs::rename(from, to)
    }

    /// Removes a file.
    pub fn remove(&self, path: &Path) -> io::Result<()> {
        self.pass(Call::Remove, path)?;
        fs::remove_file(path)
    }

    /// Makes the names in a folder durable.
    pub fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.pass(Call::SyncFolder, path)?;
        // The folder of a bare file name has none.
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        // Only Unix knows a folder as something to sync.
        if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
    }

    /// Puts `bytes` in the place of the file at `path`, durably, whole or not at all.
    pub fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.replace_with(path, |file| file.write_all(bytes))
    }

    /// The same with what `write` writes.
    pub fn replace_with<T>(
        &self,
        path: &Path,
        write: impl FnOnce(&mut DiskFile) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let fresh = path.with_file_name(name);
        let how = OpenOptions::new().write(true).create(true).truncate(true).clone();
        let mut file = self.open(&fresh, &how)?;
        let written = write(&mut file)
            .and_then(|given| file.sync_all().map(|()| given))
            .and_then(|given| self.rename(&fresh, path).map(|()| given));
        if written.is_err() {
            // It takes room that may be what is missing; else it is written over the next time.
            let _ = self.remove(&fresh);
        }
        let given = written?;
        self.sync_folder(path.parent().unwrap_or(path))?;
        Ok(given)
    }

    fn pass(&self, call: Call, path: &Path) -> io::Result<()> {
        self.ask(call, path).map_err(|fault| match fault {
            Fault::Whole(why) | Fault::Short(_, why) => why,
        })
    }

    fn ask(&self, call: Call, path: &Path) -> Result<(), Fault> {
        self.0.as_ref().map_or(Ok(()), |gate| gate(call, path))
    }
}

/// A file opened through a [`Disk`].
#[derive(Debug)]
pub struct DiskFile {
    file: File,
    path: PathBuf,
    disk: Disk,
}

impl DiskFile {
    /// The file itself, for reading and locking.
    pub const fn inner(&self) -> &File {
        &self.file
    }

    /// Takes the kernel's lock on it, which ends with the file or with its process; false when
    /// another has it.
    pub fn lock(&self) -> io::Result<bool> {
        match FileExt::try_lock(&self.file) {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(why)) => Err(why),
        }
    }

    /// Whether it is still what its path leads to; an error when its folder is away, or another
    /// file stands there.
    pub fn in_place(&self) -> io::Result<()> {
        let there = fs::metadata(&self.path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let here = self.file.metadata()?;
            if (here.dev(), here.ino()) != (there.dev(), there.ino()) {
                return Err(io::ErrorKind::NotFound.into());
            }
        }
        #[cfg(not(unix))]
        drop(there);
        Ok(())
    }

    /// Makes its bytes durable.
    pub fn sync_data(&self) -> io::Result<()> {
        self.disk.pass(Call::Sync, &self.path)?;
        self.file.sync_data()
    }

    /// Makes its bytes and its length durable.
    pub fn sync_all(&self) -> io::Result<()> {
        self.disk.pass(Call::Sync, &self.path)?;
        self.file.sync_all()
    }

    /// Cuts or grows it to `length` bytes.
    pub fn set_len(&self, length: u64) -> io::Result<()> {
        self.disk.pass(Call::Resize, &self.path)?;
        self.file.set_len(length)
    }
}

impl Write for DiskFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.disk.ask(Call::Write, &self.path) {
            Ok(()) => self.file.write(bytes),
            Err(Fault::Whole(why)) => Err(why),
            Err(Fault::Short(count, why)) => {
                self.file.write_all(bytes.get(..count).unwrap_or(bytes))?;
                Err(why)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for DiskFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Whether the reason of a failed call may pass by itself, or by what an operator does while the
/// process waits: a full disk, a used-up quota, too many open files, a folder that is away or may
/// not be written to, a device that does not answer. A limit of the process itself never passes.
pub fn may_pass(why: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    let of_the_device =
        || matches!(why.raw_os_error(), Some(EIO | ENXIO | ENODEV | EMFILE | ENFILE));
    matches!(
        why.kind(),
        Kind::StorageFull
            | Kind::QuotaExceeded
            | Kind::ReadOnlyFilesystem
            | Kind::PermissionDenied
            | Kind::NotFound
            | Kind::NotADirectory
            | Kind::StaleNetworkFileHandle
            | Kind::HostUnreachable
            | Kind::TimedOut
    ) || (cfg!(unix) && of_the_device())
}

// The same numbers on Linux, macOS and the BSDs; the standard library has no kind for them.
const EIO: i32 = 5;
const ENXIO: i32 = 6;
const ENODEV: i32 = 19;
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

/// What an operator has to do about it, in a few words.
pub fn need(why: &io::Error) -> &'static str {
    use io::ErrorKind as Kind;
    match why.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => "free space on that disk",
        Kind::FileTooLarge => "lower --warc-size or raise the limit (ulimit -f)",
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => "make the folder writable",
        Kind::NotFound | Kind::NotADirectory => "bring the folder back",
        _ if matches!(why.raw_os_error(), Some(EMFILE | ENFILE)) => {
            "raise the limit of open files (ulimit -n)"
        }
        _ => "check that disk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(bad: Call, errno: i32) -> Disk {
        Disk::gated(move |call, _| match call {
            _ if call != bad => Ok(()),
            Call::Write => Err(Fault::Short(2, io::Error::from_raw_os_error(errno))),
            _ => Err(Fault::Whole(io::Error::from_raw_os_error(errno))),
        })
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("job.json");
        Disk::real().replace(&path, b"old").unwrap();
        for bad in [Call::Open, Call::Write, Call::Sync, Call::Rename] {
            assert!(gate(bad, 28).replace(&path, b"newer").is_err(), "{bad:?}");
            assert_eq!(fs::read(&path).unwrap(), b"old", "{bad:?}");
        }
        Disk::real().replace(&path, b"newer").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"newer");
    }

    #[test]
    fn a_short_write_leaves_what_it_wrote() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let how = OpenOptions::new().write(true).create(true).truncate(true).clone();
        let mut file = gate(Call::Write, 28).open(&path, &how).unwrap();
        let why = file.write_all(b"abcdef").unwrap_err();
        assert_eq!((why.kind(), may_pass(&why)), (io::ErrorKind::StorageFull, true));
        assert_eq!(fs::read(&path).unwrap(), b"ab");
    }

    #[test]
    fn what_passes_and_what_does_not() {
        for errno in [5, 23, 24, 28, 30, 2, 13, 122] {
            let why = io::Error::from_raw_os_error(errno);
            assert!(may_pass(&why), "{why}");
        }
        for errno in [27, 22, 9] {
            let why = io::Error::from_raw_os_error(errno);
            assert!(!may_pass(&why), "{why}");
        }
    }
}
