//! The main job, without any network: serves the bundled multilingual web on loopback and crawls
//! it from one Arabic article.
//!
//! `cargo run --release --example demo [FOLDER]` leaves WARCs, state and ledger in FOLDER
//! (`demo-archive` when none is given). Run it again and the second run stores nothing twice.

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::process::ExitCode;

#[path = "../tests/site/mod.rs"]
mod site;

fn main() -> ExitCode {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "demo-archive".to_owned());
    let web = site::Site::start();
    let (seed, port) = (web.seed_url(), web.port());
    println!("The bundled web listens on 127.0.0.1:{port}; crawling it from {seed}\n");
    // What follows is the command line a user would type:
    let resolve = format!("*:80:127.0.0.1:{port}");
    warraq::cli::run([
        "warraq",
        "crawl",
        &seed,
        "--contact",
        "demo@warraq.test",
        "--into",
        &folder,
        "--depth",
        "2",
        "--sitemaps",
        "--feeds",
        "--delay",
        "100ms",
        "--allow-private",
        "--resolve",
        &resolve,
    ])
}
