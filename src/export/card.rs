//! The dataset card: `README.md` in Hugging Face's form, with statistics and a chart for each.
//!
//! The folder can be published as it is. The card says what the export says of itself and no more:
//! no license is guessed, and rights signals are pointed at, not judged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::chart::bars;
use super::choices;
use super::document::{EXTRACTOR, VERSION};
use super::error::ExportError;
use super::features;
use super::format::Format;
use super::job::{Job, Told};
use super::part;
use super::shards::Plan;
use super::statistics::{OfLanguage, Statistics};
use crate::json;

/// The folder of the charts.
const CHARTS: &str = "charts";

/// Writes card, statistics and charts into the folder of an export.
pub(super) fn write(
    folder: &Path,
    job: &Job,
    told: &Told,
    statistics: &Statistics,
) -> Result<(), ExportError> {
    let text = json::pretty(statistics).map_err(std::io::Error::from)?;
    part::whole(&folder.join("statistics.json"), format!("{text}\n").as_bytes())?;
    let charts = folder.join(CHARTS);
    std::fs::create_dir_all(&charts).map_err(ExportError::output(&charts))?;
    for chart in charts_of(statistics).iter().filter(|chart| !chart.rows.is_empty()) {
        let svg = bars(chart.title, &chart.rows);
        part::whole(&charts.join(format!("{}.svg", chart.name)), svg.as_bytes())?;
    }
    part::whole(&folder.join("README.md"), card(job, told, statistics).as_bytes())
}

struct Chart {
    name: &'static str,
    title: &'static str,
    rows: Vec<(String, u64)>,
}

fn charts_of(told: &Statistics) -> Vec<Chart> {
    let of = |number: fn(&OfLanguage) -> u64| {
        let rows = told.languages.iter().map(|(lang, of)| (lang.clone(), number(of)));
        largest(rows.collect())
    };
    let chart = |name, title, rows| Chart { name, title, rows };
    let plain = |rows: &BTreeMap<String, u64>| -> Vec<(String, u64)> {
        rows.iter().map(|(name, count)| (name.clone(), *count)).collect()
    };
    let sizes = told.groups.iter().map(|(size, count)| (format!("{size} languages"), *count));
    vec![
        chart("documents", "Documents by language", of(|of| of.documents)),
        chart("words", "Words by language", of(|of| of.words)),
        chart("hosts", "Documents by host", largest(plain(&told.hosts))),
        chart("dates", "Documents by month", plain(&told.months)),
        chart("groups", "Translation groups by size", sizes.collect()),
        chart("pairs", "Groups by language pair", largest(plain(&told.pairs))),
        chart("aligned", "Aligned texts by language pair", largest(plain(&told.aligned))),
    ]
}

fn largest(mut rows: Vec<(String, u64)>) -> Vec<(String, u64)> {
    rows.sort_by(|(a, many), (b, more)| more.cmp(many).then(a.cmp(b)));
    rows
}

fn card(job: &Job, ended: &Told, told: &Statistics) -> String {
    let mut out = front_matter(&job.plan, told);
    let groups: u64 = told.groups.values().sum();
    let _ = write!(
        out,
        "# Articles from web archives\n\n\
         {} documents, {} words, {} languages, {} hosts, {groups} translation groups; extracted by \
         {EXTRACTOR} from WARC files.\n\n",
        told.documents,
        told.words,
        told.languages.len(),
        told.hosts_in_all,
    );
    out.push_str(contents(job.plan.format));
    if told.documents == 0 {
        out.push_str(nothing(job.plan.format));
    }
    out.push_str(defects(&job.plan));
    out.push_str(rights(&job.plan));
    out.push_str("Nothing was removed for being personal data.\n\n## Choices\n\n");
    for line in choices::lines(job, ended) {
        let _ = writeln!(out, "- {line}");
    }
    out.push_str("\n## Languages\n\n");
    languages(&mut out, told);
    for chart in charts_of(told).iter().filter(|chart| !chart.rows.is_empty()) {
        let _ = write!(out, "\n![{}]({CHARTS}/{}.svg)\n", chart.title, chart.name);
    }
    table(&mut out, "Defects", "What is wrong", "Documents", told.defects.iter());
    table(&mut out, "Translation groups", "Languages", "Groups", told.groups.iter());
    table(&mut out, "Language pairs", "Pair", "Groups", told.pairs.iter());
    table(&mut out, "Aligned texts", "Pair", "Texts", told.aligned.iter());
    out
}

/// Whether its rows have a column.
fn has(plan: &Plan, name: &str) -> bool {
    plan.format.has_columns() && plan.columns.iter().any(|column| column.field.name == name)
}

fn defects(plan: &Plan) -> &'static str {
    if has(plan, "defects") {
        return "A capture that was cut, damaged or asked for in part is a row all the same; `defects` \
                says so.\n\n";
    }
    ""
}

