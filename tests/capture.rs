//! Captures against servers that send exactly what they are told to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests fail as tests do"
)]

#[path = "capture/cases.rs"]
mod cases;
#[path = "capture/cookies.rs"]
mod cookies;
#[path = "tables/escapes.rs"]
mod escapes;
#[path = "capture/frames.rs"]
mod frames;
#[path = "capture/guarding.rs"]
mod guarding;
#[path = "capture/limits.rs"]
mod limits;
#[path = "capture/reuse.rs"]
mod reuse;
#[path = "capture/secure.rs"]
mod secure;
#[path = "capture/server.rs"]
mod server;

use std::io::Read;
use std::os::unix::fs::FileExt;

use cases::{Case, Want};
use server::{FOREIGN, Packets, Script, Server, clock, limits};
use tokio::task::JoinSet;
use url::Url;
use warraq::capture::{Capture, Client, End, Fetch, Fidelity, Response, Wire, entity, head_only};
use warraq::digest::Digest;
use warraq::lead::FailureKind;
use warraq::record::Block;

pub(crate) fn get(url: &str) -> reqwest::Request {
    let fields = [("User-Agent", "warraq/test"), ("Accept", "*/*")];
    warraq::capture::request::build(&Url::parse(url).unwrap(), &fields).unwrap()
}

pub(crate) async fn fetch(transport: &impl Fetch, url: &str) -> Capture {
    transport.fetch(get(url), &limits()).await
}

pub(crate) fn block_of(response: &Response) -> Vec<u8> {
    match &response.block {
        Block::Bytes(bytes) => bytes.to_vec(),
        Block::File { file, start, length } => {
            let mut bytes = vec![0; usize::try_from(*length).unwrap()];
            file.read_exact_at(&mut bytes, *start).unwrap();
            bytes
        }
    }
}

pub(crate) fn body_of(capture: &Capture) -> Vec<u8> {
    let response = capture.response.as_ref().expect("a response");
    entity(response, usize::MAX).unwrap()
}

async fn plays(case: &Case, packets: Packets) {
    let context = format!("{}, {packets:?}", case.name);
    let (server, wire, capture) = ask(case, packets).await;
    check(case, packets, &capture, &context);
    next_is_right(&server, &wire, &context).await;
}

async fn ask(case: &Case, packets: Packets) -> (Server, Wire, Capture) {
    let script = Script { bytes: case.bytes.clone(), packets, after: case.after };
    let server = Server::start(script).await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    let mut request = get("http://case.example/");
    if case.head {
        *request.method_mut() = reqwest::Method::HEAD;
    }
    let capture = wire.fetch(request, &limits()).await;
    (server, wire, capture)
}

async fn next_is_right(server: &Server, wire: &Wire, context: &str) {
    server.played.notified().await;
    let next = fetch(wire, "http://case.example/next").await;
    assert_eq!(next.end, End::Complete, "{context}: the next");
    assert_eq!(block_of(next.response.as_ref().unwrap()), server::NEXT, "{context}: the next");
}

fn check(case: &Case, packets: Packets, capture: &Capture, context: &str) {
    assert_eq!(capture.fidelity, Fidelity::Exact);
    assert!(capture.request.ends_with(b"\r\n\r\n"), "{context}");
    let fits = match case.want {
        Want::Whole => capture.end == End::Complete && capture.defects.is_empty(),
        Want::Marked => capture.end == End::Complete && !capture.defects.is_empty(),
        Want::Broken => {
            capture.end == End::Truncated(warraq::lead::Truncated::Unspecified)
                && !capture.defects.is_empty()
        }
        Want::Cut => capture.end == End::Truncated(warraq::lead::Truncated::Disconnect),
        Want::Nothing => matches!(&capture.end, End::Failed(why)
            if matches!(why.kind, FailureKind::Protocol | FailureKind::Disconnect)),
    };
    assert!(fits, "{context}: {:?} {:?}", capture.end, capture.defects);
    if case.want == Want::Nothing {
        assert!(capture.response.is_none(), "{context}");
        assert!(case.bytes.starts_with(&capture.debris), "{context}");
        return;
    }
    let response = capture.response.as_ref().expect(context);
    let sent = &case.bytes[case.before..case.bytes.len() - case.beyond];
    let block = block_of(response);
    assert!(block == sent, "{context}:\n{}\n{}", block.escape_ascii(), sent.escape_ascii());
    assert_eq!(response.block_digest, Digest::of(sent), "{context}");
    assert_eq!(capture.interim, case.bytes[..case.before], "{context}");
    let body = entity(response, usize::MAX).unwrap();
    assert_eq!(response.payload_digest, Digest::of(&body), "{context}");
    assert_eq!(response.payload_length, body.len() as u64, "{context}");
    if !case.head && !matches!(response.status, 204 | 304) {
        let again = warraq::record::entity::split(&block).entity;
        assert_eq!(again, body, "{context}: whoever reads the archive finds the same payload");
    }
    if let Some(want) = &case.entity {
        assert_eq!(&body, want, "{context}");
    }
    if packets == Packets::AtOnce {
        let excess = capture.excess.as_ref().map_or(0, |excess| excess.length);
        assert_eq!(excess, case.beyond as u64, "{context}");
    }
}

