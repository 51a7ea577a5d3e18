//! Pairing: which documents of a corpus belong together, two by two.
//!
//! One walk over the documents keeps their numbers by group and language; of several captures of
//! a page the newest stands for it. The order is that of group ids and languages.

use std::collections::{BTreeMap, HashMap};

use super::{Include, Options};
use crate::export::corpus::Corpus;
use crate::export::document::Document;
use crate::export::error::ExportError;
use crate::export::gather::Halt;
use crate::groups::verify::Verdict;
use crate::groups::{Conflict, Edge, Group, GroupKind, Role, Why};
use crate::moment::Moment;

/// The relation of translations.
pub(super) const PARALLEL: &str = "parallel";

/// Two documents, by number.
#[derive(Clone, Debug)]
pub(super) struct Couple {
    pub(super) group: String,
    pub(super) relation: &'static str,
    pub(super) languages: (String, String),
    pub(super) numbers: [usize; 2],
    pub(super) score: f64,
    pub(super) edge: Option<Edge>,
    pub(super) mt_suspect: bool,
}

/// A document that may be one of a pair.
#[derive(Clone, Debug)]
struct Candidate {
    number: usize,
    language: String,
    /// A copy stands for a member whose own address is not there; a part or a variant never does.
    role: Option<Role>,
    date: Option<Moment>,
    machine: bool,
}

/// The documents by group and language, and by URL where a conflict names it.
#[derive(Default)]
struct Candidates {
    of_groups: BTreeMap<String, BTreeMap<String, Candidate>>,
    of_urls: HashMap<String, Candidate>,
}

pub(super) fn couples(
    corpus: &Corpus,
    options: &Options,
    chosen: &dyn Fn(usize) -> bool,
    halt: &Halt,
) -> Result<Vec<Couple>, ExportError> {
    let wanted = |conflict: &&Conflict| relation(conflict, options).is_some();
    let mut candidates = Candidates::default();
    for conflict in corpus.groups().values().flat_map(|group| &group.conflicts).filter(wanted) {
        for url in [&conflict.from, &conflict.to] {
            candidates.of_urls.insert(url.clone(), Candidate::nobody());
        }
    }
    for document in corpus.documents() {
        halt.check()?;
        let (number, document) = document?;
        if chosen(number) {
            candidates.take(number, &document);
        }
    }
    let mut couples = Vec::new();
    for (id, group) in corpus.groups() {
        if let Some(members) = candidates.of_groups.get(id) {
            of_members(group, members, options, &mut couples);
        }
        let conflicts = group.conflicts.iter().filter(wanted);
        couples.extend(conflicts.filter_map(|conflict| candidates.apart(group, conflict, options)));
    }
    couples.retain(|couple| couple.score >= options.min_score);
    Ok(couples)
}

impl Candidate {
    const fn nobody() -> Self {
        Self { number: usize::MAX, language: String::new(), role: None, date: None, machine: false }
    }
}

impl Candidates {
    fn take(&mut self, number: usize, document: &Document) {
        let Some(language) = &document.language else { return };
        let candidate = Candidate {
            number,
            language: language.group_key(),
            role: document.group_role,
            date: document.warc.date,
            machine: document.machine_translated.is_some(),
        };
        let newer = |known: &Candidate| known.number == usize::MAX || known.date <= candidate.date;
        if let Some(known) = self.of_urls.get_mut(&document.url).filter(|known| newer(known)) {
            *known = candidate.clone();
        }
        let stands = matches!(candidate.role, Some(Role::Translation | Role::Copy));
        let Some(group) = document.group.as_ref().filter(|_| stands) else { return };
        let members = self.of_groups.entry(group.clone()).or_default();
        let better = |known: &Candidate| {
            known.role > candidate.role || (known.role == candidate.role && newer(known))
        };
        if members.get(&candidate.language).is_none_or(better) {
            members.insert(candidate.language.clone(), candidate);
        }
    }

    /// The two pages of a declaration that did not make them members of one group.
    fn apart(&self, group: &Group, conflict: &Conflict, options: &Options) -> Option<Couple> {
        let known = |url: &String| self.of_urls.get(url).filter(|one| one.number != usize::MAX);
        let (one, other) = (known(&conflict.from)?, known(&conflict.to)?);
        if one.number == other.number {
            return None;
        }
        let relation = relation(conflict, options)?;
        Some(Couple { score: conflict.score, edge: None, ..couple(group, relation, one, other) })
    }
}

