//! Alignment measured on stories of our own in many languages, whose paragraphs and sentences were
//! split, joined and left out on purpose. The figures are pinned: lowering one is an edit here, with
//! its reason.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test that meets the unexpected fails, and should"
)]

#[path = "align/story.rs"]
mod story;

use std::collections::BTreeSet;

use proptest::prelude::*;
use story::{STORIES, Telling, gold, tellings};
use warraq::align::{self, Bead, Model, Models, Unit};

fn found(beads: &[Bead]) -> BTreeSet<(Vec<usize>, Vec<usize>)> {
    let both = beads.iter().filter(|bead| !bead.first.is_empty() && !bead.second.is_empty());
    both.map(|bead| (bead.first.clone().collect(), bead.second.clone().collect())).collect()
}

/// How many beads were found, how many of them rightly, and how many there are.
#[derive(Default)]
struct Score {
    found: usize,
    right: usize,
    gold: usize,
}

fn share(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole).unwrap())
}

impl Score {
    fn precision(&self) -> f64 {
        share(self.right, self.found)
    }

    fn recall(&self) -> f64 {
        share(self.right, self.gold)
    }
}

/// Every pair of languages of every story, aligned with what all of them taught.
fn measured() -> Score {
    let stories: Vec<Vec<Telling>> = STORIES.map(tellings).into();
    let pairs = || {
        stories.iter().flat_map(|story| {
            let pair = move |a: usize| (a + 1..story.len()).map(move |b| (&story[a], &story[b]));
            (0..story.len()).flat_map(pair)
        })
    };
    let mut models = Models::default();
    for (one, other) in pairs() {
        let texts = (one.sentences(), other.sentences());
        let beads = align::align(&texts.0, &texts.1, Model::of(&texts.0, &texts.1));
        models.learn((one.lang.as_str(), other.lang.as_str()), (&texts.0, &texts.1), &beads);
    }
    let mut score = Score::default();
    for (one, other) in pairs() {
        let texts = (one.sentences(), other.sentences());
        let learnt = models.get(one.lang.as_str(), other.lang.as_str());
        let model = learnt.unwrap_or_else(|| Model::of(&texts.0, &texts.1));
        let beads = align::align(&texts.0, &texts.1, model);
        let (found, gold) = (found(&beads), gold(&one.numbers(), &other.numbers()));
        for wrong in found.symmetric_difference(&gold) {
            let kind = if gold.contains(wrong) { "missed" } else { "wrong" };
            println!("{}-{} {kind}: {wrong:?}", one.lang, other.lang);
        }
        score.found += found.len();
        score.right += found.intersection(&gold).count();
        score.gold += gold.len();
    }
    score
}

#[test]
fn sentences_of_stories_are_the_lines_they_were_made_of() {
    for telling in STORIES.into_iter().flat_map(tellings) {
        let want: Vec<&str> =
            telling.blocks.iter().flatten().map(|(_, text)| text.as_str()).collect();
        let got = telling.sentences();
        let got: Vec<&str> = got.iter().map(|unit| unit.text.as_str()).collect();
        let odd = got.iter().filter(|text| !want.contains(text)).collect::<Vec<_>>();
        assert!(odd.is_empty(), "{}: {odd:?}", telling.lang);
        assert_eq!(got.len(), want.len(), "{}", telling.lang);
    }
}

#[test]
fn sentence_pairs_are_right_and_all_there() {
    let score = measured();
    println!(
        "sentence pairs: {} found, precision {:.3}, recall {:.3} of {}",
        score.found,
        score.precision(),
        score.recall(),
        score.gold
    );
    // .979 and .981 when they were pinned; what is missed are sentences that one side lacks.
    assert!(score.precision() >= 0.975, "{:.3}", score.precision());
    assert!(score.recall() >= 0.975, "{:.3}", score.recall());
}

