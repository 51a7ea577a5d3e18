//! A small newspaper on loopback that appears in two editions. Between them one page changes, one
//! goes, one moves and one is new; the others stay, each in its own way of being sent.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    unreachable_pub,
    dead_code,
    reason = "a test's helpers fail the test, and not every user needs all of them"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use warraq::digest::Digest;
use warraq::head::Head;

/// When every answer says it was sent.
const DATE: &str = "Sun, 22 Nov 2026 09:30:00 GMT";
/// When every page was changed last, as far as its editor knows.
const MODIFIED: &str = "Sat, 21 Nov 2026 08:15:00 GMT";

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub head: Head,
    /// The edition that is out.
    pub edition: u32,
}

impl Asked {
    /// Whether a condition was set.
    pub fn is_conditional(&self) -> bool {
        self.head.get("If-None-Match").is_some() || self.head.get("If-Modified-Since").is_some()
    }
}

type Editor = Box<dyn Fn(&Asked) -> Vec<u8> + Send + Sync>;

/// The newspaper's server. It serves until the process ends.
pub struct Press {
    port: u16,
    edition: Arc<AtomicU32>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Press {
    /// The newspaper, with validators or without.
    pub fn start(validators: bool) -> Self {
        Self::edited(move |asked| page(asked, validators))
    }

    /// A server that answers as `editor` says.
    pub fn edited(editor: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (edition, log) = (Arc::new(AtomicU32::new(1)), Arc::<Mutex<Vec<Asked>>>::default());
        let press = Self { port, edition: Arc::clone(&edition), asked: Arc::clone(&log) };
        let editor: Arc<Editor> = Arc::new(Box::new(editor));
        std::thread::spawn(move || {
            for peer in listener.incoming().flatten() {
                let (editor, log) = (Arc::clone(&editor), Arc::clone(&log));
                let edition = edition.load(Ordering::SeqCst);
                std::thread::spawn(move || serve(peer, edition, &editor, &log));
            }
        });
        press
    }

    /// The front page.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Another edition is out.
    pub fn publish(&self, edition: u32) {
        self.edition.store(edition, Ordering::SeqCst);
        self.asked.lock().unwrap().clear();
    }

    /// What was asked since the edition came out.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(mut peer: TcpStream, edition: u32, editor: &Editor, log: &Mutex<Vec<Asked>>) {
    let (mut head, mut part) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        match peer.read(&mut part) {
            Ok(read) if read > 0 => head.extend_from_slice(&part[..read]),
            _ => return,
        }
    }
    let head = Head::parse(&head);
    let start = String::from_utf8_lossy(&head.start).into_owned();
    let path = start.split(' ').nth(1).unwrap_or_default().to_owned();
    let asked = Asked { path, head, edition };
    log.lock().unwrap().push(asked.clone());
    // The client may be gone.
    let _ = peer.write_all(&editor(&asked));
}

/// A page of the newspaper. `{}` is its name, so that no two are alike.
pub fn text(name: &str, edition: u32) -> String {
    let links: String = match name {
        "front" => PATHS.map(|path| format!("<p><a href={path}>{path}</a></p>")).concat(),
        "changed" if edition > 1 => "<p><a href=/new>new today</a></p>".to_owned(),
        _ => String::new(),
    };
    let said = format!("The {name} page of edition {edition} was set by hand and proof-read. ");
    format!(
        "<!doctype html><html lang=en><title>{name}</title><article><h1>{name}, {edition}</h1>\
         <p>{}</p></article>{links}</html>",
        said.repeat(12)
    )
}

const PATHS: [&str; 12] = [
    "/same",
    "/twin",
    "/zipped",
    "/chunked",
    "/bare",
    "/bare-zipped",
    "/bare-chunked",
    "/changed",
    "/gone",
    "/moved",
    "/missing",
    "/old-road",
];

/// Its rules.
pub const ROBOTS: &str = "User-agent: *\nAllow: /\n";
/// What is said of the page that is gone.
pub const GONE: &str = "It was here yesterday.";
/// What is said by the page that moves, and by one that always leads elsewhere.
pub const REDIRECTS: [&str; 2] =
    ["It is elsewhere now.", "This road has led away from here for years."];

