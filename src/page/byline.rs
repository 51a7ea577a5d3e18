//! The byline: who made the article, with roles, wherever the page says so.
//!
//! Metadata, marked-up elements, the lines before the body, its first and last blocks and the text
//! just behind it are all asked. A person beats an organisation, a line that says "by" beats an
//! account; translators are kept apart. It tells which lines are byline, so that they leave the body.

pub(crate) mod names;
mod words;

use self::names::Opening;
use super::Person;
use super::article::blocks::Draft;
use super::article::outline::{Outline, Tag};
use super::article::vocabulary::Signs;
use super::metadata::{Claim, Metadata};

/// What the byline stage found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Byline {
    /// The authors.
    pub(crate) people: Vec<Person>,
    /// The translators.
    pub(crate) translators: Vec<Person>,
    /// Rows of the blocks that are byline and not body.
    pub(crate) lines: Vec<usize>,
}

/// What there is to look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'s, 'a> {
    /// The page.
    pub(crate) outline: &'s Outline<'a>,
    /// All its blocks, pruned parts left out.
    pub(crate) drafts: &'s [Draft],
    /// The blocks chosen as body.
    pub(crate) body: &'s [Draft],
    /// What metadata says.
    pub(crate) metadata: &'s Metadata,
}

/// The people metadata names; an organisation only where there is nobody else.
pub(crate) fn people(claims: &[Claim], publishers: &[String]) -> Vec<Person> {
    let mut ranks: Vec<usize> = claims.iter().map(|claim| claim.rank).collect();
    ranks.dedup();
    let groups: Vec<Vec<Person>> =
        ranks.iter().map(|rank| named(claims, *rank)).filter(|people| !people.is_empty()).collect();
    let real = |people: &&Vec<Person>| people.iter().any(|person| is_real(person, publishers));
    let chosen = groups.iter().find(real).or(groups.first());
    without_organisations(chosen.cloned().unwrap_or_default(), publishers)
}

/// The people of one kind of claim.
fn named(claims: &[Claim], rank: usize) -> Vec<Person> {
    let mut out: Vec<Person> = Vec::new();
    for claim in claims.iter().filter(|claim| claim.rank == rank) {
        for mut person in names::people(&claim.text) {
            person.role = person.role.or_else(|| claim.role.clone());
            if !known(&out, &person.name) {
                out.push(person);
            }
        }
    }
    out
}

fn known(people: &[Person], name: &str) -> bool {
    people.iter().any(|person| same(&person.name, name))
}

