//! Scores the extractor on pages with gold: body, byline, date and title, beside its peers.
//!
//! `cargo run --release --example eval -- DIR [--predictions OUT.jsonl] [--floors FILE] [--worst N]`
//!
//! DIR holds `gold.jsonl` and the gzip files it names (`gold.rs` has the fields). Of the peers,
//! `dom_smoothie` reads the same pages here and now; the others' rows are those measured once on
//! the public set, and say something only on it. With `--floors` a figure below its floor makes
//! the exit code 1. Speed is that of one thread, reading from bytes to values.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a program that prints its measurements; bad input ends it"
)]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

mod extractors;
mod gold;
mod measures;
mod report;

use extractors::{Speed, dom_smoothie, ours};
use gold::{Gold, Prediction, score};
use report::{COLUMNS, Scored};

/// The command line.
#[derive(Default)]
struct Asked {
    dir: String,
    predictions: Option<String>,
    floors: Option<String>,
    worst: usize,
}

fn asked() -> anyhow::Result<Asked> {
    let mut asked = Asked::default();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--predictions" => asked.predictions = Some(value()?),
            "--floors" => asked.floors = Some(value()?),
            "--worst" => asked.worst = value()?.parse()?,
            _ => asked.dir = arg,
        }
    }
    anyhow::ensure!(!asked.dir.is_empty(), "give the folder that holds gold.jsonl");
    Ok(asked)
}

fn main() -> anyhow::Result<ExitCode> {
    let asked = asked()?;
    let dir = Path::new(&asked.dir);
    let lines = fs::read_to_string(dir.join("gold.jsonl")).context("gold.jsonl cannot be read")?;
    let gold: Vec<Gold> =
        lines.lines().map(serde_json::from_str).collect::<Result<_, _>>().context("gold.jsonl")?;
    let pages = extractors::pages(dir, &gold)?;
    let (said, speed) = extractors::run(&pages, ours);
    let (theirs, their_speed) = extractors::run(&pages, dom_smoothie);
    if let Some(path) = &asked.predictions {
        let lines: Result<Vec<String>, _> = said.iter().map(serde_json::to_string).collect();
        fs::write(path, lines?.join("\n") + "\n").with_context(|| path.clone())?;
    }
    let ours = scored(&gold, &said);
    let theirs = scored(&gold, &theirs);
    let row = report::row(&ours);
    tell(&ours, &theirs, (speed, their_speed));
    worst(&ours, asked.worst);
    let floors = asked.floors.map(fs::read_to_string).transpose()?;
    let below = report::below(&row, floors.as_deref().unwrap_or_default());
    for line in &below {
        eprintln!("below its floor: {line}");
    }
    Ok(if below.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn scored<'g>(gold: &'g [Gold], said: &[Prediction]) -> Vec<Scored<'g>> {
    gold.iter().zip(said).map(|(gold, said)| (gold, score(gold, said))).collect()
}

fn tell(ours: &[Scored<'_>], theirs: &[Scored<'_>], (our_speed, their_speed): (Speed, Speed)) {
    println!("{} pages\n\n{}", ours.len(), report::head(&COLUMNS));
    println!("{}", report::line("warraq", &report::row(ours)));
    println!("{}", report::line("dom_smoothie, now", &report::row(theirs)));
    for (name, values) in report::peers(0).1 {
        println!("{}", report::line(name, &values));
    }
    let languages = report::languages(ours);
    let titles: Vec<String> = languages.iter().map(|(l, n)| format!("{l} ({n})")).collect();
    println!("\n{}", report::head(&titles.iter().map(String::as_str).collect::<Vec<_>>()));
    let by_language = |pages: &[Scored<'_>]| -> Vec<f64> {
        languages.iter().map(|(lang, _)| report::of_language(pages, lang)).collect()
    };
    println!("{}", report::line("warraq", &by_language(ours)));
    println!("{}", report::line("dom_smoothie, now", &by_language(theirs)));
    let (columns, rows) = report::peers(1);
    for (name, values) in rows {
        let of = |lang: &String| columns.iter().position(|column| column == lang);
        let cell = |lang: &String| of(lang).map_or(f64::NAN, |at| values[at]);
        let cells: Vec<f64> = languages.iter().map(|(lang, _)| cell(lang)).collect();
        println!("{}", report::line(name, &cells));
    }
    println!("\n{}", report::besides(ours));
    println!("warraq: {our_speed}\ndom_smoothie: {their_speed}");
}

/// The pages whose bodies are furthest from their gold.
fn worst(pages: &[Scored<'_>], count: usize) {
    let mut bodies: Vec<_> =
        pages.iter().filter_map(|(gold, score)| Some((score.body?, gold))).collect();
    bodies.sort_by(|a, b| a.0.f1.total_cmp(&b.0.f1));
    for (body, gold) in bodies.iter().take(count) {
        let (p, r) = (body.precision, body.recall);
        println!("{:.3} (P {p:.3}, R {r:.3}) {} {}", body.f1, gold.id, gold.page);
    }
}
