//! What a crawl of hostile pages, and every command on hostile archives, may not let out: secrets,
//! control bytes, forged lines; and what it must tell: which body was cut, by what, after how much.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "a test that cannot go on has failed"
)]

#[path = "output/canary.rs"]
mod canary;
#[path = "output/cookies.rs"]
mod cookies;
#[path = "output/cut.rs"]
mod cut;
#[path = "hostile/found.rs"]
mod found;
#[path = "hostile/run.rs"]
mod run;
#[path = "output/terminal.rs"]
mod terminal;
#[path = "hostile/web.rs"]
mod web;

use std::path::Path;
use std::process::Command;

use run::{Run, watched};

/// Every command that tells something of an archive, as people and as scripts ask for it.
const COMMANDS: &[&[&str]] = &[
    &["info"],
    &["info", "--json"],
    &["text"],
    &["groups"],
    &["groups", "--json"],
    &["groups", "--audit"],
    &["groups", "--audit", "--json"],
    &["verify"],
    &["verify", "--json"],
    &["index"],
    &["state", "rebuild"],
];

/// What each of them tells of `folder`.
fn all_commands(folder: &Path) -> Vec<(String, Run)> {
    let run = |words: &&[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_warraq"));
        command.args(*words).arg(folder);
        (words.join(" "), watched(command))
    };
    COMMANDS.iter().map(run).collect()
}