/// Thai marks no end of a sentence: its phrases are joined as the other language's sentences ask.
#[test]
fn phrases_of_thai_are_joined_to_the_sentences_they_tell() {
    let thai = &tellings(include_str!("align/thai.txt"))[0];
    let phrases = thai.sentences();
    assert!(phrases.len() > 20, "{}", phrases.len());
    let lines = |telling: &Telling| telling.blocks.iter().flatten().cloned().collect::<Vec<_>>();
    let joined = |units: &[Unit]| -> String {
        units.iter().map(|unit| unit.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    let (mut found, mut right, mut all) = (0, 0, 0);
    for other in tellings(STORIES[0]) {
        let (own, sentences) = (lines(thai), other.sentences());
        let beads = align::align(&phrases, &sentences, Model::of(&phrases, &sentences));
        let pairs: BTreeSet<(String, String)> = beads
            .iter()
            .map(|bead| {
                (joined(&phrases[bead.first.clone()]), joined(&sentences[bead.second.clone()]))
            })
            .filter(|(thai, other)| !thai.is_empty() && !other.is_empty())
            .collect();
        let text = |of: &[(Vec<u32>, String)], at: &[usize]| {
            at.iter().map(|at| of[*at].1.as_str()).collect::<Vec<_>>().join(" ")
        };
        let numbers: Vec<&[u32]> = own.iter().map(|(numbers, _)| numbers.as_slice()).collect();
        let want: BTreeSet<(String, String)> = gold(&numbers, &other.numbers())
            .iter()
            .map(|(a, b)| (text(&own, a), text(&lines(&other), b)))
            .collect();
        for pair in pairs.difference(&want) {
            println!("th-{} wrong: {pair:?}", other.lang);
        }
        found += pairs.len();
        right += pairs.intersection(&want).count();
        all += want.len();
    }
    println!(
        "thai: precision {:.3}, recall {:.3} of {all}",
        share(right, found),
        share(right, all)
    );
    // .845 and .877 when they were pinned. Half of what counts as wrong is finer than the gold: where
    // a story has two sentences of the same number, each gets its own phrases.
    assert!(share(right, found) >= 0.84 && share(right, all) >= 0.87);
}

#[test]
fn paragraphs_are_laid_side_by_side() {
    let story = tellings(STORIES[0]);
    let texts = |at: usize| story[at].texts();
    let units =
        |texts: &[String]| align::paragraphs(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let (english, french) = (units(&texts(0)), units(&texts(2)));
    let beads = align::align(&english, &french, Model::of(&english, &french));
    let shapes: Vec<String> = beads.iter().map(Bead::shape).collect();
    // The French editor joined the second and the third paragraph.
    assert_eq!(shapes, ["1-1", "2-1", "1-1", "1-1"]);
    assert!(beads.iter().all(|bead| bead.score > 0.5), "{beads:?}");
}

proptest! {
    #[test]
    fn every_sentence_is_in_one_bead(
        first in prop::collection::vec(("[a-zA-Z0-9 ]{0,30}", any::<bool>()), 0..40),
        second in prop::collection::vec(("[ء-ي0-9 ]{0,30}", any::<bool>()), 0..40),
        ratio in 0.2_f64..5.0,
    ) {
        let units = |side: &[(String, bool)]| -> Vec<Unit> {
            side.iter().map(|(text, begins)| Unit::new(text.clone(), *begins)).collect()
        };
        let (first, second) = (units(&first), units(&second));
        let beads = align::align(&first, &second, Model { ratio, variance: 6.8 });
        let (mut i, mut j) = (0, 0);
        for bead in &beads {
            prop_assert_eq!((bead.first.start, bead.second.start), (i, j));
            prop_assert!((0.0..=1.0).contains(&bead.score));
            (i, j) = (bead.first.end, bead.second.end);
        }
        prop_assert_eq!((i, j), (first.len(), second.len()));
    }
}

/// Far longer than the band is wide, and of quite different lengths: still whole.
#[test]
fn long_texts_are_aligned_in_bounded_memory() {
    let units = |count: usize| -> Vec<Unit> {
        (0..count)
            .map(|at| Unit::new(format!("sentence {at} {}", "x".repeat(at % 37)), at % 5 == 0))
            .collect()
    };
    for (a, b) in [(500, 500), (900, 300), (1, 2_000), (3, 6_000), (0, 9)] {
        let (first, second) = (units(a), units(b));
        let beads = align::align(&first, &second, Model::of(&first, &second));
        let end = beads.last().map(|bead| (bead.first.end, bead.second.end));
        assert_eq!(end, Some((a.min(align::MAX_UNITS), b.min(align::MAX_UNITS))));
    }
}
