//! The sections of a job file, a function each, and what has to agree between them.
//!
//! A key is spelled as its flag where it has one; where the section says half of it, the other half
//! is left out (`[limits] pages` is `--max-pages`).

use std::time::Duration;

use super::JobFile;
use super::hosts::headers;
use super::reader::{
    Reader, Section, choice, fraction, measured, more, number, spelled, text, yes_no,
};
use super::schedule::{Overlap, Schedule};
use crate::moment::Moment;
use crate::settings::spelling::{again, duration, length, percent, resolve, size};
use crate::settings::{
    AlternatesScope, Durability, LEAST_MEMORY, OnFull, ROBOTS_LIFETIME, Settings, Transport,
};

const TIME: &str = "a length of time in quotes";
const SIZE: &str = "a size in quotes";

impl JobFile {
    pub(super) fn sections(&mut self, root: &mut Section<'_>, reader: &mut Reader<'_>) {
        let settings = &mut self.settings;
        follow(settings, root.section("follow", reader), reader);
        limits(settings, root.section("limits", reader), reader);
        traps(settings, root.section("traps", reader), reader);
        politeness(settings, root.section("politeness", reader), reader);
        let roots = network(settings, root.section("network", reader), reader);
        recrawl(settings, root.section("recrawl", reader), reader);
        archive(settings, root.section("archive", reader), reader);
        thresholds(settings, root.section("thresholds", reader), reader);
        self.settings.ca_file = roots.map(|file| self.beside(&file));
        if let Some(file) = &self.settings.ca_file {
            reader.look_for("ca-file", "ca_file", file);
        }
        self.requests(root.section("requests", reader), reader);
        self.scheduled(root.section("schedule", reader), reader);
    }

    fn requests(&mut self, mut section: Section<'_>, reader: &mut Reader<'_>) {
        let settings = &mut self.settings;
        section.set(&mut settings.user_agent, "user-agent", "user_agent", reader, text);
        let language = &mut settings.accept_language;
        section.set(language, "accept-language", "accept_language", reader, text);
        settings.headers = headers(&mut section, "headers", reader);
        section.set(&mut settings.cookies, "cookies", "cookies", reader, yes_no);
        let trust = &mut settings.trust_unmodified;
        let time = measured(TIME, duration);
        section.set(trust, "trust-unmodified", "trust_unmodified", reader, time);
        let keys = section.take("secret-headers-file", "secret_headers", reader, text);
        self.secret_headers = keys.map(|file| self.beside(&file));
        if let Some(file) = &self.secret_headers {
            reader.look_for("secret-headers-file", "secret_headers", file);
        }
        section.end(reader);
    }

    fn scheduled(&mut self, mut section: Section<'_>, reader: &mut Reader<'_>) {
        let is_given = section.value("cron").is_some();
        let cron =
            section.take("cron", "cron", reader, spelled("a cron expression", Schedule::cron));
        let zone =
            section.take("timezone", "timezone", reader, spelled("a time zone", Schedule::zone));
        let jitter = section.take("jitter", "jitter", reader, measured(TIME, duration));
        let overlaps = choice(&[
            ("skip", Overlap::Skip),
            ("wait", Overlap::Wait),
            ("replace", Overlap::Replace),
        ]);
        section.set(&mut self.overlap, "overlap", "overlap", reader, overlaps);
        section.end(reader);
        let lonely = ["timezone", "jitter"].into_iter().find_map(|key| reader.place(key));
        match (cron, lonely) {
            (Some(cron), _) => {
                let zone = zone.unwrap_or(jiff::tz::TimeZone::UTC);
                let schedule = Schedule::new(cron, zone, jitter.unwrap_or_default());
                if let (None, Some(at)) = (schedule.next(Moment::default()), reader.place("cron")) {
                    let what = "cron: such a day never comes; give one that is in the calendar";
                    reader.fault(at, what);
                }
                self.schedule = Some(schedule);
            }
            (None, Some(at)) if !is_given => {
                reader.fault(
                    at,
                    "there is no cron expression it could be for; add cron = \"7 * * * *\"",
                );
            }
            _ => {}
        }
    }

    /// What contradicts something else. A value that is wrong by itself was told where it was read.
    pub(super) fn agree(&mut self, reader: &mut Reader<'_>) {
        let settings = &mut self.settings;
        for scope in &mut settings.seed_scopes {
            if scope.depth == u32::MAX {
                scope.depth = settings.depth;
            }
        }
        if let Some(at) = reader.place("per_host")
            && settings.per_host > settings.concurrency
        {
            let all = settings.concurrency;
            reader.fault(
                at,
                format!("per-host: only {all} requests are in flight in all (concurrency)"),
            );
        }
        let free = settings.allow_private || settings.own_hosts;
        if let Some(at) = reader.place("delay")
            && settings.delay.is_zero()
            && !free
        {
            let what = "delay: 0 is for your own servers: add i-own-the-hosts = true here, or \
                        allow-private = true in [network]";
            reader.fault(at, what);
        }
        if let (Some(schedule), Some(at)) = (&self.schedule, reader.place("jitter"))
            && let Some(gap) = gap(schedule)
            && schedule.jitter >= gap
        {
            let gap = length(gap);
            reader.fault(at, format!("jitter: slots are {gap} apart; give less than that"));
        }
        if let (Some(schedule), Some(at)) = (&self.schedule, reader.place("max_time"))
            && let Some(gap) = gap(schedule)
            && settings.max_time > gap
        {
            let gap = length(gap);
            let what =
                format!("time: slots are {gap} apart; a longer run meets the next (overlap)");
            reader.warn(at, what);
        }
    }
}

