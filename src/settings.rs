//! Settings: what a crawl was told, validated and resolved.
//!
//! No field means "default" by being absent: [`Settings::new`] writes the defaults of
//! ARCHITECTURE.md down, the command line overwrites them, [`Settings::check`] refuses
//! contradictions before the first request.

pub mod recrawl;
mod secret;
pub mod spelling;
mod thresholds;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::recrawl::{Again, Recrawl, UrlKind};
pub use self::secret::Secret;
pub use self::thresholds::{Shortfall, Threshold, Thresholds};
use crate::lang::Lang;

/// How far declared alternates may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlternatesScope {
    /// To the page's own host only.
    SameHost,
    /// To hosts of the page's registered domain.
    SameDomain,
    /// To any host the page declares.
    Declared,
}

/// Which transport carries the captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Transport {
    /// The exact one: bytes as they crossed the wire.
    Wire,
    /// `reqwest::Client`; records are reconstructed and say so.
    Reqwest,
}

/// When what was filed is made durable, and told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Durability {
    /// Before each visit counts as done.
    Each,
    /// Together: at most 64 visits or a second behind.
    Group,
    /// When a WARC file is sealed, or when much has gathered.
    Seal,
}

/// What a crawl does when the disk takes nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFull {
    /// It waits until the disk does, and goes on.
    Pause,
    /// It ends.
    Stop,
}

/// One `--resolve HOST:PORT:ADDR[:PORT]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resolve {
    /// The host it is for; `None` for `*`.
    pub host: Option<String>,
    /// The port it is for.
    pub port: u16,
    /// Where to connect.
    pub addr: IpAddr,
    /// The port to connect to.
    pub to_port: u16,
}

/// How far the links of a seed are followed, where that is not what `depth` says for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedScope {
    /// The seed, as given.
    pub seed: String,
    /// Whether the whole registered domain is its home, not only its host.
    pub domain: bool,
    /// Ordinary links away from it that are followed.
    pub depth: u32,
}

/// What holds for one registered domain instead of what holds for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HostSettings {
    /// The registered domain, or the address and port of a host that has none.
    pub site: String,
    /// Least time between two requests.
    #[serde(serialize_with = "maybe_seconds")]
    pub delay: Option<Duration>,
    /// Requests in flight.
    pub per_host: Option<usize>,
    /// Whether its robots.txt is obeyed.
    pub robots: bool,
    /// More request headers, whether it is a seed's or not.
    pub headers: Vec<(String, String)>,
}

