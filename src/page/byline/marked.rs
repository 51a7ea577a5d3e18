//! Marked bylines: elements that are called author or byline, or lead to an author's page.

use super::{Scene, known, names};
use crate::page::Person;
use crate::page::article::outline::{Outline, Tag};
use crate::page::article::vocabulary::Signs;

/// Rows around the headline and the body in which marked-up bylines count.
const NEAR_ROWS: usize = 150;
/// Letters an element called author may hold.
const MARKED_LETTERS: u32 = 220;

/// Rows an element called author may hold, however empty they are.
const MARKED_ROWS: usize = 400;
/// Marked-up elements that are looked at.
const MAX_MARKED: usize = 120;

/// Names in elements that are marked up as byline, best marked first.
pub(crate) fn marked(scene: &Scene<'_, '_>) -> Vec<Person> {
    let outline = scene.outline;
    let first = scene.body.first().map_or(0, |draft| draft.at);
    let last = scene.body.last().map_or(outline.rows.len(), |draft| draft.end);
    let headline = outline
        .rows
        .iter()
        .take(first)
        .rposition(|row| row.tag == Tag::Heading(1))
        .unwrap_or(first);
    let from = headline.saturating_sub(NEAR_ROWS / 2);
    let mut best: Vec<Person> = Vec::new();
    let mut best_rank = 0;
    let near = outline.rows.iter().enumerate().take(last + NEAR_ROWS).skip(from);
    for (at, row) in near.filter(|(_, row)| row.signs.has(Signs::BYLINE)).take(MAX_MARKED) {
        if row.signs.has(Signs::TRANSLATOR)
            || row.end > at + MARKED_ROWS
            || outline.below(at).letters > MARKED_LETTERS
            || in_comments(outline, at)
        {
            continue;
        }
        let rank = rank(scene, at, first, last);
        let people: Vec<Person> = element_names(outline, at);
        let real = people.iter().any(|person| names::is_person(&person.name));
        let rank = if real { rank + 10 } else { rank };
        if people.is_empty() || rank < best_rank {
            continue;
        }
        if rank > best_rank {
            best.clear();
            best_rank = rank;
        }
        for person in people {
            let more = if real { names::is_person(&person.name) } else { best.is_empty() };
            if more && !known(&best, &person.name) {
                best.push(person);
            }
        }
    }
    best
}

/// How much an element's mark is worth.
fn rank(scene: &Scene<'_, '_>, at: usize, first: usize, last: usize) -> u8 {
    let Some(row) = scene.outline.row(at) else { return 0 };
    let property = row.attr("itemprop").is_some_and(|value| value.contains("author"));
    let rel = row.attr("rel").is_some_and(|value| value.contains("author"));
    let place = u8::from(at < first) + u8::from(at < last);
    place + if property || rel { 3 } else { 1 }
}

fn in_comments(outline: &Outline<'_>, at: usize) -> bool {
    outline.above(at).take(12).any(|above| {
        outline.row(above).is_some_and(|row| {
            row.tag != Tag::Root
                && ["class", "id"].iter().any(|name| {
                    row.attr(name)
                        .is_some_and(|value| value.to_ascii_lowercase().contains("comment"))
                })
        })
    })
}

/// The names an element holds: those of its links, else those of its text.
fn element_names(outline: &Outline<'_>, at: usize) -> Vec<Person> {
    let mut out: Vec<Person> = Vec::new();
    let mut push = |people: Vec<Person>| {
        for person in people {
            if !known(&out, &person.name) {
                out.push(person);
            }
        }
    };
    for link in
        outline.range(at).filter(|at| outline.row(*at).is_some_and(|row| row.tag == Tag::Link))
    {
        push(
            names::people(&outline.text(link, 300))
                .into_iter()
                .filter(|person| names::is_person(&person.name))
                .collect(),
        );
    }
    if out.is_empty() {
        out = outline
            .lines(at)
            .iter()
            .find_map(|line| {
                let people = names::people(line);
                people.iter().any(|person| names::is_person(&person.name)).then_some(people)
            })
            .unwrap_or_else(|| names::people(&outline.text(at, 300)));
    }
    out
}
