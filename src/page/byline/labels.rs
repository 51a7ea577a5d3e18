//! Labels: the short lines around the headline that say who and when, even where they are pruned.
//!
//! Blogs and small papers set `By NAME | DATE` in a box called `entry-meta`, `post-info` or
//! `submitted`; it is no body and is pruned, so no other stage hears it. The rows between the
//! headline and the body are read as pieces here ([`pieces`]), and boxes of such names right behind
//! the body. A by-word is needed, or a name beside a day. It never decides who is believed.

use super::opening::{self, Opening, opening, opening_in};
use super::pieces::{self, Piece};
use super::words::JOINERS;
use super::{Scene, agencies, beside, known, names, roles, spoken};
use crate::page::Person;

/// What the labels of an article say.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    /// Authors behind a by-word.
    pub(crate) people: Vec<Person>,
    /// Names beside a day with no by-word: believed only when nobody else is named.
    pub(crate) bare: Vec<Person>,
    /// Rows of the blocks of the body that give them.
    pub(crate) bare_lines: Vec<usize>,
    /// Translators.
    pub(crate) translators: Vec<Person>,
    /// Editors: believed only when nobody else is named.
    pub(crate) editors: Vec<Person>,
    /// The agency behind an author.
    pub(crate) agency: Option<String>,
    /// A nickname or a desk behind a by-word: believed when nothing else is said.
    pub(crate) nick: Option<Person>,
}

/// Longest piece that may be a credit, in characters.
const LONGEST: usize = 140;
/// Longest job title behind a name, in characters.
const ROLE: usize = 90;
/// Most names that may be joined behind one by-word.
const MAX_JOINED: usize = 12;

/// Hears the labels of the article.
pub(crate) fn labels(scene: &Scene<'_, '_>) -> Labels {
    let pieces = pieces::pieces(scene);
    let mut out = Labels::default();
    for (at, piece) in pieces.iter().enumerate() {
        if piece.text.chars().count() > LONGEST {
            continue;
        }
        if piece.caption && !matches!(opening(&piece.text), Opening::Translated(_)) {
            continue;
        }
        if piece.translator {
            add(&mut out.translators, translators(&piece.text));
            continue;
        }
        // A by-word that stands alone speaks of what follows on its line, or in its box.
        let follows = |next: &&Piece| !next.line || piece.label && next.label;
        let rest = pieces.get(at + 1..).filter(|rest| rest.first().as_ref().is_some_and(follows));
        let parts = piece.text.split(['|', '·', '•']);
        for part in parts.flat_map(opening::credits) {
            hear((part, opening_in(scene, part)), rest.unwrap_or_default(), &mut out);
        }
        let nick = || spoken::nick(&piece.text).or_else(|| nick_behind(&piece.text, &pieces, at));
        out.nick = out.nick.take().or_else(nick);
    }
    if out.people.is_empty() {
        (out.bare, out.bare_lines) = beside::bare(scene, &pieces);
    }
    out
}

