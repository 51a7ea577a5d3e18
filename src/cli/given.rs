//! What was given: the flags of `crawl` as typed, and the settings they mean.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bytesize::ByteSize;
use clap::{Args, ValueEnum};

use super::fields;
use crate::lang::Lang;
use crate::settings::{AlternatesScope, Durability, OnFull, Resolve, Settings, Transport};

/// Crawl seeds and everything that is the same article in another language.
///
/// From each seed the language alternates are followed wherever the page declares them (head
/// links, Link headers, "also available in" notices, switchers); ordinary links on the seeds'
/// hosts are followed up to --depth. Every exchange goes into WARC files below DIR.
///
/// The same command again goes on with what is left in DIR; when nothing is left it starts a new
/// run, in which unchanged payloads become `revisit` records. With no seeds given, a new run takes
/// the seeds of the last one. Killing it is safe at any moment.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = super::CRAWL_AFTER)]
pub(crate) struct CrawlFlags {
    /// Seed URLs: articles, home pages, feeds or sitemaps.
    #[arg(value_name = "URL")]
    pub(crate) urls: Vec<String>,
    /// File of seeds, one URL a line, `#` starts a comment; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) seeds: Vec<PathBuf>,
    /// Folder for WARCs, state and ledger; made when missing.
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
    /// E-mail address or URL where webmasters can reach you; goes into the User-Agent.
    #[arg(long, env = "WARRAQ_CONTACT", hide_env_values = true, value_name = "EMAIL_OR_URL")]
    pub(crate) contact: Option<String>,

    /// Ordinary links away from a seed that are followed; alternates cost nothing.
    #[arg(long, value_name = "N", value_parser = number::<u32>, default_value_t = 0, help_heading = "What is fetched")]
    depth: u32,
    /// Stop after N captured pages in this call; the rest stays queued.
    #[arg(long, value_name = "N", value_parser = number::<u64>, help_heading = "What is fetched")]
    max_pages: Option<u64>,
    /// Follow alternates in these languages only (BCP 47); the rest are recorded. Ordinary links
    /// (--depth) are followed whatever their language.
    #[arg(long, value_name = "a,b", value_delimiter = ',', help_heading = "What is fetched")]
    languages: Vec<String>,
    /// How far declared alternates may lead.
    #[arg(long, value_enum, value_name = "SCOPE", default_value = "declared")]
    #[arg(help_heading = "What is fetched")]
    alternates_scope: ScopeFlag,
    /// Read the sitemaps of the seeds' hosts: those robots.txt names, else /sitemap.xml.
    #[arg(long, help_heading = "What is fetched")]
    sitemaps: bool,
    /// Read the feeds that pages name.
    #[arg(long, help_heading = "What is fetched")]
    feeds: bool,
    /// Do not ask again for articles of the seeds' sites that lack a language these usually have
    /// (1 h, 6 h, 1 d, 3 d and 14 d after they were first captured).
    #[arg(long, help_heading = "What is fetched")]
    no_late: bool,
    /// Pages of one host in one run.
    #[arg(long, value_name = "N", value_parser = number::<u64>, default_value_t = 1_000_000, help_heading = "Traps")]
    host_budget: u64,
    /// Pages of one registered domain in one run.
    #[arg(long, value_name = "N", value_parser = number::<u64>, default_value_t = 2_000_000, help_heading = "Traps")]
    domain_budget: u64,
    /// Hosts of one registered domain in one run.
    #[arg(long, value_name = "N", value_parser = number::<u64>, default_value_t = 1_000, help_heading = "Traps")]
    domain_hosts: u64,
    /// Pages in one run whose URLs differ only by numbers, dates, ids and slugs.
    #[arg(long, value_name = "N", value_parser = number::<u64>, default_value_t = 500_000, help_heading = "Traps")]
    pattern_budget: u64,
    /// Combinations of query parameters under one pattern of paths in one run.
    #[arg(long, value_name = "N", value_parser = number::<u64>, default_value_t = 100, help_heading = "Traps")]
    query_sets: u64,
    /// Leave a pattern of URLs alone when so many of its pages in a row said nothing new; a host
    /// after five times as many.
    #[arg(long, value_name = "N", value_parser = number::<u64>, default_value_t = 100, help_heading = "Traps")]
    near_duplicates: u64,
    /// Path segments a URL may have.
    #[arg(long, value_name = "N", value_parser = number::<usize>, default_value_t = 20, help_heading = "Traps")]
    path_segments: usize,
    /// How often one path segment may stand in a path.
    #[arg(long, value_name = "N", value_parser = number::<usize>, default_value_t = 3, help_heading = "Traps")]
    segment_repeats: usize,

