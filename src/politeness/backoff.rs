//! Back-off: how long trouble makes a site rest, and whether a URL is tried again.
//!
//! Plain functions of what happened; the only state is `Jitter`, a small generator that is
//! seeded from outside so that a test knows what it will say.

use std::time::Duration;

use crate::lead::{FailureKind, Outcome};
use crate::moment::Moment;

/// A longer Retry-After is held to this, and said.
pub const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);

/// The longest pause that back-off grows to by itself.
pub const MAX_BACKOFF: Duration = Duration::from_mins(5);

/// Longest Retry-After value that is looked at, in bytes; the longest HTTP-date has 33.
const MAX_VALUE: usize = 64;

/// Reads a Retry-After value (RFC 9110 §10.2.3): seconds, or a date as seen from `now`, which is the
/// Date of the answer where it has one: both are of the server's clock. Total; `None` for anything
/// else. A date that has passed is no wait at all.
pub fn retry_after(value: &str, now: Moment) -> Option<Duration> {
    let value = value.trim();
    if value.is_empty() || value.len() > MAX_VALUE {
        return None;
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    Moment::parse_http_date(value).map(|date| date.since(now))
}

/// The pause after the `times`-th trouble in a row, from 1: `first` doubled each time, at most
/// [`MAX_BACKOFF`], then up to half as much again by `share` (0 to 1). Never less than the plain
/// doubling, so that hosts that fail together do not come back together, nor any too soon.
pub fn pause(first: Duration, times: u32, share: f64) -> Duration {
    let doubled = 1_u32.checked_shl(times.saturating_sub(1)).unwrap_or(u32::MAX);
    let plain = first.saturating_mul(doubled.max(1)).min(MAX_BACKOFF);
    plain + plain.mul_f64(share.clamp(0.0, 1.0) / 2.0)
}

/// Whether a status says "not now" rather than "no".
pub const fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// Whether a visit that ended so is worth another attempt, `attempt` having been made before it.
pub fn worth_another(outcome: &Outcome, attempt: u32, retries: u32) -> bool {
    let passing = match outcome {
        Outcome::Captured { status, .. }
        | Outcome::Revisit { status }
        | Outcome::Moved { status, .. } => is_passing(*status),
        Outcome::Failed(failure) => failure.kind.is_transient(),
        Outcome::Refused(_) => false,
    };
    passing && attempt < retries
}

/// What an answer, or its absence, says about the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// It answers: trouble is over.
    Well,
    /// It answers with an error that may be this page's alone.
    Unwell,
    /// It does not answer, or asks to be left alone.
    Gone,
    /// Nothing can be said: a fault of ours, or of this page's TLS or framing.
    Unknown,
}

/// Reads the mood of a site.
pub(super) fn mood(status: Option<u16>, failed: Option<FailureKind>) -> Mood {
    match (failed, status) {
        (Some(FailureKind::RateLimited), _) | (None, Some(429 | 503)) => Mood::Gone,
        (Some(kind), _) if kind.is_transient() => Mood::Gone,
        (Some(_), _) | (None, None) => Mood::Unknown,
        (None, Some(status)) if is_passing(status) => Mood::Unwell,
        (None, Some(_)) => Mood::Well,
    }
}

/// A seeded source of shares from 0 to 1 (`SplitMix64`). Spreading is all it is for.
#[derive(Clone, Debug)]
pub(super) struct Jitter(pub(super) u64);

impl Jitter {
    /// The next share, from 0 (included) to 1 (not included).
    pub(super) fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let top = u32::try_from((z ^ (z >> 31)) >> 32).unwrap_or(0);
        f64::from(top) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::Failure;
    use proptest::prelude::*;

    const NOW: Moment = Moment::from_millis(784_111_777_000);

    #[test]
    fn retry_after_in_both_forms() {
        let cases = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
        ];
        for (value, want) in cases {
            assert_eq!(retry_after(value, NOW), want.map(Duration::from_secs), "{value:?}");
        }
    }

    #[test]
    fn pauses_double_and_are_bounded() {
        let first = Duration::from_secs(2);
        let plain: Vec<u64> = (1..=9).map(|times| pause(first, times, 0.0).as_secs()).collect();
        assert_eq!(plain, [2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(pause(first, u32::MAX, 1.0), MAX_BACKOFF + MAX_BACKOFF / 2);
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let captured = |status| Outcome::Captured { status, truncated: None };
        for status in [429, 500, 502, 503, 504] {
            assert!(worth_another(&captured(status), 2, 3), "{status}");
            assert!(!worth_another(&captured(status), 3, 3), "{status}");
        }
        for status in [200, 301, 403, 404, 410, 501, 505] {
            assert!(!worth_another(&captured(status), 0, 3), "{status}");
        }
        let failed = |kind| Outcome::Failed(Failure { kind, detail: String::new() });
        assert!(worth_another(&failed(FailureKind::Timeout), 0, 3));
        assert!(!worth_another(&failed(FailureKind::Tls), 0, 3));
        assert!(!worth_another(&failed(FailureKind::Timeout), 0, 0));
    }

    proptest! {
        #[test]
        fn any_value_is_read(value in "\\PC{0,80}") {
            let _ = retry_after(&value, NOW);
        }

        #[test]
        fn dates_are_read(value in "[A-Z][a-z]{2}, [0-9]{1,3} [A-Z][a-z]{2} [0-9]{1,6} [0-9:]{0,9} (GMT|[+-][0-9]{4})") {
            let _ = retry_after(&value, NOW);
        }

        #[test]
        fn jitter_only_adds(times in 1_u32..99, seed in any::<u64>()) {
            let first = Duration::from_millis(500);
            let share = Jitter(seed).share();
            prop_assert!((0.0..1.0).contains(&share));
            prop_assert!(pause(first, times, share) >= pause(first, times, 0.0));
        }
    }
}
