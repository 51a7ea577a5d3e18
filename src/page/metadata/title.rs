//! The title: the headline the page shows, without the name of the site.
//!
//! Headings, `og:title`, JSON-LD and `<title>` are compared; the one the others repeat wins. What
//! stands around a headline in its own element (a kicker, a day) goes, and so does the site
//! ([`site`]). A name of the front page or of the news is no title.

mod site;

use scraper::Html;

use self::site::{Known, heading_in, is_opening, weight, without};
use crate::page::dates::lines::is_date_line;

/// What a title may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidates<'a> {
    /// JSON-LD `headline`.
    pub(crate) headline: Option<&'a str>,
    /// `og:title` and its like.
    pub(crate) opengraph: Option<&'a str>,
    /// The `title` element.
    pub(crate) document: Option<&'a str>,
    /// The `h1` elements in order.
    pub(crate) headings: &'a [Heading],
    /// The `h2` and `h3` elements in order.
    pub(crate) subheads: &'a [String],
    /// The site's names.
    pub(crate) sites: &'a [&'a str],
    /// The name in its host: `harbour` of `www.harbour.example`.
    pub(crate) host: &'a str,
}

/// A heading of the first level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heading {
    /// All of its text.
    pub(crate) text: String,
    /// The texts of its elements, and the one beside them.
    pub(crate) parts: Vec<String>,
}

/// Letters a heading has at least to be compared, and to be a title that nothing else repeats.
const MIN_HEADING: usize = 4;
const LONE_HEADING: usize = 20;
/// Letters a headline has at least behind a day.
const MIN_HEADLINE: usize = 15;

/// Chooses the title.
pub(crate) fn choose(from: &Candidates<'_>) -> Option<String> {
    let decoded = |text: &str| super::folded(&unescaped(text));
    let known = Known::new(from.sites, from.host);
    let fit = |text: &String| !text.is_empty() && !is_opening(text);
    let document = from.document.map(decoded).filter(fit);
    let opengraph = from.opengraph.map(decoded).filter(fit);
    let headline = from.headline.map(decoded).filter(fit);
    let titles: Vec<&String> = [&headline, &opengraph, &document].into_iter().flatten().collect();
    // An h1 that the document's own titles repeat is what the reader sees as the headline.
    let shown = from
        .headings
        .iter()
        .filter(|h1| h1.text.chars().count() >= MIN_HEADING && fit(&h1.text))
        .find(|h1| titles.iter().any(|title| agree(&h1.text, title)) && !known.is_name(&h1.text));
    if let Some(heading) = shown {
        let bare: Vec<String> =
            titles.iter().map(|title| squeezed(&without(title, &known))).collect();
        return Some(own_text(heading, &bare).to_owned());
    }
    let lone = match from.headings {
        [only]
            if !known.is_name(&only.text)
                && fit(&only.text)
                && only.text.chars().count() > LONE_HEADING
                && opengraph.is_none()
                && headline.is_none() =>
        {
            Some(own_text(only, &[]).to_owned())
        }
        _ => None,
    };
    let best = lone.or(opengraph).or(headline).or(document)?;
    if let Some(heading) = heading_in(&best, from.subheads) {
        return Some(heading.to_owned());
    }
    Some(without(behind_day(&best), &known)).filter(fit)
}

/// The headline of a heading: without a day in front, or a kicker that the titles do not repeat.
fn own_text<'h>(heading: &'h Heading, titles: &[String]) -> &'h str {
    let whole = squeezed(&heading.text);
    let told = |part: &&String| titles.contains(&squeezed(part));
    let part = heading.parts.iter().find(told).filter(|_| !titles.contains(&whole));
    if let Some(part) = part {
        return part;
    }
    let day = heading.parts.first().filter(|part| is_date_line(part));
    let rest = day.and_then(|day| heading.text.strip_prefix(day.as_str()));
    let rest = rest.map(|rest| rest.trim_start_matches(is_mark));
    rest.filter(|rest| weight(rest) > MIN_HEADLINE).unwrap_or_else(|| behind_day(&heading.text))
}

/// A title without the day it begins with: `05.10.2024 - The last ferry of the northern lakes`.
fn behind_day(title: &str) -> &str {
    let parted = [" - ", " – ", " — ", " | ", " · "].iter().find_map(|mark| title.split_once(mark));
    let is_day =
        |text: &str| is_date_line(text) && text.chars().next().is_some_and(char::is_numeric);
    let headline = parted.filter(|(front, back)| is_day(front) && weight(back) > MIN_HEADLINE);
    headline.map_or(title, |(_, back)| back.trim())
}

/// What parts a day from a headline.
fn is_mark(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '–' | '—' | '|' | '·' | ':' | ',')
}

/// Text in which entities were escaped twice, as content attributes often are, without them.
pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('&') || !text.contains(';') {
        return text.to_owned();
    }
    // Marks of elements are text here; only entities are left to the parser.
    let fragment = Html::parse_fragment(&text.replace('<', "&lt;"));
    fragment.root_element().text().collect()
}

/// Letters and digits alone, in one case.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a heading and a title are the same headline, the title perhaps with more around it.
fn agree(heading: &str, title: &str) -> bool {
    let (a, b) = (squeezed(heading), squeezed(title));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    a == b
        || (b.contains(&a) && a.len() * 3 >= b.len())
        || (a.contains(&b) && b.len() * 2 >= a.len())
        || shared_words(heading, title)
}

/// Whether at least two thirds of the heading's words are the title's.
fn shared_words(heading: &str, title: &str) -> bool {
    let title: std::collections::HashSet<String> = title.split_whitespace().map(squeezed).collect();
    let words: Vec<String> =
        heading.split_whitespace().map(squeezed).filter(|word| !word.is_empty()).collect();
    let shared = words.iter().filter(|word| title.contains(*word)).count();
    words.len() >= 4 && shared * 3 >= words.len() * 2
}
