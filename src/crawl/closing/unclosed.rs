//! Unclosed runs: those that ended without a `-meta` file, so that no later run forgets them.
//!
//! A run that was stopped at once, or sealed no WARC, has no closing; its summary stands in
//! `DIR/unclosed.jsonl`, a line a run, without what the folder holds as a whole (groups, files,
//! authors). Only reports read it; what such a run fetched is closed by the next that ends in order.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Write};
use std::path::Path;

use crate::crawl::summary::Summary;
use crate::disk::Disk;
use crate::json;

/// Its name in the folder of a crawl.
const FILE: &str = "unclosed.jsonl";

/// The longest line that is read: 100,000 failed seeds have some 10 MB.
const MAX_LINE: u64 = 16 << 20;

/// Notes a run. Effect on the folder: a line in `unclosed.jsonl`.
pub(in crate::crawl) fn note(summary: &Summary, into: &Path, disk: &Disk) -> io::Result<()> {
    let of_the_run = Summary {
        authors: BTreeSet::new(),
        groups: Vec::new(),
        comparable: Vec::new(),
        depends_on: Vec::new(),
        files: Vec::new(),
        ..summary.clone()
    };
    let how = OpenOptions::new().append(true).create(true).clone();
    let line = json::line(&of_the_run)? + "\n";
    disk.open(&into.join(FILE), &how)?.write_all(line.as_bytes())
}

/// The runs of a folder that have no closing, oldest first. A line that cannot be read is none.
pub(crate) fn unclosed(into: &Path) -> Vec<Summary> {
    let Ok(file) = File::open(into.join(FILE)) else { return Vec::new() };
    json::lines(BufReader::new(file), MAX_LINE).flatten().collect()
}
