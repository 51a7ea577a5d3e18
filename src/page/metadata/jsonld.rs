//! JSON-LD: the structured description many pages carry, read leniently.
//!
//! Scripts are parsed as they are; when that fails, control characters inside strings, HTML
//! comments around and commas before a closing bracket are forgiven. The nodes are found wherever
//! they are nested (`@graph`, arrays, `mainEntity`), to a depth and a count. Owned by
//! [`super::read`]; it never decides what is true.

use serde_json::{Map, Value};

use super::Claim;

/// Deepest nesting that is looked at.
const MAX_DEPTH: usize = 12;
/// Most objects that are looked at on a page.
const MAX_OBJECTS: usize = 4_000;
/// Most bytes of one script.
const MAX_SCRIPT: usize = 4 << 20;

/// What the article nodes of a page say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Described {
    /// Whether there is an article node.
    pub(crate) is_article: bool,
    /// `headline`, or `name` where there is none.
    pub(crate) headline: Option<String>,
    /// `author`, in order.
    pub(crate) authors: Vec<Claim>,
    /// `translator`.
    pub(crate) translators: Vec<Claim>,
    /// `datePublished`.
    pub(crate) published: Option<String>,
    /// `dateModified`.
    pub(crate) modified: Option<String>,
    /// `inLanguage`.
    pub(crate) language: Option<String>,
    /// `articleBody`.
    pub(crate) body: Option<String>,
    /// People described by themselves, by `@id`.
    pub(crate) known: Vec<(String, Claim)>,
    /// `@id`s of authors that are described elsewhere.
    pub(crate) author_ids: Vec<String>,
    /// The only person described, where none is called the author.
    pub(crate) bystander: Option<Claim>,
    /// Names of publisher and site.
    pub(crate) publishers: Vec<String>,
}

/// Parses one script, forgivingly.
pub(crate) fn parse(script: &str) -> Option<Value> {
    if script.len() > MAX_SCRIPT {
        return None;
    }
    let text = script.trim().trim_start_matches('\u{FEFF}');
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    serde_json::from_str(&repaired(text)).ok()
}

/// Drops comment and CDATA wrappers, control characters and commas before a closing bracket.
fn repaired(text: &str) -> String {
    // The bracket of `<![CDATA[` is none of JSON's.
    let text = text.split_once("<![CDATA[").map_or(text, |(_, inner)| inner);
    let start = text.find(['{', '[']).unwrap_or(0);
    let text = text.rsplit_once("]]>").map_or(text, |(inner, _)| inner);
    let end = text.rfind(['}', ']']).map_or(text.len(), |at| at + 1);
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in text.get(start..end).unwrap_or_default().chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            out.push(if c.is_control() { ' ' } else { c });
            continue;
        }
        quoted = c == '"';
        if matches!(c, '}' | ']') {
            let kept = out.trim_end().trim_end_matches(',').len();
            out.truncate(kept);
        }
        if !c.is_control() || c.is_whitespace() {
            out.push(c);
        }
    }
    out
}

/// Adds what a parsed script says.
pub(crate) fn describe(script: &Value, said: &mut Described) {
    let mut stack = vec![(script, 0)];
    let mut seen = 0;
    while let Some((value, depth)) = stack.pop() {
        seen += 1;
        if seen > MAX_OBJECTS || depth > MAX_DEPTH {
            continue;
        }
        match value {
            Value::Array(items) => stack.extend(items.iter().rev().map(|item| (item, depth + 1))),
            Value::Object(node) => {
                take(node, said);
                let nested =
                    ["mainEntity", "mainEntityOfPage", "@graph", "itemListElement", "subjectOf"];
                stack.extend(
                    nested
                        .iter()
                        .rev()
                        .filter_map(|key| node.get(*key))
                        .map(|value| (value, depth + 1)),
                );
            }
            _ => {}
        }
    }
}

/// Gives authors that were only referred to their names; call it when all scripts are read.
pub(crate) fn resolve(said: &mut Described) {
    if said.authors.is_empty() {
        let of = |id: &String| {
            said.known.iter().find(|(known, _)| known == id).map(|(_, claim)| claim.clone())
        };
        said.authors = said.author_ids.iter().filter_map(of).collect();
    }
    if let ([], [(_, only)]) = (said.authors.as_slice(), said.known.as_slice()) {
        said.bystander = Some(Claim { rank: Claim::BYSTANDER, ..only.clone() });
    }
}

