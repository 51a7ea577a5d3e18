//! Statistics: what an export holds, by language, host, month and translation group.
//!
//! Counted while documents are written. Memory grows with hosts and groups, never with texts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::document::Document;
use super::survey::fingerprint;
use crate::lang::Lang;
use crate::moment::Moment;

/// Hosts that are named; the rest is counted.
const HOSTS_NAMED: usize = 1_000;

/// What is told of one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfLanguage {
    /// Documents.
    pub documents: u64,
    /// Their words.
    pub words: u64,
    /// Hosts they are from.
    pub hosts: u64,
    /// The first day one of them was published, or captured.
    pub first: Option<String>,
    /// The last such day.
    pub last: Option<String>,
}

/// What `statistics.json` holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Documents.
    pub documents: u64,
    /// Their words.
    pub words: u64,
    /// By language; `und` is where none is known.
    pub languages: BTreeMap<String, OfLanguage>,
    /// Documents by host, those with most; at most a thousand.
    pub hosts: BTreeMap<String, u64>,
    /// Hosts in all.
    pub hosts_in_all: u64,
    /// Documents by the month they were published, or captured, in.
    pub months: BTreeMap<String, u64>,
    /// Translation groups by the number of their languages in the export.
    pub groups: BTreeMap<u64, u64>,
    /// Groups that have both languages, by pair.
    pub pairs: BTreeMap<String, u64>,
    /// Documents whose capture is not whole, by what is wrong with it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub defects: BTreeMap<&'static str, u64>,
    /// Aligned texts of a parallel corpus, by pair.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub aligned: BTreeMap<String, u64>,
}

/// Counts documents.
#[derive(Debug, Default)]
pub struct Counter {
    told: Statistics,
    hosts: HashMap<String, u64>,
    hosts_of: HashMap<String, BTreeSet<u64>>,
    groups: HashMap<u64, BTreeSet<String>>,
}

impl Counter {
    /// Counts one.
    pub fn add(&mut self, document: &Document) {
        let language = language_of(document);
        let day = document.day().map(Moment::warc_date);
        let day = day.as_deref().and_then(|day| day.get(..10));
        let words = document.quality.words;
        let told = &mut self.told;
        told.documents += 1;
        told.words += words;
        if let Some(month) = day.and_then(|day| day.get(..7)) {
            *told.months.entry(month.to_owned()).or_default() += 1;
        }
        let of = told.languages.entry(language.clone()).or_default();
        of.documents += 1;
        of.words += words;
        if let Some(day) = day {
            let (first, last) = (of.first.get_or_insert_default(), of.last.get_or_insert_default());
            if first.is_empty() || day < first.as_str() {
                day.clone_into(first);
            }
            if day > last.as_str() {
                day.clone_into(last);
            }
        }
        for defect in &document.defects {
            *told.defects.entry(defect.name()).or_default() += 1;
        }
        *self.hosts.entry(document.host.clone()).or_default() += 1;
        let of = self.hosts_of.entry(language.clone()).or_default();
        of.insert(fingerprint(&document.host));
        if let Some(group) = &document.group {
            self.groups.entry(fingerprint(group)).or_default().insert(language);
        }
    }

    /// Counts the aligned texts of two documents.
    pub fn pair(&mut self, one: &Document, other: &Document, texts: u64) {
        let mut languages = [one, other].map(language_of);
        languages.sort();
        *self.told.aligned.entry(languages.join("-")).or_default() += texts;
    }

    /// All told.
    pub fn finish(self) -> Statistics {
        let mut told = self.told;
        for (language, hosts) in self.hosts_of {
            told.languages.entry(language).or_default().hosts = hosts.len() as u64;
        }
        told.hosts_in_all = self.hosts.len() as u64;
        let mut hosts: Vec<_> = self.hosts.into_iter().collect();
        hosts.sort_by(|(a, many), (b, more)| more.cmp(many).then(a.cmp(b)));
        told.hosts = hosts.into_iter().take(HOSTS_NAMED).collect();
        for languages in self.groups.into_values() {
            *told.groups.entry(languages.len() as u64).or_default() += 1;
            for (number, one) in languages.iter().enumerate() {
                for other in languages.iter().skip(number + 1) {
                    *told.pairs.entry(format!("{one}-{other}")).or_default() += 1;
                }
            }
        }
        told
    }
}

/// The language without script and region; Bokmål is what most pages mean by Norwegian.
fn language_of(document: &Document) -> String {
    let language = document.language.as_ref().map_or("und", Lang::language);
    (if language == "nb" { "no" } else { language }).to_owned()
}
