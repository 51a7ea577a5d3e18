//! Patterns: URLs that are equal but for one token that names a language.
//!
//! `/ar/story` and `/en/story`, `ar.site` and `en.site`, `?lang=ar`, `story_en.html`: a candidate,
//! no more. It is taken from links that stand on the page, so it never makes a URL up and costs no
//! request; on sites whose slugs are translated it finds nothing.

use url::Url;

use super::target::{LANGUAGE_PARAMETERS, code, is_home};
use crate::address::Address;
use crate::lang::Lang;
use crate::page::vocabulary::language_named;
use crate::page::{Alternate, Link, LinkKind, Place, Signal};

/// Bytes by which two URLs of one pattern may differ; the longest token is a language's name.
const MAX_TOKEN: usize = 24;

/// Candidates taken from one page.
const MAX_SIBLINGS: usize = 100;

/// A URL without the token that names its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// What is left; equal for the same page in every language of a site with such URLs.
    pub(crate) skeleton: String,
    /// The language named, canonical and as written; the default language often has no token.
    pub(crate) named: Option<(Lang, String)>,
}

impl Pattern {
    /// The pattern of a URL. Total.
    pub(crate) fn of(url: &Url) -> Self {
        let url = Address::of(url);
        let Ok(url) = Url::parse(url.as_str()) else {
            return Self { skeleton: String::new(), named: None };
        };
        let mut named = None;
        let query = without_parameter(&url, &mut named);
        let host = without_label(url.host_str().unwrap_or_default(), &mut named);
        let path = without_segment(url.path(), &mut named);
        let path = without_suffix(&path, &mut named);
        let path = path.trim_end_matches('/');
        Self { skeleton: format!("{host}{path}?{query}").to_lowercase(), named }
    }
}

/// The links of a page that lead to its own URL under the token of another language.
pub(crate) fn siblings(url: &Url, own: Option<&Lang>, links: &[Link]) -> Vec<Alternate> {
    let own_text = url.as_str();
    let mut own_pattern = None;
    let anchors = links.iter().filter(|link| link.kind == LinkKind::Anchor);
    let mut found = Vec::new();
    for link in anchors.filter(|link| differ_little(own_text, &link.url)) {
        let Ok(other) = Url::parse(&link.url) else { continue };
        let own_pattern = own_pattern.get_or_insert_with(|| Pattern::of(url));
        let pattern = Pattern::of(&other);
        if pattern.skeleton != own_pattern.skeleton || pattern.named == own_pattern.named {
            continue;
        }
        let (lang, lang_raw) = pattern.named.unzip();
        let own = own_pattern.named.as_ref().map(|(lang, _)| lang).or(own);
        let same = lang.as_ref().zip(own).is_some_and(|(lang, own)| lang.same(own));
        if same || is_home(&other) {
            continue;
        }
        found.push(Alternate {
            url: link.url.clone(),
            url_raw: link.url.clone(),
            about: None,
            lang,
            lang_raw: lang_raw.unwrap_or_default(),
            signal: Signal::UrlPattern,
            place: Place::Chrome,
        });
        if found.len() >= MAX_SIBLINGS {
            break;
        }
    }
    found
}

/// Whether two URLs are equal but for a few bytes in one place, that in one of them may name a
/// language: a cheap first look.
fn differ_little(one: &str, other: &str) -> bool {
    let (a, b) = (one.as_bytes(), other.as_bytes());
    let shorter = a.len().min(b.len());
    if a.len().abs_diff(b.len()) > MAX_TOKEN {
        return false;
    }
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = end.min(shorter - start);
    // The schemes may differ too, which counts as part of the token.
    shorter - end - start <= MAX_TOKEN && [one, other].iter().any(|url| may_name(url, start, end))
}

/// Whether the parts of a URL that lie in, or reach into, what is between its first `start` and its
/// last `end` bytes may name a language.
fn may_name(url: &str, start: usize, end: usize) -> bool {
    let is_end = |c: char| matches!(c, '/' | '?' | '&' | '=');
    let (start, end) = (url.floor_char_boundary(start), url.ceil_char_boundary(url.len() - end));
    let (before, behind) = (url.get(..start), url.get(end..));
    let start = before.and_then(|before| before.rfind(is_end)).map_or(0, |at| at + 1);
    let end = behind.and_then(|behind| behind.find(is_end)).map_or(url.len(), |at| end + at);
    let parts = url.get(start..end).unwrap_or_default();
    // What is escaped is not looked at closely.
    let names = |part: &str| token(part).is_some() || part.split(['.', '_', '-']).any(is_token);
    parts.contains(['%', '+']) || parts.split(is_end).any(names)
}

