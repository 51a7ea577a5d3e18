//! The SURT key of a URL: what lines of a CDXJ index are sorted and looked up by.
//!
//! `https://www.example.org/B?z=1&a` has the key `org,example)/b?a&z=1`. The steps are those of the
//! `surt` package for Python, which pywb and `cdxj-indexer` use, so that an index of ours finds what
//! theirs would; `tests/tables/surt.txt` names the rule of each case. A key is for finding
//! captures, never for deciding whether a URL was seen: that is [`crate::address::Address`].
//!
//! Total, linear in the length of the URL, and the key is printable ASCII.

use std::sync::LazyLock;

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use regex::Regex;
use url::Host;

/// The key of a URL, as it stands in an archive.
pub fn key(url: &str) -> String {
    if url.is_empty() {
        return "-".to_owned();
    }
    if url.starts_with("filedesc") {
        return visible(url);
    }
    let cleaned = cleaned(url);
    match Parts::of(&cleaned) {
        Some(parts) => parts.key(),
        None => visible(url),
    }
}

/// A URL taken apart, nothing of it changed.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<u16>,
    path: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    /// After RFC 2396 Appendix B. `None` when there is no scheme or the port is none.
    fn of(url: &'a str) -> Option<Self> {
        let url = url.split('#').next().unwrap_or_default();
        let (url, query) = url.split_once('?').unwrap_or((url, ""));
        let (scheme, rest) = url.split_once(':')?;
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        let (host, port) = host_and_port(authority.trim_end_matches(':'))?;
        if !host.is_empty() || !scheme.starts_with("http") {
            return Some(Self { scheme, host, port, path, query });
        }
        // `http:////host/path`
        let inner = path.trim_start_matches('/');
        let (host, behind) = inner.split_at(inner.find('/').unwrap_or(inner.len()));
        let path = if behind.is_empty() && !path.is_empty() { "/" } else { behind };
        Some(Self { scheme, host, port, path, query })
    }

    fn key(&self) -> String {
        let mut key = String::with_capacity(64);
        let host = host_key(self.host, self.scheme);
        if host.is_empty() {
            key.push_str(self.scheme);
            key.push(':');
        } else {
            let labels: Vec<&str> = host.rsplit('.').collect();
            key.push_str(&labels.join(","));
            if let Some(port) = self.port.filter(|port| Some(*port) != default_port(self.scheme)) {
                key.push(':');
                key.push_str(&port.to_string());
            }
            key.push(')');
        }
        let path = path_key(self.path, !host.is_empty());
        let query = query_key(self.query);
        key.push_str(if path.is_empty() && !query.is_empty() { "/" } else { &path });
        if !query.is_empty() {
            key.push('?');
            key.push_str(&query);
        }
        key
    }
}

/// White space taken away, `http://` added where no scheme is, `http://https://` made one.
fn cleaned(url: &str) -> String {
    let url: String =
        url.trim_matches(is_space).chars().filter(|c| !matches!(c, '\n' | '\r' | '\t')).collect();
    let has_scheme = url.split_once(':').is_some_and(|(scheme, _)| {
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(named)
    });
    if !has_scheme {
        return if url.is_empty() { url } else { format!("http://{url}") };
    }
    let next = |rest: &str| ["http://", "https://"].into_iter().find(|s| rest.starts_with(s));
    let mut rest = url.as_str();
    while let Some(scheme) = next(rest) {
        let behind = rest.get(scheme.len()..).unwrap_or_default();
        if next(behind).is_none() {
            break;
        }
        rest = behind;
    }
    rest.to_owned()
}

/// What Python strips from bytes.
const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

