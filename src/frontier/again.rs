//! Again: what is remembered of a URL that was fetched, and when it is due next.
//!
//! Pure and total. A [`Fetched`] is made of one visit and what was remembered before it, live by
//! the acknowledgement and later from the archive's traces, so that a rebuilt state has the same
//! due times. Nothing here reads a clock or asks for anything; the policy is the settings' word.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::lead::{Lead, Outcome};
use crate::moment::Moment;
use crate::page::{LinkKind, PageKind};
use crate::record::trace::Trace;
use crate::settings::spelling::length;
use crate::settings::{Recrawl, UrlKind};

/// The first rest of a URL that failed; doubled with each further failure in a row.
const FIRST_REST: Duration = Duration::from_hours(1);

/// The longest one.
const LONGEST_REST: Duration = Duration::from_hours(30 * 24);

/// Failures in a row after which a URL is asked for only where a page still leads to it: with the
/// doubling, five days of trouble.
const PATIENCE: u8 = 7;

/// Doublings that are counted. With the shortest interval there is, they are years.
const CALMEST: u8 = 24;

/// A URL is due when so many hundredths of its interval have passed: a slot that comes a little
/// early (a timer with jitter, a run that was quick) must not leave it to the next one.
const SLACK_PERCENT: u32 = 90;

/// A visit that counts: it was archived, and tells when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// When.
    pub at: Moment,
    /// What came.
    pub what: What,
}

/// What a visit brought, as far as the next one depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A page of this kind, where it tells; `changed` when its payload was not archived yet.
    Page {
        /// What it is, when that can be seen.
        kind: Option<UrlKind>,
        /// Whether it brought something new.
        changed: bool,
    },
    /// A redirect.
    Moved,
    /// An error, or nothing.
    Nothing,
}

impl Fetch {
    /// Of a visit, live or read back; `None` when nothing was sent, when another attempt follows,
    /// and for robots.txt, whose lifetime is another matter.
    pub fn of(trace: &Trace, at: Moment) -> Option<Self> {
        if trace.again || trace.lead.robots_for.is_some() {
            return None;
        }
        let page = |status: u16, changed| match status {
            200..=299 | 304 => What::Page { kind: kind(trace), changed },
            _ => What::Nothing,
        };
        let what = match &trace.outcome {
            Outcome::Captured { status, .. } => page(*status, true),
            Outcome::Revisit { status } => page(*status, false),
            Outcome::Moved { .. } => What::Moved,
            Outcome::Failed(_) => What::Nothing,
            Outcome::Refused(_) => return None,
        };
        Some(Self { at, what })
    }
}

/// What a page is, by its row, else by what it leads to. An empty feed does not tell.
fn kind(trace: &Trace) -> Option<UrlKind> {
    let row = trace.page.as_ref().map(|page| page.kind);
    let leads = |kinds: &[LinkKind]| trace.links.iter().any(|link| kinds.contains(&link.kind));
    match row {
        Some(PageKind::Article) => Some(UrlKind::Article),
        Some(PageKind::Feed) => Some(UrlKind::Feed),
        Some(PageKind::Sitemap) => Some(UrlKind::Sitemap),
        _ if leads(&[LinkKind::FeedEntry]) => Some(UrlKind::Feed),
        _ if leads(&[LinkKind::SitemapEntry, LinkKind::Sitemap]) => Some(UrlKind::Sitemap),
        _ if leads(&[LinkKind::Anchor]) => Some(UrlKind::Listing),
        _ => None,
    }
}

/// What is remembered of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// When it was last fetched.
    pub at: Moment,
    /// What it is.
    pub kind: UrlKind,
    /// Fetches that brought nothing new, less those that did; never below 0.
    pub calm: u8,
    /// Failures in a row.
    pub failures: u8,
}

impl Fetched {
    /// What is remembered after one more fetch, as it is `now`. What came before the last one
    /// changes nothing, so any stretch of the archive may be read twice; but a last one that a wrong
    /// clock dated is none.
    pub fn after(before: Option<Self>, lead: &Lead, fetch: &Fetch, now: Moment) -> Self {
        let later = |known: &Self| known.at >= fetch.at && !known.at.is_ahead_of(now);
        if let Some(known) = before.filter(later) {
            return known;
        }
        let calm = before.map_or(0, |known| known.calm);
        let fetched = |kind, calm| Self { at: fetch.at, kind, calm, failures: 0 };
        // What the operator named is looked at for what it leads to, whatever stands there.
        let given = lead.is_seed_or_redirect_of_one();
        let unknown = if given { UrlKind::Listing } else { UrlKind::Article };
        let was = before.map_or(unknown, |known| known.kind);
        match fetch.what {
            What::Page { kind, changed: true } => {
                fetched(kind.unwrap_or(was), calm.saturating_sub(1))
            }
            What::Page { kind, changed: false } => {
                fetched(kind.unwrap_or(was), calm.saturating_add(1).min(CALMEST))
            }
            What::Moved => fetched(was, calm),
            What::Nothing => {
                let failures = before.map_or(0, |known| known.failures).saturating_add(1);
                Self { failures, ..fetched(was, calm) }
            }
        }
    }

