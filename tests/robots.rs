//! robots.txt by RFC 9309: what a file says, and what an answer to the question for it means.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may fail loudly"
)]

use url::Url;
use warraq::frontier::RobotsAnswer;
use warraq::politeness::robots::{MAX_FILE, MAX_REDIRECTS, Reply, Rules, Verdict, verdict};

/// Reads `\n`, `\xHH` and the like.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((plain, escape)) = rest.split_once('\\') {
        out.extend_from_slice(plain.as_bytes());
        let (byte, length) = match escape.as_bytes()[0] {
            b'n' => (b'\n', 1),
            b'r' => (b'\r', 1),
            b't' => (b'\t', 1),
            b'0' => (0, 1),
            b'x' => (u8::from_str_radix(&escape[1..3], 16).unwrap(), 3),
            other => panic!("no such escape: {other}"),
        };
        out.push(byte);
        rest = &escape[length..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn holds(rules: &Rules, claim: &str) -> bool {
    let allowed =
        |path: &str| rules.allows(&Url::parse(&format!("https://news.example{path}")).unwrap());
    if let Some(path) = claim.strip_prefix('+') {
        allowed(path)
    } else if let Some(path) = claim.strip_prefix('-') {
        !allowed(path)
    } else if let Some(delay) = claim.strip_prefix("delay=") {
        rules.crawl_delay().map(|delay| delay.as_secs_f64()) == delay.parse().ok()
    } else {
        let sitemap = claim.strip_prefix("sitemap=").unwrap();
        rules.sitemaps().iter().any(|url| url.as_str() == sitemap)
    }
}

#[test]
fn the_robots_table_holds() {
    let table = include_str!("tables/robots.txt");
    let cases = table.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    let mut count = 0;
    for line in cases {
        let columns: Vec<&str> = line.split(" | ").collect();
        let [section, name, file, claims] = columns.as_slice() else {
            panic!("four columns: {line}");
        };
        let rules = Rules::parse(&bytes(file));
        for claim in claims.split(' ') {
            assert!(holds(&rules, claim), "{section} {name}: {claim}");
        }
        count += 1;
    }
    assert!(count >= 23, "only {count} cases were read");
}

#[test]
fn answers_to_robots_are_read_by_the_rfc() {
    let url = Url::parse("https://news.example/robots.txt").unwrap();
    let reply = Reply { url: &url, status: None, location: None, body: b"", redirects: 0 };
    let known = |status| match verdict(&Reply { status, body: b"User-agent: *", ..reply }) {
        Verdict::Known(answer) => answer,
        Verdict::Follow(url) => panic!("{url}"),
    };
    assert_eq!(known(Some(200)), RobotsAnswer::File(b"User-agent: *".to_vec()));
    for status in [400, 401, 403, 404, 410, 451, 301, 304] {
        assert_eq!(known(Some(status)), RobotsAnswer::Unavailable, "{status}");
    }
    for status in [Some(429), Some(500), Some(503), Some(599), Some(999), Some(100), None] {
        assert_eq!(known(status), RobotsAnswer::Unreachable, "{status:?}");
    }
}

#[test]
fn five_redirects_of_robots_are_followed() {
    let url = Url::parse("https://news.example/robots.txt").unwrap();
    let moved = |location, redirects| {
        verdict(&Reply {
            url: &url,
            status: Some(302),
            location: Some(location),
            body: b"",
            redirects,
        })
    };
    let elsewhere = Url::parse("https://else.example/r.txt").unwrap();
    assert_eq!(moved("https://else.example/r.txt", MAX_REDIRECTS - 1), Verdict::Follow(elsewhere));
    let unavailable = Verdict::Known(RobotsAnswer::Unavailable);
    assert_eq!(moved("https://else.example/r.txt", MAX_REDIRECTS), unavailable);
    assert_eq!(moved("file:///etc/passwd", 0), unavailable);
}

#[test]
fn a_huge_robots_file_is_obeyed_as_far_as_it_is_read() {
    let mut file = b"User-agent: *\nDisallow: /ar/\n".to_vec();
    file.resize(40 * MAX_FILE, b'#');
    let url = Url::parse("https://news.example/robots.txt").unwrap();
    let reply = Reply { url: &url, status: Some(200), location: None, body: &file, redirects: 0 };
    let Verdict::Known(RobotsAnswer::File(kept)) = verdict(&reply) else { panic!("a file") };
    assert_eq!(kept, b"User-agent: *\nDisallow: /ar/\n", "the last line is cut and says nothing");
    assert!(!Rules::parse(&kept).allows(&url.join("/ar/a").unwrap()));
}
