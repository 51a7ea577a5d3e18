//! Framework state: the text that a script was going to draw.
//!
//! Next.js, Nuxt, Apollo, Redux and their like leave the data of a page in it, as JSON or as
//! literals ([`literal`], [`flat`]). Strings of prose are gathered by the path they stand at, array places left
//! out, and the path with the most of it is the body; the objects around it say whose it is and of
//! what day ([`said`]). Asked only where the visible text is far shorter; nothing is run, and every
//! script is bounded in size, depth and number of values.

mod flat;
mod literal;
mod said;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use scraper::{Html, Node};
use serde_json::{Map, Value};

pub(crate) use self::said::Said;
use super::blocks::Draft;
use super::outline::Measure;
use super::trim::letters_of;
use crate::page::dom::attr;
use crate::page::letters::folded;
use crate::page::metadata::Metadata;

/// Most bytes of scripts that are parsed on a page.
const MAX_BYTES: usize = 8 << 20;
/// Most values that are looked at.
const MAX_VALUES: usize = 200_000;
/// Letters a string has at least to count as prose.
const MIN_PROSE: u32 = 60;
/// Letters of a word of a title that is looked for in a text; of a script of syllables.
const MIN_WORD: usize = 4;
const MIN_SYLLABLES: usize = 2;
/// Letters the text of a path has at least to be a body, and where the page calls itself an article
/// or an object around the text has its title.
const MIN_BODY: u32 = 400;
const MIN_TITLED: u32 = 140;
/// Deepest nesting that is visited.
const MAX_DEPTH: usize = 128;
/// Objects around a text in which its title, its people and its day are looked for.
const MAX_AROUND: usize = 6;
/// Assignments of a script that are tried.
const MAX_ASSIGNED: usize = 8;

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

/// A text that was not drawn.
#[derive(Debug)]
pub(crate) struct Undrawn {
    /// Its paragraphs.
    pub(crate) blocks: Vec<Draft>,
    /// What the state says of it.
    pub(crate) said: Said,
}

/// The longest text in the state of a page, when there is one worth the name.
pub(crate) fn body(dom: &Html, metadata: &Metadata) -> Option<Undrawn> {
    let title = metadata.title.as_deref().unwrap_or_default();
    let mut found = Found { title: letters_of(title), ..Found::default() };
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
    found.best(title, metadata.says_article)
}

/// Whether a text has a third of the words of a title: state holds many texts, of the page's own
/// story and of others.
fn is_about(drafts: &[Draft], title: &str) -> bool {
    let text: String = drafts.iter().map(|draft| draft.text.to_lowercase() + " ").collect();
    let title = title.to_lowercase();
    let is_long = |word: &&str| {
        let syllables =
            word.contains(|c| matches!(u32::from(c), 0x3040..=0x9FFF | 0xAC00..=0xD7AF));
        word.chars().count() >= if syllables { MIN_SYLLABLES } else { MIN_WORD }
    };
    let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).filter(is_long).collect();
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

/// An object of the state.
struct Object {
    /// The object it stands in; its own place for an outermost one.
    parent: usize,
    /// Whether a field of it is the title of the page.
    titled: bool,
    said: Said,
}

/// Prose by path, with the objects it stands in.
#[derive(Default)]
struct Found {
    /// The letters of the title of the page.
    title: String,
    texts: HashMap<String, Text>,
    objects: Vec<Object>,
    values: usize,
}

/// The prose at one path.
#[derive(Default)]
struct Text {
    /// In order, each with the places of the arrays it stands in.
    parts: Vec<(Vec<usize>, String)>,
    /// The objects of the first and the last part.
    homes: Option<(usize, usize)>,
    letters: u32,
}

impl Found {
    /// Reads the value of a script: all of it, or what is assigned in it.
    fn script(&mut self, script: &str) {
        let text = script.trim_start();
        let Some(value) = first_json(text).or_else(|| assigned(text)) else { return };
        let flat = value.as_array().and_then(|items| flat::revived(items));
        self.read(flat.as_ref().unwrap_or(&value), "");
    }

    fn read(&mut self, value: &Value, path: &str) {
        self.walk(value, &mut path.to_owned(), &mut Vec::new(), None);
    }

    /// Reads the rows of a flight stream: `id:JSON`, and `id:T<length>,text`.
    fn flight(&mut self, stream: &str) {
        for row in stream.lines() {
            let Some((_, row)) = row.split_once(':') else { continue };
            let json = row.trim_start_matches(|c: char| c.is_ascii_uppercase());
            if json.starts_with(['[', '{', '"']) {
                let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
                if let Some(Ok(value)) = values.next() {
                    self.read(&value, "flight");
                }
            } else if let Some((_, text)) =
                row.strip_prefix('T').and_then(|row| row.split_once(','))
            {
                self.keep("flight.text", &[], text, None);
            }
        }
    }

