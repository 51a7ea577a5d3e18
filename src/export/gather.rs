//! Gathering: every record of every input is read once, on all cores, into the spool.
//!
//! Order and content of the spool depend on the inputs alone. Long inputs are cut into segments at
//! records that can be found again, so that an interrupted gathering goes on where it was.

use std::collections::VecDeque;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::ExportError;
use super::inputs::{Input, Meter, Parts};
use super::item::{self, Item, Lost};
use super::pipeline::{Limits, Task, ordered};
use super::spool::{self, Packed, Writer};
use crate::record::entry::Entry;
use crate::record::reader::Records;

/// Bytes of an input after which a segment ends, unless a test wants them shorter.
pub const SEGMENT: u64 = 128 << 20;

/// Bytes of records under way: what a few thousand pages have.
const UNDER_WAY: u64 = 64 << 20;

/// What a record holds in memory beside its block.
const OVERHEAD: u64 = 4 << 10;

/// A request to stop, from outside.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<AtomicBool>);

impl Halt {
    /// Asks for it.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// An error when it was asked for.
    pub fn check(&self) -> Result<(), ExportError> {
        if self.0.load(Ordering::Relaxed) { Err(ExportError::Interrupted) } else { Ok(()) }
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What is read and where to.
#[derive(Clone, Debug)]
pub struct Gathering {
    /// The inputs, in order.
    pub inputs: Vec<Input>,
    /// The folder of the spool. Whole segments that stand in it are not read again.
    pub folder: PathBuf,
    /// Bytes of an input after which a segment ends.
    pub segment: u64,
    /// Threads that read pages.
    pub threads: usize,
    /// What tells how far it is.
    pub meter: Meter,
    /// What ends it early.
    pub halt: Halt,
}

/// What the reader hands on, and what a worker makes of it.
enum Step<T> {
    /// A segment begins at this offset of this input.
    Begin(usize, u64),
    /// A record.
    Of(T),
    /// A record that cannot be read.
    Lost(Lost),
    /// The segment ends; the next of its input begins at the offset, or there is none.
    End(Option<u64>),
}

/// Reads the inputs into the spool.
pub fn gather(job: &Gathering) -> Result<(), ExportError> {
    let mut walk = Walk::over(job)?;
    let limits = Limits { workers: job.threads, bytes: UNDER_WAY, tasks: 4096 };
    let work = |step| match step {
        Step::Of(entry) => Step::Of(item::of(&entry).map(|item| Packed::of(&item)).transpose()),
        Step::Begin(input, offset) => Step::Begin(input, offset),
        Step::Lost(lost) => Step::Lost(lost),
        Step::End(next) => Step::End(next),
    };
    let mut open: Option<Writer> = None;
    ordered(
        limits,
        || walk.next(),
        work,
        |step| {
            job.halt.check()?;
            keep(job, &mut open, step).map_err(ExportError::output(&job.folder))
        },
    )?;
    job.halt.check()
}

/// What a record gives, packed; nothing when it is of no use.
type Given = io::Result<Option<Packed>>;

fn keep(job: &Gathering, open: &mut Option<Writer>, step: Step<Given>) -> io::Result<()> {
    match (step, open.as_mut()) {
        (Step::Begin(input, offset), _) => {
            *open = Some(Writer::begin(spool::segment(&job.folder, input, offset))?);
        }
        (Step::Of(item), Some(writer)) => {
            if let Some(item) = item? {
                writer.add(&item)?;
            }
        }
        (Step::Lost(lost), Some(writer)) => writer.add(&Packed::of(&Item::Lost(lost))?)?,
        (Step::End(next), _) => {
            if let Some(writer) = open.take() {
                writer.finish(next)?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The whole segments of an input in order, and where the one behind them begins: `None` when the
/// input was read to its end.
pub fn whole(folder: &Path, input: usize) -> io::Result<(Vec<PathBuf>, Option<u64>)> {
    let (mut found, mut offset) = (Vec::new(), 0);
    loop {
        let path = spool::segment(folder, input, offset);
        if !path.is_file() {
            return Ok((found, Some(offset)));
        }
        let next = spool::next(&path)?;
        found.push(path);
        match next {
            Some(next) if next > offset => offset = next,
            _ => return Ok((found, None)),
        }
    }
}

/// Walks over all records of all inputs.
struct Walk<'j> {
    job: &'j Gathering,
    /// Inputs still to be read, each with the offset to begin at.
    ahead: VecDeque<(usize, u64)>,
    parts: Parts,
    records: Option<Records>,
    /// The input that is read, and where in it the open segment began.
    current: Option<usize>,
    begun: u64,
    /// What comes before the next record is read.
    due: VecDeque<Step<Entry>>,
}

impl<'j> Walk<'j> {
    fn over(job: &'j Gathering) -> Result<Self, ExportError> {
        let mut ahead = VecDeque::new();
        for (number, input) in job.inputs.iter().enumerate() {
            let unread = ExportError::unread(&job.folder);
            match whole(&job.folder, number).map_err(unread)? {
                (_, Some(offset)) => ahead.push_back((number, offset)),
                (_, None) => job.meter.add(input.bytes),
            }
        }
        Ok(Self {
            job,
            ahead,
            parts: Box::new(iter::empty()),
            records: None,
            current: None,
            begun: 0,
            due: VecDeque::new(),
        })
    }

    fn next(&mut self) -> Option<Task<Step<Entry>>> {
        if self.job.halt.is_asked() {
            return None;
        }
        let of = match self.due.pop_front() {
            Some(step) => step,
            None => self.step()?,
        };
        let weight = match &of {
            Step::Of(entry) => entry.block.len().saturating_add(OVERHEAD),
            _ => OVERHEAD,
        };
        Some(Task { of, weight })
    }

    fn step(&mut self) -> Option<Step<Entry>> {
        loop {
            if self.job.halt.is_asked() {
                return None;
            }
            match self.records.as_mut().map(Iterator::next) {
                Some(Some(Ok(entry))) => {
                    if let Some(step) = self.entry(entry) {
                        return Some(step);
                    }
                }
                Some(Some(Err(why))) => return Some(Step::Lost(Lost::of(&why))),
                _ => match self.parts.next() {
                    Some(Ok(records)) => self.records = Some(records.keep_by(item::needed)),
                    Some(Err(why)) => return Some(Step::Lost(Lost::of(&why))),
                    None => return self.input(),
                },
            }
        }
    }

    /// A record, with the end of a segment before it where that is long enough.
    fn entry(&mut self, entry: Entry) -> Option<Step<Entry>> {
        let offset = entry.locator.offset;
        let is_long = offset.saturating_sub(self.begun) >= self.job.segment;
        let cuts = is_long && entry.addressable;
        let step = item::is_of_use(&entry).then_some(Step::Of(entry));
        let Some(input) = self.current.filter(|input| cuts && self.is_seekable(*input)) else {
            return step;
        };
        self.begun = offset;
        self.due.push_back(Step::Begin(input, offset));
        self.due.extend(step);
        Some(Step::End(Some(offset)))
    }

    fn is_seekable(&self, input: usize) -> bool {
        self.job.inputs.get(input).is_some_and(Input::is_seekable)
    }

    /// The end of one input, or the beginning of the next.
    fn input(&mut self) -> Option<Step<Entry>> {
        self.records = None;
        if self.current.take().is_some() {
            return Some(Step::End(None));
        }
        let (number, offset) = self.ahead.pop_front()?;
        self.parts = self.job.inputs.get(number)?.parts(offset, &self.job.meter);
        self.current = Some(number);
        self.begun = offset;
        Some(Step::Begin(number, offset))
    }
}
