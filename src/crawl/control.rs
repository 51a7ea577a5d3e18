//! Control: the socket in a crawl's folder by which others see and steer it.
//!
//! `DIR/control.sock`, a Unix socket that only its owner may open (mode 0600 from its first moment).
//! One line of JSON comes ([`request`]), one line goes back, and the connection is over: both are
//! bounded in size and time, and who is silent makes room for who asks ([`seats`]), so that nobody
//! who may open the socket can hold up the crawl, or another, with it. What somebody asked for who
//! is gone is not done. The socket is made under the folder's lock, in the
//! place of one that a killed process left, and removed at the end. A crawl whose folder can hold
//! none says so and goes on without.

pub mod request;
pub(crate) mod seats;
mod socket;

use std::io;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;

use self::request::{Answer, MAX_REQUEST, Request};
use self::seats::{ASKING, Seat, Seats};
use self::socket::Socket;
use super::live::{Live, SteerError};
use crate::event::{Event, Watch};
use crate::json;
use crate::state::lock;

/// How long a client waits for its answer.
const ANSWER_TIME: Duration = Duration::from_secs(15);

/// The longest answer that is read.
const MAX_ANSWER: u64 = 4 << 20;

/// Why a running crawl could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody runs there.
    #[error("no crawl runs in {}", .0.display())]
    NothingRuns(PathBuf),
    /// Somebody does, and does not listen.
    #[error(
        "{} is held by {holder}, which does not listen: it is being opened or closed, or its disk \
         can hold no socket; try again, or send that process a signal",
        dir.display()
    )]
    Deaf {
        /// The folder.
        dir: PathBuf,
        /// Who holds it.
        holder: String,
    },
    /// The socket is somebody else's.
    #[error("{}: {why}; the crawl can be steered by who started it only", dir.display())]
    Forbidden {
        /// The folder.
        dir: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// The exchange broke off.
    #[error("the crawl in {} gave no answer: {why}; ask `warraq status`, or try again", dir.display())]
    NoAnswer {
        /// The folder.
        dir: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// The crawl says no.
    #[error("{0}")]
    Refused(String),
}

/// The socket of one crawl; removed when this is dropped.
#[derive(Debug)]
pub(super) struct Control {
    dir: PathBuf,
    live: Live,
    open: Option<(Socket, JoinHandle<()>)>,
}

impl Control {
    /// The control of a crawl in `dir`, not open yet.
    pub(super) fn new(dir: &Path, live: &Live) -> Self {
        Self { dir: dir.to_owned(), live: live.clone(), open: None }
    }

    /// Opens the socket where it is not open; where it cannot be, `watch` hears of it.
    pub(super) fn open(&mut self, watch: &Watch) {
        if self.open.as_ref().is_some_and(|(socket, _)| socket.is_in_place()) {
            return;
        }
        self.close();
        match listen(&self.dir) {
            Ok((socket, listener)) => {
                let task = tokio::spawn(serve(listener, self.live.clone()));
                self.open = Some((socket, task));
            }
            Err(why) => {
                let dir = self.dir.display();
                let text = format!(
                    "{dir} can hold no control socket ({why}): the crawl cannot be asked or \
                     steered while it runs, but by signals"
                );
                watch.tell(&Event::Warning { text });
            }
        }
    }

    fn close(&mut self) {
        if let Some((socket, task)) = self.open.take() {
            task.abort();
            socket.remove();
        }
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.close();
    }
}

fn listen(dir: &Path) -> io::Result<(Socket, UnixListener)> {
    let (socket, listener) = Socket::bind(dir)?;
    listener.set_nonblocking(true)?;
    Ok((socket, UnixListener::from_std(listener)?))
}

/// Serves whoever comes, a few at a time.
async fn serve(listener: UnixListener, live: Live) {
    let seats = Seats::default();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let (live, seat) = (live.clone(), seats.take().await);
                tokio::spawn(async move {
                    // Who hangs up or dawdles gets nothing.
                    let _ = attend(stream, seat, &live).await;
                });
            }
            // Out of file handles: the crawl needs them more.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn attend(mut stream: UnixStream, seat: Seat, live: &Live) -> io::Result<()> {
    let Some(asked) = seat.asked(line(&mut stream, MAX_REQUEST as u64)).await else {
        return Ok(());
    };
    let asked = asked?;
    if is_gone(&stream) {
        return Ok(());
    }
    let answer = match request::read(&asked) {
        Ok(request) => heed(live, request).await,
        Err(why) => Answer::refused(why.to_string()),
    };
    let mut told = json::line(&answer)?;
    told.push('\n');
    tokio::time::timeout(ASKING, stream.write_all(told.as_bytes())).await?
}

