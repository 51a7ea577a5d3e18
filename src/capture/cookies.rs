//! Cookies: what servers gave to be sent back, for the length of one call.
//!
//! Off unless `--cookies`. The jar lives in memory only: no cookie reaches the state, and the
//! `request` records hold them redacted like other credentials. It follows RFC 6265bis, is strict
//! where browsers are lenient (a port other than 80 and 443 is a jar of its own), and is bounded.
//! A cookie never widens to a public suffix, and never reaches another registered domain.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::{Host, Url};

use crate::address::Site;
use crate::head::Head;
use crate::moment::Moment;

/// Longest name and value together; browsers take no more (RFC 6265bis §5.6).
const MAX_COOKIE: usize = 4_096;
/// Longest attribute value that is looked at (RFC 6265bis §5.6).
const MAX_ATTRIBUTE: usize = 1_024;
/// Cookies of one registered domain; the oldest go first.
const MAX_PER_SITE: usize = 50;
/// Registered domains; beyond that the jar takes cookies of no further one.
const MAX_SITES: usize = 10_000;
/// `Set-Cookie` fields of one answer that are read.
const MAX_FIELDS: usize = 100;
/// Longest `Cookie` field that is sent: servers refuse a head over 8 KB.
const MAX_SENT: usize = 6 << 10;
/// Longest life of a cookie (RFC 6265bis §5.5).
const MAX_AGE: Duration = Duration::from_hours(400 * 24);

/// Languages with a jar of their own; further ones keep no cookies.
const MAX_JARS: usize = 200;

/// The jars of a call: one for the pages that links led to from the seeds, one for each language
/// that an alternate led to. Servers keep the reader's language in a cookie, and would give every
/// translation in the language of the page that was read before it.
#[derive(Debug, Default)]
pub struct Jars {
    own: Arc<Jar>,
    of: Mutex<HashMap<String, Arc<Jar>>>,
}

impl Jars {
    /// The jar for what is asked for behind an alternate in a language (empty where it is not
    /// known), or for everything else.
    pub fn jar(&self, behind: Option<&str>) -> Arc<Jar> {
        let Some(language) = behind else { return Arc::clone(&self.own) };
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jar) = of.get(language) {
            return Arc::clone(jar);
        }
        let jar = Arc::<Jar>::default();
        if of.len() < MAX_JARS {
            of.insert(language.to_owned(), Arc::clone(&jar));
        }
        jar
    }
}

/// The cookies of a call, or of one language in it.
#[derive(Debug, Default)]
pub struct Jar {
    sites: Mutex<HashMap<Site, Vec<Cookie>>>,
}

#[derive(Clone, Debug)]
struct Cookie {
    name: String,
    value: String,
    /// The host it came from, or the domain it is for.
    domain: String,
    host_only: bool,
    path: String,
    port: u16,
    secure: bool,
    expires: Option<Moment>,
}

impl Jar {
    /// Takes what an answer of `url` sets; whatever cannot be a cookie is passed over. Says
    /// whether the same request would bring other cookies now.
    pub fn learn(&self, url: &Url, head: &Head, now: Moment) -> bool {
        let before = self.field(url, now);
        let set = head.fields.iter().filter(|f| f.name.eq_ignore_ascii_case(b"set-cookie"));
        for field in set.take(MAX_FIELDS) {
            // A cookie that is not text is none we could send back as it came.
            let Ok(text) = std::str::from_utf8(&field.value) else { continue };
            if let Some(cookie) = Cookie::parse(text, url, now) {
                self.keep(url, cookie, now);
            }
        }
        self.field(url, now) != before
    }

    /// The value of the `Cookie` field for a request of `url`; `None` for no field.
    pub fn field(&self, url: &Url, now: Moment) -> Option<String> {
        let sites = self.lock();
        let all = sites.get(&Site::of(url))?.iter();
        let mut fit: Vec<&Cookie> = all.filter(|cookie| cookie.is_for(url, now)).collect();
        // Longer paths first, else the older first (RFC 6265bis §5.7.3).
        fit.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let mut field = String::new();
        for cookie in fit {
            let length = cookie.name.len() + cookie.value.len() + 3;
            if field.len() + length > MAX_SENT {
                continue;
            }
            if !field.is_empty() {
                field.push_str("; ");
            }
            field.push_str(&cookie.name);
            field.push('=');
            field.push_str(&cookie.value);
        }
        (!field.is_empty()).then_some(field)
    }

