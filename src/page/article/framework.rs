//! Framework state: the text that a script was going to draw.
//!
//! Next.js, Nuxt, Apollo, Redux and their like leave the data of a page in it as JSON. Strings of
//! prose are gathered by the path they stand at, array places left out, and the path with the most
//! of it is the body. Asked only where the visible text is far shorter; nothing is run, and every
//! script is bounded in size, depth and number of values.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use scraper::{Html, Node};
use serde_json::Value;

use super::blocks::Draft;
use super::outline::Measure;
use crate::page::dom::attr;
use crate::page::letters::folded;

/// Most bytes of scripts that are parsed on a page.
const MAX_BYTES: usize = 8 << 20;
/// Most values that are looked at.
const MAX_VALUES: usize = 200_000;
/// Letters a string has at least to count as prose.
const MIN_PROSE: u32 = 60;
/// Letters of a word of a title that is looked for in a text.
const MIN_WORD: usize = 4;
/// Letters the text of a path has at least to be a body.
const MIN_BODY: u32 = 400;

/// What names of a path say against its being the body.
const OTHERS: &[&str] = &[
    "related",
    "recommend",
    "teaser",
    "comment",
    "menu",
    "footer",
    "header",
    "nav",
    "translation",
    "i18n",
    "locale",
    "message",
    "config",
    "cookie",
    "consent",
    "newsletter",
    "popular",
    "latest",
    "trending",
    "promo",
    "advert",
    "author",
    "bio",
    "caption",
    "seo",
    "meta",
    "excerpt",
    "description",
    "summary",
    "legal",
    "privacy",
    "styles",
    "css",
];

/// The paragraphs of the longest text in the state of a page, when there is one worth the name.
pub(crate) fn body(dom: &Html, title: &str) -> Option<Vec<Draft>> {
    let mut found = Found::default();
    let mut flight = String::new();
    let mut left = MAX_BYTES;
    for script in scripts(dom) {
        left = left.checked_sub(script.len())?;
        match flight_chunk(&script) {
            Some(chunk) => flight.push_str(&chunk),
            None => found.script(&script),
        }
    }
    found.flight(&flight);
    found.best().filter(|drafts| is_about(drafts, title))
}

/// Whether a text has a third of the words of a title: state holds many texts, of the page's own
/// story and of others.
fn is_about(drafts: &[Draft], title: &str) -> bool {
    let text: String = drafts.iter().map(|draft| draft.text.to_lowercase() + " ").collect();
    let title = title.to_lowercase();
    let words: Vec<&str> = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() >= MIN_WORD)
        .collect();
    let shared = words.iter().filter(|word| text.contains(**word)).count();
    !words.is_empty() && shared * 3 >= words.len()
}

/// The inline scripts that may hold state.
fn scripts(dom: &Html) -> impl Iterator<Item = String> + '_ {
    let elements = dom.tree.root().descendants().filter(|node| {
        node.value().as_element().is_some_and(|element| {
            let kind = attr(element, "type").unwrap_or_default();
            element.name() == "script"
                && attr(element, "src").is_none()
                && !kind.contains("ld+json")
        })
    });
    elements.map(|script| {
        let texts = script.children().filter_map(|child| match child.value() {
            Node::Text(text) => Some(&**text),
            _ => None,
        });
        texts.collect()
    })
}

/// The text of a `self.__next_f.push([1,"…"])`.
fn flight_chunk(script: &str) -> Option<String> {
    let (_, call) = script.split_once("__next_f.push(")?;
    let mut values = serde_json::Deserializer::from_str(call).into_iter::<Value>();
    match values.next()?.ok()? {
        Value::Array(parts) => parts.into_iter().find_map(|part| match part {
            Value::String(text) => Some(text),
            _ => None,
        }),
        _ => None,
    }
}

/// Prose by path.
#[derive(Default)]
struct Found {
    texts: HashMap<String, Text>,
    values: usize,
}

/// The prose at one path.
#[derive(Default)]
struct Text {
    /// In order, each with the places of the arrays it stands in.
    parts: Vec<(Vec<usize>, String)>,
    letters: u32,
}

