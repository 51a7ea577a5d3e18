//! The database and the batch that is being gathered for it.
//!
//! Reads see the pending batch first, so the state's thread always sees its own writes, while the
//! database holds nothing that is not committed. Only that thread has a [`Store`]. It never calls
//! `flush_async`, opens no second tree and starts no transaction.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::iter::Peekable;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use fs4::{FileExt, TryLockError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::desk::Fault;
use super::{StateError, rows};
use crate::disk::Disk;
use crate::frontier::KeptPage;

/// Pending rows at which a batch is committed whatever its age.
pub(crate) const MAX_PENDING: usize = 8_192;

pub(crate) struct Store {
    db: sled::Db,
    folder: PathBuf,
    pending: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

pub(crate) type Row = (Vec<u8>, Vec<u8>);

impl Store {
    /// Opens the database in `folder`. sled's known ways of not opening are contained: half-written
    /// snapshots are removed, a corrupt one is moved aside once, a panic is an error.
    pub(crate) fn open(disk: &Disk, folder: &Path, cache_bytes: u64) -> Result<Self, StateError> {
        disk.make_folder(folder).map_err(|why| StateError::io(folder, why))?;
        let failed = |why| StateError::io(folder, why);
        for path in snapshots(folder).map_err(failed)? {
            if path.extension().is_some_and(|ext| ext == "generating") {
                disk.remove(&path).map_err(failed)?;
            }
        }
        let db = match contained(folder, cache_bytes) {
            Err(Why::Sled(sled::Error::Corruption { .. })) => {
                move_snapshots_aside(disk, folder).map_err(failed)?;
                contained(folder, cache_bytes)
            }
            other => other,
        };
        let db = db.map_err(|why| why.on(folder))?;
        Ok(Self { db, folder: folder.to_owned(), pending: BTreeMap::new() })
    }

    pub(crate) fn pending(&self) -> usize {
        self.pending.len()
    }

    pub(crate) fn set(&mut self, key: Vec<u8>, row: &impl Serialize) {
        self.pending.insert(key, Some(rows::encode(row)));
    }

    pub(crate) fn set_page(&mut self, key: Vec<u8>, page: &KeptPage) {
        self.pending.insert(key, Some(rows::encode_page(page)));
    }

    pub(crate) fn remove(&mut self, key: Vec<u8>) {
        self.pending.insert(key, None);
    }

    pub(crate) fn get<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>, String> {
        let value = self.value(key)?;
        value.map(|value| read(key, &value)).transpose()
    }

    fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, String> {
        if let Some(pending) = self.pending.get(key) {
            return Ok(pending.clone());
        }
        let value = self.db.get(key).map_err(|why| why.to_string())?;
        Ok(value.map(|value| value.to_vec()))
    }

    /// The page kept under `key`.
    pub(crate) fn get_page(&self, key: &[u8]) -> Result<Option<KeptPage>, String> {
        let value = self.value(key)?;
        value.map(|value| read_page(key, &value)).transpose()
    }

    /// The rows whose keys begin with `prefix` and come after `after`, in order.
    pub(crate) fn scan<'a>(
        &'a self,
        prefix: &'a [u8],
        after: Option<&[u8]>,
    ) -> impl Iterator<Item = Result<Row, String>> + 'a {
        let from = after.map_or(Bound::Included(prefix), Bound::Excluded);
        let from = from.map(<[u8]>::to_vec);
        let bounds = (from.clone(), Bound::Unbounded);
        let stored = self.db.range::<Vec<u8>, _>(bounds.clone()).map(|row| {
            row.map(|(key, value)| (key.to_vec(), value.to_vec())).map_err(|why| why.to_string())
        });
        let stored: Stored<'a> = Box::new(
            stored.take_while(|row| row.as_ref().map_or(true, |(k, _)| k.starts_with(prefix))),
        );
        let pending: Pending<'a> = Box::new(
            self.pending.range::<Vec<u8>, _>(bounds).take_while(|(key, _)| key.starts_with(prefix)),
        );
        Merged { stored: stored.peekable(), pending: pending.peekable() }
    }

    /// Makes the pending rows durable, all or none. sled's `flush` leaves the file's metadata and
    /// the device's cache to chance, so the file is synced once more.
    pub(crate) fn commit(&mut self) -> Result<(), Fault> {
        let mut batch = sled::Batch::default();
        for (key, value) in &self.pending {
            match value {
                Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                None => batch.remove(key.as_slice()),
            }
        }
        self.db.apply_batch(batch).map_err(|why| self.fault(&why))?;
        self.collect_garbage()?;
        self.db.flush().map_err(|why| self.fault(&why))?;
        let file = self.folder.join("db");
        File::open(&file).and_then(|db| db.sync_all()).map_err(|why| Fault::of(&file, &why))?;
        self.pending.clear();
        Ok(())
    }

    fn fault(&self, why: &sled::Error) -> Fault {
        match why {
            sled::Error::Io(why) => Fault::of(&self.folder, why),
            other => Fault::State(other.to_string()),
        }
    }

    /// A batch of any size is one pin of the epoch under which sled frees old nodes, and it frees
    /// only now and then on a pin: without look-ups in between, memory grows with every row written.
    fn collect_garbage(&self) -> Result<(), String> {
        for key in self.pending.keys() {
            self.db.contains_key(key).map_err(|why| why.to_string())?;
        }
        Ok(())
    }
}

