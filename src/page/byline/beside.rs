//! Beside a day: a name with no by-word in the line, or on the line next to it, that tells the day.
//!
//! Most of the world's pages set name and day below the headline and call their box nothing. A bare
//! name is the weakest of witnesses: it is asked last, stands between the headline and the first
//! lines of the body, and is no part of the site, no place and no words of the text.

use super::opening::{self, Opening, opening};
use super::pieces::{self, Piece};
use super::words::SECTIONS;
use super::{Scene, equal, forenames, kinds, names, roles, signed, spoken};
use crate::page::Person;
use crate::page::article::blocks::Draft;
use crate::page::article::outline::{Row, Tag};
use crate::page::article::vocabulary::Signs;
use crate::page::dates::lines::{is_date_label, is_date_line};
use crate::page::dates::{is_ago, is_month};

/// Lines that may hold name and day together: name, function, day.
const TOGETHER: usize = 3;
/// Characters of a line that may hold a name or a day.
const LINE: usize = 90;
/// Rows between the ends of two lines that stand together.
const APART: usize = 24;

/// A line between the headline and the body, or one of the first of the body.
struct Line {
    texts: Vec<String>,
    /// Those of its texts that lead to a list of articles.
    listed: Vec<String>,
    at: usize,
    end: usize,
    /// Whether it is a block of the body.
    body: bool,
}

/// Who is named beside a day, with the rows of the blocks of the body that say so.
pub(super) fn bare(scene: &Scene<'_, '_>, pieces: &[Piece]) -> (Vec<Person>, Vec<usize>) {
    let labels = lines(pieces.iter().filter(|piece| piece.label));
    let told = labels.iter().find_map(|line| {
        spoken::beside_minutes(&line.texts.join("·")).or_else(|| beside_day(&line.texts))
    });
    if let Some(mut people) = told {
        people.retain(|person| !is_section(scene, &person.name));
        if !people.is_empty() {
            return (people, Vec::new());
        }
    }
    let found = first_together(scene, &labels).or_else(|| unlabelled(scene, pieces));
    found.unwrap_or_default()
}

/// The first of neighbouring lines that name somebody beside a day, the fewest first.
fn first_together(scene: &Scene<'_, '_>, lines: &[Line]) -> Option<(Vec<Person>, Vec<usize>)> {
    let mut near = (1..=TOGETHER).flat_map(|count| lines.windows(count));
    near.find_map(|near| Some((together(scene, near)?, near))).map(|(people, near)| {
        let rows = near.iter().filter(|line| line.body).map(|line| line.at);
        (people, rows.collect())
    })
}

/// The same without a box that is called a label, in one line or in neighbouring ones, up to the
/// first link that leads to another story.
fn unlabelled(scene: &Scene<'_, '_>, pieces: &[Piece]) -> Option<(Vec<Person>, Vec<usize>)> {
    let headline = pieces::headline(scene, pieces::ends(scene).0);
    let headed = |row: &Row<'_>| matches!(row.tag, Tag::Heading(_));
    let headline_end = scene.outline.row(headline).filter(|row| headed(row))?.end;
    let body = scene.body.iter().take(pieces::LEADING).filter(|draft| draft.level == 0);
    let mut lines = lines(pieces.iter().filter(|piece| piece.at > headline));
    lines.extend(body.map(block));
    lines.sort_by_key(|line| line.at);
    let last = lines.last().map_or(headline_end, |line| line.end);
    let card = (headline_end..last).find(|at| is_card(scene, *at)).unwrap_or(last);
    lines.retain(|line| line.at < card);
    first_together(scene, &lines)
}

/// Words from which a link outside running text is the headline of another story, and letters
/// where no spaces are set.
const CARD_WORDS: usize = 5;
const CARD_LETTERS: u32 = 30;
const CARD_SPACELESS: u32 = 10;

/// Whether a row is a link to another story.
fn is_card(scene: &Scene<'_, '_>, at: usize) -> bool {
    let in_prose = || {
        let before = scene.body.partition_point(|draft| draft.at <= at);
        let draft = before.checked_sub(1).and_then(|before| scene.body.get(before));
        draft.is_some_and(|draft| draft.end > at && draft.is_prose())
    };
    let link = scene.outline.row(at).is_some_and(|row| row.tag == Tag::Link);
    let letters = scene.outline.below(at).letters;
    let long = || {
        let text = scene.outline.text(at, LINE * 4);
        let people = names::people(&text);
        if !people.is_empty() && people.iter().all(|person| names::is_person(&person.name)) {
            return false;
        }
        let spaceless = text.starts_with(opening::is_east_asian);
        text.split_whitespace().count() >= CARD_WORDS
            || letters > if spaceless { CARD_SPACELESS } else { CARD_LETTERS }
    };
    link && letters > CARD_SPACELESS && long() && !in_prose()
}

