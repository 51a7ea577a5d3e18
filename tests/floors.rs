//! The floors of ARCHITECTURE.md: a file uses its own floor or a lower one, and nothing is large.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that meets the unexpected fails, and should"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by floor, as ARCHITECTURE.md lists them.
const FLOORS: &[(u8, &[&str])] = &[
    (
        0,
        &[
            "address", "digest", "disk", "event", "head", "json", "lang", "lead", "moment",
            "settings", "surt",
        ],
    ),
    (1, &["seeds", "record", "page", "groups", "align"]),
    (2, &["frontier", "state", "index", "dedup", "wacz"]),
    (3, &["politeness", "capture"]),
    (4, &["crawl", "export", "metrics", "pack", "report", "verify"]),
    (5, &["cli", "main", "lib"]),
];

/// Crates that a floor may not use: the formats below know no runtime, no store and no network.
const FORBIDDEN: &[(u8, &[&str])] = &[
    (0, &["tokio", "sled", "reqwest", "rustls", "clap", "anyhow"]),
    (1, &["tokio", "sled", "reqwest", "rustls", "clap", "anyhow"]),
    (2, &["reqwest", "rustls", "clap", "anyhow"]),
    (3, &["sled", "clap", "anyhow"]),
    (4, &["sled", "clap", "anyhow"]),
];

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            into.push(path);
        }
    }
}

fn all(dir: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(dir), &mut files);
    files
}

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(_, rooms)| rooms.contains(&room)).map(|(floor, _)| *floor)
}

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Names that follow `prefix` in code lines, as in `crate::NAME`. Tests within a file may use
/// whatever they need.
fn names_after<'a>(code: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    code.split("#[cfg(test)]")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(move |line| line.split(prefix).skip(1))
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(""))
}

#[test]
fn nobody_reaches_up() {
    for path in all("src") {
        let room = room_of(&path);
        let here = floor(&room).unwrap_or_else(|| panic!("{room} stands on no floor"));
        let code = fs::read_to_string(&path).unwrap();
        for used in names_after(&code, "crate::") {
            // An item of the crate root (a re-export) is no room.
            let Some(there) = floor(used) else { continue };
            assert!(there <= here, "{} (floor {here}) uses {used} (floor {there})", path.display());
        }
    }
}

#[test]
fn lower_floors_know_no_runtime() {
    for path in all("src") {
        let here = floor(&room_of(&path)).unwrap();
        let code = fs::read_to_string(&path).unwrap();
        for (_, crates) in FORBIDDEN.iter().filter(|(floor, _)| *floor == here) {
            for name in *crates {
                let uses = names_after(&code, "use ").any(|used| used == *name);
                assert!(!uses, "{} (floor {here}) uses the crate {name}", path.display());
            }
        }
    }
}

#[test]
fn files_are_nouns_of_readable_size() {
    for path in all("src").into_iter().chain(all("tests")).chain(all("examples")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 500, "{} has {lines} lines; 500 is the hard stop", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap();
        let vague = ["utils", "common", "helpers", "manager", "types", "misc"];
        assert!(!vague.contains(&name), "{} has no noun of its own", path.display());
    }
}

#[test]
fn every_source_file_says_what_it_is() {
    for path in all("src") {
        let code = fs::read_to_string(&path).unwrap();
        assert!(code.starts_with("//!"), "{} does not open with its story", path.display());
    }
}
