//! `warraq info`.

use std::collections::BTreeMap;
use std::path::Path;

use bytesize::ByteSize;
use serde::Serialize;

use super::show::{self, Direction};
use super::{Exit, Stopped, report};
use crate::crawl::summary::{self, Summary};
use crate::json;
use crate::record::reader::Records;
use crate::state::lock;

/// Unreadable records told of one file; the rest is counted.
const UNREADABLE_SHOWN: usize = 8;

/// What one WARC file holds.
#[derive(Debug, Serialize)]
struct FileInfo {
    file: String,
    bytes: u64,
    open: bool,
    records: BTreeMap<String, u64>,
    unreadable: Vec<String>,
}

/// Everything the command tells.
#[derive(Debug, Serialize)]
struct Info {
    /// Who is working on the folder, when somebody is.
    running: Option<String>,
    /// What the last run that ended did.
    summary: Option<Summary>,
    /// The archive, read record by record.
    files: Vec<FileInfo>,
}

/// Runs the command.
pub(super) fn run(dir: &Path, json: bool) -> Result<Exit, Stopped> {
    let files = super::archive_at(dir)?;
    let info = Info {
        running: lock::working_on(dir),
        summary: summary::kept(dir),
        files: files.iter().map(|path| file(path)).collect(),
    };
    if info.files.is_empty() && info.summary.is_none() && info.running.is_none() {
        return Err(super::nothing_at(dir));
    }
    if json {
        show::say(&json::line(&info).unwrap_or_default());
    } else {
        tell(dir, &info);
    }
    let broken = info.files.iter().any(|file| !file.open && !file.unreadable.is_empty());
    Ok(if broken { Exit::Output } else { Exit::Complete })
}

fn file(path: &Path) -> FileInfo {
    let mut info = FileInfo {
        file: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: path.metadata().map_or(0, |meta| meta.len()),
        open: path.extension().is_some_and(|ext| ext == "open"),
        records: BTreeMap::new(),
        unreadable: Vec::new(),
    };
    match Records::open(path) {
        Err(why) => info.unreadable.push(why.to_string()),
        Ok(records) => {
            for entry in records.keep(0) {
                match entry {
                    Ok(entry) => *info.records.entry(entry.kind.to_string()).or_default() += 1,
                    Err(why) => info.unreadable.push(why.to_string()),
                }
            }
        }
    }
    info
}

fn tell(dir: &Path, info: &Info) {
    if let Some(who) = &info.running {
        show::say(&format!("A crawl is running here: {}\n", show::clean(who)));
    }
    if let Some(summary) = &info.summary {
        let how = summary.how.map(|how| format!(": {how}")).unwrap_or_default();
        show::say(&format!("Run {}, the last that ended{how}.\n", summary.stats.run));
        // The files follow, with what is in them.
        let summary = Summary { files: Vec::new(), ..summary.clone() };
        show::say(&report::summary(&summary, dir, Direction::of_stdout()));
        show::say("");
    } else if dir.is_dir() {
        show::say("No run of warraq has ended here.\n");
    }
    show::say(&records(&info.files));
    if info.summary.is_some() {
        show::say(&format!("\n{}", report::look_next(dir)));
    }
}

/// The WARC files with their records by type, in columns.
fn records(files: &[FileInfo]) -> String {
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    let number = show::count(files.len() as u64, "WARC file");
    let mut out = vec![format!("{number}, {}:", ByteSize::b(bytes))];
    for file in files {
        let open = if file.open { ", still open" } else { "" };
        let size = ByteSize::b(file.bytes);
        out.push(format!("  {} ({size}{open})", show::clean(&file.file)));
        let counts: Vec<String> = file
            .records
            .iter()
            .map(|(kind, count)| format!("{count} {}", show::clean(kind)))
            .collect();
        let counts = if counts.is_empty() { "no record".to_owned() } else { counts.join(", ") };
        out.push(format!("      {counts}"));
        for why in file.unreadable.iter().take(UNREADABLE_SHOWN) {
            out.push(format!("      unreadable: {}", show::clean(why)));
        }
        let more = file.unreadable.len().saturating_sub(UNREADABLE_SHOWN);
        if more > 0 {
            out.push(format!("      and {more} more"));
        }
    }
    out.join("\n")
}
