//! `warraq status`, `hosts`, `host`, `pause`, `resume` and `stop`: a running crawl seen and steered.
//!
//! They speak to the crawl over the socket in its folder and change nothing by themselves.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::show::{self, Direction};
use super::{EXIT_CODES, Exit, Stopped, given, progress, report};
use crate::crawl::blocked::{Blocked, blocked};
use crate::crawl::control::request::{Answer, Request};
use crate::crawl::control::{self, ControlError};
use crate::crawl::live::Status;
use crate::crawl::live::status::Hosts;
use crate::crawl::summary::{self, Summary};
use crate::disk::Disk;
use crate::json;
use crate::moment::Clock;

/// Hosts that a status for people names.
const HOSTS_SHOWN: usize = 10;

/// Tell how a running crawl is going.
///
/// What it does, what it fetched and how fast, what is queued, what limits it and when, which hosts
/// it asks, the translation groups so far, and the last problem. Without a crawl that runs there it
/// tells of the last run; both are exit code 0.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct StatusFlags {
    /// The folder given to `crawl --into`.
    dir: PathBuf,
    /// Tell it again and again, until the run has ended.
    #[arg(long)]
    watch: bool,
    /// The time between two tellings.
    #[arg(long, value_name = "DURATION", value_parser = given::duration, default_value = "2s", requires = "watch")]
    every: Duration,
    /// Print one JSON object instead of text; with --watch one a line.
    #[arg(long)]
    json: bool,
}

/// Change how a crawl treats a host.
///
/// It is said in the log and report of the run. A delay holds for the rest of the run and is that of
/// the host's registered domain, from its next request on; a longer Crawl-delay of its robots.txt
/// stays in force. A block holds in later runs too, until --unblock, and can be set and taken away
/// while nothing runs; what is queued on the host, and on hosts below it, stays queued.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct HostFlags {
    /// The folder given to `crawl --into`.
    dir: PathBuf,
    /// The host, with its port if it has one: www.example.org.
    host: String,
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Change {
    /// Least time between two requests to its registered domain, start to start.
    #[arg(long, value_name = "DURATION", value_parser = given::duration)]
    delay: Option<Duration>,
    /// Leave it alone.
    #[arg(long)]
    block: bool,
    /// Leave it alone no longer.
    #[arg(long)]
    unblock: bool,
}

/// The commands that change what a crawl does.
#[derive(Debug, Subcommand)]
pub(super) enum Word {
    /// Have a running crawl begin nothing new.
    ///
    /// What is in flight is finished. The crawl keeps its place and its politeness, asks nothing of
    /// anybody, and can be resumed or stopped; --max-time goes on counting.
    #[command(after_help = EXIT_CODES)]
    Pause {
        /// The folder given to `crawl --into`.
        dir: PathBuf,
    },
    /// Have a paused crawl go on.
    ///
    /// It goes on where it was; no host is asked sooner than its delay or rest allows.
    #[command(after_help = EXIT_CODES)]
    Resume {
        /// The folder given to `crawl --into`.
        dir: PathBuf,
    },
    /// End a running crawl, as an interrupt does.
    ///
    /// What is in flight is finished, the rest stays queued, and the crawl ends with code 10 (13
    /// with --now). Under `warraq run` only this run of the job ends; the next slot begins another.
    #[command(after_help = EXIT_CODES)]
    Stop {
        /// The folder given to `crawl --into`.
        dir: PathBuf,
        /// Drop what is in flight; it stays queued.
        #[arg(long)]
        now: bool,
    },
}

/// What `status --json` prints.
#[derive(Serialize)]
struct Told<'a> {
    /// Whether a crawl runs there.
    running: bool,
    /// The crawl.
    status: Option<&'a Status>,
    /// The run that ended last, when none runs.
    last: Option<&'a Summary>,
    /// The hosts that are blocked, when none runs.
    blocked: &'a [Blocked],
}

/// Runs `status`.
pub(super) fn status(flags: &StatusFlags) -> Result<Exit, Stopped> {
    is_folder(&flags.dir)?;
    runtime()?.block_on(async {
        loop {
            match control::ask(&flags.dir, &Request::Status).await {
                Ok(answer) => tell(flags, &answer),
                Err(ControlError::NothingRuns(_)) => return last(&flags.dir, flags.json),
                Err(why) => return Err(stopped(why)),
            }
            if !flags.watch {
                return Ok(Exit::Complete);
            }
            tokio::time::sleep(flags.every).await;
        }
    })
}

fn tell(flags: &StatusFlags, answer: &Answer) {
    let Some(status) = &answer.status else { return };
    if flags.json {
        let told = Told { running: true, status: Some(status), last: None, blocked: &[] };
        return show::say(&json::line(&told).unwrap_or_default());
    }
    let mut lines = progress::whole(status);
    if !status.hosts.rows.is_empty() {
        lines.push(String::new());
    }
    lines.extend(progress::hosts(status, HOSTS_SHOWN));
    if flags.watch && io::stdout().is_terminal() {
        let width = progress::width(&io::stdout());
        let lines: Vec<String> = lines.iter().map(|line| progress::cut(line, width)).collect();
        // Home, and clear to the end of the screen: ECMA-48 §8.3.21, §8.3.39.
        show::say(&format!("\x1b[H\x1b[2J{}", lines.join("\n")));
    } else {
        show::say(&lines.join("\n"));
    }
}

