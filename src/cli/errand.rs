//! The errand: one page for a command that looks at a page, from a file or with one GET.
//!
//! robots.txt is asked for first, every hop of a redirect is checked like the first URL, private
//! addresses are refused, and nothing is kept. Crawling is not its business: it has no queue, no
//! second attempt and no archive.

use std::io::Read as _;
use std::path::Path;

use clap::Args;
use url::Url;

use super::{Exit, Stopped, given, show};
use crate::address::{self, HostKey};
use crate::capture::{self, Capture, Carrier, End, Fetch as _, Limits, Response};
use crate::frontier::RobotsAnswer;
use crate::head::Head;
use crate::lead::Rule;
use crate::moment::Clock;
use crate::page::{self, Page, Source, decode};
use crate::politeness::robots::{self, Reply, Rules, Verdict};
use crate::settings::{Resolve, Settings};

/// Bytes of a page that are read.
const MAX_PAGE: u64 = 16 << 20;

/// Redirects followed to the page.
const MAX_REDIRECTS: usize = 5;

/// What stands for the address of a file that names none.
const NOWHERE: &str = "http://localhost/";

/// How a page is come by.
#[derive(Debug, Args)]
pub(super) struct ErrandFlags {
    /// The URL a file was saved from [default: the canonical URL it names].
    #[arg(long, value_name = "URL")]
    base: Option<String>,
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

/// A page, brought.
#[derive(Debug)]
pub(super) struct Brought {
    /// Where it is from.
    pub(super) url: Url,
    head: Head,
    entity: Vec<u8>,
}

impl Brought {
    /// It, to be read.
    pub(super) fn source(&self) -> Source<'_> {
        Source { url: &self.url, head: &self.head, entity: &self.entity }
    }
}

/// Whether `page` is meant as a URL.
pub(super) fn is_url(page: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| page.starts_with(scheme))
}

/// Brings the page at a URL, or in a file.
pub(super) fn bring(page: &str, flags: &ErrandFlags) -> Result<Brought, Stopped> {
    if is_url(page) { fetched(page, flags) } else { saved(Path::new(page), flags) }
}

/// A file, under the address it was saved from.
fn saved(path: &Path, flags: &ErrandFlags) -> Result<Brought, Stopped> {
    let unreadable = |why| Stopped::usage(format!("{}: cannot be read: {why}", path.display()));
    let mut entity = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAX_PAGE).read_to_end(&mut entity).map_err(unreadable)?;
    let url = match &flags.base {
        Some(base) => web_address("--base", base)?,
        None => own_address(&entity)?,
    };
    // Nothing in it was published after it is read.
    let head = Head::default().received(Clock::system().wall());
    Ok(Brought { url, head, entity })
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
fn fetched(page: &str, flags: &ErrandFlags) -> Result<Brought, Stopped> {
    let url = web_address("FILE_OR_URL", page)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| Stopped::new(Exit::Failure, why))?;
    let settings = settings(flags);
    let carrier =
        Carrier::new(&settings, Clock::system()).map_err(|why| Stopped::new(Exit::Failure, why))?;
    let errand = Errand { carrier, settings };
    runtime.block_on(errand.run(url))
}

fn settings(flags: &ErrandFlags) -> Settings {
    let contact = flags.contact.as_deref().unwrap_or_default().trim();
    let defaults = Settings::new(std::env::temp_dir(), contact);
    let anonymous = concat!("warraq/", env!("CARGO_PKG_VERSION")).to_owned();
    Settings {
        user_agent: if contact.is_empty() { anonymous } else { defaults.user_agent.clone() },
        accept_language: flags.accept_language.clone(),
        allow_private: flags.allow_private,
        resolve: flags.resolve.clone(),
        max_body: MAX_PAGE,
        allow_h2: true,
        min_speed: 0,
        ..defaults
    }
}

/// Somebody on the way.
struct Errand {
    carrier: Carrier,
    settings: Settings,
}

impl Errand {
    /// Asks for the page, redirects followed one by one.
    async fn run(&self, mut url: Url) -> Result<Brought, Stopped> {
        let failure = |why: String| Stopped::new(Exit::Failure, anyhow::anyhow!(why));
        for _ in 0..=MAX_REDIRECTS {
            self.admitted(&url).await?;
            let capture = self.get(&url).await?;
            let Some(response) = capture.response else {
                return Err(unanswered(&url, &capture.end));
            };
            match target(&url, &response) {
                Some(next) => url = next,
                None if (200..300).contains(&response.status) => {
                    let entity = entity(&response)?;
                    return Ok(Brought { url, head: response.head, entity });
                }
                None => {
                    let status = response.status;
                    return Err(failure(format!("{url}: the server answered {status}")));
                }
            }
        }
        Err(failure(format!("{url}: more than {MAX_REDIRECTS} redirects")))
    }

    async fn get(&self, url: &Url) -> Result<Capture, Stopped> {
        let fields = [
            ("User-Agent", self.settings.user_agent.as_str()),
            ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5"),
            ("Accept-Language", self.settings.accept_language.as_str()),
            ("Accept-Encoding", "gzip, br"),
        ];
        let request = capture::request::build(url, &fields)
            .map_err(|why| Stopped::new(Exit::Failure, why))?;
        Ok(self.carrier.fetch(request, &Limits::of(&self.settings)).await)
    }

    /// Whether the robots.txt of the URL's origin lets it be asked for (RFC 9309 §2.3.1).
    async fn admitted(&self, url: &Url) -> Result<(), Stopped> {
        let Some(mut at) = HostKey::of(url).robots_url() else { return Ok(()) };
        for redirects in 0.. {
            let capture = self.get(&at).await?;
            if let End::Refused(_) = capture.end {
                return Err(unanswered(url, &capture.end));
            }
            let response = capture.response.as_ref();
            let body = match response {
                Some(got) => decode::bytes(&got.head, &entity(got)?),
                None => Vec::new(),
            };
            let location = response.and_then(|got| got.head.get("Location"));
            let reply = Reply {
                url: &at,
                status: response.map(|got| got.status),
                location: location.as_deref(),
                body: &body,
                redirects,
            };
            match robots::verdict(&reply) {
                Verdict::Follow(next) => at = next,
                Verdict::Known(answer) => return judged(url, &answer, &capture.end),
            }
        }
        Ok(())
    }
}

/// What the answer to a robots.txt means for a URL.
fn judged(url: &Url, answer: &RobotsAnswer, end: &End) -> Result<(), Stopped> {
    let stopped = |why: String| Err(Stopped::new(Exit::Failure, anyhow::anyhow!(why)));
    match answer {
        RobotsAnswer::File(file) if !Rules::parse(file).allows(url) => {
            stopped(format!("{url}: its site's robots.txt does not allow it to be fetched"))
        }
        RobotsAnswer::Unreachable => match end {
            End::Failed(_) => Err(unanswered(url, end)),
            _ => stopped(format!("{url}: its site's robots.txt cannot be had now; try later")),
        },
        RobotsAnswer::File(_) | RobotsAnswer::Unavailable => Ok(()),
    }
}

/// Where a redirect leads.
fn target(url: &Url, response: &Response) -> Option<Url> {
    let moved = response.head.get("location").filter(|_| (300..400).contains(&response.status));
    moved.and_then(|to| address::fetchable(&to, Some(url)).ok())
}

fn entity(response: &Response) -> Result<Vec<u8>, Stopped> {
    let limit = usize::try_from(MAX_PAGE).unwrap_or(usize::MAX);
    capture::entity(response, limit).map_err(|why| Stopped::new(Exit::Failure, why))
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
