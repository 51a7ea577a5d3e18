//! Said: who wrote a story that a script was going to draw, and when.
//!
//! The fields of the object in which the text stands, and of those around it, under the names that
//! content systems share. It takes what is written there as metadata is taken: who is an author is
//! the byline's business, which day is the publication that of the dates.

use serde_json::{Map, Value};

use crate::page::byline;
use crate::page::dates;
use crate::page::letters::folded;
use crate::page::metadata::{Claim, Metadata};

/// Names of a field for authors, without case and signs, the surest first.
const AUTHORS: &[&str] = &[
    "authors",
    "author",
    "byline",
    "bylines",
    "writers",
    "writer",
    "reporters",
    "reporter",
    "journalists",
    "journalist",
    "authornames",
    "authorname",
    "articleauthor",
    "postauthor",
    "contributors",
    "creators",
    "creator",
];

/// Names of a field for the day of publication.
const PUBLISHED: &[&str] = &[
    "datepublished",
    "publishedat",
    "publishedon",
    "publisheddate",
    "publisheddatetime",
    "publishedtime",
    "publishdate",
    "publishtime",
    "publishat",
    "publishon",
    "publicationdate",
    "publicationtime",
    "firstpublished",
    "firstpublishedat",
    "firstpublishedon",
    "firstpublisheddate",
    "firstpublishdate",
    "firstpublicationdate",
    "originalpublishdate",
    "pubdate",
    "published",
    "displaydate",
    "dateposted",
    "postedat",
    "postdate",
    "releasedate",
    "date",
    "datecreated",
    "createdat",
    "created",
];

/// Names of a field for the day of the last change.
const MODIFIED: &[&str] = &[
    "datemodified",
    "modifiedat",
    "modifieddate",
    "modifiedtime",
    "modified",
    "updatedat",
    "updateddate",
    "updatedon",
    "dateupdated",
    "updatetime",
    "updated",
    "lastmodified",
    "lastmodifieddate",
    "lastupdated",
    "lastupdatedat",
    "lastupdate",
];

/// Names of a field for a person's name.
const NAMES: &[&str] = &["name", "fullname", "displayname", "authorname", "title", "label"];
/// Names of a field for what a person does.
const ROLES: &[&str] = &["jobtitle", "position", "occupation"];
/// What lists and records of people are wrapped in.
const WRAPS: &[&str] =
    &["node", "nodes", "edges", "data", "attributes", "items", "fields", "person"];

/// Most people of one story.
const MAX_PEOPLE: usize = 20;
/// Most characters of a name.
const MAX_NAME: usize = 120;
/// Deepest wrapping of a name.
const MAX_DEPTH: usize = 6;

/// What an object of the state says of the story in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    authors: Vec<Claim>,
    published: Option<String>,
    modified: Option<String>,
}

impl Said {
    /// Reads the fields of an object.
    pub(super) fn of(fields: &Map<String, Value>) -> Self {
        let named = |names: &'static [&'static str]| {
            names.iter().filter_map(|name| {
                let found = fields.iter().find(|(field, _)| is_called(field, name));
                found.map(|(_, value)| value)
            })
        };
        let day = |names| named(names).find_map(|value| dates::iso(&text(value)?));
        let authors = named(AUTHORS).map(|value| people(value, 0));
        Self {
            authors: authors.into_iter().find(|found| !found.is_empty()).unwrap_or_default(),
            published: day(PUBLISHED),
            modified: day(MODIFIED),
        }
    }

    /// With what `outer` says of all that this says nothing of.
    pub(super) fn or(self, outer: &Self) -> Self {
        Self {
            authors: if self.authors.is_empty() { outer.authors.clone() } else { self.authors },
            published: self.published.or_else(|| outer.published.clone()),
            modified: self.modified.or_else(|| outer.modified.clone()),
        }
    }

    /// Whether it names a day or a person.
    pub(super) fn is_something(&self) -> bool {
        self.published.is_some() || !self.authors.is_empty()
    }

    /// Metadata with this as one more witness, behind JSON-LD and meta.
    pub(crate) fn added_to(self, metadata: &Metadata) -> Metadata {
        let mut told = metadata.clone();
        let rank = told
            .claims
            .iter()
            .map(|claim| claim.rank)
            .max()
            .map_or(0, |most| most.saturating_add(1));
        let claims = self.authors.into_iter().map(|claim| Claim { rank, ..claim });
        told.claims.retain(|claim| claim.rank != Claim::BYSTANDER);
        told.claims.extend(claims);
        told.authors = byline::people(&told.claims, &told.publishers);
        let published = self.published.map(|iso| dates::from("state", iso));
        told.published_said.extend(published.clone());
        told.published = told.published.or(published);
        told.modified = told.modified.or(self.modified.map(|iso| dates::from("state", iso)));
        told
    }
}