/// Hears one credit and what it opens with; `rest` are the pieces behind it.
fn hear((part, said): (&str, Opening<'_>), rest: &[Piece], out: &mut Labels) {
    match said {
        // The first credit is the article's; those behind it stand on cards.
        Opening::By(_) if !out.people.is_empty() => {}
        Opening::By("") if !opening::is_place(part) => out.people = joined(rest),
        Opening::By(names) => {
            let mut people = real(names);
            if !people.is_empty() {
                people.extend(joined_on(rest));
                out.people = with_role(people, rest);
                out.agency = agencies::behind_name(names);
            }
        }
        Opening::Translated("") => add(&mut out.translators, joined(rest)),
        Opening::Translated(names) => add(&mut out.translators, real(names)),
        Opening::Plain if out.people.is_empty() => behind_day(part, rest, out),
        Opening::Edited("") => add(&mut out.editors, called(part, joined(rest))),
        Opening::Edited(names) => {
            let word = part.strip_suffix(names).unwrap_or_default();
            add(&mut out.editors, called(word, real(names)));
        }
        Opening::Plain | Opening::Other => {}
    }
}

/// Who a text in an element called translator names, with or without a word for it.
fn translators(text: &str) -> Vec<Person> {
    match opening(text) {
        Opening::Translated(names) | Opening::By(names) => real(names),
        _ => real(text),
    }
}

/// The people a text names, where it names nothing else.
fn real(text: &str) -> Vec<Person> {
    let mut people = names::people(text);
    people.retain(|person| names::is_person(&person.name));
    people
}

/// Editors with what the page calls them.
fn called(word: &str, mut people: Vec<Person>) -> Vec<Person> {
    let word = spoken::title(word.trim_matches(|c: char| !c.is_alphanumeric()));
    for person in people.iter_mut().filter(|person| person.role.is_none() && !word.is_empty()) {
        person.role = Some(word.clone());
    }
    people
}

fn add(list: &mut Vec<Person>, people: Vec<Person>) {
    for person in people {
        if !known(list, &person.name) {
            list.push(person);
        }
    }
}

/// The names that follow a by-word which stands alone: `By <a>Jane Doe</a> and <a>Ann Roe</a>`.
fn joined(pieces: &[Piece]) -> Vec<Person> {
    let mut pieces = pieces;
    while let [mark, rest @ ..] = pieces
        && !mark.text.contains(char::is_alphanumeric)
    {
        pieces = rest;
    }
    let [first, rest @ ..] = pieces else { return Vec::new() };
    if first.text.chars().count() > LONGEST {
        return Vec::new();
    }
    let mut people = real(&first.text);
    if let ([only], Some(href)) = (people.as_mut_slice(), &first.href) {
        only.url = Some(href.clone());
    }
    if !people.is_empty() {
        people.extend(joined_on(rest));
    }
    with_role(people, rest)
}

/// Further names: each behind a joining word or a comma, on the same line.
fn joined_on(pieces: &[Piece]) -> Vec<Person> {
    let mut out: Vec<Person> = Vec::new();
    let mut at = 0;
    while let Some(joint) = pieces.get(at).filter(|joint| !joint.line && out.len() < MAX_JOINED) {
        let Some(rest) = behind_joint(&joint.text) else { break };
        let (name, used, href) = match pieces.get(at + 1).filter(|next| !next.line) {
            Some(next) if rest.is_empty() => (next.text.as_str(), 2, next.href.as_ref()),
            _ => (rest, 1, None),
        };
        let comma = !joint.text.contains(char::is_alphabetic);
        let mut people = real(name);
        // Behind a bare comma may stand a place; a name is linked as the one before it is.
        if people.is_empty() || (comma && href.is_none()) {
            break;
        }
        if let ([only], Some(href)) = (people.as_mut_slice(), href) {
            only.url = Some(href.clone());
        }
        out.extend(people);
        at += used;
    }
    out
}

/// What stands behind a joining word or a comma at the start of a piece.
fn behind_joint(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = text.trim_start_matches([',', '،', '、', '，']).trim_start();
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let word = format!(" {} ", first.to_lowercase());
    if JOINERS.contains(&word.as_str()) {
        return Some(rest.trim());
    }
    text.is_empty().then_some("")
}

/// The job title right behind the only name.
fn with_role(mut people: Vec<Person>, rest: &[Piece]) -> Vec<Person> {
    let next = rest.iter().take(3).find(|piece| piece.text.contains(char::is_alphanumeric));
    if let ([only], Some(next)) = (people.as_mut_slice(), next)
        && only.role.is_none()
        && next.text.chars().count() <= ROLE
        && !next.text.contains(char::is_numeric)
        && opening(&next.text) == Opening::Plain
        && !names::is_person(&next.text)
        && roles::is_role(&next.text)
    {
        let title = next.text.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
        only.role = Some(title.to_owned());
    }
    people
}

/// `Posted on 4 March 2026 by Jane Doe`, `(AFP) By Jane Doe`: a by-word behind a day, an agency or a
/// word of publishing.
fn behind_day(part: &str, rest: &[Piece], out: &mut Labels) {
    let starts = part.match_indices(' ').map(|(at, _)| at + 1);
    for (front, behind) in starts.filter_map(|at| part.split_at_checked(at)) {
        let agency = agencies::agencies(front);
        let told = front.contains(char::is_numeric) || opens_with_publishing(front);
        if !told && agency.is_none() || opening::is_place(behind) {
            continue;
        }
        let people = match opening(behind) {
            Opening::By("") => joined(rest),
            Opening::By(names) => real(names),
            _ => continue,
        };
        if !people.is_empty() {
            (out.people, out.agency) = (people, agency);
            return;
        }
    }
}

/// `Posted in`, `Publié`: a word pages write around names, first in its line.
fn opens_with_publishing(text: &str) -> bool {
    text.split_whitespace().next().is_some_and(names::is_not_name)
}

/// A desk or a nickname in the piece behind a by-word that stands alone.
fn nick_behind(text: &str, pieces: &[Piece], at: usize) -> Option<Person> {
    let alone = opening(text) == Opening::By("") && !opening::is_place(text);
    let next = pieces.get(at + 1).filter(|next| alone && next.href.is_some())?;
    spoken::nick(&format!("{} {}", text.trim(), next.text))
}
