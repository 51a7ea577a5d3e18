//! Steering: what a running crawl is told by whoever looks after it.
//!
//! Pause and resume, stop, another delay for a site, a host blocked. All of it holds for the rest
//! of the call, over every sitting (a block until it is taken away, by [`crate::crawl::blocked`]), and
//! each word is an event that the log and the report keep.
//! Nothing here speaks to a server, and nothing makes a crawl ruder than its robots.txt allow.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::clerk::Ask;
use super::status::{HostState, Hosts, Phase};
use super::{Live, PATIENCE};
use crate::address::{Server, Site, fetchable};
use crate::crawl::blocked::{self, Blocks};
use crate::event::Event;
use crate::moment::Moment;
use crate::settings::Settings;
use crate::settings::spelling::span;

/// The longest delay that can be set: for longer a host is blocked.
const LONGEST_DELAY: Duration = Duration::from_hours(1);

/// Words that are kept for the summary, and hosts and sites that can be steered.
const KEPT: usize = 1_000;

/// Longest name of a host (RFC 1035 §2.3.4, with a port).
const NAME_BYTES: usize = 260;

/// Something that was told while a crawl ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steered {
    /// When.
    pub at: Moment,
    /// What, and what came of it.
    pub what: String,
}

/// Why a word is not heeded.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SteerError {
    /// Not a host.
    #[error("{0:?} is not a host; give a name as in www.example.org, with a port if it has one")]
    NotAHost(String),
    /// A delay out of its range.
    #[error("a delay may be an hour at most; for longer, block the host")]
    TooLong,
    /// A delay of zero towards other people's servers.
    #[error(
        "a delay of 0 is for your own servers: this crawl was not started with --allow-private \
         or --i-own-the-hosts"
    )]
    Zero,
    /// It was not blocked.
    #[error("{0} is not blocked")]
    NotBlocked(String),
    /// It could not be written down.
    #[error("it could not be kept in the crawl folder: {0}; nothing was changed")]
    Unkept(String),
    /// Too many of them.
    #[error("{KEPT} hosts are steered already; start the crawl anew with a job file")]
    TooMany,
    /// The state did not answer in time.
    #[error(
        "the crawl is too busy to say what came of it; it holds all the same, `warraq hosts` tells"
    )]
    Busy,
    /// The crawl has ended, or is ending.
    #[error("the crawl is ending; nothing more is fetched")]
    Ending,
}

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Steering {
    delays: BTreeMap<Site, Duration>,
    blocked: Blocks,
    words: Vec<Steered>,
}

impl Steering {
    /// Hosts, with what was told of them.
    pub(super) fn told(&self, mut hosts: Hosts) -> Hosts {
        hosts.blocked = self.blocked.keys().cloned().collect();
        let millis = |span: &Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let delays = self.delays.iter();
        hosts.delays = delays.map(|(site, delay)| (site.to_string(), millis(delay))).collect();
        for row in &mut hosts.rows {
            if row.in_flight == 0 && self.blocks(&Server::from(row.host.clone())) {
                row.state = HostState::Blocked;
            }
        }
        hosts
    }

    pub(super) fn blocks(&self, server: &Server) -> bool {
        blocked::covers(&self.blocked, server)
    }
}

impl Live {
    /// Begins nothing new until [`Live::resume`]; what is in flight is finished. `false` when the
    /// crawl was paused already.
    pub fn pause(&self) -> bool {
        let changed = !self.0.hold.send_replace(true);
        if changed {
            self.say("pause".to_owned());
        }
        changed
    }

    /// Goes on. `false` when the crawl was not paused.
    pub fn resume(&self) -> bool {
        let changed = self.0.hold.send_replace(false);
        if changed {
            self.say("resume".to_owned());
        }
        changed
    }

    /// Ends the crawl as a signal does: what is in flight is finished, or with `now` dropped.
    pub fn stop(&self, now: bool) {
        self.say(if now { "stop at once" } else { "stop" }.to_owned());
        let stop = self.state().stop.clone();
        stop.intake.cancel();
        if now {
            stop.now.cancel();
        }
    }

