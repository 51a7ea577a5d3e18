//! Events: what progress, logs, metrics and reports all count from.
//!
//! An event is told only after what it tells is durable (archive first, then state, then event).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::lead::{Hop, Locator, Outcome};
use crate::settings::Shortfall;

/// Something that happened, durably.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// A run began.
    Started {
        /// Its number, from 1.
        run: u32,
        /// Whether it goes on with what an earlier process left.
        resumed: bool,
        /// URLs already queued.
        queued: u64,
    },
    /// A URL's visit ended.
    Settled(Box<Settled>),
    /// A visit failed and will be repeated.
    Retried {
        /// The URL.
        url: String,
        /// Which attempt failed, from 1.
        attempt: u32,
        /// Why.
        why: String,
    },
    /// A host is left alone for a while (Retry-After, back-off).
    Parked {
        /// The host.
        host: String,
        /// For how long.
        #[serde(serialize_with = "millis")]
        wait: Duration,
        /// Why.
        why: String,
    },
    /// A WARC file was sealed: it is whole, synced and has its final name.
    Sealed {
        /// Its name.
        file: String,
        /// Its size in bytes.
        bytes: u64,
    },
    /// The disk takes nothing: no new fetch begins until it does. Nothing is lost and nothing is
    /// marked done meanwhile.
    Paused {
        /// Which file, why, and what is needed.
        why: String,
    },
    /// The disk takes again, and the crawl goes on.
    Unpaused {
        /// How long it stood.
        #[serde(serialize_with = "millis")]
        after: Duration,
    },
    /// Somebody told the running crawl to do something else: to pause, to leave a host alone.
    Steered {
        /// What was told, and what came of it.
        what: String,
    },
    /// The run is over, and fell short of a threshold.
    Shortfall(Shortfall),
    /// Something an operator should read; the crawl goes on.
    Warning {
        /// What, where, and what to do.
        text: String,
    },
}

/// How one URL ended.
#[derive(Clone, Debug, Serialize)]
pub struct Settled {
    /// The URL that was fetched.
    pub url: String,
    /// How it was reached.
    pub hop: Hop,
    /// The letters of all hops from the seed.
    pub hops: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Of a body that is not whole: how much of it came, and what ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<String>,
    /// What was wrong with the message and was archived all the same.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<String>,
    /// Bytes received.
    pub bytes: u64,
    /// From the first byte asked to the last byte received.
    #[serde(serialize_with = "millis")]
    pub took: Duration,
    /// The language of its text, when it is an article.
    pub lang: Option<String>,
    /// Its headline, when it is an article.
    pub title: Option<String>,
    /// Its authors, when it is an article.
    pub byline: Vec<String>,
    /// Where its response or revisit record lies.
    pub record: Option<Locator>,
}

fn millis<S: serde::Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

/// Whoever wants to be told.
#[derive(Clone)]
pub struct Watch(Arc<dyn Fn(&Event) + Send + Sync>);

impl Watch {
    /// A watch that calls `told` for each event, from whatever thread it happens on.
    pub fn new(told: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(told))
    }

    /// A watch nobody listens to.
    pub fn none() -> Self {
        Self::new(|_| ())
    }

    /// Tells it.
    pub fn tell(&self, event: &Event) {
        (self.0)(event);
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
