//! The pause: what a crawl does while its disk takes nothing.
//!
//! A group of records that could not be written was rolled back by the writer. Who filed it keeps
//! its lease and tries again, first soon, then less often; nobody leases anything meanwhile, and
//! nothing is marked done. What only a new opening can mend (a failed sync, a state that could not
//! be written) ends the sitting, and [`super::run`] waits here before the next.

use std::time::Duration;

use bytesize::ByteSize;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use super::{CrawlError, How, Job};
use crate::disk::may_pass;
use crate::event::Event;
use crate::frontier::{Frontier, FrontierError};
use crate::lead::Visit;
use crate::moment::Moment;
use crate::record::{Exchange, Filed};
use crate::settings::OnFull;
use crate::state::StateError;

/// The first wait.
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait: who has made room should not wait for long to see it taken.
const LONGEST: Duration = Duration::from_secs(30);

/// Whether the crawl stands, and whose turn it is to try.
#[derive(Debug)]
pub(super) struct Pause {
    stands: watch::Sender<bool>,
    turn: Mutex<()>,
}

impl Default for Pause {
    fn default() -> Self {
        Self { stands: watch::Sender::new(false), turn: Mutex::default() }
    }
}

impl Pause {
    /// Waits until the crawl does not stand.
    pub(super) async fn over(&self) {
        // The sender lives as long as this does.
        let _ = self.stands.subscribe().wait_for(|stands| !stands).await;
    }
}

/// The waits between two tries, doubling.
#[derive(Debug)]
pub(super) struct Waits(Duration);

impl Default for Waits {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Waits {
    /// Waits; `false` when the crawl was told to stop.
    pub(super) async fn next(&mut self, stop: &CancellationToken) -> bool {
        let wait = self.0;
        self.0 = wait.saturating_mul(2).min(LONGEST);
        tokio::select! {
            biased;
            () = stop.cancelled() => false,
            () = tokio::time::sleep(wait) => true,
        }
    }
}

impl<F: Frontier, T> Desk<F, T> {
    /// Whether there is room for more on the disk. Where there is not, this waits for it; `false`
    /// when the run may not wait, or is told to stop.
    pub(super) async fn has_room(&self) -> bool {
        if self.short_of_room().is_none() {
            return true;
        }
        if self.settings.on_full == OnFull::Stop {
            self.reach(How::DiskFloor);
            return false;
        }
        let _turn = self.pause.turn.lock().await;
        let mut waits = Waits::default();
        let since = self.clock.steady();
        while let Some(why) = self.short_of_room() {
            if !self.pause.stands.send_replace(true) {
                self.watch.tell(&Event::Paused { why });
            }
            if !waits.next(&self.stop.intake).await {
                return false;
            }
        }
        if self.pause.stands.send_replace(false) {
            let after = self.clock.steady().since(since);
            self.watch.tell(&Event::Unpaused { after });
        }
        true
    }

    /// Why nothing more is fetched: less is free than has to stay so.
    fn short_of_room(&self) -> Option<String> {
        let (floor, folder) = (self.settings.disk_floor, &self.settings.into);
        if floor == 0 {
            return None;
        }
        // A disk that does not say is found full when it is.
        let free = self.disk.room(folder).ok().filter(|free| *free < floor)?;
        let (free, floor) = (ByteSize::b(free), ByteSize::b(floor));
        let folder = folder.display();
        Some(format!(
            "{free} are free on the disk of {folder}, {floor} have to stay so (--disk-floor); make room"
        ))
    }

    /// Files an exchange, however long the disk makes it wait. After an error the archive is as it
    /// was, and the visit stays queued.
    pub(super) async fn file(
        &self,
        visit: &Visit,
        exchange: Exchange,
    ) -> Result<Filed, CrawlError> {
        let may_wait = self.settings.on_full == OnFull::Pause;
        match self.archive.file(exchange.clone()).await {
            Err(why) if may_wait && why.is_transient() => {
                self.frontier.hazard_over(visit).await?;
                self.file_later(exchange).await
            }
            done => Ok(done?),
        }
    }

    async fn file_later(&self, exchange: Exchange) -> Result<Filed, CrawlError> {
        // One tries for all; the next in line finds the disk as this one leaves it.
        let _turn = self.pause.turn.lock().await;
        let mut waits = Waits::default();
        let mut since = None;
        loop {
            match self.archive.file(exchange.clone()).await {
                Err(why) if why.is_transient() => {
                    self.pause.stands.send_replace(true);
                    if since.is_none() {
                        since = Some(self.clock.steady());
                        self.watch.tell(&Event::Paused { why: why.to_string() });
                    }
                    if !waits.next(&self.stop.intake).await {
                        return Err(why.into());
                    }
                }
                done => {
                    self.pause.stands.send_replace(false);
                    if let (Some(since), Ok(_)) = (since, &done) {
                        let after = self.clock.steady().since(since);
                        self.watch.tell(&Event::Unpaused { after });
                    }
                    return Ok(done?);
                }
            }
        }
    }
}

/// The stand between two sittings of one run.
#[derive(Debug, Default)]
pub(super) struct Stand {
    waits: Waits,
    since: Option<Moment>,
}

impl Stand {
    /// Waits for the disk when that may help: `None` then. Otherwise the error is the end.
    pub(super) async fn wait(&mut self, job: &Job, why: CrawlError) -> Option<CrawlError> {
        let may_wait = job.settings.on_full == OnFull::Pause && !job.stop.intake.is_cancelled();
        if !may_wait || !why.may_pass() {
            return Some(why);
        }
        if self.since.is_none() {
            self.since = Some(job.clock.steady());
            job.watch.tell(&Event::Paused { why: why.to_string() });
        }
        if self.waits.next(&job.stop.intake).await { None } else { Some(why) }
    }

    /// The folder opens again.
    pub(super) fn over(&mut self, job: &Job) {
        if let Some(since) = self.since.take() {
            let after = job.clock.steady().since(since);
            job.watch.tell(&Event::Unpaused { after });
        }
    }

    /// Something was done since the last wait, so the next one begins short.
    pub(super) fn moved_on(&mut self) {
        self.waits = Waits::default();
    }
}

impl CrawlError {
    /// The same of a crawl that has begun: a folder that cannot be used any more is no matter of
    /// usage then.
    pub(super) fn once_begun(self) -> Self {
        match self {
            Self::Folder { path, why } => StateError::Io { path, source: why }.into(),
            other => other,
        }
    }

    /// Whether opening the folder anew may succeed, now or later.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Archive(why) => why.wants_reopening(),
            Self::Frontier(why) => {
                matches!(why, FrontierError::Archive(_) | FrontierError::Disk(_))
            }
            Self::State(StateError::Io { source, .. }) => may_pass(source),
            Self::Folder { why, .. } | Self::Spool(why) => may_pass(why),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn waits_double_to_the_longest_and_end_when_told_to() {
        let (mut waits, stop) = (Waits::default(), CancellationToken::new());
        let mut took = Vec::new();
        for _ in 0..7 {
            let began = tokio::time::Instant::now();
            assert!(waits.next(&stop).await);
            took.push(began.elapsed().as_secs());
        }
        assert_eq!(took, [1, 2, 4, 8, 16, 30, 30]);
        stop.cancel();
        assert!(!waits.next(&stop).await);
    }
}