    /// Least time between two requests to one registered domain, start to start; `0` turns it off,
    /// for your own hosts (a Crawl-delay in robots.txt is obeyed all the same).
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "2s")]
    #[arg(help_heading = "Politeness")]
    delay: Duration,
    /// Allow --delay 0 towards public hosts, because they are yours.
    #[arg(long, help_heading = "Politeness")]
    i_own_the_hosts: bool,
    /// Requests in flight to one registered domain.
    #[arg(long, value_name = "N", value_parser = number::<usize>, default_value_t = 1, help_heading = "Politeness")]
    per_host: usize,
    /// Requests in flight in all.
    #[arg(long, value_name = "N", value_parser = number::<usize>, default_value_t = 32, help_heading = "Politeness")]
    concurrency: usize,
    /// Requests per second in all; 0 for no limit.
    #[arg(long, value_name = "N", value_parser = number::<u32>, default_value_t = 0, help_heading = "Politeness")]
    requests_per_second: u32,
    /// Bytes received per second in all; 0 for no limit.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "0")]
    #[arg(help_heading = "Politeness")]
    bytes_per_second: u64,
    /// Attempts after the first, for failures that may pass.
    #[arg(long, value_name = "N", value_parser = number::<u32>, default_value_t = 3, help_heading = "Politeness")]
    retries: u32,
    /// First pause after a failure; doubled each time, with jitter.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "2s")]
    #[arg(help_heading = "Politeness")]
    retry_delay: Duration,
    /// Longest wait for hosts that want to be left alone when nothing else is left; then the run
    /// ends with code 18, and the next call goes on.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "10m")]
    #[arg(help_heading = "Politeness")]
    patience: Duration,

    /// Transport of the captures: `wire` keeps the exact bytes, `reqwest` reconstructs them.
    #[arg(long, value_enum, default_value = "wire", help_heading = "Network")]
    transport: TransportFlag,
    /// Ask servers that speak only HTTP/2 through `reqwest`; those records are reconstructed.
    #[arg(long, help_heading = "Network")]
    allow_h2: bool,
    /// Allow private and loopback addresses and unusual ports.
    #[arg(long, help_heading = "Network")]
    allow_private: bool,
    /// Connect to ADDR for HOST:PORT (`*` for any host); may be repeated.
    #[arg(long, value_name = "HOST:PORT:ADDR[:PORT]", value_parser = resolve)]
    #[arg(help_heading = "Network")]
    resolve: Vec<Resolve>,
    /// Largest body; a longer one is cut and marked WARC-Truncated.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "100MiB")]
    #[arg(help_heading = "Network")]
    max_body: u64,
    /// Memory for bodies and the pages read from them; what does not fit waits.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1GiB")]
    #[arg(help_heading = "Network")]
    memory: u64,
    /// Cut a body that brings fewer bytes a second than this, over --idle-timeout; 0 for no limit.
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "100B")]
    #[arg(help_heading = "Network")]
    min_speed: u64,
    /// Time limit of name look-up, connection and TLS, each.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "20s")]
    #[arg(help_heading = "Network")]
    connect_timeout: Duration,
    /// Longest silence within an exchange.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    #[arg(help_heading = "Network")]
    idle_timeout: Duration,
    /// Longest exchange.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "3m")]
    #[arg(help_heading = "Network")]
    total_timeout: Duration,
    /// A new connection for each request.
    #[arg(long, help_heading = "Network")]
    no_keepalive: bool,
    /// Accept certificates that do not verify; the archive says so.
    #[arg(long, help_heading = "Network")]
    insecure_tls: bool,
    /// Trust the roots in this PEM file too.
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    ca_file: Option<PathBuf>,

    /// User-Agent [default: warraq/VERSION (+CONTACT)].
    #[arg(long, value_name = "TEXT", help_heading = "Requests")]
    user_agent: Option<String>,
    /// Another request header, `Name: value`, for the seeds' origins only; may be repeated, `@FILE`
    /// reads some from a file. Its value is archived: see --secret-header.
    #[arg(long, value_name = "HEADER", help_heading = "Requests")]
    header: Vec<String>,
    /// The same with a value that is never told; `@FILE` reads headers from a file, one a line.
    #[arg(long, env = SECRET_HEADERS, hide_env_values = true, value_delimiter = '\n')]
    #[arg(value_name = "HEADER", help_heading = "Requests")]
    secret_header: Vec<String>,
    /// Send cookies back to the hosts they are for. They are forgotten when the call ends, and
    /// redacted in the archive as other credentials are.
    #[arg(long, help_heading = "Requests")]
    cookies: bool,
    /// Accept-Language, the same for every request.
    #[arg(long, value_name = "TEXT", default_value = "*", help_heading = "Requests")]
    accept_language: String,
    /// Believe a server that a page is unmodified for so long after it last came whole; 0 for never.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30d")]
    #[arg(help_heading = "Requests")]
    trust_unmodified: Duration,

    /// First part of WARC file names.
    #[arg(long, value_name = "NAME", default_value = "warraq", help_heading = "Archive")]
    warc_prefix: String,
    /// Seal a WARC file at this size (or at 24 hours of age).
    #[arg(long, value_name = "SIZE", value_parser = size, default_value = "1GB")]
    #[arg(help_heading = "Archive")]
    warc_size: u64,
    /// Deflate level of the archive, 0 to 9.
    #[arg(long, value_name = "N", value_parser = number::<u32>, default_value_t = 6, help_heading = "Archive")]
    gzip_level: u32,
    /// Archive requests as sent, credentials and secret headers included.
    #[arg(long, help_heading = "Archive")]
    keep_credentials: bool,
    /// When what was fetched is made durable: before each URL counts as done, at most 64 URLs or a
    /// second behind, or when a WARC file is sealed.
    #[arg(
        long,
        value_enum,
        value_name = "WHEN",
        default_value = "group",
        help_heading = "Archive"
    )]
    durability: DurabilityFlag,
    /// When the disk takes nothing more (full, read-only, gone): wait for it, or end with code 22.
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "pause",
        help_heading = "Archive"
    )]
    on_full: OnFullFlag,
    /// When the state does not open: set it aside and make it anew from the WARCs.
    #[arg(long, help_heading = "Archive")]
    pub(crate) recover: bool,

    /// Say nothing but errors.
    #[arg(long, short, conflicts_with = "json", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Print events and the summary as JSON lines.
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}

