//! Patterns: how a host writes its languages into URLs, learnt from groups that are sure.
//!
//! `/ar/x` and `/en/x`, `ar.example.org/x` and `en.example.org/x`, `x_ar.html` and `x_en.html`,
//! `?lang=ar`. A pattern counts when several groups of the host follow it and none breaks it; then it
//! may be guessed where a page declares nothing. A guess is never evidence of a translation by
//! itself: it costs a request, and the text decides.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use url::Url;

use super::{Group, GroupKind};
use crate::lang::Lang;
use crate::page::alternates::target::{comparison_key, is_home};

/// Groups of a host that must follow a pattern. With translated slugs no pair does (0 of 1,174 on
/// a WordPress site); with equal slugs all do (a Hugo site).
pub const CONFIRMED: usize = 3;

/// Guesses made for one host in one run: a minute of its time at the usual delay.
pub const MAX_GUESSES: usize = 30;

/// Where a URL says its language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Slot {
    /// The first label of the host.
    Label,
    /// The first segment of the path; in one language there may be none.
    Prefix,
    /// A query parameter, by its place.
    Query,
    /// The end of the last segment, before its ending: `x_ar.html`.
    Suffix,
}

const SLOTS: [Slot; 4] = [Slot::Label, Slot::Prefix, Slot::Query, Slot::Suffix];

/// How one host writes one language instead of another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Pattern {
    /// The host, without the label that says the language.
    host: String,
    slot: Slot,
    /// What stands there in one language; empty for none.
    from: String,
    /// The language key and what stands there in it.
    lang: String,
    to: String,
}

/// The patterns of a crawl.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    confirmed: BTreeSet<Pattern>,
}

/// A URL that a pattern gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Guess {
    /// The URL.
    pub url: String,
    /// The page it would be a translation of.
    pub of: String,
    /// The language it would be in ([`Lang::group_key`]).
    pub lang: String,
}

impl Patterns {
    /// Learns from parallel groups: a pattern that [`CONFIRMED`] of them follow and none breaks.
    pub fn learn(groups: &[Group]) -> Self {
        let mut seen: BTreeMap<Pattern, (usize, usize)> = BTreeMap::new();
        for group in groups.iter().filter(|group| group.kind == GroupKind::Parallel) {
            let members: Vec<(&String, Url)> =
                group.members.iter().filter_map(|(key, m)| Some((key, parsed(&m.url)?))).collect();
            for (one, a) in &members {
                for (other, b) in members.iter().filter(|(other, _)| other != one) {
                    for (pattern, follows) in
                        SLOTS.into_iter().filter_map(|s| between(a, other, b, s))
                    {
                        let (follow, broken) = seen.entry(pattern).or_default();
                        *(if follows { follow } else { broken }) += 1;
                    }
                }
            }
        }
        let sure =
            seen.into_iter().filter(|(_, (follow, broken))| *follow >= CONFIRMED && *broken == 0);
        Self { confirmed: sure.map(|(pattern, _)| pattern).collect() }
    }

    /// Whether no host has any.
    pub fn is_empty(&self) -> bool {
        self.confirmed.is_empty()
    }

    /// The URLs at which translations would be that pages lack, at most [`MAX_GUESSES`] a host with
    /// those that were `made` in this run; what is to be `skipped` is left out. Each run begins where the
    /// one before ended, so that all have their turn.
    pub fn guesses<'p>(
        &self,
        pages: impl Iterator<Item = (&'p str, BTreeSet<String>)>,
        mut skipped: impl FnMut(&Url) -> bool,
        made: &HashMap<String, usize>,
        run: u32,
    ) -> Vec<Guess> {
        let mut by_host: BTreeMap<&str, BTreeSet<Guess>> = BTreeMap::new();
        for (page, has) in pages.filter(|_| !self.confirmed.is_empty()) {
            let Some(url) = parsed(page).filter(|url| !is_home(url)) else { continue };
            for pattern in self.confirmed.iter().filter(|pattern| !has.contains(&pattern.lang)) {
                let guess = pattern.apply(&url).filter(|guess| !is_home(guess) && !skipped(guess));
                let Some(guess) = guess else { continue };
                let (of, lang) = (page.to_owned(), pattern.lang.clone());
                let guess = Guess { url: guess.into(), of, lang };
                by_host.entry(&pattern.host).or_default().insert(guess);
            }
        }
        let turn = |(host, mut guesses): (&str, BTreeSet<Guess>)| {
            let mut one_each: Vec<Guess> = Vec::new();
            while let Some(guess) = guesses.pop_first() {
                if one_each.last().is_none_or(|last| last.url != guess.url) {
                    one_each.push(guess);
                }
            }
            let begin = (run as usize).wrapping_mul(MAX_GUESSES) % one_each.len().max(1);
            one_each.rotate_left(begin);
            one_each.truncate(MAX_GUESSES.saturating_sub(made_at(host, made)));
            one_each
        };
        by_host.into_iter().flat_map(turn).collect()
    }
}

