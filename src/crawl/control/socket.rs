//! The socket's place in the file system: made, found and removed.
//!
//! A Unix socket's address holds a path of about a hundred bytes. A longer one is reached by the
//! folder's handle (`/proc/self/fd/N`), where the system has that. The socket is made in a folder
//! of its own, closed to others, and moved into its place: so it never lies there with a wider mode,
//! and takes the place of one that was left without a moment in which there is none.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// The socket's name in the folder of a crawl.
const NAME: &str = "control.sock";

/// The folder it is made in. The crawl's lock sees to it that one process at a time does so.
const APART: &str = ".control";

/// Bytes of a path that every system's address holds (104 on the BSDs, 108 on Linux, its end
/// included).
const PATH_BYTES: usize = 103;

/// A socket that was made, as it can be known again.
#[derive(Debug)]
pub(super) struct Socket {
    path: PathBuf,
    /// Device and number of its file.
    id: (u64, u64),
}

impl Socket {
    /// Makes the socket of the crawl in `dir`, in the place of one that is there. What else is there
    /// under its name is left alone.
    pub(super) fn bind(dir: &Path) -> io::Result<(Self, UnixListener)> {
        let path = dir.join(NAME);
        if fs::symlink_metadata(&path).is_ok_and(|there| !there.file_type().is_socket()) {
            let what = format!("{} is there and is no socket", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
        let apart = dir.join(APART);
        clear(&apart);
        DirBuilder::new().mode(0o700).create(&apart)?;
        let made = make(&apart, &path);
        clear(&apart);
        made.map(|(id, listener)| (Self { path, id }, listener))
    }

    /// Whether it still lies in its place.
    pub(super) fn is_in_place(&self) -> bool {
        id(&self.path).is_ok_and(|id| id == self.id)
    }

    /// Removes it, unless another has taken its place.
    pub(super) fn remove(self) {
        if self.is_in_place() {
            // What stays is replaced by the next.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Makes the socket in `apart` and moves it to `path`.
fn make(apart: &Path, path: &Path) -> io::Result<((u64, u64), UnixListener)> {
    let listener = at(apart, |path| UnixListener::bind(path))?;
    let made = apart.join(NAME);
    fs::set_permissions(&made, Permissions::from_mode(0o600))?;
    let id = id(&made)?;
    fs::rename(&made, path)?;
    Ok((id, listener))
}

/// Removes the folder a socket was made in, also one that a killed crawl left; nothing else in it.
fn clear(apart: &Path) {
    let _ = fs::remove_file(apart.join(NAME));
    let _ = fs::remove_dir(apart);
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

/// Connects to the socket of the crawl in `dir`.
pub(super) fn connect(dir: &Path) -> io::Result<UnixStream> {
    at(dir, |path| UnixStream::connect(path))
}

/// Uses the socket's path in a folder, by the folder's handle where it is too long.
fn at<T>(dir: &Path, using: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = dir.join(NAME);
    if path.as_os_str().len() <= PATH_BYTES {
        return using(&path);
    }
    let folder = File::open(dir)?;
    let short = PathBuf::from(format!("/proc/self/fd/{}", folder.as_raw_fd()));
    if !short.exists() {
        let what = format!(
            "its path has {} bytes, a socket's may have {PATH_BYTES}; use a folder with a shorter path",
            path.as_os_str().len()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    using(&short.join(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn it_is_private_replaces_what_was_left_and_goes() {
        let dir = tempfile::tempdir().unwrap();
        let (first, _listener) = Socket::bind(dir.path()).unwrap();
        let path = dir.path().join(NAME);
        assert_eq!(mode(&path), 0o600);
        // What a crawl leaves that was killed while it made one.
        fs::create_dir(dir.path().join(APART)).unwrap();
        UnixListener::bind(dir.path().join(APART).join(NAME)).unwrap();
        let (second, _other) = Socket::bind(dir.path()).unwrap();
        assert!(!first.is_in_place() && second.is_in_place());
        // One that was replaced takes nothing away.
        first.remove();
        assert!(path.exists());
        second.remove();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_path_too_long_for_an_address_is_reached_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("f".repeat(90)).join("g".repeat(90));
        fs::create_dir_all(&deep).unwrap();
        let (_socket, listener) = Socket::bind(&deep).unwrap();
        let _client = connect(&deep).unwrap();
        listener.accept().unwrap();
        assert_eq!(mode(&deep.join(NAME)), 0o600);
    }

    #[test]
    fn what_is_no_socket_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), "mine").unwrap();
        assert!(Socket::bind(dir.path()).is_err());
        assert_eq!(fs::read(dir.path().join(NAME)).unwrap(), b"mine");
    }
}
