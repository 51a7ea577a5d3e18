//! The endpoint: `GET /metrics` over HTTP/1.1, and nothing else.
//!
//! A connection is one request, has [`DEADLINE`] from its beginning to its end and at most
//! [`MAX_HEAD`] bytes of head; [`CONNECTIONS`] are served at a time and the rest waits with the kernel.
//! So whoever connects, and however slowly, costs a crawl nothing. It reads numbers and changes none.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::Metrics;

/// From the beginning of a connection to its end.
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Largest head of a request.
pub const MAX_HEAD: usize = 8 << 10;

/// Connections at a time.
pub const CONNECTIONS: usize = 16;

/// The rest after a connection could not be taken: out of file handles, it would fail at once again.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, metrics: Metrics) {
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // Nobody closes the semaphore.
        let Ok(seat) = Arc::clone(&seats).acquire_owned().await else { return };
        let Ok((peer, _)) = listener.accept().await else {
            sleep(BREATH).await;
            continue;
        };
        let metrics = metrics.clone();
        tokio::spawn(async move {
            // A peer that went away is its own affair.
            let _ = timeout(DEADLINE, attend(peer, &metrics)).await;
            drop(seat);
        });
    }
}

async fn attend(mut peer: TcpStream, metrics: &Metrics) -> io::Result<()> {
    let head = head(&mut peer).await?;
    let verdict = judge(&head);
    let reply = match verdict {
        Verdict::Page => {
            metrics.refresh().await;
            reply(verdict, &metrics.page())
        }
        _ => reply(verdict, ""),
    };
    peer.write_all(reply.as_bytes()).await?;
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
    BadRequest,
    NotFound,
    MethodNotAllowed,
    HeadTooLarge,
}

impl Verdict {
    const fn status(self) -> &'static str {
        match self {
            Self::Page => "200 OK",
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
        (b"/metrics", _) => Verdict::MethodNotAllowed,
        _ => Verdict::NotFound,
    }
}

fn reply(verdict: Verdict, page: &str) -> String {
    let (status, length) = (verdict.status(), page.len());
    let kind = match verdict {
        Verdict::Page => "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n",
        Verdict::MethodNotAllowed => "Allow: GET\r\n",
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
    fn one_path_and_one_method() {
        let judged = |line: &str| judge(format!("{line}\r\nHost: a\r\n\r\n").as_bytes());
        assert_eq!(judged("GET /metrics HTTP/1.1"), Verdict::Page);
        assert_eq!(judged("GET /metrics?name=x HTTP/1.0"), Verdict::Page);
        for method in ["HEAD", "POST", "DELETE", "get"] {
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
