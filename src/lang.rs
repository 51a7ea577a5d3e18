//! Language tags: BCP 47, read leniently, compared by language and script.
//!
//! The web writes `en_US`, `iw`, `zh-TW`, `jp`; a [`Lang`] is the canonical form, and the raw text
//! stays wherever evidence is kept. Two tags are the same language for grouping when language and
//! (likely) script agree: `zh-Hans` is not `zh-Hant`, `en-GB` is `en`. A `Lang` never says what
//! language a text *is* in; that is `page::language`'s word.

use std::fmt;

use icu_locale::subtags::{Language, Region, Script, Variant};
use icu_locale::{LanguageIdentifier, Locale, LocaleCanonicalizer, LocaleExpander};
use serde::{Deserialize, Serialize};

/// Longest text that is looked at; the longest tags in use have about 20 bytes.
const MAX_TAG_BYTES: usize = 48;

/// Country codes written for languages. Only codes that ISO 639-1 does not assign itself: `se` is
/// Northern Sami and `uk` is Ukrainian until the text says otherwise ([`Lang::agrees`]).
const COUNTRY_FOR_LANGUAGE: &[(&str, &str)] =
    &[("jp", "ja"), ("cn", "zh"), ("ua", "uk"), ("gr", "el"), ("cz", "cs"), ("dk", "da")];

/// Subtags that systems put where BCP 47 has a script or an extended language.
const SECOND_SUBTAG: &[(&str, &str)] =
    &[("zh-chs", "zh-Hans"), ("zh-cht", "zh-Hant"), ("zh-cmn", "zh"), ("zh-yue", "yue")];

/// Tags that are well formed and name no single language (ISO 639-2, and POSIX's `C`).
const NO_LANGUAGE: &[&str] = &["und", "mul", "zxx", "mis", "root", "posix", "c"];

/// Codes people write for one another: a country's code that is also a language's, and the codes
/// of Norwegian. Both stay what they are until a text decides between them.
const CONFUSED: &[(&str, &str)] = &[
    ("se", "sv"),
    ("no", "nn"),
    ("tl", "fil"),
    // A code for several languages, and those that are written most.
    ("ku", "ckb"),
    ("ku", "kmr"),
    ("ps", "pbt"),
    ("ps", "pst"),
    ("fa", "prs"),
];

// Both are compiled-in tables behind types that are not Sync.
thread_local! {
    static CANONICALIZER: LocaleCanonicalizer = const { LocaleCanonicalizer::new_extended() };
    static EXPANDER: LocaleExpander = const { LocaleExpander::new_extended() };
}

/// A canonical language tag.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lang(String);

impl Lang {
    /// Reads a tag leniently; `None` for what names no language (`x-default`, `und`, `mul`, `*`,
    /// `C`, prose). Total.
    pub fn parse(text: &str) -> Option<Self> {
        let tag = repaired(text)?;
        let mut locale = Locale::from(identifier(&tag)?);
        CANONICALIZER.with(|table| table.canonicalize(&mut locale));
        // A language nobody has data for is a typo or a path segment, not a language.
        likely_script(&locale.id)?;
        Some(Self(locale.id.to_string()))
    }

    /// Whether a raw tag is `x-default`: the page for everybody else, never a translation.
    pub fn is_x_default(text: &str) -> bool {
        let text = text.trim();
        text.eq_ignore_ascii_case("x-default") || text.eq_ignore_ascii_case("x_default")
    }

    /// The canonical tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language subtag: `zh` of `zh-Hant-TW`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// The region subtag: `BR` of `pt-BR`.
    pub fn region(&self) -> Option<Region> {
        LanguageIdentifier::try_from_str(&self.0).ok().and_then(|id| id.region)
    }

    /// What grouping compares: language and (likely) script, as `zh-Hant`. Bokmål is what `no`
    /// means wherever it is written.
    pub fn group_key(&self) -> String {
        let language = match self.language() {
            "nb" => "no",
            other => other,
        };
        let script = LanguageIdentifier::try_from_str(&self.0)
            .ok()
            .and_then(|id| id.script.or_else(|| likely_script(&id)));
        match script {
            Some(script) => format!("{language}-{script}"),
            None => language.to_owned(),
        }
    }

    /// This language as written in a script (ISO 15924), which is told where it is not the likely
    /// one: `sr` in `Latn` is `sr-Latn`.
    #[must_use]
    pub fn written_in(&self, script: &str) -> Self {
        let is_likely = self.group_key().ends_with(&format!("-{script}"));
        let told = || Self::parse(&format!("{}-{script}", self.language()));
        if is_likely { None } else { told() }.unwrap_or_else(|| self.clone())
    }

    /// Whether somebody who asks for this language means the other too: `zh` asks for all Chinese,
    /// `zh-Hant` for one script of it.
    pub fn covers(&self, other: &Self) -> bool {
        self.same(other) || (self.0 == self.language() && self.language() == other.language())
    }

    /// Whether both tags mean one language in one script.
    pub fn same(&self, other: &Self) -> bool {
        self.0 == other.0 || self.group_key() == other.group_key()
    }

    /// Whether a declared tag may stand for the language its text was found to be in: the same
    /// language, or one whose code is commonly written for it. Scripts are not compared, as
    /// detectors seldom tell them apart.
    pub fn agrees(&self, detected: &Self) -> bool {
        let (declared, detected) =
            (bokmal_is_no(self.language()), bokmal_is_no(detected.language()));
        declared == detected
            || CONFUSED
                .iter()
                .any(|pair| *pair == (declared, detected) || *pair == (detected, declared))
    }
}

