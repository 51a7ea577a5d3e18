//! Leads, visits and how they end: the words every room speaks about a URL's life.
//!
//! A [`Lead`] is a URL worth a visit, with the way that led to it. The frontier hands it out as a
//! [`Visit`]; a visit ends in exactly one [`Outcome`], and the outcomes of a run sum to what was
//! discovered. A refusal is a value with the name of its rule; a failure names its kind.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::address::{Address, AddressError, HostKey, Server, Site, fetchable, without_userinfo};
use crate::lang::Lang;

/// How a URL was reached; its letter stands in the hop path of the `metadata` record (Heritrix's
/// letters, and `A` for a language alternate, `G` for a guessed one, `N` for a next page).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Hop {
    /// Given by the operator.
    Seed,
    /// An ordinary link.
    Link,
    /// The same article in another language.
    Alternate,
    /// A Location header or a meta refresh.
    Redirect,
    /// A page requisite.
    Embed,
    /// Listed by a sitemap.
    Sitemap,
    /// Listed by a feed.
    Feed,
    /// robots.txt, asked for before the host's first page.
    Robots,
    /// The same article in another language, where a pattern of the host's URLs that other groups
    /// confirm would have it.
    Guess,
    /// A further page of an article.
    Part,
}

impl Hop {
    /// The letter of the hop path; a seed has none.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Seed => "",
            Self::Link => "L",
            Self::Alternate => "A",
            Self::Redirect => "R",
            Self::Embed => "E",
            Self::Sitemap => "M",
            Self::Feed => "F",
            Self::Robots => "P",
            Self::Guess => "G",
            Self::Part => "N",
        }
    }

    /// The order of fetching inside a site: smaller goes first. Alternates go ahead of ordinary
    /// links so that the members of a group are fetched close together.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Robots => 0,
            Self::Redirect => 1,
            Self::Alternate | Self::Guess | Self::Part => 2,
            Self::Seed => 3,
            Self::Embed => 4,
            Self::Feed | Self::Sitemap => 5,
            Self::Link => 6,
        }
    }
}

/// A URL worth a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// The seen key.
    pub address: Address,
    /// The absolute URL that is fetched: as found, resolved, without fragment and userinfo.
    pub found: String,
    /// The page that led here.
    pub via: Option<String>,
    /// How it led here.
    pub hop: Hop,
    /// The letters of all hops from the seed, this one included.
    pub hops: String,
    /// Ordinary links between the seed and this URL; alternates, redirects and further pages of an
    /// article cost nothing.
    pub depth: u32,
    /// The language the link declared.
    pub lang: Option<Lang>,
    /// For robots.txt and its redirects: the origin whose rules are wanted.
    pub robots_for: Option<HostKey>,
}

impl Lead {
    /// A seed.
    pub fn seed(text: &str) -> Result<Self, AddressError> {
        Ok(Self::at(&fetchable(text, None)?, Hop::Seed))
    }

    /// A lead to `url` with nothing else known.
    pub fn at(url: &Url, hop: Hop) -> Self {
        Self {
            address: Address::of(url),
            found: url.as_str().to_owned(),
            via: None,
            hop,
            hops: hop.letter().to_owned(),
            depth: 0,
            lang: None,
            robots_for: None,
        }
    }

    /// A lead from the page of this one to `url`.
    #[must_use]
    pub fn onward(&self, url: &Url, hop: Hop) -> Self {
        Self {
            via: Some(self.found.clone()),
            hops: format!("{}{}", self.hops, hop.letter()),
            depth: self.depth + u32::from(hop == Hop::Link),
            ..Self::at(url, hop)
        }
    }

    /// This lead as the robots.txt of `origin`, under a key of its own.
    #[must_use]
    pub fn for_robots(self, origin: HostKey) -> Self {
        let address = self.address.as_robots_of(&origin);
        Self { address, robots_for: Some(origin), ..self }
    }

    /// The URL to fetch.
    pub fn url(&self) -> Result<Url, AddressError> {
        fetchable(&self.found, None)
    }

