//! HTTP/2 at its worst: floods, frames out of place, silence. Each exchange ends, within its
//! limits, and the next one is right.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use warraq::capture::{Client, End, Fetch, Limits};

use super::secure::{identity, pem_file};
use super::server::{Server, clock, limits};
use super::{body_of, fetch, get};

/// How long an attacked exchange may be silent; three times that is all it has.
const SHORT: Duration = Duration::from_secs(1);

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH: u8 = 5;
const PING: u8 = 6;
const GO_AWAY: u8 = 7;
const WINDOW: u8 = 8;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// A frame (RFC 9113 §4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// `:status 200`, and 103, in HPACK; a literal field, never indexed.
const OK: &[u8] = &[0x88];
const EARLY: &[u8] = &[0x08, 3, b'1', b'0', b'3'];
const FIELD: &[u8] = &[0x10, 1, b'x', 9, b'y', b'y', b'y', b'y', b'y', b'y', b'y', b'y', b'y'];

/// What is sent once the settings are, and what again and again after that; the words of the end.
struct Attack {
    name: &'static str,
    first: Vec<u8>,
    again: Vec<u8>,
    end: &'static str,
}

/// Nothing comes that could be an answer.
fn failing(name: &'static str, first: Vec<u8>, again: Vec<u8>) -> Attack {
    Attack { name, first, again, end: "failed" }
}

/// An answer begins, and then this.
fn begun(name: &'static str, then: &[u8], again: Vec<u8>, end: &'static str) -> Attack {
    let ok = frame(HEADERS, END_HEADERS, 1, OK);
    Attack { name, first: [&ok, &frame(DATA, 0, 1, b"some"), then].concat(), again, end }
}

fn floods() -> Vec<Attack> {
    let open = || frame(HEADERS, 0, 1, OK);
    let more = |fields: &[u8]| frame(CONTINUATION, 0, 1, fields);
    let large = [&[0xff, 0xff, 0xff, 0, 0][..], &[0, 0, 0, 1]].concat();
    vec![
        failing("resets", vec![], frame(RESET, 0, 1, &[0, 0, 0, 8])),
        failing("settings", vec![], frame(SETTINGS, 0, 0, &[])),
        failing("pings", vec![], frame(PING, 0, 0, &[0; 8])),
        failing("window updates", vec![], frame(WINDOW, 0, 0, &[0x7f, 0xff, 0xff, 0xff])),
        failing("continuations", open(), more(FIELD)),
        failing("empty continuations", open(), more(&[])),
        failing("large continuations", open(), more(&FIELD.repeat(1_000))),
        failing("interim answers", vec![], frame(HEADERS, END_HEADERS, 1, EARLY)),
        failing("a frame of 16 MB", large, vec![0; 4096]),
    ]
}

fn out_of_place() -> Vec<Attack> {
    let away = |code| frame(GO_AWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, code]);
    let old = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec();
    vec![
        failing("silence", vec![], vec![]),
        failing("go away", away(0), vec![]),
        failing("go away, be calm", away(11), vec![]),
        failing("no HPACK", frame(HEADERS, END_HEADERS, 1, &[0xff; 40]), vec![]),
        failing("no status", frame(HEADERS, END_HEADERS, 1, &[]), vec![]),
        failing("data first", frame(DATA, 0, 1, b"data"), vec![]),
        failing("a push", frame(PUSH, END_HEADERS, 1, &[0, 0, 0, 2, 0x82]), vec![]),
        failing("a stream nobody opened", frame(HEADERS, END_HEADERS, 2, OK), vec![]),
        failing("HTTP/1.1", old, vec![]),
    ]
}

fn bodies() -> Vec<Attack> {
    let lie = frame(HEADERS, END_HEADERS, 1, &[0x88, 0x0f, 0x0d, 1, b'9']);
    let short = [lie, frame(DATA, END_STREAM, 1, b"some")].concat();
    let trailers = frame(HEADERS, END_STREAM, 1, FIELD);
    vec![
        begun("endless data", &[], frame(DATA, 0, 1, &[b'x'; 4096]), "cut length"),
        begun("empty data", &[], frame(DATA, 0, 1, &[]), "cut"),
        begun("a reset", &frame(RESET, 0, 1, &[0, 0, 0, 2]), vec![], "cut disconnect"),
        begun("silence in the body", &[], vec![], "cut time"),
        begun("trailers without end", &trailers, frame(CONTINUATION, 0, 1, FIELD), "cut"),
        Attack { name: "a lying length", first: short, again: vec![], end: "cut disconnect" },
    ]
}

