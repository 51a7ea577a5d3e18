//! Servers that take their time, or never stop. The short limits are what is tested, so the only
//! waiting is the limit itself.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use warraq::capture::{Capture, Client, End, Fetch, Limits, Wire};
use warraq::lead::{FailureKind, Truncated};
use warraq::settings::{Resolve, Settings};

use super::server::{Server, clock, limits, read_request};
use super::{block_of, fetch, get};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n";

/// A server that sends `first`, then `again` every `every`, for ever.
async fn endless(first: &'static [u8], again: &'static [u8], every: Duration) -> Server {
    Server::with(move |mut stream: TcpStream, _| async move {
        read_request(&mut stream).await;
        stream.write_all(first).await.ok();
        loop {
            tokio::time::sleep(every).await;
            if stream.write_all(again).await.is_err() {
                break;
            }
        }
    })
    .await
}

async fn within(server: &Server, limits: Limits) -> Capture {
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    wire.fetch(get("http://case.example/"), &limits).await
}

fn failure(capture: &Capture) -> FailureKind {
    let End::Failed(failure) = &capture.end else { panic!("{:?}", capture.end) };
    assert!(failure.detail.starts_with("case.example: "), "{}", failure.detail);
    failure.kind
}

const TICK: Duration = Duration::from_millis(10);
const HOUR: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(150);

#[tokio::test]
async fn a_dripped_head_ends_at_its_absolute_limit() {
    let server = endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", TICK).await;
    let capture = within(&server, Limits { head: SHORT, ..limits() }).await;
    assert_eq!(failure(&capture), FailureKind::Timeout);
    assert!(capture.response.is_none() && capture.debris.starts_with(b"HTTP/1.1 200 OK"));
}

#[tokio::test]
async fn silence_before_and_after_the_head() {
    let silent = endless(b"", b"", HOUR).await;
    let capture = within(&silent, Limits { idle: SHORT, ..limits() }).await;
    assert_eq!(failure(&capture), FailureKind::Timeout);
    let stalled = endless(HEAD, b"", HOUR).await;
    let capture = within(&stalled, Limits { idle: SHORT, ..limits() }).await;
    assert_eq!(capture.end, End::Truncated(Truncated::Time));
    let cut = "0 of 900000 bytes of the body came; silent for --idle-timeout 150ms";
    assert_eq!(capture.cut.as_deref(), Some(cut));
    assert_eq!(block_of(&capture.response.unwrap()), HEAD);
}

#[tokio::test]
async fn a_dripped_body_ends_at_the_total_limit() {
    let server = endless(HEAD, b"x", TICK).await;
    for capture in [
        within(&server, Limits { total: Duration::from_secs(1), ..limits() }).await,
        Client::new(&server.settings(), clock())
            .unwrap()
            .fetch(
                get("http://case.example/"),
                &Limits { total: Duration::from_secs(1), ..limits() },
            )
            .await,
    ] {
        assert_eq!(capture.end, End::Truncated(Truncated::Time));
        let response = capture.response.unwrap();
        assert!(block_of(&response).len() as u64 > response.head_length);
        let cut = capture.cut.unwrap();
        assert!(
            cut.ends_with(" of 900000 bytes of the body came; longer than --total-timeout 1s"),
            "{cut}"
        );
    }
}

#[tokio::test]
async fn a_body_that_drips_is_cut_by_its_speed() {
    // It is never silent for as long as is allowed, and the exchange has all the time it wants.
    let server = endless(HEAD, b"x", TICK).await;
    let limits = Limits { idle: Duration::from_secs(1), min_speed: 1 << 20, ..limits() };
    let client = Client::new(&server.settings(), clock()).unwrap();
    for capture in [
        within(&server, limits.clone()).await,
        client.fetch(get("http://case.example/"), &limits).await,
    ] {
        assert_eq!(capture.end, End::Truncated(Truncated::Time));
        let response = capture.response.unwrap();
        let body = block_of(&response).split_off(usize::try_from(response.head_length).unwrap());
        assert!(!body.is_empty() && body.iter().all(|byte| *byte == b'x'));
        let told = format!(
            "{} of 900000 bytes of the body came; slower than --min-speed 1.0 MiB a second over 1s",
            body.len()
        );
        assert_eq!(capture.cut, Some(told));
    }
}

#[tokio::test]
async fn a_flood_is_cut_at_an_exact_byte() {
    let close = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
    for (head, max_body) in [(HEAD, 12_345), (close, 0), (close, 12_345), (close, 500_000)] {
        let server = endless(head, &[b'x'; 4_096], Duration::ZERO).await;
        let wire = within(&server, Limits { max_body, ..limits() }).await;
        assert_eq!(wire.end, End::Truncated(Truncated::Length));
        assert_eq!(wire.excess, None);
        assert!(wire.cut.unwrap().contains(" bytes of the body came; more than --max-body "));
        let response = wire.response.unwrap();
        let block = block_of(&response);
        assert_eq!(block.len() as u64, head.len() as u64 + max_body);
        assert!(block.starts_with(head) && block[head.len()..].iter().all(|byte| *byte == b'x'));
        assert_eq!(response.payload_length, max_body);
        let client = Client::new(&server.settings(), clock()).unwrap();
        let same = Limits { max_body, ..limits() };
        let client = client.fetch(get("http://case.example/"), &same).await;
        assert_eq!(client.end, End::Truncated(Truncated::Length));
        assert_eq!(client.response.unwrap().payload_length, max_body);
    }
}

#[tokio::test]
async fn a_refused_connection_names_host_and_address() {
    // Bound and dropped: nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut settings = Settings::new("x".into(), "desk@example.org");
    settings.allow_private = true;
    settings.resolve =
        vec![Resolve { host: None, port: 80, addr: free.ip(), to_port: free.port() }];
    let wire = Wire::new(&settings, clock()).unwrap();
    let capture = fetch(&wire, "http://case.example/").await;
    let End::Failed(failure) = &capture.end else { panic!("{:?}", capture.end) };
    assert_eq!(failure.kind, FailureKind::Connect);
    assert_eq!(failure.detail, format!("case.example: connection refused by {free}"));
    assert_eq!(capture.peer, None);
    let client = fetch(&Client::new(&settings, clock()).unwrap(), "http://case.example/").await;
    let End::Failed(failure) = &client.end else { panic!("{:?}", client.end) };
    assert_eq!(failure.kind, FailureKind::Connect, "{}", failure.detail);
}

#[tokio::test]
async fn a_slow_handshake_is_given_up() {
    let server = Server::with(|stream, _| async move {
        tokio::time::sleep(HOUR).await;
        drop(stream);
    })
    .await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    let started = Instant::now();
    let limits = Limits { connect: SHORT, ..limits() };
    let capture = wire.fetch(get("https://case.example/"), &limits).await;
    assert_eq!(failure(&capture), FailureKind::Timeout);
    assert!(started.elapsed() >= SHORT);
}
