//! Marked bylines: elements that are called author or byline, or lead to an author's page.

use super::{Scene, known, names};
use crate::page::Person;
use crate::page::article::outline::{Outline, Row, Tag};
use crate::page::article::vocabulary::Signs;

/// Rows around the headline and the body in which marked-up bylines count.
const NEAR_ROWS: usize = 150;
/// Letters an element called author may hold.
const MARKED_LETTERS: u32 = 220;

/// Letters a job title may hold.
const ROLE_LETTERS: u32 = 90;
/// Rows an element called author may hold, however empty they are.
const MARKED_ROWS: usize = 400;
/// Letters beside an element in a link that leads to the article itself; one with more is a card.
const CARD_LETTERS: u32 = 16;
/// Marked-up elements that are looked at.
const MAX_MARKED: usize = 120;

/// Rows between the first and the last element of one list of authors.
const TOGETHER_ROWS: usize = 40;

/// What a name that looks like a person's adds to the rank of its element.
const REAL: u8 = 10;

/// Who the marked-up elements name.
#[derive(Debug, Default)]
pub(crate) struct Marked {
    /// The people, best marked first.
    pub(crate) people: Vec<Person>,
    /// The rows of the elements that name them.
    pub(crate) rows: Vec<usize>,
    /// Whoever has a job title beside the name, in whichever element.
    pub(crate) titled: Vec<Person>,
}

impl Marked {
    /// The people, where one place before the text names them all; boxes about others stand apart.
    pub(crate) fn together(&self, scene: &Scene<'_, '_>) -> &[Person] {
        // A lead may stand above those who wrote what follows.
        let text = scene.body.iter().filter(|draft| draft.end > 0).nth(1);
        let first = text.map_or_else(|| ends(scene).0, |draft| draft.at);
        let (from, until) = (self.rows.iter().min(), self.rows.iter().max());
        let near = from
            .zip(until)
            .is_some_and(|(from, until)| *until < first && until - from <= TOGETHER_ROWS);
        let pictured = |at: &usize| {
            let mut above = scene.outline.above(*at).take(6).filter_map(|at| scene.outline.row(at));
            above.any(|row| matches!(row.tag, Tag::Caption | Tag::Figure))
        };
        if near && !self.rows.iter().any(pictured) { &self.people } else { &[] }
    }
}