/// Tells of the run that ended last.
fn last(dir: &Path, json: bool) -> Result<Exit, Stopped> {
    let last = summary::kept(dir);
    if !is_crawl(dir) {
        return Err(super::nothing_at(dir));
    }
    let blocked = blocked(dir);
    if json {
        let told = Told { running: false, status: None, last: last.as_ref(), blocked: &blocked };
        show::say(&json::line(&told).unwrap_or_default());
        return Ok(Exit::Complete);
    }
    let folder = dir.display();
    match &last {
        Some(last) => {
            let how = last.how.map_or_else(|| "ended".to_owned(), |how| how.to_string());
            let numbers = report::summary(last, dir, Direction::of_stdout());
            let run = last.stats.run;
            show::say(&format!("No crawl runs in {folder}. Run {run}: {how}.\n\n{numbers}"));
        }
        None => show::say(&format!(
            "No crawl runs in {folder}, and none has ended there: the next `warraq crawl` goes on \
             with what was begun."
        )),
    }
    tell_blocked(dir, &blocked);
    Ok(Exit::Complete)
}

fn tell_blocked(dir: &Path, rows: &[Blocked]) {
    for row in rows {
        show::say(&format!("  blocked    {}", report::blocked(row, dir)));
    }
}

/// Runs `hosts`.
pub(super) fn hosts(dir: &Path, json: bool) -> Result<Exit, Stopped> {
    let Some(answer) = asked(dir, &Request::Status)? else { return idle_hosts(dir, json) };
    let Some(status) = answer.status else { return Ok(Exit::Complete) };
    if json {
        show::say(&json::line(&status.hosts).unwrap_or_default());
    } else {
        show::say(&progress::hosts(&status, usize::MAX).join("\n"));
    }
    Ok(Exit::Complete)
}

/// The hosts of a crawl that does not run: those that are blocked.
fn idle_hosts(dir: &Path, json: bool) -> Result<Exit, Stopped> {
    let rows = blocked(dir);
    if rows.is_empty() {
        return Err(nothing_runs(dir));
    }
    if json {
        let blocked = rows.into_iter().map(|row| row.host).collect();
        let hosts = Hosts { blocked, ..Hosts::default() };
        show::say(&json::line(&hosts).unwrap_or_default());
    } else {
        show::say(&format!("No crawl runs in {}.", dir.display()));
        tell_blocked(dir, &rows);
    }
    Ok(Exit::Complete)
}

/// Runs `host`.
pub(super) fn host(flags: &HostFlags) -> Result<Exit, Stopped> {
    let (dir, host) = (&flags.dir, flags.host.clone());
    let (request, block) = match flags.change {
        Change { delay: Some(delay), .. } => {
            let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
            return done(dir, &Request::Delay { host, millis });
        }
        Change { block: true, .. } => (Request::Block { host }, true),
        Change { .. } => (Request::Unblock { host }, false),
    };
    if let Some(answer) = asked(dir, &request)? {
        return Ok(say_done(answer));
    }
    let with = (&Clock::system(), &Disk::real());
    let told = crate::crawl::blocked::change(dir, &flags.host, block, with);
    show::say(&told.map_err(Stopped::usage)?);
    Ok(Exit::Complete)
}

/// Runs `pause`, `resume` and `stop`.
pub(super) fn word(word: &Word) -> Result<Exit, Stopped> {
    match word {
        Word::Pause { dir } => done(dir, &Request::Pause),
        Word::Resume { dir } => done(dir, &Request::Resume),
        Word::Stop { dir, now } => done(dir, &Request::Stop { now: *now }),
    }
}

fn done(dir: &Path, request: &Request) -> Result<Exit, Stopped> {
    asked(dir, request)?.map(say_done).ok_or_else(|| nothing_runs(dir))
}

fn say_done(answer: Answer) -> Exit {
    show::say(&show::clean(&answer.done.unwrap_or_default()));
    Exit::Complete
}

/// What a crawl answers; nothing where none runs in a folder that is one of a crawl.
fn asked(dir: &Path, request: &Request) -> Result<Option<Answer>, Stopped> {
    is_folder(dir)?;
    match runtime()?.block_on(control::ask(dir, request)) {
        Ok(answer) => Ok(Some(answer)),
        Err(ControlError::NothingRuns(_)) if is_crawl(dir) => Ok(None),
        Err(ControlError::NothingRuns(_)) => Err(super::nothing_at(dir)),
        Err(why) => Err(stopped(why)),
    }
}

fn nothing_runs(dir: &Path) -> Stopped {
    stopped(ControlError::NothingRuns(dir.to_owned()))
}

/// Whether a crawl has begun in a folder.
fn is_crawl(dir: &Path) -> bool {
    dir.join("state").exists() || summary::kept(dir).is_some()
}

fn is_folder(dir: &Path) -> Result<(), Stopped> {
    if dir.is_dir() {
        return Ok(());
    }
    let what = "no such folder; give the folder of `crawl --into`";
    Err(Stopped::usage(format!("{}: {what}", dir.display())))
}

fn runtime() -> Result<tokio::runtime::Runtime, Stopped> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|why| Stopped::new(Exit::Failure, why))
}

fn stopped(why: ControlError) -> Stopped {
    let exit = if matches!(why, ControlError::Refused(_)) { Exit::Usage } else { Exit::Failure };
    Stopped::new(exit, why)
}
