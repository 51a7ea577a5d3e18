//! Scores: how sure an edge between two pages is, from all that was declared and what the texts say.
//!
//! Every value is named with what set it: "site" is a running WordPress site of 380 articles and
//! 1,224 declared alternates, "pages" are 1,800 real article pages, "sites" are 100 audited
//! sites, "pairs" are 247 true translations against as many random pairs. What has no measurement
//! says which side it errs on.

use super::verify::Verdict;
use super::{Evidence, Step};
use crate::page::Signal;

/// An edge below this is no reason to put two pages together: a lone switcher link is not, a lone
/// head link of which the other page knows nothing just is. Site: precision 1.000, recall .985.
pub(super) const ACCEPTED: f64 = 0.5;

/// What doubt is left when each page declares the other. Site: front pages, the commonest false
/// targets, never link back to an article (1,224 of 1,224 reciprocal edges true).
const RECIPROCAL_DOUBT: f64 = 0.15;

/// What is left of an edge when the other page was read and does not declare this one. Sites: 44
/// of 100 miss return links, so this is no veto.
const ONE_WAY: f64 = 0.6;

/// What is left of an edge when the page itself declares another language than the edge does and
/// its text is too short to tell. As much doubt as a missing return link.
const OWN_WORD_DIFFERS: f64 = 0.6;

/// What agreeing texts are worth beside a declaration. Pairs: numbers alone tell true from random
/// with AUC .84 (ja) to 1.00 (ar); set so that with it a lone switcher link is just accepted and a
/// lone `option` is not.
const TEXT_AGREES: f64 = 0.70;

/// What is left of an edge when the texts are another article's. Half of anything is below
/// [`ACCEPTED`]: no declaration outlives it, as one template makes two wrong links as easily as two
/// right ones. The texts condemn .0005 of 13,724 true pairs, and .92 of the pairs of unrelated
/// news that have numbers or names (see `verify`).
const TEXT_DIFFERS: f64 = 0.5;

/// What is left of a one-way edge instead of [`ONE_WAY`] when numbers and names both agree: the text
/// says more than the return link would have. Random pairs: none of 14,000 agreed so.
const ONE_WAY_CONFIRMED: f64 = 0.8;

/// What is left when each declares the other and no text speaks for it: too little to compare, or
/// one is a part. Such a pair stands by what is declared (site: 1,224 of 1,224 were true), and no
/// number of declarations makes up for a text: below every mutual pair whose texts agree. Where a
/// page calls itself another language, that doubt is the greater one ([`OWN_WORD_DIFFERS`]).
const UNCHECKED: f64 = 0.8;

/// The same where each names the other only as switchers do, by what leads to a front page as often
/// as not (see [`worth`]). Errs to the side of the pair: it just stands.
const UNCHECKED_AND_WEAK: f64 = 0.6;

/// What is left, besides, of a one-way edge to a text that is far too short or too long: a page
/// that is not there, or one that asks for a password, is declared in one direction and is short.
const NOT_OF_A_LENGTH: f64 = 0.8;

/// Articles of one language that may declare one page. A page has one original a language; a
/// second comes from a copy, a third makes it a front page or a section. Pages: 169 of 681
/// `a[hreflang]` and 162 of 316 language names led to a front page.
pub(super) const MAX_FROM_ONE_LANGUAGE: usize = 2;

/// A declaration that another page is meant counts as a contradiction from this on: what is weaker
/// names no language in so many words, and leads astray itself (pages: 162 of 316 language names).
pub(super) const CONTRADICTS: f64 = 0.55;

