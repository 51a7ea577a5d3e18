//! Taking other archives' captures into a crawl folder, and into its state whenever that is new.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::CrawlError;
use super::open::{Attached, attach, job_of};
use crate::dedup::{self, Kept};
use crate::disk::Disk;
use crate::event::{Event, Watch};
use crate::moment::Clock;
use crate::settings::Settings;
use crate::state::DiskFrontier;

/// Captures that are given to the state at a time.
const BATCH: usize = 1000;

/// Takes the captures of each file over into the folder of `settings`. Later identical payloads
/// become revisits that refer to them; nothing else is ever done with them.
pub async fn import(
    files: &[PathBuf],
    settings: Settings,
    clock: Clock,
    disk: Disk,
) -> Result<Vec<Kept>, CrawlError> {
    let into = settings.into.clone();
    let sources = files.to_vec();
    let keeping = move || sources.iter().map(|file| dedup::keep(file, &into)).collect();
    let kept: Result<Vec<Kept>, _> = tokio::task::spawn_blocking(keeping)
        .await
        .map_err(|died| CrawlError::Worker(died.to_string()))?;
    let kept = kept?;
    let job = job_of(settings, clock, disk);
    let Attached { state, .. } = attach(&job, &job.watch).await?;
    state.frontier.close().await?;
    Ok(kept)
}

/// Takes the kept captures that a state does not know of into it. A file that cannot be read is
/// told of; the crawl can do without it.
pub(super) async fn take_in(
    frontier: &DiskFrontier,
    known: &BTreeSet<String>,
    into: &Path,
    watch: &Watch,
) -> Result<(), CrawlError> {
    for path in dedup::files(into)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if known.contains(&name) {
            continue;
        }
        if let Err(CrawlError::Dedup(why)) = take_in_one(frontier, &path).await {
            let text = format!("{why}; import it again, what follows there is not referred to");
            watch.tell(&Event::Warning { text });
        }
        frontier.imported(name).await?;
    }
    Ok(())
}

async fn take_in_one(frontier: &DiskFrontier, path: &Path) -> Result<(), CrawlError> {
    let mut captures = dedup::read(path)?;
    loop {
        let batch: Vec<_> = captures.by_ref().take(BATCH).collect::<Result<_, _>>()?;
        if batch.is_empty() {
            return Ok(());
        }
        frontier.import(batch).await?;
    }
}
