//! `warraq dedup import`.

use std::path::{Path, PathBuf};

use super::{Exit, Stopped, show};
use crate::crawl;
use crate::disk::Disk;
use crate::moment::Clock;
use crate::settings::Settings;

/// Runs the command.
pub(super) fn import(given: &[PathBuf], into: &Path) -> Result<Exit, Stopped> {
    for path in given {
        if !path.is_file() {
            let what = "no such file; give CDXJ or WARC files of another archive";
            return Err(Stopped::usage(format!("{}: {what}", path.display())));
        }
        if is_within(path, into) {
            let what = "this is the folder's own archive; its captures are known";
            return Err(Stopped::usage(format!("{}: {what}", path.display())));
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|why| Stopped::new(Exit::Failure, why))?;
    let settings = Settings::new(into.to_owned(), "import@localhost");
    let told =
        runtime.block_on(crawl::dedup::import(given, settings, Clock::system(), Disk::real()));
    let kept = told.map_err(super::crawl::stopped)?;
    let mut unreadable = 0;
    for (path, kept) in given.iter().zip(&kept) {
        let captures = show::count(kept.captures, "capture");
        let rest = if kept.passed_over > 0 {
            format!("; {} that no revisit may refer to were passed over", kept.passed_over)
        } else {
            String::new()
        };
        show::say(&format!("{}: {captures} taken over{rest}.", path.display()));
        if let Some(why) = &kept.reason {
            let number = show::count(kept.unreadable, "unreadable place");
            show::complain(&format!("{number} passed over, the first: {why}"));
        }
        unreadable += kept.unreadable;
    }
    Ok(if unreadable > 0 { Exit::Output } else { Exit::Complete })
}

/// Whether a file lies in a folder itself.
fn is_within(file: &Path, folder: &Path) -> bool {
    let parent = file.canonicalize().ok().and_then(|file| file.parent().map(Path::to_owned));
    parent.is_some() && parent == folder.canonicalize().ok()
}
