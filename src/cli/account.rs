//! `warraq report` and `warraq history`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bytesize::ByteSize;
use clap::{Args, ValueEnum};

use super::{EXIT_CODES, Exit, Stopped, show};
use crate::disk::Disk;
use crate::json;
use crate::moment::Moment;
use crate::report::{self, Face, Report, ReportError, Run};

/// Make the report of a run.
///
/// Writes report.json, report.html and report.md into the folder (report-N.* for a run that is
/// named), as every run does at its end: sums, timeline, statuses, hosts, languages, translation
/// groups complete and partial, failures and refusals with examples, what changed since the run
/// before, WARC files with their SHA-256. Reads the folder only; a running crawl is not disturbed.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct ReportFlags {
    /// A crawl folder.
    dir: PathBuf,
    /// The run; the last one without it.
    #[arg(long, value_name = "N")]
    run: Option<u32>,
    /// Print it in this form instead of writing files.
    #[arg(long, value_name = "FORM", conflicts_with = "open")]
    format: Option<Form>,
    /// Show the HTML file in the desktop's browser.
    #[arg(long)]
    open: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    Json,
    Html,
    Md,
}

impl From<Form> for Face {
    fn from(form: Form) -> Self {
        match form {
            Form::Json => Self::Json,
            Form::Html => Self::Html,
            Form::Md => Self::Markdown,
        }
    }
}

/// Runs `report`.
pub(super) fn report(flags: &ReportFlags) -> Result<Exit, Stopped> {
    let report = report::read(&flags.dir, flags.run).map_err(stopped)?;
    if let Some(form) = flags.format {
        let text = report::shown(&report, form.into()).map_err(unwritten(&flags.dir))?;
        show::say(text.trim_end());
        return Ok(Exit::Complete);
    }
    let name = flags.run.map_or_else(|| "report".to_owned(), |run| format!("report-{run}"));
    let files = report::keep(&report, &flags.dir, &name, &Disk::real());
    let files = files.map_err(unwritten(&flags.dir))?;
    show::say(&line(&report));
    for file in &files {
        show::say(&format!("  {}", file.display()));
    }
    if flags.open {
        let page = files.iter().find(|file| file.extension().is_some_and(|ext| ext == "html"));
        page.map_or(Ok(()), |page| open(page))?;
    }
    Ok(Exit::Complete)
}

/// The run in one line.
fn line(report: &Report) -> String {
    let how = report.how.map_or_else(|| "not over".to_owned(), |how| how.to_string());
    let totals = &report.totals;
    format!(
        "Run {}: {how}; {} captured, {} unchanged, {} gone, {} answered with an error, {} failed",
        report.run, totals.captured, totals.unchanged, totals.gone, totals.errors, totals.failed
    )
}

/// Hands a file to the desktop.
fn open(page: &Path) -> Result<(), Stopped> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut shown = Command::new(program);
    shown.arg(page).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shown.spawn().map(drop).map_err(|why| {
        let what = format!("cannot run {program}: {why}; open {} by hand", page.display());
        Stopped::new(Exit::Failure, anyhow::anyhow!(what))
    })
}

/// Runs `history`: a line a run.
pub(super) fn history(dir: &Path, json: bool) -> Result<Exit, Stopped> {
    let runs = report::runs(dir).map_err(stopped)?;
    if !json {
        show::say(
            "  run  closed                captured  unchanged  gone  errors  failed  refused  queued  groups  archive",
        );
    }
    for run in runs.values() {
        show::say(&if json { json::line(&facts(run)).unwrap_or_default() } else { row(run) });
    }
    Ok(Exit::Complete)
}

fn row(run: &Run) -> String {
    let (totals, bytes) = (run.totals(), run.files.iter().map(|file| file.bytes).sum());
    let ended = run.summary.ended.map(Moment::warc_date);
    let closed = run.closed.as_ref().or(ended.as_ref());
    let closed = closed.and_then(|date| date.get(..19)).unwrap_or("-");
    let how = run.summary.how.filter(|how| *how != crate::crawl::How::Complete);
    let how = how.map(|how| format!("  {how}")).unwrap_or_default();
    format!(
        "  {:>3}  {closed:<20}  {:>8}  {:>9}  {:>4}  {:>6}  {:>6}  {:>7}  {:>6}  {:>6}  {}{how}",
        run.run,
        totals.captured,
        totals.unchanged,
        totals.gone,
        totals.errors,
        totals.failed,
        totals.refused,
        totals.queued,
        run.summary.groups.len(),
        ByteSize::b(bytes),
    )
}

fn facts(run: &Run) -> serde_json::Value {
    serde_json::json!({
        "run": run.run,
        "closed": run.closed,
        "how": run.summary.how,
        "totals": run.totals(),
        "groups": run.summary.groups.len(),
        "bytes": run.files.iter().map(|file| file.bytes).sum::<u64>(),
    })
}

fn stopped(why: ReportError) -> Stopped {
    let exit = match why {
        ReportError::Io { .. } => Exit::Output,
        ReportError::NotEnded(_) => Exit::Failure,
        ReportError::NoRun(_) | ReportError::NoSuchRun { .. } => Exit::Usage,
    };
    Stopped::new(exit, why)
}

fn unwritten(dir: &Path) -> impl FnOnce(std::io::Error) -> Stopped {
    let dir = dir.display().to_string();
    move |why| {
        Stopped::new(Exit::Output, anyhow::anyhow!("cannot write the report in {dir}: {why}"))
    }
}
