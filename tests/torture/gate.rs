//! A disk whose calls fail when a test says so, and that counts them.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use warraq::disk::{Call, Disk, Fault};

/// For how long a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// One call.
    Once,
    /// That call and all after it.
    FromThenOn,
}

/// Which calls fail.
#[derive(Debug)]
enum Plan {
    None,
    /// The n-th of all.
    Nth(How, usize),
    /// Calls of a kind on files that end so.
    At {
        call: Call,
        file: &'static str,
        errno: i32,
        after: usize,
        times: usize,
    },
}

#[derive(Debug, Default)]
struct Log {
    count: usize,
    matched: usize,
    kinds: HashMap<Call, usize>,
    failed: Option<(Call, PathBuf)>,
    /// Bytes of each file that a sync has made durable.
    durable: HashMap<PathBuf, u64>,
}

#[derive(Debug)]
pub(crate) struct Gate {
    plan: Plan,
    log: Mutex<Log>,
}

impl Gate {
    fn of(plan: Plan) -> Self {
        Self { plan, log: Mutex::default() }
    }

    /// One that fails nothing.
    pub(crate) fn sound() -> Self {
        Self::of(Plan::None)
    }

    /// One whose `nth` call fails, from 1.
    pub(crate) fn failing(how: How, nth: usize) -> Self {
        Self::of(Plan::Nth(how, nth))
    }

    /// One that fails so many of the `call`s on files of that ending, once `after` of them have
    /// passed: there must be something to lose.
    pub(crate) fn failing_at(
        call: Call,
        file: &'static str,
        errno: i32,
        (after, times): (usize, usize),
    ) -> Self {
        Self::of(Plan::At { call, file, errno, after, times })
    }

    pub(crate) fn disk(self: &Arc<Self>) -> Disk {
        let gate = Arc::clone(self);
        Disk::gated(move |call, path| gate.pass(call, path))
    }

    pub(crate) fn count(&self) -> usize {
        self.log.lock().unwrap().count
    }

    pub(crate) fn seen(&self, call: Call) -> usize {
        self.log.lock().unwrap().kinds.get(&call).copied().unwrap_or(0)
    }

    /// The first call that failed.
    pub(crate) fn failed(&self) -> Option<(Call, PathBuf)> {
        self.log.lock().unwrap().failed.clone()
    }

    fn pass(&self, call: Call, path: &Path) -> Result<(), Fault> {
        let mut log = self.log.lock().unwrap();
        log.count += 1;
        *log.kinds.entry(call).or_default() += 1;
        let errno = match self.plan {
            Plan::None => None,
            Plan::Nth(how, nth) => fails(how, log.count, nth).then(|| usual(call)),
            Plan::At { call: of, file, errno, after, times } => {
                let is_it = call == of && path.to_str().unwrap().ends_with(file);
                log.matched += usize::from(is_it);
                let turn = log.matched > after && log.matched - after <= times;
                (is_it && turn).then_some(errno)
            }
        };
        let length = path.metadata().map_or(0, |meta| meta.len());
        let Some(errno) = errno else {
            if call == Call::Sync {
                log.durable.insert(path.to_owned(), length);
            }
            return Ok(());
        };
        log.failed.get_or_insert_with(|| (call, path.to_owned()));
        let why = io::Error::from_raw_os_error(errno);
        if call == Call::Sync {
            forget(path, log.durable.get(path).copied().unwrap_or(0), length);
        }
        Err(if call == Call::Write { Fault::Short(7, why) } else { Fault::Whole(why) })
    }
}

fn fails(how: How, count: usize, nth: usize) -> bool {
    count == nth || (how == How::FromThenOn && count > nth)
}

/// How such a call fails in life: no space, an input or output error, too many open files.
fn usual(call: Call) -> i32 {
    match call {
        Call::Write | Call::Folder => 28,
        Call::Open => 24,
        _ => 5,
    }
}

/// What the kernel does when a sync fails: the pages are gone, the length stays.
fn forget(path: &Path, from: u64, to: u64) {
    use std::os::unix::fs::FileExt;
    let zeros = vec![0; usize::try_from(to.saturating_sub(from)).unwrap()];
    if let Ok(file) = std::fs::OpenOptions::new().write(true).open(path) {
        file.write_all_at(&zeros, from).unwrap();
    }
}
