//! Findings: what a rule says of one place in an archive, and the docket that takes them down.
//!
//! A [`Rule`] is a value with a code, the text it stands on, a weight and the remedy; it lives in
//! the file that asks it. The docket gives each rule a bounded number of findings and counts the
//! rest, so a file of a million broken records costs no more to tell of than a small one.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::moment::Moment;

/// What a rule asks, and of whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The standard says shall, or nothing can be read without it: an error for everybody.
    Shall,
    /// Our bar, which the standard does not ask for: nobody else's files are held to it.
    Bar,
    /// Our bar; a warning for everybody else.
    Should,
    /// Legal but unwise, or not to be judged: a warning.
    Odd,
    /// A warning for files held to our bar.
    House,
    /// Something outside the given files: an error when they are said to be a closed set.
    Outside,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Legal but unwise, or not to be judged.
    Warning,
    /// Breaks our own bar.
    BelowBar,
    /// Breaks the standard.
    Error,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::BelowBar => "below-bar",
            Self::Error => "error",
        })
    }
}

/// One thing that is asked of an archive.
#[derive(Debug)]
pub struct Rule {
    /// Its name, for good: `digest.block`.
    pub code: &'static str,
    /// The text it stands on: `WARC 1.1 §5.8`, or `bar 12` for an item of the README's bar.
    pub cites: &'static str,
    /// Whom it binds.
    pub weight: Weight,
    /// What to do about it.
    pub remedy: &'static str,
}

/// Writes the rules of a file as constants, and as a list of all of them.
macro_rules! rules {
    ($($name:ident: $weight:ident $code:literal $cites:literal $remedy:literal)*) => {
        $(const $name: crate::verify::finding::Rule = crate::verify::finding::Rule {
            code: $code,
            cites: $cites,
            weight: crate::verify::finding::Weight::$weight,
            remedy: $remedy,
        };)*
        pub(super) const RULES: &[crate::verify::finding::Rule] = &[$($name),*];
    };
}
pub(super) use rules;

/// Whose rules a file is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The standard, for anybody's WARC 1.0 or 1.1.
    Spec,
    /// The standard and our own bar.
    Bar,
}

/// What a rule found at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, as it was given; a member of a WACZ as `FILE!MEMBER`.
    pub file: String,
    /// Offset of the gzip member, of the record in an uncompressed file, or of the index line.
    pub offset: u64,
    /// The record: its type and its id.
    pub record: Option<String>,
    /// The code of the rule.
    pub rule: &'static str,
    /// The text it stands on.
    pub cites: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What was found.
    pub what: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// `error a.warc.gz@12 digest.block [response <urn:…>]: … (WARC 1.1 §5.8); REMEDY`.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}@{} {}", self.severity, self.file, self.offset, self.rule)?;
        if let Some(record) = &self.record {
            write!(f, " [{record}]")?;
        }
        write!(f, ": {} ({}); {}", self.what, self.cites, self.remedy)
    }
}

/// Where a rule is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) offset: u64,
    pub(super) record: Option<&'a str>,
    pub(super) profile: Profile,
}

/// How often a rule was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How bad it was, at worst.
    pub severity: Severity,
    /// Findings.
    pub found: u64,
    /// Findings that were told.
    pub told: u64,
}

/// Takes findings down.
pub(super) struct Docket<'a> {
    tell: &'a mut dyn FnMut(&Finding),
    limit: u64,
    pub(super) closed: bool,
    pub(super) now: Moment,
    pub(super) counts: BTreeMap<&'static str, Count>,
}

impl<'a> Docket<'a> {
    pub(super) fn new(
        limit: u64,
        closed: bool,
        now: Moment,
        tell: &'a mut dyn FnMut(&Finding),
    ) -> Self {
        Self { tell, limit, closed, now, counts: BTreeMap::new() }
    }

    /// Takes down that `rule` is broken at `place`, if it binds there.
    pub(super) fn find(
        &mut self,
        place: &Place<'_>,
        rule: &'static Rule,
        what: impl FnOnce() -> String,
    ) {
        let Some(severity) = self.severity(rule.weight, place.profile) else { return };
        let count = self.counts.entry(rule.code).or_insert(Count { severity, found: 0, told: 0 });
        count.found += 1;
        count.severity = count.severity.max(severity);
        if count.told >= self.limit {
            return;
        }
        count.told += 1;
        (self.tell)(&Finding {
            file: place.file.to_owned(),
            offset: place.offset,
            record: place.record.map(str::to_owned),
            rule: rule.code,
            cites: rule.cites,
            severity,
            what: what(),
            remedy: rule.remedy,
        });
    }

    fn severity(&self, weight: Weight, profile: Profile) -> Option<Severity> {
        let bar = profile == Profile::Bar;
        match weight {
            Weight::Outside if !self.closed => Some(Severity::Warning),
            Weight::Shall | Weight::Outside => Some(Severity::Error),
            Weight::Bar => bar.then_some(Severity::BelowBar),
            Weight::Should if bar => Some(Severity::BelowBar),
            Weight::Should | Weight::Odd => Some(Severity::Warning),
            Weight::House => bar.then_some(Severity::Warning),
        }
    }
}

/// A piece of somebody's text in quotes, its control characters escaped, not longer than a line.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 100;
    let mut shown = format!("{:?}", text.chars().take(MOST).collect::<String>());
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
