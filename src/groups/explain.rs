//! Explaining: everything that was declared about one page, and what became of it.
//!
//! The same judgement, told step by step: so that a wrong group, or a missing one, can be traced to
//! a signal of a page.

use std::collections::BTreeSet;

use serde::Serialize;
use url::Url;

use super::builder::{Claim, End, fingerprint};
use super::pair::Pair;
use super::places::Reach;
use super::score;
use super::verify::TextCheck;
use super::{Evidence, Judgement, Membership, Role, Step, Why};
use crate::lang::Lang;
use crate::page::alternates::Dropped;

/// What became of one page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explanation {
    /// The page that was asked for, or the one its URL leads to.
    pub url: String,
    /// Its language, by its text where that is known.
    pub lang: Option<Lang>,
    /// The group it belongs to.
    pub group: Option<String>,
    /// What it is to the group.
    pub role: Option<Role>,
    /// Why it can be in none.
    pub never: Option<&'static str>,
    /// What it declares and what declares it; the surest first.
    pub edges: Vec<Explained>,
    /// Declarations of it that lead to no article.
    pub nowhere: Vec<Nowhere>,
    /// What there is at the URL.
    pub found: Fate,
    /// Declarations of a URL that is no article.
    pub declared_by: Vec<DeclaredBy>,
    /// What reading the page left out; filled in by who reads it again.
    pub left_out: Vec<Dropped>,
}

/// A page that declares a URL which is no article.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DeclaredBy {
    /// The page.
    pub page: String,
    /// The language it declares.
    pub lang: Option<Lang>,
    /// How.
    pub evidence: Evidence,
}

/// An edge to or from the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The other page.
    pub other: String,
    /// Its language.
    pub lang: Option<Lang>,
    /// What the page declares of the other.
    pub declares: Vec<Evidence>,
    /// What the other declares of the page.
    pub declared_by: Vec<Evidence>,
    /// How the score came about.
    pub steps: Vec<Step>,
    /// How sure the edge is, from 0 to 1.
    pub score: f64,
    /// Why it was left; taken otherwise.
    pub left: Option<Why>,
    /// Where it was left for the language of a text: the language declared, and that of the text.
    pub mislabelled: Option<(Lang, Lang)>,
    /// What the texts say of one another, where both were read.
    pub text: Option<TextCheck>,
}

/// A declaration that leads to no article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nowhere {
    /// The URL declared.
    pub url: String,
    /// The language declared.
    pub lang: Option<Lang>,
    /// How it was declared.
    pub evidence: Evidence,
    /// What is there.
    pub found: Fate,
}

/// What there is where a declaration leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Nobody went there.
    NotFetched,
    /// A page that is no article.
    NoArticle,
    /// An error of the server.
    Status(u16),
    /// No answer.
    Failed,
    /// Refused by a rule of the crawl.
    Refused,
    /// A front page, straight or by redirect.
    Home,
    /// A redirect that comes back to itself.
    Loop,
    /// The declaring page itself, straight or by redirect.
    Itself,
    /// An article.
    Article,
}

impl Fate {
    const fn of(end: End) -> Self {
        match end {
            End::NoArticle => Self::NoArticle,
            End::Home => Self::Home,
            End::Status(status) => Self::Status(status),
            End::Failed => Self::Failed,
            End::Refused => Self::Refused,
        }
    }
}

impl Judgement {
    /// Everything known about what is at `url`; `None` when nothing is: nobody went there and
    /// nobody declares it.
    pub fn explain(&self, url: &str) -> Option<Explanation> {
        let url = Url::parse(url).ok()?;
        let key = fingerprint(&url);
        let page = match self.graph.places.reach(&self.graph.builder, key) {
            Reach::Page { page, .. } => page,
            Reach::End(end) => return Some(self.explain_end(&url, key, Fate::of(end))),
            Reach::Loop => return Some(self.explain_end(&url, key, Fate::Loop)),
            Reach::Unknown => {
                let told = self.explain_end(&url, key, Fate::NotFetched);
                return (!told.declared_by.is_empty()).then_some(told);
            }
        };
        let own = |pair: &&Pair| pair.from == page || pair.to == page;
        let mut nowhere: Vec<Nowhere> = self
            .claims()
            .filter(|(from, _)| *from == page)
            .filter_map(|(from, claim)| self.nowhere(from, claim))
            .collect();
        nowhere.sort_by(|a, b| (&a.url, a.evidence).cmp(&(&b.url, b.evidence)));
        nowhere.dedup();
        let (group, role) = self.place_of(page).unzip();
        let there = group.as_deref().and_then(|id| self.role_there(id, &url));
        let role = there.or(role);
        Some(Explanation {
            url: self.graph.url(page).to_owned(),
            lang: self.lang(page),
            group,
            role,
            never: self.graph.is_front(page).then_some("it is a front page"),
            edges: self.pairs.iter().filter(own).map(|pair| self.explained(page, pair)).collect(),
            nowhere,
            found: Fate::Article,
            declared_by: Vec::new(),
            left_out: Vec::new(),
        })
    }

    /// What the page at `url` is to a group, when it is only another address of a member.
    fn role_there(&self, id: &str, url: &Url) -> Option<Role> {
        let group = self.groups.iter().find(|group| group.id == id)?;
        let (_, role) = Membership::of([group.clone()]).group_of(url)?;
        matches!(role, Role::Copy | Role::Part).then_some(role)
    }

