//! The title: the headline the page shows, without the name of the site.
//!
//! Headings, `og:title`, JSON-LD and `<title>` are compared; the one the others repeat wins.

use scraper::Html;

use crate::page::letters::letters;

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
    pub(crate) headings: &'a [String],
    /// The site's name.
    pub(crate) site: Option<&'a str>,
    /// The name in its host: `harbour` of `www.harbour.example`.
    pub(crate) host: &'a str,
}

/// Marks that stand between a headline and the name of a site.
const SEPARATORS: &[&str] = &[
    " | ", " - ", " – ", " — ", " :: ", " » ", " « ", " / ", " · ", " • ", "｜", " : ", "_", "|",
    " ‹ ", " › ",
];

/// Chooses the title.
pub(crate) fn choose(from: &Candidates<'_>) -> Option<String> {
    let decoded = |text: &str| super::folded(&unescaped(text));
    let document = from.document.map(decoded).filter(|text| !text.is_empty());
    let opengraph = from.opengraph.map(decoded).filter(|text| !text.is_empty());
    let headline = from.headline.map(decoded).filter(|text| !text.is_empty());
    let known: Vec<&String> = [&headline, &opengraph, &document].into_iter().flatten().collect();
    // An h1 that the document's own titles repeat is what the reader sees as the headline.
    let heading = from
        .headings
        .iter()
        .filter(|h1| h1.chars().count() >= 4)
        .find(|h1| known.iter().any(|title| agree(h1, title)) && !is_site(h1, from.site));
    if let Some(heading) = heading {
        return Some(heading.clone());
    }
    let lone = match from.headings {
        [only]
            if !is_site(only, from.site)
                && only.chars().count() > 20
                && opengraph.is_none()
                && headline.is_none() =>
        {
            Some(only.clone())
        }
        _ => None,
    };
    let best = lone.or(opengraph).or(headline).or(document)?;
    Some(without_site(&best, Known { name: from.site, host: from.host }))
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

fn is_site(text: &str, site: Option<&str>) -> bool {
    site.is_some_and(|site| squeezed(site) == squeezed(text))
}

/// Marks that part a headline from a site only where the site is known by name.
const TIGHT: &[&str] = &[": ", "：", "-", "–", "—", "－"];

/// Words of a part that may be a site's name, and letters a headline has at least before one that
/// is not known.
const SITE_WORDS: usize = 4;
const HEADLINE_LETTERS: usize = 15;

/// Cuts ` | Site` off the end (or the front): the named site, the one the host is called after, or
/// a short last part.
fn without_site(title: &str, known: Known<'_>) -> String {
    for separator in SEPARATORS {
        let Some((front, back)) = title.rsplit_once(separator) else { continue };
        let (front, back) = (front.trim(), back.trim());
        let short = size(back) <= SITE_WORDS && size(front) > size(back);
        if known.is(back) || (short && weight(front) > HEADLINE_LETTERS) {
            return without_site(front, known);
        }
        let first = title.split(separator).next().unwrap_or_default().trim();
        if known.is(first) && !back.is_empty() {
            let parts = title.split(separator).skip(1).map(str::trim);
            return parts.max_by_key(|part| weight(part)).unwrap_or(back).to_owned();
        }
    }
    for separator in TIGHT {
        let ends = title.rsplit_once(separator).filter(|(_, back)| known.is(back));
        let starts = title.split_once(separator).filter(|(front, _)| known.is(front));
        if let Some(rest) = ends.map(|(front, _)| front).or(starts.map(|(_, back)| back)) {
            return rest.trim().to_owned();
        }
    }
    title.to_owned()
}

/// How a site may be recognised.
#[derive(Clone, Copy, Debug)]
struct Known<'a> {
    name: Option<&'a str>,
    host: &'a str,
}

impl Known<'_> {
    /// Whether a part of a title is the site's name, or what its host is called after.
    fn is(self, part: &str) -> bool {
        let (part, host) = (part.trim(), squeezed(self.host));
        let squeezed = squeezed(part);
        let hosted = host.len() >= 4 && size(part) <= SITE_WORDS && squeezed.ends_with(&host);
        !squeezed.is_empty() && (is_site(part, self.name) || hosted)
    }
}

/// Words of a text; where words have no spaces, pairs of characters.
fn size(text: &str) -> usize {
    let letters = letters();
    let spaceless = text.chars().filter(|c| letters.of(*c).is_spaceless()).count();
    text.split_whitespace().count() + spaceless / 2
}

/// Letters of a text; one of a script without spaces says as much as two.
fn weight(text: &str) -> usize {
    let letters = letters();
    text.chars().map(|c| 1 + usize::from(letters.of(c).is_spaceless())).sum()
}
