//! `warraq export`.

mod value;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Exit, Stopped, given, lookup, show};
use crate::export::dedup::{Dedup, Keep};
use crate::export::error::ExportError;
use crate::export::filter::Filters;
use crate::export::format::Format;
use crate::export::gather::Halt;
use crate::export::inputs::{Input, Meter, STDIN, resolve};
use crate::export::job::{self, Job, Told, errors_of};
use crate::export::parallel::{self, Grain, Include};
use crate::export::schema::{self, COLUMNS, Column};
use crate::export::shards::{Output, Plan};
use crate::export::sink::Compress;
use crate::lang::Lang;
use crate::moment::Moment;

/// How often the progress line is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// Make a clean text corpus of any WARC.
///
/// One row an article capture: url, title, authors, dates, languages, text and blocks, translation
/// group, rights signals, quality measures, and the WARC record it was read from; `--schema` prints
/// all of it. Reads archives only, those of any program: WARC 1.0 and 1.1, plain, gzip or zstd,
/// WACZ packages, folders of them. The same inputs, settings and version give the same bytes.
///
/// A revisit stands for the payload it refers to where that is in the inputs. A record that cannot
/// be read is named in errors.jsonl and passed over. Into a folder go also statistics and a dataset
/// card (README.md).
#[derive(Debug, Args)]
#[command(after_help = AFTER)]
pub(crate) struct ExportFlags {
    /// WARC files, WACZ packages, folders of them, glob patterns; - is standard input.
    #[arg(required_unless_present = "schema", value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// A folder, or a file if the name ends like one (.jsonl, .parquet, .csv.gz, …) [default:
    /// standard output].
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// jsonl, parquet, csv, text, markdown, tei or wet; of pairs of translations parallel-jsonl, tsv,
    /// tmx or warc2text [default: as the output is called, or jsonl].
    #[arg(long, value_name = "FORMAT", value_parser = value::format)]
    format: Option<Format>,
    /// zstd or gzip; a Parquet file is compressed by itself.
    #[arg(long, value_name = "HOW", value_parser = value::compress)]
    compress: Option<Compress>,
    /// Begin another file when one holds this much, uncompressed; 1 is a file a document.
    #[arg(long, value_name = "SIZE", value_parser = given::size)]
    shard_size: Option<u64>,
    /// Only these columns, of jsonl, parquet and csv; they stand in the order of the schema.
    #[arg(long, value_name = "a,b", value_delimiter = ',')]
    columns: Vec<String>,
    /// Only texts in these languages; of a pair, both.
    #[arg(long, value_name = "a,b", value_delimiter = ',', value_parser = value::lang)]
    language: Vec<Lang>,
    /// Only articles whose translation group has a text in each of these languages.
    #[arg(long, value_name = "a,b", value_delimiter = ',', value_parser = value::lang)]
    with_languages: Vec<Lang>,
    /// Only these hosts and those below them.
    #[arg(long, value_name = "a,b", value_delimiter = ',', value_parser = value::host)]
    host: Vec<String>,
    /// Only what was published, or else captured, at this time or later: 2026-11-22 or
    /// 2026-11-22T09:30:00Z.
    #[arg(long, value_name = "TIME", value_parser = lookup::time)]
    since: Option<Moment>,
    /// Only what was published, or else captured, before this time.
    #[arg(long, value_name = "TIME", value_parser = lookup::time)]
    until: Option<Moment>,
    /// Only texts of at least as many words (characters, where a script does not part words).
    #[arg(long, value_name = "N")]
    min_words: Option<u64>,
    /// Only texts of at most as many words.
    #[arg(long, value_name = "N")]
    max_words: Option<u64>,
    /// Only texts whose capture has no defect: not truncated, partial or damaged.
    #[arg(long)]
    whole: bool,
    /// Keep one of the documents with the same url, exactly the same text, or nearly the same (near);
    /// what is left out is named in duplicates.jsonl.
    #[arg(long, value_name = "BY", value_parser = value::dedup)]
    dedup: Option<Dedup>,
    /// Which of them: the newest or the first capture [default: newest].
    #[arg(long, value_name = "WHICH", value_parser = value::keep, requires = "dedup")]
    keep: Option<Keep>,
    /// What is aligned in a parallel corpus: sentence or paragraph [default: sentence].
    #[arg(long, value_name = "GRAIN", value_parser = value::grain)]
    align: Option<Grain>,
    /// Only pairs of articles, and aligned texts in them, of at least this score, 0 to 1.
    #[arg(long, value_name = "SCORE", value_parser = value::score)]
    min_score: Option<f64>,
    /// Take into a parallel corpus what is no translation for certain, too: comparable,
    /// machine-translated, variant, declared-untranslated, suspect.
    #[arg(long, value_name = "a,b", value_delimiter = ',', value_parser = value::include)]
    include: Vec<Include>,
    /// Write manifest.json: SHA-256 of inputs and outputs, version, settings.
    #[arg(long)]
    manifest: bool,
    /// Go on with an export to this folder that was interrupted.
    #[arg(long)]
    resume: bool,
    /// Threads that read pages [default: one a core].
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Print the JSON Schema of a row and do nothing else.
    #[arg(long)]
    schema: bool,
}

