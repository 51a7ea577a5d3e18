//! Scope: the one function that turns what a page declared into leads and refusals.
//!
//! [`Scope::judge`] depends on the settings, the seeds and one [`Trace`], and on nothing else. A
//! trace is what the page's `metadata` record holds, so the same call on the same record gives the
//! same leads, live and years later: queue, seen set and ledger are rebuilt by judging the traces
//! of an archive in order, seeds being the traces without `via`. What has been seen, what
//! robots.txt says and when to fetch are other rooms' matters and never enter here.
//!
//! Every link ends as a lead or as a refusal with its rule, except what nobody asked for and
//! nobody counts: page requisites, and feeds and sitemaps when the settings do not want them.

mod budgets;
mod traps;

use std::collections::{HashMap, HashSet};

use url::Url;

use self::budgets::Budgets;
pub use self::traps::TRAPS;
use self::traps::Traps;
use crate::address::{Address, Site, fetchable, without_userinfo};
use crate::lang::Lang;
use crate::lead::{Hop, Lead, Outcome, Refusal, Rule, Visit};
use crate::page::{LinkKind, Signal};
use crate::record::trace::Trace;
use crate::settings::{AlternatesScope, SeedScope, Settings};

/// Redirects in a row that are followed.
pub const MAX_REDIRECTS: usize = 10;

/// Alternates in a row that are followed: an alternate's alternates complete its group, theirs
/// would start a walk over other people's sites.
pub const MAX_ALTERNATES_IN_A_ROW: usize = 2;

/// Sitemaps that name one another, in a row. An index lists sitemaps and no indexes (sitemaps.org);
/// some are nested all the same, and only a trap is nested deeper.
pub const MAX_SITEMAPS_IN_A_ROW: usize = 5;

/// What a page leads to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Judged {
    /// To be queued, in this order: redirects, alternates, further pages of the
    /// article, then links as they stand on the page.
    pub leads: Vec<Lead>,
    /// Not to be fetched, each with its rule.
    pub refused: Vec<Refusal>,
}

/// The rules of one crawl.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The depth of each seed's host, and of each registered domain that is a home whole.
    homes: HashMap<String, u32>,
    domains: HashMap<Site, u32>,
    depth: u32,
    traps: Traps,
    budgets: Budgets,
    languages: Vec<Lang>,
    alternates: AlternatesScope,
    alternates_per_page: usize,
    feeds: bool,
    sitemaps: bool,
}

impl Scope {
    /// The scope of a crawl from `seeds`.
    pub fn new(settings: &Settings, seeds: &[Lead]) -> Self {
        let (mut homes, mut domains) = (HashMap::new(), HashMap::new());
        let own: HashMap<&str, &SeedScope> =
            settings.seed_scopes.iter().map(|own| (own.seed.as_str(), own)).collect();
        for (seed, url) in seeds.iter().filter_map(|seed| Some((seed, seed.url().ok()?))) {
            let own = own.get(seed.found.as_str());
            let depth = own.map_or(settings.depth, |own| own.depth);
            deepen(homes.entry(home(&url)).or_default(), depth);
            if own.is_some_and(|own| own.domain) {
                deepen(domains.entry(Site::of(&url)).or_default(), depth);
            }
        }
        Self {
            homes,
            domains,
            depth: settings.depth,
            traps: Traps::of(settings),
            budgets: Budgets::of(settings),
            languages: settings.languages.clone(),
            alternates: settings.alternates_scope,
            alternates_per_page: settings.alternates_per_page,
            feeds: settings.feeds,
            sitemaps: settings.sitemaps,
        }
    }

    /// Leads and refusals of one visit. Pure and total: the trace may come from any archive.
    pub fn judge(&self, trace: &Trace) -> Judged {
        let Ok(url) = trace.lead.url() else { return Judged::default() };
        let mut page = Page::new(self, trace, url);
        match &trace.outcome {
            _ if trace.again => {}
            Outcome::Moved { to, .. } if trace.lead.robots_for.is_none() => {
                page.moved(to.as_deref());
            }
            Outcome::Captured { status, .. } | Outcome::Revisit { status } if reads(*status) => {
                page.refreshes();
                page.alternates();
                page.parts();
                page.links();
            }
            _ => {}
        }
        if !trace.again && trace.lead.robots_for.is_none() {
            page.judged.refused.extend(trace.refusals());
        }
        page.judged
    }

