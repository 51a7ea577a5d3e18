//! The seeds of a job file, each with the scope that is its own.

use toml::Spanned;
use toml::de::DeValue;

use super::reader::{Reader, Section, choice, number, quoted};
use crate::address::without_userinfo;
use crate::lead::Lead;

/// Whether the seed's whole registered domain is its home, and how far its links are followed.
pub(super) type Own = (bool, Option<u32>);

/// How far a seed's links may lead.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Page,
    Host,
    Domain,
}

const REACHES: &[(&str, Reach)] =
    &[("page", Reach::Page), ("host", Reach::Host), ("domain", Reach::Domain)];

/// One entry: a URL, or a table with one. The URL as it will be fetched.
pub(super) fn seed<'v>(
    entry: &'v Spanned<DeValue<'v>>,
    reader: &mut Reader<'_>,
) -> Option<(String, Option<Own>)> {
    if let Some(text) = entry.get_ref().as_str() {
        return url(text, entry.span().start, reader).map(|url| (url, None));
    }
    if entry.get_ref().as_table().is_none() {
        let what = super::wanted("a URL in quotes, or a table with one,", entry.get_ref());
        reader.fault(entry.span().start, what);
        return None;
    }
    let mut section = Section::entry("seeds", entry, reader);
    let place = section.at();
    let given = section.value("url");
    let reach = section.take("scope", "seed_scopes", reader, choice(REACHES));
    let depth = section.take("depth", "seed_scopes", reader, number::<u32>(0));
    section.end(reader);
    if reach == Some(Reach::Page) && depth.is_some_and(|depth| depth > 0) {
        reader.fault(place, "scope = \"page\" follows no links, and depth says how far; drop one");
    }
    let Some((at, value)) = given else {
        reader.fault(place, "a seed without a URL; write url = \"https://…\"");
        return None;
    };
    let Some(text) = value.as_str() else {
        reader.fault(at, super::wanted("a URL in quotes", value));
        return None;
    };
    let depth = if reach == Some(Reach::Page) { Some(0) } else { depth };
    let own = (reach.is_some() || depth.is_some()).then_some((reach == Some(Reach::Domain), depth));
    Some((url(text, at, reader)?, own))
}

const USERINFO: &str = "the name and password in the URL are left out; what a server wants to be told \
                        belongs into a file: secret-headers-file in [requests]";

fn url(text: &str, at: usize, reader: &mut Reader<'_>) -> Option<String> {
    match Lead::seed(text.trim()) {
        Ok(lead) => {
            if without_userinfo(text) != text {
                reader.warn(at, USERINFO);
            }
            Some(lead.found)
        }
        Err(_) if text.len() > 200 => {
            reader.fault(at, format!("{} is no URL that can be fetched", quoted(text)));
            None
        }
        Err(why) => {
            reader.fault(at, why.to_string());
            None
        }
    }
}
