//! Listings: front pages, categories and archives that print whole stories.
//!
//! A story belongs to the page when the heading above it is the page's own. Where most of a body
//! stands below headings that lead elsewhere, the page lists what other pages hold, and is no
//! article. Length says nothing here: many themes print entries in full.

use std::collections::HashMap;

use url::Url;

use super::blocks::Draft;
use super::outline::{Outline, Tag};
use super::trim;
use super::vocabulary::Signs;

/// Letters of a heading that may be a headline.
const MIN_HEADLINE: u32 = 6;
/// Letters of the only headline: a shorter one that leads elsewhere names the section of a story.
const MIN_ONLY: u32 = 20;
/// Share of a body below headings that lead elsewhere, in percent, that makes a listing of it: of
/// several such headings, and of one.
const OF_MANY: u64 = 50;
const OF_ONE: u64 = 80;

/// Whether `body` is what a listing prints. `title` is the page's.
pub(crate) fn is_listing(outline: &Outline<'_>, body: &[Draft], url: &Url, title: &str) -> bool {
    let title = trim::letters_of(title);
    let mut known: HashMap<usize, Option<(usize, String)>> = HashMap::new();
    let (mut elsewhere, mut all) = (0_u64, 0_u64);
    let mut headlines = HashMap::new();
    for draft in body {
        let letters = u64::from(draft.measure.letters);
        all += letters;
        let Some(entry) = entry_of(outline, draft.at) else { continue };
        let headed = known.entry(entry).or_insert_with(|| headed(outline, entry, url, &title));
        if let Some((headline, target)) = headed
            && *headline < draft.at
        {
            elsewhere += letters;
            headlines.insert(target.clone(), outline.below(*headline).letters);
        }
    }
    let share = match headlines.len() {
        0 => return false,
        1 if headlines.values().all(|letters| *letters < MIN_ONLY) => return false,
        1 => OF_ONE,
        _ => OF_MANY,
    };
    elsewhere * 100 > all * share
}

/// Class names that themes give an entry, beside the element `article`.
const ENTRIES: &[&str] = &["hentry", "type-post", "post", "entry", "blog-post", "news-item"];

/// The innermost entry a row stands in.
fn entry_of(outline: &Outline<'_>, at: usize) -> Option<usize> {
    outline.above(at).find(|at| {
        outline.row(*at).is_some_and(|row| {
            let named = |class: &str| class.split_ascii_whitespace().any(|c| ENTRIES.contains(&c));
            row.tag == Tag::Article || row.tag != Tag::Root && row.attr("class").is_some_and(named)
        })
    })
}

/// The page that the first headline of an entry leads to, with its row; `None` when a headline in
/// it is this page's own.
fn headed(outline: &Outline<'_>, entry: usize, url: &Url, title: &str) -> Option<(usize, String)> {
    let headlines: Vec<usize> =
        outline.range(entry).filter(|at| is_headline(outline, *at)).take(HEADLINES).collect();
    let own = |at: &usize| title.contains(&trim::letters_of(&outline.text(*at, 600)));
    if headlines.iter().any(own) {
        return None;
    }
    let first = *headlines.first()?;
    leads_to(outline, first, url).map(|target| (first, target))
}

/// Headlines of one entry that are looked at.
const HEADLINES: usize = 4;

fn is_headline(outline: &Outline<'_>, at: usize) -> bool {
    let heading = outline.row(at).is_some_and(|row| matches!(row.tag, Tag::Heading(1..=4)));
    heading && outline.below(at).letters >= MIN_HEADLINE
}

/// The page a heading is a link to, when it is another one of this host and no section above it.
fn leads_to(outline: &Outline<'_>, at: usize, url: &Url) -> Option<String> {
    let inside = outline.range(at).find(|at| is_link(outline, *at));
    let around = outline.above(at).take(2).find(|at| is_link(outline, *at));
    let link = outline.row(inside.or(around)?)?;
    if link.signs.has(Signs::BYLINE) {
        return None;
    }
    let target = url.join(link.attr("href")?.trim()).ok()?;
    let whole = outline.below(at);
    let same_host = target.host_str() == url.host_str();
    let (there, here) = (trimmed(&target), trimmed(url));
    let above = here.starts_with(there) && target.query().is_none();
    let is_other = there != here || target.query() != url.query();
    let mostly_linked = u64::from(whole.linked) * 10 >= u64::from(whole.letters) * 8;
    (same_host && !above && is_other && mostly_linked)
        .then(|| target[..url::Position::AfterQuery].to_owned())
}

fn trimmed(url: &Url) -> &str {
    url.path().trim_end_matches('/')
}

fn is_link(outline: &Outline<'_>, at: usize) -> bool {
    outline.row(at).is_some_and(|row| row.tag == Tag::Link)
}