fn take(node: &Map<String, Value>, said: &mut Described) {
    if has_type(node, &["WebSite", "NewsMediaOrganization", "Organization"]) {
        said.publishers.extend(text(node.get("name")));
        return;
    }
    if has_type(node, &["Person"]) {
        if let (Some(id), Some(claim)) = (text(node.get("@id")), person(node)) {
            said.known.push((id, claim));
        }
        return;
    }
    let article = has_type(node, ARTICLES);
    if !article && !has_type(node, &["WebPage", "VideoObject", "CreativeWork"]) {
        return;
    }
    if article && !said.is_article {
        // A web page described before the article on it says less.
        let publishers = std::mem::take(&mut said.publishers);
        let known = std::mem::take(&mut said.known);
        let (published, language) = (said.published.take(), said.language.take());
        *said = Described {
            is_article: true,
            publishers,
            published: None,
            language,
            known,
            ..Described::default()
        };
        take_article(node, said);
        said.published = said.published.take().or(published);
    } else if article == said.is_article {
        take_article(node, said);
    }
    said.publishers.extend(people(node.get("publisher"), 0).into_iter().map(|claim| claim.text));
}

fn take_article(node: &Map<String, Value>, said: &mut Described) {
    let first = |slot: &mut Option<String>, keys: &[&str]| {
        if slot.is_none() {
            *slot = keys.iter().find_map(|key| text(node.get(*key)));
        }
    };
    if said.is_article {
        first(&mut said.headline, &["headline", "name"]);
    }
    first(&mut said.published, &["datePublished", "dateCreated"]);
    first(&mut said.modified, &["dateModified"]);
    first(&mut said.language, &["inLanguage"]);
    first(&mut said.body, &["articleBody"]);
    if said.authors.is_empty() && said.is_article {
        said.authors = ["author", "creator"]
            .iter()
            .map(|key| people(node.get(*key), 0))
            .find(|found| !found.is_empty())
            .unwrap_or_default();
    }
    if said.authors.is_empty() && said.is_article {
        said.author_ids = ids(node.get("author"));
    }
    if said.translators.is_empty() {
        said.translators = people(node.get("translator"), 0);
    }
}

const ARTICLES: &[&str] = &[
    "Article",
    "NewsArticle",
    "BlogPosting",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "ReviewNewsArticle",
    "BackgroundNewsArticle",
    "AdvertiserContentArticle",
    "AskPublicNewsArticle",
    "LiveBlogPosting",
    "SocialMediaPosting",
    "TechArticle",
    "ScholarlyArticle",
    "SatiricalArticle",
    "Report",
    "Review",
    "MedicalScholarlyArticle",
    "DiscussionForumPosting",
];

fn has_type(node: &Map<String, Value>, types: &[&str]) -> bool {
    let is = |value: &Value| {
        let name = value.as_str().unwrap_or_default();
        let name = name.rsplit(['/', ':', '#']).next().unwrap_or(name);
        types.contains(&name)
    };
    match node.get("@type") {
        Some(Value::Array(items)) => items.iter().any(is),
        Some(value) => is(value),
        None => false,
    }
}

/// People in any of the shapes pages write: a string, an object, a list of either.
fn people(value: Option<&Value>, depth: usize) -> Vec<Claim> {
    match value {
        Some(Value::String(name)) => vec![Claim::named(name)],
        Some(Value::Array(items)) if depth < 3 => {
            items.iter().take(60).flat_map(|item| people(Some(item), depth + 1)).collect()
        }
        Some(Value::Object(node)) => match node.get("name") {
            Some(Value::Array(_) | Value::Object(_)) if depth < 3 => {
                people(node.get("name"), depth + 1)
            }
            _ => person(node).into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

/// A person or organisation described by an object.
fn person(node: &Map<String, Value>) -> Option<Claim> {
    let full =
        || Some(format!("{} {}", text(node.get("givenName"))?, text(node.get("familyName"))?));
    let name = text(node.get("name")).or_else(full)?;
    let organisation = has_type(node, &["Organization", "NewsMediaOrganization", "Corporation"]);
    let (role, url) = (text(node.get("jobTitle")), text(node.get("url")));
    Some(Claim { organisation, role, url, ..Claim::named(&name) })
}

/// The `@id`s of authors that give nothing else.
fn ids(value: Option<&Value>) -> Vec<String> {
    let id = |value: &Value| value.get("@id").and_then(Value::as_str).map(str::to_owned);
    match value {
        Some(Value::Array(items)) => items.iter().take(60).filter_map(id).collect(),
        Some(value) => id(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A string with something in it; the first of a list; `@value` of an object.
fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.as_str(),
        Value::Array(items) => items.first()?.as_str()?,
        Value::Object(node) => node.get("@value").or_else(|| node.get("name"))?.as_str()?,
        _ => return None,
    };
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_scripts_are_forgiven() {
        let script =
            "<!-- {\"@type\":\"NewsArticle\",\n\"headline\":\"a\tb\",\"author\":[\"X\",],} -->";
        let mut said = Described::default();
        describe(&parse(script).unwrap(), &mut said);
        assert_eq!(said.headline.as_deref(), Some("a b"));
        assert_eq!(said.authors[0].text, "X");
        let script = "/*<![CDATA[*/\n[{\"@type\":\"Article\",\"name\":\"A, ]\"}]\n/*]]>*/";
        let mut said = Described::default();
        describe(&parse(script).unwrap(), &mut said);
        assert_eq!(said.headline.as_deref(), Some("A, ]"));
    }
}