/// What one signal is worth alone.
pub(super) const fn worth(signal: Signal) -> f64 {
    match signal {
        // Real translations only, by the plugins' own code. Site: precision 1.000.
        Signal::ArticleBlock => 0.90,
        // Site: precision 1.000. Below the block, as some systems declare every site language.
        // What comes by HTTP, by node and by JSON-LD comes from the same tables (pages: too few to
        // count). So does an encyclopedia's own table, which makes a comparable group.
        Signal::HeadLink
        | Signal::HttpLink
        | Signal::Negotiated
        | Signal::DrupalPath
        | Signal::JsonLd
        | Signal::TranslationOf
        | Signal::Interlanguage => 0.85,
        // Made apart from the pages, so older than they are.
        Signal::Sitemap | Signal::Feed => 0.80,
        // Pages: 25 % lead to a front page; site: precision .805.
        Signal::AnchorHreflang => 0.55,
        // CCAligned: precision .945 where the text confirms them; without it, half. A page for
        // everybody else is oftener the original than one to choose a language on; no count.
        Signal::UrlPattern | Signal::XDefault => 0.50,
        // Pages: 51 % lead to a front page. A sentence is as sure as a name and stands in the text
        // oftener, where it may speak of something else; what is sure of it are the two pages.
        Signal::Autonym | Signal::Invitation => 0.45,
        // Site: precision .805, and no language attribute to hold it against.
        Signal::Option => 0.40,
    }
}

/// Signals that one template prints from one table fail together: only the best of each source
/// counts.
const fn source(signal: Signal) -> usize {
    match signal {
        Signal::HeadLink
        | Signal::HttpLink
        | Signal::XDefault
        | Signal::Sitemap
        | Signal::Feed
        | Signal::Negotiated => 0,
        Signal::ArticleBlock => 1,
        Signal::DrupalPath
        | Signal::AnchorHreflang
        | Signal::Autonym
        | Signal::Invitation
        | Signal::Option => 2,
        Signal::JsonLd | Signal::TranslationOf => 3,
        Signal::UrlPattern | Signal::Interlanguage => 4,
    }
}

/// The worth of all that one page declares of another: noisy-or over independent sources.
pub(super) fn one_direction(evidence: impl Iterator<Item = Evidence>) -> f64 {
    let mut best = [0.0_f64; 5];
    for one in evidence {
        if let Some(slot) = best.get_mut(source(one.signal)) {
            *slot = slot.max(worth(one.signal));
        }
    }
    1.0 - best.iter().map(|worth| 1.0 - worth).product::<f64>()
}

/// What is weighed of a pair; both pages were read.
pub(super) struct Weights {
    /// What one page declares of the other, and the other of the one.
    pub(super) ahead: f64,
    pub(super) behind: f64,
    /// Whether each firmly says so: two links by one URL pattern are one guess made twice.
    pub(super) mutual: bool,
    /// Whether each declares the other, and for one of them it does not count.
    pub(super) belied: bool,
    /// Pages too short to tell that call themselves another language than declared.
    pub(super) own_word_differs: u8,
    pub(super) text: Verdict,
    /// Whether the texts speak for the pair, be one of them a part of it.
    pub(super) vouched: bool,
    /// Whether numbers and names of the texts both agree.
    pub(super) confirmed: bool,
}