/// Names in elements that are marked up as byline.
pub(crate) fn marked(scene: &Scene<'_, '_>) -> Marked {
    let (mut best, mut rows): (Vec<Person>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut titled: Vec<Person> = Vec::new();
    let mut best_rank = 0;
    for at in candidates(scene) {
        let place = rank(scene, at);
        let role = role_beside(scene.outline, at);
        if let (Some(role), [only]) = (&role, element_names(scene.outline, at).as_slice()) {
            titled.push(Person { role: Some(role.clone()), ..only.clone() });
        }
        if place + REAL < best_rank {
            continue;
        }
        let mut people: Vec<Person> = element_names(scene.outline, at);
        if let [only] = people.as_mut_slice() {
            only.role = only.role.take().or(role);
        }
        let real = people.iter().any(|person| names::is_person(&person.name));
        let rank = place + if real { REAL } else { 0 };
        if rank < best_rank || !(real || people.iter().any(|person| is_plausible(&person.name))) {
            continue;
        }
        if rank > best_rank {
            best.clear();
            rows.clear();
            best_rank = rank;
        }
        rows.push(at);
        for person in people {
            let more = if real { names::is_person(&person.name) } else { best.is_empty() };
            if more && !known(&best, &person.name) {
                best.push(person);
            }
        }
    }
    Marked { people: best, rows, titled }
}

/// A nickname or a desk: short, and written like a name.
fn is_plausible(name: &str) -> bool {
    names::is_organisation(name) || (name.split_whitespace().count() <= 3 && !name.contains(':'))
}

/// The rows that are marked up as byline, near the headline and the body.
fn candidates(scene: &Scene<'_, '_>) -> Vec<usize> {
    let outline = scene.outline;
    let (first, last) = ends(scene);
    let rows = outline.rows.iter();
    let headline = rows.take(first).rposition(|row| row.tag == Tag::Heading(1)).unwrap_or(first);
    let from = headline.saturating_sub(NEAR_ROWS / 2);
    let near = outline.rows.iter().enumerate().take(last + NEAR_ROWS).skip(from);
    let byline = near.filter(|(_, row)| row.signs.has(Signs::BYLINE)).take(MAX_MARKED);
    // No comment stands before the text.
    let commented = |at: usize| at > first && in_comments(outline, at);
    let fits = |(at, row): &(usize, &Row<'_>)| {
        !row.signs.has(Signs::TRANSLATOR)
            && row.end <= at + MARKED_ROWS
            && outline.below(*at).letters <= MARKED_LETTERS
            && !commented(*at)
            && !in_card(outline, *at)
            && !is_button(row)
    };
    byline.filter(fits).map(|(at, _)| at).collect()
}

/// The first and the last row of the body.
fn ends(scene: &Scene<'_, '_>) -> (usize, usize) {
    let first = scene.body.iter().find(|draft| draft.end > 0).map_or(0, |draft| draft.at);
    (first, scene.body.last().map_or(scene.outline.rows.len(), |draft| draft.end))
}

/// How much an element's mark is worth.
fn rank(scene: &Scene<'_, '_>, at: usize) -> u8 {
    let (first, last) = ends(scene);
    let named = scene.outline.row(at).is_some_and(names_author);
    let place = u8::from(at < first) + u8::from(at < last);
    place + if named { 3 } else { 1 }
}

/// Whether an attribute made for it calls the element the author.
fn names_author(row: &Row<'_>) -> bool {
    ["itemprop", "rel"]
        .iter()
        .any(|name| row.attr(name).is_some_and(|value| value.contains("author")))
}

/// The job title marked up in or beside the author's element, where there is exactly one.
fn role_beside(outline: &Outline<'_>, at: usize) -> Option<String> {
    let parent = outline.row(at)?.parent;
    let beside = |row: &usize| outline.row(*row).is_some_and(|row| row.parent == parent);
    let said = |row: &usize| {
        outline.row(*row).is_some_and(|row| row.signs.has(Signs::ROLE))
            && (1..=ROLE_LETTERS).contains(&outline.below(*row).letters)
    };
    // A box about the author is long; the title stands right beside the name.
    let small = |near: usize| outline.below(near).letters <= MARKED_LETTERS;
    [at, parent].into_iter().find_map(|near| {
        let rows = outline.range(near).take(MARKED_ROWS).filter(said);
        let mut rows = rows.filter(|row| near == at || small(near) || beside(row));
        let row = rows.next().filter(|row| rows.all(|other| outline.range(*row).contains(&other)));
        row.map(|row| outline.text(row, 300))
    })
}

/// Whether an element stands in a link to something else: a card with a headline of its own.
pub(crate) fn in_card(outline: &Outline<'_>, at: usize) -> bool {
    let link = |row: &usize| outline.row(*row).is_some_and(|row| row.tag == Tag::Link);
    outline
        .above(at)
        .take(12)
        .find(link)
        .is_some_and(|link| outline.below(link).letters > outline.below(at).letters + CARD_LETTERS)
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

/// Whether an element is there to be pressed: `Follow the author`.
fn is_button(row: &Row<'_>) -> bool {
    row.element.is_some_and(|element| element.name() == "button")
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
        let href = outline.row(link).and_then(|row| row.attr("href")).map(str::to_owned);
        let people = names::people(&outline.text(link, 300)).into_iter();
        let people = people.filter(|person| names::is_person(&person.name));
        push(people.map(|person| Person { url: href.clone(), ..person }).collect());
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
