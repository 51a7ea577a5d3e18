//! `warraq text`.

use std::io::{self, Write};
use std::path::Path;

use url::Url;

use super::{Exit, Stopped, show};
use crate::export::{self, document::Document, schema};
use crate::json;

/// Runs the command.
pub(super) fn run(path: &Path) -> Result<Exit, Stopped> {
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
        let group = url.and_then(|url| groups.group_of(&url).map(str::to_owned));
        let document = Document { group, ..document };
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