    /// Whether nothing but redirects lies between the operator's word and this URL.
    pub fn is_seed_or_redirect_of_one(&self) -> bool {
        self.robots_for.is_none() && self.hops.bytes().all(|letter| letter == b'R')
    }

    /// Redirects that led here without another hop between them.
    pub fn redirects(&self) -> usize {
        self.hops.bytes().rev().take_while(|letter| *letter == b'R').count()
    }
}

/// A lead that has been handed to a worker. It ends in one [`Outcome`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// Where to.
    pub lead: Lead,
    /// Earlier attempts that failed and may be repeated.
    pub attempt: u32,
    /// The site whose turn it is.
    pub site: Site,
    /// The server of that site which is asked.
    pub server: Server,
    /// Visits settled on this site in this run: what domain budgets are held against.
    pub site_settled: u64,
    /// What else has been spent that budgets are held against.
    pub spent: Spent,
    /// Whether it was being read when the process died: it is read while nothing else is, so that
    /// another death is its own.
    pub suspect: bool,
    /// Proof of the lease; an acknowledgement with another token is fenced.
    pub token: u64,
}

/// What a run has spent so far where a visit would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Spent {
    /// Visits settled on its server.
    pub server: u64,
    /// Pages in a row on its server that said what a page of that server had said before; each
    /// new text halves it, and of one pattern only so many count.
    pub server_alike: u64,
    /// Patterns of URLs that were met on its server.
    pub patterns: u64,
    /// Servers of its site on which a visit was settled, when this would be another one.
    pub other_servers: u64,
    /// Visits settled under the pattern of its path and query.
    pub pattern: u64,
    /// Pages in a row of that pattern that said what had been said, as for the server.
    pub pattern_alike: u64,
    /// URLs of that pattern that were left out since its last page.
    pub pattern_left: u64,
    /// Sets of query parameters met under the pattern of its path, when this would be another one.
    pub other_queries: u64,
}

/// Where a record lies: the only pointer other rooms keep into the archive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Locator {
    /// File name without directory and without `.open`.
    pub file: String,
    /// Offset of the gzip member, in bytes.
    pub offset: u64,
    /// Length of the gzip member, in bytes.
    pub length: u64,
}

/// The rule that refused a URL. Its name stands in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// Not on a seed's host, and no declared alternate.
    OffScope,
    /// Further from the seed than `--depth`, or a sitemap behind too many others.
    Depth,
    /// robots.txt says no (RFC 9309).
    Robots,
    /// robots.txt could not be read for so long that the run gave the host up.
    RobotsUnreachable,
    /// An alternate outside `--alternates-scope`.
    AlternatesScope,
    /// More alternates than one page may lead to.
    AlternatesPerPage,
    /// An alternate of an alternate of an alternate.
    AlternatesDepth,
    /// Not in `--languages`.
    Language,
    /// Longer than [`crate::address::MAX_URL_BYTES`].
    UrlLength,
    /// More path segments than a real page has.
    PathSegments,
    /// One path segment repeated.
    RepeatedSegment,
    /// The host has used up its pages (`--host-budget`).
    HostBudget,
    /// More redirects in a row than allowed.
    RedirectLimit,
    /// A redirect to where the chain has been.
    RedirectLoop,
    /// Not http or https.
    Scheme,
    /// An unusual port.
    Port,
    /// A private, loopback or otherwise special address.
    PrivateAddress,
    /// A GET link that acts (logout, delete, …).
    ActingLink,
    /// Not a URL.
    NotAUrl,
    /// A file type no article has (`.mp4`, `.zip`, …).
    FileType,
    /// The registered domain has used up its pages (`--domain-budget`).
    DomainBudget,
    /// One more host of a registered domain that has many (`--domain-hosts`).
    DomainHosts,
    /// The pattern of its path and query has used up its pages (`--pattern-budget`).
    PatternBudget,
    /// One more combination of query parameters under a path that has many (`--query-sets`).
    QuerySets,
    /// Its pattern brings the same text at ever new URLs (`--near-duplicates`).
    NearDuplicates,
    /// Its host does, under many patterns, and nothing speaks for this one.
    HostDuplicates,
}

