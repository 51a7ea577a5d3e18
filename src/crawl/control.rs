//! Control: the socket in a crawl's folder by which others see and steer it.
//!
//! `DIR/control.sock`, a Unix socket that only its owner may open (mode 0600 from its first moment).
//! One line of JSON comes ([`request`]), one line goes back, and the connection is over: both are
//! bounded in size and time, and a few connections are served at once, so that nobody who may open
//! the socket can hold the crawl up with it. The socket is made under the folder's lock, in the
//! place of one that a killed process left, and removed at the end. A crawl whose folder can hold
//! none says so and goes on without.

pub mod request;
mod socket;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use self::request::{Answer, MAX_REQUEST, Request};
use self::socket::Socket;
use super::live::{Live, SteerError};
use crate::event::{Event, Watch};
use crate::json;
use crate::state::lock;

/// How long a client has to send its line, and to take its answer.
const CLIENT_TIME: Duration = Duration::from_secs(5);

/// How long a client waits for its answer.
const ANSWER_TIME: Duration = Duration::from_secs(15);

/// Connections served at once; more wait.
const AT_ONCE: usize = 8;

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
    let places = Arc::new(Semaphore::new(AT_ONCE));
    // Never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                let live = live.clone();
                tokio::spawn(async move {
                    // Who hangs up or dawdles gets nothing.
                    let _ = attend(stream, &live).await;
                    drop(place);
                });
            }
            // Out of file handles: the crawl needs them more.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn attend(mut stream: UnixStream, live: &Live) -> io::Result<()> {
    let asked = in_time(line(&mut stream, MAX_REQUEST as u64)).await?;
    let answer = match request::read(&asked) {
        Ok(request) => heed(live, request).await,
        Err(why) => Answer::refused(why.to_string()),
    };
    let mut told = json::line(&answer)?;
    told.push('\n');
    in_time(stream.write_all(told.as_bytes())).await
}

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(CLIENT_TIME, work).await?
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
