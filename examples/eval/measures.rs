//! The measures: how much of a gold body, byline, date and title a prediction has.
//!
//! Bodies are compared as multisets of four tokens in a row, whatever the script: a token is a run
//! of letters, marks and digits, and every character of a script without spaces stands alone.
//! Text is folded (NFKC, case, no tatweel) before it is cut.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

/// Tokens in a row that are compared as one.
const SHINGLE: usize = 4;

static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let alone = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]";
    let run = format!(r"[\p{{L}}--{alone}][[\p{{L}}\p{{M}}\p{{N}}_]--{alone}]*");
    Regex::new(&format!(r"{alone}|{run}|[\p{{N}}_]+")).unwrap()
});

/// A by-word that a prediction has left before a name.
static BY_WORD: LazyLock<Regex> = LazyLock::new(|| {
    let spaced = "written by|posted by|reported by|by|von|par|por|di|da|door|av|af|door|przez\
        |autor(?:ka|en|a)?|text|reporter|автор|текст|بقلم|كتب(?:ه|ت)?|إعداد|تأليف|نوشته|نویسنده|מאת\
        |yazan|haber|文|作者|記者|记者|撮影|編集";
    let marked = "作者|文|記者|记者|автор|بقلم";
    Regex::new(&format!(r"(?i)^\s*(?:{spaced})\s*[:：]?\s+|^\s*(?:{marked})\s*[:：/]\s*")).unwrap()
});

/// What stands between the names of a byline given as one string.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    let words = r"\s&\s|\sand\s|\sund\s|\set\s|\sy\s|\se\s|\n";
    Regex::new(&format!(r"(?i)\s*(?:;|؛|\||،|,|、|•|·|/|{words})\s*")).unwrap()
});

static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[\p{L}\p{M}\p{N}]+").unwrap());

static DAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(\d{4})[-/](\d{1,2})[-/](\d{1,2})").unwrap());

/// Full case folding: by way of the upper case, so that ß is ss and ς is σ; ı is a letter of its
/// own.
fn folded_case(text: &str) -> String {
    let fold = |c: char| -> Vec<char> {
        match c {
            'ı' => vec![c],
            _ => c.to_uppercase().flat_map(char::to_lowercase).collect(),
        }
    };
    text.chars().flat_map(fold).collect()
}

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let text: String = text.nfkc().filter(|c| *c != '\u{640}').collect();
    TOKEN.find_iter(&folded_case(&text)).map(|found| found.as_str().to_owned()).collect()
}

/// Precision, recall and their harmonic mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Overlap {
    pub(crate) precision: f64,
    pub(crate) recall: f64,
    pub(crate) f1: f64,
}

/// How far two texts are made of the same `n` tokens in a row.
fn overlap(gold: &[String], found: &[String], n: usize) -> Overlap {
    let (gold, found) = (counted(gold, n), counted(found, n));
    let sum = |of: &HashMap<&[String], u32>| f64::from(of.values().sum::<u32>());
    let (g, p) = (sum(&gold), sum(&found));
    if g == 0.0 && p == 0.0 {
        return Overlap { precision: 1.0, recall: 1.0, f1: 1.0 };
    }
    let shared: u32 =
        gold.iter().map(|(key, n)| (*n).min(found.get(key).copied().unwrap_or_default())).sum();
    let share = |of: f64| if of > 0.0 { f64::from(shared) / of } else { 0.0 };
    let (precision, recall) = (share(p), share(g));
    let both = precision + recall;
    let f1 = if both > 0.0 { 2.0 * precision * recall / both } else { 0.0 };
    Overlap { precision, recall, f1 }
}

/// The multiset of `n` tokens in a row; a shorter text is one such.
fn counted(tokens: &[String], n: usize) -> HashMap<&[String], u32> {
    let mut counts = HashMap::new();
    if tokens.is_empty() {
        return counts;
    }
    for window in tokens.windows(n.min(tokens.len())) {
        *counts.entry(window).or_default() += 1;
    }
    counts
}

/// How far two bodies are the same; a leading line that is the title counts for neither.
pub(crate) fn body(gold: &str, found: &str, title: &str) -> Overlap {
    overlap(&tokens(&untitled(gold, title)), &tokens(&untitled(found, title)), SHINGLE)
}

fn untitled(body: &str, title: &str) -> String {
    let title = tokens(title);
    let mut lines: Vec<&str> = body.split('\n').collect();
    let is_title =
        |line: &&str| !title.is_empty() && !line.trim().is_empty() && tokens(line) == title;
    if let Some(at) = lines.iter().take(3).position(is_title) {
        lines.remove(at);
    }
    lines.join("\n")
}

/// White space folded.
pub(crate) fn squashed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a title is the same, and the share of its tokens.
pub(crate) fn title(gold: &str, found: &str) -> (bool, f64) {
    let (gold, found) = (tokens(gold), tokens(found));
    (!found.is_empty() && gold == found, overlap(&gold, &found, 1).f1)
}

/// Names as they are compared, each once.
pub(crate) fn names<'n>(all: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for name in all {
        let name = squashed(&name.nfkc().collect::<String>());
        let name = BY_WORD.replace(&name, "");
        let hidden = |c: &char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let name: String = name.chars().filter(|c| !hidden(c)).collect();
        let name =
            folded_case(name.trim_matches([' ', '.', ',', ':', ';', '-', '–', '—', '|', '•']));
        if !name.is_empty() && !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

/// The names of a byline given as one string.
pub(crate) fn split(byline: &str) -> Vec<String> {
    BETWEEN.split(byline).map(str::to_owned).collect()
}

/// How far two sets of names are the same: exactly, and with one name's words inside the other's.
pub(crate) fn byline(gold: &[String], found: &[String]) -> (f64, f64) {
    let gold = names(gold.iter().map(String::as_str));
    let found = names(found.iter().map(String::as_str));
    if found.is_empty() {
        return (0.0, 0.0);
    }
    let words = |name: &String| -> BTreeSet<String> {
        WORD.find_iter(name).map(|word| word.as_str().to_owned()).collect()
    };
    let mut left: Vec<BTreeSet<String>> = found.iter().map(words).collect();
    let mut hits = 0_usize;
    for name in gold.iter().map(words).filter(|name| !name.is_empty()) {
        let near = |other: &BTreeSet<String>| {
            !other.is_empty() && (name.is_subset(other) || other.is_subset(&name))
        };
        if let Some(at) = left.iter().position(near) {
            left.remove(at);
            hits += 1;
        }
    }
    let exact = gold.iter().filter(|name| found.contains(name)).count();
    let all = gold.len() + found.len();
    (ratio(2 * exact, all), ratio(2 * hits, all))
}

/// The day of a date, as `2026-03-14`.
pub(crate) fn day(date: &str) -> Option<String> {
    let found = DAY.captures(date)?;
    let number = |at: usize| found[at].parse::<u32>().unwrap_or_default();
    Some(format!("{:04}-{:02}-{:02}", number(1), number(2), number(3)))
}

/// A share of counts.
pub(crate) fn ratio(part: usize, all: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "counts of pages and names")]
    let share = part as f64 / all as f64;
    if all == 0 { 0.0 } else { share }
}
