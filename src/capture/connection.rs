//! A connection: a socket, perhaps with TLS on it, to an address that was vetted.
//!
//! It carries one exchange at a time and is owned by that exchange or by the [`super::pool`].
//! Before it is used again, [`Connection::is_quiet`] looks for bytes that should not be there.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// The two kinds of connection.
#[derive(Debug)]
pub(super) enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// What TLS agreed on.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// `tls/1.3`, as WARC-Protocol has it.
    pub(super) version: Option<String>,
    /// The IANA name of the cipher suite.
    pub(super) cipher: Option<String>,
    /// What is wrong with a certificate that was accepted all the same.
    pub(super) defect: Option<String>,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) io: Io,
    pub(super) peer: SocketAddr,
    pub(super) facts: Facts,
    /// Exchanges made on it.
    pub(super) uses: u32,
}

impl Connection {
    pub(super) const fn new(io: Io, peer: SocketAddr, facts: Facts) -> Self {
        Self { io, peer, facts, uses: 0 }
    }

    /// Whether nothing has come since the last message: no end, no late bytes, no alert. Asked
    /// just before sending, when what was under way has had time to come.
    pub(super) async fn is_quiet(&mut self) -> bool {
        // The runtime may not have heard of new bytes yet; the kernel has.
        let peeked = SockRef::from(self.io.socket()).peek(&mut [MaybeUninit::uninit()]);
        if !peeked.is_err_and(|why| why.kind() == io::ErrorKind::WouldBlock) {
            return false;
        }
        let mut byte = [0];
        let io = Pin::new(&mut self.io);
        let mut io = Some(io);
        let look = poll_fn(|cx| {
            let Some(io) = io.take() else { return Poll::Ready(true) };
            Poll::Ready(io.poll_read(cx, &mut ReadBuf::new(&mut byte)).is_pending())
        });
        // Without a budget of its own the read might say "pending" for another reason.
        tokio::task::unconstrained(look).await
    }
}

impl Io {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(io) => io,
            Self::Tls(io) => io.get_ref().0,
        }
    }
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_read(cx, buf),
            Self::Tls(io) => Pin::new(io.as_mut()).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_write(cx, bytes),
            Self::Tls(io) => Pin::new(io.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_flush(cx),
            Self::Tls(io) => Pin::new(io.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(io) => Pin::new(io).poll_shutdown(cx),
            Self::Tls(io) => Pin::new(io.as_mut()).poll_shutdown(cx),
        }
    }
}
