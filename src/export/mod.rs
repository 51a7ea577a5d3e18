//! Export: clean text from any WARC, with the extraction code of the live crawl.
//!
//! [`inputs`] are read once, on all cores and in order ([`pipeline`], [`gather`]): each record gives an
//! [`item`], which goes to a spool on disk. The [`corpus`] over it knows what only all records
//! together tell; [`filter`] and [`dedup`] choose, [`shards`] writes by a [`mod@format`], [`job`] is
//! all of it. Reads archives only: no state, no network. A file or record that cannot be read is
//! named and passed over, never the end.

pub mod capture;
mod card;
pub mod cell;
mod chart;
mod choices;
pub mod corpus;
pub mod dated;
pub mod dedup;
pub mod defect;
pub mod direction;
pub mod document;
pub mod error;
pub mod evidence;
mod features;
pub mod filter;
pub mod format;
pub mod gather;
pub mod inputs;
pub mod item;
pub mod job;
mod manifest;
mod near;
pub mod parallel;
mod part;
pub mod pipeline;
pub mod quality;
pub mod schema;
pub mod shards;
pub mod sink;
mod spool;
pub mod statistics;
mod survey;
mod workplace;

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::groups::{self, Builder, Membership};
use crate::page::parts::joined::together;
use crate::record::entry::Entry;
use crate::record::name;
use crate::record::reader::{ReadError, Records};
use document::Document;
use item::Item;

/// The articles of a WARC file, or of all WARC files of a folder, in the order they were captured.
/// A capture whose payload stands earlier in the same archive is given once; an article of several
/// pages is given joined, behind all others.
pub fn documents(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Document, ReadError>>, ReadError> {
    let files = files(path)?;
    let mut met = HashSet::new();
    let entries = files.into_iter().flat_map(|file| {
        let (records, error) = match Records::open(&file) {
            Ok(records) => (Some(records), None),
            Err(why) => (None, Some(Err(why))),
        };
        error.into_iter().chain(records.into_iter().flatten())
    });
    let documents = entries.filter_map(move |entry| match entry {
        Ok(entry) => article(&entry, &mut met),
        Err(why) => Some(Err(why)),
    });
    Ok(joining(documents))
}

/// Documents whose pages are waited for. Past it, pages are given as they come.
const MAX_WAITING: usize = 10_000;

/// Holds back the pages of articles of several, and gives them joined at the end.
fn joining<E>(
    documents: impl Iterator<Item = Result<Document, E>>,
) -> impl Iterator<Item = Result<Document, E>> {
    let mut documents = Some(documents);
    let (mut waiting, mut joined) = (Vec::new(), None::<std::vec::IntoIter<Document>>);
    std::iter::from_fn(move || {
        while let Some(document) = documents.as_mut().and_then(Iterator::next) {
            match document {
                Ok(page) if page.place.is_some() && waiting.len() < MAX_WAITING => {
                    waiting.push(page);
                }
                other => return Some(other),
            }
        }
        documents = None;
        joined.get_or_insert_with(|| join(&std::mem::take(&mut waiting)).into_iter()).next().map(Ok)
    })
}

/// The articles of these pages, in the order of their first ones.
fn join(pages: &[Document]) -> Vec<Document> {
    let leaves = pages.iter().enumerate().filter_map(|(at, page)| Some((at, page.leaf()?)));
    let parts = together(&leaves.collect::<Vec<_>>());
    let later: HashSet<usize> = parts.values().flatten().copied().collect();
    let articles = pages.iter().enumerate().filter(|(at, _)| !later.contains(at));
    let whole = |(at, first): (usize, &Document)| {
        let further = parts.get(&at).into_iter().flatten().filter_map(|part| pages.get(*part));
        further.fold(first.clone(), |article, part| article.with(part.clone()))
    };
    articles.map(whole).collect()
}

/// The groups of an archive: those its crawl left in `groups.jsonl`, or made from its records.
pub fn membership(path: &Path) -> Result<Membership, ReadError> {
    match File::open(path.join(groups::TABLE)) {
        Ok(table) => Ok(Membership::of(groups::read(BufReader::new(table)))),
        Err(_) => Ok(Membership::of(evidence::read(path, Builder::new())?.builder.finish())),
    }
}

fn files(path: &Path) -> Result<Vec<PathBuf>, ReadError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    name::files(path).map_err(|source| ReadError::Io { path: path.display().to_string(), source })
}

fn article(entry: &Entry, met: &mut HashSet<String>) -> Option<Result<Document, ReadError>> {
    if !capture::is_page(entry) {
        return None;
    }
    let target = entry.target_uri()?;
    let digest = entry.header.get("WARC-Payload-Digest").unwrap_or_default();
    // The same payload under the same URL is one text, however often it was stored.
    if !digest.is_empty() && !met.insert(format!("{digest} {target}")) {
        return None;
    }
    match item::of(entry)? {
        Item::Reply(reply) => reply.document.map(|document| Ok(*document)),
        Item::Lost(lost) => {
            Some(Err(ReadError::Nowhere { at: entry.locator.clone(), why: lost.why }))
        }
        _ => None,
    }
}