    /// Sets the delay of the registered domain of a host, and says what is in force now.
    pub async fn delay(&self, host: &str, delay: Duration) -> Result<String, SteerError> {
        let (_, site) = named(host)?;
        if delay > LONGEST_DELAY {
            return Err(SteerError::TooLong);
        }
        {
            let mut state = self.state();
            let may_hurry = |all: &Settings| all.allow_private || all.own_hosts;
            if delay.is_zero() && !state.settings.as_ref().is_some_and(may_hurry) {
                return Err(SteerError::Zero);
            }
            let steering = &mut state.steering;
            if steering.delays.len() >= KEPT && !steering.delays.contains_key(&site) {
                return Err(SteerError::TooMany);
            }
            steering.delays.insert(site.clone(), delay);
        }
        let asked = |answer| Ask::Delay(site.clone(), delay, answer);
        let in_force = self.ask(asked).await?.unwrap_or(delay);
        let (given, longer) = (span(delay), span(in_force));
        let what = match in_force {
            _ if in_force == delay => format!("{site}: delay {given}, from its next request on"),
            _ if delay.is_zero() => {
                format!(
                    "{site}: delay 0; {longer} stay in force where its address is public or its robots.txt asks for them"
                )
            }
            _ => {
                format!(
                    "{site}: delay {given}; {longer} stay in force: its robots.txt asks for them (Crawl-delay)"
                )
            }
        };
        self.say(what.clone());
        Ok(what)
    }

    /// Leaves a host and those below it alone until [`Live::unblock`], in later runs too; what is
    /// queued there stays queued. Says what came of it.
    pub async fn block(&self, host: &str) -> Result<String, SteerError> {
        let (server, _) = named(host)?;
        let now = self.0.clock.wall();
        let full = self.state().steering.blocked.len() >= blocked::MOST;
        if full && !self.blocks(&server) {
            return Err(SteerError::TooMany);
        }
        self.change_blocks(|blocks| {
            blocks.entry(server.to_string()).or_insert(now);
        })?;
        let queued = count(self.held_back(&server, true).await?);
        let what = format!("{server}: blocked{queued}; what is queued is kept until --unblock");
        self.say(what.clone());
        Ok(what)
    }

    /// Takes the block of a host away.
    pub async fn unblock(&self, host: &str) -> Result<String, SteerError> {
        let (server, _) = named(host)?;
        if !self.state().steering.blocked.contains_key(server.as_str()) {
            return Err(SteerError::NotBlocked(server.to_string()));
        }
        self.change_blocks(|blocks| {
            blocks.remove(server.as_str());
        })?;
        let queued = count(self.held_back(&server, false).await?);
        let what = format!("{server}: no longer blocked{queued}");
        self.say(what.clone());
        Ok(what)
    }

    /// Holds a host back in the queue, or no longer; of a crawl that is ending the next run learns it.
    async fn held_back(&self, server: &Server, held: bool) -> Result<Option<u64>, SteerError> {
        match self.ask(|answer| Ask::Hold(server.to_string(), held, answer)).await {
            Err(SteerError::Ending) => Ok(None),
            other => other,
        }
    }

