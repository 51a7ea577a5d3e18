//! The byline: who made the article, with roles, wherever the page says so.
//!
//! Metadata, marked-up elements, the lines before the body, its first and last blocks and the text
//! just behind it are all asked. A person beats an organisation, a line that says "by" beats an
//! account; translators are kept apart. It tells which lines are byline, so that they leave the body.

mod agencies;
mod beside;
mod eastern;
pub(super) mod explain;
mod forenames;
mod kinds;
mod labels;
pub(crate) mod marked;
pub(crate) mod names;
pub(crate) mod opening;
mod pieces;
pub(crate) mod roles;
mod signed;
mod spoken;
mod words;

use url::Url;

use self::labels::Labels;
use self::marked::Marked;
use self::opening::Opening;
use self::spoken::Spoken;
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
    /// The agency the article comes from.
    pub(crate) agency: Option<String>,
    /// Rows of the blocks that are byline and not body.
    pub(crate) lines: Vec<usize>,
}

impl Byline {
    /// The links of the people, as links from a page.
    pub(crate) fn with_links_to(mut self, page: &Url) -> Self {
        for person in self.people.iter_mut().chain(&mut self.translators) {
            let link = person.url.take().and_then(|href| page.join(href.trim()).ok());
            person.url =
                link.filter(|link| matches!(link.scheme(), "http" | "https")).map(String::from);
        }
        self
    }
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
    let groups: Vec<Vec<Person>> = ranks
        .iter()
        .map(|rank| named(claims, *rank, publishers))
        .filter(|people| !people.is_empty())
        .collect();
    let real = |people: &&Vec<Person>| people.iter().any(|person| is_real(person, publishers));
    let chosen = groups.iter().find(real).or(groups.first()).cloned().unwrap_or_default();
    let fuller = groups.iter().find(|people| is_fuller(people, &chosen)).cloned();
    without_organisations(fuller.unwrap_or(chosen), publishers)
}

/// Whether a list names everybody another names and more, persons all.
fn is_fuller(list: &[Person], than: &[Person]) -> bool {
    list.len() > than.len()
        && !than.is_empty()
        && list.iter().chain(than).all(|person| names::is_person(&person.name))
        && than.iter().all(|person| known(list, &person.name))
        && !than.iter().any(|person| list.iter().any(|other| runs_on(&other.name, &person.name)))
}

