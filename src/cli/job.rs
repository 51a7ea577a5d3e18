//! `warraq job`: is a job file right, and what does it come to?

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use serde_json::Value;

use super::crawl::Plan;
use super::given::CrawlFlags;
use super::layers::{Source, Typed};
use super::{Exit, Stopped, crawl, show};
use crate::capture::CaptureError;
use crate::crawl::{CrawlError, admissible};
use crate::moment::Clock;
use crate::seeds::job::JobFile;
use crate::settings::spelling::length;
use crate::settings::{Recrawl, Settings, Thresholds};

#[derive(Debug, Subcommand)]
pub(super) enum JobCommand {
    /// Check job files; fetch nothing.
    ///
    /// Tells everything that is wrong with a file as `FILE:LINE:COLUMN`, with what would be right, and
    /// says of a right one what it is and when it runs next. The seed lists it names are read too.
    #[command(after_help = super::EXIT_CODES)]
    Check {
        /// The job files.
        #[arg(required = true, value_name = "JOB.toml")]
        files: Vec<PathBuf>,
    },
    /// Tell the effective settings of a job, and where each comes from.
    ///
    /// A line a setting: its value, and the line of the file, the environment, the flag or the
    /// default that gave it. Takes the flags of `crawl`, as they would go over the file. Secrets are
    /// printed as ***.
    #[command(after_help = super::EXIT_CODES)]
    #[command(override_usage = "warraq job show [OPTIONS] <JOB.toml>")]
    Show(Box<CrawlFlags>),
}

/// Runs the command.
pub(super) fn run(command: &JobCommand, typed: &Typed) -> Result<Exit, Stopped> {
    match command {
        JobCommand::Check { files } => Ok(check(files)),
        JobCommand::Show(flags) => tell(flags, typed),
    }
}

fn check(files: &[PathBuf]) -> Exit {
    let mut exit = Exit::Complete;
    for file in files {
        match crawl::plan_of(file).and_then(crawlable) {
            Ok(plan) => {
                let what = plan.job.as_ref().map(about).unwrap_or_default();
                let seeds = show::count(plan.seeds.len() as u64, "seed");
                show::say(&format!("{}: {seeds}{what}", file.display()));
            }
            Err(stopped) => {
                show::complain(&stopped.to_string());
                exit = stopped.exit;
            }
        }
    }
    exit
}

/// The plan, when `crawl` would begin with it.
pub(super) fn crawlable(plan: Plan) -> Result<Plan, Stopped> {
    let settings = &plan.given.settings;
    let place = |setting: &str, key: &str| match plan.given.from.get(setting) {
        Some(from @ Source::File(..)) => Some(format!("{from}: {key}")),
        _ => None,
    };
    let told = |place: String, path: &Path, why: &dyn Display, remedy: &str| {
        Stopped::usage(format!("{place}: {}: {why}; {remedy}", path.display()))
    };
    match admissible(settings, &Clock::system()) {
        Ok(()) => Ok(plan),
        Err(error) => Err(match &error {
            CrawlError::Transport(CaptureError::CaFile { path, why }) => {
                let remedy = "it must be a PEM file of CA certificates";
                place("ca_file", "ca-file").map(|place| told(place, path, why, remedy))
            }
            CrawlError::Folder { path, why } => {
                let remedy = "name a folder that whoever crawls may write to (and check as them)";
                place("into", "into").map(|place| told(place, path, why, remedy))
            }
            _ => None,
        }
        .unwrap_or_else(|| crawl::stopped(error))),
    }
}

/// When a job runs, for people.
fn about(job: &JobFile) -> String {
    let Some(schedule) = &job.schedule else { return "; it runs when it is called".to_owned() };
    let (cron, zone) = schedule.words();
    let next = schedule.next(Clock::system().wall());
    let next = next.map_or_else(|| "never".to_owned(), |next| next.to_string());
    format!("; \"{cron}\" in {zone}, next {next}")
}

