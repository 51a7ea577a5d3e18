//! Sealed WARCs: read back, verified and indexed, beside the crawl.
//!
//! One thread of its own takes each file that was sealed, compares every digest with the bytes on
//! the disk and writes the file's lines to `indexes/NAME.cdxj`, which appears whole or not at all.
//! At the end of a run they are merged into `index.cdxj`. A sealed file without its index (after a
//! crash, or moved in) is taken at the next start or end; so is one whose index bears another time
//! than the file. WARCs are only read here: one that does not verify is kept as it is, told as a
//! warning, and makes the run end as failed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::oneshot;

use super::archive::ArchiveError;
use super::{CrawlError, Stop};
use crate::disk::Disk;
use crate::event::{Event, Watch};
use crate::index::captures::Pairing;
use crate::index::{self, IndexError, Sorter};
use crate::record::name::{self, OPEN};
use crate::record::reader::Records;
use crate::record::verify::{Finding, verify};

/// The folder of the indexes, one for each WARC, in the crawl folder.
const INDEXES: &str = "indexes";

/// The index of the whole crawl folder.
pub(super) const INDEX: &str = "index.cdxj";

/// Faults of one file that are told; the rest is counted.
const TOLD: usize = 8;

/// What the thread is asked.
enum Order {
    /// Take this file.
    File(String),
    /// Take every sealed file that has no index.
    Rest,
    /// Take the rest and merge all.
    Finish(oneshot::Sender<()>),
}

/// What is wrong, by file, in all sittings of a run. A file that is taken again is judged anew: an
/// index that could not be written may be by now.
#[derive(Clone, Debug, Default)]
pub(super) struct Wrong(Arc<Mutex<BTreeMap<String, Vec<String>>>>);

impl Wrong {
    fn set(&self, file: String, texts: Vec<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(file, texts);
    }

    /// All of it.
    pub(super) fn texts(&self) -> Vec<String> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.values().flatten().cloned().collect()
    }
}

/// A handle on the thread, which ends with the last handle and the last ear. Dropped, it leaves
/// what is not done to the next one: two must not index a folder at a time.
pub(super) struct Sealed {
    orders: Sender<Order>,
    abandoned: Arc<AtomicBool>,
}

impl Sealed {
    /// Starts the thread for a crawl folder, which it does not touch before it is asked to. What it
    /// finds wrong is told to `watch` and kept in `wrong`.
    pub(super) fn start(
        into: &Path,
        disk: Disk,
        watch: Watch,
        wrong: Wrong,
    ) -> Result<Self, CrawlError> {
        let (orders, inbox) = channel();
        let abandoned = Arc::new(AtomicBool::new(false));
        let into = into.to_owned();
        let indexer = Desk { into, disk, watch, wrong, abandoned: Arc::clone(&abandoned) };
        std::thread::Builder::new()
            .name("index".to_owned())
            .spawn(move || indexer.serve(&inbox))
            .map_err(ArchiveError::Thread)?;
        Ok(Self { orders, abandoned })
    }

    /// A watch that hears of each file when it is sealed, and passes all events on.
    pub(super) fn ear(&self, watch: &Watch) -> Watch {
        let (watch, orders) = (watch.clone(), self.orders.clone());
        Watch::new(move |event| {
            if let Event::Sealed { file, .. } = event {
                // A file that nobody takes now is taken at the next start.
                let _ = orders.send(Order::File(file.clone()));
            }
            watch.tell(event);
        })
    }

    /// Takes what an earlier process left or somebody moved in. The folder must be locked.
    pub(super) fn catch_up(&self) {
        let _ = self.orders.send(Order::Rest);
    }

    /// Takes what has no index yet and merges, while the folder is still locked. Told to stop at
    /// once, it leaves the rest to the next start.
    pub(super) async fn finish(self, stop: &Stop) -> Result<(), CrawlError> {
        let (answer, mut coming) = oneshot::channel();
        let _ = self.orders.send(Order::Finish(answer));
        let done = tokio::select! {
            biased;
            () = stop.now.cancelled() => {
                self.abandoned.store(true, Ordering::Relaxed);
                coming.await
            }
            done = &mut coming => done,
        };
        done.map_err(|_| CrawlError::Worker("the thread that indexes".to_owned()))
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }
}

/// What the thread works with.
struct Desk {
    into: PathBuf,
    disk: Disk,
    watch: Watch,
    wrong: Wrong,
    abandoned: Arc<AtomicBool>,
}

impl Desk {
    /// The thread: one order after the other.
    fn serve(&self, inbox: &Receiver<Order>) {
        while let Ok(order) = inbox.recv() {
            match order {
                Order::File(name) => self.take_new(&self.into.join(name)),
                Order::Rest => self.take_rest(),
                Order::Finish(answer) => {
                    self.take_rest();
                    self.merge();
                    // Who asked may have gone.
                    let _ = answer.send(());
                }
            }
        }
    }

