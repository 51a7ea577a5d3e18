//! `warraq job`: is a job file right, and what does it come to?

use std::fmt::Display;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::crawl::Plan;
use super::effective::{self, Row};
use super::folders::Folders;
use super::given::CrawlFlags;
use super::layers::{Source, Typed};
use super::{Exit, Stopped, crawl, show};
use crate::capture::CaptureError;
use crate::crawl::{CrawlError, admissible};
use crate::moment::Clock;
use crate::seeds::job::JobFile;

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
    /// A line a key of the job file: its value, as it is written there, and the line of the file, the
    /// environment, the flag or the default that gave it. Takes the flags of `crawl`, as they would go over the file. Secrets are
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
    let mut folders = Folders::default();
    for file in files {
        let plan = crawl::plan_of(file).and_then(crawlable);
        match plan.and_then(|plan| folders.take(file, &plan.given.settings.into).map(|()| plan)) {
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
    let rows = effective::rows(&plan, job);
    let wide = |cell: fn(&Row) -> &String| {
        rows.iter().map(|row| cell(row).chars().count()).max().unwrap_or(0).min(48)
    };
    let (names, values) = (wide(|row| &row.0), wide(|row| &row.1));
    for (name, value, from) in &rows {
        show::say(&format!("{name:<names$}  {value:<values$}  {from}"));
    }
    Ok(Exit::Complete)
}