    /// The rule that refuses a visit at the last moment, after it was queued in good faith.
    /// What the operator gave, and robots.txt, is fetched whatever has been spent.
    pub fn admit(&self, visit: &Visit) -> Option<Rule> {
        let is_given = visit.lead.hop == Hop::Seed || visit.lead.robots_for.is_some();
        if is_given { None } else { self.budgets.spent(visit) }
    }

    /// Whether what an earlier run was led to is still where this one's seeds lead.
    pub fn covers(&self, lead: &Lead) -> bool {
        let is_home = |text: &str| fetchable(text, None).is_ok_and(|url| self.is_home(&url));
        is_home(&lead.found) || lead.via.as_deref().is_some_and(is_home)
    }

    /// Whether the host of `url` is a seed's.
    fn is_home(&self, url: &Url) -> bool {
        self.homes.contains_key(&home(url)) || self.domains.contains_key(&Site::of(url))
    }

    /// How far ordinary links are followed from pages of this host.
    fn depth_at(&self, url: &Url) -> u32 {
        let domain = || self.domains.get(&Site::of(url));
        self.homes.get(&home(url)).or_else(domain).copied().unwrap_or(self.depth)
    }

    /// Whether a page's own host is one whose links are followed. A seed's host is; so is the
    /// host a chain of redirects from a seed ends at, and what links, feeds and sitemaps led to,
    /// since they never leave the scope. An alternate is at home where its page was.
    fn contains(&self, lead: &Lead, url: &Url) -> bool {
        if self.is_home(url) {
            return true;
        }
        let straight = lead.hops.trim_end_matches(['R', 'N']);
        match straight.strip_suffix('A') {
            None => !straight.ends_with(['P', 'G']),
            Some(_) if straight.len() < lead.hops.len() => false,
            Some(before) => {
                let via = lead.via.as_deref().and_then(|via| fetchable(via, None).ok());
                let neighbour = via.is_some_and(|via| home(&via) == home(url));
                neighbour && !before.trim_end_matches('R').ends_with('A')
            }
        }
    }
}

/// Of two seeds of one host the deeper counts.
fn deepen(known: &mut u32, depth: u32) {
    *known = depth.max(*known);
}

/// A host under which scheme variants and `www.` are one: `example.org`, `127.0.0.1:8080`.
fn home(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let bare = host.strip_prefix("www.").unwrap_or(host);
    url.port().map_or_else(|| bare.to_owned(), |port| format!("{bare}:{port}"))
}

/// Whether what came with this status is a page: an error page's links lead nowhere new. A 304
/// stands for the page it confirms.
const fn reads(status: u16) -> bool {
    matches!(status, 200..=299 | 304)
}

/// The first language any signal gives each alternate: `x-default` often comes before it.
fn languages_of(trace: &Trace) -> HashMap<Address, Lang> {
    let mut languages = HashMap::new();
    for alternate in &trace.alternates {
        if let (Ok(address), Some(lang)) = (Address::parse(&alternate.url), &alternate.lang) {
            languages.entry(address).or_insert_with(|| lang.clone());
        }
    }
    languages
}

/// One page while it is judged.
struct Page<'a> {
    scope: &'a Scope,
    trace: &'a Trace,
    url: Url,
    /// Whether its own host is followed.
    inside: bool,
    /// Keys that have been judged, the page's own included: a second mention says nothing.
    known: HashSet<Address>,
    judged: Judged,
}

impl<'a> Page<'a> {
    fn new(scope: &'a Scope, trace: &'a Trace, url: Url) -> Self {
        let inside = scope.contains(&trace.lead, &url);
        let known = HashSet::from([Address::of(&url)]);
        Self { scope, trace, url, inside, known, judged: Judged::default() }
    }