fn is_token(text: &str) -> bool {
    token(text).is_some()
}

/// The language a token of a URL names, when it is one: a code of two letters, with a region or a
/// script, or a language's name.
fn token(text: &str) -> Option<(Lang, String)> {
    let lang =
        code(text).or_else(|| Some(language_named(text).filter(|_| text.len() > 3)?.lang))?;
    Some((lang, text.to_owned()))
}

fn without_parameter(url: &Url, named: &mut Option<(Lang, String)>) -> String {
    let mut kept = Vec::new();
    for (name, value) in url.query_pairs() {
        let is_language = LANGUAGE_PARAMETERS.contains(&name.to_lowercase().as_str());
        if named.is_none()
            && is_language
            && let Some(found) = token(&value)
        {
            *named = Some(found);
        } else {
            kept.push(format!("{name}={value}"));
        }
    }
    kept.join("&")
}

fn without_label(host: &str, named: &mut Option<(Lang, String)>) -> String {
    let host = host.strip_prefix("www.").unwrap_or(host);
    if let Some((label, rest)) = host.split_once('.')
        && named.is_none()
        && rest.contains('.')
        && let Some(found) = token(label)
    {
        *named = Some(found);
        return rest.to_owned();
    }
    host.to_owned()
}

fn without_segment(path: &str, named: &mut Option<(Lang, String)>) -> String {
    let mut kept = Vec::new();
    for segment in path.split('/') {
        let found = if named.is_none() { token(segment) } else { None };
        match found {
            Some(found) => *named = Some(found),
            None => kept.push(segment),
        }
    }
    kept.join("/")
}

/// `story_en.html`, `story.en.html`, `story.html.en`, `story-en`: the last or last but one part.
fn without_suffix(path: &str, named: &mut Option<(Lang, String)>) -> String {
    let start = path.rfind('/').map_or(0, |at| at + 1);
    let (folder, file) = path.split_at_checked(start).unwrap_or(("", path));
    if named.is_some() {
        return path.to_owned();
    }
    let mut end = file.len();
    for _ in 0..2 {
        let Some(at) = file.get(..end).and_then(|part| part.rfind(['.', '_', '-'])) else { break };
        let found = file.get(at + 1..end).filter(|text| text.len() == 2).and_then(token);
        if let Some(found) = found.filter(|_| at > 0) {
            *named = Some(found);
            let (before, after) = (file.get(..at), file.get(end..));
            return [folder, before.unwrap_or_default(), after.unwrap_or_default()].concat();
        }
        // Only an extension may stand behind the token.
        if !file.get(at..).is_some_and(|rest| rest.starts_with('.')) {
            break;
        }
        end = at;
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(url: &str) -> (String, String) {
        let pattern = Pattern::of(&Url::parse(url).unwrap());
        (pattern.skeleton, pattern.named.map_or("-".to_owned(), |(lang, _)| lang.to_string()))
    }

    #[test]
    fn the_table_holds() {
        for line in include_str!("../../../tests/tables/pattern.txt").lines() {
            let Some((url, want)) = line.split_once(" -> ").filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            let (skeleton, lang) = of(url);
            assert_eq!(format!("{lang} {skeleton}"), want, "{url}");
        }
    }

    #[test]
    fn siblings_are_links_of_the_page() {
        let url = Url::parse("https://news.example/ar/2026/harvest").unwrap();
        let link = |url: &str| Link {
            url: url.to_owned(),
            kind: LinkKind::Anchor,
            context: "a/@href".to_owned(),
        };
        let links: Vec<Link> = [
            "https://news.example/en/2026/harvest",
            "https://news.example/2026/harvest",
            "https://news.example/ar/2026/harvest/",
            "https://news.example/en/2026/harvest-2",
            "https://news.example/en/",
            "https://news.example/ar-EG/2026/harvest",
        ]
        .map(link)
        .into();
        let ar = Lang::parse("ar");
        let found: Vec<_> = siblings(&url, ar.as_ref(), &links)
            .into_iter()
            .map(|one| (one.url, one.lang_raw))
            .collect();
        let pair = |url: &str, raw: &str| (format!("https://news.example{url}"), raw.to_owned());
        assert_eq!(found, [pair("/en/2026/harvest", "en"), pair("/2026/harvest", "")]);
    }

    proptest! {
        #[test]
        fn patterns_are_total(path in "[a-z/._%?=&-]{0,40}|\\PC{0,24}") {
            if let Ok(url) = Url::parse(&format!("https://en.news.example/{path}")) {
                let pattern = Pattern::of(&url);
                prop_assert!(pattern.skeleton.contains("news.example"));
            }
        }
    }
}
