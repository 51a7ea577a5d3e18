//! What the stages of the article offer: every rung of the ladder, the byline, the dates.
//!
//! The rungs are climbed as [`super::read`] climbs them, but all of them, whoever speaks first.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::Html;
use url::Url;

use super::blocks::{self, Draft};
use super::density::Density;
use super::listing::Listing;
use super::outline::{Measure, Outline};
use super::prune::prune;
use super::select::{self, Region, Words};
use super::witness::Witness;
use super::{absence, credits, framework, ladder, when};
use crate::page::byline::{self, Scene};
use crate::page::explain::{Candidate, Field};
use crate::page::metadata::Metadata;
use crate::page::{BlockKind, Stage};

/// Characters told of the beginning of a body.
const SHOWN: usize = 60;

/// The verdict and the candidates.
pub(in crate::page) fn candidates(
    dom: &Html,
    metadata: &Metadata,
    url: &Url,
    cut: &HashSet<NodeId>,
) -> (&'static str, Vec<Candidate>) {
    let outline = Outline::of(dom, cut);
    let dropped = prune(&outline);
    let drafts = credits::set_apart(&outline, blocks::drafts(&outline, &dropped));
    let undrawn = framework::body(dom, metadata);
    let mut out = rungs(
        &outline,
        &drafts,
        metadata,
        undrawn.as_ref().map(|undrawn| undrawn.blocks.as_slice()),
    );
    let witness = Witness::of(dom, metadata);
    let body = ladder::climb(&outline, &drafts, metadata, &witness);
    let body = ladder::or_undrawn(body, || undrawn);
    let told = body.as_ref().map_or(&[] as &[Draft], |body| &body.blocks);
    if absence::is_absent(dom, &outline, metadata, witness.is_film, told) {
        return ("it stands for a film, or calls itself what is no story", out);
    }
    let Some(body) = body else { return ("no stage found enough text", out) };
    let told = body.said.map(|said| said.added_to(metadata));
    let metadata = told.as_ref().unwrap_or(metadata);
    let scene = Scene { outline: &outline, drafts: &drafts, body: &body.blocks, metadata };
    out.extend(byline::explain::candidates(&scene));
    let days = when::candidates(&scene, url).into_iter();
    out.extend(days.map(|date| Candidate::new(Field::Published, &date.source, date.iso)));
    let changed =
        when::modified(&scene, None).filter(|date| metadata.modified.as_ref() != Some(date));
    out.extend(changed.map(|date| Candidate::new(Field::Modified, &date.source, date.iso)));
    let verdict = if Listing::of(&outline, &drafts, url, metadata).prints(&body.blocks) {
        "it prints what other pages hold"
    } else {
        "an article"
    };
    (verdict, out)
}

/// The body every rung would give.
fn rungs(
    outline: &Outline<'_>,
    drafts: &[Draft],
    metadata: &Metadata,
    undrawn: Option<&[Draft]>,
) -> Vec<Candidate> {
    let words = Words::of(drafts);
    let inside = |region: Region| -> (String, Vec<&Draft>) {
        let place = region.roots.iter().map(|at| place(outline, *at)).collect::<Vec<_>>();
        let picked = region.roots.iter().filter_map(|at| drafts.get(words.inside(outline, *at)));
        (place.join(" + "), picked.flatten().collect())
    };
    let prose = |draft: &&Draft| draft.is_prose() && draft.kind != BlockKind::Item;
    let all = || (String::new(), drafts.iter().filter(prose).collect());
    let title = metadata.title.as_deref();
    let headline = title.and_then(|title| ladder::headline_row(outline, title));
    let named = select::region(outline, &words, headline, select::ENOUGH).map(inside);
    let dense = Density::of(outline, drafts).densest().map(inside);
    let state = undrawn.map(|undrawn| (String::new(), undrawn.iter().collect()));
    let tell = |(stage, found): (Stage, Option<(String, Vec<&Draft>)>)| {
        let (place, drafts) = found?;
        Some(told(stage, &place, &drafts))
    };
    let structured = metadata.article_body.as_deref().map(|body| {
        let letters = Measure::of(body).letters;
        candidate(Stage::JsonLd, "", body, letters)
    });
    let said = |candidate: &Candidate| candidate.score > 0;
    let seen = [(Stage::Selector, named), (Stage::Density, dense)].into_iter().filter_map(tell);
    let rest = [(Stage::FrameworkState, state), (Stage::Baseline, Some(all()))];
    let all = seen.chain(structured).chain(rest.into_iter().filter_map(tell));
    all.filter(said).collect()
}

fn told(stage: Stage, place: &str, drafts: &[&Draft]) -> Candidate {
    let unlinked = |draft: &&Draft| draft.measure.letters.saturating_sub(draft.measure.linked);
    let letters = drafts.iter().map(unlinked).sum();
    candidate(stage, place, drafts.first().map_or("", |draft| draft.text.as_str()), letters)
}

fn candidate(stage: Stage, place: &str, text: &str, letters: u32) -> Candidate {
    let start: String = text.chars().take(SHOWN).collect();
    let value = if place.is_empty() { start } else { format!("{place}: {start}") };
    Candidate { score: letters, ..Candidate::new(Field::Body, stage.name(), value) }
}

/// An element as a selector would name it.
fn place(outline: &Outline<'_>, at: usize) -> String {
    let Some(element) = outline.row(at).and_then(|row| row.element) else { return String::new() };
    let mut out = element.name().to_owned();
    let id = element.id().map(|id| ("#", id)).into_iter();
    for (mark, name) in id.chain(element.classes().map(|class| (".", class))) {
        out.push_str(mark);
        out.push_str(name);
    }
    out
}
