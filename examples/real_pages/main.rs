//! Crawls a folder of real pages as if they were the live web: every page under its own host name,
//! over TLS where its URL says https, from a server on loopback.
//!
//! `cargo run --release --example real_pages -- PAGES [INTO]`, where the folder PAGES holds
//! `gold.jsonl` (one JSON object a line with `id`, `url`, `page`, `charset`) and the gzip files it
//! names. Leaves the archive in INTO and prints the texts that were read from it.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    reason = "an example: what is not as it must be ends it"
)]

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

mod server;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(pages) = args.next().map(PathBuf::from) else {
        eprintln!("usage: real_pages PAGES [INTO]");
        return ExitCode::from(2);
    };
    let into = args.next().unwrap_or_else(|| "real-pages-archive".to_owned());
    fs::create_dir_all(&into).expect("INTO can be made");
    let web = server::Pages::load(&pages).expect("PAGES holds gold.jsonl and its pages");
    let seeds = format!("{into}/seeds.txt");
    fs::write(&seeds, web.urls().join("\n")).expect("INTO can be written");
    let ca = format!("{into}/test-ca.pem");
    let ports = server::serve(web, ca.as_ref());
    let (plain, tls) =
        (format!("*:80:127.0.0.1:{}", ports.plain), format!("*:443:127.0.0.1:{}", ports.tls));
    let crawled = warraq::cli::run([
        "warraq",
        "crawl",
        "--seeds",
        &seeds,
        "--into",
        &into,
        "--contact",
        "real-pages@warraq.test",
        "--delay",
        "0",
        "--retries",
        "0",
        "--allow-private",
        "--resolve",
        &plain,
        "--resolve",
        &tls,
        "--ca-file",
        &ca,
    ]);
    warraq::cli::run(["warraq", "text", &into]);
    crawled
}
