//! Spoken bylines: lines of text that name the author, before the body or at either of its ends.
//!
//! Nobody looks behind the text, and that is where much of the world signs. A by-word is needed,
//! or a last line that is a name and nothing else; the short line after a name is a role.

use super::opening::{self, Opening, opening, opening_in};
use super::{Scene, agencies, kinds, known, names, roles, signed};
use crate::page::Person;
use crate::page::article::blocks::Draft;
use crate::page::article::outline::Tag;
use crate::page::letters::is_combining;

/// What lines of text say.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    /// Authors behind a by-word.
    pub(crate) people: Vec<Person>,
    /// A bare name as a line of its own: believed only when no other person is named.
    pub(crate) signed: Vec<Person>,
    /// The rows of that line and of the title below it.
    pub(crate) signature: Vec<usize>,
    /// The agency behind an author.
    pub(crate) agency: Option<String>,
    /// Translators.
    pub(crate) translators: Vec<Person>,
    /// Editors, with what the page calls them: believed only when nobody else is named.
    pub(crate) editors: Vec<Person>,
    /// A nickname or a desk behind a by-word, with its row: believed when nothing else is said.
    pub(crate) nick: Option<(Person, usize)>,
    /// Rows of the blocks that said it.
    pub(crate) lines: Vec<usize>,
}

/// Blocks at the start of the body that may be byline.
const LEADING: usize = 4;
/// Blocks at its end.
const TRAILING: usize = 5;
/// Characters behind the body that are looked at.
const BEHIND: usize = 400;
/// Blocks between headline and body that are looked at.
const BEFORE: usize = 12;
/// Rows between a marked-up byline and the line behind it.
const BELOW_ROWS: usize = 6;
/// Longest byline, in characters.
const LONGEST: usize = 140;

/// Hears the lines around and at both ends of the body.
pub(crate) fn spoken(scene: &Scene<'_, '_>) -> Spoken {
    let mut spoken = Spoken::default();
    let (Some(first), Some(last)) = (scene.body.first(), scene.body.last()) else { return spoken };
    let start = scene.drafts.partition_point(|draft| draft.at < first.at);
    let end = scene.drafts.partition_point(|draft| draft.at <= last.at);
    let mut budget = BEHIND;
    let behind = scene.drafts.get(end..).unwrap_or_default().iter().take_while(|draft| {
        let fits = budget > 0;
        budget = budget.saturating_sub(draft.text.chars().count());
        fits
    });
    let until = end + behind.count();
    let from = start.saturating_sub(BEFORE).max(below_headline(scene, first.at));
    let middle = start + LEADING..end.saturating_sub(TRAILING);
    let lines: Vec<&Draft> = scene.drafts.get(from..until).unwrap_or_default().iter().collect();
    let speaks = |at: usize| !middle.contains(&(from + at));
    // A line under a name at the end is its title, whatever it says; at the start it must say so.
    let behind = |at: usize| from + at >= middle.end.max(start + 1);
    listen((scene, &lines), speaks, behind, &mut spoken);
    spoken.nick = (0..lines.len()).filter(|at| speaks(*at)).find_map(|at| {
        let line = lines.get(at)?;
        Some((nick(&line.text)?, line.at))
    });
    let trailing = scene.drafts.get(end.saturating_sub(TRAILING).max(start)..end);
    let leading = scene.drafts.get(start..(start + LEADING).min(end));
    let heard = |draft: &Draft| spoken.lines.contains(&draft.at);
    let signed =
        signed::signature(leading.unwrap_or_default(), trailing.unwrap_or_default(), heard, scene);
    (spoken.signed, spoken.signature) = signed.unwrap_or_default();
    spoken
}

/// The first block at or below the headline: what stands above speaks for the site.
fn below_headline(scene: &Scene<'_, '_>, body: usize) -> usize {
    let above = scene.outline.rows.get(..body).unwrap_or_default();
    let headline = above.iter().rposition(|row| row.tag == Tag::Heading(1)).unwrap_or(0);
    scene.drafts.partition_point(|draft| draft.at < headline)
}

/// One credit: who, and the lines that say so.
#[derive(Default)]
struct Credit {
    authors: Vec<Person>,
    translators: Vec<Person>,
    editors: Vec<Person>,
    agency: Option<String>,
    lines: usize,
}

