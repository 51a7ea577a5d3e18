//! The command line: flags as typed, one file a command, and the words people read.
//!
//! Only this room talks to people and only it decides exit codes. [`given`] turns flags into
//! [`crate::settings::Settings`]; [`show`] words events, [`report`] summaries, [`usage`] what is wrong with a command line; the commands join the two
//! with the rooms below.

mod account;
mod choice;
mod crawl;
mod dedup;
mod effective;
mod errand;
mod export;
mod fields;
mod folders;
mod given;
mod groups;
mod index;
mod info;
mod job;
mod journal;
mod languages;
mod layers;
mod lookup;
mod metrics;
mod overlap;
mod pack;
mod panic;
mod preview;
mod progress;
mod report;
mod run;
mod show;
mod state;
mod steer;
mod text;
mod thresholds;
mod usage;
mod verify;

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, channel};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use self::layers::Typed;
use crate::crawl::trial;
use crate::moment::Moment;
use crate::record::name;
use crate::state::StateError;

/// The exit codes, for every command's help.
macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0   complete
  1   another failure
  2   usage or configuration: nothing was fetched
  3   finished, but short of a threshold: a seed failed or a site was given up for this run
      (--fail-on-failed-seeds), --min-coverage, --alert-after; near- or host-duplicates left URLs
      out; or all that is left is on hosts that were blocked (warraq host --block)
  4   less free on the disk than --disk-floor: state saved (with --on-full stop)
  5   another run holds the folder: this one was left out
  10  interrupted once: drained, state saved
  13  interrupted twice: stopped at once, state saved
  14  --max-pages or --max-bytes reached, state saved: the rest is queued
  15  --max-time reached, state saved: the rest is queued
  18  rate-limited: all that is left wants to be left alone for longer than --patience, or a server
      answered 429 to the last attempt
  22  the archive or the state could not be written or read; outranks all others"
    };
}

const EXIT_CODES: &str = exit_codes!();

/// What follows the flags in the help of `crawl`.
const CRAWL_AFTER: &str = concat!(
    "\
Durations are written as 500ms, 2s or 1m 30s, sizes as 500kB, 1MiB or 1GB; a bare number is seconds
or bytes.

Examples:
  One article, and every translation its page declares:
    warraq crawl https://example.org/ar/story --contact you@example.org --into archive
  The articles that front pages link to, with their translations, at most 500 pages:
    warraq crawl --seeds seeds/europe.txt --depth 1 --max-pages 500 --contact you@example.org \\
        --into europe
  Alternates in Arabic, English and French only, as JSON lines for a script:
    warraq crawl https://example.org/ar/ --depth 1 --languages ar,en,fr --json \\
        --contact https://example.org/about-our-archive --into archive

",
    exit_codes!()
);

/// How a command ends, as a process tells it (`--help` lists them).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Complete = 0,
    /// Another failure.
    Failure = 1,
    /// Usage or configuration.
    Usage = 2,
    /// A threshold was missed: by itself, seeds that failed or sites that were given up.
    Short = 3,
    /// Less room on the disk than has to stay free.
    DiskFloor = 4,
    /// Another run holds the folder.
    Locked = 5,
    /// One interrupt.
    Interrupted = 10,
    /// Two interrupts.
    Killed = 13,
    /// The limit of pages or bytes.
    MaxSize = 14,
    /// The limit of time.
    MaxTime = 15,
    /// What is left rests for too long, or a server said 429 to the last attempt.
    RateLimited = 18,
    /// Output or state.
    Output = 22,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The web archiving crawler for multilingual journalism.
