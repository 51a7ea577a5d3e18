//! What a million queued URLs cost, and what a candidate costs when ten million are seen.
//!
//! `cargo bench --bench frontier`. Each shape runs in a process of its own, so that one does not
//! leave memory to the next; times are wall time on whatever else the machine is doing.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a program that prints its measurements"
)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use url::Url;
use warraq::frontier::{Frontier, Settlement, Turn};
use warraq::lead::{Hop, Lead, Outcome};
use warraq::moment::Clock;
use warraq::record::Position;
use warraq::state::seen::Seen;
use warraq::state::{DiskFrontier, Options};

const QUEUED: u64 = 1_000_000;
const FETCHED: u64 = 19_200;
const BATCH: u64 = 64;
const SEEN: u64 = 10_000_000;
const CANDIDATES: u64 = 2_000_000;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("one") => queue("1 site", 1),
        Some("thousand") => queue("1,000 sites", 1_000),
        Some("many") => queue("100,000 sites", 100_000),
        Some("seen") => candidates(),
        _ => {
            for shape in ["one", "thousand", "many", "seen"] {
                let program = std::env::current_exe().unwrap();
                assert!(Command::new(program).arg(shape).status().unwrap().success());
            }
        }
    }
}

/// A URL as Arabic newsrooms write them: about 120 bytes.
fn url(n: u64, sites: u64) -> String {
    format!(
        "https://news-{}.example/2026/11/22/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1-\
         %D8%A7%D9%84%D9%8A%D9%88%D9%85-{n}",
        n % sites
    )
}

fn queue(shape: &str, sites: u64) {
    let dir = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let before = rss();
        let frontier = open(dir.path());
        frontier.begin_run(vec![]).await.unwrap();
        let began = Instant::now();
        for chunk in (0..QUEUED).collect::<Vec<_>>().chunks(100) {
            let lead = |n: &u64| Lead::at(&Url::parse(&url(*n, sites)).unwrap(), Hop::Link);
            frontier.put(chunk.iter().map(lead).collect()).await.unwrap();
        }
        frontier.commit().await.unwrap();
        let put = each(began.elapsed(), QUEUED);
        let grown = rss() - before;
        let on_disk = bytes(&dir.path().join("state"));
        let (lease, ack, commit) = fetch(&frontier).await;
        println!(
            "{QUEUED} queued on {shape}: {} MB RSS more, {} MB on disk, put {put:.1} us (commits included), lease \
             {lease:.1} us, ack {ack:.1} us, commit of {BATCH} {commit:.0} us, RSS {} MB after {FETCHED} visits",
            grown / 1_000_000,
            on_disk / 1_000_000,
            rss() / 1_000_000,
        );
        frontier.close().await.unwrap();
        drop(frontier);
        let began = Instant::now();
        let again = open(dir.path());
        println!("  opened again in {:.2} s, RSS {} MB", began.elapsed().as_secs_f64(), rss() / 1_000_000);
        again.close().await.unwrap();
    });
}

/// Mean microseconds of a lease, of an acknowledgement and of a commit with its syncs.
async fn fetch(frontier: &DiskFrontier) -> (f64, f64, f64) {
    let (mut lease, mut ack, mut commit) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    for n in 1..=FETCHED {
        let began = Instant::now();
        let visit = frontier.lease().await.unwrap().unwrap();
        lease += began.elapsed();
        let end = Settlement {
            outcome: Outcome::Captured { status: 200, truncated: None },
            again: false,
            turn: Turn { due: Clock::system().steady(), delay_ms: Some(0), ..Turn::default() },
            text: None,
            archived: None,
            payload: None,
            validators: None,
            refers_to: None,
            fetch: None,
            learnt: None,
            page: None,
            alternates: vec![],
            refused: vec![],
            event: None,
        };
        let began = Instant::now();
        frontier.ack(&visit, end).await.unwrap();
        ack += began.elapsed();
        if n % BATCH == 0 {
            let began = Instant::now();
            frontier.commit().await.unwrap();
            commit += began.elapsed();
        }
    }
    (each(lease, FETCHED), each(ack, FETCHED), each(commit, FETCHED / BATCH))
}

fn candidates() {
    let mut seen = Seen::new(&[5; 16]);
    let before = rss();
    for n in 0..SEEN {
        let print = seen.print(&url(n, 1_000));
        seen.insert(print);
    }
    let grown = rss() - before;
    let candidates: Vec<String> =
        (0..CANDIDATES).map(|n| url((n * 7_919) % (2 * SEEN), 1_000)).collect();
    let began = Instant::now();
    let known = candidates.iter().filter(|url| seen.has(seen.print(url))).count();
    let cost = each(began.elapsed(), CANDIDATES) * 1_000.0;
    println!(
        "{SEEN} seen: {} MB ({:.1} bytes a URL), a candidate is answered in {cost:.0} ns ({known} \
         of {CANDIDATES} known)",
        grown / 1_000_000,
        grown as f64 / SEEN as f64,
    );
}

fn open(dir: &Path) -> DiskFrontier {
    let durable = Box::new(|| Ok(Position::default()));
    let mut options = Options::new(dir.to_owned(), Clock::system(), [5; 16], durable);
    // Commits are asked for, so that they can be timed apart.
    options.commit_every = usize::MAX;
    options.commit_after = Duration::from_hours(1);
    DiskFrontier::open(options).unwrap().frontier
}

fn each(time: Duration, times: u64) -> f64 {
    time.as_secs_f64() * 1e6 / times as f64
}

/// Resident bytes, from the second field of `statm` in pages of 4 KiB.
fn rss() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4_096
}

fn bytes(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let meta = entry.metadata().unwrap();
            if meta.is_dir() { bytes(&entry.path()) } else { meta.len() }
        })
        .sum()
}