/// The environment's secret headers, one a line.
const SECRET_HEADERS: &str = "WARRAQ_SECRET_HEADER";

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ScopeFlag {
    /// To the page's own host only.
    SameHost,
    /// To hosts of the page's registered domain.
    SameDomain,
    /// To any host the page declares.
    Declared,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TransportFlag {
    /// Bytes as they crossed the wire.
    Wire,
    /// `reqwest::Client`; records are reconstructed and say so.
    Reqwest,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DurabilityFlag {
    /// Before each URL counts as done.
    Each,
    /// At most 64 URLs or a second behind.
    Group,
    /// When a WARC file is sealed.
    Seal,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum OnFullFlag {
    /// Wait until there is room, and go on.
    Pause,
    /// End with code 22; the next call goes on.
    Stop,
}

impl CrawlFlags {
    /// Those of the flag and those of the environment: the one does not put the other out of force.
    fn secret_headers(&self) -> Vec<String> {
        let named = std::env::var(SECRET_HEADERS).unwrap_or_default();
        let mut all = self.secret_header.clone();
        all.extend(named.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
        all.sort();
        all.dedup();
        all
    }

    /// The settings these flags mean, checked. The error is one sentence.
    pub(crate) fn settings(&self) -> Result<Settings, String> {
        let contact = self.contact.as_deref().unwrap_or_default().trim();
        let defaults = Settings::new(self.into.clone(), contact);
        let fields = fields::read(&self.header, &self.secret_headers())?;
        let settings = Settings {
            user_agent: self.user_agent.clone().unwrap_or_else(|| defaults.user_agent.clone()),
            accept_language: self.accept_language.clone(),
            headers: fields.plain,
            secret_headers: fields.secret,
            keep_credentials: self.keep_credentials,
            trust_unmodified: self.trust_unmodified,
            warc_prefix: self.warc_prefix.clone(),
            warc_size: self.warc_size,
            gzip_level: self.gzip_level,
            durability: match self.durability {
                DurabilityFlag::Each => Durability::Each,
                DurabilityFlag::Group => Durability::Group,
                DurabilityFlag::Seal => Durability::Seal,
            },
            on_full: match self.on_full {
                OnFullFlag::Pause => OnFull::Pause,
                OnFullFlag::Stop => OnFull::Stop,
            },
            ..self.network(self.reach(self.pace(defaults))?)
        };
        settings.check().map_err(|why| why.to_string())?;
        Ok(settings)
    }

    fn reach(&self, base: Settings) -> Result<Settings, String> {
        Ok(Settings {
            depth: self.depth,
            max_pages: self.max_pages.unwrap_or(u64::MAX),
            languages: languages(&self.languages)?,
            alternates_scope: match self.alternates_scope {
                ScopeFlag::SameHost => AlternatesScope::SameHost,
                ScopeFlag::SameDomain => AlternatesScope::SameDomain,
                ScopeFlag::Declared => AlternatesScope::Declared,
            },
            sitemaps: self.sitemaps,
            feeds: self.feeds,
            late: !self.no_late,
            ..self.traps(base)
        })
    }

    fn traps(&self, base: Settings) -> Settings {
        Settings {
            host_budget: self.host_budget,
            domain_budget: self.domain_budget,
            domain_hosts: self.domain_hosts,
            pattern_budget: self.pattern_budget,
            query_sets: self.query_sets,
            near_duplicates: self.near_duplicates,
            path_segments: self.path_segments,
            segment_repeats: self.segment_repeats,
            ..base
        }
    }

    fn pace(&self, base: Settings) -> Settings {
        Settings {
            delay: self.delay,
            own_hosts: self.i_own_the_hosts,
            per_host: self.per_host,
            concurrency: self.concurrency,
            requests_per_second: self.requests_per_second,
            bytes_per_second: u32::try_from(self.bytes_per_second).unwrap_or(u32::MAX),
            retries: self.retries,
            retry_delay: self.retry_delay,
            patience: self.patience,
            ..base
        }
    }

    fn network(&self, base: Settings) -> Settings {
        Settings {
            transport: match self.transport {
                TransportFlag::Wire => Transport::Wire,
                TransportFlag::Reqwest => Transport::Reqwest,
            },
            allow_h2: self.allow_h2,
            allow_private: self.allow_private,
            resolve: self.resolve.clone(),
            max_body: self.max_body,
            memory: self.memory,
            min_speed: self.min_speed,
            connect_timeout: self.connect_timeout,
            idle_timeout: self.idle_timeout,
            total_timeout: self.total_timeout,
            keepalive: !self.no_keepalive,
            cookies: self.cookies,
            insecure_tls: self.insecure_tls,
            ca_file: self.ca_file.clone(),
            ..base
        }
    }
}

fn languages(typed: &[String]) -> Result<Vec<Lang>, String> {
    typed
        .iter()
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            Lang::parse(text).ok_or_else(|| {
                format!("--languages: {text:?} is no language tag; write tags as in ar,en,fr")
            })
        })
        .collect()
}

/// A whole number.
fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("{text:?} is no number this flag can take; give a whole number"))
}

