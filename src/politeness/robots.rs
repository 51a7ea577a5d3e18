//! robots.txt by RFC 9309: the rules of one origin for warraq.
//!
//! The file is parsed by `robotxt`; this module owns what comes before (the lines `robotxt` reads
//! otherwise than the RFC and Google's parser do are put right, see `tidy`) and what an HTTP
//! answer to `/robots.txt` means ([`verdict`]). It never fetches and knows no clock. The cases
//! that hold it to the RFC are `tests/tables/robots.txt`.

use std::time::Duration;

use url::Url;

use crate::address::{Address, fetchable};
use crate::frontier::RobotsAnswer;
use crate::page::{Link, LinkKind};

/// The name in `User-agent` lines that means this crawler (RFC 9309 §2.2.1), whatever the
/// User-Agent header says besides.
pub const PRODUCT_TOKEN: &str = "warraq";

/// As much of a file as is read; RFC 9309 §2.5 asks for at least this.
pub const MAX_FILE: usize = robotxt::BYTE_LIMIT;

/// A longer Crawl-delay is held to this.
pub const MAX_CRAWL_DELAY: Duration = Duration::from_mins(2);

/// Redirects of robots.txt that are followed (RFC 9309 §2.3.1.2: at least five).
pub const MAX_REDIRECTS: usize = 5;

/// The rules of one origin.
#[derive(Clone, Debug)]
pub struct Rules(robotxt::Robots);

impl Rules {
    /// Reads a file. Total: any bytes are rules, at worst none.
    pub fn parse(file: &[u8]) -> Self {
        Self(robotxt::Robots::parse(&tidy(whole_lines(file)), PRODUCT_TOKEN))
    }

    /// The rules of an origin without a readable file (RFC 9309 §2.3.1.3).
    pub fn allow_all() -> Self {
        Self::parse(b"")
    }

    /// Whether the URL may be fetched. `/robots.txt` itself always may (RFC 9309 §2.2.2).
    pub fn allows(&self, url: &Url) -> bool {
        url.path() == "/robots.txt" || self.0.is_allowed(&verbatim(url))
    }

    /// The Crawl-delay asked for, at most [`MAX_CRAWL_DELAY`]. Not in the RFC; negative and
    /// unreadable values are no wish.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.0.crawl_delay().map(|delay| delay.min(MAX_CRAWL_DELAY))
    }

    /// A Crawl-delay over [`MAX_CRAWL_DELAY`], as it was asked for.
    pub fn longer_delay(&self) -> Option<Duration> {
        self.0.crawl_delay().filter(|delay| *delay > MAX_CRAWL_DELAY)
    }

    /// The sitemaps it names, whoever its groups are for.
    pub fn sitemaps(&self) -> &[Url] {
        self.0.sitemaps()
    }

    /// The sitemaps as links of the robots.txt page, for its trace; scope judges them.
    pub fn links(&self) -> Vec<Link> {
        let fetchable = self.sitemaps().iter().filter_map(|url| fetchable(url.as_str(), None).ok());
        let link = |url: Url| Link {
            url: url.into(),
            kind: LinkKind::Sitemap,
            context: "robots.txt/sitemap".to_owned(),
        };
        fetchable.map(link).collect()
    }
}

/// Path and query of a URL. A `*` or `$` in them stands for itself: a rule that means it writes it
/// as an escape (RFC 9309 §2.2.3), so it is compared as one.
fn verbatim(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}{query}", url.path()).replace('*', "%2A").replace('$', "%24")
}

/// The file up to the limit, without a last line that was cut: half a rule says something else.
fn whole_lines(file: &[u8]) -> &[u8] {
    let Some(head) = file.get(..MAX_FILE) else { return file };
    if file.len() == MAX_FILE {
        return file;
    }
    let end = head.iter().rposition(|byte| is_line_end(*byte)).map_or(0, |at| at + 1);
    head.get(..end).unwrap_or_default()
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0)
}