fn rights(plan: &Plan) -> &'static str {
    if has(plan, "rights") {
        return "Texts belong to whoever published them. What each page, its server and its robots.txt \
                say of indexing, mining and training is kept with each row (`rights`), as it stands, \
                and was not acted upon. ";
    }
    "Texts belong to whoever published them. What each page, its server and its robots.txt say of \
     indexing, mining and training is not in these files, and was not acted upon: an export as \
     jsonl, parquet or csv has it in `rights`. "
}

fn contents(format: Format) -> &'static str {
    const { assert!(VERSION == 4) };
    match format {
        Format::Jsonl | Format::Parquet | Format::Csv => {
            "One row an article as it was captured, its pages joined, by version 4 of the schema \
             that `warraq export --schema` prints. `warc` names the record each row was read from. \
             `manifest.json`, where it is, has the SHA-256 of all inputs, and `statistics.json` the \
             numbers below.\n\n"
        }
        Format::ParallelJsonl => {
            "One row a pair of articles that are translations of one another, with the evidence for \
             it and their texts aligned. `manifest.json`, where it is, has the SHA-256 of all \
             inputs, and `statistics.json` the numbers below.\n\n"
        }
        Format::Tsv => {
            "One line a pair of aligned texts, from articles that are translations of one another. \
             `manifest.json`, where it is, has the SHA-256 of all inputs, and `statistics.json` the \
             numbers below.\n\n"
        }
        Format::Tmx | Format::Warc2text => {
            "Articles that are translations of one another, in a format that `load_dataset` does not \
             read. `manifest.json`, where it is, has the SHA-256 of all inputs, and \
             `statistics.json` the numbers below.\n\n"
        }
        Format::Text => {
            "One text an article as it was captured, a form feed between them; `load_dataset` makes \
             a row of each line. `manifest.json`, where it is, has the SHA-256 of all inputs, and \
             `statistics.json` the numbers below.\n\n"
        }
        Format::Markdown | Format::Tei | Format::Wet => {
            "One text an article as it was captured, in a format that `load_dataset` does not read. \
             `manifest.json`, where it is, has the SHA-256 of all inputs, and `statistics.json` the \
             numbers below.\n\n"
        }
    }
}

/// What is said of an export without a row.
const fn nothing(format: Format) -> &'static str {
    if format.is_loaded() {
        "No article was found that was asked for. `load_dataset` refuses a table without rows; with \
         `streaming=True` it gives one that has the columns and no row.\n\n"
    } else {
        "No article was found that was asked for.\n\n"
    }
}

fn front_matter(plan: &Plan, told: &Statistics) -> String {
    let codes: BTreeSet<&str> =
        told.languages.keys().map(String::as_str).filter(|code| *code != "und").collect();
    let mut out = String::from("---\npretty_name: Articles from web archives\nlicense: unknown\n");
    if !codes.is_empty() {
        out.push_str("language:\n");
        // `no` is a truth value to YAML 1.1.
        for code in &codes {
            let _ = writeln!(out, "- \"{code}\"");
        }
    }
    if codes.len() > 1 {
        out.push_str("multilinguality:\n- multilingual\n");
    }
    let tasks = if told.pairs.is_empty() { "" } else { "- translation\n" };
    let _ = write!(
        out,
        "size_categories:\n- {}\ntask_categories:\n- text-generation\n{tasks}tags:\n- web-archive\n\
         - warc\n- news\n",
        size(told.documents),
    );
    if plan.format.is_loaded() {
        let files = plan.pattern();
        let _ = write!(out, "configs:\n- config_name: default\n  data_files: \"{files}\"\n");
    }
    if plan.format == Format::Tsv {
        // No quotation mark in it means anything: csv.QUOTE_NONE.
        out.push_str("  sep: \"\\t\"\n  quoting: 3\n");
    }
    if matches!(plan.format, Format::Csv | Format::Tsv) {
        // "NA" and "null" are texts.
        out.push_str("  keep_default_na: false\n  na_values:\n  - \"\"\n");
    }
    out.push_str(&features::of(plan));
    out.push_str("---\n\n");
    out
}

/// The size categories of the Hub.
const fn size(documents: u64) -> &'static str {
    match documents {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000..100_000_000 => "10M<n<100M",
        _ => "n>100M",
    }
}

fn languages(out: &mut String, told: &Statistics) {
    out.push_str("The day an article was published, or captured where it does not say when.\n\n");
    out.push_str(
        "| Language | Documents | Words | Hosts | First day | Last day |\n|---|--:|--:|--:|---|---|\n",
    );
    for (language, of) in &told.languages {
        let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "-".to_owned());
        let (first, last) = (day(&of.first), day(&of.last));
        let _ = writeln!(
            out,
            "| {language} | {} | {} | {} | {first} | {last} |",
            of.documents, of.words, of.hosts
        );
    }
}

fn table<'r, K: std::fmt::Display + 'r>(
    out: &mut String,
    title: &str,
    one: &str,
    other: &str,
    rows: impl ExactSizeIterator<Item = (&'r K, &'r u64)>,
) {
    if rows.len() == 0 {
        return;
    }
    let _ = write!(out, "\n## {title}\n\n| {one} | {other} |\n|---|--:|\n");
    for (key, count) in rows {
        let _ = writeln!(out, "| {key} | {count} |");
    }
}
