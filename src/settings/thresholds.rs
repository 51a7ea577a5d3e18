//! Thresholds: what a run has to come to, so that nobody need read its report to know it went well.
//!
//! They change nothing about a crawl. The report holds a run against them, each [`Shortfall`] is
//! told, and the exit code says that there is one. Zero turns a threshold off.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use super::seconds;

/// What is asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thresholds {
    /// Seeds that come to nothing and sites that are given up, counted together, at which a run
    /// counts as failed.
    pub failed_seeds: u64,
    /// Least coverage, in percent.
    pub min_coverage: f64,
    /// How long there may be no new article, across runs.
    #[serde(serialize_with = "seconds", deserialize_with = "from_seconds")]
    pub alert_after: Duration,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { failed_seeds: 1, min_coverage: 0.0, alert_after: Duration::ZERO }
    }
}

impl Thresholds {
    /// Whether so many failed seeds are too many.
    pub const fn is_failed(&self, seeds: u64) -> bool {
        self.failed_seeds > 0 && seeds >= self.failed_seeds
    }
}

/// One of the thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// `--fail-on-failed-seeds`.
    FailedSeeds,
    /// `--min-coverage`.
    MinCoverage,
    /// `--alert-after`.
    AlertAfter,
}

impl Threshold {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::FailedSeeds, Self::MinCoverage, Self::AlertAfter];

    /// Its name in reports, events and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FailedSeeds => "failed-seeds",
            Self::MinCoverage => "min-coverage",
            Self::AlertAfter => "alert-after",
        }
    }
}

/// A threshold that a run fell short of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// Which.
    pub threshold: Threshold,
    /// What was found, and what was asked for.
    pub text: String,
    /// The seeds, sites or hosts behind it, the worst first.
    pub names: Vec<String>,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.text)?;
        if self.names.is_empty() { Ok(()) } else { write!(f, ": {}", self.names.join(", ")) }
    }
}

fn from_seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(from)?;
    Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_as_they_are_written() {
        let asked = Thresholds {
            failed_seeds: 3,
            min_coverage: 99.5,
            alert_after: Duration::from_millis(86_400_500),
        };
        let text = serde_json::to_string(&asked).unwrap();
        assert_eq!(text, r#"{"failed_seeds":3,"min_coverage":99.5,"alert_after":86400.5}"#);
        assert_eq!(serde_json::from_str::<Thresholds>(&text).unwrap(), asked);
        // What a run of an earlier release left asks for what that asked for.
        assert_eq!(serde_json::from_str::<Thresholds>("{}").unwrap(), Thresholds::default());
    }

    #[test]
    fn none_turns_it_off() {
        let failed = |failed_seeds, seeds| {
            Thresholds { failed_seeds, ..Thresholds::default() }.is_failed(seeds)
        };
        assert_eq!(
            [failed(0, 9), failed(1, 0), failed(1, 1), failed(3, 2)],
            [false, false, true, false]
        );
    }
}
