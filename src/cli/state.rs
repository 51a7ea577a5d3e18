//! `warraq state rebuild`.

use std::path::Path;

use super::{Exit, Stopped, show};
use crate::crawl;
use crate::disk::Disk;
use crate::moment::Clock;
use crate::settings::Settings;

/// Runs the command.
pub(super) fn rebuild(dir: &Path) -> Result<Exit, Stopped> {
    if super::archive_at(dir)?.is_empty() || !dir.is_dir() {
        let what = "no WARC file to make a state from; give the folder of `crawl --into`";
        return Err(Stopped::usage(format!("{}: {what}", dir.display())));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|why| Stopped::new(Exit::Failure, why))?;
    // Scope has no say here beyond what was archived: the depth that was asked for is in the traces.
    let settings = Settings::new(dir.to_owned(), "rebuild@localhost");
    let told = runtime.block_on(crawl::rebuild(settings, Clock::system(), Disk::real()));
    let rebuilt = told.map_err(super::crawl::stopped)?;
    if let Some(aside) = &rebuilt.aside {
        show::say(&format!("The old state is kept as {}.", aside.display()));
    }
    show::say(&format!(
        "{} read back from the archive: {} settled, {} queued.",
        show::count(rebuilt.read, "visit"),
        show::count(rebuilt.settled, "URL"),
        rebuilt.queued
    ));
    for why in &rebuilt.unreadable {
        show::complain(why);
    }
    Ok(if rebuilt.unreadable.is_empty() { Exit::Complete } else { Exit::Output })
}
