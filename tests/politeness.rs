//! Politeness: robots.txt, delays, back-off, seen at a clock that stands still.

use url::Url;
use warraq::politeness::robots::Rules;

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
