//! One exchange on one connection: the request goes out, the response comes in, under every limit.
//!
//! One request is in flight, so every byte between the request and the end of the message belongs
//! to this response; what comes after is excess and never part of it. An exchange keeps all that
//! came, however it ended; it opens no connection and decides on no retry.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout_at};

use super::connection::Connection;
use super::cut::{Cut, Speed};
use super::framer::{Bad, Framer, MAX_INTERIM, Progress};
use super::spool::Spool;
use super::{Excess, Limits};
use crate::lead::{Failure, FailureKind};

/// Bytes of excess, or of what is no response, that are kept.
pub(super) const FIRST: usize = 4 << 10;

/// What is asked, and how long and how much the answer may be.
#[derive(Clone, Debug)]
pub(super) struct Asked<'a> {
    pub(super) host: &'a str,
    pub(super) request: &'a [u8],
    pub(super) is_head: bool,
    pub(super) limits: &'a Limits,
    /// The whole exchange ends here.
    pub(super) total: Instant,
    /// For the temporary file of a large body.
    pub(super) folder: &'a Arc<Path>,
}

/// How the reading stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// The message is whole.
    Whole,
    /// The head is, the body is not.
    Cut(Cut),
    /// No head.
    Nothing(Failure),
    /// The bytes could not be kept.
    Spool(io::Error),
}

/// All that came of an exchange.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) framer: Framer,
    pub(super) spool: Spool,
    pub(super) stop: Stop,
    /// What was wrong with the connection rather than the message.
    pub(super) defects: Vec<String>,
}

impl Answer {
    /// Whether the connection ended before a single byte of an answer: when it had been used
    /// before, the server most likely closed it while the request was on its way.
    pub(super) fn never_began(&self) -> bool {
        let disconnected = matches!(&self.stop, Stop::Nothing(Failure { kind, .. }) if *kind == FailureKind::Disconnect);
        disconnected && self.spool.received() == 0
    }

    /// Bytes after the message.
    pub(super) fn excess(&self) -> Option<Excess> {
        let end = self.framer.end();
        let length = self.spool.received().saturating_sub(end);
        let is_excess = length > 0 && self.framer.progress() == Progress::Done;
        is_excess.then(|| Excess { length, first: self.spool.first(end..end + length, FIRST) })
    }

    /// Whether the connection is fit for another request.
    pub(super) fn leaves_clean(&self) -> bool {
        let clean = self.framer.keep_alive() && self.defects.is_empty();
        clean && self.spool.received() == self.framer.end()
    }
}

/// Makes the exchange.
pub(super) async fn exchange(connection: &mut Connection, asked: &Asked<'_>) -> Answer {
    let mut answer = Answer {
        framer: Framer::new(asked.is_head, asked.limits.max_head, asked.limits.max_body),
        spool: Spool::new(Arc::clone(asked.folder)),
        stop: Stop::Whole,
        defects: Vec::new(),
    };
    answer.stop = match send(connection, asked).await {
        Ok(()) => receive(connection, asked, &mut answer).await,
        Err(failure) => Stop::Nothing(failure),
    };
    answer
}

/// Writes the request. On a connection that was used before, bytes that come before it is written
/// cannot answer it: the exchange ends as if the connection had.
async fn send(connection: &mut Connection, asked: &Asked<'_>) -> Result<(), Failure> {
    let used = connection.uses > 0;
    connection.uses += 1;
    let until = asked.total.min(Instant::now() + asked.limits.idle);
    let (mut reading, mut writing) = tokio::io::split(&mut connection.io);
    let write = async {
        writing.write_all(asked.request).await?;
        writing.flush().await
    };
    let mut early = [0];
    let sent = async {
        tokio::select! {
            biased;
            sent = write => sent,
            _ = reading.read(&mut early), if used => Err(io::ErrorKind::ConnectionReset.into()),
        }
    };
    match timeout_at(until, sent).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(why)) => Err(asked.lost(&why.to_string())),
        Err(_) => Err(asked.late("did not take the request")),
    }
}

