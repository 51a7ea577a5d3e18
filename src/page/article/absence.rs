//! Absence: pages whose words are no story, and which say so.
//!
//! An error page, a gate before a page, a form to log in, a wall of consent, how to reach the
//! editors, the terms of a site; a page that is there for its film. They may hold a paragraph or
//! two, so length alone does not tell; their title, their headings (`absence.txt`), a field for a
//! password or a text about cookies does. It never looks at the address.

use std::collections::HashMap;
use std::sync::LazyLock;

use scraper::{Html, Node};

use super::blocks::Draft;
use super::outline::{Outline, Tag};
use super::signposts::folded;
use crate::page::metadata::Metadata;

/// What a page is that is no story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Missing,
    Check,
    Login,
    Consent,
    Contact,
    Legal,
}

impl Sort {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "missing" => Self::Missing,
            "check" => Self::Check,
            "login" => Self::Login,
            "consent" => Self::Consent,
            "contact" => Self::Contact,
            "legal" => Self::Legal,
            _ => return None,
        })
    }

    /// Letters of a text up to which such a name is believed.
    fn most(self) -> u32 {
        match self {
            Self::Contact => MAX_CONTACT,
            Self::Legal => u32::MAX,
            _ => MAX_LETTERS,
        }
    }
}

/// Letters of a text up to which the name of an error page is believed, and the type of a film's.
/// No page of 956 real articles is taken for absent at 700 nor at 2,000.
const MAX_LETTERS: u32 = 700;
/// Letters of a page of addresses: desks, departments, how to get there.
const MAX_CONTACT: u32 = 2_000;
/// Characters from which the words of an error may stand in a longer title.
const SURE: usize = 10;
/// Characters a title may have beside them: the number of the error, the name of the site.
const BESIDE: usize = 30;
/// Headings among which such a name is looked for.
const HEADINGS: usize = 3;
/// Nodes among which the title of a document is looked for.
const MAX_HEAD: usize = 2_000;

/// The names by their folded text.
static NAMES: LazyLock<HashMap<String, Sort>> = LazyLock::new(|| {
    let lines = include_str!("absence.txt").lines().filter(|line| !line.starts_with('#'));
    let names = lines.flat_map(|line| {
        let mut columns = line.split('|');
        let sort = columns.next().and_then(Sort::named);
        columns.skip(1).filter_map(move |name| Some((folded(name), sort?)))
    });
    names.collect()
});

/// Those that may stand in a longer title.
static WITHIN: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let long = NAMES.iter().filter(|(name, sort)| {
        matches!(sort, Sort::Missing | Sort::Check) && name.chars().count() >= SURE
    });
    long.map(|(name, _)| name.as_str()).collect()
});

/// Whether a page is no story by what it calls itself, or is there for its film; `body` is the text
/// found on it.
pub(crate) fn is_absent(
    dom: &Html,
    outline: &Outline<'_>,
    metadata: &Metadata,
    is_film: bool,
    body: &[Draft],
) -> bool {
    let letters: u32 = body.iter().map(|draft| draft.measure.letters).sum();
    if is_film && letters <= MAX_LETTERS {
        return true;
    }
    let names = names(dom, outline, metadata);
    let sorts = names.iter().filter_map(|name| NAMES.get(name));
    if sorts.clone().any(|sort| letters <= sort.most()) {
        return true;
    }
    if letters > MAX_LETTERS || metadata.says_article || metadata.published.is_some() {
        return false;
    }
    names.iter().any(|name| holds_error(name)) || asks_password(outline, body) || is_notice(body)
}

/// What a page calls itself: its title in the head, whole and in its parts, and its first headings.
fn names(dom: &Html, outline: &Outline<'_>, metadata: &Metadata) -> Vec<String> {
    let mut names: Vec<String> = metadata.title.iter().map(|title| folded(title)).collect();
    if let Some(title) = document_title(dom) {
        let parts = title.split(['|', '–', '—', '·', '»', '«', '•', '<']);
        names.extend(parts.flat_map(|part| part.split(" - ")).map(folded));
        names.push(folded(&title));
    }
    let headings = outline.rows.iter().enumerate();
    let headings = headings.filter(|(_, row)| row.tag == Tag::Heading(1)).take(HEADINGS);
    names.extend(headings.map(|(at, _)| folded(&outline.text(at, 200))));
    names.retain(|name| !name.is_empty());
    names
}