    /// The group of a page, or of the variant for another region that stands for it there.
    fn place_of(&self, page: u32) -> Option<(String, Role)> {
        let id = |page: u32| Some(self.groups.get(*self.group_of.get(&page)?)?.id.clone());
        let own = id(page).map(|id| (id, Role::Translation));
        own.or_else(|| Some((self.graph.kin(page).find_map(id)?, Role::Variant)))
    }

    /// What is known of a URL that leads to no article.
    fn explain_end(&self, url: &Url, key: u64, found: Fate) -> Explanation {
        let declares = self.claims().filter(|(_, claim)| claim.to == key);
        let declared_by: BTreeSet<DeclaredBy> = declares
            .map(|(from, claim)| DeclaredBy {
                page: self.graph.url(from).to_owned(),
                lang: self.graph.builder.lang(claim.lang).cloned(),
                evidence: claim.evidence,
            })
            .collect();
        Explanation {
            url: url.as_str().to_owned(),
            lang: None,
            group: None,
            role: None,
            never: None,
            edges: Vec::new(),
            nowhere: Vec::new(),
            found,
            declared_by: declared_by.into_iter().collect(),
            left_out: Vec::new(),
        }
    }

    /// All declarations, each with the page it is counted for.
    pub(super) fn claims(&self) -> impl Iterator<Item = (u32, &Claim)> {
        self.graph.builder.claims.iter().map(|claim| (self.graph.places.home(claim.from), claim))
    }

    /// Where a declaration of a page leads.
    pub(super) fn fate(&self, from: u32, claim: &Claim) -> Fate {
        match self.graph.places.reach(&self.graph.builder, claim.to) {
            Reach::Page { page, .. } if page == from => Fate::Itself,
            Reach::Page { page, .. } if self.graph.is_front(page) => Fate::Home,
            Reach::Page { .. } => Fate::Article,
            Reach::End(end) => Fate::of(end),
            Reach::Loop => Fate::Loop,
            Reach::Unknown => Fate::NotFetched,
        }
    }

    pub(super) fn target(&self, claim: &Claim) -> String {
        let targets = self.graph.builder.targets.as_ref();
        let url = targets.and_then(|targets| targets.get(&claim.to));
        url.map(ToString::to_string).unwrap_or_default()
    }

    /// Whether it is known what is at a URL.
    pub fn knows(&self, url: &Url) -> bool {
        self.graph.places.reach(&self.graph.builder, fingerprint(url)) != Reach::Unknown
    }

    /// Every article that may have translations, with the languages it is in: those of its group,
    /// or its own. The copies of a member are not told again.
    pub fn articles(&self) -> impl Iterator<Item = (&str, BTreeSet<String>)> {
        let numbered = (0_u32..).zip(&self.graph.builder.pages);
        let own = numbered.filter(|(number, page)| {
            !page.stale && !page.is_front && self.graph.places.home(*number) == *number
        });
        own.filter_map(|(number, page)| {
            let Some(group) = self.group_of.get(&number).and_then(|at| self.groups.get(*at)) else {
                return Some((
                    &*page.url,
                    BTreeSet::from([self.graph.key_name(number).to_owned()]),
                ));
            };
            let is_member = group.members.values().any(|member| member.url == *page.url);
            is_member.then(|| (&*page.url, group.members.keys().cloned().collect()))
        })
    }

    fn nowhere(&self, from: u32, claim: &Claim) -> Option<Nowhere> {
        let found = self.fate(from, claim);
        (found != Fate::Article).then(|| Nowhere {
            url: self.target(claim),
            lang: self.graph.builder.lang(claim.lang).cloned(),
            evidence: claim.evidence,
            found,
        })
    }

    fn lang(&self, page: u32) -> Option<Lang> {
        let page = self.graph.page(page)?;
        self.graph.builder.lang(page.lang(&self.graph.builder)).cloned()
    }

    fn explained(&self, page: u32, pair: &Pair) -> Explained {
        let other = if pair.from == page { pair.to } else { pair.from };
        let evidence = |from, to| {
            let mut all: Vec<Evidence> =
                self.graph.links_between(from, to).iter().map(|link| link.evidence).collect();
            all.dedup();
            all
        };
        let (declares, declared_by) = (evidence(page, other), evidence(other, page));
        let mut steps: Vec<Step> = Vec::new();
        for (what, from, to) in [("it declares", page, other), ("it is declared", other, page)] {
            steps.extend(self.side_step(what, from, to));
        }
        self.graph.pair(pair.from, pair.to, &self.norms, |step| steps.push(step));
        Explained {
            other: self.graph.url(other).to_owned(),
            lang: self.lang(other),
            declares,
            declared_by,
            steps,
            score: pair.score,
            left: pair.aside,
            mislabelled: self.graph.mislabelled(pair).map(|(a, b)| (a.clone(), b.clone())),
            text: self.graph.texts(pair, &self.norms),
        }
    }

    /// What one page's declarations of another are worth; those that the text there belies, nothing.
    fn side_step(&self, what: &'static str, from: u32, to: u32) -> Option<Step> {
        let links = self.graph.links_between(from, to);
        let sound = links.iter().filter(|link| self.graph.fault(link).is_none());
        let score = score::one_direction(sound.map(|link| link.evidence));
        let fault = links.first().filter(|_| score <= 0.0).and_then(|one| self.graph.fault(one));
        let what = match fault {
            Some(why) => format!("{what}, but {}", why.sentence()).into(),
            None => what.into(),
        };
        (!links.is_empty()).then_some(Step { what, score })
    }
}
