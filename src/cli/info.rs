//! `warraq info`.

use std::collections::BTreeMap;
use std::path::Path;

use bytesize::ByteSize;
use serde::Serialize;

use super::{Exit, Stopped, show};
use crate::crawl::summary::{self, Summary};
use crate::record::name;
use crate::record::reader::Records;
use crate::state::lock;

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
    if !dir.is_dir() {
        return Err(Stopped::usage(format!("{}: no such folder", dir.display())));
    }
    let files = name::files(dir).map_err(|why| Stopped::new(Exit::Output, why))?;
    let info = Info {
        running: lock::working_on(dir),
        summary: summary::kept(dir),
        files: files.iter().map(|path| file(path)).collect(),
    };
    if info.files.is_empty() && info.summary.is_none() && info.running.is_none() {
        return Err(Stopped::usage(format!(
            "{}: no WARC file and no state here; give the folder of `crawl --into`",
            dir.display()
        )));
    }
    if json {
        show::say(&serde_json::to_string(&info).unwrap_or_default());
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
            for entry in records {
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
    let dir = dir.display().to_string();
    if let Some(who) = &info.running {
        show::say(&format!("A crawl is running here: {}\n", show::clean(who)));
    }
    match &info.summary {
        Some(summary) => {
            show::say(&format!("Run {}, the last that ended:\n", summary.stats.run));
            show::say(&show::summary(summary, &dir));
        }
        None => show::say("No run has ended here yet."),
    }
    show::say("\nRecords:\n");
    for file in &info.files {
        let counts: Vec<String> =
            file.records.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let open = if file.open { ", still open" } else { "" };
        let size = ByteSize::b(file.bytes);
        show::say(&format!("  {} ({size}{open})\n      {}", file.file, counts.join(", ")));
        for why in &file.unreadable {
            show::say(&format!("      unreadable: {}", show::clean(why)));
        }
    }
}
