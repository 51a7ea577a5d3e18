//! The families of metrics there are: name, kind, help, and where their numbers come from.
//!
//! Names by Prometheus' conventions: base units, `_total` for what only grows. A family that a job
//! has no number for has no sample of that job; alarms may rest on names, which stay.

use std::collections::BTreeMap;

use super::counts::{BUCKETS, Counts, Held, Last};
use super::text::{self, Kind, Value};
use crate::crawl::live::{Phase, Status};
use crate::frontier::Stats;
use crate::lead::FailureKind;
use crate::moment::Moment;
use crate::report::Totals;
use crate::settings::Threshold;

/// A sample of one job, its `job` label aside.
struct Row {
    suffix: &'static str,
    label: Option<(&'static str, String)>,
    value: Value,
}

struct Family {
    name: &'static str,
    kind: Kind,
    help: &'static str,
    rows: fn(&Counts) -> Vec<Row>,
}

/// The page of all jobs.
pub(super) fn page(jobs: &BTreeMap<String, Counts>) -> String {
    let mut out = String::new();
    let (name, help) = ("warraq_build_info", "The version of warraq, in its label.");
    text::head(&mut out, name, Kind::Gauge, help);
    let version = [("version", env!("CARGO_PKG_VERSION"))];
    text::sample(&mut out, name, &version, Value::Whole(1));
    for family in FAMILIES {
        text::head(&mut out, family.name, family.kind, family.help);
        for (job, counts) in jobs {
            for row in (family.rows)(counts) {
                let mut labels = vec![("job", job.as_str())];
                labels.extend(row.label.as_ref().map(|(label, text)| (*label, text.as_str())));
                let name = format!("{}{}", family.name, row.suffix);
                text::sample(&mut out, &name, &labels, row.value);
            }
        }
    }
    out
}

const fn counter(name: &'static str, help: &'static str, rows: fn(&Counts) -> Vec<Row>) -> Family {
    Family { name, kind: Kind::Counter, help, rows }
}

const fn gauge(name: &'static str, help: &'static str, rows: fn(&Counts) -> Vec<Row>) -> Family {
    Family { name, kind: Kind::Gauge, help, rows }
}

const FAMILIES: &[Family] = &[
    counter("warraq_urls_total", "URLs whose visit ended, by outcome.", |counts| {
        let all = ["captured", "revisit", "moved", "gone", "error", "failed", "refused"];
        let of = |name| counts.ended.get(name).copied().unwrap_or_default();
        all.map(|name| labelled("outcome", name, of(name))).into()
    }),
    counter("warraq_responses_total", "Replies by class of their HTTP status.", |counts| {
        counts.replies.iter().map(|(class, count)| labelled("code", class, *count)).collect()
    }),
    counter("warraq_failures_total", "URLs that failed for good, by kind.", |counts| {
        let rows = counts.failures.iter();
        rows.map(|(kind, count)| labelled("kind", &word(*kind), *count)).collect()
    }),
    counter("warraq_refusals_total", "URLs refused at their visit, by rule.", |counts| {
        let rows = counts.refusals.iter();
        rows.map(|(rule, count)| labelled("rule", &rule.name(), *count)).collect()
    }),
    counter("warraq_received_bytes_total", "Bytes received.", |counts| one(counts.received)),
    counter(
        "warraq_articles_captured_total",
        "Articles captured with a payload that is new.",
        |counts| one(counts.articles),
    ),
    Family {
        name: "warraq_fetch_duration_seconds",
        kind: Kind::Histogram,
        help: "Time from the first byte asked to the last byte received.",
        rows: fetch_times,
    },
    counter("warraq_retries_total", "Attempts that failed and are repeated.", |counts| {
        one(counts.retries)
    }),
    counter(
        "warraq_host_rests_total",
        "Times a host was left alone for more than its delay.",
        |counts| one(counts.rests),
    ),
    counter(
        "warraq_host_urls_total",
        "URLs asked for, by host; beyond a bound all hosts are one.",
        |counts| counts.hosts.iter().map(|(host, row)| labelled("host", host, row.urls)).collect(),
    ),
    counter("warraq_host_failures_total", "URLs that failed, by host.", |counts| {
        counts.hosts.iter().map(|(host, row)| labelled("host", host, row.failed)).collect()
    }),
    counter("warraq_warcs_sealed_total", "WARC files sealed.", |counts| one(counts.sealed)),
    counter("warraq_warc_bytes_total", "Bytes of the WARC files sealed.", |counts| {
        one(counts.sealed_bytes)
    }),
    counter("warraq_warnings_total", "Warnings an operator should read.", |counts| {
        one(counts.warnings)
    }),
    counter("warraq_runs_total", "Runs that are over, by exit code.", |counts| {
        counts.runs.iter().map(|(code, n)| labelled("code", &code.to_string(), *n)).collect()
    }),
    counter(
        "warraq_runs_skipped_total",
        "Runs left out because another held the folder.",
        |counts| one(counts.skipped),
    ),
    gauge("warraq_running", "Whether a run is going on.", |counts| one(counts.running.into())),
    gauge("warraq_paused", "Whether the run waits: for its disk, or told to by hand.", |counts| {
        let by_hand = counts.status.as_ref().is_some_and(|status| status.phase == Phase::Paused);
        let reasons = [("disk", counts.paused), ("hand", by_hand)];
        reasons.map(|(reason, is)| labelled("reason", reason, is.into())).into()
    }),
    gauge("warraq_urls_queued", "URLs waiting, of the run that is going on.", |counts| {
        live(counts, |status| one(status.run.queued))
    }),
    gauge("warraq_urls_in_flight", "URLs being asked for.", |counts| {
        live(counts, |status| one(status.run.in_flight))
    }),
    gauge("warraq_hosts", "Hosts with something queued or in flight, by what they do.", |counts| {
        live(counts, |Status { hosts, .. }| {
            let idle = hosts.active.saturating_sub(hosts.in_flight + hosts.resting);
            let rows = [("in-flight", hosts.in_flight), ("resting", hosts.resting), ("idle", idle)];
            rows.map(|(state, count)| labelled("state", state, count)).into()
        })
    }),
    gauge(
        "warraq_disk_above_floor_bytes",
        "Free space above --disk-floor; 0 where it pauses.",
        |counts| {
            let left = |status: &Status| status.limits.disk.map(|disk| disk.left);
            live(counts, |status| left(status).map_or_else(Vec::new, one))
        },
    ),
    gauge("warraq_run_start_timestamp_seconds", "When the run that is going on began.", |counts| {
        when(counts.began)
    }),
    gauge("warraq_next_run_timestamp_seconds", "The next slot of the job's schedule.", |counts| {
        when(counts.next)
    }),
    gauge("warraq_last_run_timestamp_seconds", "When the last run ended.", |counts| {
        when(counts.last.as_ref().map(|(_, at)| *at))
    }),
    gauge(
        "warraq_last_success_timestamp_seconds",
        "When a run last ended with code 0, 14 or 15.",
        |counts| when(counts.success),
    ),
    gauge("warraq_last_run_exit_code", "The exit code of the last run.", |counts| {
        last(counts, |last| one(last.code.into()))
    }),
    gauge("warraq_last_run_duration_seconds", "How long the last run took.", |counts| {
        last(counts, |last| last.took.map_or_else(Vec::new, |took| real(took.as_secs_f64())))
    }),
    gauge("warraq_last_run_urls", "URLs of the last run by how they stand.", |counts| {
        last(counts, |last| last.sums.as_ref().map(standings).unwrap_or_default())
    }),
    gauge(
        "warraq_last_run_failed_seeds",
        "Seeds that failed and sites given up in the last run.",
        |counts| last(counts, |last| one(last.failed_seeds)),
    ),
    gauge(
        "warraq_last_run_skipped",
        "Runs left out while the last run held the folder.",
        |counts| last(counts, |last| one(last.skipped)),
    ),
    gauge(
        "warraq_last_run_coverage_ratio",
        "Share of the last run's URLs that ended well, 0 to 1.",
        |counts| {
            last(counts, |last| {
                last.coverage.map_or_else(Vec::new, |all| real(all.percent() / 100.0))
            })
        },
    ),
    gauge("warraq_last_run_short", "Whether the last run fell short of a threshold.", |counts| {
        last(counts, |last| {
            let is = |threshold| u64::from(last.short.contains(&threshold));
            Threshold::ALL.map(|each| labelled("threshold", each.name(), is(each))).into()
        })
    }),
    gauge("warraq_articles", "Articles in the folder, all runs together.", |counts| {
        held(counts, |held| one(held.articles))
    }),
    gauge(
        "warraq_newest_article_timestamp_seconds",
        "When a run last found a new article.",
        |counts| held(counts, |held| when(held.newest)),
    ),
    gauge("warraq_translation_groups", "Translation groups in the folder.", |counts| {
        held(counts, |held| one(held.groups))
    }),
    gauge("warraq_archive_files", "WARC files in the folder.", |counts| {
        held(counts, |held| one(held.files))
    }),
    gauge("warraq_archive_bytes", "Bytes of the WARC files in the folder.", |counts| {
        held(counts, |held| one(held.bytes))
    }),
];

fn one(number: u64) -> Vec<Row> {
    vec![Row { suffix: "", label: None, value: Value::Whole(number) }]
}

fn real(number: f64) -> Vec<Row> {
    vec![Row { suffix: "", label: None, value: Value::Real(number) }]
}

fn labelled(label: &'static str, text: &str, number: u64) -> Row {
    Row { suffix: "", label: Some((label, text.to_owned())), value: Value::Whole(number) }
}

/// An instant in seconds since 1970.
fn when(at: Option<Moment>) -> Vec<Row> {
    let since = at.map(|at| at.since(Moment::default()).as_secs_f64());
    since.map_or_else(Vec::new, real)
}

fn live(counts: &Counts, rows: impl FnOnce(&Status) -> Vec<Row>) -> Vec<Row> {
    counts.status.as_ref().map_or_else(Vec::new, rows)
}

fn last(counts: &Counts, rows: impl FnOnce(&Last) -> Vec<Row>) -> Vec<Row> {
    counts.last.as_ref().map_or_else(Vec::new, |(last, _)| rows(last))
}

fn held(counts: &Counts, rows: impl FnOnce(&Held) -> Vec<Row>) -> Vec<Row> {
    counts.held.as_ref().map_or_else(Vec::new, rows)
}

/// A kind as the ledger writes it.
fn word(kind: FailureKind) -> String {
    let word = serde_json::to_value(kind).ok();
    word.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn standings((sums, stats): &(Totals, Stats)) -> Vec<Row> {
    let rows = [
        ("captured", sums.captured),
        ("revisit", sums.unchanged),
        ("moved", sums.moved),
        ("gone", sums.gone),
        ("error", sums.errors),
        ("failed", sums.failed),
        ("refused", sums.refused),
        ("queued", sums.queued),
        ("not-due", stats.not_due),
    ];
    rows.map(|(state, count)| labelled("state", state, count)).into()
}

fn fetch_times(counts: &Counts) -> Vec<Row> {
    let bucket = |bound: String, count| Row {
        suffix: "_bucket",
        label: Some(("le", bound)),
        value: Value::Whole(count),
    };
    let bounds = BUCKETS.map(|millis| std::time::Duration::from_millis(millis).as_secs_f64());
    let mut rows: Vec<Row> =
        bounds.iter().zip(counts.times).map(|(le, count)| bucket(le.to_string(), count)).collect();
    rows.push(bucket("+Inf".to_owned(), counts.fetches));
    let took = Value::Real(counts.took.as_secs_f64());
    rows.push(Row { suffix: "_sum", label: None, value: took });
    rows.push(Row { suffix: "_count", label: None, value: Value::Whole(counts.fetches) });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_told_by_its_reason() {
        let paused = |counts: &Counts| {
            let family = FAMILIES.iter().find(|family| family.name == "warraq_paused").unwrap();
            let rows = (family.rows)(counts).into_iter();
            let is = |row: Row| matches!(row.value, Value::Whole(1)).then(|| row.label.unwrap().1);
            rows.filter_map(is).collect::<Vec<_>>()
        };
        let status = |phase| Some(Status { phase, ..Status::default() });
        let by_hand = Counts { status: status(Phase::Paused), ..Counts::default() };
        assert_eq!(paused(&by_hand), ["hand"]);
        let for_disk =
            Counts { status: status(Phase::PausedForDisk), paused: true, ..Counts::default() };
        assert_eq!(paused(&for_disk), ["disk"]);
        assert!(paused(&Counts::default()).is_empty());
    }
}
