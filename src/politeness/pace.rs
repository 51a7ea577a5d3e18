//! Pace: governor's limiters on warraq's clock. They answer when; nothing here ever waits.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

use crate::moment::{Clock, Moment};

type Limiter = RateLimiter<NotKeyed, InMemoryState, Ticks, NoOpMiddleware<Nanos>>;

/// The steady clock as governor reads it; it can be held at an instant while a limiter is made.
#[derive(Clone, Debug)]
struct Ticks {
    clock: Clock,
    held: Arc<AtomicI64>,
}

/// [`Ticks::held`] when the clock runs.
const RUNS: i64 = i64::MIN;

impl Ticks {
    fn held_at(clock: &Clock, millis: i64) -> Self {
        Self { clock: clock.clone(), held: Arc::new(AtomicI64::new(millis)) }
    }
}

impl governor::clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let held = self.held.load(Ordering::Relaxed);
        let now = if held == RUNS { self.clock.steady().millis() } else { held };
        Nanos::new(u64::try_from(now).unwrap_or(0).saturating_mul(1_000_000))
    }
}

/// The first whole millisecond that is not too early.
fn moment(refused: &NotUntil<Nanos>) -> Moment {
    let millis = refused.earliest_possible().as_u64().div_ceil(1_000_000);
    Moment::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// One request each `period`, start to start.
#[derive(Debug)]
pub(super) struct Pace(Limiter);

impl Pace {
    /// A pace without a past. `None` for a period of zero: no limit.
    pub(super) fn new(period: Duration, clock: &Clock) -> Option<Self> {
        let quota = Quota::with_period(period)?.allow_burst(NonZeroU32::MIN);
        Some(Self(RateLimiter::direct_with_clock(quota, Ticks::held_at(clock, RUNS))))
    }

    /// A pace whose last request started at `started`: a rebuilt limiter cannot burst.
    pub(super) fn begun(period: Duration, clock: &Clock, started: Moment) -> Option<Self> {
        let quota = Quota::with_period(period)?.allow_burst(NonZeroU32::MIN);
        let ticks = Ticks::held_at(clock, started.millis());
        let held = Arc::clone(&ticks.held);
        let pace = Self(RateLimiter::direct_with_clock(quota, ticks));
        // The first cell of a new limiter always passes.
        let _ = pace.take();
        held.store(RUNS, Ordering::Relaxed);
        Some(pace)
    }

    /// Takes the turn that is due, or tells when it will be.
    pub(super) fn take(&self) -> Result<(), Moment> {
        self.0.check().map_err(|refused| moment(&refused))
    }
}

/// The limits of the whole crawl.
#[derive(Debug)]
pub(super) struct Flow {
    requests: Option<Pace>,
    bytes: Option<Meter>,
}

impl Flow {
    /// Limits per second; 0 is no limit.
    pub(super) fn new(requests: u32, bytes: u32, clock: &Clock) -> Self {
        let period = Duration::from_secs(1).checked_div(requests).unwrap_or_default();
        Self { requests: Pace::new(period, clock), bytes: Meter::new(bytes, clock) }
    }

    /// Notes bytes that came.
    pub(super) fn owe(&mut self, bytes: u64, now: Moment) {
        if let Some(meter) = &mut self.bytes {
            meter.owe(bytes, now);
        }
    }

    /// Takes a turn for one more request, or tells when there will be one.
    pub(super) fn take(&mut self, now: Moment) -> Result<(), Moment> {
        let paid = self.bytes.as_ref().map_or(now, |meter| meter.paid);
        if paid > now {
            return Err(paid);
        }
        self.requests.as_ref().map_or(Ok(()), Pace::take)
    }
}

/// Bytes a second. A body's size is known when it is there, so it is paid for afterwards: the
/// limiter's clock is led on from turn to turn until the last byte is through, and no request
/// starts before that instant.
#[derive(Debug)]
struct Meter {
    limiter: Limiter,
    burst: NonZeroU32,
    held: Arc<AtomicI64>,
    paid: Moment,
}

impl Meter {
    fn new(per_second: u32, clock: &Clock) -> Option<Self> {
        let burst = NonZeroU32::new(per_second)?;
        let paid = clock.steady();
        let ticks = Ticks::held_at(clock, paid.millis());
        let held = Arc::clone(&ticks.held);
        let limiter = RateLimiter::direct_with_clock(Quota::per_second(burst), ticks);
        Some(Self { limiter, burst, held, paid })
    }

    fn owe(&mut self, bytes: u64, now: Moment) {
        let mut owed = bytes;
        let mut at = self.paid.max(now);
        while let Some(some) = NonZeroU32::new(u32::try_from(owed).unwrap_or(u32::MAX)) {
            let part = some.min(self.burst);
            self.held.store(at.millis(), Ordering::Relaxed);
            // A part is never more than the burst, so the limiter has an answer.
            if let Ok(Err(refused)) = self.limiter.check_n(part) {
                at = moment(&refused).max(at.plus(Duration::from_millis(1)));
            } else {
                owed = owed.saturating_sub(u64::from(part.get()));
            }
        }
        self.paid = at;
    }
}
