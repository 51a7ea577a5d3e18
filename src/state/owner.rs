//! The owner thread: the one place that calls sled.
//!
//! Commands come in by a channel and are answered one by one. Those who wait for a visit stand in
//! line here and are answered when a site becomes due; the thread sleeps until then, or until the
//! batch is due. A visit whose receiver is gone comes back by itself. A panic of the database ends
//! the thread with a reason, not the process.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::oneshot;

use super::desk::Desk;
use super::rebuild::Found;
use super::store::panic_text;
use crate::address::HostKey;
use crate::digest::Digest;
use crate::frontier::again::Fetched;
use crate::frontier::{
    Ack, FrontierError, KeptPage, Original, Poll, Put, Release, RobotsFact, Servers, Settlement,
    Stats,
};
use crate::lead::{Lead, Refusal, Visit};
use crate::moment::Moment;
use crate::record::{Origin, Outside, Reference};

/// Commands answered before due leases and commits are looked after.
const AT_A_TIME: usize = 64;

/// The longest sleep when nothing is due.
const LONGEST_SLEEP: Duration = Duration::from_hours(1);

pub(crate) type Reply<T> = oneshot::Sender<Result<T, FrontierError>>;

/// What the thread is asked to do.
pub(crate) enum Command {
    Put(Vec<Lead>, Reply<Put>),
    PutAnyway(Vec<Lead>, Reply<Put>),
    PutFirst(Box<Lead>, Reply<bool>),
    Lease(Reply<Option<Handout>>),
    Poll(Reply<Poll>),
    TakeBack(u64),
    Hazard(u64, Reply<()>),
    HazardOver(u64, Reply<()>),
    Ack(u64, Box<Settlement>, Reply<Ack>),
    Release(u64, Release, Reply<Ack>),
    Robots(HostKey, Reply<Option<RobotsFact>>),
    LearnRobots(HostKey, Box<RobotsFact>, Reply<()>),
    Origin(Digest, bool, Reply<Option<Origin>>),
    Outside(Digest, bool, Reply<Option<Reference>>),
    Original(String, Reply<Option<Original>>),
    Awaited(Option<Vec<u8>>, Reply<super::again::Chunk>),
    Queued(Reply<Vec<Lead>>),
    Fetched(Box<Lead>, Reply<Option<Fetched>>),
    Servers(usize, Reply<Servers>),
    Stats(Reply<Stats>),
    Pages(Option<Vec<u8>>, Reply<(Vec<KeptPage>, Option<Vec<u8>>)>),
    Commit(Reply<()>),
    BeginRun(Vec<String>, Reply<u32>),
    KeepSeeds(Vec<String>, Reply<()>),
    Restore(Box<Found>, Vec<Lead>, Vec<Refusal>, Reply<bool>),
    Replayed(Reply<()>),
    Import(Vec<(Digest, Outside)>, Reply<()>),
    Imported(String, Reply<()>),
    Close(Reply<()>),
    Stop,
}

/// A visit on its way to a worker; one that never arrives goes back to the queue.
pub(crate) struct Handout {
    visit: Option<Visit>,
    back: Sender<Command>,
}

impl Handout {
    pub(crate) fn take(mut self) -> Option<Visit> {
        self.visit.take()
    }
}

impl Drop for Handout {
    fn drop(&mut self) {
        if let Some(visit) = self.visit.take() {
            // When the thread is gone, so is the lease.
            let _ = self.back.send(Command::TakeBack(visit.token));
        }
    }
}

/// How the thread ended, for those who find it gone.
pub(crate) type Fate = Arc<OnceLock<String>>;

pub(crate) struct Owner {
    desk: Desk,
    commands: Receiver<Command>,
    back: Sender<Command>,
    waiting: VecDeque<Reply<Option<Handout>>>,
}

impl Owner {
    pub(crate) fn new(desk: Desk, commands: Receiver<Command>, back: Sender<Command>) -> Self {
        Self { desk, commands, back, waiting: VecDeque::new() }
    }

