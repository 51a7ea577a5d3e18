//! The title: the headline the page shows, without the name of the site.
//!
//! Headings, `og:title`, JSON-LD and `<title>` are compared; the one the others repeat wins.

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
    Some(without_site(&best, from.site))
}

/// Entities escaped twice, as content attributes often are.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let pairs = [
        ("&quot;", "\""),
        ("&#039;", "'"),
        ("&#39;", "'"),
        ("&#8217;", "’"),
        ("&#8216;", "‘"),
        ("&#8220;", "“"),
        ("&#8221;", "”"),
        ("&#8211;", "–"),
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
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

/// Cuts ` | Site` off the end (or the front): the named site, or a short last part.
fn without_site(title: &str, site: Option<&str>) -> String {
    for separator in SEPARATORS {
        let Some((front, back)) = title.rsplit_once(separator) else { continue };
        let (front, back) = (front.trim(), back.trim());
        let words = |text: &str| text.split_whitespace().count();
        if is_site(back, site)
            || (words(back) <= 4 && words(front) > words(back) && front.chars().count() > 15)
        {
            return without_site(front, site);
        }
        if is_site(front, site) && !back.is_empty() {
            return back.to_owned();
        }
    }
    title.to_owned()
}
