//! Two crawls of one small newspaper, on loopback: between them one page changes, one goes, one
//! moves and one is new. The second run stores these, and of all others only that they stayed.
//!
//! `cargo run --release --example recrawl [FOLDER]` leaves both runs' WARCs in FOLDER
//! (`recrawl-archive` when none is given); together they replay every capture of either run.

#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::time::Duration;

use warraq::{Clock, Job, Lead, Settings, Stop, Watch, crawl};

#[path = "../tests/recrawl/press.rs"]
mod press;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "recrawl-archive".to_owned());
    let press = press::Press::start(true);
    for edition in 1..=2 {
        press.publish(edition);
        // Replay tools tell captures apart by the second.
        std::thread::sleep(Duration::from_secs(u64::from(edition - 1)));
        let job = Job {
            settings: Settings {
                depth: 2,
                allow_private: true,   // loopback
                delay: Duration::ZERO, // our own machine
                ..Settings::new(folder.clone().into(), "demo@warraq.test")
            },
            seeds: vec![Lead::seed(&press.url("/"))?],
            recover: false,
            clock: Clock::system(),
            disk: warraq::disk::Disk::real(),
            watch: Watch::none(),
            stop: Stop::default(),
        };
        let ended = tokio::runtime::Runtime::new()?.block_on(crawl::run(job))?;
        let asked = press.asked();
        let conditional = asked.iter().filter(|asked| asked.is_conditional()).count();
        let stats = ended.summary.stats;
        println!(
            "edition {edition}: {} requests, {conditional} of them conditional; {} captured, {} moved, \
             {} unchanged",
            asked.len(),
            stats.captured,
            stats.moved,
            stats.revisits
        );
    }
    Ok(())
}