/// What a conflict is asked for as.
fn relation(conflict: &Conflict, options: &Options) -> Option<&'static str> {
    let asked = match conflict.why {
        Why::Variant => Include::Variant,
        Why::DeclaredUntranslated => Include::DeclaredUntranslated,
        Why::TextDiffers => Include::Suspect,
        _ => return None,
    };
    options.include.contains(&asked).then(|| name(asked))
}

fn name(include: Include) -> &'static str {
    let known = Include::ALL.iter().find(|(_, one)| *one == include);
    known.map_or(PARALLEL, |(name, _)| *name)
}

fn of_members(
    group: &Group,
    members: &BTreeMap<String, Candidate>,
    options: &Options,
    into: &mut Vec<Couple>,
) {
    let relation = match group.kind {
        GroupKind::Parallel => PARALLEL,
        GroupKind::Comparable if options.include.contains(&Include::Comparable) => {
            name(Include::Comparable)
        }
        GroupKind::Comparable => return,
    };
    let members: Vec<&Candidate> = members.values().collect();
    for (at, one) in members.iter().enumerate() {
        for other in members.iter().skip(at + 1) {
            let suspect = is_suspect(group, &one.language, &other.language);
            if suspect && !options.include.contains(&Include::Suspect) {
                continue;
            }
            let relation = if suspect { name(Include::Suspect) } else { relation };
            let couple = couple(group, relation, one, other);
            if !couple.mt_suspect || options.include.contains(&Include::MachineTranslated) {
                into.push(couple);
            }
        }
    }
}

/// Whether the texts of two members speak against their being translations: where they were held
/// against one another, by that, else by what became of each of them with the others.
fn is_suspect(group: &Group, one: &str, other: &str) -> bool {
    let doubts = |edge: &Edge| {
        edge.text
            .as_ref()
            .is_some_and(|text| matches!(text.verdict, Verdict::Suspect | Verdict::Same))
    };
    let of = |language| group.edges.iter().filter(move |edge| joins(edge, language));
    match between(group, one, other) {
        Some(edge) => doubts(edge),
        None => [one, other]
            .into_iter()
            .any(|language| of(language).next().is_some() && of(language).all(doubts)),
    }
}

fn joins(edge: &Edge, language: &str) -> bool {
    edge.from == language || edge.to == language
}

fn between<'g>(group: &'g Group, one: &str, other: &str) -> Option<&'g Edge> {
    group.edges.iter().find(|edge| joins(edge, one) && joins(edge, other))
}

fn couple(group: &Group, relation: &'static str, one: &Candidate, other: &Candidate) -> Couple {
    let edge = between(group, &one.language, &other.language).cloned();
    Couple {
        group: group.id.clone(),
        relation,
        languages: (one.language.clone(), other.language.clone()),
        numbers: [one.number, other.number],
        // Two members that do not name each other are as sure as the group.
        score: edge.as_ref().map_or(group.confidence, |edge| edge.score),
        edge,
        mt_suspect: group.mt_suspect || one.machine || other.machine,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::verify::TextCheck;

    fn group(edges: &[(&str, &str, Verdict)]) -> Group {
        let edge = |(from, to, verdict): &(&str, &str, Verdict)| Edge {
            from: (*from).to_owned(),
            to: (*to).to_owned(),
            score: 0.9,
            reciprocal: true,
            evidence: Vec::new(),
            text: Some(TextCheck { verdict: *verdict, ..TextCheck::default() }),
        };
        Group { edges: edges.iter().map(edge).collect(), ..Group::default() }
    }

    #[test]
    fn texts_that_speak_against_one_another_are_suspect() {
        use Verdict::{Agrees, Suspect, Unknown};
        let group = group(&[("ar", "en", Agrees), ("en", "fr", Suspect), ("ar", "de", Unknown)]);
        for (one, other, want) in [
            ("ar", "en", false),
            ("fr", "en", true),
            ("ar", "de", false),
            // French was held against English alone, and is no translation of that.
            ("ar", "fr", true),
            ("de", "en", false),
            // Nothing was held against either.
            ("fa", "he", false),
        ] {
            assert_eq!(is_suspect(&group, one, other), want, "{one}-{other}");
        }
    }
}
