//! The recrawl policy: how long a URL rests before it is asked for again, by what it is.
//!
//! Plain values and one rule. What a URL is and when it was last fetched the state remembers; when
//! a run looks at it the frontier decides. A crawl without a job file asks for everything in every
//! run; [`Recrawl::scheduled`] is what a job file begins with.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::spelling::length;
use crate::moment::Moment;

/// What a URL turned out to be when it was last fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UrlKind {
    /// RSS, Atom or JSON feed.
    Feed,
    /// A sitemap or an index of some.
    Sitemap,
    /// A page that lists others: a front page, a section.
    Listing,
    /// An article, and everything that is none of the others.
    Article,
}

impl fmt::Display for UrlKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Feed => "feed",
            Self::Sitemap => "sitemap",
            Self::Listing => "listing",
            Self::Article => "article",
        })
    }
}

/// When a URL is asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Again {
    /// In each run.
    EachRun,
    /// When this time has passed.
    After(Duration),
    /// By its own pace: an interval that doubles with each fetch that brings nothing new, and is
    /// halved with each that does.
    Between(Duration, Duration),
    /// Not at all; a late translation may still be asked after.
    Never,
}

impl Again {
    /// The time between two fetches of what has been `calm` for so many doublings; `None` for never.
    pub fn interval(self, calm: u8) -> Option<Duration> {
        match self {
            Self::EachRun => Some(Duration::ZERO),
            Self::After(time) => Some(time),
            Self::Between(least, most) => {
                let doubled = 1_u32.checked_shl(u32::from(calm)).unwrap_or(u32::MAX);
                Some(least.saturating_mul(doubled).clamp(least, most.max(least)))
            }
            Self::Never => None,
        }
    }
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EachRun => f.write_str("each run"),
            Self::After(time) => f.write_str(&length(*time)),
            Self::Between(least, most) => {
                write!(f, "{} to {}", length(*least), length(*most))
            }
            Self::Never => f.write_str("never"),
        }
    }
}

/// The policy of a crawl.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recrawl {
    /// Of feeds.
    pub feed: Again,
    /// Of sitemaps.
    pub sitemap: Again,
    /// Of pages that list others.
    pub listing: Again,
    /// Of articles.
    pub article: Again,
    /// With a `--since`, the rules above are out of force: what was fetched before it is due, and
    /// nothing else.
    #[serde(default)]
    pub since: Option<Moment>,
}

/// Listings are looked at no more often than this by default: what the adaptive schedule of
/// news crawlers has proved to be enough for front pages.
pub const LEAST: Duration = Duration::from_mins(90);

/// And no more seldom than this.
pub const MOST: Duration = Duration::from_hours(90 * 24);

impl Recrawl {
    /// Everything in each run.
    pub const fn each_run() -> Self {
        let again = Again::EachRun;
        Self { feed: again, sitemap: again, listing: again, article: again, since: None }
    }

    /// The default of a job: feeds in each run, sitemaps and listings by their own pace, articles
    /// once.
    pub const fn scheduled() -> Self {
        Self {
            feed: Again::EachRun,
            sitemap: Again::Between(Duration::from_hours(1), MOST),
            listing: Again::Between(LEAST, MOST),
            article: Again::Never,
            since: None,
        }
    }

    /// The rule for a kind.
    pub const fn of(&self, kind: UrlKind) -> Again {
        match kind {
            UrlKind::Feed => self.feed,
            UrlKind::Sitemap => self.sitemap,
            UrlKind::Listing => self.listing,
            UrlKind::Article => self.article,
        }
    }

    /// Whether nothing is ever left for later.
    pub fn is_each_run(&self) -> bool {
        *self == Self::each_run()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_doubles_to_its_end() {
        let pace = Again::Between(Duration::from_mins(90), Duration::from_hours(24));
        let minutes = |calm| pace.interval(calm).unwrap().as_secs() / 60;
        assert_eq!([0, 1, 2, 3, 4, 40, 255].map(minutes), [90, 180, 360, 720, 1440, 1440, 1440]);
        assert_eq!(Again::Never.interval(0), None);
    }
}