/// Puts right what `robotxt` 0.7 reads otherwise than RFC 9309 §2.2.1: a `User-agent` value is
/// its product token alone (`warraq/1.0` is `warraq`), and a Crawl-delay, being no rule, does not
/// end the list of agents a group begins with, so it moves behind that list. A comment goes first:
/// `User-agent # one` has no value, and the blank before the `#` must not pass for its colon.
fn tidy(file: &[u8]) -> Vec<u8> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let mut out = Vec::with_capacity(file.len() + 1);
    let mut held: Vec<&[u8]> = Vec::new();
    let mut among_agents = false;
    for line in file.split(|byte| is_line_end(*byte)).map(without_comment) {
        match key(line) {
            Key::Agent(value) => {
                among_agents = true;
                push(&mut out, &[b"user-agent: ", product(value)]);
            }
            Key::CrawlDelay if among_agents => held.push(line),
            Key::Rule => {
                among_agents = false;
                held.drain(..).for_each(|held| push(&mut out, &[held]));
                push_rule(&mut out, line);
            }
            Key::CrawlDelay | Key::Other => push(&mut out, &[line]),
        }
    }
    held.drain(..).for_each(|held| push(&mut out, &[held]));
    out
}

/// A line up to its `#`, without white space around it (RFC 9309 §2.2, `EOL`).
fn without_comment(line: &[u8]) -> &[u8] {
    let end = line.iter().position(|byte| *byte == b'#').unwrap_or(line.len());
    line.split_at(end).0.trim_ascii()
}

fn push(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
    out.push(b'\n');
}

/// A rule, with what is compared as an escape in a URL as one here too: a `$` that ends nothing
/// (RFC 9309 §2.2.3).
fn push_rule(out: &mut Vec<u8>, line: &[u8]) {
    let last = line.len().saturating_sub(1);
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'$' if at < last => out.extend_from_slice(b"%24"),
            _ => out.push(*byte),
        }
    }
    out.push(b'\n');
}

/// What a line is, as far as order matters.
enum Key<'a> {
    /// A `User-agent` line, with its value.
    Agent(&'a [u8]),
    /// `Allow` or `Disallow`, in any spelling `robotxt` takes for it.
    Rule,
    /// `Crawl-delay`.
    CrawlDelay,
    /// Anything else.
    Other,
}

const AGENT: &[&str] = &["user-agent", "user agent", "useragent"];
const RULE: &[&str] = &[
    "allow",
    "alow",
    "allaw",
    "disallow",
    "dissallow",
    "dissalow",
    "disalow",
    "diasllow",
    "disallaw",
];
const CRAWL_DELAY: &[&str] = &["crawl-delay", "crawl delay", "crawldelay"];

fn key(line: &[u8]) -> Key<'_> {
    if let Some(value) = value(line, AGENT) {
        Key::Agent(value)
    } else if value(line, RULE).is_some() {
        Key::Rule
    } else if value(line, CRAWL_DELAY).is_some() {
        Key::CrawlDelay
    } else {
        Key::Other
    }
}

/// The value of a line whose name is one of `names`; white space may stand for the colon.
fn value<'a>(line: &'a [u8], names: &[&str]) -> Option<&'a [u8]> {
    names.iter().find_map(|name| {
        let (found, rest) = line.split_at_checked(name.len())?;
        let bare = rest.trim_ascii_start();
        let value = bare.strip_prefix(b":").or((bare.len() < rest.len()).then_some(bare))?;
        found.eq_ignore_ascii_case(name.as_bytes()).then_some(value)
    })
}

/// The product token of a `User-agent` value, without version and remarks.
fn product(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    let ends = |byte: &u8| *byte == b'/' || byte.is_ascii_whitespace();
    let end = value.iter().position(ends).unwrap_or(value.len());
    value.split_at(end).0
}

/// A reply to a request for robots.txt.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// The URL that was asked.
    pub url: &'a Url,
    /// Its status; `None` when no response came.
    pub status: Option<u16>,
    /// Its Location field.
    pub location: Option<&'a str>,
    /// Its body, content codings removed.
    pub body: &'a [u8],
    /// Redirects followed so far for this file.
    pub redirects: usize,
}