/// `500ms`, `2s`, `1m 30s`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let wrong = || format!("{text:?} is no length of time; write it as 500ms, 2s or 1m");
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| wrong());
    }
    humantime::parse_duration(text).map_err(|_| wrong())
}

/// `1MiB`, `500kB`; a bare number is bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    ByteSize::from_str(text.trim())
        .map(|size| size.as_u64())
        .map_err(|_| format!("{text:?} is no size; write it as 500kB, 1MiB or 1GB"))
}

/// `HOST:PORT:ADDR[:PORT]`, IPv6 addresses in brackets.
pub(super) fn resolve(text: &str) -> Result<Resolve, String> {
    let wrong = || {
        format!(
            "{text:?} leads nowhere; write it as HOST:PORT:ADDR or HOST:PORT:ADDR:PORT, IPv6 in brackets"
        )
    };
    let mut parts = text.splitn(3, ':');
    let host = parts.next().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    let port = parts.next().and_then(|port| port.parse().ok()).ok_or_else(wrong)?;
    let rest = parts.next().ok_or_else(wrong)?;
    let (addr, to_port) = target(rest, port).ok_or_else(wrong)?;
    let host = (host != "*").then(|| host.to_ascii_lowercase());
    Ok(Resolve { host, port, addr, to_port })
}

fn target(text: &str, port: u16) -> Option<(IpAddr, u16)> {
    if let Ok(addr) = text.trim_matches(['[', ']']).parse() {
        return Some((addr, port));
    }
    let (addr, port) = text.rsplit_once(':')?;
    Some((addr.trim_matches(['[', ']']).parse().ok()?, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_as_people_write_them() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert_eq!(duration("1.5"), Ok(Duration::from_millis(1500)));
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert!(duration("soon").is_err() && duration("-1").is_err() && duration("NaN").is_err());
    }

    #[test]
    fn sizes_as_people_write_them() {
        assert_eq!(size("1MiB"), Ok(1 << 20));
        assert_eq!(size("1GB"), Ok(1_000_000_000));
        assert_eq!(size("4096"), Ok(4096));
        assert!(size("big").is_err());
    }

    #[test]
    fn fixed_addresses() {
        let any = resolve("*:443:127.0.0.1:8443").unwrap();
        assert_eq!((any.host, any.port, any.to_port), (None, 443, 8443));
        let one = resolve("Example.org:80:[::1]:8080").unwrap();
        assert_eq!((one.host.as_deref(), one.to_port), (Some("example.org"), 8080));
        assert_eq!(resolve("a:80:10.0.0.1").unwrap().to_port, 80);
        assert_eq!(resolve("a:80:::1").unwrap().to_port, 80);
        assert!(resolve("a:80").is_err() && resolve("a:b:1.2.3.4").is_err());
    }
}
