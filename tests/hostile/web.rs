//! A raw server of many hosts that answers each request with a script of bytes, silences and
//! resets. It knows no HTTP beyond the request line and `Host`; everything else is the script's.

#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One thing a script does with its connection. At its end the connection is closed.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Sends these bytes again and again, until nobody listens.
    Endless(Vec<u8>),
    /// Sends these bytes one by one, with this pause before each.
    Drip(Vec<u8>, Duration),
    /// Says nothing, and listens until the other side goes.
    Hang,
    /// Closes so that the other side sees a reset.
    Reset,
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) host: String,
    pub(crate) path: String,
    /// How many times this was asked before.
    pub(crate) before: usize,
    /// The whole head.
    pub(crate) head: String,
}

pub(crate) type Script = Vec<Step>;

/// The server. It lives until the test ends.
#[derive(Clone, Debug)]
pub(crate) struct Web {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Web {
    /// Serves every host by `answer`; what it has no answer for is 404.
    pub(crate) fn new<A>(answer: A) -> Self
    where
        A: Fn(&Asked) -> Option<Script> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let web = Self { port: listener.local_addr().unwrap().port(), asked: Arc::default() };
        let (seen, answer) = (Arc::clone(&web.asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream, &seen, answer.as_ref()));
            }
        });
        web
    }

    /// The `--resolve` value that leads every name of port 80 here.
    pub(crate) fn resolve(&self) -> String {
        format!("*:80:127.0.0.1:{}", self.port)
    }

    /// Every `host/path` that was asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|asked| format!("{}{}", asked.host, asked.path)).collect()
    }

    /// How often `host/path` was asked.
    pub(crate) fn times(&self, url: &str) -> usize {
        self.asked().iter().filter(|asked| *asked == url).count()
    }

    /// The heads of the requests for `host/path`.
    pub(crate) fn heads(&self, url: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let of = asked.iter().filter(|asked| format!("{}{}", asked.host, asked.path) == url);
        of.map(|asked| asked.head.clone()).collect()
    }
}

fn serve(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Asked>>,
    answer: &dyn Fn(&Asked) -> Option<Script>,
) {
    stream.set_nodelay(true).ok();
    let Some(head) = read_head(&mut stream) else { return };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let host = head.lines().find_map(|line| line.strip_prefix("Host: ")).unwrap_or_default();
    let asked = {
        let mut seen = seen.lock().unwrap();
        let before = seen.iter().filter(|old| old.host == host && old.path == path).count();
        let asked = Asked { host: host.to_owned(), path, before, head: head.clone() };
        seen.push(asked.clone());
        asked
    };
    let script = answer(&asked).unwrap_or_else(|| reply(404, &[], b"nothing here"));
    play(stream, script);
}

/// The head of a request. Its last byte is left unread, so that closing resets when it should.
fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.ends_with(b"\r\n\r\n") {
        let length = stream.peek(&mut buffer).ok().filter(|length| *length > 0)?;
        let whole = buffer[..length].ends_with(b"\r\n\r\n");
        let take = if whole { length - 1 } else { length };
        head.extend_from_slice(&buffer[..take]);
        stream.read_exact(&mut buffer[..take]).ok()?;
        if whole {
            break;
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

fn play(mut stream: TcpStream, script: Script) {
    for step in script {
        let went = match step {
            Step::Send(bytes) => stream.write_all(&bytes),
            Step::Endless(bytes) => loop {
                if let Err(gone) = stream.write_all(&bytes) {
                    break Err(gone);
                }
            },
            Step::Drip(bytes, pause) => bytes.iter().try_for_each(|byte| {
                std::thread::sleep(pause);
                stream.write_all(&[*byte])
            }),
            Step::Hang => stream.read_to_end(&mut Vec::new()).map(drop),
            // One byte of the request is unread: the system answers with a reset.
            Step::Reset => return,
        };
        if went.is_err() {
            return;
        }
    }
    let _ = stream.read(&mut [0]);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = stream.read(&mut [0]);
}

/// A whole answer with its length.
pub(crate) fn reply(status: u16, fields: &[&str], body: &[u8]) -> Script {
    let mut all: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    all.push(format!("Content-Length: {}", body.len()));
    vec![Step::Send([head(status, &all).as_slice(), body].concat())]
}

/// A head that closes the connection.
pub(crate) fn head<T: AsRef<str>>(status: u16, fields: &[T]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Whatever\r\nConnection: close\r\n");
    for field in fields {
        head.push_str(field.as_ref());
        head.push_str("\r\n");
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// An HTML page.
pub(crate) fn page(body: &str) -> Script {
    reply(200, &["Content-Type: text/html; charset=utf-8"], body.as_bytes())
}

/// A redirect.
pub(crate) fn moved(to: &str) -> Script {
    reply(302, &[&format!("Location: {to}")], b"")
}
