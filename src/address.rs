//! Addresses: what is fetched, and the canonical form under which it is remembered.
//!
//! An [`Address`] is the *seen key* of a URL. It is made by a table of steps ([`STEPS`]) that only
//! ever bring together spellings a server cannot tell apart, session ids and campaign tags. The
//! URL that is fetched is never changed by it: that string stays beside it, as found
//! ([`crate::lead::Lead::found`]). A [`HostKey`] is an origin (robots.txt, connections); a
//! [`Site`] is what politeness counts by: the registered domain; a [`Server`] is the part of it
//! that rests by itself.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Longest URL that is ever taken in, in bytes; longer ones are refused, never cut.
pub const MAX_URL_BYTES: usize = 8 * 1024;

/// Why a string is no address warraq can fetch.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// Not a URL by the WHATWG rules.
    #[error("{found:?} is not a URL ({why}); write it with its scheme, as in https://example.org/")]
    NotAUrl {
        /// The text, cut for display.
        found: String,
        /// The parser's reason.
        why: String,
    },
    /// A scheme other than http and https.
    #[error("{found:?} has the scheme {scheme:?}; only http and https are fetched")]
    Scheme {
        /// The text, cut for display.
        found: String,
        /// Its scheme.
        scheme: String,
    },
    /// Longer than [`MAX_URL_BYTES`].
    #[error(
        "a URL of {length} bytes starting {found:?} is over the limit of {MAX_URL_BYTES} bytes"
    )]
    TooLong {
        /// Its beginning.
        found: String,
        /// Its length in bytes.
        length: usize,
    },
}

/// The canonical form of a URL: two spellings of one page are one `Address`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address(String);

/// An origin: scheme, host and port. robots.txt and connections belong to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostKey(String);

/// The unit of politeness: a registered domain (`bbc.co.uk`), or `host:port` where there is none
/// (IP addresses, `localhost`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Site(String);

/// A host by its name, with the port where that is neither 80 nor 443: what is asked, and left
/// alone, apart from the rest of its site. http and https of one name are one server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Server(String);

/// Parses a URL as a browser would and makes it fit to be fetched: http(s) only, userinfo and
/// fragment removed, at most [`MAX_URL_BYTES`].
pub fn fetchable(text: &str, base: Option<&Url>) -> Result<Url, AddressError> {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control());
    if text.len() > MAX_URL_BYTES {
        return Err(AddressError::TooLong { found: cut(text), length: text.len() });
    }
    let not_a_url =
        |why: url::ParseError| AddressError::NotAUrl { found: cut(text), why: why.to_string() };
    let mut url = Url::options().base_url(base).parse(text).map_err(not_a_url)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::Scheme { found: cut(text), scheme: cut(url.scheme()) });
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(not_a_url(url::ParseError::EmptyHost));
    }
    url.set_fragment(None);
    // Neither can fail on a URL with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    if url.as_str().len() > MAX_URL_BYTES {
        return Err(AddressError::TooLong { found: cut(text), length: url.as_str().len() });
    }
    Ok(url)
}

/// A URL as it was written, but for the name and password in it: what is told of a URL that may be
/// none. Total.
pub fn without_userinfo(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    // A browser reads past these.
    let text: String = text.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let is_end = |c: char| is_slash(c) || matches!(c, '?' | '#');
    let colon =
        text.find(|c| c == ':' || is_end(c)).filter(|at| text.as_bytes().get(*at) == Some(&b':'));
    let (scheme, rest) = text.split_at(colon.map_or(0, |at| at + 1));
    let web = ["http:", "https:", "ftp:"].iter().any(|web| scheme.trim().eq_ignore_ascii_case(web));
    if !web && rest.find(|c| !is_slash(c)).unwrap_or(rest.len()) < 2 {
        return Cow::Owned(text);
    }
    let mut told = scheme.to_owned();
    let mut rest = rest;
    loop {
        let (slashes, behind) = rest.split_at(rest.find(|c| !is_slash(c)).unwrap_or(rest.len()));
        let (authority, path) = behind.split_at(behind.find(is_end).unwrap_or(behind.len()));
        let host = authority.rsplit('@').next().unwrap_or_default();
        told.push_str(slashes);
        told.push_str(host);
        // Without a host, what stands behind the next slashes may be read as one.
        if host.is_empty() && path.starts_with(is_slash) {
            rest = path;
        } else {
            told.push_str(path);
            return Cow::Owned(told);
        }
    }
}