impl Rule {
    /// `host-budget`, as the ledger writes it.
    pub fn name(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// A URL that will not be fetched, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The URL, as found.
    pub url: String,
    /// The rule that refused it.
    pub rule: Rule,
}

impl Refusal {
    /// Of a text that is no URL to fetch: its beginning, without a password, on one line.
    pub fn of_text(text: &str, why: &AddressError) -> Self {
        let url = without_userinfo(text.trim());
        let url = url.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect();
        Self { url, rule: Rule::of(why) }
    }
}

/// Characters that are kept of a text that is no URL to fetch.
const SHOWN: usize = 120;

impl Rule {
    /// The rule behind an address that cannot be fetched.
    pub const fn of(error: &AddressError) -> Self {
        match error {
            AddressError::NotAUrl { .. } => Self::NotAUrl,
            AddressError::Scheme { .. } => Self::Scheme,
            AddressError::TooLong { .. } => Self::UrlLength,
        }
    }
}

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The name has no address, or the resolver did not answer.
    Dns,
    /// No connection.
    Connect,
    /// The TLS handshake or the certificate.
    Tls,
    /// A time limit before the head was whole.
    Timeout,
    /// The connection ended before the head was whole.
    Disconnect,
    /// What came is not HTTP, or a head over its limit.
    Protocol,
    /// Rate-limited to the last attempt.
    RateLimited,
    /// warraq's own fault: a bug.
    Internal,
    /// The server speaks HTTP/2 and nothing older.
    Http2Only,
}

/// A visit that brought nothing to archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its kind.
    pub kind: FailureKind,
    /// What happened, naming the subject.
    pub detail: String,
}

impl FailureKind {
    /// Whether another attempt may succeed.
    pub const fn is_transient(self) -> bool {
        !matches!(self, Self::Tls | Self::Http2Only | Self::Protocol | Self::Internal)
    }
}

/// Why an archived body is shorter than the server meant it to be (WARC 1.1 §5.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Truncated {
    /// Over a size limit.
    Length,
    /// Over a time limit.
    Time,
    /// The connection ended early.
    Disconnect,
    /// For another reason.
    Unspecified,
}

impl Truncated {
    /// The value of WARC-Truncated.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Time => "time",
            Self::Disconnect => "disconnect",
            Self::Unspecified => "unspecified",
        }
    }
}

/// How a visit ended. Exactly one a URL a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Archived as a `response`.
    Captured {
        /// HTTP status.
        status: u16,
        /// Set when the body is not whole.
        truncated: Option<Truncated>,
    },
    /// Archived as a `revisit` of a payload that is already there.
    Revisit {
        /// HTTP status.
        status: u16,
    },
    /// Archived, and it leads elsewhere.
    Moved {
        /// HTTP status.
        status: u16,
        /// The absolute URL it leads to, when it names one.
        to: Option<String>,
    },
    /// Not fetched, by a rule.
    Refused(Refusal),
    /// Tried, and nothing came that could be archived as a response.
    Failed(Failure),
}

/// Whether a status says that nothing is there: 404, 410 (RFC 9110 §15.5.5, §15.5.11).
pub const fn is_gone(status: u16) -> bool {
    matches!(status, 404 | 410)
}

/// Whether a status says that there is something, and it was not given.
pub const fn is_error(status: u16) -> bool {
    status >= 400 && !is_gone(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternates_and_redirects_cost_no_depth() {
        let seed = Lead::seed("http://example.org/a").unwrap();
        let url = Url::parse("http://example.org/b").unwrap();
        let alternate = seed.onward(&url, Hop::Alternate);
        assert_eq!((alternate.depth, alternate.hops.as_str()), (0, "A"));
        let link = alternate.onward(&url, Hop::Redirect).onward(&url, Hop::Link);
        assert_eq!((link.depth, link.hops.as_str()), (1, "ARL"));
        assert_eq!(link.onward(&url, Hop::Redirect).redirects(), 1);
    }

    #[test]
    fn rules_have_ledger_names() {
        assert_eq!(Rule::HostBudget.name(), "host-budget");
    }
}