/// What follows the flags.
const AFTER: &str = "\
Examples:
  A corpus of a crawl, as a folder that can be published:
    warraq export archive -o corpus --format parquet --manifest
  Arabic articles that were translated to English, one of each text:
    warraq export archive -o pairs --language ar --with-languages ar,en --dedup near

Exit codes:
  0   complete
  1   another failure
  2   usage: nothing was read
  5   another export is writing there
  10  interrupted: what was finished is whole, --resume goes on
  22  a record could not be read (errors.jsonl names it; all others are in the export), or the
      output could not be written";

/// Runs the command.
pub(super) fn run(flags: &ExportFlags) -> Result<Exit, Stopped> {
    if flags.schema {
        schema::JSON.lines().for_each(show::say);
        return Ok(Exit::Complete);
    }
    let job = job(flags)?;
    heed_signals(&job.halt).map_err(|why| Stopped::new(Exit::Failure, why))?;
    let to_stdout = job.plan.output == Output::Stdout;
    let ended = watched(&job.inputs, &job.meter, || {
        job::run(&job, |lost| {
            // What has no place is a file that cannot be read, or is no archive.
            if to_stdout || lost.offset.is_none() {
                show::complain(&lost.why);
            }
        })
    });
    match ended {
        Ok(told) => {
            tell(&told, &job);
            Ok(if told.met.unreadable > 0 { Exit::Output } else { Exit::Complete })
        }
        // Whoever read it has seen enough (`warraq export archive | head`).
        Err(ExportError::Closed) => Ok(Exit::Complete),
        Err(why @ ExportError::Interrupted) if matches!(job.plan.output, Output::Folder(_)) => Err(
            Stopped::new(Exit::Interrupted, anyhow::anyhow!("{why}, and --resume goes on with it")),
        ),
        Err(why) => Err(stopped(why)),
    }
}

fn stopped(why: ExportError) -> Stopped {
    let exit = match why {
        ExportError::Input { .. } | ExportError::Taken { .. } => Exit::Usage,
        ExportError::Locked { .. } => Exit::Locked,
        ExportError::Interrupted => Exit::Interrupted,
        _ => Exit::Output,
    };
    Stopped::new(exit, why)
}

fn job(flags: &ExportFlags) -> Result<Job, Stopped> {
    let plan = plan(flags)?;
    possible(flags, &plan)?;
    let threads = flags.threads.or_else(|| thread::available_parallelism().ok());
    Ok(Job {
        inputs: resolve(&flags.inputs).map_err(stopped)?,
        plan,
        filters: Filters {
            languages: flags.language.clone(),
            with_languages: flags.with_languages.clone(),
            hosts: flags.host.clone(),
            since: flags.since,
            until: flags.until,
            min_words: flags.min_words,
            max_words: flags.max_words,
            whole: flags.whole,
        },
        dedup: flags.dedup,
        keep: flags.keep.unwrap_or_default(),
        parallel: parallel::Options {
            grain: flags.align.unwrap_or_default(),
            min_score: flags.min_score.unwrap_or_default(),
            include: flags.include.iter().copied().collect(),
        },
        manifest: flags.manifest,
        resume: flags.resume,
        threads: threads.map_or(1, NonZeroUsize::get),
        meter: Meter::default(),
        halt: Halt::default(),
    })
}