/// The lines some pieces make.
fn lines<'p>(pieces: impl Iterator<Item = &'p Piece>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::new();
    for piece in pieces {
        let (at, end) = (piece.at, piece.at + 1);
        let listed = piece.href.as_deref().is_some_and(is_listing);
        let (texts, listed) =
            (vec![piece.text.clone()], if listed { vec![piece.text.clone()] } else { Vec::new() });
        match out.last_mut().filter(|_| !piece.line) {
            Some(line) => {
                line.texts.extend(texts);
                line.listed.extend(listed);
                line.end = end;
            }
            None => out.push(Line { texts, listed, at, end, body: false }),
        }
    }
    out
}

/// A block of the body as a line.
fn block(draft: &Draft) -> Line {
    let (texts, at, end) = (vec![draft.text.clone()], draft.at, draft.end);
    Line { texts, listed: Vec::new(), at, end, body: true }
}

/// The people of neighbouring lines one of which tells the day.
fn together(scene: &Scene<'_, '_>, near: &[Line]) -> Option<Vec<Person>> {
    let apart = |pair: &[Line]| match pair {
        [first, second] => second.at.saturating_sub(first.end) > APART,
        _ => false,
    };
    let long = |line: &Line| line.texts.iter().any(|text| text.chars().count() > LINE);
    if near.iter().any(long) || near.windows(2).any(apart) {
        return None;
    }
    let texts: Vec<String> = near.iter().flat_map(|line| line.texts.iter().cloned()).collect();
    let tells = |text: &str| is_date_line(text) || is_ago(text);
    let day = |text: &String| tells(text) || parts(text).into_iter().any(tells);
    if !texts.iter().any(day) {
        return None;
    }
    let people = beside_day(&texts)?;
    let at = near.first().map_or(0, |line| line.at);
    let refused = |person: &Person| {
        let listed = || near.iter().flat_map(|line| &line.listed);
        is_section(scene, &person.name)
            || listed().any(|text| text.contains(&person.name))
            || is_own(scene, &person.name, at)
            || !signed::is_told(&person.name, scene)
            || is_topic(scene, &person.name)
    };
    (people.len() <= FEW && !people.iter().any(refused)).then_some(people)
}

/// Blocks at either end of the body that may name who wrote it.
const ENDS: usize = 3;

/// Whether the text goes on about what stands beside the day: a topic, a place.
fn is_topic(scene: &Scene<'_, '_>, name: &str) -> bool {
    let until = scene.body.len().saturating_sub(ENDS);
    let middle = scene.body.get(ENDS..until).unwrap_or_default();
    let title = scene.metadata.title.as_deref().unwrap_or_default();
    title.contains(name) || middle.iter().any(|draft| draft.text.contains(name))
}

/// Most people of a line without by-word: more are tags.
const FEW: usize = 2;

/// Whether a name is the site's own: a publisher's, or one that stands above the line as well.
fn is_own(scene: &Scene<'_, '_>, name: &str, at: usize) -> bool {
    let above = scene.outline.rows.get(..at).unwrap_or_default();
    let text = |row: &Row<'_>| row.tag == Tag::Text && row.text.trim().eq_ignore_ascii_case(name);
    scene.metadata.publishers.iter().any(|own| equal(own, name)) || above.iter().any(text)
}

/// Parts of the addresses of lists that are no author's.
const LISTINGS: &[&str] = &[
    "category",
    "categories",
    "cat",
    "tag",
    "tags",
    "topic",
    "topics",
    "theme",
    "themes",
    "themen",
    "section",
    "sections",
    "series",
    "serie",
    "serien",
    "dossier",
    "dossiers",
    "rubric",
    "rubrik",
    "rubrique",
    "kategorie",
    "categoria",
    "seccion",
    "sezione",
    "tema",
    "temas",
    "label",
    "labels",
];

/// Whether a link leads to a list of articles by its path.
fn is_listing(href: &str) -> bool {
    href.split(['/', '?', '=']).any(|part| LISTINGS.contains(&part.to_ascii_lowercase().as_str()))
}

/// The one part of a line that is no day, where it names people and the others are days.
fn beside_day(texts: &[String]) -> Option<Vec<Person>> {
    let parts = texts.iter().flat_map(|text| parts(text));
    let (days, mut others): (Vec<&str>, Vec<&str>) =
        parts.partition(|part| part.contains(char::is_numeric));
    others.retain(|part| !kinds::is_date_word(part) && !is_date_label(part));
    let (name, role) = named(&others)?;
    // `Posted on 4 March 2026 in` leads to a section; `12 comments` counts something.
    let ends_in_day = |part: &&str| {
        let last = part.rsplit(' ').next().unwrap_or_default();
        last.contains(char::is_numeric)
            || is_month(&last.to_lowercase())
            || is_date_line(part) && !kinds::is_date_word(last)
            || is_time(part)
            || is_ago(part)
            || counts(part)
    };
    if days.is_empty() || !days.iter().all(ends_in_day) || opening(name) != Opening::Plain {
        return None;
    }
    let mut people = names::people(name);
    if people.is_empty() || !is_all_names(name) {
        return None;
    }
    if let ([only], Some(role)) = (people.as_mut_slice(), role) {
        only.role = only.role.take().or_else(|| Some(spoken::title(role)));
    }
    Some(people)
}

