//! `warraq languages`: what one page declares of itself in other languages, and what of it counts.
//!
//! One page, one GET, nothing kept: for people who look after a site's hreflang. What it prints is
//! what a crawl would take as evidence, and beside it what a crawl leaves out, with the reason.

use clap::Args;
use serde::Serialize;

use super::errand::{self, ErrandFlags};
use super::show::{self, Direction};
use super::{Exit, Stopped};
use crate::json;
use crate::lang::Lang;
use crate::page::alternates::Dropped;
use crate::page::{self, Alternate, PageKind, Place, Signal};
use crate::settings::ALTERNATES_PER_PAGE;

/// Tell what one page declares of itself in other languages, and what of it counts.
///
/// Prints every language alternate with how and where it is declared (head links, the Link header,
/// notices, switchers, JSON-LD, URL patterns, sitemaps), and every declaration that a crawl leaves
/// out, with the reason: a front page, a feed, the page itself, another region, no translation.
///
/// A URL is asked for once, redirects followed and robots.txt obeyed, and nothing is kept; a file is
/// read as it is.
#[derive(Debug, Args)]
#[command(after_help = super::EXIT_CODES)]
pub(super) struct LanguagesFlags {
    /// A URL, or a file of HTML or of a sitemap.
    #[arg(value_name = "FILE_OR_URL")]
    page: String,
    /// Print one JSON object instead of text.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    errand: ErrandFlags,
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
    let brought = errand::bring(&flags.page, &flags.errand)?;
    let (page, dropped) = page::audit(brought.source());
    let told = Told {
        url: brought.url.as_str(),
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
    let past = kept.len().saturating_sub(ALTERNATES_PER_PAGE);
    if told.kind != PageKind::Sitemap && told.kind != PageKind::Feed && past > 0 {
        show::say(&format!(
            "note: a crawl follows the first {ALTERNATES_PER_PAGE} of the languages it asks for \
             (--languages), not {past} more"
        ));
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
        PageKind::Other => "no article and no list",
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
