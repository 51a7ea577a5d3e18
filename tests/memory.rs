//! Memory under a limit: a dozen giants at a time take no more than the budget lets them.
//! `cargo test --test memory -- --nocapture` prints what the largest process came to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

#[path = "hostile/run.rs"]
mod run;
#[path = "hostile/web.rs"]
mod web;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use nix::sys::resource::{UsageWho, getrusage};

use run::{Crawl, watched};
use web::{Web, page, reply};

/// Hosts that send a giant each, at the same time.
const HOSTS: usize = 8;

/// Tags of a giant: its tree takes some 34 MB; without a budget all of them came to 349 MB.
const TAGS: usize = 100_000;

/// Address space the program may have; threads and the allocator's arenas reserve much of it.
const LIMIT_KB: u64 = 3_000_000;

/// Memory it may come to: the program, its state and one giant, not a dozen.
const PEAK_MB: i64 = 220;

#[test]
fn giants_wait_for_one_another() {
    let giant = "<li>a</li>".repeat(TAGS);
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(giant.as_bytes()).unwrap();
    let coded = out.finish().unwrap();
    let web = Web::new(move |asked| match (asked.host.as_str(), asked.path.as_str()) {
        (_, "/robots.txt") => None,
        ("plain.test", path) => Some(page(&format!("<title>{path}</title>"))),
        (host, _) if host.ends_with("5.test") => Some(page(&giant)),
        _ => {
            let fields = ["Content-Type: text/html", "Content-Encoding: gzip"];
            Some(reply(200, &fields, &coded))
        }
    });
    let crawl = Crawl::of(&web);
    let giants = (0..HOSTS).map(|n| format!("http://giant{n}.test/{n}"));
    let plain = (0..10).map(|n| format!("http://plain.test/{n}"));
    let seeds: Vec<String> = giants.chain(plain).collect();
    let mut args: Vec<&str> = seeds.iter().map(String::as_str).collect();
    args.extend(["--memory", "64MiB", "--total-timeout", "30s", "--idle-timeout", "10s"]);
    let inner = crawl.command(&args);
    let mut command = std::process::Command::new("bash");
    let script = format!("ulimit -v {LIMIT_KB}; exec \"$@\"");
    command.args(["-c", &script, "limited"]).arg(inner.get_program()).args(inner.get_args());
    let run = watched(command);
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() / 1024;
    println!("{HOSTS} giants in {:?}: {peak} MB", run.took);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for seed in &seeds {
        assert!(crawl.end(seed).ends_with(" 200"), "{seed}: {}", crawl.end(seed));
    }
    assert!(peak < PEAK_MB, "{peak} MB");
}