    /// Visits the strings below a value that stands in the object `home`.
    fn walk(
        &mut self,
        value: &Value,
        path: &mut String,
        places: &mut Vec<usize>,
        home: Option<usize>,
    ) {
        self.values += 1;
        if self.values > MAX_VALUES || places.len() > MAX_DEPTH {
            return;
        }
        let length = path.len();
        match value {
            Value::String(text) => self.keep(path, places, text, home),
            Value::Array(items) => {
                path.push_str(".*");
                for (at, item) in items.iter().enumerate() {
                    places.push(at);
                    self.walk(item, path, places, home);
                    places.pop();
                }
            }
            Value::Object(fields) => {
                let home = Some(self.object(fields, home));
                for (name, field) in fields {
                    // Stores keyed by an id hold the same thing under each of them.
                    let keyed = name.chars().any(|c| c.is_ascii_digit());
                    path.push('.');
                    path.push_str(if keyed { "#" } else { name });
                    self.walk(field, path, places, home);
                    path.truncate(length);
                }
            }
            _ => {}
        }
        path.truncate(length);
    }

    /// Notes an object and what it says.
    fn object(&mut self, fields: &Map<String, Value>, home: Option<usize>) -> usize {
        let at = self.objects.len();
        let most = 4 * self.title.len() + 64;
        let is_title = |field: &Value| {
            let text = field.as_str().filter(|text| text.len() <= most);
            text.is_some_and(|text| letters_of(text) == self.title)
        };
        let titled = !self.title.is_empty() && fields.values().any(is_title);
        self.objects.push(Object { parent: home.unwrap_or(at), titled, said: Said::of(fields) });
        at
    }

    fn keep(&mut self, path: &str, places: &[usize], text: &str, home: Option<usize>) {
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
            known.homes = home.map(|home| (known.homes.map_or(home, |(first, _)| first), home));
        }
        known.parts.push((places.to_vec(), text.to_owned()));
    }

    /// The text of the path with the most prose.
    fn best(mut self, title: &str, says_article: bool) -> Option<Undrawn> {
        let is_other = |path: &str| {
            let path = path.to_ascii_lowercase();
            OTHERS.iter().any(|other| path.contains(other))
        };
        let texts = std::mem::take(&mut self.texts);
        let texts = texts.into_iter().filter(|(path, _)| !is_other(path));
        let (_, text) = texts.max_by(|(a, one), (b, other)| {
            (one.letters, std::cmp::Reverse(a)).cmp(&(other.letters, std::cmp::Reverse(b)))
        })?;
        let around = self.around(text.homes);
        let titled = around.iter().any(|object| object.titled);
        let blocks: Vec<Draft> = text.paragraphs().iter().flat_map(|text| lines(text)).collect();
        let letters: u32 = blocks.iter().map(|draft| draft.measure.letters).sum();
        let least = if titled || says_article { MIN_TITLED } else { MIN_BODY };
        if letters < least || !titled && !is_about(&blocks, title) {
            return None;
        }
        // Where the text stands apart from its record, the one record with the title says it.
        let own = around.iter().fold(Said::default(), |said, object| said.or(&object.said));
        let record =
            || self.objects.iter().find(|object| object.titled && object.said.is_something());
        let said = if own.is_something() {
            own
        } else {
            record().map_or(own, |object| object.said.clone())
        };
        Some(Undrawn { blocks, said })
    }

    /// The objects that hold all of a text, from its first part to its last, the innermost first.
    fn around(&self, homes: Option<(usize, usize)>) -> Vec<&Object> {
        let Some((first, last)) = homes else { return Vec::new() };
        let above = |home: usize| {
            let up = |at: &usize| {
                self.objects.get(*at).map(|object| object.parent).filter(|up| up != at)
            };
            std::iter::successors(Some(home), up).take(MAX_DEPTH)
        };
        let shared = above(first).find(|at| above(last).any(|other| other == *at));
        let around = shared.into_iter().flat_map(above).take(MAX_AROUND);
        around.filter_map(|at| self.objects.get(at)).collect()
    }
}

/// The JSON value a script begins with, or the first that is assigned in it.
fn first_json(text: &str) -> Option<Value> {
    let from = if text.starts_with(['{', '[']) {
        0
    } else {
        let at = text.find("={").or_else(|| text.find("= {"))?;
        at + text.get(at..)?.find('{')?
    };
    let mut values = serde_json::Deserializer::from_str(text.get(from..)?).into_iter::<Value>();
    values.next()?.ok()
}

/// The literal that is assigned to a name of the kind frameworks use (`__NUXT__`).
fn assigned(text: &str) -> Option<Value> {
    let mut rest = text.get(text.find("__")?..)?;
    for _ in 0..MAX_ASSIGNED {
        let (_, behind) = rest.split_once('=')?;
        let value = literal::value(behind).filter(|value| value.is_object() || value.is_array());
        if value.is_some() {
            return value;
        }
        rest = behind;
    }
    None
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