    /// Runs until it is told to end.
    pub(crate) fn run(mut self, fate: &Fate) {
        let ran = catch_unwind(AssertUnwindSafe(|| while self.turn() {}));
        if let Err(panic) = ran {
            let _ = fate.set(panic_text(panic.as_ref()));
        }
    }

    /// Answers what is there; `false` at the end.
    fn turn(&mut self) -> bool {
        let sleep = self.sleep();
        let first = match self.commands.recv_timeout(sleep) {
            Ok(command) => Some(command),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return false,
        };
        if let Some(first) = first {
            if !self.obey(first) {
                return false;
            }
            for _ in 1..AT_A_TIME {
                let Ok(command) = self.commands.try_recv() else { break };
                if !self.obey(command) {
                    return false;
                }
            }
        }
        self.serve();
        if self.desk.commit_is_due() {
            self.commit();
        }
        true
    }

    fn commit(&mut self) {
        if self.desk.check().is_ok() {
            let committed = self.desk.commit(false);
            // Remembered by the desk; the next caller hears of it.
            let _ = self.desk.guard(committed);
        }
    }

    /// How long nothing happens by itself.
    fn sleep(&self) -> Duration {
        let now = self.desk.now();
        let batch = self
            .desk
            .dirty_since
            .filter(|_| self.desk.fault.is_none())
            .map(|since| self.desk.options.commit_after.saturating_sub(now.since(since)));
        let due = self.waiting_until().map(|at: Moment| at.since(now));
        let sleep = batch.into_iter().chain(due).min().unwrap_or(LONGEST_SLEEP);
        sleep.max(Duration::from_millis(1))
    }

    fn waiting_until(&self) -> Option<Moment> {
        if self.waiting.is_empty() { None } else { self.desk.schedule.next_due() }
    }

    /// Answers those who wait for a visit, in their order.
    fn serve(&mut self) {
        while let Some(reply) = self.waiting.pop_front() {
            if reply.is_closed() {
                continue;
            }
            let polled = self.desk.check().and_then(|()| {
                let polled = self.desk.poll();
                self.desk.guard(polled)
            });
            let answer = match polled {
                Ok(Poll::NextDue(due)) if self.desk.is_out_of_patience(due) => Ok(None),
                Ok(Poll::NextDue(_) | Poll::InFlight) => {
                    self.waiting.push_front(reply);
                    return;
                }
                Ok(Poll::Finished) => Ok(None),
                Ok(Poll::Visit(visit)) => {
                    Ok(Some(Handout { visit: Some(*visit), back: self.back.clone() }))
                }
                Err(why) => Err(why),
            };
            // A handout that is not received takes itself back.
            let _ = reply.send(answer);
        }
    }

    fn obey(&mut self, command: Command) -> bool {
        match command {
            Command::Close(reply) => {
                answer(reply, &mut self.desk, |desk| desk.commit(true));
                return false;
            }
            Command::Stop => {
                self.commit();
                // Whatever ends the crawl, it was no page that killed the process.
                self.desk.marks.restart(std::iter::empty());
                return false;
            }
            Command::Lease(reply) => self.waiting.push_back(reply),
            Command::TakeBack(token) => self.desk.take_back(token),
            Command::Robots(..)
            | Command::Origin(..)
            | Command::Outside(..)
            | Command::Original(..)
            | Command::Awaited(..)
            | Command::Queued(..)
            | Command::Fetched(..)
            | Command::Servers(..)
            | Command::Stats(..)
            | Command::Pages(..) => self.read(command),
            Command::BeginRun(..)
            | Command::KeepSeeds(..)
            | Command::Restore(..)
            | Command::Replayed(..)
            | Command::Import(..)
            | Command::Imported(..) => self.start_up(command),
            other => self.write(other),
        }
        true
    }

