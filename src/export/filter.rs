//! Filters: which documents of a corpus an export is about.
//!
//! Each asks one question of one document; that of the group's languages needs the corpus walked
//! once before. Nothing is dropped that was not asked to be.

use std::collections::{HashMap, HashSet};

use super::corpus::Corpus;
use super::document::Document;
use super::error::ExportError;
use super::gather::Halt;
use crate::lang::Lang;
use crate::moment::Moment;

/// What is asked of a document; nothing asked lets every document pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// The language of its text is one of these. A language alone stands for all its scripts; a
    /// region that decides no script asks for what is declared to be of it.
    pub languages: Vec<Lang>,
    /// Its group has documents in all of these, whatever the other filters say of them.
    pub with_languages: Vec<Lang>,
    /// Its host is one of these or below one.
    pub hosts: Vec<String>,
    /// It was published, or, when that is not known, captured, at this time or later.
    pub since: Option<Moment>,
    /// And before this one.
    pub until: Option<Moment>,
    /// It has as many words.
    pub min_words: Option<u64>,
    /// And no more than these.
    pub max_words: Option<u64>,
    /// Its capture has no defect.
    pub whole: bool,
}

/// The filters, with what they need to know of the corpus.
pub struct Sieve<'f> {
    filters: &'f Filters,
    /// The groups that have all languages wanted.
    complete: HashSet<String>,
}

impl<'f> Sieve<'f> {
    /// Walks over the corpus where a filter needs it.
    pub fn over(filters: &'f Filters, corpus: &Corpus, halt: &Halt) -> Result<Self, ExportError> {
        let wanted = &filters.with_languages;
        let mut found: HashMap<String, Vec<bool>> = HashMap::new();
        if !wanted.is_empty() {
            for document in corpus.documents() {
                halt.check()?;
                let (_, document) = document?;
                let Some(group) = document.group.clone() else { continue };
                let has = found.entry(group).or_insert_with(|| vec![false; wanted.len()]);
                for (has, wanted) in has.iter_mut().zip(wanted) {
                    *has |= is_in(&document, wanted);
                }
            }
        }
        let complete = found.into_iter().filter(|(_, has)| has.iter().all(|has| *has));
        Ok(Self { filters, complete: complete.map(|(group, _)| group).collect() })
    }

    /// Whether a document passes.
    pub fn passes(&self, document: &Document) -> bool {
        let Filters { languages, with_languages, hosts, since, until, min_words, max_words, whole } =
            self.filters;
        let words = document.quality.words;
        let day = document.day();
        (languages.is_empty() || languages.iter().any(|wanted| is_in(document, wanted)))
            && (with_languages.is_empty()
                || document.group.as_ref().is_some_and(|group| self.complete.contains(group)))
            && (hosts.is_empty() || hosts.iter().any(|host| is_below(&document.host, host)))
            && since.is_none_or(|since| day.is_some_and(|day| day >= since))
            && until.is_none_or(|until| day.is_some_and(|day| day < until))
            && min_words.is_none_or(|least| words >= least)
            && max_words.is_none_or(|most| words <= most)
            && (!*whole || document.defects.is_empty())
    }
}

fn is_in(document: &Document, wanted: &Lang) -> bool {
    let Document { language, declared_language, expected_language, .. } = document;
    let declared = [declared_language, expected_language].map(Option::as_ref);
    language.as_ref().is_some_and(|lang| is_meant(wanted, lang, declared))
}

/// Whether a text in `lang` is what is wanted. Of a region no text tells: it is asked of what the
/// page and others declare, unless it stands for a script (`zh-TW`).
fn is_meant(wanted: &Lang, lang: &Lang, declared: [Option<&Lang>; 2]) -> bool {
    let is_of = |region| {
        let tags = declared.into_iter().flatten().chain([lang]);
        tags.into_iter().any(|lang| lang.region() == Some(region))
    };
    wanted.covers(lang)
        && wanted.region().is_none_or(|region| stands_for_a_script(wanted) || is_of(region))
}

fn stands_for_a_script(wanted: &Lang) -> bool {
    Lang::parse(wanted.language()).is_some_and(|bare| !bare.same(wanted))
}

fn is_below(host: &str, wanted: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let below = |name: &str| {
        // A final dot is the root of all names (RFC 1034 §3.1).
        name.trim_end_matches('.')
            .strip_suffix(wanted)
            .is_some_and(|above| above.is_empty() || above.ends_with('.'))
    };
    below(host) || below(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text in `lang`, declared as `declared`, is what is wanted.
    fn is_wanted(wanted: &str, lang: &str, declared: &str) -> bool {
        let declared = Lang::parse(declared);
        let (wanted, lang) = (Lang::parse(wanted).unwrap(), Lang::parse(lang).unwrap());
        is_meant(&wanted, &lang, [declared.as_ref(), None])
    }

    #[test]
    fn a_bare_language_stands_for_its_scripts() {
        let covers = |wanted, lang| is_wanted(wanted, lang, "");
        assert!(covers("zh", "zh-Hant") && covers("ar", "ar-EG") && covers("no", "nb"));
        assert!(!covers("zh-Hans", "zh-Hant") && covers("zh-TW", "zh-Hant"));
        assert!(!covers("ar", "fa"));
    }

    #[test]
    fn a_region_is_what_the_page_declares() {
        assert!(is_wanted("pt-BR", "pt", "pt-BR") && is_wanted("pt", "pt", "pt-BR"));
        assert!(!is_wanted("pt-BR", "pt", "pt-PT") && !is_wanted("pt-BR", "pt", ""));
        assert!(!is_wanted("pt-BR", "es", "pt-BR"));
        assert!(is_wanted("zh-TW", "zh-Hant", "zh-HK") && is_wanted("en-GB", "en", "en_GB"));
    }

    #[test]
    fn a_host_stands_for_those_below_it() {
        assert!(
            is_below("www.news.example", "news.example")
                && is_below("news.example", "news.example")
        );
        assert!(is_below("news.example:8080", "news.example") && is_below("a.b:80", "a.b:80"));
        assert!(!is_below("bad-news.example", "news.example"));
    }
}