/// The newspaper's answer.
fn page(asked: &Asked, validators: bool) -> Vec<u8> {
    let new = asked.edition > 1;
    let html = |name, edition| Answer::ok(text(name, edition));
    let answer = match asked.path.as_str() {
        "/robots.txt" => Answer { mime: "text/plain", ..Answer::ok(ROBOTS) },
        "/" => html("front", 1).tagged(),
        "/same" | "/twin" => html("same", 1).tagged(),
        "/zipped" => html("zipped", 1).zipped().tagged_weakly(),
        "/chunked" => html("chunked", 1).in_chunks().dated(),
        "/bare" => html("bare", 1),
        "/bare-zipped" => html("bare zipped", 1).zipped(),
        "/bare-chunked" => html("bare chunked", 1).in_chunks(),
        "/changed" => html("changed", asked.edition).tagged().dated_anew(asked.edition),
        "/gone" if new => Answer { status: "410 Gone", ..Answer::ok(GONE) },
        "/gone" => html("gone", 1).tagged(),
        "/moved" if new => Answer::moved("/moved-here", REDIRECTS[0]),
        "/moved" | "/moved-here" => html("moved", 1).tagged(),
        "/old-road" => Answer::moved("/same", REDIRECTS[1]),
        "/new" if new => html("new", 2).tagged(),
        _ => Answer { status: "404 Not Found", ..Answer::ok("Nobody wrote this page.") },
    };
    let answer = if validators { answer } else { Answer { etag: None, modified: None, ..answer } };
    answer.to(&asked.head)
}

/// An answer before it is sent.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: &'static str,
    pub mime: &'static str,
    pub location: Option<&'static str>,
    pub etag: Option<String>,
    pub modified: Option<&'static str>,
    pub coding: Option<&'static str>,
    pub chunks: bool,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: "200 OK",
            mime: "text/html; charset=utf-8",
            location: None,
            etag: None,
            modified: None,
            coding: None,
            chunks: false,
            body: body.into(),
        }
    }

    pub fn moved(to: &'static str, body: &str) -> Self {
        Self { status: "301 Moved Permanently", location: Some(to), ..Self::ok(body) }
    }

    pub fn tagged(self) -> Self {
        let etag = Some(format!("\"{}\"", &Digest::of(&self.body).to_string()[5..17]));
        Self { etag, ..self }
    }

    pub fn tagged_weakly(self) -> Self {
        let tagged = self.tagged();
        Self { etag: tagged.etag.as_ref().map(|etag| format!("W/{etag}")), ..tagged }
    }

    pub fn dated(self) -> Self {
        Self { modified: Some(MODIFIED), ..self }
    }

    fn dated_anew(self, edition: u32) -> Self {
        let later = "Sun, 22 Nov 2026 06:00:00 GMT";
        Self { modified: Some(if edition > 1 { later } else { MODIFIED }), ..self }
    }

    pub fn in_chunks(self) -> Self {
        Self { chunks: true, ..self }
    }

    pub fn zipped(self) -> Self {
        // A stored block: the smallest gzip there is (RFC 1951 §3.2.4, RFC 1952).
        let length = u16::try_from(self.body.len()).unwrap();
        let mut body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
        body.extend(length.to_le_bytes());
        body.extend((!length).to_le_bytes());
        body.extend(&self.body);
        body.extend(crc32(&self.body).to_le_bytes());
        body.extend(u32::from(length).to_le_bytes());
        Self { coding: Some("gzip"), body, ..self }
    }

    /// The bytes for a request with this head: a 304 when its conditions hold (RFC 9110 §13.2.2).
    pub fn to(&self, head: &Head) -> Vec<u8> {
        let holds = match (head.get("If-None-Match"), head.get("If-Modified-Since")) {
            (Some(tag), _) => self.etag.as_ref() == Some(&tag),
            (None, Some(since)) => self.modified == Some(since.as_str()),
            (None, None) => false,
        };
        let mut out = self.head(holds);
        if holds {
            return out;
        }
        if !self.chunks {
            out.extend(&self.body);
            return out;
        }
        for chunk in self.body.chunks(100) {
            out.extend(format!("{:x}\r\n", chunk.len()).bytes());
            out.extend(chunk);
            out.extend(b"\r\n");
        }
        out.extend(b"0\r\n\r\n");
        out
    }

    fn head(&self, not_modified: bool) -> Vec<u8> {
        let status = if not_modified { "304 Not Modified" } else { self.status };
        let mut fields = vec![format!("HTTP/1.1 {status}"), format!("Date: {DATE}")];
        fields.extend(self.etag.iter().map(|etag| format!("ETag: {etag}")));
        fields.extend(self.modified.iter().map(|date| format!("Last-Modified: {date}")));
        if !not_modified {
            fields.push(format!("Content-Type: {}", self.mime));
            fields.extend(self.location.iter().map(|to| format!("Location: {to}")));
            fields.extend(self.coding.iter().map(|coding| format!("Content-Encoding: {coding}")));
            fields.push(if self.chunks {
                "Transfer-Encoding: chunked".to_owned()
            } else {
                format!("Content-Length: {}", self.body.len())
            });
        }
        fields.push("Connection: close\r\n\r\n".to_owned());
        fields.join("\r\n").into_bytes()
    }
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}