    fn read(&mut self, command: Command) {
        let desk = &mut self.desk;
        match command {
            Command::Robots(host, reply) => answer(reply, desk, |desk| desk.robots(&host)),
            Command::Origin(digest, chunked, reply) => {
                answer(reply, desk, |desk| desk.origin(&digest, chunked));
            }
            Command::Outside(digest, chunked, reply) => {
                answer(reply, desk, |desk| desk.outside(&digest, chunked));
            }
            Command::Original(uri, reply) => answer(reply, desk, |desk| desk.original(&uri)),
            Command::Pages(after, reply) => {
                answer(reply, desk, |desk| desk.pages(after.as_deref()));
            }
            Command::Queued(reply) => answer(reply, desk, |desk| desk.queued_leads()),
            Command::Awaited(after, reply) => {
                answer(reply, desk, |desk| desk.awaited(after.as_deref()));
            }
            Command::Fetched(lead, reply) => answer(reply, desk, |desk| desk.fetched(&lead)),
            Command::Servers(rows, reply) => {
                answer(reply, desk, |desk| Ok(desk.schedule.servers(desk.now(), rows)));
            }
            Command::Stats(reply) => answer(reply, desk, |desk| Ok(desk.stats())),
            _ => {}
        }
    }

    fn write(&mut self, command: Command) {
        let desk = &mut self.desk;
        match command {
            Command::Put(leads, reply) => answer(reply, desk, |desk| desk.put(leads)),
            Command::PutAnyway(leads, reply) => {
                answer(reply, desk, |desk| desk.put_anyway(leads));
            }
            Command::PutFirst(lead, reply) => answer(reply, desk, |desk| desk.put_first(*lead)),
            Command::Ack(token, end, reply) => answer(reply, desk, |desk| {
                let ack = desk.ack(token, *end)?;
                // Where each visit is to be durable by itself, nobody hears of it before it is.
                if desk.options.commit_every == 1 {
                    desk.commit(false)?;
                }
                Ok(ack)
            }),
            Command::Release(token, how, reply) => {
                answer(reply, desk, |desk| Ok(desk.release(token, how)));
            }
            Command::LearnRobots(host, fact, reply) => answer(reply, desk, |desk| {
                desk.learn_robots(&host, &fact);
                Ok(())
            }),
            Command::Hazard(token, reply) => answer(reply, desk, |desk| {
                desk.hazard(token);
                Ok(())
            }),
            Command::HazardOver(token, reply) => answer(reply, desk, |desk| {
                desk.hazard_over(token);
                Ok(())
            }),
            Command::Commit(reply) => answer(reply, desk, |desk| desk.commit(false)),
            Command::Poll(reply) => answer(reply, desk, Desk::poll),
            _ => {}
        }
    }

    fn start_up(&mut self, command: Command) {
        let desk = &mut self.desk;
        match command {
            Command::BeginRun(seeds, reply) => {
                answer(reply, desk, |desk| desk.begin_run(&seeds));
            }
            Command::Restore(found, leads, refused, reply) => {
                answer(reply, desk, |desk| desk.restore(*found, leads, &refused));
            }
            Command::KeepSeeds(seeds, reply) => {
                answer(reply, desk, |desk| desk.keep_seeds(&seeds));
            }
            Command::Replayed(reply) => answer(reply, desk, Desk::replayed),
            Command::Import(captures, reply) => answer(reply, desk, |desk| desk.import(&captures)),
            Command::Imported(name, reply) => answer(reply, desk, |desk| desk.imported(name)),
            _ => {}
        }
    }
}

/// Does it, unless nothing counts any more, and answers whether or not anybody listens.
fn answer<T>(
    reply: Reply<T>,
    desk: &mut Desk,
    act: impl FnOnce(&mut Desk) -> Result<T, super::desk::Fault>,
) {
    let done = desk.check().and_then(|()| {
        let done = act(desk);
        desk.guard(done)
    });
    let _ = reply.send(done);
}
