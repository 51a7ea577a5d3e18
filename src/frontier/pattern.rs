//! The pattern of a URL: what is left of it when numbers, dates, ids and slugs are taken out.
//!
//! Two articles of one section have one pattern, and so have two months of an endless calendar;
//! budgets are held against it. It is read from the seen key, as text: nothing is parsed or
//! decoded, and the work is one walk along the URL. Hosts are no part of it.
//!
//! `/2026/11/22/a-long-story` is `/0/0/0/*`, `/news/4711.html` is `/news/0.html`,
//! `/?p=12&lang=ar` is `/?p&lang`: of a query the names count, as they stand.

/// Longest word that is taken for a name somebody chose, not for an id.
const LONGEST_WORD: usize = 24;

/// Longest ending (`.html`, `.aspx`) that is kept.
const LONGEST_ENDING: usize = 5;

/// The pattern of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern of its path.
    pub path: String,
    /// The names of its query, in their order; `None` when it has no query.
    pub query: Option<String>,
}

impl Pattern {
    /// Of a canonical URL ([`crate::address::Address`]). Total: any text has a pattern.
    pub fn of(address: &str) -> Self {
        // What an address has behind a space is no part of the URL.
        let url = address.split(' ').next().unwrap_or_default();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (before, query) = rest.split_once('?').map_or((rest, None), |(b, q)| (b, Some(q)));
        let path = before.split_once('/').map_or("", |(_, path)| path);
        Self { path: generalised(path), query: query.map(names) }
    }
}

fn generalised(path: &str) -> String {
    let mut out = String::with_capacity(path.len().min(64) + 1);
    for segment in path.split('/') {
        out.push('/');
        let (stem, ending) = split_ending(segment);
        match class(stem) {
            Class::Word => out.push_str(stem),
            Class::Number => out.push('0'),
            Class::Other => out.push('*'),
        }
        out.push_str(ending);
    }
    out
}

/// A file's ending, with its dot.
fn split_ending(segment: &str) -> (&str, &str) {
    let ending = |at: &usize| {
        let length = segment.len() - at - 1;
        let letters = segment.bytes().skip(at + 1).all(|byte| byte.is_ascii_alphabetic());
        *at > 0 && (1..=LONGEST_ENDING).contains(&length) && letters
    };
    let at = segment.rfind('.').filter(ending).unwrap_or(segment.len());
    segment.split_at(at)
}

enum Class {
    Word,
    Number,
    Other,
}

fn class(text: &str) -> Class {
    let separates = |byte: u8| matches!(byte, b'-' | b'_' | b'.' | b',');
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits > 0 && text.bytes().all(|byte| byte.is_ascii_digit() || separates(byte)) {
        Class::Number
    } else if text.len() <= LONGEST_WORD && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Class::Word
    } else {
        Class::Other
    }
}

/// The names of a query's parameters.
fn names(query: &str) -> String {
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    names.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_differs_by_numbers_dates_ids_and_slugs_is_one() {
        let cases = [
            ("https://n.example/2026/11/22/a-long-story", "/0/0/0/*"),
            ("https://n.example/2026-11-22/%D8%A3%D8%AE", "/0/*"),
            ("https://n.example/ar/news/4711.html", "/ar/news/0.html"),
            ("https://n.example/story-4711.html", "/*.html"),
            ("https://n.example/a/550e8400-e29b-41d4-a716-446655440000/", "/a/*/"),
            ("https://n.example/", "/"),
            ("https://n.example", "/"),
            ("https://n.example/?p=12&lang=ar", "/?p&lang"),
            ("https://n.example/x?b=1&a=2&a", "/x?b&a&a"),
            ("https://n.example/go?to=http://x/y?z exactly", "/go?to"),
            ("https://n.example/.well-known", "/*"),
        ];
        for (url, want) in cases {
            let Pattern { path, query } = Pattern::of(url);
            let got = query.map_or(path.clone(), |query| format!("{path}?{query}"));
            assert_eq!(got, want, "{url}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_pattern(text in "\\PC{0,200}") {
            let _ = Pattern::of(&text);
        }

        #[test]
        fn numbers_make_no_pattern(a in 0_u64.., b in 0_u64.., slug in "[a-z]{1,9}(-[a-z]{1,9}){1,6}") {
            let url = |n: u64| Pattern::of(&format!("https://n.example/{n}/{slug}?id={n}"));
            prop_assert_eq!(url(a), url(b));
        }
    }
}