/// What to make of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The answer is known; it holds for the origin that was asked first.
    Known(RobotsAnswer),
    /// Ask there, also on another host (RFC 9309 §2.3.1.2).
    Follow(Url),
}

/// Reads a reply by RFC 9309 §2.3.1. 429 counts as unreachable: it says "not now", not "no file".
pub fn verdict(reply: &Reply<'_>) -> Verdict {
    match reply.status {
        Some(200..=299) => {
            // What lies past the limit is not there for anybody: not for rules, not for sitemaps.
            Verdict::Known(RobotsAnswer::File(whole_lines(reply.body).to_owned()))
        }
        Some(300..=399) => redirected(reply),
        Some(429) => Verdict::Known(RobotsAnswer::Unreachable),
        Some(400..=499) => Verdict::Known(RobotsAnswer::Unavailable),
        _ => Verdict::Known(RobotsAnswer::Unreachable),
    }
}

/// More than five redirects, or one that leads nowhere or back to itself, is a file that is not
/// there.
fn redirected(reply: &Reply<'_>) -> Verdict {
    let target = reply.location.and_then(|to| fetchable(to, Some(reply.url)).ok());
    match target {
        Some(url) if Address::of(&url) == Address::of(reply.url) => {
            Verdict::Known(RobotsAnswer::Unavailable)
        }
        Some(url) if reply.redirects < MAX_REDIRECTS => Verdict::Follow(url),
        _ => Verdict::Known(RobotsAnswer::Unavailable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sitemaps_are_links_of_the_page() {
        let rules = Rules::parse(
            b"Sitemap: https://news.example/s.xml#x\nSitemap: /relative\nSitemap: ftp://news.example/",
        );
        let urls: Vec<String> = rules.links().into_iter().map(|link| link.url).collect();
        assert_eq!(urls, ["https://news.example/s.xml"]);
    }

    #[test]
    fn a_redirect_to_itself_is_no_file() {
        let url = Url::parse("https://news.example/robots.txt").unwrap();
        for to in ["/robots.txt", "https://NEWS.example:443/robots.txt#x", "?utm_source=a", ""] {
            let reply =
                Reply { url: &url, status: Some(302), location: Some(to), body: b"", redirects: 0 };
            assert_eq!(verdict(&reply), Verdict::Known(RobotsAnswer::Unavailable), "{to:?}");
        }
    }

    #[test]
    fn a_cut_line_says_nothing() {
        let mut file = b"User-agent: *\nDisallow: /private\n#".to_vec();
        file.resize(MAX_FILE - 11, b'.');
        file.extend_from_slice(b"\nDisallow: /p/only-this-page\n");
        let rules = Rules::parse(&file);
        let allows = |path: &str| {
            rules.allows(&Url::parse("https://news.example").unwrap().join(path).unwrap())
        };
        assert!(!allows("/private"));
        assert!(allows("/p/other"), "`Disallow: /p` is not what the file says");
    }

    proptest! {
        #[test]
        fn any_bytes_are_rules(file in proptest::collection::vec(any::<u8>(), 0..600)) {
            let rules = Rules::parse(&file);
            let url = Url::parse("https://news.example/a?b=c").unwrap();
            let _ = rules.allows(&url);
            prop_assert!(rules.crawl_delay().is_none_or(|delay| delay <= MAX_CRAWL_DELAY));
        }

        #[test]
        fn any_lines_are_rules(lines in proptest::collection::vec(
            "(?i)(user-agent|allow|disallow|crawl-delay|sitemap)[ :]{0,2}[/a-z*$%0-9 .e-]{0,12}", 0..40,
        )) {
            let rules = Rules::parse(lines.join("\n").as_bytes());
            prop_assert!(rules.allows(&Url::parse("https://news.example/robots.txt").unwrap()));
            prop_assert!(rules.crawl_delay().is_none_or(|delay| delay <= MAX_CRAWL_DELAY));
        }
    }
}