///
/// From seed articles warraq follows the links that lead to the same article in other languages,
/// writes every exchange to WARC files byte for byte, reads body, byline, date and language from
/// each page, and holds the translations of one article together.
#[derive(Debug, Parser)]
#[command(name = "warraq", version, after_help = EXIT_CODES, max_term_width = 100)]
struct Warraq {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Crawl(Box<given::CrawlFlags>),
    Run(run::RunFlags),
    /// Check job files, and tell what they mean.
    #[command(subcommand)]
    Job(job::JobCommand),
    /// Tell what is in the archive and the state of a crawl folder.
    ///
    /// Lists WARC files with their records, the numbers of the last run, the refusals by rule, and
    /// the translation groups with their languages. Reads only; a running crawl is not disturbed.
    #[command(after_help = EXIT_CODES)]
    Info {
        /// A folder given to `crawl --into`, any folder of WARC files, or one WARC file.
        dir: PathBuf,
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    Text(text::TextFlags),
    /// Print the CDXJ index of WARC files.
    ///
    /// One line a capture: SURT key, time, and URL, media type, status, payload digest, and where
    /// the record lies; sorted by bytes, as pywb and other replay tools want it. Reads anyone's WARC
    /// files, compressed record by record or not at all. A record that cannot be read is named, and
    /// the rest is indexed. A crawl keeps its own index: DIR/index.cdxj.
    #[command(after_help = EXIT_CODES)]
    Index {
        /// WARC files, and folders of them.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write the index to this file, whole or not at all.
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Find the captures of a URL in an index.
    ///
    /// Prints the lines of the index that have the URL's SURT key, oldest first: http and https,
    /// with and without www, are one. The file is searched, never read as a whole. Nothing found is
    /// exit code 1.
    #[command(after_help = EXIT_CODES)]
    Lookup {
        /// A crawl folder, or a sorted CDXJ file.
        dir: PathBuf,
        /// The URL.
        url: String,
        /// Print only the capture nearest to this time: 2026-11-22, 2026-11-22T09:30:00Z, or 14 digits.
        #[arg(long, value_name = "TIME", value_parser = lookup::time)]
        at: Option<Moment>,
    },
    /// Store nothing that another archive holds already.
    #[command(subcommand)]
    Dedup(DedupCommand),
    Pack(pack::PackFlags),
    Export(Box<export::ExportFlags>),
    /// Judge an archive: records, digests, links, indexes, packages.
    ///
    /// Reads everything once and tells what is wrong as FILE@OFFSET, with the rule, the section of
    /// the standard (or the item of warraq's own bar) it stands on, and the remedy. A folder is
    /// judged as a whole archive with its indexes. All given files are one set: links between
    /// records are followed across it.
    ///
    /// Nothing is ever changed. --repair copies a file whose tail is torn, as far as it is whole,
    /// to a new file beside it.
    #[command(after_help = verify::AFTER)]
    Verify(verify::VerifyFlags),
    Report(account::ReportFlags),
    /// Tell of every run of a crawl folder, a line each.
    ///
    /// Read from the -meta WARCs that each run leaves: number, time, URLs captured, unchanged, failed,
    /// refused and left over, translation groups, and the size of the WARC files it sealed.
    #[command(after_help = EXIT_CODES)]
    History {
        /// A crawl folder.
        dir: PathBuf,
        /// Print one JSON object a line instead of text.
        #[arg(long)]
        json: bool,
    },
    Status(steer::StatusFlags),
    /// List the hosts of a running crawl.
    ///
    /// What each is doing, in flight first, then by how much is queued: its delay, when it is due,
    /// how long it rests and why, what was set while the crawl ran and what is blocked. Where nothing
    /// runs it lists what is blocked.
    #[command(after_help = EXIT_CODES)]
    Hosts {
        /// The folder given to `crawl --into`.
        dir: PathBuf,
        /// Print one JSON object instead of text.
        #[arg(long)]
        json: bool,
    },
    Host(steer::HostFlags),
    #[command(flatten)]
    Word(steer::Word),
    Groups(groups::GroupsFlags),
    Languages(languages::LanguagesFlags),
    /// Care for the state beside the archive.
    #[command(subcommand)]
    State(StateCommand),
    /// Read one page from standard input and say nothing: a crawl tries a suspect page so.
    #[command(name = trial::COMMAND, hide = true)]
    ReadAlone,
}

#[derive(Debug, Subcommand)]
enum DedupCommand {
    /// Take over the captures of another archive.
    ///
    /// Payloads that are found there are not stored again: they become `revisit` records that refer
    /// to the other archive's captures, and replay together with its WARC files only; `info` lists
    /// these. Of a WARC the record ids are known too, of a CDXJ index URL, date and digest. The
    /// captures are kept in DIR/dedup/ and survive `state rebuild`; to forget them, delete their
    /// file there and rebuild.
    #[command(after_help = EXIT_CODES)]
    Import {
        /// CDXJ indexes or WARC files of the other archive, compressed or not.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The crawl folder; it is made when it is not there yet.
        #[arg(long, value_name = "DIR")]
        into: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum StateCommand {
    /// Make the state anew from the WARC files.
    ///
    /// The old state is set aside as `state.bad-TIME`, never deleted. Queue, seen set, groups and
    /// ledger come back from the `metadata` records of the archive.
    #[command(after_help = EXIT_CODES)]
    Rebuild {
        /// The folder given to `crawl --into`.
        dir: PathBuf,
    },
}

/// Runs a command line, the program's name first. Reads no arguments of its own, so examples and
/// tests can run what a user would type.
pub fn run<I, A>(arguments: I) -> ExitCode
where
    I: IntoIterator<Item = A>,
    A: Into<OsString> + Clone,
{
    let parsed = Warraq::command().try_get_matches_from(arguments);
    let read = parsed.and_then(|matches| Ok((Warraq::from_arg_matches(&matches)?, matches)));
    let (typed, matches) = match read {
        Ok(read) => read,
        Err(error) => return refused(&error).into(),
    };
    let flags = innermost(&matches);
    panic::quieten_the_state();
    let ended = match typed.command {
        Command::Crawl(given) => crawl::run(&given, &flags),
        Command::Run(given) => run::run(&given),
        Command::Job(command) => job::run(&command, &flags),
        Command::Info { dir, json } => info::run(&dir, json),
        Command::Text(flags) => text::run(&flags),
        Command::Index { files, output } => index::run(&files, output.as_deref()),
        Command::Lookup { dir, url, at } => lookup::run(&dir, &url, at),
        Command::Dedup(DedupCommand::Import { files, into }) => dedup::import(&files, &into),
        Command::Pack(flags) => pack::run(&flags),
        Command::Export(flags) => export::run(&flags),
        Command::Verify(flags) => verify::run(&flags),
        Command::Report(flags) => account::report(&flags),
        Command::History { dir, json } => account::history(&dir, json),
        Command::Status(flags) => steer::status(&flags),
        Command::Hosts { dir, json } => steer::hosts(&dir, json),
        Command::Host(flags) => steer::host(&flags),
        Command::Word(word) => steer::word(&word),
        Command::Groups(flags) => groups::run(&flags),
        Command::Languages(flags) => languages::run(&flags),
        Command::State(StateCommand::Rebuild { dir }) => state::rebuild(&dir),
        Command::ReadAlone => read_alone(),
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(stopped) => {
            show::complain(&stopped.to_string());
            stopped.exit.into()
        }
    }
}

/// Reads the page on a thread like those that read in a crawl: a panic on it is no death. Nothing
/// of it outlives a crawl for long.
fn read_alone() -> Result<Exit, Stopped> {
    let mut message = Vec::new();
    let read = std::io::stdin().read_to_end(&mut message);
    read.map_err(|why| Stopped::new(Exit::Failure, why))?;
    let (told, done) = channel();
    std::thread::spawn(move || told.send(trial::read_alone(&message)));
    match done.recv_timeout(trial::LONGEST.saturating_mul(2)) {
        Ok(false) => Err(Stopped::usage(format!("{} is for crawls only", trial::COMMAND))),
        Ok(true) | Err(RecvTimeoutError::Disconnected) => Ok(Exit::Complete),
        Err(RecvTimeoutError::Timeout) => Ok(Exit::Failure),
    }
}

/// Which flags of the command itself were given, whatever commands stand before it.
fn innermost(matches: &clap::ArgMatches) -> Typed {
    match matches.subcommand() {
        Some((_, matches)) => innermost(matches),
        None => Typed::of(matches),
    }
}

/// A command line that runs nothing: a wrong one, or one that asks for help or the version.
fn refused(error: &clap::Error) -> Exit {
    match usage::sentence(error) {
        Some(sentence) => show::complain(&sentence),
        // Printing can only fail on a closed pipe.
        None => drop(error.print()),
    }
    if error.use_stderr() { Exit::Usage } else { Exit::Complete }
}

/// The WARC files of a folder, or the one file that was given.
fn archive_at(path: &Path) -> Result<Vec<PathBuf>, Stopped> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if path.exists() && !path.is_dir() {
        let what = "it is a pipe, a socket or a device; copy what it gives to a file first";
        return Err(Stopped::usage(format!("{}: {what}", path.display())));
    }
    if !path.is_dir() {
        let what = "no such file or folder; give the folder of `crawl --into`, or a WARC file";
        return Err(Stopped::usage(format!("{}: {what}", path.display())));
    }
    name::files(path).map_err(|why| {
        Stopped::new(Exit::Output, anyhow::anyhow!("cannot read {}: {why}", path.display()))
    })
}

/// A folder that holds neither archive nor state.
fn nothing_at(dir: &Path) -> Stopped {
    let what = "no WARC file and no state here; give the folder of `crawl --into`";
    Stopped::usage(format!("{}: {what}", dir.display()))
}

/// A command that could not go on: one sentence and an exit code.
#[derive(Debug)]
pub(crate) struct Stopped {
    exit: Exit,
    why: anyhow::Error,
}

impl Stopped {
    fn new(exit: Exit, why: impl Into<anyhow::Error>) -> Self {
        Self { exit, why: why.into() }
    }

    fn usage(why: impl std::fmt::Display) -> Self {
        Self::new(Exit::Usage, anyhow::anyhow!("{why}"))
    }
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Our errors quote what they come from; the chain would say it twice.
        write!(f, "{}", self.why)
    }
}

impl From<StateError> for Stopped {
    fn from(error: StateError) -> Self {
        let exit =
            if matches!(error, StateError::Locked { .. }) { Exit::Locked } else { Exit::Output };
        Self::new(exit, error)
    }
}