    /// Changes the blocks, in the folder first: a block that a crash would undo is none. The disk is
    /// waited for outside of the lock that the crawl counts under.
    fn change_blocks(&self, change: impl FnOnce(&mut Blocks)) -> Result<(), SteerError> {
        let _turn = self.0.blocking.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut blocks, folder, disk) = {
            let state = self.state();
            let folder = state.settings.as_ref().map(|settings| settings.into.clone());
            (state.steering.blocked.clone(), folder, state.disk.clone())
        };
        change(&mut blocks);
        if let (Some(folder), Some(disk)) = (folder, disk) {
            let kept = blocked::keep(&folder, &disk, &blocks);
            kept.map_err(|why| SteerError::Unkept(why.to_string()))?;
        }
        self.state().steering.blocked = blocks;
        Ok(())
    }

    /// Asks the clerk. `None` where there is none now: what was told holds when the crawl goes on.
    async fn ask<T>(
        &self,
        ask: impl FnOnce(oneshot::Sender<T>) -> Ask,
    ) -> Result<Option<T>, SteerError> {
        let clerk = {
            let state = self.state();
            if matches!(state.phase(false).0, Phase::Closing | Phase::Ended) {
                return Err(SteerError::Ending);
            }
            state.clerk.clone()
        };
        let Some(clerk) = clerk else { return Ok(None) };
        let (answer, coming) = oneshot::channel();
        let asked = async {
            clerk.send(ask(answer)).await.ok()?;
            coming.await.ok()
        };
        let answered = tokio::time::timeout(PATIENCE, asked).await.map_err(|_| SteerError::Busy)?;
        answered.map(Some).ok_or(SteerError::Ending)
    }

    fn say(&self, what: String) {
        let at = self.0.clock.wall();
        let watch = {
            let mut state = self.state();
            if state.steering.words.len() < KEPT {
                state.steering.words.push(Steered { at, what: what.clone() });
            }
            state.watch.clone()
        };
        if let Some(watch) = watch {
            watch.tell(&Event::Steered { what });
        }
    }

    /// What was told so far.
    pub(in crate::crawl) fn words(&self) -> Vec<Steered> {
        self.state().steering.words.clone()
    }

    /// Delays that were set.
    pub(in crate::crawl) fn delays(&self) -> Vec<(Site, Duration)> {
        let state = self.state();
        state.steering.delays.iter().map(|(site, delay)| (site.clone(), *delay)).collect()
    }

    /// Takes over what was blocked before this process.
    pub(in crate::crawl) fn remember(&self, blocks: Blocks) {
        self.state().steering.blocked.extend(blocks);
    }

    /// What is blocked.
    pub(in crate::crawl) fn blocks_now(&self) -> Blocks {
        self.state().steering.blocked.clone()
    }

    /// Whether a server is blocked.
    pub(in crate::crawl) fn blocks(&self, server: &Server) -> bool {
        self.state().steering.blocks(server)
    }

    /// Waits until the crawl is not paused.
    pub(in crate::crawl) async fn released(&self) {
        // The sender lives as long as this does.
        let _ = self.0.hold.subscribe().wait_for(|held| !held).await;
    }

    /// Waits until the crawl is paused.
    pub(in crate::crawl) async fn held(&self) {
        let _ = self.0.hold.subscribe().wait_for(|held| *held).await;
    }
}

fn count(queued: Option<u64>) -> String {
    queued.map(|queued| format!(", {queued} queued there")).unwrap_or_default()
}

/// The server and the site that a host's name stands for.
pub(in crate::crawl) fn named(host: &str) -> Result<(Server, Site), SteerError> {
    let wrong = || SteerError::NotAHost(host.chars().take(80).collect());
    let plain = |c: char| c.is_alphanumeric() || "-._:[]".contains(c);
    if host.len() > NAME_BYTES || !host.chars().all(plain) {
        return Err(wrong());
    }
    let url = fetchable(&format!("http://{host}/"), None).map_err(|_| wrong())?;
    Ok((Server::of(&url), Site::of(&url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_named_as_people_write_it() {
        let name = |text: &str| named(text).map(|(server, site)| format!("{server} {site}"));
        assert_eq!(name("WWW.Example.co.uk").unwrap(), "www.example.co.uk example.co.uk");
        assert_eq!(name("127.0.0.1:8080").unwrap(), "127.0.0.1:8080 127.0.0.1:8080");
        assert_eq!(name("bücher.example").unwrap(), "xn--bcher-kva.example xn--bcher-kva.example");
        for text in ["", "a b", "http://a.example", "a.example/x", "a@b", "a\nb", &"a".repeat(999)]
        {
            assert!(matches!(name(text), Err(SteerError::NotAHost(_))), "{text:?}");
        }
    }
}
