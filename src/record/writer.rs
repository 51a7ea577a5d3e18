//! The writer: appends the records of an exchange to the open WARC, a gzip member each.
//!
//! One writer owns one folder and at most one open file. A group of records is written whole or
//! not at all: when a write fails the file is cut back to where the group began. A file is sealed
//! (flushed, synced, renamed, its folder synced) before a group that would find it too big or too
//! old, so a group never spans files. After a failed sync nothing is written any more: the kernel
//! may have dropped the pages and call them clean, so the file is cut back to its last good sync,
//! and only a new start that checks it may go on.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use warc::RecordType;

use super::about::About;
use super::dns::LookUp;
use super::exchange;
use super::ids::Ids;
use super::member::Deflater;
use super::name::{OPEN, final_name, is_meta, meta_name, serial_of, warc_name};
use super::resource::{self, Resource};
use super::tally::{RunningTally, Tally};
use super::{Exchange, Filed, Position, Record, RecordError, name};
use crate::disk::{Disk, DiskFile};
use crate::event::{Event, Watch};
use crate::lead::Locator;
use crate::moment::{Clock, Moment};

/// Compressed bytes held back before they go to the file.
const HOLD: usize = 256 << 10;

/// Hosts whose look-up is remembered as filed; beyond that it may be filed once more.
const HOSTS: usize = 100_000;

/// How a file is named: prefix, time, serial, host.
type Naming = fn(&str, Moment, u64, &str) -> String;

/// Where and how WARC files are written.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The folder they lie in; it is made when it is missing.
    pub folder: PathBuf,
    /// First part of their names.
    pub prefix: String,
    /// Their serials are larger than this one, whatever is left in the folder.
    pub after: u64,
    /// A file of this size in bytes takes no further group.
    pub size: u64,
    /// A file of this age takes no further group.
    pub age: Duration,
    /// Deflate level, 0 to 9.
    pub level: u32,
    /// The disk they are written to.
    pub disk: Disk,
    /// What their `warcinfo` says; its `hostname` is the last part of their names.
    pub about: About,
}

/// The one that writes.
#[derive(Debug)]
pub struct Writer {
    plan: Plan,
    clock: Clock,
    ids: Ids,
    watch: Watch,
    deflater: Deflater,
    serial: u64,
    current: Option<Current>,
    end: Position,
    broken: Option<(PathBuf, String)>,
    /// The hosts whose look-up is filed.
    looked_up: HashSet<String>,
    sealed: Vec<Tally>,
}

/// The open file.
#[derive(Debug)]
struct Current {
    file: DiskFile,
    path: PathBuf,
    name: String,
    serial: u64,
    begun: Moment,
    /// Bytes in the file.
    written: u64,
    /// Of these, the ones that are known to be durable.
    synced: u64,
    /// Bytes that follow them.
    held: Vec<u8>,
    /// The id of its `warcinfo`.
    warcinfo: String,
    /// What it holds.
    tally: RunningTally,
    /// The same, with the group that is being written.
    counting: RunningTally,
}

/// What went wrong while a record was appended.
enum Fault {
    /// The block could not be read.
    Block(io::Error),
    /// The file could not be written.
    File(io::Error),
}

impl From<io::Error> for Fault {
    fn from(why: io::Error) -> Self {
        Self::Block(why)
    }
}

impl Writer {
    /// A writer for the folder of `plan`. Serials go on above the largest that is there and
    /// above `plan.after`. No file is opened before the first exchange comes.
    pub fn new(plan: Plan, clock: Clock, ids: Ids, watch: Watch) -> Result<Self, RecordError> {
        let in_folder = |source| RecordError::Folder { path: plan.folder.clone(), source };
        plan.disk.make_folder(&plan.folder).map_err(in_folder)?;
        let end = match name::files(&plan.folder).map_err(in_folder)?.last() {
            None => Position::default(),
            Some(path) => Position {
                serial: serial_of(&final_name(path)).unwrap_or(0),
                file: final_name(path),
                offset: std::fs::metadata(path).map_err(in_folder)?.len(),
            },
        };
        let deflater = Deflater::new(plan.level);
        let serial = end.serial.max(plan.after);
        let looked_up = HashSet::new();
        Ok(Self {
            plan,
            clock,
            ids,
            watch,
            deflater,
            serial,
            current: None,
            end,
            broken: None,
            looked_up,
            sealed: Vec::new(),
        })
    }

    /// Appends the records of `exchange`. After an error the archive is as it was before; the
    /// exchange is lost to it.
    pub fn file(&mut self, exchange: Exchange) -> Result<Filed, RecordError> {
        self.refuse_broken()?;
        if self.is_due() {
            self.seal()?;
        }
        let mut current = match self.current.take() {
            Some(current) => current,
            None => self.begin(warc_name)?,
        };
        let whole = current.end();
        let outcome = self.append_group(&mut current, exchange);
        let kept = match &outcome {
            Ok(_) => Ok(()),
            Err(_) => current.cut_back(whole),
        };
        if let Err(why) = kept {
            self.broken = Some((current.path, format!("it could not be cut back: {why}")));
        } else {
            self.end = current.position();
            self.current = Some(current);
        }
        outcome
    }