/// The worth of a pair; each step is told to `note`.
pub(super) fn weigh(of: &Weights, mut note: impl FnMut(Step)) -> f64 {
    let mut score = of.ahead.max(of.behind);
    let mut step = |what: &'static str, score: f64| {
        note(Step { what: what.into(), score });
        score
    };
    if of.text == Verdict::Agrees {
        score = step("the texts agree", 1.0 - (1.0 - score) * (1.0 - TEXT_AGREES));
    }
    score = if of.mutual && of.text == Verdict::Suspect {
        // Two wrong links of one template agree as easily as two right ones.
        score
    } else if of.mutual {
        let is_weak = score < CONTRADICTS;
        let both = step("each declares the other", 1.0 - (1.0 - score) * RECIPROCAL_DOUBT);
        if of.vouched || of.own_word_differs > 0 {
            both
        } else if is_weak {
            step("by links of switchers, and no text speaks for it", both * UNCHECKED_AND_WEAK)
        } else {
            step("no text speaks for it", both * UNCHECKED)
        }
    } else {
        let left = if of.confirmed { ONE_WAY_CONFIRMED } else { ONE_WAY };
        let what = if of.belied {
            "only one of the two declarations counts"
        } else {
            "the other was read and does not declare this one"
        };
        step(what, score * left)
    };
    if !of.mutual && of.text == Verdict::Partial {
        score = step("nor is its text of the length of a translation", score * NOT_OF_A_LENGTH);
    }
    for _ in 0..of.own_word_differs {
        score = step("the page calls itself another language", score * OWN_WORD_DIFFERS);
    }
    if of.text == Verdict::Suspect {
        score = step("the texts are those of two articles", score * TEXT_DIFFERS);
    }
    score
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Place;

    fn of(signals: &[Signal]) -> f64 {
        one_direction(signals.iter().map(|signal| Evidence { signal: *signal, place: Place::Head }))
    }

    fn weighed(ahead: f64, behind: f64, text: Verdict) -> f64 {
        let mutual = behind > 0.0;
        let (belied, vouched, confirmed) = (false, text == Verdict::Agrees, false);
        let of = Weights {
            ahead,
            behind,
            mutual,
            belied,
            own_word_differs: 0,
            text,
            vouched,
            confirmed,
        };
        weigh(&of, |_| {})
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
        assert!(weighed(lone, 0.0, Verdict::Unknown) < ACCEPTED);
        assert!(weighed(lone, lone, Verdict::Agrees) > 0.9);
        assert!(weighed(lone, lone, Verdict::Unknown) >= ACCEPTED);
        assert!(weighed(of(&[Signal::HeadLink]), 0.0, Verdict::Unknown) >= ACCEPTED);
    }

    #[test]
    fn the_texts_confirm_a_weak_link_and_undo_a_lone_one() {
        for (signal, confirmed) in
            [(Signal::Autonym, true), (Signal::UrlPattern, true), (Signal::Option, false)]
        {
            let lone = weighed(of(&[signal]), 0.0, Verdict::Agrees);
            assert_eq!(lone >= ACCEPTED, confirmed, "{signal:?} {lone}");
        }
        let head = of(&[Signal::HeadLink]);
        assert!(weighed(head, 0.0, Verdict::Suspect) < ACCEPTED);
        assert!(weighed(head, head, Verdict::Suspect) < ACCEPTED);
        assert!(weighed(0.999, 0.999, Verdict::Suspect) < ACCEPTED, "whatever is declared");
        let switcher = of(&[Signal::AnchorHreflang]);
        assert!(weighed(switcher, switcher, Verdict::Suspect) < ACCEPTED);
        assert!(weighed(head, 0.0, Verdict::Partial) < ACCEPTED, "a soft 404");
        assert!(weighed(head, head, Verdict::Partial) >= ACCEPTED, "a summary");
    }

    #[test]
    fn what_no_text_was_held_against_is_less_sure_the_less_it_is_said() {
        let head = of(&[Signal::HeadLink]);
        let (name, both) = (of(&[Signal::Autonym]), of(&[Signal::HeadLink, Signal::ArticleBlock]));
        let unknown = |one: f64| weighed(one, one, Verdict::Unknown);
        let ladder =
            [weighed(head, head, Verdict::Agrees), unknown(both), unknown(head), unknown(name)];
        assert!(ladder.is_sorted_by(|a, b| a > b), "{ladder:?}");
        assert!(ladder[0] > 0.9 && ladder[1] <= UNCHECKED && ladder[3] >= ACCEPTED, "{ladder:?}");
        assert!(unknown(0.9999) <= UNCHECKED, "however often it is said");
        assert!((unknown(head) - weighed(head, head, Verdict::Partial)).abs() < 1e-9);
    }

    #[test]
    fn every_step_is_told() {
        let mut told = Vec::new();
        let (ahead, behind, text) = (0.85, 0.85, Verdict::Agrees);
        let (belied, vouched, confirmed) = (false, true, false);
        let of = Weights {
            ahead,
            behind,
            mutual: true,
            belied,
            own_word_differs: 1,
            text,
            vouched,
            confirmed,
        };
        let score = weigh(&of, |step| told.push(step));
        assert_eq!(told.len(), 3);
        assert!(told.last().is_some_and(|last| (last.score - score).abs() < 1e-9));
    }
}
