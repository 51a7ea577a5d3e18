//! The reader under a job file: TOML with places, and every fault of a file at once.
//!
//! A [`Section`] is asked for each key it may hold; what nobody asked for is unknown, and named with
//! the key that was meant. A value that cannot be meant is a fault at its own line and column; the
//! rest of the file is read all the same. Total and bounded: the parser limits the depth, the caller
//! the size. Secrets cannot stand in a job file, so quoting a value is safe.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Faults that are told; a file with more is no job file.
const MAX_FAULTS: usize = 50;

/// Longest quotation of a value.
const MAX_QUOTED: usize = 80;

/// One thing that is wrong with a job file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFault {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl fmt::Display for JobFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.path.display(), self.line, self.column, self.what)
    }
}

/// Keys that are meant for something else than what is spelled like them.
const HINTS: &[(&str, &str, &str)] = &[
    ("hosts.NAME", "per-host", "did you mean \"concurrency\"?"),
    ("limits", "per-host", "pages of a host: [traps] host-budget; at once: [politeness] per-host"),
    ("schedule", "zone", "did you mean \"timezone\"?"),
    (
        "politeness",
        "robots",
        "robots = \"ignore\" is for single hosts, in [hosts.\"example.org\"]; how long a robots.txt \
         is believed stands in [recrawl]",
    ),
];

/// What a file without a fault comes to: the line of each setting, and the warnings.
pub(super) type Whole = (BTreeMap<&'static str, usize>, Vec<JobFault>);

/// A value, or what is wrong with it.
pub(super) type Read<T> = Result<T, String>;

/// What is being read, and what was found wrong on the way.
pub(super) struct Reader<'t> {
    path: &'t Path,
    text: &'t str,
    faults: Vec<(usize, String)>,
    warnings: Vec<(usize, String)>,
    /// Whether the files it names are looked for.
    on_disk: bool,
    /// Where each setting was given.
    given: BTreeMap<&'static str, usize>,
    /// The keys of each section that was read.
    known: BTreeMap<String, Vec<&'static str>>,
    /// The keys of settings, as in `limits.pages`, in the order in which they were asked for.
    keys: Vec<(String, &'static str)>,
    /// Keys nobody asked for: their section, themselves, their place.
    unknown: Vec<(String, String, usize)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(path: &'t Path, text: &'t str, on_disk: bool) -> Self {
        Self {
            path,
            text,
            faults: Vec::new(),
            warnings: Vec::new(),
            on_disk,
            given: BTreeMap::new(),
            known: BTreeMap::new(),
            keys: Vec::new(),
            unknown: Vec::new(),
        }
    }

    /// The file's table. What the parser refuses is all that can be said then.
    pub(super) fn parse(&mut self) -> Option<Spanned<DeTable<'t>>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            let what = error.message().lines().collect::<Vec<_>>().join(", ");
            self.fault(at, format!("this is no TOML: {what}"));
        }
        errors.is_empty().then_some(table)
    }

    pub(super) fn fault(&mut self, at: usize, what: impl Into<String>) {
        self.faults.push((at, what.into()));
    }

    /// What is no fault, and probably not what was meant.
    pub(super) fn warn(&mut self, at: usize, what: impl Into<String>) {
        self.warnings.push((at, what.into()));
    }

    /// A file that the value of a key names has to be there.
    pub(super) fn look_for(&mut self, key: &str, setting: &str, file: &Path) {
        let what = match file.metadata() {
            _ if !self.on_disk => return,
            Ok(meta) if meta.is_dir() => "it is a folder".to_owned(),
            Ok(_) => return,
            Err(why) => why.to_string(),
        };
        if let Some(at) = self.place(setting) {
            self.fault(at, format!("{key}: {} cannot be read: {what}", file.display()));
        }
    }

    /// Where a setting was given, when it was.
    pub(super) fn place(&self, setting: &str) -> Option<usize> {
        self.given.get(setting).copied()
    }

    /// The keys of settings.
    pub(super) fn keys(&mut self) -> Vec<(String, &'static str)> {
        std::mem::take(&mut self.keys)
    }

    /// The line of each setting that was given, and the warnings; or every fault. Both in the order of
    /// the file.
    pub(super) fn end(mut self) -> Result<Whole, Vec<JobFault>> {
        for (section, key, at) in std::mem::take(&mut self.unknown) {
            let what = self.about(&section, &key);
            self.fault(at, what);
        }
        if self.faults.is_empty() {
            let lines = self.given.iter().map(|(key, at)| (*key, place(self.text, *at).0));
            return Ok((lines.collect(), self.told(self.warnings.clone())));
        }
        Err(self.told(self.faults.clone()))
    }

    fn told(&self, mut all: Vec<(usize, String)>) -> Vec<JobFault> {
        all.sort();
        all.dedup();
        let told = all.into_iter().take(MAX_FAULTS).map(|(at, what)| {
            let (line, column) = place(self.text, at);
            JobFault { path: self.path.to_owned(), line, column, what }
        });
        told.collect()
    }

    /// What to say of an unknown key: the one that was meant, or where it belongs.
    fn about(&self, section: &str, key: &str) -> String {
        let place = if section.is_empty() { String::new() } else { format!(" in [{section}]") };
        let here = self.known.get(section).map(Vec::as_slice).unwrap_or_default();
        let key_text = quoted(key);
        if let Some((.., hint)) =
            HINTS.iter().find(|(of, typed, _)| (*of, *typed) == (section, key))
        {
            return format!("unknown key {key_text}{place}; {hint}");
        }
        if let Some(near) = nearest(key, here) {
            return format!("unknown key {key_text}{place}; did you mean {near:?}?");
        }
        let elsewhere = self.known.iter().find(|(_, keys)| keys.contains(&key));
        if let Some((other, _)) = elsewhere {
            let section = format!("in [{other}]");
            let other = if other.is_empty() { "above all sections" } else { &section };
            return format!("unknown key {key_text}{place}; it belongs {other}");
        }
        format!("unknown key {key_text}{place}; known here: {}", here.join(", "))
    }
}

