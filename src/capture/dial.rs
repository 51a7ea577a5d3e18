//! Dialling: from a URL to an open connection, by way of the address policy.
//!
//! Name look-up, connection and TLS have one deadline each. The addresses of a name are tried in
//! turn, as resolved; the address that was checked is the one connected to.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use super::connection::{Connection, Facts, Io};
use super::guard::{Denied, GuardedResolver};
use super::tls::{Tls, Trust};
use super::{End, failed, refused};
use crate::lead::FailureKind;

#[derive(Debug)]
pub(super) struct Dialer {
    pub(super) resolver: GuardedResolver,
    pub(super) tls: Tls,
    pub(super) trust: Trust,
}

/// How long dialling may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Each step.
    pub(super) step: Duration,
    /// The whole exchange ends here.
    pub(super) total: Instant,
}

impl Patience {
    fn deadline(self) -> Instant {
        self.total.min(Instant::now() + self.step)
    }
}

impl Dialer {
    /// A new connection for `url`, or how the exchange ends without one.
    pub(super) async fn dial(&self, url: &Url, patience: Patience) -> Result<Connection, End> {
        let host = url.host_str().unwrap_or_default();
        let addresses = match timeout_at(patience.deadline(), self.resolver.addresses(url)).await {
            Ok(Ok(addresses)) => addresses,
            Ok(Err(Denied::Rule(rule))) => return Err(refused(url, rule)),
            Ok(Err(Denied::Dns(why))) => return Err(failed(FailureKind::Dns, why)),
            Err(_) => {
                return Err(failed(
                    FailureKind::Dns,
                    format!("{host}: the resolver did not answer"),
                ));
            }
        };
        let (socket, peer) = connect(host, &addresses, patience.deadline()).await?;
        if url.scheme() == "http" {
            return Ok(Connection::new(Io::Plain(socket), peer, Facts::default()));
        }
        let name = server_name(url)
            .ok_or_else(|| failed(FailureKind::Tls, format!("{host}: no name TLS could verify")))?;
        let shake = TlsConnector::from(Arc::clone(&self.tls.config)).connect(name.clone(), socket);
        let stream = match timeout_at(patience.deadline(), shake).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(why)) => return Err(tls_failure(host, peer, &why)),
            Err(_) => {
                let what = format!("{host}: {peer} did not finish the TLS handshake in time");
                return Err(failed(FailureKind::Timeout, what));
            }
        };
        let facts = self.facts(&stream, &name);
        Ok(Connection::new(Io::Tls(Box::new(stream)), peer, facts))
    }

    fn facts(&self, stream: &TlsStream<TcpStream>, name: &ServerName<'_>) -> Facts {
        let (_, session) = stream.get_ref();
        let version = session.protocol_version().map(|version| match version {
            rustls::ProtocolVersion::TLSv1_3 => "tls/1.3".to_owned(),
            rustls::ProtocolVersion::TLSv1_2 => "tls/1.2".to_owned(),
            other => format!("{other:?}"),
        });
        // rustls marks the suites of TLS 1.3 in the name; IANA does not.
        let suite = session.negotiated_cipher_suite();
        let cipher = suite.map(|suite| format!("{:?}", suite.suite()).replace("TLS13_", "TLS_"));
        let defect = match self.trust {
            Trust::Verified => None,
            Trust::Anything => self
                .tls
                .judge(session.peer_certificates().unwrap_or_default(), name)
                .map(|why| format!("accepted by --insecure-tls: {why}")),
        };
        Facts { version, cipher, defect }
    }
}

/// Tries the addresses in turn; each gets its share of the time that is left, so that one that
/// never answers does not cost the others theirs.
async fn connect(
    host: &str,
    addresses: &[SocketAddr],
    deadline: Instant,
) -> Result<(TcpStream, SocketAddr), End> {
    let mut last = failed(FailureKind::Dns, format!("{host}: the name has no address"));
    for (tried, address) in addresses.iter().enumerate() {
        let untried = u32::try_from(addresses.len() - tried).unwrap_or(1);
        let now = Instant::now();
        let until = now + deadline.saturating_duration_since(now) / untried;
        match timeout_at(until, TcpStream::connect(address)).await {
            Ok(Ok(socket)) => {
                // Requests are one write; without this some of them would wait for an answer.
                let _ = socket.set_nodelay(true);
                return Ok((socket, *address));
            }
            Ok(Err(why)) => last = failed(FailureKind::Connect, refusal(host, *address, &why)),
            Err(_) => {
                let what = format!("{host}: no answer from {address} in time");
                last = failed(FailureKind::Timeout, what);
            }
        }
    }
    Err(last)
}

fn refusal(host: &str, address: SocketAddr, why: &io::Error) -> String {
    match why.kind() {
        io::ErrorKind::ConnectionRefused => format!("{host}: connection refused by {address}"),
        io::ErrorKind::ConnectionReset => format!("{host}: connection reset by {address}"),
        _ => format!("{host}: no connection to {address} ({why})"),
    }
}

fn tls_failure(host: &str, peer: SocketAddr, why: &io::Error) -> End {
    let cause = why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let detail = match cause {
        Some(rustls::Error::AlertReceived(rustls::AlertDescription::NoApplicationProtocol)) => {
            let detail = format!("{host}: {peer} speaks only HTTP/2; try --allow-h2");
            return failed(FailureKind::Http2Only, detail);
        }
        Some(rustls::Error::InvalidCertificate(why)) => {
            format!("{host}: the certificate of {peer} is not trusted ({why})")
        }
        _ => format!("{host}: the TLS handshake with {peer} failed ({why})"),
    };
    failed(FailureKind::Tls, detail)
}

/// The name the certificate has to be for. A final dot is no part of it (RFC 6066 §3).
fn server_name(url: &Url) -> Option<ServerName<'static>> {
    match url.host()? {
        Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned()).ok(),
        Host::Ipv4(address) => Some(ServerName::from(std::net::IpAddr::V4(address))),
        Host::Ipv6(address) => Some(ServerName::from(std::net::IpAddr::V6(address))),
    }
}