/// Whether a field is called `name`, however it is written: `publishedAt`, `published_at`.
fn is_called(field: &str, name: &str) -> bool {
    let mut letters =
        field.chars().filter(|c| !matches!(c, '_' | '-')).flat_map(char::to_lowercase);
    name.chars().all(|c| letters.next() == Some(c)) && letters.next().is_none()
}

/// A string or a number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => fields.get("$date").or_else(|| fields.get("iso")).and_then(text),
        _ => None,
    }
}

/// The people a value names, in any of the shapes systems write.
fn people(value: &Value, depth: usize) -> Vec<Claim> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    match value {
        Value::String(name) => claim(name, None).into_iter().collect(),
        Value::Array(items) => {
            items.iter().take(MAX_PEOPLE).flat_map(|item| people(item, depth + 1)).collect()
        }
        Value::Object(fields) => person(fields).map_or_else(
            || {
                let inner = |name: &&str| fields.get(*name).map(|value| people(value, depth + 1));
                WRAPS.iter().filter_map(inner).find(|all| !all.is_empty()).unwrap_or_default()
            },
            |person| vec![person],
        ),
        _ => Vec::new(),
    }
}

fn person(fields: &Map<String, Value>) -> Option<Claim> {
    let field = |names: &[&str]| {
        names.iter().find_map(|name| {
            let found = fields.iter().find(|(field, _)| is_called(field, name));
            found.and_then(|(_, value)| value.as_str())
        })
    };
    let role = field(ROLES).map(folded).filter(|role| !role.is_empty());
    let whole = || {
        Some(format!(
            "{} {}",
            field(&["firstname", "givenname"])?,
            field(&["lastname", "familyname"])?
        ))
    };
    match field(NAMES) {
        Some(name) => claim(name, role),
        None => claim(&whole()?, role),
    }
}

/// A name as a claim; numbers, addresses and keys are none.
fn claim(name: &str, role: Option<String>) -> Option<Claim> {
    let text = folded(name);
    let is_name = text.chars().count() <= MAX_NAME
        && text.chars().any(char::is_alphabetic)
        && !text.contains("//")
        && !text.contains(['<', '{', '_'])
        && (text.contains(' ') || !text.contains(|c: char| c.is_ascii_digit() || c == '-'));
    is_name.then(|| Claim { text, role, structured: true, ..Claim::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(value: &Value) -> (Vec<String>, Option<String>, Option<String>) {
        let said = Said::of(value.as_object().unwrap());
        (said.authors.into_iter().map(|claim| claim.text).collect(), said.published, said.modified)
    }

    /// Fields, with the people and the day they name.
    fn shapes() -> Vec<(Value, Vec<&'static str>, &'static str)> {
        vec![
            (
                json!({"author": {"name": "Edda Quist"}, "publishedAt": "2026-03-14T09:30:00Z"}),
                vec!["Edda Quist"],
                "2026-03-14T09:30:00Z",
            ),
            (
                json!({"authors": ["Edda Quist", "Noor Haddad"], "published_at": 1_773_473_400}),
                vec!["Edda Quist", "Noor Haddad"],
                "2026-03-14T07:30:00Z",
            ),
            (
                json!({"authors": {"nodes": [{"firstName": "Edda", "lastName": "Quist"}]}, "datePublished": "2026-03-14"}),
                vec!["Edda Quist"],
                "2026-03-14",
            ),
            (
                json!({"author": {"data": {"attributes": {"name": "Edda Quist"}}}, "publish-date": "2026-03-14"}),
                vec!["Edda Quist"],
                "2026-03-14",
            ),
            (
                json!({"author": 12, "byline": "Edda Quist", "createdAt": "2026-03-13", "firstPublished": "2026-03-14"}),
                vec!["Edda Quist"],
                "2026-03-14",
            ),
            (
                json!({"author": "user-12", "authorId": "a_7", "published": true, "date": "2026-03-14"}),
                vec![],
                "2026-03-14",
            ),
        ]
    }

    #[test]
    fn people_and_days_are_read_in_the_shapes_systems_write() {
        for (fields, people, published) in shapes() {
            let (names, day, _) = said(&fields);
            assert_eq!(
                (names, day.as_deref()),
                (people.into_iter().map(str::to_owned).collect(), Some(published)),
                "{fields}"
            );
        }
        let changed = said(&json!({"updatedAt": "2026-03-15"}));
        assert_eq!((changed.1, changed.2.as_deref()), (None, Some("2026-03-15")));
    }
}
