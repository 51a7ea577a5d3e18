//! The audit: what is wrong with a site's declarations, as a by-product of judging them.
//!
//! For each host and each kind of fault: how often, and the first examples in the order of their
//! URLs. A declaration has one fault, the first of those that are looked for in this order: what
//! is at its URL, what that page says of itself, what the two texts say, what the page there
//! declares in return. What reading a page left out is added by [`add_left_out`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use url::Url;

use super::builder::Claim;
use super::explain::Fate;
use super::pair::Pair;
use super::places::Reach;
use super::{Judgement, Why};
use crate::lang::Lang;
use crate::page::Signal;
use crate::page::alternates::{Dropped, Reason};

/// Examples told of each fault of a host.
const EXAMPLES: usize = 20;

/// What was found on one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// The host whose pages declare.
    pub host: String,
    /// Articles read.
    pub articles: u64,
    /// Alternates they declare, each page, URL and language once; themselves left out.
    pub alternates: u64,
    /// Of these, alternates nobody fetched.
    pub not_fetched: u64,
    /// Of these, alternates that lead to a page which is no article, and no front page either.
    pub no_article: u64,
    /// What is wrong, by kind.
    pub faults: BTreeMap<Fault, Found>,
}

/// What can be wrong with a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The declared page was read and does not declare this one.
    NonReciprocal,
    /// The declared URL answers with an error, or not at all.
    Broken,
    /// The declared URL redirects in a circle, or leads back to the declaring page.
    Looping,
    /// The text is not in the declared language.
    Mislabelled,
    /// The declared URL is, or leads to, a front page.
    HomeGoing,
    /// The declared page is no article: a section, a list, a front page by another name.
    NoArticle,
    /// Many articles declare the page: a front page by another name, or a section.
    Hub,
    /// The declared URL is declared for several languages, and its text does not tell which.
    ManyLanguages,
    /// The declared page names another page as its canonical URL.
    CanonicalElsewhere,
    /// The declared page, or this one, names another page where the two stand for one another.
    Contradicted,
    /// Both addresses give the same text.
    SameText,
    /// The texts are not those of one article: their numbers or names differ.
    TextDiffers,
    /// Past the number that is kept of one page.
    PastTheLimit,
}

impl Fault {
    /// Its name in a report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NonReciprocal => "non-reciprocal",
            Self::Broken => "broken",
            Self::Looping => "looping",
            Self::Mislabelled => "mislabelled",
            Self::HomeGoing => "home-going",
            Self::NoArticle => "no-article",
            Self::Hub => "hub",
            Self::ManyLanguages => "many-languages",
            Self::CanonicalElsewhere => "canonical-elsewhere",
            Self::Contradicted => "contradicted",
            Self::SameText => "same-text",
            Self::TextDiffers => "text-differs",
            Self::PastTheLimit => "past-the-limit",
        }
    }

    /// What is wrong, in words.
    pub const fn explained(self) -> &'static str {
        match self {
            Self::NonReciprocal => "the page there does not declare this one",
            Self::Broken => "an error, or no answer",
            Self::Looping => "leads in a circle, or back to this page",
            Self::Mislabelled => "the text there is not in the declared language",
            Self::HomeGoing => "leads to a front page",
            Self::NoArticle => "the page there is no article",
            Self::Hub => Why::Hub.sentence(),
            Self::ManyLanguages => Why::ManyLanguages.sentence(),
            Self::CanonicalElsewhere => "the page there names another as its canonical URL",
            Self::Contradicted => Why::Contradicted.sentence(),
            Self::SameText => Why::SameText.sentence(),
            Self::TextDiffers => Why::TextDiffers.sentence(),
            Self::PastTheLimit => "past the 200 that are kept of a page",
        }
    }
}

/// How often a fault was found, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How often.
    pub count: u64,
    /// The first, by URL.
    pub examples: BTreeSet<Example>,
}

/// One faulty declaration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Example {
    /// The page that declares.
    pub from: String,
    /// The URL declared.
    pub to: String,
    /// The language declared.
    pub declared: Option<Lang>,
    /// How it was declared.
    pub signal: Signal,
    /// The language of the text there, where that is the fault.
    pub text: Option<Lang>,
    /// What is there instead of an article.
    pub found: Fate,
}

impl Judgement {
    /// The audit of every host, by name.
    pub fn audit(&self) -> Vec<Audit> {
        let mut hosts: BTreeMap<String, Audit> = BTreeMap::new();
        for page in self.graph.builder.pages.iter().filter(|page| !page.stale) {
            let host = host_of(&page.url);
            let audit =
                hosts.entry(host.clone()).or_insert_with(|| Audit { host, ..Audit::default() });
            audit.articles += 1;
        }
        let pairs: HashMap<(u32, u32), &Pair> =
            self.pairs.iter().map(|pair| ((pair.from, pair.to), pair)).collect();
        let mut claims: Vec<(u32, &Claim)> = self.claims().collect();
        let worth = |claim: &Claim| super::score::worth(claim.evidence.signal);
        claims.sort_unstable_by(|(from, one), (other_from, other)| {
            let key = |from: u32, claim: &Claim| (from, claim.to, claim.lang);
            let firmest = worth(other).total_cmp(&worth(one));
            key(*from, one).cmp(&key(*other_from, other)).then(firmest)
        });
        claims.dedup_by_key(|(from, claim)| (*from, claim.to, claim.lang));
        for (from, claim) in claims {
            if let Some(audit) = hosts.get_mut(&host_of(self.graph.url(from))) {
                self.examine(audit, from, claim, &pairs);
            }
        }
        hosts.into_values().collect()
    }

