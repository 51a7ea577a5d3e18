//! The page itself: its addresses and its language, by which declarations are judged.

use std::collections::HashSet;

use url::Url;

use super::gather::{Claim, Reason};
use super::{Survey, negotiated, target};
use crate::address::{fetchable, without_userinfo};
use crate::head::Head;
use crate::lang::Lang;
use crate::page::letters::letters;
use crate::page::{Alternate, Signal};

/// Characters of a raw tag that are kept.
const MAX_RAW: usize = 64;

/// The page itself, as far as claims are judged by it.
pub(super) struct OwnPage<'a> {
    url: &'a Url,
    base: &'a Url,
    keys: Vec<String>,
    /// The pages that are named with a language; gathered where `x-default` is.
    named: HashSet<String>,
    /// The language of the page by its own word.
    pub(super) lang: Option<Lang>,
    /// Whether the page says in some way what language it is in, be it wrong.
    pub(super) names_itself: bool,
}

impl<'a> OwnPage<'a> {
    pub(super) fn of(survey: &Survey<'_>, head: &Head, url: &'a Url, base: &'a Url) -> Self {
        let claims = &survey.gathered.claims;
        let mut keys = vec![target::comparison_key(url)];
        keys.extend(negotiated::own_variant(head, url).map(|own| target::comparison_key(&own)));
        let canonical = survey.canonical.and_then(|href| fetchable(href, Some(base)).ok());
        // A canonical on another host or in another language is no spelling of this page; one
        // that a claim names is a page of its own.
        let claimed = |canonical: &Url| {
            claims.iter().any(|claim| {
                Lang::parse(&claim.lang_raw).is_some()
                    && fetchable(&claim.href, Some(base)).is_ok_and(|url| url == *canonical)
            })
        };
        if let Some(canonical) = canonical
            && canonical.host_str() == url.host_str()
            && !claimed(&canonical)
        {
            keys.push(target::comparison_key(&canonical));
        }
        let mut own =
            Self { url, base, keys, named: HashSet::new(), lang: None, names_itself: false };
        if claims.iter().any(|claim| Lang::is_x_default(&claim.lang_raw)) {
            let named = claims.iter().filter(|claim| claim.lang().is_some());
            let resolved = named.filter_map(|claim| own.resolved(claim));
            own.named = resolved.map(|url| target::comparison_key(&url)).collect();
        }
        let named = own.language(survey, head);
        own.names_itself = named.is_some();
        own.lang = named.filter(|lang| survey.script.is_none_or(|script| written_in(lang, script)));
        own
    }

    /// Whether a reference of the page leads to the page.
    fn is_self(&self, href: &str) -> bool {
        fetchable(href, Some(self.base))
            .is_ok_and(|url| self.keys.contains(&target::comparison_key(&url)))
    }

    /// The absolute URL of a claim.
    pub(super) fn resolved(&self, claim: &Claim) -> Option<Url> {
        let raw = claim.href.trim();
        if raw.is_empty() || raw.starts_with('#') {
            return None;
        }
        // An HTTP field is resolved against the response's own URL (RFC 8288 §3.2).
        let of_response = matches!(claim.signal, Signal::HttpLink | Signal::Negotiated);
        let base = if of_response { self.url } else { self.base };
        fetchable(undoubled(raw), Some(base)).ok()
    }

    /// The alternate of a claim, and whether it is the page's own language for another region; or
    /// why it cannot be a translation of this page.
    pub(super) fn judged(&self, claim: &Claim) -> Result<(Alternate, bool), Reason> {
        if Lang::is_x_default(&claim.lang_raw) {
            let page = self.default_page(claim).ok_or(Reason::XDefault)?;
            return Ok((alternate(page, claim, None, Signal::XDefault), false));
        }
        let url = self.resolved(claim).ok_or(Reason::Address)?;
        if claim.of.as_deref().is_some_and(|work| !self.is_self(work)) {
            return Err(Reason::OtherArticle);
        }
        let lang = claim.lang();
        let untagged = matches!(claim.signal, Signal::JsonLd | Signal::TranslationOf);
        if lang.is_none() && !untagged {
            return Err(Reason::NoLanguage);
        }
        if self.keys.contains(&target::comparison_key(&url)) {
            return Err(Reason::Own);
        }
        let same = |own: &Lang| lang.as_ref().is_some_and(|lang| lang.same(own));
        let is_variant = self.lang.as_ref().is_some_and(same);
        if let Some(why) = target::reason_against(&url) {
            return Err(if is_variant { Reason::Variant } else { why });
        }
        Ok((alternate(url, claim, lang, claim.signal), is_variant))
    }

