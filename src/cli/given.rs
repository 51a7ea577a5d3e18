//! What was given: the flags of `crawl` as typed, and the settings they mean.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use super::choice::{DurabilityFlag, OnFullFlag, OverlapFlag, ScopeFlag, TransportFlag};
use super::fields;
use super::layers::{Layers, Source, Typed};
use super::metrics::MetricsFlags;
use super::thresholds::ThresholdFlags;
use crate::lang::Lang;
use crate::moment::{Clock, Moment};
use crate::seeds::job::{JobFile, Overlap};
pub(super) use crate::settings::spelling::{duration, resolve, size};
use crate::settings::{DEFAULT_DISK_FLOOR, Resolve, Settings, SettingsError};

/// Crawl seeds and everything that is the same article in another language.
///
/// From each seed the language alternates are followed wherever the page declares them (head
/// links, Link headers, "also available in" notices, switchers); ordinary links on the seeds'
/// hosts are followed up to --depth. Every exchange goes into WARC files below DIR.
///
/// A job file (`warraq crawl NAME.toml`) says all of this in one place; flags go over it.
///
/// The same command again goes on with what is left in DIR; when nothing is left it starts a new
/// run, in which unchanged payloads become `revisit` records. With no seeds given, a new run takes
/// the seeds of the last one. Killing it is safe at any moment.
#[derive(Debug, Args)]
#[command(allow_negative_numbers = true, after_help = super::CRAWL_AFTER)]
#[command(
    override_usage = "warraq crawl [OPTIONS] --into <DIR> [URL]...\n       warraq crawl [OPTIONS] <JOB.toml>"
)]
pub(crate) struct CrawlFlags {
    /// Seed URLs: articles, home pages, feeds or sitemaps; or one job file, NAME.toml.
    #[arg(value_name = "URL")]
    pub(crate) urls: Vec<String>,
    /// File of seeds, one URL a line, `#` starts a comment; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub(crate) seeds: Vec<PathBuf>,
    /// Folder for WARCs, state and ledger; made when missing.
    #[arg(long, value_name = "DIR")]
    pub(crate) into: Option<PathBuf>,
    /// E-mail address or URL where webmasters can reach you; goes into the User-Agent.
    #[arg(long, env = "WARRAQ_CONTACT", hide_env_values = true, value_name = "EMAIL_OR_URL")]
    pub(crate) contact: Option<String>,

    /// Ordinary links away from a seed that are followed; alternates cost nothing.
    #[arg(long, value_name = "N", value_parser = number::<u32>, default_value_t = 0, help_heading = "What is fetched")]
    depth: u32,
    /// Stop after N captured pages in this call, robots.txt not counted; the rest stays queued (exit
    /// code 14).
    #[arg(long, value_name = "N", value_parser = number::<u64>, help_heading = "What is fetched")]
    max_pages: Option<u64>,
    /// Stop after so many received bytes in this call; the rest stays queued (exit code 14).
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "What is fetched")]
    max_bytes: Option<u64>,
    /// Stop after so long in this call; the rest stays queued (exit code 15).
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "What is fetched")]
    max_time: Option<Duration>,
    /// Follow alternates in these languages only (BCP 47); the rest are recorded. Ordinary links
    /// (--depth) are followed whatever their language.
    #[arg(long, value_name = "a,b", value_delimiter = ',', help_heading = "What is fetched")]
    languages: Vec<String>,
    /// How far declared alternates may lead.
    #[arg(long, value_enum, value_name = "SCOPE", default_value = "declared")]
    #[arg(help_heading = "What is fetched")]
    alternates_scope: ScopeFlag,
    /// Ask only for what was last fetched before this time, or never: 2026-11-22, or 24h for that
    /// long ago; takes the place of a job's recrawl policy.
    #[arg(long, value_name = "TIME", value_parser = since, help_heading = "What is fetched")]
    since: Option<Moment>,
    /// Print what would be fetched, and why, and fetch nothing.
    #[arg(long, help_heading = "What is fetched")]
    pub(super) dry_run: bool,
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
    /// Leave a pattern of URLs alone, but for samples, when so many of its pages in a row said
    /// nothing new; of a host with five times as many, all patterns that brought nothing new.
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
    /// How long what is in flight may go on after an interrupt; then it is dropped and stays queued.
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "30s")]
    #[arg(help_heading = "Politeness")]
    drain: Duration,

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
    /// When the disk takes nothing more (full, read-only, gone) or has less room than --disk-floor:
    /// wait for it, or end (code 22, and 4 for the floor).
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value = "pause",
        help_heading = "Archive"
    )]
    on_full: OnFullFlag,
    /// Fetch nothing while less than this is free on the disk; 0 for no floor.
    #[arg(long, env = "WARRAQ_DISK_FLOOR", hide_env_values = true, value_name = "SIZE")]
    #[arg(value_parser = size, default_value = "10GiB", help_heading = "Archive")]
    disk_floor: u64,
    /// When another run holds the folder: leave this one out (code 5), wait for its end, or have it
    /// drain and take its place.
    #[arg(long, value_enum, value_name = "WHAT", default_value = "skip", help_heading = "Archive")]
    pub(super) overlap: OverlapFlag,
    /// When the state does not open: set it aside and make it anew from the WARCs.
    #[arg(long, help_heading = "Archive")]
    pub(crate) recover: bool,

    #[command(flatten)]
    thresholds: ThresholdFlags,

    #[command(flatten)]
    pub(super) metrics: MetricsFlags,

    /// Say nothing but errors.
    #[arg(long, short, conflicts_with = "json", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Print events and the summary as JSON lines.
    #[arg(long, help_heading = "Output")]
    pub(crate) json: bool,
}

