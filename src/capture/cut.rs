//! The cut: what ended a body before its end, and how much of it had come.
//!
//! Both transports cut by the same limits and in the same words; the words go to the ledger and to
//! the `metadata` record, where `WARC-Truncated` has only its four. A cut never drops a byte that
//! came.

use std::time::Duration;

use bytesize::ByteSize;
use humantime::format_duration;
use tokio::time::Instant;

use super::Limits;
use crate::lead::Truncated;

/// What ended a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is larger than allowed.
    Large,
    /// The exchange took longer than allowed.
    Long,
    /// Nothing came for longer than allowed.
    Silent,
    /// What came was too little for the time it took.
    Slow,
    /// The connection, and how.
    Lost(String),
    /// Its own framing, and how; all that came is there.
    Broken(&'static str),
}

impl Cut {
    /// The word of WARC-Truncated.
    pub(super) const fn truncated(&self) -> Truncated {
        match self {
            Self::Large => Truncated::Length,
            Self::Long | Self::Silent | Self::Slow => Truncated::Time,
            Self::Lost(_) => Truncated::Disconnect,
            Self::Broken(_) => Truncated::Unspecified,
        }
    }

    /// `5 of 1000 bytes of the body came; …`, with the limit that cut it.
    pub(super) fn told(&self, limits: &Limits, came: u64, of: Option<u64>) -> String {
        let of = of.map(|whole| format!(" of {whole}")).unwrap_or_default();
        let why = match self {
            Self::Large => format!("more than --max-body {}", ByteSize::b(limits.max_body)),
            Self::Long => format!("longer than --total-timeout {}", format_duration(limits.total)),
            Self::Silent => format!("silent for --idle-timeout {}", format_duration(limits.idle)),
            Self::Slow => {
                let (least, over) = (ByteSize::b(limits.min_speed), format_duration(limits.idle));
                format!("slower than --min-speed {least} a second over {over}")
            }
            Self::Lost(how) => format!("the connection was lost: {how}"),
            Self::Broken(how) => format!("its chunks are broken: {how}"),
        };
        format!("{came}{of} bytes of the body came; {why}")
    }
}

/// How fast a body comes, held against the least allowed over each window of time. A server that
/// sends a byte now and then is never silent; without this only the total limit would end it.
#[derive(Debug)]
pub(super) struct Speed {
    least: u64,
    window: Duration,
    since: Instant,
    had: u64,
}

impl Speed {
    pub(super) fn new(limits: &Limits, now: Instant) -> Self {
        Self { least: limits.min_speed, window: limits.idle, since: now, had: 0 }
    }

    /// Whether the window that ends now, if one does, brought too little. `received` counts from
    /// the start of the exchange.
    pub(super) fn is_too_low(&mut self, received: u64, now: Instant) -> bool {
        let span = now.duration_since(self.since);
        if span < self.window {
            return false;
        }
        let came = u128::from(received - self.had) * 1_000;
        (self.since, self.had) = (now, received);
        came < u128::from(self.least) * span.as_millis()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_is_judged_by_itself() {
        let limits = Limits {
            connect: Duration::ZERO,
            head: Duration::ZERO,
            idle: Duration::from_secs(10),
            total: Duration::ZERO,
            max_head: 0,
            max_body: 0,
            min_speed: 100,
        };
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut speed = Speed::new(&limits, start);
        assert!(!speed.is_too_low(1, at(9)), "no window has ended");
        assert!(!speed.is_too_low(1_000, at(10)), "just enough");
        assert!(!speed.is_too_low(1_000, at(19)));
        assert!(speed.is_too_low(1_999, at(20)), "what came before does not count");
        assert!(!speed.is_too_low(9_999, at(40)));
        let mut free = Speed::new(&Limits { min_speed: 0, ..limits }, start);
        assert!(!free.is_too_low(0, at(1_000)));
    }
}
