//! Crawls a dozen small webs, each declaring its translations in the manner of one system, from
//! articles in one language only, and prints what was found and grouped against the truth.
//!
//! `cargo run --example webs [INTO]`. Needs no network.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "an example: what is not as it must be ends it"
)]

#[path = "../tests/webs/mod.rs"]
mod webs;

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.len() > 1 || args.iter().any(|arg| arg.starts_with('-')) {
        println!(
            "usage: webs [INTO]\n\nINTO is made and holds seeds.txt and archive/ [webs-archive]"
        );
        let asked = args.iter().all(|arg| arg == "-h" || arg == "--help");
        return ExitCode::from(if asked { 0 } else { 2 });
    }
    let into = args.first().map_or_else(|| PathBuf::from("webs-archive"), PathBuf::from);
    let all = webs::all();
    let site = webs::serve(&all);
    let (seeds, archive) = (into.join("seeds.txt"), into.join("archive"));
    std::fs::create_dir_all(&into).expect("INTO can be made");
    std::fs::write(&seeds, webs::seeds(&all).join("\n")).expect("INTO can be written");
    let (seeds, folder) = (seeds.display().to_string(), archive.display().to_string());
    let flags = ["--depth", "1", "--sitemaps", "--delay", "0", "--quiet", "--allow-private"];
    let command = ["warraq", "crawl", "--contact", "webs@warraq.test", "--seeds", &seeds];
    let resolve = site.resolve();
    let reach = ["--into", &folder, "--resolve", &resolve];
    let ended = warraq::cli::run(command.iter().chain(&flags).chain(&reach));
    println!("{}", webs::measure::table(&all, &webs::measure::measure(&all, &archive)));
    ended
}
