//! Signatures: a line that is a name and nothing else, or a name and what its bearer does.
//!
//! The last line of the body may be one, or a line in bold among its first. With no by-word it is
//! believed only where no other person is named; who believes it is [`super::read`].

use super::opening::{Opening, opening};
use super::spoken::{ends_sentence, is_role_line, is_short, title};
use super::{Scene, eastern, equal, forenames, names, roles};
use crate::lang::Lang;
use crate::page::article::bio;
use crate::page::article::blocks::Draft;
use crate::page::letters::letters;
use crate::page::{BlockKind, Person};

/// Longest line with a sentence about who wrote it, in characters.
const ABOUT: usize = 240;
/// Longest line of names, and of one name, in characters.
const NAMES: usize = 60;
const NAME: usize = 40;
/// Bytes up to which a word is too small to tell a heading from a name.
const SMALL: usize = 3;
/// Letters a bare line of a script without spaces may have.
const SPACELESS: usize = 4;

/// What stands between a name and what its bearer is, in a note about the author.
const COPULAS: &[&str] = &[
    " is ", " es ", " est ", " ist ", " è ", " é ", " jest ", " är ", " er ", " on ", " este ",
    " je ",
];

/// What leads from a name to whom it writes for.
const FOR: &[&str] =
    &["for ", "für ", "pour ", "para ", "per ", "для ", "за ", "dla ", "pro ", "voor "];

/// Who signed, with the rows that say so.
pub(super) type Signature = (Vec<Person>, Vec<usize>);

/// The signature of a body; `heard` tells the lines that were read already.
pub(super) fn signature(
    leading: &[Draft],
    trailing: &[Draft],
    heard: impl Fn(&Draft) -> bool,
    scene: &Scene<'_, '_>,
) -> Option<Signature> {
    let is_named = |draft: &Draft| is_names(draft) && is_told(&draft.text, scene);
    let bold = leading.iter().find(|draft| draft.bold >= draft.measure.letters && is_named(draft));
    // A name and, on the last line, what its bearer does.
    if let [.., name, role] = trailing
        && is_names(name)
        && !heard(name)
        && (is_role_line(role) || is_function_line(role))
        && (roles::opens_with_role(&role.text) || is_named(name) && is_below_name(&role.text))
    {
        return Some((titled(&name.text, &role.text), vec![name.at, role.at]));
    }
    let last = trailing.last().and_then(|last| Some((last, signed(last, scene)?)));
    let (line, people) = last.or_else(|| bold.map(|bold| (bold, names::people(&bold.text))))?;
    (!heard(line) && !people.is_empty()).then(|| (people, vec![line.at]))
}

/// Who signs in one block that is the last.
fn signed(draft: &Draft, scene: &Scene<'_, '_>) -> Option<Vec<Person>> {
    if let Some(people) = noted(draft, scene).or_else(|| two_lines(draft, scene)) {
        return Some(people);
    }
    if is_names(draft) && is_told(&draft.text, scene) || is_titled(draft) {
        return Some(names::people(&draft.text));
    }
    let text = draft.text.trim();
    let told = eastern::described(text).or_else(|| starred(text));
    if let Some((name, role)) = told {
        return Some(vec![Person { role: Some(role), ..Person::named(name) }]);
    }
    writes_for(text, &scene.metadata.publishers)
}

/// Who is named first in a note about the author: in slanted type, the name in bold or before a word
/// for what its bearer is.
fn noted(draft: &Draft, scene: &Scene<'_, '_>) -> Option<Vec<Person>> {
    if !bio::is_slanted(scene.outline, draft) || draft.text.chars().nth(ABOUT).is_some() {
        return None;
    }
    let bold = draft.seams.iter().find(|seam| !seam.line && seam.offset > 0);
    let bold = bold.filter(|_| draft.bold > 0).and_then(|seam| draft.text.get(..seam.offset));
    let before = || {
        let cuts = COPULAS.iter().filter_map(|copula| draft.text.split_once(copula));
        let (name, about) = cuts.min_by_key(|(name, _)| name.len())?;
        roles::is_role(about).then_some(name)
    };
    let name = bold.or_else(before)?.trim().trim_end_matches([',', ':', '،', '，']);
    let known = !name.contains(roles::is_cased) || is_told(name, scene);
    (names::is_person(name) && known).then(|| names::people(name))
}

/// Whether a short line is a function that is a by-word where a name follows: `记者`.
fn is_function_line(draft: &Draft) -> bool {
    let bare = opening(&draft.text) == Opening::By("");
    bare && is_short(draft) && roles::is_title(&draft.text)
}

/// Whether a short line under a name says what its bearer is: by a word for it, or as it goes on
/// small. Where nothing is written large, the name has spoken.
fn is_below_name(line: &str) -> bool {
    roles::is_role(line) || !line.starts_with(char::is_uppercase)
}

