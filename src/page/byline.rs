//! The byline: who made the article, with roles, wherever the page says so.
//!
//! Metadata, marked-up elements, the lines before the body, its first and last blocks and the text
//! just behind it are all asked. A person beats an organisation, a line that says "by" beats an
//! account; translators are kept apart. It tells which lines are byline, so that they leave the body.

pub(super) mod explain;
mod marked;
pub(crate) mod names;
pub(crate) mod opening;
pub(crate) mod roles;
mod spoken;
mod words;

use super::Person;
use super::article::blocks::Draft;
use super::article::outline::Outline;
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
        let bare: String = name.chars().filter(|c| !opening::is_ornament(*c)).collect();
        bare.to_lowercase()
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
    let spoken = spoken::spoken(scene);
    let marked = marked::marked(scene);
    let chosen = choose(&scene.metadata.authors, &spoken.people, &marked.people, publishers);
    let mut people = without_organisations(chosen, publishers);
    let mut lines = spoken.lines;
    let signed =
        |person: &Person| spoken.signed.iter().any(|other| same(&other.name, &person.name));
    if !people.iter().any(|person| is_real(person, publishers)) && !spoken.signed.is_empty() {
        people.clone_from(&spoken.signed);
    }
    if people.iter().any(signed) {
        lines.extend(spoken.signature);
    }
    for person in &mut people {
        let mut others = spoken.people.iter().chain(&spoken.signed).chain(&marked.people);
        let role = others
            .find(|other| other.role.is_some() && same(&other.name, &person.name))
            .and_then(|other| other.role.clone());
        person.role = person.role.take().or(role);
    }
    if let ([only], Some((role, line))) =
        (people.as_mut_slice(), spoken::title_below(scene, &marked.rows))
        && only.role.as_ref().is_none_or(|known| *known == role)
    {
        only.role = Some(role);
        lines.push(line);
    }
    lines.extend(bare_by_words(scene, &marked.rows));
    let mut translators = spoken.translators;
    if translators.is_empty() {
        let claims = &scene.metadata.translators;
        translators = claims.iter().flat_map(|claim| names::people(&claim.text)).collect();
    }
    people.retain(|person| !translators.iter().any(|other| equal(&other.name, &person.name)));
    Byline { people, translators, lines }
}

/// What is left of `By <a>Jane Doe</a>` once the marked-up name is taken out.
fn bare_by_words(scene: &Scene<'_, '_>, rows: &[usize]) -> Vec<usize> {
    let left = |draft: &&Draft| opening::opening(&draft.text) == opening::Opening::By("");
    let holds = |draft: &Draft| rows.iter().any(|row| (draft.at..=draft.end).contains(row));
    scene.body.iter().filter(left).filter(|draft| holds(draft)).map(|draft| draft.at).collect()
}

/// Metadata, unless the text says otherwise in so many words; then the marked-up elements.
fn choose(
    claimed: &[Person],
    said: &[Person],
    marked: &[Person],
    publishers: &[String],
) -> Vec<Person> {
    let real = |people: &[Person]| people.iter().any(|person| is_real(person, publishers));
    let agrees = |with: &[Person]| claimed.iter().any(|person| known(with, &person.name));
    if real(claimed) && (!real(said) || agrees(said) || agrees(marked)) {
        claimed.to_vec()
    } else if real(said) {
        said.to_vec()
    } else if real(marked) || claimed.is_empty() {
        marked.to_vec()
    } else {
        claimed.to_vec()
    }
}