impl Found {
    /// Reads the first JSON value of a script: all of it, or what is assigned in it.
    fn script(&mut self, script: &str) {
        let text = script.trim_start();
        let from = match text.chars().next() {
            Some('{' | '[') => Some(0),
            _ => text.find("={").or_else(|| text.find("= {")).and_then(|at| {
                text.get(at..).and_then(|rest| rest.find('{')).map(|brace| at + brace)
            }),
        };
        let Some(json) = from.and_then(|from| text.get(from..)) else { return };
        let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            self.walk(&value, &mut String::new(), &mut Vec::new());
        }
    }

    /// Reads the rows of a flight stream: `id:JSON`, and `id:T<length>,text`.
    fn flight(&mut self, stream: &str) {
        for row in stream.lines() {
            let Some((_, row)) = row.split_once(':') else { continue };
            let json = row.trim_start_matches(|c: char| c.is_ascii_uppercase());
            if json.starts_with(['[', '{', '"']) {
                let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
                if let Some(Ok(value)) = values.next() {
                    self.walk(&value, &mut String::from("flight"), &mut Vec::new());
                }
            } else if let Some((_, text)) =
                row.strip_prefix('T').and_then(|row| row.split_once(','))
            {
                self.keep("flight.text", &[], text);
            }
        }
    }

    /// Visits the strings below a value. The parser has bounded the depth.
    fn walk(&mut self, value: &Value, path: &mut String, places: &mut Vec<usize>) {
        self.values += 1;
        if self.values > MAX_VALUES {
            return;
        }
        let length = path.len();
        match value {
            Value::String(text) => self.keep(path, places, text),
            Value::Array(items) => {
                path.push_str(".*");
                for (at, item) in items.iter().enumerate() {
                    places.push(at);
                    self.walk(item, path, places);
                    places.pop();
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    // Stores keyed by an id hold the same thing under each of them.
                    let keyed = name.chars().any(|c| c.is_ascii_digit());
                    path.push('.');
                    path.push_str(if keyed { "#" } else { name });
                    self.walk(field, path, places);
                    path.truncate(length);
                }
            }
            _ => {}
        }
        path.truncate(length);
    }

    fn keep(&mut self, path: &str, places: &[usize], text: &str) {
        let letters = Measure::of(text).letters;
        let is_prose = text.contains([' ', '。', '،', '，']) && !text.contains("function");
        if letters == 0 || !is_prose && places.is_empty() || text.starts_with("http") {
            return;
        }
        let known = match self.texts.entry(path.to_owned()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Text::default()),
        };
        let sentence = |c| matches!(c, '.' | '!' | '?' | '。' | '؟' | '।' | '！' | '？');
        if letters >= MIN_PROSE && text.contains(sentence) {
            known.letters = known.letters.saturating_add(letters);
        }
        known.parts.push((places.to_vec(), text.to_owned()));
    }

    /// The text of the path with the most prose.
    fn best(self) -> Option<Vec<Draft>> {
        let is_other = |path: &str| {
            let path = path.to_ascii_lowercase();
            OTHERS.iter().any(|other| path.contains(other))
        };
        let texts = self.texts.into_iter().filter(|(path, _)| !is_other(path));
        let (_, text) = texts.max_by(|(a, one), (b, other)| {
            (one.letters, std::cmp::Reverse(a)).cmp(&(other.letters, std::cmp::Reverse(b)))
        })?;
        let drafts: Vec<Draft> = text.paragraphs().iter().flat_map(|text| lines(text)).collect();
        let letters: u32 = drafts.iter().map(|draft| draft.measure.letters).sum();
        (letters >= MIN_BODY).then_some(drafts)
    }
}

impl Text {
    /// The parts, those of one paragraph joined: rich-text editors keep a string for every change
    /// of type, below the place of the paragraph.
    fn paragraphs(&self) -> Vec<String> {
        let ends = |text: &str| {
            text.trim_end().ends_with(['.', '!', '?', '。', '؟', '”', '"', '»', '>', ':'])
        };
        let ended = self.parts.iter().filter(|(_, text)| ends(text)).count();
        if ended * 10 >= self.parts.len() * 6 {
            return self.parts.iter().map(|(_, text)| text.clone()).collect();
        }
        let mut out: Vec<(&[usize], String)> = Vec::new();
        for (places, text) in &self.parts {
            let above = places.split_last().map_or(&[] as &[usize], |(_, above)| above);
            match out.last_mut() {
                Some((last, joined)) if *last == above && !above.is_empty() => {
                    joined.push_str(text);
                }
                _ => out.push((above, text.clone())),
            }
        }
        out.into_iter().map(|(_, text)| text).collect()
    }
}

/// HTML that was escaped on its way into the state.
fn unescaped(text: &str) -> String {
    crate::page::dom::parse(text).root_element().text().collect()
}

/// The paragraphs of a string, which may be HTML.
fn lines(text: &str) -> Vec<Draft> {
    let text = &if text.contains("&lt;") { unescaped(text) } else { text.to_owned() };
    let draft = |line: &str| {
        let line = folded(line);
        let measure = Measure::of(&line);
        (measure.letters > 0).then(|| Draft::plain(line, measure))
    };
    if !text.contains("</") {
        return text.split('\n').filter_map(draft).collect();
    }
    let tree = crate::page::dom::parse(text);
    let outline = super::outline::Outline::of(&tree, &std::collections::HashSet::new());
    let dropped = super::prune::prune(&outline);
    super::blocks::drafts(&outline, &dropped)
        .into_iter()
        .map(|draft| Draft { at: 0, end: 0, holder: 0, seams: Vec::new(), ..draft })
        .collect()
}