fn likely_script(id: &LanguageIdentifier) -> Option<Script> {
    EXPANDER.with(|table| table.get_likely_script(id))
}

fn bokmal_is_no(language: &str) -> &str {
    if language == "nb" { "no" } else { language }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The tag with `-` between its subtags, POSIX suffixes gone and known slips repaired.
fn repaired(text: &str) -> Option<String> {
    // Lists and quotations leave their marks behind a tag.
    let text =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\''));
    if text.len() > MAX_TAG_BYTES || !text.is_ascii() {
        return None;
    }
    let (tag, modifier) = text.split_once('@').unwrap_or((text, ""));
    let tag = tag.split('.').next().unwrap_or_default().replace('_', "-").to_ascii_lowercase();
    if tag.bytes().any(|byte| !byte.is_ascii_alphanumeric() && byte != b'-') {
        return None;
    }
    let (language, rest) = tag.split_once('-').unwrap_or((&tag, ""));
    if NO_LANGUAGE.contains(&language) {
        return None;
    }
    let language = known(COUNTRY_FOR_LANGUAGE, language).unwrap_or(language);
    let script = if modifier == "latin" { "latn" } else { "" };
    let subtags = [language, script, rest];
    let tag = subtags.into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("-");
    Some(match tag.get(..6).and_then(|start| known(SECOND_SUBTAG, start)) {
        Some(right) => right.to_owned() + tag.get(6..).unwrap_or_default(),
        None => tag,
    })
}

fn known(table: &[(&str, &'static str)], key: &str) -> Option<&'static str> {
    table.iter().find(|(found, _)| *found == key).map(|(_, meant)| *meant)
}

/// Language, script, region and variants of a tag (RFC 5646 §2.1), each where it can stand; what
/// is no such subtag, and every extension, is passed over.
fn identifier(tag: &str) -> Option<LanguageIdentifier> {
    let mut subtags = tag.split('-').filter(|subtag| !subtag.is_empty());
    let language = subtags.next().filter(|code| matches!(code.len(), 2 | 3))?;
    let mut id = LanguageIdentifier::from(Language::try_from_str(language).ok()?);
    let mut variants = Vec::new();
    for subtag in subtags.take_while(|subtag| subtag.len() > 1) {
        if id.script.is_none() && id.region.is_none() && subtag.len() == 4 {
            id.script = Script::try_from_str(subtag).ok();
        } else if id.region.is_none() && subtag.len() < 4 {
            id.region = Region::try_from_str(subtag).ok();
        } else if let Ok(variant) = Variant::try_from_str(subtag) {
            variants.push(variant);
        }
    }
    variants.sort_unstable();
    variants.dedup();
    if let [variant] = variants.as_slice() {
        id.variants = icu_locale::subtags::Variants::from_variant(*variant);
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_holds() {
        for line in include_str!("../tests/tables/lang.txt").lines() {
            let Some((raw, want)) = line.split_once(" -> ").filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            let lang = Lang::parse(raw);
            let got = lang.map_or_else(
                || "none".to_owned(),
                |lang| format!("{} {}", lang.as_str(), lang.group_key()),
            );
            assert_eq!(got, want, "{raw:?}");
        }
    }

    #[test]
    fn x_default_is_told_apart_from_nonsense() {
        assert!(Lang::is_x_default(" X-Default "));
        assert!(!Lang::is_x_default("und") && !Lang::is_x_default(""));
    }

    #[test]
    fn a_script_is_told_where_it_is_not_the_likely_one() {
        let written = |tag: &str, script| lang(tag).written_in(script).to_string();
        assert_eq!(written("sr", "Latn"), "sr-Latn");
        assert_eq!(written("sr-RS", "Cyrl"), "sr-RS");
        assert_eq!(written("ku", "Arab"), "ku-Arab");
        assert_eq!(written("en-GB", "Latn"), "en-GB");
    }

    #[test]
    fn a_bare_tag_asks_for_every_script() {
        assert!(lang("zh").covers(&lang("zh-Hant")) && lang("sr").covers(&lang("sr-Latn")));
        assert!(!lang("zh-Hant").covers(&lang("zh-CN")) && !lang("en").covers(&lang("fr")));
    }

    fn lang(tag: &str) -> Lang {
        Lang::parse(tag).unwrap()
    }

    #[test]
    fn a_text_decides_between_confused_codes() {
        assert!(lang("se").agrees(&lang("sv")));
        assert!(lang("nb").agrees(&lang("no")) && lang("no").agrees(&lang("nn")));
        assert!(lang("zh-TW").agrees(&lang("zh")));
        assert!(!lang("uk").agrees(&lang("en")) && !lang("ar").agrees(&lang("fa")));
    }

    proptest! {
        #[test]
        fn parsing_is_total_and_a_fixed_point(text in "\\PC{0,24}|[a-zA-Z0-9_@.-]{0,24}") {
            if let Some(lang) = Lang::parse(&text) {
                prop_assert_eq!(Lang::parse(lang.as_str()), Some(lang.clone()));
                prop_assert!(lang.same(&lang) && lang.group_key().starts_with(bokmal_is_no(lang.language())));
            }
        }
    }
}