/// Whether two spellings mean one name: equal letters, or the words of one inside the other.
fn same(a: &str, b: &str) -> bool {
    let words = |name: &str| -> Vec<String> {
        name.to_lowercase()
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (a, b) = (words(a), words(b));
    !a.is_empty()
        && !b.is_empty()
        && (a.iter().all(|word| b.contains(word)) || b.iter().all(|word| a.contains(word)))
}

/// Whether this is a person and not the publisher under another hat.
fn is_real(person: &Person, publishers: &[String]) -> bool {
    !names::is_organisation(&person.name)
        && !publishers.iter().any(|publisher| equal(publisher, &person.name))
}

fn equal(a: &str, b: &str) -> bool {
    let squeeze = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    squeeze(a) == squeeze(b)
}

fn without_organisations(mut people: Vec<Person>, publishers: &[String]) -> Vec<Person> {
    if people.iter().any(|person| is_real(person, publishers)) {
        people.retain(|person| is_real(person, publishers));
    }
    people
}

/// Finds and decides the byline of an article.
pub(crate) fn read(scene: &Scene<'_, '_>) -> Byline {
    let publishers = &scene.metadata.publishers;
    let mut spoken = spoken(scene);
    let marked = marked(scene);
    let claimed = &scene.metadata.authors;
    let real = |people: &[Person]| people.iter().any(|person| is_real(person, publishers));
    let agrees = |a: &[Person], b: &[Person]| a.iter().any(|person| known(b, &person.name));
    let said = real(&spoken.people);
    let chosen = if real(claimed)
        && (!said || agrees(claimed, &spoken.people) || agrees(claimed, &marked))
    {
        claimed.clone()
    } else if said {
        spoken.people.clone()
    } else if real(&marked) || claimed.is_empty() {
        marked
    } else {
        claimed.clone()
    };
    let mut people = without_organisations(chosen, publishers);
    if people.is_empty() {
        people = spoken.signed.clone();
    }
    for person in &mut people {
        let role = spoken
            .people
            .iter()
            .chain(&spoken.signed)
            .find(|other| same(&other.name, &person.name))
            .and_then(|other| other.role.clone());
        person.role = person.role.take().or(role);
    }
    if spoken.translators.is_empty() {
        spoken.translators = scene
            .metadata
            .translators
            .iter()
            .flat_map(|claim| names::people(&claim.text))
            .collect();
    }
    people
        .retain(|person| !spoken.translators.iter().any(|other| equal(&other.name, &person.name)));
    Byline { people, translators: spoken.translators, lines: spoken.lines }
}

/// What lines of text say.
#[derive(Debug, Default)]
struct Spoken {
    people: Vec<Person>,
    /// A bare name as the last line: believed only when nobody else is named.
    signed: Vec<Person>,
    translators: Vec<Person>,
    lines: Vec<usize>,
}

/// Blocks at the start of the body that may be byline.
const LEADING: usize = 4;
/// Blocks at its end.
const TRAILING: usize = 3;
/// Characters behind the body that are looked at.
const BEHIND: usize = 400;
/// Blocks between headline and body that are looked at.
const BEFORE: usize = 12;
/// Longest byline, in characters.
const LONGEST: usize = 140;

fn spoken(scene: &Scene<'_, '_>) -> Spoken {
    let mut spoken = Spoken::default();
    let (Some(first), Some(last)) = (scene.body.first(), scene.body.last()) else { return spoken };
    let start = scene.drafts.partition_point(|draft| draft.at < first.at);
    let end = scene.drafts.partition_point(|draft| draft.at <= last.at);
    let before = scene.drafts.get(start.saturating_sub(BEFORE)..start).unwrap_or_default();
    let leading = scene.drafts.get(start..(start + LEADING).min(end)).unwrap_or_default();
    let mut budget = BEHIND;
    let behind: Vec<&Draft> = scene
        .drafts
        .get(end..)
        .unwrap_or_default()
        .iter()
        .take_while(|draft| {
            let fits = budget > 0;
            budget = budget.saturating_sub(draft.text.chars().count());
            fits
        })
        .collect();
    let trailing =
        scene.drafts.get(end.saturating_sub(TRAILING).max(start)..end).unwrap_or_default();
    let tail: Vec<&Draft> = trailing.iter().chain(behind).collect();
    let head: Vec<&Draft> = before.iter().chain(leading).collect();
    listen(&head, &mut spoken);
    listen(&tail, &mut spoken);
    sign(trailing, &mut spoken);
    spoken
}

/// Reads by-words; the short line behind a name is its role.
fn listen(lines: &[&Draft], spoken: &mut Spoken) {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        if line.text.chars().count() > LONGEST || spoken.lines.contains(&line.at) {
            continue;
        }
        let (translated, rest) = match names::opening(&line.text) {
            Opening::By(rest) => (false, rest),
            Opening::Translated(rest) => (true, rest),
            _ => continue,
        };
        let mut rows = vec![line.at];
        let mut rest = rest.to_owned();
        if rest.is_empty() {
            let Some(next) = lines.get(at).filter(|next| next.text.chars().count() <= LONGEST)
            else {
                continue;
            };
            rest.clone_from(&next.text);
            rows.push(next.at);
            at += 1;
        }
        let mut found: Vec<Person> = names::people(&rest);
        found.retain(|person| names::is_person(&person.name));
        if found.is_empty() {
            continue;
        }
        if let Some(next) = lines.get(at).filter(|next| is_role_line(next) && found.len() == 1) {
            if let Some(person) = found.first_mut().filter(|person| person.role.is_none()) {
                person.role = Some(next.text.clone());
                rows.push(next.at);
                at += 1;
            }
        }
        let list = if translated { &mut spoken.translators } else { &mut spoken.people };
        for person in found {
            if !known(list, &person.name) {
                list.push(person);
            }
        }
        spoken.lines.extend(rows);
    }
}

/// A short line without a sentence, as a job title is.
fn is_role_line(draft: &Draft) -> bool {
    let words = draft.text.split_whitespace().count();
    words <= 12
        && draft.text.chars().count() <= 90
        && !draft.text.ends_with(['.', '!', '?', '؟', '。', ':', '…'])
        && draft.measure.link_share() < 0.5
        && !matches!(names::opening(&draft.text), Opening::By(_) | Opening::Translated(_))
        && !draft.text.chars().any(char::is_numeric)
}

/// A last line that is nothing but a name.
fn sign(trailing: &[Draft], spoken: &mut Spoken) {
    let Some(last) = trailing.last() else { return };
    let text = last.text.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    if last.level > 0
        || spoken.lines.contains(&last.at)
        || text.chars().count() > 40
        || !names::is_person(text)
    {
        return;
    }
    spoken.signed = names::people(text);
    spoken.lines.push(last.at);
}

/// Rows around the headline and the body in which marked-up bylines count.
const NEAR_ROWS: usize = 150;
/// Letters an element called author may hold.
const MARKED_LETTERS: u32 = 220;

/// Names in elements that are marked up as byline, best marked first.
fn marked(scene: &Scene<'_, '_>) -> Vec<Person> {
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
    for (at, row) in outline.rows.iter().enumerate().take(last + NEAR_ROWS).skip(from) {
        if !row.signs.has(Signs::BYLINE)
            || row.signs.has(Signs::TRANSLATOR)
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
    let place = if at < first {
        2
    } else if at < last {
        1
    } else {
        0
    };
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
