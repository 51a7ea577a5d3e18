//! Verifying: one text held against another, by what survives translation.
//!
//! Length, numbers, names in Latin letters, images, paragraphs; and what it costs to lay the
//! paragraphs side by side (`aligned`). The expected ratio of lengths is learnt from the crawl's
//! own surest pairs. A verdict speaks only where there is enough text; it never joins pages nobody
//! declared.

mod aligned;
mod witness;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use aligned::Parallel;
pub(super) use witness::{AGREE, CONFIRMED, DIFFER};

use crate::page::print::TextPrint;

/// Characters under which a text says nothing (the study's own floor for its pairs).
pub(super) const MIN_CHARS: u64 = 200;

/// A ratio of lengths this far below or above the expected one is that of a part. True pairs of
/// the study lie between .84 and 1.11 of the median (ar: .76-.82-.90, ja: .49-.57-.65).
const RATIO: (f64, f64) = (0.6, 1.6);

/// The same where nothing is known of the two languages: the densest measured against the longest
/// (ja .57 to fr 1.10), a writing denser still (Chinese), and the gate on top.
const RATIO_UNKNOWN: (f64, f64) = (0.2, 5.0);

/// Numbers on each side from which their share says something.
const MIN_NUMBERS: usize = 3;

/// Names on each side from which their share is told.
const MIN_NAMES: usize = 3;

/// Pairs of two languages from which their own median replaces the start value.
const MIN_LEARNT: usize = 8;

/// Characters of a text for each character of its English translation, where measured (ar 52
/// pairs, fr 63, es 66, ja 66).
const START: &[(&str, f64)] =
    &[("en-Latn", 1.0), ("ar-Arab", 0.82), ("fr-Latn", 1.10), ("es-Latn", 1.09), ("ja-Jpan", 0.57)];

/// What two texts say about one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Too little to tell.
    #[default]
    Unknown,
    /// Length, numbers and names are those of one article.
    Agrees,
    /// One is much shorter than a translation would be.
    Partial,
    /// Numbers, names and paragraphs are not those of one article.
    Suspect,
    /// It is one text at two addresses.
    Same,
}

impl Verdict {
    /// Its name, as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Agrees => "agrees",
            Self::Partial => "partial",
            Self::Suspect => "suspect",
            Self::Same => "same",
        }
    }
}

/// A comparison of two texts.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct TextCheck {
    /// What it comes to.
    pub verdict: Verdict,
    /// What numbers, names and paragraphs come to: points for one article, or against it.
    #[serde(default)]
    pub balance: i8,
    /// Characters of the second for each of the first.
    pub ratio: f64,
    /// The ratio expected of these languages, where it is known.
    pub expected: Option<f64>,
    /// Share of the numbers in common (Dice), from three on each side.
    pub numbers: Option<f64>,
    /// Of the fewer names in Latin letters, the share the other has too.
    pub names: Option<f64>,
    /// Images both have, those of the site included.
    pub images: usize,
    /// Paragraphs of each.
    pub paragraphs: (u16, u16),
    /// What laying the paragraphs side by side costs, a pair of paragraphs (Gale and Church 1993);
    /// under 1 for most translations.
    pub cost: Option<f64>,
}

/// A text to compare.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// Its language and script, [`crate::lang::Lang::group_key`].
    pub key: &'a str,
    /// Its characters.
    pub length: u64,
    /// Its print.
    pub print: Option<&'a TextPrint>,
}

/// The ratios of lengths of a crawl.
#[derive(Clone, Debug, Default)]
pub struct Norms {
    learnt: HashMap<(String, String), f64>,
}

impl Norms {
    /// Learns from pairs that are sure; the order of the pairs, and within a pair, is all one.
    pub fn learn<'a>(pairs: impl Iterator<Item = (Text<'a>, Text<'a>)>) -> Self {
        let mut seen: HashMap<(&str, &str), Vec<f64>> = HashMap::new();
        for (a, b) in pairs.filter(|(a, b)| a.length >= MIN_CHARS && b.length >= MIN_CHARS) {
            let (a, b) = if a.key <= b.key { (a, b) } else { (b, a) };
            seen.entry((a.key, b.key)).or_default().push(ratio(a, b));
        }
        let enough = seen.into_iter().filter(|(_, ratios)| ratios.len() >= MIN_LEARNT);
        let median = |mut ratios: Vec<f64>| {
            ratios.sort_unstable_by(f64::total_cmp);
            ratios.get(ratios.len() / 2).copied().unwrap_or(1.0)
        };
        let learnt = enough.map(|((a, b), ratios)| ((a.to_owned(), b.to_owned()), median(ratios)));
        Self { learnt: learnt.collect() }
    }

    /// Characters of `b` for each of `a`; `None` when nothing is known of the two.
    pub fn expected(&self, a: &str, b: &str) -> Option<f64> {
        let learnt = |a: &str, b: &str| self.learnt.get(&(a.to_owned(), b.to_owned())).copied();
        let start = |key: &str| START.iter().find(|(known, _)| *known == key).map(|(_, c)| *c);
        learnt(a, b)
            .or_else(|| learnt(b, a).map(|ratio| 1.0 / ratio))
            .or_else(|| Some(start(b)? / start(a)?))
    }
}

