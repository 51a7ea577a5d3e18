//! Connections that are used again, and bytes that must never land under another URL.

use std::sync::atomic::Ordering::SeqCst;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use warraq::capture::{End, Wire};
use warraq::lead::FailureKind;

use super::server::{After, NEXT, Packets, Script, Server, clock, read_request};
use super::{block_of, body_of, fetch};

async fn ordinary() -> Server {
    let script = Script { bytes: NEXT.to_vec(), packets: Packets::AtOnce, after: After::Keep };
    Server::start(script).await
}

#[tokio::test]
async fn a_clean_connection_is_used_again() {
    let server = ordinary().await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    for _ in 0..5 {
        assert_eq!(body_of(&fetch(&wire, "http://case.example/").await), b"ordinary");
    }
    assert_eq!(server.connections.load(SeqCst), 1);
    // Another origin, though the address is the same.
    fetch(&wire, "http://other.example/").await;
    assert_eq!(server.connections.load(SeqCst), 2);
}

#[tokio::test]
async fn no_keepalive_means_none() {
    let server = ordinary().await;
    let mut settings = server.settings();
    settings.keepalive = false;
    let wire = Wire::new(&settings, clock()).unwrap();
    for _ in 0..3 {
        let capture = fetch(&wire, "http://case.example/").await;
        assert!(capture.request.ends_with(b"\r\nConnection: close\r\n\r\n"));
    }
    assert_eq!(server.connections.load(SeqCst), 3);
}

/// A server that answers the first request with `first`, then runs `then` on the connection;
/// further connections are ordinary.
async fn first_then<F, T>(first: &'static [u8], then: F) -> Server
where
    F: Fn(TcpStream) -> T + Send + Sync + Clone + 'static,
    T: Future<Output = ()> + Send + 'static,
{
    Server::with(move |mut stream: TcpStream, requests| {
        let then = then.clone();
        async move {
            while read_request(&mut stream).await.is_some() {
                if requests.fetch_add(1, SeqCst) == 0 {
                    stream.write_all(first).await.unwrap();
                    return then(stream).await;
                }
                stream.write_all(NEXT).await.unwrap();
            }
        }
    })
    .await
}

#[tokio::test]
async fn late_bytes_on_an_idle_connection_drop_it() {
    let late: [&'static [u8]; 2] =
        [b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n", b"late body"];
    for late in late {
        let sent = std::sync::Arc::new(Notify::new());
        let told = sent.clone();
        let server = first_then(NEXT, move |mut stream| {
            let told = told.clone();
            async move {
                stream.write_all(late).await.unwrap();
                told.notify_one();
                read_request(&mut stream).await;
            }
        })
        .await;
        let wire = Wire::new(&server.settings(), clock()).unwrap();
        assert_eq!(body_of(&fetch(&wire, "http://case.example/").await), b"ordinary");
        sent.notified().await;
        let next = fetch(&wire, "http://case.example/next").await;
        assert_eq!(block_of(&next.response.unwrap()), NEXT);
        assert_eq!(server.connections.load(SeqCst), 2);
    }
}

#[tokio::test]
async fn a_late_204_body_never_lands_under_the_next_url() {
    // The body comes when the next request is already out.
    let answer_late = |mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"late body").await.ok();
        stream.write_all(NEXT).await.ok();
        read_request(&mut stream).await;
    };
    let lying = b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n";
    let server = first_then(lying, answer_late).await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    assert_eq!(fetch(&wire, "http://case.example/").await.end, End::Complete);
    assert_eq!(body_of(&fetch(&wire, "http://case.example/next").await), b"ordinary");

    let silent = b"HTTP/1.1 204 No Content\r\n\r\n";
    let server = first_then(silent, answer_late).await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    assert_eq!(fetch(&wire, "http://case.example/").await.end, End::Complete);
    let next = fetch(&wire, "http://case.example/next").await;
    let End::Failed(failure) = &next.end else { panic!("{:?}", next.end) };
    assert_eq!(failure.kind, FailureKind::Protocol);
    assert!(next.response.is_none());
}

#[tokio::test]
async fn a_connection_closed_under_the_request_is_replaced_once() {
    let close_on_request = |mut stream: TcpStream| async move {
        read_request(&mut stream).await;
    };
    let server = first_then(NEXT, close_on_request).await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    fetch(&wire, "http://case.example/").await;
    let next = fetch(&wire, "http://case.example/next").await;
    assert_eq!(block_of(&next.response.unwrap()), NEXT);
    assert_eq!(server.connections.load(SeqCst), 2);
}

#[tokio::test]
async fn nothing_else_is_repeated() {
    // A fresh connection that is closed, and a used one that had begun to answer.
    let server = Server::with(|mut stream, requests| async move {
        read_request(&mut stream).await;
        requests.fetch_add(1, SeqCst);
    })
    .await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    let capture = fetch(&wire, "http://case.example/").await;
    let End::Failed(failure) = &capture.end else { panic!("{:?}", capture.end) };
    assert_eq!(failure.kind, FailureKind::Disconnect);
    assert_eq!(server.requests.load(SeqCst), 1);

    let begin = |mut stream: TcpStream| async move {
        read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200").await.unwrap();
    };
    let server = first_then(NEXT, begin).await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    fetch(&wire, "http://case.example/").await;
    let next = fetch(&wire, "http://case.example/next").await;
    assert!(matches!(&next.end, End::Failed(why) if why.kind == FailureKind::Disconnect));
    assert_eq!(next.debris, b"HTTP/1.1 200");
    assert_eq!(server.connections.load(SeqCst), 1);
}
