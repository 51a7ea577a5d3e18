//! `cargo bench --bench crawl [-- PAGES [BYTES]]`: a whole crawl of local pages, politeness off.
//!
//! The site is served by this process, the crawl is a child of it, so the child's CPU time and
//! memory are the crawler's alone. Prints pages/s, CPU seconds per 1,000 pages and peak RSS.
//! Machines differ: compare ratios on one machine, never figures from two.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark talks to whoever runs it, and ends when it cannot measure"
)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

#[path = "../tests/site/mod.rs"]
mod site;

use site::bulk::Bulk;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let pages = numbers.next().unwrap_or(2_000);
    let bytes = numbers.next().unwrap_or(50_000);
    let options = site::Options {
        bulk: Some(Bulk { pages, bytes }),
        forget_bytes: true,
        ..site::Options::default()
    };
    let web = site::Site::open(options).expect("a free port");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let began = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_warraq"))
        .args(["crawl", &Bulk::url(0), "--contact", "bench@warraq.test", "--into"])
        .arg(dir.path())
        .args(["--depth", "99", "--delay", "0", "--per-host", "16", "--concurrency", "16"])
        .args(["--allow-private", "--quiet", "--resolve", &web.resolve()])
        .stdout(Stdio::null())
        .status()
        .expect("the crawler starts");
    let wall = began.elapsed();
    assert!(status.success(), "the crawl ended with {status}");
    let used = getrusage(UsageWho::RUSAGE_CHILDREN).expect("the kernel counts");
    let cpu = seconds(used.user_time()) + seconds(used.system_time());
    let fetched = web.arrivals().len();
    let thousands = fetched as f64 / 1_000.0;
    println!("pages fetched            {fetched} of {bytes} bytes and more");
    println!("pages/s                  {:.0}", fetched as f64 / wall.as_secs_f64());
    println!("CPU s per 1,000 pages    {:.2}", cpu / thousands);
    println!(
        "  user / system          {:.2} / {:.2}",
        seconds(used.user_time()) / thousands,
        seconds(used.system_time()) / thousands
    );
    println!("peak RSS                 {} MB", used.max_rss() / 1024);
    println!("archive                  {} MB", archive_bytes(dir.path()) / 1_000_000);
}

fn seconds(time: TimeVal) -> f64 {
    let micros = u64::try_from(time.tv_usec()).unwrap_or(0);
    let whole = u64::try_from(time.tv_sec()).unwrap_or(0);
    (Duration::from_secs(whole) + Duration::from_micros(micros)).as_secs_f64()
}

fn archive_bytes(dir: &std::path::Path) -> u64 {
    let files = std::fs::read_dir(dir).expect("the folder is there").flatten();
    let warcs = files.filter(|file| file.path().extension().is_some_and(|ext| ext == "gz"));
    warcs.filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum()
}
