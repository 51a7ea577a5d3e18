//! The choices of an export in words, for its card: what was asked for, and what was left out by it.
//!
//! Whoever is given the folder alone learns from it which articles are not there, and why. It says
//! what was done and judges nothing.

use super::dedup::{Dedup, Keep};
use super::filter::Filters;
use super::job::{Job, Told};
use super::parallel::{Grain, Include, Options};
use crate::lang::Lang;

/// A line for each choice and for each number of what was left out.
pub(super) fn lines(job: &Job, told: &Told) -> Vec<String> {
    let mut lines = filters(&job.filters);
    lines.extend(job.dedup.map(|by| duplicates(by, job.keep)));
    if job.plan.format.is_parallel() {
        lines.extend(pairs(&job.parallel));
    }
    if lines.is_empty() {
        lines.push("Every article that was found is here: nothing was filtered.".to_owned());
    }
    for (count, what) in [
        (told.filtered, "left out by the choices above"),
        (told.duplicates, "left out as duplicates; `duplicates.jsonl` names them"),
        (told.met.repeated, "captured again unchanged, and not repeated"),
        (told.met.unresolved, "without a text, as their payload is in other archives"),
    ] {
        if count > 0 {
            lines.push(format!("Captures {what}: {count}."));
        }
    }
    if told.met.unreadable > 0 {
        let count = told.met.unreadable;
        lines.push(format!("Records that could not be read; `errors.jsonl` names them: {count}."));
    }
    lines
}

fn filters(asked: &Filters) -> Vec<String> {
    let Filters { languages, with_languages, hosts, since, until, min_words, max_words, whole } =
        asked;
    let tags = |tags: &[Lang]| tags.iter().map(Lang::as_str).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    if !languages.is_empty() {
        lines.push(format!("Only texts in {}.", tags(languages)));
    }
    if !with_languages.is_empty() {
        let tags = tags(with_languages);
        lines.push(format!("Only articles whose translation group has a text in each of {tags}."));
    }
    if !hosts.is_empty() {
        lines.push(format!("Only from {} and the hosts below.", hosts.join(", ")));
    }
    let days = [(since, "at this time or later"), (until, "before this time")];
    for (at, what) in days {
        lines.extend(
            at.map(|at| format!("Only what was published, or else captured, {what}: {at}.")),
        );
    }
    lines.extend(min_words.map(|least| format!("Only texts of at least {least} words.")));
    lines.extend(max_words.map(|most| format!("Only texts of at most {most} words.")));
    lines.extend(whole.then(|| "Only texts whose capture has no defect.".to_owned()));
    lines
}

fn duplicates(by: Dedup, keep: Keep) -> String {
    let kept = match keep {
        Keep::Newest => "newest",
        Keep::First => "first",
    };
    let same = match by {
        Dedup::Url => "the same URL",
        Dedup::Exact => "exactly the same text",
        Dedup::Near => "nearly the same text",
    };
    format!("Of captures with {same} only the {kept}.")
}

fn pairs(asked: &Options) -> Vec<String> {
    let grain = match asked.grain {
        Grain::Sentence => "sentence by sentence",
        Grain::Paragraph => "paragraph by paragraph",
    };
    let mut lines = vec![format!("Pairs of translations, aligned {grain}.")];
    if asked.min_score > 0.0 {
        let least = asked.min_score;
        lines
            .push(format!("Only pairs of articles and of texts with a score of at least {least}."));
    }
    let named = |wanted: bool| {
        let names = Include::ALL.iter().filter(|(_, one)| asked.include.contains(one) == wanted);
        names.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    for (names, what) in [(named(false), "Left out"), (named(true), "Taken in, as was asked for")] {
        if !names.is_empty() {
            lines.push(format!("{what}: pairs that are {names}."));
        }
    }
    lines
}
