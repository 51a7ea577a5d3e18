//! The export room: corpora of anybody's archives, in every format, the same bytes every time.

#![allow(clippy::format_collect, reason = "fixtures are made once")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed"
)]

#[path = "export/again.rs"]
mod again;
#[path = "export/choice.rs"]
mod choice;
#[path = "export/foreign.rs"]
mod foreign;
#[path = "export/formats.rs"]
mod formats;
#[path = "export/made.rs"]
mod made;
#[path = "site/mod.rs"]
mod site;
#[path = "export/typed.rs"]
mod typed;
#[path = "export/whole.rs"]
mod whole;

use std::path::{Path, PathBuf};

use serde_json::Value;
use warraq::export::dedup::Keep;
use warraq::export::error::ExportError;
use warraq::export::filter::Filters;
use warraq::export::format::Format;
use warraq::export::gather::Halt;
use warraq::export::inputs::{Meter, resolve};
use warraq::export::item::Lost;
use warraq::export::job::{self, Job, Told};
use warraq::export::schema::COLUMNS;
use warraq::export::shards::{Output, Plan};

/// An export of `inputs` to a folder, all columns as JSON lines.
fn job(inputs: &[&Path], out: &Path) -> Job {
    let paths: Vec<PathBuf> = inputs.iter().map(|&path| path.to_owned()).collect();
    Job {
        inputs: resolve(&paths).unwrap(),
        plan: Plan {
            output: Output::Folder(out.to_owned()),
            format: Format::Jsonl,
            compress: None,
            shard_size: None,
            columns: COLUMNS.to_vec(),
        },
        filters: Filters::default(),
        dedup: None,
        parallel: warraq::export::parallel::Options::default(),
        keep: Keep::Newest,
        manifest: false,
        resume: false,
        threads: 2,
        meter: Meter::default(),
        halt: Halt::default(),
    }
}

/// Runs it; what it told, and what it could not read.
fn run(job: &Job) -> Result<(Told, Vec<Lost>), ExportError> {
    let mut lost = Vec::new();
    let told = job::run(job, |why| lost.push(why.clone()))?;
    Ok((told, lost))
}

/// The rows of an export of `inputs` with all columns.
fn rows(inputs: &[&Path]) -> (Vec<Value>, Told, Vec<Lost>) {
    let out = tempfile::tempdir().unwrap();
    let (told, lost) = run(&job(inputs, out.path())).unwrap();
    (read(&out.path().join("data/documents.jsonl")), told, lost)
}

/// The lines of a file of JSON lines.
fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The URLs of rows.
fn urls(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["url"].as_str().unwrap()).collect()
}

/// Every file below a folder with its bytes, by its path in it.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<(PathBuf, Vec<u8>)>) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_owned();
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}
