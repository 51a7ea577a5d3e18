//! Where a text stands in all that a crawl left behind: in files as they lie, and in records.

use std::io::Read;
use std::path::Path;

use warraq::record::name;
use warraq::record::reader::Records;

/// Everywhere below `folder` where `what` stands: paths of files, `kind URL` of records.
pub(crate) fn found(folder: &Path, what: &str) -> Vec<String> {
    let mut places = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for path in std::fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if stands_in(&std::fs::read(&path).unwrap(), what) {
                places.push(path.display().to_string());
            }
        }
    }
    for file in name::files(folder).unwrap() {
        for entry in Records::open(&file).unwrap().map(Result::unwrap) {
            let mut block = Vec::new();
            entry.block.reader().read_to_end(&mut block).unwrap();
            let header = format!("{:?}", entry.header);
            if header.contains(what) || stands_in(&block, what) {
                places.push(format!("{} {}", entry.kind, entry.target_uri().unwrap_or_default()));
            }
        }
    }
    places
}

fn stands_in(bytes: &[u8], what: &str) -> bool {
    memchr::memmem::find(bytes, what.as_bytes()).is_some()
}