    fn keep(&self, url: &Url, cookie: Cookie, now: Moment) {
        let site = Site::of(url);
        let mut sites = self.lock();
        if sites.len() >= MAX_SITES && !sites.contains_key(&site) {
            return;
        }
        let jar = sites.entry(site).or_default();
        // What came over TLS is not overlaid by what did not (RFC 6265bis §5.6).
        let is_plain = url.scheme() == "http";
        if is_plain && jar.iter().any(|old| old.secure && old.is_overlaid_by(&cookie)) {
            return;
        }
        jar.retain(|old| !old.is_same(&cookie) && !old.has_ended(now));
        if !cookie.has_ended(now) {
            if jar.len() >= MAX_PER_SITE {
                jar.remove(0);
            }
            jar.push(cookie);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Site, Vec<Cookie>>> {
        // Nothing is left half done while the lock is held.
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cookie {
    /// One `Set-Cookie` value (RFC 6265bis §5.6), as far as it holds for `url`.
    fn parse(text: &str, url: &Url, now: Moment) -> Option<Self> {
        if text.chars().any(|c| c.is_control() && c != '\t') {
            return None;
        }
        let mut parts = text.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() || name.len() + value.len() > MAX_COOKIE {
            return None;
        }
        let host = bare(url.host_str()?);
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: host,
            host_only: true,
            path: default_path(url),
            port: port(url),
            secure: false,
            expires: None,
        };
        let mut max_age = None;
        for part in parts {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim(), value.trim());
            if value.len() > MAX_ATTRIBUTE {
                continue;
            }
            match name.to_ascii_lowercase().as_str() {
                "domain" => cookie.widen(value, url)?,
                "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
                "path" => cookie.path = default_path(url),
                "secure" => cookie.secure = true,
                "max-age" => max_age = age(value, now).or(max_age),
                "expires" => cookie.expires = date(value).or(cookie.expires),
                _ => {}
            }
        }
        let latest = now.plus(MAX_AGE);
        cookie.expires = max_age.or(cookie.expires).map(|at| at.min(latest));
        cookie.is_allowed(url).then_some(cookie)
    }

    /// Holds a `Domain` attribute against the host; `None` refuses the cookie.
    fn widen(&mut self, domain: &str, url: &Url) -> Option<()> {
        let domain = bare(domain.strip_prefix('.').unwrap_or(domain));
        let is_named = matches!(url.host(), Some(Host::Domain(_)));
        let can_be_owned = is_named && psl::domain_str(&domain).is_some();
        let is_own = domain == self.domain;
        if domain.is_empty() || (is_own && !can_be_owned) {
            return Some(());
        }
        if !can_be_owned || !(is_own || is_below(&self.domain, &domain)) {
            return None;
        }
        (self.domain, self.host_only) = (domain, false);
        Some(())
    }

    /// The rules of `Secure` and of the name prefixes (RFC 6265bis §4.1.3).
    fn is_allowed(&self, url: &Url) -> bool {
        let by_tls = url.scheme() == "https";
        let begins = |prefix: &str| {
            self.name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        let as_host = self.secure && self.host_only && self.path == "/";
        (by_tls || !self.secure)
            && (!begins("__Secure-") || self.secure)
            && (!begins("__Host-") || as_host)
    }

    fn is_for(&self, url: &Url, now: Moment) -> bool {
        let host = bare(url.host_str().unwrap_or_default());
        let here = host == self.domain || (!self.host_only && is_below(&host, &self.domain));
        here && self.port == port(url)
            && (!self.secure || url.scheme() == "https")
            && covers(&self.path, url.path())
            && !self.has_ended(now)
    }

    fn has_ended(&self, now: Moment) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.domain, &self.path, self.port, self.host_only)
            == (&other.name, &other.domain, &other.path, other.port, other.host_only)
    }

    fn is_overlaid_by(&self, other: &Self) -> bool {
        let related = self.domain == other.domain
            || is_below(&self.domain, &other.domain)
            || is_below(&other.domain, &self.domain);
        self.name == other.name && related && covers(&self.path, &other.path)
    }
}

/// A host name in the one form it is compared in.
fn bare(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// 80 and 443 are one web.
fn port(url: &Url) -> u16 {
    match url.port_or_known_default() {
        Some(443) | None => 80,
        Some(port) => port,
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// RFC 6265bis §5.1.4.
fn default_path(url: &Url) -> String {
    match url.path().rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
        _ => "/".to_owned(),
    }
}

fn covers(path: &str, wanted: &str) -> bool {
    wanted
        .strip_prefix(path)
        .is_some_and(|rest| rest.is_empty() || path.ends_with('/') || rest.starts_with('/'))
}

/// When a `Max-Age` ends; at once for zero and less.
fn age(value: &str, now: Moment) -> Option<Moment> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if digits.len() < value.len() {
        return Some(now);
    }
    let seconds = value.parse().unwrap_or(u64::MAX);
    Some(now.plus(Duration::from_secs(seconds).min(MAX_AGE)))
}

/// `Expires`, also with the hyphens of Netscape's time.
fn date(value: &str) -> Option<Moment> {
    Moment::parse_http_date(value).or_else(|| Moment::parse_http_date(&value.replace('-', " ")))
}
