//! A server that answers with exactly the bytes it is told to, cut up as it is told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use warraq::capture::Limits;
use warraq::moment::{Clock, Moment};
use warraq::settings::{Resolve, Settings};

pub(crate) use super::cases::After;

/// How a response is cut into packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packets {
    AtOnce,
    HeadThenBody,
    ByteByByte,
    /// In up to five pieces, which this number chooses.
    Pieces(u64),
    /// With another answer right behind it, that nobody asked for.
    WithAnother,
    /// With that other answer when the first has been read.
    ThenAnother,
}

/// An answer nobody asked for; none of its bytes may stand under the next URL.
pub(crate) const FOREIGN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nFOREIGN";

pub(crate) const NEXT: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nX-Next: yes\r\n\r\nordinary";

/// What is answered to every request that is not for `/next`.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) bytes: Vec<u8>,
    pub(crate) packets: Packets,
    pub(crate) after: After,
}

#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) connections: Arc<AtomicUsize>,
    pub(crate) requests: Arc<AtomicUsize>,
    /// Told when a script has been played to its end.
    pub(crate) played: Arc<Notify>,
}

impl Server {
    pub(crate) async fn start(script: Script) -> Self {
        let played = Arc::new(Notify::new());
        let told = played.clone();
        let server = Self::with(move |mut stream: TcpStream, requests| {
            let (script, told) = (script.clone(), told.clone());
            async move {
                while let Some(request) = read_request(&mut stream).await {
                    requests.fetch_add(1, Ordering::SeqCst);
                    if request.contains(" /next ") {
                        stream.write_all(NEXT).await.ok();
                        continue;
                    }
                    play(&mut stream, &script).await.ok();
                    if script.after != After::Keep {
                        break;
                    }
                    told.notify_one();
                }
                if script.after == After::Reset {
                    // A reset takes bytes with it that nobody has read yet.
                    tokio::time::sleep(Duration::from_millis(60)).await;
                    stream.set_zero_linger().ok();
                }
                drop(stream);
                told.notify_one();
            }
        })
        .await;
        Self { played, ..server }
    }

    /// A server that treats every connection with `handle`.
    pub(crate) async fn with<F, T>(handle: F) -> Self
    where
        F: Fn(TcpStream, Arc<AtomicUsize>) -> T + Send + Sync + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            connections: Arc::default(),
            requests: Arc::default(),
            played: Arc::default(),
        };
        let (connections, requests) = (server.connections.clone(), server.requests.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                stream.set_nodelay(true).unwrap();
                tokio::spawn(handle(stream, requests.clone()));
            }
        });
        server
    }

    /// Settings under which every name leads to this server.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::new("no-such-folder".into(), "desk@example.org");
        settings.allow_private = true;
        settings.resolve = [80, 443]
            .map(|port| Resolve {
                host: None,
                port,
                addr: self.address.ip(),
                to_port: self.address.port(),
            })
            .to_vec();
        settings
    }
}

pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(request).unwrap())
}

async fn play(stream: &mut (impl AsyncWrite + Unpin), script: &Script) -> std::io::Result<()> {
    let bytes = &script.bytes;
    match script.packets {
        Packets::AtOnce => stream.write_all(bytes).await,
        Packets::HeadThenBody => {
            let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").map_or(0, |at| at + 4);
            stream.write_all(&bytes[..head]).await?;
            tokio::time::sleep(Duration::from_millis(15)).await;
            stream.write_all(&bytes[head..]).await
        }
        Packets::ByteByByte => {
            for byte in bytes {
                stream.write_all(&[*byte]).await?;
                tokio::task::yield_now().await;
            }
            Ok(())
        }
        Packets::Pieces(seed) => {
            for piece in pieces(bytes, seed) {
                stream.write_all(piece).await?;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok(())
        }
        Packets::WithAnother => stream.write_all(&[bytes, FOREIGN].concat()).await,
        Packets::ThenAnother => {
            stream.write_all(bytes).await?;
            tokio::time::sleep(Duration::from_millis(2)).await;
            stream.write_all(FOREIGN).await
        }
    }
}

/// The bytes, cut at four places.
fn pieces(bytes: &[u8], seed: u64) -> impl Iterator<Item = &[u8]> {
    let mut cuts: Vec<usize> = (0..4_u64)
        .map(|n| {
            let mixed = (seed * 4 + n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23);
            usize::try_from(mixed % (bytes.len() as u64 + 1)).unwrap()
        })
        .collect();
    cuts.sort_unstable();
    let ends: Vec<usize> = cuts.iter().copied().chain([bytes.len()]).collect();
    let starts: Vec<usize> = [0].into_iter().chain(cuts).collect();
    starts.into_iter().zip(ends).map(move |(from, to)| &bytes[from..to])
}

pub(crate) fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(30),
        head: Duration::from_secs(30),
        idle: Duration::from_secs(30),
        total: Duration::from_mins(1),
        max_head: 256 << 10,
        max_body: 1 << 20,
        min_speed: 0,
    }
}

pub(crate) fn clock() -> Clock {
    Clock::fixed(Moment::from_millis(1_795_339_800_000))
}
