//! The journal: a crawl as JSON lines on standard output, one an event, for log collectors.
//!
//! Every line begins with `at` (RFC 3339, UTC) and `event`; in between stands `job`, where the job
//! has a name. The names of events and of their fields are documented in the README and stay; new
//! ones may come. Errors that end the command are sentences on standard error all the same.

use serde::Serialize;

use super::{Exit, show};
use crate::crawl::summary::Summary;
use crate::crawl::{Ended, How};
use crate::event::Event;
use crate::json;
use crate::moment::Clock;

/// What is written; clones write the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal {
    job: String,
}

#[derive(Serialize)]
struct Line<'a, E> {
    at: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    job: &'a str,
    #[serde(flatten)]
    event: E,
}

/// What the command itself has to tell, beside what the crawl does.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(super) enum Told<'a> {
    /// A run is over.
    Ended { how: How, code: u8, summary: &'a Summary },
    /// The next slot of a job that is kept running, and when it is due with its jitter.
    Scheduled { slot: String, due: String },
    /// A slot that is left out, and why.
    Skipped { slot: String, why: &'a str, code: u8 },
    /// A run that could not be made or not be brought to its end.
    Failed { why: &'a str, code: u8 },
    /// Another word about the job.
    Note { text: &'a str },
}

impl<'a> Told<'a> {
    /// Of a run that is over.
    pub(super) const fn ended(ended: &'a Ended, exit: Exit) -> Self {
        Self::Ended { how: ended.how, code: exit as u8, summary: &ended.summary }
    }
}

impl Journal {
    /// That of a job; nameless for a crawl without one.
    pub(super) fn of(job: &str) -> Self {
        Self { job: job.to_owned() }
    }

    /// The job's name.
    pub(super) fn job(&self) -> &str {
        &self.job
    }

    /// A line for what a crawl does.
    pub(super) fn event(&self, event: &Event) {
        self.write(event);
    }

    /// A line for what the command does.
    pub(super) fn tell(&self, told: &Told<'_>) {
        self.write(told);
    }

    fn write(&self, event: impl Serialize) {
        let at = Clock::system().wall().warc_date();
        // Plain structs of strings and numbers always serialise.
        show::say(&json::line(&Line { at, job: &self.job, event }).unwrap_or_default());
    }
}