/// Reads by-words at every line that may speak.
fn listen(
    (scene, lines): (&Scene<'_, '_>, &[&Draft]),
    may_speak: impl Fn(usize) -> bool,
    is_end: impl Fn(usize) -> bool,
    spoken: &mut Spoken,
) {
    let mut at = 0;
    while at < lines.len() {
        let rest = lines.get(at..).filter(|_| may_speak(at));
        let Some(credit) = rest.and_then(|rest| credit(scene, rest, is_end(at))) else {
            at += 1;
            continue;
        };
        add(&mut spoken.people, credit.authors);
        add(&mut spoken.translators, credit.translators);
        add(&mut spoken.editors, credit.editors);
        spoken.agency = spoken.agency.take().or(credit.agency);
        spoken.lines.extend(lines.iter().skip(at).take(credit.lines).map(|line| line.at));
        at += credit.lines;
    }
}

fn add(list: &mut Vec<Person>, people: Vec<Person>) {
    for person in people {
        if !known(list, &person.name) {
            list.push(person);
        }
    }
}

/// A by-word with people behind it, on the same line or the next; then perhaps a role, and who
/// took the pictures.
fn credit(scene: &Scene<'_, '_>, lines: &[&Draft], at_end: bool) -> Option<Credit> {
    let short = |at: usize| lines.get(at).filter(|line| line.text.chars().count() <= LONGEST);
    let mut credit = Credit { lines: 1, ..Credit::default() };
    if let Some(authors) = beside_minutes(&short(0)?.text) {
        return Some(Credit { authors, ..credit });
    }
    let parts = opening::credits(&short(0)?.text);
    // `Jane Doe, translated by Ann Roe`
    let is_second = |part: &&str| matches!(opening(part), Opening::Translated(_));
    let second = parts.get(1).is_some_and(is_second);
    for (at, part) in parts.iter().enumerate() {
        let bare = at == 0 && second && names::is_person(part.trim_matches(is_edge));
        let (list, rest) = match opening_in(scene, part) {
            // The first of a line wrote it; who comes behind edited or produced.
            Opening::By(rest) if credit.authors.is_empty() => (&mut credit.authors, rest),
            Opening::Translated(rest) => (&mut credit.translators, rest),
            Opening::Edited(rest) => (&mut credit.editors, rest),
            Opening::Plain if bare => (&mut credit.authors, part.trim_matches(is_edge)),
            _ => continue,
        };
        let rest = if rest.is_empty() {
            credit.lines = 2;
            short(1)?.text.as_str()
        } else {
            rest
        };
        credit.agency = credit.agency.take().or_else(|| agencies::behind_name(rest));
        let people = names::people(rest).into_iter();
        add(list, people.filter(|person| names::is_person(&person.name)).collect());
        let word = part.strip_suffix(rest).unwrap_or_default().trim_matches(is_edge);
        for editor in credit.editors.iter_mut().filter(|editor| editor.role.is_none()) {
            editor.role = Some(word.to_owned()).filter(|word| !word.is_empty());
        }
    }
    (!credit.authors.is_empty() || !credit.translators.is_empty() || !credit.editors.is_empty())
        .then(|| with_title(credit, lines, at_end))
}

/// Parts of words for minutes, as blogs tell how long a text takes to read.
const MINUTES: &[&str] = &[
    "min",
    "мин",
    "хв",
    "دقيق",
    "دقائق",
    "دقیقه",
    "منٹ",
    "דק",
    "मिनट",
    "মিনিট",
    "分",
    "분",
    "dk",
    "dakika",
    "phút",
    "menit",
    "λεπτ",
    "perc",
    "นาที",
];

/// Who is named in a line of marks beside the time a text takes: `4 March 2026 · 3 min · Jane Doe`.
pub(super) fn beside_minutes(line: &str) -> Option<Vec<Person>> {
    let parts = line.split(['·', '•', '|']).map(str::trim).filter(|part| !part.is_empty());
    let (told, bare): (Vec<&str>, Vec<&str>) = parts.partition(|part| has_digit(part));
    let lasts = |part: &&str| {
        let few = part.chars().count() <= LONGEST / 6;
        few && MINUTES.iter().any(|word| part.to_lowercase().contains(word))
    };
    let [names] = bare.as_slice() else { return None };
    if !told.iter().any(lasts) {
        return None;
    }
    let people = names::people(names);
    let real = people.iter().all(|person| names::is_person(&person.name)) && !people.is_empty();
    real.then_some(people)
}