/// Whether a name runs on without a space: `Jane DoeEditor`.
fn runs_on(name: &str, whole: &str) -> bool {
    name.strip_prefix(whole).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// The people of one kind of claim.
fn named(claims: &[Claim], rank: usize, publishers: &[String]) -> Vec<Person> {
    let mut out: Vec<Person> = Vec::new();
    for claim in claims.iter().filter(|claim| claim.rank == rank) {
        let mut people = names::people(&claim.text);
        if is_whole(claim, &people, publishers) {
            people = vec![Person::named(claim.text.clone())];
        }
        // `The Harbour and AFP` is nobody's name, and stays as it is written.
        if let [only] = people.as_mut_slice()
            && !is_real(only, publishers)
            && agencies::behind_name(&claim.text).is_some()
        {
            only.name.clone_from(&claim.text);
        }
        for mut person in people {
            person.role = person.role.or_else(|| claim.role.clone());
            person.url = person.url.or_else(|| claim.url.clone());
            if !known(&out, &person.name) {
                out.push(person);
            }
        }
    }
    out
}

/// Whether what metadata names is one name as it stands, though it holds a number or a word of a
/// day: `France 24`, `USA Today`, `20 Minuten`.
fn is_whole(claim: &Claim, people: &[Person], publishers: &[String]) -> bool {
    let text = claim.text.trim();
    let own = || publishers.iter().any(|publisher| equal(publisher, text));
    let part = match people {
        [only] => only.role.is_none() && text.strip_prefix(only.name.as_str()).is_some_and(is_tail),
        [] => text.split_once(' ').is_some_and(|(number, rest)| {
            number.chars().all(char::is_numeric)
                && rest.split_whitespace().count() <= 2
                && rest.chars().all(|c| c.is_alphabetic() || c.is_whitespace())
        }),
        _ => false,
    };
    part && (claim.structured || own())
}

/// What is left of a publisher's name behind what looked like all of it.
fn is_tail(rest: &str) -> bool {
    let word = rest.trim();
    let number = || word.chars().count() <= 3 && word.chars().all(char::is_numeric);
    rest.starts_with(' ') && !word.is_empty() && (word == "Today" || number())
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
        && !names::is_place_name(&person.name)
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

/// What the page says around its text, by who heard it.
struct Heard {
    spoken: Spoken,
    marked: Marked,
    labels: Labels,
}

/// Finds and decides the byline of an article.
pub(crate) fn read(scene: &Scene<'_, '_>) -> Byline {
    let heard = Heard {
        spoken: spoken::spoken(scene),
        marked: marked::marked(scene),
        labels: labels::labels(scene),
    };
    let mut lines = heard.spoken.lines.clone();
    let mut people = authors(scene, &heard, &mut lines);
    complete(&mut people, &heard);
    if let ([only], Some((role, line))) =
        (people.as_mut_slice(), spoken::title_below(scene, &heard.marked.rows))
        && only.role.as_ref().is_none_or(|known| *known == role)
    {
        only.role = Some(role);
        lines.push(line);
    }
    lines.extend(bare_by_words(scene, &heard.marked.rows));
    let translators = translators(scene, &heard);
    people.retain(|person| !translators.iter().any(|other| equal(&other.name, &person.name)));
    let (agency, source) = agencies::of(scene);
    let by =
        || people.iter().find(|one| agencies::is_agency(&one.name)).map(|one| one.name.clone());
    let agency = agency.or(heard.spoken.agency).or(heard.labels.agency).or_else(by);
    lines.extend(source);
    Byline { people, translators, agency, lines }
}

/// The authors: whom the best sources agree on, else who signed, edited or gives a bare name; with
/// the lines that say so.
fn authors(scene: &Scene<'_, '_>, heard: &Heard, lines: &mut Vec<usize>) -> Vec<Person> {
    let Heard { spoken, marked, labels } = heard;
    let publishers = &publishers(scene);
    let said = said(heard, publishers);
    let mut people = without_organisations(choose(scene, said, marked, publishers), publishers);
    let signed =
        |person: &Person| spoken.signed.iter().any(|other| same(&other.name, &person.name));
    if !people.iter().any(|person| is_real(person, publishers)) && !spoken.signed.is_empty() {
        people.clone_from(&spoken.signed);
    }
    if people.is_empty() {
        people.clone_from(&labels.bare);
        lines.extend(&labels.bare_lines);
    }
    if people.iter().any(signed) {
        lines.extend(&spoken.signature);
    }
    if people.is_empty() {
        let editors = [&spoken.editors, &labels.editors].into_iter().find(|list| !list.is_empty());
        people.extend(editors.into_iter().flatten().cloned());
    }
    if let ([], Some((nick, line))) = (people.as_slice(), &spoken.nick) {
        people.push(nick.clone());
        lines.push(*line);
    }
    if people.is_empty() {
        people.extend(labels.nick.clone());
    }
    people
}

/// Who stands behind a by-word: in the text, or in a label, which knows by its markup where a name
/// ends.
fn said<'h>(heard: &'h Heard, publishers: &[String]) -> &'h [Person] {
    let (text, label) = (&heard.spoken.people, &heard.labels.people);
    let told = text.iter().all(|person| known(label, &person.name));
    let real = text.iter().any(|person| is_real(person, publishers));
    if told || !real { label } else { text }
}