/// Everything a crawl needs to know. Serialised, it is the effective configuration that a run
/// leaves in its archive.
#[derive(Clone, Debug, Serialize)]
pub struct Settings {
    /// The name of the job, when it has one; it stands in the archive (`isPartOf`).
    pub name: String,
    /// What the job is for; it stands in the archive.
    pub description: String,
    /// Who runs it; it stands in the archive, with the contact.
    pub operator: String,
    /// The folder of the crawl: WARCs, state, ledger.
    pub into: PathBuf,
    /// Whom a webmaster can write to: an e-mail address or a URL.
    pub contact: String,
    /// The User-Agent header.
    pub user_agent: String,
    /// The Accept-Language header, one for all requests.
    pub accept_language: String,
    /// More request headers, for seed origins only.
    pub headers: Vec<(String, String)>,
    /// The same, with values that are never told.
    pub secret_headers: Vec<(String, Secret)>,
    /// Whether credentials stay in `request` records.
    pub keep_credentials: bool,
    /// Ordinary links away from a seed that are followed; 0 follows none.
    pub depth: u32,
    /// Seeds with a scope of their own.
    pub seed_scopes: Vec<SeedScope>,
    /// Pages captured in this call before it stops; the rest stays queued.
    pub max_pages: u64,
    /// Bytes received in this call before it stops; the rest stays queued.
    pub max_bytes: u64,
    /// How long this call may take before it stops; the rest stays queued.
    #[serde(serialize_with = "seconds")]
    pub max_time: Duration,
    /// Least time between two requests to one site, start to start. Zero turns it off.
    #[serde(serialize_with = "seconds")]
    pub delay: Duration,
    /// Whether zero delay is also for public hosts.
    pub own_hosts: bool,
    /// Requests in flight to one site.
    pub per_host: usize,
    /// What holds for single registered domains instead.
    pub hosts: Vec<HostSettings>,
    /// Requests in flight in all.
    pub concurrency: usize,
    /// Requests per second in all; 0 for no limit.
    pub requests_per_second: u32,
    /// Bytes received per second in all; 0 for no limit.
    pub bytes_per_second: u32,
    /// Languages that are fetched; empty for all.
    pub languages: Vec<Lang>,
    /// How far alternates may lead.
    pub alternates_scope: AlternatesScope,
    /// Alternates followed from one page.
    pub alternates_per_page: usize,
    /// Whether sitemaps of the seeds' hosts are read.
    pub sitemaps: bool,
    /// Whether feeds the pages name are read.
    pub feeds: bool,
    /// Whether robots.txt is obeyed.
    pub robots: bool,
    /// How long a robots.txt that was read is believed; a day at most (RFC 9309 §2.4).
    #[serde(serialize_with = "seconds")]
    pub robots_lifetime: Duration,
    /// When URLs are asked for again.
    pub recrawl: Recrawl,
    /// Pages of one host in one run.
    pub host_budget: u64,
    /// Pages of one registered domain in one run.
    pub domain_budget: u64,
    /// Hosts of one registered domain in one run.
    pub domain_hosts: u64,
    /// Pages in one run whose URLs differ only by numbers, dates, ids and slugs.
    pub pattern_budget: u64,
    /// Combinations of query parameters under one pattern of paths in one run.
    pub query_sets: u64,
    /// Pages of one pattern in a row that say what was said before, until the pattern is left
    /// alone; at five times as many of a host, all patterns of it that brought nothing new.
    pub near_duplicates: u64,
    /// Path segments a URL may have.
    pub path_segments: usize,
    /// How often one path segment may stand in a path.
    pub segment_repeats: usize,
    /// Whether articles of the seeds' sites are asked for again because a translation may have come.
    pub late: bool,
    /// Attempts after the first.
    pub retries: u32,
    /// First pause after a failure; doubled with each further one, with jitter.
    #[serde(serialize_with = "seconds")]
    pub retry_delay: Duration,
    /// Longest wait for hosts that want to be left alone, when nothing else is left to do.
    #[serde(serialize_with = "seconds")]
    pub patience: Duration,
    /// Memory for bodies and the pages read from them, in bytes.
    pub memory: u64,
    /// How long after a page last came whole a server is believed that it is unmodified; zero sets
    /// no condition at all.
    #[serde(serialize_with = "seconds")]
    pub trust_unmodified: Duration,
    /// Which transport.
    pub transport: Transport,
    /// Whether servers that speak only HTTP/2 are asked by the other transport.
    pub allow_h2: bool,
    /// Whether private and loopback addresses and unusual ports may be connected to.
    pub allow_private: bool,
    /// Fixed addresses.
    pub resolve: Vec<Resolve>,
    /// Body cap in bytes.
    pub max_body: u64,
    /// Bytes a second that a body must bring, over each [`Self::idle_timeout`]; 0 for no limit.
    pub min_speed: u64,
    /// Time limit of name look-up, connection and TLS, each.
    #[serde(serialize_with = "seconds")]
    pub connect_timeout: Duration,
    /// Longest silence.
    #[serde(serialize_with = "seconds")]
    pub idle_timeout: Duration,
    /// Longest exchange.
    #[serde(serialize_with = "seconds")]
    pub total_timeout: Duration,
    /// Whether connections are used again.
    pub keepalive: bool,
    /// Whether cookies are kept for the length of a call, and sent back to whom they are for.
    pub cookies: bool,
    /// Whether certificates that do not verify are accepted.
    pub insecure_tls: bool,
    /// More trusted roots, PEM.
    pub ca_file: Option<PathBuf>,
    /// First part of WARC names.
    pub warc_prefix: String,
    /// A WARC file is sealed when it reaches this size, in bytes.
    pub warc_size: u64,
    /// A WARC file is sealed at this age.
    #[serde(serialize_with = "seconds")]
    pub warc_age: Duration,
    /// Deflate level, 0 to 9.
    pub gzip_level: u32,
    /// When what was filed is made durable.
    pub durability: Durability,
    /// What happens when the disk takes nothing more, or has less room than `disk_floor`.
    pub on_full: OnFull,
    /// How long visits in flight may go on once the crawl is told to stop.
    #[serde(serialize_with = "seconds")]
    pub drain: Duration,
    /// Bytes that have to be free on the disk before anything more is fetched; 0 for no floor.
    pub disk_floor: u64,
    /// What a run has to come to.
    pub thresholds: Thresholds,
    /// The program in which a page that may have killed its reader is tried ([`crate::crawl::trial`]).
    #[serde(skip)]
    pub reader: Option<PathBuf>,
}

