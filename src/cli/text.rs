//! `warraq text`: the articles of an archive, or what one page says and why it is read so.

mod one;
mod why;

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use url::Url;

use super::errand::{self, ErrandFlags};
use super::{Exit, Stopped, show};
use crate::export::{self, document::Document, schema};
use crate::json;

/// Print the extracted articles as JSON lines.
///
/// Of an archive one line an article capture, oldest first: url, title, byline with roles, dates,
/// language, body, and the file, offset and length of the WARC record it was read from. Reads the
/// WARC files only, so it works on any folder of WARCs and beside a running crawl. A payload that
/// was met again (a `revisit`) is printed once.
///
/// Of a single page, a file of HTML or a URL, one line too, article or not. A URL is asked for
/// once, redirects followed and robots.txt obeyed, and nothing is kept.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(super) struct TextFlags {
    /// A crawl folder, a folder of WARC files, one WARC file, a file of HTML, or a URL.
    #[arg(value_name = "DIR_FILE_OR_URL")]
    from: String,
    /// Tell in words what was found and why: the stages tried, and every candidate for title,
    /// authors, dates, language and body with its source and score.
    #[arg(long)]
    explain: bool,
    #[command(flatten)]
    errand: ErrandFlags,
}

/// Runs the command.
pub(super) fn run(flags: &TextFlags) -> Result<Exit, Stopped> {
    let path = PathBuf::from(&flags.from);
    if errand::is_url(&flags.from) || is_page(&path) {
        let brought = errand::bring(&flags.from, &flags.errand)?;
        if flags.explain {
            why::page(&brought);
        } else {
            one::tell(&brought)?;
        }
        return Ok(Exit::Complete);
    }
    if flags.explain { why::archive(&path) } else { archive(&path) }
}

/// Bytes of a file that are looked at to tell a page from an archive.
const SNIFFED: u64 = 1_024;

/// Whether a file is one page: called so, or markup from its first visible byte on.
fn is_page(path: &Path) -> bool {
    let named = path.extension().and_then(|ext| ext.to_str());
    if !path.is_file() || named.is_some_and(|ext| matches!(ext, "html" | "htm" | "xhtml")) {
        return path.is_file();
    }
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(SNIFFED).read_to_end(&mut start));
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    read.is_ok() && start.trim_ascii_start().starts_with(b"<")
}

/// The articles of an archive, a line each.
fn archive(path: &Path) -> Result<Exit, Stopped> {
    let files = super::archive_at(path)?.len() as u64;
    if files == 0 {
        return Err(super::nothing_at(path));
    }
    let documents = export::documents(path).map_err(|why| Stopped::new(Exit::Output, why))?;
    let groups = export::membership(path).map_err(|why| Stopped::new(Exit::Output, why))?;
    let columns = columns();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let (mut told, mut unreadable) = (0_u64, 0_u64);
    for document in documents {
        let document = match document {
            Ok(document) => document,
            Err(why) => {
                unreadable += 1;
                show::complain(&why.to_string());
                continue;
            }
        };
        let url = Url::parse(&document.url).ok();
        let (group, group_role) = url
            .and_then(|url| groups.group_of(&url))
            .map(|(group, role)| (group.to_owned(), role))
            .unzip();
        let document = Document { group, group_role, ..document };
        let line = json::line(&schema::Row(&document, &columns))
            .map_err(|why| Stopped::new(Exit::Failure, why))?;
        if let Err(why) = writeln!(out, "{line}") {
            return enough(&why);
        }
        told += 1;
    }
    if let Err(why) = out.flush() {
        return enough(&why);
    }
    if told == 0 {
        let files = show::count(files, "WARC file");
        show::complain(&format!("no article was found in {files} of {}", path.display()));
    }
    Ok(if unreadable > 0 { Exit::Output } else { Exit::Complete })
}

/// The columns that one capture tells alone, and its group.
fn columns() -> Vec<schema::Column> {
    let alone =
        |column: &&schema::Column| !matches!(column.field.name, "members" | "expected_language");
    schema::COLUMNS.iter().filter(alone).copied().collect()
}

/// The end of the output before the end of the articles: the reader has seen enough
/// (`warraq text DIR | head`), or the disk is full.
fn enough(why: &io::Error) -> Result<Exit, Stopped> {
    match why.kind() {
        io::ErrorKind::BrokenPipe => Ok(Exit::Complete),
        _ => Err(Stopped::new(Exit::Output, anyhow::anyhow!(show::unwritten(why)))),
    }
}
