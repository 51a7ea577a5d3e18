//! Guesses: what confirmed URL patterns give for languages that articles lack.
//!
//! Made once a run, when nothing else is left: only then is it known which groups confirm which
//! pattern. A guess is a request nobody declared, so it is marked as one in its hop path, bounded
//! for each host, and refused by the same rules as a declared alternate.

use url::Url;

use super::summary;
use crate::address::fetchable;
use crate::frontier::{Frontier, FrontierError};
use crate::groups::Judgement;
use crate::groups::patterns::{Guess, Patterns};
use crate::lang::Lang;
use crate::lead::{Hop, Lead};
use crate::page::{Alternate, Page, PageKind, Place, Signal};
use crate::settings::{AlternatesScope, Settings};

/// What the pages of all runs are to one another.
pub(super) async fn judgement<F: Frontier>(frontier: &F) -> Result<Judgement, FrontierError> {
    Ok(summary::gather(frontier, |_| {}).await?.judge())
}

/// The leads of this run's guesses.
pub(super) fn leads(judgement: &Judgement, settings: &Settings, run: u32) -> Vec<Lead> {
    let patterns = Patterns::learn(&judgement.groups);
    let guesses = patterns.guesses(judgement.articles(), |url| judgement.knows(url), run);
    guesses.iter().filter_map(|guess| lead(guess, settings)).collect()
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