    /// When it is due; `None` for never. An instant at or before `at` is due at once.
    pub fn due(&self, policy: &Recrawl) -> Option<Moment> {
        if let Some(since) = policy.since {
            return (self.at < since).then_some(self.at);
        }
        let again = policy.of(self.kind);
        let rest = match self.failures {
            0 => again.interval(self.calm)?,
            // What is read for what it leads to keeps its pace: it answers again some day.
            _ if self.kind != UrlKind::Article => again.interval(self.calm)?,
            _ if policy.is_each_run() => Duration::ZERO,
            failures => FIRST_REST
                .saturating_mul(1_u32.checked_shl(u32::from(failures) - 1).unwrap_or(u32::MAX))
                .min(LONGEST_REST),
        };
        Some(self.at.plus(rest / 100 * SLACK_PERCENT))
    }

    /// When it is due, as it is `now`: at once, where a clock that was ahead dated the last fetch.
    pub fn due_at(&self, policy: &Recrawl, now: Moment) -> Option<Moment> {
        self.due(policy).map(|due| if self.at.is_ahead_of(now) { now } else { due })
    }

    /// Whether a run asks for it by itself, with no page that leads to it.
    pub fn is_awaited(&self, policy: &Recrawl) -> bool {
        self.failures <= PATIENCE && self.due(policy).is_some()
    }

    /// Why it is asked for again, or not, for people.
    pub fn why(&self, policy: &Recrawl) -> String {
        let kind = self.kind;
        match (self.failures, policy.since) {
            (0, Some(since)) => format!("{kind}, last {}, before --since {since}", self.at),
            (0, None) => format!("{kind}, last {}, again {}", self.at, self.pace(policy)),
            (1, _) => format!("{kind}, failed at {}", self.at),
            (failures, _) => format!("{kind}, failed {failures} times in a row, last {}", self.at),
        }
    }

    fn pace(&self, policy: &Recrawl) -> String {
        let again = policy.of(self.kind);
        match again.interval(self.calm) {
            Some(interval) if !interval.is_zero() => {
                format!("after {}", length(interval))
            }
            _ => again.to_string(),
        }
    }
}

/// A URL the state would have fetched, or not yet, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// Where to.
    pub lead: Lead,
    /// What is remembered of it.
    pub fetched: Fetched,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWS: Recrawl = Recrawl::scheduled();

    fn lead() -> Lead {
        let url = "https://a.example/x".parse().unwrap();
        Lead::at(&url, crate::lead::Hop::Link).onward(&url, crate::lead::Hop::Link)
    }

    /// A URL after fetches at these hours.
    fn after(fetches: &[(i64, What)]) -> Fetched {
        let step = |before, (hours, what): &(i64, What)| {
            let at = Moment::from_millis(hours * 3_600_000);
            Some(Fetched::after(before, &lead(), &Fetch { at, what: *what }, at))
        };
        fetches.iter().fold(None, step).unwrap()
    }

    fn minutes(fetched: &Fetched) -> Option<u64> {
        Some(fetched.due(&NEWS)?.since(fetched.at).as_secs() / 60)
    }

    #[test]
    fn a_listing_keeps_the_pace_of_its_changes() {
        let page = |changed| What::Page { kind: Some(UrlKind::Listing), changed };
        let new = after(&[(0, page(true))]);
        assert_eq!(minutes(&new), Some(81));
        let calm = after(&[(0, page(true)), (2, page(false)), (5, page(false))]);
        assert_eq!(minutes(&calm), Some(4 * 81));
        let woken = after(&[(0, page(true)), (2, page(false)), (5, page(false)), (9, page(true))]);
        assert_eq!(minutes(&woken), Some(2 * 81));
        let years: Vec<_> = (0..90).map(|n| (n * 24, page(false))).collect();
        assert_eq!(minutes(&after(&years)), Some(90 * 24 * 60 * 9 / 10));
    }

    #[test]
    fn an_article_is_fetched_once_and_a_failed_one_tried_again_for_days() {
        let article = What::Page { kind: Some(UrlKind::Article), changed: true };
        assert_eq!(after(&[(0, article)]).due(&NEWS), None);
        let failed: Vec<_> = (0..8).map(|n| (n, What::Nothing)).collect();
        assert_eq!(minutes(&after(&failed[..1])), Some(54));
        assert_eq!(minutes(&after(&failed[..3])), Some(4 * 54));
        assert!(after(&failed[..7]).is_awaited(&NEWS) && !after(&failed).is_awaited(&NEWS));
        let mended = [&failed[..3], &[(9, article)]].concat();
        assert_eq!(after(&mended).due(&NEWS), None);
    }

    #[test]
    fn what_came_before_changes_nothing() {
        let page = What::Page { kind: Some(UrlKind::Feed), changed: false };
        let known = after(&[(0, page), (2, page)]);
        let again = Fetch { at: Moment::from_millis(3_600_000), what: What::Nothing };
        assert_eq!(Fetched::after(Some(known), &lead(), &again, known.at), known);
        assert_eq!(known.due(&NEWS), Some(known.at), "in each run");
    }

    #[test]
    fn a_clock_that_was_ahead_silences_nothing() {
        let page = |kind| What::Page { kind: Some(kind), changed: true };
        let hour = |hours: i64| Moment::from_millis(hours * 3_600_000);
        let (feed, story) = (page(UrlKind::Feed), page(UrlKind::Article));
        let ahead = after(&[(31 * 24, feed)]);
        assert_eq!(ahead.due_at(&NEWS, hour(1)), Some(hour(1)));
        assert_eq!(after(&[(31 * 24, story)]).due_at(&NEWS, hour(1)), None, "it is archived");
        let right = Fetch { at: hour(1), what: feed };
        let known = Fetched::after(Some(ahead), &lead(), &right, hour(1));
        assert_eq!((known.at, known.due_at(&NEWS, hour(2))), (hour(1), Some(hour(1))));
    }
}
