//! Negotiation: what a server that chooses the language tells in its response head.
//!
//! `Content-Location` is the address of the variant that was sent (RFC 9110 §8.7), `Alternates`
//! lists all of them (RFC 2295 §8.3). Nothing here asks again with another Accept-Language.

use url::Url;

use super::gather::{Claim, Gathered};
use crate::address::fetchable;
use crate::head::Head;
use crate::lang::Lang;
use crate::page::{Place, Signal};

/// Variants read from one field.
const MAX_VARIANTS: usize = 200;

/// The language of the response, when it names exactly one (RFC 9110 §8.5).
pub(crate) fn content_language(head: &Head) -> Option<Lang> {
    Lang::parse(&head.get("content-language")?)
}

/// The address of the variant that was sent, when the language was negotiated and it is another
/// address on the same host.
pub(crate) fn own_variant(head: &Head, url: &Url) -> Option<Url> {
    let varies = head.all("vary").iter().any(|field| {
        let mut names = field.split(',').map(str::trim);
        names.any(|name| {
            name.eq_ignore_ascii_case("accept-language") || name.eq_ignore_ascii_case("negotiate")
        })
    });
    let location = head.get("content-location").filter(|_| varies)?;
    let variant = fetchable(location.trim(), Some(url)).ok()?;
    (variant.host_str() == url.host_str() && variant != *url).then_some(variant)
}

/// The claims of the `Alternates` field.
pub(super) fn claims(head: &Head, gathered: &mut Gathered) {
    for field in head.all("alternates") {
        let variants = Variants { rest: &field }.take(MAX_VARIANTS);
        for (target, language) in variants {
            // A variant in several languages is in none (§8.3.3: `language` takes a list).
            gathered.claims.push(Claim::new(target, language, Signal::Negotiated, Place::Header));
        }
    }
}

/// `{"paper.html.fr" 0.7 {type text/html} {language fr}}`, one after another.
struct Variants<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Variants<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (_, after) = self.rest.split_once("{\"")?;
            let (target, after) = after.split_once('"')?;
            // Its attributes stand in braces of their own, up to the brace that ends the variant.
            let end = closing(after);
            let (attributes, rest) = after.split_at(end);
            self.rest = rest;
            let language = attributes.split('{').find_map(|attribute| {
                let attribute = attribute.trim_start();
                let value = attribute.get(..8).filter(|name| name.eq_ignore_ascii_case("language"));
                value.and_then(|_| attribute.get(8..)?.split('}').next())
            });
            if let Some(language) = language {
                return Some((target, language.trim()));
            }
        }
    }
}

/// Where the first brace stands that nothing before it opened; the end when there is none.
fn closing(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return at,
            '}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(field: &str) -> Vec<(&str, &str)> {
        Variants { rest: field }.collect()
    }

    #[test]
    fn variants_are_told_apart() {
        let field = r#"{"ch01.html.en" 1 {type text/html} {language en}}, {"ch01.html.fr" 0.7 {Language fr} {charset utf-8}}, {"ch01.pdf" 0.1 {type application/pdf}}, {"x" 1 {language ar"#;
        assert_eq!(read(field), [("ch01.html.en", "en"), ("ch01.html.fr", "fr"), ("x", "ar")]);
        assert_eq!(read("proxy-rvsa=\"1.0\", {}"), []);
    }

    proptest! {
        #[test]
        fn reading_is_total(field in "[{}\" a-z]{0,60}|\\PC{0,60}") {
            prop_assert!(read(&field).len() <= field.len());
        }
    }
}
