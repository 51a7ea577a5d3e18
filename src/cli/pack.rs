//! `warraq pack`.

use std::path::{Path, PathBuf};

use bytesize::ByteSize;
use clap::Args;

use super::{Exit, Stopped, given, show};
use crate::event::{Event, Watch};
use crate::moment::Clock;
use crate::pack::{self, Job, Leaning, PackError, Packed};
use crate::wacz::WaczError;

/// Make a WACZ package of WARC files.
///
/// One file that holds the WARCs byte for byte, their index, the articles with title, language,
/// translation group and text, and a SHA-256 of everything: ReplayWeb.page and pywb play it, and a
/// web server hands it out as it is. Takes the folder of a crawl, or anyone's WARC files. Nothing
/// is overwritten, and a package that cannot be finished leaves nothing behind.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(crate) struct PackFlags {
    /// WARC files, and folders of them. A file still being written (.open) is left out.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The package; its name ends in .wacz.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// What the archive is called [default: the hosts of its seeds, or its first file].
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// What the archive is [default: its captures, days and languages].
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Begin another package when one holds WARCs of this size: NAME-00001.wacz and so on, with a
    /// manifest NAME.json that names them all. No WARC is cut [default: one package, however large].
    #[arg(long, value_name = "SIZE", value_parser = given::size)]
    size_limit: Option<u64>,
    /// Leave the text of the articles out of the page list; their titles stay.
    #[arg(long)]
    no_text: bool,
}

/// Runs the command.
pub(super) fn run(flags: &PackFlags) -> Result<Exit, Stopped> {
    let watch = Watch::new(|event| {
        if let Event::Warning { text } = event {
            show::complain(text);
        }
    });
    let job = Job {
        inputs: flags.paths.clone(),
        out: flags.output.clone(),
        title: flags.title.clone(),
        description: flags.description.clone(),
        size_limit: flags.size_limit,
        text: !flags.no_text,
        watch,
    };
    let packed = pack::pack(&job, Clock::system().wall()).map_err(stopped)?;
    tell(&packed);
    Ok(if packed.unreadable > 0 { Exit::Output } else { Exit::Complete })
}

fn stopped(why: PackError) -> Stopped {
    let exit = match &why {
        PackError::Output { .. }
        | PackError::Input { .. }
        | PackError::SameName { .. }
        | PackError::Crowd { .. }
        | PackError::Package(WaczError::Exists { .. }) => Exit::Usage,
        _ => Exit::Output,
    };
    Stopped::new(exit, why)
}

fn tell(packed: &Packed) {
    for path in &packed.left_out {
        let what = "still being written, left out; pack again when the crawl has ended";
        show::complain(&format!("{}: {what}", path.display()));
    }
    if packed.unreadable > 0 {
        let records = show::count(packed.unreadable, "record");
        show::complain(&format!("{records} could not be read; the files are packed as they are"));
    }
    if packed.leaning.revisits > 0 {
        lean(&packed.leaning);
    }
    for (path, bytes) in &packed.files {
        show::say(&format!("{} ({})", named(path), ByteSize::b(*bytes)));
    }
    let [captures, articles, groups, warcs] = [
        (packed.captures, "capture"),
        (packed.articles, "article"),
        (packed.groups, "translation group"),
        (packed.warcs, "WARC file"),
    ]
    .map(|(number, what)| show::count(number, what));
    show::say(&format!("  {captures}, {articles}, {groups}, from {warcs}"));
}

/// What a replay of the package will miss.
fn lean(leaning: &Leaning) {
    let revisits = show::count(leaning.revisits, "revisit");
    show::complain(&format!(
        "{revisits} in {} stand for captures that are not in the package, so a replay will miss \
         them; pack the WARC files of the earlier runs with it:",
        leaning.files.join(", ")
    ));
    for original in &leaning.originals {
        show::complain(&format!("  {original}"));
    }
}

fn named(path: &Path) -> String {
    show::clean(&path.display().to_string())
}