/// The whole name, the role and the link of each, from wherever the page gives them.
fn complete(people: &mut [Person], Heard { spoken, marked, .. }: &Heard) {
    for person in people {
        let others = || spoken.people.iter().chain(&spoken.signed).chain(&marked.people);
        let part = !person.name.contains(' ');
        let whole = |other: &&Person| {
            names::is_person(&other.name)
                && (same(&other.name, &person.name) || equal(&other.name, &person.name))
        };
        if let Some(whole) = others().find(whole).filter(|_| part) {
            person.name.clone_from(&whole.name);
        }
        let named = |other: &&Person| same(&other.name, &person.name);
        let role =
            others().chain(&marked.titled).filter(named).find_map(|other| other.role.clone());
        let url = others().filter(named).find_map(|other| other.url.clone());
        person.role = person.role.take().or(role);
        person.url = person.url.take().or(url);
    }
}

/// Those the text or a label names; else those metadata calls translators, or credits with it behind
/// an author.
fn translators(scene: &Scene<'_, '_>, heard: &Heard) -> Vec<Person> {
    let mut out = heard.spoken.translators.clone();
    for person in &heard.labels.translators {
        if !known(&out, &person.name) {
            out.push(person.clone());
        }
    }
    if !out.is_empty() {
        return out;
    }
    let named = scene.metadata.translators.iter().flat_map(|claim| names::people(&claim.text));
    let parts = scene.metadata.claims.iter().flat_map(|claim| opening::credits(&claim.text));
    let credited = parts.filter_map(|part| match opening::opening(part) {
        Opening::Translated(rest) => Some(names::people(rest)),
        _ => None,
    });
    for person in named.chain(credited.flatten()) {
        if !known(&out, &person.name) {
            out.push(person);
        }
    }
    out
}

/// Bytes of a line that says whose the page is.
const COPYRIGHT: usize = 300;

/// The publishers metadata names, and those claimed as authors whose the page is, by its own line:
/// `© 2026 Harbour House`.
fn publishers(scene: &Scene<'_, '_>) -> Vec<String> {
    let claims: Vec<&Person> = scene.metadata.authors.iter().collect();
    let mut out = scene.metadata.publishers.clone();
    let rows = scene.outline.rows.iter().filter(|row| row.text.contains('©'));
    for row in rows.take(8).filter(|_| !claims.is_empty()) {
        let line = scene.outline.text(row.parent, COPYRIGHT);
        // Without a year it is the credit of a picture.
        let year = line.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 4);
        let owners = claims.iter().filter(|person| year && line.contains(&person.name));
        out.extend(owners.map(|person| person.name.clone()));
    }
    out
}

/// What is left of `By <a>Jane Doe</a>` once the marked-up name is taken out.
fn bare_by_words(scene: &Scene<'_, '_>, rows: &[usize]) -> Vec<usize> {
    let left = |draft: &&Draft| opening::opening(&draft.text) == opening::Opening::By("");
    let holds = |draft: &Draft| rows.iter().any(|row| (draft.at..=draft.end).contains(row));
    scene.body.iter().filter(left).filter(|draft| holds(draft)).map(|draft| draft.at).collect()
}

/// Metadata, unless the text says otherwise in so many words; then the marked-up elements.
fn choose(
    scene: &Scene<'_, '_>,
    said: &[Person],
    marks: &Marked,
    publishers: &[String],
) -> Vec<Person> {
    let marked = marks.people.as_slice();
    let claimed = scene.metadata.authors.as_slice();
    let real = |people: &[Person]| {
        people.iter().any(|one| is_real(one, publishers) && !names::is_account(&one.name))
    };
    let agrees = |said: &[Person]| claimed.iter().any(|person| known(said, &person.name));
    // What is called an organisation is believed only where no person is named.
    let sure = |claim: &Claim| claim.rank != Claim::BYSTANDER && !claim.organisation;
    let sure = scene.metadata.claims.iter().any(sure);
    // A CMS account in metadata and in the author's box yields to a line that says who wrote it.
    if real(claimed) && sure && (!real(said) || agrees(said)) {
        let lists = [said, marks.together(scene)];
        lists.into_iter().find(|list| is_fuller(list, claimed)).unwrap_or(claimed).to_vec()
    } else if real(said) {
        said.to_vec()
    } else if claimed.is_empty()
        || (real(marked) && marked.iter().any(|one| names::is_person(&one.name)))
    {
        marked.to_vec()
    } else {
        claimed.to_vec()
    }
}
