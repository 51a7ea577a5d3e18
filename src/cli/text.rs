//! `warraq text`.

use std::io::{self, Write};
use std::path::Path;

use super::{Exit, Stopped, show};
use crate::export;

/// Runs the command.
pub(super) fn run(path: &Path) -> Result<Exit, Stopped> {
    if !path.exists() {
        return Err(Stopped::usage(format!("{}: no such file or folder", path.display())));
    }
    let documents = export::documents(path).map_err(|why| Stopped::new(Exit::Output, why))?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut unreadable = 0_u64;
    for document in documents {
        let document = match document {
            Ok(document) => document,
            Err(why) => {
                unreadable += 1;
                show::complain(&why.to_string());
                continue;
            }
        };
        let line =
            serde_json::to_string(&document).map_err(|why| Stopped::new(Exit::Failure, why))?;
        if writeln!(out, "{line}").is_err() {
            // The reader has seen enough (`warraq text DIR | head`).
            return Ok(Exit::Complete);
        }
    }
    let _ = out.flush();
    Ok(if unreadable > 0 { Exit::Output } else { Exit::Complete })
}