/// The host of an authority without user and brackets, and its port; `None` for a bad port.
fn host_and_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = match place.split_once('[') {
        Some((_, bracketed)) => {
            let (host, behind) = bracketed.split_once(']').unwrap_or((bracketed, ""));
            (host, behind.split_once(':').map(|(_, port)| port))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let Some(digits) = port else { return Some((host, None)) };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Leading zeros are many at most, never a larger number.
    let port: u16 = match digits.trim_start_matches('0') {
        "" => 0,
        digits => digits.parse().ok()?,
    };
    Some((host, Some(port).filter(|port| *port != 0)))
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        _ if scheme.eq_ignore_ascii_case("http") => Some(80),
        _ if scheme.eq_ignore_ascii_case("https") => Some(443),
        _ => None,
    }
}

/// The host as its labels stand in the key, still in their order.
fn host_key(host: &str, scheme: &str) -> String {
    let plain = unescaped(host.to_ascii_lowercase().as_bytes());
    let ascii = if plain.is_ascii() { None } else { to_ascii(&plain) };
    let host = ascii.unwrap_or(plain);
    let host = dots_joined(&host);
    let host = match ipv4(&host) {
        Some(address) => address,
        None => escaped(&host).to_ascii_lowercase(),
    };
    if scheme == "dns" { host } else { without_www(&host).to_owned() }
}

/// A host of other letters as DNS knows it. The packages in use go by IDNA 2003; this goes by UTS
/// 46, which differs for `ß`, `ς` and the joiners.
fn to_ascii(host: &[u8]) -> Option<Vec<u8>> {
    let text: String = String::from_utf8_lossy(host).replace('\u{fffd}', "");
    match Host::parse(&text) {
        Ok(Host::Domain(name)) => Some(name.into_bytes()),
        _ => None,
    }
}

/// Two dots become one, once; dots at the ends go.
fn dots_joined(host: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(host.len());
    let mut doubled = false;
    for &byte in host {
        if byte == b'.' && out.last() == Some(&b'.') && !doubled {
            doubled = true;
            continue;
        }
        doubled = false;
        out.push(byte);
    }
    let from = out.iter().position(|&byte| byte != b'.').unwrap_or(out.len());
    let to = out.iter().rposition(|&byte| byte != b'.').map_or(from, |at| at + 1);
    out.get(from..to).unwrap_or_default().to_vec()
}

/// An IPv4 address in any of the spellings `inet_aton` knows, without hexadecimal ones.
fn ipv4(host: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(host).ok()?;
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let parts: Vec<&str> = text.split('.').collect();
    let (last, first) = parts.split_last()?;
    if first.is_empty() {
        // A number alone is read as decimal, its upper bits let go.
        let fold = |sum: u32, digit: u8| sum.wrapping_mul(10).wrapping_add(u32::from(digit - b'0'));
        return Some(dotted(last.bytes().fold(0, fold)));
    }
    if parts.len() > 4 {
        return None;
    }
    let mut address: u32 = 0;
    for part in first {
        address = address << 8 | u32::from(u8::try_from(number(part)?).ok()?);
    }
    // The last part fills what the others leave: 24, 16 or 8 bits.
    let bits = 32 - 8 * u32::try_from(first.len()).ok()?;
    let rest = number(last).filter(|rest| *rest < 1 << bits)?;
    Some(dotted(address << bits | rest))
}

fn number(part: &str) -> Option<u32> {
    let radix = if part.starts_with('0') { 8 } else { 10 };
    u32::from_str_radix(part, radix).ok()
}

fn dotted(address: u32) -> String {
    std::net::Ipv4Addr::from(address).to_string()
}

/// `www.` and `www2.` say nothing of the site.
fn without_www(host: &str) -> &str {
    let Some(rest) = host.strip_prefix("www") else { return host };
    rest.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('.').unwrap_or(host)
}

/// The path in its shortest form, lower case, without session ids and without its last slash.
fn path_key(path: &str, has_host: bool) -> String {
    let plain = unescaped(path.as_bytes());
    let plain = if has_host { normalized(&plain) } else { plain };
    let mut path = escaped(&plain).to_ascii_lowercase();
    for id in &SESSIONS_IN_PATHS[..] {
        path = without(id, &path);
    }
    if path.len() > 1 && path.ends_with('/') {
        path.pop();
    }
    path
}

