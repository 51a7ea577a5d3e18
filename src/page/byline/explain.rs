//! What every source of a byline offers, before any of them is believed.

use super::{Scene, labels, marked, names, spoken};
use crate::page::Person;
use crate::page::explain::{Candidate, Field};

/// The candidates for authors and translators.
pub(in crate::page) fn candidates(scene: &Scene<'_, '_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    let mut tell = |field: Field, source: &str, people: &[Person]| {
        out.extend(people.iter().map(|person| Candidate::new(field, source, person.name.as_str())));
    };
    for claim in &scene.metadata.claims {
        let source = if claim.structured { "json-ld" } else { "meta" };
        tell(Field::Author, source, &names::people(&claim.text));
    }
    let spoken = spoken::spoken(scene);
    tell(Field::Author, "by-word in the text", &spoken.people);
    tell(Field::Author, "element called author", &marked::marked(scene).people);
    tell(Field::Author, "bare name as a line", &spoken.signed);
    let labels = labels::labels(scene);
    tell(Field::Author, "by-word in a label", &labels.people);
    tell(Field::Author, "name beside a day", &labels.bare);
    for claim in &scene.metadata.translators {
        tell(Field::Translator, "json-ld", &names::people(&claim.text));
    }
    tell(Field::Translator, "credit in the text", &spoken.translators);
    tell(Field::Translator, "credit in a label", &labels.translators);
    out
}
