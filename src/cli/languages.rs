//! `warraq languages`: what one page declares of itself in other languages, and what of it counts.
//!
//! One page, one GET, nothing kept: for people who look after a site's hreflang. What it prints is
//! what a crawl would take as evidence, and beside it what a crawl leaves out, with the reason.

use std::io::Read as _;
use std::path::Path;

use clap::Args;
use serde::Serialize;
use url::Url;

use super::show::{self, Direction};
use super::{Exit, Stopped, given};
use crate::address;
use crate::capture::{self, Client, End, Fetch as _, Limits, Response};
use crate::head::Head;
use crate::json;
use crate::lang::Lang;
use crate::lead::Rule;
use crate::moment::Clock;
use crate::page::alternates::Dropped;
use crate::page::{self, Alternate, Page, PageKind, Place, Signal, Source};
use crate::settings::{Resolve, Settings};

/// Bytes of a page that are read.
const MAX_PAGE: u64 = 16 << 20;

/// Redirects followed to the page.
const MAX_REDIRECTS: usize = 5;

/// What stands for the address of a file that names none.
const NOWHERE: &str = "http://localhost/";

/// Tell what one page declares of itself in other languages, and what of it counts.
///
/// Prints every language alternate with how and where it is declared (head links, the Link header,
/// notices, switchers, JSON-LD, URL patterns, sitemaps), and every declaration that a crawl leaves
/// out, with the reason: a front page, a feed, the page itself, another region, no translation.
///
/// A URL is asked for once, redirects followed, and nothing is kept; a file is read as it is.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(super) struct LanguagesFlags {
    /// A URL, or a file of HTML or of a sitemap.
    #[arg(value_name = "FILE_OR_URL")]
    page: String,
    /// The URL a file was saved from [default: the canonical URL it names].
    #[arg(long, value_name = "URL")]
    base: Option<String>,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    /// E-mail address or URL for the User-Agent.
    #[arg(long, env = "WARRAQ_CONTACT", hide_env_values = true, value_name = "EMAIL_OR_URL")]
    contact: Option<String>,
    /// Accept-Language of the request.
    #[arg(long, value_name = "TEXT", default_value = "*")]
    accept_language: String,
    /// Allow private and loopback addresses and unusual ports.
    #[arg(long)]
    allow_private: bool,
    /// Connect to ADDR for HOST:PORT (`*` for any host); may be repeated.
    #[arg(long, value_name = "HOST:PORT:ADDR[:PORT]", value_parser = given::resolve)]
    resolve: Vec<Resolve>,
}

/// What is told of a page.
#[derive(Debug, Serialize)]
struct Told<'a> {
    url: &'a str,
    kind: PageKind,
    canonical: Option<&'a str>,
    declared: Option<&'a Lang>,
    detected: Option<&'a Lang>,
    mt_suspect: Option<&'a str>,
    alternates: &'a [Alternate],
    dropped: &'a [Dropped],
    notes: &'a [String],
}

/// Runs the command.
pub(super) fn run(flags: &LanguagesFlags) -> Result<Exit, Stopped> {
    let is_url = ["http://", "https://"].iter().any(|scheme| flags.page.starts_with(scheme));
    let (url, head, entity) = if is_url { fetched(flags)? } else { saved(flags)? };
    let (page, dropped) = page::audit(Source { url: &url, head: &head, entity: &entity });
    let told = Told {
        url: url.as_str(),
        kind: page.kind,
        canonical: page.canonical.as_deref(),
        declared: page.declared.as_ref(),
        detected: page.detected.as_ref(),
        mt_suspect: page.mt_suspect.as_deref(),
        alternates: &page.alternates,
        dropped: &dropped,
        notes: &page.notes,
    };
    if flags.json {
        let line = json::line(&told).map_err(|why| Stopped::new(Exit::Failure, why))?;
        show::say(&line);
    } else {
        tell(&told);
    }
    Ok(Exit::Complete)
}

/// A file, under the address it was saved from.
fn saved(flags: &LanguagesFlags) -> Result<(Url, Head, Vec<u8>), Stopped> {
    let path = Path::new(&flags.page);
    let unreadable = |why| Stopped::usage(format!("{}: cannot be read: {why}", path.display()));
    let mut entity = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_PAGE).read_to_end(&mut entity).map_err(unreadable)?;
    let url = match &flags.base {
        Some(base) => web_address("--base", base)?,
        None => own_address(&entity)?,
    };
    Ok((url, Head::default(), entity))
}

/// The canonical URL a file names, else nowhere.
fn own_address(entity: &[u8]) -> Result<Url, Stopped> {
    let nowhere = web_address("--base", NOWHERE)?;
    let head = Head::default();
    let page: Page = page::read(Source { url: &nowhere, head: &head, entity });
    let named = page.canonical.and_then(|text| Url::parse(&text).ok());
    let named = named.filter(|url| url.host_str() != nowhere.host_str());
    if named.is_none() {
        show::complain("the file names no canonical URL; give the one it was saved from as --base");
    }
    Ok(named.unwrap_or(nowhere))
}

fn web_address(what: &str, text: &str) -> Result<Url, Stopped> {
    address::fetchable(text, None).map_err(|why| Stopped::usage(format!("{what}: {why}")))
}

/// The page at a URL.
fn fetched(flags: &LanguagesFlags) -> Result<(Url, Head, Vec<u8>), Stopped> {
    let url = web_address("FILE_OR_URL", &flags.page)?;
    let failure = |why: anyhow::Error| Stopped::new(Exit::Failure, why);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| failure(why.into()))?;
    let settings = settings(flags);
    let client = Client::new(&settings, Clock::system()).map_err(|why| failure(why.into()))?;
    let (url, response) = runtime.block_on(follow(url, &client, &settings))?;
    let limit = usize::try_from(MAX_PAGE).unwrap_or(usize::MAX);
    let entity = capture::entity(&response, limit).map_err(|why| failure(why.into()))?;
    Ok((url, response.head, entity))
}

