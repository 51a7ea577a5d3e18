//! The effective settings of a job: each key of a job file with its value, as it would be written
//! there, and where that came from.
//!
//! The keys are those the reader of job files asked for, in its order, so none is forgotten. Secrets
//! are *** before they come here.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::crawl::Plan;
use super::layers::Source;
use super::show;
use crate::seeds::job::JobFile;
use crate::settings::spelling::{amount, length};
use crate::settings::{HostSettings, Resolve, SeedScope, Settings};

/// A key, its value, and where that came from.
pub(super) type Row = (String, String, String);

/// Settings that are lengths of time, in seconds.
const TIMES: &[&str] = &[
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

/// Settings that are sizes, in bytes.
const SIZES: &[&str] = &["max_bytes", "max_body", "memory", "warc_size", "disk_floor"];

/// Settings that are something a second; with 0 they limit nothing.
const RATES: &[&str] = &["bytes_per_second", "requests_per_second", "min_speed"];

/// All of them.
pub(super) fn rows(plan: &Plan, job: &JobFile) -> Vec<Row> {
    let from = &plan.given.from;
    let source = |setting: &str| from.get(setting).unwrap_or(&Source::Default).to_string();
    let mut values = values(&plan.given.settings);
    values.extend(schedule(plan, job));
    let mut rows = Vec::new();
    // Those of single seeds have rows of their own.
    for (key, setting) in job.keys.iter().filter(|(key, _)| !key.starts_with("seeds.")) {
        let value = values.remove(*setting).unwrap_or_else(|| "-".to_owned());
        rows.push((key.clone(), value, source(setting)));
    }
    // What no key says, but a flag did.
    for (setting, value) in values {
        if from.contains_key(setting.as_str()) && setting != "hosts" && setting != "seed_scopes" {
            rows.push((setting.replace('_', "-"), value, source(&setting)));
        }
    }
    rows.extend(plan.given.settings.hosts.iter().map(|of| host(of, source("hosts"))));
    rows.extend(plan.given.settings.seed_scopes.iter().map(|of| seed(of, source("seed_scopes"))));
    let seeds = plan.seeds.len().to_string();
    rows.push(("seeds".to_owned(), seeds, job.path.display().to_string()));
    rows
}

/// What holds for one seed.
fn seed(of: &SeedScope, from: String) -> Row {
    let scope = if of.domain { "domain" } else { "host" };
    let depth = if of.depth == u32::MAX { String::new() } else { format!(", depth {}", of.depth) };
    (format!("seeds.{:?}", show::clean(&of.seed)), format!("scope {scope}{depth}"), from)
}

/// What holds for one registered domain.
fn host(of: &HostSettings, from: String) -> Row {
    let mut parts = Vec::new();
    parts.extend(of.delay.map(|delay| format!("delay {}", length(delay))));
    parts.extend(of.per_host.map(|most| format!("concurrency {most}")));
    parts.extend((!of.robots).then(|| "robots ignore".to_owned()));
    let headers = of.headers.iter().map(|(name, value)| format!("{name}: {value}"));
    parts.extend(headers.map(|field| format!("header {}", show::clean(&field))));
    (format!("hosts.{:?}", of.site), parts.join(", "), from)
}

/// The values by the names of their settings.
fn values(settings: &Settings) -> BTreeMap<String, String> {
    let Ok(Value::Object(all)) = serde_json::to_value(settings) else { return BTreeMap::new() };
    let mut values: BTreeMap<String, String> =
        all.iter().map(|(name, value)| (name.clone(), worded(name, value))).collect();
    let (again, asked) = (settings.recrawl, settings.thresholds);
    let resolve: Vec<String> = settings.resolve.iter().map(resolved).collect();
    let never = |text: String, is_never: bool| if is_never { "never".to_owned() } else { text };
    let alert = length(asked.alert_after);
    let nested = [
        ("recrawl.feed", again.feed.to_string()),
        ("recrawl.sitemap", again.sitemap.to_string()),
        ("recrawl.listing", again.listing.to_string()),
        ("recrawl.article", again.article.to_string()),
        ("thresholds.failed_seeds", never(asked.failed_seeds.to_string(), asked.failed_seeds == 0)),
        ("thresholds.min_coverage", format!("{} %", asked.min_coverage)),
        ("thresholds.alert_after", never(alert, asked.alert_after.is_zero())),
    ];
    if !resolve.is_empty() {
        values.insert("resolve".to_owned(), resolve.join(", "));
    }
    values.extend(nested.map(|(name, value)| (name.to_owned(), value)));
    values.extend(again.since.map(|since| ("recrawl.since".to_owned(), since.to_string())));
    values
}

/// `HOST:PORT:ADDR:PORT`, as it is written.
fn resolved(of: &Resolve) -> String {
    let Resolve { host, port, addr, to_port } = of;
    let addr = if addr.is_ipv6() { format!("[{addr}]") } else { addr.to_string() };
    format!("{}:{port}:{addr}:{to_port}", host.as_deref().unwrap_or("*"))
}

/// When it runs.
fn schedule(plan: &Plan, job: &JobFile) -> BTreeMap<String, String> {
    let overlap = serde_json::to_value(plan.given.overlap).unwrap_or_default();
    let lists = job.seed_files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>();
    let mut rows = vec![("overlap", worded("overlap", &overlap))];
    if !lists.is_empty() {
        rows.push(("seed_files", show::clean(&lists.join(", "))));
    }
    if let Some(schedule) = &job.schedule {
        let (cron, zone) = schedule.words();
        let jitter = length(schedule.jitter);
        rows.extend([("cron", cron), ("timezone", zone), ("jitter", jitter)]);
    }
    rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A value as it is written in a job file. What no machine reaches is no limit.
fn worded(name: &str, value: &Value) -> String {
    let endless = value.as_u64() == Some(u64::MAX) || value.as_f64().is_some_and(|n| n > 1e18);
    match value {
        _ if endless => "no limit".to_owned(),
        Value::Null => "-".to_owned(),
        Value::String(text) if text.is_empty() => "-".to_owned(),
        Value::String(text) => show::clean(text),
        Value::Array(all) if all.is_empty() => "-".to_owned(),
        Value::Array(all) => all.iter().map(part).collect::<Vec<_>>().join(", "),
        Value::Number(number) if TIMES.contains(&name) => {
            let time = number.as_f64().and_then(|time| Duration::try_from_secs_f64(time).ok());
            time.map_or_else(|| number.to_string(), length)
        }
        Value::Number(number) => {
            let whole = number.as_u64().unwrap_or_default();
            match name {
                _ if SIZES.contains(&name) => amount(whole),
                _ if RATES.contains(&name) && whole == 0 => "no limit".to_owned(),
                "requests_per_second" => format!("{whole}/s"),
                _ if RATES.contains(&name) => format!("{}/s", amount(whole)),
                _ => number.to_string(),
            }
        }
        other => other.to_string(),
    }
}

/// A part of a list: a text, or a header field as name and value.
fn part(value: &Value) -> String {
    match value {
        Value::String(text) => show::clean(text),
        Value::Array(field) => field.iter().map(part).collect::<Vec<_>>().join(": "),
        other => other.to_string(),
    }
}