/// Languages that write every noun large.
const NOUNS_LARGE: &[&str] = &["de", "lb"];

/// Whether a bare phrase is a name and not a heading: where nothing is written large it holds a
/// common name, else not all its words stand small in the text as well; where every noun is written
/// large, they stand nowhere else in it.
pub(super) fn is_told(phrase: &str, Scene { body, metadata, .. }: &Scene<'_, '_>) -> bool {
    if !phrase.contains(roles::is_cased) {
        return names::people(phrase).iter().any(|person| forenames::is_known(&person.name));
    }
    let declared = metadata.declared.as_ref().map(Lang::language);
    let nouns = declared.is_some_and(|lang| NOUNS_LARGE.contains(&lang));
    let words = || phrase.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > SMALL);
    let others = || body.iter().filter(|draft| !draft.text.contains(phrase.trim()));
    let stands = |word: &str| {
        let small = word.to_lowercase();
        let mut said = others().flat_map(|draft| draft.text.split(|c: char| !c.is_alphanumeric()));
        said.any(|said| said == small || nouns && said == word)
    };
    words().next().is_none() || !words().all(stands)
}

fn titled(name: &str, role: &str) -> Vec<Person> {
    let mut people = names::people(name);
    if let [only] = people.as_mut_slice() {
        only.role = Some(title(role));
    }
    people
}

/// A name and a job title in one block, a line break between them.
fn two_lines(draft: &Draft, scene: &Scene<'_, '_>) -> Option<Vec<Person>> {
    let mut breaks = draft.seams.iter().filter(|seam| seam.line);
    let seam = breaks.next().filter(|_| breaks.next().is_none())?;
    let (name, role) = draft.text.split_at_checked(seam.offset)?;
    let role = role.trim();
    let opens = roles::is_role(role) && roles::opens_with_role(role);
    let is_title = opens || is_told(name, scene) && is_below_name(role);
    (is_title && !ends_sentence(role) && is_short(draft) && names::is_person(name))
        .then(|| titled(name, role))
}

/// `* Jane Doe is a teacher of history.`: a note behind a star.
fn starred(text: &str) -> Option<(String, String)> {
    let note = text.strip_prefix(['*', '＊'])?.trim_start();
    if note.chars().nth(ABOUT).is_some() {
        return None;
    }
    let cut = |copula: &'static str| note.split_once(copula);
    let (name, about) =
        COPULAS.iter().copied().filter_map(cut).min_by_key(|(name, _)| name.len())?;
    let role = about.split(['.', ',', ';', '。']).next().unwrap_or_default().trim();
    (names::is_person(name) && roles::is_role(role))
        .then(|| (name.trim().to_owned(), role.to_owned()))
}

/// `Jane Doe, for the Harbour News`: a name and whose page it is.
fn writes_for(text: &str, publishers: &[String]) -> Option<Vec<Person>> {
    let (name, whom) = text.split_once([',', '،'])?;
    let whom = whom.trim();
    let paper = FOR.iter().find_map(|word| whom.strip_prefix(word))?;
    let quoted = paper.starts_with(['«', '"', '„', '“']) && !ends_sentence(paper);
    let own = publishers.iter().any(|publisher| equal(publisher, paper));
    (names::is_person(name) && (quoted || own)).then(|| names::people(name))
}

/// Whether a block is a name and a job title and nothing else: `Jane Doe, correspondent`.
fn is_titled(draft: &Draft) -> bool {
    let text = draft.text.trim();
    let Some((name, title)) = text.split_once([',', '،', '，']) else { return false };
    is_short(draft) && !ends_sentence(text) && names::is_person(name) && roles::is_role(title)
}

fn spaceless(text: &str) -> bool {
    let letters = letters();
    text.chars().map(|c| letters.of(c)).all(|class| class.is_spaceless() || class.is_space())
}

/// Whether a block holds one or a few names and nothing else.
fn is_names(draft: &Draft) -> bool {
    let text = draft.text.trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let quoted = matches!(draft.kind, BlockKind::Quote | BlockKind::Cell);
    let asks = draft.text.trim_end().ends_with(['?', '؟', '？', '!']);
    let few = draft.level == 0 && !quoted && !asks && text.chars().count() <= NAMES;
    let name = names::without_source(text);
    let short = text.chars().count() <= NAME && names::is_person(name);
    let several = || {
        let people = names::people(text);
        people.len() > 1 && people.iter().all(|person| names::is_person(&person.name))
    };
    // A bare East Asian line may be any label; names are short and in Han or Hangul.
    let label = text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30FF}'))
        || (spaceless(text) && text.chars().count() > SPACELESS && !forenames::is_known(text));
    few && !label && (short || several())
}
