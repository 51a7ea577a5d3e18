//! The flags that say what a run has to come to.

use std::time::Duration;

use clap::Args;

use super::given::{duration, number};
use super::layers::Layers;
use crate::settings::Thresholds;
use crate::settings::spelling::percent;

#[derive(Debug, Args)]
#[command(next_help_heading = "Thresholds")]
pub(super) struct ThresholdFlags {
    /// End with code 3 when so many seeds came to nothing or sites were given up; 0 for never.
    #[arg(long, value_name = "N", value_parser = number::<u64>, default_value_t = 1)]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "1")]
    fail_on_failed_seeds: u64,
    /// End with code 3 when less than this share of the run's URLs ended well; 0 for never. Left out
    /// are URLs that a rule refused, and those that are gone (404, 410); what failed, answered with
    /// an error or is still queued did not end well.
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value_t = 0.0)]
    min_coverage: f64,
    /// End with code 3 when no run found a new article for so long; 0 for never.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "0")]
    alert_after: Duration,
}

impl ThresholdFlags {
    pub(super) fn lay(&self, to: &mut Thresholds, layers: &mut Layers<'_>) {
        let seeds = self.fail_on_failed_seeds;
        let name = "thresholds.failed_seeds";
        layers.lay(&mut to.failed_seeds, "fail_on_failed_seeds", name, seeds);
        let share = self.min_coverage;
        layers.lay(&mut to.min_coverage, "min_coverage", "thresholds.min_coverage", share);
        let silence = self.alert_after;
        layers.lay(&mut to.alert_after, "alert_after", "thresholds.alert_after", silence);
    }
}