/// Settings that contradict each other or name nothing possible.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    /// Nobody to write to.
    #[error(
        "no contact: give --contact an e-mail address or a URL where webmasters can reach you \
         (it goes into the User-Agent, as every polite crawler does)"
    )]
    Contact,
    /// `--delay 0` towards other people's servers.
    #[error(
        "--delay 0 is for your own servers: add --allow-private (private and loopback hosts \
         only) or --i-own-the-hosts"
    )]
    Delay,
    /// A value out of its range.
    #[error("{flag}: {why}")]
    Value {
        /// The flag.
        flag: &'static str,
        /// What is wrong, and what would be right.
        why: String,
    },
}

/// Alternates of a page that are followed where nothing else is asked for.
pub const ALTERNATES_PER_PAGE: usize = 40;

/// Least time between two requests to one site (ARCHITECTURE.md, "Politeness").
pub const DEFAULT_DELAY: Duration = Duration::from_secs(2);

/// The least `--memory`: what the largest page that is read may take by itself.
pub const LEAST_MEMORY: u64 = 64 << 20;

/// What has to stay free on the disk, unless told otherwise: well above where a WARC or the state
/// would fail.
pub const DEFAULT_DISK_FLOOR: u64 = 10 << 30;

/// How long a robots.txt that was read is believed, at most and unless told less (RFC 9309 §2.4).
pub const ROBOTS_LIFETIME: Duration = Duration::from_hours(24);