    fn examine(
        &self,
        audit: &mut Audit,
        from: u32,
        claim: &Claim,
        pairs: &HashMap<(u32, u32), &Pair>,
    ) {
        let found = self.fate(from, claim);
        if found == Fate::Itself && self.names_itself(from, claim) {
            return;
        }
        audit.alternates += 1;
        let (fault, text) = match found {
            Fate::Status(_) | Fate::Failed => (Some(Fault::Broken), None),
            Fate::Loop | Fate::Itself => (Some(Fault::Looping), None),
            Fate::Home => (Some(Fault::HomeGoing), None),
            Fate::Article => self.wrong_with(from, claim, pairs),
            Fate::NoArticle => (Some(Fault::NoArticle), None),
            Fate::NotFetched | Fate::Refused => (None, None),
        };
        audit.not_fetched += u64::from(matches!(found, Fate::NotFetched | Fate::Refused));
        audit.no_article += u64::from(found == Fate::NoArticle);
        let Some(fault) = fault else { return };
        audit.tell(
            fault,
            Example {
                from: self.graph.url(from).to_owned(),
                to: self.target(claim),
                declared: self.graph.builder.lang(claim.lang).cloned(),
                signal: claim.evidence.signal,
                text,
                found,
            },
        );
    }

    /// Whether a declaration that leads to its own page is how a page names itself.
    fn names_itself(&self, from: u32, claim: &Claim) -> bool {
        let said = self.graph.builder.lang(claim.lang);
        let own = |number| self.graph.builder.lang(number);
        let page = self.graph.page(from);
        let own = page.map(|page| [own(page.declared), own(page.detected)]).unwrap_or_default();
        own.into_iter().flatten().any(|own| said.is_none_or(|said| said.same(own)))
            || self.graph.keys.of_lang(claim.lang) == self.graph.key(from)
    }

    /// What is wrong with a declaration that leads to an article.
    fn wrong_with(
        &self,
        from: u32,
        claim: &Claim,
        pairs: &HashMap<(u32, u32), &Pair>,
    ) -> (Option<Fault>, Option<Lang>) {
        let builder = &self.graph.builder;
        let Reach::Page { page: to, .. } = self.graph.places.reach(builder, claim.to) else {
            return (None, None);
        };
        let pair = pairs.get(&(from, to)).or_else(|| pairs.get(&(to, from)));
        let aside = pair.and_then(|pair| pair.aside);
        let links = self.graph.links_between(from, to).iter();
        let wrong = links.filter(|link| link.lang == claim.lang).find_map(|l| self.graph.fault(l));
        if aside != Some(Why::SameText)
            && matches!(wrong, Some(Why::DeclaredUntranslated | Why::Redirected))
        {
            let text = self.graph.page(to).and_then(|page| builder.lang(page.detected)).cloned();
            return (Some(Fault::Mislabelled), text);
        }
        let one_way = self.graph.links_between(to, from).is_empty();
        // The reason the pair was set aside for, so that an explanation says the same.
        let fault = match aside {
            Some(Why::SameText) => Some(Fault::SameText),
            Some(Why::TextDiffers) => Some(Fault::TextDiffers),
            Some(Why::Hub) => Some(Fault::Hub),
            Some(Why::ManyLanguages) if wrong == aside => Some(Fault::ManyLanguages),
            _ if self.is_canonical_elsewhere(to) => Some(Fault::CanonicalElsewhere),
            Some(Why::Contradicted | Why::Rivals | Why::SameLanguageTwice) => {
                Some(Fault::Contradicted)
            }
            _ => one_way.then_some(Fault::NonReciprocal),
        };
        (fault, None)
    }

    /// Whether a page names as its canonical URL what is not this page.
    fn is_canonical_elsewhere(&self, page: u32) -> bool {
        let Some(kept) = self.graph.page(page) else { return false };
        let leads_away = |key| {
            let reach = self.graph.places.reach(&self.graph.builder, key);
            matches!(reach, Reach::Page { page: other, .. } if other != page)
        };
        kept.is_elsewhere || kept.canonical.is_some_and(leads_away)
    }
}

impl Audit {
    fn tell(&mut self, fault: Fault, example: Example) {
        let list = self.faults.entry(fault).or_default();
        list.count += 1;
        list.examples.insert(example);
        if list.examples.len() > EXAMPLES {
            list.examples.pop_last();
        }
    }
}

/// Adds what reading an article left out and what is a fault of the site: front pages, and what is
/// past the number kept of one page.
pub fn add_left_out(hosts: &mut [Audit], page: &Url, left_out: &[Dropped]) {
    let host = page.host_str().unwrap_or_default();
    let Some(audit) = hosts.iter_mut().find(|audit| audit.host == host) else { return };
    for one in left_out {
        let (fault, found) = match one.why {
            Reason::Home => (Fault::HomeGoing, Fate::Home),
            Reason::Limit => (Fault::PastTheLimit, Fate::NotFetched),
            _ => continue,
        };
        audit.alternates += 1;
        let example = Example {
            from: page.as_str().to_owned(),
            to: one.url.clone().unwrap_or_else(|| one.url_raw.clone()),
            declared: one.lang.clone(),
            signal: one.signal,
            text: None,
            found,
        };
        audit.tell(fault, example);
    }
}

fn host_of(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