    fn lead(&self) -> &'a Lead {
        &self.trace.lead
    }

    fn refuse(&mut self, url: &str, rule: Rule) {
        self.judged.refused.push(Refusal { url: url.to_owned(), rule });
    }

    /// Notes the verdict on one target.
    fn file(&mut self, url: &Url, hop: Hop, lang: Option<Lang>, rule: Option<Rule>) {
        if let Some(rule) = rule {
            return self.refuse(url.as_str(), rule);
        }
        // What redirects stands for where it leads.
        let lang = if hop == Hop::Redirect { self.lead().lang.clone() } else { lang };
        self.judged.leads.push(Lead { lang, ..self.lead().onward(url, hop) });
    }

    fn fetchable(&mut self, text: &str) -> Option<Url> {
        match fetchable(text, Some(&self.url)) {
            Ok(url) => Some(url),
            Err(error) => {
                self.refuse(&without_userinfo(text), Rule::of(&error));
                None
            }
        }
    }

    fn moved(&mut self, to: Option<&str>) {
        let Some(url) = to.and_then(|to| self.fetchable(to)) else { return };
        let rule = self.redirect_rule(&url);
        self.file(&url, Hop::Redirect, None, rule);
        // A target that differs only by what the seen key drops (a campaign tag) is still another
        // URL to its server: the page itself stands there.
        let same = Address::of(&url) == Address::of(&self.url);
        if let Some(lead) = self.judged.leads.last_mut().filter(|_| same) {
            lead.address = Address::exactly(&url);
        }
    }

    /// A meta refresh is a redirect, except to the page itself: that is only a reload.
    fn refreshes(&mut self) {
        let trace = self.trace;
        for link in trace.links.iter().filter(|link| link.kind == LinkKind::Refresh) {
            let Some(url) = self.fetchable(&link.url) else { continue };
            if self.known.insert(Address::of(&url)) {
                let rule = self.redirect_rule(&url);
                self.file(&url, Hop::Redirect, None, rule);
            }
        }
    }

    fn redirect_rule(&self, url: &Url) -> Option<Rule> {
        if self.loops(url) {
            return Some(Rule::RedirectLoop);
        }
        if self.lead().redirects() >= MAX_REDIRECTS {
            return Some(Rule::RedirectLimit);
        }
        self.scope.traps.rule(url).or_else(|| self.leaves(url))
    }

    /// A redirect to itself or straight back. Longer loops end at the frontier, which knows every
    /// URL of the run.
    fn loops(&self, url: &Url) -> bool {
        let back = self.lead().via.as_deref().filter(|_| self.lead().hop == Hop::Redirect);
        *url == self.url || back == Some(url.as_str())
    }

    /// A redirect may leave the host when a seed or an alternate is what moved.
    fn leaves(&self, url: &Url) -> Option<Rule> {
        if self.scope.is_home(url) || (self.inside && home(url) == home(&self.url)) {
            return None;
        }
        let straight = self.lead().hops.trim_end_matches('R');
        let stays = straight.ends_with('N') && home(url) == home(&self.url);
        if straight.is_empty() || stays {
            None
        } else if straight.ends_with('A') {
            self.alternates_scope_rule(url)
        } else {
            Some(Rule::OffScope)
        }
    }

    fn alternates_scope_rule(&self, url: &Url) -> Option<Rule> {
        let within = match self.scope.alternates {
            AlternatesScope::SameHost => home(url) == home(&self.url),
            AlternatesScope::SameDomain => Site::of(url) == Site::of(&self.url),
            AlternatesScope::Declared => true,
        };
        (!within).then_some(Rule::AlternatesScope)
    }

    /// One lead a URL, whatever the number of signals that declare it.
    fn alternates(&mut self) {
        let trace = self.trace;
        let mut room = self.scope.alternates_per_page;
        let mut languages = languages_of(trace);
        // What a sitemap declares of other pages comes as its entries.
        // A URL pattern is a guess about an ordinary link and is followed as one.
        let own = trace.alternates.iter().filter(|alternate| {
            alternate.about.is_none() && alternate.signal != Signal::UrlPattern
        });
        for alternate in own {
            let Some(url) = self.fetchable(&alternate.url) else { continue };
            let address = Address::of(&url);
            if !self.known.insert(address.clone()) {
                continue;
            }
            let lang = languages.remove(&address);
            let traps = &self.scope.traps;
            let rule = traps
                .rule(&url)
                .or_else(|| self.alternates_scope_rule(&url))
                .or_else(|| self.alternates_depth_rule())
                .or_else(|| self.language_rule(lang.as_ref()))
                .or((room == 0).then_some(Rule::AlternatesPerPage));
            room -= usize::from(rule.is_none());
            self.file(&url, Hop::Alternate, lang, rule);
        }
    }

    fn alternates_depth_rule(&self) -> Option<Rule> {
        let run = self.lead().hops.bytes().rev().take_while(|hop| b"AGNR".contains(hop));
        let behind = run.filter(|hop| b"AG".contains(hop)).count();
        (behind >= MAX_ALTERNATES_IN_A_ROW).then_some(Rule::AlternatesDepth)
    }

    fn language_rule(&self, lang: Option<&Lang>) -> Option<Rule> {
        let wanted = &self.scope.languages;
        let unwanted = !wanted.is_empty()
            && lang.is_some_and(|lang| !wanted.iter().any(|wanted| wanted.covers(lang)));
        unwanted.then_some(Rule::Language)
    }

    /// The further pages of an article are the article: they cost no depth, and are followed where
    /// it was fetched. [`crate::page::parts::MAX_PARTS`] bounds them.
    fn parts(&mut self) {
        let trace = self.trace;
        for link in trace.links.iter().filter(|link| link.kind == LinkKind::Part) {
            let Some(url) = self.fetchable(&link.url) else { continue };
            if self.known.insert(Address::of(&url)) {
                let leaves = (home(&url) != home(&self.url)).then_some(Rule::OffScope);
                let rule = leaves.or_else(|| self.scope.traps.rule(&url));
                self.file(&url, Hop::Part, self.lead().lang.clone(), rule);
            }
        }
    }

    fn links(&mut self) {
        let trace = self.trace;
        for link in &trace.links {
            let Some(hop) = self.hop(link.kind) else { continue };
            let Some(url) = self.fetchable(&link.url) else { continue };
            if self.known.insert(Address::of(&url)) {
                let rule = self.link_rule(&url, hop).or_else(|| self.nesting_rule(link.kind));
                self.file(&url, hop, None, rule);
            }
        }
    }

    /// How a link is followed; `None` for what is neither fetched nor counted. Entries of a feed
    /// or a sitemap nobody asked for are ordinary links.
    fn hop(&self, kind: LinkKind) -> Option<Hop> {
        let given = self.lead().hops.bytes().all(|hop| hop == b'R');
        let feeds = self.scope.feeds || given;
        let sitemaps = self.scope.sitemaps || given;
        let is_robots = self.lead().robots_for.is_some();
        match kind {
            LinkKind::Sitemap if is_robots => self.scope.sitemaps.then_some(Hop::Sitemap),
            _ if is_robots => None,
            LinkKind::Refresh | LinkKind::Embed | LinkKind::Part => None,
            LinkKind::Anchor => Some(Hop::Link),
            LinkKind::Feed => self.scope.feeds.then_some(Hop::Feed),
            LinkKind::FeedEntry => Some(if feeds { Hop::Feed } else { Hop::Link }),
            LinkKind::Sitemap => sitemaps.then_some(Hop::Sitemap),
            LinkKind::SitemapEntry => Some(if sitemaps { Hop::Sitemap } else { Hop::Link }),
        }
    }

    fn nesting_rule(&self, kind: LinkKind) -> Option<Rule> {
        let run = self.lead().hops.bytes().rev().take_while(|hop| b"MR".contains(hop));
        let behind = run.filter(|hop| *hop == b'M').count();
        (kind == LinkKind::Sitemap && behind >= MAX_SITEMAPS_IN_A_ROW).then_some(Rule::Depth)
    }

    fn link_rule(&self, url: &Url, hop: Hop) -> Option<Rule> {
        let near = self.inside && home(url) == home(&self.url);
        if !near && !self.scope.is_home(url) {
            return Some(Rule::OffScope);
        }
        if hop == Hop::Link && self.lead().depth >= self.scope.depth_at(&self.url) {
            return Some(Rule::Depth);
        }
        // A compressed sitemap ends in `.gz`, and is wanted.
        self.scope.traps.rule(url).filter(|rule| !(hop == Hop::Sitemap && *rule == Rule::FileType))
    }
}
