//! The manifest: everything an export was made of, so that it can be made again.
//!
//! Inputs and outputs by SHA-256, the version, and every setting that changes a byte. There is no
//! time and no machine in it: the same export has the same manifest.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::document::{EXTRACTOR, VERSION};
use super::error::ExportError;
use super::gather::Halt;
use super::inputs::Input;
use super::job::Job;
use super::shards::Written;
use crate::json;
use crate::moment::Moment;
use crate::wacz::hash::RunningHash;

/// Version of a manifest.
const MANIFEST: u32 = 1;

/// Bytes summed between two looks at whether to stop.
const STRETCH: u64 = 16 << 20;

/// Every setting that changes a byte of the output.
pub(super) fn settings(job: &Job) -> Value {
    let Job { plan, filters, dedup, keep, parallel, .. } = job;
    let columns: Vec<&str> = plan.columns.iter().map(|column| column.field.name).collect();
    json!({
        "format": plan.format,
        "compress": plan.compress,
        "shard_size": plan.shard_size,
        "columns": plan.format.has_columns().then_some(columns),
        "languages": filters.languages,
        "with_languages": filters.with_languages,
        "hosts": filters.hosts,
        "since": filters.since.map(Moment::warc_date),
        "until": filters.until.map(Moment::warc_date),
        "min_words": filters.min_words,
        "max_words": filters.max_words,
        "whole": filters.whole,
        "dedup": dedup,
        "keep": dedup.map(|_| keep),
        "parallel": plan.format.is_parallel().then_some(parallel),
    })
}

#[derive(Serialize)]
struct Manifest {
    version: u32,
    software: &'static str,
    schema: i64,
    settings: Value,
    inputs: Vec<Summed>,
    outputs: Vec<Summed>,
}

#[derive(Serialize)]
struct Summed {
    name: String,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    documents: Option<u64>,
    sha256: String,
}

/// The text of a manifest. Reads all inputs and outputs once more.
pub(super) fn made(
    settings: Value,
    job: &Job,
    outputs: &[Written],
    folder: &Path,
) -> Result<String, ExportError> {
    let input = |input: &Input| {
        let (sha256, bytes) = summed(&input.path, &job.halt)?;
        Ok(Summed { name: input.path.display().to_string(), bytes, documents: None, sha256 })
    };
    let output = |one: &Written| {
        let (sha256, bytes) = summed(&folder.join(&one.name), &job.halt)?;
        Ok(Summed { name: one.name.clone(), bytes, documents: Some(one.documents), sha256 })
    };
    let manifest = Manifest {
        version: MANIFEST,
        software: EXTRACTOR,
        schema: VERSION,
        settings,
        inputs: job.inputs.iter().map(input).collect::<Result<_, ExportError>>()?,
        outputs: outputs.iter().map(output).collect::<Result<_, ExportError>>()?,
    };
    let text = json::pretty(&manifest).map_err(io::Error::from)?;
    Ok(format!("{text}\n"))
}

fn summed(path: &Path, halt: &Halt) -> Result<(String, u64), ExportError> {
    let failed = ExportError::unread(path);
    let mut file = File::open(path).map_err(&failed)?;
    let mut hash = RunningHash::default();
    loop {
        halt.check()?;
        let stretch = io::copy(&mut (&mut file).take(STRETCH), &mut hash).map_err(&failed)?;
        if stretch == 0 {
            break;
        }
    }
    let bytes = hash.bytes();
    let sum = hash.finish();
    Ok((sum.strip_prefix("sha256:").unwrap_or(&sum).to_owned(), bytes))
}