/// The time between the first two slots there are.
fn gap(schedule: &Schedule) -> Option<Duration> {
    let first = schedule.next(Moment::default())?;
    Some(schedule.next(first)?.since(first))
}

fn follow(settings: &mut Settings, mut section: Section<'_>, reader: &mut Reader<'_>) {
    let scopes = choice(&[
        ("same-host", AlternatesScope::SameHost),
        ("same-domain", AlternatesScope::SameDomain),
        ("declared", AlternatesScope::Declared),
    ]);
    section.set(&mut settings.depth, "depth", "depth", reader, number(0));
    section.set(&mut settings.alternates_scope, "alternates", "alternates_scope", reader, scopes);
    section.set(&mut settings.sitemaps, "sitemaps", "sitemaps", reader, yes_no);
    section.set(&mut settings.feeds, "feeds", "feeds", reader, yes_no);
    section.set(&mut settings.late, "late-translations", "late", reader, yes_no);
    section.end(reader);
}

fn limits(settings: &mut Settings, mut section: Section<'_>, reader: &mut Reader<'_>) {
    section.set(&mut settings.max_pages, "pages", "max_pages", reader, number(1));
    section.set(&mut settings.max_bytes, "bytes", "max_bytes", reader, measured(SIZE, more(size)));
    section.set(&mut settings.max_time, "time", "max_time", reader, measured(TIME, more(duration)));
    let group = &mut settings.alternates_per_page;
    section.set(group, "per-group", "alternates_per_page", reader, number(1));
    section.set(&mut settings.max_body, "body", "max_body", reader, measured(SIZE, more(size)));
    section.set(&mut settings.memory, "memory", "memory", reader, measured(SIZE, memory));
    section.end(reader);
}

fn traps(settings: &mut Settings, mut section: Section<'_>, reader: &mut Reader<'_>) {
    for (into, key, name) in [
        (&mut settings.host_budget, "host-budget", "host_budget"),
        (&mut settings.domain_budget, "domain-budget", "domain_budget"),
        (&mut settings.domain_hosts, "domain-hosts", "domain_hosts"),
        (&mut settings.pattern_budget, "pattern-budget", "pattern_budget"),
        (&mut settings.query_sets, "query-sets", "query_sets"),
        (&mut settings.near_duplicates, "near-duplicates", "near_duplicates"),
    ] {
        section.set(into, key, name, reader, number(1));
    }
    let segments = &mut settings.path_segments;
    section.set(segments, "path-segments", "path_segments", reader, number(1));
    let repeats = &mut settings.segment_repeats;
    section.set(repeats, "segment-repeats", "segment_repeats", reader, number(1));
    section.end(reader);
}

/// The memory of a crawl: a page has to fit in.
fn memory(text: &str) -> Result<u64, String> {
    match size(text)? {
        enough if enough >= LEAST_MEMORY => Ok(enough),
        _ => Err(format!("{text:?} is too little for a page; give 64MiB or more")),
    }
}

fn politeness(settings: &mut Settings, mut section: Section<'_>, reader: &mut Reader<'_>) {
    section.set(&mut settings.delay, "delay", "delay", reader, measured(TIME, duration));
    section.set(&mut settings.own_hosts, "i-own-the-hosts", "own_hosts", reader, yes_no);
    section.set(&mut settings.per_host, "per-host", "per_host", reader, number(1));
    section.set(&mut settings.concurrency, "concurrency", "concurrency", reader, number(1));
    let rate = &mut settings.requests_per_second;
    section.set(rate, "requests-per-second", "requests_per_second", reader, number(0));
    let bytes = measured(SIZE, |text| {
        u32::try_from(size(text)?).map_err(|_| format!("{text:?} is over 4 GiB; leave it out"))
    });
    section.set(
        &mut settings.bytes_per_second,
        "bytes-per-second",
        "bytes_per_second",
        reader,
        bytes,
    );
    let patience = &mut settings.patience;
    section.set(patience, "patience", "patience", reader, measured(TIME, duration));
    section.set(&mut settings.drain, "drain", "drain", reader, measured(TIME, duration));
    section.set(&mut settings.retries, "retries", "retries", reader, number(0));
    section.set(
        &mut settings.retry_delay,
        "retry-delay",
        "retry_delay",
        reader,
        measured(TIME, duration),
    );
    section.end(reader);
}

