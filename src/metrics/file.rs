//! The metrics as a file, for the textfile collector of a node exporter.
//!
//! Written whole and renamed into place, each [`EVERY`] and once more at the end; it stays when the
//! process goes, so that a job that runs by a timer can be watched in between. When it last
//! succeeded is read back from it: the one number no later run could tell.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Metrics, text};
use crate::disk::Disk;
use crate::moment::Moment;

/// How often it is written.
pub const EVERY: Duration = Duration::from_secs(15);

/// Largest file that is read back.
const MAX_BYTES: u64 = 8 << 20;

/// Where metrics are written.
#[derive(Clone, Debug)]
pub struct Textfile {
    path: PathBuf,
    disk: Disk,
    metrics: Metrics,
}

impl Textfile {
    /// One for these metrics, in a folder that is there and takes it; what an earlier process wrote of
    /// these jobs' successes is taken over.
    pub fn open(path: &Path, disk: Disk, metrics: Metrics, jobs: &[String]) -> io::Result<Self> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // A folder that nobody collects from would be written into for ever.
        tempfile::tempfile_in(folder.unwrap_or(Path::new(".")))?;
        let is_small = path.metadata().is_ok_and(|file| file.len() <= MAX_BYTES);
        let before = std::fs::read_to_string(path).ok().filter(|_| is_small).unwrap_or_default();
        for job in jobs {
            if let Some(at) = success(&before, job) {
                metrics.succeeded(job, at);
            }
        }
        Ok(Self { path: path.to_owned(), disk, metrics })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes it, whole or not at all.
    pub fn write(&self) -> io::Result<()> {
        self.disk.replace(&self.path, self.metrics.page().as_bytes())
    }
}

fn success(page: &str, job: &str) -> Option<Moment> {
    let name = "warraq_last_success_timestamp_seconds";
    let seconds: f64 = text::find(page, name, &[("job", job)])?.parse().ok()?;
    let since = Duration::try_from_secs_f64(seconds).ok()?;
    // Half of what an instant holds, for what the fraction lost.
    Some(Moment::default().plus(since + Duration::from_micros(500)))
}