async fn receive(connection: &mut Connection, asked: &Asked<'_>, answer: &mut Answer) -> Stop {
    let began = Instant::now();
    let head_by = began + asked.limits.head;
    let mut speed = Speed::new(asked.limits, began);
    loop {
        // A read that is always ready would never let a time limit speak.
        let in_head = answer.framer.head_end().is_none();
        let hard = if in_head { asked.total.min(head_by) } else { asked.total };
        let now = Instant::now();
        if now >= hard {
            return asked.out_of_time(answer, Cut::Long);
        }
        if !in_head && speed.is_too_low(answer.spool.received(), now) {
            return Stop::Cut(Cut::Slow);
        }
        let silent = now + asked.limits.idle;
        let until = hard.min(silent);
        let remaining = answer.framer.remaining();
        let read = answer.spool.read(&mut connection.io, remaining);
        match timeout_at(until, read).await {
            Err(_) if until < silent => return asked.out_of_time(answer, Cut::Long),
            Err(_) => return asked.out_of_time(answer, Cut::Silent),
            Ok(Ok(0)) => return asked.ended(answer),
            Ok(Ok(_)) => {}
            Ok(Err(why)) if why.kind() == io::ErrorKind::UnexpectedEof => {
                answer.defects.push("TLS ended without close_notify".to_owned());
                return asked.ended(answer);
            }
            Ok(Err(why)) => return asked.broke(answer, &why),
        }
        if let Err(why) = answer.spool.take(&mut answer.framer) {
            return Stop::Spool(why);
        }
        match answer.framer.progress() {
            Progress::Head | Progress::Body => {}
            Progress::Done => return Stop::Whole,
            Progress::Cut => return Stop::Cut(Cut::Large),
            Progress::Bad(bad) => return Stop::Nothing(asked.not_http(bad)),
        }
    }
}

impl Asked<'_> {
    fn ended(&self, answer: &mut Answer) -> Stop {
        if answer.framer.eof() {
            answer.framer.broken().map_or(Stop::Whole, |why| Stop::Cut(Cut::Broken(why)))
        } else if answer.framer.head_end().is_some() {
            Stop::Cut(Cut::Lost("it was closed within the body".to_owned()))
        } else if answer.spool.received() == 0 {
            Stop::Nothing(self.lost("it was closed without an answer"))
        } else {
            Stop::Nothing(self.lost("it was closed within the response head"))
        }
    }

    fn broke(&self, answer: &Answer, why: &io::Error) -> Stop {
        match answer.framer.head_end() {
            Some(_) => Stop::Cut(Cut::Lost(why.to_string())),
            None => Stop::Nothing(self.lost(&why.to_string())),
        }
    }

    fn out_of_time(&self, answer: &Answer, cut: Cut) -> Stop {
        match answer.framer.head_end() {
            Some(_) => Stop::Cut(cut),
            None if answer.spool.received() == 0 => Stop::Nothing(self.late("sent nothing")),
            None => Stop::Nothing(self.late("did not finish the response head")),
        }
    }

    fn lost(&self, why: &str) -> Failure {
        let detail = format!("{}: the connection was lost: {why}", self.host);
        Failure { kind: FailureKind::Disconnect, detail }
    }

    fn late(&self, what: &str) -> Failure {
        Failure { kind: FailureKind::Timeout, detail: format!("{}: {what} in time", self.host) }
    }

    fn not_http(&self, bad: Bad) -> Failure {
        let host = self.host;
        let detail = match bad {
            Bad::NotHttp => format!("{host}: what came is not HTTP/1"),
            Bad::HeadTooLong => {
                let most = self.limits.max_head;
                format!("{host}: the response head is over the limit of {most} bytes")
            }
            Bad::InterimFlood => format!("{host}: more than {MAX_INTERIM} interim responses"),
            Bad::Switching => format!("{host}: 101, a switch to a protocol nobody asked for"),
        };
        Failure { kind: FailureKind::Protocol, detail }
    }
}