impl Pattern {
    /// The URL this pattern gives for one in the language it starts from.
    fn apply(&self, url: &Url) -> Option<Url> {
        let (host, token) = read(url, self.slot)?;
        (host == self.host && token == self.from).then(|| write(url, self.slot, &self.to))?
    }
}

/// Guesses made at a host, those at its labels for languages included.
fn made_at(host: &str, made: &HashMap<String, usize>) -> usize {
    let is_at = |at: &str| at == host || at.strip_suffix(host).is_some_and(|at| at.ends_with('.'));
    made.iter().filter(|(at, _)| is_at(at)).map(|(_, count)| count).sum()
}

fn parsed(url: &str) -> Option<Url> {
    Url::parse(url).ok()
}

fn same(a: &Url, b: &Url) -> bool {
    comparison_key(a) == comparison_key(b)
}

/// The pattern by which two URLs of one host differ in a slot, and whether nothing else differs.
fn between(a: &Url, lang: &str, b: &Url, slot: Slot) -> Option<(Pattern, bool)> {
    let ((host, from), (other, to)) = (read(a, slot)?, read(b, slot)?);
    if host != other || from == to {
        return None;
    }
    let follows = write(a, slot, &to).is_some_and(|url| same(&url, b));
    Some((Pattern { host, slot, from, lang: lang.to_owned(), to }, follows))
}

fn is_code(text: &str) -> bool {
    matches!(text.len(), 2 | 3 | 5 | 7) && Lang::parse(text).is_some()
}

/// The host without its language, and what stands in a slot of a URL.
fn read(url: &Url, slot: Slot) -> Option<(String, String)> {
    let host = url.host_str()?;
    let token = match slot {
        Slot::Label => {
            let (label, rest) = host.split_once('.')?;
            let named = is_code(label) && rest.contains('.');
            let (label, rest) = if named { (label, rest) } else { ("", host) };
            let rest = rest.strip_prefix("www.").unwrap_or(rest);
            return Some((rest.to_owned(), label.to_owned()));
        }
        Slot::Prefix => url.path_segments()?.next().filter(|first| is_code(first)).unwrap_or(""),
        Slot::Query => {
            let pairs: Vec<_> = url.query_pairs().filter(|(_, value)| is_code(value)).collect();
            let [(name, value)] = pairs.as_slice() else {
                return Some((host.to_owned(), String::new()));
            };
            return Some((host.to_owned(), format!("{name}={value}")));
        }
        Slot::Suffix => suffix(url)?.0,
    };
    Some((host.to_owned(), token.to_owned()))
}

/// The language at the end of the last segment, and what follows it.
fn suffix(url: &Url) -> Option<(&str, &str)> {
    let last = url.path_segments()?.next_back()?;
    let (stem, ending) = last
        .rsplit_once('.')
        .map_or((last, ""), |(stem, _)| (stem, last.get(stem.len()..).unwrap_or_default()));
    let (_, code) = stem.rsplit_once(['_', '-', '.'])?;
    is_code(code).then_some((code, ending))
}

/// The URL with something else in a slot.
fn write(url: &Url, slot: Slot, token: &str) -> Option<Url> {
    let mut out = url.clone();
    match slot {
        Slot::Label => {
            let (rest, _) = read(url, slot)?;
            let host = if token.is_empty() { rest } else { format!("{token}.{rest}") };
            out.set_host(Some(&host)).ok()?;
        }
        Slot::Prefix => {
            let skip = usize::from(!read(url, slot)?.1.is_empty());
            let rest: Vec<&str> = url.path_segments()?.skip(skip).collect();
            let start = if token.is_empty() { String::new() } else { format!("/{token}") };
            out.set_path(&format!("{start}/{}", rest.join("/")));
        }
        Slot::Query => {
            let pairs = url.query_pairs().filter(|(_, value)| !is_code(value));
            let rest: Vec<(String, String)> =
                pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
            out.set_query(None);
            let own = token.split_once('=');
            if own.is_some() || !rest.is_empty() {
                out.query_pairs_mut().extend_pairs(rest).extend_pairs(own);
            }
        }
        Slot::Suffix => {
            let (code, ending) = suffix(url)?;
            let before = url.path().strip_suffix(ending)?.strip_suffix(code)?;
            out.set_path(&format!("{before}{token}{ending}"));
        }
    }
    Some(out)
}
