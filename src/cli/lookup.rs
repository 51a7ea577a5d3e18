//! `warraq lookup`.

use std::path::{Path, PathBuf};

use super::{Exit, Stopped, show};
use crate::index::{IndexError, Lookup};
use crate::moment::Moment;

/// Runs the command.
pub(super) fn run(given: &Path, url: &str, at: Option<Moment>) -> Result<Exit, Stopped> {
    let index = index_at(given)?;
    let mut lookup = Lookup::open(&index).map_err(failed)?;
    let mut found = 0_u64;
    if let Some(at) = at {
        if let Some(line) = lookup.closest(url, at).map_err(failed)? {
            show::say(&line.to_string());
            found = 1;
        }
    } else {
        for line in lookup.url(url).map_err(failed)? {
            show::say(&line.map_err(failed)?.to_string());
            found += 1;
        }
    }
    if found == 0 {
        show::complain(&format!("{}: no capture of {url}", index.display()));
        return Ok(Exit::Failure);
    }
    Ok(Exit::Complete)
}

/// The index of a crawl folder, or the one that was given.
fn index_at(given: &Path) -> Result<PathBuf, Stopped> {
    let index = if given.is_dir() { given.join("index.cdxj") } else { given.to_owned() };
    if index.is_file() {
        return Ok(index);
    }
    let what = "no such index; `warraq index` makes one from WARC files";
    Err(Stopped::usage(format!("{}: {what}", index.display())))
}

/// A time as people type it.
pub(super) fn time(text: &str) -> Result<Moment, String> {
    let wrong = || format!("{text:?} is no time; write it as 2026-11-22 or 2026-11-22T09:30:00Z");
    Moment::parse_warc_date(text).ok_or_else(wrong)
}

fn failed(why: IndexError) -> Stopped {
    Stopped::new(Exit::Output, why)
}