/// Whether nobody is at the other end any more. A client that only has no more to say is there.
fn is_gone(stream: &UnixStream) -> bool {
    // A hangup is told whatever is asked for (POSIX poll()).
    let mut ends = [PollFd::new(stream.as_fd(), PollFlags::empty())];
    let heard = poll(&mut ends, PollTimeout::ZERO).is_ok_and(|count| count > 0);
    heard && ends.iter().any(|end| end.revents().is_some_and(|of| of.contains(PollFlags::POLLHUP)))
}

/// One line, or what there is of it once it is too long.
async fn line(from: &mut (impl AsyncRead + Unpin), most: u64) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    BufReader::new(from.take(most + 1)).read_until(b'\n', &mut line).await?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(line)
}

/// Does what is asked.
async fn heed(live: &Live, request: Request) -> Answer {
    let told = |told: Result<String, SteerError>| match told {
        Ok(done) => Answer::done(done),
        Err(why) => Answer::refused(why.to_string()),
    };
    match request {
        Request::Status => Answer::status(live.status().await),
        Request::Pause => {
            let text = if live.pause() { "paused" } else { "it was paused already" };
            let left = live.status().await.run.in_flight;
            Answer::done(if left > 0 {
                format!("{text}; {left} in flight are finished")
            } else {
                text.to_owned()
            })
        }
        Request::Resume if live.resume() => Answer::done("it goes on".to_owned()),
        Request::Resume => Answer::done("it was not paused".to_owned()),
        Request::Stop { now } => {
            live.stop(now);
            Answer::done(
                if now { "it stops at once" } else { "it finishes what is in flight, and ends" }
                    .to_owned(),
            )
        }
        Request::Delay { host, millis } => {
            told(live.delay(&host, Duration::from_millis(millis)).await)
        }
        Request::Block { host } => told(live.block(&host).await),
        Request::Unblock { host } => told(live.unblock(&host).await),
    }
}

/// Asks the crawl that runs in `dir`.
pub async fn ask(dir: &Path, request: &Request) -> Result<Answer, ControlError> {
    let mut stream = match connect(dir) {
        Ok(stream) => stream,
        Err(why) if why.kind() == io::ErrorKind::PermissionDenied => {
            return Err(ControlError::Forbidden { dir: dir.to_owned(), why });
        }
        Err(_) => {
            return Err(match lock::working_on(dir) {
                Some(holder) => ControlError::Deaf { dir: dir.to_owned(), holder },
                None => ControlError::NothingRuns(dir.to_owned()),
            });
        }
    };
    let no_answer = |why| ControlError::NoAnswer { dir: dir.to_owned(), why };
    let exchange = async {
        stream.write_all(request::line(request)?.as_bytes()).await?;
        line(&mut stream, MAX_ANSWER).await
    };
    let answer = tokio::time::timeout(ANSWER_TIME, exchange).await;
    let answer = answer.map_err(|late| no_answer(late.into()))?.map_err(no_answer)?;
    let answer = request::answer(&answer).map_err(|why| no_answer(io::Error::other(why)))?;
    match answer.refused {
        Some(why) => Err(ControlError::Refused(why)),
        None => Ok(answer),
    }
}

fn connect(dir: &Path) -> io::Result<UnixStream> {
    let stream = socket::connect(dir)?;
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Clock;

    /// Attends to a client that says to pause, and leaves its end as `leave` says.
    async fn paused(leave: impl AsyncFnOnce(UnixStream) -> Option<UnixStream>) -> (bool, String) {
        let live = Live::new(Clock::system());
        let (mut client, server) = UnixStream::pair().unwrap();
        client.write_all(request::line(&Request::Pause).unwrap().as_bytes()).await.unwrap();
        let client = leave(client).await;
        attend(server, Seats::default().take().await, &live).await.unwrap();
        let mut told = String::new();
        if let Some(mut client) = client {
            client.read_to_string(&mut told).await.unwrap();
        }
        (live.words().len() == 1, told)
    }

    #[tokio::test]
    async fn what_somebody_asked_who_is_gone_is_not_done() {
        assert_eq!(paused(async |_| None).await, (false, String::new()));
        // One that has no more to say still listens.
        let (done, told) = paused(async |mut client| {
            client.shutdown().await.unwrap();
            Some(client)
        })
        .await;
        assert!(done && told.contains("paused"), "{told}");
    }
}