pub(crate) fn read<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Result<T, String> {
    rows::decode(value).ok_or_else(|| format!("the row {} does not read", key.escape_ascii()))
}

/// A page of a row.
pub(crate) fn read_page(key: &[u8], value: &[u8]) -> Result<KeptPage, String> {
    rows::decode_page(value).ok_or_else(|| format!("the row {} does not read", key.escape_ascii()))
}

type Stored<'a> = Box<dyn Iterator<Item = Result<Row, String>> + 'a>;
type Pending<'a> = Box<dyn Iterator<Item = (&'a Vec<u8>, &'a Option<Vec<u8>>)> + 'a>;

/// Two sorted runs as one; a pending row hides the stored one of its key.
struct Merged<'a> {
    stored: Peekable<Stored<'a>>,
    pending: Peekable<Pending<'a>>,
}

impl Iterator for Merged<'_> {
    type Item = Result<Row, String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let pending_first = match (self.stored.peek(), self.pending.peek()) {
                (Some(Ok((stored, _))), Some((pending, _))) => *pending <= stored,
                (None, Some(_)) => true,
                (_, None) | (Some(Err(_)), Some(_)) => false,
            };
            if !pending_first {
                return self.stored.next();
            }
            let (key, value) = self.pending.next()?;
            if matches!(self.stored.peek(), Some(Ok((stored, _))) if stored == key) {
                self.stored.next();
            }
            if let Some(value) = value {
                return Some(Ok((key.clone(), value.clone())));
            }
        }
    }
}

enum Why {
    Sled(sled::Error),
    Panic(String),
}

impl Why {
    fn on(self, folder: &Path) -> StateError {
        // A database that could not be read for want of handles is not damaged.
        if let Some(source) = short_of_handles(folder) {
            return StateError::io(folder, source);
        }
        match self {
            Self::Sled(sled::Error::Io(source)) => StateError::io(folder, source),
            Self::Sled(other) => {
                StateError::Damaged { path: folder.to_owned(), why: other.to_string() }
            }
            Self::Panic(why) => StateError::Damaged { path: folder.to_owned(), why },
        }
    }
}

/// Handles sled holds while it opens, and some.
const HANDLES: usize = 16;

/// Why no more files can be opened, when that is so.
fn short_of_handles(folder: &Path) -> Option<std::io::Error> {
    let handles: std::io::Result<Vec<_>> =
        (0..HANDLES).map(|_| std::fs::File::open(folder)).collect();
    handles.err()
}

/// How long a database that was dropped may hold its file. It never does for so long.
const LETTING_GO: Duration = Duration::from_secs(10);

/// Waits until a database that this process dropped has let go of its file: what sled's pool of
/// threads still writes or truncates holds it, and the lock with it. Nobody else can have that: the
/// lock of the crawl folder is held. There is nothing to wait on but the lock itself.
fn let_go(folder: &Path) {
    let Ok(file) = File::open(folder.join("db")) else { return };
    let until = Instant::now() + LETTING_GO;
    while matches!(FileExt::try_lock(&file), Err(TryLockError::WouldBlock))
        && Instant::now() < until
    {
        thread::sleep(Duration::from_millis(1));
    }
}

fn contained(folder: &Path, cache_bytes: u64) -> Result<sled::Db, Why> {
    let_go(folder);
    let open = || {
        sled::Config::new()
            .path(folder)
            .cache_capacity(cache_bytes)
            .flush_every_ms(Some(1000))
            .open()
    };
    match catch_unwind(AssertUnwindSafe(open)) {
        Ok(opened) => opened.map_err(Why::Sled),
        Err(panic) => Err(Why::Panic(panic_text(panic.as_ref()))),
    }
}

/// What a panic said.
pub(crate) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("sled panicked: {}", text.unwrap_or("it did not say why"))
}

fn snapshots(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("snap.") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// A snapshot only shortens the start-up; without it sled reads its whole log.
fn move_snapshots_aside(disk: &Disk, folder: &Path) -> io::Result<()> {
    for path in snapshots(folder)? {
        if let Some(name) = path.file_name() {
            disk.rename(&path, &folder.join(format!("bad-{}", name.to_string_lossy())))?;
        }
    }
    Ok(())
}