const fn is_slash(c: char) -> bool {
    matches!(c, '/' | '\\')
}

/// Query parameters that name a visitor or a campaign, never a page. A name ending in `*` is a
/// prefix. Language parameters (`lang`, `hl`, `locale`, …) are deliberately not here.
const NOISE: &[&str] = &[
    "utm_*",
    "mtm_*",
    "pk_*",
    "itm_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "_ga",
    "_gl",
    "n_cid",
    "phpsessid",
    "jsessionid",
    "aspsessionid*",
    "cfid",
    "cftoken",
    "sessionid",
    "session_id",
];

/// One step of canonicalisation.
type Step = fn(&mut Url);

/// The steps that turn a fetchable URL into its seen key, in order. The WHATWG parser has already
/// folded the case of scheme and host, removed the default port and the dots, and encoded the IDN.
pub const STEPS: &[(&str, Step)] = &[
    ("fragment and userinfo go", drop_fragment_and_userinfo),
    ("final dots of the host go", drop_final_dots),
    ("percent-escapes: upper-case hex, unreserved bytes plain", normalise_escapes),
    ("session ids in the path go", drop_path_session),
    ("session and campaign parameters go; an empty query goes", drop_noise),
];

impl Address {
    /// The seen key of a URL.
    pub fn of(url: &Url) -> Self {
        let mut url = url.clone();
        for (_, step) in STEPS {
            step(&mut url);
        }
        Self(url.into())
    }