impl Settings {
    /// The defaults, for a crawl into `into`, answering to `contact`.
    #[allow(clippy::too_many_lines, reason = "a line a field")]
    pub fn new(into: PathBuf, contact: &str) -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            operator: String::new(),
            into,
            contact: contact.to_owned(),
            user_agent: format!("warraq/{} (+{contact})", env!("CARGO_PKG_VERSION")),
            accept_language: "*".to_owned(),
            headers: Vec::new(),
            secret_headers: Vec::new(),
            keep_credentials: false,
            depth: 0,
            seed_scopes: Vec::new(),
            max_pages: u64::MAX,
            max_bytes: u64::MAX,
            max_time: Duration::MAX,
            delay: DEFAULT_DELAY,
            own_hosts: false,
            per_host: 1,
            hosts: Vec::new(),
            concurrency: 32,
            requests_per_second: 0,
            bytes_per_second: 0,
            languages: Vec::new(),
            alternates_scope: AlternatesScope::Declared,
            alternates_per_page: ALTERNATES_PER_PAGE,
            sitemaps: false,
            feeds: false,
            robots: true,
            robots_lifetime: ROBOTS_LIFETIME,
            recrawl: Recrawl::each_run(),
            host_budget: 1_000_000,
            domain_budget: 2_000_000,
            domain_hosts: 1_000,
            pattern_budget: 500_000,
            query_sets: 100,
            near_duplicates: 100,
            path_segments: 20,
            segment_repeats: 3,
            late: true,
            retries: 3,
            retry_delay: Duration::from_secs(2),
            patience: Duration::from_mins(10),
            memory: 1 << 30,
            trust_unmodified: Duration::from_hours(30 * 24),
            transport: Transport::Wire,
            allow_h2: false,
            allow_private: false,
            resolve: Vec::new(),
            max_body: 100 << 20,
            min_speed: 100,
            connect_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(30),
            total_timeout: Duration::from_mins(3),
            keepalive: true,
            cookies: false,
            insecure_tls: false,
            ca_file: None,
            warc_prefix: "warraq".to_owned(),
            warc_size: 1_000_000_000,
            warc_age: Duration::from_hours(24),
            gzip_level: 6,
            durability: Durability::Group,
            on_full: OnFull::Pause,
            drain: Duration::from_secs(30),
            disk_floor: 0,
            thresholds: Thresholds::default(),
            reader: None,
        }
    }

    /// Refuses what cannot be meant, before the first request.
    pub fn check(&self) -> Result<(), SettingsError> {
        let value = |flag, why: &str| Err(SettingsError::Value { flag, why: why.to_owned() });
        if self.contact.trim().is_empty() {
            return Err(SettingsError::Contact);
        }
        if !spelling::is_contact(&self.contact) {
            return value("--contact", "needs an e-mail address or a URL, as in desk@example.org");
        }
        if self.delay.is_zero() && !self.allow_private && !self.own_hosts {
            return Err(SettingsError::Delay);
        }
        if self.memory < LEAST_MEMORY {
            return value("--memory", "must be at least 64MiB: one large page needs as much");
        }
        if let Some(flag) = self.zero() {
            return value(flag, "must be more than 0");
        }
        if self.gzip_level > 9 {
            return value("--gzip-level", "must be from 0 to 9");
        }
        if self.warc_prefix.is_empty() || !self.warc_prefix.bytes().all(is_name_byte) {
            return value("--warc-prefix", "may hold ASCII letters, digits, '_' and '.' only");
        }
        let values = self.headers.iter().map(|(_, value)| value.as_str());
        let secret = self.secret_headers.iter().map(|(_, value)| value.reveal());
        let single = [&self.user_agent, &self.accept_language, &self.contact];
        let mut texts = single.into_iter().map(String::as_str).chain(values).chain(secret);
        if texts.any(|text| text.contains(['\r', '\n', '\0'])) {
            return value(
                "--header, --user-agent, --accept-language, --contact",
                "may not hold line breaks",
            );
        }
        if self.user_agent.trim().is_empty() {
            return value("--user-agent", "may not be empty; leave it out for the default");
        }
        Ok(())
    }

    /// What a crawl is called where it has to be called something: as its job, or as its folder.
    pub fn label(&self) -> String {
        let folder = self.into.file_name().unwrap_or(self.into.as_os_str());
        if self.name.is_empty() { folder.to_string_lossy().into_owned() } else { self.name.clone() }
    }

    /// What holds for a registered domain instead of what holds for all.
    pub fn host(&self, site: &str) -> Option<&HostSettings> {
        self.hosts.iter().find(|host| host.site == site)
    }

    /// A limit under which nothing could be fetched or archived.
    fn zero(&self) -> Option<&'static str> {
        let limits = [
            ("--per-host", self.per_host == 0),
            ("--concurrency", self.concurrency == 0),
            ("--max-pages", self.max_pages == 0),
            ("--max-bytes", self.max_bytes == 0),
            ("--max-time", self.max_time.is_zero()),
            ("--host-budget", self.host_budget == 0),
            ("--domain-budget", self.domain_budget == 0),
            ("--domain-hosts", self.domain_hosts == 0),
            ("--pattern-budget", self.pattern_budget == 0),
            ("--query-sets", self.query_sets == 0),
            ("--near-duplicates", self.near_duplicates == 0),
            ("--path-segments", self.path_segments == 0),
            ("--segment-repeats", self.segment_repeats == 0),
            ("--max-body", self.max_body == 0),
            ("--warc-size", self.warc_size == 0),
            ("--connect-timeout", self.connect_timeout.is_zero()),
            ("--idle-timeout", self.idle_timeout.is_zero()),
            ("--total-timeout", self.total_timeout.is_zero()),
        ];
        limits.into_iter().find(|(_, zero)| *zero).map(|(flag, _)| flag)
    }
}

/// Written as seconds.
fn seconds<S: serde::Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(span.as_secs_f64())
}

#[allow(clippy::ref_option, reason = "this is how serde hands a field over")]
fn maybe_seconds<S: serde::Serializer>(span: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    span.map(|span| span.as_secs_f64()).serialize(to)
}

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_delay_needs_a_reason() {
        let mut settings = Settings::new("x".into(), "desk@example.org");
        settings.delay = Duration::ZERO;
        assert_eq!(settings.check(), Err(SettingsError::Delay));
        settings.allow_private = true;
        assert_eq!(settings.check(), Ok(()));
    }

    #[test]
    fn a_secret_is_never_told() {
        let mut settings = Settings::new("x".into(), "desk@example.org");
        settings.secret_headers = vec![("X-Key".into(), Secret::new("canary".into()))];
        let told = format!("{settings:?}{}", serde_json::to_string(&settings).unwrap());
        assert!(!told.contains("canary") && told.contains("***"), "{told}");
        assert!(told.contains(r#""delay":2.0"#), "{told}");
        settings.secret_headers = vec![("X-Key".into(), Secret::new("canary\r\nX: y".into()))];
        assert!(!settings.check().unwrap_err().to_string().contains("canary"));
    }

    #[test]
    fn a_contact_is_needed() {
        assert_eq!(Settings::new("x".into(), "").check(), Err(SettingsError::Contact));
        assert!(Settings::new("x".into(), "me").check().is_err());
    }
}
