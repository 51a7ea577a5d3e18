//! Budgets: rules that look at what a run has spent where a visit would go.
//!
//! Each is one comparison with the name of its [`Rule`]; the books are kept by the frontier
//! ([`crate::frontier::budgets`]). They bound what no rule about a single URL can: a calendar, a
//! shop's filters, session ids, an error page with status 200, names without end.

use crate::lead::{Lead, Rule, Spent, Visit};
use crate::settings::Settings;

/// A host is doubted after so many times the near-duplicates a pattern may have.
const HOST_PATIENCE: u64 = 5;

/// Pages in a row by which a pattern of a doubted host shows that it brings nothing new either.
const SAMPLES: u64 = 3;

/// Patterns of a host; past these, a doubted host makes them up, and new ones are not tried.
const TRIED_PATTERNS: u64 = 1_000;

/// A stopped pattern is sampled: first after a tenth of the near-duplicates it may have, and after
/// each sample that says nothing new either at twice the distance. So a trap costs the logarithm of
/// its size, and what lies behind it is found.
const FIRST_SAMPLE: u64 = 10;

/// The limits of one crawl.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budgets {
    domain: u64,
    domain_hosts: u64,
    host: u64,
    pattern: u64,
    query_sets: u64,
    near_duplicates: u64,
}

impl Budgets {
    /// The limits these settings ask for.
    pub(super) const fn of(settings: &Settings) -> Self {
        Self {
            domain: settings.domain_budget,
            domain_hosts: settings.domain_hosts,
            host: settings.host_budget,
            pattern: settings.pattern_budget,
            query_sets: settings.query_sets,
            near_duplicates: settings.near_duplicates,
        }
    }

    /// The first rule whose budget is spent.
    pub(super) fn spent(self, visit: &Visit) -> Option<Rule> {
        let spent = &visit.spent;
        let rules = [
            (Rule::DomainBudget, visit.site_settled, self.domain),
            (Rule::DomainHosts, spent.other_servers, self.domain_hosts),
            (Rule::HostBudget, spent.server, self.host),
            (Rule::NearDuplicates, spent.pattern_alike, self.near_duplicates),
            (Rule::QuerySets, spent.other_queries, self.query_sets),
            (Rule::PatternBudget, spent.pattern, self.pattern),
        ];
        let is_tried = self.is_sample(spent) || is_declared(&visit.lead);
        let over = rules.into_iter().find(|(rule, spent, limit)| {
            spent >= limit && !(is_tried && *rule == Rule::NearDuplicates)
        });
        let is_doubtful = || !is_tried && self.is_doubtful(spent);
        over.map(|(rule, ..)| rule).or_else(|| is_doubtful().then_some(Rule::HostDuplicates))
    }

    /// Whether so much of a stopped pattern was left out that one more of its pages is read.
    fn is_sample(self, spent: &Spent) -> bool {
        let Some(samples) = spent.pattern_alike.checked_sub(self.near_duplicates) else {
            return false;
        };
        let first = (self.near_duplicates / FIRST_SAMPLE).max(1);
        spent.pattern_left >= first.saturating_mul(1 << samples.min(32))
    }

    /// Whether many patterns of the host brought the same text again and again, and so did this one
    /// as far as it was tried. A pattern that brings something new never pays for the others, and
    /// one that was not met yet is tried.
    const fn is_doubtful(self, spent: &Spent) -> bool {
        let of_host = self.near_duplicates.saturating_mul(HOST_PATIENCE);
        let is_known = spent.pattern > 0;
        let tried = spent.pattern_alike >= SAMPLES && spent.pattern_alike * 2 >= spent.pattern;
        spent.server_alike >= of_host && (tried || (!is_known && spent.patterns >= TRIED_PATTERNS))
    }
}

/// Whether a page that was read names this as its translation: that says more of what stands there
/// than what other URLs of its pattern brought. Alternates in a row are few, so no trap lives on it.
fn is_declared(lead: &Lead) -> bool {
    lead.hops.trim_end_matches('R').ends_with('A')
}
