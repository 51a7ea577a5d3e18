//! `cargo bench --bench extract [-- DIR]`: pages read per CPU second, from bytes to body, byline,
//! dates, title, language, links and alternates, beside `dom_smoothie`, which gives body, byline,
//! date and title of the same pages.
//!
//! Reads the corpus of the tests, or the pages that `DIR/gold.jsonl` names. `benches/peers.py`
//! measures Python's on the same DIR. Machines differ: compare the ratios.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a program that prints its measurements"
)]

use std::hint::black_box;
use std::path::Path;

#[path = "../tests/corpus/mod.rs"]
mod corpus;
#[path = "../examples/eval/extractors.rs"]
mod extractors;
#[path = "../examples/eval/gold.rs"]
mod gold;
#[path = "../examples/eval/measures.rs"]
mod measures;

use extractors::{Bytes, Speed, dom_smoothie, ours};
use gold::{Gold, Prediction};

/// Pages of one measurement at least.
const AT_LEAST: usize = 1_000;

fn main() {
    let dir = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let pages = dir.map_or_else(written, |dir| given(Path::new(&dir)));
    let bytes: usize = pages.iter().map(|page| page.entity.len()).sum();
    println!("{} pages, {} KB each", pages.len(), bytes / pages.len() / 1_000);
    let rounds = AT_LEAST.div_ceil(pages.len());
    let our = measure("warraq", &pages, rounds, ours);
    let their = measure("dom_smoothie", &pages, rounds, dom_smoothie);
    println!("ratio {:.2}", our.rate() / their.rate());
}

fn measure(
    name: &str,
    pages: &[Bytes],
    rounds: usize,
    extract: impl Fn(&Bytes) -> Prediction,
) -> Speed {
    // The first round fills the tables and the caches.
    let _ = extractors::run(pages, &extract);
    let mut speed = Speed::default();
    for _ in 0..rounds {
        let (said, round) = extractors::run(pages, &extract);
        black_box(said);
        speed.pages += round.pages;
        speed.cpu += round.cpu;
        speed.slowest = speed.slowest.max(round.slowest);
    }
    println!("{name:<14}{speed}");
    speed
}

/// The corpus of the tests.
fn written() -> Vec<Bytes> {
    let bytes = |made: corpus::Made| Bytes {
        id: made.id,
        url: made.url,
        head: made.head,
        entity: made.bytes,
    };
    corpus::pages().into_iter().map(bytes).collect()
}

/// The pages of a gold set.
fn given(dir: &Path) -> Vec<Bytes> {
    let lines = std::fs::read_to_string(dir.join("gold.jsonl")).expect("DIR holds gold.jsonl");
    let gold: Vec<Gold> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a line of gold")).collect();
    extractors::pages(dir, &gold).expect("the pages that gold names")
}