/// Other parts beside the name: a section, a place.
const OTHERS: usize = 2;
/// Words of such a part.
const OTHER_WORDS: usize = 3;

/// Letters of words that are initials where all are large.
const INITIALS: usize = 3;

/// The one part that names people, with a job title beside it; the rest are few and short.
fn named<'t>(others: &[&'t str]) -> Option<(&'t str, Option<&'t str>)> {
    let mut names = others.iter().copied().filter(|part| is_all_names(part));
    let name = names.next().filter(|_| names.next().is_none())?;
    let rest: Vec<&str> = others.iter().copied().filter(|part| *part != name).collect();
    let short = |part: &&str| part.split_whitespace().count() <= OTHER_WORDS;
    match rest.as_slice() {
        [role] if roles::is_title(role) => Some((name, Some(*role))),
        rest if rest.len() <= OTHERS && rest.iter().all(short) => Some((name, None)),
        _ => None,
    }
}

/// Whether a text names people and nobody else. Where there are no capitals any phrase would be a
/// name: it holds a common one.
fn is_all_names(text: &str) -> bool {
    let people = names::people(text);
    let cased = text.contains(char::is_uppercase);
    let real = |one: &Person| {
        names::is_person(&one.name)
            && (cased && !is_initials(&one.name) || forenames::is_known(&one.name))
    };
    !people.is_empty() && people.iter().all(real)
}

/// `RMF FM`: a station, not a person.
fn is_initials(name: &str) -> bool {
    !name.contains(char::is_lowercase)
        && name.split_whitespace().all(|word| word.chars().count() <= INITIALS)
}

/// `12 comments`, `5 min read`, `1,204 views`: a number first, and what it counts.
fn counts(part: &str) -> bool {
    part.starts_with(char::is_numeric) && part.split_whitespace().count() <= OTHER_WORDS
}

/// The parts of a label between its marks; a comma parts a day from a name.
fn parts(text: &str) -> Vec<&str> {
    let parts = text.split(is_mark).flat_map(|part| part.split(" - "));
    let parts = parts.flat_map(|part| day_apart(part).unwrap_or([part, ""]));
    parts.map(str::trim).filter(|part| part.contains(char::is_alphanumeric)).collect()
}

/// `4 March 2026, Jane Doe` and the other way round.
fn day_apart(part: &str) -> Option<[&str; 2]> {
    let cuts = part.match_indices([',', '،', '，', '、']);
    let mut cuts =
        cuts.filter_map(|(at, mark)| Some((part.get(..at)?, part.get(at + mark.len()..)?)));
    let day = |text: &str| text.contains(char::is_numeric) && is_date_line(text);
    cuts.find(|(front, back)| {
        let (day_first, day_last) =
            (day(front) && names::is_person(back), names::is_person(front) && day(back));
        day_first || day_last
    })
    .map(|(front, back)| [front, back])
}

/// Letters beside the digits of a time.
const TIME_LETTERS: usize = 5;

/// `09:36 Uhr`: hours and minutes.
fn is_time(part: &str) -> bool {
    let digits = |word: &str| word.contains(':') && word.contains(char::is_numeric);
    part.split_whitespace().any(digits)
        && part.chars().filter(|c| c.is_alphabetic()).count() <= TIME_LETTERS
}

/// Marks between the parts of a label.
fn is_mark(c: char) -> bool {
    matches!(c, '|' | '·' | '•' | '–' | '—' | '/')
}

/// Whether a name is that of a part of the site: it stands in its menus, or holds a word of theirs.
fn is_section(Scene { outline, body, .. }: &Scene<'_, '_>, name: &str) -> bool {
    let body = body.first().map_or(0, |draft| draft.at);
    let words = || name.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    // What holds the text as well is no menu, whatever it is called.
    let in_menu = |at: usize| {
        outline.above(at).any(|above| {
            outline.row(above).is_some_and(|row| {
                let called = row.signs.has(Signs::CHROME) && row.tag != Tag::Root;
                called && !outline.range(above).contains(&body)
            })
        })
    };
    words().any(|word| SECTIONS.contains(word.as_str()))
        || outline.rows.iter().enumerate().any(|(at, row)| {
            row.tag == Tag::Text
                && row.text.trim().eq_ignore_ascii_case(name)
                && in_menu(at)
                && !pieces::in_label(outline, at)
        })
}