    fn take_rest(&self) {
        // A folder that cannot be read stops the crawl itself, which says so.
        for path in name::files(&self.into).unwrap_or_default() {
            if is_sealed(&path) {
                self.take_new(&path);
            }
        }
    }

    fn take_new(&self, path: &Path) {
        if !has_index(path, &self.into) {
            self.take(path);
        }
    }

    fn take(&self, path: &Path) {
        let mut found = Faults::default();
        if let Err(why) = self.index(path, &mut found) {
            found.add(why.to_string());
        }
        self.tell(name::final_name(path), found.into_texts(path));
    }

    fn tell(&self, file: String, texts: Vec<String>) {
        for text in &texts {
            self.watch.tell(&Event::Warning { text: text.clone() });
        }
        self.wrong.set(file, texts);
    }

    /// Merges the indexes of the WARCs that are there.
    fn merge(&self) {
        let warcs = name::files(&self.into).unwrap_or_default();
        if warcs.is_empty() || self.abandoned.load(Ordering::Relaxed) {
            return;
        }
        let indexes: Vec<PathBuf> = warcs
            .iter()
            .filter(|warc| is_sealed(warc))
            .map(|warc| index_of(warc, &self.into))
            .filter(|index| index.exists())
            .collect();
        let merged = index::sort(&indexes, &self.into.join(INDEX), &self.disk);
        let why = merged.err().map(|why| why.to_string());
        self.tell(INDEX.to_owned(), why.into_iter().collect());
    }

    /// Reads one file from front to back: digests and index lines at once.
    fn index(&self, path: &Path, faults: &mut Faults) -> Result<(), IndexError> {
        let read_at = changed(path);
        let mut sorter = Sorter::new();
        let mut pairing = Pairing::default();
        for entry in Records::open(path)? {
            if self.abandoned.load(Ordering::Relaxed) {
                return Ok(());
            }
            let entry = match entry {
                Ok(entry) => entry,
                Err(why) => {
                    faults.add(why.to_string());
                    continue;
                }
            };
            let at = || format!("{}@{}", entry.locator.file, entry.locator.offset);
            match verify(&entry) {
                Ok(findings) => findings
                    .iter()
                    .filter(|finding| is_fault(finding))
                    .for_each(|finding| faults.add(format!("{}: {finding}", at()))),
                Err(why) => faults.add(format!("{}: its block cannot be read: {why}", at())),
            }
            add(pairing.add(&entry), &mut sorter, faults)?;
        }
        add(pairing.end(), &mut sorter, faults)?;
        let to = index_of(path, &self.into);
        let folder = self.into.join(INDEXES);
        self.disk
            .make_folder(&folder)
            .map_err(|source| IndexError::Output { path: folder, source })?;
        sorter.write_file(&to, &self.disk)?;
        date(&to, read_at);
        Ok(())
    }
}

fn add(
    line: Option<Result<index::Line, IndexError>>,
    to: &mut Sorter,
    faults: &mut Faults,
) -> Result<(), IndexError> {
    match line {
        Some(Ok(line)) => to.add(line.to_string().as_bytes()),
        Some(Err(why)) => {
            faults.add(why.to_string());
            Ok(())
        }
        None => Ok(()),
    }
}

/// Digests over chunk framing, and of other algorithms, are habits of other writers.
const fn is_fault(finding: &Finding) -> bool {
    matches!(finding, Finding::Block { .. } | Finding::Payload { .. })
}

/// What is wrong with one file.
#[derive(Default)]
struct Faults {
    told: Vec<String>,
    more: u64,
}

impl Faults {
    fn add(&mut self, text: String) {
        if self.told.len() < TOLD {
            self.told.push(text);
        } else {
            self.more += 1;
        }
    }

    fn into_texts(self, path: &Path) -> Vec<String> {
        let mut texts = self.told;
        if self.more > 0 {
            texts.push(format!("{}: and {} faults more", name::final_name(path), self.more));
        }
        texts
    }
}

fn is_sealed(path: &Path) -> bool {
    !path.to_string_lossy().ends_with(OPEN)
}

fn index_of(warc: &Path, into: &Path) -> PathBuf {
    into.join(INDEXES).join(format!("{}.cdxj", name::final_name(warc)))
}

/// Whether a WARC has an index, made of this file: put back or swapped, it may well be the older.
fn has_index(warc: &Path, into: &Path) -> bool {
    let made_of = changed(&index_of(warc, into));
    made_of.is_some() && made_of == changed(warc)
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

/// Gives an index the time of the WARC it was made of, from before that was read.
fn date(index: &Path, time: Option<SystemTime>) {
    let Some(time) = time else { return };
    // An index that could not be dated is made again by the next run, which is all it costs.
    let _ = fs::File::options().write(true).open(index).and_then(|file| file.set_modified(time));
}