    /// The page of an `x-default` that is named in no other way: a site that leaves out its own
    /// language names its articles so to their translations.
    fn default_page(&self, claim: &Claim) -> Option<Url> {
        let url = self.resolved(claim)?;
        let key = target::comparison_key(&url);
        let is_known = self.keys.contains(&key) || self.named.contains(&key);
        (!is_known && target::reason_against(&url).is_none()).then_some(url)
    }

    /// The language of the page by its own word: the hreflang that names the page itself, the item
    /// a switcher marks as current, `html lang`, Content-Language. It counts unless the text is
    /// plainly not written in it.
    fn language(&self, survey: &Survey<'_>, head: &Head) -> Option<Lang> {
        let by_link = survey
            .gathered
            .claims
            .iter()
            .filter(|claim| matches!(claim.signal, Signal::HeadLink | Signal::HttpLink))
            .filter(|claim| self.is_self(&claim.href))
            .find_map(|claim| Lang::parse(&claim.lang_raw));
        by_link
            .or_else(|| survey.current.clone())
            .or_else(|| survey.html_lang.and_then(Lang::parse))
            .or_else(|| negotiated::content_language(head))
    }
}

fn alternate(url: Url, claim: &Claim, lang: Option<Lang>, signal: Signal) -> Alternate {
    Alternate {
        url: url.into(),
        url_raw: without_userinfo(claim.href.trim()).into_owned(),
        about: None,
        lang,
        lang_raw: claim.lang_raw.chars().take(MAX_RAW).collect(),
        signal,
        place: claim.place,
    }
}

/// `http://https://example.org/`, as templates that add a scheme write it.
fn undoubled(href: &str) -> &str {
    let rest = href.strip_prefix("http://").or_else(|| href.strip_prefix("https://"));
    rest.filter(|rest| rest.starts_with("http://") || rest.starts_with("https://")).unwrap_or(href)
}

/// Whether a language may be written in a script; only scripts that tell are compared.
fn written_in(lang: &Lang, script: &str) -> bool {
    let key = lang.group_key();
    let own = key.rsplit('-').next().unwrap_or_default();
    let own = match own {
        "Hans" | "Hant" | "Jpan" => "Hani",
        other => other,
    };
    !ScriptCount::TOLD.contains(&own) || own == script
}

/// Letters of text from which the script of a page is told.
const SCRIPT_SAMPLE: usize = 2_000;

/// Letters of a text by script, for the scripts that tell languages apart at sight.
#[derive(Default)]
pub(super) struct ScriptCount {
    letters: usize,
    counts: [usize; 5],
}

impl ScriptCount {
    const TOLD: [&'static str; 5] = ["Latn", "Arab", "Cyrl", "Hani", "Hebr"];

    /// Whether there are letters enough.
    pub(super) fn is_full(&self) -> bool {
        self.letters >= SCRIPT_SAMPLE
    }

    pub(super) fn add(&mut self, text: &str) {
        let letters = letters();
        for c in text.chars().take(SCRIPT_SAMPLE).filter(|c| letters.of(*c).is_alphabetic()) {
            self.letters += 1;
            let script = match u32::from(c) {
                0x41..=0x24f => 0,
                0x600..=0x6ff | 0x750..=0x77f => 1,
                0x400..=0x52f => 2,
                0x3040..=0x30ff | 0x3400..=0x9fff => 3,
                0x590..=0x5ff => 4,
                _ => continue,
            };
            if let Some(count) = self.counts.get_mut(script) {
                *count += 1;
            }
        }
    }

    /// The script of three letters in four, when there are 200.
    pub(super) fn most(&self) -> Option<&'static str> {
        let pairs = Self::TOLD.iter().zip(self.counts);
        pairs
            .filter(|(_, count)| self.letters >= 200 && count * 4 >= self.letters * 3)
            .map(|(script, _)| *script)
            .next()
    }
}
