//! Seats: how many strangers a small server attends to at once, and who has to go.
//!
//! Who has a seat and says nothing holds nobody up: when all seats are taken, those who were silent
//! for [`GRACE`] leave, so that whoever asks is heard within moments, however many others sit there.
//! Who has asked keeps the seat until the answer is out. Used by the control socket and by the
//! metrics endpoint; it knows no protocol.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Seats of one server.
pub(crate) const SEATS: usize = 32;

/// How long whoever is silent keeps a seat that others wait for.
pub(crate) const GRACE: Duration = Duration::from_millis(100);

/// How long whoever has a seat may take to ask, and again to take the answer.
pub(crate) const ASKING: Duration = Duration::from_secs(2);

/// All of them. Clones are the same seats.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seats(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    taken: Mutex<Taken>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    /// By the order in which they came; what shows them out, until they have asked.
    all: BTreeMap<u64, Option<CancellationToken>>,
}

/// One seat, free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    number: u64,
    out: CancellationToken,
}

impl Seats {
    /// A seat, once there is one: at once, or when somebody leaves, or has been silent for too long.
    pub(crate) async fn take(&self) -> Seat {
        loop {
            let left = self.0.left.notified();
            if let Some(seat) = self.free() {
                return seat;
            }
            let silent = self.silent();
            if timeout(GRACE, left).await.is_err() {
                self.show_out(&silent);
            }
        }
    }

    fn free(&self) -> Option<Seat> {
        let mut taken = self.taken();
        if taken.all.len() >= SEATS {
            return None;
        }
        let (number, out) = (taken.next, CancellationToken::new());
        taken.next += 1;
        taken.all.insert(number, Some(out.clone()));
        Some(Seat { seats: self.clone(), number, out })
    }

    fn silent(&self) -> Vec<u64> {
        let taken = self.taken();
        taken.all.iter().filter(|(_, out)| out.is_some()).map(|(number, _)| *number).collect()
    }

    /// Those of them who are silent still leave.
    fn show_out(&self, numbers: &[u64]) {
        let mut taken = self.taken();
        for number in numbers {
            if matches!(taken.all.get(number), Some(Some(_)))
                && let Some(Some(out)) = taken.all.remove(number)
            {
                out.cancel();
            }
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// What is asked, unless it takes too long, or is given up for somebody else. From then on the
    /// seat is kept.
    pub(crate) async fn asked<T>(&self, asking: impl Future<Output = T>) -> Option<T> {
        let asked = tokio::select! {
            () = self.out.cancelled() => return None,
            asked = timeout(ASKING, asking) => asked.ok()?,
        };
        let mut taken = self.seats.taken();
        // Shown out in this very moment, it has no seat any more.
        taken.all.get_mut(&self.number).map(|silent| *silent = None)?;
        Some(asked)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.taken().all.remove(&self.number);
        self.seats.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_silent_make_room_and_those_who_asked_stay() {
        let seats = Seats::default();
        let asked = seats.take().await;
        assert_eq!(asked.asked(ready(7)).await, Some(7));
        let began = tokio::time::Instant::now();
        // Hundreds who never say a word, and somebody behind them.
        for _ in 0..300 {
            let seat = seats.take().await;
            tokio::spawn(async move { assert_eq!(seat.asked(pending::<()>()).await, None) });
        }
        let last = seats.take().await;
        assert_eq!(last.asked(ready(8)).await, Some(8));
        let rounds = u32::try_from(300 / (SEATS - 1)).unwrap();
        assert!(began.elapsed() <= (GRACE + Duration::from_millis(2)) * rounds);
        assert!(!asked.out.is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_asked_are_waited_for() {
        let seats = Seats::default();
        let mut busy = Vec::new();
        for n in 0..SEATS {
            let seat = seats.take().await;
            assert_eq!(seat.asked(ready(n)).await, Some(n));
            busy.push(seat);
        }
        let waiting = tokio::spawn({
            let seats = seats.clone();
            async move { drop(seats.take().await) }
        });
        tokio::time::sleep(GRACE * 50).await;
        assert!(!waiting.is_finished());
        drop(busy.pop());
        waiting.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_says_nothing_leaves_even_where_nobody_waits() {
        let seats = Seats::default();
        let seat = seats.take().await;
        let began = tokio::time::Instant::now();
        assert_eq!(seat.asked(pending::<()>()).await, None);
        assert_eq!(began.elapsed().as_secs(), ASKING.as_secs());
    }
}
