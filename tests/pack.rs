//! Packing: a crawl and anybody's WARCs become packages that read back whole, and what cannot go
//! in or will not replay is said.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "pack/crawled.rs"]
mod crawled;
#[path = "pack/foreign.rs"]
mod foreign;
#[path = "site/mod.rs"]
mod site;
#[path = "pack/warcs.rs"]
mod warcs;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use warraq::event::{Event, Watch};
use warraq::moment::Moment;
use warraq::pack::{Job, PackError, Packed, pack};

pub(crate) const NOW: Moment = Moment::from_millis(1_795_339_800_125);

/// Packs `inputs` of a folder into its `out`, and gives what the watch was told.
pub(crate) fn packed(
    folder: &Path,
    inputs: &[&str],
    out: &str,
    change: impl FnOnce(&mut Job),
) -> (Result<Packed, PackError>, Vec<String>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&told);
    let mut job = Job {
        inputs: inputs.iter().map(|input| folder.join(input)).collect(),
        out: folder.join(out),
        title: None,
        description: None,
        size_limit: None,
        text: true,
        watch: Watch::new(move |event| {
            if let Event::Warning { text } = event {
                ear.lock().unwrap().push(text.clone());
            }
        }),
    };
    change(&mut job);
    let result = pack(&job, NOW);
    (result, std::mem::take(&mut told.lock().unwrap()))
}

/// The names in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(crate) fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}