fn tell(flags: &CrawlFlags, typed: &Typed) -> Result<Exit, Stopped> {
    let plan = crawl::plan(flags, typed)?;
    let Some(job) = &plan.job else {
        return Err(Stopped::usage("no job file: give one, as in `warraq job show NAME.toml`"));
    };
    let mut rows = settings(&plan.given.settings, &plan.given.from);
    rows.extend(schedule(job, &plan.given.from));
    rows.push(("seeds".into(), plan.seeds.len().to_string(), job.path.display().to_string()));
    let wide = |cell: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0).min(48)
    };
    let (names, values) = (wide(|row| &row.0), wide(|row| &row.1));
    for (name, value, from) in &rows {
        show::say(&format!("{name:<names$}  {value:<values$}  {from}"));
    }
    Ok(Exit::Complete)
}

type Row = (String, String, String);

fn settings(settings: &Settings, from: &BTreeMap<&'static str, Source>) -> Vec<Row> {
    let Ok(Value::Object(all)) = serde_json::to_value(settings) else { return Vec::new() };
    let row = |name: &str, value: String| {
        let source = from.get(name).unwrap_or(&Source::Default);
        (name.to_owned(), value, source.to_string())
    };
    let nested = ["recrawl", "thresholds"];
    let named = all.iter().filter(|(name, _)| !nested.contains(&name.as_str()));
    let mut rows: Vec<Row> = named.map(|(name, value)| row(name, worded(name, value))).collect();
    let Recrawl { feed, sitemap, listing, article, since } = settings.recrawl;
    for (name, again) in [
        ("recrawl.feed", feed),
        ("recrawl.sitemap", sitemap),
        ("recrawl.listing", listing),
        ("recrawl.article", article),
    ] {
        rows.push(row(name, again.to_string()));
    }
    rows.extend(since.map(|since| row("recrawl.since", since.to_string())));
    let Thresholds { failed_seeds, min_coverage, alert_after } = settings.thresholds;
    rows.push(row("thresholds.failed_seeds", failed_seeds.to_string()));
    rows.push(row("thresholds.min_coverage", format!("{min_coverage} %")));
    rows.push(row("thresholds.alert_after", length(alert_after)));
    rows
}

fn schedule(job: &JobFile, from: &BTreeMap<&'static str, Source>) -> Vec<Row> {
    let Some(schedule) = &job.schedule else { return Vec::new() };
    let (cron, zone) = schedule.words();
    let jitter = length(schedule.jitter);
    let overlap = serde_json::to_value(job.overlap).unwrap_or_default();
    let rows = [
        ("cron", cron),
        ("timezone", zone),
        ("jitter", jitter),
        ("overlap", worded("overlap", &overlap)),
    ];
    let source = |name| from.get(name).unwrap_or(&Source::Default).to_string();
    rows.into_iter().map(|(name, value)| (name.to_owned(), value, source(name))).collect()
}

/// A value for people. What no machine reaches is no limit.
fn worded(name: &str, value: &Value) -> String {
    let endless = value.as_u64() == Some(u64::MAX) || value.as_f64().is_some_and(|n| n > 1e18);
    match value {
        _ if endless => "no limit".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => show::clean(text),
        Value::Array(all) if all.is_empty() => "-".to_owned(),
        Value::Null => "-".to_owned(),
        Value::Number(number) if SECONDS.contains(&name) => {
            let time = number.as_f64().and_then(|time| Duration::try_from_secs_f64(time).ok());
            time.map_or_else(|| number.to_string(), length)
        }
        other => other.to_string(),
    }
}

/// Settings that are written as seconds.
const SECONDS: &[&str] = &[
    "delay",
    "drain",
    "max_time",
    "retry_delay",
    "patience",
    "trust_unmodified",
    "robots_lifetime",
    "connect_timeout",
    "idle_timeout",
    "total_timeout",
    "warc_age",
];
