//! Names of WARC files: `PREFIX-YYYYMMDDhhmmssmmm-SERIAL-HOST.warc.gz` (WARC 1.1 Annex C).
//!
//! While a file is written its name ends in `.open`; who reads an archive sees both. The serial
//! orders the files of a folder. Nothing here opens or writes a file.

use std::io;
use std::path::{Path, PathBuf};

use crate::moment::Moment;

/// What a file that is still being written ends in.
pub const OPEN: &str = ".open";

/// What the host part of a file ends in that tells of a run and holds no captures.
pub const META: &str = "-meta";

/// The name of a WARC file begun at `at`.
pub fn warc_name(prefix: &str, at: Moment, serial: u64, host: &str) -> String {
    format!("{prefix}-{}-{serial:05}-{}.warc.gz", at.stamp17(), host_part(host))
}

/// The name of the file begun at `at` that tells of a run.
pub fn meta_name(prefix: &str, at: Moment, serial: u64, host: &str) -> String {
    format!("{prefix}-{}-{serial:05}-{}{META}.warc.gz", at.stamp17(), host_part(host))
}

/// Whether a name is that of a file that tells of a run.
pub fn is_meta(name: &str) -> bool {
    name.strip_suffix(OPEN).unwrap_or(name).ends_with("-meta.warc.gz") && serial_of(name).is_some()
}

/// A machine's name as it may stand in a file name, and such that no file of captures is named
/// like one that tells of a run.
fn host_part(host: &str) -> String {
    let kept = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let mut name: String = host.chars().filter(kept).take(63).collect();
    if name.is_empty() {
        "localhost".clone_into(&mut name);
    } else if name.ends_with(META) || name == "meta" {
        name.push('_');
    }
    name
}

/// The serial of a name after Annex C, whoever wrote it: the number behind the stamp.
pub fn serial_of(name: &str) -> Option<u64> {
    let stem = name.strip_suffix(OPEN).unwrap_or(name);
    let stem = stem.strip_suffix(".gz").unwrap_or(stem).strip_suffix(".warc")?;
    let mut parts = stem.split('-');
    let is_stamp =
        |part: &str| matches!(part.len(), 14 | 17) && part.bytes().all(|b| b.is_ascii_digit());
    parts.by_ref().find(|part| is_stamp(part))?;
    parts.next()?.parse().ok()
}

/// The name a reader knows the file by: without `.open`.
pub fn final_name(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.strip_suffix(OPEN).unwrap_or(&name).to_owned()
}

/// Whether a name, `.open` taken off, is that of a WARC file.
pub fn is_warc(name: &str) -> bool {
    let plain = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(name);
    let name = Path::new(plain);
    name.extension().is_some_and(|extension| extension == "warc")
}

/// The WARC files of a folder, the one still open included, in the order of their serials; files
/// without a serial come first, by name. A folder that does not exist holds none.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(why),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = final_name(&path);
        if is_warc(&name) && path.is_file() {
            found.push((serial_of(&name).unwrap_or(0), name, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, _, path)| path).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_tells_of_a_run_is_known_by_its_name() {
        let at = Moment::from_millis(1_795_339_800_125);
        let meta = meta_name("w", at, 3, "desk");
        assert_eq!(meta, "w-20261122093000125-00003-desk-meta.warc.gz");
        assert!(is_meta(&meta) && is_meta(&format!("{meta}.open")));
        assert_eq!(serial_of(&meta), Some(3));
        for host in ["desk", "desk-meta", "meta", "-meta"] {
            assert!(!is_meta(&warc_name("w", at, 3, host)), "{host}");
        }
        assert!(!is_meta("news-meta.warc.gz"), "somebody else's");
    }

    #[test]
    fn a_name_says_its_serial() {
        let at = Moment::from_millis(1_795_339_800_125);
        let name = warc_name("warraq", at, 7, "desk-1.example/..");
        assert_eq!(name, "warraq-20261122093000125-00007-desk-1.example...warc.gz");
        assert_eq!(serial_of(&name), Some(7));
        assert_eq!(serial_of(&format!("{name}.open")), Some(7));
        assert_eq!(serial_of("CC-NEWS-20260101000000-01234.warc.gz"), Some(1234));
        assert_eq!(serial_of("a-b-20260101000000-00003-h.warc"), Some(3));
        for odd in ["", "x.warc.gz", "a-20260101000000.warc.gz", "a-20260101000000-x.warc.gz"] {
            assert_eq!(serial_of(odd), None, "{odd}");
        }
    }
}