/// `.`, `..` and empty segments resolved.
fn normalized(path: &[u8]) -> Vec<u8> {
    let mut kept: Vec<&[u8]> = Vec::new();
    for segment in path.split(|&byte| byte == b'/').skip(1) {
        match segment {
            b"." => {}
            b".." if kept.pop().is_some() => {}
            other => kept.push(other),
        }
    }
    let mut out = vec![b'/'];
    if let Some((last, first)) = kept.split_last() {
        for segment in first.iter().filter(|segment| !segment.is_empty()) {
            out.extend_from_slice(segment);
            out.push(b'/');
        }
        out.extend_from_slice(last);
    }
    out
}

/// The query in lower case, without session ids, its arguments sorted.
fn query_key(query: &str) -> String {
    let mut query = escaped(&unescaped(query.as_bytes()));
    for id in &SESSIONS_IN_QUERIES[..] {
        query = without(id, &query);
    }
    let query = query.to_ascii_lowercase();
    let mut arguments: Vec<(&str, Option<&str>)> = query
        .split('&')
        .map(|argument| match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, None),
        })
        .collect();
    arguments.sort_unstable();
    let spelled = |(name, value): &(&str, Option<&str>)| match value {
        Some(value) => format!("{name}={value}"),
        None => (*name).to_owned(),
    };
    arguments.iter().map(spelled).collect::<Vec<_>>().join("&")
}

/// Session ids of ASP.NET in paths. The first and the last group stay.
static SESSIONS_IN_PATHS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    compiled(&[
        r"(?i)^(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)$",
        r"(?i)^(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)$",
    ])
});

/// Session ids in queries. The first and the last group stay.
static SESSIONS_IN_QUERIES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    compiled(&[
        r"(?i)^(.*)jsessionid=[0-9a-z]{32}(?:&(.*))?$",
        r"(?i)^(.*)phpsessid=[0-9a-z]{32}(?:&(.*))?$",
        r"(?i)^(.*)sid=[0-9a-z]{32}(?:&(.*))?$",
        r"(?i)^(.*)aspsessionid[a-z]{8}=[a-z]{24}(?:&(.*))?$",
        r"(?i)^(.*)cfid=[^&]+&cftoken=[^&]+(?:&(.*))?$",
    ])
});

fn compiled(patterns: &[&str]) -> Vec<Regex> {
    patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
}

fn without(id: &Regex, text: &str) -> String {
    match id.captures(text) {
        None => text.to_owned(),
        Some(found) => {
            let group = |at| found.get(at).map_or("", |group| group.as_str());
            format!("{}{}", group(1), group(2))
        }
    }
}

/// Percent escapes undone until none is left: `%2541` becomes `%41` becomes `A`. One pass: an
/// escape is complete when its last digit is, whether that was written or has just come about.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    for &byte in bytes {
        out.push(byte);
        while let Some(whole) = out.last_chunk::<3>().copied().and_then(escape) {
            out.truncate(out.len() - 3);
            out.push(whole);
        }
    }
    out
}

/// The byte that `%` and two hexadecimal digits stand for.
fn escape(text: [u8; 3]) -> Option<u8> {
    let [b'%', high, low] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// Everything but visible ASCII escaped, and `#` and `%` too.
fn escaped(bytes: &[u8]) -> String {
    const ESCAPED: &AsciiSet = &INVISIBLE.add(b'#').add(b'%');
    percent_encode(bytes, ESCAPED).to_string()
}

/// A text that is no URL, as a key: it must not break its line.
fn visible(text: &str) -> String {
    percent_encode(text.as_bytes(), INVISIBLE).to_string()
}

const INVISIBLE: &AsciiSet = &CONTROLS.add(b' ');