/// One table of the file while it is read.
pub(super) struct Section<'v> {
    name: String,
    table: Option<&'v DeTable<'v>>,
    asked: Vec<&'static str>,
    at: usize,
}

impl<'v> Section<'v> {
    pub(super) fn root(table: &'v DeTable<'v>) -> Self {
        Self { name: String::new(), table: Some(table), asked: Vec::new(), at: 0 }
    }

    /// One that stands at a place of its own, as an entry of an array.
    pub(super) fn entry(
        name: &str,
        value: &'v Spanned<DeValue<'v>>,
        reader: &mut Reader<'_>,
    ) -> Self {
        let at = value.span().start;
        let table = value.get_ref().as_table();
        if table.is_none() {
            reader.fault(at, format!("{name} is {}; write a table", kind(value.get_ref())));
        }
        Self { name: name.to_owned(), table, asked: Vec::new(), at }
    }

    /// Where it stands.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// A section of this one; an empty one where there is none.
    pub(super) fn section(&mut self, key: &'static str, reader: &mut Reader<'_>) -> Self {
        let name =
            if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        self.ask(key);
        match self.find(key) {
            Some((_, value)) => Self::entry(&name, value, reader),
            None => Self { name, table: None, asked: Vec::new(), at: self.at },
        }
    }

    /// The value of a key as it stands, its place with it.
    pub(super) fn value(&mut self, key: &'static str) -> Option<(usize, &'v DeValue<'v>)> {
        self.ask(key);
        self.find(key).map(|(_, value)| (value.span().start, value.get_ref()))
    }

    /// Every key with its value: of a table whose keys are names.
    pub(super) fn all(&mut self) -> Vec<(Range<usize>, &'v str, &'v Spanned<DeValue<'v>>)> {
        let rows = self.table.take().into_iter().flatten();
        let mut rows: Vec<_> =
            rows.map(|(key, value)| (key.span(), &**key.get_ref(), value)).collect();
        rows.sort_by_key(|(span, ..)| span.start);
        rows
    }