    /// Writes what a run says about itself into a file of its own, named `…-meta.warc.gz`, and seals
    /// it. After an error there is no such file.
    pub fn file_meta(&mut self, resources: Vec<Resource>) -> Result<Position, RecordError> {
        self.seal()?;
        let mut current = self.begin(meta_name)?;
        let filed = resources.into_iter().try_for_each(|resource| {
            let record = resource::record(resource, &current.warcinfo, &mut self.ids)?;
            self.append(&mut current, &record).map(drop)
        });
        if let Err(error) = filed.and_then(|()| current.flush()) {
            // All of it stands beside the archive as well.
            let _ = self.plan.disk.remove(&current.path);
            return Err(error);
        }
        self.end = current.position();
        self.current = Some(current);
        self.seal()?;
        Ok(self.end.clone())
    }

    /// Makes everything written so far durable and says where it ends.
    pub fn sync(&mut self) -> Result<Position, RecordError> {
        self.refuse_broken()?;
        if let Some(mut current) = self.current.take() {
            // A file that is not there any more would take everything and keep nothing.
            if let Err(source) = current.file.in_place().and_then(|()| current.file.sync_data()) {
                return Err(self.distrust(&mut current, source));
            }
            current.synced = current.written;
            self.current = Some(current);
        }
        Ok(self.end.clone())
    }

    /// Gives up a file that could not be made durable, and what it took since the last good sync.
    fn distrust(&mut self, current: &mut Current, source: io::Error) -> RecordError {
        let (path, offset) = (current.path.clone(), current.synced);
        // When even that fails, the next start finds a tail it can read and has to believe.
        let _ = current.cut_back(offset);
        self.broken = Some((path.clone(), format!("it could not be synced: {source}")));
        RecordError::Sync { path, offset, source }
    }

    /// Seals the open file, if there is one: flush, sync, rename, sync of the folder.
    pub fn seal(&mut self) -> Result<(), RecordError> {
        self.refuse_broken()?;
        let Some(mut current) = self.current.take() else { return Ok(()) };
        if let Err(source) = current.file.in_place().and_then(|()| current.file.sync_all()) {
            return Err(self.distrust(&mut current, source));
        }
        current.synced = current.written;
        if let Err(error) = give_final_name(&self.plan.disk, &current.path) {
            match &error {
                RecordError::Name { .. } => self.current = Some(current),
                why => self.broken = Some((current.path, why.to_string())),
            }
            return Err(error);
        }
        let bytes = current.end();
        self.sealed.push(current.tally.finish(current.name.clone(), bytes));
        self.watch.tell(&Event::Sealed { bytes, file: current.name });
        Ok(())
    }

    /// The tallies of the files sealed since this was asked last.
    pub fn sealed(&mut self) -> Vec<Tally> {
        std::mem::take(&mut self.sealed)
    }

    /// Whether the open file takes no further group. One that tells of a run never does; it is open
    /// only when it could not get its final name.
    fn is_due(&self) -> bool {
        self.current.as_ref().is_some_and(|current| {
            let age = self.clock.steady().since(current.begun);
            current.end() >= self.plan.size || age >= self.plan.age || is_meta(&current.name)
        })
    }

    fn refuse_broken(&self) -> Result<(), RecordError> {
        match &self.broken {
            Some((path, why)) => Err(RecordError::Broken { path: path.clone(), why: why.clone() }),
            None => Ok(()),
        }
    }

    /// Opens the next file and writes its `warcinfo`; without that there is no file.
    fn begin(&mut self, naming: Naming) -> Result<Current, RecordError> {
        let now = self.clock.wall();
        let mut current = self.create(now, naming)?;
        let fields = self.plan.about.to_fields();
        let begun = exchange::warcinfo(fields, &current.name, &now.warc_date(), &mut self.ids)
            .and_then(|record| {
                current.warcinfo.clone_from(&record.id);
                self.append(&mut current, &record)?;
                current.flush()?;
                sync_folder(&self.plan.disk, &self.plan.folder)
            });
        if let Err(error) = begun {
            // Nothing of worth is in it; if it cannot be removed, the next start repairs it.
            let _ = self.plan.disk.remove(&current.path);
            return Err(error);
        }
        Ok(current)
    }