/// The file of further roots is left to the caller, who knows where it lies.
fn network(
    settings: &mut Settings,
    mut section: Section<'_>,
    reader: &mut Reader<'_>,
) -> Option<String> {
    let transports = choice(&[("wire", Transport::Wire), ("reqwest", Transport::Reqwest)]);
    section.set(&mut settings.transport, "transport", "transport", reader, transports);
    section.set(&mut settings.allow_h2, "allow-h2", "allow_h2", reader, yes_no);
    section.set(&mut settings.allow_private, "allow-private", "allow_private", reader, yes_no);
    let fixed = |value| spelled("HOST:PORT:ADDR in quotes", resolve)(value);
    settings.resolve = section.each("resolve", "resolve", reader, fixed).unwrap_or_default();
    for (into, key, name) in [
        (&mut settings.connect_timeout, "connect-timeout", "connect_timeout"),
        (&mut settings.idle_timeout, "idle-timeout", "idle_timeout"),
        (&mut settings.total_timeout, "total-timeout", "total_timeout"),
    ] {
        section.set(into, key, name, reader, measured(TIME, more(duration)));
    }
    let speed = &mut settings.min_speed;
    section.set(speed, "min-speed", "min_speed", reader, measured(SIZE, size));
    section.set(&mut settings.keepalive, "keepalive", "keepalive", reader, yes_no);
    section.set(&mut settings.insecure_tls, "insecure-tls", "insecure_tls", reader, yes_no);
    let file = section.take("ca-file", "ca_file", reader, text);
    section.end(reader);
    file
}

fn recrawl(settings: &mut Settings, mut section: Section<'_>, reader: &mut Reader<'_>) {
    let policy = &mut settings.recrawl;
    for (into, key, name) in [
        (&mut policy.feed, "feed", "recrawl.feed"),
        (&mut policy.sitemap, "sitemap", "recrawl.sitemap"),
        (&mut policy.listing, "listing", "recrawl.listing"),
        (&mut policy.article, "article", "recrawl.article"),
    ] {
        section.set(into, key, name, reader, spelled("an interval in quotes", again));
    }
    let robots = measured(TIME, |text| match duration(text)? {
        long if long > ROBOTS_LIFETIME => {
            Err("a robots.txt is believed for a day at most (RFC 9309 §2.4); give 24h or less"
                .into())
        }
        some => Ok(some),
    });
    section.set(&mut settings.robots_lifetime, "robots", "robots_lifetime", reader, robots);
    section.end(reader);
}

/// The first part of the names of WARC files.
fn prefix(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    if !text.is_empty() && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err("may hold ASCII letters, digits, '_' and '.' only".to_owned())
}

fn archive(settings: &mut Settings, mut section: Section<'_>, reader: &mut Reader<'_>) {
    let prefix = spelled("a text in quotes", prefix);
    section.set(&mut settings.warc_prefix, "prefix", "warc_prefix", reader, prefix);
    section.set(
        &mut settings.warc_size,
        "roll-size",
        "warc_size",
        reader,
        measured(SIZE, more(size)),
    );
    section.set(
        &mut settings.warc_age,
        "roll-age",
        "warc_age",
        reader,
        measured(TIME, more(duration)),
    );
    let level = |value: &_| match number::<u32>(0)(value)? {
        level @ 0..=9 => Ok(level),
        _ => Err("must be from 0 to 9".to_owned()),
    };
    section.set(&mut settings.gzip_level, "gzip-level", "gzip_level", reader, level);
    section.set(
        &mut settings.keep_credentials,
        "keep-credentials",
        "keep_credentials",
        reader,
        yes_no,
    );
    let durabilities = choice(&[
        ("each", Durability::Each),
        ("group", Durability::Group),
        ("seal", Durability::Seal),
    ]);
    section.set(&mut settings.durability, "durability", "durability", reader, durabilities);
    let on_full = choice(&[("pause", OnFull::Pause), ("stop", OnFull::Stop)]);
    section.set(&mut settings.on_full, "on-full", "on_full", reader, on_full);
    section.set(&mut settings.disk_floor, "disk-floor", "disk_floor", reader, measured(SIZE, size));
    section.end(reader);
}

fn thresholds(settings: &mut Settings, mut section: Section<'_>, reader: &mut Reader<'_>) {
    let asked = &mut settings.thresholds;
    let seeds = &mut asked.failed_seeds;
    section.set(seeds, "failed-seeds", "thresholds.failed_seeds", reader, number(0));
    let share = fraction("a share in percent", percent);
    section.set(&mut asked.min_coverage, "min-coverage", "thresholds.min_coverage", reader, share);
    let silence = &mut asked.alert_after;
    let time = measured(TIME, duration);
    section.set(silence, "alert-after", "thresholds.alert_after", reader, time);
    section.end(reader);
}
