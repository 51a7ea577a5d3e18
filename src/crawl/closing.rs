//! The closing: what a run says about itself, filed as the last WARC of the call (`…-meta`).
//!
//! `resource` records with `urn:` URIs: configuration, seeds, summary, log, ledger, manifest. Each
//! closing covers what came since the one before it, so what a killed process left is told by the
//! next. The manifest comes last: a file without one, because the process died over it, counts as
//! no closing. Everything in it stands beside the archive too; nothing is ever read back from it
//! but where the next closing begins.

mod log;
mod manifest;
mod unclosed;

use std::io;
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

pub(super) use log::Log;
pub(crate) use manifest::tail as ledger_tail;
pub use manifest::{LedgerPart, Manifest, SealedFile};
pub(super) use unclosed::note as note_unclosed;
pub(crate) use unclosed::unclosed;

use super::CrawlError;
use super::archive::Archive;
use super::kept::KeptJob;
use super::summary::Summary;
use crate::json;
use crate::moment::Moment;
use crate::record::{Block, Resource, name};
use crate::settings::Settings;

const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const TEXT: &str = "text/plain; charset=utf-8";

/// What is known when a run ends and nowhere in the folder.
#[derive(Debug)]
pub(super) struct Closing {
    pub(super) settings: Settings,
    pub(super) summary: Summary,
    pub(super) log: Vec<u8>,
    pub(super) at: Moment,
}

impl Closing {
    /// Files it, and says whether it did. Without a WARC since the last closing there is nothing to
    /// close, and `stop` leaves it to the next call: sums over many files take their time.
    pub(super) async fn file(
        self,
        archive: &Archive,
        stop: CancellationToken,
    ) -> Result<bool, CrawlError> {
        let into = self.settings.into.clone();
        let made = tokio::task::spawn_blocking(move || self.resources(&stop)).await;
        let made = made.map_err(|died| CrawlError::Worker(died.to_string()))?;
        let made = made.map_err(|why| CrawlError::Closing { path: into, why })?;
        let is_filed = made.is_some();
        if let Some(resources) = made {
            archive.file_meta(resources).await?;
        }
        Ok(is_filed)
    }

    fn resources(&self, stop: &CancellationToken) -> io::Result<Option<Vec<Resource>>> {
        let into = &self.settings.into;
        let before = manifest::last(into);
        let files = manifest::since(into, before.as_ref(), || stop.is_cancelled())?;
        let Some(files) = files.filter(|files| !files.is_empty()) else { return Ok(None) };
        let (ledger, part) = manifest::ledger(into, before.as_ref().map(|(_, before)| before))?;
        let manifest = Manifest {
            run: self.summary.stats.run,
            files,
            depends: self.summary.depends_on.clone(),
            ledger: part,
        };
        let seeds = KeptJob::load(into).map_or_else(String::new, |job| job.seed_list());
        Ok(Some(vec![
            self.text("configuration", JSON, json::pretty(&self.settings)?),
            self.text("seeds", TEXT, seeds),
            self.text("summary", JSON, json::pretty(&self.summary)?),
            self.resource("log", LINES, Block::Bytes(self.log.clone().into())),
            self.resource("ledger", LINES, ledger),
            self.text(manifest::NAME, JSON, json::pretty(&manifest)?),
        ]))
    }

    fn text(&self, what: &str, media: &'static str, text: String) -> Resource {
        self.resource(what, media, Block::Bytes(text.into()))
    }

    fn resource(&self, what: &str, media: &'static str, block: Block) -> Resource {
        let uri = format!("urn:warraq:run:{}:{what}", self.summary.stats.run);
        Resource { uri, date: self.at, media, block }
    }
}

/// The sealed WARC files of a folder that have a serial, with it.
fn numbered(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let sealed = |path: PathBuf| {
        let file = path.file_name()?.to_str()?;
        let serial = name::serial_of(file)?;
        (!file.ends_with(name::OPEN)).then_some((serial, path))
    };
    Ok(name::files(folder)?.into_iter().filter_map(sealed).collect())
}
