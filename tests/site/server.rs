//! The server: HTTP/1.1 by hand, a thread a connection, loopback only.
//!
//! It reads a request head, looks the answer up by Host and path, writes the arrival down and
//! copies the answer out. It adds no field and changes no byte of an answer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::answer::Answer;
use super::arrivals::{self, Arrivals, Request};
use super::canonical;
use super::web::Web;

/// The longest request head that is read.
const MAX_HEAD: usize = 64 << 10;

/// What the threads of one site share.
#[derive(Debug)]
pub struct Shared {
    /// Who asked for what.
    pub arrivals: Arrivals,
    /// What is served.
    pub web: Web,
    stop: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Shared {
    /// A server's state before its first connection.
    pub fn new(web: Web, arrivals: Arrivals) -> Self {
        Self { arrivals, web, stop: AtomicBool::new(false), open: Mutex::new(Vec::new()) }
    }

    /// Ends all connections; the acceptor ends at the next connection it sees.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        for stream in self.open().drain(..) {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts until told to stop.
pub fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for (number, stream) in (0..).zip(listener.incoming()) {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let _ = stream.set_nodelay(true);
        let Ok(handle) = stream.try_clone() else { continue };
        let mut open = shared.open();
        // Connections that ended are let go here, so that a long run keeps few handles.
        open.retain(|stream| stream.peer_addr().is_ok());
        open.push(handle);
        drop(open);
        let shared = Arc::clone(shared);
        thread::spawn(move || converse(stream, number, &shared));
    }
}

/// One connection, from its first request to its end.
fn converse(mut stream: TcpStream, connection: u64, shared: &Shared) {
    let mut buffer = Vec::new();
    while let Some(bytes) = read_head(&mut stream, &mut buffer) {
        let Some(request) = parse(bytes, connection) else { break };
        let close = request.field("connection").is_some_and(|it| it.eq_ignore_ascii_case("close"));
        let head_only = request.bytes.starts_with(b"HEAD ");
        let visit = shared.arrivals.count_visit(&request.url);
        let known = request.field("if-none-match");
        let mut answer = shared.web.answer(&request.url, visit, known.as_deref());
        if head_only {
            answer.body.clear();
        }
        let number = shared.arrivals.open(request, answer.bytes());
        if write(&mut stream, &answer, || shared.arrivals.close(number)).is_err() {
            shared.arrivals.reopen(number);
            break;
        }
        if answer.close || close {
            break;
        }
    }
    // The site holds a second handle, so dropping this one would not end the connection.
    let _ = stream.shutdown(std::net::Shutdown::Both);
}

fn write(
    stream: &mut TcpStream,
    answer: &Answer,
    before_last: impl FnOnce(),
) -> std::io::Result<()> {
    if answer.pause.is_zero() {
        before_last();
        return stream.write_all(&answer.bytes());
    }
    stream.write_all(&answer.head)?;
    thread::sleep(answer.pause);
    before_last();
    stream.write_all(&answer.body)
}

/// Reads up to and with the empty line; what came beyond it stays in `buffer`.
fn read_head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let mut part = [0; 4096];
    loop {
        if let Some(at) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = buffer.split_off(at + 4);
            return Some(std::mem::replace(buffer, rest));
        }
        if buffer.len() > MAX_HEAD {
            return None;
        }
        match stream.read(&mut part) {
            Ok(0) => return None,
            Ok(length) => buffer.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

fn parse(bytes: Vec<u8>, connection: u64) -> Option<Request> {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut words = text.lines().next()?.split(' ');
    if !matches!(words.next()?, "GET" | "HEAD") {
        return None;
    }
    let path = words.next()?.to_owned();
    let host = arrivals::field(&bytes, "host")?.to_ascii_lowercase();
    let host = host.split(':').next()?.to_owned();
    let url = canonical(&format!("http://{host}{path}"))?;
    Some(Request { connection, host, path, url, bytes })
}