    /// The value of a key, read; a fault when it cannot be. It gives the setting of that name.
    pub(super) fn take<T>(
        &mut self,
        key: &'static str,
        setting: &'static str,
        reader: &mut Reader<'_>,
        read: impl FnOnce(&'v DeValue<'v>) -> Read<T>,
    ) -> Option<T> {
        self.name(key, setting, reader);
        let (at, value) = self.value(key)?;
        match read(value) {
            Ok(read) => {
                reader.given.insert(setting, at);
                Some(read)
            }
            Err(why) => {
                reader.fault(at, format!("{key}: {why}"));
                None
            }
        }
    }

    /// The values of a list, each read for itself: every one that cannot be is a fault at its place.
    pub(super) fn each<T>(
        &mut self,
        key: &'static str,
        setting: &'static str,
        reader: &mut Reader<'_>,
        read: impl Fn(&'v DeValue<'v>) -> Read<T>,
    ) -> Option<Vec<T>> {
        self.name(key, setting, reader);
        let (at, value) = self.value(key)?;
        let Some(values) = value.as_array() else {
            reader.fault(at, format!("{key}: {}", wanted("a list in brackets", value)));
            return None;
        };
        reader.given.insert(setting, at);
        let mut all = Vec::with_capacity(values.len());
        for value in values {
            match read(value.get_ref()) {
                Ok(read) => all.push(read),
                Err(why) => reader.fault(value.span().start, format!("{key}: {why}")),
            }
        }
        Some(all)
    }

    /// The same into a setting, which keeps what it has where nothing is given.
    pub(super) fn set<T>(
        &mut self,
        into: &mut T,
        key: &'static str,
        setting: &'static str,
        reader: &mut Reader<'_>,
        read: impl FnOnce(&'v DeValue<'v>) -> Read<T>,
    ) {
        if let Some(read) = self.take(key, setting, reader, read) {
            *into = read;
        }
    }

    /// All keys it may hold have been asked for.
    pub(super) fn end(self, reader: &mut Reader<'_>) {
        for (key, _) in self.table.into_iter().flatten() {
            if !self.asked.contains(&&**key.get_ref()) {
                let unknown = (self.name.clone(), key.get_ref().to_string(), key.span().start);
                reader.unknown.push(unknown);
            }
        }
        reader.known.entry(self.name).or_default().extend(self.asked);
    }

    /// Notes the key of a setting.
    pub(super) fn name(&self, key: &'static str, setting: &'static str, reader: &mut Reader<'_>) {
        let key =
            if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) };
        // Of single hosts there are many.
        if !self.name.starts_with("hosts") {
            reader.keys.push((key, setting));
        }
    }

    fn ask(&mut self, key: &'static str) {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
    }

    fn find(
        &self,
        wanted: &str,
    ) -> Option<(&'v Spanned<std::borrow::Cow<'v, str>>, &'v Spanned<DeValue<'v>>)> {
        self.table?.iter().find(|(key, _)| &**key.get_ref() == wanted)
    }
}

/// A text on one line.
pub(super) fn text(value: &DeValue<'_>) -> Read<String> {
    match value {
        DeValue::String(text) if text.chars().any(char::is_control) => {
            Err("a text on one line is wanted; take the line breaks out".to_owned())
        }
        DeValue::String(text) if text.trim().is_empty() => {
            Err("it is empty; leave the key out, or write something".to_owned())
        }
        DeValue::String(text) => Ok(text.trim().to_owned()),
        other => Err(wanted("a text in quotes", other)),
    }
}

/// A whole number of at least `least`.
pub(super) fn number<T: FromStr + PartialOrd + fmt::Display>(
    least: T,
) -> impl FnOnce(&DeValue<'_>) -> Read<T> {
    move |value| match value {
        DeValue::Integer(number) if number.radix() == 10 => {
            match number.as_str().replace('_', "").parse() {
                Ok(number) if number >= least => Ok(number),
                Ok(number) => Err(format!("{number} is too little; give at least {least}")),
                Err(_) => Err(format!(
                    "{} is no number it can take; give a whole number",
                    number.as_str()
                )),
            }
        }
        other => Err(wanted("a whole number", other)),
    }
}

/// `true` or `false`.
pub(super) fn yes_no(value: &DeValue<'_>) -> Read<bool> {
    value.as_bool().ok_or_else(|| wanted("true or false", value))
}

