//! `warraq index`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Exit, Stopped, show};
use crate::disk::Disk;
use crate::index::{IndexError, Sorter, captures};
use crate::record::name::OPEN;

/// Runs the command.
pub(super) fn run(given: &[PathBuf], output: Option<&Path>) -> Result<Exit, Stopped> {
    let files = files(given)?;
    let mut sorter = Sorter::new();
    let mut unreadable = 0;
    for file in &files {
        unreadable += add(file, &mut sorter)?;
    }
    if unreadable > 0 {
        let complaints = show::count(unreadable, "complaint");
        show::complain(&format!("{complaints}; whatever else there is, is indexed"));
    }
    match output {
        Some(path) => drop(sorter.write_file(path, &Disk::real()).map_err(failed)?),
        None => print(sorter)?,
    }
    Ok(if unreadable > 0 { Exit::Output } else { Exit::Complete })
}

/// The sealed WARC files of all that was given.
fn files(given: &[PathBuf]) -> Result<Vec<PathBuf>, Stopped> {
    let mut files = Vec::new();
    for path in given {
        let found = super::archive_at(path)?;
        if found.is_empty() {
            let what = "no WARC file here; give WARC files, or folders of them";
            return Err(Stopped::usage(format!("{}: {what}", path.display())));
        }
        for file in found {
            // Where its last record ends is not settled.
            if path.is_dir() && file.to_string_lossy().ends_with(OPEN) {
                show::complain(&format!("{}: still being written, left out", file.display()));
            } else {
                files.push(file);
            }
        }
    }
    Ok(files)
}

/// Adds the lines of a file and says how many records have none though they should.
fn add(file: &Path, to: &mut Sorter) -> Result<u64, Stopped> {
    let mut unreadable = 0;
    let mut tell = |why: &IndexError| {
        unreadable += 1;
        show::complain(&why.to_string());
    };
    match captures(file) {
        Err(why) => tell(&why),
        Ok(lines) => {
            for line in lines {
                match line {
                    Ok(line) => to.add(line.to_string().as_bytes()).map_err(failed)?,
                    Err(why) => tell(&why),
                }
            }
        }
    }
    Ok(unreadable)
}

fn print(sorter: Sorter) -> Result<(), Stopped> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = sorter.write_to(&mut out).and_then(|_| out.flush());
    match written {
        // The reader has seen enough (`warraq index DIR | head`).
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(why) => Err(Stopped::new(Exit::Output, anyhow::anyhow!(show::unwritten(&why)))),
        Ok(()) => Ok(()),
    }
}

fn failed(why: IndexError) -> Stopped {
    Stopped::new(Exit::Output, why)
}
