//! The endpoint: `GET` and `HEAD` of `/metrics` over HTTP/1.1, and nothing else.
//!
//! A connection is one request, has a moment to say it in at most [`MAX_HEAD`] bytes and [`DEADLINE`]
//! for all of it; [`CONNECTIONS`] are served at a time, and who is silent makes room for the next.
//! So whoever connects, and however slowly, costs a crawl nothing. It reads numbers and changes none.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::Metrics;
use crate::crawl::control::seats::{SEATS, Seat, Seats};

/// From the beginning of a connection to its end.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Largest head of a request.
pub const MAX_HEAD: usize = 8 << 10;

/// Connections at a time.
pub const CONNECTIONS: usize = SEATS;

/// The rest after a connection could not be taken: out of file handles, it would fail at once again.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, metrics: Metrics) {
    let seats = Seats::default();
    loop {
        let Ok((peer, _)) = listener.accept().await else {
            sleep(BREATH).await;
            continue;
        };
        let (metrics, seat) = (metrics.clone(), seats.take().await);
        tokio::spawn(async move {
            // A peer that went away is its own affair.
            let _ = timeout(DEADLINE, attend(peer, seat, &metrics)).await;
        });
    }
}

async fn attend(mut peer: TcpStream, seat: Seat, metrics: &Metrics) -> io::Result<()> {
    let Some(head) = seat.asked(head(&mut peer)).await else { return Ok(()) };
    let verdict = judge(&head?);
    let page = match verdict {
        Verdict::Page | Verdict::Head => {
            metrics.refresh().await;
            metrics.page()
        }
        _ => String::new(),
    };
    peer.write_all(reply(verdict, &page).as_bytes()).await?;
    peer.shutdown().await
}

/// The head of a request, with as much behind it as came; cut at [`MAX_HEAD`].
async fn head(peer: &mut TcpStream) -> io::Result<Vec<u8>> {
    let (mut head, mut part) = (Vec::new(), [0; 1024]);
    while head.len() <= MAX_HEAD && !is_whole(&head) {
        let read = peer.read(&mut part).await?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(part.get(..read).unwrap_or_default());
    }
    Ok(head)
}

fn is_whole(head: &[u8]) -> bool {
    memchr::memmem::find(head, b"\r\n\r\n").is_some()
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Page,
    /// What would be sent for the page, without it (RFC 9110 §9.3.2).
    Head,
    BadRequest,
    NotFound,
    MethodNotAllowed,
    HeadTooLarge,
}

impl Verdict {
    const fn status(self) -> &'static str {
        match self {
            Self::Page | Self::Head => "200 OK",
            Self::BadRequest => "400 Bad Request",
            Self::NotFound => "404 Not Found",
            Self::MethodNotAllowed => "405 Method Not Allowed",
            Self::HeadTooLarge => "431 Request Header Fields Too Large",
        }
    }
}

/// Total; judges by the request line alone (RFC 9112 §3).
fn judge(head: &[u8]) -> Verdict {
    if !is_whole(head) {
        return if head.len() > MAX_HEAD { Verdict::HeadTooLarge } else { Verdict::BadRequest };
    }
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let mut words = line.split(|byte| *byte == b' ');
    let (method, target, version) = (words.next(), words.next(), words.next());
    let is_http = version.is_some_and(|version| version.starts_with(b"HTTP/1."));
    let (Some(method), Some(target), true, None) = (method, target, is_http, words.next()) else {
        return Verdict::BadRequest;
    };
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    match (path, method) {
        (b"/metrics", b"GET") => Verdict::Page,
        (b"/metrics", b"HEAD") => Verdict::Head,
        (b"/metrics", _) => Verdict::MethodNotAllowed,
        _ => Verdict::NotFound,
    }
}

fn reply(verdict: Verdict, page: &str) -> String {
    let (status, length) = (verdict.status(), page.len());
    let page = if verdict == Verdict::Head { "" } else { page };
    let kind = match verdict {
        Verdict::Page | Verdict::Head => {
            "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        }
        Verdict::MethodNotAllowed => "Allow: GET, HEAD\r\n",
        _ => "",
    };
    format!(
        "HTTP/1.1 {status}\r\n{kind}Content-Length: {length}\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n{page}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_path_and_two_methods() {
        let judged = |line: &str| judge(format!("{line}\r\nHost: a\r\n\r\n").as_bytes());
        assert_eq!(judged("GET /metrics HTTP/1.1"), Verdict::Page);
        assert_eq!(judged("GET /metrics?name=x HTTP/1.0"), Verdict::Page);
        assert_eq!(judged("HEAD /metrics HTTP/1.1"), Verdict::Head);
        for method in ["POST", "DELETE", "get"] {
            assert_eq!(judged(&format!("{method} /metrics HTTP/1.1")), Verdict::MethodNotAllowed);
        }
        for path in ["/", "/metrics/", "/metricsx", "//metrics", "/../metrics", "*", ""] {
            assert_eq!(judged(&format!("GET {path} HTTP/1.1")), Verdict::NotFound, "{path}");
        }
        for line in ["", "GET", "GET /metrics", "GET /metrics HTTP/2", "GET /metrics x HTTP/1.1"] {
            assert_eq!(judged(line), Verdict::BadRequest, "{line}");
        }
        assert_eq!(judge(b"GET /metrics HTTP/1.1\r\n"), Verdict::BadRequest);
        assert_eq!(judge(&[b'a'; MAX_HEAD + 1]), Verdict::HeadTooLarge);
    }

    proptest! {
        #[test]
        fn only_a_get_gets_the_page(
            words in proptest::collection::vec("GET|HEAD|/metrics[?/]?|HTTP/1[.]1| |\r\n|\\PC", 0..9),
        ) {
            let request = words.concat() + "\r\n\r\n";
            let is_page = judge(request.as_bytes()) == Verdict::Page;
            let line = request.split('\r').next().unwrap();
            let asks = ["GET /metrics HTTP/1.", "GET /metrics?"].iter().any(|is| line.starts_with(is));
            prop_assert!(!is_page || asks, "{line:?}");
        }
    }
}
