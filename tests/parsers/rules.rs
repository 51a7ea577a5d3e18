//! robots.txt: held against a reading of RFC 9309 §2.2.2 in thirty lines.

use std::time::Duration;

use proptest::prelude::*;
use url::Url;
use warraq::politeness::robots::{MAX_CRAWL_DELAY, Rules};

use super::config;
use super::input::like;

const PATHS: [&str; 5] = ["/", "/a", "/a/b.html?x=1", "/robots.txt", "/%C3%A9"];

fn url(path: &str) -> Url {
    Url::parse(&format!("https://news.example{path}")).unwrap()
}

/// All that rules say of a few URLs.
fn said(file: &[u8]) -> (Vec<bool>, Option<Duration>, Vec<String>) {
    let rules = Rules::parse(file);
    let allowed = PATHS.iter().map(|path| rules.allows(&url(path))).collect();
    (allowed, rules.crawl_delay(), rules.sitemaps().iter().map(Url::to_string).collect())
}

/// Whether `pattern` matches the beginning of `path`: `*` is any bytes, a final `$` the end.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    match pattern {
        [] => true,
        [b'$'] => path.is_empty(),
        [b'*', rest @ ..] => (0..=path.len()).any(|at| matches(rest, &path[at..])),
        [byte, rest @ ..] => path.first() == Some(byte) && matches(rest, &path[1..]),
    }
}

/// The longest pattern that matches decides; `Allow` wins a tie.
fn expected(rules: &[(bool, String)], path: &str) -> bool {
    let fit = rules.iter().filter(|(_, pattern)| matches(pattern.as_bytes(), path.as_bytes()));
    fit.map(|(allow, pattern)| (pattern.len(), *allow)).max().is_none_or(|(_, allow)| allow)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_bytes_are_rules_and_robots_txt_may_be_fetched(file in like("robots")) {
        let (allowed, delay, sitemaps) = said(&file);
        prop_assert!(allowed[3]);
        prop_assert!(delay.is_none_or(|delay| delay <= MAX_CRAWL_DELAY));
        prop_assert!(Rules::parse(&file).links().len() <= sitemaps.len());
    }

    #[test]
    fn line_ends_comments_and_a_mark_say_nothing(file in like("robots")) {
        prop_assume!(!file.contains(&b'\r') && !file.contains(&0) && !file.starts_with(b"\xef"));
        let lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
        let plain = said(&lines.join(b"\n".as_slice()));
        for end in [b"\r\n".as_slice(), b"\r", b"\n\n", b" # a: remark\n", b"\n#\n"] {
            prop_assert_eq!(&said(&lines.join(end)), &plain, "{}", end.escape_ascii());
        }
        prop_assert_eq!(&said(&[b"\xef\xbb\xbf", file.as_slice()].concat()), &plain);
    }

    #[test]
    fn the_longest_match_decides(
        rules in prop::collection::vec((any::<bool>(), "/[ab/*]{0,5}[ab$]?"), 0..8),
        path in "/[ab/]{0,7}",
    ) {
        let lines: String = rules.iter()
            .map(|(allow, pattern)| format!("{}: {pattern}\n", if *allow { "allow" } else { "Disallow" }))
            .collect();
        let file = format!("User-agent: other\nDisallow: /\n\nUSER-AGENT: Warraq\n{lines}");
        prop_assert_eq!(
            Rules::parse(file.as_bytes()).allows(&url(&path)), expected(&rules, url(&path).path()),
            "{} {}", file, path
        );
    }
}