    fn create(&mut self, now: Moment, naming: Naming) -> Result<Current, RecordError> {
        let how = OpenOptions::new().append(true).create_new(true).clone();
        loop {
            self.serial += 1;
            let host = &self.plan.about.hostname;
            let name = naming(&self.plan.prefix, now, self.serial, host);
            let path = self.plan.folder.join(format!("{name}{OPEN}"));
            let file = match self.plan.disk.open(&path, &how) {
                Ok(file) => file,
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(source) => return Err(RecordError::write(&path, 0, source)),
            };
            let begun = self.clock.steady();
            return Ok(Current {
                file,
                path,
                name,
                serial: self.serial,
                begun,
                written: 0,
                synced: 0,
                held: Vec::with_capacity(HOLD),
                warcinfo: String::new(),
                tally: RunningTally::default(),
                counting: RunningTally::default(),
            });
        }
    }

    fn append_group(
        &mut self,
        current: &mut Current,
        mut exchange: Exchange,
    ) -> Result<Filed, RecordError> {
        let mut filed = Filed { reply: None, reply_id: None, end: Position::default() };
        let new = |look_up: &LookUp| !self.looked_up.contains(&look_up.host);
        let look_up = exchange.look_up.take().filter(new);
        if let Some(look_up) = &look_up {
            let resource = look_up.to_resource();
            let record = resource::record(resource, &current.warcinfo, &mut self.ids)?;
            self.append(current, &record)?;
        }
        let credentials = &self.plan.about.credentials;
        let records = exchange::records(exchange, &current.warcinfo, credentials, &mut self.ids)?;
        for record in &records {
            let locator = self.append(current, record)?;
            if matches!(record.kind, RecordType::Response | RecordType::Revisit) {
                filed.reply = Some(locator);
                filed.reply_id = Some(record.id.clone());
            }
        }
        current.flush()?;
        filed.end = current.position();
        self.remember(look_up);
        Ok(filed)
    }

    fn remember(&mut self, look_up: Option<LookUp>) {
        if self.looked_up.len() >= HOSTS {
            self.looked_up.clear();
        }
        self.looked_up.extend(look_up.map(|look_up| look_up.host));
    }

    /// Appends one record as one member.
    fn append(&mut self, current: &mut Current, record: &Record) -> Result<Locator, RecordError> {
        let offset = current.end();
        self.member(current, record).map_err(|fault| match fault {
            Fault::File(source) => RecordError::write(&current.path, offset, source),
            Fault::Block(source) => {
                let target = record.header.get("WARC-Target-URI").unwrap_or_default().to_owned();
                RecordError::Block { target, source }
            }
        })?;
        current.counting.add(&record.kind, &record.id);
        Ok(Locator { file: current.name.clone(), offset, length: current.end() - offset })
    }

    fn member(&mut self, current: &mut Current, record: &Record) -> Result<(), Fault> {
        let deflater = &mut self.deflater;
        deflater.begin(&mut current.held);
        deflater.feed(&record.header.to_bytes(), &mut current.held).map_err(Fault::File)?;
        record.block.each(|part| {
            deflater.feed(part, &mut current.held).map_err(Fault::File)?;
            if current.held.len() >= HOLD { current.release().map_err(Fault::File) } else { Ok(()) }
        })?;
        deflater.feed(b"\r\n\r\n", &mut current.held).map_err(Fault::File)?;
        deflater.end(&mut current.held).map_err(Fault::File)
    }
}

impl Current {
    /// Where the next byte will lie.
    const fn end(&self) -> u64 {
        self.written + self.held.len() as u64
    }

    fn position(&self) -> Position {
        Position { serial: self.serial, file: self.name.clone(), offset: self.end() }
    }

    fn flush(&mut self) -> Result<(), RecordError> {
        self.release().map_err(|source| RecordError::write(&self.path, self.written, source))?;
        self.tally = self.counting.clone();
        Ok(())
    }

    fn release(&mut self) -> io::Result<()> {
        self.file.write_all(&self.held)?;
        self.written += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }

    /// Takes back everything from `whole` on. The file is open for appending, so the next write
    /// goes to its new end.
    fn cut_back(&mut self, whole: u64) -> io::Result<()> {
        self.held.clear();
        self.counting = self.tally.clone();
        self.file.set_len(whole)?;
        self.written = whole;
        Ok(())
    }
}

/// Takes `.open` off a file that is whole and synced, and makes the new name durable.
pub(super) fn give_final_name(disk: &Disk, path: &Path) -> Result<(), RecordError> {
    let to = path.with_file_name(final_name(path));
    let failed = |source| RecordError::Name { path: path.to_owned(), source };
    if to.try_exists().map_err(failed)? {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    disk.rename(path, &to).map_err(failed)?;
    sync_folder(disk, to.parent().unwrap_or(&to))
}

pub(super) fn sync_folder(disk: &Disk, folder: &Path) -> Result<(), RecordError> {
    let synced = disk.sync_folder(folder);
    synced.map_err(|source| RecordError::Folder { path: folder.to_owned(), source })
}
