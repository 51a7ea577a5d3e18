//! What a million declarations cost: time to take them in, time to form groups, memory.
//!
//! `cargo bench --bench groups`. 250,000 articles in five languages on 500 hosts: four edges a page,
//! with the noise real sites bring (switchers that lead home, links to wrong articles, one-way
//! links). Each shape runs in a process of its own; times are wall time.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a program that prints its measurements"
)]

use std::process::Command;
use std::time::Instant;

use warraq::groups::Builder;
use warraq::lang::Lang;
use warraq::page::print::TextPrint;
use warraq::page::{Alternate, PageKind, Place, Signal};
use warraq::record::trace::PageRow;

const LANGS: [&str; 5] = ["ar", "en", "fr", "fa", "es"];
const STORIES: u64 = 50_000;
const HOSTS: u64 = 500;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("bare") => measure("without texts", false),
        Some("texts") => measure("with a print of each text", true),
        _ => {
            for shape in ["bare", "texts"] {
                let program = std::env::current_exe().unwrap();
                assert!(Command::new(program).arg(shape).status().unwrap().success());
            }
        }
    }
}

fn url(story: u64, lang: usize) -> String {
    let host = story % HOSTS;
    format!("https://news-{host}.example/{}/2026/11/22/story-of-the-day-{story}/", LANGS[lang])
}

fn alternate(url: String, lang: usize, signal: Signal) -> Alternate {
    Alternate {
        url_raw: url.clone(),
        url,
        about: None,
        lang: Lang::parse(LANGS[lang]),
        lang_raw: LANGS[lang].to_owned(),
        signal,
        place: Place::Head,
    }
}

/// A page and what it declares: the other four languages, one in ten of them wrongly.
fn page(story: u64, lang: usize, texts: bool) -> (PageRow, Vec<Alternate>) {
    let others = (0..LANGS.len()).filter(|other| *other != lang);
    let alternates = others.map(|other| match (story + other as u64) % 10 {
        0 => alternate(url((story + HOSTS) % STORIES, other), other, Signal::AnchorHreflang),
        _ => alternate(url(story, other), other, Signal::HeadLink),
    });
    let number = |n: u64| (story.wrapping_mul(2_654_435_761).wrapping_add(n * 97) % 60_000) as u16;
    let print = || {
        let mut numbers: Vec<u16> = (0..14).map(number).collect();
        numbers.sort_unstable();
        let hash = story * 8 + lang as u64;
        TextPrint { hash, numbers, paragraphs: vec![400; 12], count: 12, ..TextPrint::default() }
    };
    let row = PageRow {
        url: url(story, lang),
        kind: PageKind::Article,
        title: Some(format!("The story of the day, number {story}")),
        declared: Lang::parse(LANGS[lang]),
        detected: Lang::parse(LANGS[lang]),
        length: 4_000,
        text: texts.then(print),
        ..PageRow::default()
    };
    (row, alternates.collect())
}

fn measure(what: &str, texts: bool) {
    let before = memory("VmRSS");
    let (mut edges, mut spent) = (0, 0.0);
    let mut builder = Builder::new();
    for story in 0..STORIES {
        for lang in 0..LANGS.len() {
            let (row, alternates) = page(story, lang, texts);
            edges += alternates.len();
            let began = Instant::now();
            builder.add(&row, &alternates, None);
            spent += began.elapsed().as_secs_f64();
        }
    }
    let held = memory("VmRSS") - before;
    let began = Instant::now();
    let groups = builder.finish();
    let formed = began.elapsed().as_secs_f64();
    let peak = memory("VmHWM") - before;
    let members: usize = groups.iter().map(|group| group.members.len()).sum();
    println!("{what}: {edges} edges of {} pages", STORIES * LANGS.len() as u64);
    println!("  taken in {spent:.1} s, {:.0} bytes an edge", held as f64 / edges as f64);
    println!(
        "  formed   {formed:.1} s, {:.0} bytes an edge at the peak, groups included",
        peak as f64 / edges as f64
    );
    println!("  {} groups, {members} members", groups.len());
}

/// A line of the process's own account, in bytes.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let found = status.lines().find(|text| text.starts_with(line));
    let number = found.and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    number.unwrap_or_default() * 1024
}