fn document_title(dom: &Html) -> Option<String> {
    let mut nodes = dom.tree.root().descendants().take(MAX_HEAD);
    let is_title = |node: &Node| node.as_element().is_some_and(|e| e.name() == "title");
    let title = nodes.find(|node| is_title(node.value()))?;
    let texts = title.children().filter_map(|child| child.value().as_text().map(|text| &**text));
    Some(texts.collect())
}

/// Whether the words of an error stand in a title with little beside them.
fn holds_error(name: &str) -> bool {
    let most = |words: &str| words.chars().count() + BESIDE;
    WITHIN.iter().any(|words| name.contains(words) && name.chars().count() <= most(words))
}

/// Whether a field for a password stands in the column of the text, between the heading and the end
/// of it (those of boxes beside a story stand before or behind), or on a page with few words at all.
fn asks_password(outline: &Outline<'_>, body: &[Draft]) -> bool {
    let all = 0..outline.rows.len();
    let heading = outline.rows.iter().position(|row| row.tag == Tag::Heading(1));
    let column = match body.iter().map(|draft| draft.end).max() {
        Some(end) => heading.unwrap_or(end)..end,
        None if outline.measure(&all).letters <= MAX_LETTERS => all,
        None => return false,
    };
    let rows = outline.rows.get(column).unwrap_or_default();
    rows.iter().any(|row| row.attr("type") == Some("password"))
}

/// What cookies are called.
const COOKIES: &[&str] = &[
    "cookie",
    "kakor",
    "evästei",
    "vafrakök",
    "küpsis",
    "slapuk",
    "sīkdat",
    "piškotk",
    "kolačić",
    "колачић",
    "бисквитк",
    "файлы куки",
    "ciasteczk",
    "çerez",
    "ملفات تعريف الارتباط",
    "الكوكيز",
    "کوکی",
    "עוגיות",
    "כוכיות",
    "कुकी",
    "কুকি",
    "குக்கீ",
    "คุกกี้",
    "クッキー",
    "쿠키",
    "vidakuzi",
    "informasjonskapsl",
];

/// Who uses them, and for what.
const USES: &[&str] = &[
    "partner",
    "privacy",
    "privat",
    "consent",
    "accept",
    "akkoord",
    "zustimm",
    "einwillig",
    "datenschutz",
    "website",
    "web site",
    "webseite",
    "this site",
    "browser",
    "personali",
    "sitio",
    "este site",
    "sito",
    "nuestro",
    "appareil",
    "navigateur",
    "apparaat",
    "gerät",
    "webbplats",
    "nettsted",
    "hjemmeside",
    "sivusto",
    "serwis",
    "stron",
    "stránk",
    "weboldal",
    "сайт",
    "ιστ",
    "sitemiz",
    "موقع",
    "متصفح",
    "سایت",
    "وب",
    "אתר",
    "वेबसाइट",
    "ওয়েবসাইট",
    "เว็บไซต์",
    "サイト",
    "사이트",
    "网站",
    "網站",
    "mipangilio",
    "situs",
    "trang",
];

/// Whether most of a short text tells of cookies and what they are used for.
fn is_notice(body: &[Draft]) -> bool {
    let tells = |draft: &&Draft| {
        let text = draft.text.to_lowercase();
        let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
        holds(COOKIES) && holds(USES)
    };
    let sum = |all: u32, draft: &Draft| all.saturating_add(draft.measure.letters);
    let all = body.iter().fold(0, sum);
    body.iter().filter(tells).fold(0, sum) * 2 > all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_names_of_every_sort_in_many_languages() {
        let lines = include_str!("absence.txt").lines().filter(|line| !line.starts_with('#'));
        let mut languages: HashMap<&str, usize> = HashMap::new();
        for line in lines {
            let sort = line.split('|').next().unwrap();
            assert!(Sort::named(sort).is_some() && line.split('|').count() > 2, "{line}");
            *languages.entry(sort).or_default() += 1;
        }
        assert!(languages["missing"] >= 40 && languages["login"] >= 40);
        assert!(languages["contact"] >= 40 && languages["legal"] >= 35 && languages["check"] >= 18);
    }

    #[test]
    fn an_error_has_little_beside_it() {
        assert!(holds_error(&folded("Oops! Page not found (404)")));
        assert!(!holds_error(&folded(
            "Page not found: how a small team of archivists brings back the websites of a closed town"
        )));
    }
}