/// Refuses what no input and no output could make true.
fn possible(flags: &ExportFlags, plan: &Plan) -> Result<(), Stopped> {
    if flags.resume && !matches!(plan.output, Output::Folder(_)) {
        return Err(Stopped::usage("--resume needs a folder to go on in; give it with -o"));
    }
    let from_stdin = flags.inputs.iter().any(|path| path.as_os_str() == STDIN);
    if from_stdin && (flags.resume || flags.manifest) {
        let why = "standard input can be read only once; --resume and --manifest need files";
        return Err(Stopped::usage(why));
    }
    if flags.manifest && plan.output == Output::Stdout {
        return Err(Stopped::usage("--manifest stands beside an output; give one with -o"));
    }
    if flags.min_words.zip(flags.max_words).is_some_and(|(least, most)| least > most) {
        return Err(Stopped::usage(
            "no text has more words than --min-words and fewer than --max-words",
        ));
    }
    if flags.since.zip(flags.until).is_some_and(|(since, until)| since >= until) {
        return Err(Stopped::usage("no time is --since or later and before --until"));
    }
    Ok(())
}

fn plan(flags: &ExportFlags) -> Result<Plan, Stopped> {
    let output = flags.output.as_deref().map_or(Output::Stdout, place);
    fits(&output)?;
    let named = match &output {
        Output::File(path) => named(path),
        _ => None,
    };
    let format = flags.format.or(named.map(|(format, _)| format)).unwrap_or(Format::Jsonl);
    let compress = flags.compress.or(named.and_then(|(_, compress)| compress));
    if let (Output::File(path), Some(named)) = (&output, named) {
        agree(path, named, (format, compress))?;
    }
    if !format.is_built() {
        let why = "this build writes no Parquet; build it with `--features parquet`";
        return Err(Stopped::usage(why));
    }
    if format == Format::Parquet && compress == Some(Compress::Gzip) {
        return Err(Stopped::usage("Parquet is compressed by zstd; leave --compress away"));
    }
    if flags.shard_size.is_some() && !matches!(output, Output::Folder(_)) {
        return Err(Stopped::usage("--shard-size makes several files; give a folder with -o"));
    }
    if format == Format::Warc2text && !matches!(output, Output::Folder(_)) {
        return Err(Stopped::usage("warc2text is a folder of folders; give one with -o"));
    }
    let of_pairs = flags.align.is_some() || flags.min_score.is_some() || !flags.include.is_empty();
    if of_pairs && !format.is_parallel() {
        let why = "--align, --min-score and --include are for parallel-jsonl, tsv and tmx";
        return Err(Stopped::usage(why));
    }
    let columns = columns(&flags.columns, format)?;
    let compress = compress.filter(|_| format != Format::Parquet);
    Ok(Plan { output, format, compress, shard_size: flags.shard_size, columns })
}

/// An output that stands where it is asked for, and is called what it is.
fn fits(output: &Output) -> Result<(), Stopped> {
    let (Output::File(path) | Output::Folder(path)) = output else { return Ok(()) };
    let found = path.metadata().ok();
    let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let why = match (output, found) {
        (_, Some(is)) if !is.is_file() && !is.is_dir() => {
            "is no file and no folder; leave -o away to write to standard output"
        }
        (Output::Folder(_), Some(is)) if is.is_file() => {
            "is a file, and no format is called so; give a folder, or a name such as corpus.jsonl.gz"
        }
        (Output::Folder(_), None) if PACKED.contains(&end.as_str()) => {
            "would be a folder, as no format is called so; give a name such as corpus.jsonl.gz"
        }
        _ => return Ok(()),
    };
    Err(Stopped::usage(format!("{} {why}", path.display())))
}

/// Ends of the names of files that are packed.
const PACKED: &[&str] = &["gz", "zst", "xz", "bz2", "lz4", "br", "zip", "7z", "tar", "tgz", "wacz"];

