//! Plain references: absolute ones, and those from the root of the site, that a parser of URLs
//! would leave as they are written. Nearly every link is one, and a page has hundreds.
//!
//! It answers only where the answer is certain; all else is for [`crate::address::fetchable`].

use url::Url;

use crate::address::MAX_URL_BYTES;

/// What [`crate::address::fetchable`] makes of a reference, where that is plain to see.
pub(super) fn resolved(reference: &str, base: &Url) -> Option<String> {
    let text = reference.split('#').next()?;
    let (origin, path) = if text.starts_with('/') {
        (origin(base.as_str())?, text)
    } else {
        let origin = origin(text)?;
        (origin, text.get(origin.len()..)?)
    };
    let is_short = origin.len() + path.len() <= MAX_URL_BYTES && reference.len() <= MAX_URL_BYTES;
    (is_short && is_plain_path(path)).then(|| [origin, path].concat())
}

/// The scheme and the host that a URL begins with: names in small letters, no port.
fn origin(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.get(..rest.find('/')?)?;
    let is_label = |label: &str| {
        let is_part = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && !label.starts_with("xn--") && label.bytes().all(is_part)
    };
    // What ends in a number may be an address.
    let (_, last) = host.rsplit_once('.')?;
    let is_plain =
        host.split('.').all(is_label) && last.bytes().all(|byte| byte.is_ascii_lowercase());
    is_plain.then(|| text.get(..text.len() - rest.len() + host.len()))?
}

/// Whether nothing in a path and its query is escaped, resolved or cut off.
fn is_plain_path(path: &str) -> bool {
    let mut before = b' ';
    let mut in_query = false;
    path.starts_with('/')
        && path.bytes().all(|byte| {
            // `/.`, `/%2e` and `//` may be steps of a path.
            let steps = before == b'/' && !in_query && matches!(byte, b'.' | b'%' | b'/');
            let is_plain = match byte {
                b'?' => true,
                b'\'' => !in_query,
                _ => byte.is_ascii_alphanumeric() || b"-_.~/!$&()*+,;=:@%".contains(&byte),
            };
            in_query |= byte == b'?';
            before = byte;
            is_plain && !steps
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::address::fetchable;

    #[test]
    fn most_links_are_plain() {
        let base = Url::parse("https://news.example/en/story?a=1").unwrap();
        for (reference, url) in [
            ("/en/2026/a-story_2.html", "https://news.example/en/2026/a-story_2.html"),
            ("https://other.example/?p=1&b=%D8%A3#top", "https://other.example/?p=1&b=%D8%A3"),
            ("http://a.b.example/x", "http://a.b.example/x"),
        ] {
            assert_eq!(resolved(reference, &base).as_deref(), Some(url));
        }
        for other in ["story", "?p=2", "//cdn.example/a", "/a/../b", "HTTPS://a.example/"] {
            assert_eq!(resolved(other, &base), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn plain_references_are_what_the_parser_makes_of_them(
            base in "https?://(www\\.)?news\\.example(:8080|:443)?/(en/story)?",
            reference in "(https?://)?(news|xn--a|1|a_b)?(\\.example|\\.1)?(:80|:90)?\
                /?[a-zA-Z0-9/.%?#&='\"^|~@:+;, -]{0,16}(%2[eE]|/\\.\\./|\\\\|é)?[a-z/]{0,4}",
        ) {
            let base = Url::parse(&base).unwrap();
            if let Some(plain) = resolved(&reference, &base) {
                let parsed = fetchable(&reference, Some(&base));
                prop_assert_eq!(parsed.map(String::from).ok(), Some(plain));
            }
        }
    }
}