/// The environment's secret headers, one a line.
const SECRET_HEADERS: &str = "WARRAQ_SECRET_HEADER";

/// What is said of a job file without a contact.
const NO_CONTACT: &str = "no contact; write contact = \"desk@example.org\", or set WARRAQ_CONTACT: \
                          webmasters must be able to reach you";

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

    /// The settings these flags mean, over those of a job file if there is one, checked. The error
    /// is one sentence.
    pub(super) fn settings(&self, job: Option<&JobFile>, typed: &Typed) -> Result<Given, String> {
        let base = job.map_or_else(
            || Settings { disk_floor: DEFAULT_DISK_FLOOR, ..Settings::new(PathBuf::new(), "") },
            |job| job.settings.clone(),
        );
        let mut layers = Layers::new(job, typed);
        let mut settings = base;
        self.basics(&mut settings, &mut layers)?;
        self.reach(&mut settings, &mut layers)?;
        self.traps(&mut settings, &mut layers);
        self.pace(&mut settings, &mut layers);
        self.network(&mut settings, &mut layers);
        self.archive(&mut settings, &mut layers);
        self.thresholds.lay(&mut settings.thresholds, &mut layers);
        let keys = job.and_then(|job| job.secret_headers.as_ref());
        self.requests(&mut settings, &mut layers, keys)?;
        settings.check().map_err(|why| match (job, why) {
            (Some(job), SettingsError::Contact) => {
                format!("{}:1:1: {NO_CONTACT}", job.path.display())
            }
            (_, SettingsError::Value { flag: "--contact", why }) if typed.is_set("contact") => {
                format!("WARRAQ_CONTACT: {why}")
            }
            (_, why) => why.to_string(),
        })?;
        let mut overlap = job.map(|job| job.overlap).unwrap_or_default();
        layers.lay(&mut overlap, "overlap", "overlap", self.overlap.into());
        Ok(Given { settings, overlap, from: layers.end() })
    }

    fn basics(&self, settings: &mut Settings, layers: &mut Layers<'_>) -> Result<(), String> {
        let into = self.into.clone().unwrap_or_default();
        layers.lay(&mut settings.into, "into", "into", into);
        if settings.into.as_os_str().is_empty() {
            return Err("no folder: give --into DIR, where WARCs, state and ledger go".to_owned());
        }
        let contact = self.contact.as_deref().unwrap_or_default().trim().to_owned();
        if !contact.is_empty() {
            layers.lay(&mut settings.contact, "contact", "contact", contact);
        }
        let own = self.user_agent.clone().unwrap_or_default();
        layers.lay(&mut settings.user_agent, "user_agent", "user_agent", own);
        if !layers.is_given("user_agent") {
            let name = Settings::new(PathBuf::new(), &settings.contact).user_agent;
            settings.user_agent = name;
        }
        Ok(())
    }

    fn reach(&self, to: &mut Settings, layers: &mut Layers<'_>) -> Result<(), String> {
        layers.lay(&mut to.depth, "depth", "depth", self.depth);
        layers.lay(&mut to.max_pages, "max_pages", "max_pages", self.max_pages.unwrap_or(u64::MAX));
        layers.lay(&mut to.max_bytes, "max_bytes", "max_bytes", self.max_bytes.unwrap_or(u64::MAX));
        let time = self.max_time.unwrap_or(Duration::MAX);
        layers.lay(&mut to.max_time, "max_time", "max_time", time);
        let wanted = languages(&self.languages)?;
        layers.lay(&mut to.languages, "languages", "languages", wanted);
        layers.lay(
            &mut to.alternates_scope,
            "alternates_scope",
            "alternates_scope",
            self.alternates_scope.into(),
        );
        layers.lay(&mut to.recrawl.since, "since", "recrawl.since", self.since);
        layers.lay(&mut to.sitemaps, "sitemaps", "sitemaps", self.sitemaps);
        layers.lay(&mut to.feeds, "feeds", "feeds", self.feeds);
        layers.lay(&mut to.late, "no_late", "late", !self.no_late);
        Ok(())
    }

    fn traps(&self, to: &mut Settings, layers: &mut Layers<'_>) {
        layers.lay(&mut to.host_budget, "host_budget", "host_budget", self.host_budget);
        let domain = self.domain_budget;
        layers.lay(&mut to.domain_budget, "domain_budget", "domain_budget", domain);
        layers.lay(&mut to.domain_hosts, "domain_hosts", "domain_hosts", self.domain_hosts);
        let pattern = self.pattern_budget;
        layers.lay(&mut to.pattern_budget, "pattern_budget", "pattern_budget", pattern);
        layers.lay(&mut to.query_sets, "query_sets", "query_sets", self.query_sets);
        let alike = self.near_duplicates;
        layers.lay(&mut to.near_duplicates, "near_duplicates", "near_duplicates", alike);
        layers.lay(&mut to.path_segments, "path_segments", "path_segments", self.path_segments);
        let repeats = self.segment_repeats;
        layers.lay(&mut to.segment_repeats, "segment_repeats", "segment_repeats", repeats);
    }

    fn pace(&self, to: &mut Settings, layers: &mut Layers<'_>) {
        layers.lay(&mut to.delay, "delay", "delay", self.delay);
        layers.lay(&mut to.own_hosts, "i_own_the_hosts", "own_hosts", self.i_own_the_hosts);
        layers.lay(&mut to.per_host, "per_host", "per_host", self.per_host);
        layers.lay(&mut to.concurrency, "concurrency", "concurrency", self.concurrency);
        let rate = self.requests_per_second;
        layers.lay(&mut to.requests_per_second, "requests_per_second", "requests_per_second", rate);
        let bytes = u32::try_from(self.bytes_per_second).unwrap_or(u32::MAX);
        layers.lay(&mut to.bytes_per_second, "bytes_per_second", "bytes_per_second", bytes);
        layers.lay(&mut to.retries, "retries", "retries", self.retries);
        layers.lay(&mut to.retry_delay, "retry_delay", "retry_delay", self.retry_delay);
        layers.lay(&mut to.patience, "patience", "patience", self.patience);
        layers.lay(&mut to.drain, "drain", "drain", self.drain);
    }

    fn network(&self, to: &mut Settings, layers: &mut Layers<'_>) {
        layers.lay(&mut to.transport, "transport", "transport", self.transport.into());
        layers.lay(&mut to.allow_h2, "allow_h2", "allow_h2", self.allow_h2);
        layers.lay(&mut to.allow_private, "allow_private", "allow_private", self.allow_private);
        layers.lay(&mut to.resolve, "resolve", "resolve", self.resolve.clone());
        layers.lay(&mut to.max_body, "max_body", "max_body", self.max_body);
        layers.lay(&mut to.memory, "memory", "memory", self.memory);
        layers.lay(&mut to.min_speed, "min_speed", "min_speed", self.min_speed);
        let (connect, idle) = (self.connect_timeout, self.idle_timeout);
        layers.lay(&mut to.connect_timeout, "connect_timeout", "connect_timeout", connect);
        layers.lay(&mut to.idle_timeout, "idle_timeout", "idle_timeout", idle);
        layers.lay(&mut to.total_timeout, "total_timeout", "total_timeout", self.total_timeout);
        layers.lay(&mut to.keepalive, "no_keepalive", "keepalive", !self.no_keepalive);
        layers.lay(&mut to.insecure_tls, "insecure_tls", "insecure_tls", self.insecure_tls);
        layers.lay(&mut to.ca_file, "ca_file", "ca_file", self.ca_file.clone());
    }

    fn archive(&self, to: &mut Settings, layers: &mut Layers<'_>) {
        layers.lay(&mut to.warc_prefix, "warc_prefix", "warc_prefix", self.warc_prefix.clone());
        layers.lay(&mut to.warc_size, "warc_size", "warc_size", self.warc_size);
        layers.lay(&mut to.gzip_level, "gzip_level", "gzip_level", self.gzip_level);
        let kept = self.keep_credentials;
        layers.lay(&mut to.keep_credentials, "keep_credentials", "keep_credentials", kept);
        layers.lay(&mut to.durability, "durability", "durability", self.durability.into());
        layers.lay(&mut to.on_full, "on_full", "on_full", self.on_full.into());
        layers.lay(&mut to.disk_floor, "disk_floor", "disk_floor", self.disk_floor);
    }

    /// What is sent beside the URL. Headers add up over the layers; a secret has no other than a
    /// file and the environment, and flags that name one.
    fn requests(
        &self,
        to: &mut Settings,
        layers: &mut Layers<'_>,
        keys: Option<&PathBuf>,
    ) -> Result<(), String> {
        let accepted = self.accept_language.clone();
        layers.lay(&mut to.accept_language, "accept_language", "accept_language", accepted);
        let trust = self.trust_unmodified;
        layers.lay(&mut to.trust_unmodified, "trust_unmodified", "trust_unmodified", trust);
        layers.lay(&mut to.cookies, "cookies", "cookies", self.cookies);
        let secrets = self.secret_headers();
        let file = keys.map(|file| format!("@{}", file.display()));
        // The job named the file, no flag did.
        let own = fields::read(&[], file.as_slice())
            .map_err(|why| why.replacen("--secret-header @", "", 1))?;
        let mut fields = fields::read(&self.header, &secrets)?;
        fields.secret.extend(own.secret);
        let all = [to.headers.clone(), fields.plain].concat();
        layers.lay(&mut to.headers, "header", "headers", all);
        layers.lay(&mut (), "secret_header", "secret_headers", ());
        to.secret_headers = fields.secret;
        Ok(())
    }
}

/// The settings of a crawl, and where those came from that are no defaults.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) settings: Settings,
    pub(super) overlap: Overlap,
    pub(super) from: BTreeMap<&'static str, Source>,
}

/// A time, or how long ago it was.
fn since(text: &str) -> Result<Moment, String> {
    let wrong =
        || format!("{text:?} is no time; write it as 2026-11-22, 2026-11-22T09:30:00Z or 24h");
    let bare = text.bytes().all(|byte| byte.is_ascii_digit());
    match duration(text).ok().filter(|_| !bare) {
        Some(length) => Ok(Clock::system().wall().minus(length)),
        None => Moment::parse_warc_date(text).ok_or_else(wrong),
    }
}

fn languages(typed: &[String]) -> Result<Vec<Lang>, String> {
    if !typed.is_empty() && typed.iter().all(|text| text.trim().is_empty()) {
        return Err("--languages: no language is named; write tags as in ar,en,fr, or leave the \
                    flag out for all"
            .into());
    }
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
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.trim()
        .parse()
        .map_err(|_| format!("{text:?} is no number this flag can take; give a whole number"))
}