#[allow(clippy::cast_precision_loss, reason = "lengths of texts")]
fn ratio(a: Text<'_>, b: Text<'_>) -> f64 {
    b.length as f64 / a.length.max(1) as f64
}

/// Compares two texts; `None` without their prints.
pub fn compare(a: Text<'_>, b: Text<'_>, norms: &Norms) -> Option<TextCheck> {
    let (one, other) = (a.print?, b.print?);
    let mut check = TextCheck {
        verdict: Verdict::Unknown,
        balance: 0,
        ratio: ratio(a, b),
        expected: norms.expected(a.key, b.key),
        numbers: one.numbers_shared(other, MIN_NUMBERS),
        names: one.names_shared(other, MIN_NAMES),
        images: one.images_shared(other),
        paragraphs: (one.count, other.count),
        cost: None,
    };
    if a.length.max(b.length) >= MIN_CHARS {
        check.balance = balance((a.key, one), (b.key, other), &check);
    }
    check.verdict = verdict(a, b, &check);
    Some(check)
}

/// What the witnesses come to.
fn balance(a: (&str, &TextPrint), b: (&str, &TextPrint), check: &TextCheck) -> i8 {
    let fewer = a.1.names.len().min(b.1.names.len());
    // Of a summary the numbers that it has are asked for, not those it lacks.
    let whole = check.is_of_a_length();
    let numbers = if whole { check.numbers } else { a.1.numbers_of_fewer(b.1, MIN_NUMBERS) };
    let mut told = witness::numbers(numbers) + witness::names(check.names, fewer);
    let silence = if whole { witness::silence(a.1.numbers_of_each(b.1)) } else { 0 };
    told += silence;
    if !(whole && witness::may_turn(told)) {
        return told;
    }
    let laid = laid(a, b, check);
    let told_in_all = told + witness::paragraphs(check.paragraphs, laid.as_ref());
    // Some write every number in words: alone that condemns no texts that run in parallel.
    let only_silent = told - silence > witness::DIFFER && witness::is_parallel(laid.as_ref());
    if only_silent { told_in_all.max(witness::DIFFER + 1) } else { told_in_all }
}

/// The paragraphs of two texts side by side, the same whichever text comes first. Where nothing is
/// known of the two languages, their paragraphs share what the whole texts have.
fn laid(a: (&str, &TextPrint), b: (&str, &TextPrint), check: &TextCheck) -> Option<Parallel> {
    let expected = check.expected.unwrap_or(check.ratio);
    let (one, other) = (&a.1.paragraphs, &b.1.paragraphs);
    if (a.0, one) <= (b.0, other) {
        Parallel::of(one, other, expected)
    } else {
        Parallel::of(other, one, 1.0 / expected)
    }
}

/// [`compare`] with the cost of laying the paragraphs side by side, which takes longer; for people
/// and files to read.
pub fn compare_closely(a: Text<'_>, b: Text<'_>, norms: &Norms) -> Option<TextCheck> {
    let check = compare(a, b, norms)?;
    let laid = laid((a.key, a.print?), (b.key, b.print?), &check);
    Some(TextCheck {
        ratio: rounded(check.ratio),
        expected: check.expected.map(rounded),
        numbers: check.numbers.map(rounded),
        names: check.names.map(rounded),
        cost: laid.map(|laid| rounded(laid.cost)),
        ..check
    })
}

/// Three digits say all there is to say, and look the same on every machine.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Whether two texts, long enough to tell, are one.
pub fn is_same(a: Text<'_>, b: Text<'_>) -> bool {
    let same = a.print.zip(b.print).is_some_and(|(a, b)| a.hash == b.hash);
    same && a.length.min(b.length) >= MIN_CHARS
}

fn verdict(a: Text<'_>, b: Text<'_>, check: &TextCheck) -> Verdict {
    if is_same(a, b) {
        return Verdict::Same;
    }
    if a.length.max(b.length) < MIN_CHARS {
        return Verdict::Unknown;
    }
    match check.balance {
        ..=witness::DIFFER => Verdict::Suspect,
        _ if !check.is_of_a_length() => Verdict::Partial,
        witness::AGREE.. => Verdict::Agrees,
        _ => Verdict::Unknown,
    }
}

impl TextCheck {
    /// Whether neither text is much shorter than the other, by what is expected.
    fn is_of_a_length(&self) -> bool {
        let (low, high) = if self.expected.is_some() { RATIO } else { RATIO_UNKNOWN };
        (low..=high).contains(&(self.ratio / self.expected.unwrap_or(1.0)))
    }

    /// Whether it is the second text that is the shorter one, by what is expected.
    pub fn second_is_shorter(&self) -> bool {
        self.ratio < self.expected.unwrap_or(1.0)
    }
}