/// Plays all cases that are `wanted` at the same time, each with a server of its own.
async fn all_play(packets: Packets, wanted: fn(&Case) -> bool) {
    let mut playing = JoinSet::new();
    for case in cases::all().into_iter().filter(wanted) {
        playing.spawn(async move { plays(&case, packets).await });
    }
    while let Some(played) = playing.join_next().await {
        played.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_at_once() {
    all_play(Packets::AtOnce, |_| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_with_the_body_later() {
    all_play(Packets::HeadThenBody, |_| true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_byte_by_byte() {
    all_play(Packets::ByteByByte, |case| case.bytes.len() < 10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_in_pieces() {
    for seed in 0..2 {
        all_play(Packets::Pieces(seed), |_| true).await;
    }
}

/// An answer nobody asked for, behind each case: it may belong to a body that goes on to the end of
/// the connection, but what is archived was sent in this place, and the next exchange is right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_of_another_answer_lands_under_the_next_url() {
    let mut playing = JoinSet::new();
    for packets in [Packets::WithAnother, Packets::ThenAnother] {
        for case in cases::all() {
            playing.spawn(async move { with_another(&case, packets).await });
        }
    }
    while let Some(played) = playing.join_next().await {
        played.unwrap();
    }
}

async fn with_another(case: &Case, packets: Packets) {
    let context = format!("{}, {packets:?}", case.name);
    let (server, wire, capture) = ask(case, packets).await;
    let sent = [case.bytes.as_slice(), FOREIGN].concat();
    if let Some(response) = &capture.response {
        let block = block_of(response);
        assert!(sent[capture.interim.len()..].starts_with(&block), "{context}");
        let own = case.bytes.len() - case.before - case.beyond;
        assert!(block.len() >= own || case.want == Want::Nothing, "{context}");
    }
    next_is_right(&server, &wire, &context).await;
}

#[test]
fn there_are_cases_enough() {
    let cases = cases::all();
    let names: std::collections::BTreeSet<_> = cases.iter().map(|case| case.name).collect();
    assert!(names.len() == cases.len() && cases.len() >= 200, "{}", cases.len());
}

#[tokio::test]
async fn the_request_is_recorded_as_the_server_read_it() {
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::with(move |mut stream, _| {
        let told = told.clone();
        async move {
            while let Some(request) = server::read_request(&mut stream).await {
                told.send(request).unwrap();
                tokio::io::AsyncWriteExt::write_all(&mut stream, server::NEXT).await.unwrap();
            }
        }
    })
    .await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    let capture = fetch(&wire, "http://user:secret@case.example/a?b=c").await;
    let heard = heard.recv().await.unwrap();
    assert_eq!(capture.request, heard.as_bytes());
    assert!(heard.starts_with("GET /a?b=c HTTP/1.1\r\nHost: case.example\r\nUser-Agent: "));
    assert!(!heard.contains("secret"));
    assert_eq!(capture.began, clock().wall());
    assert_eq!(capture.peer, Some(server.address));
    assert_eq!(capture.protocols, ["http/1.1"]);
}

#[tokio::test]
async fn a_spooled_body_is_read_without_disturbing_the_block() {
    let case = cases::all().into_iter().find(|case| case.name == "larger than memory").unwrap();
    let script = Script { bytes: case.bytes.clone(), packets: Packets::AtOnce, after: case.after };
    let server = Server::start(script).await;
    let wire = Wire::new(&server.settings(), clock()).unwrap();
    let response = fetch(&wire, "http://case.example/").await.response.unwrap();
    assert_eq!(head_only(&response).unwrap(), case.bytes[..head_length(&response)]);
    let first = entity(&response, 1_000).unwrap();
    assert_eq!(first, case.bytes[head_length(&response)..][..1_000]);
    let Block::File { mut file, .. } = response.block else { panic!("it is in memory") };
    let before = std::io::Seek::stream_position(&mut file).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let mut whole = Vec::new();
    file.read_to_end(&mut whole).unwrap();
    assert_eq!(before, whole.len() as u64);
    assert_eq!(whole, case.bytes);
}

fn head_length(response: &Response) -> usize {
    usize::try_from(response.head_length).unwrap()
}

#[tokio::test]
async fn the_second_transport_tells_the_same_story() {
    let ordinary = ["exact", "two chunks", "body until close", "304 with the length of the page"];
    for case in cases::all().into_iter().filter(|case| ordinary.contains(&case.name)) {
        let script =
            Script { bytes: case.bytes.clone(), packets: Packets::HeadThenBody, after: case.after };
        let server = Server::start(script).await;
        let client = Client::new(&server.settings(), clock()).unwrap();
        let capture = fetch(&client, "http://case.example/").await;
        assert_eq!(capture.end, End::Complete, "{}", case.name);
        assert_eq!(capture.fidelity, Fidelity::Reconstructed);
        assert_eq!(capture.peer, Some(server.address));
        let response = capture.response.as_ref().unwrap();
        assert_eq!(body_of(&capture), case.entity.clone().unwrap(), "{}", case.name);
        assert_eq!(response.head.get("transfer-encoding"), None);
        assert_eq!(response.payload_digest, Digest::of(&case.entity.clone().unwrap()));
        assert_eq!(response.block_digest, Digest::of(&block_of(response)));
        server.played.notified().await;
        let next = fetch(&client, "http://case.example/next").await;
        assert_eq!(body_of(&next), b"ordinary");
    }
}
