//! Guesses: what confirmed URL patterns give for languages that articles lack.
//!
//! Made once a sitting, when nothing else is left: only then is it known which groups confirm which
//! pattern. A guess is a request nobody declared, so it is marked as one in its hop path, bounded
//! for each host and run, and refused by the same rules as a declared alternate. What the run has
//! guessed already is read from its ledger, which a resumed run and a rebuilt state have too. What
//! an earlier run guessed and got an answer from is in the index, and is asked for again when an
//! article without a translation would be ([`late`]), and not in between.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use serde::Deserialize;
use url::Url;

use super::sealed::INDEX;
use super::{late, summary};
use crate::address::fetchable;
use crate::frontier::{Frontier, FrontierError};
use crate::groups::Judgement;
use crate::groups::late::step;
use crate::groups::patterns::{Guess, Patterns};
use crate::index::{IndexError, Lookup};
use crate::lang::Lang;
use crate::lead::{Hop, Lead};
use crate::moment::Moment;
use crate::page::{Alternate, Page, PageKind, Place, Signal};
use crate::settings::{AlternatesScope, Settings};

/// The ledger of a crawl folder.
const LEDGER: &str = "ledger.jsonl";

/// Longest line of the ledger that is read.
const MAX_LINE: u64 = 1 << 20;

/// Everything the groups of all runs are made from.
pub(super) async fn evidence_of<F: Frontier>(
    frontier: &F,
) -> Result<crate::groups::Builder, FrontierError> {
    summary::gather(frontier, |_| {}).await
}

/// Why what was guessed before cannot be told.
#[derive(Debug, thiserror::Error)]
pub(super) enum GuessError {
    /// The ledger cannot be read.
    #[error("cannot read the ledger for what was guessed: {0}")]
    Ledger(#[from] io::Error),
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// The leads of the guesses that this run has left.
pub(super) fn leads(
    judgement: &Judgement,
    settings: &Settings,
    run: u32,
    now: Moment,
) -> Result<Vec<Lead>, GuessError> {
    let patterns = Patterns::learn(&judgement.groups);
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    let made = made(&settings.into.join(LEDGER), run)?;
    let index = settings.into.join(INDEX);
    let mut index = index.is_file().then(|| Lookup::open(&index)).transpose()?;
    let mut failed = None;
    let mut rests = |url: &Url| {
        let rests = index.as_mut().map_or(Ok(false), |index| rests(index, url, settings, now));
        rests.unwrap_or_else(|why| {
            failed = Some(why);
            true
        })
    };
    let skipped = |url: &Url| judgement.knows(url) || rests(url);
    let guesses = patterns.guesses(judgement.articles(), skipped, &made, run);
    match failed {
        Some(why) => Err(why.into()),
        None => Ok(guesses.iter().filter_map(|guess| lead(guess, settings)).collect()),
    }
}

/// Whether a URL has answered before and is not to be asked again now.
fn rests(
    index: &mut Lookup,
    url: &Url,
    settings: &Settings,
    now: Moment,
) -> Result<bool, IndexError> {
    let times = late::captured(index, url.as_str())?;
    Ok(times.is_some_and(|(first, last)| !settings.late || step(first, last, now).is_none()))
}

/// What is read of a line of the ledger.
#[derive(Deserialize)]
struct Line {
    run: u32,
    url: String,
    #[serde(default)]
    hops: String,
}

/// Guesses of a run that have been asked for, by host.
fn made(ledger: &Path, run: u32) -> io::Result<HashMap<String, usize>> {
    let mut made = HashMap::new();
    let mut file = match File::open(ledger) {
        Ok(file) => BufReader::new(file),
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(made),
        Err(why) => return Err(why),
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        if io::Read::take(&mut file, MAX_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(made);
        }
        // Cheaper than reading every line as JSON; what a guess redirects to is no guess.
        if memchr::memmem::find(&line, b"G\"").is_none() {
            continue;
        }
        let read = serde_json::from_slice::<Line>(&line).ok();
        let guess = read.filter(|line| line.run == run && line.hops.ends_with('G'));
        let host = guess.and_then(|line| Url::parse(&line.url).ok()?.host_str().map(str::to_owned));
        if let Some(host) = host {
            *made.entry(host).or_default() += 1;
        }
    }
}

/// The lead of a guess, when it is in scope. It has used up its depth: what an address that nobody
/// declared links to is not followed.
fn lead(guess: &Guess, settings: &Settings) -> Option<Lead> {
    let (url, of) = (fetchable(&guess.url, None).ok()?, Url::parse(&guess.of).ok()?);
    let lang = Lang::parse(&guess.lang);
    let covered = |lang: &Lang| settings.languages.iter().any(|wanted| wanted.covers(lang));
    let wanted = settings.languages.is_empty() || lang.as_ref().is_some_and(covered);
    let same_host = url.host_str() == of.host_str();
    let within = same_host || settings.alternates_scope != AlternatesScope::SameHost;
    let lead =
        Lead { via: Some(guess.of.clone()), depth: settings.depth, ..Lead::at(&url, Hop::Guess) };
    (wanted && within).then_some(Lead { lang, ..lead })
}

/// What a guessed page is evidence of, once it has been found to be an article: that the pattern
/// leads from it to the page it was guessed for.
pub(super) fn evidence(lead: &Lead, page: &Page) -> Option<Alternate> {
    let straight = lead.hop == Hop::Guess && page.kind == PageKind::Article;
    let of = lead.via.clone().filter(|_| straight)?;
    Some(Alternate {
        url: of.clone(),
        url_raw: of,
        about: None,
        lang: None,
        lang_raw: String::new(),
        signal: Signal::UrlPattern,
        place: Place::Chrome,
    })
}