fn settings(flags: &LanguagesFlags) -> Settings {
    let contact = flags.contact.as_deref().unwrap_or_default().trim();
    let defaults = Settings::new(std::env::temp_dir(), contact);
    let anonymous = concat!("warraq/", env!("CARGO_PKG_VERSION")).to_owned();
    Settings {
        user_agent: if contact.is_empty() { anonymous } else { defaults.user_agent.clone() },
        accept_language: flags.accept_language.clone(),
        allow_private: flags.allow_private,
        resolve: flags.resolve.clone(),
        max_body: MAX_PAGE,
        min_speed: 0,
        ..defaults
    }
}

/// Asks for the page, redirects followed one by one: each is checked like the first URL.
async fn follow(
    mut url: Url,
    client: &Client,
    settings: &Settings,
) -> Result<(Url, Response), Stopped> {
    let fields = [
        ("User-Agent", settings.user_agent.as_str()),
        ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"),
        ("Accept-Language", settings.accept_language.as_str()),
        ("Accept-Encoding", "gzip, br"),
    ];
    for _ in 0..=MAX_REDIRECTS {
        let request = capture::request::build(&url, &fields)
            .map_err(|why| Stopped::new(Exit::Failure, why))?;
        let capture = client.fetch(request, &Limits::of(settings)).await;
        let Some(response) = capture.response else {
            return Err(unanswered(&url, &capture.end));
        };
        let moved = response.head.get("location").filter(|_| (300..400).contains(&response.status));
        let next = moved.and_then(|to| address::fetchable(&to, Some(&url)).ok());
        match next {
            Some(next) => url = next,
            None if (200..300).contains(&response.status) => return Ok((url, response)),
            None => {
                let why = anyhow::anyhow!("{url}: the server answered {}", response.status);
                return Err(Stopped::new(Exit::Failure, why));
            }
        }
    }
    let why = anyhow::anyhow!("{url}: more than {MAX_REDIRECTS} redirects");
    Err(Stopped::new(Exit::Failure, why))
}

fn unanswered(url: &Url, end: &End) -> Stopped {
    let why = match end {
        End::Refused(refusal) if refusal.rule == Rule::PrivateAddress => {
            format!("{url}: a private address; --allow-private allows it")
        }
        End::Refused(refusal) => format!("{url}: refused by the rule {}", refusal.rule),
        End::Failed(failure) => failure.detail.clone(),
        End::Complete | End::Truncated(_) => format!("{url}: the answer could not be kept"),
    };
    Stopped::new(Exit::Failure, anyhow::anyhow!(why))
}

fn tell(told: &Told<'_>) {
    tell_page(told);
    let direction = Direction::of_stdout();
    let kept: Vec<_> = told
        .alternates
        .iter()
        .map(|one| (language(one.lang.as_ref(), &one.lang_raw, direction), one))
        .collect();
    let dropped: Vec<_> = told
        .dropped
        .iter()
        .map(|one| (language(one.lang.as_ref(), &one.lang_raw, direction), one))
        .collect();
    let langs = kept.iter().map(|(lang, _)| lang).chain(dropped.iter().map(|(lang, _)| lang));
    let width = langs.map(|lang| lang.chars().count()).max().unwrap_or_default();
    let line = |lang: &str, signal: Signal, place: Place| {
        format!("  {lang:<width$}  {:<15} {:<7}", signal.name(), place.name())
    };
    show::say(&format!("\n{}", show::count(kept.len() as u64, "alternate")));
    for (lang, one) in &kept {
        let about = one.about.as_deref().map(|page| format!("  of {}", show::readable(page)));
        let (declared, url) = (line(lang, one.signal, one.place), show::readable(&one.url));
        show::say(&format!("{declared} {url}{}", about.unwrap_or_default()));
    }
    show::say(&format!("\n{} left out", show::count(dropped.len() as u64, "declaration")));
    for (lang, one) in &dropped {
        let url = show::readable(one.url.as_ref().unwrap_or(&one.url_raw));
        let (declared, why) = (line(lang, one.signal, one.place), one.why.explained());
        show::say(&format!("{declared} {url}  ({why})"));
    }
    for note in told.notes {
        show::say(&format!("note: {}", show::clean(note)));
    }
}

fn tell_page(told: &Told<'_>) {
    show::say(&show::readable(told.url));
    let kind = match told.kind {
        PageKind::Article => "an article",
        PageKind::Listing => "a page, no article",
        PageKind::Sitemap => "a sitemap",
        PageKind::Feed => "a feed",
        PageKind::Other => "no page",
    };
    let declared = told.declared.map_or("no language", Lang::as_str);
    let detected = told
        .detected
        .map_or_else(|| "its text tells none".to_owned(), |lang| format!("its text is in {lang}"));
    show::say(&format!("  {kind}; declares {declared}; {detected}"));
    if let Some(machine) = told.mt_suspect {
        show::say(&format!("  perhaps translated by a machine: {machine}"));
    }
}

/// The canonical tag, and the raw one where it says something else.
fn language(lang: Option<&Lang>, raw: &str, direction: Direction) -> String {
    match lang {
        Some(lang) if lang.as_str() == raw => raw.to_owned(),
        Some(lang) if raw.is_empty() => lang.to_string(),
        Some(lang) => format!("{lang} ({})", direction.set(raw)),
        None if raw.is_empty() => "?".to_owned(),
        None => direction.set(raw),
    }
}
