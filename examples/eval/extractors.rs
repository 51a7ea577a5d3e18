//! The extractors: a page's bytes to a prediction, ours by the public door and a peer by its own.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use dom_smoothie::{Config, Readability, TextMode};
use flate2::read::GzDecoder;
use nix::sys::resource::{UsageWho, getrusage};
use url::Url;
use warraq::head::{Field, Head};
use warraq::page::{self, Source, decode};

use super::gold::{Gold, Prediction};
use super::measures;

/// A page as it came.
pub(crate) struct Bytes {
    pub(crate) id: String,
    pub(crate) url: Url,
    pub(crate) head: Head,
    pub(crate) entity: Vec<u8>,
}

/// Reads every page that gold names.
pub(crate) fn pages(dir: &Path, gold: &[Gold]) -> anyhow::Result<Vec<Bytes>> {
    gold.iter().map(|gold| bytes(dir, gold)).collect()
}

fn bytes(dir: &Path, gold: &Gold) -> anyhow::Result<Bytes> {
    let path = dir.join(&gold.page);
    let mut entity = Vec::new();
    let file = File::open(&path).with_context(|| path.display().to_string())?;
    GzDecoder::new(file).read_to_end(&mut entity)?;
    // A mark behind a charset says that not all bytes are of it.
    let charset = gold.charset.as_deref().map(|charset| charset.trim_end_matches('!'));
    let value = charset.map_or("text/html".to_owned(), |name| format!("text/html; charset={name}"));
    let field = Field { name: b"Content-Type".to_vec(), value: value.into_bytes() };
    let head = Head { start: b"HTTP/1.1 200 OK".to_vec(), fields: vec![field] };
    let named = gold.url.as_deref().and_then(|url| Url::parse(url).ok());
    let url = named.map_or_else(|| Url::parse("https://example.org/page"), Ok)?;
    Ok(Bytes { id: gold.id.clone(), url, head, entity })
}

/// How fast an extractor was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Speed {
    pub(crate) pages: u32,
    pub(crate) cpu: Duration,
    pub(crate) slowest: Duration,
}

impl Speed {
    /// Pages in a CPU second.
    pub(crate) fn rate(&self) -> f64 {
        f64::from(self.pages) / self.cpu.as_secs_f64().max(1e-9)
    }
}

impl std::fmt::Display for Speed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.0} pages a CPU second, the slowest in {:.0?}", self.rate(), self.slowest)
    }
}

/// Reads all pages with one extractor.
pub(crate) fn run(
    pages: &[Bytes],
    extract: impl Fn(&Bytes) -> Prediction,
) -> (Vec<Prediction>, Speed) {
    let mut speed = Speed::default();
    let mut one = |page: &Bytes| {
        let began = cpu();
        let said = extract(page);
        let took = cpu().saturating_sub(began);
        speed.pages += 1;
        speed.cpu += took;
        speed.slowest = speed.slowest.max(took);
        Prediction { id: page.id.clone(), ..said }
    };
    let said = pages.iter().map(&mut one).collect();
    (said, speed)
}

fn cpu() -> Duration {
    let time = getrusage(UsageWho::RUSAGE_SELF).unwrap().user_time();
    let micros = u64::try_from(time.tv_usec()).unwrap_or_default();
    Duration::from_secs(u64::try_from(time.tv_sec()).unwrap_or_default())
        + Duration::from_micros(micros)
}

/// Ours.
pub(crate) fn ours(page: &Bytes) -> Prediction {
    let read = page::read(Source { url: &page.url, head: &page.head, entity: &page.entity });
    let lang = read.detected.or(read.declared).map(|lang| lang.as_str().to_owned());
    let Some(article) = read.article else {
        return Prediction { title: read.title, lang, ..Prediction::default() };
    };
    Prediction {
        body: Some(article.text()),
        authors: article.byline.into_iter().map(|person| person.name).collect(),
        title: Some(article.headline),
        date: article.published.map(|date| date.iso),
        lang,
        ..Prediction::default()
    }
}

/// Readability, on text decoded as ours is.
pub(crate) fn dom_smoothie(page: &Bytes) -> Prediction {
    let decoded = decode::entity(&page.head, &page.entity);
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let read = Readability::new(decoded.text, Some(page.url.as_str()), Some(config))
        .and_then(|mut readability| readability.parse());
    let Ok(article) = read else { return Prediction::default() };
    Prediction {
        body: Some(article.text_content.to_string()),
        authors: article.byline.as_deref().map(measures::split).unwrap_or_default(),
        title: Some(article.title),
        date: article.published_time,
        lang: article.lang,
        ..Prediction::default()
    }
}