/// A file is what its name says.
fn agree(
    path: &Path,
    named: (Format, Option<Compress>),
    asked: (Format, Option<Compress>),
) -> Result<(), Stopped> {
    // Parquet is compressed by itself, and TMX is XML, too.
    let is_compressed = named.1 == asked.1 || asked.0 == Format::Parquet;
    let is_xml = asked.0 == Format::Tmx && named.0 == Format::Tei;
    if named.0.extension() != asked.0.extension() && !is_xml {
        let (path, end) = (path.display(), asked.0.extension());
        let why = format!("{path} is called otherwise than --format says; call it .{end}");
        return Err(Stopped::usage(why));
    }
    if !is_compressed {
        let (path, end) = (path.display(), asked.1.map_or("", Compress::extension));
        let why = format!("{path} is called otherwise than --compress says; end it in .{end}");
        return Err(Stopped::usage(why));
    }
    Ok(())
}

fn named(path: &Path) -> Option<(Format, Option<Compress>)> {
    Format::of_name(&path.to_string_lossy().to_ascii_lowercase())
}

/// Where an output stands. `-` is standard output, as it is standard input among the inputs.
fn place(path: &Path) -> Output {
    if path.as_os_str() == STDIN {
        return Output::Stdout;
    }
    let is_file = !path.is_dir() && named(path).is_some();
    if is_file { Output::File(path.to_owned()) } else { Output::Folder(path.to_owned()) }
}

fn columns(names: &[String], format: Format) -> Result<Vec<Column>, Stopped> {
    if names.is_empty() {
        return Ok(COLUMNS.to_vec());
    }
    if !format.has_columns() {
        return Err(Stopped::usage("--columns is for jsonl, parquet and csv"));
    }
    let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
    schema::columns(&names).map_err(|unknown| {
        let known: Vec<&str> = COLUMNS.iter().map(|column| column.field.name).collect();
        Stopped::usage(format!("no column is called {unknown}; there are {}", known.join(", ")))
    })
}

/// Shows how far reading is, on a terminal only.
fn watched<T>(inputs: &[Input], meter: &Meter, work: impl FnOnce() -> T) -> T {
    let total: u64 = inputs.iter().map(|input| input.bytes).sum();
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{spinner} {bytes} of {total_bytes} read, {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let drawn = thread::Builder::new().spawn_scoped(scope, || {
            while !done.load(Ordering::Relaxed) {
                bar.set_position(meter.read().min(total));
                thread::park_timeout(TICK);
            }
            bar.finish_and_clear();
        });
        let ended = work();
        done.store(true, Ordering::Relaxed);
        if let Ok(drawn) = drawn {
            drawn.thread().unpark();
        }
        ended
    })
}

/// SIGINT and SIGTERM end the export where files are whole.
fn heed_signals(halt: &Halt) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let halt = halt.clone();
    let heed = move || {
        runtime.block_on(async {
            use tokio::signal::unix::{SignalKind, signal};
            let (Ok(mut interrupt), Ok(mut terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                return;
            };
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            halt.ask();
        });
    };
    thread::Builder::new().spawn(heed).map(drop)
}

fn tell(told: &Told, job: &Job) {
    let met = told.met;
    if met.unreadable > 0 {
        let records = show::count(met.unreadable, "record");
        let named = errors_of(&job.plan).filter(|path| path.exists());
        let named = named.map(|path| format!("; {} names them", path.display()));
        let named = named.unwrap_or_default();
        show::complain(&format!("could not be read and passed over: {records}{named}"));
    }
    if met.unresolved > 0 {
        let revisits = show::count(met.unresolved, "revisit");
        show::complain(&format!(
            "{revisits} of pages whose text is not in the inputs; give the earlier archives too"
        ));
    }
    if told.documents == 0 {
        show::complain("no article was found that was asked for");
    }
    if job.plan.output == Output::Stdout {
        return;
    }
    let documents = show::count(told.documents, "document");
    let files = show::count(told.files.len() as u64, "file");
    let mut parts = vec![format!("{documents} in {files}")];
    if job.plan.format.is_parallel() {
        parts.push(show::count(told.pairs, "pair"));
    }
    for (count, what) in [
        (met.repeated, "captured again unchanged"),
        (told.filtered, "filtered out"),
        (told.duplicates, "left out as duplicates"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    show::say(&parts.join(", "));
}