    /// Parses `text` ([`fetchable`]) and canonicalises it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        fetchable(text, None).map(|url| Self::of(&url))
    }

    /// The key of this URL fetched as the robots.txt of `origin`. Never that of the page that may
    /// be there too: many servers send every unknown path home. No serialised URL has a space.
    #[must_use]
    pub fn as_robots_of(&self, origin: &HostKey) -> Self {
        Self(format!("{self} robots {origin}"))
    }

    /// The key of this very spelling of `url`: for a redirect that only adds or drops what the
    /// seen key leaves out.
    pub fn exactly(url: &Url) -> Self {
        Self(format!("{url} exactly"))
    }

    /// The canonical URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HostKey {
    /// The origin of a fetchable URL, with its port written out.
    pub fn of(url: &Url) -> Self {
        let port = url.port_or_known_default().unwrap_or(0);
        Self(format!("{}://{}:{port}", url.scheme(), url.host_str().unwrap_or_default()))
    }

    /// `https://example.org:443`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of this origin's robots.txt (RFC 9309 §2.3).
    pub fn robots_url(&self) -> Option<Url> {
        Url::parse(&format!("{}/robots.txt", self.0)).ok()
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Site {
    /// The site a fetchable URL belongs to.
    pub fn of(url: &Url) -> Self {
        match url.host() {
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                match psl::domain_str(name) {
                    Some(domain) => Self(domain.to_ascii_lowercase()),
                    None => Self(with_port(name, url)),
                }
            }
            _ => Self(with_port(url.host_str().unwrap_or_default(), url)),
        }
    }

    /// The registered domain, or `host:port`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Site {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Server {
    /// The server of a fetchable URL.
    pub fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.');
        match url.port_or_known_default() {
            Some(80 | 443) | None => Self(host.to_owned()),
            Some(port) => Self(format!("{host}:{port}")),
        }
    }

    /// `en.example.org`, or `en.example.org:8080`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Server {
    fn from(name: String) -> Self {
        Self(name)
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn with_port(host: &str, url: &Url) -> String {
    format!("{host}:{}", url.port_or_known_default().unwrap_or(0))
}

fn cut(text: &str) -> String {
    without_userinfo(text).chars().take(120).collect()
}

fn drop_fragment_and_userinfo(url: &mut Url) {
    url.set_fragment(None);
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

fn drop_final_dots(url: &mut Url) {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_end_matches('.');
    if !bare.is_empty() && bare.len() < host.len() {
        let bare = bare.to_owned();
        let _ = url.set_host(Some(&bare));
    }
}

/// How a session id in a path begins, in any case.
const SESSION: &str = ";jsessionid=";

fn drop_path_session(url: &mut Url) {
    let path = url.path();
    let lower = path.to_ascii_lowercase();
    let is_session = |from: usize| lower.get(from..).is_some_and(|p| p.starts_with(SESSION));
    let mut kept = String::with_capacity(path.len());
    let mut dropping = false;
    for (at, c) in path.char_indices() {
        if c == ';' || c == '/' {
            dropping = is_session(at);
        }
        if !dropping {
            kept.push(c);
        }
    }
    if kept.len() < path.len() {
        url.set_path(&kept);
    }
}

fn normalise_escapes(url: &mut Url) {
    let path = normalise(url.path());
    if path != url.path() {
        url.set_path(&path);
    }
    let query = url.query().map(|query| (query.to_owned(), normalise(query)));
    if let Some((old, new)) = query
        && old != new
    {
        url.set_query(Some(&new));
    }
}

/// Upper-cases the hex of percent-escapes and decodes the unreserved bytes (RFC 3986 §6.2.2).
fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        let hex = escape.get(1..3).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
        match byte {
            // Behind a sign that is no escape a plain byte could make one of it.
            Some(byte) if is_plain(byte) && !ends_in_a_bare_sign(&out) => {
                out.push(char::from(byte));
            }
            Some(byte) => {
                // Writing to a String cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
            None => {
                out.push('%');
                rest = escape.get(1..).unwrap_or_default();
                continue;
            }
        }
        rest = escape.get(3..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// Whether a text ends in `%`, or in `%` and one hexadecimal digit.
fn ends_in_a_bare_sign(text: &str) -> bool {
    match text.as_bytes() {
        [.., b'%'] => true,
        [.., b'%', digit] => digit.is_ascii_hexdigit(),
        _ => false,
    }
}

fn drop_noise(url: &mut Url) {
    let Some(query) = url.query() else { return };
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !is_noise(pair)).collect();
    let kept = kept.join("&");
    if kept.is_empty() {
        url.set_query(None);
    } else if kept != query {
        url.set_query(Some(&kept));
    }
}

fn is_noise(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    NOISE.iter().any(|noise| match noise.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *noise,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_canonical_table_holds() {
        let table = include_str!("../tests/tables/address.txt");
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let Some((found, want)) = line.split_once(" -> ") else { continue };
            let got = Address::parse(found).map_or_else(|_| "refused".to_owned(), |a| a.0);
            assert_eq!(got, want, "{found}");
        }
    }

    #[test]
    fn names_and_passwords_are_left_out_of_broken_urls_too() {
        for (text, want) in [
            ("ftp://user:pass@a.example/x@y", "ftp://a.example/x@y"),
            ("http://a:b@c@[bad", "http://[bad"),
            ("//u@a.example", "//a.example"),
            (" https:u:p@a.example?q=@", " https:a.example?q=@"),
            ("h\nttp:\\\\u@a.example", "http:\\\\a.example"),
            ("mailto:desk@a.example", "mailto:desk@a.example"),
            ("/who@where", "/who@where"),
            ("x@y", "x@y"),
        ] {
            assert_eq!(without_userinfo(text), want);
        }
    }

    #[test]
    fn sites_are_registered_domains() {
        let site = |text: &str| Site::of(&Url::parse(text).unwrap()).0;
        assert_eq!(site("https://news.bbc.co.uk/x"), "bbc.co.uk");
        assert_eq!(site("http://ar.globalvoices.org:8080/"), "globalvoices.org");
        assert_eq!(site("http://127.0.0.1:8080/"), "127.0.0.1:8080");
        assert_eq!(site("http://localhost/"), "localhost:80");
    }

    #[test]
    fn servers_are_hosts_of_a_site() {
        let server = |text: &str| Server::of(&Url::parse(text).unwrap()).0;
        assert_eq!(server("https://Ar.example.org/x"), "ar.example.org");
        assert_eq!(server("http://ar.example.org.:443/"), "ar.example.org");
        assert_eq!(server("https://ar.example.org:8443/"), "ar.example.org:8443");
        assert_eq!(server("http://[::1]:8080/"), "[::1]:8080");
    }

    #[test]
    fn broken_escapes_stay_what_they_are() {
        for text in ["/a%%41c", "/a%A%41", "/a%+41", "/a%4"] {
            let once = normalise(text);
            assert_eq!(normalise(&once), once, "{text}");
        }
        assert_eq!(normalise("/%41%2f%+A"), "/A%2F%+A");
    }

    proptest! {
        #[test]
        fn canonical_is_a_fixed_point(text in "https?://[a-z]{1,8}\\.org/\\PC{0,40}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert_eq!(&Address::parse(address.as_str()).unwrap(), &address);
            }
        }

        #[test]
        fn parsing_is_total(text in "\\PC{0,200}") {
            let _ = Address::parse(&text);
        }
    }
}
