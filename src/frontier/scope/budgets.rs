//! Budgets: rules that look at what a run has spent where a visit would go.
//!
//! Each is one comparison with the name of its [`Rule`]; the books are kept by the frontier
//! ([`crate::frontier::budgets`]). They bound what no rule about a single URL can: a calendar, a
//! shop's filters, session ids, an error page with status 200, names without end.

use crate::lead::{Rule, Visit};
use crate::settings::Settings;

/// A host is left alone after so many times the near-duplicates a pattern may have.
const HOST_PATIENCE: u64 = 5;

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
        let of_host = self.near_duplicates.saturating_mul(HOST_PATIENCE);
        let rules = [
            (Rule::DomainBudget, visit.site_settled, self.domain),
            (Rule::DomainHosts, spent.other_servers, self.domain_hosts),
            (Rule::HostBudget, spent.server, self.host),
            (Rule::NearDuplicates, spent.pattern_alike, self.near_duplicates),
            (Rule::NearDuplicates, spent.server_alike, of_host),
            (Rule::QuerySets, spent.other_queries, self.query_sets),
            (Rule::PatternBudget, spent.pattern, self.pattern),
        ];
        rules.into_iter().find(|(_, spent, limit)| spent >= limit).map(|(rule, ..)| rule)
    }
}