fn has_digit(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// A credit with the job title on the line behind it, and the lines of pictures that follow.
fn with_title(mut credit: Credit, lines: &[&Draft], at_end: bool) -> Credit {
    let mut people: Vec<&mut Person> = credit
        .authors
        .iter_mut()
        .chain(&mut credit.translators)
        .chain(&mut credit.editors)
        .collect();
    let next = lines.get(credit.lines);
    let next = next.filter(|next| is_role_line(next) || (at_end && is_last_role(next)));
    if let ([only], Some(next)) = (people.as_mut_slice(), next)
        && only.role.is_none()
    {
        only.role = (at_end || roles::is_role(&next.text)).then(|| title(&next.text));
        credit.lines += 1;
    }
    let pictures = |line: &&&Draft| {
        line.text.chars().count() <= LONGEST / 2 && opening(&line.text) == Opening::Other
    };
    credit.lines += lines.iter().skip(credit.lines).take_while(pictures).count();
    credit
}

/// Marks at either end of a part of a line.
fn is_edge(c: char) -> bool {
    !c.is_alphanumeric() && c != '.' && !is_combining(c)
}

/// Words of a nickname, and characters of the line that gives it.
const NICK_WORDS: usize = 3;
const NICK_LINE: usize = 60;

/// Articles between a by-word and the name of a desk.
const ARTICLES: &[&str] = &["der ", "dem ", "die ", "the ", "la ", "le ", "el ", "il ", "de "];

/// `Posted by Konstantin`, `By Staff`: a by-word and a name that is no person's full name.
pub(crate) fn nick(line: &str) -> Option<Person> {
    let text = line.trim();
    if text.chars().count() > NICK_LINE || ends_sentence(text) || opening::is_place(text) {
        return None;
    }
    let Opening::By(rest) = opening(text) else { return None };
    let article = ARTICLES.iter().find_map(|article| rest.strip_prefix(article));
    let rest = article.unwrap_or(rest);
    let person = names::one(rest).filter(|_| !rest.starts_with(char::is_lowercase))?;
    let few = person.name.split_whitespace().count() <= NICK_WORDS;
    // `By Catch more fish` goes on; a day or a mark ends a name.
    let behind = rest.strip_prefix(person.name.as_str()).map(str::trim_start);
    let whole = behind.is_some_and(|behind| {
        !behind.starts_with(char::is_alphabetic) || kinds::is_date_word(first_word(behind))
    });
    let nobody = names::is_person(&person.name)
        || names::is_landmark(&person.name)
        || names::is_place_name(&person.name);
    (few && whole && !nobody).then_some(person)
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// The job title on the line right behind a marked-up byline, and the row of that line.
pub(crate) fn title_below(scene: &Scene<'_, '_>, rows: &[usize]) -> Option<(String, usize)> {
    rows.iter().find_map(|row| {
        let end = scene.outline.range(*row).end;
        let at = scene.drafts.partition_point(|draft| draft.at < end);
        let (before, line) = (at.checked_sub(1), scene.drafts.get(at)?);
        let near = before.and_then(|at| scene.drafts.get(at)).is_none_or(|draft| draft.end <= *row);
        let beside = line.at <= end + BELOW_ROWS;
        (near && beside && is_role_line(line) && roles::is_role(&line.text))
            .then(|| (title(&line.text), line.at))
    })
}

/// A job title without the brackets and dashes around it, and the stop behind it.
pub(super) fn title(line: &str) -> String {
    let line = line.strip_suffix('.').unwrap_or(line);
    line.trim_matches(|c: char| c.is_whitespace() || "()[]-–—ـ/|،,*•".contains(c)).to_owned()
}

/// A short line without a sentence, as a job title is.
pub(super) fn is_role_line(draft: &Draft) -> bool {
    is_short(draft) && !ends_sentence(&draft.text) && opening(&draft.text) == Opening::Plain
}

/// A job title under the last name, where it may close with a stop and open with a word that is
/// a by-word elsewhere, if nobody is named behind it: `Reporter from Aleppo.`, `From Aleppo`.
fn is_last_role(draft: &Draft) -> bool {
    let text = draft.text.trim();
    let title = text.strip_suffix('.').unwrap_or(text);
    let function = roles::opens_with_role(title) || roles::is_desk_role(title);
    is_short(draft)
        && !ends_sentence(title)
        && match opening(title) {
            Opening::Plain => function,
            Opening::By(_) if roles::is_desk_role(title) => true,
            Opening::By(rest) => {
                let named = names::people(rest).iter().any(|one| names::is_person(&one.name));
                (function && !named) || opening::is_place(title)
            }
            Opening::Translated(_) | Opening::Edited(_) | Opening::Other => false,
        }
}

pub(super) fn is_short(draft: &Draft) -> bool {
    draft.text.split_whitespace().count() <= 12
        && draft.text.chars().count() <= 90
        && draft.measure.link_share() < 0.5
        && !draft.text.chars().any(char::is_numeric)
}

pub(super) fn ends_sentence(text: &str) -> bool {
    text.ends_with(['.', '!', '?', '؟', '。', ':', '…'])
}
