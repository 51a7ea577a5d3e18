//! Scores: how sure an edge between two pages is, from all that was declared.
//!
//! The values are start values from counts on real pages and running sites, to be calibrated; each
//! says what set it.

use super::Evidence;
use crate::page::Signal;

/// An edge below this is no reason to put two pages together: a lone switcher link is not, a lone
/// head link of which the other page knows nothing just is.
pub(super) const ACCEPTED: f64 = 0.5;

/// What doubt is left when each page declares the other. Front pages, the commonest false
/// targets, never link back to an article.
const RECIPROCAL_DOUBT: f64 = 0.15;

/// What is left of an edge when the other page was read and does not declare this one. Return
/// links are missing on 44 of 100 audited sites, so this is no veto.
const ONE_WAY: f64 = 0.6;

/// What is left of an edge when the page itself declares another language than the edge does and
/// its text is too short to tell.
pub(super) const OWN_WORD_DIFFERS: f64 = 0.6;

/// Articles of one language that may declare one page. A page has one original a language; a
/// second comes from paging, a third makes it a front page or a section.
pub(super) const MAX_FROM_ONE_LANGUAGE: usize = 2;

/// A declaration that another page is meant counts as a contradiction from this on: weaker ones
/// are switchers, which lead astray themselves.
pub(super) const CONTRADICTS: f64 = 0.5;

/// What one signal is worth alone.
const fn worth(signal: Signal) -> f64 {
    match signal {
        // Real translations only, by the plugins' own code; precision 1.000 where measured.
        Signal::ArticleBlock => 0.90,
        // Some systems declare every site language, translated or not.
        Signal::HeadLink
        | Signal::HttpLink
        | Signal::Negotiated
        | Signal::DrupalPath
        | Signal::JsonLd
        | Signal::TranslationOf => 0.85,
        Signal::Sitemap => 0.80,
        // One in four leads to a front page.
        Signal::AnchorHreflang => 0.55,
        // Half of CCAligned's URL pairs need their text to confirm them.
        Signal::UrlPattern => 0.50,
        // One in two leads to a front page.
        Signal::Autonym => 0.45,
        Signal::Option => 0.40,
        // The same topic in articles of their own: nobody's translation.
        Signal::Interlanguage => 0.0,
    }
}

/// Signals that one template prints from one table fail together: only the best of each source
/// counts.
const fn source(signal: Signal) -> usize {
    match signal {
        Signal::HeadLink | Signal::HttpLink | Signal::Sitemap | Signal::Negotiated => 0,
        Signal::ArticleBlock => 1,
        Signal::DrupalPath | Signal::AnchorHreflang | Signal::Autonym | Signal::Option => 2,
        Signal::JsonLd | Signal::TranslationOf => 3,
        Signal::UrlPattern | Signal::Interlanguage => 4,
    }
}

/// The worth of all that one page declares of another: noisy-or over independent sources.
pub(super) fn one_direction(evidence: &[Evidence]) -> f64 {
    let mut best = [0.0_f64; 5];
    for one in evidence {
        if let Some(slot) = best.get_mut(source(one.signal)) {
            *slot = slot.max(worth(one.signal));
        }
    }
    1.0 - best.iter().map(|worth| 1.0 - worth).product::<f64>()
}

/// The worth of an edge from the worth of its two directions; both pages were read.
pub(super) fn both_directions(there: f64, back: f64) -> f64 {
    let best = there.max(back);
    if there > 0.0 && back > 0.0 { 1.0 - (1.0 - best) * RECIPROCAL_DOUBT } else { best * ONE_WAY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Place;

    fn of(signals: &[Signal]) -> f64 {
        let evidence: Vec<_> =
            signals.iter().map(|signal| Evidence { signal: *signal, place: Place::Head }).collect();
        one_direction(&evidence)
    }

    #[test]
    fn one_source_counts_once_and_two_add_up() {
        assert!((of(&[Signal::HeadLink, Signal::HttpLink]) - 0.85).abs() < 1e-9);
        assert!((of(&[Signal::HeadLink, Signal::ArticleBlock]) - 0.985).abs() < 1e-9);
        assert!(of(&[]).abs() < 1e-9);
    }

    #[test]
    fn a_lone_switcher_link_is_not_enough_and_a_return_link_makes_it_so() {
        let lone = of(&[Signal::AnchorHreflang]);
        assert!(both_directions(lone, 0.0) < ACCEPTED);
        assert!(both_directions(lone, lone) > 0.9);
        assert!(both_directions(of(&[Signal::HeadLink]), 0.0) >= ACCEPTED);
    }
}