/// Reads frames up to the one that asks for something.
async fn until_request(reading: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    loop {
        let mut head = [0; 9];
        reading.read_exact(&mut head).await?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        reading.read_exact(&mut vec![0; usize::try_from(length).unwrap()]).await?;
        if head[3] == HEADERS {
            return Ok(());
        }
    }
}

async fn attacked(mut stream: TlsStream<TcpStream>, first: &[u8], again: &[u8]) {
    // The preface of the client has 24 bytes; its frames follow, and are read and let go.
    stream.read_exact(&mut [0; 24]).await.ok();
    let (mut reading, mut writing) = tokio::io::split(stream);
    let (asked, request) = oneshot::channel();
    let listening = tokio::spawn(async move {
        until_request(&mut reading).await.ok();
        asked.send(()).ok();
        let mut sink = [0; 4096];
        while reading.read(&mut sink).await.is_ok_and(|count| count > 0) {}
    });
    writing.write_all(&frame(SETTINGS, 0, 0, &[])).await.ok();
    request.await.ok();
    writing.write_all(first).await.ok();
    writing.flush().await.ok();
    while !again.is_empty() && writing.write_all(again).await.is_ok() {
        writing.flush().await.ok();
    }
    listening.await.ok();
}

async fn ordinary(stream: TlsStream<TcpStream>) {
    let Ok(mut connection) = h2::server::handshake(stream).await else { return };
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        let head = http::Response::builder().status(200).body(()).unwrap();
        let mut body = respond.send_response(head, false).unwrap();
        body.send_data("ordinary".into(), true).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_out_of_place_end_the_exchange_and_nothing_else() {
    let (authority, mut config) = identity("case.example");
    config.alpn_protocols = vec![b"h2".to_vec()];
    let file = Arc::new(pem_file(&authority));
    let mut playing = JoinSet::new();
    for attack in [floods(), out_of_place(), bodies()].into_iter().flatten() {
        let (config, file) = (config.clone(), Arc::clone(&file));
        playing.spawn(async move { suffers(attack, config, file.path()).await });
    }
    while let Some(played) = playing.join_next().await {
        played.unwrap();
    }
}

/// A server whose first connection is the attack; those after it are ordinary.
async fn attacking(attack: &Attack, config: ServerConfig) -> Server {
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let came = Arc::new(AtomicUsize::new(0));
    let (first, again) = (attack.first.clone(), attack.again.clone());
    Server::with(move |stream, _| {
        let (acceptor, came) = (acceptor.clone(), Arc::clone(&came));
        let (first, again) = (first.clone(), again.clone());
        async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            if came.fetch_add(1, SeqCst) == 0 {
                attacked(stream, &first, &again).await;
            } else {
                ordinary(stream).await;
            }
        }
    })
    .await
}

async fn suffers(attack: Attack, config: ServerConfig, authority: &Path) {
    let name = attack.name;
    let server = attacking(&attack, config).await;
    let mut settings = server.settings();
    settings.ca_file = Some(authority.to_owned());
    settings.idle_timeout = SHORT;
    let client = Client::new(&settings, clock()).unwrap();
    let limits =
        Limits { head: SHORT, idle: SHORT, total: 3 * SHORT, max_body: 20_000, ..limits() };
    let capture = client.fetch(get("https://case.example/"), &limits).await;
    let end = match &capture.end {
        End::Failed(_) => "failed".to_owned(),
        End::Truncated(why) => format!("cut {}", why.as_str()),
        other => format!("{other:?}"),
    };
    assert!(end.starts_with(attack.end), "{name}: {end}, {:?}", capture.end);
    assert!(capture.response.is_none_or(|response| response.payload_length <= 20_000), "{name}");
    // One that says nothing more may cost one more exchange, until it is known to be dead.
    let mut next = fetch(&client, "https://case.example/next").await;
    if let End::Failed(_) = next.end {
        next = fetch(&client, "https://case.example/next").await;
    }
    assert_eq!(next.end, End::Complete, "{name}: the next");
    assert_eq!(body_of(&next), b"ordinary", "{name}: the next");
}