/// What a text says, as `read` understands it.
pub(super) fn spelled<T>(
    what: &'static str,
    read: impl FnOnce(&str) -> Read<T>,
) -> impl FnOnce(&DeValue<'_>) -> Read<T> {
    move |value| match value {
        DeValue::String(text) if text.len() > MAX_QUOTED => {
            Err(format!("{} is too long for {what}", quoted(text)))
        }
        DeValue::String(text) => read(text),
        other => Err(wanted(what, other)),
    }
}

/// The same of what is measured: a whole number is taken for its text.
pub(super) fn measured<T>(
    what: &'static str,
    read: impl FnOnce(&str) -> Read<T>,
) -> impl FnOnce(&DeValue<'_>) -> Read<T> {
    move |value| match value {
        DeValue::Integer(number) if number.radix() == 10 => read(&number.as_str().replace('_', "")),
        other => spelled(what, read)(other),
    }
}

/// The same of what need not be whole.
pub(super) fn fraction<T>(
    what: &'static str,
    read: impl FnOnce(&str) -> Read<T>,
) -> impl FnOnce(&DeValue<'_>) -> Read<T> {
    move |value| match value {
        DeValue::Float(number) => read(&number.as_str().replace('_', "")),
        other => measured(what, read)(other),
    }
}

/// What `read` understands, and that is not zero.
pub(super) fn more<T: Default + PartialEq>(
    read: impl FnOnce(&str) -> Read<T>,
) -> impl FnOnce(&str) -> Read<T> {
    move |text| match read(text)? {
        nothing if nothing == T::default() => Err("must be more than 0".to_owned()),
        some => Ok(some),
    }
}

/// One of some words.
pub(super) fn choice<T: Clone>(
    words: &[(&'static str, T)],
) -> impl FnOnce(&DeValue<'_>) -> Read<T> {
    move |value| {
        let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        let list = known.join(", ");
        let Some(text) = value.as_str() else {
            return Err(wanted(&format!("one of {list}"), value));
        };
        let found = words.iter().find(|(word, _)| *word == text.trim());
        found.map(|(_, meant)| meant.clone()).ok_or_else(|| match nearest(text, &known) {
            Some(near) => format!("{} is not known; did you mean {near:?}?", quoted(text)),
            None => format!("{} is not known; give one of {list}", quoted(text)),
        })
    }
}

/// That something else is there than is wanted.
pub(super) fn wanted(what: &str, value: &DeValue<'_>) -> String {
    format!("{what} is wanted here, and this is {}", kind(value))
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A text of the file in quotation marks, its control characters escaped, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    if text.chars().count() <= MAX_QUOTED {
        return format!("{text:?}");
    }
    format!("{:?}…", text.chars().take(MAX_QUOTED).collect::<String>())
}

/// Line and column of a place, both from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// The word that was probably meant: one or two letters away, or the end of what was written (a flag
/// says `max-pages` where a section says `pages`).
pub(super) fn nearest<'w>(typed: &str, words: &[&'w str]) -> Option<&'w str> {
    let typed: Vec<char> = typed.trim().to_lowercase().replace('_', "-").chars().take(64).collect();
    let far = if typed.len() < 4 { 1 } else { 2 };
    let best = words.iter().map(|word| (distance(&typed, word), *word)).min()?;
    let text: String = typed.iter().collect();
    let tail = || words.iter().find(|word| text.ends_with(&format!("-{word}"))).copied();
    if best.0 <= far { Some(best.1) } else { tail() }
}

/// Letters to change, add or take away to come from one word to the other.
fn distance(one: &[char], other: &str) -> usize {
    let mut row: Vec<usize> = (0..=one.len()).collect();
    for (at, letter) in other.chars().enumerate() {
        let mut next = vec![at + 1];
        for ((here, above), (before, typed)) in
            row.iter().skip(1).zip(&row).zip(one.iter().enumerate())
        {
            let left = next.get(before).copied().unwrap_or(usize::MAX - 1);
            next.push((here + 1).min(left + 1).min(above + usize::from(*typed != letter)));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
